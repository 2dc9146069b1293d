package checks

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// injectionsOfRules are disclosures for the rules that look at whole tables,
// texts and other files.
func injectionsOfRules() []injection {
	return []injection{
		{"class-disclosure", "all of a group in one class", oneClassOnly},
		{"small-denominators", "nobody of three", fewBelow},
		{"masks-undone", "a count hidden beside its percentage", hideBesidePercentage},
		{"differencing", "a part that is nearly the whole", nearlyAll},
		{"differencing", "groups that add up to three fewer", groupsBefore},
		{"differencing", "the same tables, wide and long", wideAfterLong},
		{"differencing", "a mask that a total elsewhere undoes", maskUndoneElsewhere},
		{"differencing", "hidden here, shown before", hiddenNow},
		{"differencing", "rounded here, not before", roundedNow},
		{"extremes", "a row of smallest values", smallestRow},
		{"models", "a model that explains everything", explainsAll},
		{"models", "a model of six people", modelOfSix},
		{"models", "a log of a model with few degrees of freedom", modelLog},
		{"dominance", "two contributors with nearly all", dominatedTotal},
		{"dominance", "a share of nearly all", dominatedShare},
		{"survival", "a curve of single events beside the number at risk", curveBesideRisk},
		{"survival", "a curve of single events alone", curveAlone},
		{"survival", "events added up one by one", addedUp},
		{"people", "a line list", lineList},
		{"identifiers", "whole postcodes", postcodes},
		{"identifiers", "dates of birth", births},
		{"identifiers", "addresses", addresses},
		{"free-text", "notes", notesAbout},
		{"code-and-logs", "a listing", listedRows},
		{"code-and-logs", "a printed data frame", printedFrame},
		{"code-and-logs", "a failure that quotes a value", failedValue},
		{"evidence", "estimates without a number", estimatesAlone},
		{"evidence", "a figure without its counts", figureAlone},
	}
}

// labelsOf is a word for each row that has a count in column c.
func (s *sheet) labelsOf(c *Column) ([]string, []float64) {
	var names []string
	var values []float64
	for _, r := range s.rowsOf(c) {
		names = append(names, fmt.Sprintf("group %d", r.Row))
		values = append(values, math.Round(r.cell(c.At).Value))
	}
	return names, values
}

// counted are the rows of the first column with enough counts.
func (s *sheet) counted(fewest int) ([]string, []float64, bool) {
	for _, c := range s.counts() {
		if names, values := s.labelsOf(c); len(names) >= fewest && c.shown == noControl {
			return names[:min(len(names), 200)], values[:min(len(names), 200)], true
		}
	}
	return nil, nil, false
}

// with is the profile after a table was released.
func (s *sheet) after(t *testing.T, records [][]string) {
	t.Helper()
	before := *s
	before.records = records
	_, tables := look(t, "before.csv", before.text(), DefaultProfile())
	x := &Index{}
	x.Add("before.csv", "", Extracts(tables))
	s.profile.Earlier = x
}

func oneClassOnly(_ *testing.T, s *sheet) (int64, bool) {
	names, values, ok := s.counted(5)
	if !ok {
		return 0, false
	}
	at := len(names) / 2
	s.records = [][]string{{"group", "yes", "no"}}
	for n, v := range values {
		yes := math.Floor(v/3) + 9
		if n == at {
			yes = 0
		}
		s.records = append(s.records, []string{names[n], whole(yes), whole(v + 11 - min(yes, 11))})
	}
	return int64(at) + 1, true
}

func fewBelow(_ *testing.T, s *sheet) (int64, bool) {
	_, r, ok := s.pick()
	if !ok {
		return 0, false
	}
	s.widen("of those treated", func(x *Row) string {
		if x.Row == r.Row {
			return "0 / 3"
		}
		return fmt.Sprintf("%d / %d", 11+x.Row%7, 60+x.Row%31)
	})
	return r.Row, true
}

func hideBesidePercentage(_ *testing.T, s *sheet) (int64, bool) {
	c, r, ok := s.pick()
	if !ok || len(s.rowsOf(c)) < 6 || c.shown != noControl || c.max > 1e6 {
		return 0, false
	}
	all := func(x *Row) float64 { return c.max + 500 + 37*float64(x.Row%91) }
	s.widen("population", func(x *Row) string { return whole(all(x)) })
	s.widen("percent", func(x *Row) string {
		v := math.Round(x.cell(c.At).Value)
		if x.Row == r.Row {
			v = 3
		}
		return strconv.FormatFloat(100*v/all(x), 'f', 5, 64)
	})
	s.records[r.Row][c.At] = "[REDACTED]"
	return r.Row, true
}

