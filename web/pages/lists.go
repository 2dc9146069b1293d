package pages

import (
	"time"

	"sallyport/review"
)

// RequestRow is a request in a list.
type RequestRow struct {
	Href      string
	Title     string
	Sentence  string
	Workspace string
	Author    string
	Files     string
	Reviewed  bool
	State     State
	Since     Moment
}

// NewRequestRow makes a row from what a person may see.
func NewRequestRow(s review.SummaryView, now time.Time) RequestRow {
	row := RequestRow{
		Href: RequestAddress(s.ID), Title: Heading(s.Title, s.Workspace), Sentence: s.StatusSentence, Workspace: s.Workspace,
		Author: s.Author, Reviewed: s.Reviewed, State: StatusState(s.Status), Since: At(s.Since, now),
	}
	if s.Files > 0 {
		row.Files = Plural(s.Files, "file")
	}
	return row
}

// Home is where everybody begins: what waits for them.
type Home struct {
	Frame
	Lead  string
	Lists []HomeList
	Begin []Link
}

func (Home) file() string { return "home.html" }

// HomeList is one list of the home page.
type HomeList struct {
	Heading string
	Empty   string
	Rows    []RequestRow
	More    Link
}

// Requests is a list of requests with filters.
type Requests struct {
	Frame
	Statuses  []Choice
	Workspace string
	Author    string
	Rows      []RequestRow
	Empty     string
	Pager     Pager
}

func (Requests) file() string { return "requests.html" }

// StatusChoices are the statuses that a list can be narrowed to.
func StatusChoices(chosen string) []Choice {
	list := []Choice{{"", "Any status", chosen == ""}}
	for _, s := range review.Statuses {
		list = append(list, Choice{string(s), StatusState(s).Word, chosen == string(s)})
	}
	return list
}

// Queue is the checkers' list.
type Queue struct {
	Frame
	Tabs  []Link
	Rows  []RequestRow
	Empty string
	Pager Pager
}

func (Queue) file() string { return "queue.html" }

// Releases lists what was released.
type Releases struct {
	Frame
	Rows  []ReleaseRow
	Pager Pager
}

func (Releases) file() string { return "releases.html" }

// ReleaseRow is a release in a list.
type ReleaseRow struct {
	Href      string
	ID        string
	Workspace string
	Project   string
	Author    string
	State     State
	Begun     Moment
	Released  Moment
}

// Release is what was released by one request.
type Release struct {
	Frame
	Heading string
	State   State
	Facts   []Fact
	Files   []ReleasedFile
	Request string // its address; "" if the viewer may not know of it
}

func (Release) file() string { return "release.html" }

// ReleasedFile is a file that has arrived.
type ReleasedFile struct {
	Path     string
	Size     string
	SHA256   string
	Download string // "" for those who do not open files
	Receipts []Receipt
}

// Receipt says that a file arrived somewhere.
type Receipt struct {
	Destination string
	Location    string
	At          Moment
}

// Ledger is the log as an auditor reads it.
type Ledger struct {
	Frame
	Filters []Filter
	Exports []Link
	Entries []LedgerEntry
	Empty   string
	Pager   Pager
}

func (Ledger) file() string { return "ledger.html" }

// Filter is one field by which a list is narrowed.
type Filter struct {
	Name  string
	Label string
	Value string
	Date  bool
}

// LedgerEntry is an entry of the log.
type LedgerEntry struct {
	ID      string
	At      Moment
	Act     string
	By      string
	About   string
	Request string
	Href    string
	Path    string
	Hash    string
	JSON    string
}

// Account is one's own page.
type Account struct {
	Frame
	Name     string
	Username string
	Roles    []Role
	Sessions []Session
}

func (Account) file() string { return "account.html" }

// Role is a role with what it reaches.
type Role struct{ Role, Scope string }

// Session is a browser in which one is signed in.
type Session struct {
	Agent   string
	Current bool
	Began   Moment
	Used    Moment
	Expires Moment
	End     Form
}
