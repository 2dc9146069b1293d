package checking

import (
	"math"
	"testing"

	"sallyport/checks"
)

// TestReportsAreKeptWhole: what can be worked out, and the cells of other
// files, come back with a report.
func TestReportsAreKeptWhole(t *testing.T) {
	at := checks.Place{Row: 2, Column: 3, Line: 3}
	r := &checks.Report{Findings: []checks.Finding{
		{ID: "a", Rule: "masks-undone", Places: []checks.Place{at}, Derived: []checks.Derived{{Place: at, Lowest: 1, Most: math.Inf(1), From: "the total"}}},
		{ID: "b", Rule: "differencing", Places: []checks.Place{at}, Beside: []checks.Pair{{Place: at, Labels: "East", Here: "12", There: "14", Other: checks.Other{File: "b.csv"}}}},
	}}
	body, err := writeReport(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadReport(body)
	if err != nil {
		t.Fatal(err)
	}
	if d := got.Findings[0].Derived; len(d) != 1 || d[0].Lowest != 1 || !math.IsInf(d[0].Most, 1) || d[0].From != "the total" {
		t.Errorf("derived %+v", d)
	}
	if b := got.Findings[1].Beside; len(b) != 1 || b[0].There != "14" || b[0].Other.File != "b.csv" || len(got.Findings[0].Beside) != 0 {
		t.Errorf("beside %+v", b)
	}
	if _, err := ReadReport([]byte("{")); err == nil {
		t.Error("half a report is read")
	}
}
