package checks

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// lowCounts finds counts from one to the threshold.
type lowCounts struct {
	listed  spots
	summary bool // the lines are of R's summary()
	said    spots
	asked   bool // the line above was Stata's count
}

func (*lowCounts) about() About {
	return About{
		Name: "low-counts", Version: 2, Weight: High,
		Source:   "OpenSAFELY: redact 7 or fewer; UK LLC, NHS England SDE, ACRO: fewer than 10",
		Reads:    []string{"threshold", "zero_is_low", "declared"},
		Examines: "every count: columns whose name or values say so, and rows of a long table that do",
	}
}

func (rule *lowCounts) table(t *Table, out *findings) {
	unsure := map[int]spots{}
	for i, c := range t.Columns {
		if c.Role != RoleCount && i != t.layout.value && !t.layout.described {
			continue
		}
		s := t.lowIn(i, out.profile)
		switch {
		case s.count == 0:
		case !c.Sure && c.Role == RoleCount && c.shown == noControl:
			unsure[i] = s
		default:
			rule.report(t, c, s, out)
		}
		if out.profile.ZeroIsLow && c.Role == RoleCount {
			out.column(Medium, c, c.zeros, number(c.zeros.count, "cell is", "cells are")+" 0, which is as disclosive here as a low count")
		}
	}
	rule.unsure(t, unsure, out)
}

// unsure reports low counts in columns that their values alone show to be
// counts: one by one if they are few, else all together.
func (rule *lowCounts) unsure(t *Table, low map[int]spots, out *findings) {
	const few = 3
	var all spots
	var names []string
	for _, i := range slices.Sorted(maps.Keys(low)) {
		s := low[i]
		if len(low) <= few {
			rule.report(t, t.Columns[i], s, out)
			continue
		}
		all.count += s.count
		all.places = append(all.places, s.places[:min(len(s.places), maxPlaces-len(all.places))]...)
		if len(names) < 10 {
			names = append(names, "“"+short(t.Columns[i].Name)+"”")
		}
	}
	if all.count > 0 {
		out.table(Medium, t, all, fmt.Sprintf("%s from 1 to %d in %d columns that are taken for counts because of their values: %s",
			number(all.count, "count", "counts"), out.profile.Threshold, len(low), strings.Join(names, ", ")))
	}
}

// report says what low counts a column has, unless they are low because they
// are rounded, as was declared.
func (*lowCounts) report(t *Table, c *Column, s spots, out *findings) {
	shows := c.shown
	cells := fmt.Sprintf("%s from 1 to %d", number(s.count, "count", "counts"), out.profile.Threshold)
	weight := High
	if !c.Sure && c.Role == RoleCount {
		weight = Medium
		if t.text && t.Header == 0 {
			weight = Low // of what, nothing says
		}
		cells += "; the column is taken for counts because it has " + c.Why
	}
	switch {
	case shows == noControl:
		out.column(weight, c, s, cells)
	case shows == c.control:
		return // what declaredControl verified
	case c.masks > 0:
		out.column(Medium, c, s, cells+", though others of the column are hidden. It looks "+shows.says()+", which was not declared")
	default:
		out.column(Info, c, s, fmt.Sprintf("%s. The whole column looks %s, which was not declared", cells, shows.says()))
	}
}

// lowIn finds the low counts of a column.
func (t *Table) lowIn(column int, p *Profile) spots {
	c := t.Columns[column]
	if !t.kept() {
		return c.low
	}
	base, left := int64(0), int64(0)
	if c.shown == noControl && c.mostlyRounded() {
		base, left = c.control.base() // those that are rounded are not the low ones
	}
	return t.places(column, func(x *Cell) bool {
		if x.Kind != Number || x.Shape == Interval || !x.whole() || x.Value < 1 || math.Round(x.Value) > float64(p.Threshold) {
			return false
		}
		return base == 0 || int64(math.Round(x.Value))%base != left
	})
}

// mostlyRounded reports whether most counts of a column are rounded as was
// declared, though not all.
func (c *Column) mostlyRounded() bool {
	fit, different := c.rounding.fit(c.control)
	return different > 1 && fit*3 >= c.nonZero*2
}

// declaredControl verifies what was declared to have been done to the counts.
type declaredControl struct {
	unrounded spots // tables whose counts are not rounded, though nothing asks for it
	names     []string
}

func (*declaredControl) about() About {
	return About{
		Name: "declared-control", Version: 2, Weight: High,
		Source:   "OpenSAFELY: counts not rounded are the most common reason to send a request back",
		Reads:    []string{"declared", "rounding", "threshold"},
		Examines: "every count, against the control that the file's group or the column's name declares, or the policy asks for",
	}
}

func (rule *declaredControl) table(t *Table, out *findings) {
	for i, c := range t.Columns {
		if c.Role != RoleCount || c.nonZero == 0 {
			continue
		}
		if base, _ := c.control.base(); base > 0 {
			rule.rounded(t, i, out)
			continue
		}
		looks, others := c.looksRounded()
		if fit, _ := c.rounding.fit(t.nearly); looks == noControl && t.nearly != noControl && fit*2 > c.nonZero {
			looks, others = t.nearly, c.nonZero-fit
		}
		switch {
		case looks != noControl && others > 0:
			base, left := looks.base()
			s := t.places(i, func(x *Cell) bool {
				return x.Kind == Number && x.whole() && x.Value > 0 && int64(math.Round(x.Value))%base != left
			})
			out.column(Medium, c, s, fmt.Sprintf("all but %s look %s", number(others, "count", "counts"), looks.says()))
		case c.shown == noControl && c.Sure && c.nonZero > 1:
			rule.note(t, c)
		}
	}
	rule.redacted(t, out)
	rule.none(t, out)
	rule.beside(t, out)
}

