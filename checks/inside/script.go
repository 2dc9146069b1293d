package inside

import (
	"strconv"
	"strings"
)

// count is a number with its thousands apart.
func count(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// script notes a script that is elsewhere, or in an address.
func (f *Found) script(e *element) {
	src := strings.TrimSpace(firstOf(e.value("src"), e.value("href"), e.value("xlink:href")))
	switch {
	case src == "":
	case strings.HasPrefix(strings.ToLower(src[:min(len(src), 5)]), "data:"):
		f.add(Thing{Kind: Script, Name: "in an address", Line: e.line, Size: int64(len(src))})
	default:
		f.add(Thing{Kind: Script, Name: "from elsewhere", Line: e.line, Size: int64(len(src)), Text: src})
	}
}

// libraries are words by which the data of well-known libraries is told.
var libraries = []struct{ word, name string }{
	{"Plotly.newPlot", "plotly"}, {"application/vnd.plotly", "plotly"}, {"vega.github.io/schema", "vega"}, {"vegaEmbed", "vega"}, {"leaflet", "leaflet"},
	{"L.map(", "leaflet"}, {"datatables", "DataTables"}, {"DataTable(", "DataTables"}, {"Bokeh", "bokeh"}, {"echarts", "echarts"}, {"Highcharts", "highcharts"}, {"crosstalk", "crosstalk"},
}

// mostSearched is how far into a script its library is looked for: what it
// calls with its data stands at the beginning or the end.
const mostSearched = 64 << 10

// libraryOf names the library that a script has data for; "" if it is not seen
// easily.
func libraryOf(text string) string {
	if len(text) > 2*mostSearched {
		text = text[:mostSearched] + text[len(text)-mostSearched:]
	}
	for _, l := range libraries {
		if strings.Contains(text, l.word) {
			return l.name
		}
	}
	return ""
}

// program notes the text of a script: a program, or data that one reads.
func (f *Found) program(e *element, text string, line int64) {
	if strings.TrimSpace(text) == "" {
		return
	}
	thing := Thing{Kind: Script, Name: "in the file", Line: line, Size: int64(len(text)), Text: text}
	kind := strings.ToLower(strings.TrimSpace(e.value("type")))
	switch library := libraryOf(text); {
	case strings.Contains(kind, "json"), strings.HasPrefix(kind, "text/") && kind != "text/javascript" && kind != "text/ecmascript":
		thing.Kind, thing.Name = Data, kind
		if of := e.value("data-for"); of != "" {
			thing.Name += ", for " + of
		}
		if library != "" {
			thing.Name += ", of " + library
		}
	case library != "":
		thing.Name += ", of " + library
	}
	f.add(thing)
	f.encoded(text, line)
}

// declared notes the declarations of a document type; false if there are none.
func (f *Found) declared(raw string, line int64) bool {
	found := false
	at := &place{text: raw, line: line}
	const word = "<!ENTITY"
	for begins := 0; begins < len(raw); begins++ {
		if raw[begins] != '<' || len(raw)-begins < len(word) || !strings.EqualFold(raw[begins:begins+len(word)], word) {
			continue
		}
		said := raw[begins:min(len(raw), begins+mostAddress)]
		if end := strings.IndexByte(said, '>'); end >= 0 {
			said = said[:end+1]
		}
		f.add(Thing{Kind: Entity, Name: entityName(said), Line: at.to(begins), Size: int64(len(said)), Text: said})
		found = true
		begins += len(said) - 1
	}
	head := strings.ToLower(raw[:min(len(raw), 200)])
	if strings.HasPrefix(head, "<!doctype") && strings.ContainsRune(raw, '[') {
		f.add(Thing{Kind: Doctype, Name: "with declarations", Line: line, Size: int64(len(raw)), Text: raw})
		found = true
	}
	return found || strings.HasPrefix(head, "<!doctype") || strings.HasPrefix(head, "<!element") || strings.HasPrefix(head, "<!attlist")
}

// entityName says of a declaration whether what it stands for is elsewhere.
func entityName(said string) string {
	words := strings.Fields(said)
	for _, w := range words[min(len(words), 2):min(len(words), 5)] {
		if w == "SYSTEM" || w == "PUBLIC" {
			return "external entity"
		}
	}
	return "entity"
}
