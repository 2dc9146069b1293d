package acro_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"sallyport/checks"
	"sallyport/checks/acro"
)

// open reads a folder of testdata.
func open(t *testing.T, name string) *acro.Folder {
	t.Helper()
	root, err := os.OpenRoot(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	f, err := acro.Read(root.FS())
	if err != nil {
		t.Fatalf("read %s: %v", name, err)
	}
	return f
}

// flags writes what is said of a file's cells: check, place, what became of it.
func flags(list []acro.Verdict) []string {
	var out []string
	for _, v := range list {
		for _, c := range v.Cells {
			at := c.Label
			if c.Where != nil {
				at = fmt.Sprintf("%d:%d", c.Where.Row, c.Where.Column)
			}
			out = append(out, fmt.Sprintf("%s %v %s %s", v.Check, c.Body, at, c.State))
		}
	}
	return out
}

func TestDialects(t *testing.T) {
	for _, c := range []struct {
		folder  string
		dialect acro.Dialect
		source  string
		files   int // that hold results
		outputs int // of the first
	}{
		{"2022-inline", acro.Inline, "ACRO before 0.4", 1, 5},
		{"2023-paths", acro.Paths, "ACRO before 0.4", 3, 2},
		{"2023-stata", acro.Paths, "ACRO before 0.4", 1, 34},
		{"r-0.4.3", acro.Versions, "ACRO 0.4.3", 1, 1},
		{"v0.4.12", acro.Versions, "ACRO 0.4.12", 1, 3},
		{"v1.0.1-derived", acro.Ontology, "ACRO 1.0.1", 1, 2},
		{"v1.0.2-none", acro.Ontology, "ACRO 1.0.2", 1, 8},
		{"viewer", acro.Viewer, "SACRO viewer 0.4.0", 1, 17},
	} {
		f := open(t, c.folder)
		r := f.Results[0]
		if r.Dialect != c.dialect || r.Source() != c.source || len(f.Results) != c.files || len(r.Outputs) != c.outputs || len(r.Notes) > 0 {
			t.Errorf("%s: %q by %q, %d files, %d outputs, notes %q", c.folder, r.Dialect, r.Source(), len(f.Results), len(r.Outputs), r.Notes)
		}
	}
}

// Where each flagged cell stands was looked up by hand. Of the second table,
// pandas left out a column that had no values, so that counting would point at
// cells beside those that are meant.
func TestCellsOfTheExampleFolder(t *testing.T) {
	f := open(t, "v0.4.12")
	want := []string{
		"threshold [2 2] 3:4 hidden",
		"p-ratio [2 0] 3:2 hidden", "p-ratio [2 1] 3:3 hidden", "p-ratio [2 2] 3:4 hidden", "p-ratio [4 0] 5:2 hidden",
		"nk-rule [2 0] 3:2 hidden", "nk-rule [2 1] 3:3 hidden", "nk-rule [2 2] 3:4 hidden", "nk-rule [4 0] 5:2 hidden",
	}
	if got := f.Of(" crosstab_recommendation_vs_parents_0.csv").Verdicts; cmp.Diff(want, flags(got)) != "" {
		t.Errorf("the first table: %s", cmp.Diff(want, flags(got)))
	}
	of := f.Of("mean_children_by_parents_finance_recommendation_0.csv")
	want = []string{
		"all-values-are-same [0 2] great_pret convenient, recommend left_out", "all-values-are-same [0 4] 1:6 hidden",
		"all-values-are-same [1 2] great_pret inconv, recommend left_out", "all-values-are-same [1 4] 2:6 hidden",
		"all-values-are-same [2 2] pretentious convenient, recommend left_out", "all-values-are-same [3 2] pretentious inconv, recommend left_out",
		"all-values-are-same [4 2] usual convenient, recommend left_out", "all-values-are-same [5 2] usual inconv, recommend left_out",
		"all-values-are-same [6 2] All , recommend left_out",
	}
	if diff := cmp.Diff(want, flags(of.Verdicts)); diff != "" {
		t.Errorf("the second table: %s", diff)
	}
	v := of.Verdicts[0]
	if !v.Mitigated || v.Status != "review" || v.Count != 9 || v.Source != "ACRO 0.4.12" || v.Note != "" {
		t.Errorf("the verdict of the second table is %+v", v)
	}
	o := of.Outputs[0]
	if !slices.Equal(o.Comments, []string{"too few cases of recommend to report"}) || o.Exception != "" || !slices.Equal(o.Remarks, []string{"Suppression automatically applied where needed"}) {
		t.Errorf("what people and the tool wrote of the second table: %+v", o)
	}
}

func TestCellsOfOlderAndNewerFolders(t *testing.T) {
	for _, c := range []struct {
		folder, file string
		want         []string
	}{
		{"2022-inline", "results.json", []string{"threshold [0 3] 2010, R/G hidden", "threshold [5 3] 2015, R/G hidden"}},
		{"2023-paths", "output_1.csv", []string{"threshold [0 3] 1:5 hidden", "threshold [5 3] 6:5 hidden"}},
		{"2023-stata", "output_0_2023-06-18-19254748.csv", []string{"threshold [0 1] 1:3 hidden", "threshold [0 3] 1:5 hidden"}},
		{"2023-stata", "output_0_2023-06-19-08472116.csv", []string{"threshold [0 1] 1:3 hidden", "threshold [0 3] 1:5 hidden"}},
		{"2023-stata", "output_1_2023-06-19-08490342.csv", nil},
		{"r-0.4.3", "crosstab_0.csv", nil},
		{"viewer", "LICENSE", nil},
		{"v1.0.1-derived", "output_0_0.csv", []string{"PresenceOfZeroCheck [2 0] row 3, column 1 of its data unplaced"}},
	} {
		of := open(t, c.folder).Of(c.file)
		got := flags(of.Verdicts)
		if !of.Listed || len(of.Verdicts) == 0 {
			t.Errorf("%s: %s has no verdict", c.folder, c.file)
		}
		for _, want := range c.want {
			if !slices.Contains(got, want) {
				t.Errorf("%s: %s lacks %q in %q", c.folder, c.file, want, got)
			}
		}
		if c.want == nil && len(got) > 0 {
			t.Errorf("%s: %s has flags %q", c.folder, c.file, got)
		}
	}
}

// ACRO 1.0 with several levels of rows and columns, with totals, and with several
// statistics, of which it lists the cells once and names them in its outcome; and
// with nothing done, suppression and rounding.
func TestCellsOfVersion1(t *testing.T) {
	west := "3:2 3:3 3:4 3:5"
	for _, c := range []struct{ file, check, cells string }{
		{"output_0_0.csv", "MinimumThresholdCheck", "4:2 4:3"},
		{"output_1_0.csv", "MinimumThresholdCheck", "7:3 7:4 7:5 8:3 8:4 8:5"},
		{"output_2_0.csv", "MinimumThresholdCheck", "6:2 6:3 6:4 6:5 6:6 6:7"},
		{"output_3_0.csv", "MinimumThresholdCheck", strings.ReplaceAll(west, "3:", "6:")},
	} {
		for folder, state := range map[string]acro.State{"v1.0.2-none": acro.Shown, "v1.0.2-suppress": acro.Hidden, "v1.0.2-round": acro.Rounded} {
			v := open(t, folder).Of(c.file).Verdicts
			i := slices.IndexFunc(v, func(v acro.Verdict) bool { return v.Check == c.check })
			if i < 0 {
				t.Errorf("%s: %s: no verdict by %s", folder, c.file, c.check)
				continue
			}
			var cells []string
			for _, cell := range v[i].Cells {
				if cell.Where == nil || cell.State != state {
					t.Errorf("%s: %s: %+v", folder, c.file, cell)
					continue
				}
				if at := fmt.Sprintf("%d:%d", cell.Where.Row, cell.Where.Column); cell.Where.Column < 6 || c.file != "output_1_0.csv" {
					cells = append(cells, at) // of the second table one more column is a total, where nothing was done
				}
			}
			if strings.Join(cells, " ") != c.cells || v[i].Mitigated != (state != acro.Shown) {
				t.Errorf("%s: %s: %q, mitigated %v, want %q", folder, c.file, cells, v[i].Mitigated, c.cells)
			}
			if want := map[bool]string{true: "fail", false: "review"}[state == acro.Shown]; v[i].Status != want {
				t.Errorf("%s: %s: status %s, want %s", folder, c.file, v[i].Status, want)
			}
		}
	}
	f := open(t, "v1.0.2-none")
	if v := f.Of("output_3_0.csv").Verdicts[1]; v.Check != "MinimumDoFCheck" || v.Count != int64(len(v.Cells)) || !strings.Contains(v.Note, "gives 892 as their number") {
		t.Errorf("a check that counts what is no cell: %+v", v)
	}
	if !f.Own("config.json") || f.ReadAs("results.json") == "" || f.ReadAs("session_summary.csv") == "" || f.ReadAs("output_0_0.csv") != "" {
		t.Error("what is no output is not told apart")
	}
	if x := f.Of("session_summary.csv").Findings(); len(x) != 1 || x[0].Weight != checks.Medium || !strings.Contains(x[0].Message, "not to be released") {
		t.Errorf("findings of a summary that is not to be released: %+v", x)
	}
}

// Two sessions wrote of the same file: an outcome that does not fit it points at
// no cell, and says so.
func TestOutcomeOfAnotherTable(t *testing.T) {
	of := open(t, "2023-paths").Of("output_2.csv")
	var sources []string
	for _, v := range of.Verdicts {
		sources = append(sources, v.From+" "+v.Check+" "+v.Status)
	}
	if want := []string{"results.json threshold fail", "test_results.json negative review"}; !slices.Equal(sources, want) {
		t.Errorf("verdicts are %q, want %q", sources, want)
	}
	r, err := acro.Parse("results.json", strings.NewReader(results(`"outcome": {"a": {"x": "threshold; ", "y": "ok"}}`, "t.csv", `{}`)))
	if err != nil {
		t.Fatal(err)
	}
	v := r.Verdicts("t.csv", strings.NewReader("k,b,c,d\np,1,2,3\n"))
	if len(v) != 1 || v[0].Cells[0].State != acro.Unplaced || v[0].Mitigated || !strings.Contains(v[0].Note, "not those of the file") {
		t.Errorf("verdicts are %+v", v)
	}
}

// results writes a results file of 0.4 with one output.
func results(outcome, file, sdc string) string {
	return fmt.Sprintf(`{"version": "0.4.12", "results": {"o": {"uid": "o", "status": "fail", "type": "table", "properties": {"method": "crosstab"}, "files": [{"name": %q, "sdc": %s}], %s,
		"command": "acro.crosstab(", "summary": "fail; threshold: 1 cells may need suppressing; ", "timestamp": "2026", "comments": [], "exception": ""}}}`, file, sdc, outcome)
}

// A verdict knows what was done: a cell that says it was suppressed and is shown
// all the same is not mitigated.
func TestMitigation(t *testing.T) {
	const sdc = `{"summary": {"suppressed": true, "threshold": 2}, "cells": {"threshold": [[0, 0], [1, 1]]}}`
	const outcome = `"outcome": {"a": {"x": "threshold; ", "y": "ok"}, "b": {"x": "ok", "y": "threshold; "}}`
	for _, c := range []struct {
		table     string
		states    []acro.State
		mitigated bool
	}{
		{"k,a,b\nx,,7\ny,8,\n", []acro.State{acro.Hidden, acro.Hidden}, true},
		{"k,a,b\nx,3,7\ny,8,\n", []acro.State{acro.Shown, acro.Hidden}, false},
		{"k,a,b\nx,[REDACTED],7\ny,8,<8\n", []acro.State{acro.Hidden, acro.Hidden}, true},
		{"k,b\nx,7\ny,4\n", []acro.State{acro.LeftOut, acro.Shown}, false},
		{"k,a,b\r\n\r\nx,,7\r\n\"y\",8,\r\n", []acro.State{acro.Hidden, acro.Hidden}, true},
	} {
		r, err := acro.Parse("results.json", strings.NewReader(results(outcome, "t.csv", sdc)))
		if err != nil {
			t.Fatal(err)
		}
		v := r.Verdicts("t.csv", strings.NewReader(c.table))
		var states []acro.State
		for _, cell := range v[0].Cells {
			states = append(states, cell.State)
		}
		if len(v) != 1 || !slices.Equal(states, c.states) || v[0].Mitigated != c.mitigated {
			t.Errorf("of %q: %v, mitigated %v, want %v, %v", c.table, states, v[0].Mitigated, c.states, c.mitigated)
		}
	}
	rounded := strings.Replace(results(outcome, "t.csv", sdc), `"method": "crosstab"`, `"mitigation": "round", "round_base": 5`, 1)
	r, err := acro.Parse("results.json", strings.NewReader(rounded))
	if err != nil {
		t.Fatal(err)
	}
	for table, want := range map[string]bool{"k,a,b\nx,5,7\ny,8,10.0\n": true, "k,a,b\nx,5,7\ny,8,9\n": false} {
		if v := r.Verdicts("t.csv", strings.NewReader(table)); v[0].Mitigated != want {
			t.Errorf("rounded, of %q: %+v", table, v)
		}
	}
}

// Labels of several levels, in the rows and in the columns, with the names of
// the index in a row of their own.
func TestLevels(t *testing.T) {
	const table = ",mean,mean,std,std\nsex,F,M,F,M\nregion,,,,\nN,1,2,3,4\nS,5,,7,8\n"
	const outcome = `"outcome": {"('mean', 'F')": {"N": "ok", "S": "ok"}, "('mean', 'M')": {"N": "ok", "S": "threshold; "}, "('std', 'F')": {"N": "nk-rule; ", "S": "ok"}, "('std', 'M')": {"N": "ok", "S": "ok"}}`
	r, err := acro.Parse("results.json", strings.NewReader(results(outcome, "t.csv", `{}`)))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"threshold [1 1] 4:3 hidden", "nk-rule [0 2] 3:4 shown"}
	if got := flags(r.Verdicts("t.csv", strings.NewReader(table))); !slices.Equal(got, want) {
		t.Errorf("flags are %q, want %q", got, want)
	}
}

