package pages

import (
	"strconv"
	"strings"
	"testing"

	"sallyport/checks"
	"sallyport/review"
)

// foundIn is a view of a request with one file, and the report of its checks.
func foundIn(path string, findings ...checks.Finding) (*review.RequestView, *checks.Report) {
	file := review.FileView{ID: "F", Path: path, Kind: review.Output, Checks: review.ChecksView{State: review.ChecksDone}}
	for i := range findings {
		f := &findings[i]
		f.ID, f.Where, f.Count = "finding"+strconv.Itoa(i), f.Places[0], max(f.Count, int64(len(f.Places)))
		where := review.FindingPlace{Column: f.Where.Column, Line: f.Where.Line}
		if f.Where.Column > 0 {
			where.Row = &f.Where.Row
		} else if f.Where.Line == 0 {
			where.Byte = &f.Where.Byte
		}
		file.Findings = append(file.Findings, review.FindingView{
			ID: f.ID, Rule: f.Rule, Weight: review.Weight(f.Weight), Where: where, Column: f.Column, Message: f.Message, Count: f.Count,
		})
	}
	v := &review.RequestView{ID: "R", Groups: []review.GroupView{{ID: "G", Name: "tables", Files: []review.FileView{file}}}}
	return v, &checks.Report{Findings: findings}
}

func lowCount(places ...checks.Place) checks.Finding {
	return checks.Finding{Rule: "low-counts", Weight: checks.High, Column: "n", Message: "low", Places: places}
}

func marksOf(v *review.RequestView, r *checks.Report, opened string) func(*Look) {
	return func(l *Look) { l.Marks, l.Finding = NewMarks(v, "F", r, opened), opened }
}

// markedRows are the rows of which the second field is marked.
func markedRows(c Content) string {
	rows := ""
	for _, r := range c.Rows {
		if r.Cells[1].Mark != nil {
			rows += r.Number + " "
		}
	}
	return rows
}

// TestMarksOfACRO: what ACRO alone flags is marked as ACRO's; beside a finding of
// ours it is one of those at the cell.
func TestMarksOfACRO(t *testing.T) {
	theirs := checks.Finding{Rule: "acro", Weight: checks.Medium, Message: "ACRO says fail", Places: []checks.Place{{Row: 1, Column: 2, Line: 2}, {Row: 2, Column: 2, Line: 3}}}
	v, r := foundIn("a.csv", lowCount(checks.Place{Row: 2, Column: 2, Line: 3}), theirs)
	c := shown(t, "a.csv", "k,n\na,9\nb,3\n", marksOf(v, r, ""))
	if m := c.Rows[0].Cells[1].Mark; m.Class != "found medium acro" || m.Says != "Medium, ACRO: ACRO says fail " {
		t.Errorf("the mark of ACRO alone is %+v", m)
	}
	if m := c.Rows[1].Cells[1].Mark; m.Class != "found high" || !strings.Contains(m.Says, "Low counts: low Medium, ACRO: ACRO says fail") {
		t.Errorf("the mark of both is %+v", m)
	}
}

// TestMarksInCells: marks stand at the rows of the file, however these are
// sorted, filtered and windowed.
func TestMarksInCells(t *testing.T) {
	var text strings.Builder
	text.WriteString("region,n\n")
	for i := range 500 {
		text.WriteString("r" + strconv.Itoa(i+1) + "," + strconv.Itoa(1000-i) + "\n")
	}
	v, r := foundIn("a.csv", lowCount(checks.Place{Row: 2, Column: 2, Line: 3}, checks.Place{Row: 499, Column: 2, Line: 500}))
	c := shown(t, "a.csv", text.String(), marksOf(v, r, ""))
	if got := markedRows(c); got != "2 " {
		t.Fatalf("marked rows %q", got)
	}
	mark := c.Rows[1].Cells[1].Mark
	if mark.Href != "/page?at=2&finding=finding0#row-2" || mark.Class != "found high" || mark.Says != "High, Low counts: low " {
		t.Errorf("mark %+v", mark)
	}
	if c.Rows[1].Cells[0].Mark != nil || c.Header[1].Mark != nil {
		t.Error("the mark stands beside its cell")
	}
	c = shown(t, "a.csv", text.String(), marksOf(v, r, "finding0"), func(l *Look) { l.Sort = "2" })
	if got := markedRows(c); got != "499 " || c.Rows[1].Number != "499" {
		t.Errorf("sorted: marked rows %q, the second is %s", got, c.Rows[1].Number)
	}
	if mark := c.Rows[1].Cells[1].Mark; mark.Href != "/page?finding=finding0&sort=2#row-499" || mark.Class != "found high now" {
		t.Errorf("sorted: mark %+v", mark)
	}
	if got := markedRows(shown(t, "a.csv", text.String(), marksOf(v, r, ""), func(l *Look) { l.Filters = []string{"1=r499"} })); got != "499 " {
		t.Errorf("filtered: marked rows %q", got)
	}
	if got := markedRows(shown(t, "a.csv", text.String(), marksOf(v, r, ""), func(l *Look) { l.From = 400 })); got != "499 " {
		t.Errorf("the last window: marked rows %q", got)
	}
	raw := shown(t, "a.csv", text.String(), marksOf(v, r, ""), view(ViewRaw))
	if raw.Lines[2].Mark == nil || raw.Lines[1].Mark != nil || raw.Lines[2].Mark.Href != "/page?finding=finding0&from=1&view=raw#line-3" {
		t.Errorf("as text: %+v", raw.Lines[2])
	}
}

