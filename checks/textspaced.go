package checks

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// spaced makes tables of lines with spaces between their columns: of each run
// of lines that have several fields, cut where all of them have a space.
func (t *textTables) spaced(block []textLine) {
	if bytes.Contains(block[0].text, []byte("Data Summary")) {
		return // of skim: how many rows and columns there are
	}
	var run []textLine
	var above, second *textLine
	end := func() {
		if !t.indexed(run, second) && !t.crossed(run, second, above) {
			t.cut(run, above)
		}
		run, above = nil, nil
	}
	for i, l := range block {
		text := trim(l.text)
		if name, ok := seriesName(text); ok {
			t.series(run, name)
			run, above = nil, nil
			continue
		}
		if isTypes(text) {
			continue
		}
		if bytes.HasPrefix(text, []byte("dtype:")) || len(bySpaces(text)) < 2 {
			end()
			above = &block[i]
			if i > 0 {
				second = &block[i-1]
			}
			continue
		}
		run = append(run, l)
	}
	end()
}

// isTypes reports whether a line only says of what type columns are: <chr>
// <int>, as a tibble prints below their names.
func isTypes(line []byte) bool {
	fields := bytes.Fields(line)
	for _, f := range fields {
		if len(f) < 3 || f[0] != '<' || f[len(f)-1] != '>' || isDigit(f[1]) || f[1] == '=' {
			return false
		}
	}
	return len(fields) > 0
}

// seriesName is the name in the line below a printed series of pandas.
func seriesName(line []byte) (name string, ok bool) {
	rest, ok := bytes.CutPrefix(line, []byte("Name: "))
	if !ok {
		return "", false
	}
	first, _, _ := bytes.Cut(rest, []byte(","))
	return string(trim(first)), true
}

// series makes a table of a printed series: labels, and values with one name.
// A line above with one word is the name of the labels.
func (t *textTables) series(run []textLine, name string) {
	b := t.scan.newTable()
	b.table.text = true
	b.names = []string{"", name}
	for _, l := range run {
		text := trim(l.text)
		at := bytes.LastIndexByte(text, ' ')
		if at < 0 {
			continue
		}
		b.add([][]byte{bytes.Clone(trim(text[:at])), bytes.Clone(text[at+1:])}, 0, l.n)
	}
	if len(run) > 0 {
		b.table.Header, b.table.labelled = 1, true
		t.scan.keepText(b)
	}
}

// indexed makes a table of a frame of pandas whose rows have names: above those
// of the rows, in a line of its own, stands the name of the only column, which
// ends where the column does.
func (t *textTables) indexed(run []textLine, name *textLine) bool {
	if name == nil || len(run) < 2 {
		return false
	}
	filled, head := filledIn(run), runesOf(*name)
	columns := columnsOf(filled)
	if columns < 2 || len(head) != len(filled)-1 || len(bytes.Fields(name.text)) != 1 {
		return false
	}
	b := t.scan.newTable()
	b.table.text = true
	b.names = make([]string, columns)
	b.names[columns-1] = string(trim(name.text))
	for _, l := range run {
		b.add(cutAt(runesOf(l), filled), 0, l.n)
	}
	b.table.Header = 1
	t.scan.keepText(b)
	return true
}

// crossed makes a table of a frame of pandas whose rows and columns have names:
// above them stand the names of the columns, right of where the rows have
// theirs, and in a line of its own what the rows are called.
func (t *textTables) crossed(run []textLine, names, rows *textLine) bool {
	if names == nil || rows == nil || len(run) == 0 || rows.text[0] == ' ' || len(bytes.Fields(rows.text)) != 1 {
		return false
	}
	filled := filledIn(append(run[:len(run):len(run)], *names))
	columns := columnsOf(filled)
	if columns != columnsOf(filledIn(run)) || columns != len(bytes.Fields(names.text))+1 {
		return false
	}
	fields := cutAt(runesOf(*names), filled)
	if len(trim(fields[0])) > 0 {
		return false
	}
	b := t.scan.newTable()
	b.table.text = true
	b.table.Header = 1
	b.names = []string{string(trim(rows.text))}
	for _, f := range fields[1:] {
		b.names = append(b.names, string(trim(f)))
	}
	for _, l := range run {
		b.add(cutAt(runesOf(l), filled), 0, l.n)
	}
	t.scan.keepText(b)
	return true
}

// cut cuts a run of lines where all have a space. The line above, which has
// single spaces only, is their header if it is cut at the same places.
func (t *textTables) cut(run []textLine, above *textLine) {
	if len(run) == 0 {
		return
	}
	filled := filledIn(run)
	if above != nil {
		if with := filledIn(append(run[:len(run):len(run)], *above)); columnsOf(with) == columnsOf(filled) && len(bytes.Fields(above.text)) > 1 {
			run, filled = append([]textLine{*above}, run...), with
		}
	}
	if len(run) < 2 {
		return
	}
	b := t.scan.newTable()
	b.table.text = true
	if b.names = t.headingFor(run, above, filled); b.names != nil {
		b.table.Header = 1
	}
	numbers := 0
	for i, l := range run {
		fields := cutAt(runesOf(l), filled)
		for _, f := range fields[1:] {
			if c := t.scan.grammar.read(f); (i > 0 || b.names != nil) && (c.Kind == Number || c.Kind == Mask) {
				numbers++
			}
		}
		b.add(fields, 0, l.n)
	}
	if numbers*2 >= len(run)-1 {
		t.scan.keepText(b)
	}
}

// headingFor is the heading of a run whose first line is none: in the line above
// it, or above a line across.
func (t *textTables) headingFor(run []textLine, above *textLine, filled []bool) []string {
	numbers := 0
	for _, f := range cutAt(runesOf(run[0]), filled) {
		if c := t.scan.grammar.read(f); c.Kind == Number {
			numbers++
		}
	}
	switch {
	case numbers == 0:
		return nil
	case above != nil && above != &run[0]:
		return headingOf([]textLine{*above}, filled)
	}
	return headingOf(t.heading, filled)
}

func runesOf(l textLine) []rune {
	return []rune(strings.ToValidUTF8(string(bytes.TrimRight(l.text, " ")), "?"))
}

// filledIn tells which places of the lines are filled in any of them; the last
// is not.
func filledIn(run []textLine) []bool {
	var filled []bool
	for _, l := range run {
		for i, r := range runesOf(l) {
			if i >= len(filled) {
				filled = append(filled, false)
			}
			filled[i] = filled[i] || r != ' ' && r != '\t'
		}
	}
	return append(filled, false)
}

// columnsOf counts the columns that are cut at the places that are not filled.
func columnsOf(filled []bool) int {
	n := 0
	for i := 1; i < len(filled); i++ {
		if filled[i-1] && !filled[i] {
			n++
		}
	}
	return n
}

// cutAt cuts a line into the columns that are filled in some line.
func cutAt(line []rune, filled []bool) [][]byte {
	var out [][]byte
	from := -1
	for i := range filled {
		switch {
		case filled[i] && from < 0:
			from = i
		case !filled[i] && from >= 0:
			var field []byte
			for _, r := range line[min(from, len(line)):min(i, len(line))] {
				field = utf8.AppendRune(field, r)
			}
			out = append(out, field)
			from = -1
		}
	}
	if len(out) == 0 {
		out = append(out, nil)
	}
	return out
}
