package checks

import (
	"cmp"
	"fmt"
	"slices"
)

// undone finds masks whose value can be worked out.
type undone struct{}

func (undone) about() About {
	return About{
		Name: "masks-undone", Version: 3, Weight: High,
		Source:   "UK LLC: masks that can be worked out are the second most common reason; OpenSAFELY: secondary suppression",
		Reads:    []string{"threshold", "masks", "declared"},
		Examines: "hidden counts, against totals of rows, columns and groups, and against percentages and rates in their row",
	}
}

func (rule undone) table(t *Table, out *findings) {
	hidden := false
	for _, i := range t.layout.counts {
		hidden = hidden || t.Columns[i].masks > 0
	}
	equations, failed := t.equations(out)
	rule.zeros(t, failed, len(equations), out)
	if !hidden {
		return
	}
	known := map[spot]span{}
	t.hiddenBeside(known, out)
	t.hiddenWholes(known)
	t.hiddenInTotals(known, equations, out)
	rule.asWritten(t, known, out)
	for _, i := range t.layout.counts {
		rule.column(t, i, known, out)
	}
}

// degree is how much is known of a mask.
type degree struct {
	weight  Weight
	message string
	spots   spots
	derived []Derived
}

// column reports the masks of a column that are known, or nearly.
func (undone) column(t *Table, column int, known map[spot]span, out *findings) {
	var rows []int
	for p := range known {
		if p.column == column {
			rows = append(rows, p.row)
		}
	}
	slices.SortFunc(rows, func(a, b int) int { return cmp.Compare(t.Rows[a].Row, t.Rows[b].Row) })
	degrees := map[Weight]*degree{}
	for _, n := range rows {
		s := known[spot{n, column}]
		weight, message := howKnown(s, t.Rows[n].cell(column).Value, float64(out.profile.Threshold))
		if s.weight != "" {
			weight, message = s.weight, s.how
		}
		if weight == "" {
			continue
		}
		d := degrees[weight]
		if d == nil {
			d = &degree{weight: weight, message: message + ": " + s.from}
			degrees[weight] = d
		}
		at := t.place(&t.Rows[n], column)
		d.spots.add(at)
		d.derived = append(d.derived, Derived{Place: at, Lowest: s.lowest, Most: s.most, From: s.from})
	}
	for _, w := range []Weight{High, Medium, Low} {
		if d := degrees[w]; d != nil {
			out.column(w, t.Columns[column], d.spots, fmt.Sprintf("%s %s", number(d.spots.count, "hidden count", "hidden counts"), d.message), d.derived...)
		}
	}
}

// howKnown weighs what is known of a mask: exactly and low; exactly; nearly.
func howKnown(s span, says, threshold float64) (Weight, string) {
	switch {
	case s.lowest == s.most && s.most >= 1 && s.most <= threshold:
		return High, "can be worked out exactly"
	case s.lowest == s.most && s.most == 0:
		return Low, "can be seen to be zero"
	case s.lowest == s.most:
		return Medium, "can be worked out exactly, though above the threshold"
	case s.lowest >= 1 && s.most <= threshold && s.most-s.lowest <= 2 && (says < 0 || s.most-s.lowest < says-1):
		return Medium, "can be worked out to within two"
	}
	return "", ""
}