func TestChecksums(t *testing.T) {
	for _, c := range []struct {
		folder, file string
		want         acro.Checksum
	}{
		{"v0.4.12", "results.json", acro.Checksum{Sum: acro.Equal}},
		{"v0.4.12", "config.json", acro.Checksum{Sum: acro.None}},
		{"v0.4.12", " crosstab_recommendation_vs_parents_0.csv", acro.Checksum{Sum: acro.LineEnds, Written: "CRLF", Found: "LF"}},
		{"v0.4.12", "acro_demo_2026.py", acro.Checksum{Sum: acro.LineEnds, Written: "CRLF", Found: "LF"}},
		{"r-0.4.3", "XandY.jpeg", acro.Checksum{Sum: acro.Equal}},
		{"r-0.4.3", "config.json", acro.Checksum{Sum: acro.Equal}},
		{"r-0.4.3", "output_0_0.csv", acro.Checksum{Sum: acro.LineEnds, Written: "CRLF", Found: "LF"}},
		{"viewer", "LICENSE", acro.Checksum{Sum: acro.Missing}},
		{"2023-paths", "output_0.csv", acro.Checksum{Sum: acro.None}},
	} {
		if got := open(t, c.folder).Checksums[c.file]; got != c.want {
			t.Errorf("%s, %q: %+v, want %+v", c.folder, c.file, got, c.want)
		}
	}
	f := open(t, "r-0.4.3")
	if f.Of("output_0_0.csv").Listed || !f.Of("crosstab_0.csv").Listed {
		t.Error("a file that no output names is listed, or one that is named is not")
	}
	if !f.Own("config.json") || !f.Own("checksums/XandY.jpeg.txt") || f.Own("checksums/other.txt") || f.Own("XandY.jpeg") {
		t.Error("ACRO's own checksums are not told apart")
	}
}

