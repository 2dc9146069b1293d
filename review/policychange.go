package review

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Looser is a value of a policy that asks less than another policy: its key,
// as documents write it, and what the other says.
type Looser struct {
	Key  string
	Says string
}

// LooserThan says where p asks less than above: a project may only tighten what
// holds for its organisation.
func (p Policy) LooserThan(above Policy) []Looser {
	var l looseners
	l.add(p.ReviewsNeeded < above.ReviewsNeeded, "reviews_needed", "at least %d", above.ReviewsNeeded)
	l.add(!p.CheckersOutsideProject && above.CheckersOutsideProject, "checkers_outside_project", "true")
	l.add(p.HoldSeconds < above.HoldSeconds, "hold", "at least %s", above.Hold())
	l.add(p.OutputsOfFailedJobs && !above.OutputsOfFailedJobs, "outputs_of_failed_jobs", "false")
	l.add(p.OutputsOfUnreportedJobs && !above.OutputsOfUnreportedJobs, "outputs_of_unreported_jobs", "false")
	l.add(len(without(p.FileTypes, above.FileTypes)) > 0, "file_types", "none but %s", strings.Join(above.FileTypes, " "))
	l.add(p.SizeLimit > above.SizeLimit, "size_limit", "at most %d bytes", above.SizeLimit)
	return append(l, p.Checks.looserThan(above.Checks)...)
}

func (c PolicyChecks) looserThan(above PolicyChecks) []Looser {
	var l looseners
	l.add(c.Threshold < above.Threshold, "checks.threshold", "at least %d", above.Threshold)
	l.add(!c.ZeroIsLow && above.ZeroIsLow, "checks.zero_is_low", "true")
	l.add(above.Rounding != "" && c.Rounding != above.Rounding, "checks.rounding", "%s", above.Rounding)
	l.add(tighterLimit(c.MaxRows, above.MaxRows) != c.MaxRows, "checks.max_rows", "at most %d", above.MaxRows)
	l.add(c.DegreesOfFreedom < above.DegreesOfFreedom, "checks.degrees_of_freedom", "at least %d", above.DegreesOfFreedom)
	for _, d := range above.Dominance {
		meets := slices.ContainsFunc(c.Dominance, func(own PolicyDominance) bool { return own.N >= d.N && own.SharePermille <= d.SharePermille })
		l.add(!meets, "checks.dominance", "the largest %d at most %s of the total", d.N, Permille(d.SharePermille))
	}
	l.add(c.PPermille < above.PPermille, "checks.p_percent", "at least %s", strings.TrimSuffix(Permille(above.PPermille), "%"))
	for _, rule := range without(c.Off, above.Off) {
		l.add(true, "checks.off", "the rule %s runs", rule)
	}
	return l
}

// looseners collects values that ask less.
type looseners []Looser

func (l *looseners) add(looser bool, key, says string, args ...any) {
	if looser {
		*l = append(*l, Looser{key, fmt.Sprintf(says, args...)})
	}
}

// without are the values of a that b has not.
func without[T comparable](a, b []T) []T {
	return slices.DeleteFunc(slices.Clone(a), func(v T) bool { return slices.Contains(b, v) })
}

// Permille is a number of thousandths as a percentage.
func Permille(n int) string { return strconv.FormatFloat(float64(n)/10, 'f', -1, 64) + "%" }

// Stricter returns p with what other asks more of, value by value: what holds
// for a project within what holds for its organisation.
func (p Policy) Stricter(other Policy) Policy { return p.stricter(other) }

// Loosened are the values that a change of policy loosens and that no
// administrator loosens alone: reviews, hold and who may check. They are in
// words, as somebody reads them who is to confirm it.
func Loosened(before, after Policy) []string {
	var out []string
	if after.ReviewsNeeded < before.ReviewsNeeded {
		out = append(out, fmt.Sprintf("%s instead of %s.", reviewsAre(after.ReviewsNeeded), numberWord(before.ReviewsNeeded)))
	}
	if after.HoldSeconds < before.HoldSeconds {
		out = append(out, fmt.Sprintf("An approval is held for %s instead of %s.", spanOf(after.Hold()), spanOf(before.Hold())))
	}
	if before.CheckersOutsideProject && !after.CheckersOutsideProject {
		out = append(out, "An output checker who is a researcher of the project may check its requests.")
	}
	return out
}

// MayMove refuses that one administrator loosens, by placing a workspace
// elsewhere, what none loosens alone: was holds for it, and becomes would. The
// operator is not asked.
func MayMove(by Actor, was, becomes Policy) error {
	if loosens := Loosened(was, becomes); len(loosens) > 0 && by.Kind != IsOperator {
		return ErrRole.with("There a looser policy holds, and no administrator loosens this alone. %s "+
			"Make the policy of that place as strict first, or ask who runs the installation to place the workspace.", strings.Join(loosens, " "))
	}
	return nil
}

func reviewsAre(n int) string {
	if n == 1 {
		return "A decision needs one review"
	}
	return "A decision needs " + numberWord(n) + " reviews"
}

// spanOf is a time span without the units of which there are none.
func spanOf(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
