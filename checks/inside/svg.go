package inside

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"golang.org/x/net/html"
)

// mostDepth is how deep the elements of a drawing may be in each other.
const mostDepth = 1000

// SVG finds what a drawing carries. It reads XML as a browser does, token by
// token, and follows no entity. What is no XML from somewhere on is said. It
// fails if ctx ends, and for no other reason.
func SVG(ctx context.Context, text string) (Found, error) {
	f := &Found{}
	err := f.drawing(ctx, text)
	return *f, err
}

func (f *Found) drawing(ctx context.Context, text string) error {
	d := &drawing{f: f, at: &place{text: text, line: 1}}
	if f.into != nil {
		d.words = &lettering{}
		f.into.drawn++
		defer func() { f.into.drawn-- }()
	}
	d.in = xml.NewDecoder(strings.NewReader(text))
	d.in.Strict = false
	d.in.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // it is decoded
	for n := 1; ; n++ {
		if n%everyToken == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		line := d.at.to(int(d.in.InputOffset()))
		token, err := d.in.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			d.f.end("It is no XML from line " + count(line) + " on: nothing after it was looked for.")
			break
		}
		if !d.token(token, line) {
			d.f.end("Its elements are more than " + count(mostDepth) + " deep in each other at line " + count(line) + ": nothing after it was looked for.")
			break
		}
	}
	d.reveal()
	if d.words != nil {
		d.words.finish(f.into)
	}
	return nil
}

// drawing is read from tag to tag.
type drawing struct {
	f      *Found
	in     *xml.Decoder
	at     *place
	depth  int
	hidden *concealed // its depth is that of its element
	inside []*element // scripts, styles and what describes, with what they say
	said   strings.Builder
	words  *lettering // nil if what it writes is not asked for
}

func (d *drawing) token(token xml.Token, line int64) bool {
	switch t := token.(type) {
	case xml.StartElement:
		d.depth++
		d.open(t, line)
	case xml.EndElement:
		name := strings.ToLower(t.Name.Local)
		d.written(name)
		d.close(name)
		d.depth--
	case xml.Comment:
		d.f.add(Thing{Kind: Comment, Name: "comment", Line: line, Size: int64(len(t)), Text: string(t)})
		d.remark(string(t), line)
	case xml.Directive:
		d.f.declared("<!"+string(t)+">", line)
	case xml.ProcInst:
		d.instruction(t, line)
	case xml.CharData:
		d.text(string(t), line)
	}
	return d.depth <= mostDepth
}

func (d *drawing) instruction(t xml.ProcInst, line int64) {
	switch {
	case t.Target == "xml":
	case t.Target == "xml-stylesheet":
		d.f.add(Thing{Kind: Outside, Name: "style sheet", Line: line, Size: int64(len(t.Inst)), Text: string(t.Inst)})
	default:
		d.f.add(Thing{Kind: Metadata, Name: "instruction " + t.Target, Line: line, Size: int64(len(t.Inst)), Text: string(t.Inst)})
	}
}

// describes are the elements whose words are not drawn.
var describes = map[string]Kind{"title": Title, "desc": Title, "metadata": Metadata}

// drawn are the prefixes whose names belong to what is drawn.
var drawn = map[string]bool{"": true, "svg": true, "xlink": true, "xmlns": true, "xml": true}

func (d *drawing) open(t xml.StartElement, line int64) {
	e := &element{name: strings.ToLower(t.Name.Local), line: line}
	for _, a := range t.Attr {
		name := strings.ToLower(a.Name.Local)
		switch space := strings.ToLower(a.Name.Space); {
		case space == "xlink":
			name = "xlink:" + name
		case space == "xmlns":
			continue
		case !drawn[space]: // a drawing program's own
			d.f.add(Thing{Kind: Metadata, Name: space + ":" + a.Name.Local, Line: line, Size: int64(len(a.Value)), Text: a.Value})
			continue
		}
		e.attrs = append(e.attrs, attribute{name, a.Value})
	}
	d.f.look(e)
	switch {
	case e.name == "script":
		d.f.script(e)
		d.keep(e)
	case e.name == "style", describes[e.name] != "":
		d.keep(e)
	case e.name == "foreignobject":
		d.f.add(Thing{Kind: Foreign, Name: "foreignObject", Line: line})
	}
	d.write(e)
	if why := firstOf(e.hidden(), d.f.hiddenByRule(e)); d.hidden == nil && why != "" && describes[e.name] == "" {
		d.hidden = &concealed{thing: Thing{Kind: Hidden, Name: e.name + ", " + why, Line: line}, depth: d.depth}
	}
}

// keep reads what an element says. What is in a metadata element is its.
func (d *drawing) keep(e *element) {
	if len(d.inside) == 0 {
		d.said.Reset()
	}
	if len(d.inside) < mostDepth {
		d.inside = append(d.inside, e)
	}
}

func (d *drawing) text(text string, line int64) {
	if d.hidden != nil {
		d.hidden.thing.Size += int64(len(text))
		if d.hidden.said.Len() < mostMeasure {
			d.hidden.said.WriteString(text[:min(len(text), mostMeasure)])
		}
	}
	if len(d.inside) > 0 {
		d.said.WriteString(text)
		return
	}
	d.f.encoded(text, line)
	if w := d.words; w != nil {
		w.say(text)
		if w.page != nil {
			w.page.say(html.EscapeString(text), line, d.hidden != nil)
		}
	}
}

// write takes a start tag for what the drawing writes.
func (d *drawing) write(e *element) {
	w := d.words
	if w == nil {
		return
	}
	w.begin(e, d.depth, d.hidden != nil)
	switch {
	case w.page != nil:
		w.page.open(e, d.hidden != nil)
	case e.name == "foreignobject":
		w.page, w.within = &page{c: d.f.into}, d.depth
	}
}

// written takes an end tag for what the drawing writes.
func (d *drawing) written(name string) {
	w := d.words
	if w == nil {
		return
	}
	w.end(d.depth)
	switch {
	case w.page == nil:
	case d.depth == w.within:
		w.page.end()
		w.page = nil
	default:
		w.page.close(name)
	}
}

// longRemark is how long a comment is that is no word of a drawing.
const longRemark = 200

// remark takes a comment for a label: matplotlib says in one what it draws as
// shapes.
func (d *drawing) remark(text string, line int64) {
	if w := d.words; w != nil && len(text) < longRemark && len(w.labels) < mostLabels {
		x := &label{line: line, y: -float64(len(w.labels))}
		x.text.WriteString(text)
		w.labels = append(w.labels, x)
	}
}

func (d *drawing) close(name string) {
	if d.hidden != nil && d.hidden.depth == d.depth {
		d.reveal()
	}
	n := len(d.inside)
	if n == 0 || d.inside[n-1].name != name {
		return
	}
	e := d.inside[n-1]
	d.inside = d.inside[:n-1]
	if n > 1 {
		return
	}
	text := d.said.String()
	switch kind := describes[name]; {
	case name == "script":
		d.f.program(e, text, e.line)
	case name == "style":
		d.f.styles(text, e.line, true)
	case strings.TrimSpace(text) != "":
		if d.f.into == nil { // else its lines say something
			text = strings.Join(strings.Fields(text), " ")
		}
		d.f.add(Thing{Kind: kind, Name: name, Line: e.line, Size: int64(len(text)), Text: text})
	}
}

func (d *drawing) reveal() {
	h := d.hidden
	if h == nil {
		return
	}
	d.hidden = nil
	h.thing.Text = strings.Join(strings.Fields(h.said.String()), " ")
	d.f.add(h.thing)
}
