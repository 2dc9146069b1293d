package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"sallyport/review"
)

// Values are what a document says, in the units that the log keeps: what is
// nil it says nothing of. A list that may be empty is a pointer.
type Values struct {
	ReviewsNeeded           *int     `json:"reviews_needed,omitempty"`
	CheckersOutsideProject  *bool    `json:"checkers_outside_project,omitempty"`
	HoldSeconds             *int64   `json:"hold_seconds,omitempty"`
	OutputsOfFailedJobs     *bool    `json:"outputs_of_failed_jobs,omitempty"`
	OutputsOfUnreportedJobs *bool    `json:"outputs_of_unreported_jobs,omitempty"`
	FileTypes               []string `json:"file_types,omitempty"`
	SizeLimit               *int64   `json:"size_limit,omitempty"`

	Checks Checks `json:"checks,omitzero"`
}

// Checks are the values of a document that disclosure checks are measured by.
type Checks struct {
	Threshold        *int                      `json:"threshold,omitempty"`
	ZeroIsLow        *bool                     `json:"zero_is_low,omitempty"`
	Rounding         *string                   `json:"rounding,omitempty"` // "" asks for none
	Masks            []string                  `json:"masks,omitempty"`
	MaxRows          *int64                    `json:"max_rows,omitempty"`
	DegreesOfFreedom *int                      `json:"degrees_of_freedom,omitempty"`
	Dominance        *[]review.PolicyDominance `json:"dominance,omitempty"`
	PPermille        *int                      `json:"p_permille,omitempty"`
	Patterns         []review.PolicyPattern    `json:"patterns,omitempty"`
	Off              *[]string                 `json:"off,omitempty"`
}

// maxValues bounds the JSON of one document's values: an entry of the log, of
// at most 32 KiB, holds those of three.
const maxValues = 6 << 10

// JSON is the one way in which values are written.
func (v Values) JSON() []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("values of a policy as JSON: %v", err)) // a struct of plain values always marshals
	}
	return b
}

// Hash is the SHA-256, in hex, of the values' JSON.
func (v Values) Hash() string {
	sum := sha256.Sum256(v.JSON())
	return hex.EncodeToString(sum[:])
}

// ReadValues reads what JSON wrote.
func ReadValues(b []byte) (Values, error) {
	var v Values
	if err := json.Unmarshal(b, &v); err != nil {
		return v, fmt.Errorf("read the values of a policy: %w", err)
	}
	return v, nil
}

// Over is what holds where v is said over base: each value of v, else base's.
// Masks and patterns are added to base's.
func (v Values) Over(base review.Policy) review.Policy {
	set(&base.ReviewsNeeded, v.ReviewsNeeded)
	set(&base.CheckersOutsideProject, v.CheckersOutsideProject)
	set(&base.HoldSeconds, v.HoldSeconds)
	set(&base.OutputsOfFailedJobs, v.OutputsOfFailedJobs)
	set(&base.OutputsOfUnreportedJobs, v.OutputsOfUnreportedJobs)
	if v.FileTypes != nil {
		base.FileTypes = slices.Clone(v.FileTypes)
	}
	set(&base.SizeLimit, v.SizeLimit)
	base.Checks = v.Checks.over(base.Checks)
	return base
}

func (v Checks) over(base review.PolicyChecks) review.PolicyChecks {
	set(&base.Threshold, v.Threshold)
	set(&base.ZeroIsLow, v.ZeroIsLow)
	set(&base.Rounding, v.Rounding)
	base.Masks = added(base.Masks, v.Masks)
	set(&base.MaxRows, v.MaxRows)
	set(&base.DegreesOfFreedom, v.DegreesOfFreedom)
	if v.Dominance != nil {
		base.Dominance = slices.Clone(*v.Dominance)
	}
	set(&base.PPermille, v.PPermille)
	base.Patterns = added(base.Patterns, v.Patterns)
	if v.Off != nil {
		base.Off = slices.Clone(*v.Off)
	}
	return base
}

// Within is what holds where v is said within above: nothing is looser than
// above, also where above became stricter since v was said.
func (v Values) Within(above review.Policy) review.Policy {
	p := v.Over(above).Stricter(above)
	if above.Checks.Rounding != "" { // of two ways to round none is stricter: the one above holds
		p.Checks.Rounding = above.Checks.Rounding
	}
	return p
}

func set[T any](to, value *T) {
	if value != nil {
		*to = *value
	}
}

// added are the values of a, then those of b that a has not.
func added[T comparable](a, b []T) []T {
	out := slices.Clone(a)
	for _, v := range b {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
