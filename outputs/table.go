package outputs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
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
	Every       int64 // the places of so many records are noted
	Encoding    Encoding
	NotUTF8     int64  // bytes that are not, though the rest is
	Numbers     []bool // columns whose first thousand fields are numbers, but for one in ten
	Refused     string // why it is no table; then nothing else is known
}

const (
	// MostCounted bounds the files that are counted: that takes about a minute.
	MostCounted = 16 << 30

	everyRecord   = 100    // the places of so many records are noted, at first
	numberRecords = 1000   // that tell columns of numbers
	numberColumns = 10_000 // that are told
	sniffed       = 64 << 10
)

// Table gives windows of a CSV file.
type Table struct {
	Info  TableInfo
	file  Bytes
	marks *marks

	windows *Windows
	name    string // under which it is remembered; "" if it is not
	layout  layout
}

// Close lets go of the table, not of its file.
func (t *Table) Close() error { return t.marks.close() }

// Table finds the records of a CSV file, or remembers where they are if it has
// seen these bytes before; sha256 is "" for bytes that are not remembered. Its
// fields are divided by the delimiter or, if that is 0, by what the first of
// them are divided by. What is no table is refused as [NotText].
func (w *Windows) Table(ctx context.Context, sha256 string, f Bytes, delimiter byte) (*Table, error) {
	t := &Table{file: f, windows: w}
	l, head, err := layoutOf(f)
	if err != nil {
		return nil, err
	}
	of := "table"
	if delimiter != 0 {
		of += "-" + strconv.FormatUint(uint64(delimiter), 16)
	}
	t.name, t.layout = key(sha256, of), l
	t.marks, err = w.marks(ctx, t.name, f, &t.Info, func(ctx context.Context) ([]int64, error) {
		t.Info = TableInfo{Delimiter: cmp.Or(delimiter, sniff(head))}
		places, err := t.Info.count(l.source(ctx, f, l.start), l)
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

// count reads a table once and notes where every so many records begin.
func (t *TableInfo) count(in io.Reader, l layout) ([]int64, error) {
	noted := &tally{r: in}
	r := newRecords(noted, l, t.Delimiter)
	places := noting{every: everyRecord, width: 1}
	var columns []told
	for {
		begins := r.at
		err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, t.refuse(noted, err)
		}
		if t.Records == 0 {
			columns = make([]told, min(len(r.ends), numberColumns))
		} else if t.Records <= numberRecords {
			t.tellNumbers(columns, r)
		}
		places.note(t.Records, l.start+begins)
		t.note(r)
	}
	var err error
	if t.Encoding, t.NotUTF8, err = noted.encoding(); err != nil {
		return nil, err
	}
	if l.wide != "" {
		t.Encoding = l.wide
	}
	t.Every = places.every
	for _, c := range columns {
		t.Numbers = append(t.Numbers, c.mostly())
	}
	return places.places, nil
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

// told counts the fields of a column that are numbers, and that are words.
type told struct{ numbers, words uint16 }

// mostly reports whether a column is one of numbers: a second header or a line of
// totals among them makes no text of them.
func (t told) mostly() bool { return t.numbers > 0 && int(t.numbers) >= 9*int(t.words) }

// tellNumbers notes what the fields of a row are. What is missing or redacted
// says nothing.
func (t *TableInfo) tellNumbers(columns []told, r *records) {
	for i := range min(len(r.ends), len(columns)) {
		switch t.value(r.field(i)).kind {
		case aNumber:
			columns[i].numbers++
		case aWord:
			columns[i].words++
		}
	}
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
	r, err := t.from(ctx, from/t.Info.Every)
	if err != nil {
		return nil, err
	}
	var rows []Row
	read := int64(0)
	for record := from / t.Info.Every * t.Info.Every; record < min(from+count, t.Info.Records) && read < most; record++ {
		if err := r.next(); err != nil {
			if noTable(err) {
				err = where(record, err)
			}
			return nil, fmt.Errorf("read row %d: %w", record, err)
		}
		if record < from {
			continue
		}
		row := t.row(record, r)
		read += int64(len(r.data))
		rows = append(rows, row)
	}
	return rows, nil
}

// from reads on from a record whose place is noted.
func (t *Table) from(ctx context.Context, mark int64) (*records, error) {
	place, err := t.marks.at(mark)
	if err != nil {
		return nil, err
	}
	return newRecords(t.layout.source(ctx, t.file, place), t.layout, t.Info.Delimiter), nil
}

// row is the record that was read last.
func (t *Table) row(record int64, r *records) Row {
	row := Row{record, make([]string, len(r.ends))}
	for i := range r.ends {
		row.Fields[i] = t.Info.Encoding.Decode(r.field(i))
	}
	return row
}
