package models

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm"

	"sallyport/internal/dbtest"
	"sallyport/review"
)

// tableKinds are the kinds of the tables of the first migration. Every table
// says its own in a comment before it.
var tableKinds = map[string]string{
	"entries": "log", "words": "log",
	"people": "folded", "grants": "folded", "tokens": "folded", "workspaces": "folded", "requests": "folded",
	"request_files": "folded", "active_outputs": "folded", "released_files": "folded",
	"commands": "operational", "work": "operational",
	"openings": "openings",
}

var kindComment = regexp.MustCompile(`-- Kind: (\w+)\.[^\n]*\n(?:--[^\n]*\n)*CREATE TABLE (\w+)`)

// writtenKinds reads the kinds that a dialect's migrations name.
func writtenKinds(t *testing.T, dialect string) map[string]string {
	t.Helper()
	files := must[[]fs.DirEntry](t)(fs.ReadDir(migrations, "migrations/"+dialect))
	kinds := map[string]string{}
	for _, f := range files {
		text := must[[]byte](t)(fs.ReadFile(migrations, "migrations/"+dialect+"/"+f.Name()))
		for _, m := range kindComment.FindAllStringSubmatch(string(text), -1) {
			kinds[m[2]] = m[1]
		}
	}
	return kinds
}

func TestEveryTableHasAKind(t *testing.T) {
	known := []string{"log", "folded", "reported", "openings", "operational"}
	eachDB(t, func(t *testing.T, db testDB) {
		list := "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
		if db.dialect.postgres {
			list = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
		}
		var tables []string
		if err := on[string](db.reader).Raw(list).Scan(t.Context(), &tables); err != nil {
			t.Fatal(err)
		}
		kinds := writtenKinds(t, db.dialect.name())
		for _, table := range tables {
			kind := kinds[table]
			if table != versionsTable && !slices.Contains(known, kind) {
				t.Errorf("table %s is of the kind %q", table, kind)
			}
			if want, ok := tableKinds[table]; ok && want != kind {
				t.Errorf("table %s is of the kind %q, want %q", table, kind, want)
			}
		}
		if len(tables) < len(tableKinds)+1 {
			t.Errorf("the tables are %q", tables)
		}
	})
}

func TestBothDialectsHaveTheSameMigrations(t *testing.T) {
	names := func(dialect string) []string {
		var out []string
		for _, f := range must[[]fs.DirEntry](t)(fs.ReadDir(migrations, "migrations/"+dialect)) {
			out = append(out, f.Name())
		}
		return out
	}
	sqlite, postgres := names("sqlite"), names("postgres")
	if len(sqlite) == 0 || !slices.Equal(sqlite, postgres) {
		t.Errorf("SQLite has %q, PostgreSQL %q", sqlite, postgres)
	}
	if a, b := writtenKinds(t, "sqlite"), writtenKinds(t, "postgres"); len(a) != len(b) {
		t.Errorf("SQLite makes the tables %v, PostgreSQL %v", a, b)
	}
	number := regexp.MustCompile(`^\d{5}_[a-z_]+\.sql$`)
	for i, name := range sqlite {
		if !number.MatchString(name) || i > 0 && name[:5] == sqlite[i-1][:5] {
			t.Errorf("migration %s has no number of its own", name)
		}
		text := must[[]byte](t)(fs.ReadFile(migrations, "migrations/sqlite/"+name))
		if strings.Contains(string(text), "+goose Down") {
			t.Errorf("migration %s has a way back", name)
		}
		for _, statement := range regexp.MustCompile(`(?s)CREATE TABLE.*?;`).FindAllString(string(text), -1) {
			if !strings.HasSuffix(statement, ") STRICT;") {
				t.Errorf("migration %s: a table is not STRICT: %.60s", name, statement)
			}
		}
	}
}

// refused runs statements that the database must not take.
func refused(t *testing.T, db testDB, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if err := db.writer.WithContext(t.Context()).Exec(statement).Error; err == nil {
			t.Errorf("the database took %s", statement)
		}
	}
}

func TestTheLogIsAppendOnly(t *testing.T) {
	eachScene(t, 2, func(t *testing.T, s scene) {
		before := s.replays(t)
		refused(t, s.testDB,
			"UPDATE entries SET act = 'other' WHERE id = 1",
			"UPDATE entries SET bytes = bytes",
			"DELETE FROM entries WHERE id = 1",
			"DELETE FROM entries",
			"DELETE FROM words",
			"UPDATE words SET text = 'other', salt = salt",
			"UPDATE words SET hash = '"+sha(1)+"'",
			"UPDATE words SET salt = NULL, text = NULL, entry_id = 1",
			"INSERT INTO entries SELECT * FROM entries WHERE id = 2",
		)
		if s.dialect.postgres {
			refused(t, s.testDB, "TRUNCATE entries CASCADE", "TRUNCATE words")
			err := s.write(t.Context(), func(tx *gorm.DB) error {
				if err := tx.Exec("SET LOCAL session_replication_role = replica").Error; err != nil {
					return err
				}
				return tx.Exec("DELETE FROM entries").Error
			})
			if err == nil {
				t.Error("a session that plays a replica deleted entries")
			}
		} else {
			refused(t, s.testDB,
				"INSERT OR REPLACE INTO entries SELECT * FROM entries WHERE id = 2",
				"UPDATE OR REPLACE entries SET version = 1 WHERE version = 2",
				"INSERT OR REPLACE INTO words SELECT * FROM words")
		}
		after := s.replays(t)
		if after.Entries != before.Entries || after.Streams != before.Streams {
			t.Errorf("the log had %+v, now %+v", before, after)
		}
	})
}

