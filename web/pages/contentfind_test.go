package pages

import (
	"fmt"
	"strings"
	"testing"
)

func find(words string, hit int64) func(*Look) {
	return func(l *Look) { l.Find, l.Hit = words, hit }
}

// places are the spans of some lines that are marked as found.
func places(lines []Line) (all, now []string) {
	for _, line := range lines {
		for _, s := range line.Spans {
			if strings.HasSuffix(s.Class, "hit") || strings.HasSuffix(s.Class, "hit now") {
				all = append(all, s.Text)
			}
			if strings.HasSuffix(s.Class, "hit now") {
				now = append(now, line.Number+":"+s.Text)
			}
		}
	}
	return all, now
}

// TestFindWords: words are found in a text of any length, counted and marked, and
// one goes from place to place.
func TestFindWords(t *testing.T) {
	var b strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&b, "line %d", i+1)
		if i%1000 == 500 {
			b.WriteString(" Needle needle")
		}
		b.WriteString("\n")
	}
	c := shown(t, "a.txt", b.String(), find("NEEDLE", 4))
	if c.Words.Said != "Place 4 of 6" || c.Lines[0].Number != "1,481" || !c.Lines[20].Found {
		t.Errorf("%q, from line %s", c.Words.Said, c.Lines[0].Number)
	}
	if all, now := places(c.Lines); fmt.Sprint(all, now) != "[Needle needle] [1,501:needle]" {
		t.Errorf("marked %v, now %v", all, now)
	}
	want := "First=/page?find=NEEDLE&hit=1&view=text#hit Previous=/page?find=NEEDLE&hit=3&view=text#hit Next=/page?find=NEEDLE&hit=5&view=text#hit Last=/page?find=NEEDLE&hit=6&view=text#hit"
	var steps []string
	for _, s := range c.Words.Steps {
		steps = append(steps, s.Text+"="+s.Href)
	}
	if got := strings.Join(steps, " "); got != want {
		t.Errorf("steps %s, want %s", got, want)
	}
	for words, said := range map[string]string{
		"nowhere": "Not found.", "a\u202e": "Words with characters that are not seen are not looked for.", strings.Repeat("x", 300): "Words of more than 200 bytes are not looked for.",
		"needle needle": "Place 1 of 3",
	} {
		if c := shown(t, "a.txt", b.String(), find(words, 0)); c.Words.Said != said || len(c.Lines) == 0 {
			t.Errorf("%.20q: %q, want %q", words, c.Words.Said, said)
		}
	}
	if c := shown(t, "a.txt", b.String(), find("needle", 0), func(l *Look) { l.From = 2000 }); c.Lines[0].Number != "2,001" || c.Window.Previous != "/page?find=needle&from=1501&view=text" {
		t.Errorf("another window: %s, %+v", c.Lines[0].Number, c.Window)
	}
	if c := shown(t, "a.csv", "a,b\n1,2\n", view(ViewRaw), find("2", 1)); c.Words.Said != "Place 1 of 1" {
		t.Errorf("a raw table: %q", c.Words.Said)
	}
}

// TestFindingWhatIsSeen: with colours what is seen is found; raw, what is there.
func TestFindingWhatIsSeen(t *testing.T) {
	const text = "\x1b[31mRed\x1b[0m and r\x1b[1med\u200b 31m\n"
	for view, want := range map[string]string{"red": "2", "31m": "1"} {
		if c := shown(t, "a.log", text, find(view, 2)); !strings.HasSuffix(c.Words.Said, "of "+want) {
			t.Errorf("%q: %q, want %s", view, c.Words.Said, want)
		}
	}
	c := shown(t, "a.log", text, find("red", 2))
	if all, now := places(c.Lines); fmt.Sprint(all, now) != "[Red r ed] [1:r 1:ed]" {
		t.Errorf("marked %q, now %q", all, now)
	}
	if c := shown(t, "a.log", text, find("31m", 1), view(ViewRaw)); c.Words.Said != "Place 1 of 2" {
		t.Errorf("raw: %q", c.Words.Said)
	}
	long := strings.Repeat("x", 1998) + "needle\n"
	c = shown(t, "a.txt", long, find("needle", 1))
	if all, now := places(c.Lines); fmt.Sprint(all, now) != "[ne edle] [1:ne :edle]" {
		t.Errorf("over the end of a part: %q, now %q", all, now)
	}
}

func TestGoingToALine(t *testing.T) {
	text := strings.Repeat("x\n", 3000)
	for line, want := range map[int64]string{1: "1", 1500: "1,500", 9999: "3,000"} {
		c := shown(t, "a.txt", text, func(l *Look) { l.Line = line })
		found := ""
		for _, l := range c.Lines {
			if l.Found {
				found += l.Number
			}
		}
		if found != want {
			t.Errorf("line %d leads to %q, want %q", line, found, want)
		}
	}
}

