package inside

import (
	"regexp"
	"strings"
)

// fewestData is how long a literal of a program is at least, to be read.
const fewestData = 60

// isLibrary reports whether a script says where it begins that it is made for
// everybody, or begins as programs do that are made small.
func isLibrary(text string) bool {
	head := text[:min(len(text), 4000)]
	for {
		before := head
		head = strings.TrimLeft(head, " \t\r\n;!(\"'")
		head = strings.TrimPrefix(strings.TrimPrefix(head, "use strict"), "<![CDATA[")
		switch {
		case strings.HasPrefix(head, "/*"):
			end := strings.Index(head, "*/")
			if end < 0 {
				end = len(head)
			}
			if licensed.MatchString(head[:end]) {
				return true
			}
			head = head[min(end+2, len(head)):]
		case strings.HasPrefix(head, "//"):
			line, rest, _ := strings.Cut(head, "\n")
			if licensed.MatchString(line) {
				return true
			}
			head = rest
		}
		if head == before || head == "" {
			return packed.MatchString(head) || module.MatchString(text[:min(len(text), 4000)])
		}
	}
}

var (
	licensed = regexp.MustCompile(`(?i)copyright|licen[cs]e|@preserve|jquery|bootstrap|\(c\)`)
	module   = regexp.MustCompile(`typeof (?:exports|define|module)\b`)
	packed   = regexp.MustCompile(`^function\s*\([a-z]?,?[a-z]?\)\s*\{\s*(?:['"]use strict['"]|(?:var )?[a-z]=|"object")`)
)

// calls are those by which programs give data to libraries.
var plotlyCall = regexp.MustCompile(`Plotly\.(?:newPlot|react|plot|addTraces|animate)\(`)

// program reads the data that stand in a script.
func (c *content) program(f *Found, t Thing, text string) {
	if len(text) < fewestData || t.Name == "from elsewhere" || t.Name == "in an address" {
		return
	}
	s := &scripted{c: c, f: f, line: t.Line, text: text, library: isLibrary(text)}
	s.left = 4*len(text) + 1000
	for _, look := range []func(){s.plotly, s.literals, s.places} {
		s.at = &place{text: text, line: s.line}
		look()
	}
}

// scripted is a script whose data are looked for.
type scripted struct {
	c       *content
	f       *Found
	at      *place // goes forward
	line    int64  // of its beginning
	text    string
	library bool
	left    int // bytes that may still be read, some of them again
	taken   []int
}

func (s *scripted) piece(at int) Piece {
	return Piece{Kind: Data, Name: "a script", Line: s.c.place(s.at.to(at))}
}

// plotly reads what is given to plotly: where it is drawn, traces, and a layout.
func (s *scripted) plotly() {
	for _, found := range plotlyCall.FindAllStringIndex(s.text, mostAsked) {
		p := s.piece(found[0])
		l := &literal{s: s.text, i: found[1], line: int32(p.Line), budget: &s.c.values, code: true} //nolint:gosec // a file has fewer lines
		var traces []value
		layout := &value{}
		for range 4 {
			l.space()
			begins := l.i
			v, ok := l.value(0)
			switch {
			case !ok:
				l.i = begins + expression(s.text[begins:min(len(s.text), begins+300)])
			case v.kind == isList && traces == nil:
				traces = v.more.list
				s.taken = append(s.taken, begins, l.i)
			case v.kind == isObject && traces == nil && isFigure(&v):
				traces, layout = v.get("data").items(), firstValue(v.get("layout"), layout)
				s.taken = append(s.taken, begins, l.i)
			case v.kind == isObject:
				layout = &v
				s.taken = append(s.taken, begins, l.i)
			}
			if l.space(); l.i >= len(s.text) || s.text[l.i] != ',' || layout.kind == isObject && traces != nil {
				break
			}
			l.i++
		}
		s.c.limits(l)
		r := &reading{c: s.c, f: s.f, p: p}
		r.plotly(traces, layout)
	}
}

