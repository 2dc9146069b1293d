package checks

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// sheet is a released table that something is put into.
type sheet struct {
	name    string
	records [][]string
	table   *Table
	profile Profile
	file    string // what it is called after something was put in
	raw     string // all of it, where it is no table any more
}

// fewestRecall is how many of the injected disclosures each rule must find.
const fewestRecall = 0.95

// sheets are the released files that are one table with a header and a few
// rows.
func sheets(t *testing.T) []*sheet {
	t.Helper()
	var out []*sheet
	files := releasedFiles(t)
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		r, tables := look(t, name, files[name], DefaultProfile())
		if r.Examined.Kind != "table" || len(tables) != 1 || tables[0].Header == 0 || len(tables[0].Rows) < 3 {
			continue
		}
		out = append(out, &sheet{name: name, records: recordsOf(t, files[name]), table: tables[0], profile: DefaultProfile(), file: "injected.csv"})
	}
	if len(out) < 40 {
		t.Fatalf("only %d sheets", len(out))
	}
	return out
}

// recordsOf are the records of a file, blank lines too, so that rows keep
// their numbers.
func recordsOf(t *testing.T, text string) [][]string {
	t.Helper()
	text = strings.TrimPrefix(text, "\xef\xbb\xbf")
	delimiter, _ := sniff([]byte(text[:min(len(text), sniffed)]), true)
	r := newRecords(strings.NewReader(text), delimiter)
	var out [][]string
	for r.next() == nil {
		fields := make([]string, len(r.fields))
		for i, f := range r.fields {
			fields[i] = string(f)
		}
		out = append(out, fields)
	}
	return out
}

// clone is a copy that may be changed.
func (s *sheet) clone() *sheet {
	c := *s
	c.records = nil
	for _, r := range s.records {
		c.records = append(c.records, slices.Clone(r))
	}
	return &c
}

