package outputs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Order is which rows of a table are shown, and in which order.
type Order struct {
	Sorted  bool
	Column  int // that is sorted by, counted from 0
	Down    bool
	Filters []Filter // all of which a row must pass
}

// Plain reports whether it is the file's own order, with all of its rows.
func (o Order) Plain() bool { return !o.Sorted && len(o.Filters) == 0 }

// MostFilters is how many filters an order may have.
const MostFilters = 5

// name is what the order is remembered by.
func (o Order) name() string {
	sort := "file"
	if o.Sorted {
		sort = "up"
		if o.Down {
			sort = "down"
		}
		sort += strconv.Itoa(o.Column)
	}
	if len(o.Filters) == 0 {
		return sort
	}
	sum := sha256.New()
	for _, f := range o.Filters {
		_, _ = fmt.Fprintf(sum, "%d %s %q\n", f.Column, f.How, f.Value)
	}
	return sort + "-" + hex.EncodeToString(sum.Sum(nil)[:16])
}

// TooMuch says why a table cannot be sorted or filtered.
type TooMuch struct {
	Reason string // goes on from "The table"
}

func (e *TooMuch) Error() string { return "the table " + e.Reason }

// Ordered gives windows of a table's rows in an order of their own.
type Ordered struct {
	Count int64 // rows
	table *Table
	rows  *rowNumbers
}

// Close lets go of the order, not of its table.
func (o *Ordered) Close() error { return o.rows.close() }

// Order sorts and filters a table in one pass, or remembers how it did. The
// table stays on disk, and so does what does not fit a few megabytes.
//
// Numbers of a column of numbers are sorted by their value; what else is in it
// comes behind them, as text. Other columns are sorted as text, without regard
// to case, by their first 256 bytes. What is missing comes last, whichever way
// one sorts; rows that are alike stay in the file's order.
func (t *Table) Order(ctx context.Context, o Order) (*Ordered, error) {
	if len(o.Filters) > MostFilters {
		return nil, &TooMuch{fmt.Sprintf("can have %d filters at once.", MostFilters)}
	}
	name := ""
	if t.name != "" && t.file.Size() > alwaysCounted {
		name = t.name + "-" + o.name()
	}
	var found *Ordered
	err := t.windows.alone(ctx, work{name, t.file.Size() <= alwaysCounted}, func() bool {
		rows, err := t.windows.loadRows(name)
		if err == nil {
			found = &Ordered{rows.count, t, rows}
		}
		return err == nil
	}, func() error {
		rows, err := t.order(ctx, name, o)
		if err == nil {
			found = &Ordered{rows.count, t, rows}
		}
		return err
	})
	return found, err
}

// Ordered reads count rows in an order, from one on, counted from 0, or fewer
// where it ends or once they have about most bytes together; and says how many
// rows the order has.
func (t *Table) Ordered(ctx context.Context, o Order, from, count, most int64) ([]Row, int64, error) {
	if o.Plain() {
		rows, err := t.Rows(ctx, from+1, count, most)
		return rows, max(t.Info.Records-1, 0), err
	}
	for again := false; ; again = true {
		in, err := t.Order(ctx, o)
		if err != nil {
			return nil, 0, err
		}
		rows, err := in.Rows(ctx, from, count, most)
		damaged := errors.Is(err, errDamaged)
		if err = errors.Join(err, in.Close()); again || !damaged {
			return rows, in.Count, err
		}
		if err := in.rows.forget(); err != nil {
			return nil, 0, err
		}
	}
}

