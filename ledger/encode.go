package ledger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"
)

// wire is an entry as its bytes have it.
type wire struct {
	V  int    `json:"v"`
	At string `json:"at"`
	Entry
}

// Encode returns the canonical bytes of e, which are stored, hashed and
// exported and never made again. It refuses with ErrInvalid what docs/ledger.md
// does not allow, and with ErrTooLarge more than MaxEntry bytes.
func Encode(e Entry) ([]byte, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	w := writer{out: make([]byte, 0, 768+len(e.Event))}
	w.entry(e)
	switch {
	case w.err != nil:
		return nil, fmt.Errorf("%w: %w", ErrInvalid, w.err)
	case len(w.out) > MaxEntry:
		return nil, fmt.Errorf("%w: an entry of %d bytes", ErrTooLarge, len(w.out))
	}
	return w.out, nil
}

// Decode returns the entry whose bytes b are. It refuses all bytes that Encode
// would not have written for that entry: another form of the same JSON, unknown
// or repeated members, members that are empty, another format.
func Decode(b []byte) (Entry, error) {
	if len(b) > MaxEntry {
		return Entry{}, fmt.Errorf("%w: an entry of %d bytes", ErrTooLarge, len(b))
	}
	var w wire
	if err := json.Unmarshal(b, &w); err != nil {
		return Entry{}, fmt.Errorf("%w: not an entry's JSON", ErrNotCanonical)
	}
	if w.V != Format {
		return Entry{}, fmt.Errorf("%w: format %d is not known", ErrInvalid, w.V)
	}
	at, err := time.Parse(TimeLayout, w.At)
	if err != nil {
		return Entry{}, fmt.Errorf("%w: at is not a time", ErrInvalid)
	}
	e := w.Entry
	e.At = at
	again, err := Encode(e)
	if err != nil {
		return Entry{}, err
	}
	if !bytes.Equal(again, b) {
		return Entry{}, ErrNotCanonical
	}
	return e, nil
}

// writer writes an entry, the names of every object in canonical order.
type writer struct {
	out []byte
	err error
}

func (w *writer) entry(e Entry) {
	w.out = append(w.out, '{')
	w.text("act", e.Act)
	w.name("actor")
	w.actor(e.Actor)
	w.name("at")
	w.out = append(w.out, '"')
	w.out = e.At.UTC().AppendFormat(w.out, TimeLayout)
	w.out = append(w.out, '"')
	w.name("event")
	w.event(e.Event)
	w.text("grant", e.Grant)
	if e.Place != (Place{}) {
		w.name("place")
		w.place(e.Place)
	}
	w.text("policy", e.Policy)
	w.text("program", e.Program)
	w.text("role", e.Role)
	w.text("stream", e.Stream)
	if e.Subject != (Subject{}) {
		w.name("subject")
		w.subject(e.Subject)
	}
	w.integer("v", Format)
	if e.Version != 0 {
		w.integer("version", e.Version)
	}
	w.out = append(w.out, '}')
}

func (w *writer) actor(a Actor) {
	w.out = append(w.out, '{')
	if a.Automated {
		w.name("automated")
		w.out = append(w.out, "true"...)
	}
	w.text("id", a.ID)
	w.text("kind", string(a.Kind))
	w.text("username", a.Username)
	w.out = append(w.out, '}')
}

func (w *writer) place(p Place) {
	w.out = append(w.out, '{')
	w.text("backend", p.Backend)
	w.text("organisation", p.Organisation)
	w.text("project", p.Project)
	w.text("workspace", p.Workspace)
	w.out = append(w.out, '}')
}

func (w *writer) subject(s Subject) {
	w.out = append(w.out, '{')
	w.text("comment", s.Comment)
	w.text("confirmation", s.Confirmation)
	w.text("destination", s.Destination)
	w.text("file", s.File)
	w.text("group", s.Group)
	w.text("job", s.Job)
	w.text("job_request", s.JobRequest)
	w.text("path", s.Path)
	w.text("person", s.Person)
	w.text("policy", s.Policy)
	w.text("release", s.Release)
	w.text("request", s.Request)
	w.text("sha256", s.SHA256)
	w.text("token", s.Token)
	w.text("work", s.Work)
	w.out = append(w.out, '}')
}

// event writes the caller's facts in canonical form, inside one object, and
// demands their version.
func (w *writer) event(raw json.RawMessage) {
	versioned := false
	p := &parser{in: raw, onTop: func(name, value []byte) {
		if string(name) == "v" {
			n, err := strconv.Atoi(string(value))
			versioned = err == nil && n > 0
		}
	}}
	from := len(w.out)
	out, err := appendCanonical(w.out, p, 1)
	switch {
	case err != nil:
		w.err = fmt.Errorf("event: %w", err)
	case out[from] != '{' || !versioned:
		w.err = fmt.Errorf("event is not an object with a version")
	default:
		w.out = out
	}
}

// name writes a member's name, after a comma if it is not the object's first.
func (w *writer) name(name string) {
	if w.out[len(w.out)-1] != '{' {
		w.out = append(w.out, ',')
	}
	w.out = append(appendQuoted(w.out, name), ':')
}

// text writes a member whose value is text, unless it is empty.
func (w *writer) text(name, value string) {
	if value == "" {
		return
	}
	if !utf8.ValidString(value) {
		w.err = fmt.Errorf("%s: %w", name, errEncoding)
		return
	}
	w.name(name)
	w.out = appendQuoted(w.out, value)
}

func (w *writer) integer(name string, value int64) {
	w.name(name)
	w.out = strconv.AppendInt(w.out, value, 10)
}
