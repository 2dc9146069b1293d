package mirrors_test

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sallyport/mirrors"
)

// study is a repository with its bare mirror.
type study struct {
	t      *testing.T
	work   string // where it is written
	dir    string // of mirrors
	mirror string
}

const address = "https://github.com/opensafely/study"

// newStudy makes an empty repository.
func newStudy(t *testing.T) *study {
	t.Helper()
	s := &study{t: t, work: t.TempDir(), dir: t.TempDir()}
	s.mirror = filepath.Join(s.dir, "github.com", "opensafely", "study.git")
	s.git("init", "--quiet", "--initial-branch=main")
	return s
}

// git runs git in the repository.
func (s *study) git(args ...string) string {
	s.t.Helper()
	return runGit(s.t, s.work, args...)
}

func runGit(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C",
		"GIT_AUTHOR_NAME=researcher1", "GIT_AUTHOR_EMAIL=researcher1@example.org", "GIT_AUTHOR_DATE=2026-10-05T09:00:00Z",
		"GIT_COMMITTER_NAME=researcher1", "GIT_COMMITTER_EMAIL=researcher1@example.org", "GIT_COMMITTER_DATE=2026-10-05T09:00:00Z")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSuffix(string(out), "\n")
}

// write writes a file of the repository.
func (s *study) write(name, text string) {
	s.t.Helper()
	file := filepath.Join(s.work, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// commit commits all that was written, and names the commit.
func (s *study) commit(subject string) string {
	s.t.Helper()
	s.git("add", "--all")
	s.git("commit", "--quiet", "--allow-empty", "-m", subject)
	return s.git("rev-parse", "HEAD")
}

// publish makes the mirror: packed as git packs it, or of loose objects.
func (s *study) publish(packed bool) {
	s.t.Helper()
	if err := os.RemoveAll(s.mirror); err != nil {
		s.t.Fatal(err)
	}
	s.git("clone", "--quiet", "--mirror", "--no-hardlinks", s.work, s.mirror)
	if packed {
		runGit(s.t, s.mirror, "gc", "--quiet", "--aggressive")
	}
}

// open opens the mirror.
func (s *study) open() *mirrors.Mirror {
	s.t.Helper()
	dir, err := mirrors.Open(s.dir)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = dir.Close() })
	m, err := dir.Mirror(address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = m.Close() })
	return m
}

// at finds a commit.
func at(t *testing.T, m *mirrors.Mirror, id string) mirrors.Commit {
	t.Helper()
	c, err := m.Commit(t.Context(), id)
	if err != nil {
		t.Fatalf("Commit(%s) = %v", id, err)
	}
	return c
}

// file reads a file at a commit.
func file(t *testing.T, m *mirrors.Mirror, c mirrors.Commit, path string) (mirrors.File, error) {
	t.Helper()
	e, err := m.Entry(t.Context(), c, path)
	if err != nil {
		return mirrors.File{}, err
	}
	return m.File(t.Context(), e)
}

// putLoose writes a loose object into the mirror as it is, under a name of its
// own or, if that is "", under its hash.
func (s *study) putLoose(name, raw string) string {
	s.t.Helper()
	if name == "" {
		sum := sha1.Sum([]byte(raw))
		name = hex.EncodeToString(sum[:])
	}
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write([]byte(raw)); err != nil {
		s.t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		s.t.Fatal(err)
	}
	file := filepath.Join(s.mirror, "objects", name[:2], name[2:])
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return name
}

// putObject writes a loose object of a kind.
func (s *study) putObject(kind, body string) string {
	s.t.Helper()
	return s.putLoose("", fmt.Sprintf("%s %d\x00%s", kind, len(body), body))
}

// putCommit writes a commit of a folder.
func (s *study) putCommit(tree, words string) string {
	s.t.Helper()
	return s.putObject("commit", commitText(tree, words))
}

func commitText(tree, words string) string {
	return "tree " + tree + "\nauthor a <a> 1790000000 +0000\ncommitter a <a> 1790000000 +0000\n\n" + words
}

// entryText is an entry of a folder.
func entryText(mode, name, id string) string {
	raw, err := hex.DecodeString(id)
	if err != nil {
		panic(err)
	}
	return mode + " " + name + "\x00" + string(raw)
}
