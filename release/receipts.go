package release

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"sallyport/review"
)

// batch is how many receipts are recorded at once.
const batch = 50

// recordTime bounds how long recording a batch may take. It outlasts the
// delivery's context: what arrived before the process was told to end should
// not have to be read back again.
const recordTime = 5 * time.Second

// receipts collects receipts and records them in batches.
type receipts struct {
	record func(context.Context, []review.Delivered) error
	failed func(error)

	mu      sync.Mutex
	waiting []review.Delivered
	err     error
}

// add takes a receipt. It waits while a batch is being recorded.
func (r *receipts) add(ctx context.Context, d review.Delivered) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting = append(r.waiting, d)
	if len(r.waiting) >= batch {
		r.send(ctx)
	}
}

// flush records what is waiting.
func (r *receipts) flush(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.send(ctx)
}

// send records what is waiting. After the first failure it does nothing more:
// the next attempt finds the files there and gets their receipts again.
func (r *receipts) send(ctx context.Context) {
	if r.err != nil || len(r.waiting) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTime)
	defer cancel()
	if err := r.record(ctx, r.waiting); err != nil {
		r.err = fmt.Errorf("record receipts: %w", err)
		r.failed(r.err)
	}
	r.waiting = nil
}

// shown is how many failures are told of one attempt.
const shown = 5

// failures collects what went wrong.
type failures struct {
	mu    sync.Mutex
	first []error
	count int
}

func (f *failures) add(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count++
	if len(f.first) < shown {
		f.first = append(f.first, err)
	}
}

// error is nil if nothing went wrong. It is called when nothing more is added.
func (f *failures) error() error {
	if f.count > len(f.first) {
		return errors.Join(append(f.first, fmt.Errorf("and %d more", f.count-len(f.first)))...)
	}
	return errors.Join(f.first...)
}
