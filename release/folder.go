package release

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// How directories and files are opened: never through a link, and without
// waiting for whoever writes a FIFO.
const (
	safely      = unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC
	folderFlags = unix.O_RDONLY | unix.O_DIRECTORY | safely
	readFlags   = unix.O_RDONLY | safely
	writeFlags  = unix.O_RDWR | unix.O_CREAT | safely
)

// The modes of what is made at a destination: its group may read it.
const (
	folderMode  = 0o750
	partialMode = 0o700
	fileMode    = 0o640
)

// steps is told of each system call before it is made. Tests let it fail there,
// or end the process. It is nil otherwise.
type steps func(step string) error

// do makes a system call, again if a signal interrupted it, which happens on
// network file systems.
func (s steps) do(step string, call func() error) error {
	if s != nil {
		if err := s(step); err != nil {
			return fmt.Errorf("%s: %w", step, err)
		}
	}
	for {
		err := call()
		if err == nil {
			return nil
		}
		if err != unix.EINTR { //nolint:errorlint // a bare errno from the call
			return fmt.Errorf("%s: %w", step, err)
		}
	}
}

// folder is an open directory at a destination. Names given to its methods are
// single components; what they name is looked up in this directory, wherever it
// was moved meanwhile, and links are not followed.
type folder struct {
	file  *os.File
	steps steps
}

func (d folder) fd() int { return int(d.file.Fd()) }

// close closes the directory, which was only read: nothing can be lost.
func (d folder) close() { _ = d.file.Close() }

// openBase opens the directory at path, whose own components may be links: the
// operator chose it.
func openBase(path string, s steps) (folder, error) {
	var fd int
	err := s.do("open", func() (err error) {
		fd, err = unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
		return err
	})
	if err != nil {
		return folder{}, err
	}
	return folder{fileOf(fd, path), s}, nil
}

// fileOf makes a file of a descriptor.
func fileOf(fd int, name string) *os.File {
	// Only opening must not wait. This cannot fail for a descriptor that is open.
	_ = unix.SetNonblock(fd, false)
	return os.NewFile(uintptr(fd), name)
}

// enter opens a directory in this one and makes it if it is not there.
func (d folder) enter(name string, mode uint32) (folder, error) {
	f, err := d.open(name, folderFlags)
	if errors.Is(err, unix.ENOENT) {
		err = d.steps.do("make folder", func() error { return unix.Mkdirat(d.fd(), name, mode) })
		if err != nil && !errors.Is(err, unix.EEXIST) {
			return folder{}, err
		}
		f, err = d.open(name, folderFlags)
	}
	if errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP) {
		return folder{}, fmt.Errorf("%w: %q is no directory", ErrInTheWay, name)
	}
	if err != nil {
		return folder{}, err
	}
	return folder{f, d.steps}, nil
}

// open opens what is there of this name, or makes it if flags say so.
func (d folder) open(name string, flags int) (*os.File, error) {
	var fd int
	err := d.steps.do("open", func() (err error) {
		fd, err = unix.Openat(d.fd(), name, flags, fileMode)
		return err
	})
	if err != nil {
		return nil, err
	}
	return fileOf(fd, name), nil
}

// identity is what tells a file from any other.
type identity struct {
	device, inode uint64
	links         uint64
	regular       bool
}

func identityOf(st *unix.Stat_t) identity {
	return identity{
		device:  uint64(st.Dev), //nolint:unconvert // an opaque number; its type differs by system
		inode:   st.Ino,
		links:   uint64(st.Nlink), //nolint:unconvert // its type differs by system
		regular: st.Mode&unix.S_IFMT == unix.S_IFREG,
	}
}

// same reports whether both are the same file.
func (i identity) same(other identity) bool {
	return i.device == other.device && i.inode == other.inode
}

// look says what is there of this name; unix.ENOENT if nothing is.
func (d folder) look(name string) (identity, error) {
	var st unix.Stat_t
	err := d.steps.do("look", func() error {
		return unix.Fstatat(d.fd(), name, &st, unix.AT_SYMLINK_NOFOLLOW)
	})
	return identityOf(&st), err
}

// lookAt says what an open file is.
func (d folder) lookAt(f *os.File) (identity, error) {
	var st unix.Stat_t
	err := d.steps.do("look", func() error { return unix.Fstat(int(f.Fd()), &st) })
	return identityOf(&st), err
}

// lock takes the lock of an open file, which is given back when it is closed or
// the process ends: ErrBusy if somebody else has it.
func (d folder) lock(f *os.File) error {
	err := d.steps.do("lock", func() error { return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) })
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrBusy
	}
	return err
}

// remove takes a name away. One that is not there is no error.
func (d folder) remove(name string) error {
	err := d.steps.do("remove", func() error { return unix.Unlinkat(d.fd(), name, 0) })
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	return err
}

// sync makes the names in this directory last.
func (d folder) sync() error { return d.steps.do("sync folder", d.file.Sync) }

// move gives the file name in this directory the place as in to. It overwrites
// nothing: unix.EEXIST if the place is taken.
func (d folder) move(name string, to folder, as string) error {
	err := d.steps.do("move", func() error { return moveNew(d.fd(), name, to.fd(), as) })
	if !errors.Is(err, errNoMove) {
		return err
	}
	// A second name and then one less is the same, where it can be done.
	err = d.steps.do("link", func() error { return unix.Linkat(d.fd(), name, to.fd(), as, 0) })
	if err != nil {
		return err
	}
	return d.remove(name)
}
