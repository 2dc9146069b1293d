package models

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"sallyport/ledger"
	"sallyport/review"
)

// ReplayReport says whether the tables are what the entries amount to.
type ReplayReport struct {
	Streams     int
	Entries     int64
	Differences []Difference // at most maxDifferences
	More        bool         // there are more
}

// Difference is one value that is not what the entries say.
type Difference struct {
	Stream   string // whose entries; "" for the log as a whole
	Table    string
	Row      string // the row's key
	Column   string // "" if the row as a whole is missing or too much
	Log      string // what the entries amount to
	Database string // what the table has
}

const maxDifferences = 1000

// Replay folds every stream again, without the cache, and compares every
// column of every folded table, and every copy beside an entry's bytes. It
// reads one state of the database and keeps one stream in memory.
func (s *Store) Replay(ctx context.Context) (ReplayReport, error) {
	p := &replay{}
	err := s.read(ctx, func(tx *gorm.DB) error {
		for stream := ""; ; {
			var next sql.NullString
			row := on[entryRow](tx).Raw("SELECT MIN(stream) FROM entries WHERE stream > ?", stream).Row(ctx)
			if err := row.Scan(&next); err != nil {
				return fmt.Errorf("find the next stream: %w", err)
			}
			if !next.Valid {
				break
			}
			stream = next.String
			if err := p.stream(ctx, tx, stream); err != nil {
				return fmt.Errorf("replay %s: %w", stream, err)
			}
		}
		if err := p.openings(ctx, tx); err != nil {
			return err
		}
		return p.strays(ctx, tx)
	})
	return p.report, err
}

// replay collects a report.
type replay struct {
	report ReplayReport
}

func (p *replay) differ(d Difference) {
	if len(p.report.Differences) >= maxDifferences {
		p.report.More = true
		return
	}
	p.report.Differences = append(p.report.Differences, d)
}

// replayed is an entry of a stream with what its bytes say and its words.
type replayed struct {
	row   entryRow
	entry ledger.Entry
	words []review.Words
}

// stream reads a stream, checks its entries, and compares what they amount to.
func (p *replay) stream(ctx context.Context, tx *gorm.DB, stream string) error {
	rows, err := on[entryRow](tx).Where("stream = ?", stream).Order("version").Find(ctx)
	if err != nil {
		return fmt.Errorf("read entries: %w", err)
	}
	said, err := on[wordsRow](tx).
		Where("entry_id IN (SELECT id FROM entries WHERE stream = ?)", stream).Order("entry_id, hash").Find(ctx)
	if err != nil {
		return fmt.Errorf("read words: %w", err)
	}
	words := map[int64][]review.Words{}
	for _, w := range said {
		if p.word(stream, w) {
			words[w.EntryID] = append(words[w.EntryID], review.Words{Hash: w.Hash, Salt: [32]byte(w.Salt), Text: *w.Text})
		}
	}
	p.report.Streams++
	entries := make([]replayed, 0, len(rows))
	for i, row := range rows {
		e, ok := p.entry(stream, row)
		if *row.Version != int64(i+1) {
			p.differ(Difference{stream, "entries", fmt.Sprint(row.ID), "version", fmt.Sprint(i + 1), fmt.Sprint(*row.Version)})
		}
		if !ok {
			return nil // what cannot be read cannot be folded; it is reported
		}
		entries = append(entries, replayed{row, e, words[row.ID]})
	}
	kind, of, _ := strings.Cut(stream, "/")
	switch kind {
	case "request":
		return p.request(ctx, tx, review.RequestID(of), entries)
	case "person", "token":
		return p.person(ctx, tx, of, entries)
	case "identity":
		return p.identity(ctx, tx, of, entries)
	case "workspace":
		return p.workspace(ctx, tx, of, entries)
	case "policy":
		return p.policy(ctx, tx, of, entries)
	}
	return nil
}

// word checks kept words against their hash; it is false for erased ones.
func (p *replay) word(stream string, w wordsRow) bool {
	if w.Text == nil {
		return false
	}
	if hash := ledger.WordsHash([32]byte(w.Salt), *w.Text); hash != w.Hash {
		p.differ(Difference{stream, "words", fmt.Sprint(w.EntryID), "hash", hash, w.Hash})
	}
	return true
}

// entry reads an entry's bytes and compares the columns beside them. The turn
// is compared where the stream is folded.
func (p *replay) entry(stream string, row entryRow) (ledger.Entry, bool) {
	p.report.Entries++
	e, err := ledger.Decode(row.Bytes)
	if err != nil {
		p.differ(Difference{stream, "entries", fmt.Sprint(row.ID), "bytes", err.Error(), ""})
		return e, false
	}
	want := rowOf(e, row.Bytes, row.Turn)
	want.ID = row.ID
	p.compare(stream, "entries", fmt.Sprint(row.ID), want, row)
	return e, true
}

