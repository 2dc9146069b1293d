package inside

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Piece is a part of a file that is read as a table or as text.
type Piece struct {
	Kind    Kind     // what it stands in; "" if it stands where everybody sees it
	Name    string   // what it is
	Line    int64    // where it begins; 0 in a file without lines
	Names   []string // of the columns; nil if the first rows say them
	Numbers int      // of its table among those of the document, from 1; 0 if it is none of them
	Chart   *Chart   // that is drawn of it; nil for none
	Same    bool     // all its lines are one line of the file
}

// Chart is what is drawn of rows.
type Chart struct {
	Single  bool     // each row is one observation, which the chart itself counts or sums
	Points  bool     // each row is drawn as a point
	Unshown []string // columns that nothing of the chart shows
	Cut     int64    // rows outside of what the chart shows
}

// Rows takes a table row by row.
type Rows interface {
	// Row takes a row. It is good until Row returns. A row of the header says
	// that it is one.
	Row(cells []string, line int64, header bool)
	End()
}

// Sink takes what is read of a file, as it is read.
type Sink interface {
	// Table begins a table. Several may be open at a time.
	Table(p Piece) Rows
	// Text takes lines of text, the first of which is line; 0 if there are none.
	Text(p Piece, text string, line int64)
	// Thing takes a thing, listed or not, with all that it says.
	Thing(t Thing, whole string)
	// Miss takes what was not looked at.
	Miss(what string)
}

// The bounds of what is read of a file.
const (
	mostValues  = 400_000   // of data that are kept
	mostCells   = 4_000_000 // of tables in documents
	mostDecoded = 32 << 20  // bytes that are decoded or unpacked
	mostFiles   = 2         // files that are in each other
	mostTags    = 3_000_000 // tags of documents
	mostLines   = 8 << 20   // bytes of a text that is read line by line
	mostAsked   = 200       // pieces of words that are tried as data, of one kind
)

// content is what is read of a file beside what it carries: it is given on.
type content struct {
	ctx     context.Context //nolint:containedctx // it is one reading's
	sink    Sink
	values  int
	cells   int
	decoded int64
	tags    int
	nested  int
	drawn   int             // drawings that are being read
	numbers int             // tables of the document
	arrays  map[string]bool // beginnings of what was read as numbers in base64
	within  Kind            // what all that is read stands in
	name    string          // what that is
	line    int64           // where it stands, if lines of what is read are none of the file
	blind   int64           // long texts in base64 that are not understood
	seen    map[Kind]int
	missed  map[string]bool
}

// ReadText reads a text of this kind: html, svg, json, md, or txt.
// It fails if ctx ends, and for no other reason.
func ReadText(ctx context.Context, kind, text string, sink Sink) (Found, error) {
	f := &Found{into: newContent(ctx, sink)}
	var err error
	switch kind {
	case "svg":
		err = f.drawing(ctx, text)
	case "json":
		f.into.data(f, Piece{Name: "data", Line: 1}, text, true)
	case "md":
		err = f.markdown(ctx, text)
	default:
		err = (&document{f: f, plain: kind == "txt"}).read(ctx, text, 1, 0)
	}
	f.into.end(f)
	return *f, firstError(err, ctx.Err())
}

// ReadImage reads an image, as what its bytes say that it is. It fails if ctx
// ends, and for no other reason.
func ReadImage(ctx context.Context, b []byte, sink Sink) (Found, error) {
	f := &Found{into: newContent(ctx, sink)}
	err := f.image(ctx, b)
	f.into.end(f)
	return *f, firstError(err, ctx.Err())
}

func newContent(ctx context.Context, sink Sink) *content {
	return &content{
		ctx: ctx, sink: sink, values: mostValues, cells: mostCells, decoded: mostDecoded, tags: mostTags,
		arrays: map[string]bool{}, seen: map[Kind]int{}, missed: map[string]bool{},
	}
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *Found) image(ctx context.Context, b []byte) error {
	if strings.HasPrefix(string(b[:min(len(b), 2)]), "\xff\xd8") {
		return f.jpeg(ctx, b)
	}
	return f.png(ctx, b)
}

// end says what was not understood in all.
func (c *content) end(f *Found) {
	if f.Ended != "" {
		c.sink.Miss(f.Ended)
	}
	if c.blind > 0 {
		c.miss("%s: what they stand for was not understood", counted(c.blind, "long text in base64", "long texts in base64"))
	}
}

func counted(n int64, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + more
}

