package dbtest

import (
	"database/sql"
	"errors"
	"os"
	"path"
	"strings"
	"sync/atomic"
	"testing"
)

func TestMain(m *testing.M) { Main(m) }

// prepared counts the calls of prepare below.
var prepared atomic.Int32

func prepare(url string) error {
	prepared.Add(1)
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	_, err = db.Exec("CREATE TABLE words (word text)") //nolint:noctx // prepare has no context
	return errors.Join(err, db.Close())
}

func refusePreparing(string) error { return errors.New("the third statement failed") }

func TestPostgresURL(t *testing.T) {
	t.Run("each test has its own copy", func(t *testing.T) {
		for range 8 {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				db := openPostgres(t, PostgresURL(t, prepare))
				if _, err := db.ExecContext(t.Context(), "INSERT INTO words VALUES ('here')"); err != nil {
					t.Fatal(err)
				}
				if n := count(t, db, "SELECT count(*) FROM words"); n != 1 {
					t.Errorf("%d words, want the one of this test", n)
				}
			})
		}
	})
	if n := prepared.Load(); n != 1 {
		t.Errorf("prepare was called %d times, want once", n)
	}
	t.Run("without preparation it is empty", func(t *testing.T) {
		db := openPostgres(t, PostgresURL(t, nil))
		if n := count(t, db, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"); n != 0 {
			t.Errorf("%d tables, want none", n)
		}
	})
	t.Run("it is dropped after the test", func(t *testing.T) {
		s, err := open()
		if err != nil {
			t.Fatal(err)
		}
		var url string
		t.Run("", func(t *testing.T) {
			url = PostgresURL(t, prepare)
			db, err := sql.Open("pgx", url)
			if err != nil {
				t.Fatal(err)
			}
			// Left open on purpose until the database is gone.
			t.Cleanup(func() { _ = db.Close() })
			if err := db.PingContext(t.Context()); err != nil {
				t.Fatal(err)
			}
		})
		address, _, _ := strings.Cut(url, "?")
		name := path.Base(address)
		if n := count(t, s.admin, "SELECT count(*) FROM pg_database WHERE datname = $1", name); n != 0 {
			t.Errorf("database %s is still there", name)
		}
	})
}

func TestCreateRefuses(t *testing.T) {
	s, err := open()
	if err != nil {
		t.Fatal(err)
	}
	var m store
	for name, test := range map[string]struct {
		prepare func(string) error
		want    string
	}{
		"a preparation that fails":     {refusePreparing, "the third statement failed"},
		"a function without a name":    {func(string) error { return nil }, "declared by name"},
		"a method of some value":       {m.prepare, "declared by name"},
		"the same failing preparation": {refusePreparing, "the third statement failed"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.create(t.Context(), test.prepare)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("create = %v, want an error with %q", err, test.want)
			}
		})
	}
}

type store struct{}

func (store) prepare(string) error { return nil }

func TestNewServerRefuses(t *testing.T) {
	for name, address := range map[string]string{
		"not a URL":    "localhost",
		"nobody there": "postgres://nobody@/postgres?host=" + t.TempDir(),
	} {
		t.Run(name, func(t *testing.T) {
			if s, err := newServer(address); err == nil {
				t.Errorf("newServer(%q) = nil error, want a refusal", address)
				_ = s.close()
			}
		})
	}
}

func TestOwnServer(t *testing.T) {
	s, err := newServer("")
	if err != nil {
		t.Fatal(err)
	}
	name, err := s.create(t.Context(), prepare)
	if err != nil {
		t.Error(err)
	}
	if !strings.Contains(s.at(name), "/"+name+"?") {
		t.Errorf("at(%q) = %s, want an address of that database", name, s.at(name))
	}
	dir := s.address.Query().Get("host")
	if err := s.close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("stat %s = %v after close, want that it is gone", dir, err)
	}
}

func TestSQLitePath(t *testing.T) {
	file := SQLitePath(t)
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Error(err)
	}
	if other := SQLitePath(t); other == file {
		t.Errorf("SQLitePath gave %s twice", file)
	}
}

func openPostgres(t *testing.T, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func count(t *testing.T, db *sql.DB, query string, args ...any) int {
	t.Helper()
	var n int
	if err := db.QueryRowContext(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
