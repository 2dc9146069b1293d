package checks

import (
	"bytes"
)

// word recognises the fields that stand for no value, and those that stand for
// a hidden one.
func word(b []byte, own map[string]bool) (Cell, bool) {
	var low [longest]byte
	folded := fold(low[:0], b)
	if own[string(folded)] {
		return Cell{Kind: Mask, Value: -1}, true
	}
	switch string(folded) {
	case "na", "n/a", "nan", "null", "none", ".", "nil", "#n/a", "#na", "<na>", "nat", "inf", "-inf", "#div/0!", "not a number":
		return Cell{Kind: Missing}, true
	case "[redacted]", "redacted", "<redacted>", "(redacted)", "[suppressed]", "suppressed", "[masked]", "masked", "[hidden]",
		"-", "--", "---", "–", "—", "*", "**", "***", "****", "[c]", "(c)", "[low]", "low count",
		".(.)", ".(.,.)":
		return Cell{Kind: Mask, Value: -1}, true
	}
	return Cell{}, false
}

// fold writes b in small letters and without spaces inside brackets, into out,
// so that "[ Redacted ]" and ". ( .)" are recognised.
func fold(out, b []byte) []byte {
	bracketed := len(b) > 0 && (b[0] == '[' || b[0] == '(' || b[0] == '<' || b[0] == '.')
	for _, c := range b {
		if c == ' ' && bracketed {
			continue
		}
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		out = append(out, c)
	}
	return out
}

// bound reads <8, ≤7, <= 7 as masks that say what they hide, and <0.001, >10,
// ≥ 5 as numbers that are not said exactly.
func (g *grammar) bound(b []byte) (Cell, bool) {
	b = bytes.TrimSuffix(bytes.TrimPrefix(b, []byte("[")), []byte("]"))
	for _, sign := range []struct {
		text        string
		below, same bool
	}{
		{"<=", true, true}, {"=<", true, true}, {"≤", true, true}, {"⩽", true, true}, {"<", true, false},
		{">=", false, true}, {"≥", false, true}, {">", false, false},
	} {
		rest, ok := bytes.CutPrefix(b, []byte(sign.text))
		if !ok {
			continue
		}
		c, ok := g.number(trim(rest))
		if !ok || c.Value < 0 {
			return Cell{}, false
		}
		if !sign.below || c.Percent || c.Value < 1 || c.Places != 0 || c.Value > 1000 {
			c.Kind = Bound
			return c, true
		}
		if !sign.same {
			c.Value--
		}
		return Cell{Kind: Mask, Value: c.Value}, true
	}
	return Cell{}, false
}

// composite reads a number or a mask with more beside it: 120 (17%), 1.1
// (0.9-1.3), 12 / 340, [REDACTED] ([REDACTED]).
func (g *grammar) composite(b []byte) (Cell, bool) {
	if first, rest, ok := bytes.Cut(b, []byte(" of ")); ok {
		return g.ratio(trim(bytes.TrimSuffix(first, []byte(" out"))), trim(rest))
	}
	if b[len(b)-1] == '%' {
		if at := max(bytes.LastIndexByte(b, ';'), bytes.LastIndex(b, []byte(", "))); at > 0 {
			return g.bracketed(trim(b[:at]), trim(b[at+1:]))
		}
	}
	if first, rest, ok := bytes.Cut(b, []byte("/")); ok && bytes.IndexByte(first, '%') < 0 {
		return g.ratio(trim(first), trim(rest))
	}
	for _, pair := range []string{"()", "[]"} {
		if open := bytes.LastIndexByte(b, pair[0]); open > 0 && b[len(b)-1] == pair[1] {
			return g.bracketed(trim(b[:open]), trim(b[open+1:len(b)-1]))
		}
	}
	if rest, ok := bytes.CutPrefix(b, []byte("[REDACTED]")); ok { // another number was left beside it
		if _, is := g.number(trim(rest)); is {
			return Cell{Kind: Mask, Value: -1}, true
		}
	}
	return Cell{}, false
}

func (g *grammar) ratio(above, below []byte) (Cell, bool) {
	if len(above) == 0 || len(below) == 0 {
		return Cell{}, false
	}
	c, n := g.read(above), g.read(below)
	if c.Kind != Number && c.Kind != Mask || n.Kind != Number && n.Kind != Mask || c.Shape != Plain || n.Shape != Plain {
		return Cell{}, false
	}
	if c.Kind == Number && n.Kind == Number && c.Value > n.Value {
		return Cell{}, false
	}
	c.Shape, c.Second, c.Places2, c.Kind2 = Ratio, n.Value, n.Places, n.Kind
	return c, true
}

