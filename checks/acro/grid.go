package acro

import (
	"encoding/json"
	"strings"
)

// maxGrid bounds the cells of one output that are kept.
const maxGrid = 100_000

// grid is a table as pandas writes it: {column: {row: cell}}. Its order is that
// of the table.
type grid struct {
	columns, rows []label
	cells         map[[2]int]gridCell // by row and column, from 0
}

type gridCell struct {
	text string
	null bool
}

// label is the name of a row or column; one of several levels is the text of a
// tuple of Python.
type label struct {
	text  string
	parts []string // of a tuple, else only text
}

// grid reads a table: an object, or a text that holds one. It is nil if there is
// none.
func (p *parser) grid(id string, n *node) *grid {
	if n != nil && n.isStr && strings.HasPrefix(strings.TrimSpace(n.text), "{") {
		inner, err := readTree(strings.NewReader(n.text))
		if err != nil {
			p.note("output %q: its outcome cannot be read: %v", id, err)
			return nil
		}
		n = inner
	}
	if !n.is('{') || len(n.keys) == 0 {
		return nil
	}
	g := &grid{cells: map[[2]int]gridCell{}}
	rows := map[string]int{}
	for i, column := range n.keys {
		if n.items[i].kind != json.Delim('{') {
			return nil
		}
		g.columns = append(g.columns, newLabel(column))
		for j, row := range n.items[i].keys {
			at, known := rows[row]
			if !known {
				at = len(g.rows)
				rows[row] = at
				g.rows = append(g.rows, newLabel(row))
			}
			if len(g.cells) == maxGrid {
				p.note("output %q: only the first %d cells of its outcome were read", id, maxGrid)
				return g
			}
			cell := n.items[i].items[j]
			g.cells[[2]int{at, i}] = gridCell{text: cut(cell.text, 400), null: cell.null || cell.text == ""}
		}
	}
	return g
}

// flags are the checks that a cell of an outcome names. "ok" is none.
func (c gridCell) flags() []string {
	var out []string
	for _, word := range strings.Split(c.text, ";") {
		if word = strings.TrimSpace(word); word != "" && word != "ok" {
			out = append(out, cut(word, 100))
		}
	}
	return out
}

// flag is a check that flags a cell.
type flag struct {
	check string
	cell  [2]int
}

// flags are the flags of all cells, column by column.
func (g *grid) flags() []flag {
	if g == nil {
		return nil
	}
	var out []flag
	for column := range g.columns {
		for row := range g.rows {
			at := [2]int{row, column}
			for _, check := range g.cells[at].flags() {
				out = append(out, flag{check, at})
			}
		}
	}
	return out
}

// newLabel reads a label.
func newLabel(text string) label {
	text = cut(text, 400)
	if parts, ok := tuple(text); ok {
		return label{text, parts}
	}
	return label{text, []string{text}}
}

// tuple reads a tuple as Python prints it, with at least two parts.
func tuple(s string) ([]string, bool) {
	if len(s) < 4 || s[0] != '(' || s[len(s)-1] != ')' {
		return nil, false
	}
	var parts []string
	for rest := s[1 : len(s)-1]; ; {
		rest = strings.TrimLeft(rest, " ")
		part, after, ok := tuplePart(rest)
		if !ok {
			return nil, false
		}
		parts = append(parts, part)
		if after == "" {
			return parts, len(parts) > 1
		}
		if after[0] != ',' {
			return nil, false
		}
		if rest = after[1:]; strings.TrimSpace(rest) == "" {
			return parts, len(parts) > 1
		}
	}
}

// tuplePart reads one part of a tuple and returns what stands behind it.
func tuplePart(s string) (part, after string, ok bool) {
	if s == "" {
		return "", "", false
	}
	if quote := s[0]; quote == '\'' || quote == '"' {
		var b strings.Builder
		for i := 1; i < len(s); i++ {
			switch {
			case s[i] == '\\' && i+1 < len(s):
				i++
				b.WriteByte(s[i])
			case s[i] == quote:
				return b.String(), strings.TrimLeft(s[i+1:], " "), true
			default:
				b.WriteByte(s[i])
			}
		}
		return "", "", false
	}
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case ',':
			if depth == 0 {
				return bare(s[:i]), s[i:], true
			}
		}
	}
	return bare(s), "", true
}

// bare is a part without quotes, without the name of the type around it:
// Timestamp('2020-01-01') is 2020-01-01.
func bare(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.IndexByte(s, '('); i > 0 && strings.HasSuffix(s, ")") {
		s = strings.Trim(s[i+1:len(s)-1], `'"`)
	}
	return s
}
