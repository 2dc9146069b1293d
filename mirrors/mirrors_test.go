package mirrors_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sallyport/mirrors"
)

// TestCode reads everything of a repository, from loose objects and from packs
// with deltas, and compares it with what git says.
func TestCode(t *testing.T) {
	s := newStudy(t)
	s.write("project.yaml", "version: '4.0'\n")
	s.write("analysis/deep/er/model.R", "library(survival)\n")
	long := strings.Repeat("a line that is there again and again\n", 3000)
	s.write("analysis/long.R", long)
	s.write("empty.txt", "")
	first := s.commit("First\n\nand more words")
	s.write("analysis/long.R", long+"one more\n")
	second := s.commit("Second")
	for _, packed := range []bool{false, true} {
		s.publish(packed)
		m := s.open()
		for _, id := range []string{first, second, first[:7], second[:12]} {
			c := at(t, m, id)
			if !strings.HasPrefix(c.ID, id) || c.At.Format("2006-01-02 15:04") != "2026-10-05 09:00" {
				t.Errorf("Commit(%s) = %+v", id, c)
			}
			for _, path := range strings.Split(s.git("ls-tree", "-r", "--name-only", id), "\n") {
				want := runGit(t, s.work, "show", id+":"+path)
				f, err := file(t, m, c, path)
				if err != nil || f.Kind != mirrors.Text || strings.TrimSuffix(string(f.Text), "\n") != want {
					t.Errorf("packed %v: %s at %s = %s, %d bytes, %v; want %d bytes", packed, path, id, f.Kind, len(f.Text), err, len(want))
				}
			}
		}
		if c := at(t, m, first); c.Subject != "First" {
			t.Errorf("subject = %q, want First", c.Subject)
		}
		root, err := m.Entry(t.Context(), at(t, m, second), "")
		if err != nil {
			t.Fatal(err)
		}
		entries, err := m.List(t.Context(), root)
		if got := names(entries); err != nil || !slices.Equal(got, []string{"analysis", "empty.txt", "project.yaml"}) {
			t.Errorf("List = %q, %v", got, err)
		}
	}
}

func names(entries []mirrors.Entry) []string {
	var list []string
	for _, e := range entries {
		list = append(list, e.Name)
	}
	return list
}

