package main

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"sallyport/models"
	"sallyport/review"
	"sallyport/web"
)

// counted is a log that counts the statements that a store sends: by a clock
// that is ahead, all of them took long.
type counted struct{ sent atomic.Int64 }

func (*counted) Enabled(context.Context, slog.Level) bool { return true }

func (c *counted) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "slow statement" {
		c.sent.Add(1)
	}
	return nil
}

func (c *counted) WithAttrs([]slog.Attr) slog.Handler { return c }

func (c *counted) WithGroup(string) slog.Handler { return c }

// TestQueriesOfARequestPage: a request's page takes no more queries for 400
// files than for 10, the session included.
func TestQueriesOfARequestPage(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		p := start(t, url, time.Hour)
		paths := p.bulk("many", 410)
		submitted := func(paths []string) string {
			id := p.draftIn("many", "researcher1", paths...)
			p.act("researcher1", id, "submit", object{}, 200)
			return id
		}
		few, many := submitted(paths[:10]), submitted(paths[10:])

		sent := &counted{}
		store, err := models.Open(t.Context(), models.Config{
			URL: url, Now: func() time.Time { return now().Add(time.Hour) }, NewID: newID, NewSalt: salt, Policy: review.DefaultPolicy(),
			Log: slog.New(sent), Program: version, Destinations: names(p.app.settings.destinations),
		})
		must(t, err)
		defer func() { must(t, store.Close()) }()
		slow := *p.app
		slow.store, slow.reviews = store, review.NewService(store, keeper{p.app.dir, p.app.vault}, newID)
		must(t, slow.letSampleIn("http://127.0.0.1:1"))
		handler, err := web.NewHandler(slow.webConfig(nil, false))
		must(t, err)
		server := httptest.NewServer(handler)
		defer server.Close()

		b := p.signsIn("checker1")
		b.p = &program{t: t, url: server.URL}
		count := func(id string) int64 {
			b.ask("GET", "/requests/"+id, nil).says("Review the files") // fills the cache
			before := sent.sent.Load()
			b.ask("GET", "/requests/"+id, nil).says("Review the files")
			return sent.sent.Load() - before
		}
		ten, fourHundred := count(few), count(many)
		t.Logf("%d queries for 10 files, %d for 400", ten, fourHundred)
		if ten != fourHundred || fourHundred > 8 || ten == 0 {
			t.Errorf("%d queries for 10 files, %d for 400, want the same, 8 at most", ten, fourHundred)
		}
	})
}
