package checks

import "bytes"

// isFormula reports whether a program for tables would run the field: it
// begins with a sign that starts a formula, also behind a tab or the end of a
// line, and calls a function, names a cell or another program. A minus alone,
// numbers with a sign and telephone numbers are none.
func isFormula(b []byte) bool {
	b = bytes.TrimLeft(b, "\t\r\n ")
	if rest, ok := bytes.CutPrefix(b, []byte("\uff1d")); ok { // an equals sign of another script
		return len(rest) > 0
	}
	if len(b) < 3 {
		return false
	}
	switch b[0] {
	case '=', '+', '-', '@':
	default:
		return false
	}
	if runsProgram(b[1:min(len(b), 400)]) {
		return true
	}
	rest := bytes.TrimLeft(b[1:min(len(b), 200)], "=+-@ ")
	if b[0] != '=' && len(rest) != len(b)-1 {
		return false
	}
	if b[0] == '=' && b[1] == '=' {
		return false // Stata and R compare: ==1
	}
	letters := 0
	for letters < len(rest) && (isUpper(rest[letters]&^0x20) || rest[letters] == '.' && letters > 0) {
		letters++
	}
	if letters == 0 {
		return b[0] == '=' && len(rest) > 0 && (isDigit(rest[0]) || rest[0] == '"' || rest[0] == '(' || rest[0] == '$')
	}
	rest = rest[letters:]
	switch {
	case len(rest) == 0:
		return false
	case rest[0] == '(' || rest[0] == '|' || rest[0] == '!':
		return true
	}
	return b[0] == '=' && letters <= 3 && (isDigit(rest[0]) || rest[0] == '$')
}

// runsProgram reports whether a formula asks another program: cmd|'/C x'!A0.
func runsProgram(b []byte) bool {
	bar := bytes.IndexByte(b, '|')
	return bar > 0 && isUpper(b[bar-1]&^0x20) && bytes.IndexByte(b[bar:], '!') > 0 && bytes.IndexByte(b[bar:], '\'') > 0
}
