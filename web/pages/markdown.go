package pages

import (
	"bytes"
	_ "embed"
	"fmt"
	"html"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// The bounds of a Markdown text that is rendered.
const (
	MostMarkdown = 64 << 10 // bytes
	mostBrackets = 1000
	mostInARow   = 100
	mostOpened   = 20
	mostFields   = 100_000
)

// markdownSheet styles a rendered text: it stands in a document of its own, to
// which the stylesheet of the pages does not come.
//
//go:embed markdown.css
var markdownSheet string

// Markdown is a Markdown text (GFM) as a document of its own. Its HTML is shown
// as text, its images are named and not fetched, its links lead nowhere and show
// where they would lead. The document is made from what people wrote: it belongs
// in a sandbox.
func Markdown(name, source string) ([]byte, error) {
	source = strings.ReplaceAll(source, "\r\n", "\n")
	md := goldmark.New(
		goldmark.WithExtensions(extension.GFM),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(inert{}, 100))),
	)
	var body bytes.Buffer
	src := []byte(source)
	doc := md.Parser().Parse(text.NewReader(src), parser.WithContext(parser.NewContext()))
	if err := md.Renderer().Render(&body, src, doc); err != nil {
		return nil, fmt.Errorf("render Markdown: %w", err)
	}
	return []byte("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>" +
		html.EscapeString(Visible(name)) + "</title><style>" + markdownSheet + "</style></head><body>" + Visible(body.String()) + "</body></html>\n"), nil
}

// tooTangled reports whether a text could take very long to be rendered. What
// it counts is far beyond what people write: brackets, for which links are
// looked for again and again; marks of one kind in a row; quotes and lists that
// one line opens in each other; and fields of tables, which are as many as the
// widest row has for each line.
func tooTangled(source string) bool {
	brackets, lines, widest := strings.Count(source, "["), 0, 0
	for line := range strings.Lines(source) {
		lines++
		widest = max(widest, strings.Count(line, "|"))
		if opened(line) > mostOpened || inARow(line) > mostInARow {
			return true
		}
	}
	return brackets > mostBrackets || lines*widest > mostFields
}

// opened is how many quotes and lists a line could open.
func opened(line string) int {
	n := 0
	for i, c := range []byte(line) {
		space := i+1 < len(line) && (line[i+1] == ' ' || line[i+1] == '\t')
		switch {
		case c == '>', space && strings.IndexByte("-+*.)", c) >= 0:
			n++
		case strings.IndexByte(" \t0123456789", c) < 0:
			return n
		}
	}
	return n
}

// inARow is how often the mark that is repeated most follows itself.
func inARow(line string) int {
	most, n := 0, 0
	for i := 1; i < len(line); i++ {
		n++
		if line[i] != line[i-1] || strings.IndexByte("[]()<!&\\", line[i]) < 0 {
			n = 0
		}
		most = max(most, n)
	}
	return most
}

// inert renders what could do something as text.
type inert struct{}

// RegisterFuncs implements goldmark's renderer.NodeRenderer.
func (r inert) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindRawHTML, r.rawHTML)
	reg.Register(ast.KindHTMLBlock, r.htmlBlock)
	reg.Register(ast.KindImage, r.image)
	reg.Register(ast.KindLink, r.link)
	reg.Register(ast.KindAutoLink, r.autoLink)
}

// write writes parts one after another; a bufio.Writer keeps its first error.
func write(w util.BufWriter, parts ...string) {
	for _, p := range parts {
		_, _ = w.WriteString(p)
	}
}

func (inert) rawHTML(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		segments := n.(*ast.RawHTML).Segments
		for i := range segments.Len() {
			s := segments.At(i)
			write(w, `<code class="html">`, html.EscapeString(string(s.Value(source))), "</code>")
		}
	}
	return ast.WalkSkipChildren, nil
}

func (inert) htmlBlock(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	block := n.(*ast.HTMLBlock)
	if entering {
		write(w, `<pre class="html">`)
		for i := range block.Lines().Len() {
			line := block.Lines().At(i)
			write(w, html.EscapeString(string(line.Value(source))))
		}
		return ast.WalkContinue, nil
	}
	if block.HasClosure() {
		closure := block.ClosureLine
		write(w, html.EscapeString(string(closure.Value(source))))
	}
	write(w, "</pre>\n")
	return ast.WalkContinue, nil
}

func (inert) image(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		write(w, `<span class="image">Image “`)
		return ast.WalkContinue, nil
	}
	write(w, "”, not fetched: ", target(n.(*ast.Image).Destination), "</span>")
	return ast.WalkContinue, nil
}

func (inert) link(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		write(w, `<span class="link">`)
		return ast.WalkContinue, nil
	}
	write(w, "</span> ", target(n.(*ast.Link).Destination))
	return ast.WalkContinue, nil
}

func (inert) autoLink(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		write(w, target(n.(*ast.AutoLink).URL(source)))
	}
	return ast.WalkSkipChildren, nil
}

// target shows where a link would lead.
func target(address []byte) string {
	return `<code class="target">` + html.EscapeString(string(address)) + "</code>"
}
