package review

import (
	"context"
	"encoding/json"
	"time"
)

// Command says who asks for an act on which request, and under which key. The
// same Key by the same person is one act: it is done once and answered alike.
type Command struct {
	Key     string // the idempotency key; "" if the asker gave none
	Body    string // hash of what was asked, so that a reused key is noticed
	Actor   Actor  // who asks; Change reads the grants again
	On      RequestID
	BasedOn string // ETag of the view the act was decided on; "" if none was named
}

// Work is something that a worker has to do because of what was decided. It is
// written with the events, or not at all.
type Work struct {
	Kind    string // see the Work… constants
	Subject string
	Due     time.Time
}

// The kinds of work that a decision may cause.
const (
	WorkDeliver = "deliver" // subject: the request whose approved bytes go out
	WorkCheck   = "check"   // subject: a request of which files are to be checked
	WorkRecheck = "recheck" // subject: a request of which all files are to be checked again
)

// Decision is what a rule decided: events for the log, as what the actor did
// it, what work follows, and what the asker is told (JSON; nil if the request
// itself is the answer).
type Decision struct {
	As     Role
	Events []Event
	Work   []Work
	Result any
}

// Filter chooses requests for a list.
type Filter struct {
	Visible   Visible
	Status    []Status // any of; empty is all
	Workspace string
	Author    string // a username
	Project   string // of the workspace today
	Backend   string
	Before    time.Time // since before; zero is any
	Newest    bool      // the latest first
	Viewer    PersonID  // whose looks are read; "" for none
	Changed   bool      // only what the viewer looked at and may have changed since
	Keep      func(Summary) bool
	Limit     int
	Cursor    string
}

// Summaries is a page of requests, the longest waiting first. Next is the
// cursor of the next page; "" at the end.
type Summaries struct {
	Items []Summary
	Next  string
}

// Change says what a command needs of the database beside its request.
type Change struct {
	Command
	// Workspace is that of a request that is made; "" for one that exists.
	Workspace string
	// Holds is set for acts that may add to what active requests hold: they
	// are alone in the workspace.
	Holds bool
	// Paths and SHA256s are the outputs and bytes that the act concerns beside
	// those of Files.
	Paths   []string
	SHA256s []string
	Files   []FileID
}

// In is all that a rule may look at. Now is never before the stream's last
// entry; NewID makes ULIDs, NewSalt 32 random bytes.
type In struct {
	Actor   Actor
	Place   Place
	Request *Request // nil if there is none
	Policy  Policy   // today's
	Facts   Facts
	Now     time.Time
	BasedOn string
	NewID   func() string
	NewSalt func() [32]byte
}

// Facts are what a rule needs to know of the world outside the request, as the
// same transaction sees it.
type Facts struct {
	// Reviewers are the people who submitted a review in the present turn,
	// with their grants now.
	Reviewers map[PersonID]Actor
	// Outputs are the workspace's present outputs at the paths that the act
	// names, those of the files that it names included.
	Outputs map[string]Candidate
	// Changed are the request's files at whose path the workspace has other
	// bytes now, or none. It is known where a view may be made: of a snapshot,
	// and for acts that were decided on one.
	Changed map[FileID]bool
	// Holders are the other active requests of the workspace that hold a path
	// or bytes as an output.
	PathHolders map[string]RequestID
	ByteHolders map[string]RequestID
	// Released are bytes released before from the workspace's project.
	Released map[string]Release
	// Destinations are where approved bytes go, by name.
	Destinations []string
	// Rules are the disclosure checks that are made today, with their versions.
	Rules []string
	// Found are the findings behind a hash, for views.
	Found map[string][]Found
	// Viewed are the files of which the viewer has marked these bytes viewed.
	Viewed map[FileID]string
}

// Release says that bytes left before: by which request, and when.
type Release struct {
	Request RequestID
	At      time.Time
}

// Outcome is what became of a command. Replayed is set when its key had done
// the act before; Answer is then what was answered, if that is known.
type Outcome struct {
	Request  RequestID
	Result   json.RawMessage
	Replayed bool
}

// Snapshot is what a view is made from, read in one transaction.
type Snapshot struct {
	Request *Request
	Place   Place
	Policy  Policy
	Facts   Facts
	Actor   Actor
}

// Store keeps requests. Change is the only way to alter one: one transaction
// that inserts the command's key, locks the person for share and reads their
// grants, locks the workspace and then the request, loads the facts, decides,
// and writes entries, projections and work, or none of it. Its refusals are
// *Error; a person, request or workspace that does not exist is ErrNotFound.
type Store interface {
	Change(ctx context.Context, c Change, decide func(In) (Decision, error)) (Outcome, error)
	// Snapshot reads a request with its facts, and the actor's grants now.
	// Facts.Outputs holds the outputs at paths.
	Snapshot(ctx context.Context, id RequestID, actor Actor, paths ...string) (Snapshot, error)
	// Actor reads the actor's grants now, and today's policy of the installation.
	Actor(ctx context.Context, actor Actor) (Actor, Policy, error)
	// Place reads where a workspace stands and the actor's grants now.
	Place(ctx context.Context, workspace string, actor Actor) (Place, Actor, error)
	// Summaries reads a page of requests, the longest waiting first.
	Summaries(ctx context.Context, f Filter) (Summaries, error)
	// Look notes how a request looked when a person last looked at it.
	Look(ctx context.Context, by PersonID, id RequestID, l Look) error
	// Search finds requests and files of requests.
	Search(ctx context.Context, q SearchQuery) (SearchRows, error)
	// Recorded reads the entries of a request's stream from a version on.
	Recorded(ctx context.Context, id RequestID) ([]Recorded, error)
	// Opened records that the actor opened bytes, once for each person, bytes
	// and ten minutes; it returns after the entry is committed.
	Opened(ctx context.Context, o Opening) error
}

// Keeper copies outputs of a workspace into the vault: the present bytes at
// the candidates' paths, up to limit each. The answers stand in the order of
// the candidates; one that is refused does not stop the others.
type Keeper interface {
	Keep(ctx context.Context, workspace string, outputs []Candidate, limit int64) []Kept
}

// Kept names a copy in the vault, or says why there is none: an *Error.
type Kept struct {
	SHA256 string
	Size   int64
	Err    error
}

// Service is what people and workers do to release requests: one method for
// each act.
type Service struct {
	store  Store
	keeper Keeper
	newID  func() string
	settle func(context.Context, RequestID) // nil: nobody waits for checks
}

// NewService makes a Service. newID makes ULIDs.
func NewService(store Store, keeper Keeper, newID func() string) *Service {
	return &Service{store: store, keeper: keeper, newID: newID}
}

// OnFilesChanged sets what is called when a command has changed what the checks
// of a request look at: it may wait for them a little. It is called before the
// service is used.
func (s *Service) OnFilesChanged(settle func(context.Context, RequestID)) { s.settle = settle }

// settled calls settle after a command that was carried out.
func (s *Service) settled(ctx context.Context, id RequestID, err error) error {
	if err == nil && s.settle != nil {
		s.settle(ctx, id)
	}
	return err
}