// A configuration that says more than ACRO's does is a file as any other.
func TestConfigThatSaysMore(t *testing.T) {
	for text, own := range map[string]bool{`{"safe_threshold": 10}`: true, `{"safe_threshold": 10, "rows": [1, 2]}`: false, `{"safe_threshold": 10} {"n": 3}`: false, `no`: false} {
		f, err := acro.Read(fstest.MapFS{"results.json": {Data: []byte(results(`"outcome": {}`, "t.csv", `{}`))}, "config.json": {Data: []byte(text)}})
		if err != nil {
			t.Fatal(err)
		}
		if f.Own("config.json") != own {
			t.Errorf("%s is ACRO's own: %v", text, !own)
		}
	}
}

func TestConfig(t *testing.T) {
	f := open(t, "v0.4.12")
	want := []string{
		"ACRO flags counts below 10, the policy counts up to 7", "ACRO flags zeros, the policy does not",
		"ACRO flags fewer than 10 in curves of survival, the policy up to 7",
	}
	if got := f.Config.Differences(checks.DefaultProfile()); !slices.Equal(got, want) {
		t.Errorf("differences are %q", got)
	}
	p := checks.DefaultProfile()
	p.Threshold, p.ZeroIsLow, p.DegreesOfFreedom, p.PPercent, p.Dominance = 9, true, 5, 15, nil
	if got := f.Config.Differences(p); len(got) != 3 {
		t.Errorf("differences are %q", got)
	}
}

