package outputs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"time"

	"golang.org/x/sys/unix"
)

// place is where a copy lies.
func place(sha string) string { return path.Join(sha[:2], sha) }

// store gives a complete file its name, unless a copy has it already, and
// reports whether it did. When there is no error, the name is safe on disk.
func (v *DirVault) store(f *os.File, tmp, sha string, size int64) (moved bool, err error) {
	there, err := v.touch(sha, size)
	if err != nil {
		return false, err
	}
	if !there {
		// The bytes must be on disk before the name is.
		if err := f.Sync(); err != nil {
			return false, err
		}
		moved, err = v.name(tmp, sha, size)
		if err != nil {
			return moved, err
		}
	}
	// Also for a copy that was there: whoever put it there may not have got
	// this far.
	folder, err := v.root.Open(sha[:2])
	if err != nil {
		return moved, err
	}
	defer closeRead(folder)
	return moved, folder.Sync()
}

// touch marks a copy as kept now and reports whether there is one.
func (v *DirVault) touch(sha string, size int64) (there bool, err error) {
	err = v.locked(sha, func() error {
		there, err = v.touchLocked(sha, size)
		return err
	})
	return there, err
}

func (v *DirVault) touchLocked(sha string, size int64) (bool, error) {
	st, err := v.root.Lstat(place(sha))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !st.Mode().IsRegular() || st.Size() != size {
		return true, fmt.Errorf("%w: %s has another size", ErrDamaged, sha)
	}
	now := v.now()
	return true, v.root.Chtimes(place(sha), now, now)
}

// name renames a complete file, unless somebody kept the same bytes meanwhile.
func (v *DirVault) name(tmp, sha string, size int64) (moved bool, err error) {
	err = v.locked(sha, func() error {
		there, err := v.touchLocked(sha, size)
		if there || err != nil {
			return err
		}
		err = v.root.Rename(tmp, place(sha))
		moved = err == nil
		return err
	})
	return moved, err
}

// locked calls do while no other goroutine or process names, touches or
// collects a copy in the same directory. The lock is a file of its own because
// network file systems do not lock directories.
func (v *DirVault) locked(sha string, do func() error) error {
	f, err := v.root.OpenFile(path.Join(lockFolder, sha[:2]), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer closeRead(f)
	if err := lock(f, unix.LOCK_EX); err != nil {
		return err
	}
	return do()
}

// Remove implements [Vault].
func (v *DirVault) Remove(ctx context.Context, sha string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !validSum(sha) {
		return nil
	}
	return ignoreMissing(v.root.Remove(place(sha)))
}

// Collect implements [Vault].
func (v *DirVault) Collect(ctx context.Context, sha string, since time.Time) (removed bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if !validSum(sha) {
		return false, nil
	}
	err = v.locked(sha, func() error {
		st, err := v.root.Lstat(place(sha))
		if err != nil || !st.ModTime().Before(since) {
			return ignoreMissing(err)
		}
		err = v.root.Remove(place(sha))
		removed = err == nil
		return ignoreMissing(err)
	})
	return removed, err
}

// sweep removes what nobody is writing any more: a writer holds a lock on its
// file, and a crash gives the lock back.
func (v *DirVault) sweep() error {
	folder, err := v.root.Open(tmpFolder)
	if err != nil {
		return err
	}
	defer closeRead(folder)
	names, err := folder.Readdirnames(-1)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := v.sweepOne(path.Join(tmpFolder, name)); err != nil {
			return err
		}
	}
	return nil
}

func (v *DirVault) sweepOne(name string) error {
	f, err := v.root.OpenFile(name, os.O_RDWR|unix.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer closeRead(f)
	switch err := lock(f, unix.LOCK_EX|unix.LOCK_NB); {
	case errors.Is(err, unix.EWOULDBLOCK):
		return nil
	case err != nil:
		return err
	}
	return ignoreMissing(v.root.Remove(name))
}

// lock takes a lock on an open file. It is given back when the file is closed,
// or the process ends.
func lock(f *os.File, how int) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		failed = retry(func() error { return unix.Flock(int(fd), how) })
	})
	return errors.Join(err, failed)
}

// full makes an error of a full disk, or an exhausted quota, an ErrFull.
func full(err error) error {
	if errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
