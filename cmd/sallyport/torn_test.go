package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"sallyport/review"
)

// TestManifestThatCannotBeRead shows that a manifest which cannot be read
// leaves the workspace as it was, with the error and the age of what is shown,
// and that all is well again when it can.
func TestManifestThatCannotBeRead(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		p := startIdle(t, url)
		l := p.layOut("torn-main", "tornmaintornmain")
		l.good("output/a.csv", "a\n1\n")
		l.write()
		manifest := l.path("metadata/manifest.json")
		good := p.workspace("researcher1", "torn-main")
		if good.ReadError != nil || good.ReadAt == nil || good.Outputs != 1 {
			t.Fatalf("the workspace %+v, want one output and no error", good)
		}
		for _, broken := range []struct {
			name, says string
			make       func()
		}{
			{"half of it", "line", func() { l.replace(l.manifest()[:40]) }},
			{"no JSON", "line 1", func() { l.replace([]byte("version: 4\n")) }},
			{"nothing", "ends too early", func() { l.replace(nil) }},
			{"two of them", "something follows", func() { l.replace(append(l.manifest(), l.manifest()...)) }},
			{"a link", "is a symbolic link", func() {
				l.file("elsewhere.json", string(l.manifest()))
				must(t, os.Remove(manifest))
				must(t, os.Symlink("../elsewhere.json", manifest))
			}},
			{"a folder", "is not a regular file", func() {
				must(t, os.Remove(manifest))
				must(t, os.Mkdir(manifest, 0o750))
			}},
			{"no file", "The manifest is gone", func() { must(t, os.Remove(manifest)) }},
			{"no metadata", "The manifest is gone", func() { must(t, os.RemoveAll(filepath.Dir(manifest))) }},
		} {
			broken.make()
			w := p.workspace("researcher1", "torn-main")
			if w.ReadError == nil || !strings.Contains(*w.ReadError, broken.says) || w.ErrorAt == nil {
				t.Errorf("%s: the workspace says %+v, want an error with %q", broken.name, w, broken.says)
			} else if *w.ReadAt != *good.ReadAt || w.Outputs != 1 || *w.ErrorAt <= *w.ReadAt {
				t.Errorf("%s: the workspace %+v, want the reading of %s", broken.name, w, *good.ReadAt)
			}
			if o := p.outputs("researcher1", "torn-main")["output/a.csv"]; !o.Requestable {
				t.Errorf("%s: the output that was read before: %+v", broken.name, o)
			}
		}
		must(t, os.MkdirAll(filepath.Dir(manifest), 0o750))
		l.good("output/b.csv", "b\n2\n")
		l.write()
		if w := p.workspace("researcher1", "torn-main"); w.ReadError != nil || w.Outputs != 2 || *w.ReadAt <= *good.ReadAt {
			t.Errorf("mended, the workspace is %+v, want two outputs and no error", w)
		}
		p.replayEqual()
	})
}

// TestManifestBeingRewritten lists a workspace while its manifest is written
// over in place, piece by piece, again and again: each list is one manifest or
// the other, never a part of one.
func TestManifestBeingRewritten(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		p := startIdle(t, url)
		l := p.layOut("torn-main", "tornmaintornmain")
		l.good("output/a.csv", "a\n1\n")
		few := l.manifest()
		l.write()
		names := func() string {
			return strings.Join(slices.Sorted(maps.Keys(p.outputs("researcher1", "torn-main"))), " ")
		}
		small := names()
		for i := range 40 {
			l.list(fmt.Sprintf("output/%02d.csv", i), review.ModeratelySensitive, "not there")
		}
		many := l.manifest()
		l.write()
		large := names()
		if small != "output/a.csv" || strings.Count(large, " ") != 40 {
			t.Fatalf("the lists are %q and %q", small, large)
		}

		stop, seen := make(chan struct{}), map[string]int{}
		var writer sync.WaitGroup
		writer.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				if err := inPieces(l.path("metadata/manifest.json"), [][]byte{few, many}[n%2]); err != nil {
					t.Error(err)
					return
				}
			}
		})
		for range 60 {
			seen[names()]++
		}
		close(stop)
		writer.Wait()
		delete(seen, small)
		delete(seen, large)
		if len(seen) > 0 {
			t.Errorf("lists that are neither manifest: %q", slices.Collect(maps.Keys(seen)))
		}
		l.replace(few)
		if w := p.workspace("researcher1", "torn-main"); w.ReadError != nil || names() != small {
			t.Errorf("at last the workspace is %+v with %q, want %q", w, names(), small)
		}
		p.replayEqual()
	})
}

