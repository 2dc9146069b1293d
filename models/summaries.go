package models

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"sallyport/review"
)

const (
	defaultLimit = 50
	maxLimit     = 500
	// maxPasses bounds how often Summaries reads on because Keep left rows out.
	maxPasses = 10
	// passRows is how many rows it reads at a time then.
	passRows = 500
)

// summaryRow is a request of a list, with the words of its title and where its
// workspace stands.
type summaryRow struct {
	Request      requestRow `gorm:"embedded"`
	TitleSalt    []byte
	TitleText    *string
	Project      string
	Organisation string
	Backend      string
	Ongoing      bool
	Archived     bool
	LookedStatus *string
	LookedTurn   int
	LookedFiles  int
	LookedAt     instant
	Said         saidAt `gorm:"embedded"`
}

const summaryQuery = `
SELECT r.*, t.salt AS title_salt, t.text AS title_text, w.project, w.organisation, w.backend, w.ongoing, w.archived,
	l.status AS looked_status, coalesce(l.turn, 0) AS looked_turn, coalesce(l.files, 0) AS looked_files, l.at AS looked_at,
	` + saidOf + `
FROM requests r JOIN workspaces w ON w.name = r.workspace
LEFT JOIN words t ON t.entry_id = r.title_entry AND t.hash = r.title_hash
LEFT JOIN looks l ON l.request_id = r.id AND l.person_id = ?
WHERE `

// withToday is a row as it is listed, with the policy at its place, if that is
// not the installation's.
func (s *Store) withToday(row summaryRow) (review.Summary, error) {
	sm := row.summary()
	if row.Said == (saidAt{}) {
		return sm, nil
	}
	p, err := s.holds(row.Said)
	sm.Today = &p
	return sm, err
}

func (s summaryRow) summary() review.Summary {
	r := s.Request
	title := review.Words{Hash: r.TitleHash}
	switch {
	case s.TitleText != nil && len(s.TitleSalt) == len(title.Salt):
		title.Salt, title.Text = [32]byte(s.TitleSalt), *s.TitleText
	case r.TitleHash != "":
		title.Erased = true
	}
	var looked *review.Look
	if s.LookedStatus != nil {
		looked = &review.Look{Status: review.Status(*s.LookedStatus), Turn: s.LookedTurn, Files: s.LookedFiles, At: s.LookedAt.Time}
	}
	return review.Summary{
		ID: review.RequestID(r.ID), Workspace: r.Workspace, Title: title,
		Author: review.Person{ID: review.PersonID(r.AuthorID), Username: r.Author},
		Status: review.Status(r.Status), Turn: r.Turn, TurnOver: r.TurnOver, Since: r.Since.Time, Created: r.Created.Time,
		Version: r.Version, LastAt: r.LastAt.Time, Files: r.Files, Submitted: r.Submitted, Needed: r.Needed, Outside: r.Outside,
		HeldUntil: r.HeldUntil.Time, Begun: r.Begun.Time, Editors: r.Editors, ReviewedBy: r.ReviewedBy, Unanswered: r.Unanswered, High: r.High,
		Voted: r.Voted.value, Looked: looked,
		Place: review.Place{
			Workspace: r.Workspace, Project: s.Project, Organisation: s.Organisation, Backend: s.Backend,
			Ongoing: s.Ongoing, Archived: s.Archived,
		},
	}
}

// Summaries reads a page of requests, the longest in their turn first, or last. Where
// Keep leaves requests out, it reads on, but no more than 5,000 rows for a
// page: a page may then hold fewer than its limit, or none, and still name a
// next one. A cursor that Summaries did not make is ErrInvalid.
func (s *Store) Summaries(ctx context.Context, f review.Filter) (review.Summaries, error) {
	from, err := readCursor(f.Cursor)
	if err != nil {
		return review.Summaries{}, err
	}
	var page review.Summaries
	err = s.read(ctx, func(tx *gorm.DB) error {
		page, err = s.summaries(ctx, tx, f, from)
		return err
	})
	return page, err
}

