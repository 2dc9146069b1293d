package checks

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// after makes a profile with files that were released before.
func after(t *testing.T, texts ...string) func(*Profile) {
	t.Helper()
	return func(p *Profile) {
		x := &Index{}
		for n, text := range texts {
			_, tables := look(t, "before.csv", text, DefaultProfile())
			x.Add(fmt.Sprintf("before%d.csv", n+1), "", Extracts(tables))
		}
		p.Earlier = x
	}
}

func TestDifferencing(t *testing.T) {
	finds(t, "differencing", []finding{
		{name: "a few people more", text: "age,n\na,111\nb,222\nc,333\n", with: after(t, "age,n\na,111\nb,219\nc,333\n"), want: []string{"high n 3"}},
		{name: "the same", text: "age,n\na,111\nb,222\nc,333\n", with: after(t, "age,n\na,111\nb,222\nc,333\n")},
		{name: "rows in another order", text: "age,n\nb,222\na,111\nc,333\n", with: after(t, "age,n\na,111\nb,219\nc,333\n"), want: []string{"high n 2"}},
		{name: "columns in another order, and one more", text: "age,n\na,111\nb,222\nc,333\n", with: after(t, "deaths,n,age\n20,111,a\n30,219,b\n40,333,c\n"), want: []string{"high n 3"}},
		{name: "other names for people, other letters", text: "age,n\na,111\nb,222\nc,333\n", with: after(t, "Age group,People\nA,111\nB,219\nC,333\n"), want: []string{"high n 3"}},
		{name: "rows added and dropped", text: "age,n\na,111\nb,222\nc,333\nd,440\n", with: after(t, "age,n\nz,200\nb,219\nc,333\na,111\n"), want: []string{"high n 3"}},
		{name: "hidden there", text: "age,n\na,111\nb,222\nc,333\n", with: after(t, "age,n\na,111\nb,[REDACTED]\nc,333\n"), want: []string{"medium n 3"}},
		{name: "hidden here", text: "age,n\na,111\nb,[REDACTED]\nc,333\n", with: after(t, "age,n\na,111\nb,222\nc,333\n"), want: []string{"medium n 3"}},
		{name: "small, perhaps by chance", text: "age,n\na,11\nb,22\nc,3\n", with: after(t, "age,n\na,14\nb,19\nc,3\n"), want: []string{"low n 2,3"}},
		{name: "all of them by a few", text: "age,n\na,1111\nb,2222\nc,3331\nd,4449\n", with: after(t, "age,n\na,1108\nb,2219\nc,3329\nd,4445\n"), want: []string{"high n 2,3,4,5"}},
		{name: "other people", text: "age,n\na,111\nb,222\nc,333\n", with: after(t, "age,n\na,511\nb,219\nc,733\n")},
		{name: "of something else", text: "age,n\na,111\nb,222\nc,333\n", with: after(t, "age,deaths\na,51\nb,69\nc,13\n")},
		{name: "another period", text: "month,n\n2021-01-01,111\n2021-02-01,222\n", with: after(t, "month,n\n2020-01-01,111\n2020-02-01,219\n")},
		{name: "a series that grew", text: "month,n\n2021-01-01,111\n2021-02-01,222\n2021-03-01,225\n", with: after(t, "month,n\n2021-01-01,111\n2021-02-01,222\n")},
		{name: "nothing before", text: "age,n\na,111\nb,222\nc,333\n"},
	})
}

// A wide table is compared with a long one, whichever was first.
func TestDifferencingOfWideAndLongTables(t *testing.T) {
	long := "age,sex,n\n40-49,F,1200\n40-49,M,1100\n50-59,F,1310\n50-59,M,1290\n"
	wide := "age,Female,Male\n40 - 49,1200,1100\n50–59,1307,1290\n"
	finds(t, "differencing", []finding{
		{name: "wide after long", text: wide, with: after(t, long), want: []string{"high Female 3"}},
		{name: "long after wide", text: long, with: after(t, wide), want: []string{"high n 4"}},
	})
}

