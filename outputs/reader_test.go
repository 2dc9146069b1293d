package outputs_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/outputs"
	"sallyport/pipeline"
)

// kept is a store of one workspace's readings.
type kept struct {
	last    outputs.LastReading
	sources outputs.Sources
	rd      outputs.Reading // the last good one
	applied int
	err     error // of every method, if set
}

func (k *kept) LastReading(context.Context, string) (outputs.LastReading, error) {
	return k.last, k.err
}

func (k *kept) Sources(context.Context, string) (outputs.Sources, error) { return k.sources, k.err }

func (k *kept) ApplyReading(_ context.Context, _ string, rd outputs.Reading) (int, error) {
	k.rd, k.applied = rd, k.applied+1
	k.last = outputs.LastReading{
		Tried: rd.At, Read: rd.At, Identity: rd.Identity, Linked: rd.Linked, Outputs: len(rd.Outputs),
	}
	return len(rd.Outputs), k.err
}

func (k *kept) RecordReadingError(_ context.Context, _ string, failed outputs.FailedReading) error {
	k.last.Tried, k.last.Error, k.last.Lasting = failed.At, failed.Message, failed.Lasting
	if failed.Lasting {
		sum := k.last.Identity.SHA256
		k.last.Identity = failed.Identity
		k.last.Identity.SHA256 = sum
	}
	return k.err
}

// reading is a Reader of the workspace "w", with all that it needs.
type reading struct {
	*outputs.Reader
	kept
	vault *outputs.DirVault
	dir   string // of all workspaces
	now   time.Time
}

