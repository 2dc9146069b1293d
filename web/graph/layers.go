package graph

import (
	"slices"

	"github.com/nikolaydubina/go-graph-layout/layout"
)

// layered is a part whose boxes stand in columns. A need that crosses columns
// bends in each of them: a bend is a node that has no box.
type layered struct {
	part
	column []int   // of every node
	chains [][]int // of every need: its nodes, from the left to the right
	back   []bool  // of every need: it would close a circle, and runs from the right to the left
	layers [][]int // the nodes of each column, from the top
}

// arrange arranges what hangs together.
func (p part) arrange(boxes []Size, gaps Gaps) Picture {
	l := layered{part: p}
	l.turnBack()
	l.columns()
	l.bend()
	l.order()
	height := 0
	for _, b := range p.boxes {
		height = max(height, boxes[b].H)
	}
	return l.draw(boxes, l.rows(height+gaps.Row), gaps)
}

// turnBack finds the needs that close circles: without them there are none.
func (l *layered) turnBack() {
	next := make([][]int, len(l.boxes)) // the needs that begin at a box
	for i, n := range l.needs {
		next[n.From] = append(next[n.From], i)
	}
	l.back = make([]bool, len(l.needs))
	const fresh, open, done = 0, 1, 2
	state := make([]int, len(l.boxes))
	at := make([]int, len(l.boxes))
	for start := range l.boxes {
		if state[start] != fresh {
			continue
		}
		state[start] = open
		for way := []int{start}; len(way) > 0; {
			box := way[len(way)-1]
			if at[box] == len(next[box]) {
				state[box] = done
				way = way[:len(way)-1]
				continue
			}
			need := next[box][at[box]]
			at[box]++
			switch to := l.needs[need].To; state[to] {
			case open:
				l.back[need] = true
			case fresh:
				state[to] = open
				way = append(way, to)
			}
		}
	}
}

// ends are the left and the right box of a need.
func (l *layered) ends(need int) (left, right int) {
	n := l.needs[need]
	if l.back[need] {
		return n.To, n.From
	}
	return n.From, n.To
}

// columns puts every box behind all that it needs, and what needs nothing next
// to the first that needs it.
func (l *layered) columns() {
	l.column = make([]int, len(l.boxes))
	waits, next := make([]int, len(l.boxes)), make([][]int, len(l.boxes))
	for i, n := range l.needs {
		if n.From != n.To {
			left, right := l.ends(i)
			waits[right]++
			next[left] = append(next[left], right)
		}
	}
	var ready []int
	first := slices.Clone(waits)
	for box, n := range waits {
		if n == 0 {
			ready = append(ready, box)
		}
	}
	for i := 0; i < len(ready); i++ {
		for _, right := range next[ready[i]] {
			l.column[right] = max(l.column[right], l.column[ready[i]]+1)
			if waits[right]--; waits[right] == 0 {
				ready = append(ready, right)
			}
		}
	}
	for box, n := range first {
		if n > 0 || len(next[box]) == 0 {
			continue
		}
		nearest := l.column[next[box][0]]
		for _, right := range next[box] {
			nearest = min(nearest, l.column[right])
		}
		l.column[box] = nearest - 1
	}
}

// bend makes the chains of needs, and the columns. When there are very many
// bends already, a need runs straight.
func (l *layered) bend() {
	columns := slices.Max(l.column) + 1
	l.chains = make([][]int, len(l.needs))
	for i, n := range l.needs {
		if n.From == n.To {
			continue
		}
		left, right := l.ends(i)
		chain := []int{left}
		if (len(l.column)+l.column[right]-l.column[left])*columns <= mostPlaces {
			for c := l.column[left] + 1; c < l.column[right]; c++ {
				chain = append(chain, len(l.column))
				l.column = append(l.column, c)
			}
		}
		l.chains[i] = append(chain, right)
	}
	l.layers = make([][]int, columns)
	for node, c := range l.column {
		l.layers[c] = append(l.layers[c], node)
	}
}

