package pipeline

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMatch(t *testing.T) {
	tests := []struct {
		pattern    string
		match, not []string
	}{
		{"output/a.csv", []string{"output/a.csv"}, []string{"output/A.csv", "output/a.csv.txt", "a.csv", "x/output/a.csv", "output/a.csv/b"}},
		{"output/*.csv", []string{"output/a.csv", "output/.csv", "output/.hidden.csv", "output/é ü.csv", "output/*.csv"}, []string{"output/a/b.csv", "output/a.CSV", "a.csv", "output/a.csvx", "Output/a.csv"}},
		{"*.csv", []string{"a.csv", ".csv"}, []string{"a/b.csv", "a.csv/b"}},
		{"*/*/x.csv", []string{"a/b/x.csv", ".a/.b/x.csv"}, []string{"a/x.csv", "a/b/c/x.csv"}},
		{"out*/a*b*c.csv", []string{"out/abc.csv", "output/a--b--c.csv", "out/abcbc.csv"}, []string{"out/acb.csv", "ou/abc.csv", "out/a/bc.csv", "out/ab.csv"}},
		{"*", []string{"a", ".a"}, []string{"a/b"}},
		{"output/*", []string{"output/a", "output/.a"}, []string{"output", "output/a/b"}},
		{"output/*/", []string{"output/a"}, []string{"output/a/b"}},
		{"a*a.csv", []string{"aa.csv", "aba.csv"}, []string{"a.csv"}},
		{"ab*ba", []string{"abba", "ab-ba"}, []string{"aba"}},
		{"{x,y}.csv", []string{"{x,y}.csv"}, []string{"x.csv"}},
		{"{x,y}*.csv", []string{"{x,y}1.csv"}, []string{"x1.csv"}},
		{"a[1].csv", []string{"a[1].csv"}, []string{"a1.csv"}},
		{"a[12]*.csv", []string{"a[12]3.csv"}, []string{"a1.csv"}},
		{"a?.csv", []string{"a?.csv"}, []string{"ab.csv"}},
		{"a/**/b.csv", []string{"a/x/b.csv"}, []string{"a/b.csv", "a/x/y/b.csv"}},
		{"a//b.csv", []string{"a/b.csv"}, []string{"a//b.csv"}},
		{"./a/*.csv", []string{"a/b.csv"}, nil},
		{"../a.csv", nil, []string{"../a.csv", "a.csv"}},
		{"/a.csv", nil, []string{"/a.csv", "a.csv"}},
		{"metadata/*.log", nil, []string{"metadata/a.log"}},
		{"", nil, []string{"", "a"}},
	}
	var patterns []string
	for _, test := range tests {
		patterns = append(patterns, test.pattern)
	}
	m := NewMatcher(patterns)
	for i, test := range tests {
		check := func(path string, want bool) {
			if got := matchPattern(test.pattern, path); got != want {
				t.Errorf("matchPattern(%q, %q) = %v, want %v", test.pattern, path, got, want)
			}
			if got := slices.Contains(m.Match(nil, path), i); got != want {
				t.Errorf("Match(%q) has %q = %v, want %v", path, test.pattern, got, want)
			}
		}
		for _, path := range test.match {
			check(path, true)
		}
		for _, path := range test.not {
			check(path, false)
		}
	}
}

// TestMatchIsARegularExpression compares with the plainest possible reading of
// a pattern: each star is any run of characters but the slash.
func TestMatchIsARegularExpression(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", "b", "ab", "*", "/", ".", "[", "{", "a/"})
	rapid.Check(t, func(t *rapid.T) {
		patterns := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
			return strings.Join(rapid.SliceOfN(piece, 1, 8).Draw(t, "pieces"), "")
		}), 1, 6).Draw(t, "patterns")
		file := strings.ReplaceAll(strings.Join(rapid.SliceOfN(piece, 1, 10).Draw(t, "file"), ""), "*", "b")
		if ValidPath(file) != nil {
			return // no path: nothing to match
		}
		got := NewMatcher(patterns).Match(nil, file)
		slices.Sort(got)
		var want []int
		for i, p := range patterns {
			if refusedPattern(p) != "" {
				continue
			}
			expr := "^" + strings.ReplaceAll(regexp.QuoteMeta(path.Clean(p)), `\*`, `[^/]*`) + "$"
			if regexp.MustCompile(expr).MatchString(file) {
				want = append(want, i)
			}
			if single := matchPattern(p, file); single != slices.Contains(got, i) {
				t.Fatalf("matchPattern(%q, %q) = %v, Match says otherwise", p, file, single)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("Match(%q) among %q = %v, want %v", file, patterns, got, want)
		}
	})
}

