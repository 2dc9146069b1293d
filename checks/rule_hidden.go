package checks

import (
	"fmt"
	"strings"

	"sallyport/checks/inside"
)

// hidden finds what a file holds and does not show: tables in comments, points
// behind a chart, files in files, positions of pictures, formulas.
type hidden struct {
	kind  string // of the file, as the report calls it
	noted map[string]*notedThings
	order []string
	last  int64 // line of the last row of the table before, in a file of tables

	tables map[int64]bool // lines of what nobody sees and a table stands in
}

// notedThings are things of which the same is said.
type notedThings struct {
	weight    Weight
	one, more string
	spots     spots
}

func (*hidden) about() About {
	return About{
		Name: "hidden-content", Version: 2, Weight: High, Source: "OpenSAFELY: nothing leaves that nobody has seen; OWASP: CSV injection",
		Examines: "what documents, charts, drawings, data and pictures hold and do not show; cells that a spreadsheet runs",
	}
}

// note notes a thing. Of those of which the same is said, one finding is made.
func (h *hidden) note(w Weight, at Place, one, more string) {
	if h.noted == nil {
		h.noted = map[string]*notedThings{}
	}
	n := h.noted[one]
	if n == nil {
		n = &notedThings{weight: w, one: one, more: more}
		h.noted[one] = n
		h.order = append(h.order, one)
	}
	n.spots.add(at)
}

func (h *hidden) end(out *findings) {
	for _, key := range h.order {
		n := h.noted[key]
		if n.weight == Medium {
			h.told(&n.spots)
		}
		if n.spots.count == 0 {
			continue // the table says more
		}
		message := n.one
		if n.spots.count > 1 {
			message = strings.ReplaceAll(n.more, "#", fmt.Sprint(n.spots.count))
		}
		out.lines(n.weight, n.spots, message)
	}
}

// told takes away the places of which a table is told: that says more. Where
// places are too many to be kept, none is.
func (h *hidden) told(s *spots) {
	if s.count > int64(len(s.places)) {
		return
	}
	kept := s.places[:0]
	for _, p := range s.places {
		if p.Line == 0 || !h.tables[p.Line] {
			kept = append(kept, p)
		}
	}
	s.places, s.count = kept, int64(len(kept))
}

// thing judges a thing that the file carries. Most are what every file of its
// type has, and nothing is said of them.
func (h *hidden) thing(t *inside.Thing, whole string) {
	at := Place{Line: t.Line}
	if t.Line == 0 {
		at.Byte = t.At
	}
	switch t.Kind {
	case inside.Script, inside.Handler:
		h.program(t, whole, at)
	case inside.Hidden:
		switch words := numbersIn(whole); {
		case words >= fewNumbers:
			h.note(Medium, at, "An element that is not shown holds several numbers", "# elements that are not shown hold several numbers each")
		case len(whole) >= fewWords:
			h.note(Low, at, "An element that is not shown holds words", "# elements that are not shown hold words")
		}
	case inside.Comment:
		h.comment(t.Name, whole, at)
	case inside.Embedded, inside.Encoded:
		h.embedded(t, at)
	case inside.Outside:
		h.note(Low, at, "Something would be loaded from elsewhere when the file is opened", "# things would be loaded from elsewhere when the file is opened")
	case inside.Refresh:
		h.note(Medium, at, "The file leads to another page by itself", "The file leads to other pages by itself, # times")
	case inside.Form, inside.Frame:
		h.note(Low, at, "The file holds a form, or a frame for another document", "The file holds # forms, or frames for other documents")
	case inside.Entity:
		if strings.HasPrefix(t.Name, "external") {
			h.note(Medium, at, "The file declares an entity that is read from elsewhere", "The file declares # entities that are read from elsewhere")
		}
	case inside.Foreign:
		h.note(Low, at, "The drawing holds a part in another language", "The drawing holds # parts in other languages")
	default:
		h.ofPicture(t, whole, at)
	}
}

// The bounds below which nobody hides anything.
const (
	fewNumbers = 4
	fewWords   = 60
	fewBytes   = 16
	longText   = 500
)

// numbersIn counts the numbers of a text, as far as it matters.
func numbersIn(text string) (n int) {
	digits := false
	for i := range min(len(text), 100_000) {
		is := isDigit(text[i])
		if is && !digits {
			n++
		}
		digits = is
	}
	return n
}

