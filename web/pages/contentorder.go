package pages

import (
	"net/url"
	"strconv"
	"strings"

	"sallyport/outputs"
)

// HeaderCell is the name of a column, and the way to sort by it.
type HeaderCell struct {
	Cell
	Sort  string // the address of the next way to sort by it
	Title string // what that does
	Aria  string // how the table is sorted by it now: "ascending", "descending" or ""
}

// Ordered says how a table is sorted and filtered, and the way back.
type Ordered struct {
	Sorted  string
	Count   string
	Filters []Link // what rows pass, and the address without it
	Plain   string
}

// TableTools is the form that filters a table, or divides it anew.
type TableTools struct {
	Action    string
	Hidden    []Fact // what the form keeps
	Columns   []Choice
	Wide      bool // there are too many columns to choose from a list
	Hows      []Choice
	Full      bool // there can be no more filters
	Delimiter []Choice
}

// TablePlace is a row that somebody may comment on.
type TablePlace struct {
	Row     int64
	Columns []string // that they may name
}

// ordered adds how a table is looked at to an address.
func (l Look) ordered(query url.Values) {
	if l.Sort != "" {
		query.Set("sort", l.Sort)
	}
	if len(l.Filters) > 0 {
		query["filter"] = l.Filters
	}
	if l.Delimiter != "" {
		query.Set("delimiter", l.Delimiter)
	}
	if l.Summary {
		query.Set("summary", "1")
	}
}

// headerCell is the name of a column.
func (w *tableWindow) headerCell(n int) HeaderCell {
	cell := HeaderCell{Cell: Cell{Spans: []Span{{Text: "no header"}}, Quiet: true}}
	if n < len(w.header) {
		cell.Cell = w.field(outputs.Row{Fields: w.header}, n)
		if strings.TrimSpace(w.header[n]) == "" {
			cell.Cell = Cell{Spans: []Span{{Text: "no name"}}, Quiet: true, Mark: cell.Mark}
		}
	}
	next := w.look
	next.Sort = strconv.Itoa(n + 1)
	cell.Title = "Sort, " + w.direction(n, false)
	if w.order.Sorted && w.order.Column == n {
		cell.Aria = "ascending"
		next.Sort, cell.Title = "-"+next.Sort, "Sort, "+w.direction(n, true)
		if w.order.Down {
			cell.Aria, next.Sort, cell.Title = "descending", "", "As in the file"
		}
	}
	cell.Sort = next.at("", 0, w.look.Column)
	return cell
}

// direction says what comes first.
func (w *tableWindow) direction(column int, down bool) string {
	numbers := column < len(w.info.Numbers) && w.info.Numbers[column]
	switch {
	case numbers && down:
		return "largest first"
	case numbers:
		return "smallest first"
	case down:
		return "Z to A"
	}
	return "A to Z"
}

// columnName is a column as sentences name it.
func (w *tableWindow) columnName(n int) string {
	if n == outputs.AnyColumn {
		return "any column"
	}
	if n >= len(w.header) || strings.TrimSpace(w.header[n]) == "" {
		return "column " + Count(n+1)
	}
	name, cut := clip(w.header[n], leastCell)
	if cut {
		name += "…"
	}
	return "“" + Visible(name) + "”"
}

// columnNames are those of the columns that are shown.
func (w *tableWindow) columnNames() []string {
	var names []string
	for n := w.look.Column; n < min(w.last, len(w.header)); n++ {
		if name := strings.TrimSpace(w.header[n]); name != "" && len(name) <= leastCell {
			names = append(names, Visible(name))
		} else {
			names = append(names, "column "+strconv.Itoa(n+1))
		}
	}
	return names
}

// ordered says how the table is sorted and filtered; nil if it is as it stands.
func (w *tableWindow) ordered() *Ordered {
	if w.order.Plain() {
		return nil
	}
	o := &Ordered{}
	if w.order.Sorted {
		o.Sorted = "Sorted by " + w.columnName(w.order.Column) + ", " + w.direction(w.order.Column, w.order.Down) + "."
	}
	if len(w.order.Filters) > 0 {
		o.Count = Count(int(w.matches)) + " of " + Plural(int(max(w.info.Records-1, 0)), "row") + ", where"
	}
	for i, f := range w.order.Filters {
		without := w.look
		without.Filters = append(append([]string{}, w.look.Filters[:i]...), w.look.Filters[i+1:]...)
		o.Filters = append(o.Filters, Link{Text: w.columnName(f.Column) + " " + filterWords(f), Href: without.at("", 0, w.look.Column)})
	}
	plain := w.look
	plain.Sort, plain.Filters = "", nil
	o.Plain = plain.at("", 0, w.look.Column)
	return o
}

// howWords are the ways to compare, as sentences and choices have them.
var howWords = []Choice{
	{Value: string(outputs.Contains), Text: "contains"}, {Value: string(outputs.Equals), Text: "is"}, {Value: string(outputs.Differs), Text: "is not"},
	{Value: string(outputs.Less), Text: "is less than"}, {Value: string(outputs.AtMost), Text: "is at most"},
	{Value: string(outputs.More), Text: "is more than"}, {Value: string(outputs.AtLeast), Text: "is at least"},
	{Value: ":missing", Text: "is missing"}, {Value: ":redacted", Text: "is redacted"}, {Value: ":number", Text: "is a number"},
	{Value: ":text", Text: "is text"},
}

func filterWords(f outputs.Filter) string {
	how, value := string(f.How), " “"+Visible(f.Value)+"”"
	if f.How == outputs.Is {
		how, value = how+f.Value, ""
	}
	for _, w := range howWords {
		if w.Value == how {
			return w.Text + value
		}
	}
	return how + value
}

// mostChoices is how many columns are listed to choose from.
const mostChoices = 200

// tools is the form of a table.
func (w *tableWindow) tools() *TableTools {
	if w.info.Records == 0 {
		return nil
	}
	t := &TableTools{Action: w.look.Page, Hows: howWords, Full: len(w.look.Filters) >= outputs.MostFilters}
	keep := func(name, value string) { t.Hidden = append(t.Hidden, Fact{Name: name, Text: value}) }
	if w.look.Sort != "" {
		keep("sort", w.look.Sort)
	}
	for _, f := range w.look.Filters {
		keep("filter", f)
	}
	if w.look.Column > 0 {
		keep("column", strconv.Itoa(w.look.Column+1))
	}
	if w.look.Summary {
		keep("summary", "1")
	}
	if t.Wide = w.info.Columns > mostChoices; !t.Wide {
		for n := range w.info.Columns {
			t.Columns = append(t.Columns, Choice{Value: strconv.Itoa(n + 1), Text: strings.Trim(w.columnName(n), "“”")})
		}
	}
	chosen := w.look.Delimiter
	found := "as found"
	if chosen == "" {
		found += ": " + outputs.DividedBy(w.info.Delimiter).Plural
	}
	t.Delimiter = []Choice{{Value: "", Text: found, Chosen: chosen == ""}}
	for _, d := range outputs.Delimiters {
		t.Delimiter = append(t.Delimiter, Choice{Value: d.Name, Text: d.Plural, Chosen: strings.EqualFold(chosen, d.Name) || chosen == string(d.Byte)})
	}
	return t
}
