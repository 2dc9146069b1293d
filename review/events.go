package review

import "time"

// Event is one thing that happened to a request. Its JSON is the "event" of
// its entry; what a decision rested on is in it. One event concerns at most
// one file, so that an entry stays small.
type Event interface {
	// Act is the event's name in the log: stable, stored.
	Act() string
	// words are the places in the event where people's words stand.
	words() []*Words
}

// noWords is embedded by events in which nobody wrote anything.
type noWords struct{}

func (noWords) words() []*Words { return nil }

// The events. A field that a later version adds gets a new event version and
// the decoder of the old one stays (see decoders).
type (
	// RequestCreated begins a draft, turn 0.
	RequestCreated struct {
		Workspace string `json:"workspace"`
		Project   string `json:"project,omitempty"` // of the workspace then
		Title     Words  `json:"title,omitzero"`
	}
	// TitleChanged gives the request another title, or none.
	TitleChanged struct {
		Title Words `json:"title,omitzero"`
	}
	// GroupCreated adds an empty file group.
	GroupCreated struct {
		Group GroupID `json:"group"`
		Name  Words   `json:"name"`
	}
	// GroupDescribed replaces a group's context and controls.
	GroupDescribed struct {
		Group    GroupID  `json:"group"`
		Context  Words    `json:"context,omitzero"`
		Codes    []string `json:"codes,omitempty"`
		Controls Words    `json:"controls,omitzero"`
	}
	// FileAdded puts a copy of an output on the request. A withdrawn file that
	// is added again keeps its id.
	FileAdded struct {
		File   FileID  `json:"file"`
		Group  GroupID `json:"group"`
		Kind   Kind    `json:"kind"`
		Source Source  `json:"source"`
		noWords
	}
	// FileMoved puts a file into another group.
	FileMoved struct {
		File  FileID  `json:"file"`
		From  GroupID `json:"from"`
		Group GroupID `json:"group"`
		noWords
	}
	// FileRetyped makes an output supporting, or the other way round.
	FileRetyped struct {
		File FileID `json:"file"`
		Kind Kind   `json:"kind"`
		noWords
	}
	// FileUpdated takes the workspace's present bytes and changes nothing else.
	FileUpdated struct {
		File   FileID `json:"file"`
		Before string `json:"before"` // the SHA-256 that stood there
		Source Source `json:"source"`
		noWords
	}
	// FileWithdrawn takes a file back: gone from a draft, marked in a returned
	// request.
	FileWithdrawn struct {
		File    FileID `json:"file"`
		Path    string `json:"path"`
		SHA256  string `json:"sha256"`
		Removed bool   `json:"removed"`
		noWords
	}
	// CommentMade adds a comment to a group.
	CommentMade struct {
		Comment    CommentID  `json:"comment"`
		Group      GroupID    `json:"group"`
		File       FileID     `json:"file,omitempty"`
		Place      *Position  `json:"place,omitempty"`
		Text       Words      `json:"text"`
		Visibility Visibility `json:"visibility"`
		Side       Side       `json:"side"`
	}
	// CommentPublished makes a private comment public.
	CommentPublished struct {
		Comment CommentID `json:"comment"`
		noWords
	}
	// CommentDeleted takes a comment back.
	CommentDeleted struct {
		Comment CommentID `json:"comment"`
		noWords
	}
	// RequestSubmitted hands the request to the checkers under a policy.
	RequestSubmitted struct {
		Turn         int    `json:"turn"`
		Policy       Policy `json:"policy"`
		PolicyHash   string `json:"policy_hash"`
		FindingsHash string `json:"findings_hash,omitempty"` // of all output files; since version 2
		noWords
	}
	// RequestRecalled takes a submission back before any review was submitted.
	RequestRecalled struct {
		Turn int    `json:"turn"`
		To   Status `json:"to"`
		noWords
	}
	// VoteCast is one checker's vote on one file's bytes.
	VoteCast struct {
		File   FileID    `json:"file"`
		SHA256 string    `json:"sha256"`
		Turn   int       `json:"turn"`
		Vote   VoteValue `json:"vote"`
		// FindingsHash is of the file's findings, and Answer why it is approved
		// over high ones; since version 2.
		FindingsHash string `json:"findings_hash,omitempty"`
		Answer       Words  `json:"answer,omitzero"`
	}
	// VoteTakenBack removes a vote before its review was submitted.
	VoteTakenBack struct {
		File   FileID `json:"file"`
		SHA256 string `json:"sha256"`
		Turn   int    `json:"turn"`
		noWords
	}
	// ReviewSubmitted says that a checker's votes count from now on. Counted is
	// the number of submitted reviews by people entitled then, this included.
	ReviewSubmitted struct {
		Turn        int    `json:"turn"`
		Counted     int    `json:"counted"`
		Needed      int    `json:"needed"`
		Status      Status `json:"status"` // what the request is in from now on
		Independent bool   `json:"independent"`
		noWords
	}
	// RequestReturned gives the request back to its author.
	RequestReturned struct {
		Turn    int        `json:"turn"`
		Early   bool       `json:"early"`
		Reason  Words      `json:"reason,omitzero"`
		Counted []PersonID `json:"counted"` // whose submitted reviews counted
		Needed  int        `json:"needed"`
	}
	// RequestRejected ends the request.
	RequestRejected struct {
		Reason  Words      `json:"reason"`
		Counted []PersonID `json:"counted"`
		Needed  int        `json:"needed"`
	}
	// FileApprovedForRelease names bytes that a RequestApproved approves.
	FileApprovedForRelease struct {
		File   FileID `json:"file"`
		Path   string `json:"path"`
		SHA256 string `json:"sha256"`
		// FindingsHash is of the file's findings; since version 2.
		FindingsHash string `json:"findings_hash,omitempty"`
		noWords
	}
	// RequestApproved lets the named bytes out, when the hold is over.
	RequestApproved struct {
		Files        int        `json:"files"`
		HeldUntil    Instant    `json:"held_until"`
		Destinations []string   `json:"destinations"`
		Counted      []PersonID `json:"counted"`
		Needed       int        `json:"needed"`
		Dissents     int        `json:"dissents"` // acknowledged by the words
		Acknowledge  Words      `json:"acknowledge,omitzero"`
		PolicyHash   string     `json:"policy_hash"`
		FindingsHash string     `json:"findings_hash,omitempty"` // of all output files; since version 2
	}
	// ApprovalStopped takes an approval back before delivery began.
	ApprovalStopped struct {
		Side   Side  `json:"side"`
		Reason Words `json:"reason"`
	}
	// RequestWithdrawn ends the request by its author or an administrator.
	RequestWithdrawn struct {
		Reason Words `json:"reason,omitzero"`
	}
	// DeliveryBegun ends the turn: from now on bytes may leave.
	DeliveryBegun struct {
		Turn int `json:"turn"`
		noWords
	}
	// FileDelivered is the receipt of one file at one destination: SHA256 was
	// computed from what was read back there.
	FileDelivered struct {
		File        FileID `json:"file"`
		Path        string `json:"path"`
		SHA256      string `json:"sha256"`
		Size        int64  `json:"size"`
		Destination string `json:"destination"`
		Location    string `json:"location"`
		noWords
	}
	// RequestReleased says that every file reached every destination.
	RequestReleased struct {
		Files int `json:"files"`
		noWords
	}
)

