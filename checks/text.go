package checks

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

const (
	maxBlock = 5000 // lines of a table in a text
	maxWide  = 1000 // bytes of such a line
)

// readText reads a text: its lines, and the tables that are in it.
func (s *scan) readText(in io.Reader) error {
	s.report.Examined.Kind = "text"
	var on []lineRule
	for _, r := range s.rules {
		if l, ok := r.(lineRule); ok {
			on = append(on, l)
		}
	}
	r := newRecords(in, 0)
	t := &textTables{scan: s, said: s.newTable()}
	t.said.names = []string{"label", "n"}
	t.said.table.text = true
	for {
		line, err := r.readLine()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read line %d: %w", r.lines+1, err)
		}
		line = chomp(line)
		if len(line) == 0 {
			t.flush()
			continue
		}
		for _, rule := range on {
			s.out.rule = rule.about()
			rule.line(line[:min(len(line), maxWide)], r.lines, s.out)
		}
		t.line(line, r.lines)
	}
	t.flush()
	s.keep(t.said)
	s.report.Examined.Lines = r.lines
	s.noteRecords(&r.noted)
	return nil
}

// textTables finds the tables in a text: between lines and bars, as Stata,
// R and Markdown draw them, or with spaces between their columns.
type textTables struct {
	scan  *scan
	block []textLine
	drawn bool // the block is one with bars
	ruled bool // and has a line across
	said  *builder

	heading []textLine // above a line across
}

// textLine is a line of a block.
type textLine struct {
	text []byte
	n    int64
	rule bool
}

// said is a line that says one number: Total patients coded: 122785.
var saidLine = regexp.MustCompile(`^\s*([A-Za-z][^:=|]{2,60}?)\s*[:=]\s*([0-9][0-9,]*(?:\.0+)?)\s*$`)

// saidBeside is a line that says a count with its percentage: Female: 12 (50%).
var saidBeside = regexp.MustCompile(`^\s*([A-Za-z][^:=|]{2,60}?)\s*[:=]\s*([0-9][0-9,]* \([0-9.]+ ?%\))\s*$`)

// said splits a line that says one number.
func said(line []byte) [][]byte {
	last := trim(line)
	if len(last) > 0 && last[len(last)-1] == ')' && bytes.IndexByte(line, '%') > 0 {
		return saidBeside.FindSubmatch(line)
	}
	if len(last) == 0 || !isDigit(last[len(last)-1]) || !bytes.ContainsAny(line, ":=") {
		return nil
	}
	return saidLine.FindSubmatch(line)
}

// line takes the next line of the text.
func (t *textTables) line(line []byte, n int64) {
	if len(line) > maxWide {
		t.flush()
		t.scan.note("line %d is longer than %d bytes: it was not read as one of a table", n, maxWide)
		return
	}
	if m := said(line); m != nil {
		if role, _ := called(words(string(m[1]))); role == RoleCount || m[2][len(m[2])-1] == ')' {
			t.said.add([][]byte{bytes.Clone(m[1]), bytes.Clone(m[2])}, 0, n)
		}
	}
	trimmed := trim(line)
	across := isAcross(trimmed)
	drawn := across || isBarred(trimmed)
	switch {
	case len(trimmed) == 0, bytes.HasPrefix(trimmed, []byte(". ")) && len(trimmed) > 2 && !isDigit(trimmed[2]):
		t.flush()
		return
	case drawn != t.drawn && len(t.block) > 0:
		t.flush()
	case len(t.block) == maxBlock:
		t.scan.note("the table before line %d is longer than %d lines: it was looked at in parts", n, maxBlock)
		t.flush()
	}
	t.drawn = drawn
	t.ruled = t.ruled || across
	t.block = append(t.block, textLine{text: bytes.Clone(line), n: n, rule: across})
}

// isAcross reports whether a line is drawn across a table.
func isAcross(b []byte) bool {
	dashes := 0
	for _, r := range string(b) {
		switch r {
		case '-', '=', '─', '━', '_':
			dashes++
		case '+', '|', ':', ' ', '┼', '┌', '┐', '└', '┘', '├', '┤', '┬', '┴', '│':
		default:
			return false
		}
	}
	return dashes >= 3
}

// isBarred reports whether a line has bars between its columns.
func isBarred(b []byte) bool {
	return bytes.IndexByte(pValue(b), '|') >= 0 || bytes.Contains(b, []byte("│"))
}

