package acro_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"sallyport/checks"
	"sallyport/checks/acro"
)

func TestWhatIsNotOfACRO(t *testing.T) {
	for _, text := range []string{
		"", "[]", "{}", `"text"`, `{"a": 1}`, `{"version": "1", "results": []}`, `{"version": "0.4", "results": {"a": {"command": "", "summary": ""}}}`,
		`{"results": {"a": {"command": "", "summary": "", "outcome": {}, "files": []}}}`, `{"a": {"command": "x", "summary": "y"}}`,
		`{"type": "FeatureCollection", "features": []}`,
	} {
		if r, err := acro.Parse("x.json", strings.NewReader(text)); err == nil {
			t.Errorf("%q is read as %+v", text, r)
		}
	}
	for name, text := range map[string]string{
		"deep": strings.Repeat(`{"a":`, 1_000_000), "deep lists": strings.Repeat("[", 1_000_000), "wide": "[" + strings.Repeat("0,", 500_000) + "0]",
		"long": `"` + strings.Repeat("x", 33<<20) + `"`, "two": "{} {}", "open": `{"a": "`, "trailing": `{"a":1,}`,
	} {
		if _, err := acro.Parse("x.json", strings.NewReader(text)); err == nil || errors.Is(err, acro.ErrNotACRO) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Results that cannot be read are said to be, and are not taken for something
// else.
func TestResultsThatCannotBeRead(t *testing.T) {
	for text, is := range map[string]bool{`{"o": {"command": "x", "summary": "y", "outcome": `: true, `{"rows": [`: false, `{"rows": []}`: false} {
		_, err := acro.Read(fstest.MapFS{"results.json": {Data: []byte(text)}})
		if err == nil || errors.Is(err, acro.ErrNotACRO) == is {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Python writes NaN and Infinity, which are no JSON.
func TestNaN(t *testing.T) {
	text := strings.Replace(results(`"outcome": {}`, "t.csv", `{}`), `"method": "crosstab"`, `"dof": NaN, "a": -Infinity, "b": Infinity, "c": "NaN \" Infinity", "d": -1`, 1)
	r, err := acro.Parse("results.json", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if p := r.Outputs[0].Properties; p["c"] != `NaN " Infinity` || p["d"] != "-1" || p["dof"] != "" {
		t.Errorf("properties are %q", p)
	}
}

// Names that lead out of the folder are refused and named; spaces at the start
// of names are real.
func TestNames(t *testing.T) {
	for name, want := range map[string]string{
		" a.csv": "", "a b.csv": "", "é.csv": "", "fig/a.png": "", "a..csv": "",
		"../a.csv": "leads out", "/etc/passwd": "leads out", "a/../../b": "leads out", `C:\a.csv`: "leads out", `\\host\a`: "leads out", `a\b`: "backslash",
		"a//b": "leads out", "": "no name", ".": "itself", "a\nb": "control", "a\x00b": "control", strings.Repeat("a", 300): "too long",
	} {
		data := fmt.Sprintf(`{"version": "0.4.12", "results": {"o": {"files": [{"name": %s}], "command": "", "summary": "", "outcome": {}, "status": "pass"}}}`, quote(name))
		f, err := acro.Read(fstest.MapFS{"results.json": {Data: []byte(data)}, "b": {Data: []byte("1")}})
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		got := f.Results[0].Outputs[0].Files[0].Refused
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%q is refused with %q, want %q", name, got, want)
		}
		if got != "" && (len(f.Notes) != 1 || len(f.Of(name).Verdicts) != 0) {
			t.Errorf("%q: notes %q, verdicts %+v", name, f.Notes, f.Of(name).Verdicts)
		}
		if strings.ContainsAny(strings.Join(f.Notes, ""), "\n\x00") {
			t.Errorf("%q is shown as it is: %q", name, f.Notes)
		}
	}
}

// quote writes a text as JSON does.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\x00", "\\u0000").Replace(s) + `"`
}

// The last part of a path of another machine is the name; its folders are not
// shown.
func TestPathsOfOtherMachines(t *testing.T) {
	for path, want := range map[string]string{`C:\\Users\\someone\\out\\t.csv`: "t.csv", "/home/someone/t.csv": "t.csv", "c:/x/..": "..", "/home/someone/": ""} {
		r, err := acro.Parse("r.json", strings.NewReader(`{"o": {"command": "", "summary": "pass", "outcome": "{}", "output": "`+path+`"}}`))
		if err != nil {
			t.Fatal(err)
		}
		f := r.Outputs[0].Files[0]
		if f.Name != want || (f.Refused == "") != (want == "t.csv") {
			t.Errorf("%s: %+v", path, f)
		}
	}
}

func TestLinksAreNotFollowed(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	link := func(to, name string) {
		t.Helper()
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	write("results.json", results(`"outcome": {"a": {"x": "threshold; "}}`, "link.csv", `{}`))
	write("real.csv", "k,a\nx,3\n")
	write("checksums/real.csv.txt", strings.Repeat("0", 64))
	link("real.csv", "link.csv")
	link("real.csv", "config.json")
	link("real.csv.txt", "checksums/link.csv.txt")
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	f, err := acro.Read(root.FS())
	if err != nil {
		t.Fatal(err)
	}
	if v := f.Of("link.csv").Verdicts; len(v) != 1 || v[0].Cells[0].State != acro.Unplaced {
		t.Errorf("verdicts of a link: %+v", v)
	}
	if f.Config != nil || f.Checksums["real.csv"].Sum != acro.Differs || f.Checksums["link.csv"].Sum != "" {
		t.Errorf("config %v, checksums %v", f.Config, f.Checksums)
	}
	said := strings.Join(f.Notes, "\n")
	for _, name := range []string{`"link.csv"`, "config.json"} {
		if !strings.Contains(said, name) {
			t.Errorf("%s is not named in %q", name, f.Notes)
		}
	}
	if err := os.Remove(filepath.Join(dir, "results.json")); err != nil {
		t.Fatal(err)
	}
	write("elsewhere", results(`"outcome": {}`, "real.csv", `{}`))
	link("elsewhere", "results.json")
	if _, err := acro.Read(root.FS()); !errors.Is(err, acro.ErrNotACRO) {
		t.Errorf("results behind a link: %v", err)
	}
}

// Many cells, many outputs of one file and cells far outside take bounded room,
// and it is said that there are more.
func TestBounds(t *testing.T) {
	cells := strings.Repeat("[0, 0],", 25_000) + "[999999999, 7], [-1, 0], [1], 5"
	r, err := acro.Parse("results.json", strings.NewReader(results(`"outcome": {}`, "t.csv", `{"summary": {"threshold": 25001}, "cells": {"threshold": [`+cells+`]}}`)))
	if err != nil {
		t.Fatal(err)
	}
	v := r.Verdicts("t.csv", strings.NewReader("k,a\nx,\n"))
	if c := r.Outputs[0].Files[0].Checks[0]; len(c.Cells) > 20_000 || !c.More || v[0].Mitigated || !strings.Contains(v[0].Note, "Only the first") {
		t.Errorf("%d cells, more %v, %+v", len(c.Cells), c.More, v[0].Note)
	}
	if len(r.Notes) == 0 {
		t.Error("cells that are none are not said")
	}
	one := `{"files": [{"name": "t.csv"}], "command": "", "summary": "", "outcome": {"a": {"x": "threshold; "}}, "status": "fail"}`
	var list []string
	for i := range 6000 {
		list = append(list, fmt.Sprintf("%q: %s", fmt.Sprint(i), one))
	}
	r, err = acro.Parse("results.json", strings.NewReader(`{"version": "0.4", "results": {`+strings.Join(list, ",")+`}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := len(r.Verdicts("t.csv", strings.NewReader("k,a\nx,3\n"))); len(r.Outputs) != 5000 || len(r.Notes) == 0 || got != 50 {
		t.Errorf("%d outputs, %d verdicts, notes %q", len(r.Outputs), got, r.Notes)
	}
}

func FuzzVerdicts(f *testing.F) {
	f.Add(results(`"outcome": {"('a', 'b')": {"x": "threshold; "}}`, "t.csv", `{"cells": {"threshold": [[0, 0], [5, 5]]}}`), "k,a\nx,3\n")
	f.Add(`{"o": {"command": "", "summary": "fail; x", "outcome": "{\"a\": {\"x\": \"y; \"}}", "output": {"a": {"x": null}}}}`, "")
	f.Add(`{"version": "1", "results": {"o": {"files": [{"name": "t.csv", "sdc": {}}], "command": "", "summary": "", "outcome": {"(": {"'": "("}}, "fair": {}}}}`, "\"\n,\r\n\r\n\"\"\"x")
	f.Fuzz(func(t *testing.T, text, table string) {
		r, err := acro.Parse("results.json", strings.NewReader(text))
		if err != nil {
			return
		}
		records := int64(strings.Count(table, "\n") + 1)
		for _, v := range slices.Concat(r.Verdicts("t.csv", strings.NewReader(table)), r.Inside()) {
			for _, c := range v.Cells {
				if c.Where != nil && (c.Where.Row < 0 || c.Where.Row > records || c.Where.Column < 1 || c.Where.Line < 1) {
					t.Errorf("a cell stands at %+v of %q", *c.Where, table)
				}
			}
			_ = v.Says()
		}
		acro.Compare(r.Verdicts("t.csv", strings.NewReader(table)), []checks.Finding{{Rule: "x", Places: []checks.Place{{Row: 1, Column: 1}}}})
	})
}
