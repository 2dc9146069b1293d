package checks

import "strings"

// stretch is a word of a line, or a column of lines, by its characters.
type stretch struct {
	from, to int
	text     string
}

// stretchesOf are the words of a line.
func stretchesOf(line []rune) []stretch {
	var out []stretch
	from := -1
	for i := 0; i <= len(line); i++ {
		blank := i == len(line) || line[i] == ' ' || line[i] == '\t'
		switch {
		case !blank && from < 0:
			from = i
		case blank && from >= 0:
			out = append(out, stretch{from, i, string(line[from:i])})
			from = -1
		}
	}
	return out
}

// headingOf are the names of columns that stand in lines above them, word by
// word, as R and Stata print them: each ends where its column ends, or a wider
// one begins with it. It is nil if the lines are nothing of the kind.
func headingOf(lines []textLine, filled []bool) []string {
	columns := stretchesOf(maskOf(filled))
	if len(columns) < 2 || len(lines) == 0 {
		return nil
	}
	names := make([][]string, len(columns))
	fits := 0
	for n, l := range lines {
		for _, w := range stretchesOf(runesOf(l)) {
			at := len(columns) - 1
			for i, c := range columns {
				if w.to <= c.to+1 {
					at = i
					break
				}
			}
			names[at] = append(names[at], w.text)
			if c := columns[at]; n == len(lines)-1 && (w.to >= c.to-1 && w.to <= c.to+1 || at == 0 && w.from == c.from) {
				fits++
			}
		}
	}
	if fits*10 < len(columns)*6 {
		return nil
	}
	out := make([]string, len(columns))
	for i, n := range names {
		out[i] = strings.Join(n, " ")
	}
	return out
}

// maskOf is a line that has something where lines are filled.
func maskOf(filled []bool) []rune {
	out := make([]rune, len(filled))
	for i, f := range filled {
		out[i] = ' '
		if f {
			out[i] = 'x'
		}
	}
	return out
}

// remember keeps the lines that may be the heading of what is below a line
// across.
func (t *textTables) remember(block []textLine, drawn bool) {
	const most = 3
	switch {
	case !drawn:
		t.heading = block[max(0, len(block)-most):]
	case !onlyRules(block):
		t.heading = nil
	}
}

func onlyRules(block []textLine) bool {
	for _, l := range block {
		if !l.rule {
			return false
		}
	}
	return true
}
