package outputs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"sallyport/outputs"
	"sallyport/pipeline"
)

// wire is in every highly_sensitive file of these tests, and nowhere else.
const wire = "TRIPWIRE"

// trap is a workspace full of ways to a highly_sensitive file.
type trap struct {
	t     *testing.T
	dir   *outputs.Dir
	at    string // the workspace
	vault *outputs.DirVault
	pairs []string // of the manifest
	paths map[string]bool
}

func newTrap(t *testing.T) *trap {
	t.Helper()
	d, dir := workspaces(t)
	v, _ := dirVault(t)
	return &trap{t: t, dir: d, at: filepath.Join(dir, "w"), vault: v, paths: map[string]bool{}}
}

// file writes a file and returns its text.
func (tr *trap) file(path, text string) string {
	writeFile(tr.t, filepath.Join(tr.at, path), text)
	tr.paths[path] = true
	return text
}

// high writes a highly_sensitive file, lists it, and returns its text.
func (tr *trap) high(path string) string {
	text := tr.file(path, wire+" "+path)
	tr.list(path, entry(high, hash(text)))
	return text
}

func (tr *trap) list(path, entry string) {
	tr.pairs = append(tr.pairs, path, entry)
	tr.paths[path] = true
}

func (tr *trap) full(path string) string { return filepath.Join(tr.at, path) }

// set lays all traps. The comment of each says what is tried.
func (tr *trap) set() {
	secret := tr.high("output/secret.csv")
	sum := hash(secret)
	tr.file("output/good.csv", "good")
	tr.list("output/good.csv", entry(moderate, hash("good")))

	// Its name in other words.
	for _, path := range []string{
		"output/../output/secret.csv", "output/x/../secret.csv", "./output/secret.csv", "output//secret.csv",
		"output/./secret.csv", "output/secret.csv/", "/output/secret.csv", "../w/output/secret.csv",
		"output/SECRET.csv", "Output/secret.csv", "output/\u017fecret.csv", "output/secret.csv\x00", `output\secret.csv`,
		"output/secret.csv\ufffd", tr.full("output/secret.csv"),
	} {
		tr.list(path, entry(moderate, sum))
	}
	accented := tr.high("output/caf\u00e9.csv")
	tr.list("output/cafe\u0301.csv", entry(moderate, hash(accented)))

	// A link to it, beside it and to the folder, with the hash of its bytes.
	must(tr.t, os.Symlink("secret.csv", tr.full("output/link.csv")), os.Symlink("output", tr.full("linked")),
		os.Symlink(tr.full("output/secret.csv"), tr.full("absolute.csv")), os.Link(tr.full("output/secret.csv"), tr.full("output/hard.csv")))
	for _, path := range []string{"output/link.csv", "linked/secret.csv", "absolute.csv", "output/hard.csv"} {
		tr.list(path, entry(moderate, sum))
		tr.list(path+".excluded", entry(moderate, sum, `"excluded": true`))
	}

	// Listed at two levels, in both orders, and in one entry.
	for i, first := range []string{high, moderate} {
		path := fmt.Sprintf("output/twice%d.csv", i)
		text := tr.file(path, wire)
		second := []string{moderate, high}[i]
		tr.list(path, entry(first, hash(text)))
		tr.list(path, entry(second, hash(text)))
	}
	for i, fields := range []string{
		`"level": "highly_sensitive", "level": "moderately_sensitive"`, `"LEVEL": "highly_sensitive", "level": "minimally_sensitive"`,
		`"level": "Highly_sensitive"`, `"level": "highly_sensitive "`, `"level": null`,
	} {
		tr.list(fmt.Sprintf("output/once%d.csv", i), "{"+fields+`, "content_hash": "`+hash(tr.file(fmt.Sprintf("output/once%d.csv", i), wire))+`"}`)
	}

	// Where another output should be: moved there, or with other bytes than named.
	tr.file("output/moved.csv", wire)
	tr.list("output/moved.csv", entry(moderate, hash("what was approved")))
	tr.list("output/moved2.csv", entry(minimal, hash("as long!"), `"size": 8`))
	tr.file("output/moved2.csv", wire)

	// Where the placeholder of an excluded output would be.
	tr.list("output/big.csv", entry(moderate, hash("big"), `"excluded": true`))
	tr.high("output/big.csv.txt")
	tr.list("output/BIG2.csv", entry(moderate, hash("big"), `"excluded": true`))
	tr.high("output/big2.csv.txt")
	tr.list("output/secret", entry(high, sum, `"excluded": true`))
	tr.file("output/secret.txt", wire)
	must(tr.t, os.Symlink("secret.csv", tr.full("output/noted.csv.txt")))
	tr.list("output/noted.csv", entry(moderate, hash("x"), `"excluded": true`))
	tr.list("output/huge.csv", entry(moderate, hash("x"), `"excluded": true`))
	tr.file("output/huge.csv.txt", strings.Repeat(wire, 100_000)) // never so long

	// Excluded and out of date, with the bytes still there.
	for i, field := range []string{"excluded", "out_of_date_action", "out_of_date_output"} {
		path := fmt.Sprintf("output/closed%d.csv", i)
		tr.list(path, entry(moderate, hash(tr.file(path, wire)), `"`+field+`": true`))
	}

	// Where a log would be.
	tr.high("metadata/secret.log")
	tr.list("metadata/Shout.LOG", entry(high, ""))
	tr.file("metadata/shout.log", wire)
	must(tr.t, os.Symlink("../output/secret.csv", tr.full("metadata/link.log")),
		os.Link(tr.full("output/secret.csv"), tr.full("metadata/hard.log")))
	tr.file("metadata/sub/secret.log", wire)
	tr.file("metadata/.log", wire)
	tr.file("metadata/log", wire)
	tr.file("output/secret.log", wire)
	tr.file("METADATA/secret.log", wire)
	tr.file("metadata/good.log", "good log")

	// The manifest itself, and what is no file.
	tr.list("metadata/manifest.json", entry(moderate, ""))
	tr.list("Metadata/Manifest.json", entry(moderate, ""))
	must(tr.t, mkfifo(tr.full("output/fifo.csv")), mkfifo(tr.full("metadata/fifo.log")))
	listenAt(tr.t, tr.full("output/s"))
	for _, path := range []string{"output/fifo.csv", "output/s", "output", "linked", "nothing.csv", "output/good.csv/x"} {
		tr.list(path, entry(moderate, ""))
	}

	for _, path := range []string{
		"metadata/link.log", "metadata/hard.log", "metadata/fifo.log", "metadata/manifest.json", "metadata/../output/secret.log",
		"metadata/\xff.log", "output/link.csv", "output/hard.csv", "linked/secret.csv", "absolute.csv", "", ".", "..",
	} {
		tr.paths[path] = true
	}
}

