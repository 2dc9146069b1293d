package checks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Control is a code for a disclosure control: what was done to the counts of a
// file before it was asked for.
type Control string

// The controls that can be declared.
const (
	Rounded5      Control = "rounded-5"
	Rounded6      Control = "rounded-6"
	Rounded10     Control = "rounded-10"
	Midpoint6     Control = "midpoint-6"
	RedactedLE7   Control = "redacted-le-7"
	RedactedLT8   Control = "redacted-lt-8"
	RedactedLT10  Control = "redacted-lt-10"
	NoCounts      Control = "no-counts"
	NothingDone   Control = "none"
	noControl     Control = ""
	roundedSeven  Control = "rounded-7" // seen in practice, never declared
	midpointClass         = 3           // what is left of a midpoint-6 count, divided by 6
)

// Controls are the codes that can be declared, in the order in which they are
// offered.
func Controls() []Control {
	return []Control{Rounded5, Rounded6, Rounded10, Midpoint6, RedactedLE7, RedactedLT8, RedactedLT10, NoCounts, NothingDone}
}

// base is what counts under this control are a multiple of, and what is left
// over; 0 for a control that does not round.
func (c Control) base() (base, left int64) {
	switch c {
	case Rounded5:
		return 5, 0
	case Rounded6:
		return 6, 0
	case Rounded10:
		return 10, 0
	case roundedSeven:
		return 7, 0
	case Midpoint6:
		return 6, midpointClass
	}
	return 0, 0
}

// redacts is the largest count that this control hides; 0 if it hides none.
func (c Control) redacts() float64 {
	switch c {
	case RedactedLE7, RedactedLT8:
		return 7
	case RedactedLT10:
		return 9
	}
	return 0
}

// says is the control in words.
func (c Control) says() string {
	switch c {
	case Rounded5, Rounded6, Rounded10, roundedSeven:
		base, _ := c.base()
		return fmt.Sprintf("rounded to the nearest %d", base)
	case Midpoint6:
		return "rounded to the midpoint of six"
	case RedactedLE7:
		return "redacted where 7 or fewer"
	case RedactedLT8:
		return "redacted where fewer than 8"
	case RedactedLT10:
		return "redacted where fewer than 10"
	case NoCounts:
		return "no counts"
	}
	return string(c)
}

// Dominance is an (n, k) rule: the N largest contributions may not be more than
// Share of their total.
type Dominance struct {
	N     int
	Share float64 // from 0 to 1
}

// Pattern is an identifier that a policy adds: what it is called, and what it
// looks like.
type Pattern struct {
	Name string
	Like *regexp.Regexp
}

// Profile is what the checks are measured against: the thresholds of a policy,
// and what was declared of the files at hand. Its zero value is not useful;
// start with [DefaultProfile].
type Profile struct {
	Threshold        int         // counts of 1 to Threshold are low
	ZeroIsLow        bool        // as in services that let out no zeros
	Rounding         Control     // what the policy asks of every count; "" for nothing
	Masks            []string    // the policy's own, beside those that are known
	MaxRows          int64       // rows of a released table; 0 for no limit
	DegreesOfFreedom int         // a model has at least so many
	Dominance        []Dominance // for tables of contributions
	PPercent         float64     // the p% rule for such tables; 0 for none
	Patterns         []Pattern   // identifiers of the policy
	Off              []string    // names of rules that are not run
	Declared         []Control   // the controls of the file's group
	Earlier          Earlier     // what was released before; nil for nothing
	Companions       []Companion // the other files of its group; nil if they are not known
}

// DefaultProfile has the thresholds of an OpenSAFELY backend, and of ACRO where
// OpenSAFELY has none.
func DefaultProfile() Profile {
	return Profile{
		Threshold:        7,
		MaxRows:          5000,
		DegreesOfFreedom: 10,
		Dominance:        []Dominance{{N: 2, Share: 0.9}},
		PPercent:         10,
	}
}

// Check reports the first thing that is wrong with a profile.
func (p Profile) Check() error {
	switch {
	case p.Threshold < 1 || p.Threshold > 1000:
		return fmt.Errorf("the threshold for low counts is %d, not from 1 to 1000", p.Threshold)
	case p.MaxRows < 0 || p.DegreesOfFreedom < 0:
		return fmt.Errorf("rows and degrees of freedom cannot be fewer than 0")
	case p.PPercent < 0 || p.PPercent > 100:
		return fmt.Errorf("p%% is %v, not from 0 to 100", p.PPercent)
	}
	for _, d := range p.Dominance {
		if d.N < 1 || d.Share <= 0 || d.Share > 1 {
			return fmt.Errorf("dominance (%d, %v) is not at least one contribution and a share up to 1", d.N, d.Share)
		}
	}
	for _, c := range p.Declared {
		if !slices.Contains(Controls(), c) {
			return fmt.Errorf("there is no control %q", c)
		}
	}
	if base, _ := p.Rounding.base(); p.Rounding != noControl && base == 0 {
		return fmt.Errorf("%q rounds nothing", p.Rounding)
	}
	for _, name := range p.Off {
		if !slices.ContainsFunc(Rules(), func(a About) bool { return a.Name == name }) {
			return fmt.Errorf("there is no rule %q", name)
		}
	}
	return nil
}

// off reports whether the rule is switched off.
func (p Profile) off(rule string) bool { return slices.Contains(p.Off, rule) }

// rounding is the declared control that rounds, or the one that the policy asks
// for, or "".
func (p Profile) rounding() Control {
	for _, c := range p.Declared {
		if base, _ := c.base(); base > 0 {
			return c
		}
	}
	return p.Rounding
}

// roundings are the declared controls that round, of which each column is to
// have one.
func (p Profile) roundings() []Control {
	var out []Control
	for _, c := range p.Declared {
		if base, _ := c.base(); base > 0 {
			out = append(out, c)
		}
	}
	return out
}

// redacts is the largest count that was declared to be hidden; 0 for none.
func (p Profile) redacts() float64 {
	most := 0.0
	for _, c := range p.Declared {
		most = max(most, c.redacts())
	}
	return most
}

// ownMasks are the policy's masks as they are compared: folded, without spaces
// around them.
func (p Profile) ownMasks() map[string]bool {
	own := map[string]bool{}
	for _, m := range p.Masks {
		own[strings.ToLower(strings.TrimSpace(m))] = true
	}
	delete(own, "")
	return own
}
