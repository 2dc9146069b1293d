package pages

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"sallyport/outputs"
	"sallyport/review"
)

// shown is what a page shows of a file.
func shown(t *testing.T, name, text string, change ...func(*Look)) Content {
	t.Helper()
	c, err := show(t, name, text, change...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func show(t *testing.T, name, text string, change ...func(*Look)) (Content, error) {
	t.Helper()
	w, err := outputs.OpenWindows(outputs.WindowsConfig{Path: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	l := Look{Page: "/page", Bytes: "/bytes", Row: -1}
	for _, f := range change {
		f(&l)
	}
	return Show(t.Context(), w, Source{Bytes: strings.NewReader(text), Path: name}, l)
}

func view(name string) func(*Look) { return func(l *Look) { l.View = name } }

// textOf is what people read.
func textOf(list []Span) string {
	var b strings.Builder
	for _, s := range list {
		b.WriteString(s.Text)
	}
	return b.String()
}

func (c Content) notes() string { return strings.Join(c.Notes, " ") }

func TestTables(t *testing.T) {
	c := shown(t, "a.csv", "\ufeffregion,n\r\n\"East, \"\"x\"\"\",12\nWest,[REDACTED]\n")
	if c.Kind != AsTable || len(c.Header) != 2 || textOf(c.Header[0].Spans) != "region" || c.Shown != "2 rows × 2 columns" {
		t.Fatalf("table: %+v", c)
	}
	if got := textOf(c.Rows[0].Cells[0].Spans); got != `East, "x"` {
		t.Errorf("first cell %q", got)
	}
	if c.Header[0].Number || !c.Header[1].Number || !c.Rows[1].Cells[1].Number {
		t.Errorf("numbers are not told from words: %+v", c)
	}
	if c := shown(t, "a.csv", "only,header\n"); len(c.Rows) != 0 || len(c.Header) != 2 || c.Window != nil {
		t.Errorf("a header alone: %+v", c)
	}
	if c := shown(t, "a.csv", ""); len(c.Header) != 0 || len(c.Lines) != 0 || c.Shown != "0 rows × 0 columns" {
		t.Errorf("an empty table: %+v", c)
	}
	c = shown(t, "a.csv", "a;b\nn\xe4,1;2\n1\n\n")
	for _, want := range []string{"semicolons", "Windows-1252", "1 row has more or fewer fields than the header’s 2. The first is row 2.", "1 line below the header is blank"} {
		if !strings.Contains(c.notes(), want) {
			t.Errorf("notes %q do not say %q", c.notes(), want)
		}
	}
	if c.Rows[1].Note != "1 field" || c.Rows[2].Note != "blank" || c.Rows[0].Note != "" {
		t.Errorf("uneven rows: %+v", c.Rows)
	}
	if c := shown(t, "a.csv", "a,b\n1,2,3\n"); len(c.Header) != 3 || !c.Header[2].Quiet || textOf(c.Rows[0].Cells[2].Spans) != "3" {
		t.Errorf("a column without a header: %+v", c)
	}
}

// TestWindowsOfATable: one goes through a table of any length and width, and
// what cannot be meant leads to a window that is there.
func TestWindowsOfATable(t *testing.T) {
	var b strings.Builder
	b.WriteString("n,x\n")
	for i := range 5412 {
		fmt.Fprintf(&b, "%d,x\n", i+1)
	}
	for _, tt := range []struct {
		from        int64
		first, text string
		window      Window
	}{
		{0, "1", "Rows 1–200 of 5,412", Window{Next: "/page?from=201", Last: "/page?from=5401"}},
		{200, "201", "Rows 201–400 of 5,412", Window{First: "/page", Previous: "/page", Next: "/page?from=401", Last: "/page?from=5401"}},
		{333, "201", "Rows 201–400 of 5,412", Window{First: "/page", Previous: "/page", Next: "/page?from=401", Last: "/page?from=5401"}},
		{1 << 40, "5,401", "Rows 5,401–5,412 of 5,412", Window{First: "/page", Previous: "/page?from=5201"}},
	} {
		c := shown(t, "a.csv", b.String(), func(l *Look) { l.From = tt.from })
		tt.window.Text, tt.window.Follows, tt.window.From = tt.text, "5,412", c.Window.From
		if c.Rows[0].Number != tt.first || *c.Window != tt.window {
			t.Errorf("from %d: row %s, %+v, want %+v", tt.from, c.Rows[0].Number, *c.Window, tt.window)
		}
		if (c.More == "") != (tt.window.Next == "") {
			t.Errorf("from %d: more at %q", tt.from, c.More)
		}
	}
	wide := strings.Repeat("a,", 999) + "a\n" + strings.Repeat(strings.Repeat("1,", 999)+"2\n", 60)
	c := shown(t, "a.csv", wide, func(l *Look) { l.Column = 850 })
	if len(c.Header) != 200 || len(c.Rows) != wideRows || textOf(c.Rows[0].Cells[199].Spans) != "2" || c.Columns.Text != "Columns 801–1,000 of 1,000" {
		t.Errorf("%d columns, %d rows, %+v", len(c.Header), len(c.Rows), c.Columns)
	}
	if c.Columns.Previous != "/page?column=601" || c.Window.Next != "/page?column=801&from=51" {
		t.Errorf("ways: %+v, %+v", c.Columns, c.Window)
	}
}

// TestLongCells are cut where they stand, and whole on a page of their own.
func TestLongCells(t *testing.T) {
	text := "name,b\n1,\"" + strings.Repeat("é", 3000) + "\u202e\"\n"
	c := shown(t, "a.csv", text)
	cell := c.Rows[0].Cells[1]
	if len(textOf(cell.Spans)) > mostCell || cell.Whole != "/page?cell=2&row=1" {
		t.Fatalf("a long cell: %d bytes, %q", len(textOf(cell.Spans)), cell.Whole)
	}
	c = shown(t, "a.csv", text, func(l *Look) { l.Row, l.Cell = 1, 1 })
	if c.Kind != AsCell || textOf(c.Cell.Spans) != strings.Repeat("é", 3000)+"⟨U+202E⟩" || c.Cell.Where != "Row 1, column 2, “b”" || c.Cell.Back != "/page" {
		t.Errorf("a whole cell: %+v", c.Cell)
	}
	for _, at := range [][2]int64{{1, 2}, {9, 0}} {
		if _, err := show(t, "a.csv", text, func(l *Look) { l.Row, l.Cell = at[0], int(at[1]) }); !errors.Is(err, review.ErrNotFound) {
			t.Errorf("the cell %v: %v", at, err)
		}
	}
}

// TestBrokenTables: what is no CSV is shown as text, whole, with the reason.
func TestBrokenTables(t *testing.T) {
	c := shown(t, "a.csv", "a,b\n\"open,1\nx,2\n")
	if c.Kind != AsText || len(c.Lines) != 3 || c.Rows != nil || c.Header != nil || !strings.Contains(c.notes(), "row 1 has a quote that is never closed") {
		t.Errorf("a broken table: %+v", c)
	}
	if c := shown(t, "a.csv", "h\n\""+strings.Repeat("x", 3<<20)); c.Kind != AsText || len(c.Lines) != 500 || c.Window.Text != "Parts 1–500 of 1,574" {
		t.Errorf("a record without an end is shown as %s, %+v", c.Kind, c.Window)
	}
	if c := shown(t, "a.csv", strings.Repeat("\x00", 100)); c.Kind != AsBytes || !strings.Contains(c.notes(), "byte by byte, since it holds so many NUL") || len(c.Views) != 2 {
		t.Errorf("zeros are shown as %s: %q", c.Kind, c.Why)
	}
	if c := shown(t, "a.txt", "\xff\xfea\x00"); c.Kind != AsText || textOf(c.Lines[0].Spans) != "a" || !strings.Contains(c.notes(), "UTF-16LE") {
		t.Errorf("UTF-16 is shown as %s: %q", c.Kind, c.notes())
	}
}

func TestTexts(t *testing.T) {
	c := shown(t, "a.txt", strings.Repeat("line\n", 1001), func(l *Look) { l.From = 1 << 50 })
	if len(c.Lines) != 1 || c.Shown != "1,001 lines" || c.Lines[0].Number != "1,001" || c.Window.Previous != "/page?from=501&view=text" || c.Window.Text != "Line 1,001 of 1,001" {
		t.Errorf("the end of a text: %+v, %+v", c.Lines, c.Window)
	}
	if c := shown(t, "a.txt", ""); c.Kind != AsText || c.Lines != nil || c.Shown != "0 lines" {
		t.Errorf("an empty text: %+v", c)
	}
	c = shown(t, "a.md", "*x*\n", view(ViewSource))
	if c.Kind != AsText || len(c.Lines) != 1 {
		t.Errorf("the source of Markdown: %+v", c)
	}
	c = shown(t, "a.txt", strings.Repeat("ok ", 100)+"\x00\n")
	if !strings.Contains(c.notes(), "1 byte in it is NUL") {
		t.Errorf("notes %q", c.notes())
	}
}

// TestNothingHides: characters that are not seen are named wherever a file's
// words stand.
func TestNothingHides(t *testing.T) {
	for text, want := range map[string]string{
		"a\u202eb": "a⟨U+202E⟩b", "\u200b": "⟨U+200B⟩", "x\ufe0f": "x⟨U+FE0F⟩", "\U000e0041": "⟨U+E0041⟩", "a\rb": "a⟨U+000D⟩b",
		"\x00\x7f": "⟨U+0000⟩⟨U+007F⟩", "\u009b31m": "⟨U+009B⟩31m", "\xff": "⟨byte FF⟩", "\u2028": "⟨U+2028⟩", "\u3164": "⟨U+3164⟩",
		"\u00ad": "⟨U+00AD⟩", "plain\ttext é 漢 👍": "plain\ttext é 漢 👍", "": "", "\ufffd": "\ufffd", "\ue000": "⟨U+E000⟩",
	} {
		if got := Visible(text); got != want {
			t.Errorf("Visible(%q) = %q, want %q", text, got, want)
		}
		if got := textOf(spans(text, "")); got != want {
			t.Errorf("spans(%q) = %q, want %q", text, got, want)
		}
	}
	c := shown(t, "x\u202evsc.csv", "a\u200b\n\u2066\n")
	if c.Name != "x⟨U+202E⟩vsc.csv" || textOf(c.Header[0].Spans) != "a⟨U+200B⟩" || textOf(c.Rows[0].Cells[0].Spans) != "⟨U+2066⟩" {
		t.Errorf("%q, %+v", c.Name, c)
	}
}

// TestColours: the colours of terminals are shown, and nothing else of what is
// for terminals does anything.
func TestColours(t *testing.T) {
	for _, tt := range []struct {
		text, want string
		left       int
	}{
		{"\x1b[31mred\x1b[0m plain", "[{red t-red} { plain }]", 0},
		{"\x1b[1;4;92mx\x1b[22;24;39my", "[{x t-green t-bold t-underline} {y }]", 0},
		{"\x1b[mx\x1b[7my\x1b[27mz", "[{x } {y t-inverse} {z }]", 0},
		{"\x1b[38;5;196mx\x1b[38;5;21my\x1b[38;5;244mz", "[{x t-red} {y t-blue} {z }]", 0},
		{"\x1b[38;2;250;200;0mx\x1b[38:2:0:250:250my", "[{x t-yellow} {y t-cyan}]", 0},
		{"\x1b[8;30;40mhidden", "[{hidden t-grey}]", 0},
		{"\x1b[48;5;196;32mx", "[{x t-green}]", 0},
		{"\x1b[2J\x1b[1;1Hx", "[{⟨ESC⟩ mark} {⟨ESC⟩ mark} {x }]", 2},
		{"\x1b]0;title\ax\x1b]8;;http://x\x1b\\y", "[{⟨ESC⟩ mark} {x } {⟨ESC⟩ mark} {y }]", 2},
		{"\x1b]0;never ends", "[{⟨U+001B⟩ mark} {]0;never ends }]", 0},
		{"\x1b[31", "[{⟨U+001B⟩ mark} {[31 }]", 0},
		{"\x1b", "[{⟨U+001B⟩ mark}]", 0},
		{"\x1bcx\x1b(B", "[{⟨ESC⟩ mark} {x } {⟨ESC⟩ mark}]", 2},
		{"\x1b[?25lx\x1b[>4;2my", "[{⟨ESC⟩ mark} {x } {⟨ESC⟩ mark} {y }]", 2},
		{"\x1b[99999999999999999999mx", "[{x }]", 0},
		{"\x1b[38mx\x1b[38;5my\x1b[38;2;1mz", "[{x } {y } {z }]", 0},
		{"\x1b[31m\x07\u202e", "[{⟨U+0007⟩ mark} {⟨U+202E⟩ mark}]", 0},
	} {
		var p pen
		if got := fmt.Sprint(p.write(tt.text)); got != tt.want || p.left != tt.left {
			t.Errorf("write(%q) = %s, %d left out, want %s, %d", tt.text, got, p.left, tt.want, tt.left)
		}
	}
	c := shown(t, "a.log", "\x1b[31mred\nstill\x1b[2J\n")
	if c.Lines[1].Spans[0].Class != "t-red" || !strings.Contains(c.notes(), "1 sequence for terminals") {
		t.Errorf("a log: %+v", c)
	}
	c = shown(t, "a.log", "\x1b[31mred\n", view(ViewRaw))
	if got := textOf(c.Lines[0].Spans); got != "⟨U+001B⟩[31mred" {
		t.Errorf("a log, raw: %q", got)
	}
}

func FuzzPen(f *testing.F) {
	f.Add("\x1b[31mred\x1b]0;x\a\xff\u202e")
	f.Fuzz(func(t *testing.T, text string) {
		var p pen
		for _, s := range p.write(text) {
			if s.Text == "" || strings.ContainsRune(s.Text, esc) || Visible(s.Text) != s.Text {
				t.Fatalf("write(%q) has %q", text, s.Text)
			}
		}
	})
}

func TestTrees(t *testing.T) {
	c := shown(t, "a.json", `{"b": [1, 2.50, "x\u202e"], "a": null, "a": {}, "": true}`)
	if c.Kind != AsTree || c.Shown != "8 values" || !c.Tree.Open || c.Tree.Count != "4 names" {
		t.Fatalf("tree: %+v", c)
	}
	list := c.Tree.Children
	if textOf(list[0].Name) != "b" || textOf(list[0].Children[1].Value) != "2.50" || textOf(list[0].Children[2].Value) != "x⟨U+202E⟩" ||
		list[2].Count != "0 names" || textOf(list[3].Value) != "true" || textOf(list[1].Value) != "null" {
		t.Errorf("values: %+v", list)
	}
	for text, want := range map[string]string{
		`{"a":`:                                  "no JSON, from byte 5 on: it ends in the middle",
		"":                                       "it is empty",
		" \n":                                    "it is empty",
		`{"a": 1} {"b": 2}`:                      "more than one JSON value",
		`[1,]`:                                   "no JSON",
		"[\"\xff\"]":                             "not in UTF-8",
		strings.Repeat("[", 100_000):             "more than 50 deep",
		strings.Repeat(`{"a":`, 100_000):         "more than 50 deep",
		"[" + strings.Repeat("1,", 6000):         "more than 5,000 values",
		`"` + strings.Repeat("x", 1<<20):         "larger than 1 MiB",
		"nothing":                                "no JSON",
		"[1}":                                    "no JSON",
		`{"a" 1}`:                                "no JSON",
		`{1: 2}`:                                 "no JSON",
		"[1\u202e]":                              "no JSON",
		"{\"a\":1}" + strings.Repeat(" ", 2<<20): "larger than 1 MiB",
	} {
		c := shown(t, "a.json", text)
		if c.Kind != AsText || !strings.Contains(c.notes(), want) {
			t.Errorf("%.40q is shown as %s, %q, want %q", text, c.Kind, c.notes(), want)
		}
	}
	if c := shown(t, "a.json", "3"); c.Kind != AsTree || textOf(c.Tree.Value) != "3" || c.Shown != "1 value" {
		t.Errorf("a number: %+v", c)
	}
	if c := shown(t, "a.json", "[["+strings.Repeat("1,", 300)+"1],[2]]"); !c.Tree.Open || c.Tree.Children[0].Open {
		t.Errorf("what is long is unfolded")
	}
}

func TestKinds(t *testing.T) {
	for name, want := range map[string]ContentKind{
		"a.CSV": AsTable, "a.txt": AsText, "a.json": AsText, "a.md": AsFrame, "a.html": AsFrame,
		"a.svg": AsFrame, "a.exe": AsText, "csv": AsText, "": AsText,
	} {
		c := shown(t, name, "1")
		if want == AsText && c.Kind == AsTree {
			continue
		}
		if c.Kind != want || c.Why != "" || len(c.Views) == 0 {
			t.Errorf("%q is shown as %s (%q), want %s", name, c.Kind, c.Why, want)
		}
	}
}

// TestViews: the view is in the address, and one that there is none of is the
// usual one.
func TestViews(t *testing.T) {
	for name, want := range map[string]ContentKind{ViewRaw: AsText, ViewTable: AsTable, "": AsTable, "<em>": AsTable, ViewTree: AsTable} {
		c := shown(t, "a.csv", "a\n1\n", view(name))
		if c.Kind != want {
			t.Errorf("view %q is a %s, want %s", name, c.Kind, want)
		}
		if v := c.Views; len(v) != 2 || v[0].Href != "/page" || v[1].Href != "/page?view=raw" || v[0].Current != (want == AsTable) || v[1].Current != (want == AsText) {
			t.Errorf("view %q: %+v", name, c.Views)
		}
	}
}
