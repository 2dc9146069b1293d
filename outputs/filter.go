package outputs

import (
	"bytes"
	"cmp"
	"strings"
)

// Filter is what a row must have in a column, or in any.
type Filter struct {
	Column int // counted from 0; AnyColumn
	How    How
	Value  string
}

// AnyColumn stands for each of a table's columns.
const AnyColumn = -1

// How is the way in which a filter compares, as addresses write it.
type How string

// The ways to compare.
const (
	Contains How = "~"
	Equals   How = "="
	Differs  How = "!="
	Less     How = "<"
	AtMost   How = "<="
	More     How = ">"
	AtLeast  How = ">="
	Is       How = ":" // of a kind: missing, redacted, number or text
)

// Hows are all ways to compare; those that begin with another come before it.
var Hows = []How{AtMost, AtLeast, Differs, Contains, Equals, Less, More, Is}

// kinds are what a field may be, by the names that filters have for them.
var kinds = map[string]valueKind{"missing": missing, "redacted": redacted, "number": aNumber, "text": aWord}

// Valid reports whether a filter means something.
func (f Filter) Valid() bool {
	const longest = 200
	if len(f.Value) > longest || f.Column < AnyColumn {
		return false
	}
	switch _, known := kinds[f.Value]; f.How {
	case Is:
		return known
	case Contains, Less, AtMost, More, AtLeast:
		return strings.TrimSpace(f.Value) != ""
	case Equals, Differs:
		return true
	}
	return false
}

// matchers report for each filter whether the record that was read last passes.
func (t *TableInfo) matchers(filters []Filter) []func(*records) bool {
	var all []func(*records) bool
	for _, f := range filters {
		how := f.How
		if how == Differs {
			how = Equals
		}
		match := t.matcher(how, f.Value)
		all = append(all, func(r *records) bool { return inColumn(r, f.Column, match) != (f.How == Differs) })
	}
	return all
}

// inColumn reports whether a field of the record passes. Where the record has
// no field, there is an empty one.
func inColumn(r *records, column int, match func([]byte) bool) bool {
	if column != AnyColumn {
		return match(r.fieldOr(column))
	}
	for i := range r.ends {
		if match(r.field(i)) {
			return true
		}
	}
	return false
}

// matcher reports whether a field passes. Numbers are compared by their value
// where the filter has one; texts without regard to case.
func (t *TableInfo) matcher(how How, text string) func([]byte) bool {
	want := []byte(strings.TrimSpace(strings.ToLower(text)))
	wanted := (&TableInfo{Encoding: UTF8, Delimiter: t.Delimiter}).value([]byte(text))
	var scratch []byte
	fold := func(field []byte) []byte {
		scratch = t.folded(field, scratch)
		return scratch
	}
	switch how {
	case Is:
		kind := kinds[text]
		return func(field []byte) bool { return t.value(field).kind == kind }
	case Contains:
		return func(field []byte) bool { return bytes.Contains(fold(field), want) }
	case Equals:
		return func(field []byte) bool {
			if bytes.Equal(fold(field), want) {
				return true
			}
			v := t.value(field)
			return wanted.kind == aNumber && v.kind == aNumber && v.number == wanted.number
		}
	}
	return func(field []byte) bool {
		v := t.value(field)
		switch {
		case wanted.kind == aNumber:
			return v.kind == aNumber && compares(how, cmp.Compare(v.number, wanted.number))
		case v.kind == missing:
			return false
		}
		return compares(how, bytes.Compare(fold(field), want))
	}
}

// compares reports whether a comparison is what a filter asks for.
func compares(how How, c int) bool {
	switch how {
	case Less:
		return c < 0
	case AtMost:
		return c <= 0
	case More:
		return c > 0
	}
	return c >= 0
}