// sends are words by which programs send what they know.
var sends = []string{"XMLHttpRequest", "fetch(", "sendBeacon", "WebSocket(", "EventSource("}

func (h *hidden) program(t *inside.Thing, whole string, at Place) {
	switch {
	case h.kind == "drawing":
		h.note(Medium, at, "The drawing holds a program", "The drawing holds # programs")
	case t.Name == "from elsewhere":
		h.note(Low, at, "A program would be loaded from elsewhere when the file is opened", "# programs would be loaded from elsewhere when the file is opened")
	case t.Kind == inside.Script && len(whole) < longText*20 && !strings.HasPrefix(strings.TrimSpace(whole), "/*!"):
		for _, word := range sends {
			if strings.Contains(whole, word) {
				h.note(Low, at, "A program in the file can send something elsewhere", "# programs in the file can send something elsewhere")
				return
			}
		}
	}
}

// comment judges a comment. Tables in one are found as tables.
func (h *hidden) comment(name, whole string, at Place) {
	if strings.HasPrefix(strings.TrimSpace(whole), "[if ") {
		return
	}
	switch n := numbersIn(whole); {
	case strings.Contains(whole, "<tr") || strings.Contains(whole, "<td"):
		h.note(Medium, at, "A comment holds a table", "# comments hold tables")
	case n >= 5*fewNumbers, name != "in a style sheet" && n >= 10 && longestDigits(whole) >= 6:
		h.note(Medium, at, "A comment holds many numbers", "# comments hold many numbers each")
	case name == "in a style sheet": // versions and years
	case n >= fewNumbers, longestDigits(whole) >= 6:
		h.note(Low, at, "A comment holds numbers", "# comments hold numbers")
	}
}

// longestDigits is how long the longest run of digits is.
func longestDigits(text string) (longest int) {
	n := 0
	for i := range min(len(text), 100_000) {
		if n++; !isDigit(text[i]) {
			n = 0
		}
		longest = max(longest, n)
	}
	return longest
}

// embedded judges a file in the file, by what it is.
func (h *hidden) embedded(t *inside.Thing, at Place) {
	switch t.Holds {
	case "a picture", "a drawing", "a program for browsers", "a style sheet", "a font":
	case "":
		if t.Kind == inside.Embedded {
			h.note(Medium, at, "A file is embedded that could not be looked into", "# files are embedded that could not be looked into")
		}
	case "the source of the document":
		h.note(Low, at, "The source of the document is embedded", "The source of the document is embedded, # times")
	case "text":
		if t.Size >= fewWords {
			h.note(Medium, at, "A file of text is embedded, which is not shown", "# files of text are embedded, which are not shown")
		}
	default:
		h.note(Medium, at, "A file is embedded, which is not shown: "+t.Holds, "# files are embedded, which are not shown: "+t.Holds)
	}
}

// table finds tables where nobody sees them, and cells that are run.
func (h *hidden) table(t *Table, out *findings) {
	for _, c := range t.Columns {
		out.column(Medium, c, c.formulas, number(c.formulas.count, "cell begins", "cells begin")+" a formula, which a spreadsheet runs when the file is opened")
	}
	if t.above.count > 0 {
		out.lines(Medium, t.above, number(t.above.count, "cell", "cells")+" above the rows of the table "+
			map[bool]string{true: "begins", false: "begin"}[t.above.count == 1]+" a formula, which a spreadsheet runs when the file is opened")
	}
	if t.piece == nil {
		h.far(t, out)
		h.below(t, out)
		return
	}
	rows, columns := number(t.All, "row", "rows"), number(int64(len(t.Columns)), "column", "columns")
	if where := unseen[t.piece.Kind]; where != "" && (t.All > 1 || len(t.Columns) > 1) && t.numbers() > 0 {
		if h.tables == nil {
			h.tables = map[int64]bool{}
		}
		h.tables[t.piece.Line] = true
		out.table(Medium, t, spots{}, fmt.Sprintf("A table of %s and %s stands %s, where nobody sees it", rows, columns, where))
	}
	if t.piece.Chart != nil {
		h.chart(t, out)
	}
}

