package models

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"gorm.io/gorm"

	"sallyport/ledger"
	"sallyport/review"
)

// EntryFilter chooses entries of the log. Empty fields choose all.
type EntryFilter struct {
	Project   string // at the time of the entry
	Workspace string
	Request   string
	Person    string // an id or a username: who acted, or whose account it is about
	Act       string
	SHA256    string
	From, To  time.Time // from From on, before To
	After     int64     // entries that follow this one
	Newest    bool      // the latest first
	Limit     int       // 0: all
	Words     bool      // with the words whose hashes stand in the entries
}

// LogEntry is an entry of the log, with what decides who may see it: its place
// is where its workspace stands today, its request what is known of that today
// (id, workspace, author, status, turn, since, created, editors and place).
type LogEntry struct {
	review.LogEntry
	ID    int64
	Bytes []byte         // the entry, verbatim; valid until the next one
	Words []ledger.Words // if they were asked for
}

// What an export keeps in memory: so many entries, of at most 32 KiB each, and
// so many of the requests and workspaces that they are about.
const (
	logChunk = 500
	logAbout = 5_000
)

// Entries yields entries in the order of their ids, one state of the database,
// with flat memory. An error ends it.
func (s *Store) Entries(ctx context.Context, f EntryFilter) iter.Seq2[LogEntry, error] {
	return func(yield func(LogEntry, error) bool) {
		goOn := true
		err := s.read(ctx, func(tx *gorm.DB) error {
			where, err := f.conditions(ctx, tx)
			if err != nil {
				return err
			}
			return f.each(ctx, tx, where, func(e LogEntry) bool {
				goOn = yield(e, nil)
				return goOn
			})
		})
		if err != nil && goOn {
			yield(LogEntry{}, err)
		}
	}
}

// conditions are the filter's, as SQL.
func (f EntryFilter) conditions(ctx context.Context, tx *gorm.DB) (conditions, error) {
	var c conditions
	for _, part := range []struct{ column, value string }{
		{"e.project", f.Project}, {"e.workspace", f.Workspace}, {"e.request_id", f.Request},
		{"e.act", f.Act}, {"e.sha256", f.SHA256},
	} {
		if part.value != "" {
			c.add(part.column+" = ?", part.value)
		}
	}
	if f.Person != "" {
		id := f.Person
		found, err := on[personRow](tx).Where("username = ?", f.Person).Limit(1).Find(ctx)
		if err != nil {
			return c, fmt.Errorf("find a person: %w", err)
		}
		for _, p := range found {
			id = p.ID
		}
		c.add("(e.actor_id = ? OR e.person_id = ?)", id, id)
	}
	if !f.From.IsZero() {
		c.add("e.at >= ?", at(f.From))
	}
	if !f.To.IsZero() {
		c.add("e.at < ?", at(f.To))
	}
	return c, nil
}

// each calls visit with each entry until it returns false.
func (f EntryFilter) each(ctx context.Context, tx *gorm.DB, where conditions, visit func(LogEntry) bool) error {
	about := logAbouts{requests: map[string]*review.Summary{}, places: map[string]review.Place{}}
	chunk := logReader{known: map[string]string{}}
	for left := f.Limit; f.Limit == 0 || left > 0; left -= logChunk {
		most := logChunk
		if f.Limit > 0 {
			most = min(most, left)
		}
		rows, err := chunk.read(ctx, tx, f, where, most)
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := about.learn(ctx, tx, rows); err != nil {
			return err
		}
		var words map[int64][]ledger.Words
		if f.Words {
			if words, err = wordsOf(ctx, tx, rows); err != nil {
				return err
			}
		}
		for _, row := range rows {
			if !visit(about.entry(row, words[row.ID])) {
				return nil
			}
		}
		f.After = rows[len(rows)-1].ID
	}
	return nil
}

// loggedRow is what is read of an entry; "" where it has no workspace or is of
// no request.
type loggedRow struct {
	ID                 int64
	Act, ActorID, Side string
	Workspace, Request string
	Policy             string // the scope and the organisation of an entry about a policy
	Bytes              []byte
}

// logReader reads entries in chunks, into the same memory: a log is long, and
// the same few names stand in many entries.
type logReader struct {
	rows  []loggedRow
	bytes []byte
	ends  []int // of each row's bytes
	known map[string]string
}

// policyOfEntry is of an entry about a policy the stream and the organisation;
// NULL of any other.
const policyOfEntry = "CASE WHEN e.act LIKE 'policy!_%' ESCAPE '!' THEN e.stream || '\n' || coalesce(e.organisation, '') END"

