package checks

import (
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// The encodings that text is recognised in.
const (
	encodedUTF8   = "UTF-8"
	encodedUTF16  = "UTF-16"
	encodedLatin  = "Windows-1252"
	encodedBinary = "" // no text
)

// sniffed is how much of a file is looked at to tell what it is.
const sniffed = 64 << 10

// encodingOf tells what the text that begins with b is written in, and how many
// bytes say so.
func encodingOf(b []byte) (name string, order binary.ByteOrder, skip int64) {
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		return encodedUTF8, nil, 3
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return encodedUTF16, binary.LittleEndian, 2
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return encodedUTF16, binary.BigEndian, 2
	case wide(b, 1):
		return encodedUTF16, binary.LittleEndian, 0
	case wide(b, 0):
		return encodedUTF16, binary.BigEndian, 0
	case bytes.Count(b, []byte{0})*20 > len(b)+100 || bytes.IndexByte(b, 0) >= 0 && !printable(b):
		return encodedBinary, nil, 0
	case validStart(b):
		return encodedUTF8, nil, 0
	}
	return encodedLatin, nil, 0
}

// wide reports whether b is UTF-16 that does not say so: nearly every second
// byte, from the first or the second, is zero, and few of the others.
func wide(b []byte, from int) bool {
	if len(b) < 4 {
		return false
	}
	zeros, others := 0, 0
	for i, c := range b {
		switch {
		case c != 0:
		case i%2 == from:
			zeros++
		default:
			others++
		}
	}
	return zeros*10 >= len(b)/2*9 && others*10 < zeros
}

// printable reports whether b, but for its zero bytes, is text: nearly nothing
// in it is a control character.
func printable(b []byte) bool {
	controls := 0
	for _, c := range b {
		if c > 0 && c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			controls++
		}
	}
	return controls*100 < len(b) && validStart(b)
}

// zeroReader leaves out bytes that are zero, which no text has and which would
// hide what stands around them.
type zeroReader struct {
	r    io.Reader
	left int64
}

func (z *zeroReader) Read(p []byte) (int, error) {
	for {
		n, err := z.r.Read(p)
		at := bytes.IndexByte(p[:n], 0)
		if at < 0 {
			return n, err
		}
		kept := at
		for _, c := range p[at:n] {
			if c != 0 {
				p[kept] = c
				kept++
			}
		}
		z.left += int64(n - kept)
		if kept > 0 || err != nil {
			return kept, err
		}
	}
}

// validStart reports whether b is UTF-8, but for a character that is cut at
// its end.
func validStart(b []byte) bool {
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			return len(b) < utf8.UTFMax && !utf8.FullRune(b)
		}
		b = b[size:]
	}
	return true
}

// decoded reads text of this encoding as UTF-8, with line ends that are \n.
func decoded(r io.Reader, name string, order binary.ByteOrder, oldMac bool) io.Reader {
	switch name {
	case encodedUTF16:
		r = &utf16Reader{r: r, order: order}
	case encodedLatin:
		r = &latinReader{r: r}
	}
	if oldMac {
		r = &macReader{r}
	}
	return r
}

// macReader reads lines that end with a carriage return alone.
type macReader struct{ r io.Reader }

func (m *macReader) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	for i, c := range p[:n] {
		if c == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// onlyMac reports whether lines end with carriage returns alone.
func onlyMac(b []byte) bool {
	return bytes.IndexByte(b, '\n') < 0 && bytes.IndexByte(b, '\r') >= 0
}

// utf16Reader reads UTF-16 as UTF-8.
type utf16Reader struct {
	r     io.Reader
	order binary.ByteOrder
	out   []byte
	kept  []byte // the first half of what was cut
	buf   [8 << 10]byte
}

func (u *utf16Reader) Read(p []byte) (int, error) {
	for len(u.out) == 0 {
		n, err := u.r.Read(u.buf[:])
		u.decode(append(u.kept, u.buf[:n]...))
		if len(u.out) == 0 && err != nil {
			return 0, err
		}
	}
	n := copy(p, u.out)
	u.out = u.out[n:]
	return n, nil
}

func (u *utf16Reader) decode(b []byte) {
	var out []byte
	for len(b) >= 2 {
		r, size := rune(u.order.Uint16(b)), 2
		if utf16.IsSurrogate(r) {
			if len(b) < 4 {
				break
			}
			r = utf16.DecodeRune(r, rune(u.order.Uint16(b[2:])))
			if size = 4; r == utf8.RuneError {
				size = 2
			}
		}
		out = utf8.AppendRune(out, r)
		b = b[size:]
	}
	u.out, u.kept = out, append([]byte(nil), b...)
}

// latinReader reads Windows-1252 as UTF-8.
type latinReader struct {
	r   io.Reader
	out []byte
	buf [8 << 10]byte
}

func (l *latinReader) Read(p []byte) (int, error) {
	for len(l.out) == 0 {
		n, err := l.r.Read(l.buf[:])
		l.out = l.out[:0]
		for _, c := range l.buf[:n] {
			l.out = utf8.AppendRune(l.out, latin(c))
		}
		if n == 0 && err != nil {
			return 0, err
		}
	}
	n := copy(p, l.out)
	l.out = l.out[n:]
	return n, nil
}

// latin is a byte of Windows-1252: dashes and quotes where Latin-1 has
// controls, of which only those matter here that stand in tables.
func latin(c byte) rune {
	switch c {
	case 0x80:
		return '€'
	case 0x91:
		return '‘'
	case 0x92:
		return '’'
	case 0x93:
		return '“'
	case 0x94:
		return '”'
	case 0x96:
		return '–'
	case 0x97:
		return '—'
	}
	return rune(c)
}
