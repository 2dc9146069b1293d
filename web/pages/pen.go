package pages

import (
	"strconv"
	"strings"
)

// pen writes a text as a terminal would colour it (ECMA-48, SGR). It knows a
// few colours of the text itself and none behind it, so that nothing can be
// written in the colour of its ground.
type pen struct {
	colour                   string
	bold, underline, inverse bool
	left                     int // sequences that were left out
}

const esc = '\x1b'

// write is a text with its colours. What is no sequence stands as it is.
func (p *pen) write(text string) []Span {
	var list []Span
	for text != "" {
		i := strings.IndexByte(text, esc)
		if i < 0 {
			return append(list, spans(text, p.class())...)
		}
		list = append(list, spans(text[:i], p.class())...)
		text = text[i:]
		n, colours := sequence(text)
		switch {
		case n == 0:
			list = append(list, Span{"⟨U+001B⟩", marked})
			n = 1
		case colours:
			p.set(text[2 : n-1])
		default:
			p.left++
			list = append(list, Span{"⟨ESC⟩", marked})
		}
		text = text[n:]
	}
	return list
}

// sequence is the length of the sequence that a text begins with, 0 if there is
// none that ends, and whether it sets colours.
func sequence(text string) (n int, colours bool) {
	if len(text) < 2 {
		return 0, false
	}
	switch c := text[1]; {
	case c == '[':
		i := 2
		for i < len(text) && text[i] >= 0x30 && text[i] < 0x40 {
			i++
		}
		params := i
		for i < len(text) && text[i] >= 0x20 && text[i] < 0x30 {
			i++
		}
		if i == len(text) || text[i] < 0x40 || text[i] > 0x7e {
			return 0, false
		}
		colours = text[i] == 'm' && params == i && strings.Trim(text[2:i], "0123456789;:") == ""
		return i + 1, colours
	case strings.IndexByte("]PX^_", c) >= 0: // a string, up to a bell or ESC \
		bell, end := strings.IndexByte(text, '\a'), strings.Index(text, "\x1b\\")
		switch {
		case bell > 0 && (end < 0 || bell < end):
			return bell + 1, false
		case end > 0:
			return end + 2, false
		}
		return 0, false
	case c >= 0x20 && c < 0x30:
		if len(text) > 2 && text[2] >= 0x30 && text[2] < 0x7f {
			return 3, false
		}
		return 0, false
	case c >= 0x30 && c < 0x7f:
		return 2, false
	}
	return 0, false
}

// class is what the text is shown in.
func (p *pen) class() string {
	var list []string
	if p.colour != "" {
		list = append(list, "t-"+p.colour)
	}
	if p.bold {
		list = append(list, "t-bold")
	}
	if p.underline {
		list = append(list, "t-underline")
	}
	if p.inverse {
		list = append(list, "t-inverse")
	}
	return strings.Join(list, " ")
}

// set does what the parameters of a sequence say.
func (p *pen) set(params string) {
	codes := strings.FieldsFunc(params+";", func(r rune) bool { return r == ';' || r == ':' })
	if len(codes) == 0 {
		*p = pen{left: p.left}
	}
	for i := 0; i < len(codes); i++ {
		code, err := strconv.Atoi(codes[i])
		if err != nil {
			return
		}
		switch {
		case code == 38, code == 48:
			colour, taken := mixed(codes[i+1:])
			if code == 38 {
				p.colour = colour
			}
			i += taken
		default:
			p.simple(code)
		}
	}
}

// simple does what a code without parameters of its own says. What would hide
// the text is not done.
func (p *pen) simple(code int) {
	switch {
	case code == 0:
		*p = pen{left: p.left}
	case code == 1:
		p.bold = true
	case code == 4, code == 21:
		p.underline = true
	case code == 7:
		p.inverse = true
	case code == 22:
		p.bold = false
	case code == 24:
		p.underline = false
	case code == 27:
		p.inverse = false
	case code >= 30 && code < 38:
		p.colour = colours[code-30]
	case code == 39:
		p.colour = ""
	case code >= 90 && code < 98:
		p.colour = colours[code-90]
	}
}

// colours are those of terminals, in their order. Black and white are what text
// is shown in anyway; bright black is what is shown as quiet.
var colours = [8]string{"grey", "red", "green", "yellow", "blue", "magenta", "cyan", ""}

// mixed is the colour of 256, or of 16 million, that codes say, and how many
// codes say it.
func mixed(codes []string) (colour string, taken int) {
	var n [4]int
	for i := range min(len(codes), len(n)) {
		v, err := strconv.Atoi(codes[i])
		if err != nil {
			return "", i
		}
		n[i] = min(v, 255)
	}
	switch {
	case len(codes) >= 2 && n[0] == 5:
		switch v := n[1]; {
		case v < 16:
			return colours[v%8], 2
		case v < 232:
			v -= 16
			return nearest(v/36*51, v/6%6*51, v%6*51), 2
		}
		return "", 2
	case len(codes) >= 4 && n[0] == 2:
		return nearest(n[1], n[2], n[3]), 4
	}
	return "", len(codes)
}

// nearest is the colour by the parts that are strong in a mixture.
func nearest(red, green, blue int) string {
	least, most := min(red, green, blue), max(red, green, blue)
	if most-least < 48 {
		return ""
	}
	half := (least + most) / 2
	strong := 0
	for i, v := range []int{red, green, blue} {
		if v > half {
			strong |= 1 << i
		}
	}
	return colours[strong]
}
