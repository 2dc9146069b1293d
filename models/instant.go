package models

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"
)

// instant is a time in a row: UTC, whole microseconds. SQLite keeps it as an
// integer and has no type that would say so, hence Scan. The zero instant is
// NULL.
type instant struct{ time.Time }

func at(t time.Time) instant {
	if t.IsZero() {
		return instant{}
	}
	return instant{t.UTC().Truncate(time.Microsecond)}
}

// Value is what the database keeps.
func (i instant) Value() (driver.Value, error) {
	if i.IsZero() {
		return nil, nil
	}
	return i.UTC().Truncate(time.Microsecond), nil
}

// Scan reads what either database returns.
func (i *instant) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*i = instant{}
	case int64:
		*i = instant{time.UnixMicro(v).UTC()}
	case time.Time:
		*i = at(v)
	default:
		return fmt.Errorf("a time cannot be read from %T", v)
	}
	return nil
}

// optional is a text that is NULL where there is none.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// texts is a short list of texts in one column, as JSON.
type texts[T ~string] []T

// Value is what the database keeps.
func (l texts[T]) Value() (driver.Value, error) {
	if l == nil {
		l = texts[T]{}
	}
	b, err := json.Marshal(l)
	return string(b), err
}

// Scan reads what either database returns.
func (l *texts[T]) Scan(v any) error {
	switch v := v.(type) {
	case string:
		return json.Unmarshal([]byte(v), l)
	case []byte:
		return json.Unmarshal(v, l)
	}
	return fmt.Errorf("a list cannot be read from %T", v)
}
