package help

import (
	"bytes"
	"errors"
	"html/template"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	gtext "github.com/yuin/goldmark/text"
)

// text is rendered Markdown. This file is the only place where markup is made
// that templates do not escape: from the files of this package and nothing else.
type text = template.HTML

// Text is the page below its title, to be put into a template as it is.
func (p Page) Text() text { return p.text }

// errTitle is what a page without its title gets.
var errTitle = errors.New("a page begins with its title, and has one")

// render makes a page of Markdown. Raw HTML in it is left out. A table is put
// into a box that scrolls by itself, and can be reached by keyboard.
func render(source []byte) (Page, error) {
	md := goldmark.New(
		goldmark.WithExtensions(extension.Table, extension.Typographer),
		goldmark.WithParserOptions(parser.WithAutoHeadingID(), parser.WithAttribute()),
		goldmark.WithRendererOptions(html.WithXHTML()),
	)
	doc := md.Parser().Parse(gtext.NewReader(source))
	p, err := outline(doc, source)
	if err != nil {
		return Page{}, err
	}
	doc.RemoveChild(doc, doc.FirstChild())
	var b bytes.Buffer
	if err := md.Renderer().Render(&b, source, doc); err != nil {
		return Page{}, err
	}
	p.text = template.HTML(box(b.String(), tables(doc, p.Title, source))) //nolint:gosec // our own files, embedded; rendered with raw HTML left out
	return p, nil
}

// outline reads the title and the headings below it.
func outline(doc ast.Node, source []byte) (Page, error) {
	var p Page
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		switch {
		case !ok:
		case h.Level == 1 && p.Title == "" && n == doc.FirstChild():
			p.Title = words(h, source)
		case h.Level == 1:
			return Page{}, errTitle
		case h.Level == 2: //nolint:mnd // the level that the contents list
			id, _ := h.AttributeString("id")
			b, _ := id.([]byte)
			p.Headings = append(p.Headings, Heading{string(b), words(h, source)})
		}
	}
	if p.Title == "" {
		return Page{}, errTitle
	}
	return p, nil
}

// tables are the tables' names, in their order: the heading that each stands
// below, with a number if it is not the first there.
func tables(doc ast.Node, title string, source []byte) []string {
	var names []string
	at, n := title, 0
	for c := doc.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Heading:
			at, n = words(c, source), 0
		case *east.Table:
			n++
			name := "Table: " + at
			if n > 1 {
				name += " (" + strconv.Itoa(n) + ")"
			}
			names = append(names, name)
		}
	}
	return names
}

// box puts each table into a box with its name.
func box(markup string, names []string) string {
	for _, name := range names {
		open := `<div class="scroll" tabindex="0" role="region" aria-label="` + template.HTMLEscapeString(name) + `"><table >`
		markup = strings.Replace(markup, "<table>", open, 1)
	}
	return strings.NewReplacer("<table >", "<table>", "</table>", "</table></div>", "<th>", `<th scope="col">`).Replace(markup)
}

// words is the text of a heading.
func words(n ast.Node, source []byte) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Segment.Value(source))
		} else {
			b.WriteString(words(c, source))
		}
	}
	return b.String()
}