// inPieces writes over a file as a careless program would.
func inPieces(name string, b []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	for piece := range slices.Chunk(b, 512) {
		if _, err := f.Write(piece); err != nil {
			return err
		}
	}
	return f.Close()
}

// TestFileThatChanges shows that what is asked for, reviewed and released are
// bytes and not a name: a file may change at any time.
func TestFileThatChanges(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		p := startIdle(t, url)
		const first, second, third = "a,b\n1,2\n", "a,b\n1,9\n", "a,b\n9,9\n"
		l := p.layOut("moving-main", "movingmainmoving")
		l.good("output/a.csv", first)
		l.good("output/other.csv", "x\n")
		l.write()
		if o := p.outputs("researcher1", "moving-main")["output/a.csv"]; !o.Requestable || *o.SHA256 != sumOf([]byte(first)) {
			t.Fatalf("listed: %+v", o)
		}
		id := p.draftIn("moving-main", "researcher1", "output/other.csv")

		// It changes after it was listed: other bytes than the manifest names.
		l.file("output/a.csv", second)
		added := p.add("researcher1", id, "output/a.csv")
		if added.ID != "" || added.WhyNot != "`output/a.csv` does not have the bytes that the manifest names." {
			t.Errorf("adding a file that changed since it was listed = %+v", added)
		}
		if a := p.content("researcher1", "moving-main", "output/a.csv"); a.status != 409 || a.code() != "changed" {
			t.Errorf("opening it = %d %s, want 409 changed", a.status, a.body)
		}
		if p.inVault(second) {
			t.Error("the vault holds bytes that no manifest named")
		}

		// Its job ran again: the manifest says so too.
		l.listed = nil
		l.list("output/other.csv", review.ModeratelySensitive, "x\n")
		l.list("output/a.csv", review.ModeratelySensitive, second)
		l.write()
		if o := p.outputs("researcher1", "moving-main")["output/a.csv"]; *o.SHA256 != sumOf([]byte(second)) {
			t.Fatalf("listed after the job ran again: %+v", o)
		}
		if added := p.add("researcher1", id, "output/a.csv"); added.ID == "" {
			t.Fatalf("adding it then = %+v", added)
		}
		p.changesUnderReview(l, id, second, third)
	})
}

// changesUnderReview submits a request, changes its file in the workspace
// while it is reviewed, and shows that the copy is what everybody sees and
// what goes out.
func (p *program) changesUnderReview(l *layout, id, copied, changed string) {
	p.t.Helper()
	p.act("researcher1", id, "submit", object{}, 200)
	p.review("checker1", id)
	l.file("output/a.csv", changed)
	l.listed = nil
	l.list("output/a.csv", review.ModeratelySensitive, changed)
	l.write()
	p.outputs("researcher1", "moving-main")
	for _, who := range []string{"researcher1", "checker1", "checker2"} {
		for _, f := range outputsOf(p.request(who, id)) {
			if !f.ChangedInWorkspace {
				p.t.Errorf("%s is not told that %s is another file, or none, in the workspace today", who, f.Path)
			}
			if f.Path != "output/a.csv" {
				continue
			}
			a := p.want(who, call{method: "GET", path: "/requests/" + id + "/files/" + string(f.ID) + "/content"}, 200)
			if string(a.body) != copied || f.SHA256 != sumOf([]byte(copied)) {
				p.t.Errorf("%s is shown %q, want the copy %q", who, a.body, copied)
			}
		}
	}
	p.review("checker2", id)
	must(p.t, os.RemoveAll(l.at))
	p.approve("checker2", id)
	must(p.t, p.app.deliverNow(p.t.Context(), review.RequestID(id)))
	if v := p.request("researcher1", id); v.Status != review.Released {
		p.t.Fatalf("the request is %s, want RELEASED", v.Status)
	}
	got, err := os.ReadFile(filepath.Join(p.dir, "released", "moving-main", id, "output/a.csv"))
	must(p.t, err)
	if !bytes.Equal(got, []byte(copied)) {
		p.t.Errorf("released %q, want the approved copy %q", got, copied)
	}
	p.replayEqual()
}
