package outputs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"time"
)

// Vault keeps bytes by their SHA-256, which is 64 digits of lower-case hex
// everywhere. The package vaulttest holds what every vault must do.
type Vault interface {
	// Keep stores what r holds and returns its hash and size. A copy exists
	// whole and safely on disk, or not at all: an error of r, or [ErrFull],
	// leaves nothing behind. Bytes that are there already are not written
	// again, but count as touched now.
	Keep(ctx context.Context, r io.Reader) (sha string, size int64, err error)

	// Open opens a copy for reading. What is not there is [ErrNoCopy].
	Open(ctx context.Context, sha string) (Blob, error)

	// Verify reads a copy and compares its hash: [ErrDamaged] if it differs.
	Verify(ctx context.Context, sha string) error

	// Remove removes a copy, whatever its age. What is not there is no error.
	Remove(ctx context.Context, sha string) error

	// Collect removes a copy that was not touched at or after since, and
	// reports whether it did. A Keep at the same moment either touches the
	// copy first, and it stays, or stores it anew.
	Collect(ctx context.Context, sha string, since time.Time) (bool, error)

	// All gives the copies in the order of their hashes. A copy that comes or
	// goes meanwhile may or may not be among them.
	All(ctx context.Context) iter.Seq2[Stored, error]

	// Usable reports why the vault cannot store anything now, or nil.
	Usable(ctx context.Context) error
}

// Blob is an open copy. Its ReadAt may be called from several goroutines.
type Blob interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// Stored describes a copy in a vault.
type Stored struct {
	SHA256  string
	Size    int64
	Touched time.Time // when it was last kept
}

// The errors of a vault, and of what windows remember, that callers tell apart.
var (
	ErrFull    = errors.New("no room is left")
	ErrDamaged = errors.New("a copy in the vault is damaged")
	ErrNoCopy  = fmt.Errorf("the vault has no such copy: %w", fs.ErrNotExist)
)
