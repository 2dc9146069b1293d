package outputs

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"sync"
	"sync/atomic"
)

// WindowsConfig says where a Windows remembers.
type WindowsConfig struct {
	Path string       // a directory, which is made; nothing else may be in it
	Most int64        // bytes that are kept there; 0 means 1 GiB
	Log  *slog.Logger // is told of what cannot be remembered
}

// The bounds of what is remembered.
const (
	defaultWindows = 1 << 30
	alwaysCounted  = 512 << 10 // a file up to this size is counted faster than it is remembered
	countedAtOnce  = 2         // files
	mostInfo       = 1 << 20
)

// Windows gives windows into big tables and texts. It remembers in a directory
// where the records and lines of a file begin, by the SHA-256 of its bytes, so
// that a window is a seek and a short parse; what a window shows is always read
// from the file. The directory may be removed at any time. Several processes may
// share it.
type Windows struct {
	root    *os.Root
	most    int64
	log     *slog.Logger
	next    atomic.Uint64
	slots   chan struct{}
	finding chan struct{} // searches through long files

	mu    sync.Mutex
	kept  int64 // bytes, as far as this process knows
	doing map[string]chan struct{}
}

// OpenWindows opens the directory of a Windows, which it makes if it is not
// there. Only the program's user may look into it.
func OpenWindows(c WindowsConfig) (*Windows, error) {
	if c.Log == nil {
		return nil, errors.New("open windows: no log")
	}
	if err := os.MkdirAll(c.Path, 0o700); err != nil {
		return nil, fmt.Errorf("open windows: %w", err)
	}
	root, err := os.OpenRoot(c.Path)
	if err != nil {
		return nil, fmt.Errorf("open windows: %w", err)
	}
	w := &Windows{root: root, most: cmp.Or(c.Most, defaultWindows), log: c.Log, slots: make(chan struct{}, countedAtOnce), finding: make(chan struct{}, countedAtOnce), doing: map[string]chan struct{}{}}
	if _, err := w.evict(); err != nil {
		return nil, errors.Join(fmt.Errorf("open windows: %w", err), root.Close())
	}
	return w, nil
}

// Close gives the directory back.
func (w *Windows) Close() error { return w.root.Close() }

// magic begins every file, and changes with what is in it.
const magic = "sallyport windows 4\n"

// key is the name of what is remembered; "" for what is not.
func key(sha256, of string) string {
	if !validSum(sha256) {
		return ""
	}
	return sha256 + "-" + of
}

// mostPlaces bounds the places that are noted of a file: fewer of a longer one.
const mostPlaces = 1 << 20

// noting notes places as a file is read: of every so many things, and fewer of
// them the longer the file is.
type noting struct {
	places []int64
	width  int   // numbers that a place is
	every  int64 // things
}

func (n *noting) note(thing int64, place ...int64) {
	if thing%n.every != 0 {
		return
	}
	if len(n.places) == mostPlaces*n.width {
		kept := n.places[:0]
		for i := 0; i < len(n.places); i += 2 * n.width {
			kept = append(kept, n.places[i:i+n.width]...)
		}
		n.places = kept
		if n.every *= 2; thing%n.every != 0 {
			return
		}
	}
	n.places = append(n.places, place...)
}

// marks are the places in a file that are noted: in memory, or in the open
// file that remembers them.
type marks struct {
	places []int64
	file   *os.File
	start  int64
	count  int64
}

func (m *marks) close() error {
	if m == nil || m.file == nil {
		return nil
	}
	return m.file.Close()
}

// at is a place.
func (m *marks) at(n int64) (int64, error) {
	switch {
	case m.file != nil && n < m.count:
		var b [8]byte
		if _, err := m.file.ReadAt(b[:], m.start+8*n); err != nil {
			return 0, fmt.Errorf("read where a window begins: %w", err)
		}
		place := binary.BigEndian.Uint64(b[:])
		if place > math.MaxInt64 {
			return 0, fmt.Errorf("place %d of a window cannot be", place)
		}
		return int64(place), nil
	case m.file == nil && n < int64(len(m.places)):
		return m.places[n], nil
	}
	return 0, fmt.Errorf("place %d of a window is not noted", n)
}

