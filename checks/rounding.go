package checks

import (
	"math"
	"slices"
)

// slack is how far a count of a column may be from the one before rounding. A
// column that may as well be rounded as not is taken for rounded, so that
// nothing is said to follow from it that may not.
func (t *Table) slack(column int) float64 {
	return t.Columns[column].slack
}

// findRounding notes how the counts of the table are rounded: as the column
// itself shows, or, where it has too few of them, as all counts of the table
// together show.
func (t *Table) findRounding() {
	var pooled Column
	for _, c := range t.roles(RoleCount) {
		pooled.nonZero += c.nonZero
		pooled.rounding.addAll(&c.rounding)
	}
	all, others := pooled.looksRounded()
	if others > 0 {
		t.nearly, all = all, noControl
	}
	for _, c := range t.roles(RoleCount) {
		if c.shown = c.shows(); c.shown == noControl {
			c.shown = all
		}
		if c.slack = halfOf(c.shown); c.shown == noControl && c.nonZero > 0 {
			c.slack = c.perhaps()
		}
	}
}

// perhaps is how far a count may be from the one before rounding in a column
// that is too short to tell.
func (c *Column) perhaps() float64 {
	return halfOf(c.maybe())
}

// maybe is a rounding that all counts of the column have, be it by chance.
func (c *Column) maybe() Control {
	for _, try := range []Control{Rounded10, roundedSeven, Midpoint6, Rounded6, Rounded5} {
		if fit, _ := c.rounding.fit(try); fit == c.nonZero && fit > 0 {
			return try
		}
	}
	return noControl
}

// halfOf is how far rounding moves a count.
func halfOf(c Control) float64 {
	base, _ := c.base()
	return float64(base) / 2
}

// shows is the rounding that a column's counts have without exception: the one
// that was declared, or the one they look like.
func (c *Column) shows() Control {
	if base, _ := c.control.base(); base > 0 && c.off.count == 0 && c.nonZero > 0 {
		return c.control
	}
	looks, others := c.looksRounded()
	if others == 0 && (looks != noControl || !c.isRounded()) {
		return looks
	}
	if c.isRounded() {
		return c.maybe()
	}
	return noControl
}

// enough is how unlikely it must be that numbers are multiples of something by
// chance before they are taken for rounded.
const enough = 1e-4

// byChance is how likely so many numbers are all multiples of a base.
func byChance(base, numbers int64) float64 { return math.Pow(1/float64(base), float64(numbers)) }

// looksRounded is the rounding that nearly all counts of the column show, and
// how many of them do not; "" if there is none.
func (c *Column) looksRounded() (found Control, others int64) {
	for _, try := range []Control{Rounded10, Rounded5, Midpoint6, Rounded6, roundedSeven} {
		base, _ := try.base()
		fit, different := c.rounding.fit(try)
		misses := c.nonZero - fit
		if misses > 1 && misses*20 > c.nonZero || byChance(base, different) > enough || byChance(base, fit-4*misses) > enough {
			continue
		}
		if found == noControl || misses < others {
			found, others = try, misses
		}
	}
	return found, others
}

// choose takes, of several roundings that were declared, the one that most of
// the column's counts have.
func (c *Column) choose(declared []Control) {
	if !slices.Contains(declared, c.control) {
		return // the name says how
	}
	best, _ := c.rounding.fit(c.control)
	for _, other := range declared {
		fit, _ := c.rounding.fit(other)
		if fit <= best {
			continue
		}
		best, c.control = fit, other
		c.base, c.left = other.base()
		c.off.count = c.nonZero - fit
	}
}
