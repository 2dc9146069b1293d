package inside

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"net/url"
	"path"
	"strings"
	"unicode/utf8"
)

// unpack decodes a file in an address that begins with data:, and reads it.
func (c *content) unpack(thing *Thing, kind, body string, inBase64 bool) {
	b, ok := c.decode(body, inBase64)
	if !ok {
		thing.Name += ", not looked into"
		c.miss("an embedded file (%s) at line %s: it cannot be decoded, or is too large", kind, count(c.place(thing.Line)))
		return
	}
	if is := c.kindOf(b, kind); is != "" {
		thing.Holds = is
	}
	c.file(Piece{Kind: Embedded, Name: "an embedded file", Line: thing.Line}, thing.Holds, b)
}

// decode decodes what stands in an address.
func (c *content) decode(body string, inBase64 bool) ([]byte, bool) {
	if c.decoded -= int64(len(body)); c.decoded < 0 {
		return nil, false
	}
	if !inBase64 {
		text, err := url.PathUnescape(body)
		if err != nil {
			text = body
		}
		return []byte(text), true
	}
	if strings.ContainsRune(body, '%') {
		if text, err := url.PathUnescape(body); err == nil {
			body = text
		}
	}
	return fromBase64(body)
}

// fromBase64 decodes base64 of both alphabets, with spaces and without
// padding.
func fromBase64(text string) ([]byte, bool) {
	if strings.ContainsAny(text, " \t\r\n-_=") {
		text = strings.Map(func(r rune) rune {
			switch r {
			case ' ', '\t', '\r', '\n', '=':
				return -1
			case '-':
				return '+'
			case '_':
				return '/'
			}
			return r
		}, text)
	}
	if len(text)%4 == 1 {
		text = text[:len(text)-1]
	}
	b, err := base64.RawStdEncoding.DecodeString(text)
	return b, err == nil
}

// The kinds of files in files, as far as they matter.
const (
	holdsPicture = "a picture"
	holdsDrawing = "a drawing"
	holdsProgram = "a program for browsers"
	holdsStyle   = "a style sheet"
	holdsFont    = "a font"
	holdsData    = "data"
	holdsText    = "text"
	holdsHTML    = "an HTML document"
	holdsSource  = "the source of the document"
	holdsZip     = "a ZIP archive"
	holdsGzip    = "a gzip file"
	holdsSound   = "sound or film"
	holdsUnknown = "bytes of a kind that is not known"
)

// kindOf says what bytes are, by themselves first, and then by what they are
// called.
func (c *content) kindOf(b []byte, called string) string {
	called = strings.ToLower(called)
	is := beginsLike(b)
	text := utf8.Valid(b[:max(0, min(len(b), 4000)-utf8.UTFMax)]) && bytes.IndexByte(b[:min(len(b), 4000)], 0) < 0
	head := strings.TrimSpace(string(b[:min(len(b), 400)]))
	switch {
	case is == "a PNG" || is == "a JPEG" || is == "a GIF" || strings.HasPrefix(string(b), "RIFF") && strings.Contains(head, "WEBP"):
		return holdsPicture
	case is == "a ZIP archive", is == "a gzip file":
		return is
	case strings.Contains(called, "svg") && !strings.Contains(called, "font"), is == "an SVG", is == "XML" && strings.Contains(head, "<svg"):
		return holdsDrawing
	case strings.Contains(called, "font"), strings.Contains(called, "woff"), strings.HasPrefix(head, "wOF"), strings.HasPrefix(string(b), "OTTO"), strings.HasPrefix(string(b), "\x00\x01\x00\x00"):
		return holdsFont
	case strings.HasPrefix(called, "audio/"), strings.HasPrefix(called, "video/"):
		return holdsSound
	case is != "" && !text:
		return is
	case !text:
		return holdsUnknown
	case strings.Contains(called, "javascript"), strings.Contains(called, "ecmascript"):
		return holdsProgram
	case strings.Contains(called, "text/css"):
		return holdsStyle
	case strings.HasPrefix(head, "---\n") || strings.HasPrefix(head, "---\r\n") || strings.Contains(called, "markdown"):
		return holdsSource
	case strings.HasPrefix(head, "{") || strings.HasPrefix(head, "["):
		return holdsData
	case is == "an HTML document" || is == "HTML" || strings.Contains(called, "text/html"):
		return holdsHTML
	}
	return holdsText
}

