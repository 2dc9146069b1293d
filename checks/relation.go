package checks

import (
	"math"
)

// relation says that a value of a row is a count of that row over another
// number, times a scale: a percentage or a rate.
type relation struct {
	part   int     // column of the count
	of     series  // what it is a part of
	result series  // the percentage or rate
	scale  float64 // 1, 100, 1000 …
	fits   int     // rows that show it
}

// series is one number of each row: a column's, or what stands beside it in
// the same cells, or the same number in every row.
type series struct {
	column int
	beside bool
	fixed  float64 // when column is -1
	wide   float64 // how far that may be from the one that was meant
	of     string  // what a fixed number is
}

// at is the number that a row has in the series, and how far the number that
// was written may be from the one that was meant.
func (s series) at(t *Table, r *Row) (value, error float64, ok bool) {
	if s.column < 0 {
		return s.fixed, max(s.wide, t.slackOf(s.fixed)), true
	}
	c := r.cell(s.column)
	places := c.Places
	switch {
	case s.beside && (c.Shape == Plain || c.Kind2 != Number || c.Shape == Interval), !s.beside && c.Kind != Number:
		return 0, 0, false
	case s.beside:
		value, places = c.Second, c.Places2
	default:
		value = c.Value
	}
	if places < 0 { // scientific notation: too coarse to say
		return 0, 0, false
	}
	if role := t.Columns[s.column].Role; role == RoleCount && !s.beside {
		return value, t.slack(s.column), true
	}
	return value, 0.5*math.Pow10(-int(places)) + 2e-7*math.Abs(value), true
}

// slackOf is how far a number that stands for all rows may be from the one
// before rounding.
func (t *Table) slackOf(float64) float64 {
	most := 0.0
	for _, i := range t.layout.counts {
		most = max(most, t.slack(i))
	}
	return most
}

// scales are what shares and rates are multiplied by.
var scales = []float64{1, 100, 1000, 1e4, 1e5, 1e6}

const (
	relatedColumns = 30   // counts and results that are compared
	relatedRows    = 2000 // rows that show a relation
	fewestRows     = 3
)

// maxCompared bounds the rows that are compared to find relations.
const maxCompared = 3_000_000

// relations finds how counts, totals and results of a table hang together. The
// one that fits best is kept for each count and result.
func (t *Table) relations(out *findings) []relation {
	if !t.related {
		t.related, t.found = true, t.findRelations()
	}
	if t.compared > maxCompared {
		out.miss("percentages and rates beside counts: the table has too many columns for all to be compared")
	}
	return t.found
}

func (t *Table) findRelations() []relation {
	var out []relation
	results := t.results()
	for _, part := range t.layout.counts[:min(len(t.layout.counts), relatedColumns)] {
		wholes := t.wholes(part)
		for _, result := range results {
			if best, ok := t.bestRelation(part, result, wholes); ok {
				out = append(out, best)
			}
		}
	}
	return out
}

// bestRelation is the relation of a count and a result that most rows show.
func (t *Table) bestRelation(part int, result series, wholes []series) (best relation, ok bool) {
	for _, of := range wholes {
		if of == result {
			continue
		}
		for _, scale := range scales {
			r := relation{part: part, of: of, result: result, scale: scale}
			if r.shown(t) && r.fits > best.fits {
				best = r
			}
		}
	}
	return best, best.fits > 0
}

// results are the columns that may be percentages or rates, and the numbers
// beside counts.
func (t *Table) results() []series {
	var out []series
	for i, c := range t.Columns {
		switch {
		case len(out) == relatedColumns:
			return out
		case c.Role == RoleCount && c.besides > 0:
			out = append(out, series{column: i, beside: true})
		case c.Role == RolePercentage, c.Role == RoleRate, c.Role == RoleNumber && c.fractions > 0, c.Role == RoleStatistic && c.intervals == 0 && c.min >= 0:
			out = append(out, series{column: i})
		}
	}
	return out
}

// wholes are what a count may be a part of: other counts, person-time, a count
// that stands below the line in the same cell, the count of a row called total.
func (t *Table) wholes(part int) []series {
	var out []series
	for i, c := range t.Columns {
		if i != part && (c.Role == RoleCount || c.Role == RoleExposure) && len(out) < relatedColumns {
			out = append(out, series{column: i})
		}
	}
	if t.Columns[part].ratios > 0 {
		out = append(out, series{column: part, beside: true})
	}
	totals := 0
	for n := range t.Rows {
		if !t.layout.totals[n] || totals == 3 {
			continue
		}
		if c := t.Rows[n].cell(part); c.Kind == Number && c.whole() && c.Value > 0 {
			totals++
			out = append(out, series{column: -1, fixed: math.Round(c.Value), of: "the row “" + short(t.label(n)) + "”"})
		}
	}
	return out
}

// label is the first label of a row.
func (t *Table) label(row int) string {
	for _, i := range t.layout.labels {
		if s := t.Rows[row].text(i); s != "" {
			return s
		}
	}
	return ""
}

// part is what the count of a row must be by the relation, and how far from
// that it may be.
func (r *relation) implied(t *Table, row *Row) (value, error float64, ok bool) {
	result, e1, ok := r.result.at(t, row)
	if !ok {
		return 0, 0, false
	}
	of, e2, ok := r.of.at(t, row)
	if !ok || of <= 0 {
		return 0, 0, false
	}
	return result * of / r.scale, (of*e1+math.Abs(result)*e2+e1*e2)/r.scale + noise, true
}

// shown reports whether the rows of the table show the relation: nearly all
// that can, with numbers so exact that chance is out of the question.
func (r *relation) shown(t *Table) bool {
	fits, fails := 0, 0
	chance := 1.0
	slack := t.slack(r.part)
	seen := map[float64]bool{}
	for n := range t.Rows[:min(len(t.Rows), relatedRows)] {
		if t.compared++; t.compared > maxCompared {
			return false
		}
		row := &t.Rows[n]
		c := row.cell(r.part)
		if c.Kind != Number || !c.whole() || c.Value <= 0 || t.roleAt(n, r.part) != RoleCount {
			continue
		}
		value, error, ok := r.implied(t, row)
		if !ok {
			continue
		}
		error += slack
		if math.Abs(value-c.Value) <= error {
			fits++
			if result, _, _ := r.result.at(t, row); !seen[result] {
				seen[result] = true
				chance *= min(1, 2*error/c.Value)
			}
		} else {
			fails++
		}
		if fails > 5 && 9*fails > fits {
			return false
		}
	}
	r.fits = fits
	different := len(seen) >= fewestRows || len(seen) == fewestRows-1 && chance < enough/10
	return fits >= fewestRows && fits >= 9*fails && different && chance < enough
}

// results of a relation in words.
func (r *relation) says(t *Table) (result, of string) {
	result = "“" + short(t.Columns[r.result.column].Name) + "”"
	if r.result.beside {
		result = "the number beside it"
	}
	switch {
	case r.of.column < 0:
		of = r.of.of
	case r.of.beside:
		of = "the number below the line"
	default:
		of = "“" + short(t.Columns[r.of.column].Name) + "”"
	}
	return result, of
}