// bracketed reads what stands before brackets and in them.
func (g *grammar) bracketed(before, in []byte) (Cell, bool) {
	if len(before) == 0 {
		return Cell{}, false
	}
	c := g.read(before)
	if c.Kind != Number && c.Kind != Mask || c.Shape != Plain {
		return Cell{}, false
	}
	if len(in) > 2 && (bytes.IndexByte(in[1:], '-') >= 0 || bytes.Contains(in, []byte(", "))) && g.isInterval(in) {
		c.Shape = Interval
		return c, true
	}
	beside := g.read(in)
	if c.Percent && beside.Kind == Number && beside.Places == 0 && !beside.Percent && beside.Shape != Interval {
		return swapped(c, beside), true
	}
	switch {
	case beside.Shape != Plain:
		return Cell{}, false
	case beside.Kind == Number || beside.Kind == Mask || beside.Kind == Missing || beside.Kind == Bound:
		c.Shape, c.Second, c.Places2, c.Kind2 = Beside, beside.Value, beside.Places, beside.Kind
		if beside.Kind == Missing && len(in) > 0 && c.Kind == Mask {
			c.Kind2 = Mask
		}
		return c, true
	case g.isInterval(in):
		c.Shape = Interval
		return c, true
	}
	return Cell{}, false
}

// swapped is a cell that has the percentage before the count: 17% (120), or
// 17% (120/705).
func swapped(share, count Cell) Cell {
	if count.Shape == Plain {
		count.Shape, count.Second, count.Places2, count.Kind2 = Beside, share.Value, share.Places, share.Kind
	}
	return count
}

// isInterval reports whether b is two numbers with a dash, a comma or "to"
// between them, or says that this is what others are compared with.
func (g *grammar) isInterval(b []byte) bool {
	switch string(fold(nil, b)) {
	case "ref", "ref.", "reference", "referent", ".,.", ". , .", ".-.":
		return true
	}
	for _, between := range []string{" to ", ", ", ",", "; ", "–", " - "} {
		if first, rest, ok := bytes.Cut(b, []byte(between)); ok && g.isNumber(first) && g.isNumber(rest) {
			return true
		}
	}
	for i := 1; i < len(b)-1; i++ { // a dash that is no sign: 0.9--0.1
		if b[i] == '-' && g.isNumber(b[:i]) && g.isNumber(b[i+1:]) {
			return true
		}
	}
	return false
}

func (g *grammar) isNumber(b []byte) bool {
	b = trim(b)
	if len(b) == 0 {
		return false
	}
	_, ok := g.number(b)
	return ok
}

// isDate reports whether b is a date, or a time: 2020-01-05, 05/01/2020,
// 2020-01-05T10:00:00, 5 Jan 2020, 01jan2020.
func isDate(b []byte) bool {
	if first, second, ok := bytes.Cut(b, []byte("/")); ok && (isYear(second) && inRange(first, 12) || isYear(first) && len(second) <= 4 && inRange(second, 2200)) {
		return true // 01/2020, 2019/20
	}
	if len(b) < 8 || len(b) > 32 || !mayBeDate(b) {
		return false
	}
	shape := make([]byte, 0, 12)
	for _, c := range b[:min(len(b), 11)] {
		switch {
		case c >= '0' && c <= '9':
			shape = append(shape, '9')
		case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z':
			shape = append(shape, 'a')
		default:
			shape = append(shape, c)
		}
	}
	switch s := string(shape[:min(len(shape), 10)]); {
	case s == "9999-99-99", s == "9999/99/99":
		return inRange(b[5:7], 12) && inRange(b[8:10], 31)
	case s == "99/99/9999", s == "99-99-9999", s == "99.99.9999":
		return inRange(b[:2], 31) && inRange(b[3:5], 31)
	case len(b) == 9 && s == "99aaa9999":
		return isMonth(b[2:5])
	case len(b) == 8 && (s == "99/99/99" || s == "9/9/9999"), len(b) == 9 && (s == "9/99/9999" || s == "99/9/9999"):
		return true
	}
	return wordyDate(b)
}

// mayBeDate reports whether there is in b what is in dates and in few numbers.
func mayBeDate(b []byte) bool {
	points := 0
	for _, c := range b[1:] {
		switch {
		case c == '/', c == '-', isUpper(c &^ 0x20):
			return true
		case c == '.':
			points++
		}
	}
	return points > 1
}

// wordyDate reports whether b is 5 Jan 2020, or Jan 2020.
func wordyDate(b []byte) bool {
	parts := bytes.FieldsFunc(b, func(r rune) bool { return r == ' ' || r == '-' || r == ',' })
	if len(parts) < 2 || len(parts) > 3 {
		return false
	}
	month, year := parts[len(parts)-2], parts[len(parts)-1]
	if len(month) < 3 || !isMonth(month[:3]) || len(year) != 4 || !inRange(year, 2200) {
		return false
	}
	return len(parts) == 2 || inRange(parts[0], 31)
}

func isMonth(b []byte) bool {
	switch string(fold(nil, b)) {
	case "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec":
		return true
	}
	return false
}

// isYear reports whether b is a year of our time.
func isYear(b []byte) bool {
	return len(b) == 4 && (b[0] == '1' && b[1] == '9' || b[0] == '2' && b[1] == '0') && inRange(b, 2100)
}

// inRange reports whether b is a number from 1 to most.
func inRange(b []byte, most int) bool {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' || n > most {
			return false
		}
		n = n*10 + int(c-'0')
	}
	return n >= 1 && n <= most
}
