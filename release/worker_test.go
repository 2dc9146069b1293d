package release_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/release"
	"sallyport/review"
	"sallyport/work"
)

// isPermanent reports whether err was made by work.Permanent, which is not
// exported: such an error alone is not changed by being made permanent.
func isPermanent(err error) bool {
	return err != nil && fmt.Sprintf("%T", err) == fmt.Sprintf("%T", work.Permanent(err))
}

func TestDeliver(t *testing.T) {
	v, one, two := vault(t.TempDir()), t.TempDir(), t.TempDir()
	files := someFiles(t, v)
	v.keep(t, "", []byte("a copy that was not approved"))
	r := approved(t, files, "one", "two")
	r.onDone = func() {
		for _, dir := range []string{one, two} {
			if _, err := os.Stat(within(dir, "manifest.json")); err != nil {
				t.Errorf("the last receipt is recorded, but %v", err)
			}
		}
	}
	w := worker(r, v, release.NewDirectory("two", two), release.NewDirectory("other", t.TempDir()), release.NewDirectory("one", one))
	if err := w.Deliver(t.Context(), item); err != nil {
		t.Fatal(err)
	}
	if !r.released() {
		t.Errorf("after Deliver %d receipts, want %d", len(r.c.Arrived), 2*len(files))
	}
	for _, dir := range []string{one, two} {
		got := tree(t, dir)
		manifest := filepath.Join(workspace, requestID, "manifest.json")
		if !strings.Contains(got[manifest], files[0].SHA256) {
			t.Errorf("manifest.json = %q", got[manifest])
		}
		delete(got, manifest)
		if diff := cmp.Diff(delivered(t, v, files), got); diff != "" {
			t.Errorf("delivered (-want +got):\n%s", diff)
		}
	}
	for _, d := range r.c.Arrived {
		if !strings.HasPrefix(d.Location, workspace+"/"+requestID+"/") {
			t.Errorf("receipt %+v names another place", d)
		}
	}
	// Once more: it was released, so nothing is done.
	r.fail["RecordDeliveries"] = errors.New("recorded again")
	if err := w.Deliver(t.Context(), item); err != nil {
		t.Errorf("Deliver again = %v", err)
	}
}

func TestDeliverWaitsAndStops(t *testing.T) {
	away := fmt.Errorf("change: %w", review.ErrUnavailable)
	for name, test := range map[string]struct {
		set   func(*requests)
		item  work.Item
		check func(error) bool
	}{
		"held":                   {func(r *requests) { r.held = true }, item, isLater},
		"stopped":                {func(r *requests) { r.stopped = true }, item, isNil},
		"no such request":        {func(*requests) {}, work.Item{Subject: "other"}, isPermanent},
		"the database is away":   {func(r *requests) { r.fail["BeginDelivery"] = away }, item, isAway},
		"and comes back, not so": {func(r *requests) { r.fail["Consignment"] = away }, item, isAway},
		"no files":               {func(r *requests) { r.c.Files, r.c.IDs = nil, nil; r.c.Arrived = make([]review.Delivered, 1) }, item, isPermanent},
		"no ids":                 {func(r *requests) { r.c.IDs = nil }, item, isPermanent},
		"no destinations":        {func(r *requests) { r.c.Destinations = nil; r.c.Arrived = make([]review.Delivered, 1) }, item, isPermanent},
	} {
		t.Run(name, func(t *testing.T) {
			v, dir := vault(t.TempDir()), t.TempDir()
			r := approved(t, someFiles(t, v), "one")
			test.set(r)
			d := release.NewDirectory("one", dir)
			d.Before(func(step string) error {
				t.Errorf("%s at the destination", step)
				return nil
			})
			if err := worker(r, v, d).Deliver(t.Context(), test.item); !test.check(err) {
				t.Errorf("Deliver = %T %v", err, err)
			}
			if len(r.batches) != 0 {
				t.Errorf("%d batches of receipts, want none", len(r.batches))
			}
		})
	}
}

func isNil(err error) bool   { return err == nil }
func isLater(err error) bool { return errors.As(err, new(*work.Later)) }
func isAway(err error) bool  { return errors.Is(err, review.ErrUnavailable) && !isPermanent(err) }

