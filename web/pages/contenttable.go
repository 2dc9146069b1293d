package pages

import (
	"context"
	"errors"
	"strconv"

	"sallyport/outputs"
	"sallyport/review"
)

// The bounds of a window of a table.
const (
	TableRows    = 200 // of a window; fewer where there are many columns
	wideRows     = 50
	wide         = 50  // columns, from where on there are fewer rows
	TableColumns = 200 // of a window

	cellBudget = 1 << 20 // bytes of all cells of a window
	leastCell  = 60
	mostCell   = 300
)

// RowsOf is how many rows a window of a table has.
func RowsOf(i outputs.TableInfo) int64 {
	if i.Columns > wide {
		return wideRows
	}
	return TableRows
}

// tableWindow is a window of a table: its header, and rows in an order.
type tableWindow struct {
	look    Look
	info    outputs.TableInfo
	header  []string
	order   outputs.Order
	rows    []outputs.Row
	matches int64 // rows that pass the filters
	most    int   // bytes of a cell
	last    int   // the column behind the last that is shown
}

// to is the address of another window.
func (w *tableWindow) to(from int64, column int) string { return w.look.at("", from, column) }

// cell is the address of a whole cell.
func (w *tableWindow) cell(row int64, column int) string {
	return w.look.at("", w.look.From, w.look.Column, "row", strconv.FormatInt(row, 10), "cell", strconv.Itoa(column+1))
}

// place is the address of a row, whatever order it is looked at in.
func (w *tableWindow) place(row int64) string {
	l := w.look
	l.Sort, l.Filters = "", nil
	n := strconv.FormatInt(row, 10)
	return l.at("", 0, l.Column, "at", n) + "#row-" + n
}

// fillTable shows a window of a table; what is none, as text.
func (c *Content) fillTable(ctx context.Context, w Windows, f Source, l Look) error {
	delimiter, known := outputs.DelimiterOf(l.Delimiter)
	if !known {
		l.Delimiter = ""
	}
	table, err := w.Table(ctx, f.SHA256, f, delimiter.Byte)
	if no, ok := errors.AsType[*outputs.NotText](err); ok {
		c.Note("It is shown as text, since it " + no.Reason)
		return c.fillLines(ctx, w, f, l)
	}
	if err != nil {
		return err
	}
	return errors.Join(c.fillRows(ctx, table, l), table.Close())
}

// windowBytes bounds what is read for a window: more than any window that is
// sent.
const windowBytes = 16 << 20

func (c *Content) fillRows(ctx context.Context, table *outputs.Table, l Look) error {
	header, err := table.Rows(ctx, 0, 1, windowBytes)
	if err != nil {
		return err
	}
	if len(header) == 0 {
		header = []outputs.Row{{}}
	}
	if l.Row >= 0 {
		return c.fillCell(ctx, table, header[0], l)
	}
	l.Column = min(l.Column, max(table.Info.Columns-1, 0)) / TableColumns * TableColumns
	w := &tableWindow{look: l, info: table.Info, header: header[0].Fields, last: min(l.Column+TableColumns, table.Info.Columns)}
	if err := c.readWindow(ctx, table, w); err != nil {
		return err
	}
	c.showTable(w)
	c.Tools = w.tools()
	return c.fillSums(ctx, table, w)
}

// readWindow reads rows in the order that is asked for. If there is no such, it
// says so and takes the file's.
func (c *Content) readWindow(ctx context.Context, table *outputs.Table, w *tableWindow) error {
	l := &w.look
	if l.Marked > 0 && l.Marked < table.Info.Records {
		l.Sort, l.Filters, l.From = "", nil, l.Marked-1
	}
	var err error
	w.order, err = table.Info.ReadOrder(w.header, l.Sort, l.Filters)
	if err == nil {
		l.Sort, l.Filters = w.order.SortText(), w.order.FilterTexts() // as short as they can be
		err = w.read(ctx, table)
	}
	why := ""
	if bad, ok := errors.AsType[*outputs.BadOrder](err); ok {
		why = bad.Reason
	} else if much, ok := errors.AsType[*outputs.TooMuch](err); ok {
		why = "The table " + much.Reason
	} else {
		return err
	}
	c.Note(why + " All rows stand as in the file.")
	l.Sort, l.Filters, w.order = "", nil, outputs.Order{}
	return w.read(ctx, table)
}

// read reads the window that begins about where it is looked at.
func (w *tableWindow) read(ctx context.Context, table *outputs.Table) (err error) {
	size := RowsOf(table.Info)
	for range 2 { // the second time where the order ends before
		w.look.From -= w.look.From % size
		w.rows, w.matches, err = table.Ordered(ctx, w.order, w.look.From, size, windowBytes)
		if err != nil || len(w.rows) > 0 || w.matches == 0 {
			return err
		}
		w.look.From = w.matches - 1
	}
	return nil
}

// fillCell shows one field whole.
func (c *Content) fillCell(ctx context.Context, table *outputs.Table, header outputs.Row, l Look) error {
	rows, err := table.Rows(ctx, l.Row, 1, windowBytes)
	if err != nil {
		return err
	}
	if len(rows) == 0 || l.Cell >= len(rows[0].Fields) {
		return review.ErrNotFound
	}
	c.FillCell(table.Info, header, rows[0], l.Cell, l.at("", l.From, l.Column))
	return nil
}

