package review

import (
	"slices"
	"strings"
	"time"
)

// Request is a release request: the fold of its entries. It is immutable and
// shared; apply copies what it changes. Nothing outside this package sees one
// but by View.
type Request struct {
	ID        RequestID
	Workspace string
	Project   string // of the workspace when the request was made
	Author    Person
	Title     Words
	Created   time.Time
	Status    Status
	Turn      int       // 0 is the draft; checkers have the odd ones
	Since     time.Time // when the present turn began
	Version   int       // of the stream, counted from 1
	LastAt    time.Time // of the stream's last entry

	// Editors are on the author's side for good: the author and whoever
	// edited the request.
	Editors []PersonID

	Files    []*File // in the order they were added, withdrawn ones included
	Groups   []*Group
	Comments []*Comment

	Reviews []SubmittedReview // of the present turn
	Ended   []EndedTurn       // checkers' turns that are over

	Policy     Policy // that the present or last checkers' turn began under
	PolicyHash string
	Resumes    Status // what a recall goes back to
	LastReturn *LastReturn
	Dissents   []Dissent
	Approval   *Approval
	Closing    *Closing
	Receipts   []*FileDelivered

	index map[FileID]int // of Files, while Fold works; nil otherwise
}

// File is a file of a request. Its bytes are the copy that SHA256 names, never
// the workspace's file.
type File struct {
	ID    FileID
	Group GroupID
	Kind  Kind
	Source
	Votes []Vote // one for each person, in the order of their first

	Check   *FileChecked    // the last checks of these bytes; nil before the first
	Answers []FindingAnswer // to findings of Check
}

// Vote is one checker's vote on one file. Turn is the turn it was last cast in.
type Vote struct {
	By     Person
	Vote   VoteValue
	SHA256 string
	Turn   int
	Answer Words // why a file with a high finding is approved
}

// Group is a file group.
type Group struct {
	ID       GroupID
	Name     Words
	Context  Words
	Codes    []string // of the controls
	Controls Words
}

// described reports whether the group says both what it is and what was done.
func (g *Group) described() bool {
	return !g.Context.IsZero() && (len(g.Codes) > 0 || !g.Controls.IsZero())
}

// Comment is what somebody said about a group, a file or a place in a file.
type Comment struct {
	ID         CommentID
	Group      GroupID
	File       FileID
	Place      *Position
	By         Person
	Side       Side
	At         time.Time
	Turn       int
	Text       Words
	Visibility Visibility
}

// SubmittedReview is one checker's review of the present turn.
type SubmittedReview struct {
	By          Person
	At          time.Time
	Independent bool // submitted before the needed reviews were in
}

// EndedTurn is a checkers' turn that is over, with the votes as they stood
// then. A discarded turn ended by recall or early return: its acts stopped
// counting.
type EndedTurn struct {
	Turn      int
	Discarded bool
	Counted   []PersonID // whose submitted reviews counted
	Needed    int
	Votes     map[FileID][]Vote
	Reviews   []SubmittedReview
}

// LastReturn says why the request was last given back, and what the author has
// to answer for before submitting again.
type LastReturn struct {
	Turn       int // the author's turn that it began
	Early      bool
	By         Person
	At         time.Time
	Reason     Words
	Unresolved []GroupID
	Changed    []GroupID // groups whose files changed since
}

// Closing says who ended the request and why.
type Closing struct {
	By     Person
	At     time.Time
	Reason Words
}

// Dissent is a disagreement that an approval has to acknowledge: a submitted
// request for changes that was discarded with its turn, or a checker's stop.
type Dissent struct {
	By     Person
	Turn   int
	File   FileID // "" for a stop, which concerns the request
	SHA256 string
	Reason Words
}

// Approval is what a RequestApproved said. Begun is zero until delivery begins.
type Approval struct {
	By           Person
	At           time.Time
	HeldUntil    time.Time
	Destinations []string
	Begun        time.Time
	Files        []FileID
	Counted      []PersonID // whose submitted reviews counted
	Needed       int
}

// Held reports whether the approval has not begun to be delivered.
func (r *Request) Held() bool {
	return r.Status == Approved && r.Approval != nil && r.Approval.Begun.IsZero()
}

// file finds a file by id; nil if there is none.
func (r *Request) file(id FileID) *File {
	for _, f := range r.Files {
		if f.ID == id {
			return f
		}
	}
	return nil
}

// at finds the file that stands at path, withdrawn ones included.
func (r *Request) at(path string) *File {
	for _, f := range r.Files {
		if f.Path == path {
			return f
		}
	}
	return nil
}

// group finds a group by id.
func (r *Request) group(id GroupID) *Group {
	for _, g := range r.Groups {
		if g.ID == id {
			return g
		}
	}
	return nil
}

// named finds a group by its name, whatever the case.
func (r *Request) named(name string) *Group {
	for _, g := range r.Groups {
		if !g.Name.Erased && strings.EqualFold(g.Name.Text, name) {
			return g
		}
	}
	return nil
}

// comment finds a comment by id.
func (r *Request) comment(id CommentID) *Comment {
	for _, c := range r.Comments {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// outputs are the files that are to be released.
func (r *Request) outputs() []*File {
	return slices.DeleteFunc(slices.Clone(r.Files), func(f *File) bool { return f.Kind != Output })
}

// vote finds a person's vote on a file.
func (f *File) vote(by PersonID) (Vote, bool) {
	i := slices.IndexFunc(f.Votes, func(v Vote) bool { return v.By.ID == by })
	if i < 0 {
		return Vote{}, false
	}
	return f.Votes[i], true
}

// reviewed reports whether a person has submitted a review in the present turn.
func (r *Request) reviewed(by PersonID) bool {
	return slices.ContainsFunc(r.Reviews, func(v SubmittedReview) bool { return v.By.ID == by })
}

// edited reports whether the person is on the author's side by what they did
// to the request, whatever their roles are now.
func (r *Request) edited(by PersonID) bool { return slices.Contains(r.Editors, by) }

// ended finds a checkers' turn that is over.
func (r *Request) ended(turn int) (EndedTurn, bool) {
	for i := len(r.Ended) - 1; i >= 0; i-- {
		if r.Ended[i].Turn == turn {
			return r.Ended[i], true
		}
	}
	return EndedTurn{}, false
}

// lastKept is the last checkers' turn that ended and was not discarded.
func (r *Request) lastKept() (EndedTurn, bool) {
	for i := len(r.Ended) - 1; i >= 0; i-- {
		if !r.Ended[i].Discarded {
			return r.Ended[i], true
		}
	}
	return EndedTurn{}, false
}
