package ledger

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"reflect"
	"strings"
	"testing"
)

var errStopped = errors.New("the database is gone")

// salt is the salt of the words in vote.
var salt = hex.EncodeToString(append([]byte{1}, make([]byte, 31)...))

// said are the words in vote; erased, what is left when they are erased.
func said() []Words {
	return []Words{{Hash: WordsHash([32]byte{1}, "It is rounded."), Salt: salt, Text: "It is rounded."}}
}

func erased() []Words { return []Words{{Hash: said()[0].Hash}} }

// rows yields list, and then err if there is one.
func rows(err error, list ...Row) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for _, r := range list {
			if !yield(r, nil) {
				return
			}
		}
		if err != nil {
			yield(Row{}, err)
		}
	}
}

// sample is an export with every kind of row.
func sample(t testing.TB) []Row {
	t.Helper()
	return []Row{
		{ID: 1, Bytes: encode(t, opening())},
		{ID: 2, Bytes: encode(t, vote()), Words: said()},
		{ID: 5, Bytes: encode(t, delivery()), Hidden: true},
		{ID: 6, Hidden: true, Hash: Hash([]byte("{}"))},
		{ID: 9, Bytes: encode(t, vote()), Words: erased()},
		{ID: 1 << 60, Bytes: encode(t, delivery())},
	}
}

func jsonLines(t testing.TB, list ...Row) string {
	t.Helper()
	var out bytes.Buffer
	if err := WriteJSONLines(&out, rows(nil, list...)); err != nil {
		t.Fatalf("WriteJSONLines = %v", err)
	}
	return out.String()
}

func TestExportGolden(t *testing.T) {
	golden(t, "export.jsonl.golden", []byte(jsonLines(t, sample(t)...)))
	var out bytes.Buffer
	if err := WriteCSV(&out, rows(nil, sample(t)...)); err != nil {
		t.Fatal(err)
	}
	golden(t, "export.csv.golden", out.Bytes())
}

func TestReadJSONLines(t *testing.T) {
	want := sample(t)
	for i := range want {
		if want[i].Hidden && want[i].Bytes != nil {
			want[i].Hash, want[i].Bytes = Hash(want[i].Bytes), nil
		} else if !want[i].Hidden {
			want[i].Hash = Hash(want[i].Bytes)
		}
	}
	var got []Row
	err := ReadJSONLines(strings.NewReader(jsonLines(t, sample(t)...)), func(r Row) error {
		r.Bytes = bytes.Clone(r.Bytes)
		got = append(got, r)
		return nil
	})
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("ReadJSONLines = %v, %+v\nwant %+v", err, got, want)
	}
	if again := jsonLines(t, got...); again != jsonLines(t, sample(t)...) {
		t.Errorf("written again it is\n%s", again)
	}
	if err := ReadJSONLines(strings.NewReader(""), nil); err != nil {
		t.Errorf("ReadJSONLines of nothing = %v", err)
	}
}

// One byte changed anywhere, or one cut off, is noticed.
func TestReadJSONLinesNoticesEveryByte(t *testing.T) {
	export := []byte(jsonLines(t, sample(t)[:3]...))
	read := func(b []byte) (ids []int64, hashes []string, err error) {
		err = ReadJSONLines(bytes.NewReader(b), func(r Row) error {
			ids, hashes = append(ids, r.ID), append(hashes, r.Hash)
			return nil
		})
		return ids, hashes, err
	}
	wantIDs, wantHashes, err := read(export)
	if err != nil {
		t.Fatal(err)
	}
	for i := range export {
		flip := byte(1) << (i % 8)
		export[i] ^= flip
		ids, hashes, err := read(export)
		export[i] ^= flip
		// An id, or the hash of a row that is hidden, rests on nothing here.
		if err == nil && reflect.DeepEqual(ids, wantIDs) && reflect.DeepEqual(hashes, wantHashes) {
			t.Errorf("byte %d (%q) changed by %#x: nothing is noticed", i, export[i], flip)
		}
	}
	for n := 0; n < len(export); n += 5 {
		ids, _, err := read(export[:n])
		if err == nil && (len(ids) == len(wantIDs) || n > 0 && export[n-1] != '\n') {
			t.Errorf("the first %d bytes are read as %v", n, ids)
		}
	}
}

