package inside

import (
	"context"
	"errors"
	"io"
	"strings"

	"golang.org/x/net/html"
)

const (
	everyToken  = 1024 // tokens after which it is asked whether anybody waits
	mostNested  = 3    // texts of elements that are looked through as documents
	mostMeasure = 2000 // bytes that are kept of what a hidden element says
)

// HTML finds what a document carries. It goes from tag to tag and builds no
// tree. It fails if ctx ends, and for no other reason.
func HTML(ctx context.Context, text string) (Found, error) {
	d := &document{f: &Found{}}
	err := d.read(ctx, text, 1, 0)
	return *d.f, err
}

// document is read from tag to tag.
type document struct {
	f      *Found
	line   int64
	hidden *concealed
	raw    *element // whose text is no markup
}

// concealed is a hidden element that is being read.
type concealed struct {
	thing Thing
	name  string
	depth int // elements of the same name in it
	rows  int // of tables in it
	said  strings.Builder
}

func (d *document) read(ctx context.Context, text string, line int64, nested int) error {
	z := html.NewTokenizer(strings.NewReader(text))
	d.line = line
	for n := 1; ; n++ {
		if n%everyToken == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		kind := z.Next()
		begins := d.line
		raw := z.Raw()
		d.line += int64(countLines(raw))
		if kind == html.ErrorToken {
			if err := z.Err(); !errors.Is(err, io.EOF) {
				d.f.end("From line " + count(begins) + " on nothing was looked for: " + err.Error() + ".")
			}
			d.reveal()
			return nil
		}
		if err := d.token(ctx, z, kind, begins, nested, len(raw)); err != nil {
			return err
		}
	}
}

func (d *document) token(ctx context.Context, z *html.Tokenizer, kind html.TokenType, line int64, nested, size int) error {
	raw := string(z.Raw())
	switch kind {
	case html.StartTagToken, html.SelfClosingTagToken:
		d.apart()
		d.open(z, line)
	case html.EndTagToken:
		d.apart()
		name, _ := z.TagName()
		d.close(string(name))
	case html.CommentToken:
		d.comment(raw, line)
	case html.DoctypeToken:
		d.f.declared(raw, line)
	case html.TextToken:
		e := d.raw
		d.raw = nil
		if d.hidden != nil {
			d.hidden.thing.Size += int64(size)
			if d.hidden.said.Len() < mostMeasure && (e == nil || e.name != "script" && e.name != "style") {
				d.hidden.said.WriteString(raw[:min(len(raw), mostMeasure)])
			}
		}
		return d.text(ctx, e, raw, line, nested)
	}
	return nil
}

// apart keeps the words of elements apart.
func (d *document) apart() {
	if d.hidden != nil && d.hidden.said.Len() < mostMeasure {
		d.hidden.said.WriteByte(' ')
	}
}

// comment notes a comment, or a declaration that reads like one.
func (d *document) comment(raw string, line int64) {
	if strings.HasPrefix(raw, "<!--") {
		said := strings.TrimSuffix(strings.TrimPrefix(raw, "<!--"), "-->")
		d.f.add(Thing{Kind: Comment, Name: "comment", Line: line, Size: int64(len(said)), Text: said})
		return
	}
	if d.f.declared(raw, line) {
		return
	}
	d.f.add(Thing{Kind: Comment, Name: "read as a comment", Line: line, Size: int64(len(raw)), Text: raw})
}

// open reads a start tag.
func (d *document) open(z *html.Tokenizer, line int64) {
	name, more := z.TagName()
	e := &element{name: string(name), line: line}
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		e.attrs = append(e.attrs, attribute{string(key), string(value)})
	}
	d.f.look(e)
	if isRaw(e.name) {
		d.raw = e
	}
	if e.name == "script" {
		d.f.script(e)
	}
	switch h := d.hidden; {
	case h != nil && e.name == h.name:
		h.depth++
	case h != nil:
		if e.name == "tr" {
			h.rows++
		}
	default:
		d.hide(e)
	}
}

func (d *document) hide(e *element) {
	why := e.hidden()
	if why == "" || e.name == "script" || e.name == "style" {
		return
	}
	thing := Thing{Kind: Hidden, Name: e.name + ", " + why, Line: e.line}
	if isVoid(e.name) {
		thing.Text = firstOf(e.value("value"), e.value("src"), e.value("name"))
		thing.Size = int64(len(thing.Text))
		d.f.add(thing)
		return
	}
	d.hidden = &concealed{thing: thing, name: e.name, depth: 1}
}

// close reads an end tag.
func (d *document) close(name string) {
	d.raw = nil
	if d.hidden == nil || name != d.hidden.name {
		return
	}
	if d.hidden.depth--; d.hidden.depth == 0 {
		d.reveal()
	}
}

// reveal notes the hidden element that is being read, which is at its end.
func (d *document) reveal() {
	h := d.hidden
	if h == nil {
		return
	}
	d.hidden = nil
	h.thing.Text = strings.Join(strings.Fields(html.UnescapeString(h.said.String())), " ")
	if h.rows > 0 {
		h.thing.Name += ", with rows of tables: " + count(int64(h.rows))
	}
	d.f.add(h.thing)
}

// text reads what stands between tags, or all of an element whose text is no
// markup. Where a browser without scripts, or in a drawing, takes that for
// markup, it is looked through as such.
func (d *document) text(ctx context.Context, e *element, raw string, line int64, nested int) error {
	switch {
	case e == nil:
		d.f.encoded(raw, line)
	case e.name == "script":
		d.f.program(e, raw, line)
	case e.name == "style":
		d.f.styles(raw, line, true)
	}
	if e == nil || e.name == "script" || e.name == "textarea" || nested == mostNested || !strings.Contains(raw, "<") {
		return nil
	}
	after := d.line
	inner := &document{f: d.f}
	err := inner.read(ctx, raw, line, nested+1)
	d.line = after
	return err
}

// isRaw reports whether the tokenizer takes what is in an element for text.
func isRaw(name string) bool {
	switch name {
	case "script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript", "plaintext":
		return true
	}
	return false
}

// isVoid reports whether nothing is in such an element.
func isVoid(name string) bool {
	switch name {
	case "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr":
		return true
	}
	return false
}

func countLines(b []byte) (n int) {
	for _, c := range b {
		if c == '\n' {
			n++
		}
	}
	return n
}
