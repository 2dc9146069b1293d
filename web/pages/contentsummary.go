package pages

import (
	"context"
	"math"
	"strconv"
	"strings"

	"sallyport/outputs"
)

// TableSummary is what the columns of a table hold, or the way to find out.
type TableSummary struct {
	Ask     string // where it is made; "" if it is here
	Open    bool
	Text    string // which columns
	Columns []SummaryColumn
}

// SummaryColumn is what one column holds.
type SummaryColumn struct {
	Name     Link // that sorts by it
	Type     string
	Missing  Link // those rows; without an address if there are none
	Redacted Link
	Distinct string
	Min, Max string
	Sum      string
	Rounding string
	Length   string
	Frequent []Link // values, and the rows that have them
	Notes    []string
}

// fewCells is how large a table may be for its summary to be on every page.
const fewCells = 20_000

// fillSums says what columns hold where that is asked for, or costs nothing.
func (c *Content) fillSums(ctx context.Context, table *outputs.Table, w *tableWindow) error {
	if w.info.Records < 2 || len(c.Header) == 0 {
		return nil
	}
	if !w.look.Summary && w.info.Records*int64(w.info.Columns) > fewCells {
		l := w.look
		l.Summary = true
		c.Sums = &TableSummary{Ask: l.at("", l.From, l.Column)}
		return nil
	}
	s, err := table.Summary(ctx, w.look.Column)
	if err != nil {
		return err
	}
	c.Sums = &TableSummary{Open: w.look.Summary, Text: "Of " + Plural(int(w.info.Records-1), "row") + ", all that the file has, whatever is filtered."}
	for _, of := range s.Columns {
		c.Sums.Columns = append(c.Sums.Columns, w.summaryColumn(of))
	}
	return nil
}

func (w *tableWindow) summaryColumn(s outputs.ColumnSummary) SummaryColumn {
	sorted := w.look
	sorted.Sort = strconv.Itoa(s.Column + 1)
	c := SummaryColumn{
		Name: Link{Text: strings.Trim(w.columnName(s.Column), "“”"), Href: sorted.at("", 0, w.look.Column)}, Type: s.Type(),
		Missing: w.rowsThat(s.Missing, s.Column, outputs.Is, "missing"), Redacted: w.rowsThat(s.Redacted, s.Column, outputs.Is, "redacted"),
		Distinct: Count(int(s.Distinct)), Rounding: rounding(s),
	}
	if s.Many {
		c.Distinct = "over " + c.Distinct
	}
	if s.Numbers > 0 {
		c.Min, c.Max, c.Sum = number(s.Min), number(s.Max), number(s.Sum)
		if s.SumLost {
			c.Sum = "too large"
		}
	}
	if s.Words > 0 {
		c.Length = strconv.Itoa(s.Shortest) + "–" + strconv.Itoa(s.Longest)
		if s.Shortest == s.Longest {
			c.Length = strconv.Itoa(s.Longest)
		}
	}
	for _, f := range s.Frequent {
		value := Link{Text: Visible(f.Value), Key: Count(int(f.Count)) + " ×"}
		if !f.Cut {
			value.Href = w.rowsThat(f.Count, s.Column, outputs.Equals, f.Value).Href
		} else {
			value.Text += "…"
		}
		c.Frequent = append(c.Frequent, value)
	}
	if s.Numbers > 0 && s.Words > 0 {
		c.Notes = append(c.Notes, Plural(int(s.Numbers), "number")+", "+Plural(int(s.Words), "text"))
	}
	if s.Noisy > 0 {
		c.Notes = append(c.Notes, Plural(int(s.Noisy), "number")+" "+isAre(s.Noisy)+" whole but for the noise of a calculation")
	}
	if s.Percent > 0 {
		c.Notes = append(c.Notes, Plural(int(s.Percent), "number")+" with a percent sign")
	}
	return c
}

// rowsThat counts rows, and leads to them if there are some.
func (w *tableWindow) rowsThat(count int64, column int, how outputs.How, value string) Link {
	l := Link{Text: Count(int(count))}
	if count > 0 {
		only := w.look
		only.Filters = []string{outputs.Filter{Column: column, How: how, Value: value}.Text()}
		l.Href = only.at("", 0, w.look.Column)
	}
	return l
}

// rounding says what all numbers of a column are multiples of.
func rounding(s outputs.ColumnSummary) string {
	if s.Numbers == 0 || s.Min == 0 && s.Max == 0 {
		return ""
	}
	if s.Mid6 {
		return "midpoint 6"
	}
	var of []string
	for _, b := range []struct {
		is   bool
		text string
	}{{s.By5 && !s.By10, "5"}, {s.By6, "6"}, {s.By10, "10"}} {
		if b.is {
			of = append(of, b.text)
		}
	}
	if len(of) == 0 {
		return ""
	}
	return "multiples of " + strings.Join(of, " and ")
}

// number shows a number with its digits in groups and up to six decimals.
func number(n float64) string {
	const most, least, decimals, groups = 1e15, 1e-4, 6, 3
	if math.Abs(n) >= most || n != 0 && math.Abs(n) < least {
		return strconv.FormatFloat(n, 'g', 4, 64)
	}
	text := strconv.FormatFloat(n, 'f', decimals, 64)
	text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign, text = "−", text[1:]
	}
	whole, fraction, _ := strings.Cut(text, ".")
	for i := len(whole) - groups; i > 0; i -= groups {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	return sign + whole
}
