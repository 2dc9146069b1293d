package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// maskedTable has a mask that stands for hiddenCount.
const (
	maskedTable = "age,n\na,11111\nb,22222\nc,[REDACTED]\ntotal,37424\n"
	hiddenCount = "4091"
)

// checkFiles writes files into a folder and returns it.
func checkFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		at := filepath.Join(dir, filepath.FromSlash(name))
		must(t, os.MkdirAll(filepath.Dir(at), 0o750))
		must(t, os.WriteFile(at, []byte(text), 0o600))
	}
	return dir
}

func TestCheckExitCodes(t *testing.T) {
	dir := checkFiles(t, map[string]string{
		"low.csv": "sex,n\nF,3\nM,400\n", "good.csv": "sex,n\nF,300\nM,400\n", "medium.csv": maskedTable,
		"policy.yaml": "reviews_needed: 3\nchecks:\n  threshold: 2\n", "off.yaml": "checks:\n  off: [low-counts]\n", "strict.yaml": "checks:\n  rounding: rounded-10\n",
		"wrong.yaml": "checks:\n  treshold: 2\n", "pattern.yaml": "checks:\n  patterns: [{name: x, like: '('}]\n", "none.yaml": "checks:\n  off: [nothing]\n",
	})
	in := func(name string) string { return filepath.Join(dir, name) }
	s := shell{t: t}
	for _, c := range []struct {
		want int
		args []string
	}{
		{exitDone, []string{in("good.csv")}},
		{exitDone, []string{in("medium.csv")}},
		{exitRefused, []string{in("low.csv")}},
		{exitRefused, []string{in("good.csv"), in("low.csv")}},
		{exitRefused, []string{"--json", in("low.csv")}},
		{exitRefused, []string{"--sarif", in("low.csv")}},
		{exitRefused, []string{in("good.csv"), in("not-there.csv")}},
		{exitDone, []string{"--policy", in("policy.yaml"), in("low.csv")}},
		{exitDone, []string{"--policy", in("off.yaml"), in("low.csv")}},
		{exitDone, []string{"--policy", in("strict.yaml"), in("good.csv")}},
		{exitDone, []string{"--controls", "rounded-10", in("good.csv")}},
		{exitRefused, []string{"--controls", "midpoint-6", in("good.csv")}},
		{exitRefused, []string{"--controls", "redacted-le-7,rounded-5", in("low.csv")}},
		{exitUsage, []string{}},
		{exitUsage, []string{"--json", "--sarif", in("good.csv")}},
		{exitDone, []string{"--rules"}},
		{exitDone, []string{"--rules", "--json"}},
		{exitUsage, []string{"--controls", "rounded-3", in("good.csv")}},
		{exitUsage, []string{"--policy", in("wrong.yaml"), in("good.csv")}},
		{exitUsage, []string{"--policy", in("pattern.yaml"), in("good.csv")}},
		{exitUsage, []string{"--policy", in("none.yaml"), in("good.csv")}},
		{exitUsage, []string{"--policy", in("not-there.yaml"), in("good.csv")}},
	} {
		s.want(c.want, append([]string{"check"}, c.args...)...)
	}
	if r := s.want(exitUsage, "check", "--policy", in("wrong.yaml"), in("good.csv")); !strings.Contains(r.err, "line 2") || !strings.Contains(r.err, "treshold") {
		t.Errorf("a wrong policy: %s", r.err)
	}
}

func TestCheckJSON(t *testing.T) {
	dir := checkFiles(t, map[string]string{"a.csv": "sex,n\nF,3\nM,400\n"})
	r := shell{t: t}.want(exitRefused, "check", "--json", dir)
	var got struct {
		File        string
		SHA256      string
		Examined    map[string]any
		NotExamined *[]string `json:"not_examined"`
		Findings    []struct {
			Rule, Weight, Message string
			Where                 map[string]int
		}
	}
	must(t, json.Unmarshal([]byte(r.out), &got))
	if !strings.HasSuffix(got.File, "/a.csv") || len(got.SHA256) != 64 || got.Examined["rows"] != 2.0 || got.NotExamined == nil {
		t.Errorf("check --json: %s", r.out)
	}
	low := got.Findings[0]
	if low.Rule != "low-counts" || low.Weight != "high" || fmt.Sprint(low.Where) != "map[column:2 line:2 row:1]" {
		t.Errorf("the first finding is %+v", low)
	}
}

