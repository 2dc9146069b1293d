package acro

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"sallyport/checks"
)

// State is what became of a cell that ACRO flags.
type State string

// The states of cells.
const (
	Shown    State = "shown"    // its value stands in the file
	Hidden   State = "hidden"   // the file shows nothing, or a mask, there
	Rounded  State = "rounded"  // as was declared
	LeftOut  State = "left_out" // its row or column is not in the file
	Unplaced State = "unplaced" // where it is in the file cannot be said
)

// Cell is a cell that ACRO flags.
type Cell struct {
	Body  [2]int        `json:"body"` // row and column as ACRO counts, from 0
	Where *checks.Place `json:"where,omitempty"`
	Label string        `json:"label,omitempty"` // row and column by name, where there is no place
	State State         `json:"state"`
	Also  []string      `json:"also,omitempty"` // our rules that mark the cell
}

// Mitigated reports whether the cell gives nothing away any more.
func (c Cell) Mitigated() bool { return c.State == Hidden || c.State == Rounded || c.State == LeftOut }

// Verdict is what ACRO says of a file by one of its checks, or, if Check is "",
// by all of them.
type Verdict struct {
	File      string `json:"file"`
	Output    string `json:"output"`
	Check     string `json:"check,omitempty"`
	Status    string `json:"status"` // of the output: pass, review or fail
	Summary   string `json:"summary,omitempty"`
	Source    string `json:"source"` // which ACRO says so
	From      string `json:"from"`   // the results file
	Cells     []Cell `json:"cells,omitempty"`
	Count     int64  `json:"count"` // of cells; as ACRO gives it, where it lists none
	Mitigated bool   `json:"mitigated"`
	Note      string `json:"note,omitempty"`

	alsoMore bool // our findings may mark more of the cells than they list
}

// Verdicts says what the results say of a file, whose bytes are read to see where
// the cells are and what became of them. Without bytes no cell has a place.
func (r *Results) Verdicts(name string, bytes io.Reader) []Verdict {
	var t *table
	note := ""
	if bytes != nil && strings.HasSuffix(strings.ToLower(name), ".csv") {
		var err error
		if t, err = readTable(bytes); err != nil {
			note = "The table cannot be read to find the cells: " + err.Error()
		}
	}
	const most = 50 // outputs that may name the same file
	var out []Verdict
	named := 0
	for i := range r.Outputs {
		o := &r.Outputs[i]
		for j := range o.Files {
			if f := &o.Files[j]; f.Name == name && f.Refused == "" && named < most {
				named++
				out = append(out, r.ofFile(o, f, t, note)...)
			}
		}
	}
	return out
}

// Inside says what the results say of the tables that they hold themselves.
func (r *Results) Inside() []Verdict {
	var out []Verdict
	for i := range r.Outputs {
		if o := &r.Outputs[i]; len(o.Files) == 0 {
			out = append(out, r.ofFile(o, &File{Name: r.Name, Suppressed: strings.Contains(o.Summary, "cells suppressed")}, nil, "")...)
		}
	}
	return out
}

// ofFile makes the verdicts of one output on one of its files.
func (r *Results) ofFile(o *Output, f *File, t *table, note string) []Verdict {
	v := Verdict{File: f.Name, Output: o.ID, Status: o.Status, Summary: o.Summary, Source: r.Source(), From: r.Name, Note: note}
	var out []Verdict
	at := o.outcome.fit(t)
	for _, c := range o.flagged(f) {
		one := v
		one.Check, one.Count = c.Name, c.Count
		for _, body := range c.Cells {
			one.Cells = append(one.Cells, o.cell(body, at, t))
		}
		one.Mitigated = len(one.Cells) > 0 && !c.More && !slices.ContainsFunc(one.Cells, func(c Cell) bool { return !c.Mitigated() })
		one.Note = strings.TrimSpace(one.Note + " " + one.doubts(o, f, c, at, t))
		out = append(out, one)
	}
	if len(out) == 0 {
		out = append(out, v)
	}
	if o.kept() {
		for i := range out {
			out[i].Note = strings.TrimSpace(out[i].Note + " ACRO made it for output checkers, and says that it is not to be released.")
		}
	}
	return out
}

// doubts says what of a verdict does not go together.
func (v *Verdict) doubts(o *Output, f *File, c FileCheck, at *fitted, t *table) string {
	var says []string
	listed := int64(0) // by the check itself; its outcome may name more, for each of several statistics
	if i := slices.IndexFunc(f.Checks, func(x FileCheck) bool { return x.Name == c.Name }); i >= 0 {
		listed = int64(len(f.Checks[i].Cells))
	}
	if listed > 0 && listed != c.Count && !c.More {
		says = append(says, fmt.Sprintf("ACRO lists %s of this check, and gives %d as their number.", number(int(listed), "cell"), c.Count))
	}
	if n := int64(len(v.Cells)); n > 0 && !c.More {
		v.Count = n
	}
	if t != nil && o.outcome != nil && at == nil {
		says = append(says, "The rows and columns of ACRO's outcome are not those of the file.")
	}
	if c.More {
		says = append(says, fmt.Sprintf("Only the first %d cells are listed.", maxCells))
	}
	return strings.Join(says, " ")
}

