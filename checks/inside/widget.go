package inside

import (
	"slices"
	"strconv"
	"strings"
)

// isLeaflet reports whether a list is one of calls, as leaflet keeps them.
func isLeaflet(v *value) bool {
	return v != nil && v.kind == isList && mostAre(v.items(), isObject) && v.more.list[0].get("method") != nil && v.more.list[0].get("args") != nil
}

// leaflet reads what is drawn on a map: places, and the words above them.
func (r *reading) leaflet(calls []value) {
	for i := range calls {
		method, args := calls[i].says("method"), calls[i].get("args").itemsOr()
		if method == "addProviderTiles" || method == "addTiles" || method == "addLegend" || len(args) == 0 {
			continue
		}
		byLength := map[int][]column{}
		longest := 0
		for n := range args {
			list := r.c.list(&args[n])
			if len(list) == 0 || !cellLike(list) {
				if args[n].kind == isObject && n == 0 {
					r.walk(&args[n], method, 1)
				}
				if args[n].kind == isText {
					r.words(&args[n])
				}
				continue
			}
			name := "argument " + strconv.Itoa(n+1)
			if n < 2 && (strings.Contains(method, "Marker") || strings.Contains(method, "Circle")) {
				name = []string{"latitude", "longitude"}[n]
			} else if mostAre(list, isText) {
				name = "words"
			}
			byLength[len(list)] = append(byLength[len(list)], column{name, list})
			longest = max(longest, len(list))
		}
		var lengths []int
		for n := range byLength {
			lengths = append(lengths, n)
		}
		slices.Sort(lengths)
		for _, n := range lengths {
			if n < fewestRows && n < longest {
				continue
			}
			p := r.piece("", calls[i].line)
			p.Name, p.Chart = "leaflet "+method, &Chart{Points: true}
			r.given++
			r.c.columns(p, byLength[n])
		}
	}
}

// dataTable reads the data of a table that a script shows: its columns, with
// the names of the table that it fills.
func (r *reading) dataTable(v *value) {
	names := headNames(v.says("container"))
	data := v.get("data")
	if data.kind == isObject {
		r.walk(data, "data", 1)
		return
	}
	p := r.piece("", data.line)
	p.Name, p.Chart = "table of a script", &Chart{Unshown: nil}
	hidden := map[string]bool{}
	for _, d := range v.at("options", "columnDefs").itemsOr() {
		if d.says("visible") != "false" {
			continue
		}
		targets := d.get("targets")
		for _, t := range append(targets.itemsOr(), *firstValue(targets, &value{})) {
			if t.kind == isNumber {
				hidden[t.text] = true
			}
		}
	}
	var cols []column
	for i := range data.items() {
		list := r.c.list(&data.more.list[i])
		name := "column " + strconv.Itoa(i+1)
		if i < len(names) {
			name = names[i]
		}
		if hidden[strconv.Itoa(i)] {
			p.Chart.Unshown = append(p.Chart.Unshown, firstOf(name, "column "+strconv.Itoa(i+1)))
		}
		if cellLike(list) {
			cols = append(cols, column{name, list})
		}
	}
	r.given++
	r.c.columns(p, cols)
}

// headNames are the names of the columns of an empty table.
func headNames(container string) []string {
	var names []string
	for {
		i := strings.Index(container, "<th")
		if i < 0 || len(names) > mostNames {
			return names
		}
		container = container[i+3:]
		if strings.HasPrefix(container, "ead") {
			continue
		}
		_, rest, ok := strings.Cut(container, ">")
		text, after, closed := strings.Cut(rest, "</th>")
		if !ok || !closed {
			return names
		}
		names = append(names, plainText(text))
		container = after
	}
}

// named reads lists with their names beside them.
func (r *reading) named(names []value, data *value, what string) {
	var cols []column
	for i := range data.items() {
		name := "column " + strconv.Itoa(i+1)
		if i < len(names) {
			name = cellText(&names[i])
		}
		if list := r.c.list(&data.more.list[i]); len(list) > 0 && cellLike(list) {
			cols = append(cols, column{name, list})
		}
	}
	p := r.piece("", data.line)
	p.Name = what
	r.given++
	r.c.columns(p, cols)
}

