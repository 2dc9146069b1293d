package pipeline

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

const head = "version: '5'\nactions:\n"

// action returns a valid action with some of its lines replaced.
func action(lines ...string) string {
	return head + "  a:\n    " + strings.Join(lines, "\n    ") + "\n"
}

const (
	runLine = "run: r:v2 a.R"
	outLine = "outputs: {moderately_sensitive: {x: output/a.csv}}"
)

func TestReadReportsProblems(t *testing.T) {
	tests := []struct {
		name, file   string
		readable     bool
		code         string // none: no problem at all
		severity     Severity
		line, column int
	}{
		{"a valid file", action(runLine, outLine), true, "", "", 0, 0},
		{"nothing", "", false, "empty", SeverityError, 1, 1},
		{"only a comment", "# x\n", false, "empty", SeverityError, 1, 1},
		{"only null", "---\n", false, "empty", SeverityError, 2, 1},
		{"a list", "- a\n", false, "shape", SeverityError, 1, 1},
		{"text", "abc\n", false, "shape", SeverityError, 1, 1},
		{"not UTF-8", "version: 5\nactions: {}\nx: a\xff\n", false, "not_utf8", SeverityError, 3, 5},
		{"too large", strings.Repeat("#", MaxFileSize+1), false, "too_large", SeverityError, 1, 1},
		{"a tab", "version: 5\nactions:\n\ta:\n", false, "not_yaml", SeverityError, 3, 1},
		{"a merge marker", head + "<<<<<<< HEAD\n  a: 1\n=======\n", false, "not_yaml", SeverityError, 3, 1},
		{"two documents", "version: 5\nactions: {}\n---\na: 1\n", false, "several_documents", SeverityError, 3, 1},
		{"one document with its end", "version: 5\nactions: {}\n...\n", true, "", "", 0, 0},
		{"a key twice", "version: 5\nactions: {}\nversion: 4\n", false, "duplicate_key", SeverityError, 3, 1},
		{"an action twice", head + "  a: {}\n  a: {}\n", false, "duplicate_key", SeverityError, 4, 3},
		{"an action twice, once as a number", head + "  2017: {}\n  '2017': {}\n", false, "duplicate_key", SeverityError, 4, 3},
		{"a key twice in config", action(runLine, outLine, "config: {a: 1, a: 2}"), false, "duplicate_key", SeverityError, 6, 20},
		{"an anchor in itself", "version: 5\nactions: &x\n  a: *x\n", false, "alias_cycle", SeverityError, 2, 10},
		{"nested deeply", "version: 5\nactions: " + strings.Repeat("[", 80) + strings.Repeat("]", 80) + "\n", false, "too_deep", SeverityError, 2, 74},
		{"an anchor that is not there", "version: 5\nactions: *" + strings.Repeat("a", 5000) + "\n", false, "not_yaml", SeverityError, 2, 10},
		{"an alias bomb", bomb(), false, "too_many_nodes", SeverityError, 7, 5},

		{"no version", "actions: {}\n", true, "version_missing", SeverityError, 1, 1},
		{"version null", "version:\nactions: {}\n", true, "version_missing", SeverityError, 1, 1},
		{"version as a word", "version: new\nactions: {}\n", true, "version_invalid", SeverityError, 1, 10},
		{"version 6", "version: 6\nactions: {}\n", true, "version_invalid", SeverityError, 1, 10},
		{"version 0", "version: 0\nactions: {}\n", true, "version_invalid", SeverityError, 1, 10},
		{"version NaN", "version: NaN\nactions: {}\n", true, "version_invalid", SeverityError, 1, 10},
		{"version as a list", "version: [5]\nactions: {}\n", true, "version_invalid", SeverityError, 1, 10},
		{"version latest", "version: latest\nactions: {}\n", true, "", "", 0, 0},
		{"an unknown key", "version: 5\nactions: {}\nx: 1\n", true, "unknown_key", SeverityWarning, 3, 1},
		{"no actions", "version: 5\n", true, "actions_missing", SeverityError, 1, 1},
		{"actions as a list", "version: 5\nactions: [a]\n", false, "shape", SeverityError, 2, 10},

		{"an action that is null", head + "  a:\n", true, "action_shape", SeverityError, 3, 3},
		{"an action without a name", head + "  '': {}\n", true, "action_name", SeverityError, 3, 3},
		{"an action named by a list", head + "  ? [a]\n  : {}\n", true, "action_name", SeverityError, 3, 5},
		{"an action's unknown key", action(runLine, outLine, "uses: x"), true, "unknown_key", SeverityWarning, 6, 5},
		{"run_all", head + "  run_all:\n    " + runLine + "\n    " + outLine, true, "reserved_name", SeverityWarning, 3, 3},
		{"no run", action(outLine), true, "run_missing", SeverityError, 3, 3},
		{"run as a list", action("run: [r:v2]", outLine), true, "run_shape", SeverityError, 4, 10},
		{"run as a number", action("run: 5", outLine), true, "run_shape", SeverityError, 4, 10},
		{"an empty run", action("run: ' '", outLine), true, "run_empty", SeverityError, 4, 10},
		{"a null run", action("run:", outLine), true, "run_empty", SeverityError, 4, 9},
		{"a run with an open quote", action(`run: r:v2 "a`, outLine), true, "run_quotes", SeverityWarning, 4, 10},
		{"an image without version", action("run: r a.R", outLine), true, "image_version", SeverityWarning, 4, 10},
		{"an image with a bare number", action("run: r:1.0 a.R", outLine), true, "image_version", SeverityWarning, 4, 10},
		{"an image at dev", action("run: r:dev a.R", outLine), true, "", "", 0, 0},
		{"latest in version 5", action("run: r:latest a.R", outLine), true, "image_latest", SeverityWarning, 4, 10},
		{"latest in version 4", strings.Replace(action("run: r:latest a.R", outLine), "'5'", "'4'", 1), true, "", "", 0, 0},
		{"cohortextractor in version 4", strings.Replace(action("run: cohortextractor:v1 x", outLine), "'5'", "'4'", 1), true, "image_unsupported", SeverityWarning, 4, 10},
		{"config as text", action(runLine, outLine, "config: x"), true, "config_shape", SeverityWarning, 6, 13},
		{"dummy data as a list", action(runLine, outLine, "dummy_data_file: [x]"), true, "dummy_data_shape", SeverityWarning, 6, 22},

		{"needs as text", action(runLine, outLine, "needs: b"), true, "needs_shape", SeverityError, 6, 12},
		{"needs with null", action(runLine, outLine, "needs: [~]"), true, "needs_shape", SeverityError, 6, 13},
		{"needs nothing", action(runLine, outLine, "needs: []"), true, "", "", 0, 0},
		{"needs null", action(runLine, outLine, "needs:"), true, "", "", 0, 0},
		{"needs what is not there", action(runLine, outLine, "needs: [b]"), true, "needs_unknown", SeverityError, 6, 13},
		{"needs without commas", action(runLine, outLine, "needs: [b c]"), true, "needs_separator", SeverityError, 6, 13},
		{"needs itself", action(runLine, outLine, "needs: [a]"), true, "needs_cycle", SeverityError, 6, 13},
		{"needs in a circle", action(runLine, outLine, "needs: [b]") + "  b:\n    run: r:v2 b.R\n    outputs: {highly_sensitive: {x: b.csv}}\n    needs: [a]\n", true, "needs_cycle", SeverityError, 10, 13},
		{"needs a number", head + "  1:\n    " + runLine + "\n    " + outLine + "\n  b:\n    run: r:v2 b.R\n    outputs: {highly_sensitive: {x: b.csv}}\n    needs: [1]\n", true, "needs_number", SeverityWarning, 9, 13},

		{"no outputs", action(runLine), true, "outputs_missing", SeverityError, 3, 3},
		{"outputs as a list", action(runLine, "outputs: [a]"), true, "outputs_shape", SeverityError, 5, 14},
		{"outputs without level", action(runLine, "outputs: {}"), true, "outputs_empty", SeverityError, 5, 14},
		{"a level that is null", action(runLine, "outputs: {highly_sensitive: }"), true, "outputs_empty", SeverityError, 5, 14},
		{"a misspelt level", action(runLine, "outputs: {highly_sensitve: {x: a.csv}, moderately_sensitive: {y: b.csv}}"), true, "unknown_level", SeverityError, 5, 15},
		{"a level as text", action(runLine, "outputs: {highly_sensitive: a.csv}"), true, "level_shape", SeverityError, 5, 33},
		{"an output that is null", action(runLine, "outputs: {highly_sensitive: {x: }}"), true, "output_shape", SeverityError, 5, 37},
		{"an empty level", action(runLine, "outputs: {highly_sensitive: {}}"), true, "", "", 0, 0},
		{"a command twice", action(runLine, outLine) + "  b:\n    " + runLine + "\n    outputs: {highly_sensitive: {x: b.csv}}\n", true, "run_not_unique", SeverityWarning, 7, 10},
		{"a pattern twice", action(runLine, outLine) + "  b:\n    run: r:v2 b.R\n    " + outLine + "\n", true, "output_not_unique", SeverityWarning, 8, 41},

		{"expectations in version 5", "version: 5\nactions: {}\nexpectations: {population_size: 1}\n", true, "expectations", SeverityWarning, 3, 15},
		{"expectations in version 3", "version: 3\nactions: {}\nexpectations: {population_size: 1}\n", true, "", "", 0, 0},
		{"no expectations in version 3", "version: 3\nactions: {}\n", true, "expectations", SeverityWarning, 1, 1},
		{"expectations without size", "version: 3\nactions: {}\nexpectations: {}\n", true, "expectations", SeverityWarning, 3, 15},
		{"expectations with a key", "version: 3\nactions: {}\nexpectations: {population_size: 1, x: 1}\n", true, "expectations", SeverityWarning, 3, 36},
		{"expectations of a word", "version: 3\nactions: {}\nexpectations: {population_size: many}\n", true, "expectations", SeverityWarning, 3, 33},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, problems := Read([]byte(test.file))
			if (p != nil) != test.readable {
				t.Fatalf("Read: readable = %v, want %v; %+v", p != nil, test.readable, problems)
			}
			if test.code == "" {
				if len(problems) > 0 {
					t.Fatalf("Read = %+v, want no problem", problems)
				}
				return
			}
			found := slices.ContainsFunc(problems, func(x Problem) bool {
				return x.Code == test.code && x.Severity == test.severity && x.Line == test.line && x.Column == test.column
			})
			if !found {
				t.Errorf("Read = %+v, want %s %s at %d:%d", problems, test.severity, test.code, test.line, test.column)
			}
		})
	}
}

