package checks

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"

	"sallyport/checks/inside"
)

// The bounds of what is looked at in documents, drawings, data and pictures.
const (
	mostDocument = 64 << 20
	mostDrawing  = 24 << 20
	mostMarked   = 16 << 20 // of a text in which there may be markup
)

// contentKinds are the types of files that are looked into, how the reader of
// such a file is called, and what the report calls it.
var contentKinds = map[string]struct{ reader, kind string }{
	"html": {"html", "document"}, "htm": {"html", "document"}, "xhtml": {"html", "document"},
	"svg": {"svg", "drawing"}, "svgz": {"svg", "drawing"},
	"json": {"json", "data"}, "ipynb": {"json", "data"}, "geojson": {"json", "data"},
	"png": {"image", "picture"}, "jpg": {"image", "picture"}, "jpeg": {"image", "picture"},
}

// contents takes what a reader reads inside a file: it makes tables of it, gives
// lines to the rules for lines, and things to the rule for what is hidden.
type contents struct {
	scan     *scan
	text     *textTables
	lines    []lineRule
	hidden   *hidden // nil if the rule is off
	pictures int
}

func (s *scan) newContents(kind string) *contents {
	c := &contents{scan: s, text: &textTables{scan: s, said: s.newTable()}}
	c.text.said.names = []string{"label", "n"}
	c.text.said.table.text = true
	for _, r := range s.rules {
		if l, ok := r.(lineRule); ok {
			c.lines = append(c.lines, l)
		}
		if h, ok := r.(*hidden); ok {
			c.hidden, h.kind = h, kind
		}
	}
	return c
}

// readContents reads a file of a type that is looked into.
func (s *scan) readContents(name string) error {
	is := contentKinds[name]
	s.report.Examined.Kind = is.kind
	c := s.newContents(is.kind)
	raw := io.NewSectionReader(s.file.Bytes, 0, s.report.Examined.Bytes)
	var err error
	switch {
	case is.reader == "image":
		err = c.image(raw)
	case name == "svgz":
		c.scan.note("what the drawing shows with lines and areas was not looked at")
		err = c.packed(raw)
	default:
		most := int64(mostDocument)
		if is.reader == "svg" {
			most = mostDrawing
			c.scan.note("what the drawing shows with lines and areas was not looked at")
		}
		err = c.read(is.reader, raw, most)
	}
	c.end()
	return err
}

// read reads a text as a document, a drawing or data.
func (c *contents) read(reader string, raw io.Reader, most int64) error {
	s := c.scan
	start := make([]byte, sniffed)
	n, err := io.ReadFull(raw, start)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	start = start[:n]
	encoding, order, skip := encodingOf(start)
	if encoding == encodedBinary {
		c.defeat("The bytes are no text, as this type of file has it", "the bytes are no text: nothing inside was looked at")
		return nil
	}
	s.report.Examined.Encoding = encoding
	in := decoded(&cancelled{s.ctx, io.MultiReader(bytes.NewReader(start[skip:]), raw)}, encoding, order, onlyMac(start))
	text, whole, err := readMost(in, most, s.file.Size)
	if err != nil {
		return err
	}
	if !whole {
		c.cut(most)
	}
	s.report.Examined.Lines = int64(strings.Count(text, "\n")) + 1
	_, err = inside.ReadText(s.ctx, reader, text, c)
	return err
}

// readMost reads so much of a text, without keeping it twice.
func readMost(in io.Reader, most, likely int64) (text string, whole bool, err error) {
	var b strings.Builder
	b.Grow(int(min(most, likely) + 1))
	n, err := io.Copy(&b, io.LimitReader(in, most+1))
	if n > most {
		return b.String()[:most], false, err
	}
	return b.String(), true, err
}

// defeat notes what kept a file from being looked at: that is a finding too.
func (s *scan) defeat(message, missed string) {
	s.note("%s", missed)
	for _, r := range s.rules {
		if h, ok := r.(*hidden); ok {
			h.note(Medium, Place{Line: 1}, message, message)
		}
	}
}

// cut notes that only the beginning of the file was looked at.
func (c *contents) cut(most int64) {
	c.defeat(fmt.Sprintf("The file is larger than is looked into: what stands after %d MiB is not known", most>>20),
		fmt.Sprintf("only the first %d MiB were looked at", most>>20))
}

func (c *contents) defeat(message, missed string) { c.scan.defeat(message, missed) }

// packed reads a drawing that is compressed.
func (c *contents) packed(raw *io.SectionReader) error {
	b, err := io.ReadAll(io.LimitReader(raw, mostDrawing))
	if err != nil {
		return err
	}
	for _, t := range inside.Gzip(b, mostDrawing).Things {
		c.Thing(t, t.Text)
	}
	in, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		c.defeat("It is not compressed as its name says", "it cannot be unpacked: nothing inside was looked at")
		return nil
	}
	unpacked, err := io.ReadAll(io.LimitReader(in, mostDrawing+1))
	if err != nil || len(unpacked) > mostDrawing {
		c.defeat("It is broken, or larger than is unpacked", fmt.Sprintf("only what could be unpacked, %d MiB at most, was looked at", mostDrawing>>20))
		unpacked = unpacked[:min(len(unpacked), mostDrawing)]
	}
	return c.read("svg", bytes.NewReader(unpacked), mostDrawing)
}

