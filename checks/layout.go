package checks

import (
	"maps"
	"slices"
	"strings"
)

// layout is how a table is to be read.
type layout struct {
	labels      []int           // columns that say what a row is
	counts      []int           // columns of counts
	totalColumn int             // of counts, that the others add up to; -1 if there is none
	totals      map[int]bool    // rows, by their place in Rows, that are called totals
	rows        map[int]rowRole // rows that are something else than their columns
	value       int             // column of values whose row says what they are; -1
	described   bool            // rows are statistics, of which one is the count
}

// rowRole is what a label says of a row.
type rowRole struct {
	role  Role
	why   string
	total bool // of all together
	weak  bool // Q1, z: says so only where other rows do too
	mixed bool // says so only of cells with another number beside the first
}

// findLayout finds labels, totals and rows that are not counts.
func (t *Table) findLayout() {
	l := layout{totalColumn: -1, value: -1, totals: map[int]bool{}, rows: map[int]rowRole{}}
	for i, c := range t.Columns {
		switch c.Role {
		case RoleLabel, RoleDate, RoleCode, RoleFreeText, RoleIndex:
			l.labels = append(l.labels, i)
		case RoleCount:
			l.counts = append(l.counts, i)
		}
	}
	l.value = t.valueColumn()
	seen := map[string]rowRole{}
	for n := range t.Rows {
		r := &t.Rows[n]
		for _, i := range l.labels {
			if i >= len(r.Texts) || r.Texts[i] == "" {
				continue
			}
			role := labelled(r.Texts[i], seen)
			if role.total {
				l.totals[n] = true
			}
			if role.role != "" {
				l.rows[n] = role
			}
		}
	}
	l.dropWeak()
	l.described = l.describes()
	t.layout = l
	t.layout.totalColumn = t.findTotalColumn()
}

// describes reports whether there are rows of counts among several of
// statistics: what describe() of pandas gives.
func (l *layout) describes() bool {
	counts, others := 0, 0
	for _, r := range l.rows {
		if r.role == RoleCount {
			counts++
		} else {
			others++
		}
	}
	return counts > 0 && others > 2*counts
}

// dropWeak takes labels such as Q1 and z for what people are in, a quarter or
// a zone, unless there are other rows of statistics.
func (l *layout) dropWeak() {
	for _, r := range l.rows {
		if !r.weak && (r.role == RoleStatistic || r.role == RoleExtreme) {
			return
		}
	}
	maps.DeleteFunc(l.rows, func(_ int, r rowRole) bool { return r.weak })
}

// valueColumn is the column of a long table whose rows say what their value
// is; -1 if there is none.
func (t *Table) valueColumn() int {
	for i, c := range t.Columns {
		joined := strings.Join(c.words, " ")
		if c.Role == RoleNumber && (joined == "value" || joined == "values" || joined == "statistic value") {
			return i
		}
	}
	return -1
}

// isTotal reports whether a label is that of all together.
func isTotal(label string) bool {
	w := words(label)
	if len(w) == 0 || len(w) > 4 {
		return false
	}
	switch strings.Join(w, " ") {
	case "all", "overall", "everyone", "any", "sum", "both", "cons", "n", "all patients", "all people", "all ages", "both sexes", "whole population", "total n", "all groups", "everybody", "all persons":
		return true
	}
	return w[0] == "total" || w[len(w)-1] == "total" || w[0] == "overall" || w[0] == "subtotal" || w[len(w)-1] == "subtotal"
}

// maxLabel is the longest label that says what its row is.
const maxLabel = 60

// labelled is what a label says of its row, if it does.
func labelled(label string, seen map[string]rowRole) rowRole {
	if len(label) > maxLabel {
		return rowRole{}
	}
	if r, ok := seen[label]; ok {
		return r
	}
	r := readLabel(label)
	r.total = isTotal(label)
	if len(seen) < 10_000 {
		seen[label] = r
	}
	return r
}

