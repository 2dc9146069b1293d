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
func (t *Table) equations() []equation {
	var out []equation
	if c := t.layout.totalColumn; c >= 0 {
		others := t.addends(c)
		for n := range t.Rows {
			out = append(out, rowEquation(n, others, c))
		}
	}
	return append(out, t.downwards()...)
}

func rowEquation(row int, others []int, total int) equation {
	e := equation{total: spot{row, total}, from: "the total of its row"}
	for _, i := range others {
		e.parts = append(e.parts, spot{row, i})
	}
	return e
}

// groups splits the rows that are no totals: by blank lines, and by each of
// the columns of labels but the last.
func (t *Table) groups() [][][]int {
	var ways [][][]int
	all := []int{}
	for n := range t.Rows {
		if !t.layout.totals[n] && t.layout.rows[n].role == "" {
			all = append(all, n)
		}
	}
	ways = append(ways, [][]int{all})
	for _, key := range t.groupKeys() {
		by := map[string]int{}
		var groups [][]int
		for _, n := range all {
			k := key(n)
			at, ok := by[k]
			if !ok {
				at = len(groups)
				by[k] = at
				groups = append(groups, nil)
			}
			groups[at] = append(groups[at], n)
		}
		if len(groups) > 1 && len(groups) < len(all) {
			ways = append(ways, groups)
		}
	}
	return ways
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

// downwards are the equations of rows that are called totals. What they are
// the totals of is tried in several ways; one is taken if the numbers that are
// shown hold by it.
func (t *Table) downwards() []equation {
	if len(t.layout.totals) == 0 {
		return nil
	}
	var out []equation
	ways := t.groups()
	for way := range len(ways) + 2 {
		var made []equation
		fits, fails := 0, 0
		for total := range t.Rows {
			if !t.layout.totals[total] {
				continue
			}
			groups := t.wayOf(ways, way, total)
			f, g := t.below(total, groups, &made)
			fits, fails = fits+f, fails+g
		}
		if fits > 2*fails || way == 0 && fits+fails == 0 && t.simple() {
			out = append(out, made...)
		}
	}
	return out
}

// wayOf are the groups that a total may be of, by one of the ways: last, the
// rows before it, and those after it.
func (t *Table) wayOf(ways [][][]int, way, total int) [][]int {
	if way < len(ways) {
		return ways[way]
	}
	return t.near(total)[way-len(ways):][:1]
}

// below adds the equations of a total and the groups that it may be of, and
// counts those that hold and those that do not.
func (t *Table) below(total int, groups [][]int, made *[]equation) (fits, fails int) {
	for _, g := range groups {
		if len(g) < 2 || len(groups) > 1 && !t.mayBe(total, g, groups) {
			continue
		}
		for _, c := range t.layout.counts {
			e := equation{total: spot{total, c}, from: "the row “" + short(t.label(total)) + "”"}
			for _, n := range g {
				e.parts = append(e.parts, spot{n, c})
			}
			switch t.holds(e) {
			case yes:
				fits++
			case no:
				fails++
				continue
			}
			*made = append(*made, e)
		}
	}
	return fits, fails
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

// simple reports whether the table has one row of totals and one column of
// labels, so that the total can be of nothing but the rows beside it.
func (t *Table) simple() bool {
	labels := 0
	for _, i := range t.layout.labels {
		if t.Columns[i].Role == RoleLabel {
			labels++
		}
	}
	return len(t.layout.totals) == 1 && labels == 1 && len(t.layout.rows) == 0
}

// mayBe reports whether a total may be that of a group: it has the group's
// labels, or is the total of all groups alike.
func (t *Table) mayBe(total int, group []int, groups [][]int) bool {
	first := t.layout.labels
	if len(first) == 0 {
		return true
	}
	own := t.Rows[total].text(first[0])
	for _, g := range groups {
		if len(g) > 0 && t.Rows[g[0]].text(first[0]) == own && !isTotal(own) {
			return t.Rows[group[0]].text(first[0]) == own
		}
	}
	return true
}

// holding says whether an equation holds.
type holding int

const (
	unknown holding = iota
	yes
	no
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
			return no
		}
	}
	c := t.Rows[e.total.row].cell(e.total.column)
	switch {
	case c.Kind == Mask:
		return unknown
	case c.Kind != Number, sum > math.Round(c.Value)+slack:
		return no
	case hidden:
		return unknown
	case sum < math.Round(c.Value)-slack, sum == 0:
		return no
	}
	return yes
}
