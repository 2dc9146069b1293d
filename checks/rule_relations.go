package checks

import (
	"fmt"
	"math"
	"slices"
)

// recomputed finds percentages and rates that were made of the counts before
// those were rounded.
type recomputed struct{}

func (recomputed) about() About {
	return About{
		Name: "recomputed", Weight: Medium,
		Source:   "OpenSAFELY: percentages and rates are made of the rounded counts",
		Reads:    []string{"declared", "rounding"},
		Examines: "percentages and rates beside rounded counts that they were made of",
	}
}

func (recomputed) table(t *Table, out *findings) {
	for _, r := range t.relations(out) {
		c := t.Columns[r.part]
		rounding := c.shown
		if rounding == noControl {
			continue
		}
		s, looked, closer := r.strict(t)
		if s.count < 3 || s.count*5 < looked {
			continue
		}
		result, of := r.says(t)
		message := fmt.Sprintf("%s is this count over %s, but in %d of %d rows it does not follow from the counts as they are rounded (%s): it was made of the counts before",
			result, of, s.count, looked, rounding.says())
		if closer > 0 {
			message += ", and shows them more closely than they were meant to be shown"
		}
		out.column(Medium, t.Columns[r.result.column], s, message)
	}
}

// strict finds the rows whose result is not that of the counts as shown, and
// those where it says more of the count than the rounding lets be known.
func (r *relation) strict(t *Table) (s spots, looked, closer int64) {
	slack := t.slack(r.part)
	for n := range t.Rows {
		row := &t.Rows[n]
		c := row.cell(r.part)
		of, _, ok := r.of.at(t, row)
		result, error, is := r.result.at(t, row)
		if c.Kind != Number || !ok || !is || of <= 0 || t.roleAt(n, r.part) != RoleCount {
			continue
		}
		value, wide, _ := r.implied(t, row)
		if math.Abs(value-c.Value) > wide+slack {
			continue // not a row of the relation
		}
		looked++
		if math.Abs(c.Value/of*r.scale-result) > error*1.01+1e-12 {
			s.add(t.place(row, r.result.column))
			if of*error/r.scale < slack/2 {
				closer++
			}
		}
	}
	return s, looked, closer
}

// hiddenBeside finds masks whose count follows from a result and from what it
// is a part of, in the same row.
func (t *Table) hiddenBeside(known map[spot]span, out *findings) {
	t.spansBeside(t.relationsOfMasks(out), known)
}

// relationsOfMasks are the relations of columns that have masks.
func (t *Table) relationsOfMasks(out *findings) []relation {
	shown := t.relations(out)
	named := t.namedRelations(shown)
	shown = append(shown[:len(shown):len(shown)], named...)
	return slices.DeleteFunc(append(shown, t.impliedRelations(shown)...), func(r relation) bool { return t.Columns[r.part].masks == 0 })
}

// spansBeside notes what masks can be by the relations of their columns.
func (t *Table) spansBeside(relations []relation, known map[spot]span) {
	for _, r := range relations {
		result, of := r.says(t)
		for n := range t.Rows {
			row := &t.Rows[n]
			c := row.cell(r.part)
			if c.Kind != Mask || t.roleAt(n, r.part) != RoleCount {
				continue
			}
			value, error, ok := r.implied(t, row)
			if !ok || value < 0 {
				continue
			}
			lowest, most := math.Ceil(value-error), math.Floor(value+error)
			if lowest > most || c.Value >= 0 && lowest > c.Value {
				continue // another relation holds here
			}
			narrow(known, spot{n, r.part}, span{lowest: max(0, lowest), most: most, from: fmt.Sprintf("%s times %s", result, of)})
		}
	}
}

// spot is a cell of a table, by row and column.
type spot struct{ row, column int }

// span is what a hidden value can be, and how that is known.
type span struct {
	lowest, most float64
	from         string
	weight       Weight // if that does not follow from what is known
	how          string // it is known, if there is a weight
}

// narrow keeps the narrower of what is known of a cell.
func narrow(known map[spot]span, at spot, s span) {
	old, ok := known[at]
	if !ok || s.most-s.lowest < old.most-old.lowest {
		known[at] = s
	}
}

// namedRelations are relations that too few rows show, because most counts are
// hidden: a rate beside person-time, or a percentage beside a total, whose
// product is whole in most rows, or is what the names say in all that are shown.
func (t *Table) namedRelations(shown []relation) []relation {
	var out []relation
	for _, part := range t.layout.counts {
		if t.Columns[part].masks == 0 || slices.ContainsFunc(shown, func(r relation) bool { return r.part == part }) {
			continue
		}
		for _, result := range t.results() {
			for _, of := range t.wholes(part) {
				for _, scale := range scales {
					r := relation{part: part, of: of, result: result, scale: scale}
					if of != result && (r.mostlyWhole(t) || r.named(t)) {
						out = append(out, r)
					}
				}
			}
		}
	}
	return out
}

// mostlyWhole reports whether the relation makes most hidden counts of its
// column whole numbers, where chance would not, and contradicts none that is
// shown.
func (r *relation) mostlyWhole(t *Table) bool {
	role := t.Columns[r.result.column].Role
	if !r.result.beside && role != RoleRate && role != RolePercentage {
		return false
	}
	chance, whole, rows := 1.0, 0, 0
	for n := range t.Rows[:min(len(t.Rows), relatedRows)] {
		if t.compared++; t.compared > 2*maxCompared {
			return false
		}
		row := &t.Rows[n]
		c := row.cell(r.part)
		value, error, ok := r.implied(t, row)
		if !ok || value == 0 || t.roleAt(n, r.part) != RoleCount {
			continue
		}
		switch {
		case c.Kind == Number && math.Abs(value-c.Value) > error+t.slack(r.part):
			return false
		case c.Kind != Mask:
			continue
		}
		rows++
		if nearest := math.Round(value); nearest >= 1 && math.Abs(value-nearest) <= error && (c.Value < 0 || nearest <= c.Value) {
			whole++
			chance *= min(1, 2*error)
		}
	}
	return whole >= 2 && whole*10 >= rows*6 && chance*math.Pow(2, float64(rows)) < 1e-3
}
