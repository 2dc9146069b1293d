package checks

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// beside finds columns of counts that stand unrounded beside the same counts
// rounded: n beside n_rounded.
func (*declaredControl) beside(t *Table, out *findings) {
	for i, c := range t.Columns {
		if c.Role != RoleCount || c.shown == noControl {
			continue
		}
		plain := withoutRounding(c.words)
		if len(plain) == len(c.words) {
			continue
		}
		for j, x := range t.Columns {
			if x.Role != RoleCount || j == i || x.shown != noControl || !slices.Equal(x.words, plain) {
				continue
			}
			if s := t.closeTo(j, i); s.count > 0 {
				out.column(Medium, x, s, fmt.Sprintf("%s as %s before rounding, beside “%s”, which is rounded", number(s.count, "count stands", "counts stand"),
					map[bool]string{true: "it was", false: "they were"}[s.count == 1], short(c.Name)))
			}
		}
	}
}

// withoutRounding is a name without the words that say that counts are rounded.
func withoutRounding(w []string) []string {
	var out []string
	rounded := false
	for _, x := range w {
		switch {
		case strings.HasPrefix(x, "round"), x == "rnd", x == "midpoint", x == "mid":
			rounded = true
		case rounded && isDigit(x[0]), rounded && x == "derived":
		default:
			out = append(out, x)
		}
	}
	return out
}

// closeTo are the cells of a column that another has rounded; none if any of
// them is not.
func (t *Table) closeTo(column, rounded int) spots {
	var s spots
	slack := t.slack(rounded)
	for n := range t.Rows {
		r := &t.Rows[n]
		x, y := r.cell(column), r.cell(rounded)
		if x.Kind != Number || y.Kind != Number || t.roleAt(n, column) != RoleCount {
			continue
		}
		switch off := math.Abs(x.Value - y.Value); {
		case off > slack:
			return spots{}
		case off > 0:
			s.add(t.place(r, column))
		}
	}
	return s
}
