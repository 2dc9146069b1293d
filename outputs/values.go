package outputs

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// valueKind is what a field of a table stands for.
type valueKind uint8

const (
	aWord    valueKind = iota
	aNumber            // as people write them
	missing            // nothing is there
	redacted           // something is there, and is not said
)

// value is what a field of a table stands for.
type value struct {
	kind    valueKind
	number  float64
	percent bool
}

// longestNumber is how many bytes a number has, at most.
const longestNumber = 40

// value reads a field, in any case and spacing.
func (t *TableInfo) value(field []byte) value {
	if !isASCII(field) && len(field) <= 2*longestNumber {
		field = []byte(t.Encoding.Decode(field))
	}
	field = bytes.TrimSpace(field)
	if len(field) == 0 {
		return value{kind: missing}
	}
	if len(field) > longestNumber {
		return value{}
	}
	if maybeNumber(field) {
		if n, percent, ok := numberOf(field, t.Delimiter == ';'); ok {
			return value{aNumber, n, percent}
		}
	}
	return value{kind: wordKind(field)}
}

// isMissing reports whether a field is missing, which costs less than its value.
func isMissing(field []byte) bool {
	const longest = 4
	field = bytes.TrimSpace(field)
	return len(field) == 0 || len(field) <= longest && wordKind(field) == missing
}

// maybeNumber reports whether a field has nothing in it that numbers have not.
func maybeNumber(field []byte) bool {
	for _, c := range field {
		switch {
		case c >= '0' && c <= '9', c >= '+' && c <= '.', c >= utf8.RuneSelf:
		case c == '%', c == ' ', c == '\'', c == 'e', c == 'E':
		default:
			return false
		}
	}
	return true
}

// wordKind tells what stands for nothing, or for something that is not said,
// from other words.
func wordKind(field []byte) valueKind {
	const longest = 12
	if len(field) > longest {
		return aWord
	}
	switch text := strings.ToLower(string(field)); text {
	case "null", "none", "nan":
		return missing
	case "[redacted]", "redacted", "na", "n/a", "*", "-", "--", ". ( .)":
		return redacted
	default:
		for _, sign := range []string{"<=", "≤", "<"} {
			if rest, ok := strings.CutPrefix(text, sign); ok && isCount(strings.TrimSpace(rest)) {
				return redacted
			}
		}
	}
	return aWord
}

// isCount reports whether a text is a small count: "<0.05" is a p-value.
func isCount(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return err == nil && n > 0 && n < 1000
}

// numberOf reads a number as people write them: with a sign, separators of
// thousands (a comma, a space, an apostrophe; a point where commas are decimal),
// a decimal point or comma, an exponent, a percent sign. One comma is decimal
// unless exactly three digits follow it; among semicolons it always is.
func numberOf(field []byte, semicolons bool) (n float64, percent, ok bool) {
	if field[len(field)-1] == '%' {
		field, percent = bytes.TrimSpace(field[:len(field)-1]), true
	}
	if n, ok := plainNumber(field); ok {
		return n, percent, true
	}
	text := string(field)
	sign := ""
	for _, s := range []string{"-", "+", "−"} {
		if rest, found := strings.CutPrefix(text, s); found {
			text, sign = rest, s
			break
		}
	}
	text, exponent, scientific := cutExponent(text)
	whole, fraction := splitNumber(text, semicolons)
	whole, ok = ungrouped(whole)
	if !ok || whole == "" && fraction == "" || !digits(fraction) || scientific && exponent == "" {
		return 0, false, false
	}
	number := whole + "." + fraction
	if sign != "" && sign != "+" {
		number = "-" + number
	}
	if scientific {
		number += "e" + exponent
	}
	n, err := strconv.ParseFloat(number, 64)
	return n, percent, err == nil
}

// plainNumber reads the numbers that most are, exactly: an optional minus, up to
// 15 digits, an optional point among them.
func plainNumber(b []byte) (float64, bool) {
	const most = 15
	negative := len(b) > 0 && b[0] == '-'
	if negative {
		b = b[1:]
	}
	if len(b) == 0 || len(b) > most+1 {
		return 0, false
	}
	n, count, point := uint64(0), 0, -1
	for i, c := range b {
		switch {
		case c >= '0' && c <= '9':
			n = n*10 + uint64(c-'0')
			count++
		case c == '.' && point < 0:
			point = i
		default:
			return 0, false
		}
	}
	if count == 0 || count > most {
		return 0, false
	}
	f := float64(n)
	if point >= 0 {
		f /= powers[len(b)-1-point]
	}
	if negative {
		f = -f
	}
	return f, true
}

var powers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

func cutExponent(text string) (number, exponent string, found bool) {
	i := strings.IndexAny(text, "eE")
	if i < 0 {
		return text, "", false
	}
	exponent = strings.TrimPrefix(text[i+1:], "+")
	if !digits(strings.TrimPrefix(exponent, "-")) || strings.TrimPrefix(exponent, "-") == "" {
		exponent = ""
	}
	return text[:i], exponent, true
}

// splitNumber finds what stands before and after the decimal sign.
func splitNumber(text string, semicolons bool) (whole, fraction string) {
	points, commas := strings.Count(text, "."), strings.Count(text, ",")
	decimal := "."
	if points == 0 && commas == 1 || points > 0 && commas == 1 && strings.LastIndex(text, ",") > strings.LastIndex(text, ".") {
		_, after, _ := strings.Cut(text, ",")
		if semicolons || points > 0 || len(after) != 3 || strings.HasPrefix(text, ",") {
			decimal = ","
		}
	}
	if decimal == "." && points > 1 {
		return text, ""
	}
	whole, fraction, _ = strings.Cut(text, decimal)
	return whole, fraction
}

// ungrouped takes the separators of thousands out of the digits of a whole
// number; they must be alike, and stand between groups of three.
func ungrouped(text string) (string, bool) {
	if digits(text) {
		return text, true
	}
	for _, separator := range []string{",", " ", ".", "'", "’", "\u00a0", "\u2009", "\u202f"} {
		groups := strings.Split(text, separator)
		if len(groups) == 1 {
			continue
		}
		if len(groups[0]) == 0 || len(groups[0]) > 3 {
			return "", false
		}
		for i, g := range groups {
			if !digits(g) || i > 0 && len(g) != 3 {
				return "", false
			}
		}
		return strings.Join(groups, ""), true
	}
	return "", false
}

func digits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}

// wholeNumber is the whole number that n is, or that it is but for the noise of
// a calculation: 3.000000000000007 is 3. What is next to zero is small, not zero.
func wholeNumber(n float64) (whole float64, noisy, ok bool) {
	const noise = 1e-9
	whole = math.Round(n)
	off := math.Abs(n - whole)
	return whole, off > 0, off <= noise*math.Abs(whole) && math.Abs(n) < 1<<53
}
