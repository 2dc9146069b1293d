package outputs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// BadOrder says why what an address asks for is no order of a table.
type BadOrder struct {
	Reason string // a sentence
}

func (e *BadOrder) Error() string { return e.Reason }

// ReadOrder reads an order as addresses write it: what is sorted by, with a
// minus for the other way round, and filters such as "3>=10", "name~x",
// "*=[REDACTED]" and "3:missing". A column is a number, counted from 1, or a
// name in the header; "*" is any.
func (t *TableInfo) ReadOrder(header []string, sort string, filters []string) (Order, error) {
	var o Order
	if sort != "" {
		column, down := strings.CutPrefix(sort, "-")
		n, ok := t.column(header, column)
		if !ok || n == AnyColumn {
			return Order{}, &BadOrder{fmt.Sprintf("The table has no column “%s” to be sorted by.", Escape(shortened(column)))}
		}
		o.Sorted, o.Column, o.Down = true, n, down
	}
	if len(filters) > MostFilters {
		return Order{}, &BadOrder{fmt.Sprintf("At most %d filters can be set at once.", MostFilters)}
	}
	for _, text := range filters {
		f, ok := t.filter(header, text)
		if !ok {
			return Order{}, &BadOrder{fmt.Sprintf("“%s” is no filter of this table.", Escape(shortened(text)))}
		}
		o.Filters = append(o.Filters, f)
	}
	return o, nil
}

// longestFilter bounds a filter as it is written: there are as many ways to read
// it as it is long.
const longestFilter = 1600

// filter reads a filter. A name may have in it what compares: the first way to
// read it that means something counts.
func (t *TableInfo) filter(header []string, text string) (Filter, bool) {
	if len(text) > longestFilter {
		return Filter{}, false
	}
	for i := range text {
		for _, how := range Hows {
			value, ok := strings.CutPrefix(text[i:], string(how))
			if !ok {
				continue
			}
			column, known := t.column(header, text[:i])
			if f := (Filter{column, how, value}); known && f.Valid() {
				return f, true
			}
		}
	}
	return Filter{}, false
}

// column finds a column by its number or its name.
func (t *TableInfo) column(header []string, text string) (int, bool) {
	text = strings.TrimSpace(text)
	if text == "*" || text == "" {
		return AnyColumn, true
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= t.Columns {
		return n - 1, true
	}
	n := slices.IndexFunc(header, func(name string) bool { return strings.TrimSpace(name) == text })
	return n, n >= 0
}

// Text is a filter as addresses write it.
func (f Filter) Text() string {
	column := "*"
	if f.Column != AnyColumn {
		column = strconv.Itoa(f.Column + 1)
	}
	return column + string(f.How) + f.Value
}

// FilterTexts are the filters as addresses write them.
func (o Order) FilterTexts() []string {
	var texts []string
	for _, f := range o.Filters {
		texts = append(texts, f.Text())
	}
	return texts
}

// SortText is what an order is sorted by, as addresses write it.
func (o Order) SortText() string {
	if !o.Sorted {
		return ""
	}
	sign := ""
	if o.Down {
		sign = "-"
	}
	return sign + strconv.Itoa(o.Column+1)
}

// shortened is the beginning of a text that somebody sent.
func shortened(text string) string {
	const most = 60
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
