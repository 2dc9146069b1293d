package pipeline

import (
	"strings"
	"testing"
)

// TestNotYAML: what is no YAML is named where a person has to mend it, in words
// that say how.
func TestNotYAML(t *testing.T) {
	const head = "version: '4.0'\nactions:\n  a:\n" // three lines
	tests := []struct {
		name, text   string
		line, column int
		message      string
	}{
		{"tab", head + "    run: r:v1\n\toutputs: {}\n", 5, 1, "indented with a tab"},
		{"tab after CRLF", strings.ReplaceAll(head, "\n", "\r\n") + "\trun: r:v1\r\n", 4, 1, "indented with a tab"},
		{"tab in a text", head + "    run: >\n      r:v1\n    \tx\n    outputs: {}\n", 6, 5, "indented with a tab"},
		{"a colon in a text", head + "    run: r:v1 é a: b\n", 4, 18, "must be in quotes"},
		{"deeper than its kind", head + "    run: r:v1\n      needs: [a]\n", 5, 12, "indented alike"},
		{"less deep than its kind", head + "      run: r:v1\n\n    outputs: {}\n    needs: []\n", 6, 5, "does not belong"},
		{"a list in a mapping", head + "    run: r:v1\n  - b\n", 5, 3, "does not belong"},
		{"no key", head + "    run: r:v1\n  b\n  c:\n    run: r:v2\n", 5, 3, "is missing"},
		{"brackets", head + "    needs: [a,\n      b\n    run: r:v1\n", 6, 5, "not closed"},
		{"brackets to the end", "version: 4\nactions: {a: {run: [x\n\n", 2, 1, "not closed"},
		{"a quote to the end", head + "    run: \"r:v1\n    outputs: {}\n", 4, 5, "never closed"},
		{"a quote too early", head + "    run: 'it's'\n    outputs: {}\n", 5, 5, "ends too early"},
		{"a star", head + "    outputs: {moderately_sensitive: {a: *.csv}}\n", 4, 41, "must be in quotes"},
		{"an anchor that is not there", head + "    run: x\n    config: *base\n", 5, 13, "no anchor `&base`"},
		{"an at sign", head + "    run: @r\n", 4, 10, "cannot begin"},
		{"an escape", head + "    run: \"r\\q\"\n", 4, 12, "escape"},
		{"a folded text on the same line", head + "    run: > r:v1\n", 4, 5, "next line"},
		{"NUL", head + "    run: a\x00b\n", 4, 11, "control character"},
		{"conflict", head + "<<<<<<< HEAD\n    run: x\n", 4, 1, "merge conflict marker"},
		{"the end of a conflict", head + "    run: x\n>>>>>>> main\n", 5, 1, "merge conflict marker"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, problems := Read([]byte(test.text))
			if p != nil || len(problems) != 1 {
				t.Fatalf("Read = %v, %+v, want one problem", p, problems)
			}
			got := problems[0]
			if got.Code != "not_yaml" || got.Line != test.line || got.Column != test.column || !strings.Contains(got.Message, test.message) {
				t.Errorf("Read: %d:%d %s %q, want %d:%d not_yaml with %q", got.Line, got.Column, got.Code, got.Message, test.line, test.column, test.message)
			}
		})
	}
}

func TestDeepestFiles(t *testing.T) {
	p, problems := Read([]byte("a: " + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)))
	if p != nil || len(problems) != 1 || problems[0].Code != "too_deep" || problems[0].Column < 1000 {
		t.Errorf("Read of 100,000 brackets = %v, %+v, want too_deep", p, problems)
	}
}

// TestPlacesInRealFiles: a problem points at what is wrong. Each place was
// looked at in the file.
func TestPlacesInRealFiles(t *testing.T) {
	tests := []struct {
		file, code, action string
		line, column       int
	}{
		{"A-Wright__Opensafely_AW.yaml", "pattern_type", "describe_stata", 28, 16},
		{"AdlingtonK__OpenSafelySWMHProject.yaml", "unknown_key", "", 13, 1},
		{"opensafely__FLUCATS@91f0726a.yaml", "not_yaml", "", 14, 1},
		{"opensafely__amr-uom-brit@069500af.yaml", "pattern_type", "describe_consultation_rate_all_incident", 160, 18},
		{"opensafely__amr-uom-brit@1fe46b4b.yaml", "unknown_key", "", 229, 1},
		{"opensafely__amr-uom-brit@64d21125.yaml", "pattern_extension", "generate_notebook_starpu", 64, 18},
		{"opensafely__amr-uom-brit@ed835cc0.yaml", "run_not_unique", "model_time", 189, 10},
		{"opensafely__amr-uom-brit@f3bbcc2a.yaml", "duplicate_key", "", 150, 5},
		{"opensafely__ckd-healthcare-use.yaml", "needs_number", "2017_ckd", 16, 13},
		{"opensafely__covid-ve-change-over-time@4188ba4c.yaml", "empty", "", 1, 1},
		{"opensafely__demo_repo@ddbd47ad.yaml", "needs_unknown", "check_dataset", 113, 7},
		{"opensafely__digital-access-to-primary-care@047f12cc.yaml", "not_yaml", "", 78, 1},
		{"opensafely__digital-access-to-primary-care@3521ae59.yaml", "unknown_key", "", 71, 1},
		{"opensafely__digital-access-to-primary-care@7ca03e7f.yaml", "duplicate_key", "", 68, 10},
		{"opensafely__digital-access-to-primary-care@85ff0222.yaml", "not_yaml", "", 77, 28},
		{"opensafely__digital-access-to-primary-care@cc4b0e12.yaml", "needs_unknown", "analyse_measure", 47, 13},
		{"opensafely__pharmacy-first@9431d0b5.yaml", "action_shape", "generate_deciles", 70, 3},
		{"opensafely__post-covid-mentalhealth@6b5ce238.yaml", "needs_unknown", "stage4_table2_both", 67, 13},
		{"opensafely__post-covid-vaccinated@b708653e.yaml", "not_yaml", "", 1405, 89},
		{"opensafely__waiting-list@172fc577.yaml", "pattern_wildcard", "full_cohort_clockstops", 52, 17},
	}
	for _, test := range tests {
		_, problems := Read(fixture(t, test.file))
		found := Problem{}
		for _, p := range problems {
			if p.Code == test.code {
				found = p
				break
			}
		}
		if found.Line != test.line || found.Column != test.column || found.Action != test.action {
			t.Errorf("%s: the first %s is at %d:%d of %q, want %d:%d of %q", test.file, test.code,
				found.Line, found.Column, found.Action, test.line, test.column, test.action)
		}
	}
}
