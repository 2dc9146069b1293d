package web

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How often a client may fail to say who asks, with a token or at the sign-in:
// so many times at once, then one in failureEvery.
const (
	failureBurst = 60
	failureEvery = time.Second
)

// maxClients bounds how many clients are remembered. When there are more, all
// begin anew: whoever can ask from so many addresses is not held up by this.
const maxClients = 10_000

// failures counts failed authentications for each client.
type failures struct {
	now     func() time.Time
	mu      sync.Mutex
	clients map[string]*rate.Limiter
}

func newFailures(now func() time.Time) *failures {
	return &failures{now: now, clients: map[string]*rate.Limiter{}}
}

// note counts a failure, and returns how long the client has to wait if it was
// one too many.
func (f *failures) note(client string) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	l, now := f.limiter(client), f.now()
	if l.AllowN(now, 1) {
		return 0
	}
	return missing(l, now)
}

// wait is how long a client has to wait that has failed too often already; 0
// if it has not. It counts nothing.
func (f *failures) wait(client string) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	l, now := f.limiter(client), f.now()
	if l.TokensAt(now) >= 1 {
		return 0
	}
	return missing(l, now)
}

// missing is how long it takes until a limiter allows one more.
func missing(l *rate.Limiter, now time.Time) time.Duration {
	return max(time.Duration((1-l.TokensAt(now))*float64(failureEvery)), time.Millisecond)
}

func (f *failures) limiter(client string) *rate.Limiter {
	key := network(client)
	l := f.clients[key]
	if l == nil {
		if len(f.clients) >= maxClients {
			clear(f.clients)
		}
		l = rate.NewLimiter(rate.Every(failureEvery), failureBurst)
		f.clients[key] = l
	}
	return l
}

// network is what an address is counted under: an IPv4 address, or the /64
// that one client has of IPv6.
func network(client string) string {
	addr, err := netip.ParseAddr(client)
	if err != nil {
		return client
	}
	addr = addr.Unmap()
	if addr.Is4() {
		return addr.String()
	}
	p, err := addr.WithZone("").Prefix(64)
	if err != nil {
		return addr.String()
	}
	return p.String()
}
