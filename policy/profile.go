package policy

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"

	"sallyport/checks"
	"sallyport/review"
)

// Profile is what files are checked against under a policy. What was declared
// of a file, and what was released before, is the caller's to add. A policy that was
// recorded before checks had one is as the defaults. A pattern that cannot be
// read is an error: no document with one is taken.
func Profile(p review.Policy) (checks.Profile, error) {
	c := p.Checks
	if reflect.ValueOf(c).IsZero() {
		c = review.DefaultPolicy().Checks
	}
	profile := checks.Profile{
		Threshold: c.Threshold, ZeroIsLow: c.ZeroIsLow, Rounding: checks.Control(c.Rounding), Masks: slices.Clone(c.Masks),
		MaxRows: c.MaxRows, DegreesOfFreedom: c.DegreesOfFreedom, PPercent: float64(c.PPermille) / 10, Off: slices.Clone(c.Off),
	}
	for _, d := range c.Dominance {
		profile.Dominance = append(profile.Dominance, checks.Dominance{N: d.N, Share: float64(d.SharePermille) / 1000})
	}
	for _, x := range c.Patterns {
		like, err := regexp.Compile(x.Like)
		if err != nil {
			return checks.Profile{}, fmt.Errorf("the pattern %q of the policy: %w", x.Name, err)
		}
		profile.Patterns = append(profile.Patterns, checks.Pattern{Name: x.Name, Like: like})
	}
	return profile, profile.Check()
}
