package review

import (
	"encoding/json"
	"fmt"
	"testing"
)

// A turn that was submitted before checks had a policy meets today's.
func TestPolicyWithoutChecks(t *testing.T) {
	const recorded = `{"reviews_needed":2,"checkers_outside_project":true,"hold_seconds":600,"outputs_of_failed_jobs":false,` +
		`"outputs_of_unreported_jobs":false,"file_types":[".csv"],"size_limit":16777216}`
	var p Policy
	if err := json.Unmarshal([]byte(recorded), &p); err != nil {
		t.Fatal(err)
	}
	equal(t, "checks", fmt.Sprint(p.Checks), fmt.Sprint(PolicyChecks{}))
	equal(t, "with today's", fmt.Sprint(p.stricter(DefaultPolicy()).Checks), fmt.Sprint(DefaultPolicy().Checks))
}

func TestStricterChecks(t *testing.T) {
	a := PolicyChecks{
		Threshold: 7, Rounding: "rounded-5", Masks: []string{"x"}, DegreesOfFreedom: 10, PPermille: 100, Off: []string{"rows", "logs"},
		Dominance: []PolicyDominance{{2, 900}}, Patterns: []PolicyPattern{{"study number", "S[0-9]+"}},
	}
	b := PolicyChecks{
		Threshold: 10, ZeroIsLow: true, Rounding: "midpoint-6", Masks: []string{"x", "y"}, MaxRows: 100, DegreesOfFreedom: 5, PPermille: 150,
		Off: []string{"logs"}, Dominance: []PolicyDominance{{1, 500}, {2, 900}},
	}
	want := PolicyChecks{
		Threshold: 10, ZeroIsLow: true, Rounding: "rounded-5", Masks: []string{"x", "y"}, MaxRows: 100, DegreesOfFreedom: 10, PPermille: 150,
		Off: []string{"logs"}, Dominance: []PolicyDominance{{2, 900}, {1, 500}}, Patterns: []PolicyPattern{{"study number", "S[0-9]+"}},
	}
	equal(t, "stricter", fmt.Sprint(a.stricter(b)), fmt.Sprint(want))
	equal(t, "what it was made of", fmt.Sprint(a.Masks, a.Off), "[x] [rows logs]")
	for _, limits := range [][3]int64{{0, 0, 0}, {0, 5, 5}, {5, 0, 5}, {3, 5, 3}} {
		equal(t, fmt.Sprint("limit of ", limits), tighterLimit(limits[0], limits[1]), limits[2])
	}
}

// Empty lists and no lists are one policy.
func TestPolicyHashOfEmptyLists(t *testing.T) {
	a, b := DefaultPolicy(), DefaultPolicy()
	a.Checks.Masks, a.Checks.Off = []string{}, []string{}
	equal(t, "hash", a.Hash(), b.Hash())
}
