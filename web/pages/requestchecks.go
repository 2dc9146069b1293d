package pages

import (
	"slices"

	"sallyport/review"
)

// ChecksSummary says on the overview how far the disclosure checks of a request
// are, and what of them stands in the way of its submission.
type ChecksSummary struct {
	Progress string // while they go on
	Found    Tally  // in the files that are to be released, or help the checkers
	Lead     string
	Answer   Link // where findings are answered, or read
	Files    []CheckedFile
	Verb     string // what the viewer does with their findings
	More     string
	Narrow   Link // to the files with findings that wait for an answer, or back
	Poll     Poll
}

// CheckedFile is a file whose findings wait for an answer.
type CheckedFile struct {
	Path string
	Open []Weighed
	File string // its page
	Href string // where they are answered
}

// mostOpenFiles bounds the files that the summary names.
const mostOpenFiles = 8

// newChecksSummary is nil for a request without files, or of which the viewer
// sees only that it is there.
func newChecksSummary(b Build, v *review.RequestView) *ChecksSummary {
	files := filesIn(v)
	if summary(v) || !slices.ContainsFunc(files, func(f review.FileView) bool { return f.Checks.State != "" }) {
		return nil
	}
	s := &ChecksSummary{Progress: checkingWords(v), Found: tallyOf(v, files...), Lead: leadOf(v)}
	s.Found.Checking = false
	s.Verb = "See"
	if mayAnswer(v) {
		s.Verb = "Answer"
	}
	s.Answer = Link{Text: "See the findings", Href: RequestAddress(v.ID, "findings")}
	if s.Progress != "" && v.WaitingOn != "system" {
		s.Poll = Poll{RequestAddress(v.ID), v.Version}
	}
	open := 0
	for _, f := range files {
		t := tallyOf(v, f)
		if len(t.Open) == 0 {
			continue
		}
		if open++; open <= mostOpenFiles {
			l := FindingsLook{By: "file", Which: "open", File: string(f.ID)}
			s.Files = append(s.Files, CheckedFile{Visible(f.Path), t.Open, RequestAddress(v.ID, "files", string(f.ID)), l.Address(v.ID)})
		}
	}
	if more := open - mostOpenFiles; more > 0 {
		s.More = "and in " + Plural(more, "other file")
	}
	if open > 0 && mayAnswer(v) {
		s.Answer = Link{Text: "Answer the findings", Href: FindingsLook{Which: "open"}.Address(v.ID)}
	}
	switch {
	case b.Open:
		s.Narrow = Link{Text: "Show all files", Href: RequestAddress(v.ID)}
	case open > 0 && open < len(files):
		s.Narrow = Link{Text: "Show only files with open findings (" + Count(open) + ")", Href: RequestAddress(v.ID) + "?findings=open"}
	}
	return s
}

// keepOpen narrows a group to the files with findings that wait for an answer,
// and reports whether there are any.
func (g *Group) keepOpen() bool {
	var files []File
	for _, f := range g.Files {
		if len(f.Found.Open) > 0 {
			files = append(files, f)
		}
	}
	g.Files, g.Folded = files, false
	return len(files) > 0
}

// Followed are the parts of the overview that follow the checks: nothing that
// somebody may be typing in. The part with the poll comes last.
func (p Request) Followed() []Part {
	parts := []Part{{Block: "overview-tabs", Target: "tabs"}, {Block: "overview-steps", Target: "steps"}, {Block: "overview-doing", Target: "doing"}}
	for _, g := range p.Groups {
		if len(g.Files) > 0 {
			parts = append(parts, Part{Block: "group-files", Data: g, Target: "files-" + g.ID})
		}
	}
	return append(parts, Part{Block: "overview-checks", Target: "checks"})
}

// Said is what readers of a screen are told when the checks went on.
func (s *ChecksSummary) Said() string {
	if s.Progress != "" {
		return s.Progress
	}
	return "The checks have finished. " + s.Lead
}