// order reads all of the table.
func (t *Table) order(ctx context.Context, name string, o Order) (rows *rowNumbers, err error) {
	matches := t.Info.matchers(o.Filters)
	to := t.windows.newRows(t.file.Size() <= alwaysCounted)
	defer func() {
		if err != nil {
			err = errors.Join(err, to.abandon())
		}
	}()
	var by *sorter
	if o.Sorted {
		by = newSorter(t, o)
		defer func() { err = errors.Join(err, by.close()) }()
	}
	err = t.each(ctx, func(row int64, r *records) error {
		for _, match := range matches {
			if !match(r) {
				return nil
			}
		}
		if by == nil {
			return to.add(row)
		}
		return by.add(row, r.fieldOr(o.Column))
	})
	if err == nil && by != nil {
		err = by.sorted(ctx, to.add)
	}
	if err != nil {
		return nil, err
	}
	return to.finish(name)
}

// each reads all rows of a table.
func (t *Table) each(ctx context.Context, do func(row int64, r *records) error) error {
	if t.Info.Records == 0 {
		return nil
	}
	r, err := t.from(ctx, 0)
	if err != nil {
		return err
	}
	for row := range t.Info.Records {
		if err := r.next(); err != nil {
			return fmt.Errorf("read row %d: %w", row, notEOF(err))
		}
		if row == 0 {
			continue
		}
		if err := do(row, r); err != nil {
			return err
		}
	}
	return nil
}

// notEOF is an end where there should be more.
func notEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Rows reads count rows of the order, from one on, counted from 0, or fewer
// where it ends or once they have about most bytes together; one is read always.
func (o *Ordered) Rows(ctx context.Context, from, count, most int64) ([]Row, error) {
	if from < 0 || from >= o.Count {
		return nil, nil
	}
	numbers, err := o.rows.window(from, min(count, o.Count-from))
	if err != nil {
		return nil, err
	}
	for {
		rows, err := o.table.pick(ctx, numbers, most)
		if err != nil || len(rows) == len(numbers) {
			return rows, err
		}
		numbers = numbers[:max(1, len(numbers)/2)]
	}
}

// pick reads rows by their numbers; none if there is more than one and they
// have more than most bytes. They are read in the file's order.
func (t *Table) pick(ctx context.Context, numbers []int64, most int64) ([]Row, error) {
	places := make([]int, len(numbers))
	for i := range places {
		places[i] = i
	}
	slices.SortFunc(places, func(a, b int) int { return int(numbers[a] - numbers[b]) })
	const small = 16 << 10 // rows stand apart
	r := &records{layout: t.layout, delimiter: t.Info.Delimiter, buf: make([]byte, small)}
	rows, read, next := make([]Row, len(numbers)), int64(0), int64(-1)
	for _, i := range places {
		number := numbers[i]
		if mark := number / t.Info.Every; next < 0 || mark > next/t.Info.Every {
			place, err := t.marks.at(mark)
			if err != nil {
				return nil, err
			}
			r.r, r.pos, r.end, next = t.layout.source(ctx, t.file, place), 0, 0, mark*t.Info.Every
		}
		for ; next <= number; next++ {
			if err := r.next(); err != nil {
				return nil, fmt.Errorf("read row %d: %w", next, notEOF(err))
			}
		}
		if read += int64(len(r.data)); read > most && len(numbers) > 1 {
			return nil, nil
		}
		rows[i] = t.row(number, r)
	}
	return rows, nil
}

// fieldOr is a field of the record that was read last; empty if it has none
// there.
func (r *records) fieldOr(n int) []byte {
	if n >= len(r.ends) {
		return nil
	}
	return r.field(n)
}

// folded is a field as texts are compared: without what stands around it and
// without regard to case. It is good until the next.
func (t *TableInfo) folded(field, scratch []byte) []byte {
	if !isASCII(field) {
		return []byte(strings.TrimSpace(strings.ToLower(t.Encoding.Decode(field))))
	}
	scratch = scratch[:0]
	for _, c := range field {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		scratch = append(scratch, c)
	}
	for len(scratch) > 0 && isBlank(scratch[0]) {
		scratch = scratch[1:]
	}
	for len(scratch) > 0 && isBlank(scratch[len(scratch)-1]) {
		scratch = scratch[:len(scratch)-1]
	}
	return scratch
}

func isBlank(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
