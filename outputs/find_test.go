package outputs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"sallyport/outputs"
)

func newTestWindows(t *testing.T) *outputs.Windows {
	t.Helper()
	w, err := outputs.OpenWindows(outputs.WindowsConfig{Path: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

func linesOf(t *testing.T, w *outputs.Windows, text string) *outputs.Lines {
	t.Helper()
	l, err := w.Lines(t.Context(), "", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func TestFind(t *testing.T) {
	w := newTestWindows(t)
	long := strings.Repeat("x", 2000-2) + "Needle" + strings.Repeat("y", 2000) + "needle\nneedle\n"
	for _, tt := range []struct {
		text, words string
		hit         int64
		want        outputs.Hits
	}{
		{"a\nbab\n", "b", 1, outputs.Hits{2, 1, 1, 0}},
		{"a\nbab\n", "B", 2, outputs.Hits{2, 2, 1, 1}},
		{"a\nbab\n", "b", 99, outputs.Hits{2, 2, 1, 1}},
		{"a\nbab\n", "b", 0, outputs.Hits{2, 1, 1, 0}},
		{"a\nbab\n", "c", 1, outputs.Hits{}},
		{"", "c", 1, outputs.Hits{}},
		{"aaaa", "aa", 2, outputs.Hits{2, 2, 0, 1}},
		{"a\nb", "a\nb", 1, outputs.Hits{}}, // not over the end of a line
		{"ÉTÉ été\n", "été", 2, outputs.Hits{2, 2, 0, 1}},
		{"n\xe4, N\xc4", "Ä", 2, outputs.Hits{2, 2, 0, 1}}, // in Windows-1252
		{long, "needle", 1, outputs.Hits{3, 1, 0, 0}},      // over the end of a piece
		{long, "needle", 2, outputs.Hits{3, 2, 2, 0}},
		{long, "needle", 3, outputs.Hits{3, 3, 3, 0}},
		{"\xff\xfea\x00B\x00", "ab", 1, outputs.Hits{1, 1, 0, 0}}, // UTF-16
		{"\x1b[31mred\x1b[0m 31m", "31m", 1, outputs.Hits{3 - 1, 1, 0, 0}},
	} {
		got, err := w.Find(t.Context(), linesOf(t, w, tt.text), outputs.Sought{Words: tt.words, Hit: tt.hit})
		if err != nil || got != tt.want {
			t.Errorf("Find(%.20q, %q, %d) = %+v, %v, want %+v", tt.text, tt.words, tt.hit, got, err, tt.want)
		}
	}
	seen := func(text string) string { return strings.ReplaceAll(text, "\x1b[31m", "") }
	if got, err := w.Find(t.Context(), linesOf(t, w, "\x1b[31mred 31m"), outputs.Sought{Words: "31m", Seen: seen}); err != nil || got.Total != 1 {
		t.Errorf("what is seen: %+v, %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	l := linesOf(t, w, strings.Repeat("words\n", 1<<20))
	cancel()
	if _, err := w.Find(ctx, l, outputs.Sought{Words: "words"}); !errors.Is(err, context.Canceled) {
		t.Errorf("it goes on when nobody waits: %v", err)
	}
	if got, err := w.Find(t.Context(), l, outputs.Sought{Words: "WORDS", Hit: 1 << 19}); err != nil || got != (outputs.Hits{1 << 20, 1 << 19, 1<<19 - 1, 0}) {
		t.Errorf("in a long text: %+v, %v", got, err)
	}
}

func TestPlaces(t *testing.T) {
	for _, tt := range []struct{ text, words, want string }{
		{"abcAB", "ab", "[[0 2] [3 5]]"}, {"aaaa", "aa", "[[0 2] [2 4]]"}, {"xÉté", "éT", "[[1 4]]"}, {"a", "", "[]"}, {"K k \u212a", "k", "[[0 1] [2 3] [4 7]]"},
		{"\xff\xffab", "b", "[[3 4]]"},
	} {
		if got := fmt.Sprint(outputs.Places(tt.text, tt.words)); got != tt.want {
			t.Errorf("Places(%q, %q) = %s, want %s", tt.text, tt.words, got, tt.want)
		}
	}
}

// TestPieceOf: one goes to any line, also where lines before it are long.
func TestPieceOf(t *testing.T) {
	w := newTestWindows(t)
	var long strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&long, "%d %s\n", i+1, strings.Repeat("x", i%5*1500))
	}
	for _, text := range []string{long.String(), strings.Repeat("short\n", 1000)} {
		l := linesOf(t, w, text)
		for _, line := range []int64{-1, 1, 2, 200, 257, 500, 999, 1000, 1001, 1 << 40} {
			n, err := l.PieceOf(t.Context(), line)
			if err != nil {
				t.Fatal(err)
			}
			p, err := l.Window(t.Context(), n, 1)
			if want := min(max(line, 1), 1000); err != nil || p[0].Line != want || p[0].Later {
				t.Errorf("PieceOf(%d) = %d, which is of line %d, %v", line, n, p[0].Line, err)
			}
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add("aXbx\nx", "x")
	f.Add("\xffé", "É")
	f.Fuzz(func(t *testing.T, text, words string) {
		for _, p := range outputs.Places(text, words) {
			if p[0] >= p[1] || outputs.Fold(text[p[0]:p[1]]) != outputs.Fold(words) {
				t.Fatalf("Places(%q, %q) has %v", text, words, p)
			}
		}
	})
}
