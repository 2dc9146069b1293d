package checks

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// study is a file as studies make them, with numbers that were made up, and
// the high findings that a person would make in it.
type study struct {
	name, file, text string
	with             func(*Profile)
	want             []string // rule, column, lines
	medium           []string // the same of low counts of medium weight, which are found because of values alone
}

// weighing are the findings of a report of this weight: rule, column and lines.
func weighing(r *Report, w Weight) []string {
	var out []string
	for _, f := range r.Findings {
		if f.Weight != w || w == Medium && f.Rule != "low-counts" {
			continue
		}
		var lines []string
		for _, p := range f.Places {
			lines = append(lines, fmt.Sprint(p.Line))
		}
		out = append(out, strings.Join(strings.Fields(f.Rule+" "+f.Column+" "+strings.Join(lines, ",")), " "))
	}
	return out
}

// Files of kinds that are not among the released ones in testdata: what is no
// count is left alone, and what is disclosive is found.
func TestStudies(t *testing.T) {
	all := slices.Concat(countStudies(), estimateStudies(), textStudies(), codeStudies())
	clean := 0
	for _, s := range all {
		if len(s.want)+len(s.medium) == 0 {
			clean++
		}
		t.Run(s.name, func(t *testing.T) {
			p := DefaultProfile()
			if s.with != nil {
				s.with(&p)
			}
			file := s.file
			if file == "" {
				file = "table.csv"
			}
			r, tables := look(t, file, s.text, p)
			if diff := cmp.Diff([][]string{s.want, s.medium}, [][]string{weighing(r, High), weighing(r, Medium)}); diff != "" {
				t.Errorf("high and medium findings (-want +got):\n%s", diff)
				for _, x := range tables {
					t.Log(shape(x))
				}
			}
		})
	}
	if len(all) < 60 || clean < 30 || clean > len(all)-25 {
		t.Errorf("%d files, %d of them clean: too few of one kind", len(all), clean)
	}
}
