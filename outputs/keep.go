package outputs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"sync"
)

// keepers is how many files KeepAll copies at a time: writing waits for the
// disk, so more than one, and few, so that one request leaves room for others.
const keepers = 4

// Kept is what became of one file.
type Kept struct {
	SHA256 string // of the copy, in lower-case hex
	Size   int64
	Err    error // why there is no copy; then the rest is empty
}

// Keep copies what v names into the vault and returns the copy's hash and
// size. It refuses what is larger than limit, what does not have the bytes
// that the manifest names, and what changed while it was read; then the vault
// holds nothing of it.
func (d *Dir) Keep(ctx context.Context, vault Vault, v Viewable, limit int64) (sha string, size int64, err error) {
	f, st, err := d.openViewable(ctx, v)
	if err != nil {
		return "", 0, err
	}
	defer closeRead(f)
	if st.size > limit {
		return "", 0, &Refused{v.path, TooLarge}
	}
	sha, size, err = vault.Keep(ctx, &checkedReader{
		ctx: ctx, file: f, before: st, view: v, hash: sha256.New(),
	})
	if refused, ok := errors.AsType[*Refused](err); ok {
		return "", 0, refused
	}
	if err != nil {
		return "", 0, fmt.Errorf("keep %s: %w", Escape(v.path), err)
	}
	return sha, size, nil
}

// KeepAll keeps several files, four at a time. The answers stand in the order
// of views; one that is refused does not stop the others, an ended context
// does.
func (d *Dir) KeepAll(ctx context.Context, vault Vault, views []Viewable, limit int64) []Kept {
	kept := make([]Kept, len(views))
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(keepers, len(views)) {
		workers.Go(func() {
			for i := range next {
				k := &kept[i]
				k.SHA256, k.Size, k.Err = d.Keep(ctx, vault, views[i], limit)
			}
		})
	}
	for i := range views {
		next <- i
	}
	close(next)
	workers.Wait()
	return kept
}

// checkedReader reads a file to its end and answers [io.EOF] only if what was
// read is what it should be: whoever stores it does not finish otherwise.
type checkedReader struct {
	ctx    context.Context // a reader for the length of one call
	file   *os.File
	before stat
	view   Viewable
	hash   hash.Hash
	read   int64
}

func (c *checkedReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.file.Read(p)
	c.hash.Write(p[:n])
	c.read += int64(n)
	if c.read > c.before.size {
		return 0, &Refused{c.view.path, Changed}
	}
	if errors.Is(err, io.EOF) {
		return n, c.end()
	}
	return n, err
}

// end answers io.EOF, or why what was read is not to be kept.
func (c *checkedReader) end() error {
	after, err := statFile(c.file)
	if err != nil {
		return err
	}
	if after.key() != c.before.key() || c.read != c.before.size {
		return &Refused{c.view.path, Changed}
	}
	if want := c.view.sha256; want != "" && hex.EncodeToString(c.hash.Sum(nil)) != want {
		return &Refused{c.view.path, OtherBytes}
	}
	return io.EOF
}