func nearlyAll(t *testing.T, s *sheet) (int64, bool) {
	names, values, ok := s.counted(5)
	if !ok || slices.Max(values) < 300 {
		return 0, false
	}
	at := slices.Index(values, slices.Max(values))
	whole1 := [][]string{{"group", "n"}}
	s.records = [][]string{{"group", "condition", "n"}}
	for n, v := range values {
		whole1 = append(whole1, []string{names[n], whole(v)})
		part := math.Floor(v * .4)
		if n == at {
			part = v - 3
		}
		s.records = append(s.records, []string{names[n], "asthma", whole(part)})
	}
	s.after(t, whole1)
	return int64(at) + 1, true
}

// split are the counts of women and men of each group, three fewer in one row.
func (s *sheet) split() (totals, parts [][]string, at int, ok bool) {
	names, values, ok := s.counted(5)
	if !ok {
		return nil, nil, 0, false
	}
	at = len(names) / 2
	totals, parts = [][]string{{"group", "n"}}, [][]string{{"group", "F", "M"}}
	for n, v := range values {
		v += 40
		women := math.Floor(v*.45) + 3
		totals = append(totals, []string{names[n], whole(v)})
		men := v - women
		if n == at {
			men -= 3
		}
		parts = append(parts, []string{names[n], whole(women), whole(men)})
	}
	return totals, parts, at, true
}

func groupsBefore(t *testing.T, s *sheet) (int64, bool) {
	totals, parts, at, ok := s.split()
	if ok {
		s.records = parts
		s.after(t, totals)
	}
	return int64(at) + 1, ok
}

func wideAfterLong(t *testing.T, s *sheet) (int64, bool) {
	_, parts, at, ok := s.split()
	if !ok {
		return 0, false
	}
	long := [][]string{{"sex", "area", "count"}}
	for n, r := range parts[1:] {
		women, _ := strconv.Atoi(r[1])
		if n == at {
			women += 4
		}
		long = append(long, []string{"female", strings.ToUpper(r[0]), strconv.Itoa(women)}, []string{"male", strings.ToUpper(r[0]), r[2]})
	}
	s.records = parts
	s.after(t, long)
	return int64(at) + 1, true
}

func maskUndoneElsewhere(t *testing.T, s *sheet) (int64, bool) {
	totals, parts, at, ok := s.split()
	if ok {
		women, _ := strconv.Atoi(totals[at+1][1])
		parts[at+1][1], parts[at+1][2] = strconv.Itoa(women-4), "[REDACTED]"
		s.records = parts
		s.after(t, totals)
	}
	return int64(at) + 1, ok
}

func hiddenNow(t *testing.T, s *sheet) (int64, bool) {
	totals, _, at, ok := s.split()
	if !ok {
		return 0, false
	}
	s.records = totals
	s.after(t, s.clone().records)
	s.records[at+1][1] = "[REDACTED]"
	return int64(at) + 1, true
}

func roundedNow(t *testing.T, s *sheet) (int64, bool) {
	names, values, ok := s.counted(15)
	if !ok || slices.Min(values) < 40 {
		return 0, false
	}
	before := [][]string{{"group", "n"}}
	s.records = [][]string{{"group", "n"}}
	for n, v := range values {
		before = append(before, []string{names[n], whole(v)})
		s.records = append(s.records, []string{names[n], whole(5 * math.Round(v/5))})
	}
	s.after(t, before)
	return anyRow, true
}

func smallestRow(_ *testing.T, s *sheet) (int64, bool) {
	if len(s.table.layout.labels) == 0 || s.table.Header != 1 {
		return 0, false
	}
	s.records = [][]string{{"statistic", "age", "bmi"}, {"mean", "45.2", "27.1"}, {"sd", "12.1", "4.8"}, {"minimum", "18", "14.2"}, {"maximum", "103", "61.0"}}
	return 3, true
}

