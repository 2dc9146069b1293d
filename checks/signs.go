package checks

import (
	"bytes"
	"regexp"
)

// signed is a pattern that is tried only on lines that have one of its signs,
// which are found much sooner. Signs are in small letters.
type signed struct {
	like  *regexp.Regexp
	signs [][]byte
}

func patternOf(like string, signs ...string) signed {
	s := signed{like: regexp.MustCompile(like)}
	for _, sign := range signs {
		s.signs = append(s.signs, []byte(sign))
	}
	return s
}

// may reports whether a line, in small letters, has one of the signs.
func (s signed) may(folded []byte) bool {
	for _, sign := range s.signs {
		if bytes.Contains(folded, sign) {
			return true
		}
	}
	return false
}

// in reports whether the pattern is in a line, given also in small letters.
func (s signed) in(text, folded []byte) bool { return s.may(folded) && s.like.Match(text) }

// folding writes lines in small letters, again and again into the same place.
type folding []byte

func (f *folding) fold(text []byte) []byte {
	out := (*f)[:0]
	for _, c := range text {
		if isUpper(c) {
			c += 'a' - 'A'
		}
		out = append(out, c)
	}
	*f = out
	return out
}

// hasDigits reports whether so many digits are in a line.
func hasDigits(text []byte, fewest int) bool {
	for _, c := range text {
		if isDigit(c) {
			if fewest--; fewest <= 0 {
				return true
			}
		}
	}
	return false
}

// endsPostcode reports whether somewhere in a line are a space, a digit and two
// capital letters, as at the end of postcodes.
func endsPostcode(text []byte) bool {
	for i := 3; i < len(text); i++ {
		if isUpper(text[i]) && isUpper(text[i-1]) && isDigit(text[i-2]) && text[i-3] == ' ' {
			return true
		}
	}
	return false
}
