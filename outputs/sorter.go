package outputs

import (
	"bufio"
	"bytes"
	"cmp"
	"container/heap"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"slices"
)

const (
	sortedText = 256     // bytes of a text that it is sorted by
	runKeys    = 1 << 18 // keys that are sorted in memory
	runText    = 8 << 20 // bytes of their texts
	runBuffer  = 16 << 10
)

// The kinds of keys, in their order, whichever way one sorts.
const (
	keyNumber byte = iota
	keyText
	keyMissing
)

// sortKey is what a row is sorted by.
type sortKey struct {
	first uint64 // a number, or the first eight bytes of a text, so that smaller comes first
	row   uint32
	at    uint32 // of the text
	size  uint16
	kind  byte
}

// sorter sorts rows by a column: in memory or, if they are many, in runs that
// are written to a file and merged.
type sorter struct {
	table   *Table
	down    bool
	numbers bool
	keys    []sortKey
	text    []byte
	scratch []byte
	file    *scratchFile
	runs    []int64 // where each begins, and the last ends
}

func newSorter(t *Table, o Order) *sorter {
	return &sorter{table: t, down: o.Down, numbers: o.Column < len(t.Info.Numbers) && t.Info.Numbers[o.Column]}
}

func (s *sorter) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.close()
}

// add takes a row.
func (s *sorter) add(row int64, field []byte) error {
	k := sortKey{row: uint32(row), kind: keyMissing} //nolint:gosec // rows are counted against mostOrdered
	number := value{}
	if s.numbers {
		number = s.table.Info.value(field)
	}
	switch {
	case row >= mostOrdered:
		return errTooManyRows
	case number.kind == aNumber:
		k.kind, k.first = keyNumber, orderedBits(number.number)
	case !isMissing(field):
		s.scratch = s.table.Info.folded(field, s.scratch)
		text := s.scratch[:min(len(s.scratch), sortedText)]
		k.kind, k.at, k.size, k.first = keyText, uint32(len(s.text)), uint16(len(text)), firstBytes(text) //nolint:gosec // both are bounded
		s.text = append(s.text, text...)
	}
	if s.down {
		k.first = ^k.first
	}
	s.keys = append(s.keys, k)
	if len(s.keys) < runKeys && len(s.text) < runText {
		return nil
	}
	return s.spill()
}

// orderedBits are those of a number such that smaller numbers have smaller bits.
func orderedBits(n float64) uint64 {
	if n == 0 {
		n = 0 // and not minus zero
	}
	bits := math.Float64bits(n)
	if bits>>63 == 1 {
		return ^bits
	}
	return bits | 1<<63
}

func firstBytes(text []byte) uint64 {
	var b [8]byte
	copy(b[:], text)
	return binary.BigEndian.Uint64(b[:])
}

// compareKeys says which of two rows comes first.
func compareKeys(a, b sortKey, textA, textB []byte, down bool) int {
	switch {
	case a.kind != b.kind:
		return int(a.kind) - int(b.kind)
	case a.first < b.first:
		return -1
	case a.first > b.first:
		return 1
	}
	if a.kind == keyText {
		if c := bytes.Compare(textA, textB); c != 0 {
			if down {
				return -c
			}
			return c
		}
	}
	return cmp.Compare(a.row, b.row)
}

func (s *sorter) textOf(k sortKey) []byte { return s.text[k.at : k.at+uint32(k.size)] }

// sortKeys sorts what is in memory. What all texts begin with is left out while
// they are compared.
func (s *sorter) sortKeys() {
	alike := s.alike()
	s.begin(alike)
	defer s.begin(0)
	slices.SortFunc(s.keys, func(a, b sortKey) int { return compareKeys(a, b, s.textOf(a), s.textOf(b), s.down) })
}

// alike is how many bytes all texts in memory begin with.
func (s *sorter) alike() int {
	var first []byte
	seen := false
	for _, k := range s.keys {
		if k.kind != keyText {
			continue
		}
		text := s.textOf(k)
		if !seen {
			first, seen = text, true
		}
		n := min(len(first), len(text))
		for i := range n {
			if first[i] != text[i] {
				n = i
				break
			}
		}
		if first = first[:n]; n == 0 {
			break
		}
	}
	return len(first)
}

