package release_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"sallyport/release"
)

var of = release.Release{Request: requestID, Workspace: workspace}

// within is where a file of the release lies in a directory.
func within(dir, name string) string { return filepath.Join(dir, workspace, requestID, name) }

// partial is where a file is written before it is complete.
func partial(dir, name string) string {
	return filepath.Join(dir, ".sallyport", sumOf([]byte(path.Join(workspace, requestID, name))))
}

// carry carries one file of these bytes to the directory.
func carry(t testing.TB, d release.Destination, name string, b []byte, from io.Reader) (string, error) {
	t.Helper()
	delivery, err := d.Open(t.Context(), of)
	if err != nil {
		return "", err
	}
	defer func() {
		if err := delivery.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	}()
	location, sum, err := delivery.Carry(t.Context(), release.File{Path: name, SHA256: sumOf(b), Size: int64(len(b))}, from)
	if err == nil && sum != sumOf(b) {
		t.Errorf("Carry(%q) = hash %s, want %s", name, sum, sumOf(b))
	}
	if err != nil && (location != "" || sum != "") {
		t.Errorf("Carry(%q) = %q, %q beside its error", name, location, sum)
	}
	return location, err
}

func TestDirectory(t *testing.T) {
	dir := t.TempDir()
	d := release.NewDirectory("archive", dir)
	b := []byte("sex,n\nF,10\n")
	location, err := carry(t, d, "output/tables/counts.csv", b, bytes.NewReader(b))
	if want := workspace + "/" + requestID + "/output/tables/counts.csv"; location != want || err != nil {
		t.Errorf("Carry = %q, %v; want %q", location, err, want)
	}
	for name, want := range map[string]fs.FileMode{
		filepath.Join(dir, workspace):           fs.ModeDir | 0o750,
		within(dir, ""):                         fs.ModeDir | 0o750,
		within(dir, "output/tables"):            fs.ModeDir | 0o750,
		within(dir, "output/tables/counts.csv"): 0o640,
		filepath.Join(dir, ".sallyport"):        fs.ModeDir | 0o700,
	} {
		st, err := os.Lstat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := st.Mode(); got != want {
			t.Errorf("%s has mode %v, want %v", name, got, want)
		}
	}
	if names := left(t, dir); len(names) != 0 {
		t.Errorf("left in .sallyport: %q", names)
	}
}

