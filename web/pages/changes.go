package pages

import (
	"strings"

	"sallyport/review"
)

// Changes is what a job request changed in a workspace.
type Changes struct {
	Frame
	Name       string
	Heading    string
	Sentence   string
	JobRequest Link
	Reading    Reading
	Views      []Link
	Filter     Filters
	Unknown    string // what is not known beside the rows
	Rows       []ChangeRow
	Empty      string
	Pager      Pager
}

func (Changes) file() string { return "changes.html" }

// ChangeRow is an output that changed.
type ChangeRow struct {
	Path       string
	Href       string // "" if it is gone
	Level      string
	Action     string
	Change     State
	JobRequest Link // if it is not the one that the page is about
	Noticed    Moment
	Note       string
}

// changeStates are what became of outputs, in the order of a sentence.
var changeStates = []struct {
	change review.OutputChange
	state  State
	words  string
}{
	{review.ChangeCame, State{approved, "New"}, "new"},
	{review.ChangeBytes, State{changes, "Other bytes"}, "with other bytes"},
	{review.ChangeSame, State{none, "Same bytes"}, "written again with the same bytes"},
	{review.ChangeWritten, State{none, "Written again"}, "written again"},
	{review.ChangeOutOfDate, State{changes, "Out of date"}, "made out of date"},
	{review.ChangeWent, State{none, "Gone"}, "gone"},
	{review.ChangeOther, State{none, "Changed otherwise"}, "changed otherwise"},
}

// ChangeState is what became of an output, as a tag.
func ChangeState(change review.OutputChange) State {
	for _, c := range changeStates {
		if c.change == change {
			return c.state
		}
	}
	return State{none, string(change)}
}

// CountChanges says how many outputs changed, and how.
func CountChanges(items []review.ChangedOutput) string {
	if len(items) == 0 {
		return ""
	}
	n := map[review.OutputChange]int{}
	for _, o := range items {
		n[o.Change]++
	}
	var parts []string
	for _, c := range changeStates {
		if n[c.change] > 0 {
			parts = append(parts, Count(n[c.change])+" "+c.words)
		}
	}
	return Plural(len(items), "output") + ": " + strings.Join(parts, ", ") + "."
}
