package review

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// cited matches a heading that a comment names: docs/rules.md "Sides".
var cited = regexp.MustCompile(`docs/(rules\.md|errors\.md|rights\.md)((?:,? "[^"]+")*)`)

// TestHeadings: every heading that the code names exists.
func TestHeadings(t *testing.T) {
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, source := range sources {
		text, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		joined := regexp.MustCompile(`\n\s*//\s*`).ReplaceAllString(string(text), " ")
		for _, m := range cited.FindAllStringSubmatch(joined, -1) {
			page, err := os.ReadFile("../docs/" + m[1])
			if err != nil {
				t.Error(err)
				continue
			}
			for _, h := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(m[2], -1) {
				n++
				if !regexp.MustCompile(`(?m)^#+ ` + regexp.QuoteMeta(h[1]) + `$`).MatchString(strings.TrimSpace(string(page))) {
					t.Errorf("%s names docs/%s %q, which is not there", source, m[1], h[1])
				}
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d headings are named: the search finds too little", n)
	}
}
