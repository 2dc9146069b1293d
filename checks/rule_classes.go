package checks

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// oneClass finds groups all of whose people are in one class.
type oneClass struct{}

func (oneClass) about() About {
	return About{
		Name: "class-disclosure", Weight: Medium, Source: "OpenSAFELY: care with 0 % and 100 %; ACRO: all values are the same",
		Examines: "tables of counts by rows and columns, and percentages",
	}
}

func (rule oneClass) table(t *Table, out *findings) {
	if columns := t.classes(); len(columns) > 1 && len(t.roles(RoleDate)) == 0 {
		rule.rows(t, columns, out)
	}
	for i, c := range t.Columns {
		if c.Role != RolePercentage || c.numbers == 0 {
			continue
		}
		most := 100.0
		if c.max <= 1 && c.percents == 0 {
			most = 1
		}
		var s spots
		for n := range t.Rows {
			if x := t.Rows[n].cell(i); x.Kind == Number && x.Value == most && !t.layout.totals[n] {
				s.add(t.place(&t.Rows[n], i))
			}
		}
		out.column(Low, c, s, number(s.count, "cell says", "cells say")+" that all of a group are alike (100 %)")
	}
}

// classes are the columns of counts that are alternatives: they add up to a
// total, or are named for a class and not for what they count.
func (t *Table) classes() []int {
	var out []int
	for _, i := range t.layout.counts {
		c := t.Columns[i]
		if i == t.layout.totalColumn {
			continue
		}
		role, _ := called(c.words)
		if !c.named || slices.Contains(c.words, "missing") || role == RoleCount && t.layout.totalColumn < 0 {
			return nil
		}
		out = append(out, i)
	}
	return out
}

// rows finds rows with a single count that is not zero.
func (oneClass) rows(t *Table, columns []int, out *findings) {
	var s spots
	for n := range t.Rows {
		r := &t.Rows[n]
		zeros, counts, at := 0, 0, 0
		for _, i := range columns {
			c := r.cell(i)
			switch {
			case t.roleAt(n, i) != RoleCount || c.Kind != Number:
				counts = len(columns)
			case c.Value == 0:
				zeros++
			default:
				counts, at = counts+1, i
			}
		}
		if counts == 1 && zeros == len(columns)-1 && r.cell(at).Value > 0 {
			s.add(t.place(r, at))
		}
	}
	if s.count > 0 {
		out.table(Medium, t, s, number(s.count, "row has", "rows have")+" people in one class only: who is known to be in the row is known to be in that class")
	}
}

// smallDenominators finds shares of groups that are as small as a low count.
type smallDenominators struct{}

func (smallDenominators) about() About {
	return About{
		Name: "small-denominators", Weight: High, Source: "OpenSAFELY and UK LLC: the denominator of a percentage is a count too",
		Reads:    []string{"threshold"},
		Examines: "counts above others in one cell, and percentages in tables that show no counts",
	}
}

func (rule smallDenominators) table(t *Table, out *findings) {
	most := float64(out.profile.Threshold)
	for i, c := range t.Columns {
		if c.ratios > 0 && c.Role != RoleCode && c.Role != RoleDate {
			s := t.places(i, func(x *Cell) bool {
				return x.Shape == Ratio && x.Kind2 == Number && x.Second >= 1 && x.Second <= most
			})
			out.column(High, c, s, fmt.Sprintf("%s out of %d or fewer", number(s.count, "count is", "counts are"), out.profile.Threshold))
		}
		if c.Role == RolePercentage && len(t.layout.counts) == 0 && len(t.roles(RoleExposure)) == 0 {
			rule.fitted(t, i, out)
		}
	}
}

// fitted finds percentages that only a few people can give: as 33.3 or 14.3.
func (smallDenominators) fitted(t *Table, column int, out *findings) {
	c := t.Columns[column]
	scale := 100.0
	if c.max <= 1 && c.percents == 0 {
		scale = 1
	}
	looked, expected := 0, 0.0
	s := t.places(column, func(x *Cell) bool {
		if x.Kind != Number || x.Value <= 0 || x.Value >= scale || x.Places < 0 {
			return false
		}
		looked++
		wide := 0.5*math.Pow10(-int(x.Places))/scale + 1e-9
		fits, chance := fewFit(x.Value/scale, wide, out.profile.Threshold)
		expected += chance
		return fits
	})
	if s.count >= 3 && float64(s.count) > 5*expected && s.count*3 >= int64(looked) {
		out.column(Medium, c, s, fmt.Sprintf("%d of %d percentages are just those of a group of %d or fewer; no count beside them shows that it is larger",
			s.count, looked, out.profile.Threshold))
	}
}

