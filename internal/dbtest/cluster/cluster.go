// Package cluster starts a PostgreSQL cluster for tests and takes it away again.
//
// The cluster listens on a Unix socket in a new temporary directory, which also
// holds its data, and trades durability for speed. A small shell script owns
// the server and waits on a pipe whose other end this process holds: when the
// process stops the cluster, or dies in any way, the pipe closes, the script
// stops the server and removes the directory.
package cluster

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ErrMissing says that PostgreSQL's programs were not found, and how to get them.
var ErrMissing = errors.New("PostgreSQL is not installed; install it with: apt-get update && apt-get install -y postgresql")

// script is the owner of the server: $1 holds PostgreSQL's programs, $2 is the
// directory to work in. Its signals are ignored, so that only the end of its
// input ends it; its standard output says "ready" once.
const script = `
trap '' HUP INT TERM PIPE
bin=$1 dir=$2
cd "$dir" || exit 1
start() {
	"$bin/initdb" -D data -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync || return 1
	cat >>data/postgresql.conf <<END || return 1
listen_addresses = ''
unix_socket_directories = '$dir'
unix_socket_permissions = 0700
max_connections = 200
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
END
	"$bin/postgres" -D data >server.log 2>&1 &
	server=$!
	until "$bin/pg_isready" -q -h "$dir"; do
		kill -0 $server || return 1
		sleep 0.05
	done
}
start >start.log 2>&1 && echo ready
exec >/dev/null
read -r _
"$bin/pg_ctl" -D data -m fast -w stop >/dev/null 2>&1 || "$bin/pg_ctl" -D data -m immediate -w stop >/dev/null 2>&1
wait
cd /
rm -rf "$dir"
`

// Cluster is a running PostgreSQL server that belongs to this process.
type Cluster struct {
	dir   string
	owner *exec.Cmd
	alive io.Closer
}

// Start makes a cluster and returns when it accepts connections. As root it
// runs as the user postgres, since PostgreSQL refuses root. It fails with
// ErrMissing where PostgreSQL is not installed, and otherwise with what the
// server said.
func Start() (*Cluster, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	return start(bin)
}

// start is Start with the PostgreSQL whose programs are in bin.
func start(bin string) (*Cluster, error) {
	// Not os.TempDir: the path of a socket is limited to about 100 bytes, and
	// another user must be able to reach it.
	dir, err := os.MkdirTemp("/tmp", "sallyport-postgres-")
	if err != nil {
		return nil, err
	}
	//nolint:gosec,noctx // our own script, which must outlive every context of the tests
	owner := exec.Command("/bin/sh", "-c", script, "sallyport-postgres", bin, dir)
	owner.Env = []string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8"}
	if err := hand(owner, dir); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	c, err := launch(owner, dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return c, nil
}

// launch starts the owner and waits until it says that the server is ready.
func launch(owner *exec.Cmd, dir string) (*Cluster, error) {
	alive, err := owner.StdinPipe()
	if err != nil {
		return nil, err
	}
	said, err := owner.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := owner.Start(); err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir, owner: owner, alive: alive}
	if line, _ := bufio.NewReader(said).ReadString('\n'); line != "ready\n" {
		return nil, errors.Join(fmt.Errorf("start PostgreSQL:\n%s", c.logs()), c.Stop())
	}
	return c, nil
}

// URL is the address of the cluster's first database, which tests leave alone
// but for making and dropping others.
func (c *Cluster) URL() string {
	u := url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/postgres"}
	u.RawQuery = url.Values{"host": {c.dir}, "sslmode": {"disable"}}.Encode()
	return u.String()
}

// Stop stops the server, removes its directory, and returns when both are done.
func (c *Cluster) Stop() error {
	return errors.Join(c.alive.Close(), c.owner.Wait())
}

// logs is what initdb and the server wrote, as far as it can be read.
func (c *Cluster) logs() string {
	var b strings.Builder
	for _, name := range []string{"start.log", "server.log"} {
		text, err := os.ReadFile(filepath.Join(c.dir, name)) //nolint:gosec // a directory of our own
		if err == nil {
			b.Write(text)
		}
	}
	return b.String()
}
