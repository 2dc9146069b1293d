package checks

import (
	"bytes"
	"math"
)

// exact are the powers of ten that a float holds exactly.
var exact = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// mostDigits are the digits that a whole number of 64 bits has room for; those
// after them say nothing that a float could hold.
const mostDigits = 18

// quick reads a plain number: what most fields are. The last digit of one with
// more than fifteen may be another than the nearest float has.
func quick(b []byte) (Cell, bool) {
	first := 0
	if b[0] == '-' {
		first = 1
	}
	var mantissa uint64
	i := first
	for ; i < len(b) && b[i]-'0' <= 9 && i < mostDigits; i++ {
		mantissa = mantissa*10 + uint64(b[i]-'0')
	}
	if i == len(b) && i > first {
		return wholeNumber(b, first, mantissa), true
	}
	digits, point := i-first, -1
	for ; i < len(b); i++ {
		c := b[i]
		if c-'0' > 9 {
			if c != '.' || point >= 0 {
				break
			}
			point = i
			continue
		}
		if digits++; digits <= mostDigits {
			mantissa = mantissa*10 + uint64(c-'0')
		}
	}
	after := 0
	if point >= 0 {
		after = i - point - 1
	}
	power, scientific := 0, false
	if i < len(b) {
		if power, scientific = exponent(b[i:]); !scientific {
			return Cell{}, false
		}
	}
	if digits == 0 || digits-after > mostDigits || after > 100 {
		return Cell{}, false
	}
	places := after
	if digits > mostDigits {
		after -= digits - mostDigits
	}
	c := Cell{Kind: Number, Value: scaled(float64(mantissa), power-after), Places: int8(places)}
	c.Zeros = b[first] == '0' && digits > 1 && point != first+1
	if first > 0 {
		c.Value = -c.Value
	}
	switch {
	case scientific:
		c.Places = -1
	case places > 6 && c.whole():
		c.Places = 0 // 3.000000000000007
	}
	return c, !math.IsInf(c.Value, 0)
}

// wholeNumber is a number of digits alone, but for a sign.
func wholeNumber(b []byte, first int, mantissa uint64) Cell {
	value := float64(mantissa)
	if first > 0 {
		value = -value
	}
	return Cell{Kind: Number, Value: value, Zeros: b[first] == '0' && len(b)-first > 1}
}

// exponent reads what stands after the digits of a number in scientific
// notation.
func exponent(b []byte) (power int, ok bool) {
	if len(b) < 2 || len(b) > 5 || b[0]|0x20 != 'e' {
		return 0, false
	}
	b = b[1:]
	negative := b[0] == '-'
	if negative || b[0] == '+' {
		b = b[1:]
	}
	for _, c := range b {
		if c-'0' > 9 {
			return 0, false
		}
		power = power*10 + int(c-'0')
	}
	if negative {
		power = -power
	}
	return power, len(b) > 0
}

// scaled is a number times a power of ten.
func scaled(v float64, power int) float64 {
	switch {
	case power == 0 || v == 0:
		return v
	case power < 0 && -power < len(exact):
		return v / exact[-power]
	case power > 0 && power < len(exact):
		return v * exact[power]
	}
	return v * math.Pow10(power)
}

// quickMore reads the other fields that begin with a digit and of which tables
// have many: 12.5%, 1,234, 1,234 (17.2%), 12.1 (0.9). It leaves alone what
// needs a second look.
func quickMore(b []byte) (Cell, bool) {
	if b[len(b)-1] != ')' {
		return percent(b)
	}
	open := bytes.IndexByte(b, '(')
	if open < 1 || open+2 >= len(b) || !isDigit(b[open+1]) {
		return Cell{}, false
	}
	before := b[:open]
	if before[len(before)-1] == ' ' {
		before = before[:len(before)-1]
	}
	c, ok := percent(before)
	if !ok || c.Percent {
		return Cell{}, false
	}
	beside, ok := percent(b[open+1 : len(b)-1])
	if !ok {
		return Cell{}, false
	}
	c.Shape, c.Second, c.Places2, c.Kind2 = Beside, beside.Value, beside.Places, Number
	return c, true
}

// percent reads a number with a percent sign or commas between its thousands,
// or with neither.
func percent(b []byte) (Cell, bool) {
	if len(b) == 0 || !isDigit(b[0]) {
		return Cell{}, false
	}
	signed := b[len(b)-1] == '%'
	if signed {
		b = b[:len(b)-1]
	}
	var c Cell
	var ok bool
	if len(b) > 4 && b[len(b)-4] == ',' {
		c, ok = thousands(b)
	} else {
		c, ok = quick(b)
	}
	c.Percent = signed
	return c, ok
}

// thousands reads a whole number with commas between its thousands.
func thousands(b []byte) (Cell, bool) {
	comma := len(b) % 4
	if len(b) < 5 || len(b) > 19 || comma == 0 || b[0] == '0' {
		return Cell{}, false
	}
	value := 0
	for i, c := range b {
		switch {
		case i%4 == comma:
			if c != ',' {
				return Cell{}, false
			}
		case c-'0' > 9:
			return Cell{}, false
		default:
			value = value*10 + int(c-'0')
		}
	}
	return Cell{Kind: Number, Value: float64(value)}, true
}
