package policy

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// valueError is what is wrong with a value, and where within it.
type valueError struct {
	at   mark
	says string
}

func (e *valueError) Error() string { return e.says }

func wrong(n *yaml.Node, says string, args ...any) error {
	return &valueError{markOf(n), fmt.Sprintf(says, args...)}
}

// wrongAt is where an error of a value stands.
func wrongAt(err error, n *yaml.Node) mark {
	if e, ok := errors.AsType[*valueError](err); ok {
		return e.at
	}
	return markOf(n)
}

// scalar is the text of a plain value of one of the kinds.
func scalar(n *yaml.Node, wants string, tags ...string) (string, error) {
	if n.Kind == yaml.ScalarNode {
		for _, tag := range tags {
			if n.ShortTag() == tag {
				return n.Value, nil
			}
		}
		return "", wrong(n, "%s is not %s.", quoted(n.Value), wants)
	}
	return "", wrong(n, "Here stands %s, and no list or mapping.", wants)
}

func text(n *yaml.Node) (string, error) { return scalar(n, "a text", "!!str") }

// line is a text of one line that says something.
func line(n *yaml.Node, longest int) (string, error) {
	s, err := scalar(n, "a text; write it in quotes", "!!str")
	if err != nil {
		return "", err
	}
	if s == "" || s != strings.TrimSpace(s) || utf8.RuneCountInString(s) > longest || strings.ContainsFunc(s, unicode.IsControl) {
		return "", wrong(n, "Here stands a text of one line, of 1 to %d characters, without spaces around it.", longest)
	}
	return s, nil
}

func yesNo(n *yaml.Node) (bool, error) {
	s, err := scalar(n, "true or false", "!!bool")
	return strings.EqualFold(s, "true"), err
}

// whole is a whole number within bounds.
func whole(n *yaml.Node, least, most int) (int, error) {
	s, err := scalar(n, "a whole number", "!!int")
	if err != nil {
		return 0, err
	}
	var number int
	if n.Decode(&number) != nil || number < least || number > most {
		return 0, wrong(n, "%s is not from %d to %d.", quoted(s), least, most)
	}
	return number, nil
}

// decimal is a number in units of 1/per, within bounds that are given in such
// units.
func decimal(n *yaml.Node, per, least, most int) (int, error) {
	s, err := scalar(n, "a number", "!!int", "!!float")
	if err != nil {
		return 0, err
	}
	number, err := strconv.ParseFloat(s, 64)
	units := math.Round(number * float64(per))
	switch {
	case err != nil, math.IsNaN(number), units < float64(least), units > float64(most):
		return 0, wrong(n, "%s is not from %v to %v.", quoted(s), float64(least)/float64(per), float64(most)/float64(per))
	case math.Abs(units-number*float64(per)) > 1e-9:
		return 0, wrong(n, "%s has more than %d decimals.", quoted(s), len(strconv.Itoa(per))-1)
	}
	return int(units), nil
}

// span is a span of time in whole seconds.
func span(n *yaml.Node, most int64) (int64, error) {
	s, err := scalar(n, "a span of time with its unit, as 10m, 90s or 1h30m", "!!str")
	if err != nil {
		return 0, err
	}
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		return 0, wrong(n, "%s is not a span of time with its unit, as 10m, 90s or 1h30m.", quoted(s))
	case d < 0 || d%time.Second != 0 || int64(d/time.Second) > most:
		return 0, wrong(n, "%s is not whole seconds, from 0s to %s.", quoted(s), strings.TrimSuffix(time.Duration(most*int64(time.Second)).String(), "0m0s"))
	}
	return int64(d / time.Second), nil
}

var sized = regexp.MustCompile(`^([0-9]{1,12}) *(bytes|KiB|MiB|GiB)$`)

// size is a number of bytes.
func size(n *yaml.Node, most int64) (int64, error) {
	s, err := scalar(n, "a size with its unit, as 16 MiB", "!!str")
	if err != nil {
		return 0, err
	}
	m := sized.FindStringSubmatch(s)
	if m == nil {
		return 0, wrong(n, "%s is not a size with its unit: bytes, KiB, MiB or GiB, as in 16 MiB.", quoted(s))
	}
	number, err := strconv.ParseInt(m[1], 10, 64)
	for range map[string]int{"bytes": 0, "KiB": 1, "MiB": 2, "GiB": 3}[m[2]] {
		if number <= most {
			number <<= 10
		}
	}
	if err != nil || number < 1 || number > most {
		return 0, wrong(n, "%s is not from 1 bytes to 1 GiB.", quoted(s))
	}
	return number, nil
}

// list is a list of values, none of them twice.
func list[T comparable](n *yaml.Node, least, most int, read func(*yaml.Node) (T, error)) ([]T, error) {
	if n.Kind != yaml.SequenceNode {
		return nil, wrong(n, "Here stands a list, as [a, b].")
	}
	if len(n.Content) < least || len(n.Content) > most {
		return nil, wrong(n, "The list has %d values, and not from %d to %d.", len(n.Content), least, most)
	}
	values, seen := make([]T, 0, len(n.Content)), map[T]bool{}
	for _, item := range n.Content {
		v, err := read(item)
		if err != nil {
			return nil, err
		}
		if seen[v] {
			return nil, wrong(item, "This stands twice in the list.")
		}
		seen[v] = true
		values = append(values, v)
	}
	return values, nil
}
