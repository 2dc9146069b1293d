package checks

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"
)

// repeated is a large file that is not kept: a beginning, one piece over and
// over, and an end.
type repeated struct {
	head, piece, tail string
	size              int64
}

func newRepeated(head, piece, tail string, size int64) *repeated {
	n := max(0, size-int64(len(head))-int64(len(tail))) / int64(len(piece))
	return &repeated{head, piece, tail, int64(len(head)) + n*int64(len(piece)) + int64(len(tail))}
}

func (r *repeated) ReadAt(p []byte, at int64) (int, error) {
	n := 0
	for n < len(p) && at+int64(n) < r.size {
		from := at + int64(n)
		switch end := r.size - int64(len(r.tail)); {
		case from < int64(len(r.head)):
			n += copy(p[n:], r.head[from:])
		case from >= end:
			n += copy(p[n:], r.tail[from-end:])
		default:
			rest := r.piece[(from-int64(len(r.head)))%int64(len(r.piece)):]
			n += copy(p[n:], rest[:min(int64(len(rest)), end-from)])
		}
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// mostMemory is what looking at any file may take beside what is there before.
const mostMemory = 200 << 20

// peak is the most memory that is in use while something is done.
func peak(do func()) (most uint64) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before := m.HeapAlloc
	done := make(chan struct{})
	measured := make(chan uint64)
	go func() {
		var most uint64
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				measured <- most
				return
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
		}
	}()
	do()
	close(done)
	if most = <-measured; most < before {
		return 0
	}
	return most - before
}

// bombs are files that are made to take long, or much, to be looked into; each
// with words that the report must have for it.
func bombs() []struct {
	name, file string
	r          *repeated
	says       string
} {
	const mib = 1 << 20
	zeros := func(n int64) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = io.CopyN(w, zeroes{}, n) // a buffer takes all
		_ = w.Close()
		return b.String()
	}
	return []struct {
		name, file string
		r          *repeated
		says       string
	}{
		{"nested tags", "a.html", newRepeated("<html>", "<b><i>", "", 100*mib), "only the first 64 MiB"},
		{"nested tables", "a.html", newRepeated("", "<table><tr><td>1", "", 8*mib), "tables that are more than"},
		{"a cell over all columns and rows", "a.html", newRepeated("<table>", "<tr><td colspan=4000 rowspan=2000>5</td></tr>", "", 4*mib), "cells of tables after"},
		{"lists in lists", "a.json", newRepeated("", "[", "", mib), "deep in each other"},
		{"objects in objects", "a.json", newRepeated("", `{"a":`, "", 6*mib), "deep in each other"},
		{"lists in lists in a script", "a.html", newRepeated("<script>var x = ", "[", "</script>", 2*mib), ""},
		{"brackets of a script", "a.html", newRepeated("<script>", "[1,[2,{", "</script>", 8*mib), ""},
		{"quotes of a script", "a.html", newRepeated("<script>", `"'`, "</script>", 8*mib), ""},
		{"a file of 50 MiB in an attribute", "a.html", newRepeated("<img src=\"data:image/png;base64,", "QUJDRA", "\">", 50*mib), "cannot be decoded, or is too large"},
		{"an attribute of 50 MiB", "a.html", newRepeated("<div data-x=\"", "12,", "\">", 50*mib), "of a form that is not known"},
		{"a tag that never ends", "a.html", newRepeated("<p>", "<a b='", "", 20*mib), ""},
		{"a comment of 50 MiB", "a.html", newRepeated("<!--", "1,2,3,4\n", "-->", 50*mib), ""},
		{"a million comments", "a.html", newRepeated("", "<!-- a 1 -->", "", 12*mib), ""},
		{"a million comments of numbers", "a.html", newRepeated("", "<!--1,22,333,444-->", "", 19*mib), ""},
		{"a widget of 200 MiB", "a.html", newRepeated(`<div></div><script type="application/json" data-for="w">{"x":{"data":[{"type":"scatter","x":[`, "12.5,", `]}],"layout":{}}}</script>`, 200*mib), "only the first 64 MiB"},
		{"a widget of 60 MiB", "a.html", newRepeated(`<div></div><script type="application/json" data-for="w">{"x":{"data":[{"type":"scatter","x":[`, "12.5,", `1]}],"layout":{}}}</script>`, 60*mib), "only the first of them"},
		{"data of 60 MiB", "a.json", newRepeated("[", `{"n":12,"age":5},`, `{"n":1}]`, 60*mib), "only the first of them"},
		{"a text of 60 MiB in data", "a.json", newRepeated(`{"a":"`, "1,2\\n", `"}`, 60*mib), ""},
		{"base64 of 60 MiB", "a.html", newRepeated("<p>", "QUJDRAQU", "</p>", 60*mib), "base64"},
		{"a drawing that is zeros when it is unpacked", "a.svgz", newRepeated(zeros(1<<30), " ", "", 1), "larger than is unpacked"},
		{"a picture that is a bomb, embedded", "a.html", newRepeated("<a href='data:application/gzip;base64,"+base64.StdEncoding.EncodeToString([]byte(zeros(200*mib)))+"'>", " ", "</a>", 1), "larger than is unpacked"},
		{"deep elements of a drawing", "a.svg", newRepeated("<svg>", "<g>", "", 10*mib), "deep in each other"},
		{"words of a drawing", "a.svg", newRepeated("<svg>", "<text x='1' y='2'>n=3</text>", "</svg>", 20*mib), ""},
		{"an attribute of a drawing", "a.svg", newRepeated("<svg><path d='", "M0 0 ", "'/></svg>", 22*mib), ""},
		{"styles", "a.html", newRepeated("<style>", ".a,.b{display:none}", "</style>", 10*mib), ""},
		{"data in strings in data", "a.json", newRepeated(`"`, `[\"[`, `"`, mib), ""},
		{"a picture that claims 10,000,000,000 pixels", "a.png", newRepeated(string(hugePNG()), "\x00", "", 1), "not so"},
		{"Markdown of brackets", "a.md", newRepeated("", "[](<", "", 10*mib), ""},
	}
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// hugePNG is a picture whose header says 100,000 × 100,000 pixels.
func hugePNG() []byte {
	b := pngWith("", "")
	copy(b[16:], "\x00\x01\x86\xa0\x00\x01\x86\xa0")
	return b
}

// What is made to defeat looking does not: it takes bounded time and memory,
// and the report says what was not looked at.
func TestHostileContentsAreBounded(t *testing.T) {
	for _, b := range bombs() {
		var r *Report
		var err error
		started := time.Now()
		used := peak(func() {
			r, err = Check(t.Context(), File{Name: b.file, Bytes: b.r, Size: b.r.size}, DefaultProfile())
		})
		took := time.Since(started)
		if err != nil {
			t.Errorf("%s: %v", b.name, err)
			continue
		}
		t.Logf("%s: %v, %d MiB, %d findings, not examined: %.200q", b.name, took.Round(time.Millisecond), used>>20, len(r.Findings), r.NotExamined)
		if took > longestCheck || used > mostMemory {
			t.Errorf("%s took %v and %d MiB", b.name, took, used>>20)
		}
		if said := fmt.Sprint(r.NotExamined, all(r)); !strings.Contains(said, b.says) {
			t.Errorf("%s: %s, want %q", b.name, said, b.says)
		}
	}
}
