package outputs_test

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"sallyport/outputs"
)

// numbersOf are the numbers of all rows of a table in an order.
func numbersOf(t testing.TB, table *outputs.Table, o outputs.Order) []int64 {
	t.Helper()
	in, err := table.Order(t.Context(), o)
	must(t, err)
	var list []int64
	for from := int64(0); from < in.Count; from += 70 {
		rows, err := in.Rows(t.Context(), from, 70, 1<<30)
		must(t, err)
		for _, r := range rows {
			list = append(list, r.Record)
		}
	}
	if int64(len(list)) != in.Count {
		t.Fatalf("%+v: %d rows, want %d", o, len(list), in.Count)
	}
	must(t, in.Close())
	return list
}

func tableOf(t testing.TB, w *outputs.Windows, name, text string) *outputs.Table {
	t.Helper()
	table, err := w.Table(t.Context(), name, strings.NewReader(text), 0)
	must(t, err)
	t.Cleanup(func() { must(t, table.Close()) })
	return table
}

func TestOrders(t *testing.T) {
	w, _ := newWindows(t, 0)
	table := tableOf(t, w, "", "name,n\nbeta,10\nAlpha,9\n,\"1,204\"\nbéta,<=7\nalpha,\nNULL,[REDACTED]\nx\nBeta,-3%\n\"beta \",9.0\n")
	sorted := func(column int, down bool, filters ...outputs.Filter) outputs.Order {
		return outputs.Order{Sorted: true, Column: column, Down: down, Filters: filters}
	}
	only := func(filters ...outputs.Filter) outputs.Order { return outputs.Order{Filters: filters} }
	for _, tt := range []struct {
		of   outputs.Order
		want string
	}{
		{outputs.Order{}, "[1 2 3 4 5 6 7 8 9]"},
		{sorted(0, false), "[2 5 1 8 9 4 7 3 6]"},
		{sorted(0, true), "[7 4 1 8 9 2 5 3 6]"},
		{sorted(1, false), "[8 2 9 1 3 4 6 5 7]"},
		{sorted(1, true), "[3 1 2 9 8 6 4 5 7]"},
		{sorted(7, false), "[1 2 3 4 5 6 7 8 9]"},
		{only(outputs.Filter{0, outputs.Contains, "ALPH"}), "[2 5]"},
		{only(outputs.Filter{0, outputs.Contains, "é"}), "[4]"},
		{only(outputs.Filter{outputs.AnyColumn, outputs.Contains, "9"}), "[2 9]"},
		{only(outputs.Filter{0, outputs.Equals, "beta"}), "[1 8 9]"},
		{only(outputs.Filter{1, outputs.Equals, "9"}), "[2 9]"},
		{only(outputs.Filter{1, outputs.Equals, "1204"}), "[3]"},
		{only(outputs.Filter{1, outputs.Equals, ""}), "[5 7]"},
		{only(outputs.Filter{1, outputs.Differs, "9"}), "[1 3 4 5 6 7 8]"},
		{only(outputs.Filter{outputs.AnyColumn, outputs.Differs, "9"}), "[1 3 4 5 6 7 8]"},
		{only(outputs.Filter{1, outputs.More, "9"}), "[1 3]"},
		{only(outputs.Filter{1, outputs.AtLeast, "9"}), "[1 2 3 9]"},
		{only(outputs.Filter{1, outputs.Less, "9"}), "[8]"},
		{only(outputs.Filter{1, outputs.AtMost, "9"}), "[2 8 9]"},
		{only(outputs.Filter{0, outputs.AtMost, "b"}), "[2 5]"},
		{only(outputs.Filter{1, outputs.Is, "redacted"}), "[4 6]"},
		{only(outputs.Filter{1, outputs.Is, "missing"}), "[5 7]"},
		{only(outputs.Filter{1, outputs.Is, "number"}), "[1 2 3 8 9]"},
		{only(outputs.Filter{0, outputs.Is, "text"}), "[1 2 4 5 7 8 9]"},
		{only(outputs.Filter{0, outputs.Contains, "a"}, outputs.Filter{1, outputs.AtLeast, "9"}), "[1 2 9]"},
		{sorted(1, true, outputs.Filter{0, outputs.Contains, "beta"}), "[1 9 8]"},
		{only(outputs.Filter{0, outputs.Equals, "nobody"}), "[]"},
	} {
		if got := fmt.Sprint(numbersOf(t, table, tt.of)); got != tt.want {
			t.Errorf("%+v: rows %s, want %s", tt.of, got, tt.want)
		}
	}
	six := make([]outputs.Filter, outputs.MostFilters+1)
	if _, err := table.Order(t.Context(), outputs.Order{Filters: six}); err == nil {
		t.Error("six filters are taken")
	}
}