// rows says in which height each node stands, at least apart from each other.
func (l *layered) rows(apart int) []int {
	g := layout.LayeredGraph{
		Segments: map[[2]uint64]bool{}, Dummy: map[uint64]bool{}, NodeYX: map[uint64][2]int{},
	}
	for c, layer := range l.layers {
		for i, node := range layer {
			g.NodeYX[named(node)] = [2]int{c, i}
			if node >= len(l.boxes) {
				g.Dummy[named(node)] = true
			}
		}
	}
	for _, s := range l.segments() {
		g.Segments[[2]uint64{named(s.From), named(s.To)}] = true
	}
	var places map[uint64]int
	if len(l.column)*len(l.layers) <= mostPlaces { // it goes through them so often
		places = layout.BrandesKopfLayersNodesHorizontalAssigner{Delta: apart}.NodesHorizontalCoordinates(layout.Graph{}, g)
	}
	rows := make([]int, len(l.column))
	for node := range rows {
		rows[node] = places[named(node)]
	}
	for _, layer := range l.layers {
		for i := 1; i < len(layer); i++ { // whatever it says, no two boxes overlap
			rows[layer[i]] = max(rows[layer[i]], rows[layer[i-1]]+apart)
		}
	}
	top := slices.Min(rows)
	for i := range rows {
		rows[i] -= top
	}
	return rows
}

// named is a node as the library names it: it takes 0 for none.
func named(node int) uint64 {
	return uint64(node) + 1 //nolint:gosec // the places of a list
}

// segments are the parts of needs between two columns that stand beside each
// other.
func (l *layered) segments() []Need {
	var list []Need
	for _, chain := range l.chains {
		for i := 1; i < len(chain); i++ {
			if l.column[chain[i]]-l.column[chain[i-1]] == 1 {
				list = append(list, Need{chain[i-1], chain[i]})
			}
		}
	}
	return list
}

// draw says where boxes and lines are.
func (l *layered) draw(boxes []Size, rows []int, gaps Gaps) Picture {
	p := Picture{Corners: make([]Point, len(l.boxes))}
	begin, end := make([]int, len(l.layers)), make([]int, len(l.layers))
	for c, layer := range l.layers {
		if c > 0 {
			begin[c] = end[c-1] + gaps.Column
		}
		end[c] = begin[c]
		for _, node := range layer {
			if node < len(l.boxes) {
				end[c] = max(end[c], begin[c]+boxes[l.boxes[node]].W)
			}
		}
	}
	for i, b := range l.boxes {
		p.Corners[i] = Point{begin[l.column[i]], rows[i]}
		p.H = max(p.H, rows[i]+boxes[b].H)
	}
	p.W = end[len(end)-1]
	for i, chain := range l.chains {
		p.Lines = append(p.Lines, l.line(i, chain, boxes, p.Corners, rows, begin, end))
		for _, point := range p.Lines[i].Points {
			p.H = max(p.H, point.Y+1)
		}
	}
	return p
}

// line is how a need runs.
func (l *layered) line(need int, chain []int, boxes []Size, corners []Point, rows, begin, end []int) Line {
	line := Line{Need: l.needs[need]}
	if chain == nil {
		line.Points = []Point{corners[l.needs[need].From]}
		return line
	}
	for i, node := range chain {
		if node < len(l.boxes) {
			size, at := boxes[l.boxes[node]], corners[node]
			if i == 0 {
				at.X += size.W
			}
			line.Points = append(line.Points, Point{at.X, at.Y + size.H/2})
			continue
		}
		// It crosses a column straight.
		c, y := l.column[node], rows[node]+boxes[l.boxes[0]].H/2
		line.Points = append(line.Points, Point{begin[c], y}, Point{end[c], y})
	}
	if l.back[need] {
		slices.Reverse(line.Points)
	}
	return line
}
