package pages

import (
	"fmt"
	"strings"
	"testing"
)

func sortedBy(sort string, filters ...string) func(*Look) {
	return func(l *Look) { l.Sort, l.Filters = sort, filters }
}

// numbersIn are the numbers of the rows that are shown.
func (c Content) numbersIn() string {
	var list []string
	for _, r := range c.Rows {
		list = append(list, r.Number)
	}
	return strings.Join(list, " ")
}

// TestOrders: what a table is sorted and filtered by is said in words, stays in
// every address, and has a way back.
func TestOrders(t *testing.T) {
	const text = "region,n,\nEast,12\nWest,[REDACTED]\nNorth,\"1,204\"\nWest,3\n"
	c := shown(t, "a.csv", text)
	if n := c.Header[1]; n.Sort != "/page?sort=2" || n.Title != "Sort, smallest first" || n.Aria != "" || c.Ordered != nil || c.Header[0].Title != "Sort, A to Z" {
		t.Errorf("as it stands: %+v", c.Header)
	}
	c = shown(t, "a.csv", text, sortedBy("n"))
	if c.numbersIn() != "4 1 3 2" || c.Header[1].Aria != "ascending" || c.Header[1].Sort != "/page?sort=-2" || c.Ordered.Sorted != "Sorted by “n”, smallest first." {
		t.Errorf("sorted: %s, %+v, %+v", c.numbersIn(), c.Header[1], c.Ordered)
	}
	c = shown(t, "a.csv", text, sortedBy("-2", "region~west", "2!=5"))
	if c.numbersIn() != "4 2" || c.Header[1].Aria != "descending" || c.Header[1].Sort != "/page?filter=1~west&filter=2%21%3D5" {
		t.Errorf("sorted down: %s, %+v", c.numbersIn(), c.Header[1])
	}
	o := c.Ordered
	if o.Sorted != "Sorted by “n”, largest first." || o.Count != "2 of 4 rows, where" || o.Plain != "/page" || len(o.Filters) != 2 ||
		o.Filters[0] != (Link{Text: "“region” contains “west”", Href: "/page?filter=2%21%3D5&sort=-2"}) || o.Filters[1].Text != "“n” is not “5”" {
		t.Errorf("in words: %+v", o)
	}
	if c.Window.Text != "Rows 1–2 of 2" || c.Shown != "4 rows × 3 columns" || c.Rows[0].Href != "/page?at=4#row-4" || c.Rows[0].ID != "row-4" {
		t.Errorf("the window: %+v, %s, %+v", c.Window, c.Shown, c.Rows[0])
	}
	if len(c.Tools.Hidden) != 3 || len(c.Tools.Columns) != 3 || c.Tools.Columns[2].Text != "column 3" || c.Tools.Delimiter[0].Text != "as found: commas" {
		t.Errorf("the form: %+v", c.Tools)
	}
	for _, bad := range []func(*Look){sortedBy("5"), sortedBy("", "x~y"), sortedBy("", "n"), sortedBy("", "1~a", "1~a", "1~a", "1~a", "1~a", "1~a")} {
		c := shown(t, "a.csv", text, bad)
		if c.numbersIn() != "1 2 3 4" || c.Ordered != nil || !strings.Contains(c.notes(), "All rows stand as in the file.") {
			t.Errorf("what is no order: %s, %q", c.numbersIn(), c.notes())
		}
	}
	c = shown(t, "a.csv", text, sortedBy("", "n>5000"))
	if len(c.Rows) != 0 || len(c.Header) != 3 || c.Window != nil || c.Ordered.Count != "0 of 4 rows, where" {
		t.Errorf("nothing passes: %+v", c)
	}
	c = shown(t, "a.csv", text, func(l *Look) { l.Delimiter = "semicolon" })
	if len(c.Header) != 1 || !strings.Contains(c.notes(), "semicolons") || c.Header[0].Sort != "/page?delimiter=semicolon&sort=1" {
		t.Errorf("divided otherwise: %+v", c)
	}
	hostile := shown(t, "a.csv", "\u202ea,b\n1,2\n", sortedBy("1", "1~\u202e\x00"))
	if got := fmt.Sprint(hostile.Ordered, hostile.Tools.Columns); strings.Contains(got, "\u202e") || strings.Contains(hostile.Ordered.Filters[0].Text, "\x00") {
		t.Errorf("something hides: %q", got)
	}
}

