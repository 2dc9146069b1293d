package inside

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	mostLabels = 20_000 // words of a drawing that are put together
	sameLine   = 3.0    // units by which words of a line differ
	fewestSign = 5      // signs drawn as shapes that are words
)

// label is what a drawing writes at a place.
type label struct {
	x, y   float64
	text   strings.Builder
	line   int64
	hidden bool
}

// lettering is what a drawing writes.
type lettering struct {
	labels []*label
	open   *label
	depth  int
	x, y   []float64 // how far groups are moved, by depth
	signs  int64     // that are drawn as shapes
	texts  int64     // elements with words
	page   *page     // of a part in HTML; nil outside of one
	within int       // the depth of that part
}

// begin reads a start tag.
func (l *lettering) begin(e *element, depth int, hidden bool) {
	dx, dy := moved(e.value("transform"))
	for len(l.x) <= depth {
		l.x, l.y = append(l.x, 0), append(l.y, 0)
	}
	before := max(0, depth-1)
	l.x[depth], l.y[depth] = l.x[before]+dx, l.y[before]+dy
	switch e.name {
	case "text":
		l.texts++
		l.start(e, depth, hidden, 0, 0)
		l.depth = depth
	case "tspan":
		if l.open == nil {
			return
		}
		_, x := e.get("x")
		_, y := e.get("y")
		_, dy := e.get("dy")
		if (x && y || y || dy) && l.open.text.Len() > 0 {
			l.start(e, depth, hidden, l.open.x, l.open.y)
		}
	case "use":
		if strings.HasPrefix(firstOf(e.value("href"), e.value("xlink:href")), "#") {
			l.signs++
		}
	}
}

// start begins a label. What the element does not say is as it was.
func (l *lettering) start(e *element, depth int, hidden bool, x, y float64) {
	if len(l.labels) >= mostLabels {
		l.open = nil
		return
	}
	at := func(name string, otherwise, by float64) float64 {
		v, err := strconv.ParseFloat(strings.TrimRight(firstWord(e.value(name)), "pxemt"), 64)
		if err != nil {
			return otherwise
		}
		return v + by
	}
	l.open = &label{x: at("x", x, l.x[depth]), y: at("y", y, l.y[depth]), line: e.line, hidden: hidden}
	if x == 0 && e.value("x") == "" {
		l.open.x = l.x[depth]
	}
	if y == 0 && e.value("y") == "" {
		l.open.y = l.y[depth]
	}
	if dy, err := strconv.ParseFloat(strings.TrimRight(e.value("dy"), "pxemt"), 64); err == nil && e.name == "tspan" {
		l.open.y += dy * map[bool]float64{true: 10, false: 1}[strings.HasSuffix(e.value("dy"), "em")]
	}
	l.labels = append(l.labels, l.open)
}

func firstWord(s string) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' })
	if len(words) == 0 {
		return ""
	}
	return words[0]
}

func (l *lettering) say(text string) {
	if l.open != nil && l.open.text.Len() < mostCell {
		l.open.text.WriteString(text)
	}
}

func (l *lettering) end(depth int) {
	if l.open != nil && depth == l.depth {
		l.open = nil
	}
}

var (
	translated = regexp.MustCompile(`translate\(\s*(-?[0-9.eE+-]+)[\s,]*(-?[0-9.eE+-]+)?`)
	matrixed   = regexp.MustCompile(`matrix\(([^)]*)\)`)
)

// moved is how far a transformation moves things. How it turns them is left
// out: words of a line stay in it.
func moved(transform string) (x, y float64) {
	if transform == "" {
		return 0, 0
	}
	if m := translated.FindStringSubmatch(transform); m != nil {
		x, _ = strconv.ParseFloat(m[1], 64) // what is no number does not move
		y, _ = strconv.ParseFloat(m[2], 64)
		return x, y
	}
	if m := matrixed.FindStringSubmatch(transform); m != nil {
		if n := strings.FieldsFunc(m[1], func(r rune) bool { return r == ' ' || r == ',' }); len(n) == 6 {
			x, _ = strconv.ParseFloat(n[4], 64)
			y, _ = strconv.ParseFloat(n[5], 64)
		}
	}
	return x, y
}