// try opens and keeps v, and demands that nothing sensitive comes out. It
// reports whether anything did.
func (tr *trap) try(how string, v outputs.Viewable, err error) bool {
	tr.t.Helper()
	if err != nil {
		if _, ok := errors.AsType[*outputs.Refused](err); !ok {
			tr.t.Errorf("%s: %v, want a refusal", how, err)
		}
		return false
	}
	var got []byte
	f, err := tr.dir.Open(tr.t.Context(), v)
	if err == nil {
		got, err = io.ReadAll(f)
		must(tr.t, f.Close())
	}
	if err == nil && f.SHA256() != hash(string(got)) {
		tr.t.Errorf("%s: SHA256 is not that of the bytes", how)
	}
	if _, ok := errors.AsType[*outputs.Refused](err); err != nil && !ok {
		tr.t.Errorf("%s: Open = %v, want a refusal", how, err)
	}
	if bytes.Contains(got, []byte(wire)) {
		tr.t.Errorf("%s: Open gave highly_sensitive bytes: %.60q", how, got)
	}
	_, _, keepErr := tr.dir.Keep(tr.t.Context(), tr.vault, v, 1<<20)
	if (keepErr == nil) != (err == nil) {
		tr.t.Errorf("%s: Open %v, Keep %v", how, err, keepErr)
	}
	return err == nil
}

// checkVault demands that the vault holds nothing sensitive.
func (tr *trap) checkVault() {
	tr.t.Helper()
	for s, err := range tr.vault.All(tr.t.Context()) {
		must(tr.t, err)
		b, err := tr.vault.Open(tr.t.Context(), s.SHA256)
		must(tr.t, err)
		data, err := io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
		must(tr.t, err, b.Close())
		if bytes.Contains(data, []byte(wire)) {
			tr.t.Errorf("the vault holds highly_sensitive bytes: %.60q", data)
		}
	}
}

