package main

import (
	"bytes"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// cost is how long something took, and how long processors worked for it: in
// this process, in the programs that it ran, and in the PostgreSQL server. Or
// it is the ratio of two of them.
type cost struct{ seconds, cpu float64 }

// each is the cost of one of n.
func (c cost) each(n float64) cost { return cost{c.seconds / n, c.cpu / n} }

// inverse is the ratio the other way round: how much faster, not how much
// longer.
func (c cost) inverse() cost { return cost{1 / c.seconds, 1 / c.cpu} }

// measure does something and says what it cost.
func (b *bench) measure(do func() error) (cost, error) {
	worked, err := b.processors()
	if err != nil {
		return cost{}, err
	}
	began := time.Now()
	if err := do(); err != nil {
		return cost{}, err
	}
	c := cost{seconds: time.Since(began).Seconds()}
	after, err := b.processors()
	c.cpu = (after - worked).Seconds()
	return c, err
}

// processors is how long processors have worked for this run so far.
func (b *bench) processors() (time.Duration, error) {
	var total time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			return 0, fmt.Errorf("ask for the time of processors: %w", err)
		}
		total += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	server, err := b.postgres.worked()
	return total + server, err
}

// server is the PostgreSQL server's processes, as Linux shows them.
type server struct{ pid string }

// serverAt finds the server in whose directory the socket of its address is:
// the cluster that tools/bench.sh starts.
func serverAt(address string) (server, error) {
	u, err := url.Parse(address)
	if err != nil {
		return server{}, fmt.Errorf("the address of the server is not a URL")
	}
	b, err := os.ReadFile(filepath.Join(u.Query().Get("host"), "data", "postmaster.pid"))
	if err != nil {
		return server{}, fmt.Errorf("find the server's process: %w", err)
	}
	pid, _, _ := strings.Cut(string(b), "\n")
	return server{pid}, nil
}

// worked is how long the server's processes have worked: those that ended, by
// their parent's account, and those that run.
func (s server) worked() (time.Duration, error) {
	stat, err := os.ReadFile(filepath.Join("/proc", s.pid, "stat"))
	if err != nil {
		return 0, fmt.Errorf("ask for the server's time: %w", err)
	}
	_, rest, _ := bytes.Cut(stat, []byte(") "))
	fields := strings.Fields(string(rest))
	if len(fields) < 15 {
		return 0, fmt.Errorf("the server's time cannot be read: %s", stat)
	}
	var total time.Duration
	for _, field := range fields[11:15] { // utime, stime, cutime, cstime; see proc(5)
		ticks, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, err
		}
		total += time.Duration(ticks) * 10 * time.Millisecond
	}
	children, err := os.ReadFile(filepath.Join("/proc", s.pid, "task", s.pid, "children"))
	if err != nil {
		return 0, err
	}
	for child := range strings.FieldsSeq(string(children)) {
		total += ran(child)
	}
	return total, nil
}

// ran is how long a process has run. One that has just ended counts with its
// parent.
func ran(pid string) time.Duration {
	b, err := os.ReadFile(filepath.Join("/proc", pid, "schedstat")) //nolint:gosec // a number that Linux gave
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(b), " ")
	n, _ := strconv.ParseInt(first, 10, 64)
	return time.Duration(n)
}
