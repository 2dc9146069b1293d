package checks

import (
	"strconv"
	"strings"

	"sallyport/checks/inside"
)

const (
	keptCells   = 1_000_000 // of a file that are kept for rules that compare cells
	rowCost     = 3         // cells that a row takes in memory beside its own
	headerLooks = 25        // records that tell where a header ends
	maxTables   = 500       // of a file that are looked at
	maxName     = 200       // bytes of a column's name
)

// Table is a table of a file: its columns, and its rows as far as they are kept.
type Table struct {
	At      int // which table of the file, counted from 1
	First   int64
	Header  int // rows of it
	Columns []*Column
	Rows    []Row // below the header
	All     int64 // rows, kept or not
	Uneven  int64 // rows with more or fewer fields than the header

	text     bool // it stands in a text, where places are lines
	labelled bool // its first column says what the rows are, whatever it holds
	layout   layout
	piece    *inside.Piece // of the file, in which it stands; nil for a table that is the file
	above    spots         // formulas above its rows

	nearly   Control // the rounding that nearly all counts of the table have, but not all
	related  bool    // found is known
	found    []relation
	compared int // rows, to find them
}

// Row is a row of a table that is kept. Cells may be fewer than columns.
type Row struct {
	Row   int64 // of the file, from 0
	Line  int64 // of the file, from 1
	Group int   // how many blank lines stand above, in this table
	Cells []Cell
	Texts []string // of the cells that are words or dates, else ""
}

// kept reports whether all rows are kept.
func (t *Table) kept() bool { return int64(len(t.Rows)) == t.All }

// place is where a cell stands.
func (t *Table) place(r *Row, column int) Place {
	if t.text {
		return Place{Line: r.Line}
	}
	return Place{Table: t.number(), Row: r.Row, Column: column + 1, Line: r.Line}
}

// number is the table's number in a file in which there may be others between
// words; 0 in a file of tables alone.
func (t *Table) number() int {
	if t.piece == nil {
		return 0
	}
	return t.At
}

// cell is a cell of a row; missing where the row ends before it.
func (r *Row) cell(i int) *Cell {
	if i < len(r.Cells) {
		return &r.Cells[i]
	}
	return &Cell{Kind: Missing}
}

// text is what a cell says, as a label.
func (r *Row) text(i int) string {
	if i >= len(r.Cells) {
		return ""
	}
	if c := &r.Cells[i]; c.Kind == Number && r.Texts[i] == "" {
		return strconv.FormatFloat(c.Value, 'g', -1, 64)
	}
	return r.Texts[i]
}

// roles are the columns of this role.
func (t *Table) roles(want ...Role) []*Column {
	var out []*Column
	for _, c := range t.Columns {
		for _, r := range want {
			if c.Role == r {
				out = append(out, c)
			}
		}
	}
	return out
}

// builder makes a table of records that are given one after another.
type builder struct {
	table   *Table
	grammar *grammar
	limits  *thresholds
	profile *Profile
	store   *store
	waiting []record
	headed  int      // rows of the header, where the file says so
	names   []string // given from without; nil: the records say
	started bool
	group   int
}

// store has the room for the cells of a file that are kept.
type store struct {
	budget   int64 // cells that may still be
	interned map[string]string
	cells    []Cell
	texts    []string
}

// record is a record that waits until it is known where the header ends.
type record struct {
	fields    []string
	row, line int64
	group     int
}

// blank notes a blank line.
func (b *builder) blank() { b.group++ }

// add takes a record.
func (b *builder) add(fields [][]byte, row, line int64) {
	if b.started {
		b.cells(fields, row, line)
		return
	}
	w := record{row: row, line: line, group: b.group, fields: make([]string, len(fields))}
	for i, f := range fields {
		w.fields[i] = string(f)
	}
	b.waiting = append(b.waiting, w)
	if len(b.waiting) == headerLooks {
		b.start()
	}
}

// start makes the header of the first records and goes on with the others.
func (b *builder) start() {
	if b.started || len(b.waiting) == 0 {
		return
	}
	b.started = true
	waiting := b.waiting
	b.waiting = nil
	if b.names == nil {
		skip, rows := b.header(waiting)
		b.formulas(waiting[:skip+rows])
		waiting = waiting[skip:]
		b.table.Header = rows
		b.names = headerNames(waiting[:rows])
		if len(waiting) > 0 {
			b.table.First = waiting[0].line
		}
		waiting = waiting[rows:]
	} else {
		b.table.First = waiting[0].line
	}
	for _, name := range b.names {
		b.column(name)
	}
	group := b.group
	for _, w := range waiting {
		fields := make([][]byte, len(w.fields))
		for i, f := range w.fields {
			fields[i] = []byte(f)
		}
		b.group = w.group
		b.cells(fields, w.row, w.line)
	}
	b.group = group
}