func TestWordsCanBeErased(t *testing.T) {
	eachScene(t, 1, func(t *testing.T, s scene) {
		result := s.writer.WithContext(t.Context()).Exec("UPDATE words SET salt = NULL, text = NULL")
		if result.Error != nil || result.RowsAffected == 0 {
			t.Fatalf("erasing = %v, %d rows", result.Error, result.RowsAffected)
		}
		s.folded = newCache(defaultCacheBytes)
		snap := must[review.Snapshot](t)(s.Snapshot(t.Context(), s.id, s.author))
		name := snap.Request.Groups[0].Name
		if !name.Erased || name.Text != "" || name.Hash == "" {
			t.Errorf("the group's name is %+v, want it erased", name)
		}
		refused(t, s.testDB, "UPDATE words SET salt = NULL, text = 'again'")
		s.replays(t)
	})
}

func TestTheDatabaseHoldsItsOwnRules(t *testing.T) {
	eachScene(t, 1, func(t *testing.T, s scene) {
		refused(t, s.testDB,
			// orphans
			"INSERT INTO words (entry_id, hash) VALUES (99999, '"+sha(1)+"')",
			"INSERT INTO request_files (request_id, file_id, workspace, path, sha256, kind, active) VALUES ('none', 'f', 'ws', 'p', '"+sha(1)+"', 'output', true)",
			"INSERT INTO active_outputs (workspace, kind, value, request_id) VALUES ('none', 'path', 'p', '"+string(s.id)+"')",
			"INSERT INTO grants (id, person_id, role, scope, since) SELECT 'g', 'none', role, scope, since FROM grants LIMIT 1",
			"DELETE FROM people",
			"DELETE FROM workspaces",
			// values
			"UPDATE requests SET status = 'DONE'",
			"UPDATE requests SET turn = -1",
			"UPDATE requests SET author = NULL",
			"UPDATE request_files SET kind = 'other'",
			"UPDATE request_files SET sha256 = 'short'",
			"UPDATE grants SET role = 'king'",
			"UPDATE people SET username = 'checker1'",
			"INSERT INTO grants (id, person_id, role, scope, since) SELECT 'g', person_id, role, scope, since FROM grants LIMIT 1",
		)
	})
}

func TestOpenRefusesAnotherVersion(t *testing.T) {
	empty := func(t *testing.T, url string) {
		if _, err := Open(t.Context(), testConfig(url, &clock{})); !errors.Is(err, ErrBehind) {
			t.Errorf("Open of an empty database = %v, want ErrBehind", err)
		}
	}
	t.Run("empty sqlite", func(t *testing.T) {
		path := dbtest.SQLitePath(t)
		if _, err := Open(t.Context(), testConfig(path, &clock{})); err == nil {
			t.Error("Open of no file = nil")
		}
		if _, err := os.Stat(path); err == nil {
			t.Error("Open made the file")
		}
		if err := makeFile(path); err != nil {
			t.Fatal(err)
		}
		empty(t, path)
	})
	t.Run("empty postgres", func(t *testing.T) { empty(t, dbtest.PostgresURL(t, nil)) })
	eachURL(t, func(t *testing.T, url string) {
		db := openForTest(t, url)
		newer := "INSERT INTO " + versionsTable + " (version_id, is_applied) VALUES (99999, true)"
		if err := db.writer.WithContext(t.Context()).Exec(newer).Error; err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), testConfig(url, &clock{})); !errors.Is(err, ErrNewer) {
			t.Errorf("Open of a newer database = %v, want ErrNewer", err)
		}
		if err := Migrate(t.Context(), url); !errors.Is(err, ErrNewer) {
			t.Errorf("Migrate of a newer database = %v, want ErrNewer", err)
		}
	})
}

func TestOpenRefusesABadAddress(t *testing.T) {
	for _, url := range []string{"", "mysql://x", ":memory:", "sqlite:", "postgres://%zz:secret@host/db"} {
		_, err := Open(t.Context(), testConfig(url, &clock{}))
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("Open(%q) = %v", url, err)
		}
	}
	if _, err := Open(t.Context(), Config{}); err == nil {
		t.Error("Open of nothing = nil")
	}
}

func TestPathsOfSQLite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b?c=d%20#é.db")
	if err := Migrate(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	openForTest(t, path)
	info := must[os.FileInfo](t)(os.Stat(path))
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the file has the mode %v, want 0600", info.Mode())
	}
}

// Several programs start at once: each migration is applied once, and all go on.
func TestMigrateAtOnce(t *testing.T) {
	test := func(t *testing.T, url string) {
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				if err := Migrate(context.WithoutCancel(t.Context()), url); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		db := openForTest(t, url)
		var applied int64
		row := on[entryRow](db.reader).Raw("SELECT count(*) FROM " + versionsTable + " WHERE version_id > 0").Row(t.Context())
		if err := row.Scan(&applied); err != nil {
			t.Fatal(err)
		}
		if known := must[map[int64]bool](t)(knownVersions(db.dialect.name())); applied != int64(len(known)) {
			t.Errorf("%d migrations were noted, want %d", applied, len(known))
		}
	}
	t.Run("sqlite", func(t *testing.T) { test(t, dbtest.SQLitePath(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, dbtest.PostgresURL(t, nil)) })
}

func TestTheReaderCannotWrite(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		db.workspace(t, "ws")
		err := db.read(t.Context(), func(tx *gorm.DB) error {
			return tx.Exec("UPDATE workspaces SET archived = true").Error
		})
		if err == nil {
			t.Error("a transaction that reads could write")
		}
	})
}
