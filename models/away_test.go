package models

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"sallyport/review"
)

// server is a connection to the PostgreSQL server of a test, beside its
// database.
func server(t *testing.T, address string) (db *sql.DB, database string) {
	t.Helper()
	u := must[*url.URL](t)(url.Parse(address))
	database = strings.TrimPrefix(u.Path, "/")
	u.Path = "/postgres"
	db = must[*sql.DB](t)(sql.Open("pgx", u.String()))
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db, database
}

// The database is gone for a while: everything says so, and works afterwards.
func TestPostgresGone(t *testing.T) {
	address := postgresURL(t)
	s := newScene(t, openForTest(t, address), 2)
	admin, database := server(t, address)
	run := func(statement string) {
		t.Helper()
		if _, err := admin.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	gone := func() {
		run("ALTER DATABASE " + database + " ALLOW_CONNECTIONS false")
		run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + database + "'")
	}
	back := func() { run("ALTER DATABASE " + database + " ALLOW_CONNECTIONS true") }
	rule := events(review.OutputChecker, vote(1, review.Approve))
	before := s.replays(t).Entries

	gone()
	for name, do := range map[string]func() error{
		"Change":    func() error { _, err := s.Change(t.Context(), s.votes("k", ""), rule); return err },
		"Snapshot":  func() error { _, err := s.Snapshot(t.Context(), s.id, s.checker); return err },
		"Summaries": func() error { _, err := s.Summaries(t.Context(), review.Filter{}); return err },
		"Search": func() error {
			_, err := s.Search(t.Context(), review.SearchQuery{Seen: everything, ID: "0"})
			return err
		},
		"Token":  func() error { _, err := s.Token(t.Context(), newID()); return err },
		"Opened": func() error { return s.Opened(t.Context(), s.opening()) },
		"Ready":  func() error { return s.Ready(t.Context()) },
	} {
		if err := do(); !errors.Is(err, review.ErrUnavailable) {
			t.Errorf("%s without a database = %v, want ErrUnavailable", name, err)
		}
	}
	back()
	if err := s.Ready(t.Context()); err != nil {
		t.Errorf("Ready afterwards = %v", err)
	}

	// It goes while a command decides.
	_, err := s.Change(t.Context(), s.votes("k", ""), func(review.In) (review.Decision, error) {
		gone()
		return review.Decision{As: review.OutputChecker, Events: []review.Event{vote(1, review.Approve)}}, nil
	})
	if !errors.Is(err, review.ErrUnavailable) {
		t.Errorf("Change whose database goes = %v, want ErrUnavailable", err)
	}
	back()
	if after := s.replays(t).Entries; after != before {
		t.Errorf("%d entries, then %d", before, after)
	}
	if out, err := s.Change(t.Context(), s.votes("k", ""), rule); err != nil || out.Replayed {
		t.Errorf("Change afterwards = %+v, %v", out, err)
	}
	s.replays(t)
}

// fullUp runs commands until one finds no room, shows that it left nothing,
// and makes room again.
func (s scene) fullUp(t *testing.T, room func()) {
	t.Helper()
	for n := range 5000 {
		before := s.entries(t)
		_, err := s.Change(t.Context(), s.votes(fmt.Sprint(n), ""), events(review.OutputChecker,
			vote(1, review.Approve), vote(2, review.Approve), vote(1, review.RequestChanges)))
		if err == nil {
			continue
		}
		if !errors.Is(err, review.ErrUnavailable) {
			t.Fatalf("Change without room = %v, want ErrUnavailable", err)
		}
		if got := s.entries(t); got != before {
			t.Errorf("%d entries, then %d", before, got)
		}
		room()
		if _, err := s.Change(t.Context(), s.votes("afterwards", ""), events(review.OutputChecker, vote(1, review.Approve))); err != nil {
			t.Errorf("Change with room again = %v", err)
		}
		s.replays(t)
		return
	}
	t.Fatal("there was always room")
}

func TestSQLiteFull(t *testing.T) {
	s := newScene(t, openForTest(t, sqliteURL(t)), 2)
	limit := func(pages string) {
		t.Helper()
		// There is one connection that writes, so that it is this one.
		if err := s.writer.WithContext(t.Context()).Exec("PRAGMA max_page_count = " + pages).Error; err != nil {
			t.Fatal(err)
		}
	}
	limit("100")
	s.fullUp(t, func() { limit("1000000") })
}

// entries counts the entries.
func (db testDB) entries(t *testing.T) int64 {
	t.Helper()
	var n int64
	if err := on[entryRow](db.reader).Raw("SELECT count(*) FROM entries").Row(t.Context()).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
