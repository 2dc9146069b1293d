package checks

import (
	"slices"
	"testing"
)

// all are the findings of a file, each as rule, weight and line of the first
// place.
func all(r *Report) []string {
	var out []string
	for _, f := range r.Findings {
		out = append(out, f.Rule+" "+string(f.Weight)+": "+f.Message)
	}
	return out
}

// A table of a document is read as one, whoever wrote it, and its cells have
// places.
func TestTablesOfDocuments(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       Place
		column     string
	}{
		{"kable", "<table class=\"table\">\n<thead>\n<tr><th style=\"text-align:left;\"> region </th><th> n </th></tr>\n</thead>\n<tbody>\n<tr><td> East </td>\n<td> 120 </td></tr>\n<tr><td> West </td>\n<td> 4 </td></tr>\n<tr><td>North</td><td>90</td></tr></tbody></table>", Place{1, 2, 2, 8, 0}, "n"},
		{"no header of its own", "<p>x</p><table><tr><td>region</td><td>patients</td></tr><tr><td>East</td><td>120</td></tr><tr><td>West</td><td>3</td></tr></table>", Place{1, 2, 2, 1, 0}, "patients"},
		{"pandas", "<table border=\"1\" class=\"dataframe\"><thead><tr style=\"text-align: right;\"><th></th><th>count</th></tr></thead><tbody><tr><th>East</th><td>120</td></tr><tr><th>West</th><td>5</td></tr></tbody></table>", Place{1, 2, 2, 1, 0}, "count"},
		{"gt: a title, names over names, marks of footnotes", "<table class=gt_table><thead><tr class=gt_heading><td colspan=3>Title</td></tr><tr><th rowspan=2>Characteristic</th><th colspan=2>Overall</th></tr><tr><th>N<sup>1</sup></th><th>%</th></tr></thead>" +
			"<tbody><tr class=gt_group_heading_row><td colspan=3>Age</td></tr><tr><td>18-29</td><td>250<sup>2</sup></td><td>80</td></tr><tr><td>30+</td><td>6</td><td>20</td></tr></tbody></table>", Place{1, 5, 2, 1, 0}, "Overall / N"},
		{"a label over several rows", "<table><tr><th>sex</th><th>age</th><th>n</th></tr><tr><td rowspan=2>F</td><td>18</td><td>40</td></tr><tr><td>30</td><td>2</td></tr></table>", Place{1, 2, 3, 1, 0}, "n"},
		{"a second table in a cell of the first", "<table><tr><td>a<table><tr><th>g</th><th>n</th></tr><tr><td>x</td><td>30</td></tr><tr><td>y</td><td>7</td></tr></table></td></tr></table>", Place{2, 2, 2, 1, 0}, "n"},
		{"printed by R", "<pre><code>##   region   n\n## 1   East 120\n## 2   West   4\n## 3  North  88\n</code></pre>", Place{0, 0, 0, 3, 0}, "n"},
		{"tags that are never closed", "<table><tr><th>g<th>n<tr><td>x<td>30<tr><td>y<td>7", Place{1, 2, 2, 1, 0}, "n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, _ := look(t, "a.html", "<!doctype html>"+c.text, DefaultProfile())
			i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Rule == "low-counts" })
			if i < 0 {
				t.Fatalf("no low count; %q, columns %v", all(r), r.Examined.Columns)
			}
			if got := r.Findings[i]; got.Where != c.want || got.Column != c.column || got.Count != 1 {
				t.Errorf("low counts at %+v of %q, %d; want %+v of %q", got.Where, got.Column, got.Count, c.want, c.column)
			}
		})
	}
}