func (s *Store) summaries(ctx context.Context, tx *gorm.DB, f review.Filter, from cursor) (review.Summaries, error) {
	page := review.Summaries{Items: []review.Summary{}}
	limit := limited(f.Limit)
	rows := limit + 1
	if f.Keep != nil {
		rows = max(rows, passRows)
	}
	for range maxPasses {
		found, err := summariesAfter(ctx, tx, f, from, rows)
		if err != nil {
			return page, err
		}
		for _, row := range found {
			if len(page.Items) == limit {
				page.Next = from.String() // there is at least this one more
				return page, nil
			}
			from = cursor{row.Request.Since.Time, row.Request.ID}
			sm, err := s.withToday(row)
			if err != nil {
				return page, err
			}
			if f.Keep == nil || f.Keep(sm) {
				page.Items = append(page.Items, sm)
			}
		}
		if len(found) < rows {
			return page, nil
		}
	}
	page.Next = from.String()
	return page, nil
}

// limited is how many items a list holds.
func limited(limit int) int {
	switch {
	case limit <= 0:
		return defaultLimit
	case limit > maxLimit:
		return maxLimit
	}
	return limit
}

func summariesAfter(ctx context.Context, tx *gorm.DB, f review.Filter, from cursor, rows int) ([]summaryRow, error) {
	where := conditions{}
	drafts, rest := inReach(f.Visible.Drafts), inReach(f.Visible.Rest)
	where.add("(r.status = ? AND "+drafts.text()+" OR r.status <> ? AND "+rest.text()+")",
		append(append(append([]any{string(review.Pending)}, drafts.values...), string(review.Pending)), rest.values...)...)
	if len(f.Status) > 0 {
		where.add("r.status IN ?", f.Status)
	}
	for _, part := range []struct{ column, value string }{
		{"r.workspace", f.Workspace}, {"r.author", f.Author}, {"w.project", f.Project}, {"w.backend", f.Backend},
	} {
		if part.value != "" {
			where.add(part.column+" = ?", part.value)
		}
	}
	if !f.Before.IsZero() {
		where.add("r.since < ?", at(f.Before))
	}
	if f.Changed { // Keep looks closer
		where.add("(l.status <> r.status OR l.turn <> r.turn OR l.files <> r.files)")
	}
	order, follows := " ORDER BY r.since, r.id LIMIT ?", "(r.since, r.id) > (?, ?)"
	if f.Newest {
		order, follows = " ORDER BY r.since DESC, r.id DESC LIMIT ?", "(r.since, r.id) < (?, ?)"
	}
	if from.id != "" {
		where.add(follows, at(from.since), from.id)
	}
	values := append(append([]any{string(f.Viewer)}, where.values...), rows)
	found, err := on[summaryRow](tx).Raw(summaryQuery+where.text()+order, values...).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("read requests: %w", err)
	}
	return found, nil
}

// conditions is a list of conditions with their values. Their text is this
// package's own; what people sent is among the values.
type conditions struct {
	texts  []string
	values []any
}

func (c *conditions) add(text string, values ...any) {
	c.texts, c.values = append(c.texts, text), append(c.values, values...)
}

// text joins them all.
func (c *conditions) text() string {
	if len(c.texts) == 0 {
		return "1 = 1"
	}
	return strings.Join(c.texts, " AND ")
}

// inReach is the condition that a workspace w is within reach. One whose
// project is not known is only within all.
func inReach(r review.Reach) conditions {
	var c conditions
	if r.All {
		return c
	}
	var parts conditions
	for _, part := range []struct {
		column string
		names  []string
	}{{"w.project", r.Projects}, {"w.backend", r.Backends}, {"w.organisation", r.Organisations}} {
		if len(part.names) > 0 {
			parts.add(part.column+" IN ?", part.names)
		}
	}
	if len(parts.texts) == 0 {
		c.add("1 = 0")
		return c
	}
	c.add("w.project <> '' AND ("+strings.Join(parts.texts, " OR ")+")", parts.values...)
	return c
}

// cursor is the place in a list after which the next page begins.
type cursor struct {
	since time.Time
	id    string
}

// String is the cursor as it leaves the program.
func (c cursor) String() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %s", c.since.UnixMicro(), c.id))
}

// readCursor reads what String made; "" is the beginning.
func readCursor(text string) (cursor, error) {
	if text == "" {
		return cursor{}, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	micros, id, ok := strings.Cut(string(b), " ")
	since, numErr := strconv.ParseInt(micros, 10, 64)
	if err != nil || numErr != nil || !ok || !isID(id) {
		return cursor{}, refuse(review.ErrInvalid, "This cursor is not one that a list gave.")
	}
	return cursor{time.UnixMicro(since).UTC(), id}, nil
}

// isID reports whether an id can be one of ours: letters and digits, as ULIDs
// have them.
func isID(id string) bool {
	if id == "" || len(id) > 64 {
		return false
	}
	return strings.Trim(id, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_") == ""
}