func explainsAll(_ *testing.T, s *sheet) (int64, bool) {
	r := &s.table.Rows[len(s.table.Rows)/2]
	s.widen("r.squared", func(x *Row) string {
		if x.Row == r.Row {
			return "1"
		}
		return strconv.FormatFloat(.2+float64(x.Row%50)/100, 'f', 4, 64)
	})
	return r.Row, true
}

func modelOfSix(_ *testing.T, s *sheet) (int64, bool) {
	names, values, ok := s.counted(5)
	if !ok {
		return 0, false
	}
	s.records = [][]string{{"", "Model 1", "Model 2"}}
	for n := range names[:min(len(names), 12)] {
		s.records = append(s.records, []string{names[n], strconv.FormatFloat(values[n]/(values[n]+31), 'f', 3, 64), strconv.FormatFloat(31/(values[n]+31), 'f', 3, 64)})
	}
	s.records = append(s.records, []string{"Num.Obs.", whole(values[0] * 10), "6"})
	return int64(len(s.records) - 1), true
}

func modelLog(_ *testing.T, s *sheet) (int64, bool) {
	_, values, ok := s.counted(3)
	if !ok {
		return 0, false
	}
	s.file = "model.log"
	s.raw = fmt.Sprintf("Call:\nlm(formula = y ~ x)\n\nResidual standard error: %.3f on %d degrees of freedom\nMultiple R-squared:  0.512,\tAdjusted R-squared:  0.461\n", values[0]/100, 2+int(values[0])%7)
	return anyRow, true
}

func dominatedTotal(_ *testing.T, s *sheet) (int64, bool) {
	c, r, ok := s.pick()
	if !ok {
		return 0, false
	}
	total := func(x *Row) float64 { return 1000 + math.Abs(x.cell(c.At).Value)*10.5 }
	s.widen("total_cost", func(x *Row) string { return strconv.FormatFloat(total(x), 'f', 2, 64) })
	s.widen("largest", func(x *Row) string {
		share := .12
		if x.Row == r.Row {
			share = .7
		}
		return strconv.FormatFloat(share*total(x), 'f', 2, 64)
	})
	s.widen("second_largest", func(x *Row) string {
		share := .1
		if x.Row == r.Row {
			share = .25
		}
		return strconv.FormatFloat(share*total(x), 'f', 2, 64)
	})
	return r.Row, true
}

func dominatedShare(_ *testing.T, s *sheet) (int64, bool) {
	r := &s.table.Rows[len(s.table.Rows)/2]
	s.widen("top_2_share", func(x *Row) string {
		if x.Row == r.Row {
			return "0.957"
		}
		return strconv.FormatFloat(.2+float64(x.Row%50)/100, 'f', 3, 64)
	})
	return r.Row, true
}

// single is a curve of single events among as many people as a table counts.
func (s *sheet) single(header []string, row func(n int, left float64, risk, events int) []string) (int64, bool) {
	_, values, ok := s.counted(3)
	if !ok {
		return 0, false
	}
	risk, left, events := 200+int(values[0])%1000, 1.0, 30
	s.records = [][]string{header, row(0, left, risk, events)}
	for n := range 20 {
		risk -= 1 + n%3
		left *= 1 - 1/float64(risk)
		events += 1 + n%4*9
		s.records = append(s.records, row(n+1, left, risk, events))
	}
	return 10, true
}

func curveBesideRisk(_ *testing.T, s *sheet) (int64, bool) {
	return s.single([]string{"time", "n.risk", "estimate", "conf.high", "conf.low"}, func(n int, left float64, risk, _ int) []string {
		return []string{strconv.Itoa(n), strconv.Itoa(risk), strconv.FormatFloat(left, 'f', 8, 64), "1", "0.9"}
	})
}

func curveAlone(_ *testing.T, s *sheet) (int64, bool) {
	return s.single([]string{"time", "surv"}, func(n int, left float64, _, _ int) []string {
		return []string{strconv.Itoa(n), strconv.FormatFloat(left, 'g', 12, 64)}
	})
}

func addedUp(_ *testing.T, s *sheet) (int64, bool) {
	if _, ok := s.single([]string{"day", "cum_events"}, func(n int, _ float64, _, events int) []string {
		return []string{strconv.Itoa(n), strconv.Itoa(events)}
	}); !ok {
		return 0, false
	}
	return 6, true
}