// header finds the header of the first records, if the file does not say where
// it ends. What it says of a title above it is none of the header.
func (b *builder) header(waiting []record) (skip, rows int) {
	if b.headed == 0 || b.headed > len(waiting) {
		return b.grammar.header(waiting)
	}
	for rows = b.headed; rows > 1 && (filled(waiting[skip].fields) == 1 || rows > maxHeader); rows-- {
		skip++
	}
	return skip, rows
}

// formulas notes the cells above the rows that a spreadsheet would run.
func (b *builder) formulas(above []record) {
	for _, r := range above {
		for i, f := range r.fields {
			if isFormula([]byte(f)) {
				b.table.above.add(b.table.place(&Row{Row: r.row, Line: r.line}, i))
			}
		}
	}
}

// column adds a column; one without a name gets its number.
func (b *builder) column(name string) {
	name = strings.TrimSpace(name)
	c := &Column{At: len(b.table.Columns), Name: cutText(name, maxName), named: name != ""}
	c.words = words(c.Name)
	if !c.named {
		c.Name = "column " + strconv.Itoa(c.At+1)
	}
	c.control = b.profile.controlOf(c)
	c.base, c.left = c.control.base()
	b.table.Columns = append(b.table.Columns, c)
}

// cutText cuts a text to so many bytes, at a character.
func cutText(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// controlOf is the control that a column's name, else the file's declaration,
// gives it.
func (p *Profile) controlOf(c *Column) Control {
	joined := strings.Join(c.words, "")
	switch {
	case strings.Contains(joined, "midpoint6"), strings.Contains(joined, "mid6"):
		return Midpoint6
	case strings.Contains(joined, "rounded5"), strings.Contains(joined, "round5"):
		return Rounded5
	case strings.Contains(joined, "rounded10"), strings.Contains(joined, "round10"):
		return Rounded10
	case strings.Contains(joined, "rounded6"):
		return Rounded6
	}
	return p.rounding()
}

// cells takes a record below the header.
func (b *builder) cells(fields [][]byte, row, line int64) {
	t := b.table
	t.All++
	if width := len(b.names); t.Header > 0 && (len(fields) < width || len(fields) > width && len(trim(fields[len(fields)-1])) > 0) {
		t.Uneven++
	}
	for len(t.Columns) < min(len(fields), maxColumns) {
		b.column("")
	}
	cost := int64(len(fields)) + rowCost
	keep := b.store.budget >= cost
	var kept []Cell
	var texts []string
	if keep {
		b.store.budget -= cost
		kept, texts = b.store.room(len(fields))
	}
	var cell Cell
	for i, f := range fields {
		cell = b.grammar.read(f)
		at := Place{Line: line}
		if !t.text {
			at.Table, at.Row, at.Column = t.number(), row, i+1
		}
		t.Columns[i].add(&cell, f, at, b.limits)
		if keep {
			kept[i] = cell
			if cell.Kind != Number && cell.Kind != Missing || cell.Percent {
				texts[i] = b.store.intern(f)
			}
		}
	}
	if keep {
		t.Rows = append(t.Rows, Row{Row: row, Line: line, Group: b.group, Cells: kept, Texts: texts})
	}
}

// room makes place for the cells of a row.
func (k *store) room(n int) ([]Cell, []string) {
	const slab = 8192
	if len(k.cells) < n {
		k.cells, k.texts = make([]Cell, max(n, slab)), make([]string, max(n, slab))
	}
	cells, texts := k.cells[:n:n], k.texts[:n:n]
	k.cells, k.texts = k.cells[n:], k.texts[n:]
	return cells, texts
}

// intern keeps one copy of a label.
func (k *store) intern(field []byte) string {
	field = trim(field)
	field = field[:min(len(field), maxName)]
	if s, ok := k.interned[string(field)]; ok {
		return s
	}
	s := string(field)
	if len(k.interned) < 20_000 {
		k.interned[s] = s
	}
	return s
}

// finish says what the columns are.
func (b *builder) finish() *Table {
	b.start()
	t := b.table
	if declared := b.profile.roundings(); len(declared) > 1 {
		for _, c := range t.Columns {
			c.choose(declared)
		}
	}
	t.assign()
	return t
}
