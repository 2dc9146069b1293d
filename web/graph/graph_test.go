package graph

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
)

// checkPicture holds a picture against what every picture is.
func checkPicture(t *testing.T, boxes []Size, needs []Need, p Picture) {
	t.Helper()
	if len(p.Corners) != len(boxes) {
		t.Fatalf("%d boxes stand somewhere, want %d", len(p.Corners), len(boxes))
	}
	for i, a := range p.Corners {
		if a.X < 0 || a.Y < 0 || a.X+boxes[i].W > p.W || a.Y+boxes[i].H > p.H {
			t.Fatalf("box %d at %v is not in the picture of %d × %d", i, a, p.W, p.H)
		}
	}
	for i, j := range overlaps(boxes, p.Corners) {
		t.Fatalf("box %d at %v overlaps box %d at %v", i, p.Corners[i], j, p.Corners[j])
	}
	want := map[Need]bool{}
	for _, n := range needs {
		want[n] = true
	}
	for _, l := range p.Lines {
		if !want[l.Need] {
			t.Fatalf("the line %v is of no need, or there twice", l.Need)
		}
		delete(want, l.Need)
		checkLine(t, boxes, p.Corners, l)
	}
	for n := range want {
		t.Fatalf("the need %v has no line", n)
	}
}

// checkLine has a line begin and end at its boxes.
func checkLine(t *testing.T, boxes []Size, corners []Point, l Line) {
	t.Helper()
	from, to := corners[l.From], corners[l.To]
	if l.From == l.To {
		if !reflect.DeepEqual(l.Points, []Point{from}) {
			t.Fatalf("the line of %d to itself is %v", l.From, l.Points)
		}
		return
	}
	first, last := l.Points[0], l.Points[len(l.Points)-1]
	forth := first == Point{from.X + boxes[l.From].W, from.Y + boxes[l.From].H/2} && last == Point{to.X, to.Y + boxes[l.To].H/2}
	back := first == Point{from.X, from.Y + boxes[l.From].H/2} && last == Point{to.X + boxes[l.To].W, to.Y + boxes[l.To].H/2}
	if !forth && !back {
		t.Fatalf("the line %v runs from %v to %v, its boxes are at %v and %v", l.Need, first, last, from, to)
	}
}

// overlaps finds boxes that overlap, by a grid.
func overlaps(boxes []Size, corners []Point) map[int]int {
	found, cells := map[int]int{}, map[Point][]int{}
	for i, c := range corners {
		for x := c.X / 64; x <= (c.X+boxes[i].W)/64; x++ {
			for y := c.Y / 64; y <= (c.Y+boxes[i].H)/64; y++ {
				for _, j := range cells[Point{x, y}] {
					d := corners[j]
					if c.X < d.X+boxes[j].W && d.X < c.X+boxes[i].W && c.Y < d.Y+boxes[j].H && d.Y < c.Y+boxes[i].H {
						found[i] = j
					}
				}
				cells[Point{x, y}] = append(cells[Point{x, y}], i)
			}
		}
	}
	return found
}

func sized(n int) []Size {
	boxes := make([]Size, n)
	for i := range boxes {
		boxes[i] = Size{60 + i*37%200, 30}
	}
	return boxes
}

func TestArrange(t *testing.T) {
	long := make([]Need, 0, 300)
	for i := range 150 {
		long = append(long, Need{i, i + 1}, Need{0, i + 1})
	}
	for name, test := range map[string]struct {
		boxes int
		needs []Need
	}{
		"nothing":        {0, nil},
		"one":            {1, nil},
		"apart":          {9, nil},
		"a chain":        {3, []Need{{0, 1}, {1, 2}}},
		"a diamond":      {4, []Need{{0, 1}, {0, 2}, {1, 3}, {2, 3}}},
		"a long need":    {4, []Need{{0, 1}, {1, 2}, {2, 3}, {0, 3}}},
		"itself":         {2, []Need{{0, 0}, {0, 1}}},
		"a circle":       {3, []Need{{0, 1}, {1, 2}, {2, 0}}},
		"two circles":    {4, []Need{{0, 1}, {1, 0}, {2, 3}, {3, 2}, {1, 2}}},
		"a long chain":   {151, long},
		"job request":    {7, []Need{{0, 2}, {1, 2}, {2, 3}, {4, 5}, {5, 6}}},
		"many at a need": {60, star(60)},
	} {
		t.Run(name, func(t *testing.T) {
			p := Arrange(sized(test.boxes), test.needs, Gaps{40, 12})
			checkPicture(t, sized(test.boxes), test.needs, p)
			if again := Arrange(sized(test.boxes), test.needs, Gaps{40, 12}); !reflect.DeepEqual(p, again) {
				t.Error("the same boxes are another picture")
			}
		})
	}
}

func star(n int) []Need {
	var needs []Need
	for i := 1; i < n; i++ {
		needs = append(needs, Need{0, i})
	}
	return needs
}

// TestArrangeOrder has needs run from the left to the right, and what need not
// cross not cross.
func TestArrangeOrder(t *testing.T) {
	needs := []Need{{0, 4}, {1, 3}, {4, 5}, {3, 5}}
	p := Arrange(sized(6), needs, Gaps{40, 12})
	for _, n := range needs {
		if p.Corners[n.From].X >= p.Corners[n.To].X {
			t.Errorf("%v runs from %v to %v", n, p.Corners[n.From], p.Corners[n.To])
		}
	}
	if (p.Corners[0].Y < p.Corners[1].Y) != (p.Corners[4].Y < p.Corners[3].Y) {
		t.Errorf("needs cross: %v", p.Corners)
	}
}

func TestArrangeWrongNeeds(t *testing.T) {
	p := Arrange(sized(2), []Need{{0, 1}, {0, 1}, {0, 2}, {-1, 0}}, Gaps{40, 12})
	checkPicture(t, sized(2), []Need{{0, 1}}, p)
}

// TestArrangeRandom tries graphs of all kinds, dense ones and with circles.
func TestArrangeRandom(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 4))
		n := 1 + r.IntN(40)
		set := map[Need]bool{}
		for range r.IntN(3 * n) {
			set[Need{r.IntN(n), r.IntN(n)}] = true
		}
		var needs []Need
		for need := range set {
			needs = append(needs, need)
		}
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			checkPicture(t, sized(n), needs, Arrange(sized(n), needs, Gaps{40, 12}))
		})
	}
}

// TestArrangeMost arranges as much as may be, as dense as it may be.
func TestArrangeMost(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	needs := map[Need]bool{}
	for len(needs) < MostNeeds {
		needs[Need{r.IntN(MostBoxes), r.IntN(MostBoxes)}] = true
	}
	var list []Need
	for n := range needs {
		list = append(list, n)
	}
	checkPicture(t, sized(MostBoxes), list, Arrange(sized(MostBoxes), list, Gaps{40, 12}))
}

func BenchmarkArrangeMost(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	var list []Need
	for range MostNeeds {
		list = append(list, Need{r.IntN(MostBoxes), r.IntN(MostBoxes)})
	}
	for b.Loop() {
		Arrange(sized(MostBoxes), list, Gaps{40, 12})
	}
}
