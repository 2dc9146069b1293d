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
	Findings           []struct{}   `json:"findings"`
}

// MyVoteView is the viewer's own vote.
type MyVoteView struct {
	Vote VoteValue `json:"vote"`
	Turn int       `json:"turn"`
}

// VoteView is another person's vote.
type VoteView struct {
	By   string    `json:"by"`
	Vote VoteValue `json:"vote"`
	Turn int       `json:"turn"`
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
