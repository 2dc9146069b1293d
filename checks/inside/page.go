package inside

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

const (
	mostCell    = 2000 // bytes of a cell that are kept
	mostColumns = 4000 // of a row
	mostOpen    = 20   // tables that are in each other
	mostBlock   = 1 << 20
	mostSpanned = 2000 // rows that a cell goes down
)

// page is what a document shows: its tables, and its words block by block.
type page struct {
	c      *content
	tables []*openTable
	block  strings.Builder
	line   int64 // where the block begins
	pre    int
	quiet  int // elements in each other whose words say nothing by themselves: marks of footnotes
	hidden bool
	plain  bool // words are read elsewhere
}

// openTable is a table that is being read.
type openTable struct {
	out    Rows
	line   int64 // of the row
	cells  []string
	spans  []spanned
	said   strings.Builder
	inCell bool
	across int
	down   int
	head   bool // in its head
	plain  bool // the row has a cell that is none of a header
	headed bool // it has a head
	hidden bool
}

// spanned is a cell that goes on in the rows below.
type spanned struct {
	text string
	left int
}

func isBreak(name string) bool {
	switch name {
	case "br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "section", "article", "header", "footer", "blockquote", "pre", "table", "dt", "dd", "dl",
		"figure", "figcaption", "summary", "details", "main", "nav", "aside", "hr", "body", "title", "option", "tbody", "thead", "caption", "form", "fieldset", "center", "address":
		return true
	}
	return false
}

func unescapeEntities(s string) string { return html.UnescapeString(s) }

// inner is the table whose cell is being read; nil if there is none.
func (p *page) inner() *openTable {
	if len(p.tables) == 0 {
		return nil
	}
	return p.tables[len(p.tables)-1]
}

// open takes a start tag.
func (p *page) open(e *element, hidden bool) {
	p.turn(hidden)
	t := p.inner()
	switch e.name {
	case "table":
		p.flush()
		p.begin(e)
		return
	case "pre":
		p.flush()
		p.pre++
	case "sup":
		p.quiet++
	}
	switch {
	case t == nil:
		if isBreak(e.name) && p.pre == 0 {
			p.flush()
		} else if e.name == "br" {
			p.block.WriteByte('\n')
		}
		return
	case e.name == "thead":
		t.endRow(p.c)
		t.head, t.headed = true, true
	case e.name == "tbody" || e.name == "tfoot":
		t.endRow(p.c)
		t.head = false
	case e.name == "tr":
		t.endRow(p.c)
		t.line = e.line
	case e.name == "td" || e.name == "th":
		t.endCell(p.c)
		p.cell(t, e)
	case isBreak(e.name):
		t.said.WriteByte(' ')
	}
}

// turn begins a block where what is not shown begins or ends.
func (p *page) turn(hidden bool) {
	if hidden != p.hidden && len(p.tables) == 0 {
		p.flush()
		p.hidden = hidden
	}
}

func (p *page) begin(e *element) {
	if len(p.tables) >= mostOpen {
		p.c.miss("tables that are more than %d in each other", mostOpen)
		return
	}
	p.c.numbers++
	piece := Piece{Name: "table", Line: e.line, Numbers: p.c.numbers}
	if p.hidden {
		piece.Kind = Hidden
	}
	p.tables = append(p.tables, &openTable{out: p.c.sink.Table(p.c.part(piece)), line: e.line, hidden: p.hidden})
}

// cell begins a cell.
func (p *page) cell(t *openTable, e *element) {
	t.inCell = true
	t.said.Reset()
	t.across, t.down = span(e.value("colspan"), mostColumns), span(e.value("rowspan"), mostSpanned)
	if e.name == "td" {
		t.plain = true
	}
	p.quiet = 0
}

func span(text string, most int) int {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || n < 1 {
		return 1
	}
	return min(n, most)
}

