package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"sallyport/review"
)

func query(v string) string { return url.QueryEscape(v) }

func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// canary is in every file that nobody may read, and nowhere else.
const canary = "CANARY: read by nobody\n"

// lies are the ways in which a manifest can lie about output/<name>: what the
// list of outputs says of it, what opening it is answered, and what adding it.
var lies = []struct {
	path   string
	make   func(l *layout, path string)
	listed string // "" if only reading shows it
	open   int
	code   string
	added  string
}{
	{
		"output/wrong_hash.csv", func(l *layout, path string) {
			l.file(path, "a,b\n1,2\n")
			l.list(path, review.ModeratelySensitive, "a,b\n1,3\n")
		}, "", 409, "changed",
		"`output/wrong_hash.csv` does not have the bytes that the manifest names.",
	}, {
		"output/wrong_size.csv", func(l *layout, path string) {
			l.file(path, "a,b\n1,2\n3,4\n")
			l.list(path, review.ModeratelySensitive, "a,b\n1,2\n")
		}, "does not have the bytes that the manifest names", 409, "changed",
		"`output/wrong_size.csv` does not have the bytes that the manifest names.",
	}, {
		"output/link.csv", func(l *layout, path string) {
			must(l.t, os.Symlink("secret/a.csv", l.path(path)))
			l.list(path, review.ModeratelySensitive, canary+"a")
		}, "is a symbolic link, or lies behind one", 403, "role",
		"`output/link.csv` is a symbolic link, or lies behind one.",
	}, {
		"output/behind/a.csv", func(l *layout, path string) {
			must(l.t, os.Symlink("secret", l.path("output/behind")))
			l.list(path, review.ModeratelySensitive, canary+"a")
		}, "is a symbolic link, or lies behind one", 403, "role",
		"`output/behind/a.csv` is a symbolic link, or lies behind one.",
	}, {
		"output/hard.csv", func(l *layout, path string) {
			must(l.t, os.Link(l.path("output/secret/b.csv"), l.path(path)))
			l.list(path, review.ModeratelySensitive, canary+"b")
		}, "has a second name (a hard link)", 403, "role",
		"`output/hard.csv` has a second name (a hard link).",
	}, {
		"output/secret/a.csv", func(*layout, string) {}, // there, and listed as what it is
		"`output/secret/a.csv` is highly_sensitive: nobody can open or release it.", 403, "role",
		"`output/secret/a.csv` is highly_sensitive: nobody can open or release it.",
	}, {
		"output/twice.csv", func(l *layout, path string) {
			l.file(path, canary+"twice")
			l.list(path, review.HighlySensitive, canary+"twice")
			l.list(path, review.ModeratelySensitive, canary+"twice")
		}, "`output/twice.csv` is highly_sensitive: nobody can open or release it.", 403, "role",
		"`output/twice.csv` is highly_sensitive: nobody can open or release it.",
	}, {
		"output/fifo.csv", func(l *layout, path string) {
			must(l.t, syscall.Mkfifo(l.path(path), 0o600))
			l.list(path, review.ModeratelySensitive, "never")
		}, "is not a regular file", 403, "role",
		"`output/fifo.csv` is not a regular file.",
	}, {
		"output/folder.csv", func(l *layout, path string) {
			must(l.t, os.Mkdir(l.path(path), 0o750))
			l.list(path, review.ModeratelySensitive, "a folder")
		}, "is not a regular file", 403, "role",
		"`output/folder.csv` is not a regular file.",
	}, {
		"output/gone.csv", func(l *layout, path string) {
			l.list(path, review.ModeratelySensitive, "was here")
		}, "does not exist", 404, "not_found",
		"`output/gone.csv` does not exist.",
	}, {
		"output/good.csv/below.csv", func(l *layout, path string) {
			l.list(path, review.ModeratelySensitive, "below a file")
		}, "lies below something that is not a directory", 404, "not_found",
		"`output/good.csv/below.csv` lies below something that is not a directory.",
	},
}

// unlistable are names that no output can have, with what is said of them.
var unlistable = []struct{ name, path, shown, why string }{
	{"../outside.csv", "../outside.csv", "../outside.csv", "`../outside.csv` leads out of its workspace."},
	{"output/../../outside.csv", "output/../../outside.csv", "output/../../outside.csv", "`output/../../outside.csv` leads out of its workspace."},
	{"/etc/passwd", "/etc/passwd", "/etc/passwd", "`/etc/passwd` leads out of its workspace."},
	{"output/caf\xe9.csv", "output/caf\xe9.csv", `"output/caf\ufffd.csv"`, "`\"output/caf\\ufffd.csv\"` has a name that is not UTF-8."},
	{`output\\back.csv`, `output\back.csv`, `"output\\back.csv"`, "`\"output\\\\back.csv\"` is not a path that an output can have."},
}

