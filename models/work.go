package models

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"sallyport/review"
	"sallyport/work"
)

// workRow is something that a worker has to do.
type workRow struct {
	ID          int64 `gorm:"primaryKey;autoIncrement"`
	Kind        string
	Subject     string
	Due         instant
	Attempts    int
	LastError   string
	Worker      string // "" while nobody holds it
	LeasedUntil instant
	Stuck       bool
	Made        instant
}

func (workRow) TableName() string { return "work" }

func (r workRow) item() work.Item {
	return work.Item{
		ID: r.ID, Kind: r.Kind, Subject: r.Subject, Due: r.Due.Time, Attempts: r.Attempts, LastError: r.LastError,
	}
}

// maxCause bounds the error kept of a failed attempt.
const maxCause = 2000

// addWork writes what follows from a decision. Two rows may ask for the same:
// all work may safely be done twice.
func (s *Store) addWork(ctx context.Context, tx *gorm.DB, todo []review.Work) error {
	rows := make([]workRow, 0, len(todo))
	for _, w := range todo {
		rows = append(rows, workRow{Kind: w.Kind, Subject: w.Subject, Due: at(w.Due), Made: at(s.now())})
	}
	if len(rows) == 0 {
		return nil
	}
	if err := on[workRow](tx).CreateInBatches(ctx, &rows, batch); err != nil {
		return fmt.Errorf("write work: %w", err)
	}
	return nil
}

// claimQuery gives work to a worker. On PostgreSQL rows that another claim has
// locked are passed over.
const claimQuery = `
UPDATE work SET worker = ?, leased_until = ?
WHERE id IN (
	SELECT id FROM work
	WHERE stuck = ? AND due <= ? AND kind IN ? AND (leased_until IS NULL OR leased_until <= ?)
	ORDER BY due, id LIMIT ? %s
)
RETURNING id, kind, subject, due, attempts, last_error`

// Claim gives due work to a worker for a time; see work.Store.
func (s *Store) Claim(ctx context.Context, worker string, kinds []string, now time.Time, lease time.Duration, n int) ([]work.Item, error) {
	lock := ""
	if s.dialect.postgres {
		lock = "FOR UPDATE SKIP LOCKED"
	}
	var items []work.Item
	err := s.write(ctx, func(tx *gorm.DB) error {
		rows, err := on[workRow](tx).Raw(fmt.Sprintf(claimQuery, lock),
			worker, at(now.Add(lease)), false, at(now), kinds, at(now), n).Find(ctx)
		if err != nil {
			return fmt.Errorf("claim work: %w", err)
		}
		items = make([]work.Item, 0, len(rows))
		for _, row := range rows {
			items = append(items, row.item())
		}
		return nil
	})
	return items, err
}

// Extend lets a lease last longer.
func (s *Store) Extend(ctx context.Context, id int64, worker string, until time.Time) error {
	return s.settle(ctx, id, worker, "leased_until = ?", at(until))
}

// Done removes work that is done.
func (s *Store) Done(ctx context.Context, id int64, worker string) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		n, err := on[workRow](tx).Where("id = ? AND worker = ?", id, worker).Delete(ctx)
		return leased(n, err)
	})
}

// Fail counts a failed attempt and gives the work back until due.
func (s *Store) Fail(ctx context.Context, id int64, worker string, cause string, due time.Time) error {
	return s.settle(ctx, id, worker,
		"worker = '', leased_until = NULL, attempts = attempts + 1, last_error = ?, due = ?", shorten(cause), at(due))
}

// Later gives the work back until due.
func (s *Store) Later(ctx context.Context, id int64, worker string, due time.Time) error {
	return s.settle(ctx, id, worker, "worker = '', leased_until = NULL, due = ?", at(due))
}

// Stuck counts a failed attempt and leaves the work to an administrator.
func (s *Store) Stuck(ctx context.Context, id int64, worker string, cause string) error {
	return s.settle(ctx, id, worker,
		"worker = '', leased_until = NULL, attempts = attempts + 1, last_error = ?, stuck = ?", shorten(cause), true)
}

// settle changes work that the worker holds. assignments are this package's
// own text.
func (s *Store) settle(ctx context.Context, id int64, worker, assignments string, values ...any) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		result := tx.Exec("UPDATE work SET "+assignments+" WHERE id = ? AND worker = ?", append(values, id, worker)...)
		return leased(int(result.RowsAffected), result.Error)
	})
}

func leased(n int, err error) error {
	switch {
	case err != nil:
		return fmt.Errorf("settle work: %w", err)
	case n == 0:
		return work.ErrLeaseLost
	}
	return nil
}

// shorten bounds a cause; it is cut between characters and has no NUL, which
// PostgreSQL does not take.
func shorten(cause string) string {
	out := make([]rune, 0, min(len(cause), maxCause))
	for _, r := range cause {
		if len(out) == maxCause {
			break
		}
		if r != 0 {
			out = append(out, r)
		}
	}
	return string(out)
}
