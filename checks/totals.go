package checks

import (
	"math"
	"strconv"
	"strings"
)

// equation says that cells add up to another one.
type equation struct {
	parts []spot
	total spot
	from  string
}

const (
	maxUnknowns = 20_000 // cells in equations
	maxPasses   = 30
)

// equations finds what adds up in a table, where its numbers show that it does.
func (t *Table) equations(out *findings) []equation {
	var found []equation
	for _, s := range t.sums() {
		for n := range t.Rows {
			found = append(found, t.rowEquation(n, s.parts, s.total))
		}
	}
	return append(found, t.downwards(out)...)
}

func (t *Table) rowEquation(row int, others []int, total int) equation {
	e := equation{total: spot{row, total}, from: "“" + short(t.Columns[total].Name) + "” of its row"}
	for _, i := range others {
		e.parts = append(e.parts, spot{row, i})
	}
	return e
}

// way is a way in which the rows that are no totals may belong together.
type way struct {
	groups [][]int
	named  map[string][]int // groups by the first label of their rows
}

// waysOf splits the rows that are no totals: not at all, by blank lines, and by
// each of the columns of labels but the last.
func (t *Table) waysOf() []way {
	all := []int{}
	for n := range t.Rows {
		if !t.layout.totals[n] && t.layout.rows[n].role == "" {
			all = append(all, n)
		}
	}
	ways := []way{{groups: [][]int{all}}}
	for _, key := range t.groupKeys() {
		by := map[string]int{}
		w := way{named: map[string][]int{}}
		for _, n := range all {
			k := key(n)
			at, ok := by[k]
			if !ok {
				at = len(w.groups)
				by[k] = at
				w.groups = append(w.groups, nil)
				first := t.firstLabel(n)
				w.named[first] = append(w.named[first], at)
			}
			w.groups[at] = append(w.groups[at], n)
		}
		if len(w.groups) > 1 && len(w.groups) < len(all) {
			ways = append(ways, w)
		}
	}
	return ways
}

// firstLabel is what a row has in the first column of labels.
func (t *Table) firstLabel(row int) string {
	if len(t.layout.labels) == 0 {
		return ""
	}
	return t.Rows[row].text(t.layout.labels[0])
}

// groupKeys are the ways in which rows may belong together.
func (t *Table) groupKeys() []func(row int) string {
	var keys []func(int) string
	for _, r := range t.Rows {
		if r.Group != t.Rows[0].Group {
			keys = append(keys, func(n int) string { return strconv.Itoa(t.Rows[n].Group) })
			break
		}
	}
	labels := t.layout.labels
	for upTo := 1; upTo < len(labels) && upTo <= 4; upTo++ {
		keys = append(keys, func(n int) string {
			parts := make([]string, upTo)
			for i, l := range labels[:upTo] {
				parts[i] = t.Rows[n].text(l)
			}
			return strings.Join(parts, "\x00")
		})
	}
	return keys
}

// maxParts bounds the cells that are added up in a table.
const maxParts = 3_000_000

// downwards are the equations of rows that are called totals. What they are
// the totals of is tried in several ways; one is taken if the numbers that are
// shown hold by it.
func (t *Table) downwards(out *findings) []equation {
	if len(t.layout.totals) == 0 {
		return nil
	}
	var found []equation
	ways := t.waysOf()
	x := adding{table: t}
	for n := range len(ways) + 2 {
		x.made, x.fits, x.fails = nil, 0, 0
		for total := range t.Rows {
			if !t.layout.totals[total] {
				continue
			}
			if x.parts > maxParts {
				out.miss("totals: the table has too many to be compared, or too many rows")
				break
			}
			if n < len(ways) {
				x.below(total, ways[n].of(t, total))
			} else {
				x.below(total, t.near(total)[n-len(ways):][:1])
			}
		}
		if x.fits > 2*x.fails || n == 0 && x.fits+x.fails == 0 && t.simple() {
			found = append(found, x.made...)
		}
	}
	return found
}

// of are the groups that a total may be of: those with its label, or all of
// them alike.
func (w way) of(t *Table, total int) [][]int {
	own := t.firstLabel(total)
	if named := w.named[own]; len(named) > 0 && !isTotal(own) {
		var out [][]int
		for _, at := range named {
			out = append(out, w.groups[at])
		}
		return out
	}
	return w.groups
}

// adding tries what totals may be the totals of.
type adding struct {
	table       *Table
	made        []equation
	fits, fails int
	parts       int // cells that were added up, in all ways
}

// below adds the equations of a total and the groups that it may be of, and
// counts those that hold and those that do not.
func (x *adding) below(total int, groups [][]int) {
	t := x.table
	for _, g := range groups {
		if len(g) < 2 {
			continue
		}
		for _, c := range t.layout.counts {
			if x.parts += len(g); x.parts > maxParts {
				return
			}
			e := equation{total: spot{total, c}, from: "the row “" + short(t.label(total)) + "”"}
			for _, n := range g {
				e.parts = append(e.parts, spot{n, c})
			}
			switch t.holds(e) {
			case yes:
				x.fits++
			case no:
				x.fails++
				continue
			case open:
				continue
			}
			x.made = append(x.made, e)
		}
	}
}

// near is the group of rows between a total and the total before it, and
// between it and the next.
func (t *Table) near(total int) [][]int {
	var before, after []int
	for n := total - 1; n >= 0 && !t.layout.totals[n]; n-- {
		before = append(before, n)
	}
	for n := total + 1; n < len(t.Rows) && !t.layout.totals[n]; n++ {
		after = append(after, n)
	}
	return [][]int{before, after}
}

// simple reports whether the table has one row of totals, with one label and
// no other, so that the total can be of nothing but all rows.
func (t *Table) simple() bool {
	if len(t.layout.totals) != 1 || len(t.layout.rows) > 0 {
		return false
	}
	for total := range t.layout.totals {
		labels := 0
		for _, i := range t.layout.labels {
			if t.Columns[i].Role != RoleIndex && t.Rows[total].text(i) != "" {
				labels++
			}
		}
		return labels == 1
	}
	return false
}

// holding says whether an equation holds.
type holding int

const (
	unknown holding = iota
	yes
	no
	open // something is missing
)

// holds checks an equation all of whose cells are shown.
func (t *Table) holds(e equation) holding {
	sum, slack := 0.0, t.slack(e.total.column)
	hidden := false
	for _, p := range e.parts {
		c := t.Rows[p.row].cell(p.column)
		switch c.Kind {
		case Number:
			sum += math.Round(c.Value)
			slack += t.slack(p.column)
		case Mask:
			hidden = true
		default:
			return open
		}
	}
	c := t.Rows[e.total.row].cell(e.total.column)
	switch {
	case c.Kind == Mask:
		return unknown
	case c.Kind != Number:
		return open
	case sum > math.Round(c.Value)+slack:
		return no
	case hidden:
		return unknown
	case sum < math.Round(c.Value)-slack, sum == 0:
		return no
	}
	return yes
}
