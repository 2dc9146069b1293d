package checking

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"sallyport/checks"
	"sallyport/review"
	"sallyport/work"
)

// Requests are what a checker asks of the room review.
type Requests interface {
	// Inspection says what is to be checked; review.ErrStatus if nothing is.
	Inspection(ctx context.Context, id review.RequestID) (review.Inspection, error)
	// RecordChecks records what was found. What is not true any more, and what
	// is recorded already, it leaves out.
	RecordChecks(ctx context.Context, id review.RequestID, done []review.CheckedFile) error
}

// Store keeps what checks say, and knows what was asked for before.
type Store interface {
	// KeepReports keeps reports, by request, file and hash of the findings.
	KeepReports(ctx context.Context, kept []Kept) error
	// AskedBefore finds the latest rejected or revoked request of the workspace
	// for each of the bytes that one asked for.
	AskedBefore(ctx context.Context, workspace string, sha256s []string) (map[string]review.RequestID, error)
	// KeepExtracts keeps what is compared of the tables in some bytes.
	KeepExtracts(ctx context.Context, sha256 string, tables []checks.Extract) error
	// Alike finds tables like one with these keys: in what was released from the
	// project, and in the other files of the request.
	Alike(ctx context.Context, q AlikeQuery) ([]checks.Released, error)
}

// AlikeQuery asks for tables to compare those in some bytes with.
type AlikeQuery struct {
	Request   review.RequestID
	Workspace string
	SHA256    string // of the bytes; tables in them are left out
	Keys      []string
}

// Kept is what is kept of a file's checks beside the log.
type Kept struct {
	Request      review.RequestID
	File         review.FileID
	SHA256       string
	FindingsHash string
	Found        []review.Found
	Report       []byte // see ReadReport
}

// Blob is an open copy.
type Blob interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// Config is what a checker needs. Fields without a default must be set.
type Config struct {
	Requests Requests
	Store    Store
	Copy     func(ctx context.Context, sha256 string) (Blob, error) // opens a copy in the vault
	Profile  func(review.Policy) (checks.Profile, error)
	Rules    []string // with their versions: see Versions
	Now      func() time.Time
	Log      *slog.Logger

	FileTime time.Duration // for one file, default 1 minute
	Patience time.Duration // of somebody who waits for checks, default 5 seconds
	AtOnce   int           // files that are checked at a time, default 2

	// OnFile, if set, is told of each file that was checked, for metrics. It is
	// called by several goroutines.
	OnFile func(r *checks.Report, took time.Duration)
}

// Checker checks the files of requests.
type Checker struct {
	cfg   Config
	busy  *busy
	slots chan struct{}
}

// New returns a checker. It refuses a configuration in which something is
// missing.
func New(c Config) (*Checker, error) {
	if c.Requests == nil || c.Store == nil || c.Copy == nil || c.Profile == nil || c.Now == nil || c.Log == nil {
		return nil, errors.New("checking: Requests, Store, Copy, Profile, Now and Log must be set")
	}
	if c.FileTime == 0 {
		c.FileTime = time.Minute
	}
	if c.Patience == 0 {
		c.Patience = 5 * time.Second
	}
	if c.AtOnce == 0 {
		c.AtOnce = 2
	}
	return &Checker{cfg: c, busy: &busy{requests: map[review.RequestID]chan struct{}{}}, slots: make(chan struct{}, c.AtOnce)}, nil
}

// Check is the handler of work of the kind review.WorkCheck: it checks the files
// of a request whose checks are not done.
func (c *Checker) Check(ctx context.Context, it work.Item) error { return c.work(ctx, it, false) }

// Recheck is the handler of work of the kind review.WorkRecheck: it checks all
// files of a request, since there is more to compare them with by now.
func (c *Checker) Recheck(ctx context.Context, it work.Item) error { return c.work(ctx, it, true) }

// soon is when a request is looked at again that is being checked already.
const soon = 200 * time.Millisecond

func (c *Checker) work(ctx context.Context, it work.Item, again bool) error {
	id := review.RequestID(it.Subject)
	release, ok := c.busy.take(id)
	if !ok {
		return &work.Later{At: c.cfg.Now().Add(soon)}
	}
	defer release()
	err := c.run(ctx, id, again)
	if errors.Is(err, review.ErrNotFound) {
		return work.Permanent(fmt.Errorf("check request %s: %w", id, err))
	}
	if err != nil {
		return fmt.Errorf("check request %s: %w", id, err)
	}
	return nil
}

// Settle checks what is to be checked of a request now, for somebody who waits
// for it; after a while it leaves the rest to the workers.
func (c *Checker) Settle(ctx context.Context, id review.RequestID) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Patience)
	defer cancel()
	release, ok := c.busy.await(ctx, id)
	if !ok {
		return
	}
	defer release()
	if err := c.run(ctx, id, false); err != nil && ctx.Err() == nil {
		c.cfg.Log.WarnContext(ctx, "checks wait for a worker", "request", id, "error", err)
	}
}

// run checks files of a request one by one, and has them recorded several at a
// time, so that what is done is seen.
func (c *Checker) run(ctx context.Context, id review.RequestID, again bool) error {
	in, err := c.cfg.Requests.Inspection(ctx, id)
	if errors.Is(err, review.ErrStatus) {
		return nil // it waits for nobody any more
	}
	if err != nil {
		return err
	}
	var files []review.Inspected
	var sha256s []string
	for _, f := range in.Files {
		if again || !f.Fresh {
			files, sha256s = append(files, f), append(sha256s, f.SHA256)
		}
	}
	if len(files) == 0 {
		return nil
	}
	r := &round{checker: c, in: in, since: c.cfg.Now(), kinds: map[string]checks.CompanionKind{}}
	if r.before, err = c.cfg.Store.AskedBefore(ctx, in.Workspace, sha256s); err != nil {
		return err
	}
	err = r.files(ctx, files)
	// What is done is recorded, whoever has stopped waiting.
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTime)
	defer cancel()
	return errors.Join(err, r.record(late))
}

// files checks files one by one. One that cannot be read keeps nobody from
// reading the others, up to a number; the error is of the first.
func (r *round) files(ctx context.Context, files []review.Inspected) error {
	var first error
	failed := 0
	for _, f := range files {
		if err := r.file(ctx, f); err != nil {
			failed++
			if first == nil {
				first = err
			}
		}
		if failed >= maxFailed || ctx.Err() != nil {
			break
		}
		if r.due() {
			if err := r.record(ctx); err != nil {
				return err
			}
		}
	}
	if failed > 1 {
		return fmt.Errorf("%d files could not be checked; the first: %w", failed, first)
	}
	return first
}

// maxFailed is how many files of a request cannot be read before the reason is
// taken for one that all have.
const maxFailed = 20

const (
	recordTime  = 10 * time.Second
	recordEvery = 300 * time.Millisecond
	recordMost  = 50 // files in one transaction
)
