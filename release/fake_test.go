package release_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"sallyport/release"
	"sallyport/review"
	"sallyport/work"
)

const (
	workspace = "demo-study-main"
	requestID = "01JTB0000000000000000000R1"
)

var item = work.Item{ID: 1, Kind: review.WorkDeliver, Subject: requestID}

func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// vault keeps copies in a directory, each named by its hash.
type vault string

// keep puts a copy of b there, which is approved as a file at path.
func (v vault) keep(t testing.TB, path string, b []byte) review.Source {
	t.Helper()
	sum := sumOf(b)
	if err := os.WriteFile(filepath.Join(string(v), sum), b, 0o600); err != nil {
		t.Fatal(err)
	}
	return review.Source{Path: path, SHA256: sum, Size: int64(len(b))}
}

type blob struct {
	*os.File
	size int64
}

func (b blob) Size() int64 { return b.size }

func (v vault) open(_ context.Context, sum string) (release.Blob, error) {
	f, err := os.Open(filepath.Join(string(v), sum))
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return blob{f, st.Size()}, nil
}

// requests is one request as review decides about it. It refuses whatever
// review would refuse, and complains of it.
type requests struct {
	t  testing.TB
	mu sync.Mutex
	c  review.Consignment

	held    bool
	stopped bool
	fail    map[string]error // by method
	batches []int            // how many receipts came at once
	begun   int              // how often it was begun
	onDone  func()           // called when everything has arrived, before it is recorded
}

func approved(t testing.TB, files []review.Source, destinations ...string) *requests {
	r := &requests{t: t, fail: map[string]error{}}
	r.c = review.Consignment{Request: requestID, Workspace: workspace, Files: files, Destinations: destinations}
	for i := range files {
		r.c.IDs = append(r.c.IDs, review.FileID(fmt.Sprintf("F%d", i)))
	}
	return r
}

func (r *requests) released() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.isReleased()
}

func (r *requests) isReleased() bool { return len(r.c.Arrived) == len(r.c.Files)*len(r.c.Destinations) }

func (r *requests) BeginDelivery(_ context.Context, id review.RequestID) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case id != r.c.Request:
		return fmt.Errorf("change: %w", review.ErrNotFound)
	case r.fail["BeginDelivery"] != nil:
		return r.fail["BeginDelivery"]
	case r.stopped || r.isReleased():
		return fmt.Errorf("change: %w", review.ErrStatus)
	case r.held:
		return fmt.Errorf("change: %w", review.ErrHeld)
	}
	r.begun++
	r.c.Begun = true
	return nil
}

func (r *requests) Consignment(_ context.Context, id review.RequestID) (review.Consignment, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case id != r.c.Request:
		return review.Consignment{}, review.ErrNotFound
	case r.fail["Consignment"] != nil:
		return review.Consignment{}, r.fail["Consignment"]
	case r.stopped || r.isReleased():
		return review.Consignment{}, fmt.Errorf("consignment: %w", review.ErrStatus)
	}
	c := r.c
	c.Arrived = slices.Clone(c.Arrived)
	return c, nil
}

func (r *requests) RecordDeliveries(ctx context.Context, id review.RequestID, arrived []review.Delivered) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.fail["RecordDeliveries"]; err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if id != r.c.Request || !r.c.Begun || r.stopped {
		r.t.Errorf("RecordDeliveries(%s) of a request that has not begun", id)
	}
	r.batches = append(r.batches, len(arrived))
	for _, d := range arrived {
		i := slices.Index(r.c.IDs, d.File)
		if i < 0 || !slices.Contains(r.c.Destinations, d.Destination) || d.SHA256 != r.c.Files[i].SHA256 || d.Location == "" {
			r.t.Errorf("RecordDeliveries: %+v was not approved", d)
		}
		if !slices.ContainsFunc(r.c.Arrived, func(a review.Delivered) bool { return a.File == d.File && a.Destination == d.Destination }) {
			r.c.Arrived = append(r.c.Arrived, d)
		}
	}
	if r.isReleased() && r.onDone != nil {
		r.onDone()
	}
	return nil
}

// worker is a worker of these requests and this vault.
func worker(r release.Requests, v vault, to ...release.Destination) *release.Worker {
	return &release.Worker{Requests: r, Copy: v.open, Destinations: to, Log: slog.New(slog.DiscardHandler)}
}

// someFiles are files of several sizes in several folders.
func someFiles(t testing.TB, v vault) []review.Source {
	return []review.Source{
		v.keep(t, "output/tables/counts.csv", []byte("sex,n\nF,10\nM,15\n")),
		v.keep(t, "output/tables/été 2026.csv", bytes.Repeat([]byte("0123456789abcdef"), 20_000)),
		v.keep(t, "output/empty.txt", nil),
		v.keep(t, "report.html", []byte("<p>done</p>")),
	}
}

// tree is what a directory holds: the bytes of files, where links lead, and
// nothing of directories, by path. What is not complete is left out.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".sallyport":
			return fs.SkipDir
		case d.IsDir():
			return nil
		case !d.Type().IsRegular():
			found[name] = d.Type().String()
			return nil
		}
		b, err := os.ReadFile(path)
		found[name] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// left are the files that are not complete.
func left(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, ".sallyport"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// delivered is what a directory holds when the files have arrived there.
func delivered(t testing.TB, v vault, files []review.Source) map[string]string {
	t.Helper()
	want := map[string]string{}
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(string(v), f.SHA256))
		if err != nil {
			t.Fatal(err)
		}
		want[filepath.Join(workspace, requestID, f.Path)] = string(b)
	}
	return want
}

func write(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
