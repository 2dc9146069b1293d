package policy

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/checks"
	"sallyport/review"
)

// everything is a document with every key.
const everything = `
reviews_needed: 3
checkers_outside_project: false
hold: 1h30m
outputs_of_failed_jobs: true
outputs_of_unreported_jobs: true
file_types: [.csv, .svgz]
size_limit: 2 MiB
checks:
  threshold: 10
  zero_is_low: true
  rounding: midpoint-6
  masks: ["[HIDDEN]", "supp"]
  max_rows: 100
  degrees_of_freedom: 20
  dominance: [{n: 1, share: 0.5}]
  p_percent: 12.5
  patterns:
    - {name: study number, like: "S[0-9]{6}"}
  off: [code-and-logs]
`

func TestParse(t *testing.T) {
	doc, problems := Parse([]byte(everything))
	if problems != nil {
		t.Fatal(problems)
	}
	want := review.Policy{
		ReviewsNeeded: 3, HoldSeconds: 5400, OutputsOfFailedJobs: true, OutputsOfUnreportedJobs: true,
		FileTypes: []string{".csv", ".svgz"}, SizeLimit: 2 << 20,
		Checks: review.PolicyChecks{
			Threshold: 10, ZeroIsLow: true, Rounding: "midpoint-6", Masks: []string{"[HIDDEN]", "supp"}, MaxRows: 100, DegreesOfFreedom: 20,
			Dominance: []review.PolicyDominance{{N: 1, SharePermille: 500}}, PPermille: 125,
			Patterns: []review.PolicyPattern{{Name: "study number", Like: "S[0-9]{6}"}}, Off: []string{"code-and-logs"},
		},
	}
	if diff := cmp.Diff(want, doc.Values.Over(review.DefaultPolicy())); diff != "" {
		t.Errorf("over the defaults (-want +got)\n%s", diff)
	}
	again, err := ReadValues(doc.Values.JSON())
	if err != nil || !reflect.DeepEqual(again, doc.Values) || again.Hash() != doc.Values.Hash() {
		t.Errorf("written and read: %+v, %v", again, err)
	}
}

