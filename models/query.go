package models

import (
	"context"
	"database/sql"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// query is a statement about rows of one type, built step by step. A step
// returns a new query, so that half a query can be used twice. It is the part
// of gorm's generic interface that is used here, with the same meaning: that
// interface compiles into about a thousand functions for each type of row,
// which made this package take a minute to compile.
type query[T any] struct {
	tx    *gorm.DB
	steps []func(*gorm.DB) *gorm.DB
}

// on is a query in a transaction; options are clauses that the whole statement
// has, such as locks.
func on[T any](tx *gorm.DB, options ...clause.Expression) query[T] {
	q := query[T]{tx: tx}
	if len(options) > 0 {
		return q.with(func(db *gorm.DB) *gorm.DB { return db.Clauses(options...) })
	}
	return q
}

func (q query[T]) with(step func(*gorm.DB) *gorm.DB) query[T] {
	q.steps = append(q.steps[:len(q.steps):len(q.steps)], step)
	return q
}

// Where narrows the query; of several conditions all must hold.
func (q query[T]) Where(condition string, args ...any) query[T] {
	return q.with(func(db *gorm.DB) *gorm.DB { return db.Where(condition, args...) })
}

// Select names the columns that are read or written.
func (q query[T]) Select(columns string, args ...any) query[T] {
	return q.with(func(db *gorm.DB) *gorm.DB { return db.Select(columns, args...) })
}

// Omit names columns that are not written.
func (q query[T]) Omit(columns ...string) query[T] {
	return q.with(func(db *gorm.DB) *gorm.DB { return db.Omit(columns...) })
}

// Order says in which order rows are read.
func (q query[T]) Order(by string) query[T] {
	return q.with(func(db *gorm.DB) *gorm.DB { return db.Order(by) })
}

// Limit bounds how many rows are read.
func (q query[T]) Limit(most int) query[T] {
	return q.with(func(db *gorm.DB) *gorm.DB { return db.Limit(most) })
}

// Raw is written SQL instead of a built statement.
func (q query[T]) Raw(text string, args ...any) query[T] {
	var row T
	return q.with(func(db *gorm.DB) *gorm.DB { return db.Model(row).Raw(text, args...) })
}

func (q query[T]) statement(ctx context.Context) *gorm.DB {
	db := q.tx.Session(&gorm.Session{NewDB: true, Context: ctx})
	for _, step := range q.steps {
		db = step(db)
	}
	return db
}

// Take reads one row; gorm.ErrRecordNotFound if there is none.
func (q query[T]) Take(ctx context.Context) (T, error) {
	var row T
	err := q.statement(ctx).Take(&row).Error
	return row, err
}

// Find reads all rows.
func (q query[T]) Find(ctx context.Context) ([]T, error) {
	var rows []T
	err := q.statement(ctx).Find(&rows).Error
	return rows, err
}

// Scan reads into something else than rows of the type.
func (q query[T]) Scan(ctx context.Context, into any) error {
	var row T
	return q.statement(ctx).Model(row).Find(into).Error
}

// Row reads one row by hand.
func (q query[T]) Row(ctx context.Context) *sql.Row {
	var row T
	return q.statement(ctx).Model(row).Row()
}

// Count counts what is in a column of the rows.
func (q query[T]) Count(ctx context.Context, column string) (n int64, err error) {
	var row T
	err = q.statement(ctx).Model(row).Select(column).Count(&n).Error
	return n, err
}

// Create writes a new row.
func (q query[T]) Create(ctx context.Context, row *T) error {
	return q.statement(ctx).Create(row).Error
}

// CreateInBatches writes new rows, so many with each statement.
func (q query[T]) CreateInBatches(ctx context.Context, rows *[]T, size int) error {
	return q.statement(ctx).CreateInBatches(rows, size).Error
}

// Update sets a column, and says in how many rows.
func (q query[T]) Update(ctx context.Context, column string, value any) (int, error) {
	var row T
	done := q.statement(ctx).Model(row).Update(column, value)
	return int(done.RowsAffected), done.Error
}

// Updates sets the selected columns to those of a row.
func (q query[T]) Updates(ctx context.Context, row T) (int, error) {
	done := q.statement(ctx).Updates(row)
	return int(done.RowsAffected), done.Error
}

// Delete deletes rows, and says how many.
func (q query[T]) Delete(ctx context.Context) (int, error) {
	done := q.statement(ctx).Delete(new(T))
	return int(done.RowsAffected), done.Error
}
