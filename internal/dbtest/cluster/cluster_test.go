package cluster

import (
	"bufio"
	"database/sql"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
)

func TestStartAndStop(t *testing.T) {
	c, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", c.URL())
	if err != nil {
		t.Fatal(err)
	}
	var fsync, collation string
	err = db.QueryRowContext(t.Context(),
		"SELECT current_setting('fsync'), datcollate FROM pg_database WHERE datname = current_database()").
		Scan(&fsync, &collation)
	if err != nil {
		t.Error(err)
	}
	if fsync != "off" || collation != "C.UTF-8" {
		t.Errorf("fsync = %s, collation = %s; want off, C.UTF-8", fsync, collation)
	}
	// An open connection must not keep the server from stopping.
	if err := c.Stop(); err != nil {
		t.Error(err)
	}
	if err := db.PingContext(t.Context()); err == nil {
		t.Error("the server still answers after Stop")
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if dir := directory(t, c.URL()); exists(t, dir) {
		t.Errorf("%s is still there after Stop", dir)
	}
}

func TestStartSaysWhyNot(t *testing.T) {
	// Not t.TempDir, where the user postgres may not look.
	bin, err := os.MkdirTemp("/tmp", "broken-postgres-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(bin) })
	broken := []byte("#!/bin/sh\necho the disk is broken; pwd; exit 1\n")
	if err := os.WriteFile(bin+"/initdb", broken, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{bin, bin + "/initdb"} { // whatever the umask
		if err := os.Chmod(name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	_, err = start(bin)
	if err == nil {
		t.Fatal("start = nil error, want what initdb said")
	}
	_, dir, _ := strings.Cut(err.Error(), "the disk is broken\n")
	if dir = strings.TrimSpace(dir); !strings.HasPrefix(dir, "/tmp/") {
		t.Fatalf("start = %q, want what initdb said", err)
	}
	if exists(t, dir) {
		t.Errorf("%s is still there", dir)
	}
}

func TestKilledOwnerLeavesNothing(t *testing.T) {
	const role = "SALLYPORT_CLUSTER_TEST_CHILD"
	if os.Getenv(role) != "" {
		holdCluster(t)
		return
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledOwnerLeavesNothing$")
	child.Env = append(os.Environ(), role+"=1")
	// The child waits for the end of its input, so it cannot outlive this test.
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the child said %q: %v", line, err)
	}
	dir := directory(t, strings.TrimSpace(line))
	if !exists(t, dir) {
		t.Fatalf("%s is not there while its owner lives", dir)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // it was killed
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for exists(t, dir) {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s is still there 30 seconds after its owner was killed", dir)
		}
	}
}

// holdCluster is the child of the test above: it starts a cluster, says where,
// and waits to be killed.
func holdCluster(t *testing.T) {
	c, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stdout.WriteString(c.URL() + "\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		t.Fatal(err)
	}
}

func directory(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("host")
}

func exists(t *testing.T, dir string) bool {
	t.Helper()
	_, err := os.Stat(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return err == nil
}
