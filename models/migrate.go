package models

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
)

// migrations holds one folder for each dialect, with files of the same names.
//
//go:embed migrations
var migrations embed.FS

// versionsTable is where goose notes which migrations were applied.
const versionsTable = "goose_db_version"

var (
	// ErrBehind is the answer to a database that lacks a migration.
	ErrBehind = errors.New("the database is behind this program: run `sallyport migrate`")
	// ErrNewer is the answer to a database that has a migration which this
	// program does not know.
	ErrNewer = errors.New("the database was migrated by a newer program: start that one")
)

// Migrate brings the database at address up to date; a SQLite file is made if
// it is not there. Several programs may call it at once: each migration is
// applied by one of them, and all return when it is done.
func Migrate(ctx context.Context, address string) error {
	d, err := dialectOf(address)
	if err != nil {
		return err
	}
	if !d.postgres {
		unlock, err := alone(d.address)
		if err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		defer unlock()
		if err := makeFile(d.address); err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
	}
	// A migration may take its time: nothing is slow.
	still := func() time.Time { return time.Time{} }
	writer, reader, err := d.open(statementLog{slog.New(slog.DiscardHandler), still})
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	s := &Store{dialect: d, writer: writer, reader: reader}
	if err := s.migrate(ctx); err != nil {
		return errors.Join(fmt.Errorf("migrate: %w", err), s.Close())
	}
	return s.Close()
}

// alone waits until no other program migrates a SQLite file of this folder.
// SQLite's own lock does not do: who finds the file on its way to write-ahead
// logging is refused at once.
func alone(name string) (unlock func(), err error) {
	folder, err := os.Open(filepath.Dir(name))
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(folder.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("lock the folder of %s: %w", name, err), folder.Close())
	}
	return func() { _ = folder.Close() }, nil // which gives the lock back
}

// makeFile makes a file that only its owner can read.
func makeFile(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the path is a setting, not a visitor's
	if err != nil {
		return err
	}
	return f.Close()
}

// migrate applies what is missing. PostgreSQL has a lock for it. On SQLite the
// loser of a race finds the tables made, and looks again.
func (s *Store) migrate(ctx context.Context) error {
	if err := s.upToDate(ctx); !errors.Is(err, ErrBehind) {
		return err
	}
	var err error
	for range attempts {
		if err = s.up(ctx); err == nil {
			break
		}
		if s.upToDate(ctx) == nil {
			return nil
		}
	}
	if err != nil {
		return err
	}
	return s.upToDate(ctx)
}

func (s *Store) up(ctx context.Context) error {
	pool, err := s.writer.DB()
	if err != nil {
		return err
	}
	folder, err := fs.Sub(migrations, path.Join("migrations", s.dialect.name()))
	if err != nil {
		return err
	}
	dialect, options := goose.Dialect(""), []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if !s.dialect.postgres {
		versions, err := database.NewStore(database.DialectSQLite3, versionsTable)
		if err != nil {
			return err
		}
		options = append(options, goose.WithStore(sqliteVersions{versions}))
	} else {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)) // seconds, times
		if err != nil {
			return err
		}
		dialect, options = goose.DialectPostgres, append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, pool, folder, options...)
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

// sqliteVersions is goose's table of versions on SQLite. goose itself would
// look for it by a time in it, which our driver gives as text; it would take
// the table for missing, and fail to make it again.
type sqliteVersions struct{ database.Store }

// TableExists implements an extension of database.Store.
func (sqliteVersions) TableExists(ctx context.Context, db database.DBTxConn) (bool, error) {
	var tables int
	row := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?", versionsTable)
	err := row.Scan(&tables)
	return tables > 0, err
}

// upToDate compares the migrations of the database with those of the program.
// It only reads, and so needs no right to change the schema.
func (s *Store) upToDate(ctx context.Context) error {
	known, err := knownVersions(s.dialect.name())
	if err != nil {
		return err
	}
	applied, err := s.appliedVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the version of the database: %w", translate(err))
	}
	for version := range applied {
		if !known[version] {
			return ErrNewer
		}
	}
	if len(applied) < len(known) {
		return ErrBehind
	}
	return nil
}

// knownVersions are the numbers of the files in a dialect's folder.
func knownVersions(dialect string) (map[int64]bool, error) {
	files, err := fs.ReadDir(migrations, path.Join("migrations", dialect))
	if err != nil {
		return nil, err
	}
	known := map[int64]bool{}
	for _, f := range files {
		number, _, _ := strings.Cut(f.Name(), "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("migration %s has no number", f.Name())
		}
		known[version] = true
	}
	return known, nil
}

// appliedVersions are the migrations that the database has; none if it is new.
func (s *Store) appliedVersions(ctx context.Context) (map[int64]bool, error) {
	there := "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?"
	if s.dialect.postgres {
		there = "SELECT count(*) FROM pg_class WHERE oid = to_regclass(?)"
	}
	var tables int
	err := on[int](s.writer).Raw(there, versionsTable).Scan(ctx, &tables)
	if err != nil || tables == 0 {
		return nil, err
	}
	var versions []int64
	// Version 0 is goose's own mark of an empty database.
	err = on[int64](s.writer).Raw("SELECT version_id FROM "+versionsTable+" WHERE is_applied AND version_id > 0").Scan(ctx, &versions)
	applied := map[int64]bool{}
	for _, v := range versions {
		applied[v] = true
	}
	return applied, err
}
