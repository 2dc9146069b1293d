// Package graph arranges the actions of a pipeline as boxes in columns, from
// what needs nothing at the left to what nothing needs at the right. It is
// deterministic: the same actions are always the same picture.
package graph

import (
	"cmp"
	"slices"
)

// What is arranged at most. The work grows with the boxes, the needs and the
// columns that needs cross, so that each has an end.
const (
	MostBoxes = 4000
	MostNeeds = 12000

	mostPlaces = 1_000_000 // columns times what may stand in them
)

// Need says that box To needs box From; both are places in the list of boxes.
type Need struct{ From, To int }

// Size is how large a box is.
type Size struct{ W, H int }

// Point is a place in the picture.
type Point struct{ X, Y int }

// Line is a need as it runs: from the right side of one box to the left side
// of another. A box that needs itself has a line of one point, its corner.
type Line struct {
	Need
	Points []Point
}

// Picture is where everything stands. Corners are of the boxes, by their
// places in the list.
type Picture struct {
	W, H    int
	Corners []Point
	Lines   []Line
}

// Gaps are the distances between boxes.
type Gaps struct{ Column, Row int }

// Arrange arranges boxes of one height. Needs that are there twice count once;
// those that name no box are left out. It does not look at how many there are:
// that is the caller's to bound, by MostBoxes and MostNeeds.
func Arrange(boxes []Size, needs []Need, gaps Gaps) Picture {
	needs = proper(needs, len(boxes))
	p := Picture{Corners: make([]Point, len(boxes))}
	var parts []Picture
	var members [][]int
	for _, part := range partsOf(len(boxes), needs) {
		members = append(members, part.boxes)
		parts = append(parts, part.arrange(boxes, gaps))
	}
	p.pack(parts, members, gaps)
	return p
}

// proper are the needs between boxes that there are, each once, in order.
func proper(needs []Need, boxes int) []Need {
	kept := make([]Need, 0, len(needs))
	for _, n := range needs {
		if n.From >= 0 && n.To >= 0 && n.From < boxes && n.To < boxes {
			kept = append(kept, n)
		}
	}
	slices.SortFunc(kept, func(a, b Need) int { return cmp.Or(a.From-b.From, a.To-b.To) })
	return slices.Compact(kept)
}

// part is boxes that hang together, and their needs by their places in it.
type part struct {
	boxes []int
	needs []Need
}

// partsOf divides a graph into what hangs together, the largest first.
func partsOf(boxes int, needs []Need) []part {
	root := make([]int, boxes)
	for i := range root {
		root[i] = i
	}
	find := func(i int) int {
		for root[i] != i {
			root[i] = root[root[i]]
			i = root[i]
		}
		return i
	}
	for _, n := range needs {
		root[find(n.To)] = find(n.From)
	}
	parts := make(map[int]*part)
	place := make([]int, boxes)
	for i := range boxes {
		p := parts[find(i)]
		if p == nil {
			p = &part{}
			parts[find(i)] = p
		}
		place[i] = len(p.boxes)
		p.boxes = append(p.boxes, i)
	}
	for _, n := range needs {
		p := parts[find(n.From)]
		p.needs = append(p.needs, Need{place[n.From], place[n.To]})
	}
	list := make([]part, 0, len(parts))
	for _, p := range parts {
		list = append(list, *p)
	}
	slices.SortFunc(list, func(a, b part) int { return cmp.Or(len(b.boxes)-len(a.boxes), a.boxes[0]-b.boxes[0]) })
	return list
}

// pack puts parts below each other, and small ones beside each other as far as
// the widest is wide.
func (p *Picture) pack(parts []Picture, members [][]int, gaps Gaps) {
	const least = 960 // pixels
	width := least
	for _, part := range parts {
		width = max(width, part.W)
	}
	x, y, row := 0, 0, 0
	for i, part := range parts {
		if x > 0 && x+part.W > width {
			x, y, row = 0, y+row+2*gaps.Row, 0
		}
		p.take(part, members[i], x, y)
		p.W, p.H = max(p.W, x+part.W), max(p.H, y+part.H)
		x, row = x+part.W+gaps.Column, max(row, part.H)
	}
}

// take puts a part of the picture at its place.
func (p *Picture) take(part Picture, members []int, x, y int) {
	for i, corner := range part.Corners {
		p.Corners[members[i]] = Point{corner.X + x, corner.Y + y}
	}
	for _, line := range part.Lines {
		for i := range line.Points {
			line.Points[i].X += x
			line.Points[i].Y += y
		}
		line.Need = Need{members[line.From], members[line.To]}
		p.Lines = append(p.Lines, line)
	}
}