// naive is a table read whole, and sorted and filtered by the plainest means.
type naive struct {
	rows    [][]string
	numbers bool
}

func readNaive(t testing.TB, text string) naive {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	must(t, err)
	return naive{rows: all}
}

// sorted are the numbers of the rows that pass, by a column of plain numbers or
// of plain texts.
func (n naive) sorted(column int, down bool, pass func([]string) bool) []int64 {
	var list []int64
	for i, row := range n.rows {
		if i > 0 && pass(row) {
			list = append(list, int64(i))
		}
	}
	texts, values := make([]string, len(n.rows)), make([]float64, len(n.rows))
	for _, i := range list {
		texts[i] = strings.ToLower(n.rows[i][column])
		values[i], _ = strconv.ParseFloat(texts[i], 64)
	}
	slices.SortStableFunc(list, func(a, b int64) int {
		if texts[a] == "" || texts[b] == "" {
			return strings.Compare(texts[b], "") - strings.Compare(texts[a], "") // the missing last
		}
		c := strings.Compare(texts[a], texts[b])
		if n.numbers {
			c = cmp.Compare(values[a], values[b])
		}
		if down {
			return -c
		}
		return c
	})
	return list
}

// manyRows is a table of so many rows: a number with few values, one with many,
// a word, a long text.
func manyRows(count int) string {
	random := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString("few,many,word,long\n")
	for i := range count {
		many := fmt.Sprintf("%.3f", random.NormFloat64()*1e6)
		if i%97 == 0 {
			many = ""
		}
		word := strconv.FormatInt(random.Int64N(1<<40), 36)
		fmt.Fprintf(&b, "%d,%s,%s,%s%d\n", random.IntN(20), many, word, strings.Repeat("same ", 10), random.IntN(500))
	}
	return b.String()
}

// TestOrdersAgree: whatever the order, in memory, in runs that are merged, and
// remembered, it is what sorting all rows at once gives.
func TestOrdersAgree(t *testing.T) {
	w, dir := newWindows(t, 0)
	for name, count := range map[string]int{"small": 3000, "large": 280_000} {
		text := manyRows(count)
		ref := readNaive(t, text)
		table := tableOf(t, w, sumOf(count), text)
		for column := range 4 {
			for _, down := range []bool{false, true} {
				ref.numbers = column < 2
				for _, filtered := range []bool{false, true} {
					o := outputs.Order{Sorted: true, Column: column, Down: down}
					pass := func([]string) bool { return true }
					if filtered {
						o.Filters = []outputs.Filter{{0, outputs.AtLeast, "15"}}
						pass = func(row []string) bool { n, _ := strconv.Atoi(row[0]); return n >= 15 }
					}
					if name == "large" && (column%2 == 1) == filtered || name == "large" && down == (column < 2) { // some of them are enough
						continue
					}
					for _, how := range []string{"first", "again"} {
						in, err := table.Order(t.Context(), o)
						must(t, err)
						want := ref.sorted(column, down, pass)
						if in.Count != int64(len(want)) {
							t.Fatalf("%s, %+v: %d rows, want %d", name, o, in.Count, len(want))
						}
						for _, from := range []int64{0, 1, in.Count / 2, in.Count - 50} {
							rows, err := in.Rows(t.Context(), from, 50, 1<<30)
							must(t, err)
							for i, r := range rows {
								if r.Record != want[from+int64(i)] || r.Fields[column] != ref.rows[r.Record][column] {
									t.Fatalf("%s, %s, %+v: at %d stands row %d, want %d", name, how, o, from+int64(i), r.Record, want[from+int64(i)])
								}
							}
						}
						must(t, in.Close())
					}
				}
			}
		}
	}
	files, err := os.ReadDir(dir)
	must(t, err)
	for _, f := range files {
		if strings.HasPrefix(f.Name(), "tmp-") {
			t.Errorf("%s is left behind", f.Name())
		}
	}
}

