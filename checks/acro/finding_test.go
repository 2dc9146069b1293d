package acro_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"sallyport/checks"
	"sallyport/checks/acro"
)

// says are findings in short: weight, count, places.
func says(list []checks.Finding) []string {
	var out []string
	for _, f := range list {
		text := fmt.Sprintf("%s %d", f.Weight, f.Count)
		for _, p := range f.Places {
			text += fmt.Sprintf(" %d:%d", p.Row, p.Column)
		}
		out = append(out, text)
	}
	return out
}

func TestFindings(t *testing.T) {
	const outcome = `"outcome": {"a": {"x": "threshold; ", "y": "ok"}, "b": {"x": "ok", "y": "threshold; "}}`
	for _, c := range []struct {
		name, results, table string
		want                 []string
	}{
		{"hidden", results(outcome, "t.csv", `{}`), "k,a,b\nx,,7\ny,8,\n", []string{"info 2 1:2 2:3"}},
		{"one shown", results(outcome, "t.csv", `{}`), "k,a,b\nx,3,7\ny,8,\n", []string{"medium 1 1:2"}},
		{"left out", results(outcome, "t.csv", `{}`), "k,b\nx,7\ny,\n", []string{"info 1 2:2"}},
		{"no cells", results(`"outcome": {}`, "t.csv", `{}`), "k,a\nx,3\n", []string{"medium 1 0:0"}},
		{"for review", strings.ReplaceAll(results(`"outcome": {}`, "t.csv", `{}`), "fail", "review"), "k,a\nx,3\n", []string{"low 1 0:0"}},
		{"passed", strings.ReplaceAll(results(`"outcome": {}`, "t.csv", `{}`), "fail", "pass"), "k,a\nx,3\n", nil},
		{"by hand", strings.Replace(results(`"outcome": {}`, "t.csv", `{}`), `"type": "table"`, `"type": "custom"`, 1), "k,a\nx,3\n", []string{"info 1 0:0"}},
		{"another file", results(outcome, "u.csv", `{}`), "k,a,b\nx,3,7\ny,8,\n", nil},
	} {
		f, err := acro.Read(fstest.MapFS{"results.json": {Data: []byte(c.results)}, "t.csv": {Data: []byte(c.table)}})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		got := f.Of("t.csv").Findings()
		if !slices.Equal(says(got), c.want) {
			t.Errorf("%s: %q, want %q", c.name, says(got), c.want)
		}
		for _, x := range got {
			if x.Rule != acro.Rule || x.Where != x.Places[0] || !strings.Contains(x.Message, "ACRO 0.4.12") {
				t.Errorf("%s: %+v", c.name, x)
			}
		}
	}
	changed, err := acro.Read(fstest.MapFS{
		"results.json": {Data: []byte(strings.ReplaceAll(results(`"outcome": {}`, "t.csv", `{}`), "fail", "pass"))},
		"t.csv":        {Data: []byte("k,a\n")}, "checksums/t.csv.txt": {Data: []byte(strings.Repeat("0", 64))},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := changed.Of("t.csv").Findings(); len(got) != 1 || got[0].Weight != checks.Medium || !strings.Contains(got[0].Message, "not what ACRO wrote") {
		t.Errorf("a file that is not what ACRO wrote: %+v", got)
	}
}
