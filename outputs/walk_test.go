package outputs_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/outputs"
)

func TestWalk(t *testing.T) {
	d, dir := workspaces(t)
	w := filepath.Join(dir, "w")
	for _, path := range []string{
		"b.csv", "a.csv", "output/a.csv", "output/sub/\u00e9 x.csv", "output/.hidden", "a/b", "a-b", "metadata/manifest.json",
		"metadata/a.log", "output/metadata/a.csv", "bad\xff/a.csv", "output/new\nline", "back\\slash",
	} {
		writeFile(t, filepath.Join(w, path), "123")
	}
	writeFile(t, filepath.Join(dir, "outside"), "")
	must(t, os.Symlink("a.csv", filepath.Join(w, "link.csv")), os.Symlink("../..", filepath.Join(w, "output", "up")),
		os.Symlink("nowhere", filepath.Join(w, "broken")), os.Link(filepath.Join(dir, "outside"), filepath.Join(w, "hard")),
		mkfifo(filepath.Join(w, "fifo")))
	var got []string
	problems, err := d.Walk(t.Context(), "w", func(path string, size int64) error {
		if size != 3 {
			t.Errorf("%s has %d bytes, want 3", path, size)
		}
		got = append(got, path)
		return nil
	})
	must(t, err)
	want := []string{"a/b", "a-b", "a.csv", "b.csv", "output/.hidden", "output/a.csv", "output/metadata/a.csv", "output/sub/\u00e9 x.csv"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Walk (-want +got):\n%s", diff)
	}
	wantProblems := []outputs.Problem{
		{Name: `"back\\slash"`, Message: "is not a path that an output can have"},
		{Name: `"bad\xff"`, Message: "has a name that is not UTF-8"},
		{Name: "broken", Message: "is a symbolic link, or lies behind one"},
		{Name: "fifo", Message: "is not a regular file"},
		{Name: "hard", Message: "has a second name (a hard link)"},
		{Name: "link.csv", Message: "is a symbolic link, or lies behind one"},
		{Name: `"output/new\nline"`, Message: "is not a path that an output can have"},
		{Name: "output/up", Message: "is a symbolic link, or lies behind one"},
	}
	if diff := cmp.Diff(wantProblems, problems); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestWalkStops(t *testing.T) {
	d, dir := workspaces(t)
	for i := range 10 {
		writeFile(t, filepath.Join(dir, "w", fmt.Sprint(i)), "")
	}
	enough := errors.New("enough")
	seen := 0
	_, err := d.Walk(t.Context(), "w", func(string, int64) error {
		if seen++; seen == 3 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) || seen != 3 {
		t.Errorf("Walk = %v after %d files, want the error of the third", err, seen)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	never := func(path string, _ int64) error { t.Errorf("visited %s", path); return nil }
	if _, err := d.Walk(ctx, "w", never); !errors.Is(err, context.Canceled) {
		t.Errorf("Walk with an ended context = %v", err)
	}
	if _, err := d.Walk(t.Context(), "x", never); !refusedAs(err, outputs.Missing) {
		t.Errorf("Walk of no workspace = %v", err)
	}
	if _, err := d.Walk(t.Context(), "../x", never); !refusedAs(err, outputs.BadWorkspace) {
		t.Errorf("Walk of a bad name = %v", err)
	}
}

func TestWalkDeep(t *testing.T) {
	d, dir := workspaces(t)
	folder := strings.TrimSuffix(strings.Repeat("d/", 63), "/")
	writeFile(t, filepath.Join(dir, "w", folder, "a.csv"), "")
	writeFile(t, filepath.Join(dir, "w", folder, "d", "b.csv"), "")
	var got []string
	problems, err := d.Walk(t.Context(), "w", func(path string, _ int64) error {
		got = append(got, path)
		return nil
	})
	must(t, err)
	if diff := cmp.Diff([]string{folder + "/a.csv"}, got); diff != "" {
		t.Errorf("Walk (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]outputs.Problem{{Name: folder + "/d", Message: "lies too deep"}}, problems); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestLogs(t *testing.T) {
	d, dir := workspaces(t)
	if logs, err := d.Logs(t.Context(), "w"); len(logs) != 0 || err != nil {
		t.Errorf("Logs of no workspace = %v, %v", logs, err)
	}
	w := filepath.Join(dir, "w", "metadata")
	noon := time.Date(2026, 5, 3, 12, 0, 0, 0, time.UTC)
	for _, name := range []string{"report.log", "extract.log", ".log", "manifest.json", "sub/c.log"} {
		writeFile(t, filepath.Join(w, name), "log")
		must(t, os.Chtimes(filepath.Join(w, name), noon, noon))
	}
	must(t, os.Symlink("report.log", filepath.Join(w, "link.log")), mkfifo(filepath.Join(w, "fifo.log")))
	logs, err := d.Logs(t.Context(), "w")
	must(t, err)
	want := []outputs.Log{{Path: "metadata/extract.log", Size: 3, ModTime: noon}, {Path: "metadata/report.log", Size: 3, ModTime: noon}}
	if diff := cmp.Diff(want, logs); diff != "" {
		t.Errorf("Logs (-want +got):\n%s", diff)
	}
	must(t, os.RemoveAll(w), os.Symlink("..", w))
	if logs, err := d.Logs(t.Context(), "w"); !refusedAs(err, outputs.Link) {
		t.Errorf("Logs behind a link = %v, %v", logs, err)
	}
}