// image reads a picture.
func (c *contents) image(raw *io.SectionReader) error {
	c.scan.note("what the picture shows was not looked at: no program here reads it")
	b, err := io.ReadAll(io.LimitReader(&cancelled{c.scan.ctx, raw}, mostDocument))
	if err != nil {
		return err
	}
	if raw.Size() > mostDocument {
		c.cut(mostDocument)
	}
	found, err := inside.ReadImage(c.scan.ctx, b, c)
	if found.Blank || found.Ended != "" {
		c.defeat("The picture is broken: what it holds was not looked at to its end", "the picture was not looked at to its end")
	}
	return err
}

// marked looks for markup, and files, in a text that was read as one.
func (s *scan) marked(kind string, in io.Reader) error {
	if s.file.Size > mostMarked {
		return nil // a log: what is in it was read line by line
	}
	text, _, err := readMost(in, mostMarked, s.file.Size)
	if err != nil {
		return err
	}
	reader := "txt"
	if kind == "md" || kind == "markdown" {
		reader = "md"
	} else if !hasMarkup(text) {
		return nil
	}
	c := s.newContents("text")
	if _, err := inside.ReadText(s.ctx, reader, text, c); err != nil {
		return err
	}
	c.end()
	return nil
}

// hasMarkup reports whether a text has something that a browser would take for
// more than words.
func hasMarkup(text string) bool {
	for _, mark := range []string{"<!--", "<script", "<table", "<svg", "<img", "<iframe", "<html", "<div", ";base64,", "<SCRIPT", "<TABLE"} {
		if strings.Contains(text, mark) {
			return true
		}
	}
	return false
}

// end ends what was read.
func (c *contents) end() {
	c.text.flush()
	c.scan.keep(c.text.said)
	c.scan.piece = nil
	if c.pictures > 0 {
		c.scan.note("%s: what they show was not looked at", number(int64(c.pictures), "picture in it", "pictures in it"))
	}
}

// Thing takes a thing that the file carries.
func (c *contents) Thing(t inside.Thing, whole string) {
	if t.Kind == inside.Embedded && (t.Holds == "a picture" || t.Holds == "a drawing") {
		c.pictures++
	}
	if c.hidden != nil {
		c.hidden.thing(&t, whole)
	}
}

// Miss takes what was not looked at.
func (c *contents) Miss(what string) {
	what = strings.TrimSuffix(what, ".")
	if what != "" {
		c.scan.note("%s", strings.ToLower(what[:1])+what[1:])
	}
}

// Text takes lines of text.
func (c *contents) Text(p inside.Piece, text string, line int64) {
	s := c.scan
	s.piece = nil
	if p.Kind != "" {
		s.piece = &p
	}
	n := line
	text = unmarked(text)
	if c.delimited(p, text, line) {
		return
	}
	for part := range strings.SplitSeq(text, "\n") {
		b := chomp([]byte(part[:min(len(part), maxRecord)]))
		if len(b) == 0 {
			c.text.flush()
		} else {
			for _, rule := range c.lines {
				s.out.rule = rule.about()
				rule.line(b[:min(len(b), maxWide)], n, s.out)
			}
			c.text.line(b[:min(len(b), maxWide)], n)
		}
		if !p.Same {
			n++
		}
	}
	c.text.flush()
	s.piece = nil
}

// delimited reads a text as a delimited table, if it is one from its first line
// to its last.
func (c *contents) delimited(p inside.Piece, text string, line int64) bool {
	const fewest = 3
	text = strings.TrimSpace(text)
	if strings.Count(text, "\n") < fewest-1 {
		return false
	}
	delimiter, is := sniff([]byte(text[:min(len(text), sniffed)]), false)
	if !is || evenness([]byte(text[:min(len(text), sniffed)]), delimiter) < 1 {
		return false
	}
	rows := c.Table(p)
	r := newRecords(strings.NewReader(text), delimiter)
	var cells []string
	for r.next() == nil {
		cells = cells[:0]
		for _, f := range r.fields {
			cells = append(cells, string(f))
		}
		at := line
		if !p.Same {
			at += r.line - 1
		}
		rows.Row(cells, at, false)
	}
	rows.End()
	c.scan.noteRecords(&r.noted)
	return true
}

// unmarked is a text without the marks by which knitr says that R printed it:
// they would be a column.
func unmarked(text string) string {
	for _, mark := range []string{"##", "#>"} {
		if !strings.HasPrefix(text, mark) {
			continue
		}
		lines := strings.Split(text, "\n")
		for i, l := range lines {
			rest, ok := strings.CutPrefix(l, mark)
			if !ok && strings.TrimSpace(l) != "" {
				return text
			}
			lines[i] = rest
		}
		return strings.Join(lines, "\n")
	}
	return text
}

// Table begins a table.
func (c *contents) Table(p inside.Piece) inside.Rows {
	b := c.scan.newTable()
	b.table.At = c.scan.number()
	b.table.piece = &p
	b.names = p.Names
	return &contentRows{scan: c.scan, b: b}
}

// contentRows takes the rows of a table.
type contentRows struct {
	scan   *scan
	b      *builder
	n      int64
	fields [][]byte
}

// Row takes a row.
func (r *contentRows) Row(cells []string, line int64, header bool) {
	r.fields = r.fields[:0]
	filled := false
	for _, cell := range cells[:min(len(cells), maxColumns)] {
		filled = filled || cell != ""
		r.fields = append(r.fields, []byte(cell))
	}
	n := r.n
	r.n++
	if !filled {
		r.b.blank()
		return
	}
	if header && r.b.headed == int(n) {
		r.b.headed++
	}
	r.b.add(r.fields, n, line)
}

// End ends the table.
func (r *contentRows) End() {
	if r.b.started || len(r.b.waiting) > 0 {
		if !r.scan.full() {
			r.scan.keep(r.b)
		}
	}
}