// begin notes in the keys the bytes of texts from one on.
func (s *sorter) begin(at int) {
	for i, k := range s.keys {
		if k.kind != keyText {
			continue
		}
		if k.first = firstBytes(s.textOf(k)[at:]); s.down {
			k.first = ^k.first
		}
		s.keys[i] = k
	}
}

// spill writes what is in memory, sorted, as a run.
func (s *sorter) spill() error {
	if s.file == nil {
		f, err := s.table.windows.scratch()
		if err != nil {
			return err
		}
		s.file, s.runs = f, []int64{0}
	}
	s.sortKeys()
	for _, k := range s.keys {
		b := append(s.scratch[:0], k.kind)
		b = binary.BigEndian.AppendUint64(b, k.first)
		b = binary.BigEndian.AppendUint32(b, k.row)
		b = binary.BigEndian.AppendUint16(b, k.size)
		if err := s.file.write(append(b, s.textOf(k)...)); err != nil {
			return err
		}
		s.scratch = b
	}
	if s.file.size > s.table.windows.most {
		return &TooMuch{"is too large to be sorted here."}
	}
	s.runs = append(s.runs, s.file.size)
	s.keys, s.text = s.keys[:0], s.text[:0]
	return nil
}

// sorted gives the rows one after the other.
func (s *sorter) sorted(ctx context.Context, to func(row int64) error) error {
	if s.file == nil {
		s.sortKeys()
		for _, k := range s.keys {
			if err := to(int64(k.row)); err != nil {
				return err
			}
		}
		return nil
	}
	if err := errors.Join(s.spill(), s.file.flush()); err != nil {
		return err
	}
	s.keys, s.text = nil, nil
	h := &merging{down: s.down}
	for i := range len(s.runs) - 1 {
		part := io.NewSectionReader(s.file.file, s.runs[i], s.runs[i+1]-s.runs[i])
		r := &run{in: bufio.NewReaderSize(&ctxReader{ctx, part}, runBuffer)}
		if err := r.next(); err == nil {
			h.runs = append(h.runs, r)
		} else if !errors.Is(err, io.EOF) {
			return err
		}
	}
	heap.Init(h)
	for len(h.runs) > 0 {
		first := h.runs[0]
		if err := to(int64(first.key.row)); err != nil {
			return err
		}
		switch err := first.next(); {
		case errors.Is(err, io.EOF):
			heap.Pop(h)
		case err != nil:
			return err
		default:
			heap.Fix(h, 0)
		}
	}
	return nil
}

// run reads keys that were written sorted.
type run struct {
	in   *bufio.Reader
	key  sortKey
	text [sortedText]byte
}

// next reads a key; io.EOF at the end.
func (r *run) next() error {
	const head = 15
	b, err := r.in.Peek(head)
	if err != nil {
		if len(b) > 0 {
			return notEOF(err)
		}
		return err
	}
	r.key = sortKey{
		kind: b[0], first: binary.BigEndian.Uint64(b[1:]), row: binary.BigEndian.Uint32(b[9:]), size: binary.BigEndian.Uint16(b[13:]),
	}
	if _, err := r.in.Discard(head); err != nil {
		return err
	}
	_, err = io.ReadFull(r.in, r.text[:r.key.size])
	return err
}

// merging is a heap of runs, the one whose key comes first on top.
type merging struct {
	runs []*run
	down bool
}

func (m *merging) Len() int { return len(m.runs) }
func (m *merging) Less(i, j int) bool {
	a, b := m.runs[i], m.runs[j]
	return compareKeys(a.key, b.key, a.text[:a.key.size], b.text[:b.key.size], m.down) < 0
}
func (m *merging) Swap(i, j int) { m.runs[i], m.runs[j] = m.runs[j], m.runs[i] }
func (m *merging) Push(x any)    { m.runs = append(m.runs, x.(*run)) }
func (m *merging) Pop() any {
	last := m.runs[len(m.runs)-1]
	m.runs = m.runs[:len(m.runs)-1]
	return last
}

// scratchFile is a file that is gone once it is closed.
type scratchFile struct {
	file *os.File
	name string
	in   *Windows
	out  *bufio.Writer
	size int64
}

func (f *scratchFile) write(b []byte) error {
	f.size += int64(len(b))
	_, err := f.out.Write(b)
	return full(err)
}

func (f *scratchFile) flush() error { return full(f.out.Flush()) }

func (f *scratchFile) close() error {
	return errors.Join(f.file.Close(), ignoreMissing(f.in.root.Remove(f.name)))
}
