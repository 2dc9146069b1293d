package house

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// link matches the target of a link in Markdown.
var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

func TestDocuments(t *testing.T) {
	pages, err := filepath.Glob(repository + "/docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	index, err := os.ReadFile(repository + "/docs/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, repository+"/README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, target := range missing(filepath.Dir(page), text) {
			t.Errorf("%s links to %s, which is not there", page, target)
		}
		name := filepath.Base(page)
		if name != "README.md" && !bytes.Contains(index, []byte("]("+name+")")) {
			t.Errorf("docs/README.md does not list %s", name)
		}
	}
}

func TestMissing(t *testing.T) {
	text := []byte("[a](docs_test.go) [b](docs_test.go#part) [c](gone.md) [d](https://example.org/) [e](#here)")
	if got := missing(".", text); !slices.Equal(got, []string{"gone.md"}) {
		t.Errorf("missing = %q, want gone.md alone", got)
	}
}

// missing are the files that a page in dir links to and that are not there.
func missing(dir string, page []byte) []string {
	var gone []string
	for _, m := range link.FindAllSubmatch(page, -1) {
		target, _, _ := strings.Cut(string(m[1]), "#")
		if target == "" || strings.Contains(target, "://") {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, target)); err != nil {
			gone = append(gone, target)
		}
	}
	return gone
}
