package pages

import (
	"slices"

	"sallyport/review"
)

// Findings is the page of all findings of a request, where its author answers
// them: several with one answer.
type Findings struct {
	Frame
	Heading  string
	State    State
	Sentence string
	Tabs     []Link
	Lead     string // how many wait for an answer
	Progress string // of the checks, while they go on
	Poll     Poll
	By       []Link // ways to group them
	Which    []Link // all, or some
	Filters  []NotedLink
	Groups   []FindingGroup
	Empty    []string
	Form     *Form // nil for those who do not answer
	Why      string
	Kept     []string // chosen before, and not on this page
	Window   *Window
	Missed   []FileMissed
}

func (Findings) file() string { return "findings.html" }

// FindingGroup are the findings of one rule, or of one file.
type FindingGroup struct {
	ID      string
	Heading string
	Path    bool   // the heading is a path
	Href    string // of the file
	Help    string // what the rule is for
	Source  string // who asks for it
	Count   string
	Open    []Weighed
	Rows    []FindingRow
	All     string // the value that chooses all that are open of it, also on other pages
	AllText string
	AllSet  bool
}

// FindingRow is a finding that may be chosen.
type FindingRow struct {
	Found
	Path    string // of the file, where the group is one of a rule
	File    string // its page
	Choose  bool   // it may be answered
	Chosen  bool
	Change  string // where its answer is changed
	Shorter string // the base of the path
}

// FileMissed is what the checks of a file did not look at.
type FileMissed struct {
	Path string
	Href string
	Text string
}

// NewFindings makes the page.
func NewFindings(b Build, v *review.RequestView, l FindingsLook) Findings {
	p := Findings{
		Frame: b.Frame, Heading: Heading(v.Title, v.Workspace), State: StatusState(v.Status), Sentence: v.StatusSentence,
		Tabs: requestTabs(v, "findings"), Lead: leadOf(v), Progress: checkingWords(v),
	}
	p.Title, p.Crumbs = "Findings – "+p.Heading, b.crumbs(v, "findings")
	list := l.chosen(v)
	l.From = min(l.From, max(len(list)-1, 0)) / mostFindings * mostFindings
	if p.Progress != "" {
		p.Poll = Poll{l.Address(v.ID), v.Version}
	}
	p.ways(v, l)
	if mayAnswer(v) {
		p.form(b, v, l)
	} else {
		p.Why = whyNoAnswer(v)
	}
	last := min(l.From+mostFindings, len(list))
	p.list(v, l, list, l.From, last)
	for _, id := range p.kept() {
		if !slices.ContainsFunc(list[l.From:last], func(x placed) bool { return x.finding.ID == id }) {
			p.Kept = append(p.Kept, id)
		}
	}
	if len(list) > mostFindings {
		p.Window = NewWindow("Findings", int64(l.From), int64(last-l.From), mostFindings, int64(len(list)), func(from int64) string {
			to := l
			to.From, to.Change = int(from), ""
			return to.Address(v.ID)
		})
	}
	if len(list) == 0 {
		p.Empty = emptyWords(v, l)
	}
	for _, f := range filesIn(v) {
		if n := f.Checks.NotExamined; n > 0 {
			p.Missed = append(p.Missed, FileMissed{Visible(f.Path), RequestAddress(v.ID, "files", string(f.ID)) + "#findings", Plural(n, "thing")})
		}
	}
	return p
}

// whyNoAnswer says to the author why findings cannot be answered now; nothing
// to others.
func whyNoAnswer(v *review.RequestView) string {
	if a := allowance(v, review.ActAnswer); a.Code == review.ErrStatus.Code {
		return a.WhyNot
	}
	return ""
}

// leadOf says how many findings wait for an answer.
func leadOf(v *review.RequestView) string {
	open, files, all := 0, 0, 0
	for _, f := range filesIn(v) {
		n := 0
		for _, x := range f.Findings {
			all++
			if unanswered(f, x) {
				n++
			}
		}
		open += n
		files += min(n, 1)
	}
	switch {
	case all == 0:
		return ""
	case open == 0:
		return "No finding waits for an answer."
	}
	return Plural(open, "finding") + " in " + Plural(files, "file") + " " + map[bool]string{true: "waits", false: "wait"}[open == 1] +
		" for an answer in words, or for a file in which " + map[bool]string{true: "it is", false: "they are"}[open == 1] + " put right."
}