// Every cell that ACRO flags in its own example is marked by us too, or is shown
// as ACRO's alone: none is lost on the way.
func TestEveryFlaggedCellIsShown(t *testing.T) {
	for _, folder := range []string{"v0.4.12", "v1.0.2-none", "v1.0.2-suppress", "v1.0.2-round", "2022-inline", "2023-paths", "2023-stata", "r-0.4.3", "v1.0.1-derived", "viewer"} {
		f := open(t, folder)
		for _, r := range f.Results {
			for _, o := range r.Outputs {
				for _, file := range o.Files {
					of := f.Of(file.Name)
					acro.Compare(of.Verdicts, check(t, folder, file.Name))
					for _, c := range file.Checks {
						for _, cell := range c.Cells {
							if !shown(of.Verdicts, o.ID, c.Name, cell) {
								t.Errorf("%s: %s: %s flags %v, and nothing shows it", folder, file.Name, c.Name, cell)
							}
						}
					}
				}
			}
		}
	}
}

// shown reports whether a verdict shows a cell: at its place, or by its name.
func shown(list []acro.Verdict, output, check string, body [2]int) bool {
	for _, v := range list {
		if v.Output != output || v.Check != check {
			continue
		}
		for _, c := range v.Cells {
			if c.Body == body {
				return c.Where != nil || c.Label != ""
			}
		}
	}
	return false
}