func TestReadJSONLinesRefuses(t *testing.T) {
	list := sample(t)
	one, two, hidden := jsonLines(t, list[0]), jsonLines(t, list[1]), jsonLines(t, list[2])
	entry := string(list[0].Bytes)
	line := func(id, entry string) string {
		return fmt.Sprintf(`{"id":%s,"hash":"%s","entry":%s}`+"\n", id, Hash([]byte(entry)), entry)
	}
	if line("1", entry) != one {
		t.Fatalf("a line is %s, want %s", one, line("1", entry))
	}
	for _, tt := range []struct {
		name, in string
		want     error
		says     string
	}{
		{"an altered entry", strings.Replace(one, "open", "opem", 1), ErrExport, "line 1: ledger: not a valid export: entry 1 does not have its hash"},
		{"an altered hash", strings.Replace(one, `"hash":"9`, `"hash":"8`, 1), ErrExport, "does not have its hash"},
		{"altered words", strings.Replace(two, "rounded", "Rounded", 1), ErrExport, "words do not have"},
		{"words without salt", strings.Replace(two, `"salt":"`+salt+`",`, "", 1), ErrExport, "no salt"},
		{"words of another entry", strings.Replace(one, "}\n", two[strings.Index(two, `,"words"`):], 1), ErrExport, "do not belong"},
		{"a short salt", strings.Replace(two, salt, salt[:62], 1), ErrExport, "salt"},
		{"an empty list of words", strings.Replace(one, "}\n", `,"words":[]}`+"\n", 1), ErrExport, "not written as"},
		{"words that are no list", strings.Replace(one, "}\n", `,"words":1}`+"\n", 1), ErrExport, "not that of an entry"},
		{"a member more", strings.Replace(one, "}\n", `,"x":1}`+"\n", 1), ErrExport, "not written as"},
		{"the entry twice", strings.Replace(one, "}\n", `,"entry":`+entry+"}\n", 1), ErrExport, "not written as"},
		{"the same id again", one + one, ErrExport, "line 2: ledger: not a valid export: entry 1 after entry 1"},
		{"out of order", hidden + one, ErrExport, "entry 1 after entry 5"},
		{"id 0", line("0", entry), ErrExport, "after entry 0"},
		{"an id with a sign", line("+1", entry), ErrExport, "not written as"},
		{"an id with a zero", line("01", entry), ErrExport, "not written as"},
		{"an id too large", line("9223372036854775808", entry), ErrExport, "not that of an entry"},
		{"a fraction", line("1.0", entry), ErrExport, "not that of an entry"},
		{"an entry not canonical", line("1", strings.Replace(entry, `,"at"`, `, "at"`, 1)), ErrNotCanonical, "line 1"},
		{"space before the entry", line("1", " "+entry), ErrNotCanonical, "line 1"},
		{"an entry that is text", line("1", `"x"`), ErrNotCanonical, "line 1"},
		{"an entry that is not JSON", line("1", `{"a"}`), ErrExport, "colon"},
		{"a large entry", line("1", `{"a":"`+strings.Repeat("x", MaxEntry)+`"}`), ErrTooLarge, "line 1"},
		{"capital hash", strings.Replace(hidden, "5e43d", "5E43D", 1), ErrExport, "hash"},
		{"an empty line", "\n", ErrExport, "not that of an entry"},
		{"a CR LF", strings.Replace(one, "\n", "\r\n", 1), ErrExport, "not written as"},
		{"no line end", one[:len(one)-1], ErrExport, "has no end"},
		{"a long line", one + strings.Repeat("x", MaxLine) + "\n", ErrTooLarge, "line 2"},
		{"an endless line", strings.Repeat("x", 3*MaxLine), ErrTooLarge, "line 1"},
		{"not an export", "id,hash\n1,2\n", ErrExport, "not that of an entry"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := ReadJSONLines(strings.NewReader(tt.in), func(Row) error { return nil })
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("ReadJSONLines = %v, want %v with %q", err, tt.want, tt.says)
			}
		})
	}
}

func TestReadJSONLinesPassesErrorsOn(t *testing.T) {
	export := jsonLines(t, sample(t)...)
	n := 0
	err := ReadJSONLines(strings.NewReader(export), func(Row) error { n++; return errStopped })
	if !errors.Is(err, errStopped) || n != 1 {
		t.Errorf("after an error of visit: %v, %d visits, want %v and 1", err, n, errStopped)
	}
	broken := io.MultiReader(strings.NewReader(export[:100]), &failing{})
	if err := ReadJSONLines(broken, func(Row) error { return nil }); !errors.Is(err, errStopped) {
		t.Errorf("from a broken reader: %v, want %v", err, errStopped)
	}
}