// TestMarksOfRecords: checks and the viewer count records alike, whatever ends
// and blank lines a table has.
func TestMarksOfRecords(t *testing.T) {
	for name, text := range map[string]string{
		"plain": "a,n\nx,3\ny,50\n", "CRLF": "a,n\r\nx,30\r\ny,4\r\n", "BOM": "\ufeffa,n\nx,3\n", "lines in fields": "a,n\n\"x\ny\",31\nw,4\n",
		"a blank line": "a,n\nx,30\n\ny,5\nz,60\n", "semicolons": "a;n\nx;30\ny;6\n", "no end": "a,n\nx,30\ny,2",
	} {
		report, err := checks.Check(t.Context(), checks.File{Name: "a.csv", Bytes: strings.NewReader(text), Size: int64(len(text))}, checks.DefaultProfile())
		if err != nil {
			t.Fatal(err)
		}
		var low []checks.Finding
		for _, f := range report.Findings {
			if f.Rule == "low-counts" {
				low = append(low, f)
			}
		}
		if len(low) == 0 {
			t.Errorf("%s: no low count: %+v", name, report)
			continue
		}
		v, r := foundIn("a.csv", low...)
		c := shown(t, "a.csv", text, marksOf(v, r, ""))
		marked := 0
		for _, row := range c.Rows {
			if len(row.Cells) > 1 && row.Cells[1].Mark != nil {
				marked++
				if n := textOf(row.Cells[1].Spans); len(n) != 1 {
					t.Errorf("%s: %q is marked", name, n)
				}
			}
		}
		if marked != 1 {
			t.Errorf("%s: %d cells are marked", name, marked)
		}
	}
}

// TestMarksInLines: findings stand at their lines; several at one are one mark.
func TestMarksInLines(t *testing.T) {
	second := lowCount(checks.Place{Line: 3})
	second.Rule, second.Weight, second.Message = "code-and-logs", checks.Medium, "listed rows"
	v, r := foundIn("a.log", lowCount(checks.Place{Line: 1}, checks.Place{Line: 3}), second)
	c := shown(t, "a.log", "n: 3\nx\nn: 4\n", marksOf(v, r, "finding1"))
	got := ""
	for _, l := range c.Lines {
		if l.Mark != nil {
			got += l.Number + "=" + l.Mark.Class + " "
		}
	}
	if got != "1=found high 3=found medium now " {
		t.Errorf("marks %q", got)
	}
	if says := c.Lines[2].Mark.Says; !strings.Contains(says, "High, Low counts") || !strings.Contains(says, "Medium, Code and logs: listed rows") {
		t.Errorf("the mark of two says %q", says)
	}
	bar := c.Found
	if bar.Place != "2 of 2 findings" || bar.Next != "/requests/R/files/F?finding=finding0&line=1#hit" || bar.Previous != bar.Next || bar.Close != "/page?from=1&view=text" && bar.Close != "/page?view=text" {
		t.Errorf("bar %+v", bar)
	}
}

// TestPlacesOfFindings: a place leads to where the file shows it.
func TestPlacesOfFindings(t *testing.T) {
	for _, tt := range []struct {
		path  string
		place checks.Place
		text  string
		href  string
	}{
		{"a.csv", checks.Place{Row: 4, Column: 2, Line: 9}, "Row 4, n", "/p?at=4&finding=id#row-4"},
		{"a.csv", checks.Place{Row: 4, Column: 401}, "Row 4, n", "/p?at=4&column=401&finding=id#row-4"},
		{"a.csv", checks.Place{Column: 2, Line: 1}, "Header, n", "/p?finding=id"},
		{"a.csv", checks.Place{Line: 9}, "Line 9", "/p?finding=id&line=9&view=raw#hit"},
		{"a.html", checks.Place{Row: 4, Column: 2, Line: 9}, "Line 9", "/p?finding=id&line=9&view=source#hit"},
		{"a.json", checks.Place{Line: 1234}, "Line 1,234", "/p?finding=id&line=1234&view=raw#hit"},
		{"a.txt", checks.Place{Line: 9}, "Line 9", "/p?finding=id&line=9#hit"},
		{"a.png", checks.Place{Byte: 99}, "Byte 99", "/p?finding=id&from=100&view=raw"},
		{"a.png", checks.Place{}, "", ""},
	} {
		if got := placeLink("/p", tt.path, tt.place, "n", "id"); got.Text != tt.text || got.Href != tt.href {
			t.Errorf("%s %+v leads to %+v, want %s %s", tt.path, tt.place, got, tt.text, tt.href)
		}
	}
}

// TestEveryRuleHasWords: no rule is called by its name alone.
func TestEveryRuleHasWords(t *testing.T) {
	for _, about := range checks.Rules() {
		if ruleWords[about.Name] == "" {
			t.Errorf("the rule %s has no words", about.Name)
		}
	}
	if got := RuleTitle("other-rule"); got != "Other rule" {
		t.Errorf("a rule without words is called %q", got)
	}
}
