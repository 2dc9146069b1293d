package outputs

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// dirBlob is an open copy in a directory.
type dirBlob struct {
	*os.File
	size int64
}

func (b dirBlob) Size() int64 { return b.size }

// Open implements [Vault].
func (v *DirVault) Open(ctx context.Context, sha string) (Blob, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !validSum(sha) {
		return nil, ErrNoCopy
	}
	f, err := v.root.OpenFile(place(sha), os.O_RDONLY|unix.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoCopy
	}
	if err != nil {
		return nil, fmt.Errorf("open copy: %w", err)
	}
	st, err := f.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = ErrDamaged
	}
	if err != nil {
		closeRead(f)
		return nil, fmt.Errorf("open copy %s: %w", sha, err)
	}
	return dirBlob{f, st.Size()}, nil
}

// Verify implements [Vault].
func (v *DirVault) Verify(ctx context.Context, sha string) error {
	b, err := v.Open(ctx, sha)
	if err != nil {
		return err
	}
	defer func() { _ = b.Close() }() // it was only read
	h := sha256.New()
	if _, err := io.Copy(h, &ctxReader{ctx, io.NewSectionReader(b, 0, b.Size())}); err != nil {
		return fmt.Errorf("verify copy %s: %w", sha, err)
	}
	if hex.EncodeToString(h.Sum(nil)) != sha {
		return fmt.Errorf("%w: the bytes of %s have another hash", ErrDamaged, sha)
	}
	return nil
}

// All implements [Vault].
func (v *DirVault) All(ctx context.Context) iter.Seq2[Stored, error] {
	return func(yield func(Stored, error) bool) {
		for i := range 256 {
			some, err := v.folder(ctx, fmt.Sprintf("%02x", i))
			if err != nil {
				yield(Stored{}, fmt.Errorf("list copies: %w", err))
				return
			}
			for _, s := range some {
				if !yield(s, nil) {
					return
				}
			}
		}
	}
}

// folder lists the copies whose hashes begin with two digits.
func (v *DirVault) folder(ctx context.Context, digits string) ([]Stored, error) {
	folder, err := v.root.Open(digits)
	if err != nil {
		return nil, err
	}
	defer closeRead(folder)
	names, err := folder.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	var all []Stored
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !validSum(name) || name[:2] != digits {
			continue
		}
		st, err := v.root.Lstat(place(name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, Stored{SHA256: name, Size: st.Size(), Touched: st.ModTime().UTC()})
	}
	slices.SortFunc(all, func(a, b Stored) int { return cmp.Compare(a.SHA256, b.SHA256) })
	return all, nil
}

// Usable implements [Vault]: it writes a file and removes it.
func (v *DirVault) Usable(ctx context.Context) error {
	f, name, err := v.create(ctx)
	if err != nil {
		return fmt.Errorf("the vault cannot be written: %w", full(err))
	}
	_, err = f.WriteString("usable")
	err = errors.Join(err, f.Close(), v.root.Remove(name))
	if err != nil {
		return fmt.Errorf("the vault cannot be written: %w", full(err))
	}
	return nil
}
