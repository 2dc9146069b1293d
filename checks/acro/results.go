package acro

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Dialect is how a results file is written.
type Dialect string

// The dialects. Python, R and Stata write the same, at different times.
const (
	Inline   Dialect = "2022: tables inside the results"
	Paths    Dialect = "2023: tables by their path"
	Versions Dialect = "0.4: files with their checks"
	Ontology Dialect = "1.0: files with checks by the names of an ontology"
	Viewer   Dialect = "made by the SACRO viewer, without checks"
)

// The bounds of what is kept of a results file.
const (
	maxOutputs  = 5000
	maxFiles    = 20_000 // of all outputs
	maxCells    = 20_000 // of one check in one file
	maxText     = 4 << 10
	maxComments = 100
)

// Results is a results file of ACRO.
type Results struct {
	Name    string // of the file
	Dialect Dialect
	Version string // as it says; "" before 0.4
	Outputs []Output
	Notes   []string // what of it could not be read
}

// Output is one output of a session, with what ACRO and the researcher say of
// it.
type Output struct {
	ID              string
	Status          string // pass, review or fail
	Type            string // table, regression, custom …; "" before 0.4
	Properties      map[string]string
	Command         string // its first line, as ACRO cuts it
	Summary         string
	Timestamp       string
	Comments        []string // of people
	Remarks         []string // of the tool: comments, and exceptions, that it wrote itself
	Exception       string   // why a person asks for it all the same
	Statbarn        string
	Risks           []string
	CheckStatus     map[string]string // by check, since 1.0
	Files           []File
	outcome, inline *grid
}

// File is a file that an output names.
type File struct {
	Name       string // in the folder
	Refused    string // why it is not looked for; "" if it is
	Suppressed bool   // ACRO says that it hid the cells that it flags
	Checks     []FileCheck
}

// FileCheck is what one of ACRO's checks says of a file.
type FileCheck struct {
	Name  string
	Count int64    // of cells, as ACRO counts them
	Cells [][2]int // row and column, from 0, in the body of the table
	More  bool     // there are more cells than are kept
}

// ErrNotACRO says that a file is no results file of ACRO.
var ErrNotACRO = errors.New("this is no results file of ACRO")

// Source names the tool that made the results, with its version.
func (r *Results) Source() string {
	tool := "ACRO"
	if r.Dialect == Viewer {
		tool = "SACRO viewer"
	}
	if r.Version == "" {
		return tool + " before 0.4"
	}
	return tool + " " + r.Version
}

// Parse reads a results file. One that is not of ACRO is [ErrNotACRO].
func Parse(name string, in io.Reader) (*Results, error) {
	root, err := readTree(in)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	r := &Results{Name: name}
	list := root
	switch {
	case !root.is('{'):
		return nil, ErrNotACRO
	case root.get("version") != nil && root.get("results").is('{'):
		r.Version, list = cut(root.get("version").str(), 40), root.get("results")
	case len(root.keys) == 0:
		return nil, ErrNotACRO
	}
	r.Dialect = dialectOf(r.Version, list)
	if r.Dialect == "" {
		return nil, ErrNotACRO
	}
	p := &parser{results: r}
	last := map[string]int{}
	for i, id := range list.keys {
		last[id] = i
	}
	for i, id := range list.keys {
		if i == maxOutputs {
			p.note("only the first %d outputs were read", maxOutputs)
			break
		}
		if last[id] != i {
			p.note("the output %q stands twice; the last one counts", cut(id, 200))
			continue
		}
		p.output(id, list.items[i])
	}
	return r, nil
}

// dialectOf says how a list of outputs is written; "" if it is no such list.
func dialectOf(version string, list *node) Dialect {
	made, auto, ontology, inline := version != "", len(list.items) > 0, false, false
	for _, o := range list.items {
		if !o.is('{') || o.get("command") == nil || o.get("summary") == nil || o.get("outcome") == nil {
			return ""
		}
		if made && !o.get("files").is('[') || !made && o.get("output") == nil {
			return ""
		}
		c := o.get("comments")
		auto = auto && c.is('[') && len(c.items) > 0 && toolWrote(c.items[0].str()) && o.get("type").str() == "custom"
		ontology = ontology || o.get("fair") != nil
		inline = inline || o.get("output").is('{')
	}
	switch {
	case made && auto:
		return Viewer
	case made && (ontology || !strings.HasPrefix(version, "0.")):
		return Ontology
	case made:
		return Versions
	case inline:
		return Inline
	}
	return Paths
}

// notToBeReleased is how ACRO's word begins of what it made for output checkers.
const notToBeReleased = "DO NOT RELEASE"

// kept reports whether ACRO says that an output is not to be released.
func (o *Output) kept() bool {
	return slices.ContainsFunc(o.Remarks, func(s string) bool { return strings.Contains(s, notToBeReleased) })
}

// toolWrites is how sentences begin that ACRO and its viewer write into the
// places of a person's words.
var toolWrites = []string{
	"Suppression automatically applied", "Rounding automatically applied", "Empty rows", "Empty columns",
	"This non-ACRO output metadata was auto generated", notToBeReleased, "WARNING: " + notToBeReleased,
}

// toolWrote reports whether a text in the place of a person's words is the
// tool's.
func toolWrote(text string) bool {
	return slices.ContainsFunc(toolWrites, func(start string) bool { return strings.HasPrefix(strings.TrimSpace(text), start) })
}

// parser makes outputs of a tree.
type parser struct {
	results *Results
	files   int
}

func (p *parser) note(format string, args ...any) {
	const most = 100
	if len(p.results.Notes) < most {
		p.results.Notes = append(p.results.Notes, fmt.Sprintf(format, args...))
	}
}