func TestValidPath(t *testing.T) {
	for _, path := range []string{"a", "a/b.csv", ".a/..b", "a/b c/é.csv", "a:b", "-", "...", strings.Repeat("a", MaxPath), "c:/x"} {
		if err := ValidPath(path); err != nil {
			t.Errorf("ValidPath(%.40q) = %v, want nil", path, err)
		}
	}
	for _, path := range []string{
		"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/..", "a/../b", "./a", "a/./b", `a\b`, "a\x00b", "a\nb", "a\x7f", "a\u0085b",
		"a\xff", strings.Repeat("a", MaxPath+1),
	} {
		var refused *PathError
		if err := ValidPath(path); !errors.As(err, &refused) || strings.ContainsAny(err.Error(), "\x00\n\x7f") {
			t.Errorf("ValidPath(%.40q) = %v, want a *PathError on one line", path, err)
		}
	}
}

// TestMatchTakesTimeInProportion: stars do not multiply.
func TestMatchTakesTimeInProportion(t *testing.T) {
	pattern := strings.Repeat("*a", 300) + "*b.csv"
	path := strings.Repeat("a", 1000) + ".csv"
	for range 10_000 {
		if matchPattern(pattern, path) {
			t.Fatal("matched")
		}
	}
}

// slowMatch is what a pattern means, character by character.
func slowMatch(pattern, file string) bool {
	switch {
	case pattern == "":
		return file == ""
	case pattern[0] == '*':
		return slowMatch(pattern[1:], file) || file != "" && file[0] != '/' && slowMatch(pattern, file[1:])
	}
	return file != "" && file[0] == pattern[0] && slowMatch(pattern[1:], file[1:])
}

// FuzzMatch: among any patterns those match that match alone, by the plain
// meaning of a pattern; what is refused matches nothing.
func FuzzMatch(f *testing.F) {
	for _, seed := range [][3]string{
		{"output/*.csv", "output/a*.csv", "output/a.csv"}, {"*/*/x*", "a/b/x", "a/b/x"}, {"{a,b}*", "[ab]?", "{a,b}c"},
		{"a**b", "a*b", "a/b"}, {"../a", "a//*/", "a/.b"}, {"*é*\xff", "É", "éé\xff"}, {"A*", "a*", "abc"}, {"ab*ba", "*b*", "aba"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, one, other, file string) {
		patterns := []string{one, other, one + "*", "*" + other}
		for _, p := range patterns {
			if strings.Count(p, "*") > 6 || len(p) > 100 || len(file) > 100 {
				return // the slow matcher would take for ever
			}
		}
		if ValidPath(file) != nil {
			return
		}
		got := NewMatcher(patterns).Match(nil, file)
		for i, p := range patterns {
			want := refusedPattern(p) == "" && slowMatch(path.Clean(p), file)
			if slices.Contains(got, i) != want || matchPattern(p, file) != want {
				t.Fatalf("%q matches %q: %v among others, %v alone, want %v", p, file, slices.Contains(got, i), matchPattern(p, file), want)
			}
		}
	})
}

func ExampleMatcher() {
	m := NewMatcher([]string{"output/*.csv", "output/a.csv", "output/*/b.csv"})
	found := m.Match(nil, "output/a.csv")
	slices.Sort(found)
	fmt.Println(found, m.Match(nil, "output/x/b.csv"), m.Match(nil, "a.csv"))
	// Output: [0 1] [2] []
}
