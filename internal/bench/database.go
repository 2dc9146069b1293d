package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
)

// The databases, as the table names them.
const (
	onPostgres = "PostgreSQL"
	onSQLite   = "SQLite"
)

var engines = []string{onPostgres, onSQLite}

// on runs do with the address of a new database of an engine, which is gone
// afterwards.
func (b *bench) on(engine string, do func(address string) error) (err error) {
	b.made++
	if engine == onSQLite {
		return do("sqlite:" + filepath.Join(b.dir, fmt.Sprintf("%d.db", b.made)))
	}
	u, err := url.Parse(b.address)
	if err != nil {
		return fmt.Errorf("the address of the server is not a URL")
	}
	name := fmt.Sprintf("bench_%d_%d", time.Now().Unix(), b.made)
	if err := b.administer("CREATE DATABASE " + name + " TEMPLATE template0"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.administer("DROP DATABASE "+name+" WITH (FORCE)")) }()
	u.Path = "/" + name
	return do(u.String())
}

// administer runs one statement on the server, also at the end of a run that
// was stopped.
func (b *bench) administer(statement string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(b.ctx), time.Minute)
	defer cancel()
	return execute(ctx, b.address, statement)
}

// execute runs one statement on a PostgreSQL database.
func execute(ctx context.Context, address, statement string) error {
	return connected(ctx, address, func(c *pgx.Conn) error {
		_, err := c.Exec(ctx, statement)
		return err
	})
}

// connected runs do with a connection of its own.
func connected(ctx context.Context, address string, do func(*pgx.Conn) error) error {
	c, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	return errors.Join(do(c), c.Close(context.WithoutCancel(ctx)))
}

// client runs one of PostgreSQL's programs and returns what it printed.
func client(ctx context.Context, name string, args ...string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil { // Debian has only some of them in the path
		found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
		if len(found) == 0 {
			return "", fmt.Errorf("%s is not installed; it comes with PostgreSQL", name)
		}
		path = found[len(found)-1]
	}
	out, err := exec.CommandContext(ctx, path, args...).CombinedOutput() //nolint:gosec // PostgreSQL's own program
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return string(out), nil
}
