package pages

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sallyport/web/graph"
)

func namesOf(list []GraphAction) []string {
	var names []string
	for _, a := range list {
		names = append(names, a.Name)
	}
	return names
}

func chain(n int) []GraphAction {
	var list []GraphAction
	for i := range n {
		a := GraphAction{Name: fmt.Sprint("a", i)}
		if i > 0 {
			a.Needs = []string{fmt.Sprint("a", i-1)}
		}
		list = append(list, a)
	}
	return list
}

func TestNear(t *testing.T) {
	beside := append(chain(6), GraphAction{Name: "b", Needs: []string{"a2"}}, GraphAction{Name: "alone", Needs: []string{"gone", "alone"}})
	for _, test := range []struct {
		chosen      string
		steps, most int
		want        string
		more        int
	}{
		{"a3", 1, 9, "a2 a3 a4", 0},
		{"a3", 2, 9, "a1 a2 a3 a4 a5", 0},
		{"a2", 1, 9, "a1 a2 a3 b", 0},
		{"a3", 9, 3, "a2 a3 a4", 3},
		{"alone", 9, 9, "alone", 0},
		{"gone", 9, 9, "", 0},
		{"", 1, 9, "", 0},
	} {
		near, more := Near(beside, test.chosen, test.steps, test.most)
		if got := strings.Join(namesOf(near), " "); got != test.want || more != test.more {
			t.Errorf("Near(%s, %d, %d) = %s and %d more, want %s and %d", test.chosen, test.steps, test.most, got, more, test.want, test.more)
		}
	}
	circle := []GraphAction{{Name: "x", Needs: []string{"y"}}, {Name: "y", Needs: []string{"x"}}}
	if near, _ := Near(circle, "x", 5, 9); len(near) != 2 || !near[0].Chosen || near[1].Chosen {
		t.Errorf("in a circle: %+v", near)
	}
}

func TestKnown(t *testing.T) {
	all := Known([]GraphAction{{Name: "a", Needs: []string{"gone", "b", "gone"}}, {Name: "b", Needs: []string{"gone"}}})
	if got := namesOf(all); !slices.Equal(got, []string{"a", "b", "gone"}) || !all[2].Missing {
		t.Errorf("Known = %v", got)
	}
}

func TestGraphBounds(t *testing.T) {
	g := NewGraph(chain(graph.MostBoxes+5), "all", 100)
	if len(g.Boxes) != graph.MostBoxes || !strings.Contains(g.Left, "4,005") {
		t.Errorf("%d boxes; %q", len(g.Boxes), g.Left)
	}
	dense := chain(200)
	for i := range dense {
		dense[i].Needs = namesOf(dense)
	}
	g = NewGraph(dense, "dense", 100)
	if len(g.Lines) != graph.MostNeeds || !strings.Contains(g.Left, "28,000 needs") {
		t.Errorf("%d lines; %q", len(g.Lines), g.Left)
	}
	if g = NewGraph(nil, "none", 100); len(g.Boxes) != 0 {
		t.Errorf("a graph of nothing: %+v", g)
	}
}

func TestMiddleCut(t *testing.T) {
	for name, want := range map[string]string{
		"short":                 "short",
		strings.Repeat("é", 38): strings.Repeat("é", 38),
		"calculate_measures_by_region_and_age_2020": "calculate_measures…region_and_age_2020",
	} {
		if got := middleCut(name); got != want {
			t.Errorf("middleCut(%s) = %s, want %s", name, got, want)
		}
	}
}

// TestGraphHostile has the names of actions be text.
func TestGraphHostile(t *testing.T) {
	s := readAll(t)
	b, err := s.Part("graph", NewGraph([]GraphAction{{Name: hostile, Needs: []string{"x\u202e"}, Href: "javascript:alert(1)", State: JobState(hostile)}}, hostile, 100))
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<em", "<script", "javascript:", "\u202e"} {
		if strings.Contains(string(b), bad) {
			t.Errorf("a graph has %q: %s", bad, b)
		}
	}
}