// fewFit reports whether a share is that of some of at most n people, and how
// likely a share is to be by chance.
func fewFit(share, wide float64, most int) (fits bool, chance float64) {
	for n := 3; n <= most; n++ {
		for k := 1; k < n; k++ {
			exact := float64(k) / float64(n)
			fits = fits || math.Abs(share-exact) <= wide
			chance += 2 * wide
		}
	}
	return fits, min(chance, 1)
}

// extremes finds the values of single people: the smallest and the largest.
type extremes struct{}

func (extremes) about() About {
	return About{
		Name: "extremes", Weight: Medium, Source: "ACRO: minimum and maximum are values of single people; OpenSAFELY",
		Reads:    []string{"threshold"},
		Examines: "columns and rows called minimum, maximum, or the like, and the first and last percentiles",
	}
}

func (rule extremes) table(t *Table, out *findings) {
	var s spots
	var names []string
	for i, c := range t.Columns {
		if !c.extreme() {
			continue
		}
		found := t.places(i, func(x *Cell) bool { return x.Kind == Number || x.Kind == Date })
		if found.count == 0 {
			continue
		}
		names = append(names, "“"+short(c.Name)+"”")
		s.count += found.count
		s.places = append(s.places, found.places[:min(len(found.places), maxPlaces-len(s.places))]...)
	}
	if s.count > 0 {
		out.table(Medium, t, s, "The smallest and the largest values, and percentiles at the edge, are those of one person or a few: "+
			strings.Join(names[:min(len(names), 10)], ", "))
	}
	rule.percentiles(t, out)
	rule.rows(t, out)
}

// percentiles finds percentiles that so few people are beyond that it is the
// value of one of them.
func (extremes) percentiles(t *Table, out *findings) {
	if len(t.layout.counts) == 0 {
		return
	}
	n := t.layout.counts[0]
	for i, c := range t.Columns {
		beyond := beyondOf(c.words)
		if beyond == 0 || c.extreme() || c.Role == RoleCount {
			continue
		}
		var s spots
		for row := range t.Rows {
			r := &t.Rows[row]
			all, x := r.cell(n), r.cell(i)
			if x.Kind == Number && all.Kind == Number && all.Value > 0 && all.Value*beyond <= float64(out.profile.Threshold) {
				s.add(t.place(r, i))
			}
		}
		out.column(Medium, c, s, fmt.Sprintf("at most %d people are beyond %s", out.profile.Threshold, number(s.count, "percentile", "percentiles")))
	}
}

// beyondOf is the share of people beyond a percentile with this name, on its
// shorter side; 0 for other names.
func beyondOf(w []string) float64 {
	if !isPercentile(w) || w[0] == "q" {
		return 0
	}
	p, err := strconv.Atoi(w[1])
	if err != nil || p <= 0 || p >= 100 {
		return 0
	}
	return float64(min(p, 100-p)) / 100
}

// extreme reports whether the column is one of values of single people.
func (c *Column) extreme() bool {
	switch c.Role {
	case RoleExtreme:
		return c.ofPeople()
	case RoleStatistic:
		return isEdge(c.words)
	case RoleDate:
		return extremeWords.any(c.words) != ""
	}
	return false
}

// ofPeople reports whether an extreme is one of values of people, and not of a
// model or an axis.
func (c *Column) ofPeople() bool { return statWords.any(c.words) == "" }

// isEdge reports whether a name is that of a percentile at the edge: p0, p1,
// p99, p100.
func isEdge(w []string) bool {
	if !isPercentile(w) || w[0] != "p" {
		return false
	}
	p, err := strconv.Atoi(w[1])
	return err == nil && (p <= 1 || p == 99 || p == 100)
}

// rows finds rows whose label says that they are extremes.
func (extremes) rows(t *Table, out *findings) {
	var s spots
	for n := range t.Rows {
		if t.layout.rows[n].role != RoleExtreme {
			continue
		}
		r := &t.Rows[n]
		for i := range r.Cells {
			if c := r.cell(i); c.Kind == Number || c.Kind == Date {
				s.add(t.place(r, i))
			}
		}
	}
	if s.count > 0 {
		out.table(Medium, t, s, number(s.count, "cell", "cells")+" in rows called minimum or maximum: those are values of single people")
	}
}