// rounded finds the counts of a column that are not rounded as declared.
func (*declaredControl) rounded(t *Table, column int, out *findings) {
	c := t.Columns[column]
	base, left := c.control.base()
	said := "as declared"
	switch {
	case c.control != out.profile.rounding():
		said = "as its name says"
	case !slices.Contains(out.profile.Declared, c.control):
		said = "as the policy asks"
	}
	s := c.off
	if t.kept() {
		s = t.places(column, func(x *Cell) bool { return contradicts(x, base, left) })
	}
	weight := High
	if !c.Sure {
		weight = Medium
	}
	out.column(weight, c, s, fmt.Sprintf("%d of %d counts are not %s, %s", s.count, c.nonZero, c.control.says(), said))
	if left > 0 && c.mostlyMidpoints() && !slices.Contains(c.words, "derived") {
		s = t.oddOnes(column, base)
		out.column(Medium, c, s, fmt.Sprintf("%s a multiple of six, as only a sum or a difference of midpoint-6 counts is", number(s.count, "count is", "counts are")))
	}
}

// mostlyMidpoints reports whether a column has counts at the midpoint, and few
// sums of them.
func (c *Column) mostlyMidpoints() bool {
	midpoints, _ := c.rounding.fit(Midpoint6)
	sums, _ := c.rounding.fit(Rounded6)
	return midpoints > 4*sums && midpoints > 4
}

// contradicts reports whether a cell is a count that is not rounded so. Sums
// and differences of counts at the midpoint are multiples of the base.
func contradicts(x *Cell, base, left int64) bool {
	if x.Kind != Number || x.Shape == Interval || !x.whole() || x.Value <= 0 {
		return false
	}
	rest := int64(math.Round(x.Value)) % base
	return rest != left && (left == 0 || rest != 0)
}

// oddOnes finds the multiples of the base in a column of midpoints that are in
// no total.
func (t *Table) oddOnes(column int, base int64) spots {
	var s spots
	for n := range t.Rows {
		r := &t.Rows[n]
		x := r.cell(column)
		if x.Kind != Number || !x.whole() || x.Value <= 0 || int64(math.Round(x.Value))%base != 0 {
			continue
		}
		if !t.layout.totals[n] && column != t.layout.totalColumn && t.roleAt(n, column) == RoleCount {
			s.add(t.place(r, column))
		}
	}
	return s
}

// redacted finds counts that were declared to be hidden and are not.
func (*declaredControl) redacted(t *Table, out *findings) {
	most := out.profile.redacts()
	for i, c := range t.Columns {
		if most == 0 || c.Role != RoleCount {
			continue
		}
		s := c.low
		if t.kept() {
			s = t.places(i, func(x *Cell) bool {
				return x.Kind == Number && x.Shape != Interval && x.whole() && x.Value >= 1 && math.Round(x.Value) <= most
			})
		}
		weight := High
		if !c.Sure {
			weight = Medium
		}
		out.column(weight, c, s, fmt.Sprintf("%s up to %.0f, though counts were declared to be redacted there", number(s.count, "count is", "counts are"), most))
	}
}

// none finds counts where it was declared that there are none.
func (*declaredControl) none(t *Table, out *findings) {
	if !slices.Contains(out.profile.Declared, NoCounts) {
		return
	}
	for i, c := range t.Columns {
		if c.Role == RoleCount && c.Sure {
			out.column(Medium, c, t.places(i, func(x *Cell) bool { return x.Kind == Number || x.Kind == Mask }),
				"it was declared that there are no counts, but this is one: "+c.Why)
		}
	}
}

// note notes a column of counts that are not rounded.
func (rule *declaredControl) note(t *Table, c *Column) {
	if name := "“" + short(c.Name) + "”"; len(rule.names) < 10 && !slices.Contains(rule.names, name) {
		rule.names = append(rule.names, name)
	}
	at := Place{Line: t.First}
	if n := len(rule.unrounded.places); n == 0 || rule.unrounded.places[n-1] != at {
		rule.unrounded.add(at)
	}
}

// end says that counts are not rounded where nothing asks for it: no fault, but
// worth knowing.
func (rule *declaredControl) end(out *findings) {
	out.lines(Info, rule.unrounded, "The counts in "+strings.Join(rule.names, ", ")+" are not rounded. No rounding was declared, and the policy asks for none")
}

// tooMany finds tables that are longer than is let out.
type tooMany struct{}

func (tooMany) about() About {
	return About{
		Name: "rows", Weight: Medium, Source: "OpenSAFELY: at most 5,000 rows", Reads: []string{"max_rows"},
		Examines: "the number of rows of every table",
	}
}

func (tooMany) table(t *Table, out *findings) {
	if most := out.profile.MaxRows; most > 0 && t.All > most {
		out.table(Medium, t, spots{}, fmt.Sprintf("The table has %d rows; more than %d take a checker long, and are seldom needed", t.All, most))
	}
}
