package web

import (
	"context"
	"io"
	"iter"
	"time"

	"sallyport/checking"
	"sallyport/outputs"
	"sallyport/pipeline"
	"sallyport/review"
)

// Requests is what people do to release requests, and see of them;
// *review.Service. Refusals are *review.Error.
type Requests interface {
	Create(ctx context.Context, c review.Command, workspace, title string) (review.Outcome, error)
	SetTitle(ctx context.Context, c review.Command, title string) error
	Describe(ctx context.Context, c review.Command, d review.Described) error
	AddFiles(ctx context.Context, c review.Command, a review.AddFiles) ([]review.Added, error)
	ChangeFile(ctx context.Context, c review.Command, f review.ChangeFile) error
	UpdateFile(ctx context.Context, c review.Command, id review.FileID) error
	WithdrawFile(ctx context.Context, c review.Command, id review.FileID) error
	Answer(ctx context.Context, c review.Command, a review.AnswerFindings) error
	Comment(ctx context.Context, c review.Command, n review.NewComment) (review.CommentID, error)
	PublishComment(ctx context.Context, c review.Command, id review.CommentID) error
	DeleteComment(ctx context.Context, c review.Command, id review.CommentID) error
	Submit(ctx context.Context, c review.Command) error
	Recall(ctx context.Context, c review.Command) error
	Withdraw(ctx context.Context, c review.Command, reason string) error
	Vote(ctx context.Context, c review.Command, v review.VoteOn) error
	RequestChangesInGroup(ctx context.Context, c review.Command, group string) error
	ResetVotesInGroup(ctx context.Context, c review.Command, group string) error
	SubmitReview(ctx context.Context, c review.Command) error
	Return(ctx context.Context, c review.Command, reason string) error
	Reject(ctx context.Context, c review.Command, reason string) error
	Approve(ctx context.Context, c review.Command, a review.ApproveFiles) error
	Stop(ctx context.Context, c review.Command, reason string) error

	Request(ctx context.Context, actor review.Actor, id review.RequestID) (*review.RequestView, error)
	Search(ctx context.Context, actor review.Actor, text string) (review.SearchView, error)
	Requests(ctx context.Context, actor review.Actor, l review.Listing) (items []review.SummaryView, next string, err error)
	// Looked notes that the actor looked at a request.
	Looked(ctx context.Context, actor review.Actor, v *review.RequestView, now time.Time) error
	History(ctx context.Context, actor review.Actor, id review.RequestID) ([]review.HistoryItem, error)
	// Open, OpenShown, OpenReleased and OpenOutput record an opening before they return;
	// without them no byte is sent.
	Open(ctx context.Context, actor review.Actor, id review.RequestID, file review.FileID, download bool) (review.Opened, error)
	OpenShown(ctx context.Context, v *review.RequestView, file review.FileID) (review.Opened, error)
	OpenReleased(ctx context.Context, actor review.Actor, id review.RequestID, file review.FileID) (review.Opened, error)
	OpenOutput(ctx context.Context, actor review.Actor, workspace string, o review.Opened) error
	MayOpenOutput(ctx context.Context, actor review.Actor, workspace string) error
}

// Reports is what backends report of job requests.
type Reports interface {
	// Report records a report, whose received bytes are raw: they are kept, and
	// the log names their hash. changed is false if it said nothing new. What
	// contradicts an earlier report is review.ErrContradicts. The command's key
	// and body are treated as review.Store.Change treats them.
	Report(ctx context.Context, c review.Command, r pipeline.JobRequest, raw []byte) (changed bool, err error)
	// JobRequests lists the newest first; a cursor that it never gave is
	// review.ErrInvalid.
	JobRequests(ctx context.Context, f JobRequestFilter) (items []JobRequest, next string, err error)
	// FindJobRequests finds those whose identifier begins like text, or whose
	// number it is.
	FindJobRequests(ctx context.Context, reach review.Reach, text string, limit int) ([]JobRequest, error)
	// JobRequest finds one, or review.ErrNotFound.
	JobRequest(ctx context.Context, identifier string) (JobRequestFound, error)
}

// JobRequestFilter chooses job requests for a list.
type JobRequestFilter struct {
	Reach review.Reach // of their workspaces

	// What is not empty is what they are of, whole.
	Workspace, Project, Backend string
	RequestedBy                 string // a username or a name
	Status                      pipeline.Status
	From, To                    time.Time // created, or if nobody said when, first reported; not before From, before To

	Cursor string
	Limit  int
}