// marks remembers the places that count notes, and the info that it fills.
func (w *Windows) marks(ctx context.Context, name string, f Bytes, info any, count func(context.Context) ([]int64, error)) (*marks, error) {
	if f.Size() <= alwaysCounted {
		name = ""
	}
	var m *marks
	err := w.alone(ctx, work{name, f.Size() <= alwaysCounted}, func() bool {
		var err error
		m, err = w.load(name, info)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			w.log.WarnContext(ctx, "windows not remembered", "error", err)
		}
		return err == nil
	}, func() error {
		places, err := count(ctx)
		if err == nil && name != "" {
			if err := w.keep(name, info, places); err != nil { // it is counted again the next time
				w.log.WarnContext(ctx, "windows not remembered", "error", err)
			}
		}
		m = &marks{places: places}
		return err
	})
	return m, err
}

// load opens what is remembered, unless it is damaged.
func (w *Windows) load(name string, info any) (*marks, error) {
	if name == "" {
		return nil, fs.ErrNotExist
	}
	f, err := w.root.Open(name)
	if err != nil {
		return nil, err
	}
	m, err := readMarks(f, info)
	if err != nil {
		closeRead(f)
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return m, nil
}

// marksHead is how long the head of a file of marks is: the magic, how long the
// info is, how many places there are, and a checksum of all that follows.
const marksHead = len(magic) + 8 + 8 + 4

// castagnoli is the polynomial of checksums, which processors know.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func readMarks(f *os.File, info any) (*marks, error) {
	head := make([]byte, marksHead)
	if _, err := f.ReadAt(head, 0); err != nil {
		return nil, err
	}
	size, count := binary.BigEndian.Uint64(head[len(magic):]), binary.BigEndian.Uint64(head[len(magic)+8:])
	if !bytes.HasPrefix(head, []byte(magic)) || size > mostInfo || count > mostPlaces*2 {
		return nil, errors.New("another format")
	}
	text := make([]byte, size)
	if _, err := f.ReadAt(text, int64(len(head))); err != nil {
		return nil, err
	}
	m := &marks{file: f, start: int64(len(head)) + int64(size), count: int64(count)}
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if st.Size() != m.start+8*m.count {
		return nil, errors.New("not whole")
	}
	sum := crc32.New(castagnoli)
	if _, err := io.Copy(sum, io.NewSectionReader(f, int64(marksHead), st.Size()-int64(marksHead))); err != nil {
		return nil, err
	}
	if sum.Sum32() != binary.BigEndian.Uint32(head[marksHead-4:]) {
		return nil, errDamaged
	}
	return m, json.Unmarshal(text, info)
}

// keep remembers: whole or not at all.
func (w *Windows) keep(name string, info any, places []int64) error {
	text, err := json.Marshal(info)
	if err != nil {
		return err
	}
	b := []byte(magic)
	b = binary.BigEndian.AppendUint64(b, uint64(len(text)))
	b = binary.BigEndian.AppendUint64(b, uint64(len(places)))
	b = append(b, make([]byte, marksHead-len(b))...)
	b = append(b, text...)
	for _, p := range places {
		b = binary.BigEndian.AppendUint64(b, uint64(p)) //nolint:gosec // a place is never negative
	}
	binary.BigEndian.PutUint32(b[marksHead-4:], crc32.Checksum(b[marksHead:], castagnoli))
	if int64(len(b)) > w.most {
		return nil
	}
	if err := w.write(name, b); err != nil {
		return err
	}
	return w.grew(int64(len(b)))
}

func (w *Windows) write(name string, b []byte) error {
	f, tmp, err := w.temporary()
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = w.root.Rename(tmp, name)
	}
	if err != nil {
		return errors.Join(err, ignoreMissing(w.root.Remove(tmp)))
	}
	return nil
}
