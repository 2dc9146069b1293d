package checks

import (
	"strings"
	"testing"
)

func TestHiddenInTables(t *testing.T) {
	rows := strings.Repeat("East,120\n", 3)
	finds(t, "hidden-content", []finding{
		{name: "a formula", text: "region,n\nEast,20\n\"=HYPERLINK(\"\"http://x.test\"\")\",30\nWest,40\n", want: []string{"medium region 3"}},
		{name: "a formula behind a tab", text: "region,n\nEast,20\n\"\t=1+1\",30\nWest,40\n", want: []string{"medium region 3"}},
		{name: "another program", text: "region,n\nEast,20\n-2+3+cmd|' /C calc'!A0,30\n@SUM(1+9)*cmd|' /C calc'!A0,40\n", want: []string{"medium region 3,4"}},
		{name: "a formula in the header, and in a title", text: "\"=cmd|'/C x'!A0\"\nregion,=A1\nEast,20\nWest,30\nNorth,40\n", want: []string{"medium 1,2"}},
		{name: "signs that start no formula", text: "region,change\n-,20\n-1.5,30\n+44 20 7946 0000,40\n- none,50\n+ve,60\n@home,70\n--,80\n=,90\n"},
		{name: "far to the right", text: "region,n" + strings.Repeat(",", 30) + "\nEast,120\nWest,130" + strings.Repeat(",", 29) + "note,99\nNorth,140\n", want: []string{"medium 3"}},
		{name: "far below", text: "region,n\n" + rows + strings.Repeat("\n", 80) + "West,130\n", want: []string{"medium 85"}},
		{name: "far below rows of commas", text: "region,n\n" + rows + strings.Repeat(",\n", 80) + "West,130\n", want: []string{"medium 85"}},
		{name: "a second table", text: "region,n\n" + rows + strings.Repeat("\n", 5) + "sex,n\nF,130\nM,140\n"},
		{name: "behind a zero", text: "region,n\n" + rows + "West,130\n\x00=HYPERLINK(\"x\"),20\n" + strings.Repeat(rows, 5), want: []string{"medium 1", "medium region 6"}},
		{name: "no text at all", text: strings.Repeat("\x00\x01a", 50), want: []string{"medium 1"}},
	})
}

