package main

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1" //nolint:gosec // not a secret: git names its objects so
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// sampleMirror is where the demo study's mirror lies below the directory of
// mirrors, by the address that its job request has.
const sampleMirror = "git.example.org/demo-university/demo-study.git"

// earlierCommit is the first of the demo study's commits. Its job request names
// the second.
const earlierCommit = "8dfa8bbb72c052f23dc771980d9b8fc0c09eb527"

// sampleCommits are the two commits of the demo study, the latest last: the
// counts were changed before the job request.
var sampleCommits = []struct {
	over    string // the folder whose files stand in the place of others
	subject string
	at      time.Time
}{
	{"sample/demo-study-code-before", "Count first doses by age", time.Date(2026, 9, 18, 10, 5, 0, 0, time.UTC)},
	{"", "Round counts to the nearest 5, and count by region", time.Date(2026, 10, 2, 15, 20, 0, 0, time.UTC)},
}

// writeMirror makes the demo study's bare mirror under dir, and returns its
// commits. What is in it and when is fixed, and so are their hashes.
func writeMirror(dir string) ([]string, error) {
	where := filepath.Join(dir, filepath.FromSlash(sampleMirror))
	for _, d := range []string{"objects", "refs"} {
		if err := os.MkdirAll(filepath.Join(where, d), 0o750); err != nil {
			return nil, err
		}
	}
	root, err := os.OpenRoot(where)
	if err != nil {
		return nil, err
	}
	m := &mirrorWriter{root: root}
	commits, err := m.commits()
	if err == nil {
		err = root.WriteFile("HEAD", []byte("ref: refs/heads/main\n"), 0o600)
	}
	if err == nil {
		err = writeSample(root, "refs/heads/main", []byte(commits[len(commits)-1]+"\n"))
	}
	return commits, errors.Join(err, root.Close())
}

// mirrorWriter writes the objects of a repository, each by itself.
type mirrorWriter struct{ root *os.Root }

func (m *mirrorWriter) commits() ([]string, error) {
	var ids []string
	for _, c := range sampleCommits {
		files, err := sampleCode(c.over)
		if err != nil {
			return nil, err
		}
		tree, err := m.tree(files)
		if err != nil {
			return nil, err
		}
		text := "tree " + tree + "\n"
		if len(ids) > 0 {
			text += "parent " + ids[len(ids)-1] + "\n"
		}
		by := fmt.Sprintf("sallyport <sallyport@example.org> %d +0000\n", c.at.Unix())
		id, err := m.object("commit", []byte(text+"author "+by+"committer "+by+"\n"+c.subject+"\n"))
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// sampleCode are the files of the demo study's repository by path, with those of
// a folder in the place of others.
func sampleCode(over string) (map[string][]byte, error) {
	project, err := sampleFiles.ReadFile("sample/job-requests/demo-study.project.yaml")
	if err != nil {
		return nil, err
	}
	all := map[string][]byte{"project.yaml": project}
	for _, folder := range []string{"sample/demo-study-code", over} {
		if folder == "" {
			continue
		}
		err := fs.WalkDir(sampleFiles, folder, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			all[strings.TrimPrefix(name, folder+"/")], err = sampleFiles.ReadFile(name)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// tree writes a folder of files by path, in git's order: as if the names of
// folders ended with a slash.
func (m *mirrorWriter) tree(files map[string][]byte) (string, error) {
	folders := map[string]map[string][]byte{}
	names := map[string]bool{}
	for at, b := range files {
		name, rest, in := strings.Cut(at, "/")
		if in {
			name += "/"
			if folders[name] == nil {
				folders[name] = map[string][]byte{}
			}
			folders[name][rest] = b
		}
		names[name] = true
	}
	var body bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(names)) {
		mode, write := "100644", func() (string, error) { return m.object("blob", files[name]) }
		if below := folders[name]; below != nil {
			mode, write = "40000", func() (string, error) { return m.tree(below) }
		}
		id, err := write()
		if err != nil {
			return "", err
		}
		raw, err := hex.DecodeString(id)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&body, "%s %s\x00%s", mode, strings.TrimSuffix(name, "/"), raw)
	}
	return m.object("tree", body.Bytes())
}

// object writes an object, and returns its hash.
func (m *mirrorWriter) object(kind string, body []byte) (string, error) {
	whole := append(fmt.Appendf(nil, "%s %d\x00", kind, len(body)), body...)
	sum := sha1.Sum(whole) //nolint:gosec // see the import
	id := hex.EncodeToString(sum[:])
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, err := z.Write(whole)
	if err = errors.Join(err, z.Close()); err != nil {
		return "", err
	}
	return id, writeSample(m.root, path.Join("objects", id[:2], id[2:]), b.Bytes())
}