// series reads the series of Highcharts and echarts.
func (r *reading) series(v *value) {
	series := v.get("series")
	list := series.itemsOr()
	if series.kind == isObject {
		list = []value{*series}
	}
	labels := r.c.list(firstList2(v, "xAxis", "categories"))
	if len(labels) == 0 {
		labels = r.c.list(firstList2(v, "xAxis", "data"))
	}
	for i := range list {
		data := list[i].get("data")
		if data == nil || data.kind != isList || len(data.items()) == 0 {
			continue
		}
		p := r.piece("", list[i].line)
		p.Name = strings.TrimSpace("chart " + list[i].says("type") + " " + quotedName(list[i].says("name")))
		kind := list[i].says("type")
		p.Chart = &Chart{Points: kind == "scatter" || kind == "bubble" || kind == "effectScatter"}
		r.given++
		if mostAre(data.items(), isObject) {
			r.c.records(p, data.items())
			continue
		}
		var cols []column
		if len(labels) == len(data.items()) {
			cols = append(cols, column{firstOf(axisName(v, "xAxis"), "x"), labels})
		}
		if cellLike(data.items()) {
			r.c.columns(p, append(cols, column{firstOf(axisName(v, "yAxis"), list[i].says("name"), "y"), data.items()}))
		}
	}
	for _, n := range []string{"dataset", "data"} {
		if x := v.get(n); x != nil {
			r.walk(x, n, 1)
		}
	}
}

// axisName is what an axis of a chart is called.
func axisName(v *value, axis string) string {
	a := v.get(axis)
	if a != nil && a.kind == isList && len(a.items()) > 0 {
		a = &a.more.list[0]
	}
	return firstOf(a.says("title", "text"), a.says("name"))
}

// firstList2 is a list of an axis, of which there may be several.
func firstList2(v *value, axis, name string) *value {
	a := v.get(axis)
	if a != nil && a.kind == isList && len(a.items()) > 0 {
		a = &a.more.list[0]
	}
	return a.get(name)
}

// chartJS reads the data of Chart.js.
func (r *reading) chartJS(v *value) {
	cols := []column{{"label", r.c.list(v.get("labels"))}}
	for _, d := range v.get("datasets").itemsOr() {
		list := r.c.list(d.get("data"))
		if mostAre(list, isObject) {
			p := r.piece(d.says("label"), d.line)
			p.Chart = &Chart{Points: true}
			r.given++
			r.c.records(p, list)
			continue
		}
		if cellLike(list) {
			cols = append(cols, column{firstOf(d.says("label"), "y"), list})
		}
	}
	r.given++
	r.c.columns(r.piece("chart", v.line), cols)
}

// notebook reads what the cells of a notebook gave out, and their code.
func (r *reading) notebook(v *value) {
	for _, cell := range v.get("cells").itemsOr() {
		p := r.piece("", cell.line)
		p.Name = "cell"
		r.c.lines(p, cell.get("source"))
		for _, out := range cell.get("outputs").itemsOr() {
			p := Piece{Kind: r.p.Kind, Name: "output of a cell", Line: int64(out.line)}
			r.c.lines(p, out.get("text"))
			r.c.lines(p, out.get("traceback"))
			if data := out.get("data"); data != nil && data.kind == isObject {
				r.output(p, data)
			}
		}
		for i := range cell.get("attachments").itemsOr() {
			if a := cell.get("attachments").more.list[i]; a.kind == isObject {
				r.output(p, &a)
			}
		}
	}
}

// output reads the forms in which a cell gave something out. Words are read
// only where nothing better is there: they say the same.
func (r *reading) output(p Piece, data *value) {
	html := data.get("text/html")
	for i, kind := range data.more.names {
		x := &data.more.list[i]
		switch {
		case kind == "text/html" || kind == "image/svg+xml":
			r.c.markup(r.f, Piece{Kind: p.Kind, Name: p.Name, Line: p.Line}, joined(x))
		case kind == "text/plain" && html == nil, strings.HasPrefix(kind, "text/") && kind != "text/plain":
			r.c.lines(p, x)
		case strings.HasPrefix(kind, "image/"):
			r.f.embedded("data:"+kind+";base64,"+strings.TrimSpace(joined(x)), "the output of a cell", int64(x.line))
		case x.kind == isObject && (strings.Contains(kind, "json") || strings.Contains(kind, "vega") || strings.Contains(kind, "plotly")):
			r.walk(x, "", 1)
		}
	}
}

// lines reads a text that is one, or a list of its lines.
func (c *content) lines(p Piece, v *value) {
	switch {
	case v == nil:
	case v.kind == isText:
		c.inside(p.Kind, p.Name, int64(v.line), func() { c.text(Piece{Name: "text"}, v.text) })
	default:
		p.Line = max(p.Line, firstLine(v))
		p.Same = !oneEach(v.items())
		c.sink.Text(c.part(p), joined(v), c.place(p.Line))
	}
}

func firstLine(v *value) int64 {
	if len(v.items()) == 0 {
		return 0
	}
	return int64(v.more.list[0].line)
}

// oneEach reports whether each text of a list is a line, and stands in one.
func oneEach(list []value) bool {
	for i := range list {
		if i > 0 && list[i].line != list[i-1].line+1 || strings.Count(strings.TrimSuffix(list[i].text, "\n"), "\n") > 0 {
			return false
		}
	}
	return len(list) > 0
}

func joined(v *value) string {
	if v.kind == isText {
		return v.text
	}
	var b strings.Builder
	for i := range v.items() {
		b.WriteString(v.more.list[i].text)
	}
	return b.String()
}
