package review

import "time"

// RequestView is a request as one person may see it. Pages, API answers,
// notices, ETags and what is allowed are made from it and from nothing else;
// what the person may not see is absent. Its JSON is the API's "request".
type RequestView struct {
	ID             RequestID     `json:"id"`
	Version        string        `json:"version"` // hash of all the rest but viewed marks
	Title          string        `json:"title"`
	Workspace      string        `json:"workspace"`
	Project        string        `json:"project"`
	Author         string        `json:"author"`
	Coauthors      []string      `json:"coauthors"`
	Status         Status        `json:"status"`
	StatusSentence string        `json:"status_sentence"`
	Turn           int           `json:"turn"`
	Phase          Phase         `json:"phase"`
	WaitingOn      string        `json:"waiting_on"`
	Since          time.Time     `json:"since"`
	HeldUntil      *time.Time    `json:"held_until"`
	Checks         ProgressView  `json:"checks"`
	Groups         []GroupView   `json:"groups"`
	Reviews        ReviewsView   `json:"reviews"`
	Claims         []string      `json:"claims"`
	Returned       *NoteView     `json:"returned"` // why it was last given back
	Closed         *NoteView     `json:"closed"`   // why it was rejected or withdrawn
	Dissents       []DissentView `json:"dissents"`
	Receipts       []ReceiptView `json:"receipts"`
	Allowed        []AllowedView `json:"allowed"`

	me relation
	of Snapshot // what it was made from
}

// GroupView is a file group as somebody sees it.
type GroupView struct {
	ID           GroupID       `json:"id"`
	Name         string        `json:"name"`
	Context      string        `json:"context"`
	Controls     ControlsView  `json:"controls"`
	NeedsComment bool          `json:"needs_comment"` // the author's side has to say what it did
	Files        []FileView    `json:"files"`
	Comments     []CommentView `json:"comments"`
}

// ControlsView is the disclosure control that the author says was applied.
type ControlsView struct {
	Codes []string `json:"codes"`
	Text  string   `json:"text"`
}

// FileView is a file of a request as somebody sees it.
type FileView struct {
	ID                 FileID       `json:"id"`
	Path               string       `json:"path"`
	Kind               Kind         `json:"kind"`
	SHA256             string       `json:"sha256"`
	Size               int64        `json:"size"`
	Job                string       `json:"job"`
	JobRequest         string       `json:"job_request"`
	Action             string       `json:"action"`
	Commit             string       `json:"commit"`
	MyVote             *MyVoteView  `json:"my_vote"`
	Votes              []VoteView   `json:"votes"` // of other people
	Decision           FileDecision `json:"decision"`
	ChangedInWorkspace bool         `json:"changed_in_workspace"`
	Viewed             bool         `json:"viewed"`
	// Checks says how far the disclosure checks of these bytes are.
	Checks   ChecksView    `json:"checks"`
	Findings []FindingView `json:"findings"` // the gravest first
}

// ChecksView says how far the disclosure checks of one file are.
type ChecksView struct {
	State string `json:"state"` // waiting or done; "" for a file that was withdrawn
	// NotExamined is how many things the report says were not looked at.
	NotExamined int `json:"not_examined"`
}

// ProgressView says of how many files of a request, those that were withdrawn
// left out, the disclosure checks are done.
type ProgressView struct {
	Done int `json:"done"`
	Of   int `json:"of"`
}

// The states of the checks of a file.
const (
	ChecksWaiting = "waiting" // not finished on these bytes under today's policy
	ChecksDone    = "done"
)

// FindingView is what a disclosure check noticed in one column, or one range of
// lines, of a file: docs/checks.md. It quotes no value of the file. Its places,
// and what can be worked out of it, are of the file's content and opened like it.
type FindingView struct {
	ID      string       `json:"id"` // the same as long as the finding is, on these bytes
	Rule    string       `json:"rule"`
	Weight  Weight       `json:"weight"`
	Where   FindingPlace `json:"where"` // the first place
	Column  string       `json:"column,omitempty"`
	Message string       `json:"message"`
	Count   int64        `json:"count"` // of places
	// Answer is what the author's side said to it, or null. AnsweredBy is who.
	Answer     *string `json:"answer"`
	AnsweredBy string  `json:"answered_by,omitempty"`
}

