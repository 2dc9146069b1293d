package checks

import (
	"maps"
	"math"
	"slices"
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

// equations finds what adds up in a table, where its numbers show that it does,
// and where it does not though the rest of them do.
func (t *Table) equations(out *findings) (found, failed []equation) {
	for _, s := range t.sums() {
		for n := range t.Rows {
			if t.roleAt(n, s.total) != RoleCount {
				continue
			}
			e := t.rowEquation(n, s.parts, s.total)
			if t.holds(e) == no {
				failed = append(failed, e)
			}
			found = append(found, e)
		}
	}
	made, broken := t.downwards(out)
	found, failed = append(found, made...), append(failed, broken...)
	return append(found, t.groupTotals(out)...), failed
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
func (t *Table) downwards(out *findings) (found, failed []equation) {
	if len(t.layout.totals) == 0 {
		return nil, nil
	}
	ways := t.waysOf()
	x := adding{table: t}
	for n := range len(ways) + 3 {
		x.made, x.broken, x.fits, x.fails = nil, nil, 0, 0
		for total := range t.Rows {
			if !t.layout.totals[total] {
				continue
			}
			if x.parts > maxParts {
				out.miss("totals: the table has too many to be compared, or too many rows")
				break
			}
			switch {
			case n < len(ways):
				x.below(total, ways[n].of(t, total))
			case n < len(ways)+2:
				x.below(total, t.near(total)[n-len(ways):][:1])
			case t.grandest(total):
				x.below(total, [][]int{t.otherTotals(total)})
			}
		}
		if x.fits > 2*x.fails || n == 0 && x.fits+x.fails == 0 && t.simple() {
			found, failed = append(found, x.made...), append(failed, x.broken...)
		} else if n == 0 && x.fits == 0 && t.simple() {
			failed = append(failed, x.broken...)
		}
	}
	return found, failed
}

// otherTotals are the rows of totals but one.
func (t *Table) otherTotals(total int) []int {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(t.layout.totals)), func(n int) bool { return n == total })
}

// grandest reports whether no row of totals has a larger count than this one,
// so that it may be the total of the others.
func (t *Table) grandest(total int) bool {
	if len(t.layout.totals) < 3 {
		return false
	}
	for _, c := range t.layout.counts {
		own := t.Rows[total].cell(c)
		if own.Kind != Number {
			continue
		}
		for n := range t.layout.totals {
			if x := t.Rows[n].cell(c); n != total && x.Kind == Number && x.Value >= own.Value {
				return false
			}
		}
		return true
	}
	return false
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
	broken      []equation // that do not hold
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
				if len(x.broken) < maxFindings {
					x.broken = append(x.broken, e)
				}
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