// TestNoWayToHighlySensitive tries every path by every way.
func TestNoWayToHighlySensitive(t *testing.T) {
	tr := newTrap(t)
	tr.set()
	writeFile(t, tr.full("metadata/manifest.json"), outputsOf(t, tr.pairs...))
	m, err := tr.dir.ReadManifest(t.Context(), "w")
	must(t, err)

	var opened []string
	for path := range tr.paths {
		if e, ok := m.Output(path); ok {
			v, err := outputs.ViewOutput("w", e)
			if tr.try("output "+path, v, err) {
				opened = append(opened, "output "+path)
			}
			v, err = outputs.ViewPlaceholder(t.Context(), "w", e, m.Listed)
			if tr.try("placeholder of "+path, v, err) {
				opened = append(opened, "placeholder of "+path)
			}
		}
		v, err := outputs.ViewLog(t.Context(), "w", path, m.Listed)
		if tr.try("log "+path, v, err) {
			opened = append(opened, "log "+path)
		}
		v, err = outputs.ViewLinked("w", path, pipeline.HighlySensitive)
		if tr.try("linked "+path, v, err) || err == nil {
			opened = append(opened, "linked, highly_sensitive "+path)
		}
	}
	slices.Sort(opened)
	if want := []string{"log metadata/good.log", "output output/good.csv"}; !slices.Equal(opened, want) {
		t.Errorf("what could be opened: %q\nwant %q", opened, want)
	}
	tr.checkVault()
}

// TestNoWayWithoutManifest: what Walk gives, and what is linked at another
// path, never leads to a file by another name.
func TestNoWayWithoutManifest(t *testing.T) {
	tr := newTrap(t)
	tr.set()
	must(t, os.Remove(tr.full("output/good.csv")))
	var walked []string
	_, err := tr.dir.Walk(t.Context(), "w", func(path string, _ int64) error {
		walked = append(walked, path)
		return nil
	})
	must(t, err)
	for _, path := range []string{"output/link.csv", "output/hard.csv", "linked/secret.csv", "absolute.csv", "metadata/secret.log", "output/fifo.csv", "output/secret.csv"} {
		if slices.Contains(walked, path) {
			t.Errorf("Walk gave %s", path)
		}
	}
	for _, path := range []string{"output/link.csv", "output/hard.csv", "linked/secret.csv", "absolute.csv", "output/fifo.csv", "output/s", "output"} {
		v, err := outputs.ViewLinked("w", path, pipeline.ModeratelySensitive)
		if err != nil {
			t.Errorf("ViewLinked(%s) = %v", path, err)
		}
		if tr.try("linked "+path, v, err) {
			t.Errorf("%s was opened", path)
		}
	}
	tr.checkVault()
}

// TestNoWayByRace swaps a file for links to a highly_sensitive one while it is
// opened and kept, thousands of times.
func TestNoWayByRace(t *testing.T) {
	for name, swap := range map[string]func(tr *trap) error{
		"symbolic link": func(tr *trap) error {
			return errors.Join(os.Symlink("secret.csv", tr.full("output/tmp")), os.Rename(tr.full("output/tmp"), tr.full("output/a.csv")))
		},
		"hard link": func(tr *trap) error {
			return errors.Join(os.Link(tr.full("output/secret.csv"), tr.full("output/tmp")), os.Rename(tr.full("output/tmp"), tr.full("output/a.csv")))
		},
		"folder": func(tr *trap) error {
			return errors.Join(os.Rename(tr.full("output"), tr.full("away")), os.Symlink("sensitive", tr.full("output")),
				os.Remove(tr.full("output")), os.Rename(tr.full("away"), tr.full("output")))
		},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTrap(t)
			tr.file("output/a.csv", "good")
			tr.file("output/secret.csv", wire)
			tr.file("sensitive/a.csv", wire)
			linked, err := outputs.ViewLinked("w", "output/a.csv", pipeline.MinimallySensitive)
			must(t, err)
			listed, err := outputs.ViewOutput("w", outputs.Entry{Path: "output/a.csv", Level: moderate, SHA256: hash("good"), Size: 4})
			must(t, err)
			race(t, tr, func() error {
				return errors.Join(swap(tr), os.WriteFile(tr.full("output/tmp"), []byte("good"), 0o600),
					os.Rename(tr.full("output/tmp"), tr.full("output/a.csv")))
			}, linked, listed)
		})
	}
}

