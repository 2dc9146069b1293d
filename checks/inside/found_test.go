package inside

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// list is what was found, in one line each.
func (f Found) list() string {
	var b strings.Builder
	for _, t := range f.Things {
		fmt.Fprintf(&b, "%s|%s|%d|%d|%s\n", t.Kind, t.Name, t.Line, t.Size, t.Text)
	}
	if f.Ended != "" {
		fmt.Fprintf(&b, "ended|%s\n", f.Ended)
	}
	return b.String()
}

// read is what a reader finds in a text.
func read(t *testing.T, by func(context.Context, string) (Found, error), text string) Found {
	t.Helper()
	f, err := by(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestHTML(t *testing.T) {
	big := strings.Repeat("QUJD", 300)
	for _, tt := range []struct{ text, want string }{
		{"<p>only words</p>", ""},
		{"<!doctype html><p>x\n<script>alert(1)</script>", "script|in the file|2|8|alert(1)\n"},
		{"<script src=https://a.test/x.js></script>", "script|from elsewhere|1|19|https://a.test/x.js\n"},
		{"<script src='data:text/javascript,alert(1)'></script>", "embedded|text/javascript, in script src|1|8|alert(1)\nscript|in an address|1|29|\n"},
		{"<script type=application/json data-for=w1>{\"a\": \"datatables\"}</script>", "data|application/json, for w1, of DataTables|1|19|{\"a\": \"datatables\"}\n"},
		{"<script>Plotly.newPlot(1)</script>", "script|in the file, of plotly|1|17|Plotly.newPlot(1)\n"},
		{"a\n<!-- secret\nwords -->", "comment|comment|2|14|secret\nwords\n"},
		{"<!x y>", "comment|read as a comment|1|6|<!x y>\n"},
		{"<div hidden>a <b>b</b><div>c</div></div>d", "hidden|div, hidden|1|4|a b c\n"},
		{"<div style='color:red; DISPLAY : None !important'><table><tr><td>12<tr><td>3</table></div>", "hidden|div, display: none, with rows of tables: 2|1|3|12 3\n"},
		{"<p style=opacity:0.0>x</p><p style='font-size:0px'>y</p><p style=opacity:0.5>z</p>", "hidden|p, opacity: 0.0|1|1|x\nhidden|p, font-size: 0px|1|1|y\n"},
		{"<input type=hidden name=a value=b>", "hidden|input, type=hidden|1|1|b\n"},
		{"<template><p>x</p></template>", "hidden|template, template|1|1|x\n"},
		{"<div hidden>never ends", "hidden|div, hidden|1|10|never ends\n"},
		{"<img src='data:image/png;base64,QUJD'>", "embedded|image/png, in img src|1|3|\n"},
		{"<img src=http://a.test/x.png alt=words>", "outside|img src|1|19|http://a.test/x.png\nattribute|img alt|1|5|words\n"},
		{"<img onerror='alert(1)'>", "handler|img onerror|1|8|alert(1)\n"},
		{"<a href=' javascript:x'>a</a><a href=#here>b</a><a href=c.html>c</a>", "handler|a href|1|13|javascript:x\nlink|a href|1|6|c.html\n"},
		{"<form action=//a.test><input>", "form|form|1|0|//a.test\n"},
		{"<meta http-equiv=Refresh content='0;url=//a.test'>", "refresh|meta refresh|1|14|0;url=//a.test\n"},
		{"<meta charset=utf-8><meta name=author content=me><meta name=viewport content=x>", "metadata|author|1|2|me\n"},
		{"<iframe srcdoc='<script>x</script>'></iframe>", "frame|iframe|1|18|<script>x</script>\n"},
		{"<object data=//a.test></object>", "outside|object data|1|8|//a.test\nframe|object|1|0|//a.test\n"},
		{"<link rel=preconnect href=//a.test><base href=//b.test>", "outside|link href|1|8|//a.test\noutside|base|1|0|//b.test\n"},
		{"<style>\np { color: red }\n.x, .y { display: none }\n/* note */ a { background: URL( 'http://a.test' ) }\n@import \"b.css\";</style>", "outside|style|4|13|http://a.test\noutside|style|5|5|b.css\nhide_rule|display: none|3|15|.x, .y\ncomment|in a style sheet|4|6|note\n"},
		{"<style>a{background:url(data:image/gif;base64,QUJD)}</style>", "embedded|image/gif, in a style|1|3|\n"},
		{"<p style='background:url(//a.test)'>", "outside|style|1|8|//a.test\n"},
		{"<noscript><img src=//a.test></noscript>", "outside|img src|1|8|//a.test\n"},
		{"<svg><title><img src=//a.test></title></svg>", "outside|img src|1|8|//a.test\n"},
		{"<div data-x='" + strings.Repeat("1,", 60) + "'>", "data|div data-x|1|120|" + strings.Repeat("1,", 60) + "\n"},
		{"<p>" + big + "</p>", "encoded|base64|1|1200|" + big[:60] + "\n"},
		{"<script>x = 'data:font/woff;base64," + big + "'</script>", "script|in the file|1|1228|x = 'data:font/woff;base64," + big[:273] + "…\nembedded|font/woff, in a text|1|900|\n"},
	} {
		if got := read(t, HTML, tt.text).list(); got != tt.want {
			t.Errorf("HTML(%q) =\n%s\nwant\n%s", tt.text, got, tt.want)
		}
	}
}

func TestSVG(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{`<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><path d="M0 0"/></svg>`, ""},
		{"<svg>\n<script><![CDATA[alert(1)]]></script></svg>", "script|in the file|2|8|alert(1)\n"},
		{`<svg><script href="http://a.test/x.js"/></svg>`, "script|from elsewhere|1|18|http://a.test/x.js\n"},
		{`<svg><image xlink:href="http://a.test/x.png"/><use href="#a"/><use href="b.svg#a"/></svg>`, "outside|image xlink:href|1|19|http://a.test/x.png\noutside|use href|1|7|b.svg#a\n"},
		{`<svg><image href="data:image/png;base64,QUJD"/></svg>`, "embedded|image/png, in image href|1|3|\n"},
		{`<svg onload="x()"><a href="http://a.test"/></svg>`, "handler|svg onload|1|3|x()\nlink|a href|1|13|http://a.test\n"},
		{"<?xml version='1.0'?>\n<!DOCTYPE svg [\n<!ENTITY a SYSTEM \"file:///etc/passwd\">\n<!ENTITY b \"c\">]>\n<svg>&a;&b;</svg>",
			"entity|external entity|3|39|<!ENTITY a SYSTEM \"file:///etc/passwd\">\nentity|entity|4|15|<!ENTITY b \"c\">\ndoctype|with declarations|2|73|<!DOCTYPE svg [\n<!ENTITY a SYSTEM \"file:///etc/passwd\">\n<!ENTITY b \"c\">]>\n"},
		{`<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><svg/>`, ""},
		{`<?xml-stylesheet href="http://a.test/x.css"?><svg/>`, "outside|style sheet|1|26|href=\"http://a.test/x.css\"\n"},
		{"<svg><title>name</title><desc> of\n it </desc><metadata><rdf:RDF><dc:title>inner</dc:title> x</rdf:RDF></metadata></svg>", "title|title|1|4|name\ntitle|desc|1|5|of it\nmetadata|metadata|2|7|inner x\n"},
		{`<svg><g display="none"><g><text>12</text></g></g><text visibility="hidden">3</text><rect width="0"/></svg>`, "hidden|g, display: none|1|2|12\nhidden|text, visibility: hidden|1|1|3\nhidden|rect, width: 0|1|0|\n"},
		{`<svg><foreignObject><iframe src="http://a.test"/></foreignObject></svg>`, "foreign|foreignObject|1|0|\noutside|iframe src|1|13|http://a.test\nframe|iframe|1|0|http://a.test\n"},
		{`<svg><style>.a{display:none} b{fill:url(#g)}</style></svg>`, "hide_rule|display: none|1|12|.a\n"},
		{`<svg><g inkscape:export-filename="/home/me/x.png" sodipodi:n="1"/></svg>`, "metadata|inkscape:export-filename|1|14|/home/me/x.png\nmetadata|sodipodi:n|1|1|1\n"},
		{"<svg><plaintext/><!-- after --></svg>", "comment|comment|1|7|after\n"},
		{"<svg>\n<a b=\"", "ended|It is no XML from line 2 on: nothing after it was looked for.\n"},
		{strings.Repeat("<g>", 1002), "ended|Its elements are more than 1,000 deep in each other at line 1: nothing after it was looked for.\n"},
	} {
		if got := read(t, SVG, tt.text).list(); got != tt.want {
			t.Errorf("SVG(%q) =\n%s\nwant\n%s", tt.text, got, tt.want)
		}
	}
}

func TestMarkdown(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"# only *words*\n", ""},
		{"a\n![alt](http://a.test/x.png \"t\") [b](c.csv)", "image|image|2|19|http://a.test/x.png\nlink|link|2|5|c.csv\n"},
		{"![x](data:image/png;base64,QUJD)", "embedded|image/png, in image|1|3|\n"},
		{"[x]: <http://a.test>", "link|link by reference|1|13|http://a.test\n"},
		{"see https://a.test/x, www.b.test", "link|address|1|17|https://a.test/x,\nlink|address|1|10|www.b.test\n"},
		{"a <b onclick=x>c</b>", "handler|b onclick|1|1|x\nhtml|HTML|1|13|<b onclick=x>\nhtml|HTML|1|4|</b>\n"},
		{"<!-- a\nb -->", "comment|comment|1|5|a\nb\nhtml|HTML|1|4|<!--\n"},
	} {
		if got := read(t, Markdown, tt.text).list(); got != tt.want {
			t.Errorf("Markdown(%q) =\n%s\nwant\n%s", tt.text, got, tt.want)
		}
	}
}

