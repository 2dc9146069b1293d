package models

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"gorm.io/gorm"

	"sallyport/ledger"
	"sallyport/review"
)

func requestStream(id review.RequestID) string { return "request/" + string(id) }

// fold returns a request as it is at a version: from the cache, or from what
// is there of an earlier version and the entries since.
func (s *Store) fold(ctx context.Context, tx *gorm.DB, id review.RequestID, version int) (*review.Request, error) {
	base, from := s.folded.newest(id, version)
	if from == version {
		return base, nil
	}
	recs, err := recorded(ctx, tx, id, from, version)
	if err != nil {
		return nil, err
	}
	r := foldOn(id, base, recs)
	if r == nil || r.Version != version {
		return nil, fmt.Errorf("fold request %s: its entries do not reach version %d", id, version)
	}
	return r, nil
}

// foldOn applies entries to a request; base is nil for the first ones.
func foldOn(id review.RequestID, base *review.Request, recs []review.Recorded) *review.Request {
	if base == nil && len(recs) > 0 {
		base = &review.Request{ID: id}
	}
	return review.Fold(base, recs)
}

// recordedQuery reads the entries of a stream with the words that belong to
// each: as many rows for an entry as it has words, at least one.
const recordedQuery = `
SELECT e.id, e.version, e.act, e.at, e.actor_id, e.actor, e.actor_kind, e.role, e.bytes, w.hash, w.salt, w.text
FROM entries e LEFT JOIN words w ON w.entry_id = e.id
WHERE e.stream = ? AND e.version > ? AND e.version <= ?
ORDER BY e.version, w.hash`

// recorded reads the entries of a request after one version and up to another.
func recorded(ctx context.Context, tx *gorm.DB, id review.RequestID, after, upTo int) (recs []review.Recorded, err error) {
	rows, err := tx.WithContext(ctx).Raw(recordedQuery, requestStream(id), after, upTo).Rows()
	if err != nil {
		return nil, fmt.Errorf("read the entries of %s: %w", id, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var last stored
	seen := names{}
	for rows.Next() {
		var next stored
		if err := next.scan(rows, seen); err != nil {
			return nil, fmt.Errorf("read an entry of %s: %w", id, err)
		}
		if next.ID == last.ID {
			last.words = append(last.words, next.words...)
			continue
		}
		if recs, err = last.appendTo(recs); err != nil {
			return nil, err
		}
		last = next
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the entries of %s: %w", id, err)
	}
	return last.appendTo(recs)
}

// stored is an entry as it is read.
type stored struct {
	review.Recorded
	act   string
	bytes []byte
	words []review.Words
}

// names are texts that stand in most entries of a request: who did it, and
// what. Each is kept once.
type names map[string]string

func (n names) of(b []byte) string {
	if s, ok := n[string(b)]; ok {
		return s
	}
	s := string(b)
	n[s] = s
	return s
}

// scan reads plain texts, which database/sql copies without reflection.
func (e *stored) scan(rows *sql.Rows, seen names) error {
	var at instant
	var act, by, username, kind, as sql.RawBytes
	var hash, text sql.NullString
	var salt []byte
	err := rows.Scan(&e.ID, &e.Version, &act, &at, &by, &username, &kind, &as, &e.bytes, &hash, &salt, &text)
	e.At, e.act = at.Time, seen.of(act)
	e.By = review.Person{ID: review.PersonID(seen.of(by)), Username: seen.of(username)}
	e.Kind, e.As = review.ActorKind(seen.of(kind)), review.Role(seen.of(as))
	if hash.Valid && len(salt) == len(review.Words{}.Salt) {
		e.words = []review.Words{{Hash: hash.String, Salt: [32]byte(salt), Text: text.String}}
	}
	return err
}

// appendTo decodes the entry and adds it to recs; it does nothing for the zero
// value.
func (e stored) appendTo(recs []review.Recorded) ([]review.Recorded, error) {
	if e.ID == 0 {
		return recs, nil
	}
	body, version, err := eventOf(e.bytes)
	if err != nil {
		return nil, fmt.Errorf("entry %d: %w", e.ID, err)
	}
	event, err := decodeEvent(e.act, version, body, e.words)
	if err != nil {
		return nil, fmt.Errorf("entry %d: %w", e.ID, err)
	}
	rec := e.Recorded
	rec.Event = event
	return append(recs, rec), nil
}

// decodeEvent reads an event. Words that are not among words were erased.
func decodeEvent(act string, version int, body []byte, words []review.Words) (review.Event, error) {
	return review.DecodeEvent(act, version, body, func(hash string) (review.Words, bool) {
		for _, w := range words {
			if w.Hash == hash {
				return w, true
			}
		}
		return review.Words{}, false
	})
}

// eventOf finds the event in an entry's bytes, and its version. The bytes are
// canonical JSON, as ledger.Encode wrote them: there are no spaces, and the
// names before "event" are known. A cold request has thousands of entries;
// reading all of each would take twice as long.
func eventOf(entry []byte) (body []byte, version int, err error) {
	name := []byte(`,"event":`)
	start := bytes.Index(entry, name) + len(name)
	if start < len(name) || start >= len(entry) || entry[start] != '{' {
		return nil, 0, errors.New("an entry without an event")
	}
	depth := 0
	for i := start; i < len(entry); i++ {
		switch entry[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return entry[start : i+1], version, nil
			}
		case '"':
			from := i
			for i++; i < len(entry) && entry[i] != '"'; i++ {
				if entry[i] == '\\' {
					i++
				}
			}
			if depth == 1 && i+1 < len(entry) && string(entry[from:i+2]) == `"v":` {
				version = leadingInt(entry[i+2:])
			}
		}
	}
	return nil, 0, errors.New("an entry whose event does not end")
}

// leadingInt reads the digits at the beginning of b.
func leadingInt(b []byte) int {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' || n > math.MaxInt32 {
			break
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// eventFact gives an event's JSON its version.
func eventFact(act string, body []byte) json.RawMessage {
	v := fmt.Appendf(nil, `{"v":%d`, review.EventVersion(act))
	if len(body) > len("{}") {
		v = append(v, ',')
	}
	return append(v, body[1:]...)
}

// draftEvent makes the entry of an event of a request that stands as r before
// it; r is nil for the first.
func draftEvent(r *review.Request, id review.RequestID, rec review.Recorded, like draft) (draft, error) {
	body, words, err := review.EncodeEvent(rec.Event)
	if err != nil {
		return draft{}, err
	}
	file, path, sha256 := review.Subject(rec.Event)
	d := like
	d.Act, d.At, d.Event, d.Words = rec.Event.Act(), rec.At, eventFact(rec.Event.Act(), body), words
	d.Subject = ledger.Subject{Request: string(id), File: string(file), Path: path, SHA256: sha256}
	if r != nil {
		d.Turn = r.Turn
	}
	return d, nil
}
