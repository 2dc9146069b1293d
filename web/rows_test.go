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
	for _, query := range []string{"?from=0", "?from=-1", "?from=x", "?count=0", "?count=1001", "?count=1.5", "?sort=a"} {
		ask("author", big, query).want(422, "invalid")
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
