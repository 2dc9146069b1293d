package outputs_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"sallyport/outputs"
)

func newWindows(t testing.TB, most int64) (*outputs.Windows, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "windows")
	w, err := outputs.OpenWindows(outputs.WindowsConfig{Path: dir, Most: most, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w, dir
}

func sumOf(n int) string { return fmt.Sprintf("%064x", n) }

// wide is a text in UTF-16LE, without a mark.
func wide(text string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(text)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return string(b)
}

// rowsOf are the fields of all rows from one on, joined.
func rowsOf(t testing.TB, table *outputs.Table, from, count int64) []string {
	t.Helper()
	rows, err := table.Rows(t.Context(), from, count, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, r := range rows {
		list = append(list, fmt.Sprintf("%d:%s", r.Record, strings.Join(r.Fields, "|")))
	}
	return list
}

func TestTables(t *testing.T) {
	w, _ := newWindows(t, 0)
	for _, tt := range []struct {
		name, text string
		rows       []string
		check      func(outputs.TableInfo) bool
	}{
		{"plain", "a,b\n1,x\n2,y\n", []string{"0:a|b", "1:1|x", "2:2|y"}, func(i outputs.TableInfo) bool {
			return i.Records == 3 && i.Columns == 2 && i.Header == 2 && i.Uneven == 0 && i.Encoding == outputs.UTF8 && i.Numbers[0] && !i.Numbers[1]
		}},
		{"quotes", "\ufeff\"a \"\"x\"\"\",b\r\n\"1\n2\",\"\"\r\n", []string{`0:a "x"|b`, "1:1\n2|"}, nil},
		{"a quote inside", "a,b\n5\" pipe,x\n", []string{"0:a|b", `1:5" pipe|x`}, nil},
		{"no last line end", "a,b\n1,", []string{"0:a|b", "1:1|"}, nil},
		{"uneven", "a,b\n1\n1,2\n1,2,3\n\n", []string{"0:a|b", "1:1", "2:1|2", "3:1|2|3", "4:"}, func(i outputs.TableInfo) bool {
			return i.Uneven == 2 && i.FirstUneven == 1 && i.Blank == 1 && i.Columns == 3
		}},
		{"semicolons", "a;b\n1,5;2\n2,5;3\n", []string{"0:a|b", "1:1,5|2", "2:2,5|3"}, func(i outputs.TableInfo) bool { return i.Delimiter == ';' }},
		{"tabs", "a\tb\n1\t2\n", []string{"0:a|b", "1:1|2"}, func(i outputs.TableInfo) bool { return i.Delimiter == '\t' }},
		{"Windows-1252", "a,b\n\x80 5,na\xefve\n", []string{"0:a|b", "1:€ 5|naïve"}, func(i outputs.TableInfo) bool { return i.Encoding == outputs.Windows1252 }},
		{"Latin-1", "a,b\n\x81,\xe9\n", []string{"0:a|b", "1:\u0081|é"}, func(i outputs.TableInfo) bool { return i.Encoding == outputs.Latin1 }},
		{"vertical bars", "a|b\n1,5|2\n", []string{"0:a|b", "1:1,5|2"}, func(i outputs.TableInfo) bool { return i.Delimiter == '|' }},
		{"returns before line ends", "a,b\r\r\n1,\"x\"\r\r\n2,y\r\r\n", []string{"0:a|b", "1:1|x", "2:2|y"}, nil},
		{"returns alone", "a,b\r1,\"x\ry\"\r2,\r", []string{"0:a|b", "1:1|x\ny", "2:2|"}, nil},
		{"UTF-16LE", "\xff\xfea\x00,\x00b\x00\n\x00\xac\x20,\x00\x3d\xd8\x00\xde\r\x00\n\x00", []string{"0:a|b", "1:€|😀"}, func(i outputs.TableInfo) bool { return i.Encoding == outputs.UTF16LE }},
		{"UTF-16BE", "\xfe\xff\x00a\x00,\x00b\x00\n\xd8\x3d\x00,\x00x\x00", []string{"0:a|b", "1:\ufffd|x\ufffd"}, func(i outputs.TableInfo) bool { return i.Encoding == outputs.UTF16BE }},
		{"UTF-16 without a mark", wide("id,n\nEast,12\nWest,\u20ac\n"), []string{"0:id|n", "1:East|12", "2:West|€"}, func(i outputs.TableInfo) bool { return i.Encoding == outputs.UTF16LE }},
		{"the same name twice", "a,a\n1,2\n", []string{"0:a|a", "1:1|2"}, nil},
		{"one wrong byte", "é,ü\nö,\xff\n", []string{"0:é|ü", "1:ö|\xff"}, func(i outputs.TableInfo) bool { return i.Encoding == outputs.UTF8 && i.NotUTF8 == 1 }},
		{"numbers", "n,p,x,e,r\n\"1,204\",3%,1,,[REDACTED]\n7,2.5%,NA,,\n,,y,,\n", nil, func(i outputs.TableInfo) bool {
			return fmt.Sprint(i.Numbers) == "[true true false false false]"
		}},
		{"two headers", "16-39,16-39\nF,M\n" + strings.Repeat("1,x\n", 9), nil, func(i outputs.TableInfo) bool { return fmt.Sprint(i.Numbers) == "[true false]" }},
		{"a header alone", "a,b", []string{"0:a|b"}, func(i outputs.TableInfo) bool { return i.Records == 1 }},
		{"nothing", "", nil, func(i outputs.TableInfo) bool { return i.Records == 0 }},
		{"only a mark", "\ufeff", nil, func(i outputs.TableInfo) bool { return i.Records == 0 }},
	} {
		table, err := w.Table(t.Context(), "", strings.NewReader(tt.text), 0)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := rowsOf(t, table, 0, 100); tt.rows != nil && fmt.Sprint(got) != fmt.Sprint(tt.rows) {
			t.Errorf("%s: rows %q, want %q", tt.name, got, tt.rows)
		}
		if tt.check != nil && !tt.check(table.Info) {
			t.Errorf("%s: %+v", tt.name, table.Info)
		}
	}
}

// TestNoTables: what is no table is refused with its reason, quickly.
func TestNoTables(t *testing.T) {
	w, _ := newWindows(t, 0)
	for name, tt := range map[string]struct{ text, reason string }{
		"a quote that is not closed": {"a,b\n1,2\n\"open,1\nx,2\n", "row 2 has a quote that is never closed"},
		"text after a quote":         {"a,b\n\"x\"y,2\n", "row 1 has text after a closing quote"},
		"a return after a quote":     {"a\n\"x\"\ry\n", "row 1 has text after a closing quote"},
		"a long record":              {"a,b\n" + strings.Repeat("x", 1<<20) + ",1\n", "row 1 is longer than 1 MiB"},
		"a long header":              {strings.Repeat("x,", 1<<20), "header is longer than 1 MiB"},
		"UTF-32":                     {"\xff\xfe\x00\x00a\x00\x00\x00,\x00\x00\x00", "NUL bytes"},
		"zeros":                      {"a,b\n" + strings.Repeat("\x00", 100), "NUL bytes"},
		"many zeros":                 {strings.Repeat("\x00", 2<<20), "NUL bytes"},
	} {
		_, err := w.Table(t.Context(), "", strings.NewReader(tt.text), 0)
		if no, ok := errors.AsType[*outputs.NotText](err); !ok || !strings.Contains(no.Reason, tt.reason) {
			t.Errorf("%s: %v, want %q", name, err, tt.reason)
		}
	}
}

// TestWindows: a window anywhere in a table is what reading it whole gives,
// whether its records were just counted or are remembered.
func TestWindows(t *testing.T) {
	w, dir := newWindows(t, 0)
	var b strings.Builder
	b.WriteString("\ufeffid,text\n")
	const rows = 60_000
	for i := 1; i <= rows; i++ {
		fmt.Fprintf(&b, "%d,\"line %d\nand \"\"more\"\"\"\n", i, i)
	}
	for _, how := range []string{"counted", "remembered", "damaged", "in UTF-16", "in UTF-16, remembered", "with returns alone"} {
		text := b.String()
		switch {
		case strings.HasPrefix(how, "in UTF-16"):
			text = wide(text)
			must(t, ignoreMissing(os.Remove(filepath.Join(dir, sumOf(7)+"-table"))))
		case how == "with returns alone":
			text = strings.ReplaceAll(text, "\n", "\r")
			must(t, ignoreMissing(os.Remove(filepath.Join(dir, sumOf(7)+"-table"))))
		}
		if how == "damaged" {
			must(t, os.Truncate(filepath.Join(dir, sumOf(7)+"-table"), 1000))
		}
		table, err := w.Table(t.Context(), sumOf(7), strings.NewReader(text), 0)
		must(t, err)
		if table.Info.Records != rows+1 {
			t.Fatalf("%s: %+v", how, table.Info)
		}
		for _, from := range []int64{0, 1, 99, 100, 101, 12_345, rows} {
			got := rowsOf(t, table, from, 1)
			want := fmt.Sprintf("%d:%d|line %[1]d\nand \"more\"", from, from)
			if from == 0 {
				want = "0:id|text"
			}
			if len(got) != 1 || got[0] != want {
				t.Errorf("%s: row %d is %q, want %q", how, from, got, want)
			}
		}
		if got := rowsOf(t, table, rows-1, 10); len(got) != 2 {
			t.Errorf("%s: the last rows: %q", how, got)
		}
		if got := rowsOf(t, table, rows+1, 10); got != nil {
			t.Errorf("%s: rows after the last: %q", how, got)
		}
		if few, err := table.Rows(t.Context(), 1, 100, 50); err != nil || len(few) != 3 {
			t.Errorf("%s: %d rows of 50 bytes, %v", how, len(few), err)
		}
		must(t, table.Close())
	}
	if st, err := os.Stat(filepath.Join(dir, sumOf(7)+"-table")); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("what is remembered: %v, %v", st, err)
	}
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func TestLines(t *testing.T) {
	w, _ := newWindows(t, 0)
	long := strings.Repeat("é", 2500) // 5,000 bytes
	for _, tt := range []struct{ name, text, want string }{
		{"lines", "one\r\n\ntwo\n", "[{1 false one} {2 false } {3 false two}]"},
		{"no last line end", "\ufeffone\ntwo", "[{1 false one} {2 false two}]"},
		{"nothing", "", "[]"},
		{"a return inside", "a\rb\n", "[{1 false a\rb}]"},
		{"a long line", long + "\nx", "[{1 false " + long[:2000] + "} {1 true " + long[:2000] + "} {1 true " + long[:1000] + "} {2 false x}]"},
		{"Windows-1252", "na\xefve \x93x\x94", "[{1 false naïve “x”}]"},
	} {
		l, err := w.Lines(t.Context(), "", strings.NewReader(tt.text))
		must(t, err)
		got, err := l.Window(t.Context(), 0, 100)
		must(t, err)
		if fmt.Sprint(got) != tt.want {
			t.Errorf("%s: %.200v, want %.200s", tt.name, got, tt.want)
		}
		if int(l.Info.Pieces) != len(got) {
			t.Errorf("%s: %d pieces, %+v", tt.name, len(got), l.Info)
		}
	}
	if _, err := w.Lines(t.Context(), "", strings.NewReader(strings.Repeat("\x00", 50))); err == nil {
		t.Error("zeros are text")
	}
}

// TestLongText: every piece of a text is found from where it is noted.
func TestLongText(t *testing.T) {
	w, _ := newWindows(t, 0)
	var b strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&b, "%d %s\n", i, strings.Repeat("ü", i))
	}
	for range 2 {
		l, err := w.Lines(t.Context(), sumOf(1), strings.NewReader(b.String()))
		must(t, err)
		all, err := l.Window(t.Context(), 0, 1<<40)
		must(t, err)
		if int64(len(all)) != l.Info.Pieces || l.Info.Lines != 3000 {
			t.Fatalf("%d pieces, %+v", len(all), l.Info)
		}
		for n := int64(0); n < l.Info.Pieces; n += 97 {
			got, err := l.Window(t.Context(), n, 1)
			if err != nil || len(got) != 1 || got[0] != all[n] {
				t.Fatalf("piece %d: %.100v, %v, want %.100v", n, got, err, all[n])
			}
		}
		must(t, l.Close())
	}
}

