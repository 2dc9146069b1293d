package outputs

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf8"
)

// Encoding is how the bytes of a text stand for characters.
type Encoding string

// The encodings that texts are shown in.
const (
	UTF8        Encoding = "UTF-8"
	Windows1252 Encoding = "Windows-1252"
	Latin1      Encoding = "Latin-1"
	UTF16LE     Encoding = "UTF-16LE"
	UTF16BE     Encoding = "UTF-16BE"
)

// NotText says why bytes cannot be shown as lines or rows.
type NotText struct {
	Reason string // goes on from "The file"
}

func (e *NotText) Error() string { return "the file " + e.Reason }

// bom is the mark that some programs begin UTF-8 with.
var bom = []byte("\xef\xbb\xbf")

// Decode is b, in this encoding, as UTF-8. What is not valid UTF-8 stays as it
// is. UTF-16 was made UTF-8 where it was read.
func (e Encoding) Decode(b []byte) string {
	if e != Windows1252 && e != Latin1 || isASCII(b) {
		return string(b)
	}
	var text strings.Builder
	text.Grow(len(b) + len(b)/8)
	for _, c := range b {
		r := rune(c)
		if e == Windows1252 && c >= 0x80 && c < 0xa0 {
			r = windows1252[c-0x80]
		}
		text.WriteRune(r)
	}
	return text.String()
}

// windows1252 are the characters of the bytes 0x80 to 0x9f. Five of them stand
// for none and are what they are in Latin-1.
var windows1252 = [32]rune{
	'€', 0x81, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0x8d, 'Ž', 0x8f,
	0x90, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0x9d, 'ž', 'Ÿ',
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// tally reads on and notes what tells an encoding from another.
type tally struct {
	r       io.Reader
	rest    []byte // of a character that the last read cut
	size    int64
	nuls    int64
	several int64 // characters of several bytes
	wrong   int64 // bytes that are no UTF-8
	unnamed bool  // there is a byte that Windows-1252 has no character for
}

func (t *tally) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	t.note(p[:n])
	return n, err
}

func (t *tally) note(b []byte) {
	t.size += int64(len(b))
	t.nuls += int64(bytes.Count(b, []byte{0}))
	for len(t.rest) > 0 && len(b) > 0 && !utf8.FullRune(t.rest) {
		t.rest, b = append(t.rest, b[0]), b[1:]
	}
	if len(t.rest) > 0 && utf8.FullRune(t.rest) {
		joined := t.rest
		t.rest = nil
		t.runes(joined)
	}
	t.runes(b)
}

// runes notes the characters of b and keeps one that is cut at its end.
func (t *tally) runes(b []byte) {
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i += max(ascii(b[i:]), 1)
			continue
		}
		if !utf8.FullRune(b[i:]) {
			t.rest = append(t.rest[:0:0], b[i:]...)
			return
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			t.wrong++
			switch b[i] {
			case 0x81, 0x8d, 0x8f, 0x90, 0x9d:
				t.unnamed = true
			}
		} else {
			t.several++
		}
		i += n
	}
}

// ascii is how many bytes b begins with that are ASCII, in whole words.
func ascii(b []byte) int {
	const word, high = 8, 0x8080808080808080
	n := 0
	for len(b)-n >= word && binary.NativeEndian.Uint64(b[n:])&high == 0 {
		n += word
	}
	return n
}

// encoding is what the bytes that were read most likely are in, and how many
// of them are no UTF-8 though the rest is. It refuses what is no text.
func (t *tally) encoding() (Encoding, int64, error) {
	wrong := t.wrong + int64(len(t.rest))
	switch {
	case t.nuls*20 > t.size:
		return "", 0, &NotText{"holds so many NUL bytes that it is no text."}
	case wrong == 0, t.several > wrong:
		return UTF8, wrong, nil
	case t.unnamed:
		return Latin1, 0, nil
	}
	return Windows1252, 0, nil
}

// Text is what bytes stand for, with the encoding that they most likely are in.
// What is no text is refused as [NotText].
func Text(b []byte) (string, Encoding, error) {
	if e := wideOf(b); e != "" {
		if wideMark(b) != "" {
			b = b[2:]
		}
		return string(narrow(b, e)), e, nil
	}
	t := &tally{}
	t.note(b)
	e, _, err := t.encoding()
	if err != nil {
		return "", "", err
	}
	return e.Decode(bytes.TrimPrefix(b, bom)), e, nil
}
