package ledger

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
)

// csvHeader names the columns of a CSV export.
var csvHeader = []string{
	"id", "hash", "at", "act", "actor", "role", "project", "workspace", "request", "file",
	"path", "sha256", "stream", "version", "policy", "program", "entry",
}

// WriteCSV writes rows as CSV (RFC 4180, with LF as line end), a header and
// one entry a record, in the form that docs/ledger.md gives; words are never
// in it. It keeps one row in memory and stops at the first error, as
// WriteJSONLines does, and also at an entry that is not canonical JSON.
func WriteCSV(w io.Writer, rows iter.Seq2[Row, error]) error {
	out := csv.NewWriter(bufio.NewWriterSize(w, 64<<10))
	if err := out.Write(csvHeader); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	var last int64
	record := make([]string, len(csvHeader))
	for row, err := range rows {
		if err != nil {
			return fmt.Errorf("export after entry %d: %w", last, err)
		}
		if err := fillRecord(record, row, last); err != nil {
			return fmt.Errorf("export entry %d: %w", row.ID, err)
		}
		if err := out.Write(record); err != nil {
			return fmt.Errorf("export entry %d: %w", row.ID, err)
		}
		last = row.ID
	}
	out.Flush()
	return out.Error()
}

// fillRecord puts row, which comes after the entry last, into record.
func fillRecord(record []string, row Row, last int64) error {
	hash, err := appendHash(nil, row, last)
	if err != nil {
		return err
	}
	clear(record)
	record[0], record[1] = strconv.FormatInt(row.ID, 10), string(hash)
	if row.Hidden {
		return nil
	}
	if err := fillCells(record, "", row.Bytes); err != nil {
		return err
	}
	record[len(record)-1] = string(row.Bytes)
	return nil
}

// cellOf is the column of each member of an entry that has one; the actor's
// is chosen by rank.
var cellOf = map[string]int{
	"at": 2, "act": 3, "actor.kind": 4, "actor.id": 4, "actor.username": 4, "role": 5,
	"place.project": 6, "place.workspace": 7, "subject.request": 8, "subject.file": 9,
	"subject.path": 10, "subject.sha256": 11, "stream": 12, "version": 13, "policy": 14,
	"program": 15,
}

// fillCells puts the members of object, whose names start with prefix, into
// their cells. Entries of every format have such members, so it demands only
// that object is canonical JSON.
func fillCells(record []string, prefix string, object []byte) error {
	var inner error
	p := parser{in: object}
	p.onTop = func(name, value []byte) {
		name = append([]byte(prefix), name...)
		switch string(name) {
		case "actor", "place", "subject":
			inner = errors.Join(inner, fillCells(record, string(name)+".", value))
			return
		case "actor.kind": // comes after the id, and before the username
			if record[4] != "" {
				return
			}
		}
		if i, ok := cellOf[string(name)]; ok {
			record[i] = inert(plainText(value))
		}
	}
	again, err := appendCanonical(make([]byte, 0, len(object)), &p, 0)
	if err != nil || inner != nil || !bytes.Equal(again, object) {
		return ErrNotCanonical
	}
	return nil
}

// plainText is what a value in canonical form says: a string without its
// quotes, all else as it is written.
func plainText(value []byte) string {
	if value[0] == '"' {
		value, _ = (&parser{in: value}).text() // canonical, so it can be read
	}
	return string(value)
}

// inert puts an apostrophe before text that a spreadsheet would take for a
// formula (OWASP, "CSV Injection").
func inert(cell string) string {
	if cell == "" {
		return cell
	}
	switch cell[0] {
	case '=', '+', '-', '@', '\t', '\r', '\n':
		return "'" + cell
	}
	return cell
}