// output reads what is said of one output.
func (p *parser) output(id string, n *node) {
	o := Output{
		ID: cut(id, 200), Status: status(n), Type: cut(n.get("type").str(), 100), Command: cut(n.get("command").str(), maxText),
		Summary: strings.Join(strings.Fields(cut(n.get("summary").str(), maxText)), " "), Timestamp: cut(n.get("timestamp").str(), 60),
		Properties: scalars(n.get("properties")),
	}
	p.words(&o, n)
	fair := n.get("fair")
	o.Statbarn, o.CheckStatus = cut(fair.get("statbarn").str(), 200), scalars(fair.get("check_status"))
	for _, risk := range texts(fair.get("risks")) {
		o.Risks = append(o.Risks, cut(risk, 100))
	}
	o.outcome = p.grid(o.ID, n.get("outcome"))
	p.outputFiles(&o, n)
	p.results.Outputs = append(p.results.Outputs, o)
}

// status is what ACRO thinks of an output; before 0.4 the first word of its
// summary.
func status(n *node) string {
	s := n.get("status").str()
	if s == "" {
		s, _, _ = strings.Cut(n.get("summary").str(), ";")
	}
	return cut(strings.ToLower(strings.TrimSpace(s)), 40)
}

// words takes what people wrote apart from what the tool wrote.
func (p *parser) words(o *Output, n *node) {
	list := texts(n.get("comments"))
	if len(list) > maxComments {
		p.note("output %q: only the first %d comments were read", o.ID, maxComments)
		list = list[:maxComments]
	}
	for _, text := range list {
		switch text = strings.TrimSpace(cut(text, maxText)); {
		case text == "":
		case toolWrote(text):
			o.Remarks = append(o.Remarks, text)
		default:
			o.Comments = append(o.Comments, text)
		}
	}
	text := strings.TrimSpace(cut(n.get("exception").str(), maxText))
	if toolWrote(text) {
		o.Remarks = append(o.Remarks, text)
		return
	}
	o.Exception = text
}

// outputFiles reads which files an output is in.
func (p *parser) outputFiles(o *Output, n *node) {
	if list := n.get("files"); list != nil {
		for _, f := range list.items {
			name := f.get("name").str()
			file := File{Name: cut(name, maxText), Refused: refusal(name), Suppressed: f.get("sdc").get("summary").get("suppressed").str() == "true"}
			file.Checks = p.checks(f.get("sdc"))
			p.addFile(o, file)
		}
		return
	}
	switch out := n.get("output"); {
	case out.is('{'):
		o.inline = p.grid(o.ID, out)
	case out.is('['):
		for _, one := range out.items {
			p.addPath(o, one.str())
		}
	default:
		p.addPath(o, out.str())
	}
}

// addPath adds a file that is named by its path on the machine where it was
// made, of which only the last part means something here.
func (p *parser) addPath(o *Output, at string) {
	name := at[strings.LastIndexAny(at, `/\`)+1:]
	p.addFile(o, File{Name: cut(name, maxText), Refused: refusal(name), Suppressed: strings.Contains(o.Summary, "cells suppressed")})
}

func (p *parser) addFile(o *Output, f File) {
	if p.files++; p.files > maxFiles {
		p.note("only the first %d files were read", maxFiles)
		return
	}
	o.Files = append(o.Files, f)
}

// checks reads what the checks say of a file.
func (p *parser) checks(sdc *node) []FileCheck {
	var out []FileCheck
	summary, cells := sdc.get("summary"), sdc.get("cells")
	for i := range keysOf(summary) {
		if n, err := strconv.ParseInt(summary.items[i].str(), 10, 64); err == nil {
			out = append(out, FileCheck{Name: cut(summary.keys[i], 100), Count: n})
		}
	}
	for i, name := range keysOf(cells) {
		name = cut(name, 100)
		at := slices.IndexFunc(out, func(c FileCheck) bool { return c.Name == name })
		if at < 0 {
			at = len(out)
			out = append(out, FileCheck{Name: name, Count: int64(len(cells.items[i].items))})
		}
		for _, cell := range cells.items[i].items {
			row, column, ok := pair(cell)
			switch {
			case !ok:
				p.note("a cell of the check %q is no row and column", name)
			case len(out[at].Cells) == maxCells:
				out[at].More = true
			default:
				out[at].Cells = append(out[at].Cells, [2]int{row, column})
			}
		}
	}
	return out
}

// keysOf are the keys of an object; none of anything else.
func keysOf(n *node) []string {
	if n == nil {
		return nil
	}
	return n.keys
}

// pair reads [row, column].
func pair(n *node) (row, column int, ok bool) {
	if !n.is('[') || len(n.items) != 2 {
		return 0, 0, false
	}
	row, err := strconv.Atoi(n.items[0].str())
	column, err2 := strconv.Atoi(n.items[1].str())
	return row, column, err == nil && err2 == nil && row >= 0 && column >= 0
}

// scalars are the values of an object that are no objects themselves.
func scalars(n *node) map[string]string {
	const most = 200
	out := map[string]string{}
	for i, key := range keysOf(n) {
		if item := n.items[i]; item.kind == 0 && !item.null && len(out) < most {
			out[cut(key, 100)] = cut(item.text, 400)
		}
	}
	return out
}

// texts are the texts of a list, or the one text.
func texts(n *node) []string {
	switch {
	case n == nil || n.null:
		return nil
	case n.is('['):
		var out []string
		for _, item := range n.items {
			out = append(out, item.str())
		}
		return out
	}
	return []string{n.text}
}

// cut cuts a text to so many bytes, at a character.
func cut(s string, most int) string {
	if len(s) <= most {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
