package pages

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"time"
)

// zipped is a text in gzip.
func zipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// claiming is the beginning of a PNG that says it is so large.
func claiming(width, height uint32) string {
	head := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	head = append(binary.BigEndian.AppendUint32(head, height), 8, 2, 0, 0, 0)
	b := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
	return string(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(head)))
}

func TestPictures(t *testing.T) {
	var asPNG, asJPEG bytes.Buffer
	if err := png.Encode(&asPNG, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&asJPEG, image.NewGray(image.Rect(0, 0, 30, 20)), nil); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, text  string
		kind        ContentKind
		shown, says string
	}{
		{"a.png", asPNG.String(), AsPicture, "30 × 20 pixels", ""},
		{"a.JPG", asJPEG.String(), AsPicture, "30 × 20 pixels", ""},
		{"a.png", asJPEG.String(), AsPicture, "30 × 20 pixels", "it is a JPEG"},
		{"a.jpeg", asPNG.String(), AsPicture, "30 × 20 pixels", "it is a PNG"},
		{"a.png", claiming(100_000, 100_000), AsNothing, "100,000 × 100,000 pixels", "are not drawn"},
		{"a.png", claiming(30_000, 1), AsNothing, "30,000 × 1 pixels", "are not drawn"},
		{"a.png", claiming(19_000, 19_000), AsNothing, "19,000 × 19,000 pixels", "are not drawn"},
		{"a.png", "<svg/>", AsNothing, "", "no PNG and no JPEG"},
		{"a.png", "", AsNothing, "", "empty"},
		{"a.jpg", "\xff\xd8\xff", AsNothing, "", "broken"},
	} {
		c := shown(t, tt.name, tt.text)
		if c.Kind != tt.kind || c.Shown != tt.shown || !strings.Contains(c.Why+c.notes(), tt.says) {
			t.Errorf("%s %.20q: %s, %q, %q, want %s, %q, %q", tt.name, tt.text, c.Kind, c.Shown, c.Why+c.notes(), tt.kind, tt.shown, tt.says)
		}
	}
	if c := shown(t, "a.png", asPNG.String(), view(ViewFull)); !c.Full || c.Frame != "/bytes" {
		t.Errorf("full size: %+v", c)
	}
}

func TestCompressedDrawings(t *testing.T) {
	svg := `<svg xmlns="http://www.w3.org/2000/svg"/>`
	c := shown(t, "a.svgz", zipped(t, svg))
	if c.Kind != AsFrame || c.Frame != "/bytes?as=page" {
		t.Errorf("a compressed drawing: %+v", c)
	}
	if c = shown(t, "a.svgz", zipped(t, svg), view(ViewSource)); c.Kind != AsText || textOf(c.Lines[0].Spans) != svg {
		t.Errorf("its source: %+v", c)
	}
	for name, text := range map[string]string{"A.SVGZ": zipped(t, svg), "a.svg": svg} {
		body, kind, err := Made(Source{Bytes: strings.NewReader(text), Path: name})
		drawing := base64.StdEncoding.EncodeToString([]byte(svg))
		if !strings.Contains(string(body), `src="data:image/svg+xml;base64,`+drawing+`"`) || kind != "text/html; charset=utf-8" || err != nil {
			t.Errorf("Made of %s = %q, %s, %v", name, body, kind, err)
		}
	}
	for text, want := range map[string]string{
		zipped(t, strings.Repeat(" ", 100<<20)): "larger than 8 MiB when it is unpacked", svg: "not in gzip", "": "empty",
		zipped(t, svg)[:30]: "cannot be unpacked", zipped(t, svg)[:20] + "garbage" + zipped(t, svg)[27:]: "cannot be unpacked",
	} {
		if c := shown(t, "a.svgz", text); c.Kind != AsNothing || !strings.Contains(c.Why, want) {
			t.Errorf("%.20q: %s, %q, want %q", text, c.Kind, c.Why, want)
		}
		if c := shown(t, "a.svgz", text, view(ViewSource)); text != "" && !strings.Contains(c.Why, want) {
			t.Errorf("the source of %.20q: %s, %q, want %q", text, c.Kind, c.Why, want)
		}
	}
}

