package checking

import (
	"context"
	"sync"

	"sallyport/review"
)

// busy are the requests that this process is checking. Another process may be
// checking the same: that costs time, and changes nothing.
type busy struct {
	mu       sync.Mutex
	requests map[review.RequestID]chan struct{}
}

// take makes the request busy, unless it is.
func (b *busy) take(id review.RequestID) (release func(), ok bool) {
	release, _ = b.try(id)
	return release, release != nil
}

// try makes the request busy, or returns what is closed when it is not any more.
func (b *busy) try(id review.RequestID) (release func(), until <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c, there := b.requests[id]; there {
		return nil, c
	}
	c := make(chan struct{})
	b.requests[id] = c
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.requests, id)
		close(c)
	}, nil
}

// await makes the request busy as soon as it is not; ok is false if ctx ends
// before.
func (b *busy) await(ctx context.Context, id review.RequestID) (release func(), ok bool) {
	for {
		release, until := b.try(id)
		if release != nil {
			return release, true
		}
		select {
		case <-until:
		case <-ctx.Done():
			return nil, false
		}
	}
}
