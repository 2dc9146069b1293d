package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"runtime/pprof"
	"syscall"
	"time"

	"sallyport/internal/dbtest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// bench is one run.
type bench struct {
	ctx      context.Context
	address  string    // of the PostgreSQL server
	postgres server    // its processes
	program  string    // the built sallyport
	root     string    // of the repository
	dir      string    // temporary
	entries  int       // of the log that is exported
	notes    io.Writer // progress
	rows     []row
	made     int // databases, for their names
}

// parts are what is measured, by the names that a pattern chooses.
var parts = []struct {
	name string
	run  func(*bench) error
}{
	{"page", (*bench).page},
	{"vote", (*bench).vote},
	{"adding", (*bench).adding},
	{"keeping", (*bench).keeping},
	{"folder", (*bench).folder},
	{"manifest", (*bench).manifest},
	{"linking", (*bench).linking},
	{"tables", (*bench).tables},
	{"export", (*bench).export},
	{"delivering", (*bench).delivering},
	{"start", (*bench).start},
}

// run is the program. It returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	b := &bench{ctx: ctx, notes: stderr, address: os.Getenv(dbtest.Env)}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	only := flags.String("only", "", "a pattern: measure only what matches it")
	profile := flags.String("profile", "", "write a CPU profile to this file")
	flags.StringVar(&b.program, "program", "bin/sallyport", "the program that is started")
	flags.StringVar(&b.root, "root", ".", "the top of the repository")
	flags.IntVar(&b.entries, "entries", 200_000, "entries of the log that is exported")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	pattern, err := regexp.Compile("(?i)" + *only)
	if err != nil || b.address == "" {
		b.note("bench: run it by tools/bench.sh: %v", errors.Join(err, errors.New(dbtest.Env+" names the server")))
		return 2
	}
	if b.postgres, err = serverAt(b.address); err != nil {
		b.note("bench: %v", err)
		return 1
	}
	err = b.profiled(*profile, func() error { return b.all(pattern) })
	if shown := show(stdout, b.rows); err == nil {
		err = shown
	}
	if err != nil {
		b.note("bench: %v", err)
		return 1
	}
	return 0
}

// note says how far the run is. If nobody can read it, the table still says
// all.
func (b *bench) note(format string, args ...any) {
	_, _ = fmt.Fprintf(b.notes, format+"\n", args...)
}

// profiled runs do with a CPU profile, if there is a file for it.
func (b *bench) profiled(file string, do func() error) (err error) {
	if file == "" {
		return do()
	}
	f, err := os.Create(file) //nolint:gosec // whoever runs the benchmarks names it
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return do()
}

// all measures the parts that match. What cannot be measured does not stop the
// rest.
func (b *bench) all(pattern *regexp.Regexp) error {
	var errs []error
	for _, p := range parts {
		if !pattern.MatchString(p.name) || b.ctx.Err() != nil {
			continue
		}
		began := time.Now()
		if err := b.alone(p.run); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", p.name, err))
		}
		b.note("measured %s (%.0f s)", p.name, time.Since(began).Seconds())
	}
	return errors.Join(append(errs, b.ctx.Err())...)
}

// alone runs a part with a directory of its own.
func (b *bench) alone(part func(*bench) error) (err error) {
	if b.dir, err = os.MkdirTemp("", "sallyport-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	return part(b)
}