func TestCheckSARIF(t *testing.T) {
	dir := checkFiles(t, map[string]string{"a.csv": "sex,n\nF,3\nM,400\n", "b.png": "no picture"})
	r := shell{t: t}.want(exitRefused, "check", "--sarif", dir)
	var got sarifLog
	must(t, json.Unmarshal([]byte(r.out), &got))
	run := got.Runs[0]
	if got.Version != "2.1.0" || len(run.Artifacts) != 2 || len(run.Tool.Driver.Rules) < 15 || len(run.Invocations[0].Notifications) == 0 {
		t.Fatalf("check --sarif: %s", r.out)
	}
	first := run.Results[0]
	if first.Rule != "low-counts" || first.Level != "error" || first.Locations[0].Physical.Region.Line != 2 {
		t.Errorf("the first result is %+v", first)
	}
	known := map[string]bool{}
	for _, rule := range run.Tool.Driver.Rules {
		known[rule.ID] = true
	}
	for _, x := range run.Results {
		if !known[x.Rule] {
			t.Errorf("a result of rule %q, which is not described", x.Rule)
		}
	}
}

// What was hidden and can be worked out is in no form that leaves.
func TestCheckPrintsNoHiddenValue(t *testing.T) {
	dir := checkFiles(t, map[string]string{"a.csv": maskedTable})
	for _, form := range [][]string{{}, {"--json"}, {"--sarif"}} {
		r := shell{t: t}.run(append(append([]string{"check"}, form...), dir)...)
		if !strings.Contains(r.out, "masks-undone") {
			t.Errorf("check %v finds no mask:\n%s", form, r.out)
		}
		if strings.Contains(r.out+r.err, hiddenCount) {
			t.Errorf("check %v prints what was hidden:\n%s", form, r.out)
		}
	}
}

func TestCheckComparesFiles(t *testing.T) {
	dir := checkFiles(t, map[string]string{
		"now/a.csv": "age,n\na,111\nb,222\nc,333\n", "before/old.csv": "age,n\na,111\nb,219\nc,333\n", "both/1.csv": "age,n\na,111\nb,222\nc,333\n", "both/2.csv": "age,n\na,111\nb,219\nc,333\n",
	})
	s := shell{t: t}
	if r := s.want(exitRefused, "check", "--earlier", filepath.Join(dir, "before"), filepath.Join(dir, "now")); !strings.Contains(r.out, "old.csv") {
		t.Errorf("check --earlier:\n%s", r.out)
	}
	s.want(exitDone, "check", filepath.Join(dir, "now"))
	if r := s.want(exitRefused, "check", filepath.Join(dir, "both")); !strings.Contains(r.out, "1.csv") {
		t.Errorf("check of two files that differ by three people:\n%s", r.out)
	}
}

// A figure is looked at beside the files in its folder.
func TestCheckLooksForCountsBesideFigures(t *testing.T) {
	svg := `<svg xmlns="http://www.w3.org/2000/svg"><text>A figure</text></svg>`
	dir := checkFiles(t, map[string]string{"a/curve.svg": svg, "a/notes.txt": "This is a figure.\n", "b/curve.svg": svg, "b/counts.csv": "sex,n\nF,300\nM,400\n"})
	s := shell{t: t}
	r := s.want(exitDone, "check", dir)
	if n := strings.Count(r.out, "(evidence)"); n != 1 || !strings.Contains(r.out, "has no file with its counts") {
		t.Errorf("check of two folders of figures: %s", r.out)
	}
	if r := s.want(exitDone, "check", filepath.Join(dir, "a", "curve.svg")); strings.Contains(r.out, "(evidence)") || !strings.Contains(r.out, "no other files were given") {
		t.Errorf("check of one figure: %s", r.out)
	}
}

// Links are not followed, and what is no file is not opened.
func TestCheckStaysInItsFolder(t *testing.T) {
	dir := checkFiles(t, map[string]string{"in/good.csv": "sex,n\nF,300\nM,400\n", "out/low.csv": "sex,n\nF,3\nM,400\n"})
	must(t, os.Symlink(filepath.Join(dir, "out", "low.csv"), filepath.Join(dir, "in", "link.csv")))
	must(t, os.Symlink(filepath.Join(dir, "out"), filepath.Join(dir, "in", "linked")))
	if r := (shell{t: t}).want(exitDone, "check", filepath.Join(dir, "in")); strings.Contains(r.out, "link") {
		t.Errorf("check followed a link:\n%s", r.out)
	}
	(shell{t: t}).want(exitRefused, "check", os.DevNull)
}
