package checks

import (
	"fmt"
	"math"
	"slices"
)

// dominance finds totals of contributions that are mostly those of one or two.
type dominance struct{}

func (dominance) about() About {
	return About{
		Name: "dominance", Version: 2, Weight: High, Source: "ACRO: (2, 90 %) and p 10 %; ABS: (1, 50) and (2, 67), of absolute values",
		Reads:    []string{"dominance", "p_percent"},
		Examines: "tables with the largest contributions, or their share, and the total",
	}
}

// contributions are the columns of a table of contributions; -1 where there is
// none.
type contributions struct {
	largest, second, total int
	share                  [3]int // of the largest 1 and 2; [0] is not used
}

// contributionWords are how headers call what the largest contributors have.
var contributionWords = listOf(`largest biggest top dominant`)

// contributionsOf finds the columns by their names.
func contributionsOf(t *Table) contributions {
	var totals []int
	k := contributions{largest: -1, second: -1, total: -1, share: [3]int{-1, -1, -1}}
	for i, c := range t.Columns {
		has := func(words ...string) bool {
			return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(c.words, w) })
		}
		top := contributionWords.any(c.words) != "" || has("max", "maximum", "highest") && has("contribution", "contributor", "contributions")
		numbered := has("contribution", "contributor") && !top
		part := has("share", "percent", "pct", "proportion", "prop", "%", "ratio")
		switch {
		case c.numbers == 0:
		case top && part:
			k.share[1+b2i(has("2", "two"))] = i
		case top && (has("second", "nd", "2")) || numbered && has("2", "second"):
			k.second = i
		case (top || numbered && has("1", "first")) && k.largest < 0:
			k.largest = i
		case has("total", "sum") && !part:
			totals = append(totals, i)
		}
	}
	for _, i := range totals { // the nearest
		if k.largest >= 0 && (k.total < 0 || max(i-k.largest, k.largest-i) <= max(k.total-k.largest, k.largest-k.total)) {
			k.total = i
		}
	}
	return k
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (rule dominance) table(t *Table, out *findings) {
	k := contributionsOf(t)
	rule.shares(t, k, out)
	if k.largest < 0 || k.total < 0 {
		return
	}
	var s spots
	mixed := false
	for n := range t.Rows {
		r := &t.Rows[n]
		first, sum := r.cell(k.largest), r.cell(k.total)
		if first.Kind != Number || sum.Kind != Number || sum.Value == 0 {
			continue
		}
		next, known := 0.0, false
		if k.second >= 0 && r.cell(k.second).Kind == Number {
			next, known = r.cell(k.second).Value, true
		}
		if first.Value*sum.Value < 0 || next*sum.Value < 0 || math.Abs(first.Value) > math.Abs(sum.Value) {
			mixed = true // some are gains and some are losses
			continue
		}
		if dominated(math.Abs(first.Value), math.Abs(next), math.Abs(sum.Value), known, out.profile) {
			s.add(t.place(r, k.total))
		}
	}
	if mixed {
		out.miss("dominance: some totals are of positive and negative contributions, for which the totals of absolute values are needed")
	}
	out.column(High, t.Columns[k.total], s, number(s.count, "total is", "totals are")+" dominated by the largest contributions")
}

// shares looks at columns that say the share of the largest themselves.
func (dominance) shares(t *Table, k contributions, out *findings) {
	for n := 1; n <= 2; n++ {
		if k.share[n] < 0 {
			continue
		}
		c := t.Columns[k.share[n]]
		whole := 1.0
		if c.max > 1 {
			whole = 100
		}
		s := t.places(k.share[n], func(x *Cell) bool {
			return x.Kind == Number && slices.ContainsFunc(out.profile.Dominance, func(d Dominance) bool { return n <= d.N && x.Value > d.Share*whole && x.Value <= whole })
		})
		out.column(High, c, s, fmt.Sprintf("%s by the largest contributions", number(s.count, "total is dominated", "totals are dominated")))
	}
}

// dominated reports whether a total breaks an (n, k) or the p% rule. What the
// second largest is must be known for those that need it.
func dominated(first, second, total float64, known bool, p *Profile) bool {
	for _, d := range p.Dominance {
		switch {
		case d.N == 1 && first > d.Share*total:
			return true
		case d.N == 2 && (known && first+second > d.Share*total || !known && first > d.Share*total):
			return true
		}
	}
	return known && p.PPercent > 0 && total-first-second < p.PPercent/100*first
}
