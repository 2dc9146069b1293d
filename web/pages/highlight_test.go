package pages

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// plainLines is what was highlighted, without what it looks like.
func plainLines(lines [][]Span) string {
	var b strings.Builder
	for _, line := range lines {
		for _, s := range line {
			b.WriteString(s.Text)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestHighlightLanguages(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       [][]Span
	}{
		{"project.yaml", "a: 1 # x\n", [][]Span{{{"a", "h-word"}, {": ", ""}, {"1", "h-number"}, {" ", ""}, {"# x", "h-comment"}}}},
		{"x.R", "y <- 'é'", [][]Span{{{"y <- ", ""}, {"'é'", "h-string"}}}},
		{"x.py", "def f():\n  return 'x'", [][]Span{{{"def", "h-word"}, {" ", ""}, {"f", "h-name"}, {"():", ""}}, {{"  ", ""}, {"return", "h-word"}, {" ", ""}, {"'x'", "h-string"}}}},
		{"x.sql", "SELECT 1", [][]Span{{{"SELECT", "h-word"}, {" ", ""}, {"1", "h-number"}}}},
		{"x.sas", "data x;", [][]Span{{{"data x", "h-word"}, {";", ""}}}},
		{"x.jl", "if true", [][]Span{{{"if", "h-word"}, {" ", ""}, {"true", "h-name"}}}},
		{"x.do", "gen x = 1", [][]Span{{{"gen x = 1", ""}}}},
		{"x.py", "", nil},
		{"x.py", "\n\n", [][]Span{nil, nil}},
		{"x.py", "a\r\nb\rc", [][]Span{{{"a", ""}}, {{"b", ""}, {"⟨U+000D⟩", "mark"}, {"c", ""}}}},
		{"x.py", "# a\u202eb\n", [][]Span{{{"# a", "h-comment"}, {"⟨U+202E⟩", "mark"}, {"b", "h-comment"}}}},
	} {
		if diff := cmp.Diff(test.want, Highlight(t.Context(), LanguageOf(test.name), test.text)); diff != "" {
			t.Errorf("Highlight(%s, %q): -want +got\n%s", test.name, test.text, diff)
		}
	}
}

// TestHighlightWhole has every real file keep every character.
func TestHighlightWhole(t *testing.T) {
	files, err := filepath.Glob("../../pipeline/testdata/project-yaml/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no project.yaml to read: %v", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		want := Visible(strings.ReplaceAll(string(text), "\r\n", "\n"))
		if want != "" && !strings.HasSuffix(want, "\n") {
			want += "\n"
		}
		if got := plainLines(Highlight(t.Context(), InYAML, string(text))); got != want {
			t.Errorf("%s is not what it was: %d bytes, want %d", name, len(got), len(want))
		}
	}
}

func TestHighlightBounds(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for name, test := range map[string]struct {
		ctx  context.Context
		text string
	}{
		"too large":  {t.Context(), strings.Repeat("a: 1\n", mostHighlighted/5+1)},
		"no time":    {gone, "a: 1\n"},
		"not UTF-8":  {t.Context(), "\xff\xfe\n"},
		"one line":   {t.Context(), strings.Repeat("[", mostHighlighted-1) + "\n"},
		"open quote": {t.Context(), "a: \"" + strings.Repeat("\\'", 100_000) + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			lines := Highlight(test.ctx, InYAML, test.text)
			if got, want := plainLines(lines), Visible(test.text); got != want {
				t.Errorf("Highlight kept %d bytes, want %d", len(got), len(want))
			}
			if test.ctx == gone && lines[0][0].Class != "" {
				t.Errorf("a text without time is %v, want it plain", lines[0])
			}
		})
	}
}

func FuzzHighlight(f *testing.F) {
	f.Add("yaml", "a: [1, 'b'] # c\r\n\tx\x00")
	f.Add("r", "x <- function() `a` %in% \"b\"")
	f.Add("python", "f'''{a!r:>{w}}'''")
	f.Add("sas", "%macro a; data b; run;")
	f.Add("julia", "#= #= a =# \"$(b)\"")
	f.Add("sql", "select 'a''b' -- c")
	f.Fuzz(func(t *testing.T, language, text string) {
		want := Visible(strings.ReplaceAll(text, "\r\n", "\n"))
		if want != "" && !strings.HasSuffix(want, "\n") {
			want += "\n"
		}
		if got := plainLines(Highlight(t.Context(), Language(language), text)); got != want {
			t.Errorf("Highlight(%q, %q) keeps %q, want %q", language, text, got, want)
		}
	})
}