// pValue takes the bars out of Stata's P>|z|, which are none between columns.
func pValue(b []byte) []byte {
	if !bytes.Contains(b, []byte(">|")) {
		return b
	}
	return bytes.ReplaceAll(bytes.ReplaceAll(b, []byte(">|z|"), []byte(">z")), []byte(">|t|"), []byte(">t"))
}

// flush makes a table of the block, if it is one.
func (t *textTables) flush() {
	block := t.block
	drawn, ruled := t.drawn, t.ruled
	t.block, t.drawn, t.ruled = nil, false, false
	defer t.remember(block, drawn)
	switch {
	case len(block) < 2:
	case t.scan.full():
	case drawn && ruled:
		t.boxed(block)
	case !drawn:
		t.spaced(block)
	}
}

// boxed makes a table of lines with bars. Above the first line across, below
// which rows are, stand the names of columns; the lowest of them counts.
func (t *textTables) boxed(block []textLine) {
	for len(block) > 0 && block[0].rule {
		block = block[1:]
	}
	split := 0
	for split < len(block) && !block[split].rule {
		split++
	}
	if split == len(block) {
		return
	}
	b := t.scan.newTable()
	b.table.text = true
	head := [][]byte{}
	if split > 0 {
		head = cellsOf(block[split-1].text)
	}
	for _, f := range head {
		b.names = append(b.names, strings.TrimRight(string(trim(f)), "."))
	}
	width := 0
	for _, l := range block[split:] {
		if l.rule {
			continue
		}
		fields := cellsOf(l.text)
		if len(fields) < 2 || len(trim(fields[0])) == 0 && len(b.names) > 0 && b.names[0] != "" {
			continue // what goes on from the line above
		}
		if width = len(fields); width > len(b.names) {
			b.names = padNames(b.names, width)
		}
		b.add(fields, 0, l.n)
	}
	if width > 1 {
		b.table.Header = 1
		b.table.labelled = !isBoxed(block[split:])
		t.scan.keepText(b)
	}
}

// isBoxed reports whether the lines begin with a bar, so that the first column
// is like the others. Otherwise it says what the rows are.
func isBoxed(block []textLine) bool {
	for _, l := range block {
		if !l.rule {
			return bytes.HasPrefix(trim(l.text), []byte("|"))
		}
	}
	return false
}

// padNames makes room for columns without a name: the header was split
// otherwise than the rows, so that only the first name is sure.
func padNames(names []string, width int) []string {
	if last := len(names) - 1; last > 0 && width == len(names)+1 && strings.Contains(strings.ToLower(names[last]), "interval") {
		return append(names, names[last]) // Stata's [95% conf. interval] is above two
	}
	out := make([]string, width)
	if len(names) > 0 {
		out[0] = names[0]
	}
	return out
}

// cellsOf splits a line at its bars, and what stands between two of them at
// two spaces and more.
func cellsOf(line []byte) [][]byte {
	line = trim(pValue(line))
	line = bytes.ReplaceAll(line, []byte("│"), []byte("|"))
	boxed := bytes.HasPrefix(line, []byte("|"))
	line = bytes.TrimSuffix(bytes.TrimPrefix(line, []byte("|")), []byte("|"))
	var out [][]byte
	for i, part := range bytes.Split(line, []byte("|")) {
		if part = trim(part); boxed || i == 0 {
			out = append(out, bytes.Clone(part))
			continue
		}
		out = append(out, bySpaces(part)...)
	}
	return out
}

var twoSpaces = regexp.MustCompile(` {2,}|\t+`)

func bySpaces(b []byte) [][]byte {
	var out [][]byte
	for _, f := range twoSpaces.Split(string(b), -1) {
		out = append(out, []byte(f))
	}
	return out
}

// full reports whether as many tables were found as are looked at. That others
// were not is a finding.
func (s *scan) full() bool {
	if len(s.tables) < maxTables {
		return false
	}
	if !s.overfull {
		s.overfull = true
		s.defeat(fmt.Sprintf("The file has more tables than are looked at: what stands behind the first %d is not known", maxTables),
			fmt.Sprintf("only the first %d tables of the file were looked at", maxTables))
	}
	return true
}

// keepText ends a table of a text.
func (s *scan) keepText(b *builder) {
	if s.full() {
		return
	}
	s.keep(b)
}