// failing fails to read and to write.
type failing struct{}

func (*failing) Read([]byte) (int, error)  { return 0, errStopped }
func (*failing) Write([]byte) (int, error) { return 0, errStopped }

func TestWritersRefuse(t *testing.T) {
	good := encode(t, vote())
	ok := Row{ID: 1, Bytes: good}
	for _, tt := range []struct {
		name    string
		rows    iter.Seq2[Row, error]
		want    error
		csvToo  bool
		entryID string
	}{
		{"rows that end in an error", rows(errStopped, ok), errStopped, true, "after entry 1"},
		{"the same id again", rows(nil, ok, ok), ErrExport, true, "entry 1"},
		{"no id", rows(nil, Row{Bytes: good}), ErrExport, true, "entry 0"},
		{"no bytes", rows(nil, Row{ID: 3}), ErrNotCanonical, true, "entry 3"},
		{"a line end", rows(nil, Row{ID: 3, Bytes: append(good[:len(good):len(good)], '\n')}), ErrNotCanonical, true, "entry 3"},
		{"a hidden row's bytes are looked at too", rows(nil, Row{ID: 3, Bytes: []byte("x"), Hidden: true}), ErrNotCanonical, true, "entry 3"},
		{"a hidden row without hash", rows(nil, Row{ID: 3, Hidden: true, Hash: "x"}), ErrExport, true, "entry 3"},
		{"a large entry", rows(nil, Row{ID: 3, Bytes: append([]byte("{"), make([]byte, MaxEntry)...)}), ErrTooLarge, true, "entry 3"},
		{"words that lie", rows(nil, Row{ID: 3, Bytes: good, Words: []Words{{Hash: said()[0].Hash, Salt: salt, Text: "x"}}}), ErrExport, false, "entry 3"},
		{"words of another entry", rows(nil, Row{ID: 3, Bytes: encode(t, opening()), Words: said()}), ErrExport, false, "entry 3"},
		{"words not UTF-8", rows(nil, Row{ID: 3, Bytes: good, Words: []Words{{Hash: said()[0].Hash, Salt: salt, Text: "\xff"}}}), ErrExport, false, "entry 3"},
		{"words without hash", rows(nil, Row{ID: 3, Bytes: good, Words: []Words{{}}}), ErrExport, false, "entry 3"},
		{"more words than a line holds", rows(nil, Row{ID: 3, Bytes: good, Words: bytes2words(MaxLine / 140)}), ErrTooLarge, false, "entry 3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := WriteJSONLines(io.Discard, tt.rows)
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.entryID) {
				t.Errorf("WriteJSONLines = %v, want %v about %s", err, tt.want, tt.entryID)
			}
			err = WriteCSV(io.Discard, tt.rows)
			if tt.csvToo && (!errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.entryID)) {
				t.Errorf("WriteCSV = %v, want %v about %s", err, tt.want, tt.entryID)
			}
		})
	}
	for _, entry := range []string{`{"v":1`, `{"v": 1}`, `{"place":{"project":0.5},"v":1}`, `{"b":1,"a":1}`} {
		if err := WriteCSV(io.Discard, rows(nil, Row{ID: 3, Bytes: []byte(entry)})); !errors.Is(err, ErrNotCanonical) {
			t.Errorf("WriteCSV of %s = %v, want ErrNotCanonical", entry, err)
		}
	}
	for name, write := range writers {
		if err := write(&failing{}, rows(nil, sample(t)...)); !errors.Is(err, errStopped) {
			t.Errorf("%s to a broken writer = %v, want %v", name, err, errStopped)
		}
	}
}

// bytes2words are n texts, all those of vote.
func bytes2words(n int) []Words {
	var list []Words
	for range n {
		list = append(list, said()...)
	}
	return list
}

var writers = map[string]func(io.Writer, iter.Seq2[Row, error]) error{
	"WriteJSONLines": WriteJSONLines, "WriteCSV": WriteCSV,
}

