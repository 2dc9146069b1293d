package pipeline

import (
	"encoding/json"
	"fmt"
)

// Optional is a field of a report that may be absent, null or a value. The
// first two both mean "not reported", and are kept apart only so that a report
// can be written again as it came. The zero Optional is absent.
//
// As a struct field it needs the JSON option omitzero.
type Optional[T any] struct {
	value T
	state state
}

type state uint8

const (
	absent state = iota
	null
	present
)

// Some returns a reported value.
func Some[T any](v T) Optional[T] { return Optional[T]{value: v, state: present} }

// Null returns a field that is there and says null.
func Null[T any]() Optional[T] { return Optional[T]{state: null} }

// Get returns the value and whether there is one.
func (o Optional[T]) Get() (T, bool) { return o.value, o.state == present }

// Or returns the value, or another where none was reported.
func (o Optional[T]) Or(other T) T {
	if o.state == present {
		return o.value
	}
	return other
}

// Reported reports whether there is a value.
func (o Optional[T]) Reported() bool { return o.state == present }

// IsZero reports whether the field is absent, so that omitzero leaves it out.
func (o Optional[T]) IsZero() bool { return o.state == absent }

// MarshalJSON writes the value, or null.
func (o Optional[T]) MarshalJSON() ([]byte, error) {
	if o.state != present {
		return []byte("null"), nil
	}
	return json.Marshal(o.value)
}

// UnmarshalJSON reads a value or null. It trusts its input, which is what
// MarshalJSON wrote; reports from outside are read by ReadReport.
func (o *Optional[T]) UnmarshalJSON(data []byte) error {
	*o = Null[T]()
	if string(data) == "null" {
		return nil
	}
	if err := json.Unmarshal(data, &o.value); err != nil {
		return fmt.Errorf("optional value: %w", err)
	}
	o.state = present
	return nil
}
