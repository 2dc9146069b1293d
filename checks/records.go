package checks

import (
	"bytes"
	"errors"
	"io"
)

const (
	maxRecord  = 1 << 20  // bytes of a record that are read
	maxColumns = 4000     // of a table that are looked at
	firstRead  = 16 << 10 // most files are small
	readAhead  = 256 << 10
)

// records reads the records of a delimited table (RFC 4180, as loosely as
// programs write it) one after another, in bounded memory.
type records struct {
	r          io.Reader
	delimiter  byte
	buf        []byte
	start, end int
	eof        error

	fields  [][]byte // of the record that was read last; good until the next
	line    int64    // where it begins, from 1
	row     int64    // which it is, from 0; a blank line is one
	lines   int64    // ends of lines that were read
	scratch []byte
	joined  []byte // a record over several lines
	literal bool   // quotes mean nothing
	noted   notes
}

// notes is what could not be read as it should be, the first of each kind.
type notes struct {
	longLine, unclosed, wide int64 // the line of the first
	long, open, many         int64 // how many
}

func newRecords(r io.Reader, delimiter byte) *records {
	return &records{r: r, delimiter: delimiter, buf: make([]byte, firstRead), row: -1}
}

// next reads a record; io.EOF at the end. A blank line has no fields.
func (r *records) next() error {
	line, err := r.readLine()
	if err != nil {
		return err
	}
	r.row++
	r.line = r.lines
	r.fields = r.fields[:0]
	if bytes.IndexByte(line, '"') >= 0 {
		return r.quoted(line)
	}
	line = chomp(line)
	if len(line) == 0 {
		return nil
	}
	r.split(line)
	return nil
}

// split cuts a line without quotes.
func (r *records) split(line []byte) {
	for len(r.fields) < maxColumns {
		i := bytes.IndexByte(line, r.delimiter)
		if i < 0 {
			r.fields = append(r.fields, line)
			return
		}
		r.fields = append(r.fields, line[:i])
		line = line[i+1:]
	}
	r.tooWide()
}

func (r *records) tooWide() {
	if r.noted.many == 0 {
		r.noted.wide = r.line
	}
	r.noted.many++
}

// chomp cuts the ends of lines, however many carriage returns they have.
func chomp(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == '\n' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	return b
}

// readLine returns the next line with its end; of one that is too long, the
// beginning.
func (r *records) readLine() ([]byte, error) {
	from := 0
	for {
		if i := bytes.IndexByte(r.buf[r.start+from:r.end], '\n'); i >= 0 {
			line := r.buf[r.start : r.start+from+i+1]
			r.start += from + i + 1
			r.lines++
			return line, nil
		}
		from = r.end - r.start
		if from >= maxRecord {
			return r.cut()
		}
		if err := r.fill(); err != nil {
			if from > 0 && errors.Is(err, io.EOF) {
				line := r.buf[r.start:r.end]
				r.start = r.end
				r.lines++
				return line, nil
			}
			return nil, err
		}
	}
}

