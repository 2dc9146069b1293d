package models

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/ncruces/go-sqlite3"
	"gorm.io/gorm"

	"sallyport/review"
)

// translate turns an error of the database into one that the other rooms know:
// not found, or unavailable for what passes by itself or is the installation's
// trouble, not the program's. Refusals stay as they are, and so does the end
// of the caller's own context.
func translate(err error) error {
	var refusal *review.Error
	var connect *pgconn.ConnectError
	switch {
	case err == nil, errors.As(err, &refusal):
		return err
	case errors.Is(err, gorm.ErrRecordNotFound):
		return review.ErrNotFound
	case errors.As(err, &connect):
		return fmt.Errorf("%w (%w)", review.ErrUnavailable, err)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case away(err):
		return fmt.Errorf("%w (%w)", review.ErrUnavailable, err)
	case unstorable(err):
		return fmt.Errorf("%w (%w)", review.ErrInvalid, err)
	}
	return err
}

// away reports whether the database could not be reached, or could not go on:
// no connection, shutting down, disk full, locked for too long.
func away(err error) bool {
	var lite *sqlite3.Error
	if errors.As(err, &lite) {
		switch lite.Code() {
		case sqlite3.FULL, sqlite3.IOERR, sqlite3.BUSY, sqlite3.LOCKED, sqlite3.CANTOPEN, sqlite3.READONLY, sqlite3.NOMEM:
			return true
		}
		return false
	}
	var network net.Error
	switch {
	case errors.As(err, &network), errors.Is(err, net.ErrClosed), errors.Is(err, driver.ErrBadConn),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), pgconn.SafeToRetry(err):
		return true
	}
	code := sqlState(err)
	if code == "" {
		return false
	}
	// 08 connection, 53 resources, 57P shutdown, 58 the system, 55P03 a lock not
	// got in time, 25006 a standby that cannot write, 25P03 idle for too long.
	class := code[:2]
	return class == "08" || class == "53" || class == "58" || strings.HasPrefix(code, "57P") ||
		code == "55P03" || code == "25006" || code == "25P03"
}

// unstorable reports whether a text has bytes that PostgreSQL does not take:
// a NUL, or what is not UTF-8.
func unstorable(err error) bool {
	code := sqlState(err)
	return code == "22021" || code == "22P05"
}

// again reports whether a transaction lost to another one and may be tried
// once more: a serialisation failure or a deadlock.
func again(err error) bool {
	code := sqlState(err)
	return code == "40001" || code == "40P01"
}

// sqlState is PostgreSQL's code of an error; "" if it is none of PostgreSQL's.
func sqlState(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && len(pg.Code) == 5 {
		return pg.Code
	}
	return ""
}

// refuse makes a refusal with words that name the case at hand.
func refuse(like *review.Error, format string, args ...any) error {
	return &review.Error{Kind: like.Kind, Code: like.Code, Message: fmt.Sprintf(format, args...)}
}
