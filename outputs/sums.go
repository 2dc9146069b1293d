package outputs

import (
	"container/list"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// settled is how long a file must have been left alone before its hash is
// remembered. Two writes within one tick of a file system's clock leave the
// same times behind, so a file changed just now may change again unseen. Two
// seconds is the coarsest tick in use.
const settled = 2 * time.Second

// sumKey is a file in one state. The change time is part of it because, other
// than the modification time, nobody can set it back.
type sumKey struct {
	dev, inode   uint64
	size         int64
	mtime, ctime int64
}

func (s stat) key() sumKey {
	return sumKey{dev: s.dev, inode: s.inode, size: s.size, mtime: s.mtime, ctime: s.ctime}
}

// sums remembers the SHA-256 of files by state, the most recently used ones.
type sums struct {
	mu    sync.Mutex
	limit int
	order *list.List // of sumEntry, the latest used first
	at    map[sumKey]*list.Element
}

type sumEntry struct {
	key sumKey
	sum string
}

func newSums(limit int) *sums {
	return &sums{limit: limit, order: list.New(), at: make(map[sumKey]*list.Element)}
}

func (s *sums) get(k sumKey) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.at[k]
	if !ok {
		return "", false
	}
	s.order.MoveToFront(e)
	return e.Value.(sumEntry).sum, true
}

func (s *sums) put(k sumKey, sum string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.at[k]; ok {
		return
	}
	s.at[k] = s.order.PushFront(sumEntry{k, sum})
	if s.order.Len() > s.limit {
		delete(s.at, s.order.Remove(s.order.Back()).(sumEntry).key)
	}
}

// sum returns the SHA-256 of an open file, in lower-case hex. It refuses a
// file that changes while it is read.
func (d *Dir) sum(ctx context.Context, f *os.File, st stat, path string) (string, error) {
	if sum, ok := d.sums.get(st.key()); ok {
		return sum, nil
	}
	now := d.now()
	h := sha256.New()
	n, err := io.Copy(h, &ctxReader{ctx, io.NewSectionReader(f, 0, st.size)})
	if err != nil {
		return "", fmt.Errorf("hash %s: %w", Escape(path), err)
	}
	after, err := statFile(f)
	if err != nil {
		return "", fmt.Errorf("hash %s: %w", Escape(path), err)
	}
	if n != st.size || after.key() != st.key() {
		return "", &Refused{path, Changed}
	}
	sum := hex.EncodeToString(h.Sum(nil))
	if now.UnixNano()-max(st.mtime, st.ctime) >= int64(settled) {
		d.sums.put(st.key(), sum)
	}
	return sum, nil
}

// ctxReader stops reading when its context ends.
type ctxReader struct {
	ctx context.Context // a reader for the length of one call
	r   io.Reader
}

func (c *ctxReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
