package inside

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// known reads data of a form that is known; false if it has none.
func (r *reading) known(v *value, name string, depth int) bool {
	switch {
	case strings.Contains(v.says("$schema"), "/schema/vega"):
		r.vega(v)
	case v.says("type") == "map" && v.get("entries") != nil:
		r.bokehMap(v, name, depth)
	case v.get("nbformat") != nil && v.get("cells") != nil:
		r.notebook(v)
	case v.says("type") == "FeatureCollection":
		r.features(v.get("features"))
	case isFigure(v):
		r.plotly(v.get("data").items(), firstValue(v.get("layout"), &value{}))
	case isLeaflet(v.get("calls")):
		r.leaflet(v.get("calls").items())
	case v.get("container") != nil && v.get("data") != nil:
		r.dataTable(v)
	case v.at("attrs", "labels") != nil && v.get("data") != nil:
		r.named(r.c.list(v.at("attrs", "labels")), v.get("data"), "dygraph")
	case v.get("series") != nil && (v.get("xAxis") != nil || v.get("yAxis") != nil || v.get("tooltip") != nil || v.get("legend") != nil):
		r.series(v)
	case v.get("labels") != nil && v.get("datasets") != nil && v.get("datasets").kind == isList:
		r.chartJS(v)
	default:
		return false
	}
	return true
}

func firstValue(vs ...*value) *value {
	for _, v := range vs {
		if v != nil {
			return v
		}
	}
	return nil
}

// isFigure reports whether an object is a figure of plotly.
func isFigure(v *value) bool {
	data := v.get("data")
	if data == nil || data.kind != isList || !mostAre(data.items(), isObject) {
		return false
	}
	return isTrace(&data.more.list[0]) && (v.get("layout") != nil || v.get("config") != nil || v.get("frames") != nil)
}

// isTrace reports whether an object is what plotly draws at a time.
func isTrace(v *value) bool {
	if v.kind != isObject {
		return false
	}
	kind := v.get("type") != nil || v.get("mode") != nil || v.get("marker") != nil || v.get("line") != nil
	for _, n := range traceLists {
		if v.get(n) != nil && kind {
			return true
		}
	}
	return false
}

// traceLists are the lists of a trace that say something of its points.
var traceLists = []string{
	"x", "y", "z", "lat", "lon", "locations", "labels", "values", "parents", "r", "theta", "a", "b", "c", "open", "high", "low", "close", "base", "q1", "median", "q3", "lowerfence", "upperfence", "mean", "sd",
	"text", "hovertext", "customdata", "ids", "key", "meta",
}

// bins are the traces whose bars and boxes plotly makes of single observations.
var bins = map[string]bool{"histogram": true, "histogram2d": true, "histogram2dcontour": true, "box": true, "violin": true, "splom": true, "parcoords": true, "parcats": true}

// plotly reads the traces of a figure.
func (r *reading) plotly(traces []value, layout *value) {
	for i := range traces {
		t := &traces[i]
		if t.kind != isObject {
			continue
		}
		kind := firstOf(t.says("type"), "scatter")
		p := r.piece("", t.line)
		p.Name = strings.TrimSpace("plotly " + kind + " " + quotedName(t.says("name")))
		p.Chart = &Chart{Single: bins[kind] && t.get("q1") == nil && t.get("median") == nil, Points: strings.HasPrefix(kind, "scatter") && strings.Contains(firstOf(t.says("mode"), "markers"), "markers")}
		cols := r.traceColumns(t, layout, p.Chart)
		if p.Chart.Single && (kind == "histogram" && t.get("x") != nil && t.get("y") != nil) {
			p.Chart.Single = false // of sums that are given
		}
		r.given++
		r.c.columns(p, cols)
		r.matrix(t, p)
	}
}

func quotedName(name string) string {
	if name == "" {
		return ""
	}
	return "“" + cutName(plainText(name)) + "”"
}

