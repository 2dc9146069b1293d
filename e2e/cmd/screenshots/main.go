// Command screenshots takes the pictures in docs/screenshots: it starts the
// demo, goes through its main pages as their users do, and writes each in three
// sizes, light and dark.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"sync/atomic"

	e2e "sallyport-e2e"
)

func main() {
	dir := flag.String("o", "docs/screenshots", "the folder to write to")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *dir); err != nil {
		fmt.Fprintln(os.Stderr, "screenshots:", err)
		os.Exit(1)
	}
}

// run takes all pictures, and ends what it started, whatever happens.
func run(ctx context.Context, dir string) error {
	c := &command{ctx: ctx}
	done := make(chan struct{})
	go func() { //nolint:contextcheck // the command has it; Fatalf can end what runs here
		defer close(done)
		defer c.cleanUp()
		takeAll(c, dir)
	}()
	<-done
	if c.failed.Load() {
		return errors.New("not all pictures were taken")
	}
	return nil
}

// command is what a test is for the tests: who starts things, and ends them.
type command struct {
	ctx      context.Context
	cleanups []func()
	dir      string // of temporary folders
	failed   atomic.Bool
}

// Helper does nothing: lines of this program are not named.
func (c *command) Helper() {}

// Context ends when somebody interrupts the command.
func (c *command) Context() context.Context { return c.ctx }

// Cleanup has f called when everything is done.
func (c *command) Cleanup(f func()) { c.cleanups = append(c.cleanups, f) }

func (c *command) cleanUp() {
	for _, f := range slices.Backward(c.cleanups) {
		f()
	}
}

// TempDir is a new folder, which goes when everything is done.
func (c *command) TempDir() string {
	var err error
	if c.dir == "" { // all are in one, which goes last
		if c.dir, err = os.MkdirTemp("", "sallyport-screenshots-"); err != nil {
			c.Fatalf("a folder to work in: %v", err)
		}
		c.Cleanup(func() {
			if err := os.RemoveAll(c.dir); err != nil {
				c.Errorf("%v", err)
			}
		})
	}
	dir, err := os.MkdirTemp(c.dir, "")
	if err != nil {
		c.Fatalf("a folder to work in: %v", err)
	}
	return dir
}

// Logf says something.
func (c *command) Logf(format string, args ...any) { fmt.Printf(format+"\n", args...) }

// Errorf says what went wrong.
func (c *command) Errorf(format string, args ...any) {
	c.failed.Store(true)
	fmt.Fprintf(os.Stderr, format+"\n", args...)
}

// Fatalf says what went wrong, and goes no further.
func (c *command) Fatalf(format string, args ...any) {
	c.Errorf(format, args...)
	runtime.Goexit()
}

// takeAll writes the pictures and the page that lists them.
func takeAll(c *command, dir string) {
	program, browser := e2e.StartDemo(c), e2e.StartBrowser(c)
	old, err := filepath.Glob(filepath.Join(dir, "*.png"))
	if err != nil {
		c.Fatalf("%v", err)
	}
	for _, file := range old { // of pages that are no more
		if err := os.Remove(file); err != nil {
			c.Fatalf("%v", err)
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // as git makes it
		c.Fatalf("%v", err)
	}
	a := &album{c: c, dir: dir, program: program, browser: browser}
	a.take()
	if err := os.WriteFile(filepath.Join(dir, "README.md"), a.index(), 0o644); err != nil { //nolint:gosec // as git makes it
		c.Fatalf("%v", err)
	}
	c.Logf("%d pictures, %d KiB, in %s", a.count, a.bytes>>10, dir)
}