// request folds a request and compares its rows.
func (p *replay) request(ctx context.Context, tx *gorm.DB, id review.RequestID, entries []replayed) (err error) {
	stream := requestStream(id)
	defer func() {
		// Entries that no rule would have written may not fold. That is found,
		// not fatal.
		if r := recover(); r != nil {
			p.differ(Difference{stream, "entries", "", "", fmt.Sprintf("cannot be folded: %v", r), ""})
			err = nil
		}
	}()
	var r *review.Request
	recs := make([]review.Recorded, 0, len(entries))
	for _, e := range entries {
		event, err := e.event()
		if err != nil {
			p.differ(Difference{stream, "entries", fmt.Sprint(e.row.ID), "bytes", err.Error(), ""})
			return nil
		}
		turn := 0
		if r != nil {
			turn = r.Turn
		}
		if turn != e.row.Turn {
			p.differ(Difference{stream, "entries", fmt.Sprint(e.row.ID), "turn", fmt.Sprint(turn), fmt.Sprint(e.row.Turn)})
		}
		recs = append(recs, review.Recorded{
			ID: e.row.ID, Version: int(*e.row.Version), At: e.entry.At,
			By:   review.Person{ID: review.PersonID(e.entry.Actor.ID), Username: e.entry.Actor.Username},
			Kind: review.ActorKind(e.entry.Actor.Kind), As: review.Role(e.entry.Role), Event: event,
		})
		r = foldOn(id, r, recs[len(recs)-1:])
	}
	want := project(review.Project(r))
	want.fromEntries(recs)
	return p.compareRequest(ctx, tx, stream, want)
}

func (p *replay) compareRequest(ctx context.Context, tx *gorm.DB, stream string, want projection) error {
	id := want.request.ID
	if err := compareRows(ctx, tx, p, stream, []requestRow{want.request}, "id = ?", id); err != nil {
		return err
	}
	files := make([]requestFileRow, 0, len(want.files))
	for _, f := range want.fileRows() {
		files = append(files, f)
	}
	if err := compareRows(ctx, tx, p, stream, files, "request_id = ?", id); err != nil {
		return err
	}
	var held []activeOutputRow
	for row := range want.held() {
		held = append(held, row)
	}
	if err := compareRows(ctx, tx, p, stream, held, "request_id = ?", id); err != nil {
		return err
	}
	return compareRows(ctx, tx, p, stream, want.released, "request_id = ?", id)
}

// openings checks the entries that are in no stream.
func (p *replay) openings(ctx context.Context, tx *gorm.DB) error {
	for after := int64(0); ; {
		rows, err := on[entryRow](tx).Where("stream = '' AND id > ?", after).Order("id").Limit(batch).Find(ctx)
		if err != nil {
			return fmt.Errorf("read openings: %w", err)
		}
		for _, row := range rows {
			p.entry("", row)
			after = row.ID
		}
		if len(rows) < batch {
			return nil
		}
	}
}

// strays finds folded rows whose stream has no entries.
func (p *replay) strays(ctx context.Context, tx *gorm.DB) error {
	for _, t := range []struct{ table, key, stream string }{
		{"requests", "id", "'request/' || t.id"},
		{"people", "id", "'person/' || t.id"},
		{"identities", "person_id", "'identity/' || t.person_id"},
		{"workspaces", "name", "'workspace/' || t.name"},
		{"policies", "scope", "'policy/' || t.scope"},
		{"policy_proposals", "scope", "'policy/' || t.scope"},
		{"tokens", "id", "CASE WHEN t.person_id IS NULL THEN 'token/' || t.id ELSE 'person/' || t.person_id END"},
	} {
		var keys []string
		err := on[string](tx).Raw("SELECT t."+t.key+" FROM "+t.table+" t WHERE NOT EXISTS"+
			" (SELECT 1 FROM entries e WHERE e.stream = "+t.stream+") ORDER BY 1 LIMIT ?", maxDifferences+1).Scan(ctx, &keys)
		if err != nil {
			return fmt.Errorf("find rows of %s without entries: %w", t.table, err)
		}
		for _, key := range keys {
			p.differ(Difference{Table: t.table, Row: key, Database: "a row without entries"})
		}
	}
	return nil
}

// compareRows reads the rows of a table that a condition chooses and compares
// them with what the entries amount to.
func compareRows[T tabler](ctx context.Context, tx *gorm.DB, p *replay, stream string, want []T, condition string, value any) error {
	var t T
	have, err := on[T](tx).Where(condition, value).Find(ctx)
	if err != nil {
		return fmt.Errorf("read %s: %w", t.TableName(), err)
	}
	there := make(map[string]T, len(have))
	for _, row := range have {
		there[keyOf(row)] = row
	}
	slices.SortFunc(want, func(a, b T) int { return strings.Compare(keyOf(a), keyOf(b)) })
	for _, row := range want {
		key := keyOf(row)
		found, ok := there[key]
		if !ok {
			p.differ(Difference{Stream: stream, Table: t.TableName(), Row: key, Log: "a row"})
			continue
		}
		delete(there, key)
		p.compare(stream, t.TableName(), key, row, found)
	}
	for key := range there {
		p.differ(Difference{Stream: stream, Table: t.TableName(), Row: key, Database: "a row"})
	}
	return nil
}

// compare reports the columns in which two rows differ.
func (p *replay) compare(stream, table, key string, log, database any) {
	want, have := columnsOf(log), columnsOf(database)
	for i, w := range want {
		if h := have[i]; !bytes.Equal(w.value, h.value) {
			p.differ(Difference{stream, table, key, w.name, string(w.value), string(h.value)})
		}
	}
}
