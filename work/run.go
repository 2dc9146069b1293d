package work

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"
)

// maxCause bounds the cause of a failure that a store keeps.
const maxCause = 1000

// errPanic is the failure of a handler that panicked. What it said goes to the
// log alone.
var errPanic = errors.New("the handler panicked")

// lease is an item that this pool holds as worker until then.
type lease struct {
	item   Item
	worker string
	until  time.Time
}

// run runs the handler of an item that is held, keeps the lease meanwhile, and
// records what came of it.
func (p *Pool) run(running context.Context, l lease) {
	ctx, cancel := context.WithCancelCause(running)
	defer cancel(nil)
	start := p.cfg.Now()
	kept := make(chan struct{})
	go func() {
		defer close(kept)
		p.keep(ctx, cancel, l)
	}()
	err := p.call(ctx, l.item)
	took, why := p.cfg.Now().Sub(start), context.Cause(ctx)
	cancel(nil)
	<-kept // no lease is extended after its end is recorded

	outcome, err := p.settle(running, l, err, why)
	p.report(l.item, outcome, err)
	if p.cfg.OnDone != nil {
		p.cfg.OnDone(l.item.Kind, outcome, took)
	}
}

// call runs the handler. A panic becomes a failure.
func (p *Pool) call(ctx context.Context, it Item) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = errPanic
			p.cfg.Log.Error("a handler panicked", "kind", it.Kind, "item", it.ID,
				"panic", fmt.Sprint(v), "stack", string(debug.Stack()))
		}
	}()
	return p.cfg.Handlers[it.Kind](ctx, it)
}

// keep extends the lease, three times in its length, until ctx ends. If the
// lease is lost, or would end before the next try, it ends ctx.
func (p *Pool) keep(ctx context.Context, cancel context.CancelCauseFunc, l lease) {
	every := p.cfg.Lease / 3
	tick := time.NewTicker(max(every, 1))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		next := p.cfg.Now().Add(p.cfg.Lease)
		call, done := context.WithTimeout(ctx, every)
		err := p.cfg.Store.Extend(call, l.item.ID, l.worker, next)
		done()
		switch {
		case err == nil:
			l.until = next
		case errors.Is(err, ErrLeaseLost), !p.cfg.Now().Add(every).Before(l.until):
			cancel(ErrLeaseLost)
			return
		case ctx.Err() == nil:
			p.cfg.Log.Warn("a lease cannot be extended", "kind", l.item.Kind, "item", l.item.ID, "error", err)
		}
	}
}

// settle records what came of an item: err is the handler's, why is what ended
// its context, if anything did. A store that cannot be reached is asked again
// while the lease lasts and the process does not end: a database that was away
// for a moment costs a moment. The error returned is err, or that of the store,
// and then the item is done again when its lease has ended.
func (p *Pool) settle(running context.Context, l lease, err, why error) (Outcome, error) {
	again := time.NewTicker(max(p.cfg.Backoff.First, 1))
	defer again.Stop()
	for {
		// The handler's context is over by now; the record must be made all the same.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(running), storeTime)
		outcome, failed := p.decide(ctx, l, err, why)
		cancel()
		if failed == nil {
			return outcome, err
		}
		failed = fmt.Errorf("record that it is %s: %w", outcome, failed)
		if errors.Is(failed, ErrLeaseLost) || !p.cfg.Now().Add(p.cfg.Backoff.First).Before(l.until) {
			return Lost, failed
		}
		select {
		case <-running.Done():
			return Lost, failed
		case <-again.C:
		}
	}
}

// decide chooses the outcome and tells the store. Whatever the handler knows
// for sure, that it is done, not due or beyond mending, holds also when the
// process is ending; any other error may then be due to that, and is no attempt.
func (p *Pool) decide(ctx context.Context, l lease, err, why error) (Outcome, error) {
	id, store := l.item.ID, p.cfg.Store
	attempts := l.item.Attempts + 1
	later, isLater := errors.AsType[*Later](err)
	_, isPermanent := errors.AsType[permanent](err)
	switch {
	case err == nil:
		return Done, store.Done(ctx, id, l.worker)
	case errors.Is(why, ErrLeaseLost):
		return Lost, nil
	case isLater:
		due := p.cfg.Now().Add(p.cfg.Backoff.First)
		if later.At.After(due) {
			due = later.At
		}
		return Postponed, store.Later(ctx, id, l.worker, due)
	case errors.Is(why, errEnding) && !isPermanent:
		return Released, store.Later(ctx, id, l.worker, p.cfg.Now())
	case isPermanent || attempts >= p.cfg.Limit:
		return Stuck, store.Stuck(ctx, id, l.worker, cause(err))
	}
	due := p.cfg.Now().Add(p.cfg.Backoff.Wait(attempts, p.cfg.Jitter))
	return Failed, store.Fail(ctx, id, l.worker, cause(err), due)
}

// report logs what did not go as it should.
func (p *Pool) report(it Item, outcome Outcome, err error) {
	log := p.cfg.Log.With("kind", it.Kind, "item", it.ID, "attempts", it.Attempts)
	switch outcome {
	case Failed:
		log.Warn("work failed and will be tried again", "error", err)
	case Lost:
		log.Warn("work lost its lease or could not be recorded", "error", err)
	case Stuck:
		log.Error("work stuck", "error", err)
	}
}

// cause is the text of an error as stores keep it: UTF-8 without NUL, which
// PostgreSQL refuses, and not endless.
func cause(err error) string {
	s := strings.ToValidUTF8(strings.ReplaceAll(err.Error(), "\x00", ""), "\uFFFD")
	if len(s) <= maxCause {
		return s
	}
	s = s[:maxCause]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s + "…"
}