// expression is how long an expression is, up to a comma outside of its
// brackets.
func expression(text string) int {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth < 0 {
				return len(text)
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return len(text)
}

// literals reads the other literals of the script that are data.
func (s *scripted) literals() {
	for i := 0; i < len(s.text); i++ {
		c := s.text[i]
		if c != '[' && c != '{' && c != '\'' && c != '"' && c != '`' {
			continue
		}
		if end := s.isTaken(i); end > i {
			i = end - 1
			continue
		}
		if s.left <= 0 {
			s.c.miss("a script at line %s, whose data were looked for only in its beginning", count(s.c.place(s.at.to(i))))
			return
		}
		begins := i
		l := &literal{s: s.text, i: i, line: 1, budget: &s.c.values, code: true}
		kept := s.c.values
		v, ok := l.value(0)
		s.left -= l.i - begins + 1
		if !ok {
			s.c.values = kept
			continue
		}
		i = l.i - 1
		if l.i-begins < fewestData || !s.means(&v) {
			s.c.values = kept
			continue
		}
		s.c.limits(l)
		p := s.piece(begins)
		shift(&v, int32(p.Line)-1) //nolint:gosec // a file has fewer lines
		r := &reading{c: s.c, f: s.f, p: p}
		r.walk(&v, assigned(s.text[:begins]), 0)
	}
}

// shift moves the lines of a value that was read as if it began the file.
func shift(v *value, by int32) {
	v.line += by
	for i := range v.items() {
		shift(&v.more.list[i], by)
	}
}

func (s *scripted) isTaken(at int) int {
	for i := 0; i < len(s.taken); i += 2 {
		if at >= s.taken[i] && at < s.taken[i+1] {
			return s.taken[i+1]
		}
	}
	return 0
}

// means reports whether a literal is data that somebody put into the script,
// and not a table that a library needs.
func (s *scripted) means(v *value) bool {
	switch v.kind {
	case isText:
		first := strings.TrimSpace(v.text)
		return !s.library && first != "" && (first[0] == '{' || first[0] == '[') && isJSON(first) || strings.HasPrefix(first, "data:text/csv") || !s.library && looksDelimited(first)
	case isList:
		if len(v.items()) < fewestRows && !isTraces(v) {
			return false
		}
	}
	if !s.library {
		return true
	}
	const fewest = 10 // rows that a library has of nothing of its own
	return v.kind == isList && len(v.items()) >= fewest && mostAre(v.items(), isObject) && numbersIn(v) >= 2*fewest
}

func isTraces(v *value) bool { return len(v.items()) > 0 && isTrace(&v.more.list[0]) }

// looksDelimited reports whether a text has lines with the same number of
// commas.
func looksDelimited(text string) bool {
	lines := strings.SplitN(text, "\n", 5)
	if len(lines) < 4 {
		return false
	}
	n := strings.Count(lines[0], ",")
	return n > 0 && strings.Count(lines[1], ",") == n && strings.Count(lines[2], ",") == n
}

// numbersIn counts the numbers of the first objects of a list.
func numbersIn(v *value) (n int) {
	for i := range v.items() {
		for _, x := range v.more.list[i].items() {
			if x.kind == isNumber {
				n++
			}
		}
	}
	return n
}

// assigned is the name to which a literal is assigned, if it is.
func assigned(before string) string {
	before = strings.TrimRight(before[max(0, len(before)-80):], " \t\r\n(")
	before, ok := strings.CutSuffix(before, "=")
	if !ok {
		return ""
	}
	words := strings.FieldsFunc(before, func(r rune) bool { return r > '~' || !isLetter(byte(r&0x7f)) && r != '_' && (r < '0' || r > '9') })
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}

// The calls by which folium, and people, put places and words on a map.
var (
	placed = regexp.MustCompile(`\bL\.(?:marker|circleMarker|circle)\(\s*\[\s*(-?[0-9.]+)\s*,\s*(-?[0-9.]+)\s*\]`)
	popups = regexp.MustCompile("\\$\\(\\s*`(<[^`]{1,1000})`")
)

// places reads single places of a map.
func (s *scripted) places() {
	if s.library || !strings.Contains(s.text, "L.") {
		return
	}
	found := placed.FindAllStringSubmatchIndex(s.text, 20_000)
	if len(found) > 0 {
		p := s.piece(found[0][0])
		p.Name, p.Names, p.Chart = "leaflet places", []string{"latitude", "longitude"}, &Chart{Points: true}
		out := s.c.sink.Table(s.c.part(p))
		for _, m := range found {
			out.Row([]string{s.text[m[2]:m[3]], s.text[m[4]:m[5]]}, s.c.place(s.at.to(m[0])), false)
		}
		out.End()
	}
	var list []value
	for _, m := range popups.FindAllStringSubmatchIndex(s.text, 20_000) {
		list = append(list, value{kind: isText, line: int32(s.at.to(m[0])), text: s.text[m[2]:m[3]]}) //nolint:gosec // a file has fewer lines
	}
	if len(list) == 0 {
		return
	}
	p := Piece{Kind: Data, Name: "leaflet words", Line: int64(list[0].line)}
	s.c.columns(p, []column{{"words", list}})
}
