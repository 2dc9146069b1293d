// Package dbtest gives tests databases: a new PostgreSQL database, and a path
// for a new SQLite file. Tests of the store use both, always.
//
// The PostgreSQL server is the one at SALLYPORT_TEST_POSTGRES, which `make
// test` sets for the whole run. Without it the first test that asks starts a
// cluster for its process. Nothing is skipped: without PostgreSQL a test fails
// and names the command that installs it. A package that uses this one ends
// with
//
//	func TestMain(m *testing.M) { dbtest.Main(m) }
package dbtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// Env names the environment variable with the address of the server to use, as
// a URL. Its user must be able to make databases.
const Env = "SALLYPORT_TEST_POSTGRES"

// process is the server of this test process, opened when it is first needed.
var process struct {
	once   sync.Once
	server *server
	err    error
}

// open returns the process's server.
func open() (*server, error) {
	process.once.Do(func() { process.server, process.err = newServer(os.Getenv(Env)) })
	return process.server, process.err
}

// Main runs the tests of a package, then removes what they left on the server,
// and the server if this process started it. A process that dies before this
// still takes its own server with it.
func Main(m *testing.M) {
	code := m.Run()
	if process.server != nil {
		if err := process.server.close(); err != nil {
			fmt.Fprintln(os.Stderr, "dbtest: clean up:", err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

// PostgresURL makes a PostgreSQL database for one test, and returns its address.
//
// The database is a copy of a template, which is made once per process by
// calling prepare with the template's address: prepare migrates it, say, and
// closes its connections. It must be a function declared by name, since the
// template is kept under that name. With a nil prepare the database is empty.
// The database is dropped at the end of the test, with whatever is connected
// to it. Roles are not part of a database: a test that makes one gives it a name
// of its own and drops it.
func PostgresURL(t testing.TB, prepare func(url string) error) string {
	t.Helper()
	s, err := open()
	if err != nil {
		t.Fatal(err)
	}
	name, err := s.create(t.Context(), prepare)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// The test's own context has ended by now.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		if err := s.drop(ctx, name); err != nil {
			t.Errorf("drop %s: %v", name, err)
		}
	})
	return s.at(name)
}

// SQLitePath returns the path of a database file, not there yet, in a new
// directory that is removed at the end of the test.
func SQLitePath(t testing.TB) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "sallyport.db")
}
