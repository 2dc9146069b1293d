package release

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"golang.org/x/sys/unix"
)

// arrived reports whether a file is at its place, by reading it.
func (t *directoryDelivery) arrived(ctx context.Context, in folder, name string, f File) (bool, error) {
	there, err := in.look(name)
	if errors.Is(err, unix.ENOENT) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !there.regular {
		return false, fmt.Errorf("%w: it is no regular file", ErrInTheWay)
	}
	got, err := t.readBack(ctx, in, name, there)
	if err != nil {
		return false, err
	}
	if got != f.SHA256 {
		return false, ErrOtherBytes
	}
	// Whoever put it there may not have got this far.
	if there.links != 1 {
		if err := t.partial.remove(t.partialName(f)); err != nil {
			return false, err
		}
	}
	return true, in.sync()
}

// bring writes a file beside its place, reads it back, and only then gives it
// its name, so that a name at the destination always means approved bytes. A
// place that is taken is unix.EEXIST.
func (t *directoryDelivery) bring(ctx context.Context, in folder, name string, f File, bytes io.Reader) (err error) {
	partial := t.partialName(f)
	w, what, err := t.partial.hold(partial)
	if err != nil {
		return err
	}
	placed := false
	defer func() {
		if !placed {
			err = errors.Join(err, t.partial.remove(partial))
		}
		err = errors.Join(err, w.Close()) // which gives the lock back, so it is last
	}()
	if err := t.write(w, bytes); err != nil {
		return err
	}
	got, err := t.readBack(ctx, t.partial, partial, what)
	if err != nil {
		return err
	}
	if got != f.SHA256 {
		return ErrReadBack
	}
	if err := t.partial.move(partial, in, name); err != nil {
		return err
	}
	placed = true
	now, err := in.look(name)
	if err != nil {
		return err
	}
	if !now.same(what) {
		return ErrReadBack
	}
	return in.sync()
}

// partialName names a file that is not complete. It is the same at each
// attempt, so that what a crash leaves behind is used again.
func (t *directoryDelivery) partialName(f File) string {
	sum := sha256.Sum256([]byte(path.Join(t.of.Workspace, string(t.of.Request), f.Path)))
	return hex.EncodeToString(sum[:])
}

// hold opens an empty file in the directory for partial files that nobody else
// is writing, and says what it is.
func (d folder) hold(name string) (*os.File, identity, error) {
	for range 10 { // each time somebody else got further with the file
		f, err := d.open(name, writeFlags)
		if errors.Is(err, unix.ELOOP) {
			return nil, identity{}, fmt.Errorf("%w: %s is a link", ErrInTheWay, path.Join(partialFolder, name))
		}
		if err != nil {
			return nil, identity{}, err
		}
		what, ours, err := d.claim(f, name)
		if err == nil && ours {
			return f, what, nil
		}
		err = errors.Join(err, f.Close())
		if err != nil {
			return nil, identity{}, err
		}
	}
	return nil, identity{}, ErrBusy
}

// claim locks and empties an open file, if it still has this name and no other.
func (d folder) claim(f *os.File, name string) (what identity, ours bool, err error) {
	what, err = d.lookAt(f)
	switch {
	case err != nil:
		return what, false, err
	case !what.regular:
		return what, false, fmt.Errorf("%w: %s is no regular file", ErrInTheWay, path.Join(partialFolder, name))
	}
	if err := d.lock(f); err != nil {
		return what, false, err
	}
	// Until now another worker may have given it its place.
	what, err = d.lookAt(f)
	if err != nil {
		return what, false, err
	}
	named, err := d.look(name)
	switch {
	case errors.Is(err, unix.ENOENT), err == nil && !named.same(what):
		return what, false, nil
	case err != nil:
		return what, false, err
	case what.links != 1: // it has its place, by a link, and this name is left over
		return what, false, d.remove(name)
	}
	return what, true, d.steps.do("empty", func() error { return f.Truncate(0) })
}

// write writes bytes to a file and makes them last.
func (t *directoryDelivery) write(w *os.File, bytes io.Reader) error {
	buf := t.directory.buffers.Get().(*[copyBuffer]byte)
	defer t.directory.buffers.Put(buf)
	err := t.partial.steps.do("write", func() error {
		// Not the file itself: it would read in its own way.
		_, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{bytes}, buf[:])
		return err
	})
	if err != nil {
		return err
	}
	return t.partial.steps.do("sync", w.Sync)
}

// readBack opens the file anew and returns the SHA-256 of its bytes, as the
// disk or the server has them. It must be the file that what is.
func (t *directoryDelivery) readBack(ctx context.Context, in folder, name string, what identity) (string, error) {
	f, err := in.open(name, readFlags)
	if err != nil {
		return "", err
	}
	defer f.Close()
	now, err := in.lookAt(f)
	if err != nil {
		return "", err
	}
	if !now.regular || !now.same(what) {
		return "", fmt.Errorf("%w: it was replaced at this moment", ErrInTheWay)
	}
	dropCache(int(f.Fd()))
	buf := t.directory.buffers.Get().(*[copyBuffer]byte)
	defer t.directory.buffers.Put(buf)
	h := sha256.New()
	err = in.steps.do("read back", func() error {
		_, err := io.CopyBuffer(h, untilDone{ctx, f}, buf[:])
		return err
	})
	return hex.EncodeToString(h.Sum(nil)), err
}

// untilDone reads until its context ends.
type untilDone struct {
	ctx  context.Context
	from io.Reader
}

func (u untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.from.Read(p)
}
