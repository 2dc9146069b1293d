package checks

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"html"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// secret is a table that is hidden in a file.
type secret struct {
	name  string
	heads []string
	rows  [][]string
	rules []string // any of which may find it
}

// secrets are tables that nobody lets out: people, and a count of three.
func secrets(n int) []secret {
	people := secret{name: "people", heads: []string{"patient_id", "age", "sex", "admission_date"}, rules: []string{"people", "identifiers", "hidden-content"}}
	counts := secret{name: "a low count", heads: []string{"region", "patients"}, rules: []string{"low-counts", "hidden-content"}}
	for i := range n {
		people.rows = append(people.rows, []string{strconv.Itoa(90_000_131 + i*7919), strconv.Itoa(20 + i*7%60), string("FM"[i%2]), fmt.Sprintf("2021-%02d-%02d", 1+i%12, 1+i*5%28)})
		counts.rows = append(counts.rows, []string{"area " + strconv.Itoa(i+1), strconv.Itoa(40 + i*13)})
	}
	counts.rows[n/2][1] = "3"
	return []secret{people, counts}
}

// column is a column of a secret as JSON.
func (s secret) column(i int) string {
	var list []any
	for _, r := range s.rows {
		if v, err := strconv.Atoi(r[i]); err == nil {
			list = append(list, v)
		} else {
			list = append(list, r[i])
		}
	}
	return asJSON(list)
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// byColumns is the secret as an object of lists.
func (s secret) byColumns() string {
	var parts []string
	for i, h := range s.heads {
		parts = append(parts, asJSON(h)+":"+s.column(i))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// byRows is the secret as a list of objects.
func (s secret) byRows() string {
	var rows []string
	for _, r := range s.rows {
		var parts []string
		for i, h := range s.heads {
			cell := asJSON(r[i])
			if _, err := strconv.Atoi(r[i]); err == nil {
				cell = r[i]
			}
			parts = append(parts, asJSON(h)+":"+cell)
		}
		rows = append(rows, "{"+strings.Join(parts, ",")+"}")
	}
	return "[" + strings.Join(rows, ",") + "]"
}

func (s secret) csv() string {
	var b strings.Builder
	b.WriteString(strings.Join(s.heads, ",") + "\n")
	for _, r := range s.rows {
		b.WriteString(strings.Join(r, ",") + "\n")
	}
	return b.String()
}

func (s secret) table() string {
	var b strings.Builder
	b.WriteString("<table><thead><tr><th>" + strings.Join(s.heads, "</th><th>") + "</th></tr></thead><tbody>")
	for _, r := range s.rows {
		b.WriteString("<tr><td>" + strings.Join(r, "</td><td>") + "</td></tr>\n")
	}
	return b.String() + "</tbody></table>"
}

// hovers are the texts above points, a line for each column.
func (s secret) hovers() string {
	var list []string
	for _, r := range s.rows {
		var lines []string
		for i, h := range s.heads {
			lines = append(lines, h+": "+r[i])
		}
		list = append(list, strings.Join(lines, "<br />"))
	}
	return asJSON(list)
}

// points are places of no meaning, one for each row.
func (s secret) points() (x, y string) {
	var xs, ys []float64
	for i := range s.rows {
		xs, ys = append(xs, 50+float64(i)/7), append(ys, math.Round(float64(i*i%17))/4)
	}
	return asJSON(xs), asJSON(ys)
}

func (s secret) bdata(i int) string {
	var b bytes.Buffer
	for _, r := range s.rows {
		v, err := strconv.Atoi(r[i])
		if err != nil {
			return s.column(i)
		}
		_ = binary.Write(&b, binary.LittleEndian, int32(v)) // a buffer takes all
	}
	return `{"dtype":"i4","bdata":"` + base64.StdEncoding.EncodeToString(b.Bytes()) + `"}`
}

func in64(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func widget(data string) string {
	return `<div class="html-widget" id="w1"></div><script type="application/json" data-for="w1">` + data + "</script>"
}

// hidings are the ways to hide a table in a document.
func hidings() map[string]func(s secret) string {
	return map[string]func(s secret) string{
		"plotly, of R": func(s secret) string {
			x, y := s.points()
			return widget(`{"x":{"visdat":{},"layout":{"xaxis":{"title":{"text":"time"}}},"data":[{"x":` + x + `,"y":` + y + `,"text":` + s.hovers() + `,"type":"scatter","mode":"markers"}]},"evals":[]}`)
		},
		"plotly, of Python": func(s secret) string {
			x, y := s.points()
			return `<script type="text/javascript">window.PLOTLYENV={}; if (document.getElementById("a")) { Plotly.newPlot( "a", [{"customdata":` + customdata(s) + `,"x":` + x + `,"y":` + y + `,"type":"scattergl","mode":"markers","hovertemplate":"x=%{x}<extra></extra>"}], {"template":{"data":{"bar":[{"type":"bar"}]}}}, {"responsive": true} ) };</script>`
		},
		"plotly, as bytes": func(s secret) string {
			last := len(s.heads) - 1
			if s.name == "people" {
				last = 0
			}
			return `<script>Plotly.react("a",[{"type":"bar","x":` + s.column(1-min(1, last)) + `,"y":` + s.bdata(last) + `,"ids":` + s.bdata(last) + `}],{"yaxis":{"title":{"text":"` + s.heads[last] + `"}}});</script>`
		},
		"plotly, with an expression before": func(s secret) string {
			return `<script>Plotly.newPlot(document.getElementById('a'), [{x:` + s.column(0) + `,y:` + s.column(1) + `,type:'bar',name:'` + s.heads[1] + `',ids:` + s.column(0) + `}]);</script>`
		},
		"plotly, a histogram of single values": func(s secret) string {
			if s.name != "people" {
				return ""
			}
			return widget(`{"x":{"data":[{"x":` + s.column(1) + `,"type":"histogram"}],"layout":{}}}`)
		},
		"vega, of altair": func(s secret) string {
			return `<script>(function(vegaEmbed){ var spec = {"config": {"view": {}}, "data": {"name": "data-1"}, "mark": {"type": "point"}, "encoding": {"x": {"field": "q", "type": "quantitative"}}, "$schema": "https://vega.github.io/schema/vega-lite/v5.20.1.json", "datasets": {"data-1": ` + s.byRows() + `}}; vegaEmbed("#vis", spec, {}); })(vegaEmbed);</script>`
		},
		"vega, of a widget": func(s secret) string {
			return widget(`{"x":{"chart_spec":{"$schema":"https://vega.github.io/schema/vega-lite/v5.json","data":{"values":` + s.byRows() + `},"mark":"bar","encoding":{"x":{"bin":true,"field":"` + s.heads[1] + `"},"y":{"aggregate":"count"}}}}}`)
		},
		"bokeh 2": func(s secret) string {
			return `<script type="application/json" id="1">{"a-b":{"defs":[],"roots":{"references":[{"attributes":{"data":` + s.byColumns() + `},"id":"1002","type":"ColumnDataSource"}]},"title":"Bokeh","version":"2.4.3"}}</script>`
		},
		"bokeh 3": func(s secret) string {
			var entries []string
			for i, h := range s.heads {
				entries = append(entries, `["`+h+`",`+s.column(i)+`]`)
			}
			return `<script>(function() { const docs_json = '{"x":{"version":"3.1.0","roots":[{"type":"object","name":"Figure","id":"p1","attributes":{"renderers":[{"type":"object","attributes":{"data_source":{"type":"object","name":"ColumnDataSource","attributes":{"data":{"type":"map","entries":[` +
				strings.Join(entries, ",") + `]}}}}}]}}]}}'; })();</script>`
		},
		"bokeh, as packed bytes": func(s secret) string {
			last := len(s.heads) - 1
			if s.name == "people" {
				last = 0
			}
			raw, _ := base64.StdEncoding.DecodeString(strings.TrimSuffix(strings.TrimPrefix(s.bdata(last), `{"dtype":"i4","bdata":"`), `"}`)) // as it was made
			return `<script type="application/json">{"x":{"roots":[{"type":"object","name":"ColumnDataSource","attributes":{"data":{"type":"map","entries":[["` + s.heads[last] +
				`",{"type":"ndarray","array":{"type":"bytes","data":"` + in64(packed(string(raw))) + `"},"shape":[30],"dtype":"int32","order":"little"}]]}}}]}}</script>`
		},
		"plotly, own data as bytes in rows": func(s secret) string {
			if s.name != "people" {
				return ""
			}
			var b bytes.Buffer
			for i, r := range s.rows {
				id, _ := strconv.Atoi(r[0])                                                 // a number
				_ = binary.Write(&b, binary.LittleEndian, []int32{int32(id), int32(i % 2)}) // a buffer takes all
			}
			x, y := s.points()
			return `<script>Plotly.newPlot("a",[{"x":` + x + `,"y":` + y + `,"type":"scatter","mode":"markers","hovertemplate":"patient_id=%{customdata[0]}<extra></extra>","customdata":{"dtype":"i4","bdata":"` +
				base64.StdEncoding.EncodeToString(b.Bytes()) + `","shape":"30, 2"}}]);</script>`
		},
		"leaflet, of R": func(s secret) string {
			x, y := s.points()
			return widget(`{"x":{"options":{},"calls":[{"method":"addTiles","args":["//t"]},{"method":"addCircleMarkers","args":[` + x + `,` + y + `,10,null,null,{},null,null,` + s.hovers() + `,null]}]},"evals":[]}`)
		},
		"leaflet, of folium": func(s secret) string {
			var b strings.Builder
			b.WriteString("<script>var map_1 = L.map('m', {center: [51, 0]});\n")
			for i, r := range s.rows {
				fmt.Fprintf(&b, "var marker_%d = L.marker([51.%d, -0.%d], {}).addTo(map_1);\nvar html_%d = $(`<div id=\"h\" style=\"width: 100%%\">%s: %s<br>%s: %s</div>`)[0];\n", i, i, i, i, s.heads[0], r[0], s.heads[1], r[1])
			}
			return b.String() + "</script>"
		},
		"DataTables, of R": func(s secret) string {
			var cols, heads []string
			for i, h := range s.heads {
				cols, heads = append(cols, s.column(i)), append(heads, "<th>"+h+"</th>")
			}
			return widget(`{"x":{"filter":"none","data":[` + strings.Join(cols, ",") + `],"container":` + asJSON("<table><thead><tr>"+strings.Join(heads, "")+"</tr></thead></table>") + `,"options":{"columnDefs":[{"visible":false,"targets":[1]}]}}}`)
		},
		"reactable": func(s secret) string {
			return widget(`{"x":{"tag":{"name":"Reactable","attribs":{"data":` + s.byColumns() + `,"columns":[{"accessor":"a","name":"A"}]},"children":[]}}}`)
		},
		"highcharter": func(s secret) string {
			return widget(`{"x":{"hc_opts":{"title":{"text":null},"yAxis":{"title":{"text":"n"}},"xAxis":{"categories":` + s.column(0) + `},"series":[{"name":"` + s.heads[1] + `","type":"scatter","data":` + s.byRows() + `}]}}}`)
		},
		"dygraphs": func(s secret) string {
			return widget(`{"x":{"attrs":{"labels":` + asJSON(s.heads[:2]) + `},"data":[` + s.column(0) + "," + s.column(1) + `]}}`)
		},
		"visNetwork": func(s secret) string {
			return widget(`{"x":{"nodes":` + s.byColumns() + `,"edges":{"from":[1],"to":[2]}}}`)
		},
		"echarts": func(s secret) string {
			return "<script>var option = {xAxis: {type: 'category', name: '" + s.heads[0] + "', data: " + s.column(0) + "}, yAxis: {name: '" + s.heads[1] + "'}, series: [{type: 'bar', name: '" + s.heads[1] + "', data: " + s.column(1) + "}]}; chart.setOption(option);</script>"
		},
		"rows that a script has": func(s secret) string { return "<script>\nconst rows = " + s.byRows() + ";\ndraw(rows);\n</script>" },
		"data in a string of a script": func(s secret) string {
			return "<script>var d = JSON.parse('" + s.byRows() + "');</script>"
		},
		"delimited text in a script":  func(s secret) string { return "<script>var d = `" + s.csv() + "`;</script>" },
		"a block of data":             func(s secret) string { return `<script type="application/json">` + s.byRows() + "</script>" },
		"a block of another language": func(s secret) string { return `<script type="text/csv">` + "\n" + s.csv() + "</script>" },
		"a comment":                   func(s secret) string { return "<!--\n" + s.csv() + "-->" },
		"a table in a comment":        func(s secret) string { return "<!-- " + s.table() + " -->" },
		"an element that is hidden":   func(s secret) string { return "<div hidden>" + s.table() + "</div>" },
		"a style that hides":          func(s secret) string { return `<div style="color: red; display:none">` + s.table() + "</div>" },
		"a rule that hides": func(s secret) string {
			return "<style>.x1 { display: none; }</style><div class='a x1'>" + s.table() + "</div>"
		},
		"white on white":                func(s secret) string { return `<div style="color:#fff;background-color:white">` + s.table() + "</div>" },
		"far away":                      func(s secret) string { return `<div style="position:absolute;left:-9999px">` + s.table() + "</div>" },
		"a template":                    func(s secret) string { return "<template>" + s.table() + "</template>" },
		"noscript":                      func(s secret) string { return "<noscript>" + s.table() + "</noscript>" },
		"what is folded, and only that": func(s secret) string { return "<details><summary>more</summary>" + s.table() + "</details>" },
		"an attribute of data": func(s secret) string {
			return `<div data-rows="` + html.EscapeString(s.byRows()) + `"></div>`
		},
		"a link to an embedded file": func(s secret) string {
			return `<a download="x.csv" href="data:text/csv;base64,` + in64(s.csv()) + `">get</a>`
		},
		"an embedded file of text": func(s secret) string {
			return `<a href="data:text/csv;charset=utf-8,` + strings.NewReplacer("\n", "%0A", ",", "%2C").Replace(s.csv()) + `">get</a>`
		},
		"an embedded file of bytes": func(s secret) string {
			return `<a href="data:application/octet-stream;base64,` + in64(packed(s.csv())) + `">get</a>`
		},
		"base64 in a text":   func(s secret) string { return `<div style="font-size:0">` + in64(s.csv()) + "</div>" },
		"base64 in a script": func(s secret) string { return "<script>var blob = '" + in64(s.byRows()) + "';</script>" },
		"an embedded drawing": func(s secret) string {
			return `<img src="data:image/svg+xml;base64,` + in64("<svg><desc>"+s.csv()+"</desc></svg>") + `">`
		},
		"an embedded picture": func(s secret) string {
			return `<img src="data:image/png;base64,` + in64(string(pngWith("tEXt", "data\x00"+s.csv()))) + `">`
		},
		"a document in a frame": func(s secret) string { return `<iframe srcdoc="` + html.EscapeString(s.table()) + `"></iframe>` },
	}
}

func customdata(s secret) string {
	var rows []string
	for _, r := range s.rows {
		rows = append(rows, asJSON(r))
	}
	return "[" + strings.Join(rows, ",") + "]"
}

func packed(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text)) // a buffer takes all
	_ = w.Close()
	return b.String()
}

// hosts are documents that a table is hidden in.
func hosts() map[string]string {
	library := "/*! jQuery v3.6.0 | (c) OpenJS Foundation and other contributors | jquery.org/license */\n!function(e,t){\"use strict\";var n=[],r={a:1,b:[1,2,3,4,5]};}(window);"
	return map[string]string{
		"plain": "<!doctype html><html><body><h1>Report</h1>%s<p>end</p></body></html>",
		"of R Markdown": `<!DOCTYPE html><html><head><meta name="generator" content="pandoc" /><title>Report</title><script src="data:application/javascript;base64,` + in64(library) + `"></script><style type="text/css">.hidden{display:none;}</style>` +
			"<!-- code folding --></head><body><div class=\"container-fluid main-container\"><p>Words.</p>\n\n%s\n<table><tr><th>a</th><th>mean</th></tr><tr><td>x</td><td>2.5</td></tr></table></div><script>" + library + "</script></body></html>",
		"of a notebook": `<!DOCTYPE html><html><head><meta charset="utf-8" /><style>/*! Copyright 2015 */ .jp-Cell{padding:5px}</style></head><body class="jp-Notebook"><div class="jp-Cell"><div class="jp-OutputArea"><div class="jp-RenderedHTMLCommon">%s</div></div></div></body></html>`,
	}
}

// TestInjectedHidden hides tables in documents and pictures, and demands that
// nearly all are found.
func TestInjectedHidden(t *testing.T) {
	recall := map[string]score{}
	count := func(name string, found bool, what string) {
		s := recall[name]
		s.of++
		if found {
			s.right++
		} else {
			t.Logf("%s: %s is not found", name, what)
		}
		recall[name] = s
	}
	for _, s := range secrets(30) {
		for name, hide := range hidings() {
			body := hide(s)
			if body == "" {
				continue
			}
			for host, text := range hosts() {
				r, _ := look(t, "a.html", strings.Replace(text, "%s", body, 1), DefaultProfile())
				count("hidden in documents: "+name, s.isFound(r), s.name+", "+host)
				if !s.isFound(r) {
					t.Logf("%q\n%v\n%v", all(r), r.Examined.Columns, r.NotExamined)
				}
			}
		}
		for name, file := range carried(s) {
			r, _ := look(t, name[strings.LastIndex(name, " ")+1:], file, DefaultProfile())
			count("hidden in pictures and data: "+name[:strings.LastIndex(name, " ")], s.isFound(r), s.name)
		}
	}
	for name, s := range recall {
		if s.share() < fewestRecall {
			t.Errorf("%s: found %s", name, s)
		}
	}
	logScores(t, "recall of what is hidden", recall)
}

func (s secret) isFound(r *Report) bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool {
		return slices.Contains(s.rules, f.Rule) && (f.Weight == High || f.Weight == Medium)
	})
}