// check is what our own checks find in a file; nothing of one that is missing.
func check(t *testing.T, folder, name string) []checks.Finding {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", folder, name))
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	at, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	report, err := checks.Check(t.Context(), checks.File{Name: name, Bytes: f, Size: at.Size()}, checks.DefaultProfile())
	if err != nil {
		t.Fatal(err)
	}
	return report.Findings
}

func TestCompare(t *testing.T) {
	list := []acro.Verdict{{Cells: []acro.Cell{{Where: &checks.Place{Row: 1, Column: 2}}, {Where: &checks.Place{Row: 2, Column: 2}}, {}}}}
	acro.Compare(list, []checks.Finding{
		{Rule: "low-counts", Places: []checks.Place{{Row: 1, Column: 2, Line: 2}}},
		{Rule: "rows", Places: []checks.Place{{Line: 3}}},
	})
	if says := list[0].Says(); says != " says nothing: it flags no cell" {
		t.Errorf("a verdict without a check says %q", says)
	}
	list[0].Check, list[0].Source, list[0].Status = "threshold", "ACRO 1", "fail"
	if says := list[0].Says(); says != "ACRO 1 says fail by threshold (few people): 0 cells; our checks mark 1 of them too" {
		t.Errorf("the verdict says %q", says)
	}
	acro.Compare(list, []checks.Finding{{Rule: "low-counts", Places: []checks.Place{{Row: 1, Column: 2}, {Table: 1, Row: 2, Column: 2}}, Count: 300}})
	if says := list[0].Says(); !strings.HasSuffix(says, "mark at least 1 of them too") {
		t.Errorf("the verdict says %q", says)
	}
	if c := list[0].Cells; !slices.Equal(c[0].Also, []string{"low-counts"}) || c[1].Also != nil || c[2].Also != nil {
		t.Errorf("cells are %+v", c)
	}
}
