package pages

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"

	"sallyport/outputs"
)

// The bounds of what the browser is given to draw.
const (
	mostSide     = 20_000
	mostPixels   = 64_000_000
	mostHeader   = 4 << 20 // bytes in which a picture says how large it is
	mostUnzipped = 8 << 20
	mostFramed   = 32 << 20 // bytes of a document or a drawing
)

// made asks the address of bytes for what is made of them.
const made = "as=page"

// fillFrame shows what the browser draws: the bytes, or what is made of them.
// What it should not be given is said instead.
func (c *Content) fillFrame(ctx context.Context, w Windows, f Source, l Look) error {
	c.Kind, c.Frame = AsFrame, l.Bytes
	if f.Size() == 0 {
		c.Refuse("The file is empty.")
		return nil
	}
	switch suffix(f.Path) {
	case ".md", ".html", ".svg", ".svgz":
		c.Frame += map[bool]string{true: "&", false: "?"}[strings.Contains(l.Bytes, "?")] + made
		if OnlyMade(f.Path) && f.Size() <= mostFramed { // nothing else can be wrong with most of them: the frame says what is
			return nil
		}
		_, _, err := Made(f)
		if no, ok := errors.AsType[*outputs.NotText](err); ok && suffix(f.Path) == ".md" {
			c.Note("It is shown as text: the file " + no.Reason)
			return c.fillLines(ctx, w, f, l)
		}
		return err
	case ".png", ".jpg", ".jpeg":
		c.Kind = AsPicture
		return c.measure(f, l)
	}
	return nil
}

// OnlyMade reports whether a browser is given what is made of the file at an
// address of a page, and never its bytes, unless it saves them: a sandbox keeps
// a document from everything but telling the browser where to connect to.
func OnlyMade(name string) bool {
	s := suffix(name)
	return s == ".html" || s == ".svg"
}

// Made is what is made of a file to be shown in a frame, and its type: the
// document of a Markdown text, an HTML document that connects to nothing, a
// drawing as a picture. What cannot be made is refused as
// outputs.NotText.
func Made(f Source) (body []byte, kind string, err error) {
	switch suffix(f.Path) {
	case ".md":
		body, err = rendered(f)
	case ".html":
		body, err = unlinked(f)
	case ".svg", ".svgz":
		body, err = drawn(f)
	default:
		err = &outputs.NotText{Reason: "is shown as it is, and nothing is made of it."}
	}
	return body, "text/html; charset=utf-8", err
}

// connects begins an element for which browsers connect to hosts that it
// names before they ask the Content-Security-Policy, or without asking it, or
// that changes where another one leads. To where a link leads they connect when
// the pointer is over it.
var connects = regexp.MustCompile(`(?i)<(link|i?frame|object|embed|portal|fencedframe|base|animate|set|(?:a|area)[\s/]|/a[\s>])`)

// within begins a link to a place in the same document.
var within = regexp.MustCompile(`^<[aA]\s+href="#[A-Za-z0-9_.-]*"`)

// linkStyle lets what was a link look like one.
const linkStyle = `<style>x-a[href] { color: #0000ee; text-decoration: underline; }</style>`

// unlinked is an HTML document whose elements that connect are of no known
// kind: the name of a host can carry data. It goes by bytes and not by what
// they are in the document, so that nothing can be hidden from it. Links within
// the document lead on.
func unlinked(f Source) ([]byte, error) {
	b, err := framed(f)
	if err != nil {
		return nil, err
	}
	text, _, err := outputs.Text(b)
	if err != nil {
		return nil, err
	}
	var made bytes.Buffer
	at, inert := 0, false // inert: the last link leads nowhere
	for _, m := range connects.FindAllStringIndex(text, -1) {
		made.WriteString(text[at:m[0]])
		at = m[0]
		rest := text[at:min(len(text), at+mostWithin)]
		switch {
		case rest[1] == '/':
			if inert {
				made.WriteString("</x-")
				at += len("</")
			}
		case within.MatchString(rest):
			inert = false
		default:
			inert = inert || (rest[1] == 'a' || rest[1] == 'A') && strings.IndexByte(" \t\n\f\r/", rest[2]) >= 0
			made.WriteString("<x-")
			at++
		}
	}
	made.WriteString(text[at:])
	made.WriteString(linkStyle)
	return made.Bytes(), nil
}

// mostWithin is how long the beginning of a link within a document may be.
const mostWithin = 300

// drawn is a document with a drawing as a picture. As such it loads and does
// nothing, and links nowhere, whatever is in it.
func drawn(f Source) ([]byte, error) {
	b, err := framed(f)
	if err == nil && suffix(f.Path) == ".svgz" {
		b, err = unzipped(f)
	}
	if err != nil {
		return nil, err
	}
	name := html.EscapeString(Visible(baseOf(f.Path)))
	return fmt.Appendf(nil, `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>%s</title></head><body><img alt="The drawing %[1]s" src="data:image/svg+xml;base64,%s"></body></html>
`, name, base64.StdEncoding.EncodeToString(b)), nil
}

// framed are the bytes of a file that is not too large for a frame.
func framed(f Source) ([]byte, error) {
	if f.Size() > mostFramed {
		return nil, &outputs.NotText{Reason: "is larger than " + Size(mostFramed) + ". It is not drawn: look at its source."}
	}
	return wholeOf(f)
}

func rendered(f Source) ([]byte, error) {
	if f.Size() > MostMarkdown {
		return nil, &outputs.NotText{Reason: "is larger than " + Size(MostMarkdown) + "."}
	}
	b, err := wholeOf(f)
	if err != nil {
		return nil, err
	}
	text, _, err := outputs.Text(b)
	if err != nil {
		return nil, err
	}
	if tooTangled(text) {
		return nil, &outputs.NotText{Reason: "has so many marks of Markdown in each other that rendering it could take very long."}
	}
	return Markdown(f.Path, text)
}

func wholeOf(f Source) ([]byte, error) { return io.ReadAll(io.NewSectionReader(f, 0, f.Size())) }

// unzipped is what is compressed in a file, up to a bound: a few bytes can
// stand for gigabytes.
func unzipped(f Source) ([]byte, error) {
	return unzip(io.NewSectionReader(f, 0, f.Size()))
}

func unzip(packed io.Reader) ([]byte, error) {
	in, err := gzip.NewReader(packed)
	if err != nil {
		return nil, &outputs.NotText{Reason: "is no compressed SVG: it is not in gzip."}
	}
	b, err := io.ReadAll(io.LimitReader(in, mostUnzipped+1))
	_, corrupt := errors.AsType[flate.CorruptInputError](err)
	switch {
	case len(b) > mostUnzipped:
		return nil, &outputs.NotText{Reason: "is not shown: it is larger than " + Size(mostUnzipped) + " when it is unpacked."}
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.Is(err, io.ErrUnexpectedEOF), corrupt:
		return nil, &outputs.NotText{Reason: "is broken: it cannot be unpacked."}
	case err != nil:
		return nil, fmt.Errorf("unpack: %w", err)
	}
	return b, nil
}

// fillSource shows the lines of a file, or of what is compressed in it.
func (c *Content) fillSource(ctx context.Context, w Windows, f Source, l Look) error {
	if suffix(f.Path) == ".svgz" {
		b, err := unzipped(f)
		if err != nil {
			return err
		}
		f.Bytes, f.SHA256 = bytes.NewReader(b), ""
		c.Note("This is what is compressed in it.")
	}
	return c.fillLines(ctx, w, f, l)
}
