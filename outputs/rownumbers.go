package outputs

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
)

// mostOrdered bounds the rows that an order may have: it takes four bytes for
// each.
const mostOrdered = 1 << 27

var errTooManyRows = &TooMuch{"has too many rows to be sorted or filtered here: at most 134,217,728."}

// orderMagic begins every file that remembers an order, and changes with what is
// in it. How many rows there are follows, then their numbers.
const orderMagic = "sallyport order 1\n"

const orderHead = int64(len(orderMagic)) + 8

// rowNumbers are the numbers of rows in an order: in memory, or in a file.
type rowNumbers struct {
	few   []uint32
	file  *os.File
	count int64
	gone  func() error // removes a file that is not remembered
}

func (n *rowNumbers) close() error {
	if n == nil || n.file == nil {
		return nil
	}
	err := n.file.Close()
	if n.gone != nil {
		err = errors.Join(err, n.gone())
	}
	return err
}

// window reads count numbers, all of which are there.
func (n *rowNumbers) window(from, count int64) ([]int64, error) {
	numbers := make([]int64, count)
	if n.file == nil {
		for i := range numbers {
			numbers[i] = int64(n.few[from+int64(i)])
		}
		return numbers, nil
	}
	b := make([]byte, 4*count)
	if _, err := n.file.ReadAt(b, orderHead+4*from); err != nil {
		return nil, fmt.Errorf("read the order of rows: %w", err)
	}
	for i := range numbers {
		numbers[i] = int64(binary.BigEndian.Uint32(b[4*i:]))
	}
	return numbers, nil
}

// loadRows opens an order that is remembered. What is not whole counts as not
// there.
func (w *Windows) loadRows(name string) (*rowNumbers, error) {
	if name == "" {
		return nil, fs.ErrNotExist
	}
	f, err := w.root.Open(name)
	if err != nil {
		return nil, err
	}
	head := make([]byte, orderHead)
	_, err = f.ReadAt(head, 0)
	if err == nil && !bytes.HasPrefix(head, []byte(orderMagic)) {
		err = errors.New("another format")
	}
	count := binary.BigEndian.Uint64(head[len(orderMagic):])
	st, failed := f.Stat()
	if err = errors.Join(err, failed); err == nil && (count > mostOrdered || st.Size() != orderHead+4*int64(count)) {
		err = errors.New("not whole")
	}
	if err != nil {
		closeRead(f)
		return nil, fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	return &rowNumbers{file: f, count: int64(count)}, nil //nolint:gosec // it was bounded
}

// rowsWriter takes the numbers of rows, and keeps many of them in a file.
type rowsWriter struct {
	in    *Windows
	few   []uint32
	file  *scratchFile // nil where there are few
	small bool
	count int64
}

func (w *Windows) newRows(small bool) *rowsWriter { return &rowsWriter{in: w, small: small} }

func (w *rowsWriter) add(row int64) error {
	if w.count++; w.count > mostOrdered || row >= 1<<32 || !w.small && 4*w.count > w.in.most/2 {
		return errTooManyRows
	}
	if w.small {
		w.few = append(w.few, uint32(row)) //nolint:gosec // it was bounded
		return nil
	}
	if err := w.begin(); err != nil {
		return err
	}
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(row)) //nolint:gosec // it was bounded
	return w.file.write(b[:])
}

func (w *rowsWriter) begin() error {
	if w.file != nil {
		return nil
	}
	f, err := w.in.scratch()
	if err != nil {
		return err
	}
	w.file = f
	return f.write(make([]byte, orderHead))
}

// abandon removes what was written.
func (w *rowsWriter) abandon() error {
	if w.file == nil {
		return nil
	}
	return w.file.close()
}

// finish gives the rows and remembers them by a name, unless that is "".
func (w *rowsWriter) finish(name string) (*rowNumbers, error) {
	if w.small {
		return &rowNumbers{few: w.few, count: w.count}, nil
	}
	if err := w.begin(); err != nil {
		return nil, err
	}
	head := binary.BigEndian.AppendUint64([]byte(orderMagic), uint64(w.count)) //nolint:gosec // it is not negative
	err := w.file.flush()
	if err == nil {
		_, err = w.file.file.WriteAt(head, 0)
	}
	if err != nil {
		return nil, err
	}
	n := &rowNumbers{file: w.file.file, count: w.count}
	if name == "" {
		n.gone = func() error { return ignoreMissing(w.in.root.Remove(w.file.name)) }
		return n, nil
	}
	if err := errors.Join(w.file.file.Sync(), w.in.root.Rename(w.file.name, name)); err != nil {
		return nil, err
	}
	return n, w.in.grew(w.file.size)
}

// scratch makes a file that is gone once it is closed.
func (w *Windows) scratch() (*scratchFile, error) {
	name := w.temporary()
	f, err := w.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make room for an order: %w", err)
	}
	return &scratchFile{file: f, name: name, in: w, out: bufio.NewWriterSize(f, readBuffer)}, nil
}

func (w *Windows) temporary() string {
	return "tmp-" + strconv.Itoa(os.Getpid()) + "-" + strconv.FormatUint(w.next.Add(1), 10)
}

// grew notes that more is remembered, and forgets the oldest if it is too much.
func (w *Windows) grew(bytes int64) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.kept += bytes; w.kept <= w.most {
		return nil
	}
	var err error
	w.kept, err = w.evict()
	return err
}

// alone does work that reads a whole file, a few of them at once, and each by
// one person at a time: whoever comes meanwhile waits, and then finds it done.
// found reports whether it is; work without a name is everybody's own.
func (w *Windows) alone(ctx context.Context, name string, found func() (bool, error), do func() error) error {
	for {
		if done, err := found(); done || err != nil {
			return err
		}
		mine, wait := w.begin(name)
		if !mine {
			select {
			case <-wait:
				continue
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return w.mine(ctx, name, do)
	}
}

func (w *Windows) mine(ctx context.Context, name string, do func() error) error {
	defer w.end(name)
	select {
	case w.slots <- struct{}{}:
		defer func() { <-w.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return do()
}

// begin reports whether nobody does the work of a name; else it returns what is
// closed once they have.
func (w *Windows) begin(name string) (mine bool, wait <-chan struct{}) {
	if name == "" {
		return true, nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if wait, there := w.doing[name]; there {
		return false, wait
	}
	w.doing[name] = make(chan struct{})
	return true, nil
}

func (w *Windows) end(name string) {
	if name == "" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.doing[name])
	delete(w.doing, name)
}
