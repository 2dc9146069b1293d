package models

import (
	"context"
	"database/sql"

	"gorm.io/gorm"
)

// attempts is how often a transaction is tried that lost to another one.
const attempts = 3

// write runs do in a transaction that may write: all of it is committed, or
// nothing. do may be run again, if PostgreSQL ended the transaction in favour
// of another; on SQLite it is alone from its beginning.
func (s *Store) write(ctx context.Context, do func(tx *gorm.DB) error) error {
	options := &sql.TxOptions{}
	if s.dialect.postgres {
		// Each statement sees what was committed before it: what a lock waited
		// for is seen by the statement after it.
		options.Isolation = sql.LevelReadCommitted
	}
	var err error
	for range attempts {
		err = s.writer.WithContext(ctx).Transaction(do, options)
		if err == nil || !again(err) {
			break
		}
	}
	return translate(err)
}

// read runs do in a transaction that sees one state of the database and
// cannot write.
func (s *Store) read(ctx context.Context, do func(tx *gorm.DB) error) error {
	options := &sql.TxOptions{}
	if s.dialect.postgres {
		options.Isolation, options.ReadOnly = sql.LevelRepeatableRead, true
	}
	return translate(s.reader.WithContext(ctx).Transaction(do, options))
}