// A reader of CSV that is not ours sees the entry verbatim, and no formula.
func TestWriteCSV(t *testing.T) {
	list := sample(t)
	var out bytes.Buffer
	if err := WriteCSV(&out, rows(nil, list...)); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "\r") || strings.Contains(out.String(), "rounded") {
		t.Errorf("the export has a CR or words in it:\n%s", &out)
	}
	records, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(records) != 1+len(list) {
		t.Fatalf("%d records, %v, want %d", len(records), err, 1+len(list))
	}
	for i, r := range list {
		record := records[1+i]
		if want := string(r.Bytes); !r.Hidden && record[16] != want {
			t.Errorf("entry %d is %s, want %s", r.ID, record[16], want)
		}
		if r.Hidden && strings.Join(record[2:], "") != "" {
			t.Errorf("the hidden entry %d shows %q", r.ID, record)
		}
		for j, cell := range record {
			if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
				t.Errorf("entry %d: %s may be taken for a formula: %q", r.ID, csvHeader[j], cell)
			}
		}
	}
	if got := records[1]; got[4] != "'-cmd" || got[10] != "'=1+1.csv" || got[13] != "" {
		t.Errorf("actor, path, version of entry 1 are %q, %q, %q", got[4], got[10], got[13])
	}
	if got := records[6]; got[4] != "system" || got[13] != "18" {
		t.Errorf("actor, version of the last entry are %q, %q", got[4], got[13])
	}
}

func TestInert(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "a": "a", "a=b": "a=b", "=1": "'=1", "+1": "'+1", "-1": "'-1", "@a": "'@a", "\ta": "'\ta", "\ra": "'\ra", "\na": "'\na", "'a": "'a",
	} {
		if got := inert(in); got != want {
			t.Errorf("inert(%q) = %q, want %q", in, got, want)
		}
	}
}

// many yields n entries out of one buffer, as a database driver does.
func many(t testing.TB, n int) iter.Seq2[Row, error] {
	entry := encode(t, vote())
	return func(yield func(Row, error) bool) {
		for i := range n {
			if !yield(Row{ID: int64(i + 1), Bytes: entry}, nil) {
				return
			}
		}
	}
}

// What an export needs of memory does not grow with its length.
func TestWriteJSONLinesIsFlat(t *testing.T) {
	allocs := func(n int) float64 {
		list := many(t, n)
		return testing.AllocsPerRun(5, func() {
			if err := WriteJSONLines(io.Discard, list); err != nil {
				t.Fatal(err)
			}
		})
	}
	if few, lots := allocs(10), allocs(10_000); lots > few+5 {
		t.Errorf("10 entries need %.0f allocations, 10,000 need %.0f", few, lots)
	}
}

func FuzzReadJSONLines(f *testing.F) {
	f.Add([]byte(jsonLines(f, sample(f)...)))
	f.Add([]byte(`{"id":1,"hash":"","entry":{}}` + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var got []Row
		err := ReadJSONLines(bytes.NewReader(b), func(r Row) error {
			r.Bytes = bytes.Clone(r.Bytes)
			got = append(got, r)
			return nil
		})
		if err == nil && jsonLines(t, got...) != string(b) {
			t.Errorf("%q is read, but would be written as %q", b, jsonLines(t, got...))
		}
	})
}

const benchRows = 10_000

// BenchmarkExport writes 10,000 entries; "bytes" only writes the entries'
// bytes and line ends, which is what the others are measured by.
func BenchmarkExport(b *testing.B) {
	list := many(b, benchRows)
	plain := func(w io.Writer, rows iter.Seq2[Row, error]) error {
		out := bufio.NewWriterSize(w, 64<<10)
		for row, err := range rows {
			if err != nil {
				return err
			}
			out.Write(row.Bytes)
			out.WriteByte('\n')
		}
		return out.Flush()
	}
	for _, bb := range []struct {
		name  string
		write func(io.Writer, iter.Seq2[Row, error]) error
	}{{"bytes", plain}, {"jsonl", WriteJSONLines}, {"csv", WriteCSV}} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := bb.write(io.Discard, list); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*benchRows/b.Elapsed().Seconds(), "entries/s")
		})
	}
}

func BenchmarkReadJSONLines(b *testing.B) {
	var out bytes.Buffer
	if err := WriteJSONLines(&out, many(b, benchRows)); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := ReadJSONLines(bytes.NewReader(out.Bytes()), func(Row) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*benchRows/b.Elapsed().Seconds(), "entries/s")
}