// TestKeysOfFiles: the keys that do something are named.
func TestKeysOfFiles(t *testing.T) {
	for _, tt := range []struct {
		c    Content
		want string
	}{
		{shown(t, "a.txt", "a a a\n", find("a", 2)), "w l [ ] "}, {shown(t, "a.json", "{}"), "w "}, {shown(t, "a.html", "x"), ""},
	} {
		got := ""
		for _, k := range tt.c.Keys() {
			got += k.Key + " "
		}
		if got != tt.want {
			t.Errorf("keys %q, want %q", got, tt.want)
		}
	}
}

// TestLogs: those of jobs are shown from their end, with the job's summary above.
func TestLogs(t *testing.T) {
	text := strings.Repeat("step\n", 2000) + summaryMark + "\nexit_code: 0\n\x1b[31mhint: \u202ex\x1b[0m\n"
	c := shown(t, "a.log", text)
	if !c.AtEnd || c.Window.Text != "Lines 1,504–2,003 of 2,003" || len(c.Summary) != 2 || textOf(c.Summary[0].Spans) != "exit_code: 0" || textOf(c.Summary[1].Spans) != "hint: ⟨U+202E⟩x" {
		t.Errorf("a log: %+v, %+v", c.Window, c.Summary)
	}
	if c.Window.First != "/page?from=1&view=text" || c.Window.Next != "" {
		t.Errorf("its beginning: %+v", c.Window)
	}
	if c := shown(t, "a.log", text, func(l *Look) { l.Begin = true }); c.AtEnd || c.Lines[0].Number != "1" || c.Summary != nil {
		t.Errorf("from the beginning: %+v", c.Window)
	}
	for name, text := range map[string]string{"a.log": "no summary\n", "b.log": "", "a.txt": text, "c.log": "in a line " + summaryMark + "\n"} {
		if c := shown(t, name, text); c.Summary != nil || c.AtEnd {
			t.Errorf("%s: %+v", name, c.Summary)
		}
	}
	if c := shown(t, "a.log", summaryMark+"\n"+strings.Repeat("x\n", 1000)); len(c.Summary) != summaryLines+1 {
		t.Errorf("a long summary: %d lines", len(c.Summary))
	}
}

// TestFindingInTrees: names and values are found, what they stand in is open, and
// the path of what was found is said.
func TestFindingInTrees(t *testing.T) {
	const text = `{"a": {"list": [{"n": 1.50, "Name": "London"}, {"n": 12345678901234567890.10}], "with space": "london"}, "a": 2}`
	c := shown(t, "a.json", text, find("LONDON", 2))
	if c.Words.Said != "Place 2 of 2" || c.Words.Path != `$.a["with space"]` {
		t.Errorf("%q at %q", c.Words.Said, c.Words.Path)
	}
	if n := c.Tree.Children[0].Children[1]; !n.Found || n.Value[0] != (Span{"london", "hit"}) {
		t.Errorf("found %+v", n)
	}
	if !strings.Contains(c.notes(), "1 name in it is given twice in the same object, first $.a.") {
		t.Errorf("notes %q", c.notes())
	}
	c = shown(t, "a.json", text, func(l *Look) { l.At = "$.a.list[1]" })
	if len(c.Tree.Children) != 1 || textOf(c.Tree.Children[0].Value) != "12345678901234567890.10" || len(c.Branch.Up) != 3 || c.Branch.Up[1].Href != "/page?at=%24.a" || c.Branch.Up[0].Href != "/page" {
		t.Errorf("a part: %+v, %+v", c.Tree, c.Branch)
	}
	if c := shown(t, "a.json", text, func(l *Look) { l.At = "$.b\u202e" }); c.Branch != nil || !strings.Contains(c.notes(), "no value at `$.b⟨U+202E⟩`") {
		t.Errorf("a path that leads nowhere: %q", c.notes())
	}
	if c := shown(t, "a.json", text, find("nowhere", 1)); c.Words.Said != "Not found." || c.Kind != AsTree {
		t.Errorf("%q", c.Words.Said)
	}
	c = shown(t, "a.json", "{\"n\": 1}\n{\"n\": 2}\n[3]\n")
	if c.Kind != AsTree || c.Tree.Count != "3 values" || c.Tree.Children[1].Children[0].Path != "$[1].n" || !strings.Contains(c.notes(), "one JSON value in each line") {
		t.Errorf("a value in each line: %+v, %q", c.Tree, c.notes())
	}
	if c := shown(t, "a.json", "{\"n\": 1}\n{\"n\": "); c.Kind != AsText || !strings.Contains(c.notes(), "no JSON") {
		t.Errorf("broken lines: %s, %q", c.Kind, c.notes())
	}
}
