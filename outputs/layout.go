package outputs

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// layout is how the bytes of a text are to be read, as its beginning says.
type layout struct {
	start   int64    // where it begins, behind a mark of its encoding
	wide    Encoding // UTF16LE or UTF16BE; "" for encodings of single bytes
	returns bool     // its lines end with carriage returns alone
}

// layoutOf looks at the beginning of a text, and returns it as source reads it.
// What is too large is refused as [NotText].
func layoutOf(f Bytes) (layout, []byte, error) {
	if f.Size() > MostCounted {
		return layout{}, nil, &NotText{"is larger than 16 GiB, so its lines are not counted."}
	}
	b := make([]byte, min(sniffed, f.Size()))
	if n, err := f.ReadAt(b, 0); n < len(b) {
		return layout{}, nil, err
	}
	l := layout{wide: wideOf(b)}
	switch {
	case l.wide != "" && wideMark(b) != "":
		l.start = 2
	case bytes.HasPrefix(b, bom):
		l.start = int64(len(bom))
	}
	b = b[l.start:]
	if l.wide != "" {
		b = narrow(b, l.wide)
	}
	l.returns = bytes.IndexByte(b, '\r') >= 0 && bytes.IndexByte(b, '\n') < 0
	if l.returns {
		b = bytes.ReplaceAll(b, []byte("\r"), []byte("\n"))
	}
	return l, b, nil
}

// wideMark is the encoding that a text's mark says it is in: "" for none, and
// for UTF-32.
func wideMark(b []byte) Encoding {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xfe\x00\x00")):
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return UTF16LE
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return UTF16BE
	}
	return ""
}

// wideOf reports whether a text that begins with b is in UTF-16: it has the
// mark, or it is clear without one, since nine in ten of its characters have a
// zero byte on the same side.
func wideOf(b []byte) Encoding {
	if e := wideMark(b); e != "" {
		return e
	}
	const clear = 8
	pairs := len(b) / 2
	if pairs < clear || bytes.HasPrefix(b, []byte("\xff\xfe\x00\x00")) {
		return ""
	}
	even, odd := 0, 0
	for i := range pairs {
		switch {
		case b[2*i] == 0 && b[2*i+1] == 0:
			return ""
		case b[2*i] == 0:
			even++
		case b[2*i+1] == 0:
			odd++
		}
	}
	switch {
	case odd*10 >= pairs*9:
		return UTF16LE
	case even*10 >= pairs*9:
		return UTF16BE
	}
	return ""
}

// source reads a text from a place on, as UTF-8 or single bytes, with lines that
// end with line feeds.
func (l layout) source(ctx context.Context, f Bytes, place int64) io.Reader {
	return l.over(&ctxReader{ctx, io.NewSectionReader(f, place, f.Size()-place)})
}

func (l layout) over(r io.Reader) io.Reader {
	if l.wide != "" {
		r = newWideReader(r, l.wide)
	}
	if l.returns {
		r = returnsReader{r}
	}
	return r
}

// raw is how many bytes of the file b was read from.
func (l layout) raw(b []byte) int64 {
	if l.wide == "" {
		return int64(len(b))
	}
	units := 0
	for _, c := range b {
		switch {
		case c >= 0xf0: // two units
			units += 2
		case c < utf8.RuneSelf || c >= 0xc0:
			units++
		}
	}
	return int64(2 * units)
}

// returnsReader reads carriage returns as line feeds.
type returnsReader struct{ r io.Reader }