func newReading(t testing.TB) *reading {
	t.Helper()
	r := &reading{dir: t.TempDir(), now: time.Date(2026, 5, 3, 12, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return r.now }
	dir, err := outputs.OpenDir(outputs.Config{Path: r.dir, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	if r.vault, err = outputs.OpenDirVault(t.TempDir(), clock); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(dir.Close(), r.vault.Close()); err != nil {
			t.Error(err)
		}
	})
	r.Reader, err = outputs.NewReader(outputs.ReaderConfig{
		Dir: dir, Vault: r.vault, Store: &r.kept, Now: clock, Every: 30 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// put writes a file of the workspace, replacing what has its name.
func (r *reading) put(t testing.TB, name, text string) {
	t.Helper()
	if err := r.write(name, text); err != nil {
		t.Fatal(err)
	}
}

func (r *reading) write(name, text string) error {
	at := filepath.Join(r.dir, "w", filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(at), 0o750); err != nil {
		return err
	}
	if err := os.WriteFile(at+".new", []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(at+".new", at)
}

func (r *reading) read(t testing.TB) {
	t.Helper()
	r.now = r.now.Add(time.Second)
	if err := r.Read(t.Context(), "w"); err != nil {
		t.Fatalf("Read = %v", err)
	}
}

// fails reads and expects an error that is kept in words.
func (r *reading) fails(t testing.TB, words string) {
	t.Helper()
	r.now = r.now.Add(time.Second)
	before := r.applied
	if err := r.Read(t.Context(), "w"); err == nil {
		t.Fatal("Read = nil")
	}
	if !strings.Contains(r.last.Error, words) || r.applied != before {
		t.Errorf("the error kept is %q, want %q; %d readings", r.last.Error, words, r.applied-before)
	}
}

func (r *reading) changed(t testing.TB, when string, want bool) {
	t.Helper()
	if got := r.Changed(t.Context(), "w"); got != want {
		t.Errorf("Changed %s = %v, want %v", when, got, want)
	}
}

const manifestName = "metadata/manifest.json"

func manifestOf(paths ...string) string {
	var entries []string
	for _, p := range paths {
		entries = append(entries, fmt.Sprintf(`%q: {"level": "moderately_sensitive", "size": 1}`, p))
	}
	return `{"outputs": {` + strings.Join(entries, ", ") + `}}`
}

func TestReaderReadsAManifest(t *testing.T) {
	r := newReading(t)
	r.changed(t, "before the first reading", true)
	text := manifestOf("output/b.csv", "output/a.csv", "../out.csv")
	r.put(t, manifestName, text)
	r.read(t)
	if len(r.rd.Outputs) != 2 || r.rd.Outputs[0].Path != "output/a.csv" || len(r.rd.Problems) != 1 || r.rd.Linked || !r.rd.At.Equal(r.now) {
		t.Errorf("the reading is %+v", r.rd)
	}
	if diff := cmp.Diff([]string{"out.csv"}, r.rd.Taken); diff != "" {
		t.Errorf("taken names (-want +got):\n%s", diff)
	}
	blob, err := r.vault.Open(t.Context(), r.rd.Identity.SHA256)
	if err != nil {
		t.Fatalf("the manifest is not in the vault: %v", err)
	}
	got := make([]byte, blob.Size())
	if _, err := blob.ReadAt(got, 0); err != nil || string(got) != text {
		t.Errorf("the vault has %q, %v; want the manifest", got, err)
	}
	if err := blob.Close(); err != nil {
		t.Error(err)
	}
	r.changed(t, "after a reading", false)
	r.put(t, manifestName, manifestOf("output/c.csv"))
	r.changed(t, "after another manifest", true)
	r.read(t)
	if len(r.rd.Outputs) != 1 {
		t.Errorf("the second reading is %+v", r.rd)
	}
}

func TestReaderKeepsErrors(t *testing.T) {
	r := newReading(t)
	r.put(t, manifestName, manifestOf("output/a.csv"))
	r.read(t)
	r.put(t, manifestName, `{"outputs": {`)
	r.fails(t, "line 1")
	if !r.last.Lasting {
		t.Error("a manifest that is wrong may be right without a change")
	}
	r.changed(t, "after a wrong manifest", false)
	r.put(t, manifestName, manifestOf("output/a.csv"))
	r.changed(t, "after it was put right", true)
	r.read(t)

	if err := os.Remove(filepath.Join(r.dir, "w", manifestName)); err != nil {
		t.Fatal(err)
	}
	r.changed(t, "after the manifest went", true)
	r.fails(t, "gone")
	r.changed(t, "while the manifest is gone, which is kept", false)
	if err := os.Symlink("/etc/passwd", filepath.Join(r.dir, "w", manifestName)); err != nil {
		t.Fatal(err)
	}
	r.fails(t, "symbolic link")
	if r.last.Lasting {
		t.Error("a link would not be looked at again")
	}
	if err := os.RemoveAll(filepath.Join(r.dir, "w")); err != nil {
		t.Fatal(err)
	}
	r.changed(t, "after the directory went", true)
	r.fails(t, "directory is gone")
	r.changed(t, "while the directory is gone, which is kept", false)
	r.put(t, manifestName, manifestOf("output/a.csv"))
	r.changed(t, "when it is there again", true)
	r.read(t)
	r.changed(t, "after all", false)
}

func TestReaderRefuses(t *testing.T) {
	r := newReading(t)
	if err := r.Read(t.Context(), "../w"); err == nil {
		t.Error("Read(../w) = nil")
	}
	r.put(t, manifestName, manifestOf("output/a.csv"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Read(ctx, "w"); !errors.Is(err, context.Canceled) {
		t.Errorf("Read after the end = %v", err)
	}
	if r.last.Error != "" {
		t.Errorf("the caller's own end was kept: %q", r.last.Error)
	}
	away := errors.New("the database is away")
	r.err = away
	if err := r.Read(t.Context(), "w"); !errors.Is(err, away) {
		t.Errorf("Read without a store = %v", err)
	}
	r.changed(t, "without a store", true)
	if _, err := outputs.NewReader(outputs.ReaderConfig{}); err == nil {
		t.Error("NewReader of nothing = nil")
	}
}

// reportedSource is a job request whose one job succeeded.
func reportedSource(t testing.TB) pipeline.Source {
	t.Helper()
	p, _ := pipeline.Read([]byte("version: '3.0'\nactions:\n  report:\n    run: r:latest a.R\n    outputs:\n" +
		"      moderately_sensitive: {t: output/*.csv}\n      highly_sensitive: {c: output/cohort.csv}\n"))
	r, err := pipeline.ReadReport([]byte(`{"identifier":"bbbbbbbbbbbbbbbb","workspace":"w","backend":"tpp",
		"commit":"abcdef0","status":"succeeded","jobs":[{"action":"report","status":"succeeded"}]}`))
	if err != nil || p == nil {
		t.Fatal(err)
	}
	return pipeline.Source{JobRequest: r, Pipeline: p}
}

func TestReaderLinksWithoutAManifest(t *testing.T) {
	r := newReading(t)
	r.sources = outputs.Sources{JobRequests: []pipeline.Source{reportedSource(t)}, Reports: 3}
	r.read(t) // there is no directory yet
	if len(r.rd.Outputs) != 0 || !r.rd.Linked {
		t.Errorf("the reading of nothing is %+v", r.rd)
	}
	for _, name := range []string{"output/b.csv", "output/a.csv", "output/cohort.csv", "output/sub/c.csv", "metadata/report.log"} {
		r.put(t, name, "12345")
	}
	if err := os.Symlink("cohort.csv", filepath.Join(r.dir, "w", "output", "link.csv")); err != nil {
		t.Fatal(err)
	}
	r.read(t)
	var got []string
	for _, e := range r.rd.Outputs {
		got = append(got, fmt.Sprintf("%s %s %d %s", e.Path, e.Level, e.Size, r.rd.Refused[e.Path]))
		if e.JobRequest != "bbbbbbbbbbbbbbbb" || e.Action != "report" || e.JobID == "" || e.Commit != "abcdef0" {
			t.Errorf("entry %+v", e)
		}
	}
	want := []string{
		"output/a.csv moderately_sensitive 5 ", "output/b.csv moderately_sensitive 5 ", "output/cohort.csv highly_sensitive 5 ",
		"output/link.csv moderately_sensitive -1 is a symbolic link, or lies behind one",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("linked (-want +got):\n%s", diff)
	}
	if r.rd.Reports != 3 || len(r.rd.Problems) != 1 {
		t.Errorf("the reading is %+v", r.rd)
	}

	r.changed(t, "at once", false)
	r.now = r.now.Add(30 * time.Second)
	r.changed(t, "after a while", true)
	r.read(t)
	r.last.Stale = true
	r.changed(t, "after a report", true)
	r.last.Stale = false
	if err := os.RemoveAll(filepath.Join(r.dir, "w")); err != nil {
		t.Fatal(err)
	}
	r.fails(t, "directory is gone")
	r.put(t, manifestName, manifestOf("output/a.csv"))
	r.changed(t, "after a manifest came", true)
	r.read(t)
	if r.rd.Linked {
		t.Error("a manifest was not read")
	}
}

// slow is a store that is held up in ApplyReading.
type slow struct {
	kept
	mu      sync.Mutex
	began   chan struct{} // receives when it is held up
	release chan struct{}
}

func (s *slow) LastReading(ctx context.Context, workspace string) (outputs.LastReading, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept.LastReading(ctx, workspace)
}

func (s *slow) ApplyReading(ctx context.Context, workspace string, rd outputs.Reading) (int, error) {
	s.began <- struct{}{}
	<-s.release
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept.ApplyReading(ctx, workspace, rd)
}

func TestReadersAtOnceReadOnce(t *testing.T) {
	// In a bubble, so that the test can wait until the readers wait.
	synctest.Test(t, testReadersAtOnce)
}

func testReadersAtOnce(t *testing.T) {
	r := newReading(t)
	r.put(t, manifestName, manifestOf("output/a.csv"))
	store := &slow{began: make(chan struct{}), release: make(chan struct{})}
	r.Store = store
	var all sync.WaitGroup
	read := func() {
		if err := r.Read(t.Context(), "w"); err != nil {
			t.Errorf("Read = %v", err)
		}
	}
	all.Go(read)
	<-store.began
	for range 8 {
		all.Go(read)
	}
	synctest.Wait()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Read(ctx, "w"); !errors.Is(err, context.Canceled) {
		t.Errorf("Read of who does not wait = %v", err)
	}
	close(store.release) // a second reading would be held up at began, and the test with it
	all.Wait()
	if store.applied != 1 {
		t.Errorf("nine readers read %d times, want once", store.applied)
	}
}

// A manifest that is rewritten all the time is read whole, or not at all.
func TestReaderOfAManifestThatChanges(t *testing.T) {
	r := newReading(t)
	texts := []string{manifestOf("output/a.csv"), manifestOf("output/a.csv", "output/b.csv")}
	r.put(t, manifestName, texts[0])
	ctx, stop := context.WithCancel(t.Context())
	var writer sync.WaitGroup
	writer.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			if err := r.write(manifestName, texts[i%2]); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for range 50 {
		if err := r.Read(t.Context(), "w"); err != nil && !errors.Is(err, outputs.ErrManifestChanging) {
			t.Errorf("Read = %v", err)
		}
		if n := len(r.rd.Outputs); r.applied > 0 && n != 1 && n != 2 {
			t.Errorf("a reading of %d outputs", n)
		}
	}
	stop()
	writer.Wait()
	r.read(t)
	if err := r.vault.Verify(t.Context(), r.rd.Identity.SHA256); err != nil {
		t.Errorf("the manifest in the vault: %v", err)
	}
}
