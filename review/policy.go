package review

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Policy is the set of values that the rules ask for (docs/rules.md "Policy").
// It is written whole into the entry of a submission, so that anyone can see
// later under what a turn was held. Durations are seconds in JSON.
type Policy struct {
	ReviewsNeeded           int      `json:"reviews_needed"` // at least 1
	CheckersOutsideProject  bool     `json:"checkers_outside_project"`
	HoldSeconds             int64    `json:"hold_seconds"`
	OutputsOfFailedJobs     bool     `json:"outputs_of_failed_jobs"`
	OutputsOfUnreportedJobs bool     `json:"outputs_of_unreported_jobs"`
	FileTypes               []string `json:"file_types"` // suffixes with their dot, lower case
	SizeLimit               int64    `json:"size_limit"` // bytes

	// Checks is zero in a policy that was recorded before checks had one.
	Checks PolicyChecks `json:"checks"`
}

// DefaultPolicy is what holds where nobody said otherwise.
func DefaultPolicy() Policy {
	return Policy{
		ReviewsNeeded:          2,
		CheckersOutsideProject: true,
		HoldSeconds:            600,
		FileTypes: []string{
			".csv", ".txt", ".log", ".html", ".json", ".md",
			".png", ".jpg", ".jpeg", ".svg", ".svgz",
		},
		SizeLimit: 16 << 20,
		Checks:    defaultChecks(),
	}
}

// Hold is how long an approval waits before its delivery may begin.
func (p Policy) Hold() time.Duration { return time.Duration(p.HoldSeconds) * time.Second }

// Hash is the SHA-256, in hex, of the policy's JSON: the name by which
// decisions refer to it. The fields are written in the order above.
func (p Policy) Hash() string {
	b, err := json.Marshal(p)
	if err != nil {
		panic(fmt.Sprintf("policy as JSON: %v", err)) // a struct of plain values always marshals
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// stricter returns p with what today asks more of: an approval must meet the
// policy that its turn began under, and today's where that is stricter.
func (p Policy) stricter(today Policy) Policy {
	p.ReviewsNeeded = max(p.ReviewsNeeded, today.ReviewsNeeded)
	p.CheckersOutsideProject = p.CheckersOutsideProject || today.CheckersOutsideProject
	p.HoldSeconds = max(p.HoldSeconds, today.HoldSeconds)
	p.OutputsOfFailedJobs = p.OutputsOfFailedJobs && today.OutputsOfFailedJobs
	p.OutputsOfUnreportedJobs = p.OutputsOfUnreportedJobs && today.OutputsOfUnreportedJobs
	p.SizeLimit = min(p.SizeLimit, today.SizeLimit)
	if !slices.Equal(p.FileTypes, today.FileTypes) {
		p.FileTypes = slices.DeleteFunc(slices.Clone(p.FileTypes), func(t string) bool {
			return !slices.Contains(today.FileTypes, t)
		})
	}
	p.Checks = p.Checks.stricter(today.Checks)
	return p
}
