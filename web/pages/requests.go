package pages

import (
	"slices"
	"time"

	"sallyport/review"
)

// RequestRow is a request in a list.
type RequestRow struct {
	Href      string
	Title     string
	Next      string // what the viewer does next; "" if it is not their turn
	Sentence  string
	Workspace string
	Project   string
	Author    string
	Files     string
	Turn      string
	Reviews   string  // how many are in
	Mine      string  // how far the viewer's own review is
	Found     Weighed // findings that wait for an answer of the author’s, or are high
	Changed   bool    // since the viewer looked
	State     State
	Since     Moment
}

// NewRequestRow makes a row from what a person may see.
func NewRequestRow(s review.SummaryView, now time.Time) RequestRow {
	row := RequestRow{
		Href: RequestAddress(s.ID), Title: Heading(s.Title, s.Workspace), Sentence: s.StatusSentence, Workspace: s.Workspace,
		Author: s.Author, State: StatusState(s.Status), Since: At(s.Since, now), Changed: s.Changed(), Mine: mine(s), Next: nextStep(s),
	}
	switch {
	case s.Unanswered > 0:
		row.Found = Weighed{weightOf(review.MediumWeight), Plural(s.Unanswered, "finding") + " to answer"}
	case s.High > 0:
		row.Found = Weighed{weightOf(review.HighWeight), Plural(s.High, "high finding")}
	}
	if s.Project != s.Workspace {
		row.Project = s.Project
	}
	if s.Files > 0 {
		row.Files = Count(s.Files)
	}
	if s.Turn > 0 {
		row.Turn = Count(s.Turn)
	}
	if s.Needed > 0 && s.Phase != review.PhaseAuthor {
		row.Reviews = Count(s.Submitted) + " of " + Count(s.Needed)
	}
	return row
}

// RequestRows are the requests of a long list.
type RequestRows []RequestRow

// Reviewing reports whether a review of the viewer's own is among them: without
// one, nothing need be said of it.
func (rows RequestRows) Reviewing() bool {
	return slices.ContainsFunc(rows, func(r RequestRow) bool { return r.Mine != "" })
}

// mine says how far the viewer's review is.
func mine(s review.SummaryView) string {
	switch {
	case s.Reviewed && s.WaitingOn == "checkers":
		return "is in"
	case s.Voted == nil || s.Status == review.Reviewed:
		return ""
	}
	return Count(*s.Voted) + " of " + Count(s.Files) + " voted"
}

// nextStep says what waits for the viewer.
func nextStep(s review.SummaryView) string {
	if !s.YourTurn {
		return ""
	}
	switch s.Status {
	case review.Pending:
		if s.Files == 0 {
			return "Choose its files, describe them and submit it."
		}
		if s.Unanswered > 0 {
			return "Answer what the disclosure checks found, then submit it for review."
		}
		return "Describe its files, then submit it for review."
	case review.Returned:
		return "Answer what the checkers said, then submit it again."
	case review.Reviewed:
		return "The reviews are in: approve it, return it or reject it."
	}
	if s.Voted == nil {
		return ""
	}
	switch *s.Voted {
	case 0:
		return "Begin your review: " + Plural(s.Files, "file") + " to vote on."
	case s.Files:
		return "Every file has your vote: submit your review."
	}
	return "Go on with your review: " + Count(*s.Voted) + " of " + Plural(s.Files, "file") + " voted on."
}

// Home is where everybody begins: what waits for them.
type Home struct {
	Frame
	Lead   string
	Roles  []NotedLink // that wait for this administrator
	Lists  []HomeList
	Aside  []HomeLinks
	Ledger []LedgerEntry // the latest, for auditors
}

func (Home) file() string { return "home.html" }

// HomeList is one list of the home page.
type HomeList struct {
	Heading string
	Empty   string
	Rows    []RequestRow
	More    Link
}

// HomeLinks is a few things of one kind, each with what there is to know of it.
type HomeLinks struct {
	Heading string
	Lead    string
	Links   []NotedLink
	More    Link
}

// NotedLink is a link with a few words.
type NotedLink struct {
	Link
	Note string
}

// Requests is a list of requests with filters.
type Requests struct {
	Frame
	Filter Filters
	Rows   RequestRows
	Empty  string
	Pager  Pager
}

func (Requests) file() string { return "requests.html" }

// StatusChoices are the statuses that a list can be narrowed to.
func StatusChoices() []Choice {
	list := []Choice{{"", "Any status", false}}
	for _, s := range review.Statuses {
		list = append(list, Choice{string(s), StatusState(s).Word, false})
	}
	return list
}

// Queue is the checkers' list.
type Queue struct {
	Frame
	Tabs   []Link
	Filter Filters
	Rows   RequestRows
	Empty  string
	Pager  Pager
}

func (Queue) file() string { return "queue.html" }
