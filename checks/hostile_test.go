package checks

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// longestCheck is what no file of a few megabytes may take, on a slow machine.
const longestCheck = 30 * time.Second

// Tables that are made to take long do not.
func TestHostileTablesAreBounded(t *testing.T) {
	wide := func(name, cell string, columns, rows int) string {
		var b strings.Builder
		for i := range columns {
			fmt.Fprintf(&b, name+",", i)
		}
		b.WriteString("end\n" + strings.Repeat(strings.Repeat(cell+",", columns)+"x\n", rows))
		return b.String()
	}
	for name, text := range map[string]string{
		"every row is a total":          "group,sex,n,events\n" + strings.Repeat("total,all,100,50\n", 100_000),
		"a total in every group":        "group,sex,n,events\n" + strings.Repeat("a,F,100,50\na,M,<8,50\na,total,200,100\n", 50_000),
		"every column is a total":       wide("total%d", "5", 3900, 250),
		"totals and masks":              wide("total", "<8", 300, 300),
		"percentages of everything":     wide("n%d", "100", 40, 3000) + wide("percent%d", "100", 40, 3000),
		"counts beside percentages":     "a,b,c,d,e,f,g,h,n,pop,percent,rate\n" + strings.Repeat("1,1,1,1,1,1,1,1,100,100,100,1000\n", 80_000),
		"groups of one":                 manyOf(200_000, "g%d,<8\n", 1) + "total,9\n",
		"quotes that are never closed":  strings.Repeat("\"a,b\n\"c\",\"d\n", 500_000),
		"all delimiters":                strings.Repeat(",", 8<<20),
		"nothing but lines":             strings.Repeat("\n", 8<<20),
		"a header after every blank":    strings.Repeat("a,b\n1,2\n\nc,d,e\n1,2,3\n\n", 100_000),
		"bytes that are no text at all": strings.Repeat("\xff\xfe\xfd,", 1<<20),
	} {
		for _, file := range []string{"a.csv", "a.txt"} {
			started := time.Now()
			r, _ := look(t, file, text, DefaultProfile())
			if took := time.Since(started); took > longestCheck {
				t.Errorf("%s as %s took %v", name, file, took)
			} else if testing.Verbose() {
				t.Logf("%s as %s: %v, %d findings", name, file, took.Round(time.Millisecond), len(r.Findings))
			}
		}
	}
}

// Differences from a large release are found in one pass.
func TestDifferencingIsBounded(t *testing.T) {
	text := "age,n\n" + manyOf(200_000, "a%d,100\n", 1)
	_, tables := look(t, "before.csv", text, DefaultProfile())
	var x Index
	list := Extracts(tables)
	for range 300 {
		x.Add("before.csv", "", list)
	}
	if alike, _ := x.Alike(list[0].Keys()); x.Left() == 0 || len(alike) > mostAlike {
		t.Errorf("an index of many cells left %d out, and compares %d", x.Left(), len(alike))
	}
	p := DefaultProfile()
	p.Earlier = &x
	started := time.Now()
	look(t, "now.csv", text, p)
	if took := time.Since(started); took > longestCheck {
		t.Errorf("comparing took %v", took)
	}
}