func readLabel(label string) rowRole {
	w := words(label)
	if len(w) == 0 {
		return rowRole{}
	}
	say := func(r Role) rowRole { return rowRole{role: r, why: "its label says “" + label + "”"} }
	first, last := w[0], w[len(w)-1]
	whole := strings.Join(w, "")
	switch {
	case len(w) == 2 && last == "%" && isDigit(first[0]), isPercentile(w):
		r := say(RoleStatistic)
		r.weak = first == "q"
		return r
	case extremeWords[first] && first != "earliest" && first != "latest", extremeWords[last] && len(w) <= 3 && last != "range":
		return say(RoleExtreme)
	case statWords[first] && first != "score" && first != "weight" && first != "log", first == "df":
		return say(RoleStatistic)
	case exactStats[whole]:
		r := say(RoleStatistic)
		r.weak = true
		return r
	case percentWords[first], percentWords[last] && len(w) <= 4, slices.Contains(w, "%") && !slices.Contains(w, "n"):
		return say(RolePercentage)
	case rateWords[first], rateWords[last] && len(w) <= 4:
		return say(RoleRate)
	case summaryWords.any(w) != "":
		return say(RoleStatistic)
	case whole == "continuous":
		r := say(RoleStatistic)
		r.mixed = true
		return r
	case whole == "n" || whole == "count" || whole == "counts" || whole == "frequency" || whole == "number" || whole == "events" || whole == "numerator" || whole == "denominator":
		return say(RoleCount)
	case saysNumber[first]:
		if role, _ := called(w); role == RoleCount || role == RoleNumber {
			return say(role)
		}
	}
	return rowRole{}
}

// roleAt is the role of a cell: that of its column, unless its row says
// otherwise.
func (t *Table) roleAt(row, column int) Role {
	c := t.Columns[column]
	if len(t.layout.rows) == 0 {
		return c.Role
	}
	r, ok := t.layout.rows[row]
	switch {
	case !ok, r.mixed && c.besides == 0:
		return c.Role
	case r.role == RoleCount && (column == t.layout.value || c.Role == RoleNumber || t.layout.described && c.numbers > 0 && c.Role != RoleLabel):
		return RoleCount
	case r.role != RoleCount && (c.Role == RoleCount || column == t.layout.value):
		return r.role
	}
	return c.Role
}

// findTotalColumn is the column of counts that the other counts of a row add
// up to, and that is called a total; -1 if there is none.
func (t *Table) findTotalColumn() int {
	const most = 5 // that are tried
	tried := 0
	for _, i := range t.layout.counts {
		c := t.Columns[i]
		if !c.named || !isTotal(c.Name) && !isTotal(c.Name[strings.LastIndex(c.Name, "/")+1:]) {
			continue
		}
		if tried++; tried > most {
			break
		}
		if others := t.addends(i); len(others) > 1 && t.addUp(i, others) {
			return i
		}
	}
	return -1
}

// addends are the columns of counts that may add up to column total.
func (t *Table) addends(total int) []int {
	var out []int
	for _, i := range t.layout.counts {
		if i != total {
			out = append(out, i)
		}
	}
	return out
}

// addUp reports whether in most rows without masks, and in two at least, the
// others add up to the total, as far as rounding lets them.
func (t *Table) addUp(total int, others []int) bool {
	fits, fails := 0, 0
	for n := range t.Rows {
		r := &t.Rows[n]
		sum, ok := 0.0, true
		for _, i := range others {
			c := r.cell(i)
			ok = ok && c.Kind == Number
			sum += c.Value
		}
		c := r.cell(total)
		if !ok || c.Kind != Number || t.roleAt(n, total) != RoleCount {
			continue
		}
		if abs(sum-c.Value) <= t.slack(total)+float64(len(others))*t.slack(others[0]) {
			fits++
		} else {
			fails++
		}
	}
	return fits >= 2 && fits > 4*fails || fits == 1 && fails == 0 && len(t.Rows) < 6
}

func abs(v float64) float64 { return max(v, -v) }