// file reads a file that stands in another.
func (c *content) file(p Piece, holds string, b []byte) {
	if c.nested >= mostFiles {
		c.miss("files that are more than %d deep in each other", mostFiles)
		return
	}
	c.nested++
	defer func() { c.nested-- }()
	line := p.Line
	c.inside(p.Kind, p.Name, p.Line, func() {
		f := &Found{into: c}
		switch holds {
		case holdsPicture:
			if is := beginsLike(b); is == "a PNG" || is == "a JPEG" {
				_ = f.image(c.ctx, b) // whoever began asks the context
			}
		case holdsDrawing:
			_ = f.drawing(c.ctx, string(b))
		case holdsProgram:
			c.program(f, Thing{Name: "in the file", Line: p.Line}, string(b))
		case holdsData:
			c.data(f, Piece{Name: "data", Line: 1}, string(b), true)
		case holdsText, holdsSource:
			c.text(Piece{Name: "text", Line: 1}, string(b))
		case holdsHTML:
			c.markup(f, Piece{Name: "document", Line: 1}, string(b))
		case holdsZip:
			c.archive(b)
		case holdsGzip:
			c.gzip(b)
		case holdsStyle, holdsFont, holdsSound:
		default:
			c.miss("an embedded file (%s) at line %s: nothing inside was looked at", holds, count(c.place(line)))
		}
		if f.Ended != "" {
			c.miss("an embedded file (%s) at line %s: %s", holds, count(c.place(line)), f.Ended)
		}
	})
}

// mostPacked bounds what is unpacked of one file in an archive.
const mostPacked = 8 << 20

// archive looks at the files of a ZIP archive, as which tables of spreadsheets
// come too.
func (c *content) archive(b []byte) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		c.miss("an embedded ZIP archive, which cannot be read")
		return
	}
	const most = 100
	for i, entry := range z.File {
		if i == most {
			c.miss("files of an embedded ZIP archive after the first %d", most)
			return
		}
		name := strings.ToLower(entry.Name)
		switch path.Ext(name) {
		case ".csv", ".tsv", ".txt", ".json", ".html", ".htm", ".md", ".rmd", ".log", ".svg":
		case ".xml", ".rels":
			if !strings.HasPrefix(name, "xl/worksheets/") {
				continue
			}
			c.miss("an embedded spreadsheet: nothing inside was looked at")
			return
		default:
			if !entry.FileInfo().IsDir() {
				c.miss("an embedded archive holds %s: nothing inside was looked at", cutName(valid(entry.Name)))
			}
			continue
		}
		in, err := entry.Open()
		if err != nil {
			c.miss("an embedded archive holds %s, which cannot be unpacked", cutName(valid(entry.Name)))
			continue
		}
		c.packed(in, cutName(valid(entry.Name)))
		_ = in.Close() // it was only read
	}
}

// packed reads a compressed file.
func (c *content) packed(in io.Reader, name string) {
	most := min(mostPacked, max(c.decoded, 0))
	b, err := io.ReadAll(io.LimitReader(in, most+1))
	c.decoded -= int64(len(b))
	if err != nil || int64(len(b)) > most {
		c.miss("%s: only its beginning was looked at, for it is broken, or larger than is unpacked", name)
		b = b[:min(int64(len(b)), most)]
	}
	c.file(Piece{Kind: Embedded, Name: name, Line: c.line}, c.kindOf(b, path.Ext(name)), b)
}

func (c *content) gzip(b []byte) {
	in, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		c.miss("an embedded gzip file, which cannot be unpacked")
		return
	}
	start := make([]byte, 8)
	n, _ := io.ReadFull(in, start) // shorter ones are read below
	if rds := string(start[:n]); strings.HasPrefix(rds, "X\n") || strings.HasPrefix(rds, "RDX") {
		c.miss("an embedded file of R: nothing inside was looked at")
		return
	}
	c.packed(io.MultiReader(bytes.NewReader(start[:n]), in), "a compressed file")
}

// armoured reads a text that is base64; false if it is none, or its bytes are
// of no known kind.
func (c *content) armoured(p Piece, text string) bool {
	const fewest = 200
	text = strings.TrimSpace(text)
	if len(text) < fewest || strings.ContainsAny(text[:fewest], " \t{}<>;,:") {
		return false
	}
	if c.arrays[text[:60]] {
		return true
	}
	if c.decoded -= int64(len(text)); c.decoded < 0 {
		c.miss("texts in base64 after the first %d MiB", mostDecoded>>20)
		return true
	}
	b, ok := fromBase64(text)
	if !ok {
		return false
	}
	holds := c.kindOf(b, "")
	if holds == holdsUnknown {
		c.blind++
		return true
	}
	thing := Thing{Kind: Encoded, Name: "base64", Line: p.Line, Size: int64(len(text)), Holds: holds}
	c.sink.Thing(thing, "")
	p.Kind, p.Name = Encoded, "a text in base64"
	c.file(p, holds, b)
	return true
}
