// Package review holds the rules of a release request: who may do what to it,
// when, and what follows. It is pure. A command is decided (decide), what was
// decided is events, and only apply alters a Request; the events are the
// entries of the log, so a Request is the fold of its entries.
//
// The rules are written down in docs/rules.md.
package review

// RequestID names a release request. It and the ids below are ULIDs as text
// (https://github.com/ulid/spec).
type RequestID string

// FileID names a file of a request.
type FileID string

// GroupID names a file group of a request.
type GroupID string

// CommentID names a comment on a file group.
type CommentID string

// PersonID names a person, a service or the system itself.
type PersonID string

// Person is somebody as the log names them: the id never changes, the username
// is the one they had at the time.
type Person struct {
	ID       PersonID `json:"id"`
	Username string   `json:"username"`
}

// Status is where a release request stands (docs/rules.md "Statuses"). The
// values are stored.
type Status string

// The statuses.
const (
	Pending           Status = "PENDING"
	Submitted         Status = "SUBMITTED"
	PartiallyReviewed Status = "PARTIALLY_REVIEWED"
	Reviewed          Status = "REVIEWED"
	Returned          Status = "RETURNED"
	Approved          Status = "APPROVED"
	Released          Status = "RELEASED"
	Rejected          Status = "REJECTED"
	Withdrawn         Status = "WITHDRAWN"
	Revoked           Status = "REVOKED"
)

// Statuses lists every status in the order of the work.
var Statuses = []Status{
	Pending, Submitted, PartiallyReviewed, Reviewed, Returned,
	Approved, Released, Rejected, Withdrawn, Revoked,
}

// Active reports whether a request in s holds its output paths and bytes: no
// other request of the workspace may ask for them meanwhile.
func (s Status) Active() bool {
	switch s {
	case Pending, Submitted, PartiallyReviewed, Reviewed, Returned, Approved:
		return true
	}
	return false
}

// authors reports whether it is the author's side that acts in s.
func (s Status) authors() bool { return s == Pending || s == Returned }

// checkers reports whether it is the output checkers who act in s.
func (s Status) checkers() bool {
	return s == Submitted || s == PartiallyReviewed || s == Reviewed
}

// Kind is what a file is on a request for. The values are stored.
type Kind string

// The kinds of file.
const (
	Output         Kind = "output"     // to be released
	Supporting     Kind = "supporting" // to help the checker; never voted on, never released
	WithdrawnFile  Kind = "withdrawn"  // taken back after the request was returned
	maxTitle            = 200
	maxGroupName        = 100
	maxText             = 20_000
	maxFiles            = 2_000
	maxGroups           = 500
	maxComments         = 1_000 // of one person in one turn: a limit on all would tell of others' comments
	maxPathsAtOnce      = 1_000
)

// VoteValue is one checker's opinion of one file. The values are stored.
type VoteValue string

// The votes. Undecided is never cast: it is what a vote becomes when what it
// rested on changed.
const (
	Approve        VoteValue = "approve"
	RequestChanges VoteValue = "request_changes"
	Undecided      VoteValue = "undecided"
)

// FileDecision is what the submitted reviews amount to for one file.
type FileDecision string

// The decisions on a file.
const (
	Incomplete       FileDecision = "INCOMPLETE"
	FileApproved     FileDecision = "APPROVED"
	ChangesRequested FileDecision = "CHANGES_REQUESTED"
	Conflicted       FileDecision = "CONFLICTED"
)

// Visibility says who a comment is for. The values are stored.
type Visibility string

// The visibilities. Public comments reach the author's side when the turn ends.
const (
	Public  Visibility = "public"
	Private Visibility = "private"
)

// Phase is what the present turn is for.
type Phase string

// The phases.
const (
	PhaseAuthor        Phase = "author"
	PhaseIndependent   Phase = "independent"
	PhaseConsolidating Phase = "consolidating"
	PhaseComplete      Phase = "complete"
)

// Phase returns the phase that a request in s is in.
func (s Status) Phase() Phase {
	switch s {
	case Pending, Returned:
		return PhaseAuthor
	case Submitted, PartiallyReviewed:
		return PhaseIndependent
	case Reviewed:
		return PhaseConsolidating
	}
	return PhaseComplete
}
