package work

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync/atomic"
	"time"
)

// storeTime bounds one call of the store.
const storeTime = 10 * time.Second

// errEnding is why a handler's context ends when the grace is over.
var errEnding = errors.New("work: the process is ending")

// Pool takes items from a store and runs their handlers.
type Pool struct {
	cfg    Config
	kinds  []string
	wake   chan struct{}
	claims atomic.Int64
}

// New returns a pool that does nothing before Run. It refuses a configuration
// in which something is missing or negative.
func New(c Config) (*Pool, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	return &Pool{
		cfg:   c.defaults(),
		kinds: slices.Sorted(maps.Keys(c.Handlers)),
		wake:  make(chan struct{}, 1),
	}, nil
}

// Wake makes the pool look for items now instead of at the next poll: it is
// called when items have been committed. It never waits.
func (p *Pool) Wake() {
	select {
	case p.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// Run takes and runs items until ctx ends. Handlers that run then may finish
// within the grace; after it their contexts end, and their items are given
// back. Run returns nil when all have returned; if some do not within another
// 20 seconds, an error says how many. It is called once.
func (p *Pool) Run(ctx context.Context) error {
	// Handlers outlive ctx by the grace, and what they did must be recorded.
	running, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	finished := make(chan struct{}, p.cfg.Workers)
	busy := p.loop(ctx, running, finished)

	busy = await(busy, finished, p.cfg.Grace)
	stop(errEnding)
	if busy = await(busy, finished, 2*storeTime); busy > 0 {
		return fmt.Errorf("work: %d handlers did not return", busy)
	}
	return nil
}

// loop takes items until ctx ends and returns how many handlers still run.
func (p *Pool) loop(ctx, running context.Context, finished chan struct{}) (busy int) {
	poll := time.NewTicker(p.cfg.Poll)
	defer poll.Stop()
	for look := true; ctx.Err() == nil; {
		if free := p.cfg.Workers - busy; look && free > 0 {
			n := p.take(ctx, running, finished, free)
			busy += n
			look = n == free // there may be more: look when one has finished
		}
		select {
		case <-ctx.Done():
		case <-finished:
			busy--
		case <-p.wake:
			look = true
		case <-poll.C:
			look = true
		}
	}
	return busy
}

// take claims up to n items, starts their handlers, and returns how many.
func (p *Pool) take(ctx, running context.Context, finished chan<- struct{}, n int) int {
	worker := p.cfg.Worker + "/" + strconv.FormatInt(p.claims.Add(1), 10)
	now := p.cfg.Now()
	call, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	items, err := p.cfg.Store.Claim(call, worker, p.kinds, now, p.cfg.Lease, n)
	if err != nil && ctx.Err() == nil {
		p.cfg.Log.Warn("work cannot be claimed", "error", err)
	}
	for _, it := range items {
		go func() {
			defer func() { finished <- struct{}{} }()
			p.run(running, lease{item: it, worker: worker, until: now.Add(p.cfg.Lease)})
		}()
	}
	return len(items)
}

// await waits until none of busy handlers runs, but not longer than limit, and
// returns how many are left.
func await(busy int, finished <-chan struct{}, limit time.Duration) int {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for busy > 0 {
		select {
		case <-finished:
			busy--
		case <-timer.C:
			return busy
		}
	}
	return 0
}
