package pipeline

import (
	"slices"
	"strings"
	"testing"
)

func TestLastLine(t *testing.T) {
	const text = `version: '4.0'
actions:

  one: # said beside it
    run: r:v2 one.R

# said between
    needs: [x]

  two:
    run: >
      r:v2
      two.R
    outputs: {}


  # of three
  three: {run: r:v2 three.R}
last:
  x: 1
`
	p, problems := Read([]byte(strings.Replace(text, "last:\n  x: 1\n", "", 1)))
	if p == nil {
		t.Fatalf("Read = %+v", problems)
	}
	want := map[string][2]int{"one": {4, 8}, "two": {10, 14}, "three": {18, 18}}
	for _, a := range p.Actions {
		if got := [2]int{a.Line, LastLine(text, a.Line, a.Column)}; got != want[a.Name] {
			t.Errorf("lines of %s = %v, want %v", a.Name, got, want[a.Name])
		}
	}
	for _, c := range []struct {
		text               string
		line, column, want int
	}{{"", 1, 1, 0}, {"a:\n  b", 1, 1, 2}, {"a:", 5, 1, 1}, {"a:\r\n  b: 1\r\n\r\nc: 2\r\n", 1, 1, 2}} {
		if got := LastLine(c.text, c.line, c.column); got != c.want {
			t.Errorf("LastLine(%q, %d, %d) = %d, want %d", c.text, c.line, c.column, got, c.want)
		}
	}
}

func TestPathsIn(t *testing.T) {
	for run, want := range map[string][]string{
		"":                               nil,
		"r:v2 analysis/describe.R --x=1": {"r:v2", "analysis/describe.R", "--x=1", "--x", "1"},
		"r:v2 -e 'render(\"analysis/report.Rmd\")'":   {"r:v2", "-e", "render(\"analysis/report.Rmd\")", "render", "analysis/report.Rmd"},
		"python:v2 ./analysis/x.py a/b.yaml a/b.yaml": {"python:v2", "analysis/x.py", "a/b.yaml"},
		"python:v2 ../x.py /etc/passwd a/../b a//b":   {"python:v2"},
		"stata-mp:latest 'with space.do' x'y":         {"stata-mp:latest", "with space.do", "with", "space.do", "xy"},
	} {
		if got := PathsIn(run); !slices.Equal(got, want) {
			t.Errorf("PathsIn(%q) = %q, want %q", run, got, want)
		}
	}
	if got := PathsIn(strings.Repeat("a ", 5) + longRun()); len(got) != mostPaths {
		t.Errorf("PathsIn of many words = %d", len(got))
	}
}

// longRun is a command of many words.
func longRun() string {
	var b strings.Builder
	for i := range 1000 {
		b.WriteString(strings.Repeat("x", 1+i%100) + ".R ")
	}
	return b.String()
}
