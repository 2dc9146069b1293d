package outputs_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"sallyport/outputs"
)

// BenchmarkOrder sorts a table by a column for the first time; compare with
// BenchmarkPlainCSV.
func BenchmarkOrder(b *testing.B) {
	w, _ := newWindows(b, 0)
	table := tableOf(b, w, "", benchTable())
	for _, column := range []int{1, 2, 3} {
		b.Run(fmt.Sprint(column), func(b *testing.B) {
			for b.Loop() {
				in, err := table.Order(b.Context(), outputs.Order{Sorted: true, Column: column})
				must(b, err)
				must(b, in.Close())
			}
		})
	}
	b.Run("summary", func(b *testing.B) {
		for b.Loop() {
			_, err := table.Summary(b.Context(), 0)
			must(b, err)
		}
	})
	b.Run("filter", func(b *testing.B) {
		for b.Loop() {
			in, err := table.Order(b.Context(), outputs.Order{Filters: []outputs.Filter{{outputs.AnyColumn, outputs.Contains, "xyz"}}})
			must(b, err)
			must(b, in.Close())
		}
	})
}

// benchTable has 20 columns.
func benchTable() string {
	var b strings.Builder
	for _, line := range strings.SplitAfter(manyRows(200_000), "\n") {
		b.WriteString(strings.TrimSuffix(line, "\n") + strings.Repeat(",12345.6", 16) + "\n")
	}
	return b.String()
}

