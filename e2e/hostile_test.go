package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// hostileFiles are outputs with names and contents that somebody chose to do
// harm, in a workspace of their own.
var hostileFiles = map[string][]byte{
	`output/"><em>was it escaped?'.csv`:             []byte("a," + `"` + `""><em>was it escaped?</em>` + `"` + "\n<script>alert(1)</script>,2\n"),
	`output/"><em>was it escaped?'/below.txt`:       []byte(mark + "\n\x1b[31m" + mark + "\x1b[0m\n"),
	"output/\u202egnp.exe.csv":                      []byte("a\n1\n"),
	"output/100% #1?a=b&c d+e.csv":                  []byte("a\n1\n"),
	"output/-rf --.csv":                             []byte("a\n1\n"),
	"output/" + strings.Repeat("long", 50) + ".csv": []byte(strings.Repeat("wide", 100) + "\n" + strings.Repeat("1", 400) + "\n"),
	"output/😀 été.csv":                              []byte("a\n1\n"),
	"output/notes.md":                               []byte("# " + mark + "\n\n<script>alert(1)</script>\n<img src=\"https://elsewhere.example/x.png\" onerror=\"alert(2)\">\n[x](javascript:alert(3)) ![y](https://elsewhere.example/y.png)\n"),
	"output/page.html":                              []byte(`<script>alert(1)</script><img src="https://elsewhere.example/x.png"><form action="https://elsewhere.example/"><button>` + mark + `</button></form><meta http-equiv="refresh" content="0;url=https://elsewhere.example/">`),
	"output/plot.svg":                               []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"><script>alert(1)</script><image href="https://elsewhere.example/x.png" width="10" height="10"/><text y="20">plot</text></svg>`),
	"output/data.json":                              []byte(`{"` + `\"><em>was it escaped?</em>` + `": [1, {"a": "<script>alert(1)</script>"}]}`),
	"output/many.csv":                               manyRows(5000),
	"output/empty.csv":                              nil,
	"output/not-a-picture.png":                      []byte("<em>was it escaped?</em>"),
}

// manyRows is a table.
func manyRows(n int) []byte {
	var b strings.Builder
	b.WriteString("region,sex,age_band,events,person_years,rate\n")
	for i := range n {
		fmt.Fprintf(&b, "region %d,F,%d-%d,%d,%d.5,0.%04d\n", i%9, i%90, i%90+4, i*5, i*10, i)
	}
	return []byte(b.String())
}

const hostileWorkspace = "hostile-study"

// hostileWords writes the mark into every field of the pages, and of what
// operators and backends bring.
func hostileWords(t *testing.T, p *Program, b *Browser) {
	t.Helper()
	p.Run("workspace", "place", hostileWorkspace, "--project", "demo-study", "--organisation", mark, "--backend", "tpp")
	p.Report(hostileWorkspace, mark)
	p.Rewrite(hostileWorkspace, hostileFiles)
	p.Run("user", "add", "hostile", "--name", mark)

	author := b.SignsIn(p, "researcher1", How{})
	author.Go("/workspaces/" + hostileWorkspace + "?deep=1")
	author.Sees(`output/"><em>was it escaped?'.csv`)
	for path := range hostileFiles {
		if !strings.HasSuffix(path, "empty.csv") {
			author.ChooseFile(path)
		}
	}
	author.Select("Put them on", "a new request")
	author.Fill("Title, if it is a new request", mark)
	author.Fill("Group", mark[:2]+"<em>was it escaped?'") // a group's name has no slash
	author.PressThe("#add-chosen")
	author.Sees("not written yet", mark)
	at := author.Path()
	author.Fill("Context", mark)
	author.Fill("Controls in words", mark)
	author.Press("Save")
	author.Sees("Controls " + mark)
	author.Click("Comment")
	author.Fill("Comment on", "A comment: "+mark)
	author.Press("Add comment")
	author.Sees("A comment: " + mark)
	author.answersFindings(at, "An answer: "+mark)
	author.Press("Submit for review")
	author.Sees("With the output checkers")

	checker := b.SignsIn(p, "checker1", How{})
	checker.Go(at)
	checker.Click("Comment")
	checker.Fill("Comment on", "For checkers: "+mark)
	checker.Press("Add comment")
	checker.Sees("For checkers: " + mark)
	checker.Press("Return to the author…")
	checker.Fill("Reason", "The reason: "+mark)
	checker.Press("Return to the author")
	checker.Sees("The reason: " + mark)
}
