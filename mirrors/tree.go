package mirrors

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// Kind is what stands under a name in a repository.
type Kind string

// The kinds. A link is only shown: nothing follows it. A submodule is another
// repository at a commit.
const (
	Folder    Kind = "folder"
	Text      Kind = "text"
	Binary    Kind = "binary"
	LargeFile Kind = "large file" // a pointer of Git LFS, in place of the file
	Link      Kind = "link"
	Submodule Kind = "submodule"

	// aFile is a file that was not looked into.
	aFile Kind = "file"
)

// Entry is a name in a folder. What kind of file a file is, File says.
type Entry struct {
	Name string
	Kind Kind
	id   plumbing.Hash
}

// IsFile reports whether the entry is a file.
func (e Entry) IsFile() bool { return e.Kind == aFile }

// The bounds of trees.
const (
	mostTree = 4 << 20 // bytes of one folder: some hundred thousand names
	mostDown = 100     // folders in folders
	mostPath = 4096    // bytes of a path
)

// Entry finds what stands at a path, "" for the repository itself.
func (m *Mirror) Entry(ctx context.Context, c Commit, at string) (Entry, error) {
	here := Entry{Kind: Folder, id: c.tree}
	if at == "" {
		return here, nil
	}
	names := strings.Split(at, "/")
	if len(at) > mostPath || len(names) > mostDown {
		return Entry{}, ErrNoFile
	}
	for _, name := range names {
		if here.Kind != Folder {
			return Entry{}, ErrNoFile
		}
		entries, err := m.tree(ctx, here.id)
		if err != nil {
			return Entry{}, err
		}
		i := slices.IndexFunc(entries, func(e Entry) bool { return e.Name == name })
		if i < 0 {
			return Entry{}, ErrNoFile
		}
		here = entries[i]
	}
	return here, nil
}

// List lists a folder: folders first, then the rest, by name.
func (m *Mirror) List(ctx context.Context, folder Entry) ([]Entry, error) {
	if folder.Kind != Folder {
		return nil, ErrNoFile
	}
	entries, err := m.tree(ctx, folder.id)
	entries = slices.Clone(entries)
	slices.SortStableFunc(entries, func(a, b Entry) int {
		if (a.Kind == Folder) != (b.Kind == Folder) {
			if a.Kind == Folder {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return entries, err
}

// mostKept is how many names of folders are kept while a mirror is open.
const mostKept = 200_000

// tree reads the entries of a folder, in git's order. They are not to be
// changed: the same folder is looked into again and again.
func (m *Mirror) tree(ctx context.Context, id plumbing.Hash) ([]Entry, error) {
	if entries, ok := m.folders[id]; ok {
		return entries, nil
	}
	entries, err := m.readTree(ctx, id)
	if err == nil && m.kept+len(entries) <= mostKept {
		m.folders[id] = entries
		m.kept += len(entries)
	}
	return entries, err
}

func (m *Mirror) readTree(ctx context.Context, id plumbing.Hash) ([]Entry, error) {
	body, err := m.objects.readAs(ctx, plumbing.TreeObject, id, mostTree)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, broken("folder %s is missing", id)
	}
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for len(body) > 0 {
		head, rest, ok := bytes.Cut(body, []byte{0})
		mode, name, named := bytes.Cut(head, []byte(" "))
		if !ok || !named || len(rest) < len(plumbing.ZeroHash) || !isName(string(name)) {
			return nil, broken("folder %s has a name that cannot be", id)
		}
		e := Entry{Name: string(name), id: plumbing.Hash(rest[:len(plumbing.ZeroHash)])}
		if e.Kind, ok = kindOf(string(mode)); !ok {
			return nil, broken("folder %s has an entry of no known kind", id)
		}
		entries, body = append(entries, e), rest[len(plumbing.ZeroHash):]
	}
	return entries, nil
}

// isName reports whether a name can stand in a folder. It may have any bytes
// but a slash, and lead nowhere else.
func isName(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.Contains(name, "/")
}

func kindOf(mode string) (Kind, bool) {
	if len(mode) > len("100644") {
		return "", false
	}
	parsed, err := filemode.New(mode)
	if err != nil {
		return "", false
	}
	switch parsed {
	case filemode.Dir:
		return Folder, true
	case filemode.Symlink:
		return Link, true
	case filemode.Submodule:
		return Submodule, true
	}
	return aFile, parsed.IsFile()
}
