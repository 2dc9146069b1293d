package outputs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

// defaultRemember is how many hashes of files a Dir remembers if Config does
// not say: enough for the files that people look at between two changes, in
// about 5 MB.
const defaultRemember = 20_000

// Config says which directory a Dir opens.
type Config struct {
	Path     string           // the directory that holds one directory per workspace
	Now      func() time.Time // the clock; a file changed this very second is not remembered
	Remember int              // how many hashes of files are remembered; 0 means 20,000
}

// Dir is the directory that holds all workspaces, one directory each. Its
// methods may be called from several goroutines.
type Dir struct {
	root *os.Root
	base *os.File // the same directory: os.Root follows links, so names are opened from here
	now  func() time.Time
	sums *sums
}

// OpenDir opens the directory that holds all workspaces. It may itself be
// reached through a link: its place is the operator's choice.
func OpenDir(c Config) (*Dir, error) {
	if c.Now == nil {
		return nil, errors.New("open workspaces: no clock")
	}
	if c.Remember == 0 {
		c.Remember = defaultRemember
	}
	root, err := os.OpenRoot(c.Path)
	if err != nil {
		return nil, fmt.Errorf("open workspaces: %w", err)
	}
	base, err := root.Open(".")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open workspaces: %w", err), root.Close())
	}
	d := &Dir{root: root, base: base, now: c.Now, sums: newSums(c.Remember)}
	if _, err := hasName(base.Fd(), base.Fd(), ""); err != nil {
		return nil, errors.Join(fmt.Errorf("open workspaces: the names of open files cannot be asked for: %w", err), d.Close())
	}
	return d, nil
}

// Close gives the directory back. Files that were opened stay open.
func (d *Dir) Close() error {
	return errors.Join(d.base.Close(), d.root.Close())
}

// Workspaces returns the names of the workspaces that exist, sorted: the
// directories whose name is a workspace's. A link to a directory is none.
func (d *Dir) Workspaces(ctx context.Context) ([]string, error) {
	folder, err := d.root.Open(".")
	if err != nil {
		return nil, fmt.Errorf("list workspaces: %w", err)
	}
	defer closeRead(folder)
	entries, err := folder.ReadDir(-1)
	if err != nil {
		return nil, fmt.Errorf("list workspaces: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries { // most file systems say the type with the name
		if ValidWorkspace(e.Name()) && e.IsDir() {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// ValidWorkspace reports whether name can be a workspace's: one to 255 of the
// characters A–Z, a–z, 0–9, hyphen and underscore.
func ValidWorkspace(name string) bool {
	if name == "" || len(name) > 255 {
		return false
	}
	for _, c := range []byte(name) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}

// closeRead closes a file that was only read: there is nothing to lose, so
// there is nothing to report.
func closeRead(f *os.File) {
	_ = f.Close()
}
