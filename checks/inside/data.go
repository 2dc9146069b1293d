package inside

import (
	"slices"
	"strings"
)

// data reads a text as data and gives its tables on. What is no data is read as
// text, if it is to be shown whole.
func (c *content) data(f *Found, p Piece, text string, whole bool) {
	l := &literal{s: text, line: int32(max(p.Line, 1)), budget: &c.values} //nolint:gosec // a file has fewer lines
	v, ok := l.value(0)
	l.space()
	c.limits(l)
	if !ok || !whole && l.i < len(text) {
		if p.Kind == Data && !c.armoured(p, text) {
			c.foreign(f, p, text)
			return
		}
		if whole {
			c.miss("%s: it cannot be read as data from line %s on", c.part(p).Name, count(c.place(int64(l.line))))
			c.text(p, text)
		}
		return
	}
	r := &reading{c: c, f: f, p: p, whole: whole && p.Kind == ""}
	r.walk(&v, "", 0)
	for whole && l.i < len(text) { // JSON lines
		before := l.i
		next, ok := l.value(0)
		if !ok {
			c.miss("%s: it cannot be read as data from line %s on", c.part(p).Name, count(c.place(int64(l.line))))
			return
		}
		r.rest = append(r.rest, next)
		if l.space(); l.i == before {
			return
		}
	}
	if len(r.rest) > 0 {
		r.list(append([]value{v}, r.rest...), "", 0)
	}
	c.limits(l)
}

// configured are the types of scripts that are settings or patterns of
// libraries, and no data.
var configured = []string{"mathjax", "template", "importmap", "shader", "handlebars", "mustache", "require"}

// foreign reads what scripts read and what is none of the data known here.
func (c *content) foreign(f *Found, p Piece, text string) {
	for _, w := range configured {
		if strings.Contains(p.Name, w) {
			return
		}
	}
	switch {
	case strings.Contains(text, "<t"):
		c.markup(f, p, text)
	case strings.Count(text, "\n") > 2:
		c.text(p, text)
	case talks(text):
		c.miss("data at line %s (%s): of a form that is not known", count(c.place(p.Line)), cutName(p.Name))
	}
}

// limits says what of a text was too much.
func (c *content) limits(l *literal) {
	if l.cut {
		c.miss("data with more than %s values: only the first of them were looked at", count(mostValues))
	}
	if l.deep {
		c.miss("data that is more than %d deep in each other, or texts in it of more than %d MiB", deepest, mostText>>20)
	}
}

// reading goes over data, from the whole to its parts.
type reading struct {
	c     *content
	f     *Found
	p     Piece
	whole bool // a file of data, where single numbers say something too
	rest  []value
	given int // tables
}

// mostGiven bounds the tables that data gives.
const mostGiven = 300

func (r *reading) piece(name string, line int32) Piece {
	p := r.p
	if name != "" {
		p.Name += ", “" + cutName(name) + "”"
	}
	p.Line = max(p.Line, int64(line))
	return p
}

// walk gives the tables of a value on.
func (r *reading) walk(v *value, name string, depth int) {
	if r.given > mostGiven || depth > deepest || r.c.ctx.Err() != nil {
		if r.given > mostGiven {
			r.c.miss("%s: tables after the first %d", r.c.part(r.p).Name, mostGiven)
		}
		return
	}
	switch v.kind {
	case isList:
		r.list(v.more.list, name, depth)
	case isObject:
		if !r.known(v, name, depth) {
			r.object(v, name, depth)
		}
	case isText:
		r.words(v)
	}
}

// words reads a text of data that may be more than a word.
func (r *reading) words(v *value) {
	t := strings.TrimSpace(v.text)
	const fewest = 40
	if len(t) < fewest {
		return
	}
	p := r.piece("", v.line)
	switch first := t[0]; {
	case first == '{' || first == '[':
		if r.c.nested < mostNested && isJSON(t) {
			r.c.nested++
			r.c.inside(p.Kind, p.Name, p.Line, func() { r.c.data(r.f, Piece{Kind: p.Kind, Name: "data", Line: 1}, t, r.whole) })
			r.c.nested--
		}
	case first == '<' || strings.Contains(t, "<table") || strings.Contains(t, "<svg"):
		r.c.markup(r.f, p, t)
	case strings.HasPrefix(t, "data:"):
		r.f.embedded(t, "data", p.Line)
	case strings.Contains(t, "\n") && talks(t):
		r.c.text(p, t)
	default:
		r.c.armoured(p, t)
	}
}