func TestDifferencingOfPartsAndTotals(t *testing.T) {
	whole := "age,n\n40-49,1203\n50-59,2600\n60-69,2500\n70-79,900\n"
	finds(t, "differencing", []finding{
		{name: "nearly all of them", text: "age,asthma,n\n40-49,asthma,800\n50-59,asthma,2597\n60-69,asthma,1500\n70-79,asthma,400\n", with: after(t, whole), want: []string{"high n 3"}},
		{name: "nearly all, the whole comes later", text: whole, with: after(t, "age,asthma,n\n40-49,asthma,800\n50-59,asthma,2597\n60-69,asthma,1500\n70-79,asthma,400\n"), want: []string{"high n 3"}},
		{name: "nearly all, nothing says of whom", text: "age,n\n40-49,800\n50-59,2597\n60-69,1500\n70-79,400\n", with: after(t, whole), want: []string{"medium n 3"}},
		{name: "a part", text: "age,asthma,n\n40-49,asthma,800\n50-59,asthma,2097\n60-69,asthma,1500\n70-79,asthma,400\n", with: after(t, whole)},
		{name: "groups and their total", text: "age,F,M\n40-49,601,599\n50-59,1287,1313\n60-69,1513,987\n70-79,511,389\n", with: after(t, whole), want: []string{"high F 2"}},
		{name: "the total after the groups", text: whole, with: after(t, "age,F,M\n40-49,601,599\n50-59,1287,1313\n60-69,1513,987\n70-79,511,389\n"), want: []string{"high n 2"}},
		{name: "groups that add up", text: "age,F,M\n40-49,604,599\n50-59,1287,1313\n60-69,1513,987\n70-79,511,389\n", with: after(t, whole)},
		{name: "the total of another table undoes a mask", text: "age,F,M\n40-49,1198,<8\n50-59,1287,1313\n60-69,1513,987\n70-79,511,389\n", with: after(t, whole), want: []string{"high F 2", "high M 2"}},
		{name: "a total that undoes the mask of another table", text: whole, with: after(t, "age,F,M\n40-49,1198,<8\n50-59,1287,1313\n60-69,1513,987\n70-79,511,389\n"), want: []string{"high n 2", "high n 2"}},
	})
}

func TestDifferencingOfRoundedCounts(t *testing.T) {
	var raw, five, six, fiveAgain strings.Builder
	for n, v := range []int{111, 222, 333, 447, 558, 662, 774, 881, 996, 1003, 1118, 1227} {
		fmt.Fprintf(&raw, "a%d,%d\n", n, v)
		fmt.Fprintf(&five, "a%d,%d\n", n, (v+2)/5*5)
		fmt.Fprintf(&fiveAgain, "a%d,%d\n", n, (v+2)/5*5+5*(n%2))
		fmt.Fprintf(&six, "a%d,%d\n", n, (v+5)/6*6-3)
	}
	const head = "age,n\n"
	finds(t, "differencing", []finding{
		{name: "rounded alike", text: head + five.String(), with: after(t, head+fiveAgain.String())},
		{name: "rounded here", text: head + five.String(), with: after(t, head+raw.String()), want: []string{"medium n 2,3,4,5,6,7,8,9,10,11,12,13"}},
		{name: "rounded otherwise", text: head + five.String(), with: after(t, head+six.String()), want: []string{"medium n 2,3,4,5,6,7,8,9,10,12,13"}},
	})
}

// The cells of both tables stand beside each other, for the page only.
func TestDifferencingShowsSideBySide(t *testing.T) {
	p := DefaultProfile()
	_, tables := look(t, "before.csv", "age,n\na,111\nb,219\nc,333\n", p)
	x := &Index{}
	x.Add("before.csv", "abc", Extracts(tables))
	p.Earlier = x
	r, _ := look(t, "now.csv", "age,n\na,111\nb,222\nc,333\n", p)
	i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Rule == "differencing" })
	if i < 0 {
		t.Fatalf("no finding: %+v", r.Findings)
	}
	want := []Pair{{
		Place: Place{Row: 2, Column: 2, Line: 3}, Labels: "b", Here: "222", There: "219",
		Other: Other{File: "before.csv", SHA256: "abc", Place: Place{Row: 2, Column: 2, Line: 3}, Labels: "b"},
	}}
	if diff := cmp.Diff(want, r.Findings[i].Beside); diff != "" {
		t.Errorf("beside (-want +got):\n%s", diff)
	}
	data, err := json.Marshal(r.Findings)
	if err != nil || strings.Contains(string(data), "222") || strings.Contains(string(data), "219") {
		t.Errorf("the findings say what stands in the cells: %s, %v", data, err)
	}
}

