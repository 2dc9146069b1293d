package outputs

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// settle waits until no name of the open directory is being changed. The
// kernel first counts a name less, then forgets the name, and holds the
// directory locked over both; to list the directory, it must lock it too.
func settle(folder int) error {
	buf := make([]byte, 4096)
	return retry(func() error {
		_, err := unix.Getdents(folder, buf)
		return err
	})
}

// hasName reports whether the open file has, at this moment, the given path
// below the open directory base. The kernel knows by which name a file was
// opened, follows it through renames, and says when the name is gone (proc(5),
// /proc/pid/fd).
func hasName(base, file uintptr, path string) (bool, error) {
	folder, err := descriptorName(base)
	if err != nil {
		return false, err
	}
	name, err := descriptorName(file)
	return name == folder+"/"+path, err
}

func descriptorName(fd uintptr) (string, error) {
	name, err := os.Readlink("/proc/self/fd/" + strconv.FormatUint(uint64(fd), 10))
	if name == "/" {
		name = ""
	}
	return name, err
}
