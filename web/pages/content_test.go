package pages

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"
)

// shown is what a page shows of a file.
func shown(t *testing.T, name, text string) Content {
	t.Helper()
	c := NewContent(name, "/x")
	if err := c.Fill(strings.NewReader(text), int64(len(text))); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTables(t *testing.T) {
	c := shown(t, "a.csv", "\ufeffregion,n\r\n\"East, \"\"x\"\"\",12\nWest,[REDACTED]\n")
	if c.Kind != AsTable || len(c.Header) != 2 || c.Header[0].Text != "region" || c.Shown != "2 rows × 2 columns" {
		t.Fatalf("table: %+v", c)
	}
	if got := c.Rows[0].Cells[0].Text; got != `East, "x"` {
		t.Errorf("first cell %q", got)
	}
	if c.Header[0].Number || !c.Header[1].Number || !c.Rows[1].Cells[1].Number {
		t.Errorf("numbers are not told from words: %+v", c)
	}
	if c := shown(t, "a.csv", "only,header\n"); len(c.Rows) != 0 || len(c.Header) != 2 {
		t.Errorf("a header alone: %+v", c)
	}
	if c := shown(t, "a.csv", ""); len(c.Header) != 0 || len(c.Lines) != 0 {
		t.Errorf("an empty table: %+v", c)
	}
}

// TestBrokenTables: what is no CSV is shown as text, whole.
func TestBrokenTables(t *testing.T) {
	c := shown(t, "a.csv", "a,b\n\"open,1\nx,2\n")
	if c.Kind != AsText || len(c.Lines) != 3 || c.Rows != nil || c.Header != nil {
		t.Errorf("a broken table: %+v", c)
	}
}

// TestBounds: a page shows so much of a file, and says so.
func TestBounds(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("a,b\n")
	for i := range 5000 {
		fmt.Fprintf(&rows, "%d,x\n", i)
	}
	if c := shown(t, "a.csv", rows.String()); len(c.Rows) != mostRows || c.Shown != "its first 1,000 rows" {
		t.Errorf("%d rows, %q", len(c.Rows), c.Shown)
	}
	if c := shown(t, "a.csv", "h\n"+strings.Repeat("x", 3*mostCell)+"\n"); len(c.Rows[0].Cells[0].Text) > mostCell+4 {
		t.Errorf("a cell of %d bytes", len(c.Rows[0].Cells[0].Text))
	}
	wide := shown(t, "a.csv", strings.Repeat("a,", 999)+"a\n"+strings.Repeat("1,", 999)+"1\n")
	if len(wide.Header) != mostColumns || !strings.Contains(wide.Shown, "its first 200 columns") {
		t.Errorf("%d columns, %q", len(wide.Header), wide.Shown)
	}
	if c := shown(t, "a.txt", strings.Repeat("line\n", 1001)); len(c.Lines) != 1000 || c.Shown != "its first 1,000 lines" {
		t.Errorf("%d lines, %q", len(c.Lines), c.Shown)
	}
	huge := shown(t, "a.csv", "a,b\n"+strings.Repeat("1234567,7654321\n", MostRead/16+1000))
	if len(huge.Rows) != mostRows {
		t.Errorf("a huge table: %d rows as %s", len(huge.Rows), huge.Kind)
	}
	if c := shown(t, "a.csv", "h\n\""+strings.Repeat("x", MostRead+10)); c.Kind != AsText {
		t.Errorf("a record without an end is shown as %s", c.Kind)
	}
}

// TestHostileText: what is not text is shown as text all the same, and nothing
// of it steers the page or the terminal of whoever reads its source.
func TestHostileText(t *testing.T) {
	c := shown(t, "a.log", "ok\x1b[31mred\x00\xff\nx\r\n")
	if got := c.Lines[0].Text; got != "ok\ufffd[31mred\ufffd\ufffd" {
		t.Errorf("first line %q", got)
	}
	if got := c.Lines[1].Text; got != "x" {
		t.Errorf("second line %q", got)
	}
}

func TestKinds(t *testing.T) {
	for name, want := range map[string]ContentKind{
		"a.CSV": AsTable, "a.txt": AsText, "a.json": AsText, "a.md": AsText, "x/a.png": AsPicture, "a.jpeg": AsPicture, "a.html": AsFrame,
		"a.svg": AsFrame, "a.svgz": AsNothing, "a.exe": AsNothing, "csv": AsNothing, "": AsNothing,
	} {
		c := NewContent(name, "/x")
		if c.Kind != want || (want == AsNothing) != (c.Why != "") {
			t.Errorf("%q is shown as %s (%q), want %s", name, c.Kind, c.Why, want)
		}
	}
}

func TestUnreadable(t *testing.T) {
	broken := errors.New("broken")
	c := NewContent("a.txt", "/x")
	if err := c.Fill(iotest.ErrReader(broken), 10); !errors.Is(err, broken) {
		t.Errorf("Fill of what cannot be read = %v", err)
	}
}
