package checks

import (
	"fmt"
	"math"
)

// zeros looks at what does not add up: a zero that the total leaves a low
// count for stands in place of it. What else does not add up is said, because
// masks cannot be looked for there.
func (rule undone) zeros(t *Table, failed []equation, all int, out *findings) {
	hidden := map[int]*degree{}
	var order []int
	others := map[int64]bool{}
	first := int64(0)
	for _, e := range failed {
		at, left, ok := t.zeroIn(e)
		if !ok || left > float64(out.profile.Threshold) || all < 2 {
			row := &t.Rows[e.total.row]
			if len(others) == 0 || row.Line < first {
				first = row.Line
			}
			others[row.Line] = true
			continue
		}
		if hidden[at.column] == nil {
			hidden[at.column] = &degree{}
			order = append(order, at.column)
		}
		place := t.place(&t.Rows[at.row], at.column)
		hidden[at.column].spots.add(place)
		hidden[at.column].derived = append(hidden[at.column].derived, Derived{Place: place, Lowest: left, Most: left, From: e.from})
	}
	for _, column := range order {
		d := hidden[column]
		weight := Medium
		if all-len(failed) > 3 {
			weight = High // the others all hold
		}
		out.column(weight, t.Columns[column], d.spots, fmt.Sprintf("%s 0, though the total leaves 1 to %d for it: where a zero stands for a hidden count, it can be worked out",
			number(d.spots.count, "count is", "counts are"), out.profile.Threshold), d.derived...)
	}
	switch n := len(others); {
	case n == 1:
		out.miss(fmt.Sprintf("the total in line %d is not the sum of what it seems to be the total of: nothing was worked out from it", first))
	case n > 1:
		out.miss(fmt.Sprintf("%d totals, the first in line %d, are not the sums of what they seem to be the totals of: nothing was worked out from them", n, first))
	}
}

// zeroIn is the one zero among the parts of an equation, and what the total
// leaves for it.
func (t *Table) zeroIn(e equation) (at spot, left float64, ok bool) {
	zeros := 0
	sum := 0.0
	for _, p := range e.parts {
		c := t.Rows[p.row].cell(p.column)
		if c.Kind != Number || t.slack(p.column) > 0 {
			return spot{}, 0, false
		}
		if c.Value == 0 {
			zeros, at = zeros+1, p
		}
		sum += math.Round(c.Value)
	}
	left = math.Round(t.Rows[e.total.row].cell(e.total.column).Value) - sum
	return at, left, zeros == 1 && left >= 1 && t.slack(e.total.column) == 0
}
