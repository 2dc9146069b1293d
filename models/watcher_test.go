package models

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sallyport/outputs"
	"sallyport/review"
)

// watched is a directory of workspaces that a Watcher watches.
type watched struct {
	db      testDB
	path    string
	reader  *outputs.Reader
	watcher *outputs.Watcher
}

func newWatched(t testing.TB, db testDB, every time.Duration) watched {
	t.Helper()
	path := t.TempDir()
	dir := must[*outputs.Dir](t)(outputs.OpenDir(outputs.Config{Path: path, Now: time.Now}))
	vault := must[*outputs.DirVault](t)(outputs.OpenDirVault(t.TempDir(), time.Now))
	t.Cleanup(func() {
		if err := dir.Close(); err != nil {
			t.Error(err)
		}
		if err := vault.Close(); err != nil {
			t.Error(err)
		}
	})
	w := watched{db: db, path: path}
	w.reader = must[*outputs.Reader](t)(outputs.NewReader(outputs.ReaderConfig{Dir: dir, Vault: vault, Store: db, Now: time.Now, Every: every / 2}))
	w.watcher = must[*outputs.Watcher](t)(outputs.NewWatcher(outputs.WatcherConfig{Reader: w.reader, Store: db, Every: every}))
	return w
}

// manifest makes a workspace's manifest list empty files.
func (w watched) manifest(t testing.TB, workspace string, paths ...string) {
	t.Helper()
	text := `{"outputs": {`
	for i, p := range paths {
		if i > 0 {
			text += ","
		}
		text += fmt.Sprintf(`%q: {"level": "moderately_sensitive", "size": 0}`, p)
	}
	w.write(t, workspace, "metadata/manifest.json", text+"}}")
}

func (w watched) write(t testing.TB, workspace, name, text string) {
	t.Helper()
	at := filepath.Join(w.path, workspace, name)
	if err := os.MkdirAll(filepath.Dir(at), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at+".new", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(at+".new", at); err != nil {
		t.Fatal(err)
	}
}

// until waits for the workspace study to be as it should.
func (w watched) until(t *testing.T, what string, is func(WorkspaceFound) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if found, err := w.db.Workspace(ctx, "study"); err == nil && is(found) {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("nobody noticed %s", what)
		}
	}
}

// What changes on the disk is noticed without anybody looking: manifests that
// come, change, break and go, files without a manifest, and directories.
func TestWatcherNotices(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		w := newWatched(t, db, 50*time.Millisecond)
		w.write(t, "study", "output/walked.csv", "")
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- w.watcher.Run(ctx) }()
		defer func() {
			stop()
			if err := <-done; err != nil {
				t.Error(err)
			}
		}()
		w.until(t, "a workspace without a manifest", func(f WorkspaceFound) bool { return f.Linked && !f.LastGoodReading.IsZero() })
		first := must[WorkspaceFound](t)(db.Workspace(t.Context(), "study")).LastGoodReading
		w.until(t, "that it is walked again", func(f WorkspaceFound) bool { return f.LastGoodReading.After(first) })
		w.manifest(t, "study", "output/a.csv", "output/in/b.csv")
		w.until(t, "a manifest", func(f WorkspaceFound) bool { return f.Outputs == 2 && !f.Linked })
		version := must[WorkspaceFound](t)(db.Workspace(t.Context(), "study")).Version
		w.manifest(t, "study", "output/a.csv", "output/c.csv")
		w.until(t, "another manifest", func(f WorkspaceFound) bool { return f.Version > version })
		changed, _, err := db.Changes(t.Context(), ChangeFilter{Workspace: "study", After: version, Limit: 10})
		if err != nil || len(changed) != 2 || changed[0].Change != review.ChangeCame || changed[1].Change != review.ChangeWent {
			t.Errorf("Changes = %+v, %v", changed, err)
		}
		w.write(t, "study", "metadata/manifest.json", `{"outputs": {`)
		w.until(t, "a broken manifest", func(f WorkspaceFound) bool { return f.ManifestError != "" && f.Outputs == 2 })
		if err := os.RemoveAll(filepath.Join(w.path, "study")); err != nil {
			t.Fatal(err)
		}
		w.until(t, "that the directory went", func(f WorkspaceFound) bool { return f.ManifestError == "The workspace's directory is gone" })
		since := must[WorkspaceFound](t)(db.Workspace(t.Context(), "study"))
		w.manifest(t, "study", "output/a.csv")
		w.until(t, "that it is back", func(f WorkspaceFound) bool { return f.ManifestError == "" && f.Outputs == 1 && f.FailedAt.IsZero() })
		if since.FailedAt.IsZero() || since.LastGoodReading.IsZero() || since.Outputs != 2 {
			t.Errorf("while it was gone: %+v", since.WorkspaceSummary)
		}
	})
}

// A round over workspaces that did not change asks the database once for
// every five hundred, and writes nothing.
func TestWatcherAsksLittle(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		w := newWatched(t, db, 10*time.Millisecond)
		for n := range 20 {
			w.manifest(t, fmt.Sprintf("study-%d", n), "output/a.csv")
		}
		w.watcher.Round(t.Context())
		if list, _, err := db.Workspaces(t.Context(), review.Reach{All: true}, "", 50); err != nil || len(list) != 20 {
			t.Fatalf("%d workspaces, %v", len(list), err)
		}
		if n := db.statements(t, func() { w.watcher.Round(t.Context()) }); n != 1 {
			t.Errorf("a round over what did not change takes %d statements, want 1", n)
		}
		// A mount that is missing is noticed once, not every time.
		if err := os.RemoveAll(filepath.Join(w.path, "study-3")); err != nil {
			t.Fatal(err)
		}
		w.watcher.Round(t.Context())
		if n := db.statements(t, func() { w.watcher.Round(t.Context()) }); n != 1 {
			t.Errorf("a round over what is gone takes %d statements, want 1", n)
		}
	})
}

// BenchmarkWatcher goes round 10,000 workspaces that did not change, without
// its pauses.
func BenchmarkWatcher(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": sqliteURL, "postgres": postgresURL} {
		db := openForTest(b, url(b))
		w := newWatched(b, db, time.Microsecond)
		for n := range 10_000 {
			w.manifest(b, fmt.Sprintf("study-%d", n), "output/a.csv")
		}
		w.watcher.Round(b.Context())
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				w.watcher.Round(b.Context())
			}
		})
	}
}