// What is carried is what stood approved when the delivery had begun.
func TestDeliverBeginsFirst(t *testing.T) {
	v, dir := vault(t.TempDir()), t.TempDir()
	r := approved(t, someFiles(t, v), "one")
	d := release.NewDirectory("one", dir)
	d.Before(func(step string) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.begun == 0 {
			t.Errorf("%s at the destination before the delivery began", step)
		}
		return nil
	})
	w := worker(beginsWithAnother{r, v.keep(t, "later.csv", []byte("approved later"))}, v, d)
	if err := w.Deliver(t.Context(), item); err != nil {
		t.Fatal(err)
	}
	got := tree(t, dir)
	if len(got) != 2 || got[filepath.Join(workspace, requestID, "later.csv")] != "approved later" {
		t.Errorf("delivered %q, want later.csv and the manifest alone", got)
	}
}

// beginsWithAnother are requests whose approval was stopped and another made
// just before the delivery begins.
type beginsWithAnother struct {
	*requests
	file review.Source
}

func (b beginsWithAnother) BeginDelivery(ctx context.Context, id review.RequestID) error {
	b.mu.Lock()
	b.c.Files, b.c.IDs = []review.Source{b.file}, []review.FileID{"F9"}
	b.mu.Unlock()
	return b.requests.BeginDelivery(ctx, id)
}

func TestDeliverInBatches(t *testing.T) {
	v := vault(t.TempDir())
	var files []review.Source
	for i := range 120 {
		files = append(files, v.keep(t, fmt.Sprintf("output/%d.csv", i), fmt.Appendf(nil, "n\n%d\n", i)))
	}
	r := approved(t, files, "one")
	if err := worker(r, v, release.NewDirectory("one", t.TempDir())).Deliver(t.Context(), item); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{50, 50, 20}, r.batches); diff != "" || !r.released() {
		t.Errorf("batches of receipts (-want +got):\n%s", diff)
	}
}

// Neither a bad file nor a bad destination keeps the others from arriving, and
// the next attempt carries only what is missing.
func TestDeliverDespiteFailures(t *testing.T) {
	v, one, two := vault(t.TempDir()), t.TempDir(), t.TempDir()
	files := someFiles(t, v)
	r := approved(t, files, "gone", "one", "missing", "two")
	write(t, within(one, files[1].Path), []byte("mine"))
	good := release.NewDirectory("two", two)
	w := worker(r, v, release.NewDirectory("one", one), good, release.NewDirectory("missing", filepath.Join(two, "no-such-folder")))
	err := w.Deliver(t.Context(), item)
	for _, want := range []string{files[1].Path, `"one"`, "other bytes", `"gone"`, "not configured", `"missing"`, "no such file"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Deliver = %v, want it to say %s", err, want)
		}
	}
	if isPermanent(err) || r.released() || len(r.c.Arrived) != 2*len(files)-1 {
		t.Errorf("Deliver = %v with %d receipts, want %d", err, len(r.c.Arrived), 2*len(files)-1)
	}
	if _, err := os.Stat(within(one, "manifest.json")); err == nil {
		t.Error("a manifest where a file is missing")
	}
	if _, err := os.Stat(within(two, "manifest.json")); err != nil {
		t.Errorf("no manifest where all files are: %v", err)
	}

	// An administrator mends it.
	if err := os.Remove(within(one, files[1].Path)); err != nil {
		t.Fatal(err)
	}
	good.Before(func(step string) error {
		t.Errorf("%s where everything has arrived", step)
		return nil
	})
	three := release.NewDirectory("gone", t.TempDir())
	w = worker(r, v, release.NewDirectory("one", one), good, three, release.NewDirectory("missing", t.TempDir()))
	if err := w.Deliver(t.Context(), item); err != nil || !r.released() {
		t.Errorf("Deliver after it was mended = %v", err)
	}
}

// Errors name only so many files.
func TestDeliverTellsFewFailures(t *testing.T) {
	v := vault(t.TempDir())
	var files []review.Source
	for i := range 100 {
		files = append(files, review.Source{Path: fmt.Sprintf("%d.csv", i), SHA256: sumOf(nil)})
	}
	err := worker(approved(t, files, "one"), v, release.NewDirectory("one", t.TempDir())).Deliver(t.Context(), item)
	if err == nil || strings.Count(err.Error(), ".csv") != 5 || !strings.Contains(err.Error(), "and 95 more") {
		t.Errorf("Deliver of 100 missing copies = %v", err)
	}
}