// carried are pictures, drawings and data with a secret, by what is done and
// the name of the file.
func carried(s secret) map[string]string {
	return map[string]string{
		"a text of a PNG a.png":                string(pngWith("tEXt", "note\x00"+s.csv())),
		"a text of a PNG that is packed a.png": string(pngWith("zTXt", "note\x00\x00"+deflated(s.csv()))),
		"behind the end of a PNG a.png":        string(pngWith("", "")) + s.csv(),
		"a part of a PNG a.png":                string(pngWith("prIv", s.csv())),
		"a place in Exif a.png":                string(pngWith("eXIf", exifWithPlace())),
		"a place in Exif a.jpg":                jpegWith(0xe1, "Exif\x00\x00"+exifWithPlace()),
		"a place in XMP a.jpg":                 jpegWith(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta exif:GPSLatitude=\"51,30N\"/>"),
		"a comment of a JPEG a.jpg":            jpegWith(0xfe, s.csv()),
		"behind the end of a JPEG a.jpg":       jpegWith(0xfe, "made by hand") + s.byRows(),
		"a description of a drawing a.svg":     "<svg xmlns=\"http://www.w3.org/2000/svg\"><desc>" + s.csv() + "</desc><path d=\"M0 0\"/></svg>",
		"a comment of a drawing a.svg":         "<svg xmlns=\"http://www.w3.org/2000/svg\"><!--\n" + s.csv() + "--><path d=\"M0 0\"/></svg>",
		"a script of a drawing a.svg":          "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>var d = " + s.byRows() + ";</script></svg>",
		"hidden words of a drawing a.svg":      "<svg xmlns=\"http://www.w3.org/2000/svg\"><g display=\"none\"><text>" + s.csv() + "</text></g></svg>",
		"metadata of a drawing a.svgz":         packed("<svg xmlns=\"http://www.w3.org/2000/svg\"><metadata>" + s.csv() + "</metadata></svg>"),
		"a document in a drawing a.svg":        "<svg xmlns=\"http://www.w3.org/2000/svg\"><foreignObject><body>" + s.table() + "</body></foreignObject></svg>",
		"rows as objects a.json":               s.byRows(),
		"columns as lists a.json":              s.byColumns(),
		"rows deep in an object a.json":        `{"meta":{"version":1},"results":{"main":{"rows":` + s.byRows() + `}}}`,
		"rows on lines of their own a.json":    strings.Trim(strings.ReplaceAll(s.byRows(), "},{", "}\n{"), "[]"),
		"names beside rows a.json":             `{"columns":` + asJSON(s.heads) + `,"index":[],"data":` + customdata(s) + `}`,
		"places a.json":                        `{"type":"FeatureCollection","features":` + features(s) + `}`,
		"a notebook a.ipynb":                   notebook(s),
		"a comment in Markdown a.md":           "# Title\n\nWords.\n\n<!--\n" + s.csv() + "-->\n",
		"a table in Markdown a.md":             "# Title\n\n" + s.table() + "\n",
		"an embedded file in Markdown a.md":    "# Title\n\n[get](data:text/csv;base64," + in64(s.csv()) + ")\n",
		"a hidden element in a text a.txt":     "Words.\n<div hidden>" + s.table() + "</div>\n",
		"text that is a document a.txt":        "<!doctype html><html><body>" + s.table() + "</body></html>",
		"behind the end, as an archive a.png":  string(pngWith("", "")) + "PK\x03\x04" + strings.Repeat("\x00", 40) + "PK\x05\x06" + strings.Repeat("\x00", 18),
	}
}

