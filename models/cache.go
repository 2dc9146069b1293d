package models

import (
	"container/list"
	"sync"

	"sallyport/review"
)

// cache keeps folded requests of committed versions, up to a number of bytes;
// those not used for longest go first. Folded requests are immutable, so that
// they are shared.
type cache struct {
	mu    sync.Mutex
	limit int64
	size  int64
	used  *list.List // of *cached, latest first
	items map[review.RequestID][]*list.Element
}

type cached struct {
	request *review.Request
	size    int64
}

// kept is how many versions of a request are kept: the newest, and the one
// that readers whose snapshot is older still ask for.
const kept = 2

func newCache(limit int64) *cache {
	return &cache{limit: limit, used: list.New(), items: map[review.RequestID][]*list.Element{}}
}

// newest returns the newest kept version of a request that is not newer than
// version, and which it is; nil and 0 if there is none.
func (c *cache) newest(id review.RequestID, version int) (*review.Request, int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var best *list.Element
	for _, e := range c.items[id] {
		if v := versionOf(e); v <= version && (best == nil || v > versionOf(best)) {
			best = e
		}
	}
	if best == nil {
		return nil, 0
	}
	c.used.MoveToFront(best)
	r := best.Value.(*cached).request
	return r, r.Version
}

// put keeps a request. It is called after the commit that made the version.
func (c *cache) put(r *review.Request) {
	size := sizeOf(r)
	c.mu.Lock()
	defer c.mu.Unlock()
	versions := c.items[r.ID]
	var oldest *list.Element
	for _, e := range versions {
		if versionOf(e) == r.Version {
			return
		}
		if oldest == nil || versionOf(e) < versionOf(oldest) {
			oldest = e
		}
	}
	if len(versions) >= kept {
		if versionOf(oldest) > r.Version {
			return
		}
		c.drop(oldest)
	}
	if size > c.limit {
		return
	}
	c.items[r.ID] = append(c.items[r.ID], c.used.PushFront(&cached{request: r, size: size}))
	c.size += size
	for c.size > c.limit {
		c.drop(c.used.Back())
	}
}

// drop removes an element.
func (c *cache) drop(e *list.Element) {
	item := c.used.Remove(e).(*cached)
	c.size -= item.size
	left := c.items[item.request.ID][:0]
	for _, other := range c.items[item.request.ID] {
		if other != e {
			left = append(left, other)
		}
	}
	if len(left) == 0 {
		delete(c.items, item.request.ID)
		return
	}
	c.items[item.request.ID] = left
}

func versionOf(e *list.Element) int { return e.Value.(*cached).request.Version }

// sizeOf estimates the memory of a folded request: what its parts hold beside
// text is counted as a constant for each.
func sizeOf(r *review.Request) int64 {
	const part = 256
	n := 4*part + len(r.Title.Text)
	for _, f := range r.Files {
		n += part + len(f.Path) + len(f.SHA256) + len(f.Job) + len(f.JobRequest) + len(f.Action) + len(f.Commit)
		n += len(f.Votes) * part / 2
		if f.Check != nil {
			n += 2*part + len(f.Check.Findings)*part/2 + len(f.Check.Rules)*part/8
		}
		for _, a := range f.Answers {
			n += part + len(a.Text.Text)
		}
	}
	for _, g := range r.Groups {
		n += part + len(g.Name.Text) + len(g.Context.Text) + len(g.Controls.Text)
	}
	for _, c := range r.Comments {
		n += 2*part + len(c.Text.Text)
	}
	for _, t := range r.Ended {
		n += part
		for _, votes := range t.Votes {
			n += part + len(votes)*part/2
		}
	}
	for _, d := range r.Receipts {
		n += part + len(d.Path) + len(d.Location)
	}
	return int64(n)
}