// race opens and keeps views while swap is called over and over, until it was
// called 500 times and views were opened and refused.
func race(t *testing.T, tr *trap, swap func() error, views ...outputs.Viewable) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var swapper sync.WaitGroup
	var mu sync.Mutex
	swaps := 0
	swapper.Go(func() {
		for ctx.Err() == nil {
			if err := swap(); err != nil {
				t.Errorf("swap: %v", err)
				return
			}
			mu.Lock()
			swaps++
			mu.Unlock()
		}
	})
	enough := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return swaps >= 500
	}
	opened, refused := 0, 0
	for i := 0; !t.Failed() && i < 1_000_000 && (!enough() || opened == 0 || refused == 0); i++ {
		for _, v := range views {
			f, err := tr.dir.Open(t.Context(), v)
			if err == nil {
				data, _ := io.ReadAll(f)
				if bytes.Contains(data, []byte(wire)) {
					t.Errorf("Open gave highly_sensitive bytes: %q", data)
				}
				must(t, f.Close())
				opened++
			} else {
				refused++
			}
			_, _, _ = tr.dir.Keep(t.Context(), tr.vault, v, 1000) // what it kept is looked at in the end
		}
	}
	cancel()
	swapper.Wait()
	if opened == 0 || refused == 0 {
		t.Errorf("%d opened, %d refused: the race was not met", opened, refused)
	}
	tr.checkVault()
}

// TestOnlyViewablesAndManifestsAreOpened reads the package's own code: the
// bytes of a workspace are reached through openFile alone, and openFile is
// called for a Viewable and for the manifest.
func TestOnlyViewablesAndManifestsAreOpened(t *testing.T) {
	callers := map[string][]string{}
	for _, name := range sources(t) {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		must(t, err)
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				called := ""
				switch n := n.(type) {
				case *ast.SelectorExpr:
					called = n.Sel.Name
				case *ast.CallExpr:
					if id, ok := n.Fun.(*ast.Ident); ok {
						called = id.Name
					}
				}
				if opens[called] && !slices.Contains(callers[called], f.Name.Name) {
					callers[called] = append(callers[called], f.Name.Name)
				}
				return true
			})
		}
	}
	for called, want := range map[string][]string{
		"openFile":      {"ReadManifest", "openViewable"},
		"openViewable":  {"Keep", "Open"},
		"openLast":      {"openFile"},
		"openAt":        {"enter", "openLast"},
		"Openat":        {"openAt"},
		"NewFile":       {"folder", "openLast"}, // a directory that is listed
		"ReadFile":      nil,
		"Open":          {"Verify", "Workspaces", "makeFolders", "store", "sweep", "folder", "OpenDir", "evict", "load", "loadRows"},
		"OpenFile":      {"Open", "create", "locked", "sweepOne", "temporary"}, // of the vault and of the places that windows remember
		"OpenInRoot":    nil,
		"FS":            nil,
		"Openat2":       nil,
		"Mmap":          nil,
		"DirFS":         nil,
		"Sendfile":      nil,
		"CopyFileRange": nil,
	} {
		got := callers[called]
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s is called by %q, want %q", called, got, want)
		}
	}
}

var opens = map[string]bool{
	"openFile": true, "openViewable": true, "openLast": true, "openAt": true, "Openat": true, "NewFile": true,
	"ReadFile": true, "Open": true, "OpenFile": true, "OpenInRoot": true, "FS": true, "Openat2": true, "Mmap": true,
	"DirFS": true, "Sendfile": true, "CopyFileRange": true,
}

// sources names the package's files without its tests.
func sources(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("*.go")
	must(t, err)
	if len(names) == 0 {
		t.Fatal("no sources")
	}
	return slices.DeleteFunc(names, func(name string) bool { return strings.HasSuffix(name, "_test.go") })
}

// TestOpenMetDevice: a device is not opened, not even to look at it.
func TestOpenMetDevice(t *testing.T) {
	tr := newTrap(t)
	must(t, os.MkdirAll(tr.full("output"), 0o755))
	if err := unix.Mknod(tr.full("output/zero.csv"), unix.S_IFCHR|0o600, int(unix.Mkdev(1, 5))); err != nil {
		t.Log("this process may not make a device:", err)
		return
	}
	v, err := outputs.ViewLinked("w", "output/zero.csv", moderate)
	must(t, err)
	_, err = tr.dir.Open(t.Context(), v)
	if r, ok := errors.AsType[*outputs.Refused](err); !ok || r.Reason != outputs.NotRegular {
		t.Errorf("Open of a device = %v, want NotRegular", err)
	}
}