// What says nothing is what holds above it.
func TestParseNothing(t *testing.T) {
	for _, text := range []string{"", "# nothing\n", "{}", "---\n", "null", "checks: {}"} {
		doc, problems := Parse([]byte(text))
		if problems != nil || !reflect.DeepEqual(doc.Values, Values{}) {
			t.Errorf("Parse(%q) = %+v, %v", text, doc.Values, problems)
		}
		if got := doc.Values.Over(review.DefaultPolicy()); got.Hash() != review.DefaultPolicy().Hash() {
			t.Errorf("%q over the defaults is another policy", text)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"revews_needed: 2":                                       `line 1, column 1: There is no key "revews_needed". Those known here are reviews_needed,`,
		"checks:\n  treshold: 7":                                 `line 2, column 3: There is no key "checks.treshold"`,
		"reviews_needed: two":                                    `line 1, column 17: reviews_needed: "two" is not a whole number.`,
		"reviews_needed: 0":                                      `"0" is not from 1 to 10`,
		"reviews_needed: 99999999999999999999":                   `is not`,
		"reviews_needed: 2.5":                                    `is not a whole number`,
		"reviews_needed: [2]":                                    `no list or mapping`,
		"reviews_needed:":                                        `has no value`,
		"reviews_needed: 2\nreviews_needed: 3":                   `line 2, column 1: reviews_needed: This key stands twice`,
		"checkers_outside_project: yes":                          `"yes" is not true or false`,
		"hold: 600":                                              `with its unit`,
		"hold: 1.5s":                                             `whole seconds`,
		"hold: -5m":                                              `whole seconds`,
		"hold: 9000h":                                            `from 0s to 720h`,
		"size_limit: 16":                                         `with its unit`,
		"size_limit: 16 MB":                                      `KiB, MiB or GiB`,
		"size_limit: 2 GiB":                                      `1 GiB`,
		"size_limit: 999999999999 GiB":                           `1 GiB`,
		"size_limit: 0 KiB":                                      `1 GiB`,
		"file_types: []":                                         `0 values`,
		"file_types: [csv]":                                      `with its dot`,
		"file_types: [.csv, .csv]":                               `twice in the list`,
		"file_types: .csv":                                       `a list`,
		"checks: 7":                                              `Here stand keys`,
		"checks: {threshold: 0}":                                 `from 1 to 1000`,
		"checks: {rounding: rounded-7}":                          `rounds nothing`,
		"checks: {rounding: redacted-le-7}":                      `rounds nothing`,
		"checks: {masks: [7]}":                                   `write it in quotes`,
		"checks: {masks: [\" \"]}":                               `one line`,
		"checks: {max_rows: -1}":                                 `from 0`,
		"checks: {dominance: [{n: 2}]}":                          `"share" is missing`,
		"checks: {dominance: [{n: 2, share: 1.5}]}":              `from 0.001 to 1`,
		"checks: {dominance: [{n: 2, share: 0.12345}]}":          `more than 3 decimals`,
		"checks: {dominance: [{n: 2, share: .nan}]}":             `from 0.001 to 1`,
		"checks: {p_percent: 101}":                               `from 0 to 100`,
		"checks: {patterns: [{name: x, like: \"(\"}]}":           `no regular expression: missing closing )`,
		"checks: {patterns: [{name: x, like: \"a*\"}]}":          `finds itself in every text`,
		"checks: {patterns: [{name: x, like: a, more: b}]}":      `no key "more" here`,
		"checks: {off: [low_counts]}":                            `There is no rule "low_counts". The rules are low-counts,`,
		"a: &x 1":                                                `no key "a"`,
		"reviews_needed: &x 2":                                   `Anchors and aliases`,
		"hold: 5m\n---\nhold: 6m":                                `more than one document`,
		"- hold: 5m":                                             `Here stand keys`,
		"hold: 'x":                                               `This is not YAML`,
		"\thold: 5m":                                             `This is not YAML`,
		"hold: \xff":                                             `not in UTF-8`,
		strings.Repeat("#", MaxSize) + "\n":                      `longer than 16 KiB`,
		"checks:\n  masks:\n" + strings.Repeat("  - a\n", 51):    `51 values, and not from 0 to 50`,
		"checks: {masks: [\"" + strings.Repeat("m", 51) + "\"]}": `1 to 50 characters`,
		strings.Repeat("[", 9000):                                `This is not YAML`,
		"{" + strings.Repeat("a: {", 2000) + strings.Repeat("}", 2001): `There is no key "a"`,
	} {
		_, problems := Parse([]byte(text))
		if len(problems) == 0 || !strings.Contains(problems[0].String(), want) {
			t.Errorf("Parse(%.60q): %v, want %q", text, problems, want)
		}
	}
}

// All that is wrong is said at once, up to a number.
func TestParseSaysAll(t *testing.T) {
	_, problems := Parse([]byte("reviews_needed: 0\nhold: 5\nwhat: 1\n"))
	if len(problems) != 3 || problems[2].Line != 3 {
		t.Errorf("problems: %v", problems)
	}
	var many strings.Builder
	for i := range 100 {
		many.WriteString(strings.Repeat("x", i+1) + ": 1\n")
	}
	if _, problems := Parse([]byte(many.String())); len(problems) != maxProblems {
		t.Errorf("%d problems", len(problems))
	}
}

// Masks and patterns of three documents still fit into one entry of the log.
func TestParseBoundsValues(t *testing.T) {
	text := "checks:\n  patterns:\n"
	for i := range 40 {
		text += "  - {name: p" + strings.Repeat("x", i) + ", like: '" + strings.Repeat("é", 120) + "'}\n"
	}
	if _, problems := Parse([]byte(text)); len(problems) != 1 || !strings.Contains(problems[0].Message, "fewer masks or patterns") {
		t.Errorf("problems: %v", problems)
	}
}

func TestTightens(t *testing.T) {
	above := review.DefaultPolicy()
	above.Checks.Rounding, above.Checks.Off = "rounded-5", []string{"code-and-logs"}
	for text, want := range map[string]string{
		"": "", "reviews_needed: 2": "", "reviews_needed: 3\nhold: 11m\nsize_limit: 1 MiB\nfile_types: [.csv]": "",
		"checks: {threshold: 8, off: [], max_rows: 10, rounding: rounded-5, masks: [x], dominance: [{n: 3, share: 0.8}], zero_is_low: true}": "",
		"reviews_needed: 1":                           "line 1, column 17: reviews_needed: A project may only tighten what holds for its organisation, which says: at least 2.",
		"hold: 9m":                                    "hold: A project may only tighten what holds for its organisation, which says: at least 10m0s.",
		"checkers_outside_project: false":             "says: true.",
		"outputs_of_failed_jobs: true":                "says: false.",
		"outputs_of_unreported_jobs: true":            "says: false.",
		"file_types: [.csv, .exe]":                    "none but .csv",
		"size_limit: 17 MiB":                          "at most 16777216 bytes.",
		"checks: {threshold: 5}":                      "at least 7.",
		"checks: {rounding: none}":                    "says: rounded-5.",
		"checks: {rounding: rounded-10}":              "says: rounded-5.",
		"checks: {max_rows: 0}":                       "at most 5000.",
		"checks: {max_rows: 5001}":                    "at most 5000.",
		"checks: {degrees_of_freedom: 9}":             "at least 10.",
		"checks: {dominance: []}":                     "the largest 2 at most 90% of the total",
		"checks: {dominance: [{n: 1, share: 0.9}]}":   "the largest 2 at most 90%",
		"checks: {p_percent: 9.9}":                    "at least 10.",
		"checks:\n  off: [code-and-logs, low-counts]": "line 2, column 8: checks.off: A project may only tighten what holds for its organisation, which says: the rule low-counts runs.",
	} {
		doc, problems := Parse([]byte(text))
		if problems != nil {
			t.Fatalf("Parse(%q): %v", text, problems)
		}
		loose := doc.Tightens(above)
		if (len(loose) == 0) != (want == "") || want != "" && !strings.Contains(loose[0].String(), want) {
			t.Errorf("%q tightens: %v, want %q", text, loose, want)
		}
	}
}

// What a project asked for never loosens what its organisation asks for later.
func TestWithin(t *testing.T) {
	doc, _ := Parse([]byte("reviews_needed: 3\nhold: 20m\nchecks: {threshold: 8, masks: [x]}"))
	above := review.DefaultPolicy()
	above.HoldSeconds, above.Checks.Threshold, above.Checks.Masks = 3600, 20, []string{"y"}
	got := doc.Values.Within(above)
	if got.ReviewsNeeded != 3 || got.HoldSeconds != 3600 || got.Checks.Threshold != 20 || strings.Join(got.Checks.Masks, " ") != "y x" {
		t.Errorf("within: %+v", got)
	}
	if loose := got.LooserThan(above); len(loose) > 0 {
		t.Errorf("looser: %v", loose)
	}
	// Whatever a project says that tightens, it does under every policy above it.
	tight := "reviews_needed: 4\nhold: 2h\nsize_limit: 1 MiB\nfile_types: [.csv, .txt]\nchecks: {threshold: 12, rounding: rounded-5, max_rows: 70, " +
		"degrees_of_freedom: 12, dominance: [{n: 3, share: 0.8}], p_percent: 12, zero_is_low: true, masks: [z]}"
	for _, later := range []string{
		"", tight, "checks: {rounding: rounded-10}", "checks: {rounding: midpoint-6, off: [rows]}", "checks: {dominance: [{n: 2, share: 0.5}], p_percent: 50}",
		"reviews_needed: 9\nhold: 700h\nsize_limit: 5 bytes\nfile_types: [.txt, .log]", "checks: {threshold: 1000, max_rows: 1, degrees_of_freedom: 1000}",
	} {
		doc, problems := Parse([]byte(tight))
		stricter, more := Parse([]byte(later))
		if problems != nil || more != nil {
			t.Fatal(problems, more)
		}
		above := stricter.Values.Over(review.DefaultPolicy())
		if loose := doc.Values.Within(above).LooserThan(above); len(loose) > 0 {
			t.Errorf("within what says %q later: looser %v", later, loose)
		}
	}
}

// The defaults of policies are those of the checks.
func TestProfileOfDefaults(t *testing.T) {
	for name, p := range map[string]review.Policy{"the defaults": review.DefaultPolicy(), "what was recorded before checks had a policy": {}} {
		got, err := Profile(p)
		if err != nil || !reflect.DeepEqual(got, checks.DefaultProfile()) {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, checks.DefaultProfile())
		}
	}
}

