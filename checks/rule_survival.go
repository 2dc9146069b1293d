package checks

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// survival finds curves whose steps show single events.
type survival struct{}

func (survival) about() About {
	return About{
		Name: "survival", Version: 2, Weight: Medium, Source: "OpenSAFELY: curves are rounded, so that no step is an event",
		Reads:    []string{"threshold", "declared"},
		Examines: "tables with a curve of survival or cumulative incidence, with or without the number at risk, or cumulative counts of events",
	}
}

// curveNames are how programs call the curve.
var (
	curveNames = []string{"surv", "survival", "km", "survivor", "survival probability", "surv prob", "km estimate", "km est", "survivor function", "s t", "prob surv", "probability survival"}
	riseNames  = []string{"cuminc", "cif", "cumulative incidence", "cum inc", "cml inc", "failure function", "cumulative risk", "km risk", "risk estimate"}
)

// curve is the columns of a table of a curve; -1 where there is none.
type curve struct {
	at, risk, event int
	rises           bool // it is the share of those with an event
}

// curveOf finds the columns by their names.
func curveOf(t *Table) curve {
	k := curve{at: -1, risk: -1, event: -1}
	estimate, total, timed := -1, -1, false
	for i, c := range t.Columns {
		name := strings.Join(c.words, " ")
		share := c.numbers > 0 && c.min >= 0 && c.max <= 1
		switch {
		case share && slices.Contains(curveNames, name):
			k.at, k.rises = i, false
		case share && slices.Contains(riseNames, name) && k.at < 0:
			k.at, k.rises = i, true
		case share && (name == "estimate" || name == "function") && c.fractions > 0:
			estimate = i
		case c.Role == RoleCount && slices.Contains(c.words, "risk") && k.risk < 0:
			k.risk = i
		case c.Role == RoleCount && (name == "total" || name == "beg total"):
			total = i
		case k.event < 0 && c.numbers+c.masks > 0 && slices.ContainsFunc([]string{"event", "events", "nevent", "fail", "failures", "d"}, func(w string) bool { return slices.Contains(c.words, w) }):
			k.event = i
		}
		timed = timed || slices.ContainsFunc([]string{"time", "day", "days", "week", "t"}, func(w string) bool { return slices.Contains(c.words, w) })
	}
	if k.at < 0 && timed && (k.risk >= 0 || total >= 0 && k.event >= 0) {
		k.at = estimate // of survfit, by broom; of sts list
	}
	if k.risk < 0 {
		k.risk = total
	}
	return k
}

func (rule survival) table(t *Table, out *findings) {
	rule.cumulative(t, out)
	k := curveOf(t)
	if k.at < 0 {
		return
	}
	c := t.Columns[k.at]
	if k.risk < 0 {
		if s := t.lonely(k); s.count > 0 {
			out.column(Medium, c, s, number(s.count, "step of the curve is that of one event", "steps of the curve are those of one event each")+", by its size alone")
		}
		return
	}
	var s spots
	for n := 1; n < len(t.Rows); n++ {
		if t.step(n, k, float64(out.profile.Threshold)) {
			s.add(t.place(&t.Rows[n], k.at))
		}
	}
	out.column(Medium, c, s, fmt.Sprintf("%s of the curve, times the number at risk, %s 1 to %d events",
		number(s.count, "step", "steps"), map[bool]string{true: "is", false: "are"}[s.count == 1], out.profile.Threshold))
}

// left is the share without an event before and at a row, and how exactly it is
// written; ok is false where the curve does not fall there.
func (t *Table) left(n int, k curve) (before, now, wide float64, ok bool) {
	a, b := t.Rows[n-1].cell(k.at), t.Rows[n].cell(k.at)
	if a.Kind != Number || b.Kind != Number || a.Places < 0 || b.Places < 0 {
		return 0, 0, 0, false
	}
	before, now = a.Value, b.Value
	wide = 0.5 * math.Pow10(-int(b.Places))
	if k.rises {
		before, now = 1-before, 1-now
	}
	if before < 1 { // where the curve begins, it is exact
		wide = 0.5 * math.Pow10(-int(min(a.Places, b.Places)))
	}
	return before, now, wide, now < before && before > 0
}

// step reports whether the curve falls by one to threshold events at a row,
// though the events beside it do not say so.
func (t *Table) step(n int, k curve, threshold float64) bool {
	before, now, wide, ok := t.left(n, k)
	at := t.Rows[n].cell(k.risk)
	if !ok || at.Kind != Number || at.Value <= 0 || wide*at.Value > 0.25 {
		return false // not written exactly enough
	}
	if t.Columns[k.risk].shown != noControl && (k.event < 0 || t.Columns[k.event].shown != noControl) {
		return false // the curve of rounded counts
	}
	events := (1 - now/before) * at.Value
	nearest := math.Round(events)
	return nearest >= 1 && nearest <= threshold && math.Abs(events-nearest) <= 0.05+wide*at.Value
}

// lonely finds the steps of a curve that are one event each. Without the number
// at risk that shows if nearly all steps are one over a whole number, and those
// numbers fall.
func (t *Table) lonely(k curve) spots {
	const fewest = 6
	var s spots
	tried, fits, rises := 0, 0, 0
	last := math.Inf(1)
	for n := 1; n < len(t.Rows); n++ {
		before, now, wide, ok := t.left(n, k)
		if before == 1 || now > before {
			last = math.Inf(1) // another curve begins
		}
		if !ok {
			continue
		}
		people := before / (before - now)
		if people*people*wide*2 > 0.05 {
			continue // not written exactly enough
		}
		tried++
		if math.Abs(people-math.Round(people)) > 0.05 {
			continue
		}
		if fits++; math.Round(people) >= last {
			rises++
		}
		last = math.Round(people)
		s.add(t.place(&t.Rows[n], k.at))
	}
	if fits < fewest || fits*10 < tried*6 || rises*5 > fits {
		return spots{}
	}
	return s
}

// cumulative finds counts of events that are added up over time in steps of a
// few.
func (survival) cumulative(t *Table, out *findings) {
	const fewest = 4
	for i, c := range t.Columns {
		cum := slices.ContainsFunc([]string{"cum", "cml", "cumul", "cumulative", "cumuln"}, func(w string) bool { return slices.Contains(c.words, w) })
		if !cum || c.Role != RoleCount || !c.Sure || c.shown != noControl || c.slack > 0 {
			continue
		}
		var s spots
		var sizes residues
		steps := int64(0)
		for n := 1; n < len(t.Rows); n++ {
			before, now := t.Rows[n-1].cell(i), t.Rows[n].cell(i)
			if before.Kind != Number || now.Kind != Number || now.Value <= before.Value || !now.whole() {
				continue
			}
			steps++
			sizes.add(int64(math.Round(now.Value) - math.Round(before.Value)))
			if now.Value-before.Value <= float64(out.profile.Threshold) && before.Value > 0 {
				s.add(t.place(&t.Rows[n], i))
			}
		}
		if steps >= fewest && !sizes.rounded(steps) {
			out.column(Medium, c, s, fmt.Sprintf("%s of 1 to %d from the row above", number(s.count, "step", "steps"), out.profile.Threshold))
		}
	}
}

// rounded reports whether nearly all of so many numbers are multiples of what
// counts are rounded to.
func (r *residues) rounded(numbers int64) bool {
	for _, c := range []Control{Rounded5, Rounded6, roundedSeven} {
		if fit, _ := r.fit(c); fit*10 >= numbers*8 {
			return true
		}
	}
	return false
}