func (r returnsReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	for i, c := range p[:n] {
		if c == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// wideReader reads UTF-16 as UTF-8. What is no character becomes U+FFFD.
type wideReader struct {
	r     io.Reader
	order binary.ByteOrder
	buf   []byte
	left  int // bytes of buf that are not read yet
	err   error
}

// narrow is a text in UTF-16 as UTF-8.
func narrow(b []byte, e Encoding) []byte {
	var text bytes.Buffer
	if _, err := text.ReadFrom(newWideReader(bytes.NewReader(b), e)); err != nil {
		return nil // nothing here fails
	}
	return text.Bytes()
}

func newWideReader(r io.Reader, e Encoding) *wideReader {
	w := &wideReader{r: r, order: binary.LittleEndian, buf: make([]byte, readBuffer/2)}
	if e == UTF16BE {
		w.order = binary.BigEndian
	}
	return w
}

func (w *wideReader) Read(p []byte) (int, error) {
	const longest = 3 // bytes of a character that is one unit
	if len(p) < utf8.UTFMax {
		return 0, io.ErrShortBuffer
	}
	for {
		end := w.left
		if w.err == nil {
			var n int
			most := min(len(w.buf), max(len(p)/longest*2, 2*utf8.UTFMax))
			n, w.err = w.r.Read(w.buf[w.left:max(most, w.left)])
			end += n
		}
		if n := w.decode(p, end); n > 0 || w.err != nil {
			if n > 0 {
				return n, nil
			}
			return 0, w.err
		}
	}
}

// decode writes what of buf[:end] is whole, and all of it at the end of the
// text, and keeps the rest.
func (w *wideReader) decode(p []byte, end int) int {
	read, written := 0, 0
	last := w.err != nil
	for end-read >= 2 && written+utf8.UTFMax <= len(p) {
		r := rune(w.order.Uint16(w.buf[read:]))
		size := 2
		if utf16.IsSurrogate(r) {
			if end-read < 4 && !last {
				break
			}
			r, size = w.pair(r, read, end)
		}
		written += utf8.EncodeRune(p[written:], r)
		read += size
	}
	if last && end-read == 1 && written+utf8.UTFMax <= len(p) { // half a unit
		written += utf8.EncodeRune(p[written:], utf8.RuneError)
		read++
	}
	w.left = copy(w.buf, w.buf[read:end])
	return written
}

// pair is the character of two units, or that the first of them is none.
func (w *wideReader) pair(first rune, at, end int) (rune, int) {
	if end-at >= 4 {
		if r := utf16.DecodeRune(first, rune(w.order.Uint16(w.buf[at+2:]))); r != utf8.RuneError {
			return r, 4
		}
	}
	return utf8.RuneError, 2
}

// Delimiters are what may stand between the fields of a table, by the names
// that addresses have for them.
var Delimiters = []Delimiter{
	{',', "comma", "commas"}, {';', "semicolon", "semicolons"}, {'\t', "tab", "tabs"}, {'|', "pipe", "vertical bars"},
	{':', "colon", "colons"}, {'^', "caret", "carets"}, {'~', "tilde", "tildes"}, {' ', "space", "spaces"},
}

// sniffedDelimiters are those that are found without being told, the usual
// first: others occur in the texts of tables that are divided otherwise.
const sniffedDelimiters = ",;\t|"

// Delimiter is what stands between the fields of a table.
type Delimiter struct {
	Byte         byte
	Name, Plural string
}

// DelimiterOf finds a delimiter by its name or by itself.
func DelimiterOf(text string) (Delimiter, bool) {
	for _, d := range Delimiters {
		if strings.EqualFold(text, d.Name) || text == string(d.Byte) {
			return d, true
		}
	}
	return Delimiter{}, false
}

// DividedBy is the delimiter of a byte.
func DividedBy(b byte) Delimiter {
	for _, d := range Delimiters {
		if d.Byte == b {
			return d
		}
	}
	return Delimiter{b, fmt.Sprintf("%q", b), fmt.Sprintf("%q", b)}
}

// sniff finds what stands between the fields of a table that begins with b: a
// comma, unless others divide its first records evenly and commas do not, or
// only they divide its header.
func sniff(b []byte) byte {
	for _, most := range []int{20, 1} {
		for _, delimiter := range []byte(sniffedDelimiters) {
			if evenly(b, delimiter, most) {
				return delimiter
			}
		}
	}
	return ','
}

// evenly reports whether the first records, at most so many, have several
// fields, all as many.
func evenly(b []byte, delimiter byte, most int) bool {
	r := newRecords(bytes.NewReader(b), layout{}, delimiter)
	fields := 0
	for n := range most {
		if err := r.next(); err != nil || n > 0 && errors.Is(r.peek(), io.EOF) {
			break // the last may be cut
		}
		if n > 0 && len(r.ends) != fields {
			return false
		}
		fields = len(r.ends)
	}
	return fields > 1
}
