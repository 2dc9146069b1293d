package checks

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"testing"
)

// largeTable is a released table of so many bytes: labels, a date, counts,
// a percentage, and a rate.
func largeTable(size int) []byte {
	var b bytes.Buffer
	b.Grow(size + 200)
	b.WriteString("region,ageband,date,n,population,percent,rate_per_1000,events_midpoint6\n")
	for i := 0; b.Len() < size; i++ {
		n, all := 8+i*7919%5000, 100_000+i*104729%900_000
		fmt.Fprintf(&b, "Region %d,%d-%d,2021-%02d-%02d,%d,%d,%.2f,%.4f,%d\n",
			i%9, i%8*10, i%8*10+9, i%12+1, i%28+1, n, all, 100*float64(n)/float64(all), 1000*float64(n)/float64(all), 6*(i%500)+3)
	}
	return b.Bytes()
}

// BenchmarkCheck measures all rules on a large table beside reading it with
// encoding/csv.
func BenchmarkCheck(b *testing.B) {
	data := largeTable(50 << 20)
	b.Run("encoding/csv", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			r := csv.NewReader(bytes.NewReader(data))
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
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if _, err := Check(b.Context(), File{Name: "a.csv", Bytes: bytes.NewReader(data), Size: int64(len(data))}, DefaultProfile()); err != nil {
				b.Fatal(err)
			}
		}
	})
}
