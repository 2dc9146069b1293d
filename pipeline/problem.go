package pipeline

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Severity says how bad a Problem is.
type Severity string

// An error means that the file, or a part of it, cannot be used as it is
// written. A warning names a rule that is in force today and that files which
// really ran may break.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Problem is one thing that is wrong with a project.yaml, and where. Codes are
// stable; docs/pipeline.md lists them.
type Problem struct {
	Severity Severity `json:"severity"`
	Line     int      `json:"line"`
	Column   int      `json:"column"`
	Action   string   `json:"action"` // empty where it concerns the whole file
	Message  string   `json:"message"`
	Code     string   `json:"code"`
}

// HasErrors reports whether any of the problems is an error.
func HasErrors(problems []Problem) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool { return p.Severity == SeverityError })
}

// maxProblems bounds what one file can make us say. Nobody reads more, and a
// hostile file could otherwise break a rule a million times.
const maxProblems = 1000

// problems collects what is wrong with a file.
type problems struct {
	list    []Problem
	omitted int
	worst   Severity
}

func (p *problems) add(s Severity, code string, at *yaml.Node, action, format string, args ...any) {
	p.addAt(s, code, at.Line, at.Column, action, format, args...)
}

func (p *problems) addAt(s Severity, code string, line, column int, action, format string, args ...any) {
	if len(p.list) == maxProblems {
		p.omitted++
		if s == SeverityError || p.worst == "" {
			p.worst = s
		}
		return
	}
	p.list = append(p.list, Problem{
		Severity: s, Line: max(line, 1), Column: max(column, 1), Action: action,
		Message: fmt.Sprintf(format, args...), Code: code,
	})
}

// sorted returns the problems in the order of the file.
func (p *problems) sorted() []Problem {
	slices.SortStableFunc(p.list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	if p.omitted > 0 {
		last := p.list[len(p.list)-1]
		p.list = append(p.list, Problem{
			Severity: p.worst, Line: last.Line, Column: last.Column, Code: "more_problems",
			Message: fmt.Sprintf("%d more problems are not listed.", p.omitted),
		})
	}
	return p.list
}

// shown returns a name or pattern as a message can hold it: printable, between
// backticks.
func shown(s string) string { return "`" + printable(s) + "`" }

// printable returns text as a message can hold it: short, on one line, without
// control characters.
func printable(s string) string {
	const most = 120
	if runes := []rune(s[:min(len(s), 4*most+4)]); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	q := strconv.QuoteToGraphic(s)
	q = strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
	return strings.ReplaceAll(q, `\\`, `\`)
}