func features(s secret) string {
	var list []string
	for i, r := range s.rows {
		props := map[string]any{}
		for n, h := range s.heads {
			props[h] = r[n]
		}
		list = append(list, fmt.Sprintf(`{"type":"Feature","geometry":{"type":"Point","coordinates":[%d.5,51.2]},"properties":%s}`, i, asJSON(props)))
	}
	return "[" + strings.Join(list, ",") + "]"
}

func notebook(s secret) string {
	var lines []string
	for l := range strings.Lines(strings.ReplaceAll(s.csv(), ",", "    ")) {
		lines = append(lines, l)
	}
	return asJSON(map[string]any{"nbformat": 4, "metadata": map[string]any{}, "cells": []any{
		map[string]any{"cell_type": "code", "source": []string{"df\n"}, "outputs": []any{map[string]any{"output_type": "execute_result", "data": map[string]any{"text/html": []string{s.table()}, "text/plain": lines}}}},
	}})
}

func deflated(text string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write([]byte(text)) // a buffer takes all
	_ = w.Close()
	return b.String()
}

// pngWith is a picture of one pixel with a further part.
func pngWith(name, body string) []byte {
	chunk := func(name, body string) string {
		b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
		b = append(b, name+body...)
		return string(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE([]byte(name+body))))
	}
	out := "\x89PNG\r\n\x1a\n" + chunk("IHDR", "\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00")
	if name != "" {
		out += chunk(name, body)
	}
	return []byte(out + chunk("IDAT", deflated("\x00\x00")) + chunk("IEND", ""))
}