// endCell puts the cell that is being read, and those that come down from above,
// into the row.
func (t *openTable) endCell(c *content) {
	if !t.inCell {
		return
	}
	t.inCell = false
	t.fromAbove(c)
	text := strings.Join(strings.Fields(html.UnescapeString(t.said.String())), " ")
	for i := range t.across {
		if len(t.cells) >= mostColumns || c.cells <= 0 {
			break
		}
		c.cells--
		at := len(t.cells)
		if i > 0 {
			text = ""
		}
		t.cells = append(t.cells, text)
		if t.down > 1 {
			for len(t.spans) <= at {
				t.spans = append(t.spans, spanned{})
			}
			t.spans[at] = spanned{text, t.down - 1}
		}
	}
}

// fromAbove puts the cells that come down from above at the row's end into it.
func (t *openTable) fromAbove(c *content) {
	for len(t.cells) < len(t.spans) && t.spans[len(t.cells)].left > 0 {
		if c.cells--; c.cells <= 0 {
			return
		}
		s := &t.spans[len(t.cells)]
		s.left--
		t.cells = append(t.cells, s.text)
	}
}

// endRow gives the row on.
func (t *openTable) endRow(c *content) {
	t.endCell(c)
	if len(t.cells) == 0 {
		return
	}
	t.fromAbove(c)
	if c.cells <= 0 {
		c.miss("cells of tables after the first %s", count(mostCells))
	} else {
		t.out.Row(t.cells, c.place(t.line), t.head || !t.headed && !t.plain)
	}
	t.cells, t.plain = t.cells[:0], false
}

// close takes an end tag.
func (p *page) close(name string) {
	t := p.inner()
	switch name {
	case "sup":
		p.quiet = max(0, p.quiet-1)
	case "pre":
		p.flush()
		p.pre = max(0, p.pre-1)
	case "table":
		p.flush()
		if t != nil {
			t.endRow(p.c)
			t.out.End()
			p.tables = p.tables[:len(p.tables)-1]
		}
		return
	}
	switch {
	case t == nil:
		if isBreak(name) && p.pre == 0 {
			p.flush()
		}
	case name == "tr", name == "thead", name == "tbody", name == "tfoot":
		t.endRow(p.c)
		if name == "thead" {
			t.head = false
		}
	case name == "td" || name == "th":
		t.endCell(p.c)
	case isBreak(name):
		t.said.WriteByte(' ')
	}
}

// say takes words.
func (p *page) say(raw string, line int64, hidden bool) {
	p.turn(hidden)
	t := p.inner()
	switch {
	case t != nil && t.inCell:
		if hidden && !t.hidden || p.quiet > 0 && t.said.Len() > 0 {
			return // sort keys, marks of footnotes
		}
		t.said.WriteString(raw[:min(len(raw), max(0, mostCell-t.said.Len()))])
	case t != nil, p.quiet > 0, p.plain:
	case p.block.Len()+len(raw) > mostBlock:
		p.flush()
		p.c.sink.Text(p.c.part(p.piece()), html.UnescapeString(raw), p.c.place(line))
	default:
		if p.block.Len() == 0 {
			blank := strings.TrimLeft(raw, " \t\r\n")
			if blank == "" {
				return
			}
			p.line = line
			if p.pre > 0 { // where lines begin says something
				blank = strings.TrimLeft(raw, "\r\n")
			}
			p.line += int64(strings.Count(raw[:len(raw)-len(blank)], "\n"))
			raw = blank
		}
		p.block.WriteString(raw)
	}
}

func (p *page) piece() Piece {
	piece := Piece{Name: "text", Line: p.line}
	if p.hidden {
		piece.Kind = Hidden
	}
	return piece
}

// flush gives the block on.
func (p *page) flush() {
	if p.block.Len() == 0 {
		return
	}
	text := html.UnescapeString(p.block.String())
	p.block.Reset()
	if p.pre == 0 {
		text = strings.Join(strings.Fields(text), " ")
	}
	p.c.sink.Text(p.c.part(p.piece()), text, p.c.place(p.line))
}

// end gives on what is open.
func (p *page) end() {
	p.flush()
	for len(p.tables) > 0 {
		t := p.inner()
		t.endRow(p.c)
		t.out.End()
		p.tables = p.tables[:len(p.tables)-1]
	}
}
