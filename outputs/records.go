package outputs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// maxRecord bounds a record of a table, so that a quote that is never closed
// does not take a file into memory.
const maxRecord = 1 << 20

// records reads the records of a CSV file (RFC 4180) one after another. A
// quote within a field that does not begin with one is itself; so are line
// ends within quotes.
type records struct {
	r         io.Reader
	layout    layout
	delimiter byte
	buf       []byte
	pos, end  int
	at        int64 // where the next record begins in the file, from where reading began
	data      []byte
	ends      []int  // where each field of data ends; none for a blank line
	gap       int    // bytes between fields
	own       []byte // data that was put together
}

// readBuffer is how much is read at once.
const readBuffer = 64 << 10

// newRecords reads on from a source of the layout.
func newRecords(r io.Reader, l layout, delimiter byte) *records {
	return &records{r: r, layout: l, delimiter: delimiter, buf: make([]byte, readBuffer)}
}

// peek reports how reading goes on; io.EOF if there is no more.
func (r *records) peek() error {
	if r.pos < r.end {
		return nil
	}
	return r.fill()
}

// The reasons why bytes are no table.
var (
	errLongRecord = errors.New("is longer than 1 MiB")
	errUnclosed   = errors.New("has a quote that is never closed")
	errAfterQuote = errors.New("has text after a closing quote")
)

// field is a field of the record that was read last; it is good until the
// next.
func (r *records) field(n int) []byte {
	start := 0
	if n > 0 {
		start = r.ends[n-1] + r.gap
	}
	return r.data[start:r.ends[n]]
}

// The states of reading a field.
const (
	atStart  = iota
	bare     // in a field without quotes
	quoted   // between quotes
	closed   // after a quote that may close the field, or be half of one
	closedCR // after such a quote and a carriage return
)

// next reads a record; io.EOF at the end.
func (r *records) next() error {
	r.ends = r.ends[:0]
	if r.plain() {
		return nil
	}
	r.data, r.gap = r.own[:0], 0
	defer func() { r.own = r.data }()
	state, length, unquoted := atStart, int64(0), true
	for {
		if r.pos == r.end {
			err := r.fill()
			if errors.Is(err, io.EOF) {
				return r.finish(state, length, unquoted)
			}
			if err != nil {
				return err
			}
		}
		n, done, err := r.step(&state, &unquoted)
		r.at += r.layout.raw(r.buf[r.pos : r.pos+n])
		r.pos += n
		length += int64(n)
		if err != nil || done {
			return err
		}
		if length > maxRecord {
			return errLongRecord
		}
	}
}

// plain takes a record that was read whole and has no quotes in it, where it
// stands.
func (r *records) plain() bool {
	b := r.buf[r.pos:r.end]
	n := bytes.IndexByte(b, '\n')
	if n < 0 || bytes.IndexByte(b[:n], '"') >= 0 {
		return false
	}
	r.at += r.layout.raw(b[:n+1])
	r.pos += n + 1
	r.data, r.gap = bytes.TrimRight(b[:n], "\r"), 1
	if len(r.data) == 0 {
		return true // a blank line has no fields
	}
	for at := 0; ; {
		i := bytes.IndexByte(r.data[at:], r.delimiter)
		if i < 0 {
			break
		}
		r.ends = append(r.ends, at+i)
		at += i + 1
	}
	r.ends = append(r.ends, len(r.data))
	return true
}

// fill reads on. What ends a file ends it with io.EOF alone.
func (r *records) fill() error {
	r.pos, r.end = 0, 0
	for range 100 {
		n, err := r.r.Read(r.buf)
		if n > 0 {
			r.end = n
			return nil
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// step takes some of the bytes that were read and reports how many, and
// whether they end the record.
func (r *records) step(state *int, unquoted *bool) (n int, done bool, err error) {
	b := r.buf[r.pos:r.end]
	switch *state {
	case atStart:
		*unquoted = b[0] != '"'
		if b[0] == '"' {
			*state = quoted
			return 1, false, nil
		}
		*state = bare
		return 0, false, nil
	case bare:
		for i, c := range b {
			if c == r.delimiter || c == '\n' {
				r.data = append(r.data, b[:i]...)
				return i + 1, r.ended(c, state, true), nil
			}
		}
		r.data = append(r.data, b...)
		return len(b), false, nil
	case quoted:
		i := bytes.IndexByte(b, '"')
		if i < 0 {
			r.data = append(r.data, b...)
			return len(b), false, nil
		}
		r.data = append(r.data, b[:i]...)
		*state = closed
		return i + 1, false, nil
	}
	switch c := b[0]; {
	case c == '\n', c == r.delimiter && *state == closed:
		return 1, r.ended(c, state, false), nil
	case c == '"' && *state == closed:
		r.data = append(r.data, '"')
		*state = quoted
		return 1, false, nil
	case c == '\r':
		*state = closedCR
		return 1, false, nil
	}
	return 0, false, errAfterQuote
}

// ended notes the end of a field, and reports whether it ends the record.
func (r *records) ended(by byte, state *int, unquoted bool) bool {
	*state = atStart
	if by != '\n' {
		r.ends = append(r.ends, len(r.data))
		return false
	}
	r.last(unquoted)
	return true
}

// last notes the last field of a record.
func (r *records) last(unquoted bool) {
	start := 0
	if len(r.ends) > 0 {
		start = r.ends[len(r.ends)-1]
	}
	for n := len(r.data); unquoted && n > start && r.data[n-1] == '\r'; n-- {
		r.data = r.data[:n-1] // some programs write more than one
	}
	if unquoted && start == 0 && len(r.ends) == 0 && len(r.data) == 0 {
		return // a blank line has no fields
	}
	r.ends = append(r.ends, len(r.data))
}

// finish is what the end of the file makes of what was read.
func (r *records) finish(state int, length int64, unquoted bool) error {
	switch {
	case length == 0:
		return io.EOF
	case state == quoted:
		return errUnclosed
	}
	r.last(unquoted && state != closed && state != closedCR)
	return nil
}

// noTable reports whether an error is a reason why bytes are no table, and not
// that they cannot be read.
func noTable(err error) bool {
	return errors.Is(err, errLongRecord) || errors.Is(err, errUnclosed) || errors.Is(err, errAfterQuote)
}

// where is an error of a record, with the row that it is in.
func where(record int64, err error) *NotText {
	row := "header"
	if record > 0 {
		row = fmt.Sprintf("row %d", record)
	}
	return &NotText{fmt.Sprintf("is no table: its %s %v.", row, err)}
}
