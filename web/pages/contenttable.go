package pages

import (
	"strconv"
	"strings"

	"sallyport/outputs"
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

// TablePlace says which window of a table is shown, and where others are.
type TablePlace struct {
	From   int64 // the first row, counted from 0 below the header
	Column int   // the first column, counted from 0
	To     func(from int64, column int) string
	Cell   func(row int64, column int) string // the address of a whole cell
	Part   func(from int64) string            // the address of rows alone
}

// FillTable shows a window of a table: its header, and rows that were read from
// the place.
func (c *Content) FillTable(i outputs.TableInfo, header outputs.Row, rows []outputs.Row, at TablePlace) {
	c.Kind = AsTable
	c.describeTable(i)
	if i.Records == 0 {
		return
	}
	last := min(at.Column+TableColumns, i.Columns)
	most := max(leastCell, min(mostCell, cellBudget/max(1, len(rows)*(last-at.Column))))
	for n := at.Column; n < last; n++ {
		if n >= len(header.Fields) {
			c.Header = append(c.Header, Cell{Spans: []Span{{Text: "no header"}}, Quiet: true})
			continue
		}
		name := tableCell(i, header, n, most, at)
		if strings.TrimSpace(header.Fields[n]) == "" {
			name = Cell{Spans: []Span{{Text: "no name"}}, Quiet: true}
		}
		c.Header = append(c.Header, name)
	}
	total := i.Records - 1
	for _, r := range rows {
		row := Row{Number: Count(int(r.Record)), Note: rowNote(i, len(r.Fields))}
		for n := at.Column; n < min(last, len(r.Fields)); n++ {
			row.Cells = append(row.Cells, tableCell(i, r, n, most, at))
		}
		row.Missing = last - at.Column - len(row.Cells)
		c.Rows = append(c.Rows, row)
	}
	if i.Columns > TableColumns {
		c.Columns = NewWindow("Columns", int64(at.Column), int64(last-at.Column), TableColumns, int64(i.Columns),
			func(column int64) string { return at.To(at.From, int(column)) })
	}
	if total == 0 {
		return
	}
	c.Window = NewWindow("Rows", at.From, int64(len(rows)), RowsOf(i), total, func(from int64) string { return at.To(from, at.Column) })
	if next := at.From + int64(len(rows)); next < total {
		c.More = at.Part(next)
	}
}

// describeTable says how large a table is, and what is odd about it.
func (c *Content) describeTable(i outputs.TableInfo) {
	c.Shown = Plural(int(max(i.Records-1, 0)), "row") + " × " + Plural(i.Columns, "column")
	switch i.Delimiter {
	case ';':
		c.Note("Its fields are divided by semicolons.")
	case '\t':
		c.Note("Its fields are divided by tabs.")
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

// tableCell is a field, or its beginning.
func tableCell(i outputs.TableInfo, r outputs.Row, n, most int, at TablePlace) Cell {
	text, cut := clip(r.Fields[n], most)
	cell := Cell{Spans: spans(text, ""), Number: n < len(i.Numbers) && i.Numbers[n]}
	if cut {
		cell.Whole = at.Cell(r.Record, n)
	}
	return cell
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
