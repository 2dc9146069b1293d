package checks

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// However a low count is written, it is found, or it is said that it was not
// looked at.
func TestNumbersAreRead(t *testing.T) {
	finds(t, "low-counts", []finding{
		{name: "thousands", text: "a,n\nx,\"1,203\"\ny,5\nz,\"12,040,311\"\n", want: []string{"high n 3"}},
		{name: "spaces", text: "a;n\nx;1 203\ny; 5 \nz;12 040 311\n", want: []string{"high n 3"}},
		{name: "spaces that do not break", text: "a,n\nx,1\u00a0203\ny,\u00a05\u00a0\nz,12\u202f040\u202f311\n", want: []string{"high n 3"}},
		{name: "points between thousands", text: "a;n;p\nx;1.203;40,5\ny;5;0,1\nz;12.040;59,4\n", want: []string{"high n 3"}},
		{name: "scientific notation", text: "a,n\nx,1.2e+03\ny,5e0\nz,1e+05\n", want: []string{"high n 3"}},
		{name: "a fraction", text: "a,n\nx,1203\ny,3.000000000000007\nz,1e5\n", want: []string{"high n 3"}},
		{name: "almost the next", text: "a,n\nx,1203\ny,2.9999999999999996\nz,100\n", want: []string{"high n 3"}},
		{name: "digits of another script", text: "a,n\nx,１２０３\ny,５\nz,٤٠٠\n", want: []string{"high n 3"}},
		{name: "what nobody sees", text: "a,n\nx,1203\ny,5\u200b\nz,\ufeff400\n", want: []string{"high n 3"}},
		{name: "zero bytes", text: "a,n\nx,1203\ny,5\x00\nz,400\n", want: []string{"high n 3"}},
		{name: "with stars", text: "a,n\nx,1203\ny,5*\nz,400\n", want: []string{"high n 3"}},
		{name: "signs", text: "a,n\nx,+1203\ny,+5\nz,-0\n", want: []string{"high n 3"}},
		{name: "huge beside low", text: "a,n\nx,1000000000000000000\ny,5\nz,1e308\nw,120\nv,130\nu,140\n", want: []string{"high n 3"}},
		{name: "not numbers", text: "a,n\nx,NaN\ny,Inf\nz,-Inf\nw,400\n"},
		{name: "masks", text: "a,n\nx,≤7\ny,*\nz,-\nw,<= 7\nv,[Redacted]\nu,400\n"},
		{name: "UTF-16", text: "\xff\xfea\x00,\x00n\x00\n\x00x\x00,\x005\x00\n\x00y\x00,\x004\x000\x00\n\x00", want: []string{"high n 2"}},
		{name: "UTF-16 that does not say so", text: "a\x00,\x00n\x00\n\x00x\x00,\x005\x00\n\x00y\x00,\x004\x000\x00\n\x00", want: []string{"high n 2"}},
		{name: "bytes that are no UTF-8", text: "a,n\nsm\xf8rrebr\xf8d,5\n\xff\xfe,40\n", want: []string{"high n 2"}},
		{name: "three tables", text: "a,n\nx,10\ny,20\n\n\nb,events,c\nz,5,100\nw,50,100\n\nd,patients\nv,6\nu,60\n", want: []string{"high events 7", "high patients 11"}},
		{name: "names that stand twice", text: "a,n,n\nx,10,5\ny,20,60\n", want: []string{"high n 2"}},
		{name: "two rows of names", text: ",all,all,East,East\nsex,n,%,n,%\nF,40,50,5,12\nM,40,50,35,88\n", want: []string{"high East / n 3"}},
		{name: "three rows of names", text: ",2020,,2021,\n,East,West,East,West\nsex,n,n,n,n\nF,40,50,5,12\nM,40,50,35,88\n", want: []string{"high 2021 / East / n 4"}},
		{name: "a quote that is never closed", text: "a,n\n\"x,10\ny,5\nz,20\n", want: []string{"high n 3"}},
		{name: "quotes within a field", text: "a,n\n\"x \"\"y\"\" z\",10\n\"two\nlines\",5\n", want: []string{"high n 3"}},
		{name: "lines that end in two ways", text: "a,n\r\nx,10\r\r\ny,5\r\n", want: []string{"high n 3"}},
		{name: "carriage returns alone", text: "a,n\rx,10\ry,5\r", want: []string{"high n 3"}},
		{name: "brackets without end", text: "a,n\nx," + strings.Repeat("(", 50) + "\ny,5\nz," + strings.Repeat("5 (", 15) + "\nw,40\nv,50\n", want: []string{"high n 3"}},
		{name: "dates that look like numbers", text: "month,x,n\n20200131,202001,120\n20200229,202002,130\n20200331,202003,5\n", want: []string{"high n 4"}},
	})
}

