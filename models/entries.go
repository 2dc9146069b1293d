package models

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"sallyport/ledger"
	"sallyport/review"
)

// entryRow is a record of the log. Bytes is the record; the other columns are
// copies of what stands in it, for searching, and where the request stood.
type entryRow struct {
	ID           int64 `gorm:"primaryKey;autoIncrement"`
	Stream       string
	Version      *int64
	Act          string
	At           instant
	ActorID      string
	Actor        string
	ActorKind    string
	Automated    bool
	Role         string
	GrantID      string
	Side         string
	Turn         int
	Project      *string
	Workspace    *string
	Organisation *string
	Backend      *string
	RequestID    *string
	FileID       *string
	Path         *string
	SHA256       *string `gorm:"column:sha256"`
	PersonID     *string
	Policy       *string
	Program      string
	Bytes        []byte
}

func (entryRow) TableName() string { return "entries" }

// wordsRow keeps the words whose hash stands in an entry; Salt and Text are
// NULL once they are erased.
type wordsRow struct {
	EntryID int64  `gorm:"primaryKey;autoIncrement:false"`
	Hash    string `gorm:"primaryKey"`
	Salt    []byte
	Text    *string
}

func (wordsRow) TableName() string { return "words" }

// draft is an entry that is not written yet.
type draft struct {
	Act     string
	At      time.Time // whole microseconds
	Actor   review.Actor
	Role    review.Role // "" for the system and the operator
	Grant   string
	Turn    int // of the request, before the act
	Place   review.Place
	Subject ledger.Subject
	Policy  string          // hash of the policy in force
	Event   json.RawMessage // an object with its version as "v"
	Words   []review.Words  // whose hashes stand in Event
}

// fact makes an event of v, a struct whose version is the member "v".
func fact(v any) (json.RawMessage, error) { return json.Marshal(v) }

// batch bounds the rows of one INSERT: SQLite takes 32,766 parameters.
const batch = 500

// append writes entries to a stream after its version last, and their words.
// It returns their ids, which rise. Whoever calls it holds a lock on what the
// stream is of, or has just made it. Openings have no stream ("") and no
// version.
func (s *Store) append(ctx context.Context, tx *gorm.DB, stream string, last int, drafts []draft) ([]int64, error) {
	rows := make([]entryRow, 0, len(drafts))
	for i, d := range drafts {
		version := int64(last + i + 1)
		if stream == "" {
			version = 0
		}
		row, err := s.encode(d, stream, version)
		if err != nil {
			return nil, fmt.Errorf("entry %s of %s: %w", d.Act, stream, err)
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	if err := on[entryRow](tx).CreateInBatches(ctx, &rows, batch); err != nil {
		return nil, fmt.Errorf("write entries of %s: %w", stream, err)
	}
	ids := make([]int64, 0, len(rows))
	var words []wordsRow
	for i, d := range drafts {
		ids = append(ids, rows[i].ID)
		words = appendWords(words, rows[i].ID, d.Words)
	}
	if len(words) > 0 {
		if err := on[wordsRow](tx).CreateInBatches(ctx, &words, batch); err != nil {
			return nil, fmt.Errorf("write the words of %s: %w", stream, err)
		}
	}
	return ids, nil
}

// appendWords adds the rows of an entry's words. Two equal hashes in an entry
// are the same words.
func appendWords(rows []wordsRow, entry int64, words []review.Words) []wordsRow {
	from := len(rows)
next:
	for _, w := range words {
		for _, row := range rows[from:] {
			if row.Hash == w.Hash {
				continue next
			}
		}
		row := wordsRow{EntryID: entry, Hash: w.Hash}
		if !w.Erased {
			row.Salt, row.Text = w.Salt[:], &w.Text
		}
		rows = append(rows, row)
	}
	return rows
}

// encode makes the row of an entry: its bytes, and the copies.
func (s *Store) encode(d draft, stream string, version int64) (entryRow, error) {
	e := ledger.Entry{
		Act: d.Act, At: d.At, Actor: actorOf(d.Actor), Role: string(d.Role), Grant: d.Grant,
		Stream: stream, Version: version, Subject: d.Subject,
		Place: ledger.Place{
			Project: d.Place.Project, Workspace: d.Place.Workspace,
			Organisation: d.Place.Organisation, Backend: d.Place.Backend,
		},
		Policy: d.Policy, Program: s.config.Program, Event: d.Event,
	}
	if d.Actor.Kind == review.IsSystem || d.Actor.Kind == review.IsOperator {
		e.Role, e.Grant = "", "" // they have no roles
	}
	bytes, err := ledger.Encode(e)
	if err != nil {
		return entryRow{}, err
	}
	return rowOf(e, bytes, d.Turn), nil
}

// rowOf copies what entries are searched by out of an entry.
func rowOf(e ledger.Entry, bytes []byte, turn int) entryRow {
	row := entryRow{
		Stream: e.Stream, Act: e.Act, At: at(e.At),
		ActorID: e.Actor.ID, Actor: e.Actor.Username, ActorKind: string(e.Actor.Kind), Automated: e.Actor.Automated,
		Role: e.Role, GrantID: e.Grant, Side: sideOf(review.Role(e.Role), review.ActorKind(e.Actor.Kind)), Turn: turn,
		Project: optional(e.Place.Project), Workspace: optional(e.Place.Workspace),
		Organisation: optional(e.Place.Organisation), Backend: optional(e.Place.Backend),
		RequestID: optional(e.Subject.Request), FileID: optional(e.Subject.File),
		Path: optional(e.Subject.Path), SHA256: optional(e.Subject.SHA256),
		PersonID: optional(e.Subject.Person), Policy: optional(e.Policy),
		Program: e.Program, Bytes: bytes,
	}
	if e.Version > 0 {
		row.Version = &e.Version
	}
	return row
}

func actorOf(a review.Actor) ledger.Actor {
	return ledger.Actor{
		ID: string(a.ID), Username: a.Username, Kind: ledger.Kind(a.Kind), Automated: a.Automated && a.Kind == review.IsPerson,
	}
}

// sideOf says on which side of a request an act was done, by the role that it
// was done in. Observers look at it with the author's side.
func sideOf(as review.Role, kind review.ActorKind) string {
	switch {
	case as == review.OutputChecker:
		return "checker"
	case as == review.Researcher, as == review.Observer:
		return "author"
	case as == review.Administrator, kind == review.IsOperator:
		return "administrator"
	case kind == review.IsSystem:
		return "system"
	}
	return ""
}

// tail is where a stream ends, and the time of what is written next: now, but
// never before the stream's last entry.
type tail struct {
	stream  string
	version int
	now     time.Time
}

// tailOf reads where a stream ends. Whoever calls it holds a lock on what the
// stream is of, until the entry is written.
func (s *Store) tailOf(ctx context.Context, tx *gorm.DB, stream string) (tail, error) {
	ends, err := on[entryRow](tx).Select("version, at").Where("stream = ?", stream).
		Order("version DESC").Limit(1).Find(ctx)
	if err != nil {
		return tail{}, fmt.Errorf("read the end of %s: %w", stream, err)
	}
	t := tail{stream: stream, now: s.now()}
	for _, end := range ends {
		t.version, t.now = int(*end.Version), latest(t.now, end.At.Time)
	}
	return t, nil
}

// record writes one entry at the end of a stream, at the tail's time.
func (s *Store) record(ctx context.Context, tx *gorm.DB, t tail, d draft) error {
	d.At = t.now
	_, err := s.append(ctx, tx, t.stream, t.version, []draft{d})
	return err
}
