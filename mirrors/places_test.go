package mirrors

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestPlaces(t *testing.T) {
	all := []string{"github.com/opensafely/study.git", "opensafely/study.git", "study.git"}
	for repository, want := range map[string][]string{
		"https://github.com/opensafely/study":         all,
		"https://github.com/opensafely/study.git":     all,
		"https://github.com/opensafely/study/":        all,
		"http://GitHub.com/opensafely/study":          all,
		"https://github.com:443/opensafely/study":     all,
		"https://token:x@github.com/opensafely/study": all,
		"ssh://git@github.com/opensafely/study.git":   all,
		"git@github.com:opensafely/study.git":         all,
		"https://git.example.org/a/b/c":               {"git.example.org/a/b/c.git", "a/b/c.git", "c.git"},
		"https://git.example.org/study":               {"git.example.org/study.git", "study.git"},

		"": nil, "study": nil, "/srv/study.git": nil, "file:///srv/study.git": nil, "../../etc": nil, "https://": nil, "https://github.com/": nil,
		"https://github.com/../../etc/passwd": nil, "https://github.com/a/%2e%2e/b": nil, "https://github.com/a/..": nil, "https://../a/b": nil,
		"https://github.com/a/.hidden": nil, "https://github.com/a//b": nil, "https://github.com/a/b?x=1": nil, "https://github.com/a/b#c": nil,
		"https://github.com/a/b\x00c": nil, "https://github.com/a/-b": nil, "https://github.com/a/b%2fc/d": {"github.com/a/b/c/d.git", "a/b/c/d.git", "d.git"},
		"https://github.com/a/b\u202ec": nil, "ext::sh -c x": nil, "-u@x:y": nil, "https://[::1]/a/b": nil,
		"https://github.com/" + strings.Repeat("a/", 9) + "b": nil,
		"https://github.com/a/" + strings.Repeat("b", 101):    nil,
		"https://github.com/" + strings.Repeat("a", 600):      nil,
	} {
		if got := places(repository); !slices.Equal(got, want) {
			t.Errorf("places(%.60q) = %q, want %q", repository, got, want)
		}
	}
}

// TestMirrorsFound looks for mirrors where they may lie, and where links lead
// out.
func TestMirrorsFound(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	mkdir := func(parts ...string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(parts...), 0o750); err != nil {
			t.Fatal(err)
		}
	}
	link := func(to string, parts ...string) {
		t.Helper()
		if err := os.Symlink(to, filepath.Join(parts...)); err != nil {
			t.Fatal(err)
		}
	}
	mkdir(outside, "secret.git", "objects")
	mkdir(dir, "github.com", "owner", "one.git", "objects")
	mkdir(dir, "owner", "two.git", "objects")
	mkdir(dir, "three.git", "objects")
	mkdir(dir, "four.git")
	link(filepath.Join(outside, "secret.git"), dir, "secret.git")
	link("../"+filepath.Base(outside)+"/secret.git", dir, "also.git")
	mkdir(dir, "five.git")
	link(filepath.Join(outside, "secret.git", "objects"), dir, "five.git", "objects")

	d, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for name, there := range map[string]bool{
		"one": true, "two": true, "three": true, "four": false, "secret": false, "also": false, "five": false, "none": false,
	} {
		m, err := d.Mirror("https://github.com/owner/" + name)
		if there != (err == nil) || err != nil && !errors.Is(err, ErrNoMirror) {
			t.Errorf("Mirror(%s) = %v, want there %v", name, err, there)
		}
		if err == nil {
			if err := m.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	if _, err := Open(filepath.Join(dir, "none")); err == nil {
		t.Error("Open of a directory that is not there = nil")
	}
}