// What nothing can be said of is said, in words that a researcher understands.
func TestBadInputIsSaid(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"negative counts", "a,n\nx,-10\ny,-5\nz,30\n", "column “n”: 2 numbers are negative, which no count can be"},
		{"negative numbers beside counts", "age,F,n\nx,-10,30\ny,50,60\nz,30,40\n", "column “F”: 1 number is negative, so it was not taken for counts"},
		{"words", "a,n\nx,ten\ny,20\nz,30\nw,40\n", "column “n”: 1 cell is words among the counts"},
		{"totals that do not add up", "age,n\na,11\nb,22\nc,33\ntotal,70\n", "the total in line 5 is not the sum of what it seems to be the total of: nothing was worked out from it"},
		{"a total column that does not", "age,F,M,total\na,11,22,33\nb,12,24,36\nc,13,21,34\nd,14,25,39\nf,15,27,42\ne,15,26,49\n", "the total in line 7 is not the sum"},
		{"names that stand twice", "a,n,n\nx,10,9\ny,20,60\n", "two columns are called “n”: they were told apart by their place"},
		{"a table without rows", "a,n\n", "the table at line 1 has no rows"},
		{"zero bytes", "a,n\nx,1\x000\n", "1 byte that is zero was left out, which no text has"},
		{"no text", "\x00\x01\x02\x03\x7fELF\x00\x00\x00", "the bytes are no text: nothing inside was looked at"},
		{"a million columns", strings.Repeat("n,", 1<<20) + "n\n" + strings.Repeat("9,", 1<<20) + "9\n", "line 1 is longer than 1 MiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, _ := look(t, "a.csv", c.text, DefaultProfile())
			if !slices.ContainsFunc(r.NotExamined, func(s string) bool { return strings.Contains(s, c.want) }) {
				t.Errorf("not examined: %q, want one with %q", r.NotExamined, c.want)
			}
		})
	}
}

// That a file has more tables than are looked at is a finding; what stands in
// those that are is said once.
func TestMoreTablesThanAreLookedAt(t *testing.T) {
	for _, c := range []struct {
		name, file, table string
		tables            int
		want              []string
	}{
		{"as many", "a.csv", "sex,n\nF,20\nM,31\n\n", maxTables, nil},
		{"one more", "a.csv", "sex,n\nF,20\nM,31\n\n", maxTables + 1, []string{"medium 1"}},
		{"as many, in a text", "a.txt", "| sex | n |\n|-----|---|\n| F | 20 |\n| M | 31 |\n\n", maxTables, nil},
		{"two more, in a text", "a.txt", "| sex | n |\n|-----|---|\n| F | 20 |\n| M | 31 |\n\n", maxTables + 2, []string{"medium 1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, tables := look(t, c.file, strings.Repeat(c.table, c.tables), DefaultProfile())
			if got := min(c.tables, maxTables); len(tables) != got {
				t.Errorf("%d tables were looked at, want %d", len(tables), got)
			}
			if diff := cmp.Diff(c.want, found(r, "hidden-content")); diff != "" {
				t.Errorf("hidden-content (-want +got):\n%s", diff)
			}
			const missed = "only the first 500 tables of the file were looked at"
			if said := slices.Contains(r.NotExamined, missed); said != (c.want != nil) {
				t.Errorf("not examined: %q", r.NotExamined)
			}
		})
	}
}

// endlessLine is a table whose second line has two gigabytes, with a low count
// below it.
type endlessLine struct{}

const (
	endlessHead = "a,n\n"
	endlessTail = "\nx,5\ny,40\n"
	endlessSize = 2 << 30
)

func (endlessLine) ReadAt(p []byte, at int64) (int, error) {
	const tailAt = endlessSize - int64(len(endlessTail))
	switch {
	case at >= endlessSize:
		return 0, io.EOF
	case at < int64(len(endlessHead)):
		return copy(p, endlessHead[at:]), nil
	case at >= tailAt:
		return copy(p, endlessTail[at-tailAt:]), nil
	}
	p = p[:min(int64(len(p)), tailAt-at)]
	for n := copy(p, "zzzzzzzzzzzzzzzz"); n < len(p); n *= 2 {
		copy(p[n:], p[:n])
	}
	return len(p), nil
}

func TestALineWithoutEnd(t *testing.T) {
	started := time.Now()
	r, err := Check(t.Context(), File{Name: "a.csv", Bytes: whole64{endlessLine{}}, Size: endlessSize}, DefaultProfile())
	if err != nil {
		t.Fatal(err)
	}
	if got := found(r, "low-counts"); !slices.Equal(got, []string{"high n 3"}) {
		t.Errorf("low counts %q, not examined %q", got, r.NotExamined)
	}
	if took := time.Since(started); took > longestCheck {
		t.Errorf("it took %v", took)
	}
}

// whole64 reads what is asked for, in as many pieces as it takes.
type whole64 struct{ r io.ReaderAt }

func (w whole64) ReadAt(p []byte, at int64) (int, error) {
	n := 0
	for n < len(p) {
		m, err := w.r.ReadAt(p[n:], at+int64(n))
		n += m
		if errors.Is(err, io.EOF) || m == 0 {
			return n, io.EOF
		}
	}
	return n, nil
}
