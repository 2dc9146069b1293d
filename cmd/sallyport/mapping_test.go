package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sallyport/auth"
	"sallyport/review"
)

func TestRoleMapping(t *testing.T) {
	file := filepath.Join(t.TempDir(), "roles.yaml")
	text := `
# who is what
sallyport-checkers:
  - {role: output_checker, scope: all}
demo-study:
  - {role: researcher, scope: "project:demo-study"}
  - role: observer
    scope: project:vaccine-counts
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := roleMapping(file)
	if err != nil {
		t.Fatal(err)
	}
	want := []auth.MappedRole{
		{Role: review.Observer, Scope: "project:vaccine-counts"},
		{Role: review.OutputChecker, Scope: review.ScopeAll},
		{Role: review.Researcher, Scope: "project:demo-study"},
	}
	if got := m.Roles([]string{"demo-study", "other", "sallyport-checkers"}); !slices.Equal(got, want) {
		t.Errorf("Roles = %v, want %v", got, want)
	}
	if err := os.WriteFile(file, make([]byte, maxMapping+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{file, file + "none"} {
		if _, err := roleMapping(name); err == nil {
			t.Errorf("roleMapping(%s) = nil error", name)
		}
	}
}

func TestRoleMappingRefuses(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"nothing":                  {"", "no value"},
		"a list":                   {"- a", "cannot unmarshal"},
		"a value without roles":    {"a: []", `"a"`},
		"roles that are no list":   {"a: {role: auditor, scope: all}", "line 1"},
		"a role that is a word":    {"a:\n- auditor", "line 2"},
		"a role that is not":       {"a:\n- {role: auditor, scope: all}\n- {role: king, scope: all}", "line 3: a: There is no role"},
		"a scope that is not":      {"a:\n\n- {role: researcher, scope: all}", "line 3: a: A researcher cannot have"},
		"no scope":                 {"a:\n- role: auditor", "line 2"},
		"a service":                {"a:\n- {role: service, scope: 'backend:tpp'}", "line 2: a: A service is a token"},
		"another member":           {"a:\n- role: auditor\n  scope: all\n  why: x", `line 4: a role has no "why"`},
		"a member that is no word": {"a:\n- role: [auditor]\n  scope: all", "line 2: role must be a word"},
		"a value twice":            {"a:\n- {role: auditor, scope: all}\na:\n- {role: auditor, scope: all}", "line 3"},
		"two documents":            {"a:\n- {role: auditor, scope: all}\n---\nb:\n- {role: king, scope: all}", "more than one"},
		"not YAML":                 {"a: [", "line 1"},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := parseMapping([]byte(test.text))
			if err == nil || m != nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("parseMapping(%q) = %v, %v, want %q", test.text, m, err, test.want)
			}
		})
	}
	two := "a:\n- {role: king, scope: all}\nb:\n- {role: queen, scope: all}"
	if _, err := parseMapping([]byte(two)); err == nil || !strings.Contains(err.Error(), "line 2") || !strings.Contains(err.Error(), "line 4") {
		t.Errorf("parseMapping of two mistakes = %v, want both", err)
	}
}