// bomb is a file of ten lines that amounts to a billion values.
func bomb() string {
	var b strings.Builder
	b.WriteString("version: 5\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 9; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	return b.String()
}

func TestReadPatterns(t *testing.T) {
	const ok = ""
	tests := []struct {
		pattern        string
		high, moderate string // the code of the problem at that level
	}{
		{"output/a.csv", ok, ok},
		{"*.csv", ok, ok},
		{"*/x.csv", ok, ok},
		{"meta*/x.csv", ok, ok},
		{"Metadata/x.log", ok, ok},
		{".hidden/x.csv", ok, ok},
		{"a/.x.csv", ok, ok},
		{"{x,y}.csv", ok, ok},
		{"a b.csv", ok, ok},
		{"é.csv", ok, ok},
		{"a.feather", ok, "pattern_type"},
		{"a.csv.gz", ok, "pattern_type"},
		{"a.CSV", ok, "pattern_type"},
		{"a.csv ", ok, "pattern_type"},
		{"a/*", "pattern_extension", "pattern_extension"},
		{"a/foo.*", "pattern_extension", "pattern_extension"},
		{"a/foo.csv*", "pattern_extension", "pattern_extension"},
		{"a/.csv", "pattern_extension", "pattern_extension"},
		{"a/foo.", "pattern_extension", "pattern_extension"},
		{"a//b.csv", "pattern_form", "pattern_form"},
		{"./foo.csv", "pattern_form", "pattern_form"},
		{"foo.csv/", "pattern_form", "pattern_form"},
		{"a/**/b.csv", "pattern_wildcard", "pattern_wildcard"},
		{"a?.csv", "pattern_wildcard", "pattern_wildcard"},
		{"a[1].csv", "pattern_wildcard", "pattern_wildcard"},
		{"", "pattern_refused", "pattern_refused"},
		{"../foo.csv", "pattern_refused", "pattern_refused"},
		{"../*/out/*.csv", "pattern_refused", "pattern_refused"},
		{"a/../b.csv", "pattern_refused", "pattern_refused"},
		{"/foo.csv", "pattern_refused", "pattern_refused"},
		{"//foo.csv", "pattern_refused", "pattern_refused"},
		{"c:/w.txt", "pattern_refused", "pattern_refused"},
		{`a\\b.csv`, "pattern_refused", "pattern_refused"},
		{"metadata/x.log", "pattern_refused", "pattern_refused"},
		{"./metadata/x.log", "pattern_refused", "pattern_refused"},
		{`a\nb.csv`, "pattern_refused", "pattern_refused"},
		{strings.Repeat("a", MaxPath) + ".csv", "pattern_refused", "pattern_refused"},
	}
	for _, test := range tests {
		for level, want := range map[Level]string{HighlySensitive: test.high, ModeratelySensitive: test.moderate} {
			p, problems := Read([]byte(action(runLine, fmt.Sprintf("outputs: {%s: {x: \"%s\"}}", level, test.pattern))))
			var got string
			for _, x := range problems {
				got += x.Code
			}
			if got != want {
				t.Errorf("pattern %q at %s: problems %q, want %q", test.pattern, level, got, want)
			}
			if p == nil || p.Count(level) != 1 {
				t.Errorf("pattern %q at %s is not listed", test.pattern, level)
			}
		}
	}
}

func TestReadCommandRules(t *testing.T) {
	tests := []struct {
		name, run, outputs string
		code               string
	}{
		{"a dataset", "ehrql:v1 generate-dataset d.py --output a.arrow", "highly_sensitive: {x: a.arrow}", ""},
		{"a dataset, with =", "ehrql:v1 generate-dataset d.py --output=a.arrow", "highly_sensitive: {x: a.arrow}", ""},
		{"a dataset over lines", `"ehrql:v1\n  generate-dataset d.py\n  --output a.arrow"`, "highly_sensitive: {x: a.arrow}", ""},
		{"a dataset as a folder", "ehrql:v1 generate-dataset d.py --output out/:csv", "highly_sensitive: {x: out/*.csv}", ""},
		{"a dataset, elsewhere", "ehrql:v1 generate-dataset d.py --output b.arrow", "highly_sensitive: {x: a.arrow}", "image_outputs"},
		{"a dataset, no output", "ehrql:v1 generate-dataset d.py", "highly_sensitive: {x: a.arrow}", "image_outputs"},
		{"a dataset, folder of another type", "ehrql:v1 generate-dataset d.py --output out:arrow", "highly_sensitive: {x: out/*.csv}", "image_outputs"},
		{"a dataset less sensitive", "ehrql:v1 generate-dataset d.py --output a.csv", "moderately_sensitive: {x: a.csv}", "image_outputs"},
		{"a dataset over lines, less sensitive", `"ehrql:v1\n  generate-dataset d.py --output a.csv"`, "moderately_sensitive: {x: a.csv}", "image_outputs"},
		{"measures", "ehrql:v1 generate-measures d.py --output a.csv", "moderately_sensitive: {x: a.csv}", ""},
		{"a cohort", "cohortextractor:v1 generate_cohort", "highly_sensitive: {x: out/a.csv}", ""},
		{"a cohort in two folders", "cohortextractor:v1 generate_cohort", "highly_sensitive: {x: out/a.csv, y: o/b.csv}", "image_outputs"},
		{"a cohort in two folders, named", "cohortextractor:v1 generate_cohort --output-dir=out", "highly_sensitive: {x: out/a.csv, y: o/b.csv}", ""},
		{"a cohort at two levels", "cohortextractor:v1 generate_cohort", "highly_sensitive: {x: o/a.csv}, moderately_sensitive: {y: o/b.csv}", "image_outputs"},
	}
	for _, test := range tests {
		file := "version: 3\nexpectations: {population_size: 1}\nactions:\n  a:\n    run: " + test.run + "\n    outputs: {" + test.outputs + "}\n"
		_, problems := Read([]byte(file))
		var got []string
		for _, x := range problems {
			got = append(got, x.Code)
		}
		if strings.Join(got, " ") != test.code {
			t.Errorf("%s: problems %v, want %q", test.name, problems, test.code)
		}
	}
}

func TestReadValues(t *testing.T) {
	file := `version: 4.0
actions:
  2017:
    run: &r r:v2 a.R
    outputs: &out
      highly_sensitive: {b: on.csv, a: "*.rds"}
  last:
    <<: {needs: [2017], run: x:v1}
    run: *r
    outputs:
      <<: *out
      minimally_sensitive: {c: c.txt}
`
	got, _ := Read([]byte(file))
	outputs := []Declared{
		{HighlySensitive, "b", "on.csv", 6, 29}, {HighlySensitive, "a", "*.rds", 6, 40},
	}
	want := &Pipeline{Version: "4.0", Actions: []Action{
		{"2017", "r:v2 a.R", []string{}, outputs, 3, 3},
		{"last", "r:v2 a.R", []string{"2017"}, append([]Declared{{MinimallySensitive, "c", "c.txt", 12, 32}}, outputs...), 7, 3},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Read = %+v, want %+v", got, want)
	}
	if a, ok := got.Action("last"); !ok || a.Line != 7 {
		t.Errorf("Action(last) = %+v, %v", a, ok)
	}
	if _, ok := got.Action("first"); ok {
		t.Error("Action(first) was found")
	}
}

func TestReadBoundsProblemsAndGlobs(t *testing.T) {
	var b strings.Builder
	b.WriteString("version: 5\nactions: {}\n")
	for i := range 3000 {
		fmt.Fprintf(&b, "k%d: 1\n", i)
	}
	_, problems := Read([]byte(b.String()))
	last := problems[len(problems)-1]
	if len(problems) != maxProblems+1 || last.Code != "more_problems" || last.Severity != SeverityWarning || !strings.HasPrefix(last.Message, "2000 ") {
		t.Errorf("3000 problems: %d listed, the last %+v", len(problems), last)
	}
	if HasErrors(problems) {
		t.Error("an error among warnings")
	}
	globs := func(n int) string {
		var b strings.Builder
		b.WriteString(head + "  a:\n    run: r:v2 x\n    outputs:\n      highly_sensitive:\n")
		for i := range n {
			fmt.Fprintf(&b, "        o%d: %d*.csv\n", i, i)
		}
		return b.String()
	}
	if p, problems := Read([]byte(globs(maxGlobs))); p == nil {
		t.Errorf("Read of %d globs = %+v", maxGlobs, problems)
	}
	if p, problems := Read([]byte(globs(maxGlobs + 1))); p != nil || problems[0].Code != "too_many_globs" {
		t.Errorf("Read of %d globs = %+v, want too_many_globs", maxGlobs+1, problems)
	}
}

func TestAnErrorBeyondTheListedProblemsIsSeen(t *testing.T) {
	var p problems
	for i := range maxProblems {
		p.addAt(SeverityWarning, "x", i, 1, "", "x")
	}
	p.addAt(SeverityError, "y", 1, 1, "", "y")
	p.addAt(SeverityWarning, "x", 1, 1, "", "x")
	if !HasErrors(p.sorted()) {
		t.Error("an error that is not listed is lost")
	}
}

func TestMessagesShowNamesSafely(t *testing.T) {
	_, problems := Read([]byte("version: 5\nactions: {}\n\"a\\e[31m\\u2028" + strings.Repeat("x", 5000) + "\": 1\n"))
	if len(problems) != 1 || strings.ContainsAny(problems[0].Message, "\x1b\u2028") || len(problems[0].Message) > 400 {
		t.Errorf("Read = %+v", problems)
	}
}

func TestSplit(t *testing.T) {
	tests := []struct {
		in   string
		want []string
		ok   bool
	}{
		{"", nil, true},
		{" a  b\n c ", []string{"a", "b", "c"}, true},
		{`a "b c" 'd "e'`, []string{"a", "b c", `d "e`}, true},
		{`a\ b "c\"d" "e\f" 'g\h'`, []string{"a b", `c"d`, `e\f`, `g\h`}, true},
		{`a ''`, []string{"a", ""}, true},
		{`a "b`, []string{"a", "b"}, false},
		{`a \`, []string{"a"}, false},
	}
	for _, test := range tests {
		if got, ok := split(test.in); !slices.Equal(got, test.want) || ok != test.ok {
			t.Errorf("split(%q) = %q, %v; want %q, %v", test.in, got, ok, test.want, test.ok)
		}
	}
}

func TestLevels(t *testing.T) {
	order := []Level{"top_secret", HighlySensitive, ModeratelySensitive, MinimallySensitive}
	for i, a := range order {
		for j, b := range order {
			want := i < j && j > 1 // an unknown level is as sensitive as the most sensitive
			if got := a.MoreSensitive(b); got != want {
				t.Errorf("%s.MoreSensitive(%s) = %v, want %v", a, b, got, want)
			}
		}
		if got := a.Known(); got != (i > 0) {
			t.Errorf("%s.Known() = %v", a, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{"", "---\n", action(runLine, outLine), bomb(), "a: &x [*x]", "? {a: b}\n: <<: *a", "\xff", head + "  <<: [*x, {a: }]\n"} {
		f.Add([]byte(seed))
	}
	f.Add(fixture(f, "opensafely__waiting-list.yaml"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, problems := Read(data)
		if p == nil && !HasErrors(problems) {
			t.Error("an unreadable file without an error")
		}
		if len(problems) > maxProblems+1 {
			t.Errorf("%d problems", len(problems))
		}
		for _, x := range problems {
			if x.Line < 1 || x.Column < 1 || x.Code == "" || len(x.Message) > 2000 {
				t.Errorf("problem %+v", x)
			}
		}
	})
}
