package inside

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// The kinds of values.
const (
	isNothing = iota // null, and what is no data
	isText
	isNumber
	isWord // true or false
	isList
	isObject
)

// value is a value of data, as JSON has it.
type value struct {
	kind byte
	line int32
	text string
	more *group
}

// group is what a list or an object holds.
type group struct {
	names []string // of an object
	list  []value
	left  int64 // elements that are not kept
}

func (v *value) items() []value {
	if v.more == nil {
		return nil
	}
	return v.more.list
}

// size is how many elements there are, kept or not.
func (v *value) size() int64 {
	if v.more == nil {
		return 0
	}
	return int64(len(v.more.list)) + v.more.left
}

// get is the member of this name; nil if there is none.
func (v *value) get(name string) *value {
	if v == nil || v.kind != isObject {
		return nil
	}
	for i, n := range v.more.names {
		if n == name {
			return &v.more.list[i]
		}
	}
	return nil
}

// at follows names from object to object.
func (v *value) at(names ...string) *value {
	for _, n := range names {
		v = v.get(n)
	}
	return v
}

// says is the text of a member; "" if there is none.
func (v *value) says(names ...string) string {
	if v = v.at(names...); v == nil || v.kind == isNothing {
		return ""
	}
	return v.text
}

func (v *value) scalar() bool { return v.kind < isList }

const (
	deepest  = 100     // values that may be in each other
	mostText = 8 << 20 // bytes of a text with escapes
)

// literal reads values as JSON, and programs, write them. What is no data ends
// it.
type literal struct {
	s      string
	i      int
	line   int32
	budget *int // values that may still be kept
	cut    bool // some were not kept
	deep   bool // some were too deep, or too long
	code   bool // a program: what it calls is no data
}

// value reads a value; false if there is none.
func (l *literal) value(depth int) (value, bool) {
	l.space()
	if l.i >= len(l.s) {
		return value{}, false
	}
	v := value{line: l.line}
	switch c := l.s[l.i]; {
	case (c == '{' || c == '[') && depth >= deepest:
		l.deep = true
		return v, l.skip()
	case c == '{':
		v.kind = isObject
		return v, l.object(&v, depth)
	case c == '[':
		v.kind = isList
		return v, l.array(&v, depth)
	case c == '"' || c == '\'' || c == '`':
		v.kind = isText
		var ok bool
		v.text, ok = l.quoted(c)
		return v, ok
	case c == '-' || c == '+' || c == '.' || c >= '0' && c <= '9':
		v.kind = isNumber
		return v, l.number(&v)
	}
	return v, l.word(&v)
}

func (l *literal) keep() bool {
	if *l.budget <= 0 {
		l.cut = true
		return false
	}
	*l.budget--
	return true
}

func (l *literal) array(v *value, depth int) bool {
	v.more = &group{}
	l.i++
	for {
		l.space()
		if l.i >= len(l.s) {
			return false
		}
		switch l.s[l.i] {
		case ']':
			l.i++
			return true
		case ',':
			l.i++
			continue
		}
		x, ok := l.value(depth + 1)
		if !ok {
			return false
		}
		if l.keep() {
			v.more.list = append(v.more.list, x)
		} else {
			v.more.left++
		}
		if l.space(); l.i < len(l.s) && l.s[l.i] != ',' && l.s[l.i] != ']' {
			return false
		}
	}
}

func (l *literal) object(v *value, depth int) bool {
	v.more = &group{}
	l.i++
	for {
		l.space()
		if l.i >= len(l.s) {
			return false
		}
		switch l.s[l.i] {
		case '}':
			l.i++
			return true
		case ',':
			l.i++
			continue
		}
		name, ok := l.name()
		if l.space(); !ok || l.i >= len(l.s) || l.s[l.i] != ':' {
			return false
		}
		l.i++
		x, ok := l.value(depth + 1)
		if !ok {
			return false
		}
		if l.keep() {
			v.more.names, v.more.list = append(v.more.names, name), append(v.more.list, x)
		} else {
			v.more.left++
		}
		if l.space(); l.i < len(l.s) && l.s[l.i] != ',' && l.s[l.i] != '}' {
			return false
		}
	}
}

// name reads the name of a member.
func (l *literal) name() (string, bool) {
	switch c := l.s[l.i]; {
	case c == '"' || c == '\'':
		return l.quoted(c)
	case isLetter(c) || c == '_' || c == '$' || c >= '0' && c <= '9':
		begins := l.i
		for l.i < len(l.s) && (isLetter(l.s[l.i]) || l.s[l.i] == '_' || l.s[l.i] == '$' || l.s[l.i] >= '0' && l.s[l.i] <= '9') {
			l.i++
		}
		return l.s[begins:l.i], true
	}
	return "", false
}