func TestFrames(t *testing.T) {
	for _, name := range []string{"a.html", "a.svg"} {
		if c := shown(t, name, "<b>x</b>"); c.Kind != AsFrame || c.Frame != "/bytes?as=page" {
			t.Errorf("%s: %+v", name, c)
		}
		if c := shown(t, name, "<b>x</b>\n", view(ViewSource)); c.Kind != AsText || textOf(c.Lines[0].Spans) != "<b>x</b>" {
			t.Errorf("the source of %s: %+v", name, c)
		}
		if c := shown(t, name, ""); c.Kind != AsNothing || c.Why != "The file is empty." {
			t.Errorf("an empty %s: %+v", name, c)
		}
	}
	c := shown(t, "a.md", "# x", func(l *Look) { l.Bytes = "/content?path=a.md" })
	if c.Kind != AsFrame || c.Frame != "/content?path=a.md&as=page" {
		t.Errorf("Markdown: %+v", c)
	}
	for text, want := range map[string]string{
		strings.Repeat("x\n", MostMarkdown): "larger than 64 KiB", strings.Repeat("[", 5000): "so many marks",
	} {
		if c := shown(t, "a.md", text); c.Kind != AsText || !strings.Contains(c.notes(), want) {
			t.Errorf("%.10q: %s, %q, want %q", text, c.Kind, c.notes(), want)
		}
	}
	if c := shown(t, "a.md", "\xff\xfea\x00"); c.Kind != AsFrame {
		t.Errorf("UTF-16: %+v", c)
	}
	if _, _, err := Made(Source{Bytes: strings.NewReader("x"), Path: "a.txt"}); err == nil {
		t.Error("something is made of a text")
	}
}

// connected reports whether something in a document connects, or leads out of it.
func connected(made string) bool {
	for _, m := range connects.FindAllStringIndex(made, -1) {
		if made[m[0]+1] != '/' && !within.MatchString(made[m[0]:]) {
			return true
		}
	}
	return false
}

// TestNothingNamesHosts: what tells a browser where to connect to, which no
// Content-Security-Policy forbids, is gone from what it is given.
func TestNothingNamesHosts(t *testing.T) {
	for _, tt := range []struct{ name, source, has string }{
		{"a.html", `<p>x</p><link rel="preconnect" href="http://data.evil.test"><LINK/rel=dns-prefetch href=//b.evil.test>`, "<p>x</p>"},
		{"a.html", "<<link\trel=preconnect href=//a.evil.test>< link", "< link"},
		{"a.html", "\ufeff<link\frel=preconnect href=//a.evil.test>é", "é"},
		{"a.html", "<link\xff rel=preconnect href=//a.evil.test>", "preconnect"},
		{"a.html", "<\x00link rel=preconnect>", ""},
		{"a.html", "<iFrame src=//a.evil.test><lin<linkk rel=preconnect></iframe><frameset><frame src=//x></frameset><embed src=//x><object data=//x>", "<x-frameset>"},
		{"a.html", "<a href=//a.evil.test>x</a><A\nhref='//b.evil.test'>y</A><area href=//c.evil.test><a/href=//d.evil.test><a\fhref=//e>", "<x-a href=//a.evil.test>"},
		{"a.html", `<base href="//a.evil.test/"><BASE href=x><svg><a href="#x"><set attributeName=href to=//b.evil.test><animate attributeName=href values=//c></a></svg>`, "<x-BASE"},
		{"a.html", `<a href="#x"target=_top>here</a><a href="#x y">no</a><a  href="#">top</a>`, `<a href="#x"target=_top>here</a><x-a href="#x y">no</x-a><a  href="#">top</a>`},
		{"a.html", "<abbr>a</abbr><article>b</article>", "<abbr>a</abbr><article>b</article>"},
		{"a.svg", `<svg xmlns="http://www.w3.org/2000/svg" xmlns:h="http://www.w3.org/1999/xhtml"><h:link rel="preconnect" href="//a.evil.test"/></svg>`, "<img"},
		{`a"><link rel=preconnect href=x>.svg`, "<svg/>", "<img"},
	} {
		body, _, err := Made(Source{Bytes: strings.NewReader(tt.source), Path: tt.name})
		if err != nil && tt.has != "" || !strings.Contains(string(body), tt.has) || connected(string(body)) ||
			strings.HasSuffix(tt.name, "svg") && strings.Contains(string(body), "evil") {
			t.Errorf("%s %q: %q, %v", tt.name, tt.source, body, err)
		}
	}
	if _, _, err := Made(Source{Bytes: bytes.NewReader(make([]byte, mostFramed+1)), Path: "a.html"}); err == nil {
		t.Error("a document of any size is made")
	}
}

