package checks

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"runtime"
	"testing"
)

// largeTable is a table of some megabytes that repeats its rows, without
// taking as much memory: labels, a date, counts, a percentage and a rate.
type largeTable struct {
	head, rows []byte
	size       int64
}

const largeSize = 200 << 20

func newLargeTable() *largeTable {
	var b bytes.Buffer
	for i := range 40_000 {
		n, all := 8+i*7919%5000, 100_000+i*104729%900_000
		fmt.Fprintf(&b, "Region %d,%d-%d,2021-%02d-%02d,%d,%d,%.2f,%.4f,%d\n",
			i%9, i%8*10, i%8*10+9, i%12+1, i%28+1, n, all, 100*float64(n)/float64(all), 1000*float64(n)/float64(all), 6*(i%500)+3)
	}
	t := &largeTable{head: []byte("region,ageband,date,n,population,percent,rate_per_1000,events_midpoint6\n"), rows: b.Bytes()}
	times := (largeSize - len(t.head)) / len(t.rows)
	t.size = int64(len(t.head) + times*len(t.rows))
	return t
}

func (t *largeTable) ReadAt(p []byte, at int64) (int, error) {
	n := 0
	for n < len(p) && at+int64(n) < t.size {
		from := at + int64(n)
		if from < int64(len(t.head)) {
			n += copy(p[n:], t.head[from:])
			continue
		}
		rest := t.rows[(from-int64(len(t.head)))%int64(len(t.rows)):]
		n += copy(p[n:], rest[:min(int64(len(rest)), t.size-from)])
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// BenchmarkCheck measures all rules on a table of 200 MB beside reading it with
// encoding/csv. At most five times as long, and 200 MiB, are to be reached.
func BenchmarkCheck(b *testing.B) {
	table := newLargeTable()
	b.Run("encoding/csv", func(b *testing.B) {
		b.SetBytes(table.size)
		for b.Loop() {
			r := csv.NewReader(io.NewSectionReader(table, 0, table.size))
			r.ReuseRecord = true
			for {
				if _, err := r.Read(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("check", func(b *testing.B) {
		b.SetBytes(table.size)
		for b.Loop() {
			if _, err := Check(b.Context(), File{Name: "a.csv", Bytes: table, Size: table.size}, DefaultProfile()); err != nil {
				b.Fatal(err)
			}
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.Sys)/(1<<20), "MiB-in-all")
	})
}