func TestDirectoryTwice(t *testing.T) {
	dir := t.TempDir()
	d := release.NewDirectory("archive", dir)
	b := []byte("sex,n\nF,10\n")
	if _, err := carry(t, d, "a/b.csv", b, bytes.NewReader(b)); err != nil {
		t.Fatal(err)
	}
	before, err := os.Lstat(within(dir, "a/b.csv"))
	if err != nil {
		t.Fatal(err)
	}
	// The bytes are not needed again.
	location, err := carry(t, d, "a/b.csv", b, iotest.ErrReader(errors.New("read again")))
	if location != workspace+"/"+requestID+"/a/b.csv" || err != nil {
		t.Errorf("Carry of what is there = %q, %v", location, err)
	}
	after, err := os.Lstat(within(dir, "a/b.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if !os.SameFile(before, after) || !before.ModTime().Equal(after.ModTime()) {
		t.Error("Carry of what is there wrote it again")
	}
}

func TestDirectoryFinish(t *testing.T) {
	const want = `{
  "v": 1,
  "request": "01JTB0000000000000000000R1",
  "workspace": "demo-study-main",
  "files": [
    {
      "path": "a/\u003cb\u003e.csv",
      "sha256": "aa",
      "size": 2
    },
    {
      "path": "b.csv",
      "sha256": "bb",
      "size": 1
    }
  ]
}
`
	a, b := release.File{Path: "a/<b>.csv", SHA256: "aa", Size: 2}, release.File{Path: "b.csv", SHA256: "bb", Size: 1}
	dir := t.TempDir()
	for _, files := range [][]release.File{{b, a}, {a, b}} {
		delivery, err := release.NewDirectory("archive", dir).Open(t.Context(), of)
		if err != nil {
			t.Fatal(err)
		}
		if err := delivery.Finish(t.Context(), files); err != nil {
			t.Errorf("Finish = %v", err)
		}
		got, err := os.ReadFile(within(dir, "manifest.json"))
		if string(got) != want || err != nil {
			t.Errorf("manifest.json = %s, %v; want %s", got, err, want)
		}
		if err := delivery.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	}
	write(t, within(dir, "manifest.json"), []byte("{}"))
	delivery, err := release.NewDirectory("archive", dir).Open(t.Context(), of)
	if err != nil {
		t.Fatal(err)
	}
	defer delivery.Close()
	err = delivery.Finish(t.Context(), []release.File{a, b})
	if !errors.Is(err, release.ErrOtherBytes) || !strings.Contains(fmt.Sprint(err), "manifest.json") {
		t.Errorf("Finish over another manifest = %v, want ErrOtherBytes with its name", err)
	}
}

// A file of the release may have the manifest's name.
func TestDirectoryFinishBesideAManifest(t *testing.T) {
	for name, files := range map[string][]string{
		"manifest.json":   {"metadata/manifest.json", "manifest.jsonl", "manifest-1.json"},
		"manifest-1.json": {"manifest.json"},
		"manifest-2.json": {"MANIFEST.json", "manifest-1.json/a.csv"},
	} {
		dir := t.TempDir()
		delivery, err := release.NewDirectory("archive", dir).Open(t.Context(), of)
		if err != nil {
			t.Fatal(err)
		}
		var all []release.File
		for _, f := range files {
			all = append(all, release.File{Path: f, SHA256: sumOf([]byte(f)), Size: int64(len(f))})
			if _, _, err := delivery.Carry(t.Context(), all[len(all)-1], strings.NewReader(f)); err != nil {
				t.Errorf("Carry(%q) = %v", f, err)
			}
		}
		if err := delivery.Finish(t.Context(), all); err != nil {
			t.Errorf("Finish beside %q = %v", files, err)
		}
		if b, err := os.ReadFile(within(dir, name)); err != nil || !bytes.HasPrefix(b, []byte("{\n  \"v\": 1,")) {
			t.Errorf("beside %q, %s = %.20q, %v; want the manifest", files, name, b, err)
		}
		if err := delivery.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	}
}

// A power cut at any moment leaves no name without its bytes, and no receipt
// without its name.
func TestDirectoryMakesLast(t *testing.T) {
	var steps []string
	d := release.NewDirectory("archive", t.TempDir())
	d.Before(func(s string) error {
		if s != "open" && s != "look" {
			steps = append(steps, s)
		}
		return nil
	})
	delivery, err := d.Open(t.Context(), of)
	if err != nil {
		t.Fatal(err)
	}
	defer delivery.Close()
	for _, name := range []string{"a/b.csv", "a/c.csv", "a/b.csv"} {
		if _, _, err := delivery.Carry(t.Context(), release.File{Path: name, SHA256: sumOf(nil)}, strings.NewReader("")); err != nil {
			t.Fatal(err)
		}
	}
	write := []string{"lock", "empty", "write", "sync", "read back", "move", "sync folder"}
	folder := []string{"make folder", "sync folder"}
	want := slices.Concat([]string{"make folder"}, folder, folder, folder, write, write, []string{"read back", "sync folder"})
	if diff := cmp.Diff(want, steps); diff != "" {
		t.Errorf("system calls (-want +got):\n%s", diff)
	}
}

func TestDirectoryRefusesNames(t *testing.T) {
	long := strings.Repeat("a", 256)
	for _, name := range []string{
		"", "/etc/passwd", "..", "../a.csv", "a/../b.csv", "a/..", "./a.csv", "a//b.csv", "a/", "a/.", `a\b.csv`, `..\a.csv`,
		"a\x00b", "a\nb.csv", "a\x7f.csv", "a\u0085.csv", "\xff.csv", long, long + "/a.csv", strings.Repeat("a/", 512) + "a",
	} {
		dir := t.TempDir()
		_, err := carry(t, release.NewDirectory("archive", dir), name, nil, strings.NewReader(""))
		if !errors.Is(err, release.ErrName) {
			t.Errorf("Carry(%.40q) = %v, want ErrName", name, err)
		}
		if got := tree(t, dir); len(got) != 0 {
			t.Errorf("Carry(%.40q) left %q", name, got)
		}
	}
	for _, name := range []string{"...", ".a.csv", "~", "-rf", "a b.csv", "a:b.csv", "été.csv", "%2e%2e.csv", long[1:]} {
		dir := t.TempDir()
		if _, err := carry(t, release.NewDirectory("archive", dir), name, nil, strings.NewReader("")); err != nil {
			t.Errorf("Carry(%.40q) = %v", name, err)
		}
		if _, ok := tree(t, dir)[filepath.Join(workspace, requestID, name)]; !ok {
			t.Errorf("Carry(%.40q) did not deliver it", name)
		}
	}
}

func TestDirectoryRefusesReleases(t *testing.T) {
	for _, of := range []release.Release{
		{Workspace: workspace}, {Request: requestID}, {Workspace: "..", Request: requestID},
		{Workspace: workspace, Request: ".."}, {Workspace: "a/b", Request: requestID},
		{Workspace: ".sallyport", Request: requestID}, {Workspace: workspace, Request: "a/../.."},
		{Workspace: "é", Request: requestID}, {Workspace: strings.Repeat("w", 256), Request: requestID},
	} {
		dir := t.TempDir()
		if _, err := release.NewDirectory("archive", dir).Open(t.Context(), of); !errors.Is(err, release.ErrName) {
			t.Errorf("Open(%.40q) = %v, want ErrName", of, err)
		}
		if entries, err := os.ReadDir(dir); len(entries) != 0 || err != nil {
			t.Errorf("Open(%.40q) made %v, %v", of, entries, err)
		}
	}
}

// Whatever is where the file belongs stays as it is, and leads nowhere.
func TestDirectoryOverwritesNothing(t *testing.T) {
	const name = "a/b/c.csv"
	b := []byte("approved")
	fifo := func(t *testing.T, _, path string) {
		if err := unix.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	link := func(to string) func(*testing.T, string, string) {
		return func(t *testing.T, outside, path string) {
			if err := os.Symlink(filepath.Join(outside, to), path); err != nil {
				t.Fatal(err)
			}
		}
	}
	file := func(content string) func(*testing.T, string, string) {
		return func(t *testing.T, _, path string) { write(t, path, []byte(content)) }
	}
	folder := func(t *testing.T, _, path string) {
		if err := os.Mkdir(path, 0o750); err != nil {
			t.Fatal(err)
		}
	}
	type thing struct {
		name  string
		plant func(t *testing.T, outside, path string)
		want  error
	}
	things := []thing{
		{"a link to a directory", link("folder"), release.ErrInTheWay},
		{"a link to a file", link("approved"), release.ErrInTheWay}, // the right bytes, but elsewhere
		{"a dangling link", link("nothing"), release.ErrInTheWay},
		{"a link to itself", func(t *testing.T, _, path string) {
			if err := os.Symlink(filepath.Base(path), path); err != nil {
				t.Fatal(err)
			}
		}, release.ErrInTheWay},
		{"a FIFO", fifo, release.ErrInTheWay},
	}
	for place, extra := range map[string][]thing{
		".sallyport":                           {{"a file", file("x"), release.ErrInTheWay}},
		workspace:                              {{"a file", file("x"), release.ErrInTheWay}},
		path.Join(workspace, requestID):        {{"a file", file("x"), release.ErrInTheWay}},
		path.Join(workspace, requestID, "a"):   {{"a file", file("x"), release.ErrInTheWay}},
		path.Join(workspace, requestID, "a/b"): {{"a file", file("x"), release.ErrInTheWay}},
		path.Join(workspace, requestID, name): {
			{"a directory", folder, release.ErrInTheWay},
			{"other bytes of the same size", file("Approved"), release.ErrOtherBytes},
			{"fewer bytes", file("approve"), release.ErrOtherBytes},
			{"more bytes", file("approved."), release.ErrOtherBytes},
			{"an empty file", file(""), release.ErrOtherBytes},
		},
		strings.TrimPrefix(partial("/", name), "/"): {
			{"a directory", folder, unix.EISDIR},
			{"a link to a file that is there", link("victim"), release.ErrInTheWay},
		},
	} {
		for _, th := range slices.Concat(things, extra) {
			t.Run(th.name+" at "+place, func(t *testing.T) {
				dir, outside := t.TempDir(), t.TempDir()
				write(t, filepath.Join(outside, "approved"), b)
				write(t, filepath.Join(outside, "victim"), []byte("keep me"))
				write(t, filepath.Join(outside, "folder/x"), []byte("x"))
				planted := filepath.Join(dir, place)
				if err := os.MkdirAll(filepath.Dir(planted), 0o750); err != nil {
					t.Fatal(err)
				}
				th.plant(t, outside, planted)
				before, beforeOutside := tree(t, dir), tree(t, outside)
				_, err := carry(t, release.NewDirectory("archive", dir), name, b, bytes.NewReader(b))
				if !errors.Is(err, th.want) {
					t.Errorf("Carry = %v, want %v", err, th.want)
				}
				if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
					t.Errorf("Carry changed the destination (-before +after):\n%s", diff)
				}
				if diff := cmp.Diff(beforeOutside, tree(t, outside)); diff != "" {
					t.Errorf("Carry changed what a link leads to (-before +after):\n%s", diff)
				}
			})
		}
	}
}

// What a crash left of another attempt is used again; what stands under this
// name and another is not touched.
func TestDirectoryUsesLeftovers(t *testing.T) {
	b := []byte("approved")
	t.Run("half a file", func(t *testing.T) {
		dir := t.TempDir()
		write(t, partial(dir, "a.csv"), []byte("a longer text than the file"))
		if _, err := carry(t, release.NewDirectory("archive", dir), "a.csv", b, bytes.NewReader(b)); err != nil {
			t.Fatal(err)
		}
		if got := tree(t, dir)[filepath.Join(workspace, requestID, "a.csv")]; got != string(b) {
			t.Errorf("delivered %q, want %q", got, b)
		}
	})
	t.Run("a second name of something else", func(t *testing.T) {
		dir := t.TempDir()
		victim := filepath.Join(dir, "victim")
		write(t, victim, []byte("keep me"))
		write(t, partial(dir, "x"), nil)
		if err := os.Link(victim, partial(dir, "a.csv")); err != nil {
			t.Fatal(err)
		}
		if _, err := carry(t, release.NewDirectory("archive", dir), "a.csv", b, bytes.NewReader(b)); err != nil {
			t.Fatal(err)
		}
		if got := tree(t, dir); got["victim"] != "keep me" || got[filepath.Join(workspace, requestID, "a.csv")] != string(b) {
			t.Errorf("after Carry: %q", got)
		}
	})
}

func TestDirectoryNeedsGoodBytes(t *testing.T) {
	b := []byte("approved")
	broken := errors.New("the vault is away")
	for name, test := range map[string]struct {
		from io.Reader
		want error
	}{
		"a read that fails": {io.MultiReader(bytes.NewReader(b), iotest.ErrReader(broken)), broken},
		"other bytes":       {strings.NewReader("Approved"), release.ErrReadBack},
		"fewer bytes":       {strings.NewReader("approve"), release.ErrReadBack},
		"more bytes":        {strings.NewReader("approved."), release.ErrReadBack},
		"no bytes":          {strings.NewReader(""), release.ErrReadBack},
	} {
		dir := t.TempDir()
		d := release.NewDirectory("archive", dir)
		if _, err := carry(t, d, "a.csv", b, test.from); !errors.Is(err, test.want) {
			t.Errorf("Carry of %s = %v, want %v", name, err, test.want)
		}
		if got, partials := tree(t, dir), left(t, dir); len(got) != 0 || len(partials) != 0 {
			t.Errorf("Carry of %s left %q and %q", name, got, partials)
		}
		if _, err := carry(t, d, "a.csv", b, bytes.NewReader(b)); err != nil {
			t.Errorf("Carry after %s = %v", name, err)
		}
	}
}

// before calls do before the nth call of this name.
func before(d *release.Directory, step string, nth int, do func() error) {
	d.Before(func(s string) error {
		if s == step {
			nth--
			if nth == 0 {
				return do()
			}
		}
		return nil
	})
}

// Between writing and naming a file its bytes are read from the disk.
func TestDirectoryReadsBack(t *testing.T) {
	b := []byte("approved")
	dir := t.TempDir()
	d := release.NewDirectory("archive", dir)
	before(d, "read back", 1, func() error {
		return os.WriteFile(partial(dir, "a.csv"), []byte("Approved"), 0o600)
	})
	if _, err := carry(t, d, "a.csv", b, bytes.NewReader(b)); !errors.Is(err, release.ErrReadBack) {
		t.Errorf("Carry to a disk that changes bytes = %v, want ErrReadBack", err)
	}
	if got := tree(t, dir); len(got) != 0 {
		t.Errorf("Carry to a disk that changes bytes left %q", got)
	}
}

// Somebody takes the place at the last moment.
func TestDirectoryRaces(t *testing.T) {
	b := []byte("approved")
	for name, test := range map[string]struct {
		there string
		want  error
	}{
		"the same bytes": {"approved", nil},
		"other bytes":    {"mine", release.ErrOtherBytes},
	} {
		dir := t.TempDir()
		d := release.NewDirectory("archive", dir)
		before(d, "move", 1, func() error {
			write(t, within(dir, "a.csv"), []byte(test.there))
			return nil
		})
		if _, err := carry(t, d, "a.csv", b, bytes.NewReader(b)); !errors.Is(err, test.want) {
			t.Errorf("Carry when %s come first = %v, want %v", name, err, test.want)
		}
		if got := tree(t, dir)[filepath.Join(workspace, requestID, "a.csv")]; got != test.there {
			t.Errorf("Carry when %s come first overwrote them: %q", name, got)
		}
		if names := left(t, dir); len(names) != 0 {
			t.Errorf("left in .sallyport: %q", names)
		}
	}
	t.Run("another file takes the partial one's name", func(t *testing.T) {
		dir := t.TempDir()
		d := release.NewDirectory("archive", dir)
		before(d, "move", 1, func() error {
			if err := os.Remove(partial(dir, "a.csv")); err != nil {
				return err
			}
			return os.WriteFile(partial(dir, "a.csv"), []byte("unapproved"), 0o600)
		})
		if _, err := carry(t, d, "a.csv", b, bytes.NewReader(b)); !errors.Is(err, release.ErrReadBack) {
			t.Errorf("Carry = %v, want ErrReadBack", err)
		}
	})
}

// Network file systems that cannot move without overwriting give the file a
// second name instead.
func TestDirectoryWithoutMove(t *testing.T) {
	b := []byte("approved")
	noMove := func(s string) error {
		if s == "move" {
			return release.ErrNoMove
		}
		return nil
	}
	t.Run("is delivered", func(t *testing.T) {
		dir := t.TempDir()
		d := release.NewDirectory("archive", dir)
		d.Before(noMove)
		if _, err := carry(t, d, "a.csv", b, bytes.NewReader(b)); err != nil {
			t.Fatal(err)
		}
		if got := tree(t, dir)[filepath.Join(workspace, requestID, "a.csv")]; got != string(b) || len(left(t, dir)) != 0 {
			t.Errorf("delivered %q, left %q", got, left(t, dir))
		}
	})
	t.Run("overwrites nothing", func(t *testing.T) {
		dir := t.TempDir()
		d := release.NewDirectory("archive", dir)
		d.Before(func(s string) error {
			if s == "move" {
				write(t, within(dir, "a.csv"), []byte("mine"))
			}
			return noMove(s)
		})
		if _, err := carry(t, d, "a.csv", b, bytes.NewReader(b)); !errors.Is(err, release.ErrOtherBytes) {
			t.Errorf("Carry = %v, want ErrOtherBytes", err)
		}
		if got := tree(t, dir)[filepath.Join(workspace, requestID, "a.csv")]; got != "mine" {
			t.Errorf("Carry overwrote it: %q", got)
		}
	})
	t.Run("after a crash with both names", func(t *testing.T) {
		dir := t.TempDir()
		d := release.NewDirectory("archive", dir)
		d.Before(func(s string) error {
			if s == "remove" {
				return errors.New("gone")
			}
			return noMove(s)
		})
		if _, err := carry(t, d, "a.csv", b, bytes.NewReader(b)); err == nil {
			t.Error("Carry = nil although the second name stays")
		}
		if len(left(t, dir)) != 1 {
			t.Fatalf("left in .sallyport: %q, want the second name", left(t, dir))
		}
		d.Before(noMove)
		if _, err := carry(t, d, "a.csv", b, bytes.NewReader(b)); err != nil {
			t.Error(err)
		}
		if got := tree(t, dir)[filepath.Join(workspace, requestID, "a.csv")]; got != string(b) || len(left(t, dir)) != 0 {
			t.Errorf("delivered %q, left %q", got, left(t, dir))
		}
	})
}

// Two processes carry the same files at the same moment.
func TestDirectoryTogether(t *testing.T) {
	dir := t.TempDir()
	b := bytes.Repeat([]byte("approved"), 50_000)
	for round := range 20 {
		name := fmt.Sprintf("a/%d.csv", round)
		var all sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			all.Go(func() { _, errs[i] = carry(t, release.NewDirectory("archive", dir), name, b, bytes.NewReader(b)) })
		}
		all.Wait()
		for _, err := range errs {
			if err != nil && !errors.Is(err, release.ErrBusy) {
				t.Errorf("Carry beside others = %v, want nil or ErrBusy", err)
			}
		}
		if !slices.Contains(errs, nil) {
			t.Errorf("nobody delivered: %v", errs)
		}
		if got := tree(t, dir)[filepath.Join(workspace, requestID, name)]; got != string(b) {
			t.Errorf("delivered %d bytes, want %d", len(got), len(b))
		}
	}
	if names := left(t, dir); len(names) != 0 {
		t.Errorf("left in .sallyport: %q", names)
	}
}

