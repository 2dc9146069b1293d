package checks

import (
	"bytes"
)

// thresholds is what cells are compared with while they are read.
type thresholds struct {
	low      int64
	patterns []Pattern
}

// telling counts the fields of a column that look like they identify somebody.
type telling struct {
	ten       int64 // numbers of ten digits
	nhs       spots // of those, that pass the check of NHS and CHI numbers
	mails     spots
	postcodes spots
	phones    spots
	policy    []spots // by the policy's patterns
}

// number looks at a field of digits.
func (t *telling) number(field []byte, at Place, th *thresholds) {
	var digits [16]byte
	n := 0
	for _, c := range trim(field) {
		switch {
		case c >= '0' && c <= '9' && n < len(digits):
			digits[n] = c
			n++
		case c == ' ' || c == '-' || c == '+' && n == 0:
		default:
			return
		}
	}
	switch d := digits[:n]; {
	case n == 10:
		t.ten++
		if nhsNumber(d) {
			t.nhs.add(at)
		}
	case n == 11 && bytes.HasPrefix(d, []byte("07")), n == 12 && bytes.HasPrefix(d, []byte("447")):
		t.phones.add(at)
	}
	t.own(field, at, th)
}

// text looks at a field of words.
func (t *telling) text(field []byte, at Place, th *thresholds) {
	switch {
	case len(field) >= 6 && isMail(field):
		t.mails.add(at)
	case len(field) >= 5 && len(field) <= 8 && isPostcode(field):
		t.postcodes.add(at)
	case len(field) >= 10 && len(field) <= 20:
		t.number(field, at, th)
		return
	}
	t.own(field, at, th)
}

// own looks for the policy's patterns.
func (t *telling) own(field []byte, at Place, th *thresholds) {
	if len(th.patterns) == 0 {
		return
	}
	if t.policy == nil {
		t.policy = make([]spots, len(th.patterns))
	}
	for i, p := range th.patterns {
		if p.Like.Match(field[:min(len(field), 1000)]) {
			t.policy[i].add(at)
		}
	}
}

// nhsNumber reports whether ten digits pass the check of NHS and CHI numbers:
// weights from 10 to 2, modulo 11. Of random numbers one in eleven does.
func nhsNumber(d []byte) bool {
	sum := 0
	same := true
	for i := range 9 {
		sum += int(d[i]-'0') * (10 - i)
		same = same && d[i] == d[i+1]
	}
	check := 11 - sum%11
	if check == 11 {
		check = 0
	}
	return check != 10 && check == int(d[9]-'0') && !same
}

// isMail reports whether a field is an address of electronic mail.
func isMail(b []byte) bool {
	at := bytes.IndexByte(b, '@')
	if at < 1 || at > 64 || bytes.IndexByte(b[at+1:], '@') >= 0 || bytes.ContainsAny(b, " \t") {
		return false
	}
	dot := bytes.LastIndexByte(b[at:], '.')
	return dot > 1 && len(b)-at-dot > 2
}

// isPostcode reports whether a field is a whole postcode of the United
// Kingdom, as A9 9AA, A99 9AA, A9A 9AA, AA9 9AA, AA99 9AA or AA9A 9AA.
func isPostcode(b []byte) bool {
	n := len(b)
	in := b[n-3:]
	if !isDigit(in[0]) || !inCode(in[1]) || !inCode(in[2]) {
		return false
	}
	out := b[:n-3]
	if last := len(out) - 1; out[last] == ' ' {
		out = out[:last]
	}
	if len(out) < 2 || len(out) > 4 || !isUpper(out[0]) {
		return false
	}
	letters := 1
	if isUpper(out[1]) {
		letters = 2
	}
	rest := out[letters:]
	switch len(rest) {
	case 1:
		return isDigit(rest[0])
	case 2:
		return isDigit(rest[0]) && (isDigit(rest[1]) || isUpper(rest[1]))
	}
	return false
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

// inCode reports whether a letter occurs in the second half of postcodes.
func inCode(c byte) bool { return isUpper(c) && bytes.IndexByte([]byte("CIKMOV"), c) < 0 }
