package checks

import (
	"bytes"
	"math"
	"strconv"
	"unicode/utf8"
)

// Kind is what a cell holds.
type Kind uint8

// The kinds of cell.
const (
	Text    Kind = iota // words, labels, what is nothing else
	Missing             // empty, NA, NaN, null, none
	Mask                // stands for a value that is hidden
	Number              // a number, alone or before another
	Bound               // a number that is not said exactly: <0.001, >10
	Date
)

// Shape is what stands beside the number of a cell.
type Shape uint8

// The shapes of a cell.
const (
	Plain    Shape = iota
	Beside         // 120 (17%): another number in brackets
	Interval       // 1.1 (0.9-1.3), 1.00 (ref): an estimate
	Ratio          // 12 / 340
)

// Cell is a field of a table, understood.
type Cell struct {
	Value   float64 // the number; of a mask the most that it says it stands for, else -1
	Second  float64 // the number in brackets or below the line
	Kind    Kind
	Shape   Shape
	Places  int8 // digits after the point; -1 in scientific notation
	Places2 int8 // the same of Second
	Kind2   Kind // of Second
	Percent bool // the number has a percent sign
	Zeros   bool // begins with a zero that a number would not have
}

// grammar is how numbers are written in a table.
type grammar struct {
	comma bool            // 1.234,5 and not 1,234.5
	own   map[string]bool // the policy's masks
	known []knownField    // short fields that were read before, by their hash
}

// longest is the longest field that can be anything but text.
const longest = 64

// noise is how far a count may be from a whole number because a program wrote
// it as a fraction.
const noise = 1e-6

// whole reports whether the number is a whole one, up to the noise of
// floating point.
func (c *Cell) whole() bool {
	return math.Abs(c.Value-math.Round(c.Value)) <= noise
}

// read understands a field.
func (g *grammar) read(field []byte) Cell {
	field = trim(field)
	if len(field) == 0 {
		return Cell{Kind: Missing}
	}
	if c, ok := quick(field); ok && (!g.comma || c.Places == 0) {
		return c
	}
	if len(field) > longest {
		return Cell{}
	}
	if len(field) > longestKnown || g.known == nil {
		return g.slow(field)
	}
	return g.again(field)
}

// trim cuts spaces, also those that are not ASCII, around a field.
func trim(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t' || b[0] == '\r' || b[0] == '\n') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t' || b[len(b)-1] == '\r' || b[len(b)-1] == '\n') {
		b = b[:len(b)-1]
	}
	if len(b) > 0 && (b[0] >= utf8.RuneSelf || b[len(b)-1] >= utf8.RuneSelf) {
		return bytes.TrimSpace(b)
	}
	return b
}

// exact are the powers of ten that a float holds exactly.
var exact = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// quick reads a plain number of up to fifteen digits: what most fields are.
func quick(b []byte) (Cell, bool) {
	i, negative := 0, b[0] == '-'
	if negative {
		i = 1
	}
	var digits, mantissa, after int
	point := -1
	first := i
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case c >= '0' && c <= '9':
			mantissa = mantissa*10 + int(c-'0')
			digits++
			if point >= 0 {
				after++
			}
		case c == '.' && point < 0:
			point = i
		default:
			return Cell{}, false
		}
		if digits > 15 {
			return Cell{}, false
		}
	}
	if digits == 0 {
		return Cell{}, false
	}
	value := float64(mantissa) / exact[after]
	if negative {
		value = -value
	}
	zeros := b[first] == '0' && digits > 1 && point != first+1
	return Cell{Kind: Number, Value: value, Places: int8(after), Zeros: zeros}, true
}

// slow understands what is no plain number.
func (g *grammar) slow(b []byte) Cell {
	if isUpper(b[0]&^0x20) && b[len(b)-1] != ')' && b[len(b)-1] != ']' && !isDigit(b[len(b)-1]) {
		c, _ := word(b, g.own) // a word, and nothing else begins and ends so
		return c
	}
	digit := isDigit(b[0])
	if digit && b[len(b)-1] == ')' {
		if c, ok := g.composite(b); ok {
			return c
		}
	}
	if !digit || len(g.own) > 0 {
		if c, ok := word(b, g.own); ok {
			return c
		}
	}
	if isDate(b) {
		return Cell{Kind: Date}
	}
	if c, ok := g.number(b); ok {
		return c
	}
	if !digit {
		if c, ok := g.bound(b); ok {
			return c
		}
	}
	if c, ok := g.composite(b); ok {
		return c
	}
	return Cell{}
}

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
