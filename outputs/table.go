package outputs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Bytes are those of a file: a [Blob], or an opened output.
type Bytes interface {
	io.ReaderAt
	Size() int64
}

// TableInfo is what is known of a whole table. Records are counted from 0,
// which is the header.
type TableInfo struct {
	Records     int64 // the header is one
	Columns     int   // of the widest record
	Header      int   // columns of the header
	Uneven      int64 // records with more or fewer fields than the header
	FirstUneven int64
	Blank       int64 // lines with nothing on them
	Delimiter   byte
	Encoding    Encoding
	NotUTF8     int64  // bytes that are not, though the rest is
	Numbers     []bool // columns whose first thousand fields are numbers
	Cut         bool   // only the first [MostCounted] bytes were read
	Refused     string // why it is no table; then nothing else is known
}

const (
	// MostCounted bounds how much of a file is counted.
	MostCounted = 1 << 30

	everyRecord   = 100    // the places of so many records are noted
	numberRecords = 1000   // that tell columns of numbers
	numberColumns = 10_000 // that are told
	sniffed       = 64 << 10
)

// Table gives windows of a CSV file.
type Table struct {
	Info  TableInfo
	file  Bytes
	marks *marks
}

// Close lets go of the table, not of its file.
func (t *Table) Close() error { return t.marks.close() }

// Table finds the records of a CSV file, or remembers where they are if it has
// seen these bytes before; sha256 is "" for bytes that are not remembered. What
// is no table is refused as [NotText].
func (w *Windows) Table(ctx context.Context, sha256 string, f Bytes) (*Table, error) {
	t := &Table{file: f}
	var err error
	t.marks, err = w.marks(ctx, key(sha256, "table"), f, &t.Info, func(r io.Reader) ([]int64, error) {
		delimiter, err := sniff(f)
		if err != nil {
			return nil, err
		}
		t.Info = TableInfo{Delimiter: delimiter}
		places, err := t.Info.count(r, f.Size())
		if no, ok := errors.AsType[*NotText](err); ok {
			t.Info, places, err = TableInfo{Refused: no.Reason}, nil, nil
		}
		return places, err
	})
	if err != nil {
		return nil, err
	}
	if t.Info.Refused != "" {
		return nil, errors.Join(&NotText{t.Info.Refused}, t.Close())
	}
	return t, nil
}

// count reads a table once and notes where every hundredth record begins.
func (t *TableInfo) count(in io.Reader, size int64) ([]int64, error) {
	noted := &tally{r: in}
	r := newRecords(&skipBOM{r: noted}, t.Delimiter)
	var places []int64
	var told []byte
	start := int64(0)
	t.Cut = size > MostCounted
	for {
		begins := r.at
		err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if t.Cut && noted.size >= MostCounted && r.pos == r.end {
			break // where reading ended, a record may be cut
		}
		if err != nil {
			return nil, t.refuse(noted, err)
		}
		if t.Records == 0 {
			told = make([]byte, min(len(r.ends), numberColumns))
			if bytes.HasPrefix(noted.first, bom) {
				start = int64(len(bom))
			}
		} else if t.Records <= numberRecords {
			tellNumbers(told, r)
		}
		if t.Records%everyRecord == 0 {
			places = append(places, start+begins)
		}
		t.note(r)
	}
	var err error
	if t.Encoding, t.NotUTF8, err = noted.encoding(); err != nil {
		return nil, err
	}
	for _, is := range told {
		t.Numbers = append(t.Numbers, is == numbers)
	}
	return places, nil
}

// refuse says why a table ends before its file does. That what was read is no
// text at all is the better reason.
func (t *TableInfo) refuse(noted *tally, err error) error {
	if !noTable(err) {
		return err
	}
	if _, _, no := noted.encoding(); no != nil {
		return no
	}
	return where(t.Records, err)
}

// note counts a record.
func (t *TableInfo) note(r *records) {
	n := len(r.ends)
	switch {
	case t.Records == 0:
		t.Header = n
	case n == 0:
		t.Blank++
	case n != t.Header:
		if t.Uneven == 0 {
			t.FirstUneven = t.Records
		}
		t.Uneven++
	}
	t.Columns = max(t.Columns, n)
	t.Records++
}

// tellNumbers notes what the fields of a row are: nothing yet, numbers, or
// something else for good.
func tellNumbers(told []byte, r *records) {
	for i := range min(len(r.ends), len(told)) {
		switch field := r.field(i); {
		case told[i] == words || isRedacted(field):
		case isNumber(field):
			told[i] = numbers
		default:
			told[i] = words
		}
	}
}

const (
	numbers = 1 + iota
	words
)

// isRedacted reports whether a field stands for a number that is not said.
func isRedacted(field []byte) bool {
	text := string(bytes.TrimSpace(field))
	return text == "[REDACTED]" || text == "NA" || text == ""
}

// isNumber reports whether a field is a number as people write them.
func isNumber(field []byte) bool {
	const longest = 40
	text := strings.TrimSuffix(strings.TrimSpace(string(field[:min(len(field), longest)])), "%")
	_, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", ""), 64)
	return err == nil && len(field) < longest
}

// sniff finds what stands between the fields of a file: a comma, unless
// semicolons or tabs divide its first records evenly and commas do not, or
// only they divide its header.
func sniff(f Bytes) (byte, error) {
	b := make([]byte, min(sniffed, f.Size()))
	if n, err := f.ReadAt(b, 0); n < len(b) {
		return 0, err
	}
	b = bytes.TrimPrefix(b, bom)
	const delimiters = ",;\t"
	for _, most := range []int{20, 1} {
		for _, delimiter := range []byte(delimiters) {
			if evenly(b, delimiter, most) {
				return delimiter, nil
			}
		}
	}
	return ',', nil
}

// evenly reports whether the first records, at most so many, have several
// fields, all as many.
func evenly(b []byte, delimiter byte, most int) bool {
	r := newRecords(bytes.NewReader(b), delimiter)
	fields := 0
	for n := range most {
		if err := r.next(); err != nil || n > 0 && r.at == int64(len(b)) {
			break // the last may be cut
		}
		if n > 0 && len(r.ends) != fields {
			return false
		}
		fields = len(r.ends)
	}
	return fields > 1
}

// Row is a record of a table. What is not valid in its encoding stays as it
// is.
type Row struct {
	Record int64
	Fields []string
}

// Rows reads count records, the first of which is from, or fewer where the
// table ends or once they have most bytes together; one is read always.
func (t *Table) Rows(ctx context.Context, from, count, most int64) ([]Row, error) {
	if from < 0 || from >= t.Info.Records {
		return nil, nil
	}
	place, err := t.marks.at(from / everyRecord)
	if err != nil {
		return nil, err
	}
	in := &ctxReader{ctx, io.NewSectionReader(t.file, place, min(t.file.Size(), MostCounted)-place)}
	r := newRecords(in, t.Info.Delimiter)
	var rows []Row
	read := int64(0)
	for record := from / everyRecord * everyRecord; record < min(from+count, t.Info.Records) && read < most; record++ {
		if err := r.next(); err != nil {
			if noTable(err) {
				err = where(record, err)
			}
			return nil, fmt.Errorf("read row %d: %w", record, err)
		}
		if record < from {
			continue
		}
		row := Row{record, make([]string, len(r.ends))}
		for i := range r.ends {
			row.Fields[i] = t.Info.Encoding.Decode(r.field(i))
		}
		read += int64(len(r.data))
		rows = append(rows, row)
	}
	return rows, nil
}
