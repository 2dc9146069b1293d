package checks

import (
	"bytes"
	"math"
	"strconv"
	"unicode/utf8"
)

// number reads a number with separators, a sign, an exponent, a percent sign
// or stars after it.
func (g *grammar) number(b []byte) (Cell, bool) {
	c := Cell{Kind: Number}
	if len(b) == 0 {
		return Cell{}, false
	}
	if !isDigit(b[len(b)-1]) {
		b = bytes.TrimRight(b, "*†‡ ")
	}
	if rest, ok := bytes.CutSuffix(b, []byte("%")); ok {
		c.Percent, b = true, trim(rest)
	}
	var plain [longest]byte
	n, places, ok := g.plain(plain[:0], b)
	if !ok || len(n) == 0 {
		return Cell{}, false
	}
	if plain, ok := quick(n); ok {
		c.Value, c.Places, c.Zeros = plain.Value, plain.Places, plain.Zeros
		return c, true
	}
	value, err := strconv.ParseFloat(string(n), 64)
	if err != nil || math.IsInf(value, 0) || math.IsNaN(value) {
		return Cell{}, false
	}
	c.Value, c.Places = value, places
	if math.Abs(value-math.Round(value)) <= noise && places > 6 {
		c.Places = 0 // 3.000000000000007
	}
	digits := bytes.TrimLeft(n, "-+")
	c.Zeros = len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9'
	return c, true
}

// plain writes a number as a program would, into out, and reports how many
// digits stand after its point.
func (g *grammar) plain(out, b []byte) (n []byte, places int8, ok bool) {
	point, group := byte('.'), byte(',')
	if g.comma {
		point, group = ',', '.'
	}
	w := writer{out: out, group: -1}
	for i := 0; i < len(b); {
		if size, is := separator(b[i:], group, w.seen); is {
			if !w.separate(b[i : i+size]) {
				return nil, 0, false
			}
			i += size
			continue
		}
		size, is := w.take(b, i, point)
		if !is {
			return nil, 0, false
		}
		i += size
	}
	if !w.whole() {
		return nil, 0, false
	}
	return w.out, w.places, true
}

// writer writes a number without its separators.
type writer struct {
	out    []byte
	seen   bool // a digit
	point  bool
	power  bool
	places int8
	group  int8   // digits since the last separator; -1 before the first
	by     string // the separator of this number
}

// separate notes a separator of thousands: the same throughout, with three
// digits after each.
func (w *writer) separate(s []byte) bool {
	if w.point || w.power || w.group >= 0 && (w.group != 3 || w.by != string(s)) || w.group < 0 && len(bytes.TrimLeft(w.out, "-+")) > 3 {
		return false
	}
	w.by, w.group = string(s), 0
	return true
}

// whole reports whether what was taken is a number.
func (w *writer) whole() bool {
	last := byte(0)
	if len(w.out) > 0 {
		last = w.out[len(w.out)-1]
	}
	return w.seen && (w.group < 0 || w.group == 3) && last != 'e' && last != '-' && last != '+'
}

// take reads the next of a number that is no separator.
func (w *writer) take(b []byte, i int, point byte) (size int, ok bool) {
	switch c := b[i]; {
	case c >= '0' && c <= '9':
		w.seen = true
		w.out = append(w.out, c)
		if w.point && !w.power && w.places < 100 {
			w.places++
		}
		if w.group >= 0 && !w.point && !w.power {
			w.group++
			return 1, w.group <= 3
		}
	case c == point && !w.point && !w.power:
		if w.group >= 0 && w.group != 3 {
			return 0, false
		}
		w.point = true
		w.out = append(w.out, '.')
	case (c == 'e' || c == 'E') && w.seen && !w.power:
		w.power, w.places = true, -1
		w.out = append(w.out, 'e')
	case (c == '-' || c == '+') && (len(w.out) == 0 || w.out[len(w.out)-1] == 'e'):
		w.out = append(w.out, c)
	case bytes.HasPrefix(b[i:], []byte("−")) && len(w.out) == 0: // U+2212
		w.out = append(w.out, '-')
		return len("−"), true
	default:
		return 0, false
	}
	return 1, true
}

// separator reports whether b begins with what separates thousands, and how
// long that is: a comma or point, a space of any kind, an apostrophe.
func separator(b []byte, group byte, seen bool) (size int, ok bool) {
	if !seen {
		return 0, false
	}
	switch {
	case b[0] == group, b[0] == ' ', b[0] == '\'':
		return 1, true
	case b[0] < utf8.RuneSelf:
		return 0, false
	}
	switch r, size := utf8.DecodeRune(b); r {
	case '\u00a0', '\u2009', '\u202f', '\u2007', '’':
		return size, true
	}
	return 0, false
}