// BenchmarkPlainCSV reads the same table with encoding/csv.
func BenchmarkPlainCSV(b *testing.B) {
	text := benchTable()
	for b.Loop() {
		r := csv.NewReader(strings.NewReader(text))
		r.ReuseRecord, r.FieldsPerRecord = true, -1
		for {
			if _, err := r.Read(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
}

func TestSummaries(t *testing.T) {
	w, _ := newWindows(t, 0)
	text := "region,n,rounded,mid,pct,label,empty\n" +
		"East,\"1,204\",10,3,12.5%,a,\n" +
		"West,3.000000000000007,0,9,7%,bb,NULL\n" +
		"East,[REDACTED],20,0,,ccc,nan\n" +
		"North,-2,30,15,1e1%,,[redacted]\n" +
		"east,<=7\n"
	s, err := tableOf(t, w, "", text).Summary(t.Context(), 0)
	must(t, err)
	want := []outputs.ColumnSummary{
		{Name: "region", Rows: 5, Words: 5, Shortest: 4, Longest: 5, Distinct: 4, Frequent: []outputs.Frequency{{"East", false, 2}}},
		{Name: "n", Rows: 5, Redacted: 2, Numbers: 3, Whole: 3, Noisy: 1, Min: -2, Max: 1204, Sum: 1205.000000000000007, Distinct: 5},
		{Name: "rounded", Rows: 5, Missing: 1, Numbers: 4, Whole: 4, Max: 30, Sum: 60, By5: true, By10: true, Distinct: 4},
		{Name: "mid", Rows: 5, Missing: 1, Numbers: 4, Whole: 4, Max: 15, Sum: 27, Mid6: true, Distinct: 4},
		{Name: "pct", Rows: 5, Missing: 2, Numbers: 3, Whole: 2, Percent: 3, Min: 7, Max: 12.5, Sum: 29.5, Distinct: 3},
		{Name: "label", Rows: 5, Missing: 2, Words: 3, Shortest: 1, Longest: 3, Distinct: 3},
		{Name: "empty", Rows: 5, Missing: 4, Redacted: 1, Distinct: 1},
	}
	types := []string{outputs.TypeText, outputs.TypeIntegers, outputs.TypeIntegers, outputs.TypeIntegers, outputs.TypeNumbers, outputs.TypeText, outputs.TypeEmpty}
	for i, c := range s.Columns {
		want[i].Column = i
		if !reflect.DeepEqual(c, want[i]) {
			t.Errorf("column %d: %+v, want %+v", i, c, want[i])
		}
		if c.Type() != types[i] {
			t.Errorf("column %s is of type %s, want %s", c.Name, c.Type(), types[i])
		}
	}
}

// TestSummaryBounds: many values and very many columns are summed up in parts,
// and a summary of a large table is remembered.
func TestSummaryBounds(t *testing.T) {
	w, dir := newWindows(t, 0)
	wide := strings.TrimSuffix(strings.Repeat("a,", 10_000), ",") + "\n" + strings.TrimSuffix(strings.Repeat("1,", 10_000), ",") + "\n"
	s, err := tableOf(t, w, "", wide).Summary(t.Context(), 9_999)
	must(t, err)
	if s.From != 9_800 || len(s.Columns) != 200 || s.Columns[199].Column != 9_999 || s.Columns[199].Sum != 1 {
		t.Errorf("the last columns: %d from %d", len(s.Columns), s.From)
	}
	var b strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&b, "%d,%d\n", i%1000, i%1001)
	}
	table := tableOf(t, w, sumOf(4), "few,many\n"+b.String())
	if table.Summarised(0) {
		t.Error("the summary of a large table is there before anybody asked")
	}
	for range 2 {
		s, err = table.Summary(t.Context(), 0)
		must(t, err)
		if few, many := s.Columns[0], s.Columns[1]; few.Many || few.Distinct != 1000 || few.Frequent[0].Count != 200 || !many.Many || many.Frequent != nil {
			t.Errorf("few: %+v, many: %+v", few, many)
		}
	}
	if !table.Summarised(1) {
		t.Errorf("the summary is not remembered in %s", dir)
	}
	if s, err := tableOf(t, w, "", "").Summary(t.Context(), 3); err != nil || len(s.Columns) != 0 {
		t.Errorf("of nothing: %+v, %v", s, err)
	}
}

func TestNumbers(t *testing.T) {
	w, _ := newWindows(t, 0)
	for _, tt := range []struct {
		delimiter string
		field     string
		want      string // "" for a word
	}{
		{",", "12", "12"}, {",", " 12 ", "12"}, {",", "-3", "-3"}, {",", "+3", "3"}, {",", "−3", "-3"}, {",", "1,204", "1204"}, {",", "1,204,567.5", "1204567.5"},
		{",", "12,5", "12.5"}, {",", "1,2045", "1.2045"}, {",", "1 204", "1204"}, {",", "1\u00a0204\u00a0567", "1204567"}, {",", "1'204", "1204"}, {",", "1.204,5", "1204.5"},
		{",", "1.204.567", "1204567"}, {",", "12 %", "12"}, {",", "12.5%", "12.5"}, {",", "1e3", "1000"}, {",", "1.5E-3", "0.0015"}, {",", ".5", "0.5"}, {",", "5.", "5"},
		{";", "1,204", "1.204"}, {";", "1.204", "1.204"}, {";", "1.204,5", "1204.5"}, {";", "1,204,567", "1204567"},
		{",", "3.000000000000007", "3.000000000000007"}, {",", "12345678901234567", "12345678901234568"},
		{",", "1,20", "1.2"}, {",", "1,2,3", ""}, {",", "12 34", ""}, {",", "1e", ""}, {",", "e5", ""}, {",", "-", ""}, {",", "%", ""}, {",", ".", ""}, {",", "0x10", ""},
		{",", "1_000", ""}, {",", "inf", ""}, {",", "1e999", ""}, {",", "2020-01-01", ""}, {",", "12 (3%)", ""}, {",", "1,2045,000", ""}, {",", strings.Repeat("1", 41), ""},
	} {
		text := "a" + tt.delimiter + "b\n\"" + tt.field + "\"" + tt.delimiter + "x\n"
		s, err := tableOf(t, w, "", text).Summary(t.Context(), 0)
		must(t, err)
		got := ""
		if s.Columns[0].Numbers == 1 {
			got = strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.15f", s.Columns[0].Min), "0"), ".")
		}
		if got != tt.want {
			t.Errorf("%q among %q is the number %q, want %q", tt.field, tt.delimiter, got, tt.want)
		}
	}
}

// TestSmallNumbers: what is next to zero is no whole number with noise.
func TestSmallNumbers(t *testing.T) {
	w, _ := newWindows(t, 0)
	s, err := tableOf(t, w, "", "p\n0\n1e-12\n5.000000000001\n").Summary(t.Context(), 0)
	must(t, err)
	if c := s.Columns[0]; c.Whole != 2 || c.Noisy != 1 || c.Type() != outputs.TypeNumbers {
		t.Errorf("%+v", c)
	}
}
