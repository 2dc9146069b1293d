package pages

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
)

// Content is a file as far as it is shown on a page.
type Content struct {
	Name    string
	Kind    ContentKind
	Address string // of the bytes, for pictures and frames
	Why     string // why nothing is shown
	Shown   string // how much is shown
	Header  []Cell
	Rows    []Row
	Lines   []Line
}

// ContentKind is how a file is shown.
type ContentKind string

// The ways of showing a file.
const (
	AsTable   ContentKind = "table"
	AsText    ContentKind = "text"
	AsPicture ContentKind = "picture"
	AsFrame   ContentKind = "frame"
	AsNothing ContentKind = "nothing"
)

// Picture reports whether the file is shown by an img.
func (c Content) Picture() bool { return c.Kind == AsPicture }

// Framed reports whether the file is shown in a sandboxed frame.
func (c Content) Framed() bool { return c.Kind == AsFrame }

// Cell is one field of a table.
type Cell struct {
	Text   string
	Number bool
}

// Row is a record of a table, counted from 1 below the header.
type Row struct {
	Number int
	Cells  []Cell
}

// Line is a line of a text, counted from 1.
type Line struct {
	Number int
	Text   string
}

// KindOf says how a file of that name is shown. What it is, its suffix says:
// what it says of itself does not count.
func KindOf(name string) ContentKind {
	switch strings.ToLower(path.Ext(name)) {
	case ".csv":
		return AsTable
	case ".txt", ".log", ".md", ".json":
		return AsText
	case ".png", ".jpg", ".jpeg":
		return AsPicture
	case ".html", ".svg":
		return AsFrame
	}
	return AsNothing
}

// The bounds of what a page shows of a file.
const (
	MostRead    = 4 << 20 // bytes that are read
	mostRows    = 1000
	mostColumns = 200
	mostCell    = 2000 // bytes
	mostLine    = 10_000
)

// Fill reads what is shown of a table or a text; size is that of the whole
// file.
func (c *Content) Fill(r io.Reader, size int64) error {
	b, err := io.ReadAll(io.LimitReader(r, MostRead))
	if err != nil {
		return err
	}
	whole := int64(len(b)) == size
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	lines := b
	if !whole { // a record that was cut is not shown
		lines = b[:bytes.LastIndexByte(b, '\n')+1]
	}
	if c.Kind == AsTable && c.table(lines, whole) && (whole || len(c.Rows) > 0) {
		return nil
	}
	c.Kind, c.Header, c.Rows = AsText, nil, nil
	c.text(b, whole)
	return nil
}

// table reads a CSV; false if it cannot be read as one.
func (c *Content) table(b []byte, whole bool) bool {
	in := csv.NewReader(bytes.NewReader(b))
	in.FieldsPerRecord, in.ReuseRecord, in.LazyQuotes = -1, true, false
	cutColumns := false
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			c.Header, c.Rows = nil, nil
			return false
		}
		if len(c.Rows) == mostRows {
			whole = false
			break
		}
		cutColumns = cutColumns || len(record) > mostColumns
		cells := cellsOf(record)
		if c.Header == nil {
			c.Header = cells
			continue
		}
		c.Rows = append(c.Rows, Row{Number: len(c.Rows) + 1, Cells: cells})
	}
	c.markNumbers()
	c.Shown = shownRows(len(c.Rows), len(c.Header), whole)
	if cutColumns {
		c.Shown += ", its first " + strconv.Itoa(mostColumns) + " columns"
	}
	return true
}

func shownRows(rows, columns int, whole bool) string {
	if whole {
		return Plural(rows, "row") + " × " + Plural(columns, "column")
	}
	return "its first " + Plural(rows, "row")
}

func cellsOf(record []string) []Cell {
	cells := make([]Cell, 0, min(len(record), mostColumns))
	for _, text := range record[:min(len(record), mostColumns)] {
		cells = append(cells, Cell{Text: clip(text, mostCell)})
	}
	return cells
}

// markNumbers marks the columns in which everything that is there is a number,
// so that they stand at the right.
func (c *Content) markNumbers() {
	for n := range c.Header {
		some, all := false, true
		for _, row := range c.Rows {
			if n >= len(row.Cells) || row.Cells[n].Text == "" {
				continue
			}
			some = true
			if !isNumber(row.Cells[n].Text) {
				all = false
				break
			}
		}
		if !some || !all {
			continue
		}
		c.Header[n].Number = true
		for _, row := range c.Rows {
			if n < len(row.Cells) {
				row.Cells[n].Number = true
			}
		}
	}
}

// isNumber reports whether a cell is a number, or what stands for one that was
// redacted.
func isNumber(text string) bool {
	text = strings.TrimSuffix(strings.TrimSpace(text), "%")
	if text == "[REDACTED]" || text == "NA" {
		return true
	}
	_, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", ""), 64)
	return err == nil
}

// text reads lines.
func (c *Content) text(b []byte, whole bool) {
	if len(b) == 0 {
		return
	}
	for line := range strings.Lines(string(b)) {
		if len(c.Lines) == mostRows {
			whole = false
			break
		}
		c.Lines = append(c.Lines, Line{Number: len(c.Lines) + 1, Text: clip(strings.TrimRight(line, "\r\n"), mostLine)})
	}
	c.Shown = Plural(len(c.Lines), "line")
	if !whole {
		c.Shown = "its first " + c.Shown
	}
}

// clip is text as it can be shown: valid, without control characters, and not
// longer than most.
func clip(text string, most int) string {
	cut := len(text) > most
	if cut {
		text = text[:most]
	}
	text = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' || r == 0x7f {
			return '\ufffd'
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
	if cut {
		text += "…"
	}
	return text
}

// NewContent is a file of that name, whose bytes are at address.
func NewContent(name, address string) Content {
	c := Content{Name: baseOf(name), Kind: KindOf(name), Address: address}
	if c.Kind == AsNothing {
		c.Why = "Files of this type are not shown here."
	}
	return c
}

// Read reports whether the page itself shows what is in the file.
func (c Content) Read() bool { return c.Kind == AsTable || c.Kind == AsText }
