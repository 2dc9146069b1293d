package pages

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"strings"
	"testing"

	"sallyport/checks/inside"
)

// TestCarries: what a file carries is said above it, and listed in a view of its
// own, each thing with the way to where it stands.
func TestCarries(t *testing.T) {
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	script := "<p>a</p>\n<script>" + strings.Repeat("x;", 3<<9) + "</script>\n<!-- \u202esecret -->"
	for _, tt := range []struct{ name, file, carries, href, says string }{
		{"a.html", script, "It carries 1 script (3 KiB) and 1 comment.", "/page?line=2&view=source#line-2", "⟨U+202E⟩secret"},
		{"a.svg", "<svg><title>x</title></svg>", "It carries 1 title or description.", "/page?line=1&view=source#line-1", "x"},
		{"a.svgz", zipped(t, "<svg>\n<!-- x --></svg>"), "It carries 1 comment.", "/page?line=2&view=source#line-2", "x"},
		{"a.md", "![a](b.png)", "It carries 1 image.", "/page?line=1&view=source#line-1", "b.png"},
		{"a.png", picture.String() + "PK\x03\x04", "It carries 1 part after its end.", fmt.Sprintf("/page?from=%d&view=raw", picture.Len()/hexRow*hexRow+1), ""},
		{"a.html", "<p>a</p>", "", "", ""},
		{"a.png", picture.String(), "", "", ""},
		{"a.png", claiming(100_000, 100_000) + "words", "", "", ""}, // it ends in the middle, and the list says so
	} {
		c := shown(t, tt.name, tt.file)
		if much := tt.name != "a.svg" && tt.name != "a.md" && tt.carries != ""; c.CarriesMuch != much {
			t.Errorf("%s %.20q: much %t", tt.name, tt.file, c.CarriesMuch)
		}
		if c.Carries != tt.carries || (c.CarriesAt == "") != (tt.carries == "") {
			t.Errorf("%s %.20q: %q at %q, want %q", tt.name, tt.file, c.Carries, c.CarriesAt, tt.carries)
		}
		c = shown(t, tt.name, tt.file, view(ViewInside))
		if c.Kind != AsInside {
			t.Fatalf("%s: %+v", tt.name, c)
		}
		if tt.carries == "" {
			if n := c.Inside.Nothing; n != "" && (!strings.Contains(n, "looked for was found: ") || !strings.Contains(n, "not found") && !strings.Contains(n, "not looked at")) {
				t.Errorf("%s: nothing, %q", tt.name, n)
			}
			if len(c.Inside.Groups) > 0 || c.Inside.Nothing == "" && c.Inside.Ended == "" {
				t.Errorf("%s: %+v", tt.name, c.Inside)
			}
			continue
		}
		things := c.Inside.Groups[len(c.Inside.Groups)-1].Things
		if last := c.Inside.Groups[0].Things[0]; last.Href != tt.href || textOf(things[0].Says) != tt.says {
			t.Errorf("%s: leads to %q, says %q, want %q, %q", tt.name, last.Href, textOf(things[0].Says), tt.href, tt.says)
		}
	}
	if c := shown(t, "a.png", claiming(30, 20)); c.Kind != AsNothing || !strings.Contains(c.Why, "no pixels that can be drawn. It ends in the middle") {
		t.Errorf("no pixels: %+v", c)
	}
	c := shown(t, "a.html", strings.Repeat("<!-- x -->", 300), view(ViewInside))
	if g := c.Inside.Groups[0]; len(g.Things) != 100 || g.More != "200 more are not listed." || g.Name != "300 comments" {
		t.Errorf("many: %d, %q, %q", len(g.Things), g.More, g.Name)
	}
	for _, refused := range []string{zipped(t, strings.Repeat(" ", 100<<20)), "words"} {
		if c := shown(t, "a.svgz", refused, view(ViewInside)); c.Kind != AsNothing || c.Why == "" {
			t.Errorf("%.10q: %+v", refused, c)
		}
	}
}

// TestKindsHaveWords: each kind of thing has words, once.
func TestKindsHaveWords(t *testing.T) {
	seen := map[inside.Kind]bool{}
	for _, k := range kindWords {
		if seen[k.kind] || k.one == "" || k.more == "" || k.means == "" {
			t.Errorf("%s has words twice, or none", k.kind)
		}
		seen[k.kind] = true
	}
	for _, k := range inside.Kinds() {
		if !seen[k] {
			t.Errorf("%s has no words", k)
		}
	}
}

// TestBytes: what is no text is shown byte by byte, whole, by windows.
func TestBytes(t *testing.T) {
	text := "\x00\x01" + strings.Repeat("0123456789abcdef", 600)
	for _, name := range []string{"a.feather", "a.png", "a.svgz"} {
		c := shown(t, name, text, view(ViewRaw))
		if c.Kind != AsBytes || len(c.Hex) != hexRows || c.Window.Text != "Bytes 1–4,096 of 9,602" || c.Window.Next != "/page?from=4097&view=raw" {
			t.Fatalf("%s: %s, %d rows, %+v", name, c.Kind, len(c.Hex), c.Window)
		}
		if want := (HexRow{"00000000", "00 01 30 31 32 33 34 35  36 37 38 39 61 62 63 64", "..0123456789abcd"}); c.Hex[0] != want {
			t.Errorf("%s: %+v", name, c.Hex[0])
		}
		c = shown(t, name, text, view(ViewRaw), func(l *Look) { l.From = 1 << 40 })
		if want := (HexRow{"00002580", "65 66", "ef"}); len(c.Hex) != 1 || c.Hex[0] != want || c.Window.Next != "" {
			t.Errorf("the end of %s: %+v", name, c.Hex)
		}
	}
	if c := shown(t, "a.rds", ""); c.Kind != AsText || c.Lines != nil {
		t.Errorf("an empty file: %+v", c)
	}
	if c := shown(t, "a.R", "x <- 1\n"); c.Kind != AsText || len(c.Lines) != 1 {
		t.Errorf("a text of a type that is not known: %+v", c)
	}
}

func TestZoom(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		view  string
		width int
		full  bool
		keys  string
	}{
		{ViewFit, 0, false, "+ /page?view=full "}, {ViewFull, 0, true, "- /page?view=fit 0 /page + /page?view=200 "},
		{ViewTwice, 60, true, "- /page?view=full 0 /page + /page?view=400 "}, {ViewFourTimes, 120, true, "- /page?view=200 0 /page "},
	} {
		c := shown(t, "a.png", b.String(), view(tt.view))
		keys := ""
		for _, z := range c.Zooms {
			keys += z.Key + " " + z.Href + " "
		}
		if c.Width != tt.width || c.Full != tt.full || keys != tt.keys {
			t.Errorf("%s: %d wide, full %t, keys %q, want %+v", tt.view, c.Width, c.Full, keys, tt)
		}
	}
}
