package models

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
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
	Newest    bool      // the latest first; not with words
	Limit     int       // 0: all
	Words     bool      // with the words whose hashes stand in the entries
}

// LogEntry is an entry of the log as it is found, with what decides who may
// see it.
type LogEntry struct {
	ID      int64
	Stream  string // "" for openings
	Version int    // 0 for openings
	Act     string
	At      time.Time
	Actor   review.Person
	Kind    review.ActorKind
	Role    review.Role
	Side    string       // "author", "checker", "administrator", "system" or ""
	Turn    int          // of the request, before the act
	Place   review.Place // at the time of the entry; Ongoing and Archived are not set
	Today   review.Place // where the entry's workspace stands today
	Request review.RequestID
	File    review.FileID
	Path    string
	SHA256  string
	Person  review.PersonID // whose account it is about
	Bytes   []byte          // the entry, verbatim
	Words   []ledger.Words  // if they were asked for
	// Summary is what is known today of the request that the entry is about:
	// id, workspace, author, status, turn, since, created, editors and place.
	// It is nil for other entries.
	Summary *review.Summary
}

const entriesQuery = `
SELECT e.id, e.stream, e.version, e.act, e.at, e.actor_id, e.actor, e.actor_kind, e.role, e.side, e.turn,
	e.project, e.workspace, e.organisation, e.backend, e.request_id, e.file_id, e.path, e.sha256, e.person_id, e.bytes,
	r.workspace, r.author_id, r.author, r.status, r.turn, r.turn_over, r.since, r.created, r.editors,
	w.project, w.organisation, w.backend, w.ongoing, w.archived, %s
FROM entries e
LEFT JOIN requests r ON r.id = e.request_id
LEFT JOIN workspaces w ON w.name = e.workspace
%s WHERE `

// Entries yields entries in the order of their ids, one state of the database,
// with one entry in memory at a time. An error ends it.
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
	switch {
	case f.After > 0 && f.Newest:
		c.add("e.id < ?", f.After)
	case f.After > 0:
		c.add("e.id > ?", f.After)
	}
	return c, nil
}

// each calls visit with each entry until it returns false.
func (f EntryFilter) each(ctx context.Context, tx *gorm.DB, where conditions, visit func(LogEntry) bool) (err error) {
	query, order, values := fmt.Sprintf(entriesQuery, "NULL, NULL, NULL", ""), " ORDER BY e.id", where.values
	if f.Newest {
		order += " DESC"
	}
	switch {
	case f.Words && f.Limit > 0: // the limit is of entries, not of rows
		query = fmt.Sprintf(entriesQuery, "t.hash, t.salt, t.text", "LEFT JOIN words t ON t.entry_id = e.id") +
			"e.id IN (SELECT e.id FROM entries e WHERE " + where.text() + " ORDER BY e.id LIMIT ?) AND "
		values = append(append(where.values[:len(where.values):len(where.values)], f.Limit), where.values...)
		order += ", t.hash"
	case f.Words:
		query = fmt.Sprintf(entriesQuery, "t.hash, t.salt, t.text", "LEFT JOIN words t ON t.entry_id = e.id")
		order += ", t.hash"
	case f.Limit > 0:
		order += " LIMIT ?"
		values = append(where.values[:len(where.values):len(where.values)], f.Limit)
	}
	rows, err := tx.WithContext(ctx).Raw(query+where.text()+order, values...).Rows()
	if err != nil {
		return fmt.Errorf("read the log: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	scan := entryScanner{}
	var last LogEntry
	for rows.Next() {
		e, err := scan.entry(rows)
		if err != nil {
			return fmt.Errorf("read an entry after %d: %w", last.ID, err)
		}
		if e.ID == last.ID {
			last.Words = append(last.Words, e.Words...)
			continue
		}
		if last.ID > 0 && !visit(last) {
			return nil
		}
		last = e
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read the log: %w", err)
	}
	if last.ID > 0 {
		visit(last)
	}
	return nil
}

// entryScanner reads rows of entriesQuery. Entries of one request follow each
// other, so it reads the list of editors again only when it differs.
type entryScanner struct {
	editorsText string
	editors     []review.PersonID
}

func (s *entryScanner) entry(rows *sql.Rows) (LogEntry, error) {
	var e LogEntry
	var when instant
	var version sql.NullInt64
	var place, today [4]sql.NullString // project, organisation, backend, workspace
	var request, file, path, sha256, person sql.NullString
	var r nullSummary
	var ongoing, archived sql.NullBool
	var hash, text sql.NullString
	var salt []byte
	err := rows.Scan(&e.ID, &e.Stream, &version, &e.Act, &when, &e.Actor.ID, &e.Actor.Username, &e.Kind, &e.Role, &e.Side, &e.Turn,
		&place[0], &place[3], &place[1], &place[2], &request, &file, &path, &sha256, &person, &e.Bytes,
		&r.workspace, &r.authorID, &r.author, &r.status, &r.turn, &r.turnOver, &r.since, &r.created, &r.editors,
		&today[0], &today[1], &today[2], &ongoing, &archived, &hash, &salt, &text)
	if err != nil {
		return e, err
	}
	e.Version, e.At = int(version.Int64), when.Time
	e.Request, e.File, e.Person = review.RequestID(request.String), review.FileID(file.String), review.PersonID(person.String)
	e.Path, e.SHA256 = path.String, sha256.String
	e.Place = review.Place{
		Workspace: place[3].String, Project: place[0].String, Organisation: place[1].String, Backend: place[2].String,
	}
	e.Today = review.Place{
		Workspace: place[3].String, Project: today[0].String, Organisation: today[1].String, Backend: today[2].String,
		Ongoing: ongoing.Bool, Archived: archived.Bool,
	}
	if hash.Valid {
		e.Words = []ledger.Words{{Hash: hash.String, Salt: hex.EncodeToString(salt), Text: text.String}}
	}
	if r.workspace.Valid {
		e.Summary, err = s.summary(e, r)
	}
	return e, err
}

// nullSummary is the columns of an entry's request, if it has one.
type nullSummary struct {
	workspace, authorID, author, status, editors sql.NullString
	turn                                         sql.NullInt64
	turnOver                                     sql.NullBool
	since, created                               instant
}

func (s *entryScanner) summary(e LogEntry, r nullSummary) (*review.Summary, error) {
	if r.editors.String != s.editorsText {
		s.editors = nil
		if err := json.Unmarshal([]byte(r.editors.String), &s.editors); err != nil {
			return nil, fmt.Errorf("editors: %w", err)
		}
		s.editorsText = r.editors.String
	}
	return &review.Summary{
		ID: e.Request, Workspace: r.workspace.String,
		Author: review.Person{ID: review.PersonID(r.authorID.String), Username: r.author.String},
		Status: review.Status(r.status.String), Turn: int(r.turn.Int64), TurnOver: r.turnOver.Bool,
		Since: r.since.Time, Created: r.created.Time, Editors: s.editors, Place: e.Today,
	}, nil
}
