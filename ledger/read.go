package ledger

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// errLine is the answer to a line that is not built as an entry's line is.
var errLine = fmt.Errorf("%w: the line is not that of an entry", ErrExport)

// ReadJSONLines reads what WriteJSONLines wrote and calls visit for each row,
// whose bytes are valid until visit returns. It refuses with ErrExport, and
// names the line, whatever WriteJSONLines would not have written: an entry or
// words that do not have their hash, words that do not belong to their entry,
// ids out of order, another form, a last line without its end. Lines longer
// than MaxLine are ErrTooLarge. An error of visit is returned as it is.
//
// That no entry is missing does not follow: an export may be filtered.
func ReadJSONLines(r io.Reader, visit func(Row) error) error {
	in := bufio.NewReaderSize(r, MaxLine)
	var rd reader
	for n := 1; ; n++ {
		line, err := in.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF) && len(line) == 0:
			return nil
		case errors.Is(err, io.EOF):
			return fmt.Errorf("line %d: %w: the line has no end", n, ErrExport)
		case errors.Is(err, bufio.ErrBufferFull):
			return fmt.Errorf("line %d: %w: more than %d bytes", n, ErrTooLarge, MaxLine)
		case err != nil:
			return fmt.Errorf("line %d: %w", n, err)
		}
		row, err := rd.row(line)
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if err := visit(row); err != nil {
			return err
		}
	}
}

// reader holds what is used again from line to line.
type reader struct {
	last      int64
	canonical []byte // the entry, written again
	line      []byte // the line, written again
}

// row reads one line. The parts are found quickly; then the line is written
// again and compared, so that nothing can be in it that nobody looked at.
func (rd *reader) row(line []byte) (Row, error) {
	row, err := rd.parts(line)
	if err != nil {
		return Row{}, err
	}
	if rd.line, err = appendRow(rd.line[:0], row, rd.last); err != nil {
		return Row{}, err
	}
	switch {
	case bytes.Equal(rd.line, line):
		rd.last = row.ID
		return row, nil
	case !row.Hidden && row.Hash != Hash(row.Bytes):
		return Row{}, fmt.Errorf("%w: entry %d does not have its hash", ErrExport, row.ID)
	}
	return Row{}, fmt.Errorf("%w: entry %d is not written as exports are", ErrExport, row.ID)
}

// parts cuts a line into what it consists of and checks that the entry is
// canonical JSON.
func (rd *reader) parts(line []byte) (Row, error) {
	rest, ok := bytes.CutPrefix(line, []byte(`{"id":`))
	id, rest, ok2 := bytes.Cut(rest, []byte(`,"hash":"`))
	n, err := strconv.ParseInt(string(id), 10, 64)
	if !ok || !ok2 || err != nil || len(rest) < 64 {
		return Row{}, errLine
	}
	row := Row{ID: n, Hash: string(rest[:64])}
	rest = rest[64:]
	if string(rest) == "\"}\n" {
		row.Hidden = true
		return row, nil
	}
	if rest, ok = bytes.CutPrefix(rest, []byte(`","entry":`)); !ok {
		return Row{}, errLine
	}
	p := parser{in: rest}
	if rd.canonical, err = p.value(rd.canonical[:0], 0); err != nil {
		return Row{}, fmt.Errorf("%w: entry %d: %w", ErrExport, n, err)
	}
	row.Bytes, rest = rest[:p.pos], rest[p.pos:]
	if !bytes.Equal(row.Bytes, rd.canonical) {
		return Row{}, fmt.Errorf("entry %d: %w", n, ErrNotCanonical)
	}
	if list, ok := bytes.CutPrefix(rest, []byte(`,"words":`)); ok {
		list = bytes.TrimSuffix(list, []byte("}\n"))
		if err := json.Unmarshal(list, &row.Words); err != nil {
			return Row{}, errLine
		}
	}
	return row, nil
}
