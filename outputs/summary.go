package outputs

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The bounds of a summary of columns.
const (
	SummaryColumns = 200 // of one summary
	MostDistinct   = 1000

	mostFrequent = 5
	clippedValue = 60 // bytes of a value that is said
)

// ColumnSummary is what is known of all rows of a column. Whatever is a number,
// missing or redacted is so by the grammar of sorting and filtering.
type ColumnSummary struct {
	Column   int    // counted from 0
	Name     string // in the header
	Rows     int64
	Missing  int64 // also of rows that end before it
	Redacted int64
	Numbers  int64
	Words    int64
	Whole    int64 // numbers that are whole, or are but for noise
	Noisy    int64 // of those, not quite
	Percent  int64 // numbers with a percent sign
	Min, Max float64
	Sum      float64
	SumLost  bool // it is too large to be said
	By5      bool // all numbers are multiples of 5, and there are some
	By6      bool
	By10     bool
	Mid6     bool // all are 0, or 3 more than a multiple of 6
	Shortest int  // characters of words
	Longest  int
	Distinct int64       // different fields that are not missing; at least so many if Many
	Many     bool        // there are more than MostDistinct
	Frequent []Frequency // the most frequent of them, if there are not many and some occur twice
}

// Frequency is how often a field occurs.
type Frequency struct {
	Value string // its beginning, if it is long
	Cut   bool
	Count int64
}

// The types that a column may have.
const (
	TypeEmpty    = "empty"    // all is missing or redacted
	TypeIntegers = "integers" // all else are whole numbers
	TypeNumbers  = "numbers"
	TypeText     = "text"
	TypeMixed    = "mixed" // numbers and words
)

// Type is what a column holds, but for what is missing or redacted.
func (c ColumnSummary) Type() string {
	switch {
	case c.Numbers == 0 && c.Words == 0:
		return TypeEmpty
	case c.Numbers == 0:
		return TypeText
	case c.Words > 0:
		return TypeMixed
	case c.Whole == c.Numbers:
		return TypeIntegers
	}
	return TypeNumbers
}

// Summary is what is known of some columns of a table.
type Summary struct {
	From    int // the first of them, counted from 0
	Columns []ColumnSummary
}

// Summary reads a table once for what its columns hold, SummaryColumns of them
// from one on, or remembers it.
func (t *Table) Summary(ctx context.Context, from int) (Summary, error) {
	s := Summary{From: max(0, min(from, t.Info.Columns-1)) / SummaryColumns * SummaryColumns}
	m, err := t.windows.marks(ctx, t.summaryName(s.From), t.file, &s, func(ctx context.Context) ([]int64, error) {
		return nil, t.summarise(ctx, &s)
	})
	return s, errors.Join(err, m.close())
}

// Summarised reports whether a summary costs next to nothing: it is remembered,
// or the table is small.
func (t *Table) Summarised(from int) bool {
	if t.file.Size() <= alwaysCounted {
		return true
	}
	name := t.summaryName(max(0, min(from, t.Info.Columns-1)) / SummaryColumns * SummaryColumns)
	if name == "" {
		return false
	}
	_, err := t.windows.root.Stat(name)
	return err == nil
}

func (t *Table) summaryName(from int) string {
	if t.name == "" {
		return ""
	}
	return t.name + "-summary-" + strconv.Itoa(from)
}

func (t *Table) summarise(ctx context.Context, s *Summary) error {
	all := make([]*gathering, max(0, min(t.Info.Columns-s.From, SummaryColumns)))
	for i := range all {
		all[i] = newGathering(s.From + i)
	}
	header, err := t.Rows(ctx, 0, 1, maxRecord)
	if err != nil {
		return err
	}
	for i, g := range all {
		if len(header) > 0 && s.From+i < len(header[0].Fields) {
			g.Name, _ = clipped(header[0].Fields[s.From+i])
		}
	}
	err = t.each(ctx, func(_ int64, r *records) error {
		for i, g := range all {
			g.take(&t.Info, r.fieldOr(s.From+i))
		}
		return nil
	})
	s.Columns = make([]ColumnSummary, len(all))
	for i, g := range all {
		s.Columns[i] = g.result()
	}
	return err
}