func TestDeliverChecksCopies(t *testing.T) {
	for name, change := range map[string]func(*testing.T, string, *review.Source){
		"other bytes": func(t *testing.T, copy string, _ *review.Source) { write(t, copy, []byte("unapproved")) },
		"fewer bytes": func(t *testing.T, copy string, _ *review.Source) { write(t, copy, []byte("approve")) },
		"another size, as approved": func(t *testing.T, copy string, f *review.Source) {
			write(t, copy, []byte("approved bytes"))
			f.Size = int64(len("approved bytes"))
		},
		"fewer bytes than approved": func(_ *testing.T, _ string, f *review.Source) { f.Size++ },
		"more bytes than approved":  func(_ *testing.T, _ string, f *review.Source) { f.Size-- },
	} {
		v, dir := vault(t.TempDir()), t.TempDir()
		files := []review.Source{v.keep(t, "bad.csv", []byte("approved.."))}
		change(t, filepath.Join(string(v), files[0].SHA256), &files[0])
		r := approved(t, files, "one")
		err := worker(r, v, release.NewDirectory("one", dir)).Deliver(t.Context(), item)
		if !errors.Is(err, release.ErrDamaged) || len(r.c.Arrived) != 0 {
			t.Errorf("Deliver of %s = %v with %d receipts, want ErrDamaged", name, err, len(r.c.Arrived))
		}
		if got := tree(t, dir); len(got) != 0 || len(left(t, dir)) != 0 {
			t.Errorf("Deliver of %s left %q and %q", name, got, left(t, dir))
		}
	}
}

// Receipts that cannot be recorded end the attempt; the next one gets them again.
func TestDeliverCannotRecord(t *testing.T) {
	v, dir := vault(t.TempDir()), t.TempDir()
	r := approved(t, someFiles(t, v), "one")
	r.fail["RecordDeliveries"] = review.ErrUnavailable
	d := release.NewDirectory("one", dir)
	if err := worker(r, v, d).Deliver(t.Context(), item); !errors.Is(err, review.ErrUnavailable) {
		t.Errorf("Deliver without a database = %v, want ErrUnavailable", err)
	}
	clear(r.fail)
	d.Before(func(step string) error {
		if step == "write" {
			t.Error("a file that had arrived is written again")
		}
		return nil
	})
	if err := worker(r, v, d).Deliver(t.Context(), item); err != nil || !r.released() {
		t.Errorf("Deliver with it again = %v", err)
	}
}

// The process is told to end half way: what has arrived is recorded, and the
// rest follows later.
func TestDeliverEnds(t *testing.T) {
	v, dir := vault(t.TempDir()), t.TempDir()
	files := someFiles(t, v)
	r := approved(t, files, "one")
	ctx, cancel := context.WithCancel(t.Context())
	d := release.NewDirectory("one", dir)
	before(d, "read back", 3, func() error { cancel(); return nil })
	w := worker(r, v, d)
	w.Parallel = 1
	err := w.Deliver(ctx, item)
	if !errors.Is(err, context.Canceled) || len(r.c.Arrived) != 2 {
		t.Errorf("Deliver when told to end = %v with %d receipts, want context.Canceled with 2", err, len(r.c.Arrived))
	}
	if _, err := os.Stat(within(dir, "manifest.json")); err == nil {
		t.Error("a manifest where files are missing")
	}
	if err := w.Deliver(t.Context(), item); err != nil || !r.released() {
		t.Errorf("Deliver afterwards = %v", err)
	}
	got := tree(t, dir)
	delete(got, filepath.Join(workspace, requestID, "manifest.json"))
	if diff := cmp.Diff(delivered(t, v, files), got); diff != "" {
		t.Errorf("delivered (-want +got):\n%s", diff)
	}
}