func TestDirectoryEnds(t *testing.T) {
	b := bytes.Repeat([]byte("approved"), 1<<20/8)
	dir := t.TempDir()
	d := release.NewDirectory("archive", dir)
	ctx, cancel := context.WithCancel(t.Context())
	before(d, "read back", 1, func() error { cancel(); return nil })
	delivery, err := d.Open(ctx, of)
	if err != nil {
		t.Fatal(err)
	}
	defer delivery.Close()
	_, _, err = delivery.Carry(ctx, release.File{Path: "a.csv", SHA256: sumOf(b), Size: int64(len(b))}, bytes.NewReader(b))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Carry when told to end = %v, want context.Canceled", err)
	}
	if got := tree(t, dir); len(got) != 0 || len(left(t, dir)) != 0 {
		t.Errorf("Carry when told to end left %q and %q", got, left(t, dir))
	}
	if _, err := d.Open(ctx, of); !errors.Is(err, context.Canceled) {
		t.Errorf("Open when told to end = %v, want context.Canceled", err)
	}
}

func TestDirectoryUsable(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "file"), nil)
	if err := os.Symlink(dir, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]error{
		"":      nil,
		"link":  nil, // the operator's own
		"none":  unix.ENOENT,
		"file":  unix.ENOTDIR,
		"again": unix.ENOENT, // it was not made
	} {
		d := release.NewDirectory("archive", filepath.Join(dir, name))
		if err := d.Usable(t.Context()); !errors.Is(err, want) || (want != nil && !strings.Contains(err.Error(), "archive")) {
			t.Errorf("Usable of %q = %v, want %v", name, err, want)
		}
	}
	if names := left(t, dir); len(names) != 0 {
		t.Errorf("left in .sallyport: %q", names)
	}
	full := release.NewDirectory("archive", dir)
	full.Before(func(s string) error {
		if s == "empty" {
			return unix.EROFS
		}
		return nil
	})
	if err := full.Usable(t.Context()); !errors.Is(err, unix.EROFS) {
		t.Errorf("Usable of a read-only disk = %v, want EROFS", err)
	}
}