// miss notes what was not looked at, once.
func (c *content) miss(format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	if !c.missed[what] && len(c.missed) < mostAsked {
		c.missed[what] = true
		c.sink.Miss(what)
	}
}

// place is the line to be said of a line of what is read.
func (c *content) place(line int64) int64 {
	if c.line > 0 {
		return c.line
	}
	return line
}

// part completes what is said of a part.
func (c *content) part(p Piece) Piece {
	if p.Kind == "" {
		p.Kind = c.within
	}
	if c.name != "" {
		p.Name += " in " + c.name
	}
	p.Line = c.place(p.Line)
	return p
}

func (c *content) text(p Piece, text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	if len(text) > mostLines {
		c.miss("a text of more than %d MiB: what is behind them", mostLines>>20)
		text = text[:mostLines]
	}
	p.Same = c.line > 0
	c.sink.Text(c.part(p), text, c.place(p.Line))
}

// inside reads something that stands in something else, all of which is at one
// line of the file.
func (c *content) inside(kind Kind, name string, line int64, read func()) {
	before, called, at := c.within, c.name, c.line
	if c.within == "" {
		c.within = kind
	}
	c.name, c.line = cutName(name), c.place(line)
	read()
	c.within, c.name, c.line = before, called, at
}

func cutName(name string) string {
	const most = 60
	if len(name) > most {
		return strings.ToValidUTF8(name[:most], "") + "…"
	}
	return name
}

// thing takes a thing on its way to the list: what it says is read.
func (c *content) thing(f *Found, t Thing) {
	t.Line = c.place(t.Line)
	whole := t.Text
	short := t
	short.Name, short.Text = excerpt(t.Name), excerpt(t.Text)
	c.sink.Thing(short, whole)
	switch t.Kind {
	case Comment:
		if c.drawn > 0 && len(whole) < longRemark {
			return // it is read with the words of the drawing
		}
		fallthrough
	case Text, Attribute, Metadata, Title, After, Part:
		if c.asks(t.Kind, whole) {
			c.inside(t.Kind, thingName(t), t.Line, func() { c.guess(f, Piece{Name: "text"}, whole) })
		}
	case Data:
		if strings.TrimSpace(whole) != "" {
			c.data(f, Piece{Kind: Data, Name: t.Name, Line: t.Line}, whole, false)
		}
	case Script:
		c.program(f, t, whole)
	}
}

func thingName(t Thing) string {
	if t.Kind == Comment {
		return "a comment"
	}
	return t.Name
}

// asks reports whether what a thing says may be more than a few words, and not
// too many of its kind were asked already.
func (c *content) asks(k Kind, text string) bool {
	if len(text) < 12 || !strings.ContainsAny(text, "0123456789") {
		return false
	}
	if c.seen[k]++; c.seen[k] > mostAsked && !talks(text) {
		if c.seen[k] > 100*mostAsked {
			return false
		}
		c.miss("of more than %d of a kind (%s), only those with several numbers were read as text", mostAsked, k)
		return false
	}
	return true
}

// talks reports whether a text has several numbers.
func talks(text string) bool {
	n := 0
	digits := false
	for i := range min(len(text), 2000) {
		is := text[i] >= '0' && text[i] <= '9'
		if is && !digits {
			n++
		}
		digits = is
	}
	return n >= 4
}

// guess reads a text as what it seems to be.
func (c *content) guess(f *Found, p Piece, text string) {
	text = strings.TrimSpace(text)
	lower := strings.ToLower(text[:min(len(text), 2000)])
	switch {
	case c.ctx.Err() != nil, text == "":
	case text[0] == '{' || text[0] == '[':
		c.data(f, p, text, true)
	case strings.Contains(lower, "<table"), strings.Contains(lower, "<tr"), strings.Contains(lower, "<svg"), strings.Contains(lower, "<html"):
		c.markup(f, p, text)
	case !c.armoured(p, text):
		c.text(p, text)
	}
}

// markup reads HTML that stands somewhere in a file.
func (c *content) markup(f *Found, p Piece, text string) {
	if c.nested >= mostNested {
		c.miss("documents that are more than %d deep in each other", mostNested)
		return
	}
	c.nested++
	c.inside(p.Kind, p.Name, p.Line, func() {
		inner := &document{f: f}
		_ = inner.read(c.ctx, text, 1, mostNested) // whoever began asks the context
	})
	c.nested--
}

// valid is a text as others can show it.
func valid(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	return strings.ToValidUTF8(text, "\ufffd")
}

// isJSON reports whether all of a text is data.
func isJSON(text string) bool { return json.Valid([]byte(text)) }
