package pages

import (
	"slices"

	"sallyport/checks"
	"sallyport/checks/acro"
	"sallyport/review"
)

// Mark is where a finding stands in what is shown of a file.
type Mark struct {
	Kind  string // its weight
	Class string // the same, and whether it waits for an answer
	Href  string // opens it
	Says  string // of which findings, in words
	id    string
}

// cellPlace is a cell of a table: a record counted from 0, the header, and a
// column counted from 1.
type cellPlace struct {
	row    int64
	column int
}

// Marks are the findings of a file by where they stand in it.
type Marks struct {
	list  []Found
	cells map[cellPlace][]int
	lines map[int64][]int
	open  int // the one that is opened, counted from 0; -1 for none
}

// NewMarks finds where the findings of a file stand: those of the view, with
// the places that the report of its checks lists. opened is the one that
// somebody looks at.
func NewMarks(v *review.RequestView, id review.FileID, r *checks.Report, opened string) *Marks {
	file := fileOf(v, id)
	if file == nil {
		return nil
	}
	m := &Marks{cells: map[cellPlace][]int{}, lines: map[int64][]int{}, open: -1}
	full := reported(r)
	for _, f := range file.Findings {
		found := newFound(v, *file, f, full[f.ID])
		places := []checks.Place{placeOf(f.Where)}
		if whole := full[f.ID]; whole != nil {
			places = whole.Places
		}
		if found.ID == opened {
			found.Current, m.open = true, len(m.list)
		}
		m.list = append(m.list, found)
		m.note(len(m.list)-1, places)
	}
	return m
}

// KnownFinding is an id of a finding of a file; "" if the file has none of it.
func KnownFinding(v *review.RequestView, id review.FileID, finding string) string {
	if file := fileOf(v, id); file != nil {
		for _, f := range file.Findings {
			if f.ID == finding {
				return finding
			}
		}
	}
	return ""
}

// reported are the findings of a report by their ids.
func reported(r *checks.Report) map[string]*checks.Finding {
	list := map[string]*checks.Finding{}
	if r == nil {
		return list
	}
	for i := range r.Findings {
		list[r.Findings[i].ID] = &r.Findings[i]
	}
	return list
}

// note remembers where the n-th finding stands. One that stands in cells is no
// less in the lines of the same bytes.
func (m *Marks) note(n int, places []checks.Place) {
	for _, p := range places {
		if p.Column > 0 && p.Table == 0 {
			at := cellPlace{p.Row, p.Column}
			m.cells[at] = with(m.cells[at], n)
		}
		if p.Line > 0 {
			m.lines[p.Line] = with(m.lines[p.Line], n)
		}
	}
}

// with is a list with a number that is not in it yet.
func with(list []int, n int) []int {
	if len(list) > 0 && list[len(list)-1] == n {
		return list
	}
	return append(list, n)
}

// cell is the mark of a cell; nil for one without findings.
func (m *Marks) cell(row int64, column int) *Mark {
	if m == nil {
		return nil
	}
	return m.mark(m.cells[cellPlace{row, column}])
}

// line is the mark of a line; nil for one without findings.
func (m *Marks) line(n int64) *Mark {
	if m == nil {
		return nil
	}
	return m.mark(m.lines[n])
}

// mostSaid bounds the findings that a mark names.
const mostSaid = 3

// mark is one for several findings at a place: of the gravest, unless one of
// them is opened.
func (m *Marks) mark(list []int) *Mark {
	if len(list) == 0 {
		return nil
	}
	first := list[0]
	mark := &Mark{}
	for i, n := range list {
		f := m.list[n]
		if f.Current {
			first = n
		}
		switch {
		case i < mostSaid:
			mark.Says += f.Weight.Word + ", " + f.Rule + ": " + f.Message + answeredWords(f) + " "
		case i == mostSaid:
			mark.Says += "And " + Plural(len(list)-i, "other finding") + "."
		}
	}
	f := m.list[first]
	mark.id, mark.Kind, mark.Class = f.ID, f.Weight.Kind, "found "+f.Weight.Kind
	if !slices.ContainsFunc(list, func(n int) bool { return m.list[n].Name != acro.Rule }) {
		mark.Class += " acro" // nobody else marks the place
	}
	if f.Answered {
		mark.Class += " answered"
	}
	if f.Current {
		mark.Class += " now"
	}
	return mark
}

func answeredWords(f Found) string {
	if f.Answered {
		return " (answered)"
	}
	return ""
}

// FoundBar stands above a file that has findings: it leads from one to the next
// and shows the one that is opened.
type FoundBar struct {
	Words    string // how many there are
	Open     []Weighed
	Opened   *Found
	Place    string // which of them it is
	Here     []Derivation
	Previous string
	Next     string
	Close    string
}

// mostDerived bounds the derivations above a file.
const mostDerived = 5

// bar is nil for a file without findings.
func (m *Marks) bar(l Look) *FoundBar {
	if m == nil || len(m.list) == 0 {
		return nil
	}
	b := &FoundBar{Words: Plural(len(m.list), "finding")}
	counts := map[Weight]int{}
	for _, f := range m.list {
		if f.State.Kind == changes {
			counts[f.Weight]++
		}
	}
	for _, w := range []review.Weight{review.HighWeight, review.MediumWeight} {
		weight := weightOf(w)
		if n := counts[weight]; n > 0 {
			b.Open = append(b.Open, Weighed{weight, Count(n) + " open"})
		}
	}
	b.Next = m.list[(m.open+1)%len(m.list)].Show
	b.Previous = m.list[len(m.list)-1].Show
	if m.open < 0 {
		return b
	}
	b.Previous = m.list[(m.open+len(m.list)-1)%len(m.list)].Show
	opened := m.list[m.open]
	b.Opened, b.Place = &opened, Count(m.open+1)+" of "+Plural(len(m.list), "finding")
	l.Finding = ""
	b.Close = l.at(l.View, l.From, l.Column)
	b.Here = here(opened.Derived, l)
	return b
}

// here are the derivations at the row that is looked at, or the first of all.
func here(all []Derivation, l Look) []Derivation {
	var at []Derivation
	for _, d := range all {
		if l.Marked > 0 && len(at) < mostDerived && d.row == l.Marked {
			at = append(at, d)
		}
	}
	if len(at) == 0 {
		at = all[:min(len(all), mostDerived)]
	}
	return at
}
