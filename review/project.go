package review

import (
	"slices"
	"time"
)

// Summary is what lists of requests are searched, sorted and made from: one
// row of the table of requests, written from the fold by Project.
type Summary struct {
	ID         RequestID
	Workspace  string
	Title      Words
	Author     Person
	Status     Status
	Turn       int
	TurnOver   bool // the present checkers' turn is over: delivery has begun, or an end was reached
	Since      time.Time
	Created    time.Time
	Version    int
	LastAt     time.Time
	Files      int // output files
	Submitted  int // reviews submitted in the present turn
	Needed     int
	HeldUntil  time.Time // zero unless approved
	Begun      time.Time // zero until delivery began
	Editors    []PersonID
	ReviewedBy []PersonID
	Unanswered int              // findings of weight on output files that nobody answered
	High       int              // high findings on output files
	Voted      map[PersonID]int // while checkers have it: votes that stand, by who cast them
	Place      Place            // of the workspace today; not written with the row
	Looked     *Look            // the viewer's last; not written with the row
	Outside    bool             // researchers of the project do not check it, by the policy that it was submitted under
	Today      *Policy          // today's at its place; nil if that is the installation's, or not asked for; not written with the row
}

// FileRow is one row of the table of the requests' files.
type FileRow struct {
	File   FileID
	Path   string
	SHA256 string
	Kind   Kind
	Active bool // the request holds it: it is active and the file is an output
}

// ReleasedRow says that bytes were delivered by the request.
type ReleasedRow struct {
	File        FileID
	Path        string
	SHA256      string
	Size        int64
	Destination string
	Location    string
}

// Projection is all that the database keeps of a request beside its entries.
// It can be rebuilt from them and compared.
type Projection struct {
	Summary  Summary
	Files    []FileRow     // in the order of the request
	Released []ReleasedRow // in the order of delivery
}

// Project says which rows a request amounts to.
func Project(r *Request) Projection {
	p := ProjectWithoutFiles(r)
	if len(r.Files) > 0 {
		p.Files = make([]FileRow, 0, len(r.Files))
	}
	for _, f := range r.Files {
		p.Files = append(p.Files, r.row(f))
	}
	return p
}

// SameFiles reports whether two states of a request amount to the same rows of
// files.
func SameFiles(a, b *Request) bool {
	return slices.EqualFunc(a.Files, b.Files, func(f, g *File) bool { return a.row(f) == b.row(g) })
}

func (r *Request) row(f *File) FileRow {
	return FileRow{
		File: f.ID, Path: f.Path, SHA256: f.SHA256, Kind: f.Kind,
		Active: f.Kind == Output && r.Status.Active(),
	}
}

// ProjectWithoutFiles is Project without the rows of files, for two states
// whose files are the same.
func ProjectWithoutFiles(r *Request) Projection {
	p := Projection{Summary: Summary{
		ID: r.ID, Workspace: r.Workspace, Title: r.Title, Author: r.Author,
		Status: r.Status, Turn: r.Turn, TurnOver: r.turnOver(), Since: r.Since, Created: r.Created,
		Version: r.Version, LastAt: r.LastAt,
		Submitted: len(r.Reviews), Needed: r.Policy.ReviewsNeeded, Outside: r.PolicyHash != "" && r.Policy.CheckersOutsideProject,
		Editors: slices.Clone(r.Editors), ReviewedBy: r.reviewers(), Voted: r.voted(),
	}}
	if r.Approval != nil {
		p.Summary.HeldUntil, p.Summary.Begun = r.Approval.HeldUntil, r.Approval.Begun
	}
	for _, f := range r.Files {
		if f.Kind == Output {
			p.Summary.Files++
			p.Summary.Unanswered += f.unansweredFindings()
			p.Summary.High += f.Check.count(HighWeight)
		}
	}
	for _, d := range r.Receipts {
		p.Released = append(p.Released, ReleasedRow{
			File: d.File, Path: d.Path, SHA256: d.SHA256, Size: d.Size,
			Destination: d.Destination, Location: d.Location,
		})
	}
	return p
}

// voted counts the votes that stand by who cast them, while the checkers have
// the request.
func (r *Request) voted() map[PersonID]int {
	count := map[PersonID]int{}
	if !r.Status.checkers() {
		return count
	}
	for _, f := range r.Files {
		if f.Kind != Output {
			continue
		}
		for _, v := range f.Votes {
			if v.Vote != Undecided && v.SHA256 == f.SHA256 {
				count[v.By.ID]++
			}
		}
	}
	return count
}

// turnOver reports whether no checkers' turn is open: what was blind in the
// last one may be shown.
func (r *Request) turnOver() bool {
	return !r.Status.checkers() && !r.Held()
}
