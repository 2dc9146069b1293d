package checks

import (
	"math"
	"strconv"
	"strings"
)

// byLabels is an extract whose counts are found by their labels.
type byLabels struct {
	x      *Extract
	hashes []uint64 // of its labels
	cells  []labelCell
	at     map[uint64]int // the cell with these labels; -1 if there are two
}

// labelCell is a count and the sum of its labels' hashes.
type labelCell struct {
	key      uint64
	row, col int
	value    float64
}

func newByLabels(x *Extract) *byLabels {
	l := &byLabels{x: x, hashes: make([]uint64, len(x.Labels)), at: make(map[uint64]int, len(x.Rows)*len(x.Columns))}
	for i, label := range x.Labels {
		l.hashes[i] = labelHash(label)
	}
	heads := make([]uint64, len(x.Columns))
	for c := range x.Columns {
		heads[c] = l.sum(x.Columns[c].Labels)
	}
	for r := range x.Rows {
		row := l.sum(x.Rows[r].Labels)
		for c, v := range x.Rows[r].Counts {
			if v == CountMissing {
				continue
			}
			cell := labelCell{key: row + heads[c], row: r, col: c, value: v}
			if _, twice := l.at[cell.key]; twice {
				l.at[cell.key] = -1
			} else {
				l.at[cell.key] = len(l.cells)
			}
			l.cells = append(l.cells, cell)
		}
	}
	return l
}

// sum is the hash of labels in any order.
func (l *byLabels) sum(labels []int) uint64 {
	all := uint64(0)
	for _, i := range labels {
		if i >= 0 {
			all += l.hashes[i]
		}
	}
	return all
}

// find is the one cell with these labels.
func (l *byLabels) find(key uint64) *labelCell {
	if at, ok := l.at[key]; ok && at >= 0 {
		return &l.cells[at]
	}
	return nil
}

// once reports whether no other cell has the labels of this one.
func (l *byLabels) once(c *labelCell) bool { return l.at[c.key] >= 0 }

// rounded is the rounding of a cell's column.
func (l *byLabels) rounded(c *labelCell) Control { return l.x.Columns[c.col].Rounded }

// place is where a cell stands.
func (l *byLabels) place(c *labelCell) Place {
	r := &l.x.Rows[c.row]
	if l.x.Text {
		return Place{Line: r.Line}
	}
	return Place{Table: l.x.Numbered, Row: r.Row, Column: l.x.Columns[c.col].At + 1, Line: r.Line}
}

// labels are the labels of a cell, in words.
func (l *byLabels) labels(c *labelCell) string {
	var out []string
	for _, list := range [][]int{l.x.Rows[c.row].Labels, l.x.Columns[c.col].Labels} {
		for _, i := range list {
			if i >= 0 {
				out = append(out, l.x.Labels[i])
			}
		}
	}
	if len(out) == 0 {
		return "all"
	}
	return cutText(strings.Join(out, ", "), maxName)
}

// dimensions are how many there are, headers being one.
func (l *byLabels) dimensions() int { return len(l.x.Dimensions) + 1 }

// labelIn is the label of a cell in a dimension; -1 if there is none, or the
// header has several.
func (l *byLabels) labelIn(c *labelCell, dimension int) int {
	if dimension < len(l.x.Dimensions) {
		return l.x.Rows[c.row].Labels[dimension]
	}
	if head := l.x.Columns[c.col].Labels; len(head) == 1 {
		return head[0]
	}
	return -1
}

// group is the cells that have the same labels but for one dimension.
type group struct {
	sum   float64
	parts int
	masks int
	bad   bool // a cell is there twice, or rounded
	first *labelCell
	mask  *labelCell
	shown []string // the first of its counts
}

// groups adds up the cells over a dimension.
func (l *byLabels) groups(dimension int) map[uint64]*group {
	out := map[uint64]*group{}
	for i := range l.cells {
		c := &l.cells[i]
		label := l.labelIn(c, dimension)
		if label < 0 {
			continue
		}
		key := c.key - l.hashes[label]
		g := out[key]
		if g == nil {
			g = &group{first: c}
			out[key] = g
		}
		g.parts++
		g.bad = g.bad || !l.once(c) || l.rounded(c) != noControl
		if c.value == CountHidden {
			g.masks++
			g.mask = c
			continue
		}
		g.sum += c.value
		if len(g.shown) < 8 {
			g.shown = append(g.shown, countText(c.value))
		}
	}
	return out
}

// in is the group's sum, in words.
func (g *group) in() string {
	out := strings.Join(g.shown, " + ")
	if g.parts-g.masks > len(g.shown) {
		out += " + …"
	}
	if g.masks > 0 {
		out += " + hidden"
	}
	return out
}

// countText is a count as a pair shows it.
func countText(v float64) string {
	switch v {
	case CountHidden:
		return "hidden"
	case CountMissing:
		return "–"
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// match is a pair of cells that may show a small group.
type match struct {
	pair    Pair
	derived *Derived
}

// tally is what the comparison of many cells says together.
type tally struct {
	same, near, far       int
	fewer, more           int     // here
	expectSame, expectNow float64 // how many would be the same, or near, by chance
	found                 []match
}

// note notes two counts; it reports whether they are near.
func (y *tally) note(here, there, most float64) bool {
	apart := math.Abs(here - there)
	largest := max(here, there, 1)
	y.expectSame += min(1, 1/largest)
	y.expectNow += min(1, 2*most/largest)
	switch {
	case here < there:
		y.fewer++
	case here > there:
		y.more++
	}
	switch {
	case apart == 0:
		y.same++
	case apart <= most:
		y.near++
		return true
	default:
		y.far++
	}
	return false
}

// related reports whether the cells are about the same people, beyond chance.
func (y *tally) related() bool {
	if y.far > y.same+y.near {
		return false
	}
	return float64(y.same) > 3*y.expectSame+0.5 || float64(y.same+y.near) > 3*y.expectNow+0.5
}

// weight is that of near cells: high if chance has no part in it.
func (y *tally) weight() Weight {
	sure := y.same >= 2 && y.same >= y.near && float64(y.same) > 3*y.expectSame+1
	if sure || y.expectNow <= 0.02*float64(y.near) {
		return High
	}
	return Medium
}
