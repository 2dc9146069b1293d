package inside

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"io"
	"math"
	"strconv"
	"strings"
)

const (
	mostNames   = 400 // columns of a table that is made of objects
	mostSpread  = 20  // elements of a list in a cell that become columns
	fewestRows  = 3   // of a table that a program may hold without anybody meaning it as one
	mostLooks   = 200 // rows by which the names of columns are found
	mostHovered = 40  // words of a text above a point that become columns
)

// column is a list of values, as a chart has them.
type column struct {
	name string
	list []value
}

// columns gives a table on whose columns are lists.
func (c *content) columns(p Piece, cols []column) {
	rows := 0
	p.Names = nil
	for _, col := range cols {
		rows = max(rows, len(col.list))
	}
	var spread []spreader
	for _, col := range cols {
		s := newSpreader(col)
		spread = append(spread, s)
		p.Names = append(p.Names, s.names...)
	}
	if rows == 0 {
		return
	}
	out := c.sink.Table(c.part(p))
	var cells []string
	for n := range rows {
		if n%everyToken == 0 && c.ctx.Err() != nil {
			break
		}
		cells = cells[:0]
		line := p.Line
		for i, col := range cols {
			if n < len(col.list) {
				line = max(line, int64(col.list[n].line))
				cells = spread[i].add(cells, &col.list[n])
			} else {
				cells = append(cells, make([]string, len(spread[i].names))...)
			}
		}
		out.Row(cells, c.place(line), false)
	}
	out.End()
}

// spreader makes cells of the values of a column: one of a scalar, several of
// short lists, and of texts that say several things.
type spreader struct {
	names []string
	keys  []string // of texts that say several things
	width int      // of lists
}

