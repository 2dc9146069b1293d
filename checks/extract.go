package checks

import (
	"math"
	"strings"
)

// Extract is what of a table is compared with other tables: its counts, each
// by the labels that say whose count it is, wherever they stand. A label is the
// same in a row, a header or another spelling of either, so that a long table
// can be compared with a wide one. Labels of totals are left out: a total has
// fewer labels than its parts.
type Extract struct {
	Table      int             `json:"table"`              // of its file, from 1
	Text       bool            `json:"text,omitempty"`     // its places are lines
	Numbered   int             `json:"numbered,omitempty"` // its number in places, if they have one
	Dimensions []string        `json:"dimensions"`         // names of the columns of labels
	Labels     []string        `json:"labels"`             // those that occur, folded
	Columns    []ExtractColumn `json:"columns"`
	Rows       []ExtractRow    `json:"rows"`
	Left       int64           `json:"left,omitempty"` // rows that there was no room for
}

// ExtractColumn is a column of counts.
type ExtractColumn struct {
	Name    string  `json:"name"`
	At      int     `json:"at"`                // from 0
	Labels  []int   `json:"labels,omitempty"`  // of its header, by their place in Labels
	Rounded Control `json:"rounded,omitempty"` // what its counts show
}

// ExtractRow is a row: where it stands, its labels, one for each dimension, and
// its counts, one for each column.
type ExtractRow struct {
	Row    int64     `json:"row"`
	Line   int64     `json:"line"`
	Labels []int     `json:"labels"` // by their place in Labels; -1 for none
	Counts []float64 `json:"counts"` // or one of the two below
}

// What stands in the place of a count that is not known.
const (
	CountHidden  = -1.0 // by a mask
	CountMissing = -2.0 // or none, or no count
)

const (
	extractedCells = 20_000 // of a table
	extractedMost  = 60_000 // of a file
	extractedTable = 100    // tables of a file
	longestLabel   = 60     // bytes of a label
)

// Extracts are the extracts of the tables that have counts.
func Extracts(tables []*Table) []Extract {
	var out []Extract
	room := extractedMost
	for _, t := range tables {
		if len(out) == extractedTable || room <= 0 {
			break
		}
		x, cells := t.extract(min(room, extractedCells))
		if cells > 0 {
			out = append(out, x)
			room -= cells
		}
	}
	return out
}

// extracting makes an extract of a table.
type extracting struct {
	Extract
	table  *Table
	from   []int // the columns of labels
	fill   bool  // the first of them is said once for several rows
	known  map[string]int
	folded map[written]int // labels as they are written
}

// written is a label of a dimension as a row says it.
type written struct {
	dimension int
	said      string
}

// extract is the extract of a table of at most so many cells, and how many
// there are.
func (t *Table) extract(most int) (Extract, int) {
	x := extracting{table: t, known: map[string]int{}, folded: map[written]int{}}
	x.Table, x.Text, x.Numbered = t.At, t.text, t.number()
	for _, i := range t.layout.labels {
		if r := t.Columns[i].Role; r != RoleIndex && r != RoleFreeText {
			x.from = append(x.from, i)
			x.Dimensions = append(x.Dimensions, short(t.Columns[i].Name))
		}
	}
	x.columns()
	if len(x.Columns) == 0 {
		return Extract{}, 0
	}
	x.fill = x.saidOnce()
	width := len(x.Columns) + len(x.from)
	for n := range t.Rows {
		if (len(x.Rows)+1)*width > most {
			break
		}
		x.row(n)
	}
	x.Left = t.All - int64(len(x.Rows))
	return x.Extract, len(x.Rows) * width
}

// columns takes the columns of counts, and the labels of their headers. Where
// two headers say the same, their whole names tell them apart.
func (x *extracting) columns() {
	t := x.table
	same := map[string]int{}
	said := func(c *Column) []string {
		if !c.named {
			return nil
		}
		return headerLabels(c.Name)
	}
	for i, c := range t.Columns {
		if c.Role == RoleCount || i == t.layout.value {
			same[strings.Join(said(c), "\x00")]++
		}
	}
	for i, c := range t.Columns {
		if c.Role != RoleCount && i != t.layout.value {
			continue
		}
		out := ExtractColumn{Name: short(c.Name), At: i, Rounded: c.shown}
		labels := said(c)
		if same[strings.Join(labels, "\x00")] > 1 {
			labels = []string{"column " + strings.ToLower(c.Name)}
		}
		for _, l := range labels {
			out.Labels = append(out.Labels, x.label(l))
		}
		x.Columns = append(x.Columns, out)
	}
}

// saidOnce reports whether the first column of labels has one only where it
// changes.
func (x *extracting) saidOnce() bool {
	if len(x.from) < 2 || len(x.table.Rows) == 0 || x.table.Rows[0].text(x.from[0]) == "" {
		return false
	}
	blank := 0
	for n := range x.table.Rows {
		if x.table.Rows[n].text(x.from[0]) == "" {
			blank++
		}
	}
	return blank*3 > len(x.table.Rows)
}

// row takes a row.
func (x *extracting) row(n int) {
	t := x.table
	r := &t.Rows[n]
	out := ExtractRow{Row: r.Row, Line: r.Line, Labels: make([]int, len(x.from)), Counts: make([]float64, len(x.Columns))}
	for d, i := range x.from {
		switch said := r.text(i); {
		case said == "" && d == 0 && x.fill && len(x.Rows) > 0:
			out.Labels[d] = x.Rows[len(x.Rows)-1].Labels[d]
		default:
			out.Labels[d] = x.rowLabel(d, said)
		}
	}
	for k, c := range x.Columns {
		out.Counts[k] = CountMissing
		cell := r.cell(c.At)
		switch {
		case t.roleAt(n, c.At) != RoleCount:
		case cell.Kind == Mask:
			out.Counts[k] = CountHidden
		case cell.Kind == Number && cell.Value >= 0 && cell.Value < 1e15:
			out.Counts[k] = math.Round(cell.Value)
		}
	}
	x.Rows = append(x.Rows, out)
}

// rowLabel is the label of a cell in a dimension; -1 if there is none, or it is
// that of a total.
func (x *extracting) rowLabel(dimension int, said string) int {
	key := written{dimension, said}
	if at, ok := x.folded[key]; ok {
		return at
	}
	at := -1
	if said != "" && !isTotal(said) {
		if l := foldLabel(x.Dimensions[dimension], said); l != "" {
			at = x.label(l)
		}
	}
	x.folded[key] = at
	return at
}

// label is the place of a label in Labels.
func (x *extracting) label(l string) int {
	l = cutText(l, longestLabel)
	at, ok := x.known[l]
	if !ok {
		at = len(x.Labels)
		x.known[l] = at
		x.Labels = append(x.Labels, l)
	}
	return at
}
