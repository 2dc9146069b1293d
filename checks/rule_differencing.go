package checks

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Earlier is what was released before from the same project, and the other
// files of the same request.
type Earlier interface {
	// Alike returns the tables that may have cells of the same columns and
	// labels as one with these column names. Nothing is changed in them.
	Alike(names []string) []Released
}

// Released is a table that is out already, or is asked for with this one.
type Released struct {
	File  string // how a message calls it
	Table *Table
}

// differencing finds tables that show small groups when they are compared with
// others.
type differencing struct{}

func (differencing) about() About {
	return About{
		Name: "differencing", Weight: High, Source: "OpenSAFELY, UK LLC: two tables that differ by a few people show those people",
		Reads:    []string{"threshold", "earlier"},
		Examines: "counts with the same column and labels in earlier releases, and in the files that are checked together",
	}
}

func (rule differencing) table(t *Table, out *findings) {
	if out.profile.Earlier == nil {
		return
	}
	var keys []string
	for n := range t.Rows {
		keys = append(keys, t.key(n))
	}
	for _, other := range out.profile.Earlier.Alike(t.names()) {
		before := other.Table.byLabel()
		for _, c := range t.Columns {
			if c.Role == RoleCount {
				rule.column(t, c, keys, other, before, out)
			}
		}
	}
}

// column compares a column of counts with that of the same name.
func (differencing) column(t *Table, c *Column, keys []string, other Released, before map[string]int, out *findings) {
	i := slices.IndexFunc(other.Table.Columns, func(o *Column) bool { return o.Name == c.Name && o.Role == RoleCount })
	if i < 0 || c.shown != noControl && other.Table.Columns[i].shown == c.shown {
		return // differences of rounded counts are rounded
	}
	var near, masked spots
	same, far := 0, 0
	for n := range t.Rows {
		row, ok := before[keys[n]]
		if !ok || t.roleAt(n, c.At) != RoleCount {
			continue
		}
		was, now := other.Table.Rows[row].cell(i), t.Rows[n].cell(c.At)
		at := t.place(&t.Rows[n], c.At)
		switch apart := math.Abs(math.Round(now.Value) - math.Round(was.Value)); {
		case now.Kind == Mask && was.Kind == Number, now.Kind == Number && was.Kind == Mask:
			masked.add(at)
		case now.Kind != Number || was.Kind != Number:
		case apart == 0 && now.Value <= float64(out.profile.Threshold): // by chance, often
		case apart == 0:
			same++
		case apart <= float64(out.profile.Threshold):
			near.add(at)
		default:
			far++
		}
	}
	if far > same+int(near.count) {
		return // other people, not nearly the same
	}
	weight := High
	if same < int(near.count) {
		weight = Medium // most moved a little: perhaps no subgroup
	}
	out.column(weight, c, near, fmt.Sprintf("%s by 1 to %d from the same cells of %s", number(near.count, "count differs", "counts differ"), out.profile.Threshold, short(other.File)))
	out.column(Medium, c, masked, fmt.Sprintf("%s hidden in one of this file and %s, and shown in the other", number(masked.count, "count is", "counts are"), short(other.File)))
}

// names are the names of the columns.
func (t *Table) names() []string {
	var out []string
	for _, c := range t.Columns {
		out = append(out, c.Name)
	}
	return out
}

// key is all the labels of a row.
func (t *Table) key(row int) string {
	var b strings.Builder
	for _, i := range t.layout.labels {
		if t.Columns[i].Role == RoleIndex {
			continue
		}
		b.WriteString(t.Rows[row].text(i))
		b.WriteByte(0)
	}
	return b.String()
}

// byLabel finds rows by their labels. Labels that stand twice are left out.
func (t *Table) byLabel() map[string]int {
	out := map[string]int{}
	twice := map[string]bool{}
	for n := range t.Rows {
		k := t.key(n)
		if _, ok := out[k]; ok {
			twice[k] = true
		}
		out[k] = n
	}
	for k := range twice {
		delete(out, k)
	}
	return out
}

// maxIndexed bounds the cells of the tables that an index holds.
const maxIndexed = 4_000_000

// Index holds tables by the names of their columns: the simplest [Earlier].
type Index struct {
	byName map[string][]Released
	cells  int
	left   int
}

// Add adds the tables of a file, as long as there is room.
func (x *Index) Add(file string, tables []*Table) {
	if x.byName == nil {
		x.byName = map[string][]Released{}
	}
	for _, t := range tables {
		cells := len(t.Rows) * len(t.Columns)
		if len(t.layout.counts) == 0 || cells == 0 {
			continue // there is nothing to compare
		}
		if x.cells+cells > maxIndexed {
			x.left++
			continue
		}
		x.cells += cells
		k := nameKey(t.names())
		x.byName[k] = append(x.byName[k], Released{File: file, Table: t})
	}
}

// Left is how many tables there was no room for.
func (x *Index) Left() int { return x.left }

// Alike returns the tables with these columns, the latest twenty of them.
func (x *Index) Alike(names []string) []Released {
	const most = 20
	list := x.byName[nameKey(names)]
	return list[max(0, len(list)-most):]
}

func nameKey(names []string) string { return strings.ToLower(strings.Join(names, "\x00")) }
