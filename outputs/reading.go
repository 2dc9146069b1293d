package outputs

import (
	"context"
	"time"

	"sallyport/pipeline"
)

// Reading is what a workspace lists at one moment: what its manifest says, or,
// without one, the files that the patterns of its jobs match.
type Reading struct {
	At           time.Time         // when the reading began
	Identity     Identity          // of the manifest; zero if Linked
	Linked       bool              // there is no manifest
	Reports      int64             // of Sources, if Linked
	Outputs      []Entry           // sorted by path
	Refused      map[string]string // outputs that cannot be read safely, and why
	Taken        []string          // other names that are listed, by SameName
	Problems     []Problem
	MoreProblems int // that are not listed
}

// LastReading is what is kept of the last reading of a workspace.
type LastReading struct {
	Tried    time.Time // when the last try began; zero if there was none
	Read     time.Time // when the last good one began; zero if there was none
	Identity Identity  // of the manifest that was tried last; the hash is of the one that was read
	Linked   bool      // the last good one had no manifest
	Stale    bool      // it was linked before a report that may change the links
	Outputs  int       // that the last good one listed
	Error    string    // why the last try failed; "" if it did not
	Lasting  bool      // another try fails alike until the manifest changes
}

// FailedReading says why a workspace could not be read.
type FailedReading struct {
	At       time.Time // when the reading began
	Message  string    // a sentence without its full stop
	Identity Identity  // of the manifest, if Lasting
	Lasting  bool
}

// Sources are the job requests by which files are linked.
type Sources struct {
	JobRequests []pipeline.Source // in the order in which they were reported
	Reports     int64             // how many reports they are made from
}

// ReaderStore keeps what a Reader reads.
type ReaderStore interface {
	// LastReading is the zero value for a workspace that was never read.
	LastReading(ctx context.Context, workspace string) (LastReading, error)
	// Sources are those of a workspace.
	Sources(ctx context.Context, workspace string) (Sources, error)
	// ApplyReading says how many outputs came, went or changed.
	ApplyReading(ctx context.Context, workspace string, rd Reading) (int, error)
	// RecordReadingError keeps an error beside the last good reading.
	RecordReadingError(ctx context.Context, workspace string, failed FailedReading) error
}
