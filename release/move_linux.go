package release

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// errNoMove says that the file system cannot move a file without the danger of
// overwriting another.
var errNoMove = errors.New("this file system cannot move without overwriting")

// moveNew moves a file to a place that is free: unix.EEXIST if it is not. NFS
// cannot do it in one step.
func moveNew(from int, name string, to int, as string) error {
	err := unix.Renameat2(from, name, to, as, unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EOPNOTSUPP) {
		return fmt.Errorf("%w: %w", errNoMove, err)
	}
	return err
}

// dropCache lets the system forget what it holds of a file in memory, so that
// it is read from the disk, or from the server. It is a hint.
func dropCache(fd int) { _ = unix.Fadvise(fd, 0, 0, unix.FADV_DONTNEED) }
