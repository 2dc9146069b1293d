package review

import "slices"

// PolicyChecks are the values that disclosure checks are measured against
// (docs/policy.md). They are whole numbers, since the log
// holds no others. Empty lists and no lists are the same.
type PolicyChecks struct {
	Threshold        int               `json:"threshold"` // counts from 1 to it are low
	ZeroIsLow        bool              `json:"zero_is_low"`
	Rounding         string            `json:"rounding,omitempty"` // the code of a control; "" asks for none
	Masks            []string          `json:"masks,omitempty"`
	MaxRows          int64             `json:"max_rows"` // of a table; 0 for no limit
	DegreesOfFreedom int               `json:"degrees_of_freedom"`
	Dominance        []PolicyDominance `json:"dominance,omitempty"`
	PPermille        int               `json:"p_permille"` // the p% rule, in thousandths; 0 for none
	Patterns         []PolicyPattern   `json:"patterns,omitempty"`
	Off              []string          `json:"off,omitempty"` // rules that are not run
}

// PolicyDominance is an (n, k) rule: the N largest contributions may not be
// more than SharePermille thousandths of their total.
type PolicyDominance struct {
	N             int `json:"n"`
	SharePermille int `json:"share_permille"`
}

// PolicyPattern is an identifier that a policy adds: what it is called, and the
// regular expression that finds it.
type PolicyPattern struct {
	Name string `json:"name"`
	Like string `json:"like"`
}

// defaultChecks are the values of an OpenSAFELY backend, and of ACRO where
// OpenSAFELY has none. A test of the room policy holds them against the
// defaults of the checks themselves.
func defaultChecks() PolicyChecks {
	return PolicyChecks{
		Threshold: 7, MaxRows: 5000, DegreesOfFreedom: 10,
		Dominance: []PolicyDominance{{N: 2, SharePermille: 900}}, PPermille: 100,
	}
}

// stricter returns c with what today asks more of, value by value.
func (c PolicyChecks) stricter(today PolicyChecks) PolicyChecks {
	c.Threshold = max(c.Threshold, today.Threshold)
	c.ZeroIsLow = c.ZeroIsLow || today.ZeroIsLow
	if c.Rounding == "" {
		c.Rounding = today.Rounding
	}
	c.Masks = union(c.Masks, today.Masks)
	c.MaxRows = tighterLimit(c.MaxRows, today.MaxRows)
	c.DegreesOfFreedom = max(c.DegreesOfFreedom, today.DegreesOfFreedom)
	c.Dominance = union(c.Dominance, today.Dominance)
	c.PPermille = max(c.PPermille, today.PPermille)
	c.Patterns = union(c.Patterns, today.Patterns)
	c.Off = slices.DeleteFunc(slices.Clone(c.Off), func(rule string) bool { return !slices.Contains(today.Off, rule) })
	return c
}

// tighterLimit is the smaller of two limits of which 0 is none.
func tighterLimit(a, b int64) int64 {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}

// union has the values of a, then those of b that a has not.
func union[T comparable](a, b []T) []T {
	out := slices.Clone(a)
	for _, v := range b {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
