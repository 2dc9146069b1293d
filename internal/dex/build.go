package dex

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"syscall"
)

// version finds the version of Dex in its module's go.mod.
var version = regexp.MustCompile(`github\.com/dexidp/dex (v[-.0-9a-zA-Z]+)`)

// build returns the path of the Dex of tools/dex, which it builds if it is not
// in bin yet: half a minute or more, and only one process at a time.
func build(ctx context.Context) (string, error) {
	top, err := repository()
	if err != nil {
		return "", err
	}
	module, err := os.ReadFile(filepath.Join(top, "tools/dex/go.mod")) //nolint:gosec // our own file
	if err != nil {
		return "", err
	}
	found := version.FindSubmatch(module)
	if found == nil {
		return "", errors.New("tools/dex/go.mod names no version of Dex")
	}
	bin := filepath.Join(top, "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil { //nolint:gosec // as git makes it
		return "", err
	}
	unlock, err := lock(filepath.Join(bin, "dex.lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	path := filepath.Join(bin, fmt.Sprintf("dex-%s-%s", found[1], runtime.Version()))
	if _, err := os.Stat(path); err == nil { //nolint:gosec // the path comes from our own go.mod
		return path, nil
	}
	//nolint:gosec // our own module
	command := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", path+".new", "github.com/dexidp/dex/cmd/dex")
	command.Dir = filepath.Join(top, "tools/dex")
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return path, os.Rename(path+".new", path) //nolint:gosec // the path comes from our own go.mod
}

// repository is the top of the repository that the test runs in.
func repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		b, err := os.ReadFile(filepath.Join(dir, "go.mod")) //nolint:gosec // our own file
		if err == nil && bytes.HasPrefix(b, []byte("module sallyport\n")) {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("not in the repository")
		}
	}
}

// lock keeps other processes out until unlock.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // our own file
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() { _ = f.Close() }, nil // which lets go of the lock
}
