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
	page   *page    // what it shows; nil if that is not asked for
	plain  bool     // a text in which there may be markup: its words are read elsewhere
}

// concealed is a hidden element that is being read.
type concealed struct {
	thing Thing
	name  string
	depth int // elements of the same name in it
	rows  int // of tables in it
	said  strings.Builder
}

func (d *document) read(ctx context.Context, text string, line int64, nested int) (err error) {
	d.line = line
	if d.f.into != nil {
		d.page = &page{c: d.f.into, plain: d.plain}
	}
	for text != "" && err == nil {
		text, err = d.tokens(ctx, text, nested)
	}
	d.close("")
	d.reveal()
	if d.page != nil {
		d.page.end()
	}
	return err
}

// tokens reads tokens up to one that is so long that it must be read otherwise,
// and returns what is behind that.
func (d *document) tokens(ctx context.Context, text string, nested int) (rest string, err error) {
	if d.raw != nil { // the tokenizer that knew it is gone
		n, err := d.long(ctx, text, nested)
		return text[n:], err
	}
	z := html.NewTokenizer(strings.NewReader(text))
	z.SetMaxBuf(mostToken)
	at := 0
	for n := 1; ; n++ {
		if n%everyToken == 0 && ctx.Err() != nil {
			return "", ctx.Err()
		}
		kind := z.Next()
		begins := d.line
		switch {
		case kind != html.ErrorToken:
		case errors.Is(z.Err(), html.ErrBufferExceeded):
			n, err := d.long(ctx, text[at:], nested)
			return text[at+n:], err
		case !errors.Is(z.Err(), io.EOF):
			d.f.end("From line " + count(begins) + " on nothing was looked for: " + z.Err().Error() + ".")
			return "", nil
		default:
			return "", nil
		}
		if d.tooMany() {
			return "", nil
		}
		raw := z.Raw()
		if len(raw) >= mostToken { // it was cut
			n, err := d.long(ctx, text[at:], nested)
			return text[at+n:], err
		}
		at += len(raw)
		d.line += int64(countLines(raw))
		if err := d.token(ctx, z, kind, begins, nested); err != nil {
			return "", err
		}
	}
}

func (d *document) token(ctx context.Context, z *html.Tokenizer, kind html.TokenType, line int64, nested int) error {
	switch kind {
	case html.StartTagToken, html.SelfClosingTagToken:
		d.open(startTag(z, line))
	case html.EndTagToken:
		name, _ := z.TagName()
		d.ends(string(name))
	case html.CommentToken:
		d.comment(string(z.Raw()), line)
	case html.DoctypeToken:
		d.f.declared(string(z.Raw()), line)
	case html.TextToken:
		return d.words(ctx, string(z.Raw()), line, nested)
	}
	return nil
}

// words reads what stands between tags.
func (d *document) words(ctx context.Context, raw string, line int64, nested int) error {
	e := d.raw
	d.raw = nil
	if d.hidden != nil {
		d.hidden.thing.Size += int64(len(raw))
		if d.hidden.said.Len() < mostMeasure && (e == nil || e.name != "script" && e.name != "style") {
			d.hidden.said.WriteString(raw[:min(len(raw), mostMeasure)])
		}
	}
	if d.page != nil && (e == nil || e.name == "textarea" || e.name == "xmp" || e.name == "plaintext") {
		d.page.say(raw, line, d.hidden != nil)
	}
	return d.text(ctx, e, raw, line, nested)
}

// ends reads an end tag.
func (d *document) ends(name string) {
	d.apart()
	if d.page != nil {
		d.page.close(name)
	}
	d.close(name)
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

// startTag is a start tag with its attributes.
func startTag(z *html.Tokenizer, line int64) *element {
	name, more := z.TagName()
	e := &element{name: string(name), line: line}
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		e.attrs = append(e.attrs, attribute{string(key), string(value)})
	}
	return e
}

// open reads a start tag.
func (d *document) open(e *element) {
	d.apart()
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
	if d.page != nil {
		d.page.open(e, d.hidden != nil)
	}
}

func (d *document) hide(e *element) {
	why := firstOf(e.hidden(), d.f.hiddenByRule(e))
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
	inner := &document{f: d.f, plain: d.plain}
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