// unseen are the kinds of things that nobody sees, and where a table is that
// stands in one.
var unseen = map[inside.Kind]string{
	inside.Comment: "in a comment", inside.Hidden: "in an element that is not shown", inside.Embedded: "in an embedded file", inside.Encoded: "in a text in base64",
	inside.Text: "in a text that the picture carries", inside.After: "after the end of the picture", inside.Attribute: "in an attribute",
	inside.Metadata: "in the metadata", inside.Title: "in a description", inside.Part: "in a part of the picture that no program shows",
}

// numbers is how many cells of a table are numbers or stand for one.
func (t *Table) numbers() (n int64) {
	for _, c := range t.Columns {
		n += c.valued() + c.dates
	}
	return n
}

// fewestPoints is how many points of a chart are looked at as people.
const fewestPoints = 5

// chart judges the rows that a chart is drawn of.
func (h *hidden) chart(t *Table, out *findings) {
	chart := t.piece.Chart
	name := short(t.piece.Name)
	if chart.Single && t.All >= fewestPoints {
		out.table(High, t, spots{}, fmt.Sprintf("%s: each of the %d rows behind the chart is one observation, which the chart itself counts or sums", name, t.All))
	}
	if c := t.telling(); chart.Points && c != nil && t.All >= fewestPeople {
		out.table(High, t, spots{}, fmt.Sprintf("%s: each of the %d points has a code of its own (column “%s”), as people have", name, t.All, short(c.Name)))
	}
	if len(chart.Unshown) > 0 && t.All > 0 {
		out.table(Medium, t, spots{}, fmt.Sprintf("%s: %s of its data, in %s: %s", name,
			number(int64(len(chart.Unshown)), "column is not shown", "columns are not shown"), number(t.All, "row", "rows"), listed(chart.Unshown)))
	}
	if chart.Cut > 0 {
		out.table(Medium, t, spots{}, fmt.Sprintf("%s: %s outside of what the chart shows", name, number(chart.Cut, "point is", "points are")))
	}
}

// listed are the first few names of a list.
func listed(names []string) string {
	const most = 5
	var out []string
	for _, n := range names[:min(len(names), most)] {
		out = append(out, "“"+short(n)+"”")
	}
	if len(names) > most {
		out = append(out, fmt.Sprintf("and %d more", len(names)-most))
	}
	return strings.Join(out, ", ")
}

// telling is a column whose fields are codes that are all different, as those
// of people are; nil if there is none.
func (t *Table) telling() *Column {
	for _, c := range t.Columns {
		const least = 100_000 // of a number that tells people apart, and nothing else
		long := c.numbers > 0 && c.whole == c.numbers && c.min >= least || c.codes*10 > c.filled()*9 || c.telling.ten*10 > c.filled()*9
		if c.Role != RoleIndex && c.distinct.seen >= fewestPeople && c.distinct.ratio() > 0.9 && c.filled()*10 > t.All*9 && (long || c.Role == RoleIdentifier && c.ofPerson()) {
			return c
		}
	}
	return nil
}

// far finds cells so far to the right that nobody sees them beside the table.
func (h *hidden) far(t *Table, out *findings) {
	const empty = 20 // columns without a name and a cell
	run := 0
	for _, c := range t.Columns {
		switch {
		case !c.named && c.filled() == 0:
			run++
			continue
		case run >= empty && c.filled() > 0:
			var s spots
			for n := range t.Rows {
				if r := &t.Rows[n]; r.cell(c.At).Kind != Missing {
					s.add(t.place(r, c.At))
				}
			}
			out.table(Medium, t, s, fmt.Sprintf("Cells stand behind %d empty columns, where nobody sees them", run))
			return
		}
		run = 0
	}
}

// below finds rows so far below the others that nobody scrolls there.
func (h *hidden) below(t *Table, out *findings) {
	const empty = 50 // lines
	if t.text {
		return
	}
	var s spots
	last := h.last
	for n := range t.Rows {
		r := &t.Rows[n]
		filled := 0
		for i := range r.Cells {
			if r.Cells[i].Kind != Missing {
				filled++
			}
		}
		if filled == 0 {
			continue
		}
		if last > 0 && r.Line-last > empty {
			s.add(Place{Line: r.Line})
		}
		last = r.Line
	}
	h.last = last
	if s.count > 0 {
		out.lines(Medium, s, fmt.Sprintf("Rows stand below more than %d empty lines, where nobody sees them", empty))
	}
}
