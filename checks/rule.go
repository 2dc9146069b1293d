package checks

import (
	"fmt"
	"slices"
	"strings"
)

// About says what a rule is.
type About struct {
	Name     string   `json:"name"`
	Version  int      `json:"version"`  // raised when what it finds changes
	Source   string   `json:"source"`   // who asks for it
	Weight   Weight   `json:"weight"`   // of its gravest findings
	Reads    []string `json:"reads"`    // the values of a profile that it reads
	Examines string   `json:"examines"` // of a file
}

// rule is one thing that is looked for. It looks at tables, at lines of text,
// or at both.
type rule interface {
	about() About
}

// tableRule looks at one table after another.
type tableRule interface {
	rule
	table(t *Table, out *findings)
}

// lineRule looks at the lines of a text, one after another; whoever makes a
// rule of this kind makes one for each file.
type lineRule interface {
	rule
	line(text []byte, n int64, out *findings)
}

// ender is a rule that has something to say of all tables and lines together.
type ender interface {
	end(out *findings)
}

// rules are all rules, those with a state fresh.
func rules() []rule {
	return []rule{
		&lowCounts{}, &declaredControl{}, recomputed{}, undone{}, oneClass{}, smallDenominators{}, &differencing{}, extremes{}, &models{},
		dominance{}, survival{}, people{}, &identifiers{}, freeText{}, &hidden{}, &logs{}, &evidence{}, tooMany{},
	}
}

// Rules says what each rule is.
func Rules() []About {
	var out []About
	for _, r := range rules() {
		a := r.about()
		a.Version = max(a.Version, 1)
		out = append(out, a)
	}
	return out
}

// Versions names each rule and its version, as "low-counts/1", for a log that
// says what looked at a file.
func Versions() []string {
	var out []string
	for _, a := range Rules() {
		out = append(out, fmt.Sprintf("%s/%d", a.Name, a.Version))
	}
	return out
}

// findings collects what rules find in a file.
type findings struct {
	profile *Profile
	file    File
	rule    About
	list    []Finding
	missed  []string
	failed  error // what else was asked did not answer
}

// maxFindings bounds the findings of a rule in a file.
const maxFindings = 200

// column reports a finding in a column.
func (f *findings) column(w Weight, c *Column, s spots, message string, derived ...Derived) {
	if s.count == 0 {
		return
	}
	f.add(Finding{
		Weight: w, Column: c.Name, Places: s.places, Count: s.count, Derived: derived,
		Message: fmt.Sprintf("Column “%s”: %s", short(c.Name), message),
	})
}

// table reports a finding of a whole table, or of some of its cells.
func (f *findings) table(w Weight, t *Table, s spots, message string) {
	if s.count == 0 {
		s.add(Place{Line: t.First})
	}
	f.add(Finding{Weight: w, Places: s.places, Count: s.count, Message: message})
}

// lines reports a finding in lines of a text.
func (f *findings) lines(w Weight, s spots, message string) {
	if s.count > 0 {
		f.add(Finding{Weight: w, Places: s.places, Count: s.count, Message: message})
	}
}

// add adds a finding. What is said of several tables of a file in the same
// words is one finding.
func (f *findings) add(x Finding) {
	n := 0
	for i := range f.list {
		old := &f.list[i]
		if old.Rule != f.rule.Name {
			continue
		}
		if n++; x.Column == "" && old.Column == "" && old.Weight == x.Weight && old.Message == x.Message && x.Derived == nil && old.Derived == nil {
			old.Places = append(old.Places, x.Places[:min(len(x.Places), maxPlaces-len(old.Places))]...)
			old.Count += x.Count
			return
		}
	}
	if n == maxFindings {
		f.miss(fmt.Sprintf("%s: only the first %d findings are listed", f.rule.Name, maxFindings))
	}
	if n >= maxFindings {
		return
	}
	x.Rule, x.Where = f.rule.Name, x.Places[0]
	f.list = append(f.list, x)
}

// miss notes what was not looked at, once.
func (f *findings) miss(what string) {
	const most = 200
	switch {
	case slices.Contains(f.missed, what) || len(f.missed) > most:
	case len(f.missed) == most:
		f.missed = append(f.missed, "more than is listed here")
	default:
		f.missed = append(f.missed, what)
	}
}

// short is a name as a message shows it.
func short(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, name)
	return cutText(name, 60)
}

// number puts a count before a word in singular or plural.
func number(n int64, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// places finds the cells of a column of which ask is true, among the rows that
// are kept and are what their column is.
func (t *Table) places(column int, ask func(*Cell) bool) spots {
	var s spots
	want := t.Columns[column].Role
	if column == t.layout.value || t.layout.described && want != RoleIdentifier {
		want = RoleCount
	}
	for n := range t.Rows {
		r := &t.Rows[n]
		if t.roleAt(n, column) != want {
			continue
		}
		if c := r.cell(column); ask(c) {
			s.add(t.place(r, column))
		}
	}
	return s
}