// list reads a list: rows, or things of which each is read.
func (r *reading) list(list []value, name string, depth int) {
	switch {
	case len(list) == 0:
	case mostAre(list, isObject):
		r.objects(list, name, depth)
	case mostAre(list, isList) && r.rows(list, name):
	case allScalars(list):
		if r.whole && len(list) >= fewestRows && name != "" && mostAre(list, isNumber) {
			r.given++
			r.c.columns(r.piece(name, list[0].line), []column{{name, list}})
		}
		for i := range list {
			if list[i].kind == isText {
				r.words(&list[i])
			}
		}
	default:
		for i := range list {
			r.walk(&list[i], name, depth+1)
		}
	}
}

// objects reads a list of objects, as a table, and what is in them.
func (r *reading) objects(list []value, name string, depth int) {
	if r.whole || len(list) >= fewestRows {
		r.given++
		r.c.records(r.piece(name, list[0].line), list)
	}
	const most = 2000
	for i := range list[:min(len(list), most)] {
		if list[i].kind != isObject {
			continue
		}
		if r.known(&list[i], name, depth+1) {
			continue
		}
		for n, x := range list[i].more.list {
			if x.kind == isObject && depth < 3 && len(x.more.list) <= mostSpread && allScalars(x.more.list) {
				continue // its cells
			}
			if x.kind == isList && len(x.more.list) <= mostSpread && allScalars(x.more.list) && depth > 0 {
				continue
			}
			if x.kind >= isList || len(x.text) > 200 {
				r.walk(&list[i].more.list[n], list[i].more.names[n], depth+1)
			}
		}
	}
}

// rows reads a list of lists as rows, if they are some.
func (r *reading) rows(list []value, name string) bool {
	width := 0
	for i := range list {
		if list[i].kind != isList || !allScalars(list[i].items()) {
			return false
		}
		width = max(width, len(list[i].items()))
	}
	if width < 1 || len(list) < 2 || !r.whole && len(list) < fewestRows && width < fewestRows {
		return false
	}
	r.given++
	out := r.c.sink.Table(r.c.part(r.piece(name, list[0].line)))
	var cells []string
	for i := range list {
		cells = cells[:0]
		for n := range list[i].more.list {
			cells = append(cells, cellText(&list[i].more.list[n]))
		}
		out.Row(cells, r.c.place(max(r.p.Line, int64(list[i].line))), false)
	}
	out.End()
	return true
}

// object reads an object: columns that are lists, rows that are objects, one
// row of scalars, and what else is in it.
func (r *reading) object(v *value, name string, depth int) {
	taken := r.split(v, name)
	if taken == nil {
		taken = r.columns(v, name)
	}
	if r.rowsByName(v, name) {
		return
	}
	scalars, numbers := 0, 0
	for i := range v.more.list {
		x := &v.more.list[i]
		switch {
		case taken[i]:
		case x.kind >= isList:
			r.walk(x, v.more.names[i], depth+1)
		case x.kind == isText && len(x.text) > 200:
			r.words(x)
		default:
			scalars++
			if x.kind == isNumber {
				numbers++
			}
		}
	}
	if numbers > 0 && r.whole {
		r.given++
		one := value{kind: isObject, line: v.line, more: &group{}}
		for i := range v.more.list {
			if x := v.more.list[i]; x.scalar() && !taken[i] {
				one.more.names, one.more.list = append(one.more.names, v.more.names[i]), append(one.more.list, x)
				one.line = max(one.line, x.line)
			}
		}
		r.c.records(r.piece(name, v.line), []value{one})
	}
}

