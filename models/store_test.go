package models

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"sallyport/internal/dbtest"
	"sallyport/review"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// noon is the time at which tests happen.
var noon = time.Date(2026, 5, 3, 12, 0, 0, 0, time.UTC)

// clock is a clock that a test moves. Its times differ, so that an order by
// time is an order.
type clock struct{ micros atomic.Int64 }

func (c *clock) Now() time.Time          { return noon.Add(time.Duration(c.micros.Add(1)) * time.Microsecond) }
func (c *clock) advance(d time.Duration) { c.micros.Add(d.Microseconds()) }

// ids counts what tests make.
var ids atomic.Int64

func newID() string { return fmt.Sprintf("01TEST%020d", ids.Add(1)) }

func newSalt() [32]byte {
	var salt [32]byte
	copy(salt[:], fmt.Sprintf("salt %d", ids.Add(1)))
	return salt
}

func testConfig(url string, c *clock) Config {
	return Config{
		URL: url, Now: c.Now, NewID: newID, NewSalt: newSalt,
		Policy: review.DefaultPolicy(), Destinations: []string{"disk"}, Program: "test",
	}
}

func migratedForTests(url string) error { return Migrate(context.Background(), url) }

// postgresURL is the address of a new, migrated PostgreSQL database.
func postgresURL(t testing.TB) string { return dbtest.PostgresURL(t, migratedForTests) }

// sqliteURL is the address of a new, migrated SQLite database.
func sqliteURL(t testing.TB) string {
	url := "sqlite:" + dbtest.SQLitePath(t)
	if err := migratedForTests(url); err != nil {
		t.Fatal(err)
	}
	return url
}

// eachURL runs a test on both databases.
func eachURL(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, sqliteURL(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, postgresURL(t)) })
}

// testDB is a store with its clock.
type testDB struct {
	*Store
	clock *clock
}

// eachDB runs a test with a store on both databases.
func eachDB(t *testing.T, test func(t *testing.T, db testDB)) {
	eachURL(t, func(t *testing.T, url string) { test(t, openForTest(t, url)) })
}

func openForTest(t testing.TB, url string) testDB {
	t.Helper()
	c := &clock{}
	s, err := Open(t.Context(), testConfig(url, c))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return testDB{s, c}
}

// operator is the command line on the server.
var operator = review.Actor{Person: review.Person{ID: "operator", Username: "operator"}, Kind: review.IsOperator}

// by is a command of somebody, without a key.
func by(a review.Actor) review.Command { return review.Command{Actor: a} }

// person makes an account with roles, each as role and scope, and returns its
// actor without grants: the store reads them.
func (db testDB) person(t testing.TB, username string, roles ...string) review.Actor {
	t.Helper()
	p, err := db.AddPerson(t.Context(), by(operator), username, "")
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(roles); i += 2 {
		if _, err := db.GrantRole(t.Context(), by(operator), p.ID, review.Role(roles[i]), review.Scope(roles[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	return review.Actor{Person: p, Kind: review.IsPerson}
}

// workspace makes a workspace of the project "demo" on the backend "tpp".
func (db testDB) workspace(t testing.TB, name string) {
	t.Helper()
	place := review.Place{Project: "demo", Organisation: "Demo", Backend: "tpp", Ongoing: true}
	if err := db.PlaceWorkspace(t.Context(), operator, name, place); err != nil {
		t.Fatal(err)
	}
}

// must ends the test on an error.
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// events is a rule that decides what it is told.
func events(as review.Role, list ...review.Event) func(review.In) (review.Decision, error) {
	return func(review.In) (review.Decision, error) { return review.Decision{As: as, Events: list}, nil }
}

func sha(n int) string { return fmt.Sprintf("%064x", n) }

func pathOf(n int) string { return fmt.Sprintf("output/table%d.csv", n) }

// draftWith makes a draft by author with files as outputs, numbered from
// first, and returns its id. File n has the id FILEn and the bytes sha(n).
func (db testDB) draftWith(t testing.TB, author review.Actor, workspace string, first, files int) review.RequestID {
	t.Helper()
	id := review.RequestID(newID())
	made := func(in review.In) (review.Decision, error) {
		salt := in.NewSalt()
		name := review.Words{Hash: wordsHash(salt, "tables"), Salt: salt, Text: "tables"}
		list := []review.Event{
			&review.RequestCreated{Workspace: workspace},
			&review.GroupCreated{Group: "GROUP1", Name: name},
		}
		for n := first; n < first+files; n++ {
			list = append(list, &review.FileAdded{
				File: fileID(n), Group: "GROUP1", Kind: review.Output,
				Source: review.Source{Path: pathOf(n), SHA256: sha(n), Size: int64(n)},
			})
		}
		return review.Decision{As: review.Researcher, Events: list}, nil
	}
	change := review.Change{Command: review.Command{Actor: author, On: id}, Workspace: workspace, Holds: true}
	if _, err := db.Change(t.Context(), change, made); err != nil {
		t.Fatal(err)
	}
	return id
}

func fileID(n int) review.FileID { return review.FileID(fmt.Sprintf("FILE%d", n)) }

// submit hands a request to the checkers.
func (db testDB) submit(t testing.TB, author review.Actor, id review.RequestID) {
	t.Helper()
	db.do(t, author, id, review.Researcher, &review.RequestSubmitted{
		Turn: 1, Policy: review.DefaultPolicy(), PolicyHash: review.DefaultPolicy().Hash(),
	})
}

// do changes a request by events.
func (db testDB) do(t testing.TB, by review.Actor, id review.RequestID, as review.Role, list ...review.Event) {
	t.Helper()
	if _, err := db.Change(t.Context(), review.Change{Command: review.Command{Actor: by, On: id}}, events(as, list...)); err != nil {
		t.Fatal(err)
	}
}

// statements counts the statements that do sends, without BEGIN and COMMIT.
func (db testDB) statements(t testing.TB, do func()) int {
	t.Helper()
	var n atomic.Int64
	count := func(*gorm.DB) { n.Add(1) }
	for _, pool := range []*gorm.DB{db.reader, db.writer} {
		if pool == db.reader && db.reader == db.writer && n.Load() < 0 {
			continue
		}
		cb := pool.Callback()
		for _, register := range []func(string, func(*gorm.DB)) error{
			cb.Query().Before("*").Register, cb.Row().Before("*").Register, cb.Raw().Before("*").Register,
			cb.Create().Before("*").Register, cb.Update().Before("*").Register, cb.Delete().Before("*").Register,
		} {
			if err := register("count", count); err != nil {
				t.Fatal(err)
			}
		}
		if db.reader == db.writer {
			break
		}
	}
	do()
	for _, pool := range []*gorm.DB{db.reader, db.writer} {
		cb := pool.Callback()
		for _, remove := range []func(string) error{
			cb.Query().Remove, cb.Row().Remove, cb.Raw().Remove, cb.Create().Remove, cb.Update().Remove, cb.Delete().Remove,
		} {
			if err := remove("count"); err != nil {
				t.Fatal(err)
			}
		}
		if db.reader == db.writer {
			break
		}
	}
	return int(n.Load())
}