// showTable shows a window of a table.
func (c *Content) showTable(w *tableWindow) {
	c.Kind = AsTable
	c.describeTable(w.info)
	if w.info.Records == 0 {
		return
	}
	first := w.look.Column
	w.most = max(leastCell, min(mostCell, cellBudget/max(1, len(w.rows)*(w.last-first))))
	for n := first; n < w.last; n++ {
		c.Header = append(c.Header, w.headerCell(n))
	}
	for _, r := range w.rows {
		c.Rows = append(c.Rows, w.row(r))
	}
	if w.info.Columns > TableColumns {
		c.Columns = NewWindow("Columns", int64(first), int64(w.last-first), TableColumns, int64(w.info.Columns),
			func(column int64) string { return w.to(w.look.From, int(column)) })
	}
	c.Ordered = w.ordered()
	if at := w.look.Marked; at > 0 && at < w.info.Records {
		c.Place = &TablePlace{Row: at, Columns: w.columnNames()}
	}
	if w.matches == 0 {
		return
	}
	from := w.look.From
	c.Window = NewWindow("Rows", from, int64(len(w.rows)), RowsOf(w.info), w.matches, func(from int64) string { return w.to(from, first) })
	c.Window.From = from + 1
	c.Window.Follows = Count(int(w.matches))
	if next := from + int64(len(w.rows)); next < w.matches {
		c.More = w.look.at("", next, first, "part", "rows")
	}
}

// row shows a row of the window.
func (w *tableWindow) row(r outputs.Row) Row {
	row := Row{
		ID: "row-" + strconv.FormatInt(r.Record, 10), Href: w.place(r.Record), Marked: r.Record == w.look.Marked,
		Number: Count(int(r.Record)), Note: rowNote(w.info, len(r.Fields)),
	}
	for n := w.look.Column; n < min(w.last, len(r.Fields)); n++ {
		row.Cells = append(row.Cells, w.field(r, n))
	}
	row.Missing = w.last - w.look.Column - len(row.Cells)
	return row
}

// field shows a field, or its beginning.
func (w *tableWindow) field(r outputs.Row, n int) Cell {
	text, cut := clip(r.Fields[n], w.most)
	cell := Cell{Spans: spans(text, ""), Number: n < len(w.info.Numbers) && w.info.Numbers[n]}
	if cut {
		cell.Whole = w.cell(r.Record, n)
	}
	cell.Mark = w.mark(r.Record, n)
	return cell
}

// mark is the mark of a field, which leads to its finding and leaves the order
// of the rows as it is.
func (w *tableWindow) mark(record int64, n int) *Mark {
	mark := w.look.Marks.cell(record, n+1)
	if mark == nil {
		return nil
	}
	row, more := strconv.FormatInt(record, 10), []string(nil)
	if record == 0 {
		mark.Href = w.look.found(mark.id, "file-name")
		return mark
	}
	if w.look.Sort == "" && len(w.look.Filters) == 0 {
		more = []string{"at", row}
	}
	mark.Href = w.look.found(mark.id, "row-"+row, more...)
	return mark
}

// describeTable says how large a table is, and what is odd about it.
func (c *Content) describeTable(i outputs.TableInfo) {
	c.Shown = Plural(int(max(i.Records-1, 0)), "row") + " × " + Plural(i.Columns, "column")
	if i.Delimiter != ',' && i.Records > 0 {
		c.Note("Its fields are divided by " + outputs.DividedBy(i.Delimiter).Plural + ".")
	}
	if i.Uneven > 0 {
		c.Note(Plural(int(i.Uneven), "row") + " " + haveHas(i.Uneven) + " more or fewer fields than the header’s " + strconv.Itoa(i.Header) +
			". The first is row " + Count(int(i.FirstUneven)) + ".")
	}
	if i.Blank > 0 {
		c.Note(Plural(int(i.Blank), "line") + " below the header " + isAre(i.Blank) + " blank and counted as a row.")
	}
	c.noteEncoding(i.Encoding, i.NotUTF8)
}

func haveHas(n int64) string {
	if n == 1 {
		return "has"
	}
	return "have"
}

func rowNote(i outputs.TableInfo, fields int) string {
	switch fields {
	case i.Header:
		return ""
	case 0:
		return "blank"
	}
	return Plural(fields, "field")
}

// FillCell shows one field of a table whole.
func (c *Content) FillCell(i outputs.TableInfo, header, row outputs.Row, column int, back string) {
	c.Kind = AsCell
	c.describeTable(i)
	where := "Row " + Count(int(row.Record))
	if row.Record == 0 {
		where = "Header"
	}
	where += ", column " + Count(column+1)
	if row.Record > 0 && column < len(header.Fields) {
		name, _ := clip(header.Fields[column], mostCell)
		where += ", “" + Visible(name) + "”"
	}
	c.Cell = &WholeCell{Where: where, Back: back, Spans: spans(row.Fields[column], "")}
}
