package work

import (
	"errors"
	"log/slog"
	"time"
)

// Config is what a pool needs. Fields without a default must be set.
type Config struct {
	Store    Store
	Handlers map[string]Handler // by kind; items of other kinds are left alone
	Worker   string             // names the process, different for each that ever runs
	Now      func() time.Time
	Jitter   func(n int64) int64 // a random number from 0 to n-1, n > 0
	Log      *slog.Logger

	Workers int           // handlers that run at a time, default 4
	Lease   time.Duration // default 1 minute; extended while a handler runs
	Poll    time.Duration // how often to look unasked, default 5 seconds
	Grace   time.Duration // how long handlers may finish at the end, default 10 seconds
	Limit   int           // attempts after which an item is stuck, default 20
	Backoff Backoff       // default from 1 second to 10 minutes

	// OnDone, if set, is told what came of each run, for metrics. It is called
	// by several goroutines.
	OnDone func(kind string, outcome Outcome, took time.Duration)
}

// check reports what is missing or cannot be right.
func (c Config) check() error {
	missing := c.Store == nil || len(c.Handlers) == 0 || c.Worker == "" || c.Now == nil || c.Jitter == nil || c.Log == nil
	if missing {
		return errors.New("work: Store, Handlers, Worker, Now, Jitter and Log must be set")
	}
	for kind, h := range c.Handlers {
		if kind == "" || h == nil {
			return errors.New("work: a kind or its handler is empty")
		}
	}
	if min(int64(c.Workers), int64(c.Lease), int64(c.Poll), int64(c.Grace), int64(c.Limit), int64(c.Backoff.First)) < 0 ||
		c.Backoff.Most < c.Backoff.First {
		return errors.New("work: a number is negative, or Backoff.Most less than Backoff.First")
	}
	return nil
}

// defaults fills in what is not set.
func (c Config) defaults() Config {
	setDefault(&c.Workers, 4)
	setDefault(&c.Lease, time.Minute)
	setDefault(&c.Poll, 5*time.Second)
	setDefault(&c.Grace, 10*time.Second)
	setDefault(&c.Limit, 20)
	setDefault(&c.Backoff, Backoff{First: time.Second, Most: 10 * time.Minute})
	return c
}

// setDefault sets what is zero.
func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Backoff is how long to wait after failures: about First after the first,
// twice that after each further one, never more than Most.
type Backoff struct {
	First, Most time.Duration
}

// Wait is how long to wait after so many failed attempts, at least one. The
// wait is a random part between First and all of 2 × First after the first, so
// that what failed together does not come back together; jitter is as in
// Config.
func (b Backoff) Wait(attempts int, jitter func(n int64) int64) time.Duration {
	span := b.First
	for range attempts {
		if span >= b.Most-span { // doubled it would be Most or more
			span = b.Most
			break
		}
		span *= 2
	}
	half := span / 2
	return max(b.First, half+time.Duration(jitter(int64(span-half)+1)))
}