// fill reads on, and makes room for it.
func (r *records) fill() error {
	if r.eof != nil {
		return r.eof
	}
	if r.start > 0 {
		copy(r.buf, r.buf[r.start:r.end])
		r.end -= r.start
		r.start = 0
	}
	if r.end == len(r.buf) || r.lines > 0 && len(r.buf) < readAhead {
		r.buf = append(r.buf, make([]byte, len(r.buf))...)
	}
	for range 100 {
		n, err := r.r.Read(r.buf[r.end:])
		r.end += n
		if err != nil {
			r.eof = err
		}
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	r.eof = io.ErrNoProgress
	return r.eof
}

// cut drops the rest of a line that is too long and returns its beginning.
func (r *records) cut() ([]byte, error) {
	if r.noted.long == 0 {
		r.noted.longLine = r.lines + 1
	}
	r.noted.long++
	line := append([]byte(nil), r.buf[r.start:r.start+maxRecord]...)
	for {
		if i := bytes.IndexByte(r.buf[r.start:r.end], '\n'); i >= 0 {
			r.start += i + 1
			break
		}
		r.start = r.end
		if err := r.fill(); err != nil {
			if !errors.Is(err, io.EOF) {
				return nil, err
			}
			break
		}
	}
	r.lines++
	return line, nil
}

// quoted splits a record with quotes, which may go on over several lines.
func (r *records) quoted(line []byte) error {
	if !r.literal && r.plainlyQuoted(chomp(line)) {
		return nil
	}
	r.fields = r.fields[:0]
	state := r.scan(atStart, line)
	if r.literal || state != within {
		r.unquote(line)
		return nil
	}
	r.joined = append(r.joined[:0], line...)
	first := len(r.joined)
	for state == within {
		more, err := r.readLine()
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err != nil || len(r.joined)+len(more) > maxRecord {
			r.joined = append(r.joined, more...)
			return r.neverClosed(first)
		}
		state = r.scan(state, more)
		r.joined = append(r.joined, more...)
	}
	r.unquote(r.joined)
	return nil
}

// plainlyQuoted splits a line whose quotes all enclose a whole field and have
// none between them: most do. It reports whether the line is one.
func (r *records) plainlyQuoted(line []byte) bool {
	for len(r.fields) < maxColumns {
		if len(line) == 0 || line[0] != '"' {
			i := bytes.IndexByte(line, r.delimiter)
			if i < 0 {
				r.fields = append(r.fields, line)
				return true
			}
			r.fields = append(r.fields, line[:i])
			line = line[i+1:]
			continue
		}
		i := bytes.IndexByte(line[1:], '"') + 1
		switch {
		case i > 0 && i+1 == len(line):
			r.fields = append(r.fields, line[1:i])
			return true
		case i == 0 || line[i+1] != r.delimiter:
			return false
		}
		r.fields = append(r.fields, line[1:i])
		line = line[i+2:]
	}
	return false
}

// neverClosed takes the first line of a record as it stands, and reads the
// rest, again, as records of their own. After a few of those, quotes mean
// nothing any more, so that reading stays linear.
func (r *records) neverClosed(first int) error {
	const few = 5
	if r.noted.open == 0 {
		r.noted.unclosed = r.line
	}
	r.noted.open++
	r.literal = r.noted.open >= few
	rest := make([]byte, 0, len(r.joined)-first+r.end-r.start+readAhead)
	rest = append(rest, r.joined[first:]...)
	rest = append(rest, r.buf[r.start:r.end]...)
	r.start, r.end, r.buf = 0, len(rest), rest[:cap(rest)]
	r.lines = r.line
	r.split(chomp(r.joined[:first]))
	return nil
}

// The states between the bytes of a record.
const (
	atStart = iota
	bare    // in a field without quotes
	within  // between quotes
	behind  // after a quote that closes the field, or is half of one
)

// scan goes over a line and returns the state at its end.
func (r *records) scan(state int, line []byte) int {
	for _, c := range line {
		switch {
		case state == within && c == '"':
			state = behind
		case state == within:
		case c == r.delimiter || c == '\n':
			state = atStart
		case c == '"' && (state == atStart || state == behind):
			state = within
		default:
			state = bare
		}
	}
	return state
}

// unquote splits a record with quotes into r.fields.
func (r *records) unquote(line []byte) {
	r.fields, r.scratch = r.fields[:0], r.scratch[:0]
	if cap(r.scratch) < len(line) { // else the fields would move
		r.scratch = make([]byte, 0, 2*len(line))
	}
	line = chomp(line)
	for more := true; more; {
		if len(r.fields) == maxColumns {
			r.tooWide()
			return
		}
		if len(line) > 0 && line[0] == '"' && !r.literal {
			line, more = r.inQuotes(line[1:])
			continue
		}
		i := bytes.IndexByte(line, r.delimiter)
		if more = i >= 0; !more {
			i = len(line)
		}
		r.fields = append(r.fields, line[:i])
		line = line[min(i+1, len(line)):]
	}
}

// inQuotes takes a field whose opening quote was read, with what stands between
// its closing one and the delimiter, and returns the rest, if there is more.
func (r *records) inQuotes(line []byte) (rest []byte, more bool) {
	from := len(r.scratch)
	for {
		i := bytes.IndexByte(line, '"')
		if i < 0 { // cut
			r.scratch = append(r.scratch, line...)
			line = nil
			break
		}
		r.scratch = append(r.scratch, line[:i]...)
		line = line[i+1:]
		if len(line) == 0 || line[0] != '"' {
			break
		}
		r.scratch = append(r.scratch, '"')
		line = line[1:]
	}
	i := bytes.IndexByte(line, r.delimiter)
	if more = i >= 0; more {
		rest, line = line[i+1:], line[:i]
	}
	r.scratch = append(r.scratch, line...)
	r.fields = append(r.fields, r.scratch[from:])
	return rest, more
}
