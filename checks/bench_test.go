package checks

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// largeTable is a table of some megabytes that repeats its rows, without
// taking as much memory.
type largeTable struct {
	head, rows []byte
	size       int64
}

const (
	largeSize     = 200 << 20
	differentRows = 40_000 // more than any lookup remembers
)

func newLargeTable(head string, row func(b *bytes.Buffer, i int)) *largeTable {
	var b bytes.Buffer
	for i := 0; i < differentRows && b.Len() < 8<<20; i++ {
		row(&b, i)
	}
	t := &largeTable{head: []byte(head), rows: b.Bytes()}
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

// shaped is a kind of table that checks take different time over.
type shaped struct {
	name, head string
	row        func(b *bytes.Buffer, i int)
}

// shapes are the kinds of table: the first has labels, a date, counts, a
// percentage and a rate, as most do.
func shapes() []shaped {
	names := func(form string, n int) string {
		out := make([]string, n)
		for i := range out {
			out[i] = fmt.Sprintf(form, i)
		}
		return strings.Join(out, ",") + "\n"
	}
	return []shaped{
		{"plain", "region,ageband,date,n,population,percent,rate_per_1000,events_midpoint6\n", func(b *bytes.Buffer, i int) {
			n, all := 8+i*7919%5000, 100_000+i*104729%900_000
			fmt.Fprintf(b, "Region %d,%d-%d,2021-%02d-%02d,%d,%d,%.2f,%.4f,%d\n",
				i%9, i%8*10, i%8*10+9, i%12+1, i%28+1, n, all, 100*float64(n)/float64(all), 1000*float64(n)/float64(all), 6*(i%500)+3)
		}},
		{"quoted", "\"region\",\"date\",\"n\",\"events\",\"rate\"\n", func(b *bytes.Buffer, i int) {
			fmt.Fprintf(b, "\"Region, %d\",\"2021-%02d-%02d\",\"%d\",\"%d\",\"%.3f\"\n", i%900, i%12+1, i%28+1, 8+i*7919%50000, 8+i*104729%900_000, float64(i)/7)
		}},
		{"floats", "term,estimate,se,low,high,p.value\n", func(b *bytes.Buffer, i int) {
			v := float64(i*7919%99991) / 1237
			fmt.Fprintf(b, "x%d,%.16g,%.17g,%.15g,%.16g,%.4e\n", i%300, v, v/13, v/3, v*3, v/1e7)
		}},
		{"n (%)", "level,stat_1,stat_2,stat_3,stat_4\n", func(b *bytes.Buffer, i int) {
			n := 1000 + i*7919%99991
			fmt.Fprintf(b, "level %d,\"%d,%03d (%.1f%%)\",%d (%.1f),%d (%d%%),%.1f (%.2f)\n", i%40, n%997, n%1000, float64(n%1000)/10, n, float64(n%997)/10, n+7, n%100, float64(n)/11, float64(n)/91)
		}},
		{"labels", "term,description,n\n", func(b *bytes.Buffer, i int) {
			fmt.Fprintf(b, "%d,Record of an admission to hospital with a primary diagnosis of number %d in the list (finding),%d\n", 100_000_000+i*7919, i*104729%1_000_003, 10+i%5000)
		}},
		{"20 columns", names("n%d", 20), func(b *bytes.Buffer, i int) {
			for k := range 19 {
				fmt.Fprintf(b, "%d,", (i*7919+k*104729)%100_003)
			}
			fmt.Fprintf(b, "%d\n", i)
		}},
		{"thousands and masks", "area,cases,deaths,rate\n", func(b *bytes.Buffer, i int) {
			fmt.Fprintf(b, "E0%07d,\"%d,%03d\",%s,%.1f%%\n", i, 1+i%900, i*7%1000, []string{"<8", "[REDACTED]", "1 204", "-"}[i%4], float64(i%1000)/10)
		}},
		{"4,000 columns", names("v%d", 4000), func(b *bytes.Buffer, i int) {
			for k := range 3999 {
				fmt.Fprintf(b, "%d,", (i*7919+k*104729)%100_003)
			}
			fmt.Fprintf(b, "%d\n", i)
		}},
		{"small tables", "sex,n\n", func(b *bytes.Buffer, i int) {
			fmt.Fprintf(b, "F,%d\nM,%d\ntotal,%d\n\nage,events,percent\n18-39,%d,7.5\n40-69,<8,4.1\n\nsex,n\n", 20+i, 31+i, 51+2*i, 100+i%300)
		}},
	}
}

// mostMiB is what checking a table may take, in MiB.
const mostMiB = 200

// BenchmarkCheck measures all rules on tables of 200 MB beside reading them with
// encoding/csv. At most five times as long is to be reached; more than 200 MiB
// fails.
func BenchmarkCheck(b *testing.B) {
	for _, s := range shapes() {
		table := newLargeTable(s.head, s.row)
		var plain, plainCPU float64 // seconds for each reading
		b.Run(s.name+"/encoding/csv", func(b *testing.B) {
			b.SetBytes(table.size)
			worked := processorTime(b)
			for b.Loop() {
				r := csv.NewReader(io.NewSectionReader(table, 0, table.size))
				r.ReuseRecord, r.FieldsPerRecord = true, -1
				for {
					if _, err := r.Read(); errors.Is(err, io.EOF) {
						break
					} else if err != nil {
						b.Fatal(err)
					}
				}
			}
			plain, plainCPU = b.Elapsed().Seconds()/float64(b.N), (processorTime(b)-worked)/float64(b.N)
		})
		b.Run(s.name+"/check", func(b *testing.B) {
			b.SetBytes(table.size)
			worked := processorTime(b)
			for b.Loop() {
				if _, err := Check(b.Context(), File{Name: "a.csv", Bytes: table, Size: table.size}, DefaultProfile()); err != nil {
					b.Fatal(err)
				}
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			memory := float64(m.Sys) / (1 << 20)
			b.ReportMetric(memory, "MiB-in-all")
			if plain > 0 {
				b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/plain, "x-encoding/csv")
				b.ReportMetric((processorTime(b)-worked)/float64(b.N)/plainCPU, "x-by-CPU")
			}
			if memory > mostMiB {
				b.Errorf("checking a table %q took %.0f MiB, want %d at most", s.name, memory, mostMiB)
			}
		})
	}
}

// processorTime is for how many seconds processors worked for this process:
// where other programs want them too, it says more than the time that passed.
func processorTime(b *testing.B) float64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}
