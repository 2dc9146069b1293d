package models

import (
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/gormlite"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

// dialect is one of the two databases, with its address.
type dialect struct {
	postgres bool
	address  string // a URL, or SQLite's path
}

// dialectOf reads the address of a database. Its errors name no password.
func dialectOf(address string) (dialect, error) {
	switch {
	case strings.HasPrefix(address, "postgres://"), strings.HasPrefix(address, "postgresql://"):
		return dialect{postgres: true, address: address}, nil
	case strings.HasPrefix(address, "sqlite:") && len(address) > len("sqlite:"):
		return dialect{address: strings.TrimPrefix(address, "sqlite:")}, nil
	case address == "", strings.Contains(address, "://"), strings.Contains(address, ":memory:"):
		return dialect{}, fmt.Errorf("the address of the database is neither postgres://… nor the path of a SQLite file")
	}
	return dialect{address: address}, nil
}

// name is the folder of the dialect's migrations.
func (d dialect) name() string {
	if d.postgres {
		return "postgres"
	}
	return "sqlite"
}

// The pragmas of every connection to SQLite. A write-ahead log lets readers go
// on while one connection writes; FULL makes a commit survive a power cut.
const pragmas = "_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)" +
	"&_pragma=synchronous(FULL)&_timefmt=unixepoch_micro"

const (
	maxConnections = 32
	maxIdle        = 8
	idleTime       = 5 * time.Minute
)

// open returns the pool for writing and the pool for reading.
func (d dialect) open(log statementLog) (writer, reader *gorm.DB, err error) {
	if d.postgres {
		pool, err := d.openPostgres()
		if err != nil {
			return nil, nil, err
		}
		db, err := gorm.Open(postgres.New(postgres.Config{Conn: pool}), gormConfig(log))
		return db, db, err
	}
	// One connection for writing: the others wait their turn in Go, where it is
	// fair, not in SQLite, where it is not.
	if writer, err = d.openSQLite(log, 1, "mode=rw&_txlock=immediate&"+pragmas); err != nil {
		return nil, nil, err
	}
	// query_only comes last: setting the journal mode is a write.
	reader, err = d.openSQLite(log, maxIdle, "mode=rw&_txlock=deferred&"+pragmas+"&_pragma=query_only(1)")
	return writer, reader, err
}

// openPostgres makes a pool. A statement that waits longer for a lock than
// any command lasts is refused, so that a process that hangs stops nobody for
// good.
func (d dialect) openPostgres() (*sql.DB, error) {
	config, err := pgx.ParseConfig(d.address)
	if err != nil {
		return nil, fmt.Errorf("the address of the PostgreSQL database cannot be read")
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
	config.RuntimeParams["timezone"] = "UTC"
	config.RuntimeParams["lock_timeout"] = "10s"
	config.RuntimeParams["idle_in_transaction_session_timeout"] = "5min"
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(maxConnections)
	pool.SetMaxIdleConns(maxIdle * 2)
	pool.SetConnMaxIdleTime(idleTime)
	return pool, nil
}

func (d dialect) openSQLite(log statementLog, connections int, query string) (*gorm.DB, error) {
	pool, err := driver.Open("file:" + (&url.URL{Path: d.address}).EscapedPath() + "?" + query)
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	db, err := gorm.Open(gormlite.OpenDB(pool), gormConfig(log))
	if err != nil {
		return nil, err
	}
	return db, nil
}

func gormConfig(log statementLog) *gorm.Config {
	return &gorm.Config{
		SkipDefaultTransaction: true, // what writes says so: see Store.write
		TranslateError:         true,
		DisableAutomaticPing:   true,
		Logger:                 log,
		NowFunc:                func() time.Time { return time.Time{} }, // no row is timed by gorm
	}
}
