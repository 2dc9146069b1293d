package ledger

import (
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// parser reads one JSON text (RFC 8259) and writes its canonical form.
type parser struct {
	in      []byte
	pos     int
	members []member // of the objects that are open
	top     int      // depth of the outermost object of this text
	onTop   func(name, value []byte)
}

// fail says what is wrong and where; never what stood there, which may be
// what nobody is to see.
func (p *parser) fail(problem string) error {
	return fmt.Errorf("canonical JSON: byte %d: %s", p.pos, problem)
}

// peek is the byte at p.pos, or 0 at the end.
func (p *parser) peek() byte {
	if p.pos < len(p.in) {
		return p.in[p.pos]
	}
	return 0
}

// space skips insignificant white space.
func (p *parser) space() {
	for p.pos < len(p.in) {
		switch p.in[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

// next moves to the next element of an array or an object; end says that the
// closing byte came instead, and is read.
func (p *parser) next(closing byte, first bool) (end bool, err error) {
	p.space()
	if p.peek() == closing {
		p.pos++
		return true, nil
	}
	if first {
		return false, nil
	}
	if p.peek() != ',' {
		return false, p.fail("a comma or the end is expected")
	}
	p.pos++
	p.space()
	return false, nil
}

// value appends the next value, which stands inside depth arrays and objects.
func (p *parser) value(out []byte, depth int) ([]byte, error) {
	p.space()
	switch c := p.peek(); {
	case c == '{' || c == '[':
		if depth >= MaxDepth {
			return nil, p.fail("nested too deeply")
		}
		if c == '{' {
			return p.object(out, depth+1)
		}
		return p.array(out, depth+1)
	case c == '"':
		return p.quoted(out)
	case c == '-' || '0' <= c && c <= '9':
		return p.integer(out)
	case p.literal("true"):
		return append(out, "true"...), nil
	case p.literal("false"):
		return append(out, "false"...), nil
	case p.literal("null"):
		return nil, p.fail("null is not used: what is not known is left out")
	}
	return nil, p.fail("a value is expected")
}

// literal reads word if it is next.
func (p *parser) literal(word string) bool {
	if len(p.in)-p.pos < len(word) || string(p.in[p.pos:p.pos+len(word)]) != word {
		return false
	}
	p.pos += len(word)
	return true
}

// integer appends an integer; minus zero is 0, as RFC 8785 has it.
func (p *parser) integer(out []byte) ([]byte, error) {
	start := p.pos
	if p.peek() == '-' {
		p.pos++
	}
	digits := p.pos
	for '0' <= p.peek() && p.peek() <= '9' {
		p.pos++
	}
	switch n := p.pos - digits; {
	case n == 0:
		return nil, p.fail("a digit is expected")
	case n > 1 && p.in[digits] == '0':
		return nil, p.fail("a number does not start with 0")
	}
	switch p.peek() {
	case '.', 'e', 'E':
		return nil, p.fail("only integers are used")
	}
	i, err := strconv.ParseInt(string(p.in[start:p.pos]), 10, 64)
	if err != nil || i > MaxInteger || i < -MaxInteger {
		return nil, p.fail("the integer is too large")
	}
	return strconv.AppendInt(out, i, 10), nil
}

// quoted appends the string at p.pos. One that has as many bytes between its
// quotes as it says has no escapes, and is canonical as it stands.
func (p *parser) quoted(out []byte) ([]byte, error) {
	from := p.pos
	s, err := p.text()
	if err != nil {
		return nil, err
	}
	if len(s) == p.pos-from-2 {
		return append(out, p.in[from:p.pos]...), nil
	}
	return appendQuoted(out, s), nil
}

// text reads a string and returns what it says. The bytes are the input's own
// if nothing in them is escaped.
func (p *parser) text() ([]byte, error) {
	p.pos++
	start, escaped := p.pos, []byte(nil)
	for {
		p.pos += plainPrefix(p.in[p.pos:])
		if p.pos == len(p.in) {
			return nil, p.fail("a string does not end")
		}
		switch p.in[p.pos] {
		case '"':
			s := p.in[start:p.pos]
			if escaped != nil {
				s = append(escaped, s...)
			}
			if !utf8.Valid(s) {
				return nil, p.fail(errEncoding.Error())
			}
			p.pos++
			return s, nil
		case '\\':
			escaped = append(escaped, p.in[start:p.pos]...)
			var err error
			if escaped, err = p.escape(escaped); err != nil {
				return nil, err
			}
			start = p.pos
		default:
			return nil, p.fail("a control character is not escaped")
		}
	}
}

// plainPrefix is how many bytes s starts with that stand for themselves in a
// string.
func plainPrefix[T []byte | string](s T) int {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' {
			return i
		}
	}
	return len(s)
}

// escape appends the character that the escape at p.pos stands for.
func (p *parser) escape(s []byte) ([]byte, error) {
	p.pos++
	c := p.peek()
	p.pos++
	switch c {
	case '"', '\\', '/':
		return append(s, c), nil
	case 'b':
		return append(s, '\b'), nil
	case 'f':
		return append(s, '\f'), nil
	case 'n':
		return append(s, '\n'), nil
	case 'r':
		return append(s, '\r'), nil
	case 't':
		return append(s, '\t'), nil
	case 'u':
		r, err := p.unit()
		if err != nil {
			return nil, err
		}
		if utf16.IsSurrogate(r) {
			if r, err = p.pair(r); err != nil {
				return nil, err
			}
		}
		return utf8.AppendRune(s, r), nil
	}
	return nil, p.fail("there is no such escape")
}

// unit reads the four hexadecimal digits of a UTF-16 code unit.
func (p *parser) unit() (rune, error) {
	if len(p.in)-p.pos < 4 {
		return 0, p.fail("an escape does not end")
	}
	var r rune
	for _, c := range p.in[p.pos : p.pos+4] {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case 'A' <= c && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return 0, p.fail("an escape has a digit that is not hexadecimal")
		}
	}
	p.pos += 4
	return r, nil
}

// pair reads the second half of a surrogate pair and returns the character.
func (p *parser) pair(first rune) (rune, error) {
	if !p.literal(`\u`) {
		return 0, p.fail("half of a surrogate pair is missing")
	}
	second, err := p.unit()
	if err != nil {
		return 0, err
	}
	r := utf16.DecodeRune(first, second)
	if r == utf8.RuneError {
		return 0, p.fail("half of a surrogate pair is missing")
	}
	return r, nil
}

// appendQuoted appends s, which is UTF-8, as RFC 8785 §3.2.2.2 writes strings.
func appendQuoted[T []byte | string](out []byte, s T) []byte {
	const hex = "0123456789abcdef"
	out = append(out, '"')
	for {
		n := plainPrefix(s)
		out = append(out, s[:n]...)
		if n == len(s) {
			return append(out, '"')
		}
		c := s[n]
		s = s[n+1:]
		switch c {
		case '"', '\\':
			out = append(out, '\\', c)
		case '\b':
			out = append(out, `\b`...)
		case '\t':
			out = append(out, `\t`...)
		case '\n':
			out = append(out, `\n`...)
		case '\f':
			out = append(out, `\f`...)
		case '\r':
			out = append(out, `\r`...)
		default:
			out = append(out, `\u00`...)
			out = append(out, hex[c>>4], hex[c&15])
		}
	}
}