// space goes over spaces and comments.
func (l *literal) space() {
	for l.i < len(l.s) {
		switch c := l.s[l.i]; {
		case c == '\n':
			l.line++
			l.i++
		case c == ' ' || c == '\t' || c == '\r' || c == '\f':
			l.i++
		case c == '/' && strings.HasPrefix(l.s[l.i:], "//"):
			n := strings.IndexByte(l.s[l.i:], '\n')
			if n < 0 {
				n = len(l.s) - l.i
			}
			l.i += n
		case c == '/' && strings.HasPrefix(l.s[l.i:], "/*"):
			n := strings.Index(l.s[l.i:], "*/")
			if n < 0 {
				n = len(l.s) - l.i - 2
			}
			l.line += int32(strings.Count(l.s[l.i:l.i+n+2], "\n")) //nolint:gosec // a file has fewer lines
			l.i += n + 2
		default:
			return
		}
	}
}

func (l *literal) number(v *value) bool {
	begins := l.i
	for l.i < len(l.s) && (strings.IndexByte("+-.xXn_", l.s[l.i]) >= 0 || l.s[l.i] >= '0' && l.s[l.i] <= '9' || isLetter(l.s[l.i])) {
		l.i++
	}
	v.text = l.s[begins:l.i]
	switch strings.Trim(v.text, "+-") {
	case "Infinity", "NaN":
		v.kind = isNothing
		return true
	}
	return strings.ContainsAny(v.text, "0123456789")
}

// word reads a word that stands for a value.
func (l *literal) word(v *value) bool {
	begins := l.i
	for l.i < len(l.s) && isLetter(l.s[l.i]) {
		l.i++
	}
	switch l.s[begins:l.i] {
	case "true", "false":
		v.kind, v.text = isWord, l.s[begins:l.i]
	case "null", "NaN", "Infinity", "undefined", "None":
	case "new":
		return l.date(v)
	default:
		return false
	}
	return true
}

// date reads what follows the word new: a date that a program makes.
func (l *literal) date(v *value) bool {
	l.space()
	rest, ok := strings.CutPrefix(l.s[l.i:], "Date(")
	end := strings.IndexByte(rest[:min(len(rest), 100)], ')')
	if !ok || end < 0 {
		return false
	}
	v.kind, v.text = isText, strings.Trim(rest[:end], `"' `)
	l.i += len("Date(") + end + 1
	return true
}

// quoted reads a text between quotes.
func (l *literal) quoted(q byte) (string, bool) {
	l.i++
	begins := l.i
	escaped := false
	for l.i < len(l.s) {
		switch c := l.s[l.i]; {
		case c == q:
			text := l.s[begins:l.i]
			l.i++
			if escaped {
				l.deep = l.deep || len(text) > mostText
				text = unescape(text[:min(len(text), mostText)])
			}
			return text, true
		case c == '\\':
			escaped = true
			l.i++
			if l.i < len(l.s) && l.s[l.i] == '\n' {
				l.line++
			}
		case c == '\n':
			if l.code && q != '`' {
				return "", false
			}
			l.line++
		}
		l.i++
	}
	return "", false
}

// unescape reads the escapes of a text.
func unescape(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		switch c := text[i]; c {
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case 'r':
			b.WriteByte('\r')
		case 'b', 'f', 'v', '0':
			b.WriteByte(' ')
		case 'u', 'x':
			i += hexRune(&b, text[i:], map[byte]int{'u': 4, 'x': 2}[c])
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// hexRune reads the digits behind \u or \x, and how far they go.
func hexRune(b *strings.Builder, text string, digits int) int {
	if len(text) <= digits {
		return 0
	}
	n, err := strconv.ParseUint(text[1:1+digits], 16, 32)
	if err != nil {
		return 0
	}
	r := rune(n) //nolint:gosec // four digits
	if utf16.IsSurrogate(r) && strings.HasPrefix(text[1+digits:], `\u`) && len(text) >= 11 {
		if low, err := strconv.ParseUint(text[7:11], 16, 32); err == nil {
			if r = utf16.DecodeRune(r, rune(low)); r != utf8.RuneError { //nolint:gosec // four digits
				b.WriteRune(r)
				return 10
			}
		}
	}
	b.WriteRune(r)
	return digits
}

// skip goes over a value that is too deep, by its brackets.
func (l *literal) skip() bool {
	depth := 0
	for l.i < len(l.s) {
		switch c := l.s[l.i]; c {
		case '"', '\'':
			if _, ok := l.quoted(c); !ok {
				return false
			}
			continue
		case '\n':
			l.line++
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				l.i++
				return true
			}
		}
		l.i++
	}
	return false
}