// columns gives the lists of an object on that have the same length, as columns
// of a table, and returns which members those are.
func (r *reading) columns(v *value, name string) map[int]bool {
	byLength := map[int][]int{}
	lists := map[int][]value{}
	for i := range v.more.list {
		x := &v.more.list[i]
		list := r.c.list(x)
		if len(list) < 1 || !cellLike(list) {
			continue
		}
		lists[i] = list
		byLength[len(list)] = append(byLength[len(list)], i)
	}
	taken := map[int]bool{}
	var lengths []int
	for n := range byLength {
		lengths = append(lengths, n)
	}
	slices.Sort(lengths)
	for _, n := range lengths {
		members := byLength[n]
		if len(members) < 2 && n < fewestRows || n < fewestRows && !r.whole || len(members) < 2 && !r.whole && name != "data" {
			continue
		}
		var cols []column
		for _, i := range members {
			cols = append(cols, column{v.more.names[i], lists[i]})
			taken[i] = true
		}
		r.given++
		r.c.columns(r.piece(name, v.line), cols)
	}
	return taken
}

// cellLike reports whether the elements of a list can be cells.
func cellLike(list []value) bool {
	for i := range list {
		if !list[i].scalar() && (list[i].kind != isList || len(list[i].items()) > mostSpread || !allScalars(list[i].items())) {
			return false
		}
	}
	return true
}

// split reads the form of a table in which its names stand beside its rows.
func (r *reading) split(v *value, name string) map[int]bool {
	names, rows := v.get("columns"), v.get("data")
	if names == nil || rows == nil || names.kind != isList || rows.kind != isList || !allScalars(names.items()) || !mostAre(rows.items(), isList) {
		return nil
	}
	p := r.piece(name, v.line)
	p.Names = []string{}
	index := r.c.list(v.get("index"))
	if len(index) > 0 {
		p.Names = append(p.Names, "")
	}
	for i := range names.more.list {
		p.Names = append(p.Names, cellText(&names.more.list[i]))
	}
	r.given++
	out := r.c.sink.Table(r.c.part(p))
	for n := range rows.more.list {
		var cells []string
		if n < len(index) {
			cells = append(cells, cellText(&index[n]))
		} else if len(index) > 0 {
			cells = append(cells, "")
		}
		items := rows.more.list[n].items()
		for i := range items {
			cells = append(cells, cellText(&items[i]))
		}
		out.Row(cells, r.c.place(max(p.Line, int64(rows.more.list[n].line))), false)
	}
	out.End()
	taken := map[int]bool{}
	for i, n := range v.more.names {
		taken[i] = n == "columns" || n == "data" || n == "index"
	}
	return taken
}

// rowsByName reads an object of objects with the same members, in which names
// stand for rows or, where the names in them are numbers, for columns.
func (r *reading) rowsByName(v *value, name string) bool {
	list := v.more.list
	if len(list) < 2 && (len(list) == 0 || !numbered(&list[0])) || !mostAre(list, isObject) || len(list[0].items()) == 0 || !r.whole && len(list)*len(list[0].items()) < 9 {
		return false
	}
	same := 0
	for i := range list {
		if list[i].kind != isObject || !allScalars(list[i].items()) {
			return false
		}
		if slices.Equal(list[i].more.names, list[0].more.names) {
			same++
		}
	}
	if same*10 < len(list)*8 {
		return false
	}
	p := r.piece(name, v.line)
	r.given++
	if numbered(&list[0]) {
		rows := column{"", nil}
		for i, n := range list[0].more.names {
			rows.list = append(rows.list, value{kind: isText, line: list[0].more.list[i].line, text: n})
		}
		cols := []column{rows}
		for i := range list {
			cols = append(cols, column{v.more.names[i], list[i].more.list})
		}
		r.c.columns(p, cols)
		return true
	}
	var rows []value
	for i := range list {
		row := value{kind: isObject, line: list[i].line, more: &group{names: []string{""}, list: []value{{kind: isText, text: v.more.names[i]}}}}
		row.more.names, row.more.list = append(row.more.names, list[i].more.names...), append(row.more.list, list[i].more.list...)
		rows = append(rows, row)
	}
	r.c.records(p, rows)
	return true
}

// numbered reports whether the members of an object are called by numbers.
func numbered(v *value) bool {
	if v.kind != isObject || len(v.more.names) == 0 {
		return false
	}
	for _, n := range v.more.names {
		if strings.Trim(n, "0123456789") != "" {
			return false
		}
	}
	return true
}