// read reads the entries that follow f.After. They are valid until it is called
// again.
func (l *logReader) read(ctx context.Context, tx *gorm.DB, f EntryFilter, where conditions, most int) (chunk []loggedRow, err error) {
	order := " ORDER BY e.id LIMIT ?"
	if f.Newest {
		order = " ORDER BY e.id DESC LIMIT ?"
	}
	switch {
	case f.After > 0 && f.Newest:
		where.add("e.id < ?", f.After)
	case f.After > 0:
		where.add("e.id > ?", f.After)
	}
	rows, err := tx.WithContext(ctx).Raw("SELECT e.id, e.act, e.actor_id, e.side, e.workspace, e.request_id, "+policyOfEntry+", e.bytes FROM entries e WHERE "+
		where.text()+order, append(where.values, most)...).Rows()
	if err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	l.rows, l.bytes, l.ends = l.rows[:0], l.bytes[:0], l.ends[:0]
	if len(l.known) > logAbout {
		clear(l.known)
	}
	for rows.Next() {
		var id int64
		var act, actor, side, workspace, request, policy, bytes sql.RawBytes
		if err := rows.Scan(&id, &act, &actor, &side, &workspace, &request, &policy, &bytes); err != nil {
			return nil, fmt.Errorf("read an entry after %d: %w", f.After, err)
		}
		l.rows = append(l.rows, loggedRow{
			ID: id, Act: l.name(act), ActorID: l.name(actor), Side: l.name(side), Workspace: l.name(workspace), Request: l.name(request),
			Policy: l.name(policy),
		})
		l.bytes = append(l.bytes, bytes...)
		l.ends = append(l.ends, len(l.bytes))
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	from := 0
	for i, end := range l.ends {
		l.rows[i].Bytes = l.bytes[from:end:end]
		from = end
	}
	return l.rows, nil
}

// name is a text that is likely to come again.
func (l *logReader) name(raw sql.RawBytes) string {
	if name, ok := l.known[string(raw)]; ok {
		return name
	}
	name := string(raw)
	l.known[name] = name
	return name
}

// wordsOf reads the words of entries, by entry.
func wordsOf(ctx context.Context, tx *gorm.DB, rows []loggedRow) (map[int64][]ledger.Words, error) {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	found, err := on[wordsRow](tx).Where("entry_id IN ?", ids).Order("entry_id, hash").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("read words of the log: %w", err)
	}
	words := make(map[int64][]ledger.Words, len(found))
	for _, w := range found {
		one := ledger.Words{Hash: w.Hash, Salt: hex.EncodeToString(w.Salt)}
		if w.Text != nil {
			one.Text = *w.Text
		}
		words[w.EntryID] = append(words[w.EntryID], one)
	}
	return words, nil
}

// logAbouts are the requests and workspaces that entries are about, as far as
// they were read; a request that is not there is nil.
type logAbouts struct {
	requests map[string]*review.Summary
	places   map[string]review.Place
}

// learn reads what entries are about and is not known yet.
func (a *logAbouts) learn(ctx context.Context, tx *gorm.DB, rows []loggedRow) error {
	if len(a.requests)+len(a.places) > logAbout {
		clear(a.requests)
		clear(a.places)
	}
	var requests, workspaces []string
	for _, r := range rows {
		if _, ok := a.requests[r.Request]; !ok && r.Request != "" {
			a.requests[r.Request] = nil
			requests = append(requests, r.Request)
		}
		if _, ok := a.places[r.Workspace]; !ok && r.Workspace != "" {
			a.places[r.Workspace] = review.Place{Workspace: r.Workspace}
			workspaces = append(workspaces, r.Workspace)
		}
	}
	if len(workspaces) > 0 {
		found, err := on[workspaceRow](tx).Where("name IN ?", workspaces).Find(ctx)
		if err != nil {
			return fmt.Errorf("read workspaces of the log: %w", err)
		}
		for _, w := range found {
			a.places[w.Name] = w.place()
		}
	}
	if len(requests) == 0 {
		return nil
	}
	found, err := on[requestRow](tx).Where("id IN ?", requests).Find(ctx)
	if err != nil {
		return fmt.Errorf("read requests of the log: %w", err)
	}
	for _, r := range found {
		a.requests[r.ID] = &review.Summary{
			ID: review.RequestID(r.ID), Workspace: r.Workspace,
			Author: review.Person{ID: review.PersonID(r.AuthorID), Username: r.Author},
			Status: review.Status(r.Status), Turn: r.Turn, TurnOver: r.TurnOver,
			Since: r.Since.Time, Created: r.Created.Time, Editors: r.Editors, Place: a.places[r.Workspace], Outside: r.Outside,
		}
	}
	return nil
}

func (a *logAbouts) entry(r loggedRow, words []ledger.Words) LogEntry {
	e := LogEntry{ID: r.ID, Bytes: r.Bytes, Words: words, LogEntry: review.LogEntry{
		Act: r.Act, By: review.PersonID(r.ActorID), Side: review.Side(r.Side), Place: a.places[r.Workspace], Request: a.requests[r.Request],
	}}
	if stream, organisation, ok := strings.Cut(r.Policy, "\n"); ok {
		e.Policy, e.Place.Organisation = review.PolicyScope(strings.TrimPrefix(stream, policyStream(""))), organisation
	}
	return e
}
