package outputs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"sallyport/pipeline"
)

// ReaderConfig is what a Reader needs; all of it must be set but Log.
type ReaderConfig struct {
	Dir   *Dir
	Vault Vault // keeps the manifests that were read
	Store ReaderStore
	Now   func() time.Time
	// Every is how often a workspace without a manifest is walked: nothing
	// else tells whether its files changed. One whose walk takes long is walked
	// less often, so that it is walked for a fiftieth of the time at most.
	Every time.Duration
	Log   *slog.Logger // nil is silent
}

// Reader reads workspaces into the store (docs/workspaces.md, "Reading").
type Reader struct {
	ReaderConfig

	mu   sync.Mutex
	busy map[string]chan struct{} // workspaces that are being read; closed when they were
	took map[string]time.Duration // how long the last walk of a workspace took
}

// NewReader makes a Reader.
func NewReader(c ReaderConfig) (*Reader, error) {
	if c.Dir == nil || c.Vault == nil || c.Store == nil || c.Now == nil || c.Every <= 0 {
		return nil, errors.New("read workspaces: a directory, a vault, a store, a clock and an interval are needed")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Reader{ReaderConfig: c, busy: map[string]chan struct{}{}, took: map[string]time.Duration{}}, nil
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
	return err != nil || r.changed(ctx, workspace, last)
}

// changed is Changed after a reading that is known. What cannot be read for the
// same reason as before has not changed.
func (r *Reader) changed(ctx context.Context, workspace string, last LastReading) bool {
	if last.Tried.IsZero() || last.Stale {
		return true
	}
	now, err := r.Dir.Stat(ctx, workspace)
	switch {
	case errors.Is(err, fs.ErrNotExist) && last.Linked && last.Error == "":
		return !r.Now().Before(last.Tried.Add(r.walkAfter(workspace)))
	case errors.Is(err, fs.ErrNotExist):
		return last.Error != r.gone(workspace, last)
	case err != nil:
		return last.Error != err.Error()
	case last.Error != "" && !last.Lasting, last.Linked && !last.Lasting:
		return true
	}
	return !now.SameFile(last.Identity)
}

// Read reads a workspace now. If it cannot be read, the error is kept beside
// the last good reading, and returned. A manifest that was there once is not
// replaced by patterns when it is gone, and a workspace whose directory is
// gone keeps its outputs: both are errors, since a mount may be missing.
//
// A workspace is read once at a time. Whoever asks meanwhile waits, and reads
// only if it changed again; an error that was kept is not told twice.
func (r *Reader) Read(ctx context.Context, workspace string) error {
	if !ValidWorkspace(workspace) {
		return &Refused{workspace, BadWorkspace}
	}
	waited, done, err := r.enter(ctx, workspace)
	if err != nil {
		return err
	}
	defer done()
	if waited && !r.Changed(ctx, workspace) {
		return nil
	}
	return r.readNow(ctx, workspace)
}

// enter waits until nobody reads the workspace. done lets the next one in.
func (r *Reader) enter(ctx context.Context, workspace string) (waited bool, done func(), err error) {
	for {
		r.mu.Lock()
		other, busy := r.busy[workspace]
		if !busy {
			mine := make(chan struct{})
			r.busy[workspace] = mine
			r.mu.Unlock()
			return waited, func() {
				r.mu.Lock()
				delete(r.busy, workspace)
				r.mu.Unlock()
				close(mine)
			}, nil
		}
		r.mu.Unlock()
		waited = true
		select {
		case <-other:
		case <-ctx.Done():
			return waited, nil, ctx.Err()
		}
	}
}

func (r *Reader) readNow(ctx context.Context, workspace string) error {
	began := r.Now().UTC().Truncate(time.Microsecond)
	last, err := r.Store.LastReading(ctx, workspace)
	if err != nil {
		return fmt.Errorf("read workspace %s: %w", workspace, err)
	}
	rd, err := r.reading(ctx, workspace, last)
	if err != nil {
		return errors.Join(err, r.failed(ctx, workspace, began, last, err))
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

// failed keeps why a reading failed, if it is the workspace's fault and not
// known yet.
func (r *Reader) failed(ctx context.Context, workspace string, began time.Time, last LastReading, err error) error {
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
	if failed.Message == last.Error && !failed.Lasting {
		return nil
	}
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
		if gone := r.gone(workspace, last); gone != "" {
			return Reading{}, &errUnread{FailedReading{Message: gone}, err}
		}
		return r.linked(ctx, workspace)
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

// restOf is how many times as long as its walk a workspace is left alone.
const restOf = 50

// walkAfter is how long after its last walk a workspace is walked again.
func (r *Reader) walkAfter(workspace string) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return max(r.Every, restOf*r.took[workspace])
}

func (r *Reader) timeWalk(workspace string, began time.Time) {
	took := r.Now().Sub(began)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.took[workspace] = took
}

// gone says what of a workspace without a manifest is gone that was there
// before; "" if nothing is.
func (r *Reader) gone(workspace string, last LastReading) string {
	_, err := r.Dir.statWorkspace(workspace)
	switch missing := errors.Is(err, fs.ErrNotExist); {
	case missing && last.Outputs > 0:
		return "The workspace's directory is gone"
	case !last.Read.IsZero() && !last.Linked:
		return "The manifest is gone"
	}
	return ""
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
func (r *Reader) linked(ctx context.Context, workspace string) (Reading, error) {
	sources, err := r.Store.Sources(ctx, workspace)
	if err != nil {
		return Reading{}, fmt.Errorf("read the job requests of %s: %w", workspace, err)
	}
	rd := Reading{Linked: true, Reports: sources.Reports, Refused: map[string]string{}}
	sizes, paths := map[string]int64{}, []string{}
	defer r.timeWalk(workspace, r.Now())
	rd.Problems, err = r.Dir.Walk(ctx, workspace, func(path string, size int64) error {
		sizes[path], paths = size, append(paths, path)
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
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
