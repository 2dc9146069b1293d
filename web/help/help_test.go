package help

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
)

func readAll(t *testing.T) map[string]Page {
	t.Helper()
	pages, err := Read()
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

// TestPages: every file is a page, with a title, headings that can be linked
// to, and markup that is whole.
func TestPages(t *testing.T) {
	pages := readAll(t)
	entries, err := files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	if len(entries)+1 != len(pages) { // the document of the checks stands elsewhere
		t.Errorf("%d files, but %d pages", len(entries), len(pages))
	}
	for topic, p := range pages {
		if p.Title == "" || len(p.Headings) == 0 {
			t.Errorf("%q has the title %q and %d headings", topic, p.Title, len(p.Headings))
		}
		seen := map[string]bool{}
		for _, h := range p.Headings {
			if h.ID == "" || h.Text == "" || seen[h.ID] || !strings.Contains(string(p.Text()), `id="`+h.ID+`"`) {
				t.Errorf("%q: the heading %+v cannot be linked to", topic, h)
			}
			seen[h.ID] = true
		}
		if err := wellFormed(string(p.Text())); err != nil {
			t.Errorf("%q: %v", topic, err)
		}
		for _, bad := range []string{" style=", "<script", " onclick=", "javascript:"} {
			if strings.Contains(string(p.Text()), bad) {
				t.Errorf("%q has %q", topic, bad)
			}
		}
	}
}

func wellFormed(markup string) error {
	d := xml.NewDecoder(strings.NewReader("<div>" + markup + "</div>"))
	d.Entity = xml.HTMLEntity
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

var helpLink = regexp.MustCompile(`href="/help/?([a-z]*)(?:#([a-z-]+))?"`)

// TestLinks: a link to another page of the help leads there, and to a heading
// that it has. The rules have a page of their own.
func TestLinks(t *testing.T) {
	pages := readAll(t)
	links := 0
	for topic, p := range pages {
		for _, m := range helpLink.FindAllStringSubmatch(string(p.Text()), -1) {
			links++
			to, ok := pages[m[1]]
			if m[1] == "rules" {
				continue
			}
			if !ok || m[2] != "" && !strings.Contains(string(to.Text()), `id="`+m[2]+`"`) {
				t.Errorf("%q links to %s", topic, m[0])
			}
		}
	}
	if links < 5 {
		t.Errorf("only %d links seen", links)
	}
}

// TestRender: raw HTML is left out, text is escaped, a table can be reached.
func TestRender(t *testing.T) {
	p, err := render([]byte("# A *b* c\n\n## Two {#x}\n\n<script>alert(1)</script>\n\na <em>b</em> & c [l](javascript:alert(1))\n\n| h |\n|---|\n| `<i>` |\n\nand\n\n| h |\n|---|\n| x |\n"))
	if err != nil {
		t.Fatal(err)
	}
	got := string(p.Text())
	if p.Title != "A b c" || len(p.Headings) != 1 || p.Headings[0] != (Heading{"x", "Two"}) {
		t.Errorf("outline: %+v", p)
	}
	for _, bad := range []string{"<script", "<em>", "javascript:", "<h1", "<i>"} {
		if strings.Contains(got, bad) {
			t.Errorf("%s in %s", bad, got)
		}
	}
	for _, want := range []string{"&amp; c", `role="region" aria-label="Table: Two"><table>`, `aria-label="Table: Two (2)"><table>`, `<th scope="col">h</th>`, "&lt;i&gt;", "</table></div>"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	for _, bad := range []string{"", "no title", "## Two\n\n# One", "# One\n\n# Two"} {
		if _, err := render([]byte(bad)); !errors.Is(err, errTitle) {
			t.Errorf("render(%q) = %v, want errTitle", bad, err)
		}
	}
}

// TestWordsAreTheGlossary: the help says of each word what docs/glossary.md
// says.
func TestWordsAreTheGlossary(t *testing.T) {
	glossary, err := os.ReadFile("../../docs/glossary.md")
	if err != nil {
		t.Fatal(err)
	}
	own, err := files.ReadFile("words.md")
	if err != nil {
		t.Fatal(err)
	}
	used, _, _ := strings.Cut(string(glossary), "## Words that are not used")
	rows := 0
	for line := range strings.Lines(used) {
		if !strings.HasPrefix(line, "| ") {
			continue
		}
		rows++
		if !strings.Contains(string(own), line) {
			t.Errorf("web/help/words.md lacks this row of docs/glossary.md: %s", line)
		}
	}
	if rows < 10 {
		t.Errorf("only %d rows seen", rows)
	}
}

// TestDocumentForHelp: a place that is named above a heading is the heading's,
// and what leads to other documents leads nowhere.
func TestDocumentForHelp(t *testing.T) {
	source := "# Title\n\n<a id=\"rule-x\"></a>\n\n### X\n\nSee [rules](rules.md#a), [code](../web) and [here](#rule-x), [there](https://example.org/a.md)."
	p, err := render(forHelp(source))
	if err != nil {
		t.Fatal(err)
	}
	want := `<h3 id="rule-x">X</h3>` + "\n" + `<p>See rules, code and <a href="#rule-x">here</a>, <a href="https://example.org/a.md">there</a>.</p>` + "\n"
	if got := string(p.Text()); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