func newSpreader(col column) spreader {
	s := spreader{}
	said := 0
	for i := range col.list[:min(len(col.list), mostLooks)] {
		v := &col.list[i]
		if v.kind == isList {
			s.width = max(s.width, min(int(v.size()), mostSpread))
			continue
		}
		if keys := hovered(v.text); len(keys) > 0 {
			said++
			for _, k := range keys {
				if !contains(s.keys, k[0]) && len(s.keys) < mostHovered {
					s.keys = append(s.keys, k[0])
				}
			}
		}
	}
	looked := min(len(col.list), mostLooks)
	switch {
	case s.width > 0:
		for i := range s.width {
			s.names = append(s.names, strings.TrimSpace(col.name+" "+strconv.Itoa(i+1)))
		}
		s.keys = nil
	case said*2 > looked:
		s.names = s.keys
	default:
		s.names, s.keys = []string{col.name}, nil
	}
	return s
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func (s *spreader) add(cells []string, v *value) []string {
	switch {
	case s.width > 0:
		items := v.items()
		for i := range s.width {
			switch {
			case i < len(items):
				cells = append(cells, cellText(&items[i]))
			case i == 0 && v.scalar():
				cells = append(cells, cellText(v))
			default:
				cells = append(cells, "")
			}
		}
	case len(s.keys) > 0:
		pairs := hovered(v.text)
		for _, k := range s.keys {
			text := ""
			for _, p := range pairs {
				if p[0] == k {
					text = p[1]
				}
			}
			cells = append(cells, text)
		}
	default:
		cells = append(cells, cellText(v))
	}
	return cells
}

// cellText is what a value says in a cell.
func cellText(v *value) string {
	switch v.kind {
	case isText:
		if strings.IndexByte(v.text, '<') >= 0 {
			return plainText(v.text)
		}
		return v.text
	case isNumber, isWord:
		return v.text
	case isList:
		if items := v.items(); len(items) == 1 && items[0].scalar() {
			return items[0].text
		}
	}
	return ""
}

// plainText is a short piece of HTML without its tags.
func plainText(text string) string {
	var b strings.Builder
	for text != "" && b.Len() < mostCell {
		before, rest, tag := strings.Cut(text, "<")
		b.WriteString(before)
		if !tag {
			break
		}
		inside, after, closed := strings.Cut(rest, ">")
		if !closed || inside == "" || !isLetter(inside[0]) && inside[0] != '/' && inside[0] != '!' {
			b.WriteByte('<')
			text = rest
			continue
		}
		if name := strings.ToLower(strings.Trim(inside, "/ ")); isBreak(strings.Fields(name + " .")[0]) {
			b.WriteByte('\n')
		}
		text = after
	}
	return strings.TrimSpace(unescapeEntities(b.String()))
}

// hovered splits a text that says several things of a point, one a line, each
// with its name: age: 50<br>sex: F. It is nil for other texts.
func hovered(text string) [][2]string {
	if strings.IndexByte(text, ':') < 0 && strings.IndexByte(text, '=') < 0 || len(text) > 4*mostCell {
		return nil
	}
	lines := strings.Split(plainText(text), "\n")
	if len(lines) < 2 {
		return nil
	}
	var out [][2]string
	others := 0
	for _, l := range lines {
		if l = strings.TrimSpace(l); l == "" {
			continue
		}
		i := strings.IndexAny(l, ":=")
		if i < 1 || i > 60 {
			others++
			continue
		}
		out = append(out, [2]string{strings.TrimSpace(l[:i]), strings.TrimSpace(l[i+1:])})
	}
	if len(out) < 2 || others > len(out) {
		return nil
	}
	return out
}

// records gives a list of objects on as a table, and returns the members that
// are lists or objects, which are none of its cells.
func (c *content) records(p Piece, list []value) {
	var names []string
	at := map[string]int{}
	for i := range list[:min(len(list), mostLooks)] {
		flat(&list[i], "", 0, func(name, _ string) {
			if _, ok := at[name]; !ok && len(names) < mostNames {
				at[name] = len(names)
				names = append(names, name)
			}
		})
	}
	if len(names) == 0 {
		return
	}
	p.Names = names
	out := c.sink.Table(c.part(p))
	cells := make([]string, len(names))
	for i := range list {
		if i%everyToken == 0 && c.ctx.Err() != nil {
			break
		}
		clear(cells)
		flat(&list[i], "", 0, func(name, text string) {
			if n, ok := at[name]; ok {
				cells[n] = text
			}
		})
		out.Row(cells, c.place(max(p.Line, int64(list[i].line))), false)
	}
	out.End()
}

// flat gives the scalars of an object on, those of objects in it too, with
// their names.
func flat(v *value, before string, depth int, give func(name, text string)) {
	switch {
	case v.kind == isObject && depth < 3:
		for i, name := range v.more.names {
			if before != "" {
				name = before + "." + name
			}
			flat(&v.more.list[i], name, depth+1, give)
		}
	case v.kind == isList && depth > 0 && len(v.items()) <= mostSpread && allScalars(v.items()):
		for i := range v.more.list {
			give(before+" "+strconv.Itoa(i+1), cellText(&v.more.list[i]))
		}
	case v.kind == isText && depth > 0 && len(hovered(v.text)) > 0:
		for _, pair := range hovered(v.text) {
			give(pair[0], pair[1])
		}
	case v.scalar() && depth > 0:
		give(before, cellText(v))
	}
}

func allScalars(list []value) bool {
	for i := range list {
		if !list[i].scalar() {
			return false
		}
	}
	return true
}

// most reports whether most elements of a list are of a kind.
func mostAre(list []value, kind byte) bool {
	n := 0
	for i := range list {
		if list[i].kind == kind {
			n++
		}
	}
	return n*10 > len(list)*8 && n > 0
}

// values are the elements of a list, or of numbers that are written in base64
// as plotly and bokeh do.
func (c *content) list(v *value) []value {
	switch {
	case v == nil:
		return nil
	case v.kind == isList:
		return v.more.list
	case v.kind != isObject:
		return nil
	}
	packed, dtype := v.says("bdata"), v.says("dtype")
	if packed == "" {
		packed = firstOf(v.says("__ndarray__"), v.says("array", "data"), v.says("data"))
	}
	if dtype == "" || packed == "" {
		if from := firstList(v.get("value"), v.get("values"), v.get("array")); from != nil {
			return from
		}
		return nil
	}
	b, err := base64.StdEncoding.DecodeString(packed)
	if c.decoded -= int64(len(packed)); err != nil || c.decoded < 0 {
		c.miss("numbers in base64 at line %s, which cannot be read or are too many", count(c.place(int64(v.line))))
		return nil
	}
	c.arrays[packed[:min(len(packed), 60)]] = true
	if bytes.HasPrefix(b, []byte("\x1f\x8b")) { // as bokeh packs them
		in, err := gzip.NewReader(bytes.NewReader(b))
		if err == nil {
			b, err = io.ReadAll(io.LimitReader(in, mostPacked))
		}
		if c.decoded -= int64(len(b)); err != nil || c.decoded < 0 {
			c.miss("numbers in base64 at line %s, which cannot be unpacked or are too many", count(c.place(int64(v.line))))
			return nil
		}
	}
	return inRows(c.unpackNumbers(b, dtype, v.line), width(v))
}

// inRows are numbers as rows of so many.
func inRows(list []value, width int) []value {
	if width < 2 || width > mostSpread {
		return list
	}
	var rows []value
	for len(list) >= width {
		rows = append(rows, value{kind: isList, line: list[0].line, more: &group{list: list[:width:width]}})
		list = list[width:]
	}
	return rows
}

func firstList(vs ...*value) []value {
	for _, v := range vs {
		if v != nil && v.kind == isList {
			return v.more.list
		}
	}
	return nil
}

// unpackNumbers reads the numbers of an array.
func (c *content) unpackNumbers(b []byte, dtype string, line int32) []value {
	size := map[string]int{
		"f8": 8, "float64": 8, "f4": 4, "float32": 4, "i4": 4, "int32": 4, "u4": 4, "uint32": 4, "i2": 2, "int16": 2, "u2": 2, "uint16": 2,
		"i1": 1, "int8": 1, "u1": 1, "uint8": 1, "u1c": 1, "i8": 8, "int64": 8, "u8": 8, "uint64": 8,
	}[dtype]
	if size == 0 {
		c.miss("numbers in base64 of a kind that is not known")
		return nil
	}
	n := min(len(b)/size, max(c.values, 0))
	if n < len(b)/size {
		c.miss("data with more than %s values: only the first of them were looked at", count(mostValues))
	}
	c.values -= n
	out := make([]value, 0, n)
	for i := range n {
		out = append(out, value{kind: isNumber, line: line, text: unpackNumber(b[i*size:], dtype, size)})
	}
	return out
}

func unpackNumber(b []byte, dtype string, size int) string {
	var bits uint64
	switch size {
	case 1:
		bits = uint64(b[0])
	case 2:
		bits = uint64(binary.LittleEndian.Uint16(b))
	case 4:
		bits = uint64(binary.LittleEndian.Uint32(b))
	default:
		bits = binary.LittleEndian.Uint64(b)
	}
	switch {
	case dtype[0] == 'f' && size == 8:
		return strconv.FormatFloat(math.Float64frombits(bits), 'f', -1, 64)
	case dtype[0] == 'f':
		return strconv.FormatFloat(float64(math.Float32frombits(uint32(bits))), 'f', -1, 32) //nolint:gosec // four bytes
	case dtype[0] == 'i':
		shift := 64 - 8*size
		return strconv.FormatInt(int64(bits<<shift)>>shift, 10) //nolint:gosec // its sign is meant
	}
	return strconv.FormatUint(bits, 10)
}