func TestKinds(t *testing.T) {
	s := newStudy(t)
	oid := "sha256:" + strings.Repeat("ab", 32)
	s.write("data.csv", "version https://git-lfs.github.com/spec/v1\noid "+oid+"\nsize 12345\n")
	s.write("picture.png", "\x89PNG\x00\x00")
	s.write("run.sh", "#!/bin/sh\n")
	s.write("a\nb\u202e.R", "odd\n")
	s.write("caf\xe9.R", "not UTF-8\n")
	if err := os.Symlink("../../etc/passwd", filepath.Join(s.work, "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("folder", filepath.Join(s.work, "way")); err != nil {
		t.Fatal(err)
	}
	s.write("folder/in.txt", "in\n")
	s.git("update-index", "--add", "--chmod=+x", "run.sh")
	s.git("update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("12", 20)+",sub")
	s.git("add", "data.csv", "picture.png", "link", "way", "folder", "a\nb\u202e.R", "caf\xe9.R")
	s.git("commit", "--quiet", "-m", "Kinds")
	id := s.git("rev-parse", "HEAD")
	s.publish(true)
	m := s.open()
	c := at(t, m, id)
	for path, want := range map[string]mirrors.File{
		"data.csv":      {Kind: mirrors.LargeFile, Size: 12345, Target: oid},
		"picture.png":   {Kind: mirrors.Binary, Size: 6},
		"run.sh":        {Kind: mirrors.Text, Size: 10, Text: []byte("#!/bin/sh\n")},
		"a\nb\u202e.R":  {Kind: mirrors.Text, Size: 4, Text: []byte("odd\n")},
		"caf\xe9.R":     {Kind: mirrors.Text, Size: 10, Text: []byte("not UTF-8\n")},
		"link":          {Kind: mirrors.Link, Size: 16, Target: "../../etc/passwd"},
		"sub":           {Kind: mirrors.Submodule, Size: -1, Target: strings.Repeat("12", 20)},
		"folder/in.txt": {Kind: mirrors.Text, Size: 3, Text: []byte("in\n")},
	} {
		f, err := file(t, m, c, path)
		if err != nil || f.Kind != want.Kind || f.Size != want.Size || f.Target != want.Target || string(f.Text) != string(want.Text) {
			t.Errorf("File(%q) = %+v, %v; want %+v", path, f, err, want)
		}
	}
	for _, path := range []string{
		"no", "folder/no", "run.sh/x", "link/x", "way/in.txt", "sub/x", "folder/../run.sh", "/run.sh", "folder//in.txt", "./run.sh", ".", "..", "folder/",
		strings.Repeat("folder/", 1000), strings.Repeat("x", 5000),
	} {
		if e, err := m.Entry(t.Context(), c, path); !errors.Is(err, mirrors.ErrNoFile) {
			t.Errorf("Entry(%.40q) = %+v, %v, want ErrNoFile", path, e, err)
		}
	}
}

func TestCommitIDs(t *testing.T) {
	s := newStudy(t)
	s.write("project.yaml", "version: '4.0'\n")
	id := s.commit("One")
	s.git("tag", "-a", "v1", "-m", "A tag")
	tag, tree := s.git("rev-parse", "v1"), s.git("rev-parse", id+"^{tree}")
	for _, packed := range []bool{false, true} {
		s.publish(packed)
		m := s.open()
		for _, no := range []string{
			"", id[:6], strings.ToUpper(id), id + "0", "main", "HEAD", "v1", tag, tree, tree[:8], strings.Repeat("0", 40), "0000000", "../../../x", id[:7] + "^", "-" + id[:7],
		} {
			if c, err := m.Commit(t.Context(), no); !errors.Is(err, mirrors.ErrNoCommit) {
				t.Errorf("Commit(%q) = %+v, %v, want ErrNoCommit", no, c, err)
			}
		}
	}
}

// TestAmbiguous makes commits until two begin alike.
func TestAmbiguous(t *testing.T) {
	s := newStudy(t)
	s.write("project.yaml", "version: '4.0'\n")
	tree := s.git("rev-parse", s.commit("One")+"^{tree}")
	s.publish(false)
	one, two := alike(t, tree)
	s.putCommit(tree, one)
	m := s.open()
	id := hashOf("commit", commitText(tree, one))
	if got := at(t, m, id[:7]); got.ID != id {
		t.Errorf("Commit of one = %s, want %s", got.ID, id)
	}
	s.putCommit(tree, two)
	if _, err := m.Commit(t.Context(), id[:7]); !errors.Is(err, mirrors.ErrAmbiguous) {
		t.Errorf("Commit of two = %v, want ErrAmbiguous", err)
	}
	if got := at(t, m, id); got.ID != id {
		t.Errorf("Commit(%s) = %s", id, got.ID)
	}
}

func TestCompare(t *testing.T) {
	s := newStudy(t)
	for _, name := range []string{"same/a.R", "gone/b.R", "changed.R", "turns"} {
		s.write(name, name+"\n")
	}
	from := s.commit("Before")
	s.write("changed.R", "other\n")
	s.write("new/deep/c.R", "new\n")
	if err := os.RemoveAll(filepath.Join(s.work, "gone")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(s.work, "turns")); err != nil {
		t.Fatal(err)
	}
	s.write("turns/into.R", "a folder\n")
	to := s.commit("After")
	s.publish(true)
	m := s.open()
	a, b := at(t, m, from), at(t, m, to)
	changes, more, err := m.Compare(t.Context(), a, b)
	if err != nil || more {
		t.Fatalf("Compare = %v, more %v", err, more)
	}
	var got []string
	for _, c := range changes {
		got = append(got, string(c.What)+" "+c.Path)
		one, err := m.ChangeAt(t.Context(), a, b, c.Path)
		if err != nil || one.What != c.What || (one.Old == nil) != (c.Old == nil) {
			t.Errorf("ChangeAt(%s) = %+v, %v; want %+v", c.Path, one, err, c)
		}
	}
	want := []string{"changed changed.R", "removed gone/b.R", "added new/deep/c.R", "removed turns", "added turns/into.R"}
	if !slices.Equal(got, want) {
		t.Errorf("Compare = %q, want %q", got, want)
	}
	if none, _, err := m.Compare(t.Context(), a, a); err != nil || len(none) > 0 {
		t.Errorf("Compare of the same = %+v, %v", none, err)
	}
	if _, err := m.ChangeAt(t.Context(), a, b, "nowhere"); !errors.Is(err, mirrors.ErrNoFile) {
		t.Errorf("ChangeAt(nowhere) = %v, want ErrNoFile", err)
	}
}