// Found is what a report says of a finding in short. Where it is and what it
// says are of the file's content: they are beside the log, not in it.
type Found struct {
	ID      string       `json:"id"`
	Rule    string       `json:"rule"`
	Weight  Weight       `json:"weight"`
	Where   FindingPlace `json:"where"`
	Column  string       `json:"column,omitempty"`
	Message string       `json:"message"`
	Count   int64        `json:"count"`
}

// Weight is how much a finding matters.
type Weight string

// The weights. A finding of weight, high or medium, is answered in words, or
// fixed, before a request is submitted.
const (
	HighWeight   Weight = "high"
	MediumWeight Weight = "medium"
	LowWeight    Weight = "low"
	InfoWeight   Weight = "info"
)

// FindingPlace is a cell (row 0 is the first record of the file, column 1 the
// first column), a line counted from 1, or a byte counted from 0.
type FindingPlace struct {
	Row    *int64 `json:"row,omitempty"`
	Column int    `json:"column,omitempty"`
	Line   int64  `json:"line,omitempty"`
	Byte   *int64 `json:"byte,omitempty"`
}

// MyVoteView is the viewer's own vote.
type MyVoteView struct {
	Vote VoteValue `json:"vote"`
	Turn int       `json:"turn"`
	// AnswerToFindings is why a file with a high finding is approved.
	AnswerToFindings string `json:"answer_to_findings,omitempty"`
}

// VoteView is another person's vote.
type VoteView struct {
	By   string    `json:"by"`
	Vote VoteValue `json:"vote"`
	Turn int       `json:"turn"`
	// AnswerToFindings is why a file with a high finding is approved.
	AnswerToFindings string `json:"answer_to_findings,omitempty"`
}

// CommentView is a comment as somebody sees it.
type CommentView struct {
	ID         CommentID  `json:"id"`
	File       FileID     `json:"file,omitempty"`
	Place      *Position  `json:"place,omitempty"`
	By         string     `json:"by"`
	Side       Side       `json:"side"`
	At         time.Time  `json:"at"`
	Turn       int        `json:"turn"`
	Text       string     `json:"text"`
	Visibility Visibility `json:"visibility"`
	Mine       bool       `json:"mine"`
}

// ReviewsView says how many submitted reviews count in the present turn, and
// whose, to those who may know.
type ReviewsView struct {
	Submitted int            `json:"submitted"`
	Needed    int            `json:"needed"`
	Mine      bool           `json:"mine"`
	Voted     *int           `json:"voted"` // of the viewer's own review; null for others
	Outputs   int            `json:"outputs"`
	By        []ReviewByView `json:"by"`
}

// ReviewByView is one submitted review.
type ReviewByView struct {
	Username    string `json:"username"`
	Independent bool   `json:"independent"`
}

// NoteView says who did a thing to the whole request, when and why.
type NoteView struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
	Early  bool      `json:"early"`
}

// DissentView is a disagreement that an approval has to acknowledge.
type DissentView struct {
	By     string `json:"by"`
	Turn   int    `json:"turn"`
	File   FileID `json:"file,omitempty"`
	Reason string `json:"reason"`
}

// ReceiptView says that a file arrived.
type ReceiptView struct {
	File        FileID `json:"file"`
	SHA256      string `json:"sha256"`
	Destination string `json:"destination"`
	Location    string `json:"location"`
}

// AllowedView says whether the viewer may do an act now, and if not, why.
type AllowedView struct {
	Act     Act    `json:"act"`
	Allowed bool   `json:"allowed"`
	WhyNot  string `json:"why_not,omitempty"`
	Code    string `json:"code,omitempty"`
}

// relation is what a view knows of its viewer.
type relation struct {
	standing
	held         bool
	begun        bool
	counted      int // what Reviews.Submitted says, against today's policy
	needed       int
	destinations bool
	usable       error
	leavable     error
}
