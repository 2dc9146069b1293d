package checks

import (
	"bytes"
	"math"
	"unicode"
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
	if last := field[len(field)-1]; isDigit(last) || last == '.' {
		if c, ok := quick(field); ok && (!g.comma || c.Places == 0) {
			return c
		}
	}
	if len(field) > longest {
		return Cell{}
	}
	if !g.comma && len(g.own) == 0 && isDigit(field[0]) {
		if c, ok := quickMore(field); ok {
			return c
		}
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

// slow understands what is no plain number.
func (g *grammar) slow(b []byte) Cell {
	if other := plainDigits(b); other != nil {
		return g.read(other)
	}
	if isUpper(b[0] &^ 0x20) {
		return g.lettered(b)
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

// lettered understands what begins with a letter: a word that stands for
// something, such a word with another beside it, or a date. Nothing else does.
func (g *grammar) lettered(b []byte) Cell {
	c, ok := word(b, g.own)
	if ok {
		return c
	}
	if rest := afterN(b); rest != nil {
		return g.read(rest)
	}
	switch last := b[len(b)-1]; {
	case isDigit(last) && isDate(b):
		return Cell{Kind: Date}
	case last == ')' || last == ']' || bytes.IndexByte(b, '/') > 0:
		c, _ = g.composite(b)
	}
	return c
}

// afterN is what stands behind n=, if it is a number; else nil.
func afterN(b []byte) []byte {
	if b[0]|0x20 != 'n' {
		return nil
	}
	rest, ok := bytes.CutPrefix(trim(b[1:]), []byte("="))
	if rest = trim(rest); !ok || len(rest) == 0 || !isDigit(rest[0]) {
		return nil
	}
	return rest
}

// plainDigits writes the digits of other scripts as ours, and leaves out what
// has no width; nil if there is neither.
func plainDigits(b []byte) []byte {
	found := false
	for i := 0; i < len(b) && !found; i++ {
		if b[i] >= utf8.RuneSelf {
			r, size := utf8.DecodeRune(b[i:])
			found = unicode.IsDigit(r) || noWidth(r)
			i += size - 1
		}
	}
	if !found {
		return nil
	}
	var out []byte
	for _, r := range string(b) {
		switch {
		case noWidth(r):
		case r >= utf8.RuneSelf && unicode.IsDigit(r):
			out = append(out, digitOf(r))
		default:
			out = utf8.AppendRune(out, r)
		}
	}
	return out
}

// digitOf is the digit that r is: those of a script stand in rows of ten.
func digitOf(r rune) byte {
	zero := r
	for unicode.IsDigit(zero - 1) {
		zero--
	}
	return "0123456789"[(r-zero)%10]
}

// noWidth reports whether a character takes no room, so that nobody sees it.
func noWidth(r rune) bool {
	return r == '\u200b' || r == '\u200c' || r == '\u200d' || r == '\u2060' || r == '\ufeff' || r == '\u00ad'
}