// alike is a file of so many bytes, all the same, that takes no room.
type alike struct {
	size int64
	of   byte
}

func (a alike) Size() int64 { return a.size }

func (a alike) ReadAt(p []byte, at int64) (int, error) {
	n := int(max(min(int64(len(p)), a.size-at), 0))
	copy(p, bytes.Repeat([]byte{a.of}, n))
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// TestHugeLine: one very long line is shown, piece by piece; as a table it is
// refused at once, as what is larger than anything that is counted.
func TestHugeLine(t *testing.T) {
	w, _ := newWindows(t, 0)
	huge := alike{256 << 20, 'x'}
	if _, err := w.Table(t.Context(), sumOf(1), huge, 0); err == nil {
		t.Error("a huge line is a table")
	}
	l, err := w.Lines(t.Context(), sumOf(1), huge)
	must(t, err)
	if l.Info.Lines != 1 || l.Info.Pieces != (huge.size+1999)/2000 {
		t.Errorf("%+v", l.Info)
	}
	got, err := l.Window(t.Context(), l.Info.Pieces-2, 10)
	if err != nil || len(got) != 2 || len(got[0].Text) != 2000 || got[0].Line != 1 {
		t.Errorf("the end: %d pieces, %v", len(got), err)
	}
	if _, err := w.Lines(t.Context(), sumOf(2), alike{outputs.MostCounted + 1, 'x'}); err == nil {
		t.Error("17 GB are counted")
	}
	must(t, l.Close())
}

// TestEviction: what is remembered stays within its bounds, the oldest goes
// first, and a directory that is away costs time only.
func TestEviction(t *testing.T) {
	const most = 60_000
	w, dir := newWindows(t, most)
	text := "n\n" + strings.Repeat("1\n", 300_000)
	for i := range 12 {
		table, err := w.Table(t.Context(), sumOf(i), strings.NewReader(text[:len(text)-2*i]), 0)
		must(t, err)
		must(t, table.Close())
	}
	files, err := os.ReadDir(dir)
	must(t, err)
	var sum int64
	for _, f := range files {
		st, err := f.Info()
		must(t, err)
		sum += st.Size()
	}
	if sum > most || len(files) == 0 {
		t.Errorf("%d files with %d bytes are kept, at most %d", len(files), sum, most)
	}
	must(t, os.RemoveAll(dir))
	table, err := w.Table(t.Context(), sumOf(3), strings.NewReader(text), 0)
	must(t, err)
	if got := rowsOf(t, table, 200_000, 1); len(got) != 1 {
		t.Errorf("without the directory: %q", got)
	}
}

func TestWindowsEnd(t *testing.T) {
	w, _ := newWindows(t, 0)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Lines(ctx, sumOf(1), alike{1 << 30, '\n'}); !errors.Is(err, context.Canceled) {
		t.Errorf("lines of a file whose reader went: %v", err)
	}
	if _, err := outputs.OpenWindows(outputs.WindowsConfig{Path: filepath.Join(t.TempDir(), "x")}); err == nil {
		t.Error("windows without a log")
	}
}

// FuzzTable: any bytes are a table whose windows agree with reading it whole,
// or are refused with a reason.
func FuzzTable(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\"a\"\"\",b\r\n\n", "\xef\xbb\xbfa;b\n1;2", "\"", "a\x00,\xff\n", "\xef\xbb", "a\r\r\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w, _ := newWindows(t, 0)
		table, err := w.Table(t.Context(), "", strings.NewReader(text), 0)
		if err != nil {
			if _, ok := errors.AsType[*outputs.NotText](err); !ok {
				t.Fatal(err)
			}
			return
		}
		all := rowsOf(t, table, 0, 1<<40)
		if int64(len(all)) != table.Info.Records {
			t.Fatalf("%d rows, %+v", len(all), table.Info)
		}
		for n := range table.Info.Records {
			if got := rowsOf(t, table, n, 1); len(got) != 1 || got[0] != all[n] {
				t.Fatalf("row %d: %q, want %q", n, got, all[n])
			}
		}
		l, err := w.Lines(t.Context(), "", strings.NewReader(text))
		if err != nil {
			return
		}
		if _, err := l.Window(t.Context(), 0, l.Info.Pieces); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkTable(b *testing.B) {
	w, _ := newWindows(b, 0)
	row := strings.Repeat("12345.6,", 19) + "name\n"
	text := strings.NewReader(strings.Repeat(row, 200_000))
	b.SetBytes(text.Size())
	for b.Loop() {
		table, err := w.Table(b.Context(), "", text, 0)
		if err != nil || table.Info.Records != 200_000 {
			b.Fatal(err)
		}
	}
}
