package release

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// partialFolder is where files are written until they are complete. It is in
// the destination's directory, and nobody else looks into it.
const partialFolder = ".sallyport"

// copyBuffer is how much of a file is in memory while it is carried.
const copyBuffer = 128 << 10

// Directory is a destination in a file system, which may be a network one. A
// file arrives at `<workspace>/<request>/<its path>` below the directory
// (docs/release.md).
type Directory struct {
	name    string
	path    string
	steps   steps
	buffers sync.Pool
}

var _ Destination = (*Directory)(nil)

// NewDirectory makes a destination of the directory at an absolute path. The
// directory must be there when something is delivered; it is never made, so
// that a disk that is not mounted is noticed.
func NewDirectory(name, path string) *Directory {
	d := &Directory{name: name, path: path}
	d.buffers.New = func() any { return new([copyBuffer]byte) }
	return d
}

// Name implements [Destination].
func (d *Directory) Name() string { return d.name }

// Open implements [Destination].
func (d *Directory) Open(ctx context.Context, of Release) (Delivery, error) {
	if err := of.check(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	base, partial, err := d.open()
	if err != nil {
		return nil, err
	}
	defer base.close()
	to := &directoryDelivery{directory: d, of: of, partial: partial, lasting: map[string]bool{}}
	to.place, err = to.walk(base, "", of.Workspace, string(of.Request))
	if err != nil {
		partial.close()
		return nil, err
	}
	return to, nil
}

// open opens the directory, and in it the one for files that are not complete.
func (d *Directory) open() (base, partial folder, err error) {
	base, err = openBase(d.path, d.steps)
	if err != nil {
		return folder{}, folder{}, err
	}
	partial, err = base.enter(partialFolder, partialMode)
	if err != nil {
		base.close()
		return folder{}, folder{}, err
	}
	return base, partial, nil
}

// Usable implements [Destination]: it writes a file and removes it.
func (d *Directory) Usable(ctx context.Context) error {
	err := ctx.Err()
	if err == nil {
		err = d.try()
	}
	if err != nil && !errors.Is(err, ErrBusy) { // then another process is trying
		return fmt.Errorf("destination %q cannot be written: %w", d.name, err)
	}
	return nil
}

func (d *Directory) try() error {
	base, partial, err := d.open()
	if err != nil {
		return err
	}
	defer base.close()
	defer partial.close()
	const name = "usable"
	f, _, err := partial.hold(name)
	if err != nil {
		return err
	}
	_, err = f.WriteString(name)
	return errors.Join(err, partial.remove(name), f.Close())
}

// directoryDelivery is the delivery of one request to a directory.
type directoryDelivery struct {
	directory *Directory
	of        Release
	partial   folder
	place     folder // <workspace>/<request>

	mu      sync.Mutex
	lasting map[string]bool // directories whose names are safely on disk
}

// Close implements [Delivery].
func (t *directoryDelivery) Close() error {
	t.partial.close()
	t.place.close()
	return nil
}

// Carry implements [Delivery].
func (t *directoryDelivery) Carry(ctx context.Context, f File, bytes io.Reader) (location, sum string, err error) {
	if err := checkPath(f.Path); err != nil {
		return "", "", err
	}
	folders, name := path.Split(f.Path)
	in := t.place
	if folders != "" {
		in, err = t.walk(t.place, path.Join(t.of.Workspace, string(t.of.Request)), strings.Split(path.Clean(folders), "/")...)
		if err != nil {
			return "", "", err
		}
		defer in.close()
	}
	if err := t.deliver(ctx, in, name, f, bytes); err != nil {
		return "", "", err
	}
	return path.Join(t.of.Workspace, string(t.of.Request), f.Path), f.SHA256, nil
}

// Finish implements [Delivery]: it writes the manifest.
func (t *directoryDelivery) Finish(ctx context.Context, files []File) error {
	b, err := encodeManifest(t.of, files)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(b)
	name := manifestName(files)
	f := File{Path: name, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(b))}
	if err := t.deliver(ctx, t.place, name, f, bytes.NewReader(b)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// walk opens the directories parts, each in the one before, and makes those
// that are not there. at is where it starts, for t.lasting.
func (t *directoryDelivery) walk(from folder, at string, parts ...string) (folder, error) {
	in := from
	for i, part := range parts {
		at = path.Join(at, part)
		next, err := in.enter(part, folderMode)
		if err == nil {
			err = t.makeLast(in, at)
			if err != nil {
				next.close()
			}
		}
		if i > 0 {
			in.close()
		}
		if err != nil {
			return folder{}, err
		}
		in = next
	}
	return in, nil
}

// makeLast makes sure that a directory in parent is safely on disk, once for
// each. Whoever made it may not have got this far.
func (t *directoryDelivery) makeLast(parent folder, at string) error {
	t.mu.Lock()
	lasts := t.lasting[at]
	t.mu.Unlock()
	if lasts {
		return nil
	}
	if err := parent.sync(); err != nil {
		return err
	}
	t.mu.Lock()
	t.lasting[at] = true
	t.mu.Unlock()
	return nil
}

// deliver brings a file to its name in a directory, unless it is there.
func (t *directoryDelivery) deliver(ctx context.Context, in folder, name string, f File, bytes io.Reader) error {
	there, err := t.arrived(ctx, in, name, f)
	if err != nil || there {
		return err
	}
	err = t.bring(ctx, in, name, f, bytes)
	if errors.Is(err, unix.EEXIST) { // somebody was faster
		there, err = t.arrived(ctx, in, name, f)
		if err == nil && !there {
			return ErrBusy
		}
	}
	return err
}