func lineList(_ *testing.T, s *sheet) (int64, bool) {
	names, values, ok := s.counted(20)
	if !ok {
		return 0, false
	}
	s.records = [][]string{{"age", "sex", "region", "index_date"}}
	for n, v := range values {
		s.records = append(s.records, []string{whole(20 + math.Mod(v, 70)), []string{"F", "M"}[n%2], names[n%7], fmt.Sprintf("2021-%02d-%02d", 1+int(v)%12, 1+n%28)})
	}
	return anyRow, true
}

func postcodes(_ *testing.T, s *sheet) (int64, bool) {
	s.widen("home", func(r *Row) string { return fmt.Sprintf("B%d %dTH", 10+r.Row%80, r.Row%10) })
	return anyRow, true
}

func births(_ *testing.T, s *sheet) (int64, bool) {
	s.widen("date_of_birth", func(r *Row) string { return fmt.Sprintf("19%02d-%02d-%02d", 30+r.Row%60, 1+r.Row%12, 1+r.Row%28) })
	return anyRow, true
}

func addresses(_ *testing.T, s *sheet) (int64, bool) {
	s.widen("contact", func(r *Row) string { return fmt.Sprintf("person%d@example.org", r.Row) })
	return anyRow, true
}

func notesAbout(_ *testing.T, s *sheet) (int64, bool) {
	if len(s.table.Rows) < 12 {
		return 0, false
	}
	s.widen("comment", func(r *Row) string {
		return fmt.Sprintf([]string{"Pt reports pain in arm %d, was advised to rest", "She was seen at home, bed %d", "He said that he had not slept for %d nights", "Denies fever; has had %d visits since May"}[r.Row%4], r.Row)
	})
	return anyRow, true
}

func listedRows(_ *testing.T, s *sheet) (int64, bool) {
	names, values, ok := s.counted(3)
	if !ok {
		return 0, false
	}
	var b strings.Builder
	b.WriteString("     +-----------------+\n     | area        age |\n     |-----------------|\n")
	for n := range 3 {
		fmt.Fprintf(&b, "%3d. | %-10s %4d |\n", n+1, names[n], 20+int(values[n])%70)
	}
	s.file, s.raw = "a.log", b.String()+"     +-----------------+\n"
	return anyRow, true
}

func printedFrame(_ *testing.T, s *sheet) (int64, bool) {
	_, values, ok := s.counted(5)
	if !ok {
		return 0, false
	}
	var b strings.Builder
	b.WriteString("   patient_id  age sex  index_date\n")
	for n := range 5 {
		fmt.Fprintf(&b, "%d  %10.0f  %3d   %s  2021-03-%02d\n", n, values[n]+10_000, 20+int(values[n])%70, []string{"F", "M"}[n%2], n+10)
	}
	s.file, s.raw = "a.txt", b.String()
	return anyRow, true
}

func failedValue(_ *testing.T, s *sheet) (int64, bool) {
	_, values, ok := s.counted(3)
	if !ok {
		return 0, false
	}
	s.file = "a.log"
	s.raw = fmt.Sprintf("read\nTraceback (most recent call last):\n  File \"/workspace/analysis/model.py\", line 3, in <module>\nKeyError: '%.0f'\n", values[0]+4e9)
	return anyRow, true
}

func estimatesAlone(_ *testing.T, s *sheet) (int64, bool) {
	names, values, ok := s.counted(3)
	if !ok {
		return 0, false
	}
	s.records = [][]string{{"term", "estimate", "conf.low", "conf.high"}}
	for n, v := range values {
		e := v / (v + 40)
		s.records = append(s.records, []string{names[n], fmt.Sprintf("%.3f", e), fmt.Sprintf("%.3f", e*.8), fmt.Sprintf("%.3f", e*1.2)})
	}
	s.profile.Companions = []Companion{{Name: "a.txt", Kind: KindOther}}
	return anyRow, true
}

func figureAlone(_ *testing.T, s *sheet) (int64, bool) {
	names, values, ok := s.counted(3)
	if !ok {
		return 0, false
	}
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300">`)
	for n, v := range values {
		fmt.Fprintf(&b, `<rect x="%d" y="0" width="8" height="%.1f"/><text x="%d" y="290">%s</text>`, 10*n, 280*v/slices.Max(values), 10*n, names[n])
	}
	s.file, s.raw = "a.svg", b.String()+"</svg>"
	s.profile.Companions = []Companion{}
	return anyRow, true
}
