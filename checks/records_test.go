package checks

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// readAll reads the records of a text, each as its row, line and fields.
func readAll(t *testing.T, r *records) []string {
	t.Helper()
	var out []string
	for {
		err := r.next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		fields := make([]string, len(r.fields))
		for i, f := range r.fields {
			fields[i] = string(f)
		}
		out = append(out, fmt.Sprintf("%d@%d %q", r.row, r.line, fields))
	}
}

func TestRecords(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"plain", "a,b\n1,2\n", []string{`0@1 ["a" "b"]`, `1@2 ["1" "2"]`}},
		{"no end", "a,b\n1,2", []string{`0@1 ["a" "b"]`, `1@2 ["1" "2"]`}},
		{"returns", "a,b\r\n1,2\r\r\n", []string{`0@1 ["a" "b"]`, `1@2 ["1" "2"]`}},
		{"blank lines", "a\n\n\r\nb\n", []string{`0@1 ["a"]`, `1@2 []`, `2@3 []`, `3@4 ["b"]`}},
		{"uneven", "a,b\n1\n1,2,3\n", []string{`0@1 ["a" "b"]`, `1@2 ["1"]`, `2@3 ["1" "2" "3"]`}},
		{"quotes", "\"a,b\",\"say \"\"x\"\"\",\"\"\n", []string{`0@1 ["a,b" "say \"x\"" ""]`}},
		{"over lines", "\"a\nb\",2\n3,4\n", []string{`0@1 ["a\nb" "2"]`, `1@3 ["3" "4"]`}},
		{"bare quote", "5\" pipe,2\n3,4\n", []string{`0@1 ["5\" pipe" "2"]`, `1@2 ["3" "4"]`}},
		{"text after a quote", "\"a\"b,2\n", []string{`0@1 ["ab" "2"]`}},
		{"never closed", "\"a,1\nb,2\nc,3", []string{`0@1 ["\"a" "1"]`, `1@2 ["b" "2"]`, `2@3 ["c" "3"]`}},
		{"ends in quotes", "a,\"b\"", []string{`0@1 ["a" "b"]`}},
		{"ends in a delimiter", "a,\n\"b\",\n", []string{`0@1 ["a" ""]`, `1@2 ["b" ""]`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, chunk := range []int{1, 3, 1 << 20} {
				r := newRecords(&chunks{c.text, chunk}, ',')
				if diff := cmp.Diff(c.want, readAll(t, r)); diff != "" {
					t.Errorf("in pieces of %d (-want +got):\n%s", chunk, diff)
				}
			}
		})
	}
}

// chunks is read a few bytes at a time.
type chunks struct {
	text string
	size int
}

func (c *chunks) Read(p []byte) (int, error) {
	if c.text == "" {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), c.size)], c.text)
	c.text = c.text[n:]
	return n, nil
}

func TestRecordsAreBounded(t *testing.T) {
	long := strings.Repeat("x", 5<<20)
	r := newRecords(strings.NewReader("a,b\n"+long+",1\nc,d\n"), ',')
	got := readAll(t, r)
	if len(got) != 3 || got[2] != `2@3 ["c" "d"]` || r.noted.long != 1 || r.noted.longLine != 2 {
		t.Errorf("a line of 5 MiB: %d records, the last %s, noted %+v", len(got), got[len(got)-1][:20], r.noted)
	}
	if len(r.buf) > 4*maxRecord {
		t.Errorf("the buffer has grown to %d bytes", len(r.buf))
	}
	r = newRecords(strings.NewReader(strings.Repeat(",", 10_000)+"\n"), ',')
	if got := readAll(t, r); len(got) != 1 || r.noted.many != 1 || len(r.fields) != maxColumns {
		t.Errorf("10,000 columns: %d fields, noted %+v", len(r.fields), r.noted)
	}
	open := strings.Repeat("\"a,b\n", 200_000) // every line opens a quote that the next closes, and opens
	r = newRecords(strings.NewReader("\"x\n"+open), ',')
	if got := readAll(t, r); len(got) < 2 {
		t.Errorf("quotes that are never closed: %d records", len(got))
	}
}

func TestDecoded(t *testing.T) {
	for _, c := range []struct{ name, bytes, want, encoding string }{
		{"UTF-8 with a mark", "\xef\xbb\xbfa,≤7\n", "a,≤7\n", encodedUTF8},
		{"UTF-16, little end first", "\xff\xfea\x00,\x00\x64\x22\n\x00", "a,≤\n", encodedUTF16},
		{"UTF-16, big end first", "\xfe\xff\x00a\x00,\x22\x64\x00\n", "a,≤\n", encodedUTF16},
		{"Windows", "a,1\x96 2\xa3\n", "a,1– 2£\n", encodedLatin},
		{"old Mac", "a,b\rc,d\r", "a,b\nc,d\n", encodedUTF8},
	} {
		t.Run(c.name, func(t *testing.T) {
			name, order, skip := encodingOf([]byte(c.bytes))
			got, err := io.ReadAll(decoded(strings.NewReader(c.bytes[skip:]), name, order, onlyMac([]byte(c.bytes))))
			if err != nil || string(got) != c.want || name != c.encoding {
				t.Errorf("%q is %q in %s (%v), want %q in %s", c.bytes, got, name, err, c.want, c.encoding)
			}
		})
	}
}