// traceColumns are the columns of a trace, and which of them are not shown.
func (r *reading) traceColumns(t, layout *value, chart *Chart) []column {
	var cols []column
	info, template := t.says("hoverinfo"), t.says("hovertemplate")
	add := func(name string, v *value) {
		if list := r.c.list(v); len(list) > 0 && cellLike(list) {
			cols = append(cols, column{name, list})
		}
	}
	for _, n := range traceLists {
		v := t.get(n)
		if v == nil {
			continue
		}
		before := len(cols)
		title := n
		if m := customName.FindStringSubmatch(template); n == "customdata" && m != nil && width(v) == 1 {
			title = m[1]
		}
		if n == "x" || n == "y" {
			title = axisTitle(t, layout, n)
			if list := r.c.list(v); len(list) > 0 {
				chart.Cut = max(chart.Cut, outsideRange(list, layout.at(axisOf(t, n), "range")))
			}
		}
		if add(title, v); len(cols) == before {
			continue
		}
		hoverless := template == "" && (info == "none" || info == "skip" || info != "" && info != "all" && !strings.Contains(info, "text"))
		switch {
		case n == "customdata" && !strings.Contains(template, "customdata") && !strings.Contains(t.says("texttemplate"), "customdata"),
			n == "ids", n == "meta", n == "key",
			n == "hovertext" && hoverless, n == "text" && hoverless && !strings.Contains(t.says("mode"), "text") && t.says("textinfo") == "" && t.says("texttemplate") == "":
			chart.Unshown = append(chart.Unshown, title)
		case t.says("visible") == "false":
			chart.Unshown = append(chart.Unshown, title)
		}
	}
	add("size", t.at("marker", "size"))
	if list := t.at("marker", "color"); list != nil && mostAre(r.c.list(list), isNumber) {
		add("color", list)
	}
	add("error", t.at("error_y", "array"))
	for i, v := range t.at("cells", "values").itemsOr() {
		name := "column " + strconv.Itoa(i+1)
		if heads := r.c.list(t.at("header", "values")); i < len(heads) {
			name = cellText(&heads[i])
		}
		add(name, &v)
	}
	for i, v := range t.get("dimensions").itemsOr() {
		add(firstOf(v.says("label"), "dimension "+strconv.Itoa(i+1)), v.get("values"))
	}
	return cols
}

// customName is what a template calls the first of a point's own data.
var customName = regexp.MustCompile(`([^=<>%{}]{1,60})=%\{customdata\[0\]`)

// width is how many data of its own each point has.
func width(v *value) int {
	if v.kind == isList && len(v.items()) > 0 && v.more.list[0].kind == isList {
		return len(v.more.list[0].items())
	}
	_, columns, ok := strings.Cut(v.says("shape"), ",")
	if n, err := strconv.Atoi(strings.TrimSpace(columns)); ok && err == nil {
		return n
	}
	return 1
}

func (v *value) itemsOr() []value {
	if v == nil {
		return nil
	}
	return v.items()
}

// axisOf is the name of a trace's axis in a layout.
func axisOf(t *value, letter string) string {
	return letter + "axis" + strings.TrimPrefix(t.says(letter+"axis"), letter)
}

// axisTitle is what an axis is called; its letter if it is not.
func axisTitle(t, layout *value, letter string) string {
	axis := layout.get(axisOf(t, letter))
	title := axis.says("title", "text")
	if title == "" && axis != nil && axis.get("title") != nil && axis.get("title").scalar() {
		title = axis.says("title")
	}
	return firstOf(strings.TrimSpace(plainText(title)), letter)
}

// outsideRange is how many numbers are outside of what an axis shows.
func outsideRange(list []value, span *value) (n int64) {
	ends := span.itemsOr()
	if len(ends) != 2 {
		return 0
	}
	from, err1 := strconv.ParseFloat(ends[0].text, 64)
	to, err2 := strconv.ParseFloat(ends[1].text, 64)
	if err1 != nil || err2 != nil {
		return 0
	}
	for i := range list {
		if x, err := strconv.ParseFloat(list[i].text, 64); err == nil && list[i].kind == isNumber && (x < min(from, to) || x > max(from, to)) {
			n++
		}
	}
	return n
}

// matrix reads the rows of a map of colours.
func (r *reading) matrix(t *value, p Piece) {
	z := t.get("z")
	if z == nil || z.kind != isList || !mostAre(z.items(), isList) {
		return
	}
	y := r.c.list(t.get("y"))
	p.Names, p.Chart = []string{"y"}, nil
	for _, x := range r.c.list(t.get("x")) {
		p.Names = append(p.Names, cellText(&x))
	}
	if len(p.Names) == 1 {
		p.Names = nil
	}
	out := r.c.sink.Table(r.c.part(p))
	for i := range z.more.list {
		cells := []string{""}
		if i < len(y) {
			cells[0] = cellText(&y[i])
		}
		items := z.more.list[i].items()
		for n := range items {
			cells = append(cells, cellText(&items[n]))
		}
		out.Row(cells, r.c.place(max(p.Line, int64(z.more.list[i].line))), false)
	}
	out.End()
}