// TestMany: what there is too much of is counted and not listed.
func TestMany(t *testing.T) {
	f := read(t, HTML, strings.Repeat("<!-- abc -->", 1000)+"<script>x</script>")
	if len(f.Things) != mostListed+1 || f.Count(Comment) != 1000 || f.Tallies[0].Size != 5000 || f.Count(Script) != 1 || f.Count(Form) != 0 {
		t.Errorf("%d things, %+v", len(f.Things), f.Tallies)
	}
}

// TestHostileDocuments: nothing that is written takes long, or breaks a reader.
func TestHostileDocuments(t *testing.T) {
	const size = 512 << 10
	readers := map[string]func(context.Context, string) (Found, error){"HTML": HTML, "SVG": SVG, "Markdown": Markdown}
	for _, part := range []string{
		"<", "<a ", "<!--", "<!ENTITY a ", "<div hidden>", "<svg><style>", "<style>a{", "<style>/*", "<style>url(", "url(", "data:;base64,", "[", "![a](", "[a]: ", "<noscript>",
		"<title><", "<g display='none'>", "<metadata>", "<?x", "&a;", "]]>", "<![CDATA[", "A", "http://", "<a a=1 ", "</", "<a href=data:,>", "<p style='a:b;'>", "\n", "<b/>", "<xmp>",
	} {
		text := strings.Repeat(part, size/len(part))
		for name, by := range readers {
			began := time.Now()
			f, err := by(t.Context(), text)
			if took := time.Since(began); took > 5*time.Second || err != nil {
				t.Errorf("%s of %q took %v, %v", name, part, took, err)
			}
			if len(f.Things) > mostListed*len(f.Tallies) {
				t.Errorf("%s of %q lists %d things", name, part, len(f.Things))
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, by := range readers {
		if _, err := by(ctx, strings.Repeat("<b>x</b>\n", 10_000)); !errors.Is(err, context.Canceled) {
			t.Errorf("%s goes on when nobody waits: %v", name, err)
		}
	}
}

func FuzzDocuments(f *testing.F) {
	f.Add("<div hidden style='display:none'><!-- x --><script>y</script></div>")
	f.Add("<!DOCTYPE svg [<!ENTITY a \"b\">]><svg><title>x</title></svg>")
	f.Add("[a](b) ![c](data:x,y) <b>")
	f.Fuzz(func(t *testing.T, text string) {
		for _, by := range []func(context.Context, string) (Found, error){HTML, SVG, Markdown} {
			found, err := by(t.Context(), text)
			if err != nil {
				t.Fatal(err)
			}
			for _, thing := range found.Things {
				if thing.Size < 0 || thing.Line < 1 || thing.Line > int64(strings.Count(text, "\n"))+1 || len(thing.Text) > mostExcerpt+3 {
					t.Fatalf("%q has %+v", text, thing)
				}
			}
		}
	})
}