// An extract is the same after it was kept as JSON, and its keys are found
// again for a table with a few other labels.
func TestExtracts(t *testing.T) {
	text := func(from, to int) string {
		var b strings.Builder
		b.WriteString("practice,sex,n\n")
		for n := from; n < to; n++ {
			fmt.Fprintf(&b, "practice %d,F,%d\npractice %d,all,*\n", n, 100+n, n)
		}
		return b.String()
	}
	_, tables := look(t, "a.csv", text(0, 100), DefaultProfile())
	list := Extracts(tables)
	if len(list) != 1 || len(list[0].Rows) != 200 || list[0].Rows[1].Counts[0] != CountHidden || list[0].Rows[1].Labels[1] != -1 {
		t.Fatalf("extracts: %+v", list)
	}
	data, err := json.Marshal(list)
	var again []Extract
	if err != nil || json.Unmarshal(data, &again) != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(list, again); diff != "" {
		t.Errorf("after JSON (-before +after):\n%s", diff)
	}
	if keys := list[0].Keys(); len(keys) > maxKeys {
		t.Errorf("%d keys", len(keys))
	}
	for _, other := range []string{text(5, 100), text(0, 105), text(10, 110)} {
		_, tables := look(t, "a.csv", other, DefaultProfile())
		shared := 0
		for _, k := range Extracts(tables)[0].Keys() {
			if slices.Contains(list[0].Keys(), k) {
				shared++
			}
		}
		if shared < 5 {
			t.Errorf("a table with nearly the same labels shares %d keys", shared)
		}
	}
}

func TestExtractsAreBounded(t *testing.T) {
	_, tables := look(t, "a.csv", "age,n\n"+manyOf(60_000, "a%d,100\n", 1), DefaultProfile())
	list := Extracts(tables)
	if len(list) != 1 || len(list[0].Rows)*2 > extractedCells || list[0].Left != 60_000-int64(len(list[0].Rows)) {
		t.Errorf("%d extracts, %d rows, %d left", len(list), len(list[0].Rows), list[0].Left)
	}
}

type deaf struct{}

func (deaf) Alike([]string) ([]Released, error) { return nil, errors.New("no answer") }

// Where earlier releases cannot be looked up, nothing is said of the file.
func TestDifferencingNeedsAnAnswer(t *testing.T) {
	p := DefaultProfile()
	p.Earlier = deaf{}
	text := "age,n\na,111\nb,222\n"
	if _, err := Check(t.Context(), File{Name: "a.csv", Bytes: strings.NewReader(text), Size: int64(len(text))}, p); err == nil {
		t.Error("Check with earlier releases that do not answer = <nil>")
	}
}

// Output checkers let out the tables of a study one beside the other: none of
// them shows a small group by another, beyond chance.
func TestReleasedFilesBesideEachOther(t *testing.T) {
	files := releasedFiles(t)
	studies := map[string]map[string][]Extract{}
	for name, text := range files {
		study, _, _ := strings.Cut(name, "/")
		if studies[study] == nil {
			studies[study] = map[string][]Extract{}
		}
		_, tables := look(t, name, text, DefaultProfile())
		studies[study][name] = Extracts(tables)
	}
	for name, text := range files {
		study, _, _ := strings.Cut(name, "/")
		x := &Index{}
		for other, list := range studies[study] {
			if other != name {
				x.Add(other, "", list)
			}
		}
		p := DefaultProfile()
		p.Earlier = x
		r, _ := look(t, name, text, p)
		for _, f := range r.Findings {
			if f.Rule == "differencing" && f.Weight != Low {
				t.Errorf("%s: %s: %s", name, f.Weight, f.Message)
			}
		}
	}
}