// TestOrderOnce: an order that several people want at once is made once, and
// who goes away stops it for nobody else.
func TestOrderOnce(t *testing.T) {
	w, _ := newWindows(t, 0)
	text := manyRows(40_000)
	file := &countingReads{Reader: strings.NewReader(text)}
	table, err := w.Table(t.Context(), sumOf(1), file, 0)
	must(t, err)
	defer table.Close()
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := table.Order(gone, outputs.Order{Sorted: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("the order of somebody who went: %v", err)
	}
	before := file.bytes()
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			in, err := table.Order(t.Context(), outputs.Order{Sorted: true, Column: 2})
			if err != nil {
				t.Error(err)
				return
			}
			if err := in.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if read := file.bytes() - before; read > int64(len(text))*5/4 {
		t.Errorf("%d bytes were read for one order, of %d", read, len(text))
	}
}

// countingReads counts what is read of a file.
type countingReads struct {
	*strings.Reader
	mu   sync.Mutex
	read int64
}

func (c *countingReads) ReadAt(p []byte, at int64) (int, error) {
	n, err := c.Reader.ReadAt(p, at)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read += int64(n)
	return n, err
}

func (c *countingReads) bytes() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.read
}

// TestOrderBounds: an order that takes more room than there is is refused, and
// leaves nothing.
func TestOrderBounds(t *testing.T) {
	w, dir := newWindows(t, 1<<20)
	table := tableOf(t, w, "", "a\n"+strings.Repeat("x\n", 300_000))
	_, err := table.Order(t.Context(), outputs.Order{Filters: []outputs.Filter{{0, outputs.Equals, "x"}}})
	if no, ok := errors.AsType[*outputs.TooMuch](err); !ok || !strings.Contains(no.Reason, "too many rows") {
		t.Errorf("an order that has no room: %v", err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
		t.Errorf("left: %v, %v", files, err)
	}
}

// FuzzOrder: the order of any table holds each of its rows once, and agrees with
// comparing rows two by two.
func FuzzOrder(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a\n\n3\nNA\n<5\nx\n", "a;b\n1,5;x\n1.5;y\n", "\xff\xfea\x00\n\x001\x00", "a\r2\r1\r"} {
		f.Add(s, 0, false, "1")
		f.Add(s, 1, true, "~")
	}
	f.Fuzz(func(t *testing.T, text string, column int, down bool, value string) {
		w, _ := newWindows(t, 0)
		table, err := w.Table(t.Context(), "", strings.NewReader(text), 0)
		if err != nil || column < 0 {
			return
		}
		all := numbersOf(t, table, outputs.Order{Sorted: true, Column: column, Down: down})
		if n := len(slices.Compact(slices.Sorted(slices.Values(all)))); int64(n) != max(table.Info.Records-1, 0) {
			t.Fatalf("%d different rows of %d", n, table.Info.Records-1)
		}
		for _, how := range outputs.Hows {
			o := outputs.Order{Sorted: true, Column: column, Down: down, Filters: []outputs.Filter{{outputs.AnyColumn, how, value}}}
			if !o.Filters[0].Valid() {
				continue
			}
			some := numbersOf(t, table, o)
			at := 0
			for _, row := range some { // in the same order as without the filter
				for at < len(all) && all[at] != row {
					at++
				}
			}
			if at == len(all) && len(some) > 0 {
				t.Fatalf("%v is no part of %v", some, all)
			}
			o.Sorted = false
			if plain := numbersOf(t, table, o); !slices.Equal(plain, slices.Sorted(slices.Values(some))) {
				t.Fatalf("%v in the file's order, %v sorted", plain, some)
			}
		}
		if _, err := table.Summary(t.Context(), column); err != nil {
			t.Fatal(err)
		}
	})
}