// Source is the output that a file's bytes were copied from.
type Source struct {
	Path       string `json:"path"`
	SHA256     string `json:"sha256"`
	Size       int64  `json:"size"` // bytes
	Job        string `json:"job,omitempty"`
	JobRequest string `json:"job_request,omitempty"`
	Action     string `json:"action,omitempty"`
	Commit     string `json:"commit,omitempty"`
}

// Position is a place in a file: a cell of a table, or a line. Counted from 1.
type Position struct {
	Row    int    `json:"row,omitempty"`
	Column string `json:"column,omitempty"`
	Line   int    `json:"line,omitempty"`
}

// Side is where a person stood when they acted. The values are stored.
type Side string

// The sides.
const (
	AuthorSide  Side = "author"
	CheckerSide Side = "checker"
)

func (e *RequestCreated) words() []*Words   { return []*Words{&e.Title} }
func (e *TitleChanged) words() []*Words     { return []*Words{&e.Title} }
func (e *GroupCreated) words() []*Words     { return []*Words{&e.Name} }
func (e *GroupDescribed) words() []*Words   { return []*Words{&e.Context, &e.Controls} }
func (e *VoteCast) words() []*Words         { return []*Words{&e.Answer} }
func (e *CommentMade) words() []*Words      { return []*Words{&e.Text} }
func (e *RequestReturned) words() []*Words  { return []*Words{&e.Reason} }
func (e *RequestRejected) words() []*Words  { return []*Words{&e.Reason} }
func (e *RequestApproved) words() []*Words  { return []*Words{&e.Acknowledge} }
func (e *ApprovalStopped) words() []*Words  { return []*Words{&e.Reason} }
func (e *RequestWithdrawn) words() []*Words { return []*Words{&e.Reason} }

// Act returns "request_created". The Act of every event is its name in the
// log; see docs/ledger.md.
func (*RequestCreated) Act() string         { return "request_created" }
func (*TitleChanged) Act() string           { return "title_changed" }
func (*GroupCreated) Act() string           { return "group_created" }
func (*GroupDescribed) Act() string         { return "group_described" }
func (*FileAdded) Act() string              { return "file_added" }
func (*FileMoved) Act() string              { return "file_moved" }
func (*FileRetyped) Act() string            { return "file_retyped" }
func (*FileUpdated) Act() string            { return "file_updated" }
func (*FileWithdrawn) Act() string          { return "file_withdrawn" }
func (*CommentMade) Act() string            { return "comment_made" }
func (*CommentPublished) Act() string       { return "comment_published" }
func (*CommentDeleted) Act() string         { return "comment_deleted" }
func (*RequestSubmitted) Act() string       { return "request_submitted" }
func (*RequestRecalled) Act() string        { return "request_recalled" }
func (*VoteCast) Act() string               { return "vote_cast" }
func (*VoteTakenBack) Act() string          { return "vote_taken_back" }
func (*ReviewSubmitted) Act() string        { return "review_submitted" }
func (*RequestReturned) Act() string        { return "request_returned" }
func (*RequestRejected) Act() string        { return "request_rejected" }
func (*FileApprovedForRelease) Act() string { return "file_approved" }
func (*RequestApproved) Act() string        { return "request_approved" }
func (*ApprovalStopped) Act() string        { return "approval_stopped" }
func (*RequestWithdrawn) Act() string       { return "request_withdrawn" }
func (*DeliveryBegun) Act() string          { return "delivery_begun" }
func (*FileDelivered) Act() string          { return "file_delivered" }
func (*RequestReleased) Act() string        { return "request_released" }

// Recorded is an event with who did it, as what, and when: an entry of the
// request's stream as the rules see it.
type Recorded struct {
	ID      int64 // of the entry; 0 while it is only decided
	Version int   // in the stream, from 1
	At      time.Time
	By      Person
	Kind    ActorKind
	As      Role
	Event   Event
}
