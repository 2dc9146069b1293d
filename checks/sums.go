package checks

import "math"

// sum says that columns of counts add up to another one, in every row.
type sum struct {
	parts []int
	total int
}

const (
	maxSummed  = 14  // columns of counts among which sums are looked for
	summedRows = 500 // rows that show them
)

// sums finds the columns that others add up to: one that is called a total, and
// any whose neighbours add up to it in all rows, where chance would not.
func (t *Table) sums() []sum {
	var out []sum
	if c := t.layout.totalColumn; c >= 0 {
		out = append(out, sum{t.addends(c), c})
	}
	counts := t.layout.counts
	if len(counts) < 3 || len(counts) > maxSummed {
		return out
	}
	for at, total := range counts {
		if total == t.layout.totalColumn {
			continue
		}
		if s, ok := t.longestSum(at, total); ok {
			out = append(out, s)
		}
	}
	return out
}

// longestSum is the longest run of columns of counts, two at least, that adds
// up to another.
func (t *Table) longestSum(at, total int) (sum, bool) {
	counts := t.layout.counts
	for length := len(counts) - 1; length >= 2; length-- {
		for from := 0; from+length <= len(counts); from++ {
			if at >= from && at < from+length {
				continue
			}
			if s := (sum{counts[from : from+length], total}); t.always(s) {
				return s, true
			}
		}
	}
	return sum{}, false
}

// always reports whether every row that shows all its numbers shows the sum,
// three rows at least with different totals, and chance would not.
func (t *Table) always(s sum) bool {
	chance := 1.0
	seen := map[float64]bool{}
	slack := t.slack(s.total)
	for _, i := range s.parts {
		slack += t.slack(i)
	}
	for n := range t.Rows[:min(len(t.Rows), summedRows)] {
		r := &t.Rows[n]
		c := r.cell(s.total)
		added, ok := t.added(r, s.parts)
		if !ok || c.Kind != Number || c.Value <= 0 || t.roleAt(n, s.total) != RoleCount {
			continue
		}
		if math.Abs(added-math.Round(c.Value)) > slack {
			return false
		}
		if !seen[c.Value] {
			seen[c.Value] = true
			chance *= min(1, (2*slack+1)/c.Value)
		}
	}
	return len(seen) >= 3 && chance < enough
}

// added is the sum of the counts of a row, if all are shown and two at least
// are not zero.
func (t *Table) added(r *Row, parts []int) (float64, bool) {
	total, some := 0.0, 0
	for _, i := range parts {
		c := r.cell(i)
		if c.Kind != Number {
			return 0, false
		}
		if c.Value != 0 {
			some++
		}
		total += math.Round(c.Value)
	}
	return total, some > 1
}
