package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"sallyport/outputs"
)

const (
	largeTable   = 1_000_000 // rows
	smallTable   = 1000
	tableColumns = 20
)

// tables measures windows of a table of a million rows, and sorting, filtering
// and summing it up for the first time.
func (b *bench) tables() error {
	windows, err := outputs.OpenWindows(outputs.WindowsConfig{Path: filepath.Join(b.dir, "cache"), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer windows.Close()
	large, err := b.table("large.csv", largeTable)
	if err != nil {
		return err
	}
	defer large.Close()
	small, err := b.table("small.csv", smallTable)
	if err != nil {
		return err
	}
	defer small.Close()
	if err := b.tableRows(windows, large, small); err != nil {
		return err
	}
	return b.passes(windows, large)
}

// tableFile is a CSV file that notes the memory that is in use while it is read.
type tableFile struct {
	*os.File
	size        int64
	sha256      string
	reads       int
	least, most uint64
}

func (f *tableFile) Size() int64 { return f.size }

// ReadAt implements io.ReaderAt.
func (f *tableFile) ReadAt(p []byte, at int64) (int, error) {
	if f.reads%50 == 0 { // asking stops everything for a moment
		f.look()
	}
	f.reads++
	return f.File.ReadAt(p, at)
}

func (f *tableFile) look() {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if f.least == 0 || m.HeapInuse < f.least {
		f.least = m.HeapInuse
	}
	f.most = max(f.most, m.HeapInuse)
}

// more is how much more memory was in use at some time since the last call than
// at another.
func (f *tableFile) more() float64 {
	f.look()
	more := float64(f.most-f.least) / (1 << 20)
	runtime.GC()
	f.least, f.most = 0, 0
	return more
}

// table writes a table: a number, a name, a count that may be redacted, a rate,
// and more numbers.
func (b *bench) table(name string, rows int) (*tableFile, error) {
	f, err := os.Create(filepath.Join(b.dir, name)) //nolint:gosec // in a directory of its own
	if err != nil {
		return nil, err
	}
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same table each time
	out := bufio.NewWriterSize(f, 1<<20)
	write := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format, args...) } // Flush says what went wrong
	write("id,name,n,rate")
	for i := range tableColumns - 4 {
		write(",c%d", i)
	}
	for i := range rows {
		n := strconv.Itoa(random.IntN(5000) * 5)
		if n == "5" || random.IntN(10) == 0 {
			n = "[REDACTED]"
		}
		write("\n%d,practice %d,%s,%.4f", i+1, random.IntN(rows), n, random.Float64())
		for range tableColumns - 4 {
			write(",%d", random.IntN(1000))
		}
	}
	if err := out.Flush(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	st, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &tableFile{File: f, size: st.Size(), sha256: fmt.Sprintf("%064x", rows)}, nil
}

// window reads 200 rows of a table that was looked at before.
func (b *bench) window(windows *outputs.Windows, f *tableFile, from int64) error {
	t, err := windows.Table(b.ctx, f.sha256, f, 0)
	if err != nil {
		return err
	}
	rows, err := t.Rows(b.ctx, from, 200, 4<<20)
	if err == nil && (len(rows) != 200 || len(rows[0].Fields) != tableColumns) {
		err = fmt.Errorf("%d rows from %d", len(rows), from)
	}
	return errors.Join(err, t.Close())
}

func (b *bench) tableRows(windows *outputs.Windows, large, small *tableFile) error {
	all, err := b.timed(5, 20,
		func() error { return b.window(windows, large, 1) },
		func() error { return b.window(windows, large, largeTable/2) },
		func() error { return b.window(windows, small, 1) },
		func() error { return b.window(windows, small, smallTable/2) })
	if err != nil {
		return err
	}
	b.add("first rows of 1,000,000 × 20", "", lasted(all.typical(0)), "of 1,000 × 20: "+lasted(all.typical(2)), all.ratio(0, 2), atMost(2))
	b.add("rows in the middle of it", "", lasted(all.typical(1)), "of 1,000 × 20: "+lasted(all.typical(3)), all.ratio(1, 3), atMost(2))
	b.memory("its rows, memory in use at most", large)
	return nil
}

func (b *bench) memory(work string, f *tableFile) {
	more := f.more()
	b.addRow(row{work: work, measured: fmt.Sprintf("%.0f MiB more", more), value: more, bar: bar{text: "≤ 64 MiB", limit: 64}})
}

// passes measures what reads the whole table, without anything remembered, beside
// reading it once with encoding/csv.
func (b *bench) passes(windows *outputs.Windows, f *tableFile) error {
	t, err := windows.Table(b.ctx, "", f, 0)
	if err != nil {
		return err
	}
	defer t.Close()
	order := func(o outputs.Order) func() error {
		return func() error {
			in, err := t.Order(b.ctx, o)
			if err != nil {
				return err
			}
			return in.Close()
		}
	}
	all, err := b.timed(3, 1,
		func() error { return readCSV(f.Name()) },
		order(outputs.Order{Sorted: true, Column: 2, Down: true}),
		order(outputs.Order{Sorted: true, Column: 1}),
		order(outputs.Order{Filters: []outputs.Filter{{Column: outputs.AnyColumn, How: outputs.Contains, Value: "777"}}}),
		func() error { _, err := t.Summary(b.ctx, 0); return err },
		func() error {
			again, err := windows.Table(b.ctx, "", f, 0)
			return errors.Join(err, again.Close())
		})
	if err != nil {
		return err
	}
	once := "encoding/csv: " + lasted(all.typical(0))
	b.add("first sort of 1,000,000 rows, numbers", "", lasted(all.typical(1)), once, all.ratio(1, 0), atMost(3))
	b.add("first sort of 1,000,000 rows, text", "", lasted(all.typical(2)), once, all.ratio(2, 0), atMost(3))
	b.add("first filter of 1,000,000 rows, any column", "", lasted(all.typical(3)), once, all.ratio(3, 0), bar{})
	b.add("first summary of 20 columns", "", lasted(all.typical(4)), once, all.ratio(4, 0), bar{})
	b.add("first look at 1,000,000 × 20", "", lasted(all.typical(5)), once, all.ratio(5, 0), bar{})
	b.memory("sorting, filtering, summing up, memory in use at most", f)
	return nil
}

// readCSV reads a table once, and does nothing with it.
func readCSV(path string) error {
	f, err := os.Open(path) //nolint:gosec // the bench made it
	if err != nil {
		return err
	}
	defer f.Close()
	r := csv.NewReader(bufio.NewReaderSize(f, 64<<10))
	r.ReuseRecord = true
	rows := 0
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if len(record) != tableColumns || strings.Contains(record[0], "\n") {
			return fmt.Errorf("row %d has %d fields", rows, len(record))
		}
		rows++
	}
	if rows != largeTable+1 {
		return fmt.Errorf("%d rows were read", rows)
	}
	return nil
}
