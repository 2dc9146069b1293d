package checks

import "math"

// asWritten finds low masks in tables whose counts are rounded, or may be. What
// was worked out before leaves room for the rounding. Here all numbers are
// taken as they are written: what then follows exactly is what would stand in
// the place of the mask, rounded; or, where no rounding gives that number, the
// count itself.
func (undone) asWritten(t *Table, known map[spot]span, out *findings) {
	slacks := make([]float64, len(t.Columns))
	some := false
	for i, c := range t.Columns {
		slacks[i] = c.slack
		some = some || c.slack > 0
	}
	if !some {
		return
	}
	related, found := t.related, t.found
	for _, c := range t.Columns {
		c.slack = 0
	}
	quiet := &findings{profile: out.profile} // what cannot be compared was said before
	t.related = false
	relations := t.relationsOfMasks(quiet)
	equations, _ := t.equations(quiet)
	beside, sums, wide := map[spot]span{}, map[spot]span{}, map[spot]span{}
	t.spansBeside(relations, beside)
	t.hiddenInTotals(sums, equations, quiet)
	t.related, t.found = related, found
	for i, c := range t.Columns {
		c.slack = slacks[i]
	}
	t.spansBeside(relations, wide)
	for p, s := range sums {
		if _, is := beside[p]; !is {
			t.noteWritten(known, p, s, onlySum, out.profile)
		}
	}
	for p, s := range beside {
		from := onlyWritten
		if wide[p].lowest == wide[p].most || t.Columns[p.column].shown == noControl {
			from = inAnyCase
		}
		t.noteWritten(known, p, s, from, out.profile)
	}
}

// following is from what a mask follows.
type following int

const (
	onlySum     following = iota // a total, as it is written
	onlyWritten                  // a percentage or rate, if what it is of is not rounded
	inAnyCase                    // a percentage or rate
)

// noteWritten keeps what follows of a mask from the numbers as they are
// written, if that is one low count and no more was known.
func (t *Table) noteWritten(known map[spot]span, at spot, s span, from following, p *Profile) {
	old, is := known[at]
	if s.lowest != s.most || s.most < 1 || is && old.lowest == old.most {
		return
	}
	if s.most > float64(p.Threshold) {
		if t.Columns[at.column].control == noControl {
			s.weight, s.how = Medium, "can be worked out exactly, though above the threshold, unless the counts are rounded, which nothing says"
			known[at] = s
		}
		return
	}
	if s.weight, s.how = t.Columns[at.column].asRounded(s.most, from); s.weight != "" {
		known[at] = s
	}
}

// asRounded weighs a count that follows from the numbers as they are written.
func (c *Column) asRounded(count float64, from following) (Weight, string) {
	rounding := c.shown
	if rounding == noControl {
		rounding = c.maybe()
	}
	base, left := rounding.base()
	fits := base > 0 && int64(math.Round(count))%base == left
	if from == onlySum && left > 0 {
		fits = int64(math.Round(count))%left == 0 // sums of midpoints
	}
	switch {
	case !fits && from == inAnyCase:
		return High, "can be worked out exactly: it is not rounded"
	case !fits:
		return Medium, "can be worked out from the numbers as they are written: it is not rounded as others are"
	case c.control == noControl:
		return Medium, "can be worked out exactly, unless the counts are rounded, which nothing says"
	}
	return "", ""
}
