package models

import (
	"context"
	"log/slog"
	"time"

	"gorm.io/gorm/logger"
)

// slow is how long a statement may take before the log says so.
const slow = time.Second

// statementLog is gorm's logger. It names slow statements, without their
// parameters, which are personal data. Failures it leaves to whoever handles
// the error.
type statementLog struct {
	log *slog.Logger
	now func() time.Time
}

var _ logger.Interface = statementLog{}

// LogMode is part of gorm's interface; there is one mode.
func (l statementLog) LogMode(logger.LogLevel) logger.Interface { return l }

// Info is part of gorm's interface; gorm's remarks are not kept.
func (statementLog) Info(context.Context, string, ...any) {}

// Warn is part of gorm's interface.
func (statementLog) Warn(context.Context, string, ...any) {}

// Error is part of gorm's interface.
func (statementLog) Error(context.Context, string, ...any) {}

// Trace is called after every statement.
func (l statementLog) Trace(ctx context.Context, begin time.Time, statement func() (string, int64), _ error) {
	took := l.now().Sub(begin)
	if took < slow {
		return
	}
	text, rows := statement()
	l.log.LogAttrs(ctx, slog.LevelWarn, "slow statement",
		slog.Duration("took", took), slog.Int64("rows", rows), slog.String("statement", text))
}

// ParamsFilter keeps parameters out of Trace.
func (statementLog) ParamsFilter(_ context.Context, statement string, _ ...any) (string, []any) {
	return statement, nil
}