// waitingFindings counts the findings of a request that wait for an answer.
func waitingFindings(v *review.RequestView) int {
	n := 0
	for _, file := range filesIn(v) {
		for _, f := range file.Findings {
			if unanswered(file, f) {
				n++
			}
		}
	}
	return n
}

// FindingsParts are the parts of the page that follow the checks. What is being
// written stays; the part with the poll comes last.
var FindingsParts = []Part{{Block: "findings-groups", Target: "groups", Inside: true}, {Block: "findings-lead", Target: "lead"}}

// After are the parts that change after findings were answered. The form, which
// htmx finds the others from, comes last.
func (p *Findings) After(notice string) []Part {
	return []Part{Said(notice), {Block: "findings-head", Target: "head"}, {Block: "findings-lead", Target: "lead"}, {Block: "findings-list", Target: "answering"}}
}

// Refused are the parts that say why an answer was not taken.
func (p *Findings) Refused() []Part { return []Part{{Block: "findings-list", Target: "answering"}} }

// checkingWords say how far the checks of a request are, while they go on.
func checkingWords(v *review.RequestView) string {
	waits, files := 0, filesIn(v)
	for _, f := range files {
		if checking(v, f) {
			waits++
		}
	}
	if waits == 0 {
		return ""
	}
	return "Checking: " + Count(len(files)-waits) + " of " + Plural(len(files), "file") + " done."
}

// checking reports whether the checks of a file go on: a request that waits for
// nobody any more is not checked again.
func checking(v *review.RequestView, f review.FileView) bool {
	return f.Checks.State == review.ChecksWaiting && (v.WaitingOn == "author" || v.WaitingOn == "checkers")
}

// emptyWords say what it means that nothing is listed: never that files are
// safe.
func emptyWords(v *review.RequestView, l FindingsLook) []string {
	if l.Rule != "" || l.File != "" || l.Which != "" {
		return []string{"No finding is like that."}
	}
	if len(filesIn(v)) == 0 {
		return []string{"No files are on this request yet. What the checks find in them will be here."}
	}
	if n := unchecked(v); n > 0 {
		return []string{"Nothing was found so far: " + Plural(n, "file") + " " + haveHas(int64(n)) + " not been checked as " + map[bool]string{true: "it stands", false: "they stand"}[n == 1] + " now."}
	}
	return []string{
		"The rules that ran found nothing in these files. A check is advice: it sees what it was made to see, and no finding does not say that a file is safe.",
		"Each file’s page says what was looked at in it, with which thresholds, and what was not.",
	}
}

// unchecked counts the files whose checks have not finished.
func unchecked(v *review.RequestView) int {
	n := 0
	for _, f := range filesIn(v) {
		if f.Checks.State != review.ChecksDone {
			n++
		}
	}
	return n
}

// ways fills the ways to look at the findings.
func (p *Findings) ways(v *review.RequestView, l FindingsLook) {
	link := func(text string, current bool, change func(*FindingsLook)) Link {
		to := l
		to.From, to.Change = 0, ""
		change(&to)
		return Link{Text: text, Href: to.Address(v.ID), Current: current}
	}
	p.By = []Link{
		link("By rule", l.By != "file", func(l *FindingsLook) { l.By = "" }),
		link("By file", l.By == "file", func(l *FindingsLook) { l.By = "file" }),
	}
	counts := func(which string) string {
		some := l
		some.Which = which
		return " · " + Count(len(some.chosen(v)))
	}
	for _, w := range [][2]string{{"", "All"}, {"open", "Open"}, {"answered", "Answered"}} {
		p.Which = append(p.Which, link(w[1]+counts(w[0]), l.Which == w[0], func(l *FindingsLook) { l.Which = w[0] }))
	}
	if l.Rule != "" {
		p.Filters = append(p.Filters, NotedLink{link("Rule: "+RuleTitle(l.Rule), false, func(l *FindingsLook) { l.Rule = "" }), ""})
	}
	if f := fileOf(v, review.FileID(l.File)); f != nil {
		p.Filters = append(p.Filters, NotedLink{link("File: "+Visible(f.Path), false, func(l *FindingsLook) { l.File = "" }), ""})
	}
}
