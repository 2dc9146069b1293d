package pages

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Span is a part of a text that looks alike.
type Span struct {
	Text  string
	Class string // "" for text as it is
}

// marked is the class of what stands for a character that is not seen.
const marked = "mark"

// hides reports whether a character is not seen, or changes how others are
// seen: controls, those of writing direction, what takes no room. A tab and a
// line end are seen by what they do.
func hides(r rune) bool {
	switch {
	case r == '\t', r == '\n':
		return false
	case r < ' ', r >= 0x7f && r < 0xa0, r == 0xad:
		return true
	case r < 0x300:
		return false
	}
	return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Other_Default_Ignorable_Code_Point,
		unicode.Variation_Selector, unicode.Noncharacter_Code_Point)
}

// cut finds what is to be marked in a text: text[:before] is not, and the mark
// stands for the next size bytes, which are none at the end.
func cut(text string) (before, size int, mark string) {
	for i := 0; i < len(text); {
		if c := text[i]; c >= ' ' && c < 0x7f || c == '\t' || c == '\n' {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			return i, 1, fmt.Sprintf("⟨byte %02X⟩", text[i])
		case hides(r):
			return i, n, fmt.Sprintf("⟨U+%04X⟩", r)
		}
		i += n
	}
	return len(text), 0, ""
}

// Visible is a text in which nothing hides: what would not be seen is named.
func Visible(text string) string {
	before, size, mark := cut(text)
	if size == 0 {
		return text
	}
	var b strings.Builder
	for size > 0 {
		b.WriteString(text[:before])
		b.WriteString(mark)
		text = text[before+size:]
		before, size, mark = cut(text)
	}
	b.WriteString(text)
	return b.String()
}

// spans are a text in which nothing hides, with what is named apart from what
// stands there.
func spans(text, class string) []Span {
	var list []Span
	for text != "" {
		before, size, mark := cut(text)
		if before > 0 {
			list = append(list, Span{text[:before], class})
		}
		if size > 0 {
			list = append(list, Span{mark, marked})
		}
		text = text[before+size:]
	}
	return list
}

// clip is the beginning of a text, not longer than most bytes.
func clip(text string, most int) (string, bool) {
	if len(text) <= most {
		return text, false
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most], true
}
