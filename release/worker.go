package release

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"

	"sallyport/review"
	"sallyport/work"
)

// Requests are what a worker asks of the room review, which decides what is to
// be carried and what an arrival means.
type Requests interface {
	// BeginDelivery records that bytes may leave. It may be called again.
	// review.ErrStatus says that they may not: the hold is not over, or there
	// is nothing to deliver.
	BeginDelivery(ctx context.Context, id review.RequestID) error
	// Consignment says what is to be carried; review.ErrStatus if nothing is.
	Consignment(ctx context.Context, id review.RequestID) (review.Consignment, error)
	// RecordDeliveries records receipts; the same receipt twice is one.
	RecordDeliveries(ctx context.Context, id review.RequestID, arrived []review.Delivered) error
}

// Blob is an open copy. Its ReadAt may be called from several goroutines.
type Blob interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// parallel is how many files are carried at once to each destination, unless
// the worker says otherwise.
const parallel = 4

// Worker delivers requests.
type Worker struct {
	Requests     Requests
	Copy         func(ctx context.Context, sha256 string) (Blob, error) // opens a copy in the vault
	Destinations []Destination                                          // each with a name of its own
	Log          *slog.Logger
	Parallel     int // files carried at once to each destination, default 4
}

// Deliver is the handler of work of the kind review.WorkDeliver. The item's
// subject is a request. Everything that has not arrived is carried, whatever
// becomes of the rest; if anything failed, that is the error, and the item is
// to be tried again. A delivery that is held is a work.Later; one that was
// stopped needs nothing more.
func (w *Worker) Deliver(ctx context.Context, it work.Item) error {
	id := review.RequestID(it.Subject)
	c, err := w.begin(ctx, id, it)
	if err != nil {
		return err
	}
	if c == nil {
		return nil
	}
	if len(c.Files) == 0 || len(c.Files) != len(c.IDs) || len(c.Destinations) == 0 {
		return work.Permanent(fmt.Errorf("request %s was approved without files or destinations", id))
	}
	if err := w.carry(ctx, c); err != nil {
		return fmt.Errorf("deliver request %s: %w", id, err)
	}
	w.Log.Info("a request was delivered", "request", id, "files", len(c.Files), "destinations", len(c.Destinations))
	return nil
}

// begin records that the delivery begins, and then says what is to be carried;
// nil if nothing is. In this order: what was approved can change until it
// begins, when an approval is stopped and another follows, and not afterwards.
func (w *Worker) begin(ctx context.Context, id review.RequestID, it work.Item) (*review.Consignment, error) {
	refused := w.Requests.BeginDelivery(ctx, id)
	switch {
	case errors.Is(refused, review.ErrNotFound):
		return nil, work.Permanent(fmt.Errorf("begin to deliver request %s: %w", id, refused))
	case refused != nil && !errors.Is(refused, review.ErrStatus):
		return nil, fmt.Errorf("begin to deliver request %s: %w", id, refused)
	}
	c, err := w.Requests.Consignment(ctx, id)
	switch {
	case errors.Is(err, review.ErrStatus):
		return nil, nil // stopped, or delivered already
	case err != nil:
		return nil, fmt.Errorf("find what to deliver for request %s: %w", id, err)
	case refused != nil || !c.Begun:
		// It is held. The item is due, so this is a later approval's hold, which
		// has an item of its own; looking again soon costs little.
		return nil, &work.Later{At: it.Due}
	}
	return &c, nil
}

// carry carries what has not arrived to all destinations at once, so that one
// that hangs keeps none of the others waiting.
func (w *Worker) carry(ctx context.Context, c *review.Consignment) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	failures := &failures{}
	receipts := &receipts{
		record: func(ctx context.Context, some []review.Delivered) error {
			return w.Requests.RecordDeliveries(ctx, c.Request, some)
		},
		failed: cancel, // what arrives and cannot be recorded waits for the next attempt
	}
	var all sync.WaitGroup
	for _, name := range c.Destinations {
		missing := missingAt(c, name)
		if len(missing) == 0 {
			continue
		}
		all.Go(func() {
			t := &trip{worker: w, consignment: c, missing: missing, failures: failures, receipts: receipts}
			t.to(ctx, name)
		})
	}
	all.Wait()
	// Without an error nothing may be missing, so it matters why ctx ended; if
	// it ended at all, since receipts.failed ends it for receipts.err.
	if receipts.err != nil {
		return errors.Join(receipts.err, failures.error())
	}
	return errors.Join(context.Cause(ctx), failures.error())
}

// missingAt are the files, by their place in the consignment, that have not
// arrived at a destination.
func missingAt(c *review.Consignment, destination string) []int {
	arrived := map[review.FileID]bool{}
	for _, d := range c.Arrived {
		if d.Destination == destination {
			arrived[d.File] = true
		}
	}
	var missing []int
	for i, id := range c.IDs {
		if !arrived[id] {
			missing = append(missing, i)
		}
	}
	return missing
}

// destination finds a destination by name; nil if there is none.
func (w *Worker) destination(name string) Destination {
	i := slices.IndexFunc(w.Destinations, func(d Destination) bool { return d.Name() == name })
	if i < 0 {
		return nil
	}
	return w.Destinations[i]
}
