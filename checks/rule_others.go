package checks

import (
	"fmt"
	"math"
	"slices"
)

// dominance finds totals of contributions that are mostly those of one or two.
type dominance struct{}

func (dominance) about() About {
	return About{
		Name: "dominance", Weight: High, Source: "ACRO: (2, 90 %) and p 10 %; ABS: (1, 50) and (2, 67)",
		Reads:    []string{"dominance", "p_percent"},
		Examines: "tables with the largest contribution, the second largest, and the total",
	}
}

func (rule dominance) table(t *Table, out *findings) {
	largest, second, total := -1, -1, -1
	for i, c := range t.Columns {
		top := slices.Contains(c.words, "largest") || slices.Contains(c.words, "biggest") || slices.Contains(c.words, "top")
		next := slices.Contains(c.words, "second") || slices.Contains(c.words, "nd")
		switch {
		case c.numbers == 0 || c.negative > 0:
		case top && next:
			second = i
		case top && largest < 0:
			largest = i
		case (slices.Contains(c.words, "total") || slices.Contains(c.words, "sum")) && total < 0:
			total = i
		}
	}
	if largest < 0 || total < 0 {
		return
	}
	var s spots
	for n := range t.Rows {
		r := &t.Rows[n]
		first, sum := r.cell(largest), r.cell(total)
		if first.Kind != Number || sum.Kind != Number || sum.Value <= 0 || first.Value > sum.Value {
			continue
		}
		next, known := 0.0, false
		if second >= 0 && r.cell(second).Kind == Number {
			next, known = r.cell(second).Value, true
		}
		if dominated(first.Value, next, sum.Value, known, out.profile) {
			s.add(t.place(r, total))
		}
	}
	if s.count > 0 {
		out.column(High, t.Columns[total], s, number(s.count, "total is", "totals are")+" dominated by the largest contributions")
	}
}

// dominated reports whether a total breaks an (n, k) or the p% rule. What the
// second largest is must be known for those that need it.
func dominated(first, second, total float64, known bool, p *Profile) bool {
	for _, d := range p.Dominance {
		switch {
		case d.N == 1 && first > d.Share*total:
			return true
		case d.N == 2 && (known && first+second > d.Share*total || !known && first > d.Share*total):
			return true
		}
	}
	return known && p.PPercent > 0 && total-first-second < p.PPercent/100*first
}

// survival finds curves whose steps show single events.
type survival struct{}

func (survival) about() About {
	return About{
		Name: "survival", Weight: Medium, Source: "OpenSAFELY: curves are rounded, so that no step is an event",
		Reads:    []string{"threshold", "declared"},
		Examines: "tables with the survival and the number at risk at each time",
	}
}

func (rule survival) table(t *Table, out *findings) {
	curve, risk, event := -1, -1, -1
	for i, c := range t.Columns {
		switch {
		case len(c.words) == 1 && (c.words[0] == "surv" || c.words[0] == "survival" || c.words[0] == "km") && c.max <= 1:
			curve = i
		case slices.Contains(c.words, "risk") && c.Role == RoleCount && risk < 0:
			risk = i
		case c.Role == RoleCount && (slices.Contains(c.words, "event") || slices.Contains(c.words, "events") || slices.Contains(c.words, "nevent")) && event < 0:
			event = i
		}
	}
	if curve < 0 || risk < 0 {
		return
	}
	var s spots
	for n := 1; n < len(t.Rows); n++ {
		if t.step(n, curve, risk, event, float64(out.profile.Threshold)) {
			s.add(t.place(&t.Rows[n], curve))
		}
	}
	if s.count > 0 {
		out.column(Medium, t.Columns[curve], s, fmt.Sprintf("%s of the curve, times the number at risk, %s 1 to %d events",
			number(s.count, "step", "steps"), map[bool]string{true: "is", false: "are"}[s.count == 1], out.profile.Threshold))
	}
}

// step reports whether the curve falls by one to threshold events at a row,
// though the events beside it do not say so.
func (t *Table) step(n, curve, risk, event int, threshold float64) bool {
	before, now, at := t.Rows[n-1].cell(curve), t.Rows[n].cell(curve), t.Rows[n].cell(risk)
	if before.Kind != Number || now.Kind != Number || at.Kind != Number || now.Value >= before.Value || before.Value <= 0 || at.Value <= 0 {
		return false
	}
	wide := 0.5 * math.Pow10(-int(now.Places))
	if before.Value < 1 { // where the curve begins, it is exact
		wide = 0.5 * math.Pow10(-int(min(now.Places, before.Places)))
	}
	if now.Places < 0 || before.Places < 0 || wide*at.Value > 0.25 {
		return false // not written exactly enough
	}
	events := (1 - now.Value/before.Value) * at.Value
	if t.Columns[risk].shown != noControl && event >= 0 && t.Columns[event].shown != noControl {
		return false // the curve of rounded counts
	}
	nearest := math.Round(events)
	return nearest >= 1 && nearest <= threshold && math.Abs(events-nearest) <= 0.05+wide*at.Value
}

// freeText finds columns of sentences.
type freeText struct{}

func (freeText) about() About {
	return About{
		Name: "free-text", Weight: Medium, Source: "OpenSAFELY: no free text leaves",
		Examines: "columns of words, by length and by how many are different",
	}
}

func (freeText) table(t *Table, out *findings) {
	const fewest = 10
	for i, c := range t.Columns {
		if c.Role != RoleFreeText || c.texts < fewest {
			continue
		}
		weight := Medium
		if len(t.layout.counts) > 0 || len(t.roles(RoleStatistic)) > 0 {
			weight = Low // labels of a table, however long
		}
		s := t.places(i, func(x *Cell) bool { return x.Kind == Text })
		out.column(weight, c, s, fmt.Sprintf("%d long texts, nearly all different", c.texts))
	}
}