// elsewhere is a destination of another kind: it takes files until it is full,
// holds them until told, and may lie about what it read back.
type elsewhere struct {
	name   string
	hold   chan struct{} // if set, Carry waits until it is closed
	lie    bool
	finish error

	mu       sync.Mutex
	now      int
	most     int // that were carried at a time
	finished int
	closed   int
}

func (e *elsewhere) Name() string                 { return e.name }
func (e *elsewhere) Usable(context.Context) error { return nil }
func (e *elsewhere) Close() error                 { e.mu.Lock(); defer e.mu.Unlock(); e.closed++; return nil }

func (e *elsewhere) Open(context.Context, release.Release) (release.Delivery, error) { return e, nil }

func (e *elsewhere) Finish(context.Context, []release.File) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.finished++
	return e.finish
}

func (e *elsewhere) Carry(ctx context.Context, f release.File, b io.Reader) (string, string, error) {
	e.mu.Lock()
	e.now++
	e.most = max(e.most, e.now)
	e.mu.Unlock()
	defer func() { e.mu.Lock(); e.now--; e.mu.Unlock() }()
	if e.hold != nil {
		select {
		case <-e.hold:
		case <-ctx.Done():
			return "", "", ctx.Err()
		}
	}
	var got bytes.Buffer
	if _, err := got.ReadFrom(b); err != nil {
		return "", "", err
	}
	if e.lie {
		return f.Path, sumOf(nil), nil
	}
	return f.Path, sumOf(got.Bytes()), nil
}

func TestDeliverBelievesNobody(t *testing.T) {
	v := vault(t.TempDir())
	files := someFiles(t, v)[:2]
	liar := &elsewhere{name: "one", lie: true}
	r := approved(t, files, "one")
	err := worker(r, v, liar).Deliver(t.Context(), item)
	if !errors.Is(err, release.ErrReadBack) || len(r.c.Arrived) != 0 || liar.finished != 0 || liar.closed != 1 {
		t.Errorf("Deliver to a liar = %v with %d receipts, finished %d times", err, len(r.c.Arrived), liar.finished)
	}
}

// A destination that cannot be finished keeps the request from being released.
func TestDeliverCannotFinish(t *testing.T) {
	v := vault(t.TempDir())
	files := someFiles(t, v)
	d := &elsewhere{name: "one", finish: errors.New("not now")}
	r := approved(t, files, "one")
	if err := worker(r, v, d).Deliver(t.Context(), item); !errors.Is(err, d.finish) || len(r.c.Arrived) != len(files)-1 {
		t.Errorf("Deliver = %v with %d receipts, want all but one", err, len(r.c.Arrived))
	}
	d.finish = nil
	if err := worker(r, v, d).Deliver(t.Context(), item); err != nil || !r.released() || d.finished != 2 {
		t.Errorf("Deliver again = %v, finished %d times", err, d.finished)
	}
}

// A destination that hangs keeps no other from being delivered and recorded,
// and no more files than asked for are under way.
func TestDeliverBesideOneThatHangs(t *testing.T) {
	v, dir := vault(t.TempDir()), t.TempDir()
	files := someFiles(t, v)
	hangs := &elsewhere{name: "hangs", hold: make(chan struct{})}
	r := approved(t, files, "hangs", "one")
	recorded := make(chan struct{})
	w := worker(watched{r, recorded}, v, hangs, release.NewDirectory("one", dir))
	w.Parallel = 2
	ended := make(chan error)
	go func() { ended <- w.Deliver(t.Context(), item) }()
	<-recorded
	r.mu.Lock()
	if got := len(r.c.Arrived); got != len(files) {
		t.Errorf("%d receipts while the other hangs, want %d", got, len(files))
	}
	r.mu.Unlock()
	close(hangs.hold)
	go func() { <-recorded }()
	if err := <-ended; err != nil || !r.released() || hangs.most > 2 {
		t.Errorf("Deliver = %v, %d files under way at once", err, hangs.most)
	}
}

// watched tells when receipts are recorded.
type watched struct {
	*requests
	recorded chan struct{}
}

func (w watched) RecordDeliveries(ctx context.Context, id review.RequestID, arrived []review.Delivered) error {
	err := w.requests.RecordDeliveries(ctx, id, arrived)
	w.recorded <- struct{}{}
	return err
}