// jpegWith is a picture with a further part; it has no pixels.
func jpegWith(marker byte, body string) string {
	part := func(marker byte, body string) string {
		return string([]byte{0xff, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}) + body
	}
	return "\xff\xd8" + part(marker, body) + part(0xc0, "\x08\x00\x01\x00\x01\x01\x01\x11\x00") + part(0xda, "\x01\x01\x00\x00\x3f\x00") + "\x00\xff\xd9"
}

// exifWithPlace is a block of Exif that says where a picture was taken.
func exifWithPlace() string {
	b := []byte("II*\x00\x08\x00\x00\x00")
	entry := func(tag, kind uint16, n, value uint32) {
		b = binary.LittleEndian.AppendUint16(b, tag)
		b = binary.LittleEndian.AppendUint16(b, kind)
		b = binary.LittleEndian.AppendUint32(b, n)
		b = binary.LittleEndian.AppendUint32(b, value)
	}
	b = binary.LittleEndian.AppendUint16(b, 1)
	entry(0x8825, 4, 1, 26)
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint16(b, 2)
	entry(1, 2, 2, 'N')
	entry(2, 5, 3, 56)
	b = binary.LittleEndian.AppendUint32(b, 0)
	for _, v := range []uint32{51, 1, 30, 1, 26, 1} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return string(b)
}
