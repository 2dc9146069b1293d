package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"unicode/utf8"
)

// MaxDepth is how deep arrays and objects may be nested in canonical JSON.
const MaxDepth = 32

// MaxInteger is the greatest absolute value of an integer in canonical JSON,
// 2^53 - 1: beyond it programs that read numbers as IEEE 754 doubles disagree
// (RFC 8785 §3.2.2.3, RFC 7493 §2.2).
const MaxInteger = 1<<53 - 1

// errEncoding is the problem of text that is not UTF-8.
var errEncoding = errors.New("text is not UTF-8")

// CanonicalJSON returns the canonical form (RFC 8785) of one JSON value made
// of strings, integers, booleans, arrays and objects. Refused are null, numbers
// with a fraction or an exponent, integers beyond MaxInteger, names that occur
// twice in an object, invalid UTF-8, lone surrogates, nesting beyond MaxDepth,
// and anything after the value. See docs/ledger.md.
func CanonicalJSON(raw []byte) ([]byte, error) {
	return appendCanonical(make([]byte, 0, len(raw)), &parser{in: raw}, 0)
}

// Canonical returns the canonical form of what encoding/json makes of v. It
// refuses what CanonicalJSON refuses, and text in v that is not UTF-8, which
// encoding/json alone would replace silently.
func Canonical(v any) ([]byte, error) {
	if err := checkText(reflect.ValueOf(v), 0); err != nil {
		return nil, fmt.Errorf("canonical JSON: %w", err)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("canonical JSON: %w", err)
	}
	return CanonicalJSON(raw)
}

// appendCanonical appends the only value of p's text, which stands inside
// depth arrays and objects.
func appendCanonical(out []byte, p *parser, depth int) ([]byte, error) {
	p.top = depth + 1
	out, err := p.value(out, depth)
	if err != nil {
		return nil, err
	}
	if p.space(); p.pos != len(p.in) {
		return nil, p.fail("there is something after the value")
	}
	return out, nil
}

// member is one name and value of an object that is being written:
// out[from:to] is its text, without a comma.
type member struct {
	name     []byte
	from, to int
}

// object appends the object that starts at p.pos. Members are written as they
// come, and put in order afterwards if they were not.
func (p *parser) object(out []byte, depth int) ([]byte, error) {
	p.pos++
	start, base, ordered := len(out), len(p.members), true
	defer func() { p.members = p.members[:base] }()
	out = append(out, '{')
	for first := true; ; first = false {
		end, err := p.next('}', first)
		if err != nil {
			return nil, err
		}
		if end {
			break
		}
		if !first {
			out = append(out, ',')
		}
		m := member{from: len(out)}
		if out, m.name, err = p.member(out, depth); err != nil {
			return nil, err
		}
		m.to = len(out)
		if n := len(p.members); n > base {
			ordered = ordered && compareUTF16(p.members[n-1].name, m.name) < 0
		}
		p.members = append(p.members, m)
	}
	if !ordered {
		if err := p.reorder(out, start, p.members[base:]); err != nil {
			return nil, err
		}
	}
	return append(out, '}'), nil
}

// member appends one name and its value.
func (p *parser) member(out []byte, depth int) ([]byte, []byte, error) {
	if p.peek() != '"' {
		return nil, nil, p.fail("a name in quotes is expected")
	}
	name, err := p.text()
	if err != nil {
		return nil, nil, err
	}
	out = append(appendQuoted(out, name), ':')
	if p.space(); p.peek() != ':' {
		return nil, nil, p.fail("a colon is expected")
	}
	p.pos++
	from := len(out)
	if out, err = p.value(out, depth); err != nil {
		return nil, nil, err
	}
	if depth == p.top && p.onTop != nil {
		p.onTop(name, out[from:])
	}
	return out, name, nil
}

// reorder writes the members of out[start:] again, sorted by name.
func (p *parser) reorder(out []byte, start int, members []member) error {
	slices.SortFunc(members, func(a, b member) int { return compareUTF16(a.name, b.name) })
	for i := 1; i < len(members); i++ {
		if bytes.Equal(members[i-1].name, members[i].name) {
			return p.fail("a name occurs twice in the object before")
		}
	}
	old := bytes.Clone(out[start:])
	at := start + 1
	for i, m := range members {
		if i > 0 {
			out[at] = ','
			at++
		}
		at += copy(out[at:], old[m.from-start:m.to-start])
	}
	return nil
}

// array appends the array that starts at p.pos.
func (p *parser) array(out []byte, depth int) ([]byte, error) {
	p.pos++
	out = append(out, '[')
	for first := true; ; first = false {
		end, err := p.next(']', first)
		if err != nil {
			return nil, err
		}
		if end {
			return append(out, ']'), nil
		}
		if !first {
			out = append(out, ',')
		}
		if out, err = p.value(out, depth); err != nil {
			return nil, err
		}
	}
}

// compareUTF16 orders names by their UTF-16 code units (RFC 8785 §3.2.3),
// which puts U+10000 and above before U+E000 to U+FFFF.
func compareUTF16(a, b []byte) int {
	for len(a) > 0 && len(b) > 0 {
		ra, na := utf8.DecodeRune(a)
		rb, nb := utf8.DecodeRune(b)
		if ra != rb {
			return compareRunes(ra, rb)
		}
		a, b = a[na:], b[nb:]
	}
	return len(a) - len(b)
}

// compareRunes orders two different characters by their UTF-16 code units.
func compareRunes(a, b rune) int {
	const surrogates, supplementary = 0xD800, 0x10000
	switch {
	case a >= supplementary && b < supplementary:
		return surrogates - int(b)
	case b >= supplementary && a < supplementary:
		return int(a) - surrogates
	}
	return int(a) - int(b)
}

// checkText reports text in v that is not UTF-8.
func checkText(v reflect.Value, depth int) error {
	if depth > 4*MaxDepth {
		return errors.New("nested too deeply")
	}
	switch v.Kind() {
	case reflect.String:
		if !utf8.ValidString(v.String()) {
			return errEncoding
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return checkText(v.Elem(), depth+1)
		}
	case reflect.Slice, reflect.Array:
		return checkElements(v, depth)
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			if err := errors.Join(checkText(it.Key(), depth+1), checkText(it.Value(), depth+1)); err != nil {
				return err
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if err := checkText(v.Field(i), depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkElements is checkText for the elements of a slice or an array; bytes
// become base64 or are JSON already.
func checkElements(v reflect.Value, depth int) error {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		return nil
	}
	for i := range v.Len() {
		if err := checkText(v.Index(i), depth+1); err != nil {
			return err
		}
	}
	return nil
}
