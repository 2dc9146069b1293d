package main

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// row is one line of the table.
type row struct {
	work     string
	on       string // the database; "" if there is none
	measured string
	baseline string
	ratio    string
	cpu      string  // the same ratio of the time of processors
	value    float64 // what is held against the bar
	bar      bar
}

// bar is what is to be reached. The zero bar is none: the row is for
// information.
type bar struct {
	text  string
	least bool // the value must be at least the limit, else at most
	limit float64
}

func atLeast(limit float64) bar { return bar{fmt.Sprintf("≥ %.3g ×", limit), true, limit} }
func atMost(limit float64) bar  { return bar{fmt.Sprintf("≤ %.3g ×", limit), false, limit} }

// met says whether the bar is met.
func (r row) met() string {
	switch {
	case r.bar.text == "":
		return "–"
	case r.bar.least && r.value >= r.bar.limit, !r.bar.least && r.value <= r.bar.limit:
		return "met"
	}
	return "missed"
}

// add keeps a row of a ratio.
func (b *bench) add(work, on, measured, baseline string, ratio cost, to bar) {
	b.addRow(row{
		work: work, on: on, measured: measured, baseline: baseline, value: ratio.seconds, bar: to,
		ratio: fmt.Sprintf("%.2f ×", ratio.seconds), cpu: fmt.Sprintf("%.2f ×", ratio.cpu),
	})
}

// addRow keeps a row, and says so.
func (b *bench) addRow(r row) {
	b.rows = append(b.rows, r)
	b.note("  %s", strings.Join(r.cells(), " | "))
}

func (r row) cells() []string {
	or := func(s string) string {
		if s == "" {
			return "–"
		}
		return s
	}
	return []string{r.work, or(r.on), r.measured, or(r.baseline), or(r.ratio), or(r.cpu), or(r.bar.text), r.met()}
}

// show prints the table, as Markdown that is aligned.
func show(w io.Writer, rows []row) error {
	lines := [][]string{{"work", "database", "measured", "baseline", "ratio", "by CPU", "bar", "result"}, nil}
	for _, r := range rows {
		lines = append(lines, r.cells())
	}
	widths := make([]int, len(lines[0]))
	for _, cells := range lines {
		for i, c := range cells {
			widths[i] = max(widths[i], utf8.RuneCountInString(c))
		}
	}
	var text strings.Builder
	for _, cells := range lines {
		for i, width := range widths {
			cell, fill := strings.Repeat("-", width), ""
			if cells != nil {
				cell, fill = cells[i], strings.Repeat(" ", width-utf8.RuneCountInString(cells[i]))
			}
			fmt.Fprintf(&text, "| %s%s ", cell, fill)
		}
		text.WriteString("|\n")
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// lasted shows how long something took.
func lasted(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d >= 10*time.Second:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d >= 100*time.Millisecond:
		return fmt.Sprintf("%.0f ms", d.Seconds()*1e3)
	case d >= time.Millisecond:
		return fmt.Sprintf("%.2f ms", d.Seconds()*1e3)
	}
	return fmt.Sprintf("%.0f µs", d.Seconds()*1e6)
}
