package outputs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"sallyport/pipeline"
)

// Entry is what a manifest says of one output. The format is described in
// docs/workspaces.md, "The manifest".
type Entry struct {
	Path            string
	Level           pipeline.Level // the most sensitive one, where a manifest gives several
	JobID           string
	JobRequest      string
	Action          string
	User            string // who asked for the job; "" if not reported
	Repo            string
	Commit          string
	Size            int64     // bytes; -1 if not reported
	Written         time.Time // when the job wrote the file; zero if not reported
	SHA256          string    // of the whole file, lower-case hex; "" if not reported
	Excluded        bool      // not copied; a note of why is at Path + ".txt"
	Message         string    // why it was excluded
	Rows, Columns   *int64    // of a moderately_sensitive CSV, otherwise nil
	OutOfDateAction bool      // the project.yaml no longer has its action
	OutOfDateOutput bool      // its action ran again without writing it
}

// OutOfDate reports whether the manifest marks the output out of date.
func (e Entry) OutOfDate() bool { return e.OutOfDateAction || e.OutOfDateOutput }

// Identity tells one state of a manifest file from another. Inode, Size and
// ModTime are cheap to ask for ([Dir.Stat]); where they differ, equal SHA256
// say that the bytes are the same after all.
type Identity struct {
	Inode   uint64
	Size    int64
	ModTime time.Time
	SHA256  string // "" from Stat
}

// SameFile reports whether the two are the same file in the same state, as far
// as can be told without reading it.
func (i Identity) SameFile(o Identity) bool {
	return i.Inode == o.Inode && i.Size == o.Size && i.ModTime.Equal(o.ModTime)
}

func (s stat) identity() Identity {
	return Identity{Inode: s.inode, Size: s.size, ModTime: time.Unix(0, s.mtime).UTC()}
}

// Manifest is one reading of a workspace's metadata/manifest.json.
type Manifest struct {
	Workspace    string    // the workspace it was read from
	Identity     Identity  // of the file that was read, with its hash
	Outputs      []Entry   // sorted by path
	Problems     []Problem // what was left out or is in doubt
	MoreProblems int       // how many problems are not listed

	names map[string]bool // every name it lists, by sameName
}

// Output returns the entry of a path.
func (m *Manifest) Output(path string) (Entry, bool) {
	i, ok := slices.BinarySearchFunc(m.Outputs, path, func(e Entry, path string) int {
		return cmp.Compare(e.Path, path)
	})
	if !ok {
		return Entry{}, false
	}
	return m.Outputs[i], true
}

// Listed reports whether the manifest lists an output at path, or at a path
// that a file system could take for it, also one that was left out.
func (m *Manifest) Listed(_ context.Context, path string) (bool, error) {
	return m.names[sameName(path)], nil
}

// ErrManifestChanging says that a manifest was being rewritten while it was
// read: read it again.
var ErrManifestChanging = errors.New("the manifest is being rewritten")

// ManifestError says where and why a manifest cannot be read.
type ManifestError struct {
	Line    int   // counted from 1
	Offset  int64 // in bytes, of the value in which reading ended
	Message string
}

func (e *ManifestError) Error() string {
	return fmt.Sprintf("%s, line %d (byte %d): %s", manifestPath, e.Line, e.Offset, e.Message)
}

// Stat returns the identity of a workspace's manifest without reading it, so
// that SHA256 is empty. It refuses what ReadManifest refuses unread.
func (d *Dir) Stat(ctx context.Context, workspace string) (Identity, error) {
	st, err := d.statManifest(ctx, workspace)
	if err != nil {
		return Identity{}, err
	}
	return st.identity(), nil
}

func (d *Dir) statManifest(ctx context.Context, workspace string) (stat, error) {
	if err := ctx.Err(); err != nil {
		return stat{}, err
	}
	folder, err := d.openFolder(workspace, []string{"metadata"})
	if err != nil {
		return stat{}, refusal(manifestPath, err)
	}
	defer closeFD(folder)
	st, err := statAt(folder, "manifest.json")
	if err != nil {
		return stat{}, refusal(manifestPath, err)
	}
	if reason := st.refusal(); reason != "" {
		return stat{}, &Refused{manifestPath, reason}
	}
	return st, nil
}

// ReadManifest reads a workspace's manifest. A workspace without one is
// refused as [Missing]. A manifest that changes meanwhile is
// [ErrManifestChanging]; one that is not JSON of the right shape, or beyond
// the limits of docs/workspaces.md, is a [*ManifestError]. An entry that is
// wrong in itself is a problem of the Manifest and not among its outputs.
func (d *Dir) ReadManifest(ctx context.Context, workspace string) (*Manifest, error) {
	f, before, err := d.openFile(ctx, workspace, manifestPath)
	if r, ok := errors.AsType[*Refused](err); ok && r.Reason == Changed {
		return nil, ErrManifestChanging
	}
	if err != nil {
		return nil, err
	}
	defer closeRead(f)
	m, err := parseManifest(ctx, f, before.size, defaultLimits)
	if changed := d.checkManifest(ctx, workspace, f, before); changed != nil {
		return nil, changed
	}
	if err != nil {
		return nil, err
	}
	m.Workspace = workspace
	sum := m.Identity.SHA256
	m.Identity = before.identity()
	m.Identity.SHA256 = sum
	return m, nil
}

// checkManifest reports whether the manifest that was read as f changed, or its
// name was given to another file, since it was opened.
func (d *Dir) checkManifest(ctx context.Context, workspace string, f *os.File, before stat) error {
	after, err := statFile(f)
	if err != nil {
		return fmt.Errorf("read manifest of %s: %w", workspace, err)
	}
	named, err := d.statManifest(ctx, workspace)
	if _, refused := errors.AsType[*Refused](err); refused {
		return ErrManifestChanging
	}
	if err != nil {
		return err
	}
	if after.key() != before.key() || named.key() != before.key() {
		return ErrManifestChanging
	}
	return nil
}