// JobRequest is what was reported of a job request, at last at ReportedAt.
type JobRequest struct {
	Report     pipeline.JobRequest
	ReportedAt time.Time
}

// JobRequestFound is a job request with all that its answer is made from.
type JobRequestFound struct {
	JobRequest
	Place    review.Place         // of its workspace today
	Pipeline *pipeline.Pipeline   // nil if none was reported or it cannot be read
	Problems []pipeline.Problem   // of the project.yaml
	Written  []pipeline.Written   // the workspace's outputs that it wrote
	Outputs  map[string]Candidate // the same outputs by path, as candidates

	// The newest before it of the same workspace and backend, and the newest
	// before it all of whose jobs succeeded; nil if there is none.
	Previous, PreviousSuccess *JobRequest
}

// Candidate is an output of a workspace and what stands in the way of asking
// for it.
type Candidate = review.FoundOutput

// Holder is an active request that holds a path or bytes.
type Holder = review.Holder

// Workspaces is what is known of workspaces and their outputs.
type Workspaces interface {
	// Workspaces lists by name.
	Workspaces(ctx context.Context, reach review.Reach, cursor string, limit int) (items []Workspace, next string, err error)
	// FindWorkspaces finds those in whose name, project or organisation a text
	// occurs, by name; of each only its place is known.
	FindWorkspaces(ctx context.Context, reach review.Reach, part string, limit int) ([]Workspace, error)
	// Workspace finds one, or review.ErrNotFound.
	Workspace(ctx context.Context, name string) (Workspace, error)
	// PlaceWorkspace says what a workspace belongs to from now on; nil leaves a
	// thing as it is. The command's key and body are treated as
	// review.Store.Change treats them.
	PlaceWorkspace(ctx context.Context, c review.Command, name string, p Placing) error
	// Outputs lists outputs as they stand for the asker: the folders of a
	// folder, then its files. A folder that is not there is empty.
	Outputs(ctx context.Context, by review.Asking, l review.OutputListing) (items []OutputItem, next string, err error)
	// Survey counts all that a listing lists, whatever its cursor and limit,
	// with their bytes, and names the first of them, at most so many.
	Survey(ctx context.Context, by review.Asking, l review.OutputListing, most int) (OutputSurvey, error)
	// Chosen finds the outputs at some paths; what the workspace does not list
	// is not among them.
	Chosen(ctx context.Context, workspace string, paths []string) (map[string]Candidate, error)
	// Tree lists the names of the folders in each folder on the way down to
	// dir, dir itself included.
	Tree(ctx context.Context, workspace, dir string) (map[string][]string, error)
	// State is where a workspace stands and its version, cheaply;
	// review.ErrNotFound if there is none. Nothing is read again.
	State(ctx context.Context, name string) (WorkspaceState, error)
	// Changes lists what changed in a workspace, by path.
	Changes(ctx context.Context, f ChangeFilter) (items []review.ChangedOutput, next string, err error)
	// JobRequestChanges says since when changes of a workspace are kept, and the
	// version before the first that a job request made; -1 if it made none.
	JobRequestChanges(ctx context.Context, workspace, jobRequest string) (since time.Time, before int64, err error)
	// Nearest finds the nearest folder above a path that is there; was is
	// whether anything was listed at the path, or below it, before.
	Nearest(ctx context.Context, workspace, path string) (folder string, was bool, err error)
	// Output finds the output that the workspace lists at path, or
	// review.ErrNotFound.
	Output(ctx context.Context, workspace, path string) (Candidate, error)
	// OpenOutput opens what may be opened at path: an output at a level that
	// may be, a placeholder, a log. Refusals are *outputs.Refused, or
	// review.ErrNotFound for what the workspace does not list.
	OpenOutput(ctx context.Context, workspace, path string) (OutputFile, error)
	// Logs lists the logs of the workspace's jobs, by path.
	Logs(ctx context.Context, workspace string) ([]outputs.Log, error)
	// Code lists which code the workspace's outputs and job requests name by
	// commits that begin with some hex digits.
	Code(ctx context.Context, workspace, digits string) ([]CodeName, error)
}

// Workspace is where a workspace stands and how its last reading went.
type Workspace struct {
	Place     review.Place
	Outputs   int
	ReadAt    time.Time // the last good reading; zero if there was none
	ReadError string    // why a later one failed; "" if it did not
	ErrorAt   time.Time // of the last try
	FailedAt  time.Time // of the first try that failed so
	Linked    bool      // it has no manifest: files are linked by patterns
	Behind    bool      // it has changed, and is still being read; of one workspace, not of lists
	Version   int64     // rises with all that changes of it; of one workspace, not of lists

	// What the last good reading left out; of one workspace, not of lists.
	Problems     []outputs.Problem
	MoreProblems int // that are not listed
}