// vega reads the data of a specification, and what of it is drawn as it is.
func (r *reading) vega(v *value) {
	words := map[string]int{}
	counts := false
	countWords(v, "", 0, words, &counts)
	give := func(name string, list *value) {
		if list == nil {
			return
		}
		if list.kind == isText {
			r.words(list)
			return
		}
		if list.kind != isList || !mostAre(list.items(), isObject) {
			r.walk(list, name, 1)
			return
		}
		p := r.piece("", list.line)
		p.Name = strings.TrimSpace("vega data " + quotedName(name))
		p.Chart = &Chart{Single: counts, Points: strings.Contains(v.says("mark", "type")+v.says("mark"), "point") || strings.Contains(v.says("mark", "type")+v.says("mark"), "circle")}
		for _, n := range list.more.list[0].more.namesOr() {
			if words[n] == 0 {
				p.Chart.Unshown = append(p.Chart.Unshown, n)
			}
		}
		r.given++
		r.c.records(p, list.more.list)
	}
	if sets := v.get("datasets"); sets != nil && sets.kind == isObject {
		for i := range sets.more.list {
			give("", &sets.more.list[i])
		}
	}
	for _, d := range inlineData(v, 0) {
		give(d.says("name"), d.get("values"))
	}
}

func (g *group) namesOr() []string {
	if g == nil {
		return nil
	}
	return g.names
}

// inlineData finds the data that stand in a specification, or in its parts.
func inlineData(v *value, depth int) (out []*value) {
	if depth > 6 || v.more == nil {
		return nil
	}
	for i, n := range v.more.namesOr() {
		x := &v.more.list[i]
		switch {
		case n == "data" && x.kind == isList:
			for j := range x.more.list {
				out = append(out, &x.more.list[j])
			}
		case n == "data":
			out = append(out, x)
		case n == "layer" || n == "hconcat" || n == "vconcat" || n == "concat" || n == "marks":
			for j := range x.items() {
				out = append(out, inlineData(&x.more.list[j], depth+1)...)
			}
		case n == "spec":
			out = append(out, inlineData(x, depth+1)...)
		}
	}
	return out
}

// countWords counts the words of a specification outside of its data, and
// whether it counts or bins rows.
func countWords(v *value, name string, depth int, words map[string]int, counts *bool) {
	if name == "datasets" || name == "values" || depth > deepest {
		return
	}
	switch v.kind {
	case isText:
		words[v.text]++
		for _, w := range strings.FieldsFunc(v.text, func(r rune) bool { return strings.ContainsRune(" .[]'\"()+-*/<>=!&|:,", r) }) {
			words[w]++
		}
		if name == "aggregate" || name == "op" || name == "ops" {
			*counts = *counts || v.text == "count"
		}
	case isWord:
		*counts = *counts || name == "bin" && v.text == "true"
	case isList, isObject:
		*counts = *counts || name == "bin" && v.kind == isObject
		if mark := v.says("type"); name == "mark" {
			*counts = *counts || mark == "boxplot"
		}
		for i := range v.more.list {
			n := name
			if v.kind == isObject {
				n = v.more.names[i]
			}
			countWords(&v.more.list[i], n, depth+1, words, counts)
		}
	}
}

// bokehMap reads a map of bokeh: names with their lists.
func (r *reading) bokehMap(v *value, name string, depth int) {
	out := value{kind: isObject, line: v.line, more: &group{}}
	for _, pair := range v.get("entries").itemsOr() {
		if items := pair.items(); len(items) == 2 {
			out.more.names, out.more.list = append(out.more.names, items[0].text), append(out.more.list, items[1])
		}
	}
	r.object(&out, name, depth)
}

// features reads places and what is said of them.
func (r *reading) features(v *value) {
	if v == nil || v.kind != isList {
		return
	}
	list := slices.Clone(v.more.list)
	for i := range list {
		if list[i].kind != isObject {
			continue
		}
		props := list[i].get("properties")
		if props == nil || props.kind != isObject {
			props = &value{kind: isObject, line: list[i].line, more: &group{}}
		}
		row := value{kind: isObject, line: props.line, more: &group{names: slices.Clone(props.more.names), list: slices.Clone(props.more.list)}}
		if geometry := list[i].get("geometry"); geometry.says("type") == "Point" {
			if xy := geometry.get("coordinates").itemsOr(); len(xy) >= 2 {
				row.more.names, row.more.list = append(row.more.names, "longitude", "latitude"), append(row.more.list, xy[0], xy[1])
			}
		}
		list[i] = row
	}
	if len(list) > 0 {
		r.given++
		r.c.records(r.piece("features", v.line), list)
	}
}
