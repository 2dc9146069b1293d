package outputs

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"strconv"
)

// mostOrdered bounds the rows that an order may have: it takes four bytes for
// each.
const mostOrdered = 1 << 27

var errTooManyRows = &TooMuch{"has too many rows to be sorted or filtered here: at most 134,217,728."}

// orderMagic begins every file that remembers an order, and changes with what is
// in it. How many rows there are follows, then their numbers, with a checksum
// behind every so many and behind the last.
const orderMagic = "sallyport order 2\n"

const (
	orderHead  = int64(len(orderMagic)) + 8
	orderBlock = 1023 // numbers before each checksum
	blockBytes = 4*orderBlock + 4
)

// orderBytes is how long a file with so many numbers is.
func orderBytes(count int64) int64 {
	return orderHead + 4*count + 4*((count+orderBlock-1)/orderBlock)
}

// errDamaged is said of what is remembered and is not as it was written.
var errDamaged = errors.New("what is remembered is damaged")

// rowNumbers are the numbers of rows in an order: in memory, or in a file.
type rowNumbers struct {
	few   []uint32
	file  *os.File
	count int64
	gone  func() error // removes a file that is not remembered

	forget func() error // removes one that is
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
	for done := int64(0); done < count; {
		block, at := (from+done)/orderBlock, (from+done)%orderBlock
		b, err := n.block(block)
		if err != nil {
			return nil, fmt.Errorf("read the order of rows: %w", err)
		}
		for ; done < count && at < int64(len(b)/4); at, done = at+1, done+1 {
			numbers[done] = int64(binary.BigEndian.Uint32(b[4*at:]))
		}
	}
	return numbers, nil
}

// block reads the numbers before a checksum.
func (n *rowNumbers) block(i int64) ([]byte, error) {
	b := make([]byte, 4*min(orderBlock, n.count-i*orderBlock)+4)
	if _, err := n.file.ReadAt(b, orderHead+i*blockBytes); err != nil {
		return nil, err
	}
	numbers, sum := b[:len(b)-4], b[len(b)-4:]
	if crc32.Checksum(numbers, castagnoli) != binary.BigEndian.Uint32(sum) {
		return nil, errDamaged
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
	if err = errors.Join(err, failed); err == nil && (count > mostOrdered || st.Size() != orderBytes(int64(count))) {
		err = errors.New("not whole")
	}
	if err != nil {
		closeRead(f)
		return nil, fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	forget := func() error { return ignoreMissing(w.root.Remove(name)) }
	return &rowNumbers{file: f, count: int64(count), forget: forget}, nil //nolint:gosec // it was bounded
}

// rowsWriter takes the numbers of rows, and keeps many of them in a file.
type rowsWriter struct {
	in    *Windows
	few   []uint32
	file  *scratchFile // nil where there are few
	small bool
	count int64
	sum   uint32 // of the numbers since the last checksum
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
	w.sum = crc32.Update(w.sum, castagnoli, b[:])
	err := w.file.write(b[:])
	if err == nil && w.count%orderBlock == 0 {
		err = w.check()
	}
	return err
}

// check writes a checksum.
func (w *rowsWriter) check() error {
	sum := binary.BigEndian.AppendUint32(nil, w.sum)
	w.sum = 0
	return w.file.write(sum)
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
	err := w.begin()
	if err == nil && w.count%orderBlock != 0 {
		err = w.check()
	}
	head := binary.BigEndian.AppendUint64([]byte(orderMagic), uint64(w.count)) //nolint:gosec // it is not negative
	if err == nil {
		err = w.file.flush()
	}
	if err == nil {
		_, err = w.file.file.WriteAt(head, 0)
	}
	if err != nil {
		return nil, full(err)
	}
	n := &rowNumbers{file: w.file.file, count: w.count}
	if name != "" {
		err = errors.Join(w.file.file.Sync(), w.in.root.Rename(w.file.name, name))
		if err == nil {
			n.forget = func() error { return ignoreMissing(w.in.root.Remove(name)) }
			err = w.in.grew(w.file.size)
		} else {
			name = ""
		}
	}
	if err != nil { // it is sorted again the next time
		w.in.log.Warn("order not remembered", "error", err)
	}
	if name == "" {
		n.gone = func() error { return ignoreMissing(w.in.root.Remove(w.file.name)) }
		n.forget = func() error { return nil }
	}
	return n, nil
}

// scratch makes a file that is gone once it is closed.
func (w *Windows) scratch() (*scratchFile, error) {
	f, name, err := w.temporary()
	if err != nil {
		return nil, fmt.Errorf("make room for an order: %w", full(err))
	}
	return &scratchFile{file: f, name: name, in: w, out: bufio.NewWriterSize(f, readBuffer)}, nil
}

// temporary makes a file that nobody else has: in containers, several programs
// have the same number.
func (w *Windows) temporary() (*os.File, string, error) {
	for {
		name := "tmp-" + strconv.Itoa(os.Getpid()) + "-" + strconv.FormatUint(w.next.Add(1), 10)
		f, err := w.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if !errors.Is(err, fs.ErrExist) {
			return f, name, err
		}
	}
}
