package checks

import (
	"bytes"
	"slices"
	"strings"
)

// maxHeader is the most rows of a header.
const maxHeader = 3

// header finds where the header of a table begins and how many rows it has: 0
// if the first record is one of values already.
func (g *grammar) header(records []record) (skip, rows int) {
	skip = titles(records)
	records = records[skip:]
	numeric := g.numericColumns(records)
	for rows < min(maxHeader, len(records)-1) && g.isHeader(records, rows, numeric) {
		rows++
	}
	if rows == 0 && len(records) == 1 && g.values(records[0]) == 0 {
		rows = 1
	}
	return skip, rows
}

// titles counts the records above a table that only say what it is.
func titles(records []record) int {
	n := 0
	for n < min(5, len(records)-2) {
		if filled(records[n].fields) != 1 || filled(records[n+1].fields) < 2 && filled(records[n+2].fields) < 2 || len(records[n].fields) > 1 && records[n].fields[0] == "" {
			break
		}
		if len(records[n].fields) == len(records[n+1].fields) && len(records[n+1].fields) == 1 {
			break
		}
		n++
	}
	return n
}

func filled(fields []string) int {
	n := 0
	for _, f := range fields {
		if strings.TrimSpace(f) != "" {
			n++
		}
	}
	return n
}

// values counts the fields of a record that are numbers or hide one.
func (g *grammar) values(r record) int {
	n := 0
	for _, f := range r.fields {
		if c := g.read([]byte(f)); c.Kind == Number || c.Kind == Mask {
			n++
		}
	}
	return n
}

// numericColumns tells which columns are mostly numbers below the first three
// records, or below the first if there are few.
func (g *grammar) numericColumns(records []record) []bool {
	from := min(maxHeader, max(1, len(records)-2), len(records)-1)
	width := 0
	for _, r := range records {
		width = max(width, len(r.fields))
	}
	numbers, others := make([]int, width), make([]int, width)
	for _, r := range records[max(from, 0):] {
		for i, f := range r.fields {
			switch g.read([]byte(f)).Kind {
			case Number, Mask, Bound:
				numbers[i]++
			case Missing:
			default:
				others[i]++
			}
		}
	}
	out := make([]bool, width)
	for i := range out {
		out[i] = numbers[i] > others[i]
	}
	return out
}

// isHeader reports whether the record at is one of the header, when those
// above it are.
func (g *grammar) isHeader(records []record, at int, numeric []bool) bool {
	r := records[at]
	if at > 0 && r.group != records[at-1].group && filled(r.fields) < 2 {
		return false
	}
	words, numbers, blank := 0, 0, 0
	for i, f := range r.fields {
		switch c := g.read([]byte(f)); {
		case len(strings.TrimSpace(f)) == 0:
			blank++
		case i < len(numeric) && !numeric[i]:
		case c.Kind == Number || c.Kind == Mask && strings.ContainsAny(f, "[<*≤"):
			numbers++
		case c.Kind == Text || c.Kind == Bound || c.Kind == Date || c.Kind == Mask:
			words++
		}
	}
	switch {
	case at == 0 && g.counts(r, records[1:], numeric):
		return true
	case numbers > 0:
		return at == 0 && words > numbers && !slices.Contains(r.fields, "")
	case words > 0:
		return at == 0 || g.goesOn(records[:at+1], numeric)
	case at > 0:
		return blank == len(r.fields)-1 && strings.TrimSpace(r.fields[0]) != "" && repeats(records[0].fields)
	}
	return at == 0 && !slices.Contains(numeric, true) && g.differs(r, records[1:])
}

// goesOn reports whether the last of several records without numbers is of the
// header, and not the first row: names were left out or stand twice above it,
// it leaves out its first or repeats another, or it says what is counted.
func (g *grammar) goesOn(records []record, numeric []bool) bool {
	r := records[len(records)-1]
	if strings.TrimSpace(r.fields[0]) == "" || repeats(r.fields) {
		return true
	}
	for _, above := range records[:len(records)-1] {
		if repeats(above.fields) || slices.ContainsFunc(above.fields, func(f string) bool { return strings.TrimSpace(f) == "" }) {
			return true
		}
	}
	for i, f := range r.fields {
		if role, _ := called(words(f)); i < len(numeric) && numeric[i] && role != "" {
			return true
		}
	}
	return false
}

// counts reports whether a record of numbers names columns: years, or levels
// one after another.
func (g *grammar) counts(r record, below []record, numeric []bool) bool {
	var last float64
	n := 0
	for i, f := range r.fields {
		if i == 0 {
			continue
		}
		c := g.read([]byte(f))
		if c.Kind == Text || c.Kind == Missing && last >= 1900 && last <= 2100 {
			continue
		}
		if c.Kind != Number || !c.whole() || c.Shape != Plain || n > 0 && c.Value != last+1 {
			return false
		}
		last = c.Value
		n++
	}
	if n < 2 || len(below) == 0 {
		return false
	}
	first := strings.TrimSpace(r.fields[0])
	if first == "" {
		return true
	}
	top := g.read([]byte(first))
	return top.Kind == Text && (n > 2 && last-float64(n) <= 0 || numeric[0] || g.read([]byte(below[0].fields[0])).Kind == Date || last >= 1900 && last <= 2100)
}

// repeats reports whether a name stands twice in a header, or the first does
// not stand at all: as when a program writes several levels of names.
func repeats(fields []string) bool {
	seen := map[string]bool{}
	for _, f := range fields {
		if f = strings.TrimSpace(f); f != "" && seen[f] {
			return true
		}
		seen[f] = true
	}
	return strings.TrimSpace(fields[0]) == ""
}

// differs reports whether, in a table of words alone, the first record is not
// one of those below it.
func (g *grammar) differs(r record, below []record) bool {
	for _, b := range below {
		for i := range min(len(b.fields), len(r.fields)) {
			if r.fields[i] != "" && b.fields[i] == r.fields[i] {
				return false
			}
		}
	}
	return true
}

// headerNames puts the rows of a header together, a name for each column.
func headerNames(rows []record) []string {
	width := 0
	for _, r := range rows {
		width = max(width, len(r.fields))
	}
	names := make([]string, width)
	for n, r := range rows {
		last := ""
		for i := range names {
			part := ""
			if i < len(r.fields) {
				part = strings.TrimSpace(r.fields[i])
			}
			if part != "" {
				last = part
			} else if n < len(rows)-1 && i > 0 {
				part = last // written once over several columns
			}
			if part == "" || names[i] == part {
				continue
			}
			if names[i] != "" {
				names[i] += " / "
			}
			names[i] += part
		}
	}
	return names
}

// looksLikeHeader reports whether a record after a blank line begins another
// table than the one that was read.
func (g *grammar) looksLikeHeader(fields [][]byte, t *Table) bool {
	if len(t.Columns) == 0 || len(fields) == 0 {
		return false
	}
	if len(fields) != len(t.Columns) && (len(fields) > 1 || len(t.Columns) == 1) {
		return true
	}
	words, numeric := 0, 0
	for i, f := range fields {
		c := g.read(f)
		if c.Kind == Number || c.Kind == Mask || c.Kind == Bound {
			return false
		}
		if t.Columns[i].numbers > 0 {
			numeric++
			if len(bytes.TrimSpace(f)) > 0 && c.Kind == Text {
				words++
			}
		}
	}
	return numeric > 0 && words*2 > numeric
}
