package pages

import (
	"strings"

	"sallyport/checks"
	"sallyport/checks/acro"
	"sallyport/review"
)

// FoundPanel is what the disclosure checks say of one file, beside it.
type FoundPanel struct {
	Heading  string
	Checking bool
	Findings []Found
	Empty    string // that nothing was found, and what that does not mean
	Answer   Link   // where the author answers
	Examined *Examined
	ACRO     *ACROSays
	Version  string // of the view
}

// Examined is what the checks looked at, and what not.
type Examined struct {
	Looked  string   // how much
	Missed  []string // what was not looked at
	Clean   []string // rules that found nothing
	Off     []string // rules that are not run
	Limits  []Fact
	Columns []ExaminedColumn
}

// ExaminedColumn is what a column was taken for.
type ExaminedColumn struct{ Table, Name, Role, Why string }

// newFoundPanel shows the findings of a file. The report is nil where there is
// none, or it may not be seen.
func newFoundPanel(v *review.RequestView, file review.FileView, checked Checked) *FoundPanel {
	if file.Checks.State == "" {
		return nil
	}
	p := &FoundPanel{Heading: "Findings", Checking: checking(v, file), Version: v.Version}
	m, r := checked.Marks, checked.Report
	if m == nil {
		m = NewMarks(v, file.ID, r, "")
	}
	p.Findings = m.list
	open := 0
	for _, f := range file.Findings {
		if unanswered(file, f) {
			open++
		}
	}
	if n := len(file.Findings); n > 0 {
		p.Heading += " · " + Count(n)
	}
	if open > 0 {
		p.Heading += ", " + Count(open) + " open"
	}
	if mayAnswer(v) && len(file.Findings) > 0 {
		p.Answer = Link{Text: "Answer them", Href: RequestAddress(v.ID, "findings") + "?file=" + string(file.ID)}
	}
	if len(file.Findings) == 0 && !p.Checking {
		p.Empty = "Nothing was found by the rules that ran. That does not say that the file is safe."
	}
	if r != nil && !p.Checking {
		p.Examined = newExamined(r)
		p.ACRO = newACROSays(checked.ACRO)
	}
	return p
}

// newExamined says what a report says of itself.
func newExamined(r *checks.Report) *Examined {
	e := r.Examined
	out := &Examined{Looked: looked(e)}
	for _, missed := range r.NotExamined {
		out.Missed = append(out.Missed, Visible(missed))
	}
	found, ran := map[string]bool{}, map[string]bool{}
	for _, f := range r.Findings {
		found[f.Rule] = true
	}
	for _, rule := range e.Rules {
		ran[rule] = true
		if !found[rule] {
			out.Clean = append(out.Clean, RuleTitle(rule))
		}
	}
	for _, about := range checks.Rules() {
		if !ran[about.Name] {
			out.Off = append(out.Off, RuleTitle(about.Name))
		}
	}
	out.Limits = []Fact{{Name: "Low counts", Text: "1 to " + Count(e.Limits.LowCount)}}
	if len(e.Limits.Declared) > 0 {
		var words []string
		for _, c := range e.Limits.Declared {
			words = append(words, controlWord(string(c)))
		}
		out.Limits = append(out.Limits, Fact{Name: "Declared", Text: strings.Join(words, ", ")})
	}
	if c := e.Limits.Rounding; c != "" {
		out.Limits = append(out.Limits, Fact{Name: "The policy asks for", Text: controlWord(string(c))})
	}
	for _, c := range e.Columns {
		column := ExaminedColumn{Name: Visible(c.Name), Role: string(c.Role), Why: Visible(c.Why)}
		if e.Tables > 1 {
			column.Table = Count(c.Table)
		}
		out.Columns = append(out.Columns, column)
	}
	return out
}

// looked says how much was looked at.
func looked(e checks.Examined) string {
	var words []string
	for _, of := range []struct {
		n    int64
		word string
	}{{int64(e.Tables), "table"}, {e.Rows, "row"}, {e.Cells, "cell"}, {e.Lines, "line"}} {
		if of.n > 0 {
			words = append(words, Plural(int(of.n), of.word))
		}
	}
	if len(words) == 0 {
		return Size(e.Bytes)
	}
	return strings.Join(words, ", ")
}

// sourceOf says who asks for a rule; "" where nobody said.
func sourceOf(rule string) string {
	for _, about := range append(checks.Rules(), acro.About()) {
		if about.Name == rule {
			return about.Source
		}
	}
	return ""
}

// mayAnswer reports whether the viewer may answer findings now.
func mayAnswer(v *review.RequestView) bool { return may(v, review.ActAnswer) }