// TestWindowsInAnOrder: a window further on is of the same order, also past its
// end, and a row has a place of its own in the file's.
func TestWindowsInAnOrder(t *testing.T) {
	var b strings.Builder
	b.WriteString("n\n")
	for i := range 1000 {
		fmt.Fprintf(&b, "%d\n", i+1)
	}
	c := shown(t, "a.csv", b.String(), sortedBy("-1", "1<=700"), func(l *Look) { l.From = 200 })
	if c.Rows[0].Number != "500" || c.Window.Text != "Rows 201–400 of 700" || c.Window.Next != "/page?filter=1%3C%3D700&from=401&sort=-1" ||
		c.More != "/page?filter=1%3C%3D700&from=401&part=rows&sort=-1" {
		t.Errorf("the second window: %s, %+v, more at %s", c.Rows[0].Number, c.Window, c.More)
	}
	if c := shown(t, "a.csv", b.String(), sortedBy("-1"), func(l *Look) { l.From = 1 << 40 }); c.numbersIn()[:3] != "200" || c.Window.Next != "" {
		t.Errorf("past the end: %s, %+v", c.numbersIn(), c.Window)
	}
	c = shown(t, "a.csv", b.String(), sortedBy("-1"), func(l *Look) { l.Marked = 345 })
	if c.Rows[0].Number != "201" || !c.Rows[144].Marked || c.Rows[144].Number != "345" || c.Ordered != nil || c.Place.Row != 345 || c.Place.Columns[0] != "n" {
		t.Errorf("the place of a row: %s, %+v, %+v", c.Rows[0].Number, c.Rows[144], c.Place)
	}
	if c := shown(t, "a.csv", b.String(), func(l *Look) { l.Marked = 1001 }); c.Place != nil || c.Rows[0].Number != "1" {
		t.Errorf("a row that is not there: %+v", c.Place)
	}
}

func TestSummaries(t *testing.T) {
	c := shown(t, "a.csv", "region,n,pct\nEast,\"1,205\",3.000000000000007\nWest,[REDACTED],\nEast,-10,12.5%\n")
	if c.Sums == nil || c.Sums.Open || c.Sums.Ask != "" || len(c.Sums.Columns) != 3 {
		t.Fatalf("summary: %+v", c.Sums)
	}
	region, n, pct := c.Sums.Columns[0], c.Sums.Columns[1], c.Sums.Columns[2]
	if region.Type != "text" || region.Distinct != "2" || region.Length != "4" || region.Frequent[0] != (Link{Text: "East", Href: "/page?filter=1%3DEast", Key: "2 ×"}) {
		t.Errorf("words: %+v", region)
	}
	if n.Min != "−10" || n.Max != "1,205" || n.Sum != "1,195" || n.Rounding != "multiples of 5" || n.Redacted != (Link{Text: "1", Href: "/page?filter=2%3Aredacted"}) || n.Missing.Href != "" {
		t.Errorf("numbers: %+v", n)
	}
	if pct.Missing.Href != "/page?filter=3%3Amissing" || strings.Join(pct.Notes, "; ") != "1 number is whole but for the noise of a calculation; 1 number with a percent sign" {
		t.Errorf("notes: %+v", pct)
	}
	large := "a,b\n" + strings.Repeat("1,2\n", fewCells)
	if c := shown(t, "a.csv", large); c.Sums.Ask != "/page?summary=1" || c.Sums.Columns != nil {
		t.Errorf("of a large table: %+v", c.Sums)
	}
	if c := shown(t, "a.csv", large, func(l *Look) { l.Summary = true }); !c.Sums.Open || c.Sums.Columns[1].Sum != "40,000" || c.Window.Next != "/page?from=201&summary=1" {
		t.Errorf("of a large table: %+v", c.Sums)
	}
	if c := shown(t, "a.csv", "only,header\n"); c.Sums != nil {
		t.Errorf("of no rows: %+v", c.Sums)
	}
	for n, want := range map[float64]string{0: "0", 1234567.25: "1,234,567.25", -999: "−999", 1e20: "1e+20", 0.0000001: "1e-07", 0.00001234567: "1.235e-05", 1.0905700671389706: "1.09057", -0.1234567: "−0.123457", 1000: "1,000", -0.5: "−0.5"} {
		if got := number(n); got != want {
			t.Errorf("%g is shown as %q, want %q", n, got, want)
		}
	}
}

// TestShortAddresses: what an address asks for in vain is not repeated in each
// of thousands of addresses of the page.
func TestShortAddresses(t *testing.T) {
	long := strings.Repeat("<", 50_000)
	vain := func(l *Look) { l.Sort, l.Filters, l.Delimiter = long, []string{long, "1~" + long[:1000]}, long }
	c := shown(t, "a.json", "[["+strings.Repeat("[1],", 1000)+"1]]", vain)
	for _, n := range c.Tree.Children[0].Children {
		if len(n.Href) > 100 {
			t.Fatalf("an address in a tree has %d bytes", len(n.Href))
		}
	}
	c = shown(t, "a.csv", "a,b\n1,"+strings.Repeat("x", 10_000)+"\n", vain)
	if at := c.Rows[0].Cells[1].Whole; len(at) > 100 {
		t.Errorf("the address of a cell has %d bytes", len(at))
	}
	named := strings.Repeat("a", 1200)
	c = shown(t, "a.csv", named+",b\n1,"+strings.Repeat("x", 10_000)+"\n", sortedBy("-"+named, named+"=1"))
	if at := c.Rows[0].Cells[1].Whole; at != "/page?cell=2&filter=1%3D1&row=1&sort=-1" {
		t.Errorf("the address of a cell is %.200s", at)
	}
}
