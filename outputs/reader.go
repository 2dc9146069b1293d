package outputs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
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

// ReaderConfig is what a Reader needs; all of it must be set but Log.
type ReaderConfig struct {
	Dir   *Dir
	Vault Vault // keeps the manifests that were read
	Store ReaderStore
	Now   func() time.Time
	// Every is how often a workspace without a manifest is walked: nothing
	// else tells whether its files changed.
	Every time.Duration
	Log   *slog.Logger // nil is silent
}

// Reader reads workspaces into the store (docs/workspaces.md, "Reading").
type Reader struct {
	ReaderConfig
}

// NewReader makes a Reader.
func NewReader(c ReaderConfig) (*Reader, error) {
	if c.Dir == nil || c.Vault == nil || c.Store == nil || c.Now == nil || c.Every <= 0 {
		return nil, errors.New("read workspaces: a directory, a vault, a store, a clock and an interval are needed")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Reader{c}, nil
}

// SameName is a key that is equal for any two paths which a file system that
// ignores letter case or Unicode form takes for the same file. It is for
// refusing, never for finding: it may be equal for others too.
func SameName(path string) string { return sameName(path) }

// Changed reports, without reading anything, whether a workspace has to be
// read again: its manifest is another one than the one that was tried last, or
// its files may have changed. What cannot be told counts as changed.
func (r *Reader) Changed(ctx context.Context, workspace string) bool {
	last, err := r.Store.LastReading(ctx, workspace)
	if err != nil || last.Tried.IsZero() || last.Stale {
		return true
	}
	now, err := r.Dir.Stat(ctx, workspace)
	switch {
	case errors.Is(err, fs.ErrNotExist) && last.Linked && last.Error == "":
		return !r.Now().Before(last.Tried.Add(r.Every))
	case err != nil, last.Error != "" && !last.Lasting, last.Linked && !last.Lasting:
		return true
	}
	return !now.SameFile(last.Identity)
}

// Read reads a workspace now. If it cannot be read, the error is kept beside
// the last good reading, and returned. A manifest that was there once is not
// replaced by patterns when it is gone, and a workspace whose directory is
// gone keeps its outputs: both are errors, since a mount may be missing.
func (r *Reader) Read(ctx context.Context, workspace string) error {
	began := r.Now().UTC().Truncate(time.Microsecond)
	if !ValidWorkspace(workspace) {
		return &Refused{workspace, BadWorkspace}
	}
	last, err := r.Store.LastReading(ctx, workspace)
	if err != nil {
		return fmt.Errorf("read workspace %s: %w", workspace, err)
	}
	rd, err := r.reading(ctx, workspace, last)
	if err != nil {
		return errors.Join(err, r.failed(ctx, workspace, began, err))
	}
	rd.At = began
	changes, err := r.Store.ApplyReading(ctx, workspace, rd)
	if err != nil {
		return fmt.Errorf("keep the reading of %s: %w", workspace, err)
	}
	if changes > 0 {
		r.Log.InfoContext(ctx, "workspace read", "workspace", workspace, "outputs", len(rd.Outputs), "changes", changes)
	}
	return nil
}

// errUnread goes with an error that is kept for people: err is what happened,
// the rest is what is kept of it.
type errUnread struct {
	FailedReading
	err error
}

func (e *errUnread) Error() string { return e.Message }

func (e *errUnread) Unwrap() error { return e.err }

// failed keeps why a reading failed, if it is the workspace's fault.
func (r *Reader) failed(ctx context.Context, workspace string, began time.Time, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	failed := FailedReading{Message: "The workspace could not be read because of a fault of the server"}
	var refused *Refused
	switch unread, ok := errors.AsType[*errUnread](err); {
	case ok:
		failed = unread.FailedReading
	case errors.As(err, &refused), errors.Is(err, ErrManifestChanging):
		failed.Message = err.Error()
	}
	failed.At = began
	r.Log.WarnContext(ctx, "workspace not read", "workspace", workspace, "error", err.Error())
	if err := r.Store.RecordReadingError(ctx, workspace, failed); err != nil {
		return fmt.Errorf("keep why %s could not be read: %w", workspace, err)
	}
	return nil
}

// reading reads the manifest or, if there never was one, the files.
func (r *Reader) reading(ctx context.Context, workspace string, last LastReading) (Reading, error) {
	before, err := r.Dir.Stat(ctx, workspace)
	if errors.Is(err, fs.ErrNotExist) {
		if !last.Read.IsZero() && !last.Linked {
			return Reading{}, &errUnread{FailedReading{Message: "The manifest is gone"}, err}
		}
		return r.linked(ctx, workspace, last)
	}
	if err != nil {
		return Reading{}, err
	}
	m, err := r.manifest(ctx, workspace)
	if wrong, ok := errors.AsType[*ManifestError](err); ok {
		return Reading{}, &errUnread{FailedReading{Message: wrong.Error(), Identity: before, Lasting: true}, err}
	}
	if err != nil {
		return Reading{}, err
	}
	if m.Identity.SHA256 != last.Identity.SHA256 {
		if err := r.keep(ctx, m); err != nil {
			return Reading{}, err
		}
	}
	return Reading{
		Identity: m.Identity, Outputs: m.Outputs, Taken: m.taken(),
		Problems: m.Problems, MoreProblems: m.MoreProblems,
	}, nil
}

// tries is how often a manifest is read that changes meanwhile. Job runners
// write it under another name and rename it, so that the second try succeeds.
const tries = 3

func (r *Reader) manifest(ctx context.Context, workspace string) (*Manifest, error) {
	var m *Manifest
	err := ErrManifestChanging
	for range tries {
		if m, err = r.Dir.ReadManifest(ctx, workspace); !errors.Is(err, ErrManifestChanging) {
			break
		}
	}
	return m, err
}

// keep puts the bytes of a manifest that was read into the vault. They are
// those that were read, or the manifest is being rewritten.
func (r *Reader) keep(ctx context.Context, m *Manifest) error {
	bytes := Viewable{workspace: m.Workspace, path: manifestPath, sha256: m.Identity.SHA256, size: m.Identity.Size}
	_, _, err := r.Dir.Keep(ctx, r.Vault, bytes, m.Identity.Size)
	if refused, ok := errors.AsType[*Refused](err); ok {
		return fmt.Errorf("%w: %w", ErrManifestChanging, refused)
	}
	return err
}

// taken are the names that the manifest lists beside its outputs'.
func (m *Manifest) taken() []string {
	outputs := make(map[string]bool, len(m.Outputs))
	for _, e := range m.Outputs {
		outputs[sameName(e.Path)] = true
	}
	var taken []string
	for name := range m.names {
		if !outputs[name] {
			taken = append(taken, name)
		}
	}
	return taken
}

// linked links the files of a workspace without a manifest through the
// patterns of its jobs. A workspace that has no directory lists nothing.
func (r *Reader) linked(ctx context.Context, workspace string, last LastReading) (Reading, error) {
	sources, err := r.Store.Sources(ctx, workspace)
	if err != nil {
		return Reading{}, fmt.Errorf("read the job requests of %s: %w", workspace, err)
	}
	rd := Reading{Linked: true, Reports: sources.Reports, Refused: map[string]string{}}
	sizes, paths := map[string]int64{}, []string{}
	rd.Problems, err = r.Dir.Walk(ctx, workspace, func(path string, size int64) error {
		sizes[path], paths = size, append(paths, path)
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		if last.Outputs > 0 {
			return Reading{}, &errUnread{FailedReading{Message: "The workspace's directory is gone"}, err}
		}
		return rd, nil
	}
	if err != nil {
		return Reading{}, err
	}
	// What is no plain file is listed where a job should have written it, so
	// that its author sees why it cannot be requested.
	for _, p := range rd.Problems {
		if _, walked := sizes[p.Name]; !walked && pipeline.ValidPath(p.Name) == nil {
			rd.Refused[p.Name] = p.Message
			sizes[p.Name], paths = -1, append(paths, p.Name)
		}
	}
	for _, w := range pipeline.Link(paths, sources.JobRequests) {
		rd.Outputs = append(rd.Outputs, Entry{
			Path: w.Path, Level: w.Level, JobID: w.Job, JobRequest: w.JobRequest, Action: w.Action,
			Commit: w.Commit, Size: sizes[w.Path],
		})
	}
	slices.SortFunc(rd.Outputs, func(a, b Entry) int { return strings.Compare(a.Path, b.Path) })
	return rd, nil
}
