package review

import (
	"bytes"
	"strconv"
)

// quick is an event that a request has many of, one for each file or vote. It
// reads itself from the JSON that EncodeEvent wrote, faster than any JSON can
// be read. It reports false of what is written otherwise, which is then read
// as JSON.
type quick interface {
	Event
	quick(body []byte) bool
}

func (e *VoteCast) quick(body []byte) bool {
	var o flat
	if !o.read(body) {
		return false
	}
	read := VoteCast{
		File: FileID(o.text("file")), SHA256: o.text("sha256"), Turn: int(o.number("turn")), Vote: VoteValue(o.text("vote")),
	}
	if !o.empty() {
		return false
	}
	*e = read
	return true
}

func (e *FileAdded) quick(body []byte) bool {
	var o flat
	if !o.read(body) {
		return false
	}
	read := FileAdded{
		File: FileID(o.text("file")), Group: GroupID(o.text("group")), Kind: Kind(o.text("kind")),
		Source: Source{
			Path: o.text("source.path"), SHA256: o.text("source.sha256"), Size: o.number("source.size"),
			Job: o.text("source.job"), JobRequest: o.text("source.job_request"), Action: o.text("source.action"),
			Commit: o.text("source.commit"),
		},
	}
	if !o.empty() {
		return false
	}
	*e = read
	return true
}

// flat is a small JSON object of text and whole numbers, with the members of
// objects in it by both names.
type flat struct {
	members [16]part
	n       int // how many members there are
	wrong   bool
}

// part is one member.
type part struct {
	outer, name, value []byte
	text               bool
	taken              bool
}

// read takes an object apart. It reports false of one with spaces, escapes,
// signs, fractions, lists, null, or anything but printable ASCII.
func (o *flat) read(body []byte) bool {
	rest, ok := o.object(nil, body)
	return ok && len(rest) == 0
}

func (o *flat) object(outer, b []byte) (rest []byte, ok bool) {
	if len(b) < 2 || b[0] != '{' {
		return nil, false
	}
	for b[0] != '}' { // "{" or "," stands first
		m := part{outer: outer}
		if m.name, b, ok = plain(b[1:]); !ok || len(b) < 2 || b[0] != ':' || o.n == len(o.members) || bytes.IndexByte(m.name, '.') >= 0 {
			return nil, false
		}
		switch b = b[1:]; {
		case b[0] == '"':
			m.text = true
			m.value, b, ok = plain(b)
		case b[0] == '{' && outer == nil:
			b, ok = o.object(m.name, b)
			m.taken = true
		default:
			m.value, b, ok = digits(b)
		}
		if !ok || len(b) == 0 || b[0] != ',' && b[0] != '}' {
			return nil, false
		}
		if !m.taken {
			o.members[o.n] = m
			o.n++
		}
	}
	return b[1:], true
}

// plain is the text that b begins with, and what follows it.
func plain(b []byte) (text, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != '"' {
		return nil, nil, false
	}
	for i, c := range b[1:] {
		switch {
		case c == '"':
			return b[1 : i+1], b[i+2:], true
		case c < ' ' || c == '\\' || c > '~':
			return nil, nil, false
		}
	}
	return nil, nil, false
}

// digits is the whole number that b begins with, and what follows it.
func digits(b []byte) (number, rest []byte, ok bool) {
	const most = 18 // of an int64
	n := 0
	for n < len(b) && b[n] >= '0' && b[n] <= '9' {
		n++
	}
	return b[:n], b[n:], n > 0 && n <= most && (n == 1 || b[0] != '0')
}

// text takes a member out; "" if it is not there.
func (o *flat) text(name string) string { return string(o.take(name, true)) }

// number takes a member out; 0 if it is not there.
func (o *flat) number(name string) int64 {
	n, _ := strconv.ParseInt(string(o.take(name, false)), 10, 64)
	return n
}

func (o *flat) take(name string, text bool) []byte {
	for i := range o.members[:o.n] {
		m := &o.members[i]
		if m.taken || !m.is(name) {
			continue
		}
		m.taken = true
		o.wrong = o.wrong || m.text != text
		return m.value
	}
	return nil
}

func (m *part) is(name string) bool {
	if m.outer == nil {
		return string(m.name) == name
	}
	n := len(m.outer)
	return len(name) == n+1+len(m.name) && name[:n] == string(m.outer) && name[n] == '.' && name[n+1:] == string(m.name)
}

// empty reports whether all members were taken, once each and as what they are;
// the event's version may be left.
func (o *flat) empty() bool {
	o.number("v")
	for _, m := range o.members[:o.n] {
		o.wrong = o.wrong || !m.taken
	}
	return !o.wrong
}
