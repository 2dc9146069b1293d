package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"sallyport/ledger"
	"sallyport/review"
)

// entry is an entry of the log as a list shows it.
type entry struct {
	ID    int64           `json:"id"`
	Hash  string          `json:"hash"`
	Entry json.RawMessage `json:"entry"`
}

// mostRead bounds how many entries one page of the list looks at, readAtOnce at
// a time. A page may therefore have fewer entries than were asked for, and
// still a next one.
const (
	mostRead   = 20_000
	readAtOnce = 500
)

// listEntries answers GET /ledger/entries.
func (s *server) listEntries(c *gin.Context) error {
	actor := actorOf(c)
	if err := review.MayReadLog(actor); err != nil {
		return err
	}
	f, err := logFilter(c)
	if err != nil {
		return err
	}
	shows := s.shows(c.Request.Context(), actor)
	switch c.Query("format") {
	case "csv":
		return s.export(c, f, shows, "csv", "text/csv; charset=utf-8", ledger.WriteCSV)
	case "jsonl":
		return s.export(c, f, shows, "jsonl", "application/x-ndjson", ledger.WriteJSONLines)
	}
	return within(usualTime, func(c *gin.Context) error { return s.pageOfEntries(c, f, shows) })(c)
}

// shows says whether the auditor may see an entry, under today's policy at its
// place.
func (s *server) shows(ctx context.Context, actor review.Actor) func(LogRow) (bool, error) {
	policies := map[review.Place]review.Policy{} // a log has few places, and many entries
	return func(row LogRow) (bool, error) {
		policy, ok := policies[row.About.Place]
		if !ok {
			var err error
			if policy, err = s.Policy(ctx, row.About.Place); err != nil {
				return false, err
			}
			policies[row.About.Place] = policy
		}
		return review.LogShows(actor, policy, row.About), nil
	}
}

// logFilter reads which entries are asked for.
func logFilter(c *gin.Context) (LogFilter, error) {
	f := LogFilter{
		Project: c.Query("project"), Workspace: c.Query("workspace"), Request: c.Query("request"),
		Person: c.Query("person"), Act: c.Query("act"), SHA256: c.Query("sha256"),
	}
	var err error
	if f.From, err = moment(c, "from", 0); err != nil {
		return f, err
	}
	if f.To, err = moment(c, "to", 24*time.Hour); err != nil {
		return f, err
	}
	cursor := c.Query("cursor")
	if cursor == "" {
		return f, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		f.After, err = strconv.ParseInt(string(b), 10, 64)
	}
	if err != nil || f.After < 0 {
		return f, invalid("This cursor was not given by this list.")
	}
	return f, nil
}

// moment reads a time, or a date, to which so much is added.
func moment(c *gin.Context, name string, day time.Duration) (time.Time, error) {
	text := c.Query(name)
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t.UTC(), nil
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}, invalid("`%s` is a date such as 2026-11-21, or a time such as 2026-11-21T09:00:00Z.", name)
	}
	return t.Add(day), nil
}

// pageOfEntries answers with a page of the entries that the auditor may see.
func (s *server) pageOfEntries(c *gin.Context, f LogFilter, shows func(LogRow) (bool, error)) error {
	items, next, err := s.readEntries(c, f, shows)
	if err != nil {
		return err
	}
	return send(c, listOf(items, next, same))
}

// readEntries reads a page of entries, and the cursor of the next.
func (s *server) readEntries(c *gin.Context, f LogFilter, shows func(LogRow) (bool, error)) ([]entry, string, error) {
	_, limit := page(c)
	p := entryPage{items: []entry{}, most: limit, after: f.After}
	for !p.done {
		f.After, f.Limit = p.after, readAtOnce
		if err := p.take(s.Ledger.Entries(c.Request.Context(), f), shows); err != nil {
			return nil, "", err
		}
	}
	if !p.more {
		return p.items, "", nil
	}
	return p.items, base64.RawURLEncoding.EncodeToString(strconv.AppendInt(nil, p.after, 10)), nil
}

// entryPage is a page of entries while it is read.
type entryPage struct {
	items []entry
	most  int   // items that it holds
	after int64 // the last entry that was looked at
	read  int   // how many were
	done  bool
	more  bool // there are entries after the page
}

// take reads up to readAtOnce entries.
func (p *entryPage) take(rows iter.Seq2[LogRow, error], shows func(LogRow) (bool, error)) error {
	n := 0
	for row, err := range rows {
		if err != nil {
			return err
		}
		if len(p.items) == p.most || p.read == mostRead {
			p.more, p.done = true, true
			return nil
		}
		visible, err := shows(row)
		if err != nil {
			return err
		}
		if visible {
			sum := sha256.Sum256(row.Bytes)
			p.items = append(p.items, entry{row.ID, hex.EncodeToString(sum[:]), bytes.Clone(row.Bytes)})
		}
		p.after = row.ID
		p.read++
		if n++; n == readAtOnce {
			return nil
		}
	}
	p.done = true
	return nil
}

// export streams the entries. Those that the auditor may not see are in it as
// bare hashes if all were asked for; a filter leaves them out, since it would
// otherwise tell what is in them.
func (s *server) export(c *gin.Context, f LogFilter, shows func(LogRow) (bool, error), suffix, kind string,
	write func(io.Writer, iter.Seq2[ledger.Row, error]) error,
) error {
	rows := exported(s.Ledger.Entries(c.Request.Context(), f), shows, f == (LogFilter{}))
	c.Header("Content-Type", kind)
	c.Header("Content-Disposition", `attachment; filename="ledger.`+suffix+`"`)
	c.Status(http.StatusOK)
	return write(s.patient(c), rows)
}

func exported(rows iter.Seq2[LogRow, error], shows func(LogRow) (bool, error), whole bool) iter.Seq2[ledger.Row, error] {
	return func(yield func(ledger.Row, error) bool) {
		for row, err := range rows {
			visible := false
			if err == nil {
				visible, err = shows(row)
			}
			if err != nil {
				yield(ledger.Row{}, err)
				return
			}
			if !visible && !whole {
				continue
			}
			if !yield(ledger.Row{ID: row.ID, Bytes: row.Bytes, Hidden: !visible}, nil) {
				return
			}
		}
	}
}
