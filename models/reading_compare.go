package models

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"
)

// aside is how many outputs are compared at once, so that a workspace of a
// million takes little more memory than what was read of it.
const aside = 10_000

// each goes through what was read and what is there side by side, in the order
// of paths, and hands on the rows to write and the paths that are gone, some at
// a time. They are before all that it has not looked at yet.
func (d *difference) each(ctx context.Context, tx *gorm.DB, visit func(differ []outputRow, gone []string) error) error {
	var differ []outputRow
	var gone []string
	flush := func(least int) error {
		if len(differ)+len(gone) < least {
			return nil
		}
		err := visit(differ, gone)
		differ, gone = nil, nil
		return err
	}
	rows := digests{workspace: d.workspace, tx: tx.WithContext(ctx), most: d.aside}
	for _, e := range d.reading.Outputs {
		row := newOutputRow(d.workspace, e, d.reading.Refused[e.Path])
		there := rows.next()
		for ; there.path != "" && there.path < e.Path; there = rows.next() {
			gone = append(gone, there.path)
		}
		if there.path > e.Path {
			rows.back()
		}
		if there != (digest{row.Path, row.Digest}) {
			differ = append(differ, row)
		}
		if err := errors.Join(rows.err, flush(d.aside)); err != nil {
			return err
		}
	}
	for there := rows.next(); there.path != ""; there = rows.next() {
		gone = append(gone, there.path)
		if err := flush(d.aside); err != nil {
			return err
		}
	}
	return errors.Join(rows.err, flush(1))
}

// digest is what is there at a path.
type digest struct{ path, digest string }

// digests reads what is there of a workspace in the order of paths, some at a
// time.
type digests struct {
	workspace string
	tx        *gorm.DB
	most      int // that are read at once
	some      []digest
	at        int // in some
	done      bool
	err       error
}

// next returns the next one; the zero one after the last, or an error.
func (d *digests) next() digest {
	if d.at == len(d.some) {
		d.read()
	}
	if d.at == len(d.some) {
		return digest{}
	}
	d.at++
	return d.some[d.at-1]
}

// back makes the last one the next again.
func (d *digests) back() { d.at-- }

func (d *digests) read() {
	if d.done || d.err != nil {
		return
	}
	after := ""
	if len(d.some) > 0 {
		after = d.some[len(d.some)-1].path
	}
	d.some, d.at = d.some[:0], 0
	if d.err = d.readAfter(after); d.err != nil {
		d.some, d.err = nil, fmt.Errorf("read outputs of %s: %w", d.workspace, d.err)
	}
	d.done = len(d.some) < d.most
}

func (d *digests) readAfter(path string) (err error) {
	const query = "SELECT path, digest FROM outputs WHERE workspace = ? AND path > ? ORDER BY path LIMIT ?"
	rows, err := d.tx.Raw(query, d.workspace, path, d.most).Rows()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var one digest
		if err := rows.Scan(&one.path, &one.digest); err != nil {
			return err
		}
		d.some = append(d.some, one)
	}
	return rows.Err()
}