// flagged are the checks that flag something of a file: cells that the results
// list, and cells that their outcome names. With listed cells an outcome adds
// only to checks that flag something, so that other words in it flag nothing.
func (o *Output) flagged(f *File) []FileCheck {
	const most = 100 // checks
	var out []FileCheck
	at := map[string]int{}
	known := map[string]map[[2]int]bool{}
	for _, c := range f.Checks {
		if (c.Count > 0 || len(c.Cells) > 0) && len(out) < most {
			at[c.Name] = len(out)
			c.Cells = slices.Clone(c.Cells)
			out = append(out, c)
			known[c.Name] = map[[2]int]bool{}
			for _, cell := range c.Cells {
				known[c.Name][cell] = true
			}
		}
	}
	for _, named := range o.outcome.flags() {
		i, is := at[named.check]
		if !is && (len(f.Checks) > 0 || len(out) == most) {
			continue
		}
		if !is {
			i = len(out)
			at[named.check] = i
			out = append(out, FileCheck{Name: named.check})
			known[named.check] = map[[2]int]bool{}
		}
		if c := &out[i]; !known[c.Name][named.cell] {
			known[c.Name][named.cell] = true
			if len(f.Checks) == 0 {
				c.Count++
			}
			if c.More = c.More || len(c.Cells) >= maxCells; !c.More {
				c.Cells = append(c.Cells, named.cell)
			}
		}
	}
	return out
}

// cell says where a cell is and what became of it.
func (o *Output) cell(body [2]int, at *fitted, t *table) Cell {
	c := Cell{Body: body, State: Unplaced, Label: o.label(body)}
	if o.inline != nil {
		if value, ok := o.inlineCell(body); ok {
			c.State = o.state(value)
		}
		return c
	}
	row, column, known := at.of(body)
	if !known && t != nil && (o.outcome == nil || !o.outcome.holds(body)) {
		row, column, known = 1+body[0], 1+body[1], true // a header and an index of one each
		if row >= len(t.records) || column >= len(t.records[row]) {
			known = false
		}
	}
	switch {
	case !known && at != nil && o.outcome.holds(body):
		c.State = LeftOut
	case known:
		value := ""
		if column < len(t.records[row]) {
			value = t.records[row][column]
		}
		c.Label, c.State = "", o.state(value)
		c.Where = &checks.Place{Row: t.rows[row], Column: column + 1, Line: t.lines[row]}
	}
	return c
}

// holds reports whether a cell is one of the grid's.
func (g *grid) holds(body [2]int) bool {
	return g != nil && body[0] < len(g.rows) && body[1] < len(g.columns)
}

// label names a cell by its row and column.
func (o *Output) label(body [2]int) string {
	if !o.outcome.holds(body) {
		return fmt.Sprintf("row %d, column %d of its data", body[0]+1, body[1]+1)
	}
	return strings.Join(o.outcome.rows[body[0]].parts, " ") + ", " + strings.Join(o.outcome.columns[body[1]].parts, " ")
}

// inlineCell finds a cell of an outcome in the table beside it, by its labels.
func (o *Output) inlineCell(body [2]int) (string, bool) {
	if !o.outcome.holds(body) {
		return "", false
	}
	row := slices.IndexFunc(o.inline.rows, func(l label) bool { return l.text == o.outcome.rows[body[0]].text })
	column := slices.IndexFunc(o.inline.columns, func(l label) bool { return l.text == o.outcome.columns[body[1]].text })
	cell, ok := o.inline.cells[[2]int{row, column}]
	return cell.text, ok
}

// state says what a value is after what ACRO says was done to it. An empty cell
// hides its value whoever emptied it.
func (o *Output) state(value string) State {
	if hides(value) {
		return Hidden
	}
	if !strings.HasPrefix(strings.ToLower(o.Properties["mitigation"]), "round") {
		return Shown
	}
	base, err := strconv.ParseFloat(o.Properties["round_base"], 64)
	if err != nil || base < 2 {
		const usual = 5
		base = usual
	}
	if n, err := strconv.ParseFloat(strings.TrimSpace(value), 64); err == nil && math.Mod(n, base) == 0 {
		return Rounded
	}
	return Shown
}

// hides reports whether a cell shows no value.
func hides(value string) bool {
	v := strings.ToLower(strings.TrimSpace(value))
	switch v {
	case "", "nan", "na", "<na>", "none", "null", "*", "-", "--", "[redacted]", "redacted", "suppressed", "[c]":
		return true
	}
	return len(v) > 1 && (v[0] == '<' || strings.HasPrefix(v, "≤")) && !strings.Contains(v, ".")
}
