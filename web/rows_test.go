package web

import (
	"fmt"
	"strings"
	"testing"
)

func TestRows(t *testing.T) {
	w := newWorld(t)
	var b strings.Builder
	b.WriteString("n,x\n")
	for i := range 1500 {
		fmt.Fprintf(&b, "%d,\"a\nb\"\n", i+1)
	}
	w.files["out/big.csv"] = b.String()
	w.files["out/odd.csv"] = "a;b\n1;2;3\n\nna\xefve\n"
	w.files["out/broken.csv"] = "a,b\n\"x"
	w.files["out/wide.csv"] = "a\n" + strings.Repeat(strings.Repeat("x", 1<<19)+"\n", 12)
	v := w.submitted("out/big.csv", "out/odd.csv", "out/broken.csv", "out/b.txt", "out/wide.csv")
	ask := func(who string, n int, query string) reply {
		return w.do(who, "GET", at(v, "files", string(v.Groups[0].Files[n].ID), "rows")+query, nil)
	}
	files := map[string]int{}
	for i, f := range v.Groups[0].Files {
		files[f.Path] = i
	}
	big := files["out/big.csv"]
	got := decoded[tableRows](ask("checker1", big, "").want(200))
	if got.Total != 1500 || len(got.Rows) != 200 || got.From != 1 || *got.Next != 201 || got.Rows[0][1] != "a\nb" || got.Header[1] != "x" || got.FirstUneven != nil {
		t.Errorf("rows: %+v", got)
	}
	if len(w.opened) != 1 || w.opened[0].Path != "out/big.csv" || w.opened[0].Downloaded || w.opened[0].Actor.Username != "checker1" {
		t.Errorf("openings %+v", w.opened)
	}
	got = decoded[tableRows](ask("author", big, "?from=1401&count=1000").want(200))
	if len(got.Rows) != 100 || got.Rows[99][0] != "1500" || got.Next != nil {
		t.Errorf("the last rows: %d, next %v", len(got.Rows), got.Next)
	}
	if got = decoded[tableRows](ask("author", big, "?from=9007199254740991").want(200)); len(got.Rows) != 0 || got.Next != nil {
		t.Errorf("rows after the last: %+v", got)
	}
	got = decoded[tableRows](ask("author", files["out/odd.csv"], "").want(200))
	if got.Delimiter != ";" || got.Encoding != "Windows-1252" || got.Uneven != 2 || *got.FirstUneven != 1 || got.Blank != 1 || got.Columns != 3 || got.Rows[2][0] != "naïve" {
		t.Errorf("an odd table: %+v", got)
	}
	if got = decoded[tableRows](ask("author", files["out/wide.csv"], "").want(200)); len(got.Rows) != 8 || *got.Next != 9 {
		t.Errorf("rows of 512 KiB: %d, next %v", len(got.Rows), got.Next)
	}
	for _, query := range []string{"?from=0", "?from=-1", "?from=x", "?count=0", "?count=1001", "?count=1.5", "?sort=a", "?sort=3", "?filter=a~x", "?filter=n", "?filter=n:x", "?delimiter=x", "?other=1"} {
		ask("author", big, query).want(422, "invalid")
	}
	got = decoded[tableRows](ask("author", big, "?sort=-n&filter=1%3C1000&filter=x~b&from=2&count=2").want(200))
	if got.Matching != 999 || got.Total != 1500 || fmt.Sprint(got.Numbers) != "[998 997]" || got.Rows[0][0] != "998" || *got.Next != 4 {
		t.Errorf("sorted and filtered: %+v", got)
	}
	got = decoded[tableRows](ask("author", files["out/odd.csv"], "?delimiter=comma").want(200))
	if got.Delimiter != "," || got.Header[0] != "a;b" {
		t.Errorf("divided by commas: %+v", got)
	}
	ask("author", files["out/broken.csv"], "").want(422, "invalid")
	ask("author", files["out/b.txt"], "").want(422, "invalid")
	ask("outsider", big, "").want(404, "not_found")
	ask("auditor", big, "").want(403, "role")
	w.do("checker1", "GET", at(v, "files", "UNKNOWN", "rows"), nil).want(404, "not_found")

	before := len(w.opened)
	w.unopened = fmt.Errorf("the log is away")
	if got := ask("checker1", big, "").want(500, "internal"); strings.Contains(string(got.body), "1500") || len(w.opened) != before {
		t.Errorf("what was not recorded was sent: %s", got.body)
	}
}

func TestSummary(t *testing.T) {
	w := newWorld(t)
	w.files["out/a.csv"] = "region,n,x\nEast,10,\nWest,\"1,205\",<=7\nEast,20.000000000000004\n"
	v := w.submitted("out/a.csv", "out/b.txt")
	at1 := at(v, "files", string(v.Groups[0].Files[0].ID), "summary")
	got := decoded[tableSummary](w.do("checker1", "GET", at1, nil).want(200))
	if got.Rows != 3 || got.Columns != 3 || got.From != 1 || got.Next != nil || len(got.Items) != 3 {
		t.Fatalf("summary: %+v", got)
	}
	region, n, x := got.Items[0], got.Items[1], got.Items[2]
	if region.Type != "text" || region.Distinct != 2 || region.Frequent[0] != (valueCount{"East", false, 2}) || *region.Longest != 4 || region.Min != nil {
		t.Errorf("words: %+v", region)
	}
	if n.Type != "integers" || *n.Sum != 1235.000000000000004 || n.Noisy != 1 || !n.By5 || n.By10 || n.Midpoint6 || *n.Max != 1205 {
		t.Errorf("numbers: %+v", n)
	}
	if x.Type != "empty" || x.Missing != 2 || x.Redacted != 1 {
		t.Errorf("nothing: %+v", x)
	}
	if len(w.opened) != 1 || w.opened[0].Path != "out/a.csv" {
		t.Errorf("openings %+v", w.opened)
	}
	outputs := "/workspaces/ws/outputs/"
	if got := decoded[tableSummary](w.do("checker1", "GET", outputs+"summary?path=out/a.csv", nil).want(200)); len(got.Items) != 3 {
		t.Errorf("of an output: %+v", got)
	}
	if got := decoded[tableRows](w.do("checker1", "GET", outputs+"rows?path=out/a.csv&sort=n", nil).want(200)); got.Rows[2][1] != "1,205" {
		t.Errorf("rows of an output: %+v", got)
	}
	w.do("checker1", "GET", outputs+"summary?path=out/b.txt", nil).want(422, "invalid")
	w.do("checker1", "GET", outputs+"summary?path=out/secret.csv", nil).want(403)
	w.do("outsider", "GET", outputs+"rows?path=out/a.csv", nil).want(404)
	w.do("outsider", "GET", at1, nil).want(404)
	w.do("checker1", "GET", at1+"?column=0", nil).want(422, "invalid")
}
