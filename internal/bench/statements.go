package main

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"sallyport/models"
)

// statements counts the statements that a store sends, without BEGIN and
// COMMIT. A store's log names every statement that took long by its clock, so
// by a clock that is ahead it names them all.
type statements struct{ sent atomic.Int64 }

var _ slog.Handler = (*statements)(nil)

// counting runs do with a store whose statements are counted by count, which
// says how many something sends. cacheBytes is as in models.Config.
func (w *world) counting(cacheBytes int64, do func(s *models.Store, count func(func() error) (int, error)) error) (err error) {
	sent := &statements{}
	s, err := w.openStore(models.Config{
		CacheBytes: cacheBytes, Log: slog.New(sent), Now: func() time.Time { return now().Add(time.Hour) },
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return do(s, func(act func() error) (int, error) {
		before := sent.sent.Load()
		err := act()
		n := int(sent.sent.Load() - before)
		if err == nil && n == 0 {
			err = errors.New("statements are not counted")
		}
		return n, err
	})
}

// Enabled implements slog.Handler.
func (*statements) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements slog.Handler.
func (s *statements) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "slow statement" {
		s.sent.Add(1)
	}
	return nil
}

// WithAttrs implements slog.Handler.
func (s *statements) WithAttrs([]slog.Attr) slog.Handler { return s }

// WithGroup implements slog.Handler.
func (s *statements) WithGroup(string) slog.Handler { return s }
