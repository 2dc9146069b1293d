package checks

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// spaced makes tables of lines with spaces between their columns: of each run
// of lines that have several fields, cut where all of them have a space.
func (t *textTables) spaced(block []textLine) {
	var run []textLine
	var above *textLine
	end := func() {
		t.cut(run, above)
		run, above = nil, nil
	}
	for i, l := range block {
		text := trim(l.text)
		if bytes.HasPrefix(text, []byte("Name:")) || bytes.HasPrefix(text, []byte("dtype:")) || len(bySpaces(text)) < 2 {
			end()
			above = &block[i]
			continue
		}
		run = append(run, l)
	}
	end()
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
	numbers := 0
	for i, l := range run {
		fields := cutAt(runesOf(l), filled)
		for _, f := range fields[1:] {
			if c := t.scan.grammar.read(f); i > 0 && (c.Kind == Number || c.Kind == Mask) {
				numbers++
			}
		}
		b.add(fields, 0, l.n)
	}
	if numbers*2 >= len(run)-1 {
		t.scan.keepText(b)
	}
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
