package pipeline

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The reading of a report's JSON. encoding/json alone would take a key in any
// case, the last of two equal keys, and could not name the field of a nested
// error.

// reading reads one field.
type reading func(field string, raw json.RawMessage) error

// valueReader reads one value of a kind.
type valueReader[T any] func(field string, raw json.RawMessage) (T, error)

// optional reads a field that may be null.
func optional[T any](into *Optional[T], read valueReader[T]) reading {
	return func(field string, raw json.RawMessage) error {
		if isJSONNull(raw) {
			*into = Null[T]()
			return nil
		}
		v, err := read(field, raw)
		if err != nil {
			return err
		}
		*into = Some(v)
		return nil
	}
}

// required reads a field that may not be null. Whether it is there at all is
// seen afterwards by its value.
func required[T any](into *T, read valueReader[T]) reading {
	return func(field string, raw json.RawMessage) error {
		if isJSONNull(raw) {
			return wrong(field, "This field is required.")
		}
		v, err := read(field, raw)
		if err != nil {
			return err
		}
		*into = v
		return nil
	}
}

// nullable reads a field whose null is the zero value.
func nullable[T any](into *T, read valueReader[T]) reading {
	return func(field string, raw json.RawMessage) error {
		if isJSONNull(raw) {
			return nil
		}
		return required(into, read)(field, raw)
	}
}

func isJSONNull(raw json.RawMessage) bool { return string(raw) == "null" }

// readObject reads an object whose keys are exactly among the fields.
func readObject(at string, raw []byte, fields map[string]reading) error {
	dec, err := open(at, raw, '{', "an object")
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return notJSON(at, err)
		}
		key, ok := token.(string)
		if !ok {
			return notJSON(at, errors.New("a key is not text"))
		}
		field := key
		if at != "" {
			field = at + "." + key
		}
		read, known := fields[key]
		switch {
		case !known:
			return wrong(cut(field), "This field is not known.")
		case seen[key]:
			return wrong(field, "This field stands twice.")
		}
		seen[key] = true
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return notJSON(field, err)
		}
		if err := read(field, value); err != nil {
			return err
		}
	}
	return end(at, dec)
}

// readList reads a list of at most so many values.
func readList[T any](field string, raw json.RawMessage, most int, read valueReader[T]) ([]T, error) {
	dec, err := open(field, raw, '[', "a list")
	if err != nil {
		return nil, err
	}
	list := []T{}
	for dec.More() {
		if len(list) == most {
			return nil, wrong(field, "The list has more than %d entries.", most)
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, notJSON(field, err)
		}
		v, err := read(indexed(field, len(list)), value)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, end(field, dec)
}

func open(field string, raw []byte, delim json.Delim, what string) (*json.Decoder, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	token, err := dec.Token()
	if err != nil {
		return nil, notJSON(field, err)
	}
	if token != delim {
		return nil, wrong(field, "This must be %s.", what)
	}
	return dec, nil
}

// end reads the closing bracket and refuses anything after it.
func end(field string, dec *json.Decoder) error {
	if _, err := dec.Token(); err != nil {
		return notJSON(field, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return wrong(field, "Something stands after the end of the report.")
	}
	return nil
}

func notJSON(field string, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return wrong(field, "The JSON ends too early.")
	}
	return wrong(field, "This is not JSON: %s.", err)
}

func readString(field string, raw json.RawMessage) (string, error) {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", wrong(field, "This must be text.")
	}
	return s, nil
}

func readBool(field string, raw json.RawMessage) (bool, error) {
	var b bool
	if err := json.Unmarshal(raw, &b); err != nil {
		return false, wrong(field, "This must be true or false.")
	}
	return b, nil
}

// readCount reads a whole number that every JSON reader can hold.
func readCount(least int64) valueReader[int64] {
	const most = 1<<53 - 1
	return func(field string, raw json.RawMessage) (int64, error) {
		var n int64
		if err := json.Unmarshal(raw, &n); err != nil || n < least || n > most {
			return 0, wrong(field, "This must be a whole number, %d or more.", least)
		}
		return n, nil
	}
}

func readMatch(form *regexp.Regexp, what string) valueReader[string] {
	return func(field string, raw json.RawMessage) (string, error) {
		s, err := readString(field, raw)
		if err != nil {
			return "", err
		}
		if !form.MatchString(s) {
			return "", wrong(field, "%s is not %s.", shown(s), what)
		}
		return s, nil
	}
}

// readText reads one line of text.
func readText(most int) valueReader[string] {
	return func(field string, raw json.RawMessage) (string, error) {
		s, err := readString(field, raw)
		switch {
		case err != nil:
			return "", err
		case strings.TrimSpace(s) == "":
			return "", wrong(field, "This is empty; what is not known is null.")
		case utf8.RuneCountInString(s) > most:
			return "", wrong(field, "This is longer than %d characters.", most)
		case strings.ContainsFunc(s, unicode.IsControl):
			return "", wrong(field, "This contains a control character.")
		}
		return s, nil
	}
}

// readName reads the name of an action.
func readName(field string, raw json.RawMessage) (string, error) {
	if isJSONNull(raw) {
		return "", wrong(field, "This must be the name of an action.")
	}
	return readText(500)(field, raw)
}

// readMessage reads what a backend says about a status, which may have lines.
func readMessage(field string, raw json.RawMessage) (string, error) {
	const most = 10_000
	s, err := readString(field, raw)
	switch {
	case err != nil:
		return "", err
	case utf8.RuneCountInString(s) > most:
		return "", wrong(field, "This is longer than %d characters.", most)
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\n\r\t", r) }):
		return "", wrong(field, "This contains a control character.")
	}
	return s, nil
}

// readRepo reads the address of a repository, which pages will link to: only
// the web's schemes, and no password in it.
func readRepo(field string, raw json.RawMessage) (string, error) {
	s, err := readText(500)(field, raw)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return "", wrong(field, "%s is not the https address of a repository.", shown(s))
	}
	return s, nil
}

func indexed(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }

// cut keeps an unknown field's name from filling the answer.
func cut(field string) string {
	if len(field) <= 100 {
		return field
	}
	return strings.ToValidUTF8(field[:100], "") + "…"
}