// TestLyingManifest shows what becomes of a manifest that lies in every way:
// each lie is named, none is opened or added, nothing of it is read, and the
// outputs beside it work.
func TestLyingManifest(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		p := startIdle(t, url)
		l := p.layOut("lying-main", "lyinglyinglyingl")
		must(t, os.WriteFile(filepath.Join(filepath.Dir(l.at), "outside.csv"), []byte(canary+"outside"), 0o600))
		for _, name := range []string{"a", "b"} {
			l.file("output/secret/"+name+".csv", canary+name)
			l.list("output/secret/"+name+".csv", review.HighlySensitive, canary+name)
		}
		for _, lie := range lies {
			lie.make(l, lie.path)
		}
		for _, u := range unlistable {
			l.list(u.name, review.ModeratelySensitive, canary+"outside")
		}
		l.good("output/good.csv", "a,b\n1,2\n")
		l.write()
		p.liesAreListed()
		id := p.draftIn("lying-main", "researcher1", "output/good.csv")
		p.liesStayClosed(id)

		good := p.content("researcher1", "lying-main", "output/good.csv")
		if good.status != 200 || string(good.body) != "a,b\n1,2\n" {
			t.Errorf("content of the good file = %d %q", good.status, good.body)
		}
		for _, unread := range []string{"a", "b", "twice", "outside"} {
			if p.inVault(canary + unread) {
				t.Errorf("the vault holds %s, which nobody may read", unread)
			}
		}
		p.act("researcher1", id, "submit", object{}, 200)
		if files := outputsOf(p.request("checker1", id)); len(files) != 1 || files[0].Path != "output/good.csv" {
			t.Errorf("the request holds %+v, want the good file alone", files)
		}
		p.replayEqual()
	})
}

// liesAreListed looks at the list of the lying workspace.
func (p *program) liesAreListed() {
	p.t.Helper()
	found := p.outputs("researcher1", "lying-main")
	for _, lie := range lies {
		o, ok := found[lie.path]
		switch {
		case !ok:
			p.t.Errorf("%s is not listed", lie.path)
		case lie.listed == "" && !o.Requestable, lie.listed != "" && (o.Requestable || !strings.Contains(o.reason(), lie.listed)):
			p.t.Errorf("%s is listed as requestable %v, %q; want %q", lie.path, o.Requestable, o.reason(), lie.listed)
		}
	}
	if o := found["output/good.csv"]; !o.Requestable {
		p.t.Errorf("the good file is not requestable: %s", o.reason())
	}
	if o := found["output/twice.csv"]; o.Level != review.HighlySensitive || o.SHA256 != nil {
		p.t.Errorf("the file listed at two levels is %+v, want the most sensitive one, without its hash", o)
	}
	w := p.workspace("researcher1", "lying-main")
	if w.ReadError != nil {
		p.t.Fatalf("the manifest was not read: %s", *w.ReadError)
	}
	said := map[string]string{}
	for _, x := range w.Problems {
		said[x.Name] = x.WhyNot
	}
	for _, u := range unlistable {
		if said[u.shown] != u.why {
			p.t.Errorf("the workspace says of %s: %q, want %q; it says %q", u.shown, said[u.shown], u.why, said)
		}
		if _, ok := found[u.path]; ok {
			p.t.Errorf("%q is listed as an output", u.path)
		}
	}
}

// liesStayClosed tries to open and to add each lie.
func (p *program) liesStayClosed(id string) {
	p.t.Helper()
	for _, lie := range lies {
		a := p.content("researcher1", "lying-main", lie.path)
		if a.status != lie.open || a.code() != lie.code {
			p.t.Errorf("content of %s = %d %s, want %d %s", lie.path, a.status, a.body, lie.open, lie.code)
		}
		if bytes.Contains(a.body, []byte("CANARY")) {
			p.t.Errorf("the answer for %s has bytes that nobody may read", lie.path)
		}
		if added := p.add("researcher1", id, lie.path); added.ID != "" || added.WhyNot != lie.added || added.Code != "not_requestable" {
			p.t.Errorf("adding %s = %+v, want %q", lie.path, added, lie.added)
		}
	}
	for _, u := range unlistable {
		if a := p.content("researcher1", "lying-main", u.path); a.status != 404 && a.status != 422 {
			p.t.Errorf("content of %q = %d %s, want 404 or 422", u.path, a.status, a.body)
		}
		if u.path != "output/caf\xe9.csv" { // which no JSON can say
			if added := p.add("researcher1", id, u.path); added.ID != "" || added.Code != "not_requestable" {
				p.t.Errorf("adding %q = %+v", u.path, added)
			}
		}
	}
	if n := len(outputsOf(p.request("researcher1", id))); n != 1 {
		p.t.Errorf("the request has %d outputs, want the good file alone", n)
	}
}
