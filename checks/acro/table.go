package acro

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// maxTable bounds a table whose cells are looked up.
const maxTable = 16 << 20

// table is a CSV as ACRO writes it.
type table struct {
	records [][]string
	rows    []int64 // which record of the file each is, from 0; a blank line is one
	lines   []int64 // where each begins, from 1
}

// readTable reads a table.
func readTable(in io.Reader) (*table, error) {
	data, err := io.ReadAll(io.LimitReader(in, maxTable+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxTable {
		return nil, fmt.Errorf("it is longer than %d MiB", maxTable>>20)
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return nil, errors.New("it is no text")
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = -1, true, false
	t := &table{}
	row, line := int64(0), int64(1) // of what comes next
	for {
		from := r.InputOffset()
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return nil, fmt.Errorf("line %d is no record", line)
		}
		start, _ := r.FieldPos(0)
		row += int64(start) - line // blank lines
		t.records, t.rows, t.lines = append(t.records, record), append(t.rows, row), append(t.lines, int64(start))
		line += int64(bytes.Count(data[from:r.InputOffset()], []byte("\n")))
		row++
	}
}

// fitted says where the rows and columns of a grid stand in a table.
type fitted struct {
	table   *table
	rows    []int // of the table's records; -1 where there is none
	columns []int // from 0
}

// fit finds the rows and columns of a grid in a table: by their labels, since
// rows and columns that are empty may have been left out; if those say too
// little, by their order, where there are as many of both. It is nil if neither
// helps.
func (g *grid) fit(t *table) *fitted {
	if g == nil || t == nil || len(t.records) < 2 {
		return nil
	}
	levels := 1
	for _, r := range g.rows {
		levels = max(levels, len(r.parts))
	}
	below, columns := g.header(t, levels)
	f := &fitted{table: t, columns: columns, rows: g.rowsBelow(t, below, levels)}
	if 2*hits(f.rows) >= len(g.rows) && 2*hits(f.columns) >= len(g.columns) {
		return f
	}
	return g.byOrder(t, levels)
}

// queue gives out the places of labels that may stand several times, in order.
type queue map[string][]int

func (q queue) add(key string, at int) { q[key] = append(q[key], at) }

// next is the next place of a label; -1 if there is none.
func (q queue) next(key string) int {
	list := q[key]
	if len(list) == 0 {
		return -1
	}
	q[key] = list[1:]
	return list[0]
}

// find is the place of each label of so many parts; -1 where there is none.
func (q queue) find(labels []label, parts int) []int {
	out := make([]int, len(labels))
	for i, want := range labels {
		out[i] = -1
		switch {
		case parts == 1:
			out[i] = q.next(key([]string{want.text}))
		case len(want.parts) == parts:
			out[i] = q.next(key(want.parts))
		}
	}
	return out
}

// rowsBelow finds each row among the records below a header.
func (g *grid) rowsBelow(t *table, below, levels int) []int {
	places := queue{}
	for at := below; at < len(t.records); at++ {
		if r := t.records[at]; len(r) >= levels {
			places.add(key(r[:levels]), at)
		}
	}
	return places.find(g.rows, levels)
}

// header finds the header of a table, whose labels are those of the columns, and
// returns the first record below it.
func (g *grid) header(t *table, levels int) (below int, columns []int) {
	const deepest = 4
	best := -1
	for depth := 1; depth <= deepest && depth < len(t.records); depth++ {
		at := g.columnsAt(t, depth, levels)
		if n := hits(at); n > best {
			best, below, columns = n, depth, at
		}
	}
	if below > 1 && below < len(t.records) && blankAfter(t.records[below], levels) {
		below++ // the names of the index
	}
	return below, columns
}

// columnsAt finds each column in a header of so many records.
func (g *grid) columnsAt(t *table, depth, levels int) []int {
	places := queue{}
	parts := make([]string, depth)
	for c := levels; c < len(t.records[depth-1]); c++ {
		for i := range parts {
			parts[i] = ""
			if c < len(t.records[i]) {
				parts[i] = t.records[i][c]
			}
		}
		places.add(key(parts), c)
	}
	return places.find(g.columns, depth)
}

// byOrder takes the rows and columns in their order, if there are as many.
func (g *grid) byOrder(t *table, levels int) *fitted {
	const deepest = 4
	last := len(t.records)
	header := last - len(g.rows)
	if header < 1 || header > deepest || len(t.records[last-1]) != levels+len(g.columns) {
		return nil
	}
	f := &fitted{table: t}
	for i := range g.rows {
		f.rows = append(f.rows, header+i)
	}
	for i := range g.columns {
		f.columns = append(f.columns, levels+i)
	}
	return f
}

// of is where a cell of the grid stands among the records.
func (f *fitted) of(body [2]int) (row, column int, known bool) {
	if f == nil || body[0] >= len(f.rows) || body[1] >= len(f.columns) {
		return 0, 0, false
	}
	row, column = f.rows[body[0]], f.columns[body[1]]
	return row, column, row >= 0 && column >= 0
}

// hits counts what was found.
func hits(at []int) int {
	n := 0
	for _, i := range at {
		if i >= 0 {
			n++
		}
	}
	return n
}

// blankAfter reports whether a record is empty after so many fields.
func blankAfter(record []string, fields int) bool {
	return len(record) > fields && strings.TrimSpace(strings.Join(record[fields:], "")) == ""
}

// key is what fields and labels are compared by: texts without spaces around
// them, numbers however they are written.
func key(parts []string) string {
	var b strings.Builder
	for _, part := range parts {
		part = strings.TrimSpace(part)
		if n, err := strconv.ParseFloat(part, 64); err == nil {
			part = strconv.FormatFloat(n, 'g', -1, 64)
		} else if strings.EqualFold(part, "true") || strings.EqualFold(part, "false") {
			part = strings.ToLower(part)
		}
		b.WriteString(part)
		b.WriteByte(0)
	}
	return b.String()
}