func TestProfile(t *testing.T) {
	doc, _ := Parse([]byte(everything))
	p, err := Profile(doc.Values.Over(review.DefaultPolicy()))
	if err != nil {
		t.Fatal(err)
	}
	if p.Threshold != 10 || !p.ZeroIsLow || p.Rounding != checks.Midpoint6 || p.PPercent != 12.5 || p.Dominance[0] != (checks.Dominance{N: 1, Share: 0.5}) ||
		!p.Patterns[0].Like.MatchString("S123456") || p.MaxRows != 100 || p.DegreesOfFreedom != 20 || len(p.Masks) != 2 || p.Off[0] != "code-and-logs" {
		t.Errorf("profile %+v", p)
	}
	// Each value of a profile that a policy sets has its key.
	if n := reflect.TypeFor[checks.Profile]().NumField() - 3; n != len(checkKeys) { // but what was declared, earlier releases and the files beside
		t.Errorf("a profile has %d values of a policy, a document %d keys for them", n, len(checkKeys))
	}
	bad := review.DefaultPolicy()
	bad.Checks.Patterns = []review.PolicyPattern{{Name: "x", Like: "("}}
	if _, err := Profile(bad); err == nil {
		t.Error("a pattern that cannot be read was taken")
	}
}

// The document describes every key, and its examples are documents.
func TestDescribed(t *testing.T) {
	b, err := os.ReadFile("../docs/policy.md")
	if err != nil {
		t.Fatal(err)
	}
	described := string(b)
	for _, k := range keys {
		if k.below == nil && !strings.Contains(described, "| `"+k.name+"` |") {
			t.Errorf("docs/policy.md has no row of %s", k.name)
		}
	}
	for _, k := range checkKeys {
		if !strings.Contains(described, "| `checks."+k.name+"` |") {
			t.Errorf("docs/policy.md has no row of checks.%s", k.name)
		}
	}
	examples := strings.Split(described, "```yaml\n")[1:]
	if len(examples) < 2 {
		t.Fatalf("docs/policy.md has %d examples", len(examples))
	}
	for _, e := range examples {
		text, _, _ := strings.Cut(e, "```")
		if _, problems := Parse([]byte(text)); problems != nil {
			t.Errorf("an example of docs/policy.md: %v\n%s", problems, text)
		}
	}
}

