// Package work runs what is not a page: deliveries, checks, notices and the
// like. What is to be done stands in a store, written there by whoever wants
// it done; a pool in every process takes it under a lease, runs the handler of
// its kind, and records what came of it.
//
// A process may be killed at any moment, and a lease may end while a handler
// still runs. So everything that a handler does may happen twice, and must be
// harmless when it does.
package work

import (
	"context"
	"errors"
	"time"
)

// Item is one thing to be done.
type Item struct {
	ID        int64
	Kind      string // chooses the handler
	Subject   string // what it is about, in the handler's own form
	Due       time.Time
	Attempts  int    // how often it failed
	LastError string // what the last failure was
}

// ErrLeaseLost is what a store answers when an item is not, or no longer, the
// worker's: the lease ended and another worker has it, or it is gone.
var ErrLeaseLost = errors.New("work: the lease is lost")

// Store keeps items. Its methods may be called at the same time. A worker is a
// name that the pool makes up for each call of Claim; all methods but Claim
// change an item only if that worker holds it, else they return ErrLeaseLost.
type Store interface {
	// Claim returns up to n items of the given kinds that are due at now, not
	// stuck, and not under a lease that lasts beyond now; longest due first. They
	// are then the worker's until now + lease. Two workers never get the same.
	Claim(ctx context.Context, worker string, kinds []string, now time.Time, lease time.Duration, n int) ([]Item, error)
	// Extend lets the lease last until then.
	Extend(ctx context.Context, id int64, worker string, until time.Time) error
	// Done removes the item: it needs nothing more.
	Done(ctx context.Context, id int64, worker string) error
	// Fail counts an attempt, keeps its cause as the last error, ends the lease
	// and makes the item due again at due.
	Fail(ctx context.Context, id int64, worker string, cause string, due time.Time) error
	// Later ends the lease and makes the item due at due. No attempt is counted
	// and the last error stays.
	Later(ctx context.Context, id int64, worker string, due time.Time) error
	// Stuck counts an attempt, keeps its cause as the last error, ends the lease
	// and marks the item stuck: nobody claims it until an administrator says so.
	Stuck(ctx context.Context, id int64, worker string, cause string) error
}

// Handler does an item. Without an error the item is done. An error is a
// failed attempt, shown to administrators and tried again later, unless it is
// a Later or made by Permanent. The context ends when the lease is lost or the
// process can wait no longer; the handler must then return soon.
type Handler func(ctx context.Context, it Item) error

// Later is the error of a handler that found an item not to be due: a hold is
// not over, say. It is tried again at At, but not before Backoff.First is over,
// and no attempt is counted.
type Later struct {
	At time.Time
}

// Error says when.
func (l *Later) Error() string { return "not before " + l.At.UTC().Format(time.RFC3339) }

// permanent is an error that another attempt would not mend.
type permanent struct{ error }

// Unwrap is the error without its mark.
func (p permanent) Unwrap() error { return p.error }

// Permanent marks err as one that another attempt would not mend: the item is
// stuck at once. Permanent(nil) is nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return permanent{err}
}

// Outcome is what came of running a handler once.
type Outcome string

// What can come of it. The values are names of metrics.
const (
	Done      Outcome = "done"
	Failed    Outcome = "failed"    // will be tried again
	Postponed Outcome = "postponed" // the handler said Later
	Stuck     Outcome = "stuck"     // waits for an administrator
	Lost      Outcome = "lost"      // the lease was; nothing is recorded
	Released  Outcome = "released"  // interrupted by the process's end; due again at once
)