// gathering is a summary that is being made.
type gathering struct {
	ColumnSummary
	by5, by6, by10, mid6 bool
	lost                 float64 // that the sum left out, of rounding
	seen                 map[string]*seenValue
	last                 *seenValue // columns repeat themselves
}

type seenValue struct {
	Frequency
	key   string
	order int
}

func newGathering(column int) *gathering {
	return &gathering{
		ColumnSummary: ColumnSummary{Column: column}, by5: true, by6: true, by10: true, mid6: true, seen: map[string]*seenValue{},
	}
}

// take adds a row's field.
func (g *gathering) take(t *TableInfo, field []byte) {
	g.Rows++
	v := t.value(field)
	switch v.kind {
	case missing:
		g.Missing++
		return
	case redacted:
		g.Redacted++
	case aNumber:
		g.number(v)
	case aWord:
		g.Words++
		length := utf8.RuneCountInString(t.Encoding.Decode(field))
		if g.Words == 1 {
			g.Shortest = length
		}
		g.Shortest, g.Longest = min(g.Shortest, length), max(g.Longest, length)
	}
	g.see(t, field)
}

func (g *gathering) number(v value) {
	n := v.number
	if g.Numbers++; g.Numbers == 1 {
		g.Min, g.Max = n, n
	}
	g.Min, g.Max = min(g.Min, n), max(g.Max, n)
	// Neumaier's sum: what one step loses is added at the end.
	sum := g.Sum + n
	if math.Abs(g.Sum) >= math.Abs(n) {
		g.lost += (g.Sum - sum) + n
	} else {
		g.lost += (n - sum) + g.Sum
	}
	g.Sum = sum
	if v.percent {
		g.Percent++
	}
	whole, noisy, ok := wholeNumber(n)
	if !ok {
		g.by5, g.by6, g.by10, g.mid6 = false, false, false, false
		return
	}
	g.Whole++
	if noisy {
		g.Noisy++
	}
	count := int64(math.Abs(whole))
	g.by5 = g.by5 && count%5 == 0
	g.by6 = g.by6 && count%6 == 0
	g.by10 = g.by10 && count%10 == 0
	g.mid6 = g.mid6 && (count == 0 || count%6 == 3)
}

// see counts a field that is not missing, until there are many.
func (g *gathering) see(t *TableInfo, field []byte) {
	if g.Many {
		return
	}
	field = bytes.TrimSpace(field)
	if g.last != nil && string(field) == g.last.key {
		g.last.Count++
		return
	}
	var long string
	if len(field) > clippedValue {
		sum := sha256.Sum256(field)
		long = string(sum[:])
	}
	s := g.seen[string(field)]
	if long != "" {
		s = g.seen[long]
	}
	if s == nil {
		if len(g.seen) == MostDistinct {
			g.Many, g.seen, g.last = true, nil, nil
			return
		}
		s = &seenValue{key: cmp.Or(long, string(field)), order: len(g.seen)}
		s.Value, s.Cut = clipped(t.Encoding.Decode(field))
		g.seen[s.key] = s
	}
	s.Count++
	g.last = s
}

// clipped is a text, or its beginning.
func clipped(text string) (string, bool) {
	if len(text) <= clippedValue {
		return strings.ToValidUTF8(text, "\ufffd"), false
	}
	cut := clippedValue
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return strings.ToValidUTF8(text[:cut], "\ufffd"), true
}

func (g *gathering) result() ColumnSummary {
	c := g.ColumnSummary
	c.Sum += g.lost
	if math.IsInf(c.Sum, 0) || math.IsNaN(c.Sum) {
		c.Sum, c.SumLost = 0, true
	}
	some := c.Numbers > 0
	c.By5, c.By6, c.By10, c.Mid6 = some && g.by5, some && g.by6, some && g.by10, some && g.mid6
	c.Distinct = int64(len(g.seen))
	if c.Many {
		c.Distinct = MostDistinct
		return c
	}
	all := make([]*seenValue, 0, len(g.seen))
	for _, s := range g.seen {
		if s.Count > 1 {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b *seenValue) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.order, b.order)) })
	for _, s := range all[:min(len(all), mostFrequent)] {
		c.Frequent = append(c.Frequent, s.Frequency)
	}
	return c
}
