package outputs

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// NamedReading is the last reading of a workspace.
type NamedReading struct {
	Workspace string
	LastReading
}

// WatcherStore says how far workspaces were read.
type WatcherStore interface {
	// LastReadings are those of the workspaces whose names come after a name,
	// sorted by name, at most so many.
	LastReadings(ctx context.Context, after string, limit int) ([]NamedReading, error)
}

// WatcherConfig is what a Watcher needs; all of it must be set but Log.
type WatcherConfig struct {
	Reader *Reader
	Store  WatcherStore
	// Every is how long a round takes: in it each workspace is looked at once.
	Every time.Duration
	Log   *slog.Logger // nil is silent
}

// Watcher notices that workspaces changed, without anybody looking at them. A
// round takes one query for some hundred workspaces, and for each workspace
// one look at its manifest, spread over the round. What changed is read while
// the others are looked at, a few at a time.
type Watcher struct {
	WatcherConfig
	known int // workspaces that the last round looked at
}

// NewWatcher makes a Watcher.
func NewWatcher(c WatcherConfig) (*Watcher, error) {
	if c.Reader == nil || c.Store == nil || c.Every <= 0 {
		return nil, errors.New("watch workspaces: a reader, a store and an interval are needed")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Watcher{WatcherConfig: c}, nil
}

const (
	watchedAtOnce = 500 // workspaces that one query is about
	readAtOnce    = 2   // workspaces that a round reads at a time
)

// Run goes round after round until ctx ends.
func (w *Watcher) Run(ctx context.Context) error {
	t := time.NewTicker(w.Every)
	defer t.Stop()
	for {
		w.Round(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
	}
}

// Round looks at each workspace once, and returns when those that changed were
// read. What cannot be read is kept with the workspace.
func (w *Watcher) Round(ctx context.Context) {
	names, err := w.Reader.Dir.Workspaces(ctx)
	if err != nil {
		w.Log.ErrorContext(ctx, "list workspaces", "error", err)
	}
	r := round{Watcher: w, unread: make(map[string]bool, len(names)), places: make(chan struct{}, readAtOnce)}
	for _, name := range names {
		r.unread[name] = true
	}
	// Half of the round is for looking, what is left of it for reading.
	queries := max(w.known, len(names))/watchedAtOnce + 1
	r.pause = w.Every / 2 / time.Duration(queries)
	w.known = 0
	r.look(ctx)
	r.reading.Wait()
}

// round is one round of a Watcher.
type round struct {
	*Watcher
	unread  map[string]bool // listed, and not met in the store yet
	pause   time.Duration   // after a query and its looks
	places  chan struct{}   // of those that are read at a time
	reading sync.WaitGroup
}

// look looks at the workspaces that were read before, then at the others.
func (r *round) look(ctx context.Context) {
	for after := ""; ; {
		known, err := r.Store.LastReadings(ctx, after, watchedAtOnce)
		if err != nil {
			r.Log.ErrorContext(ctx, "read the last readings", "error", err)
			return
		}
		for _, last := range known {
			delete(r.unread, last.Workspace)
			if r.Reader.changed(ctx, last.Workspace, last.LastReading) {
				r.read(ctx, last.Workspace)
			}
		}
		if r.known += len(known); len(known) < watchedAtOnce {
			break
		}
		if !wait(ctx, r.pause) {
			return
		}
		after = known[len(known)-1].Workspace
	}
	for name := range r.unread {
		r.read(ctx, name)
	}
}

// read reads a workspace beside the round, as soon as there is a place.
func (r *round) read(ctx context.Context, name string) {
	select {
	case r.places <- struct{}{}:
	case <-ctx.Done():
		return
	}
	r.reading.Go(func() {
		defer func() { <-r.places }()
		if err := r.Reader.Read(ctx, name); err != nil && ctx.Err() == nil {
			r.Log.WarnContext(ctx, "read workspace", "workspace", name, "error", err)
		}
	})
}

// wait waits for a while; false if ctx ended.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
