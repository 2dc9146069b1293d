package checks

import "math"

// unlikely is how unlikely it must be that a few numbers fit by chance what
// their names say of them.
const unlikely = 0.02

// named reports whether the names say the relation, and every row that shows
// all its numbers holds by it: a percentage of a count, a rate of person-time.
// One row is enough, if chance would not make it.
func (r *relation) named(t *Table) bool {
	if !r.calledSo(t) {
		return false
	}
	chance, fits := 1.0, 0
	seen := map[float64]bool{}
	for n := range t.Rows[:min(len(t.Rows), relatedRows)] {
		if t.compared++; t.compared > 2*maxCompared {
			return false
		}
		row := &t.Rows[n]
		c := row.cell(r.part)
		value, error, ok := r.implied(t, row)
		if !ok || c.Kind != Number || c.Value <= 0 || t.roleAt(n, r.part) != RoleCount {
			continue
		}
		error += t.slack(r.part)
		if !c.whole() || math.Abs(value-c.Value) > error {
			return false
		}
		fits++
		if result, _, _ := r.result.at(t, row); !seen[result] {
			seen[result] = true
			chance *= min(1, 2*error/c.Value)
		}
	}
	return fits > 0 && chance < unlikely
}

// calledSo reports whether the names say what the relation is: a percentage of
// one hundred, or of one; a rate of so many people, or years of people.
func (r *relation) calledSo(t *Table) bool {
	if r.result.beside || r.of.column < 0 || r.of.beside {
		return false
	}
	c, of := t.Columns[r.result.column], t.Columns[r.of.column]
	switch c.Role {
	case RolePercentage:
		return of.Role == RoleCount && of.Sure && r.scale == map[bool]float64{true: 1, false: 100}[c.max <= 1 && c.percents == 0]
	case RoleRate:
		return of.Role == RoleExposure || of.Role == RoleCount && of.Sure
	}
	return false
}

// sharesOfAll reports whether the shares of a column add up to the whole, so
// that they are shares of what all rows have together.
func (t *Table) sharesOfAll(result series, scale float64) bool {
	sum, off, rows := 0.0, 0.0, 0
	for n := range t.Rows {
		share, error, ok := result.at(t, &t.Rows[n])
		if t.layout.totals[n] || len(t.Rows) > relatedRows {
			continue
		}
		if !ok || share < 0 {
			return false
		}
		sum, off, rows = sum+share, off+error, rows+1
	}
	return rows >= fewestRows && math.Abs(sum-scale) <= off && off < scale/50
}