// text is the sheet as a file.
func (s *sheet) text() string {
	if s.raw != "" {
		return s.raw
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for _, r := range s.records {
		if len(r) == 0 {
			w.Flush()
			b.WriteString("\n")
			continue
		}
		if w.Write(r) != nil {
			return ""
		}
	}
	w.Flush()
	return b.String()
}

// widen adds a column with a header and what stands in each row.
func (s *sheet) widen(header string, cell func(r *Row) string) {
	at := map[int64]*Row{}
	for n := range s.table.Rows {
		at[s.table.Rows[n].Row] = &s.table.Rows[n]
	}
	width := len(s.table.Columns)
	last := int64(s.table.Header) - 1
	for n := range s.records {
		if len(s.records[n]) == 0 {
			continue
		}
		for len(s.records[n]) < width {
			s.records[n] = append(s.records[n], "")
		}
		switch row := at[int64(n)]; {
		case row != nil:
			s.records[n] = append(s.records[n], cell(row))
		case int64(n) <= last:
			s.records[n] = append(s.records[n], header)
		}
	}
}

// counts are the columns that are counts beyond doubt, with plain cells.
func (s *sheet) counts() []*Column {
	var out []*Column
	for _, c := range s.table.Columns {
		if c.Role == RoleCount && c.Sure && c.besides == 0 && c.ratios == 0 && c.nonZero >= 3 {
			out = append(out, c)
		}
	}
	return out
}

// rowsOf are the rows in which a column has a count above the threshold.
func (s *sheet) rowsOf(c *Column) []*Row {
	var out []*Row
	for n := range s.table.Rows {
		r := &s.table.Rows[n]
		if x := r.cell(c.At); x.Kind == Number && x.whole() && x.Value > 20 && s.table.roleAt(n, c.At) == RoleCount && !s.table.layout.totals[n] && int(r.Row) < len(s.records) && c.At < len(s.records[r.Row]) {
			out = append(out, r)
		}
	}
	return out
}

// injection puts something disclosive into a sheet, for a rule to find, and
// says in which row; ok is false if there is no place for it.
type injection struct {
	rule, name string
	put        func(t *testing.T, s *sheet) (row int64, ok bool)
}

// anyRow says that the finding may be anywhere.
const anyRow = -1

func injections() []injection {
	return []injection{
		{"low-counts", "a count of four", putLow("4")},
		{"low-counts", "a count of one, as a fraction", putLow("1.0")},
		{"low-counts", "a mask taken off", unmask},
		{"declared-control", "a count that is not rounded", unround},
		{"declared-control", "a count that is not rounded, among many that are, and nothing declared", unroundSilently},
		{"declared-control", "rounding declared, not done", declareFalsely},
		{"recomputed", "percentages of the counts before rounding", percentagesBefore},
		{"masks-undone", "one mask above a total", maskAboveTotal},
		{"masks-undone", "one mask in a row with a total", maskInRow},
		{"masks-undone", "a count hidden beside its rate", hideBesideRate},
		{"people", "a column of identifiers", identify},
		{"identifiers", "a column of NHS numbers", nhsNumbers},
		{"differencing", "a table that differs by three people", differ},
		{"extremes", "a column of maxima", maxima},
		{"hidden-content", "a formula", formula},
		{"rows", "rows without end", manyRows},
		{"models", "few degrees of freedom", fewFreedom},
	}
}

// TestInjectedDisclosures puts disclosures into released tables and demands
// that nearly all are found.
func TestInjectedDisclosures(t *testing.T) {
	recall, rules := map[string]score{}, map[string]score{}
	all := sheets(t)
	for _, x := range append(injections(), injectionsOfRules()...) {
		s := recall[x.rule+": "+x.name]
		for _, original := range all {
			c := original.clone()
			row, ok := x.put(t, c)
			if !ok {
				continue
			}
			s.of++
			r, _ := look(t, c.file, c.text(), c.profile)
			if finds := slices.ContainsFunc(r.Findings, func(f Finding) bool {
				return f.Rule == x.rule && (f.Weight == High || f.Weight == Medium) && (row == anyRow || slices.ContainsFunc(f.Places, func(p Place) bool { return p.Row == row }) || f.Count > maxPlaces)
			}); finds {
				s.right++
			} else {
				t.Logf("%s: %s is not found in %s, row %d", x.rule, x.name, c.name, row)
			}
		}
		recall[x.rule+": "+x.name] = s
		rules[x.rule] = score{rules[x.rule].right + s.right, rules[x.rule].of + s.of}
		if s.share() < fewestRecall || s.of < 5 {
			t.Errorf("%s, %s: found %s", x.rule, x.name, s)
		}
	}
	logScores(t, "recall of injected disclosures", recall)
	logRules(t, rules)
}

// pick is a column of counts and a row of it, in the middle.
func (s *sheet) pick() (*Column, *Row, bool) {
	for _, c := range s.counts() {
		if rows := s.rowsOf(c); len(rows) >= 3 {
			return c, rows[len(rows)/2], true
		}
	}
	return nil, nil, false
}

func putLow(value string) func(*testing.T, *sheet) (int64, bool) {
	return func(_ *testing.T, s *sheet) (int64, bool) {
		c, r, ok := s.pick()
		if ok {
			s.records[r.Row][c.At] = value
		}
		return rowOf(r), ok
	}
}

func rowOf(r *Row) int64 {
	if r == nil {
		return 0
	}
	return r.Row
}

// unmask writes a low count where a count was hidden, or where one will be
// thought to have been.
func unmask(_ *testing.T, s *sheet) (int64, bool) {
	for _, c := range s.table.Columns {
		if c.Role != RoleCount || !c.Sure || c.masks == 0 && c.missing == 0 {
			continue
		}
		for n := range s.table.Rows {
			r := &s.table.Rows[n]
			if x := r.cell(c.At); (x.Kind == Mask || x.Kind == Missing) && c.At < len(s.records[r.Row]) && len(s.rowsOf(c)) > 2 && s.table.roleAt(n, c.At) == RoleCount {
				s.records[r.Row][c.At] = "2"
				return r.Row, true
			}
		}
	}
	return 0, false
}

func unround(_ *testing.T, s *sheet) (int64, bool) {
	for _, c := range s.counts() {
		if c.shown == noControl || c.shown == roundedSeven {
			continue
		}
		if rows := s.rowsOf(c); len(rows) > 0 {
			r := rows[len(rows)/2]
			s.records[r.Row][c.At] = whole(r.cell(c.At).Value + 1)
			s.profile.Declared = []Control{c.shown}
			return r.Row, true
		}
	}
	return 0, false
}

// unroundSilently changes one of many rounded counts.
func unroundSilently(_ *testing.T, s *sheet) (int64, bool) {
	rounded := int64(0)
	for _, c := range s.table.Columns {
		if c.Role == RoleCount && c.shown != noControl {
			rounded += c.nonZero
		}
	}
	if rounded < 30 {
		return 0, false
	}
	row, ok := unround(nil, s)
	s.profile.Declared = nil
	return row, ok
}

func whole(v float64) string { return strconv.FormatInt(int64(math.Round(v)), 10) }

func declareFalsely(_ *testing.T, s *sheet) (int64, bool) {
	for _, c := range s.counts() {
		if c.shown == noControl && len(s.rowsOf(c)) > 5 {
			s.profile.Declared = []Control{Rounded5}
			return anyRow, true
		}
	}
	return 0, false
}

// percentagesBefore rounds a column to five, and adds what share of a large
// number it was before.
func percentagesBefore(_ *testing.T, s *sheet) (int64, bool) {
	c, _, ok := s.pick()
	if !ok || c.shown != noControl {
		return 0, false
	}
	rows := s.rowsOf(c)
	if len(rows) < 8 || c.max > 100_000 {
		return 0, false
	}
	for n := range s.table.Rows {
		if r := &s.table.Rows[n]; r.cell(c.At).Kind == Number {
			s.records[r.Row][c.At] = whole(math.Round(r.cell(c.At).Value/5) * 5)
		}
	}
	s.widen("population", func(r *Row) string { return whole(5 * math.Round((c.max*2+float64(r.Row)*35)/5)) })
	s.widen("percent", func(r *Row) string {
		all := 5 * math.Round((c.max*2+float64(r.Row)*35)/5)
		return strconv.FormatFloat(100*r.cell(c.At).Value/all, 'f', 4, 64)
	})
	s.profile.Declared = []Control{Rounded5}
	return anyRow, true
}

// maskAboveTotal hides a low count in a column and adds a row with its total.
func maskAboveTotal(_ *testing.T, s *sheet) (int64, bool) {
	if len(s.table.layout.totals) > 0 || len(s.table.layout.labels) == 0 || len(s.table.layout.rows) > 0 {
		return 0, false
	}
	c, r, ok := s.pick()
	if !ok || c.masks > 0 || c.missing > 0 || c.shown != noControl || c.texts > 0 || c.negative > 0 {
		return 0, false
	}
	sums := map[int]float64{}
	for n := range s.table.Rows {
		for _, i := range s.table.layout.counts {
			sums[i] += math.Round(s.table.Rows[n].cell(i).Value)
		}
	}
	total := make([]string, len(s.table.Columns))
	for _, i := range s.table.layout.counts {
		if total[i] = whole(sums[i]); i == c.At {
			total[i] = whole(sums[i] - math.Round(r.cell(i).Value) + 5)
		}
	}
	total[s.table.layout.labels[0]] = "Total"
	s.records[r.Row][c.At] = "[REDACTED]"
	s.records = append(s.records, total)
	return r.Row, true
}

// maskInRow splits a count in three columns with their total, and hides one.
func maskInRow(_ *testing.T, s *sheet) (int64, bool) {
	c, r, ok := s.pick()
	if !ok || len(s.rowsOf(c)) < 5 || s.table.Header > 1 {
		return 0, false
	}
	part := func(x *Row, n int) float64 {
		v := math.Round(x.cell(c.At).Value)
		if x.Row == r.Row {
			return []float64{5, 41, 32}[n]
		}
		first := math.Floor(v*.3) + 11
		return []float64{first, math.Floor(v*.5) + 14, v + 18}[n]
	}
	out := [][]string{{"group", "low", "middle", "high", "total"}}
	row := int64(0)
	for _, x := range s.rowsOf(c) {
		cells := []string{fmt.Sprintf("group %d", x.Row)}
		sum := 0.0
		for n := range 3 {
			cells = append(cells, whole(part(x, n)))
			sum += part(x, n)
		}
		cells = append(cells, whole(sum))
		if x.Row == r.Row {
			cells[1] = "<8"
			row = int64(len(out))
		}
		out = append(out, cells)
	}
	s.records = out
	return row, true
}

// hideBesideRate adds person-time and a rate, and hides a low count.
func hideBesideRate(_ *testing.T, s *sheet) (int64, bool) {
	c, r, ok := s.pick()
	if !ok || len(s.rowsOf(c)) < 5 || c.shown != noControl {
		return 0, false
	}
	years := func(x *Row) float64 { return 1000 + 37*float64(x.Row%91) }
	s.widen("person_years", func(x *Row) string { return whole(years(x)) })
	s.widen("rate_per_1000", func(x *Row) string {
		v := math.Round(x.cell(c.At).Value)
		if x.Row == r.Row {
			v = 3
		}
		return strconv.FormatFloat(1000*v/years(x), 'f', 4, 64)
	})
	s.records[r.Row][c.At] = "[REDACTED]"
	return r.Row, true
}

func identify(_ *testing.T, s *sheet) (int64, bool) {
	if len(s.table.Rows) < 6 {
		return 0, false
	}
	s.widen("patient_id", func(r *Row) string { return strconv.FormatInt(10_000_019+r.Row*7919, 10) })
	return anyRow, true
}

func nhsNumbers(_ *testing.T, s *sheet) (int64, bool) {
	if len(s.table.Rows) < 6 {
		return 0, false
	}
	next := 400_000_000
	s.widen("pseudonym", func(*Row) string {
		for {
			next += 7919
			digits := []byte(strconv.Itoa(next))
			for last := byte('0'); last <= '9'; last++ {
				if d := append(slices.Clone(digits), last); nhsNumber(d) {
					return string(d)
				}
			}
		}
	})
	return anyRow, true
}

func differ(t *testing.T, s *sheet) (int64, bool) {
	c, r, ok := s.pick()
	labelled := slices.ContainsFunc(s.table.Columns, func(c *Column) bool { return c.Role == RoleLabel || c.Role == RoleDate })
	if !ok || !labelled || c.shown != noControl {
		return 0, false
	}
	_, tables := look(t, "before.csv", s.text(), DefaultProfile())
	x := &Index{}
	x.Add("before.csv", "", Extracts(tables))
	s.profile.Earlier = x
	s.records[r.Row][c.At] = whole(r.cell(c.At).Value + 3)
	return r.Row, true
}

func maxima(_ *testing.T, s *sheet) (int64, bool) {
	s.widen("max_age", func(r *Row) string { return strconv.FormatInt(80+r.Row%25, 10) })
	return anyRow, true
}

func formula(_ *testing.T, s *sheet) (int64, bool) {
	r := &s.table.Rows[len(s.table.Rows)/2]
	if len(s.table.layout.labels) == 0 || len(s.records[r.Row]) == 0 {
		return 0, false
	}
	s.records[r.Row][s.table.layout.labels[0]] = `=HYPERLINK("http://example.org","x")`
	return r.Row, true
}

func manyRows(_ *testing.T, s *sheet) (int64, bool) {
	rows := s.records[s.table.Header:]
	for len(s.records) < 5100+s.table.Header {
		s.records = append(s.records, rows...)
	}
	return anyRow, true
}

func fewFreedom(_ *testing.T, s *sheet) (int64, bool) {
	s.widen("df.residual", func(r *Row) string { return strconv.FormatInt(3+r.Row%40, 10) })
	return anyRow, true
}