// lines are the labels in lines, from above, each from the left.
func (l *lettering) lines() [][]*label {
	list := slices.Clone(l.labels)
	slices.SortStableFunc(list, func(a, b *label) int { return cmp.Compare(a.y, b.y) })
	var out [][]*label
	for _, x := range list {
		if strings.TrimSpace(x.text.String()) == "" {
			continue
		}
		if n := len(out); n > 0 && x.y-out[n-1][0].y <= sameLine {
			out[n-1] = append(out[n-1], x)
			continue
		}
		out = append(out, []*label{x})
	}
	for _, line := range out {
		slices.SortStableFunc(line, func(a, b *label) int { return cmp.Compare(a.x, b.x) })
	}
	return out
}

// finish gives what is written on: tables of numbers at risk, labels that say a
// number, and all words line by line.
func (l *lettering) finish(c *content) {
	lines := l.lines()
	l.atRisk(c, lines)
	l.numbers(c)
	for _, line := range lines {
		for _, x := range line {
			p := Piece{Name: "label", Line: x.line}
			if x.hidden {
				p.Kind = Hidden
			}
			if said := x.said(); !sayN.MatchString(said) {
				c.text(p, said)
			}
		}
	}
	if l.signs >= fewestSign && l.texts == 0 {
		c.miss("words that are drawn as shapes (%s signs): only what comments beside them say was looked at", count(l.signs))
	}
}

func (x *label) said() string { return strings.Join(strings.Fields(x.text.String()), " ") }

var (
	riskHead = regexp.MustCompile(`(?i)\b(?:at risk|risk table|number of events|n\.? ?events|cumulative events|censored|number censored)\b`)
	aNumber  = regexp.MustCompile(`^[<≤]?-?[0-9][0-9,. ]*$|^\[REDACTED\]$|^-+$|^\*$`)
	sayN     = regexp.MustCompile(`(?i)^(.*?)[\s(\[]*\bn\s*=\s*([0-9][0-9,]*)\b`)
)

// atRisk gives the numbers on that stand in lines below a word that says what
// they are.
func (l *lettering) atRisk(c *content, lines [][]*label) {
	head := ""
	var out Rows
	for _, line := range lines {
		for _, x := range line {
			if riskHead.MatchString(x.said()) && len(x.said()) < 100 {
				if out != nil {
					out.End()
				}
				head, out = x.said(), nil
			}
		}
		name, numbers := rowOf(line)
		if head == "" || len(numbers) < 2 || evenSteps(numbers) {
			continue
		}
		if out == nil {
			p := Piece{Name: "numbers below a figure", Line: line[0].line, Names: []string{"group"}}
			for i := range numbers {
				p.Names = append(p.Names, "n "+riskWord(head)+" "+strconv.Itoa(i+1))
			}
			out = c.sink.Table(c.part(p))
		}
		out.Row(append([]string{name}, numbers...), c.place(line[len(line)-1].line), false)
	}
	if out != nil {
		out.End()
	}
}

// riskWord is what numbers below a heading are.
func riskWord(head string) string {
	if strings.Contains(strings.ToLower(head), "risk") {
		return "at risk"
	}
	return "events"
}

// rowOf splits a line of a drawing into what it says of its numbers, and those.
func rowOf(line []*label) (name string, numbers []string) {
	for _, x := range line {
		text := x.said()
		switch {
		case aNumber.MatchString(text):
			numbers = append(numbers, text)
		case len(numbers) == 0:
			name = strings.TrimSpace(name + " " + text)
		}
	}
	return name, numbers
}

// evenSteps reports whether numbers are those of an axis.
func evenSteps(numbers []string) bool {
	var last, step float64
	for i, text := range numbers {
		v, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", ""), 64)
		if err != nil {
			return false
		}
		switch {
		case i == 1:
			step = v - last
		case i > 1 && (v-last-step > 1e-6 || step-v+last > 1e-6):
			return false
		}
		last = v
	}
	return len(numbers) > 2 && step != 0 || len(numbers) == 2 && step > 0
}

// numbers gives the labels on that say how many they stand for: n = 12.
func (l *lettering) numbers(c *content) {
	var out Rows
	for _, x := range l.labels {
		m := sayN.FindStringSubmatch(x.said())
		if m == nil {
			continue
		}
		if out == nil {
			out = c.sink.Table(c.part(Piece{Name: "labels of the figure", Line: x.line, Names: []string{"label", "n"}}))
		}
		out.Row([]string{m[1], m[2]}, c.place(x.line), false)
	}
	if out != nil {
		out.End()
	}
}
