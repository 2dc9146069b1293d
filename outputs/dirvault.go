package outputs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// The directories of a vault beside the 256 of copies, which are named for the
// first two digits of their hashes.
const (
	tmpFolder  = "tmp"   // what is being written, under a number
	lockFolder = "locks" // one file for each directory of copies
)

// copyBuffer is how much of a file is in memory while it is copied.
const copyBuffer = 128 << 10

// DirVault is a vault in a directory. Several processes may share it. Nothing
// else may write there.
type DirVault struct {
	root    *os.Root
	now     func() time.Time
	next    atomic.Uint64 // the name of the next file in tmpFolder
	buffers sync.Pool
}

var _ Vault = (*DirVault)(nil)

// OpenDirVault opens the vault in a directory, which it makes if it is not
// there; its parent must be. Only the program's user may look into it. What a
// crash left half written is removed; what another process is writing is not.
func OpenDirVault(dir string, now func() time.Time) (*DirVault, error) {
	if now == nil {
		return nil, errors.New("open vault: no clock")
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	v := &DirVault{root: root, now: now}
	v.buffers.New = func() any { return new([copyBuffer]byte) }
	if err := errors.Join(v.makeFolders(), v.sweep()); err != nil {
		return nil, errors.Join(fmt.Errorf("open vault: %w", full(err)), root.Close())
	}
	return v, nil
}

// Close gives the directory back. Open copies stay open.
func (v *DirVault) Close() error { return v.root.Close() }

// makeFolders makes the directories, so that keeping a file need not.
func (v *DirVault) makeFolders() error {
	names := []string{tmpFolder, lockFolder}
	for i := range 256 {
		names = append(names, fmt.Sprintf("%02x", i))
	}
	made := false
	for _, name := range names {
		switch err := v.root.Mkdir(name, 0o700); {
		case err == nil:
			made = true
		case !errors.Is(err, fs.ErrExist):
			return err
		}
	}
	if !made {
		return nil
	}
	folder, err := v.root.Open(".")
	if err != nil {
		return err
	}
	defer closeRead(folder)
	return folder.Sync()
}

// Keep implements [Vault].
func (v *DirVault) Keep(ctx context.Context, r io.Reader) (sha string, size int64, err error) {
	f, name, err := v.create(ctx)
	if err != nil {
		return "", 0, fmt.Errorf("keep: %w", full(err))
	}
	stored := false
	defer func() {
		if cerr := f.Close(); err == nil && cerr != nil {
			sha, size, err = "", 0, fmt.Errorf("keep: %w", full(cerr))
		}
		if !stored {
			err = errors.Join(err, ignoreMissing(v.root.Remove(name)))
		}
	}()
	sha, size, err = v.write(ctx, f, r)
	if err == nil {
		stored, err = v.store(f, name, sha, size)
	}
	if err != nil {
		return "", 0, fmt.Errorf("keep: %w", full(err))
	}
	return sha, size, nil
}

// create makes a file in tmpFolder that this process holds the lock of. Its
// name is the next free number: another process may be counting as well.
func (v *DirVault) create(ctx context.Context) (*os.File, string, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, "", err
		}
		name := path.Join(tmpFolder, strconv.FormatUint(v.next.Add(1), 10))
		f, err := v.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		err = lock(f, unix.LOCK_EX|unix.LOCK_NB)
		st, serr := statFile(f)
		if err == nil && serr == nil && st.links == 1 {
			return f, name, nil
		}
		// Another process that started this moment swept the file away before
		// it was locked, or is about to.
		closeRead(f)
		if serr != nil || err != nil && !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, "", errors.Join(err, serr, ignoreMissing(v.root.Remove(name)))
		}
	}
}

// write copies r into f and returns the hash and size of what it wrote.
func (v *DirVault) write(ctx context.Context, f *os.File, r io.Reader) (string, int64, error) {
	buf := v.buffers.Get().(*[copyBuffer]byte)
	defer v.buffers.Put(buf)
	h := sha256.New()
	// Not the file itself: it would read from r in its own way, past the hash.
	n, err := io.CopyBuffer(io.MultiWriter(h, f), &ctxReader{ctx, r}, buf[:])
	if err != nil {
		return "", 0, err
	}
	return hex.EncodeToString(h.Sum(nil)), n, nil
}
