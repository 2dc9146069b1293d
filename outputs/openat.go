package outputs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"sallyport/pipeline"
)

// folderFlags open a component of a path that is not the last.
const folderFlags = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC

// fileFlags open the last component. O_NONBLOCK: opening a FIFO that was put
// there a moment ago must not wait for its writer.
const fileFlags = unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC

// stat is what identifies a file and the state of its bytes.
type stat struct {
	dev, inode   uint64
	size         int64
	mtime, ctime int64 // nanoseconds since 1970
	mode         uint32
	links        uint64
}

func (s stat) kind() uint32 { return s.mode & unix.S_IFMT }

// refusal returns why a file like s is not read, or "" if it is.
func (s stat) refusal() Reason {
	switch {
	case s.kind() == unix.S_IFLNK:
		return Link
	case s.kind() != unix.S_IFREG:
		return NotRegular
	case s.links == 0:
		return Changed // it lost its name since it was opened
	case s.links != 1:
		return HardLink
	}
	return ""
}

func statOf(u *unix.Stat_t) stat {
	return stat{
		dev:   uint64(u.Dev), //nolint:unconvert // an opaque number; its type differs by system
		inode: u.Ino,
		size:  u.Size,
		mtime: u.Mtim.Nano(),
		ctime: u.Ctim.Nano(),
		mode:  uint32(u.Mode),  //nolint:unconvert // its type differs by system
		links: uint64(u.Nlink), //nolint:unconvert // its type differs by system
	}
}

// statAt describes name in the directory parent, not what a link leads to.
func statAt(parent int, name string) (stat, error) {
	var u unix.Stat_t
	err := retry(func() error { return unix.Fstatat(parent, name, &u, unix.AT_SYMLINK_NOFOLLOW) })
	return statOf(&u), err
}

// statFile describes an open file.
func statFile(f *os.File) (stat, error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return stat{}, err
	}
	var u unix.Stat_t
	var failed error
	err = raw.Control(func(fd uintptr) {
		failed = retry(func() error { return unix.Fstat(int(fd), &u) })
	})
	return statOf(&u), errors.Join(err, failed)
}

// openAt opens name in the directory parent.
func openAt(parent int, name string, flags int) (int, error) {
	fd := -1
	err := retry(func() (err error) {
		fd, err = unix.Openat(parent, name, flags, 0)
		return err
	})
	return fd, err
}

// retry repeats a system call that a signal interrupted, which happens on
// network file systems.
func retry(call func() error) error {
	for {
		if err := call(); err != unix.EINTR { //nolint:errorlint // a bare errno from the call
			return err
		}
	}
}

// checkPath refuses what cannot be the path of an output.
func checkPath(path string) error {
	if !utf8.ValidString(path) || strings.ContainsRune(path, utf8.RuneError) {
		return &Refused{path, NotUTF8}
	}
	if pipeline.ValidPath(path) == nil {
		return nil
	}
	if strings.HasPrefix(path, "/") {
		return &Refused{path, Outside}
	}
	for part := range strings.SplitSeq(path, "/") {
		if part == ".." {
			return &Refused{path, Outside}
		}
	}
	return &Refused{path, BadPath}
}

// openFile opens a regular file of a workspace that has no other name. It is
// the only way to the bytes of a workspace, and its callers are few: see
// TestOnlyViewablesAndManifestsAreOpened.
func (d *Dir) openFile(ctx context.Context, workspace, path string) (*os.File, stat, error) {
	if err := ctx.Err(); err != nil {
		return nil, stat{}, err
	}
	if err := checkPath(path); err != nil {
		return nil, stat{}, err
	}
	parts := strings.Split(path, "/")
	folder, err := d.openFolder(workspace, parts[:len(parts)-1])
	if err != nil {
		return nil, stat{}, refusal(path, err)
	}
	defer closeFD(folder)
	f, st, err := openLast(folder, parts[len(parts)-1])
	if err != nil {
		return nil, stat{}, refusal(path, err)
	}
	if err := d.checkName(folder, f, workspace+"/"+path); err != nil {
		closeRead(f)
		return nil, stat{}, refusal(path, err)
	}
	return f, st, nil
}