// What every file of its type has is no finding, and what nobody sees is one.
func TestHiddenThings(t *testing.T) {
	rows := "<table><tr><th>a</th><th>mean</th></tr><tr><td>x</td><td>2.5</td></tr><tr><td>y</td><td>3.5</td></tr></table>"
	finds(t, "hidden-content", []finding{
		{name: "conditional comments", file: "a.html", text: "<!--[if lt IE 9]><script src=\"x-3.7.2.js\"></script><![endif]--><p>x</p>"},
		{name: "notes in comments", file: "a.html", text: "<!-- code folding --><!-- BEGIN MIT LICENSE 2015 -->"},
		{name: "a number in a comment", file: "a.html", text: "<p>x</p>\n<!-- 4857773456 -->", want: []string{"low 2"}},
		{name: "many numbers in a comment", file: "a.html", text: "<!--" + strings.Repeat(" 41", 30) + " -->", want: []string{"medium 1"}},
		{name: "a table that is not shown", file: "a.html", text: "<p>x</p>\n<div hidden>" + rows + "</div>", want: []string{"medium 2"}},
		{name: "a table in white on white", file: "a.html", text: "<div style='color: #FFF; background-color: white'>" + rows + "</div>", want: []string{"medium 1"}},
		{name: "a table that a rule hides", file: "a.html", text: "<style>p{margin:0} .x,.y{display:none}</style><div class=\"y\">" + rows + "</div>", want: []string{"medium 1"}},
		{name: "a rule for other elements, and one for print", file: "a.html", text: "<style>.tabs > .x{display:none} @media print{.x{display:none}}</style><div class=\"x\">" + rows + "</div>"},
		{name: "menus", file: "a.html", text: "<style>.menu{display:none}</style><ul class=menu><li>One</li><li>Two</li></ul>"},
		{name: "sort keys beside cells", file: "a.html", text: strings.ReplaceAll(rows, "<td>x", "<td><span style='display:none'>1</span>x")},
		{name: "a folded table", file: "a.html", text: "<details><summary>More</summary>" + rows + "</details>"},
		{name: "a histogram of single values", file: "a.html", text: `<script>Plotly.newPlot("a",[{"type":"histogram","x":[41,52,63,38,29,71,55,47]}],{})</script>`, want: []string{"high 1"}},
		{name: "bars", file: "a.html", text: `<script>Plotly.newPlot("a",[{"type":"bar","x":["a","b","c"],"y":[40,50,60]}],{})</script>`},
		{name: "points outside of what is shown", file: "a.html", text: `<script>Plotly.newPlot("a",[{"type":"scatter","mode":"lines","x":[1,2,3,90],"y":[4.5,5.5,6.5,7.5]}],{"xaxis":{"range":[0,10]}})</script>`, want: []string{"medium 1"}},
		{name: "columns that a chart does not show", file: "a.html", text: `<script>vegaEmbed("#v",{"$schema":"https://vega.github.io/schema/vega-lite/v5.json","data":{"values":[{"a":1.5,"b":2.5,"c":"x"},{"a":2.5,"b":3.5,"c":"y"},{"a":3.5,"b":1.5,"c":"z"}]},"mark":"line","encoding":{"x":{"field":"a"},"y":{"field":"b"}}});</script>`, want: []string{"medium 1"}},
		{name: "the source of the document", file: "a.html", text: "<a href=\"data:text/x-markdown;base64," + in64("---\ntitle: x\n---\n\nWords and words and words.\n") + "\">Code</a>", want: []string{"low 1"}},
		{name: "libraries and fonts", file: "a.html", text: "<script src=\"data:application/javascript;base64," + in64("/*! jQuery v3.6.0 | (c) */ var a=[{x:1,y:2},{x:3,y:4},{x:5,y:6}];") + "\"></script><style>@font-face{src:url(data:font/woff;base64," + in64("wOFF"+strings.Repeat("\x01\xff", 700)) + ")}</style>"},
		{name: "a spreadsheet", file: "a.html", text: "<a href=\"data:application/vnd.ms-excel;base64," + in64("PK\x03\x04 and so on, which is no archive") + "\">x</a>", want: []string{"medium 1"}},
		{name: "a program in a drawing", file: "a.svg", text: "<svg>\n<script>alert(1)</script><g onclick=\"x()\"/></svg>", want: []string{"medium 2,2"}},
		{name: "a plain drawing", file: "a.svg", text: "<svg xmlns=\"http://www.w3.org/2000/svg\"><!-- Created with matplotlib (https://matplotlib.org/) --><metadata><dc:date>2021-03-10T12:00:01</dc:date></metadata><text x=\"1\" y=\"2\">Time</text></svg>"},
		{name: "what programs say in a picture", file: "a.png", text: string(pngWith("tEXt", "Software\x00Matplotlib version3.4.1, https://matplotlib.org/"))},
		{name: "when a picture was made", file: "a.png", text: string(pngWith("tEXt", "date:create\x002021-08-12T10:00:00+00:00"))},
		{name: "words of a picture", file: "a.png", text: string(pngWith("tEXt", "note\x00for my eyes only")), want: []string{"low 0"}},
		{name: "a place of a picture", file: "a.png", text: string(pngWith("eXIf", exifWithPlace())), want: []string{"high 0"}},
		{name: "line ends behind a picture", file: "a.png", text: string(pngWith("", "")) + "\n\n"},
		{name: "an archive behind a picture", file: "a.png", text: string(pngWith("", "")) + "PK\x03\x04" + strings.Repeat("x", 40), want: []string{"medium 0"}},
	})
}

// Numbers below a curve are read, and those of its axes are not.
func TestWordsOfDrawings(t *testing.T) {
	axis := `<text x="100" y="300">0</text><text x="200" y="300">2</text><text x="300" y="300">4</text>`
	risk := `<text x="50" y="320">Number at risk</text><text x="40" y="340">Exposed</text><text x="100" y="340">1,200</text><text x="200" y="341">340</text><text x="300" y="340">5</text>`
	finds(t, "low-counts", []finding{
		{name: "numbers at risk", file: "km.svg", text: "<svg>" + axis + risk + "</svg>", want: []string{"high n at risk 3 1"}},
		{name: "in groups that are moved", file: "km.svg", text: `<svg><g transform="translate(0, 20)">` + axis + risk + "</g></svg>", want: []string{"high n at risk 3 1"}},
		{name: "axes alone", file: "km.svg", text: "<svg>" + axis + "</svg>"},
		{name: "labels with numbers", file: "f.svg", text: "<svg>\n<text x='1' y='2'>East (n = 3)</text>\n<text x='1' y='9'>West (n = 30)</text></svg>", want: []string{"high n 2"}},
		{name: "labels that matplotlib draws", file: "f.svg", text: "<svg><g id='text_1'>\n<!-- East n=4 --><g><use href='#a'/></g></g></svg>", want: []string{"high n 2"}},
	})
}
