package checks

import (
	"bytes"
	"strings"
)

// contentOf is the type of file that is looked into, by its name and by its
// first bytes; "" for tables and texts.
func contentOf(kind string, start []byte) string {
	if _, ok := contentKinds[kind]; ok {
		return kind
	}
	head := strings.ToLower(string(bytes.TrimLeft(start[:min(len(start), 200)], "\xef\xbb\xbf \t\r\n")))
	switch {
	case strings.HasPrefix(head, "<!doctype html"), strings.HasPrefix(head, "<html"):
		return "html"
	case strings.HasPrefix(head, "<svg"), strings.HasPrefix(head, "<?xml") && bytes.Contains(start[:min(len(start), 2000)], []byte("<svg")):
		return "svg"
	case strings.HasPrefix(head, "\x89png\r\n"), strings.HasPrefix(string(start), "\xff\xd8\xff"):
		return "png"
	}
	return ""
}

// sniff finds what stands between the fields of a text, and whether it is a
// table at all. A file that is called one is.
func sniff(text []byte, called bool) (delimiter byte, is bool) {
	delimiter = ','
	best := 0.0
	for _, d := range []byte(",\t;|") {
		if d == '|' && !called {
			continue // of a text: boxed
		}
		if score := evenness(text, d); score > best {
			best, delimiter = score, d
		}
	}
	if called {
		return delimiter, true
	}
	if delimiter != '\t' && best < 1.5 { // a sentence has commas too
		return delimiter, best >= 1 && bytes.Count(text, []byte("\n")) > 2
	}
	return delimiter, best >= 0.5 // in prose there are no tabs
}

// evenness is how many of the first records have as many fields as most have,
// if those are several: 1 for all, and a little more for more fields.
func evenness(text []byte, delimiter byte) float64 {
	r := newRecords(bytes.NewReader(text), delimiter)
	counts := map[int]int{}
	all := 0
	for all < 200 {
		if r.next() != nil {
			break
		}
		if n := len(r.fields); n > 0 && (n > 1 || len(trim(r.fields[0])) > 0) {
			counts[n]++
			all++
		}
	}
	most, fields := 0, 0
	for n, count := range counts {
		if n > 1 && (count > most || count == most && n > fields) {
			most, fields = count, n
		}
	}
	if all == 0 || most == 0 {
		return 0
	}
	return float64(most)/float64(all) + min(float64(fields), 50)/1000
}

// commas reports whether the numbers of a table are written with a comma where
// others have a point: some are, and none is the other way.
func (g *grammar) commas(text []byte, delimiter byte) bool {
	if delimiter == ',' {
		return false
	}
	r := newRecords(bytes.NewReader(text), delimiter)
	comma, point := 0, 0
	other := grammar{comma: true}
	for range 500 {
		if err := r.next(); err != nil {
			break
		}
		for _, f := range r.fields {
			f = trim(f)
			if len(f) > longest || bytes.IndexByte(f, ',') < 0 && bytes.IndexByte(f, '.') < 0 {
				continue
			}
			a, b := g.isNumber(f), other.isNumber(f)
			switch {
			case a && !b:
				point++
			case b && !a:
				comma++
			}
		}
	}
	return comma > 0 && point == 0
}