// A document may be JSON.
func TestParseJSON(t *testing.T) {
	doc, problems := Parse([]byte("{\n\t\"hold\": \"5m\", \"checks\": {\"threshold\": 9}\n}"))
	if problems != nil || *doc.Values.HoldSeconds != 300 || *doc.Values.Checks.Threshold != 9 {
		t.Errorf("%+v, %v", doc.Values, problems)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{everything, "", "{}", "checks: {off: [", "a: &a [*a]", "? [x]\n: y", "<<: {hold: 5m}", "!!binary x: 1", "hold: !!int 5m"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		doc, problems := Parse(text)
		if len(problems) > 0 {
			for _, p := range problems {
				if p.Line < 1 || p.Column < 1 {
					t.Errorf("a problem nowhere: %v", p)
				}
			}
			return
		}
		p := doc.Values.Over(review.DefaultPolicy())
		if _, err := Profile(p); err != nil {
			t.Errorf("a document was taken that is no profile: %v", err)
		}
		if p.ReviewsNeeded < 1 || p.HoldSeconds < 0 || p.SizeLimit < 1 || len(p.FileTypes) == 0 {
			t.Errorf("a document was taken that is no policy: %+v", p)
		}
		if b, err := json.Marshal(p); err != nil || len(b) > 9<<10 {
			t.Errorf("a policy of %d bytes, %v", len(b), err)
		}
		if again, err := ReadValues(doc.Values.JSON()); err != nil || again.Hash() != doc.Values.Hash() {
			t.Errorf("written and read: %v", err)
		}
	})
}