// checkName refuses a file that was opened by a name which it no longer has.
//
// It is what makes the count of names mean something. A hard link can take a
// path just before it is opened and be gone again before the names are
// counted: then the one name that is counted is the other one. If the name it
// was opened by is still its own after that, it was its own when there was
// only one.
func (d *Dir) checkName(folder int, f *os.File, name string) error {
	defer runtime.KeepAlive(d.base)
	defer runtime.KeepAlive(f)
	if err := settle(folder); err != nil {
		return err
	}
	same, err := hasName(d.base.Fd(), f.Fd(), name)
	if err == nil && !same {
		return &Refused{name, Changed}
	}
	return err
}

// openFolder opens a directory of a workspace; no parts mean the workspace's
// own. Each component is opened from the one before, so that no rename of a
// parent can lead elsewhere.
func (d *Dir) openFolder(workspace string, parts []string) (int, error) {
	if !ValidWorkspace(workspace) {
		return -1, &Refused{workspace, BadWorkspace}
	}
	defer runtime.KeepAlive(d.base)
	fd, err := enter(int(d.base.Fd()), workspace)
	for _, part := range parts {
		if err != nil {
			return -1, err
		}
		var next int
		next, err = enter(fd, part)
		closeFD(fd)
		fd = next
	}
	return fd, err
}

func (d *Dir) statWorkspace(name string) (stat, error) {
	defer runtime.KeepAlive(d.base)
	return statAt(int(d.base.Fd()), name)
}

// enter opens the directory name in parent without following a link.
func enter(parent int, name string) (int, error) {
	fd, err := openAt(parent, name, folderFlags)
	if errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP) {
		// Linux answers ENOTDIR for a link too: look, to name the reason.
		if st, serr := statAt(parent, name); serr == nil && st.kind() != unix.S_IFLNK {
			return -1, &Refused{name, NotFolder}
		}
		return -1, &Refused{name, Link}
	}
	return fd, err
}

// openLast opens the file name in the directory parent. What it is, is asked
// before, so that no device or FIFO is opened, and again of what was opened,
// which must be the same file.
func openLast(parent int, name string) (*os.File, stat, error) {
	before, err := statAt(parent, name)
	if err != nil {
		return nil, stat{}, err
	}
	if reason := before.refusal(); reason != "" {
		return nil, stat{}, &Refused{name, reason}
	}
	fd, err := openAt(parent, name, fileFlags)
	if err != nil {
		return nil, stat{}, err
	}
	if err := unix.SetNonblock(fd, false); err != nil {
		closeFD(fd)
		return nil, stat{}, err
	}
	f := os.NewFile(uintptr(fd), name)
	st, err := statFile(f)
	if err == nil {
		err = sameFile(name, before, st)
	}
	if err != nil {
		closeRead(f)
		return nil, stat{}, err
	}
	return f, st, nil
}

// sameFile refuses what was opened as name if it is not what was looked at, or
// no longer fit to be read.
func sameFile(name string, before, opened stat) error {
	if reason := opened.refusal(); reason != "" {
		return &Refused{name, reason}
	}
	if opened.dev != before.dev || opened.inode != before.inode {
		return &Refused{name, Changed}
	}
	return nil
}

// refusal turns what the system answered for path into what the caller is
// told. Errors that say nothing of the path itself stay as they are.
func refusal(path string, err error) error {
	if r, ok := errors.AsType[*Refused](err); ok {
		if r.Reason == BadWorkspace {
			return r
		}
		return &Refused{path, r.Reason}
	}
	switch {
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENAMETOOLONG):
		return &Refused{path, Missing}
	case errors.Is(err, unix.ELOOP):
		return &Refused{path, Link}
	case errors.Is(err, unix.ENOTDIR):
		return &Refused{path, NotFolder}
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		return &Refused{path, Unreadable}
	case errors.Is(err, unix.ENXIO), errors.Is(err, unix.ENODEV):
		return &Refused{path, NotRegular}
	}
	return fmt.Errorf("open %s: %w", Escape(path), err)
}

// closeFD closes a directory that was only read.
func closeFD(fd int) {
	_ = unix.Close(fd)
}
