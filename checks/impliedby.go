package checks

import (
	"math"
	"slices"
)

// impliedRelations are relations of counts with a total that stands nowhere,
// because the percentages beside the counts that are shown give it away:
// 101 (40.2 %) and 76 (30.3 %) are both of 251.
func (t *Table) impliedRelations(shown []relation) []relation {
	var out []relation
	for _, part := range t.layout.counts[:min(len(t.layout.counts), relatedColumns)] {
		if t.Columns[part].masks == 0 || slices.ContainsFunc(shown, func(r relation) bool { return r.part == part }) {
			continue
		}
		for _, result := range t.results() {
			for _, scale := range []float64{1, 100} {
				of, ok := t.impliedTotal(part, result, scale)
				r := relation{part: part, of: of, result: result, scale: scale}
				if ok && (r.shown(t) && r.fits > fewestRows || t.sharesOfAll(result, scale)) {
					out = append(out, r)
				}
			}
		}
	}
	return out
}

// impliedTotal is the total that all rows have in common, if there is one that
// they leave no doubt of.
func (t *Table) impliedTotal(part int, result series, scale float64) (series, bool) {
	slack := t.slack(part)
	lowest, most := 0.0, math.Inf(1)
	for n := range t.Rows[:min(len(t.Rows), relatedRows)] {
		t.compared++
		row := &t.Rows[n]
		c := row.cell(part)
		share, error, ok := result.at(t, row)
		if !ok || c.Kind != Number || c.Value <= 0 || share <= error || share > scale || t.roleAt(n, part) != RoleCount {
			continue
		}
		lowest = max(lowest, (c.Value-slack)*scale/(share+error))
		most = min(most, (c.Value+slack)*scale/(share-error))
	}
	if lowest > most || math.IsInf(most, 1) || lowest < 1 {
		return series{}, false
	}
	middle := (lowest + most) / 2
	return series{column: -1, fixed: middle, wide: (most - lowest) / 2, of: "the total that the other rows show"}, (most-lowest)/middle < 0.05
}

// hiddenWholes finds masks of what a count or a sum is a part of: a
// denominator beside its numerator and percentage, or a number of people
// beside a sum and a mean.
func (t *Table) hiddenWholes(known map[spot]span) {
	for _, of := range t.layout.counts {
		if t.Columns[of].masks == 0 {
			continue
		}
		for _, part := range t.sumColumns(of) {
			for _, result := range t.results() {
				best := relation{}
				for _, scale := range scales {
					r := relation{part: part, of: series{column: of}, result: result, scale: scale}
					if r.result.column != part && r.shownOf(t) && r.fits > best.fits {
						best = r
					}
				}
				if best.fits > 0 {
					best.wholes(t, known)
				}
			}
		}
	}
}

// sumColumns are the columns that may be parts of a count, or sums over what
// it counts.
func (t *Table) sumColumns(of int) []int {
	var out []int
	for i, c := range t.Columns {
		sums := slices.Contains(c.words, "sum") || slices.Contains(c.words, "total")
		if i != of && c.numbers > 0 && len(out) < relatedColumns && (c.Role == RoleCount || c.Role == RoleExposure || c.Role == RoleNumber && sums) {
			out = append(out, i)
		}
	}
	return out
}

// shownOf is shown for sums that need not be whole numbers.
func (r *relation) shownOf(t *Table) bool {
	fits, chance := 0, 1.0
	for n := range t.Rows[:min(len(t.Rows), relatedRows)] {
		if t.compared++; t.compared > 2*maxCompared {
			return false
		}
		row := &t.Rows[n]
		c := row.cell(r.part)
		value, error, ok := r.implied(t, row)
		if !ok || c.Kind != Number || c.Value <= 0 {
			continue
		}
		error += r.off(t, c)
		if math.Abs(value-c.Value) > error {
			return false
		}
		fits++
		chance *= min(1, 2*error/c.Value)
	}
	r.fits = fits
	return fits >= fewestRows && chance < enough
}

// off is how far the part that is written may be from the one that was meant.
func (r *relation) off(t *Table, c *Cell) float64 {
	if t.Columns[r.part].Role == RoleCount {
		return t.slack(r.part)
	}
	return 0.5 * math.Pow10(-int(max(c.Places, 0)))
}

// wholes notes what the masks of the whole can be.
func (r *relation) wholes(t *Table, known map[spot]span) {
	name := "“" + short(t.Columns[r.part].Name) + "” over "
	result, _ := r.says(t)
	for n := range t.Rows {
		row := &t.Rows[n]
		hidden, c := row.cell(r.of.column), row.cell(r.part)
		share, error, ok := r.result.at(t, row)
		if hidden.Kind != Mask || c.Kind != Number || c.Value <= 0 || !ok || share <= error || t.roleAt(n, r.of.column) != RoleCount {
			continue
		}
		off := r.off(t, c)
		slack := math.Floor(t.slack(r.of.column))
		lowest := math.Ceil((c.Value-off)*r.scale/(share+error)-noise) - slack
		most := math.Floor((c.Value+off)*r.scale/(share-error)+noise) + slack
		if lowest > most || hidden.Value >= 0 && lowest > hidden.Value {
			continue
		}
		narrow(known, spot{n, r.of.column}, span{lowest: max(0, lowest), most: most, from: name + result})
	}
}
