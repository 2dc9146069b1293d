package work

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

var errGone = errors.New("the database is gone")

// row is an item as memory keeps it.
type row struct {
	Item
	worker string
	until  time.Time
	stuck  bool
}

// memory is a Store, and can be gone.
type memory struct {
	mu     sync.Mutex
	rows   map[int64]*row
	gone   bool
	claims int // calls of Claim
	extend int // calls of Extend
}

func newMemory(items ...Item) *memory {
	m := &memory{rows: map[int64]*row{}}
	for _, it := range items {
		m.add(it)
	}
	return m
}

func (m *memory) add(it Item) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows[it.ID] = &row{Item: it}
}

// look is a copy of an item's row, the zero row if it is done.
func (m *memory) look(id int64) row {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r := m.rows[id]; r != nil {
		return *r
	}
	return row{}
}

func (m *memory) setGone(gone bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.gone = gone
}

// counts are the calls of Claim and of Extend.
func (m *memory) counts() (claims, extends int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.claims, m.extend
}

// steal ends the lease of an item, as if another worker had it now.
func (m *memory) steal(id int64, until time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows[id].worker, m.rows[id].until = "another", until
}

func (m *memory) Claim(_ context.Context, worker string, kinds []string, now time.Time, lease time.Duration, n int) ([]Item, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.claims++
	if m.gone {
		return nil, errGone
	}
	var free []*row
	for _, r := range m.rows {
		if !r.stuck && !r.Due.After(now) && !r.until.After(now) && slices.Contains(kinds, r.Kind) {
			free = append(free, r)
		}
	}
	slices.SortFunc(free, func(a, b *row) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID)) })
	var items []Item
	for _, r := range free[:min(n, len(free))] {
		r.worker, r.until = worker, now.Add(lease)
		items = append(items, r.Item)
	}
	return items, nil
}

// change calls f on the row that worker holds.
func (m *memory) change(ctx context.Context, id int64, worker string, f func(*row)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.rows[id]
	switch {
	case m.gone:
		return errGone
	case ctx.Err() != nil:
		return ctx.Err()
	case r == nil || r.worker != worker:
		return ErrLeaseLost
	}
	f(r)
	return nil
}

// release ends the lease of r.
func release(r *row, due time.Time) { r.worker, r.until, r.Due = "", time.Time{}, due }

func (m *memory) Extend(ctx context.Context, id int64, worker string, until time.Time) error {
	return m.change(ctx, id, worker, func(r *row) { m.extend++; r.until = until })
}

func (m *memory) Done(ctx context.Context, id int64, worker string) error {
	return m.change(ctx, id, worker, func(*row) { delete(m.rows, id) })
}

func (m *memory) Fail(ctx context.Context, id int64, worker, cause string, due time.Time) error {
	return m.change(ctx, id, worker, func(r *row) { r.Attempts++; r.LastError = cause; release(r, due) })
}

func (m *memory) Later(ctx context.Context, id int64, worker string, due time.Time) error {
	return m.change(ctx, id, worker, func(r *row) { release(r, due) })
}

func (m *memory) Stuck(ctx context.Context, id int64, worker, cause string) error {
	return m.change(ctx, id, worker, func(r *row) { r.Attempts++; r.LastError = cause; r.stuck = true; release(r, r.Due) })
}