// WorkspaceState is where a workspace stands and what it has come to.
type WorkspaceState struct {
	Place   review.Place
	Version int64
	Error   string // why it cannot be read now; "" if it can
}

// ChangeFilter chooses what changed in a workspace: what one job request
// changed, or all that changed after a version.
type ChangeFilter struct {
	Workspace  string
	JobRequest string // its changes alone; "" for all after a version
	After      int64
	Dir        string // only of this folder and below; "" for the workspace
	Path       string // only of this output; "" for any
	Cursor     string
	Limit      int
}

// Placing is what an administrator says of a workspace.
type Placing struct {
	Organisation *string `json:"organisation"`
	Project      *string `json:"project"`
	Ongoing      *bool   `json:"ongoing"`
	Archived     *bool   `json:"archived"`
}

// OutputItem is a folder, of which only Path is set, or a file.
type OutputItem struct {
	Folder bool
	Candidate
}

// OutputSurvey is how many files are listed in all, and their bytes.
type OutputSurvey struct {
	Files int
	Bytes int64
	Paths []string // the first of them
}

// OutputFile is an opened output whose bytes are known; *outputs.File.
type OutputFile interface {
	io.ReaderAt
	io.Closer
	Size() int64
	SHA256() string
}

// Releases is what was released.
type Releases interface {
	// Releases lists those whose delivery has begun, the newest first, without
	// their files and destinations.
	Releases(ctx context.Context, f ReleaseFilter) (items []Release, next string, err error)
	// Release finds one by its request's id, or review.ErrNotFound.
	Release(ctx context.Context, id review.RequestID) (Release, error)
}

// ReleaseFilter says which releases are listed: those from workspaces within
// Reach and, where a text is not empty, of that project, workspace or author.
type ReleaseFilter struct {
	Reach     review.Reach
	Project   string
	Workspace string
	Author    string
	Cursor    string
	Limit     int
}

// Release is a request whose delivery has begun, with its files that have
// arrived. Times that are not known are zero.
type Release struct {
	Request      review.RequestID
	Place        review.Place // of the workspace today
	Author       string
	Status       review.Status
	Begun        time.Time
	Released     time.Time
	Destinations []string
	Files        []ReleasedFile
}

// ReleasedFile is a file that has arrived at least somewhere.
type ReleasedFile struct {
	ID       review.FileID
	Path     string
	SHA256   string
	Size     int64
	Receipts []Receipt
}

// Receipt says that a file arrived at a destination.
type Receipt struct {
	Destination string
	Location    string
	At          time.Time
}

// Ledger is the log.
type Ledger interface {
	// Entries reads the entries that f chooses, in the order of their ids or the
	// latest first, with flat memory.
	Entries(ctx context.Context, f LogFilter) iter.Seq2[LogRow, error]
}

// LogFilter chooses entries; what is empty chooses all.
type LogFilter struct {
	Project, Workspace, Request string
	Person                      string // a username or an id
	Act, SHA256                 string
	From, To                    time.Time // not before From, before To
	After                       int64     // entries that follow this one
	Newest                      bool      // the latest first
	Limit                       int       // at most so many; 0 is all
}

// LogRow is an entry, with what decides who may see it.
type LogRow struct {
	ID    int64
	Bytes []byte // valid until the next row
	About review.LogEntry
}

// Vault opens copies by their SHA-256; outputs.Vault.
type Vault interface {
	Open(ctx context.Context, sha string) (outputs.Blob, error)
}

// FileReports are the whole reports of disclosure checks: with the places of
// findings, and what can be worked out of them.
type FileReports interface {
	// FileReport finds what checks say of a file, by the hash of its findings;
	// review.ErrNotFound if it is not kept.
	FileReport(ctx context.Context, id review.RequestID, file review.FileID, findingsHash string) (*checking.Report, error)
}

// Answers keeps what was answered to acts that were done under a key.
type Answers interface {
	// Answer is what was answered to the act that the person's key stands for;
	// nil if the key stands for none yet or its answer was not kept. A key that
	// stands for another body is review.ErrKeyReused.
	Answer(ctx context.Context, person review.PersonID, key, body string) ([]byte, error)
	// KeepAnswer keeps the answer to an act that was done, unless one is kept
	// already, and returns the one that is kept.
	KeepAnswer(ctx context.Context, person review.PersonID, key string, answer []byte) ([]byte, error)
}
