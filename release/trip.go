package release

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync"

	"sallyport/review"
)

// trip carries the missing files of a consignment to one destination.
type trip struct {
	worker      *Worker
	consignment *review.Consignment
	missing     []int
	failures    *failures
	receipts    *receipts

	mu      sync.Mutex        // for last and arrived
	last    *review.Delivered // kept back until the destination is finished
	arrived int
}

// to carries the files to the destination of this name.
func (t *trip) to(ctx context.Context, name string) {
	d := t.worker.destination(name)
	if d == nil {
		t.failures.add(fmt.Errorf("destination %q, to which this was approved, is not configured", name))
		return
	}
	c := t.consignment
	delivery, err := d.Open(ctx, Release{Request: c.Request, Workspace: c.Workspace})
	if err != nil {
		t.failures.add(fmt.Errorf("open destination %q: %w", name, err))
		return
	}
	t.carryAll(ctx, name, delivery)
	finished := t.finish(ctx, name, delivery)
	if err := delivery.Close(); err != nil {
		t.failures.add(fmt.Errorf("close destination %q: %w", name, err))
	}
	// The last receipt can release the request, after which nobody would come
	// back to finish. So it is recorded only if that is done, or if files are
	// missing anyway.
	if t.last != nil && (finished || t.arrived < len(t.missing)) {
		t.receipts.add(ctx, *t.last)
	}
	t.receipts.flush(ctx) // another destination may take long, or hang
}

// carryAll carries several files at once.
func (t *trip) carryAll(ctx context.Context, name string, delivery Delivery) {
	several := t.worker.Parallel
	if several <= 0 {
		several = parallel
	}
	next := make(chan int)
	var carriers sync.WaitGroup
	for range min(several, len(t.missing)) {
		carriers.Go(func() {
			for i := range next {
				t.carry(ctx, name, delivery, i)
			}
		})
	}
	t.hand(ctx, next)
	close(next)
	carriers.Wait()
}

// hand hands the missing files to the carriers until ctx ends.
func (t *trip) hand(ctx context.Context, next chan<- int) {
	for _, i := range t.missing {
		select {
		case next <- i:
		case <-ctx.Done():
			return
		}
	}
}

// carry carries one file and takes its receipt.
func (t *trip) carry(ctx context.Context, name string, delivery Delivery, i int) {
	source := t.consignment.Files[i]
	f := File{Path: source.Path, SHA256: source.SHA256, Size: source.Size}
	location, sum, err := t.worker.carryOne(ctx, delivery, f)
	if err == nil && sum != f.SHA256 {
		err = ErrReadBack
	}
	if err != nil {
		t.failures.add(fmt.Errorf("%q to %q: %w", shorten(f.Path), name, err))
		return
	}
	t.took(ctx, review.Delivered{File: t.consignment.IDs[i], SHA256: sum, Destination: name, Location: location})
}

// took keeps the newest receipt back and hands on the one before.
func (t *trip) took(ctx context.Context, d review.Delivered) {
	t.mu.Lock()
	before := t.last
	t.last = &d
	t.arrived++
	t.mu.Unlock()
	if before != nil {
		t.receipts.add(ctx, *before)
	}
}

// finish finishes the destination if everything has arrived there, and reports
// whether it did.
func (t *trip) finish(ctx context.Context, name string, delivery Delivery) bool {
	if t.arrived < len(t.missing) {
		return false
	}
	files := make([]File, 0, len(t.consignment.Files))
	for _, f := range t.consignment.Files {
		files = append(files, File{Path: f.Path, SHA256: f.SHA256, Size: f.Size})
	}
	if err := delivery.Finish(ctx, files); err != nil {
		t.failures.add(fmt.Errorf("finish at %q: %w", name, err))
		return false
	}
	return true
}

// carryOne carries a file from the vault.
func (w *Worker) carryOne(ctx context.Context, delivery Delivery, f File) (location, sum string, err error) {
	blob, err := w.Copy(ctx, f.SHA256)
	if err != nil {
		return "", "", err
	}
	defer func() { _ = blob.Close() }() // it was only read
	if blob.Size() != f.Size {
		return "", "", ErrDamaged
	}
	return delivery.Carry(ctx, f, &checked{
		ctx: ctx, from: io.NewSectionReader(blob, 0, f.Size), hash: sha256.New(), want: f.SHA256,
	})
}

// checked reads a copy and, at its end, says ErrDamaged instead of io.EOF if
// the bytes were not those that were approved.
type checked struct {
	ctx  context.Context
	from io.Reader
	hash hash.Hash
	want string
}

func (c *checked) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.from.Read(p)
	c.hash.Write(p[:n])
	if errors.Is(err, io.EOF) && hex.EncodeToString(c.hash.Sum(nil)) != c.want {
		err = ErrDamaged
	}
	return n, err
}