// TestMarkdown: what people wrote is shown, and nothing of it acts.
func TestMarkdown(t *testing.T) {
	for _, tt := range []struct{ source, has, hasNot string }{
		{"# A *b*\n\n- [x] c", "<h1", ""},
		{"~~gone~~", "<del>gone</del>", ""},
		{"|a|b|\n|-|-:|\n|1|2|", "<table>", ""},
		{"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;", "<script"},
		{"a <img src=x onerror=alert(1)> b", "&lt;img src=x onerror=alert(1)&gt;", "<img"},
		{"<div>\nx\n</div>", "&lt;div&gt;\nx\n&lt;/div&gt;", "<div"},
		{"<!-- hidden words -->", "&lt;!-- hidden words --&gt;", "<!--"},
		{"<!-- a\nb -->\nrest", "&lt;!-- a\nb --&gt;", "<!--"},
		{"![alt](http://evil.test/x.png \"t\")", "Image “alt”, not fetched: <code class=\"target\">http://evil.test/x.png</code>", "<img"},
		{"[here](javascript:alert(1))", "<span class=\"link\">here</span> <code class=\"target\">javascript:alert(1)</code>", "<a"},
		{"<https://a.test/?a=1&b=2> and www.b.test", "<code class=\"target\">https://a.test/?a=1&amp;b=2</code>", "<a"},
		{"[x]: http://r.test \"t\"\n\n[x]", "<code class=\"target\">http://r.test</code>", "href"},
		{"a &#x202e; b \u202e c &zwnj;", "a ⟨U+202E⟩ b ⟨U+202E⟩ c ⟨U+200C⟩", "\u202e"},
		{"```\"><script>\nx\n```", "x", "<script"},
		{"## x {onclick=alert(1)}", "{onclick=alert(1)}", " onclick"},
	} {
		b, err := Markdown("out/n.md", tt.source)
		if err != nil {
			t.Fatal(err)
		}
		_, body, _ := strings.Cut(string(b), "<body>")
		if !strings.Contains(body, tt.has) || tt.hasNot != "" && strings.Contains(body, tt.hasNot) {
			t.Errorf("Markdown(%q) = %s", tt.source, body)
		}
	}
	b, err := Markdown("</title><script>\u202e.md", "x")
	if err != nil || strings.Contains(string(b), "<script") || strings.Contains(string(b), "\u202e") {
		t.Errorf("a hostile name: %s, %v", b, err)
	}
}

// TestTangledMarkdown: a text that is made to take long is refused, or does not
// take long.
func TestTangledMarkdown(t *testing.T) {
	repeated := func(s string) string { return strings.Repeat(s, MostMarkdown/len(s)) }
	texts := []string{
		"[", "[a](", "*a _b ", "*", "_a", "`", ">", "- ", "1. ", "\t- ", "<a ", "<!--", "<![CDATA[", "<?", "<!A ", "www.", "http://a.", "a@a.", "[a]: b\n",
		"[x] ", "![a", "[a [b ", "~~a ", "&a;", "\\[", "\n", "# a\n", "a\n==\n", "]", "**a ", "a**b", "a:", "|", "|a\n", "> - 1. ",
	}
	for i := range texts {
		texts[i] = repeated(texts[i])
	}
	texts = append(texts, "[a]("+repeated("("), strings.Repeat("|a", 1000)+"\n"+strings.Repeat("|-", 1000)+"\n"+strings.Repeat("|a\n", 20_000))
	for n := range 25 {
		texts = append(texts, strings.Repeat(strings.Repeat(" ", 2*n)+"- a\n", 500))
	}
	for _, source := range texts {
		if tooTangled(source) {
			continue
		}
		began := time.Now()
		b, err := Markdown("a.md", source)
		if took := time.Since(began); took > 5*time.Second || err != nil || len(b) > 8<<20 {
			t.Errorf("%.12q took %v: %d bytes, %v", source, took, len(b), err)
		}
	}
	for _, source := range []string{
		strings.Repeat("| a | b | c |\n", 300), "- a\n  - b\n    - c\n", strings.Repeat("see [this](x.csv).\n", 200), "----------------------\n", "> > quoted\n",
	} {
		if tooTangled(source) {
			t.Errorf("%.20q is refused", source)
		}
	}
}
