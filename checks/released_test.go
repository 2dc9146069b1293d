package checks

import (
	"bufio"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/google/go-cmp/cmp"
)

// releasedFiles are the released files in testdata, by their slash-separated
// names.
func releasedFiles(t testing.TB) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir("testdata/released", func(at string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(at)
		out[strings.TrimPrefix(filepath.ToSlash(at), "testdata/released/")] = string(data)
		return err
	})
	if err != nil || len(out) < 100 {
		t.Fatalf("read the released files: %d, %v", len(out), err)
	}
	return out
}

// verdict is what a person says of a finding: true, or wrong, by the rules of
// today.
type verdict struct{ key, says string }

// verdicts reads testdata/verdicts.tsv: file, rule, column, verdict and why.
func verdicts(t testing.TB) []verdict {
	t.Helper()
	f, err := os.Open("testdata/verdicts.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []verdict
	for s := bufio.NewScanner(f); s.Scan(); {
		parts := strings.Split(s.Text(), "\t")
		if len(parts) != 5 || parts[3] != "true" && parts[3] != "wrong" || parts[4] == "" {
			t.Fatalf("verdicts.tsv: %q", s.Text())
		}
		out = append(out, verdict{strings.Join(parts[:3], "\t"), parts[3]})
	}
	return out
}

// score counts what was right of a rule.
type score struct{ right, of int }

func (s score) String() string {
	if s.of == 0 {
		return "–"
	}
	return fmt.Sprintf("%d of %d", s.right, s.of)
}

// share is how much was right; 1 of nothing.
func (s score) share() float64 {
	if s.of == 0 {
		return 1
	}
	return float64(s.right) / float64(s.of)
}

// logScores prints a table of scores.
func logScores(t testing.TB, what string, scores map[string]score) {
	t.Helper()
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	var names []string
	for name := range scores {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%.1f %%\n", name, scores[name], 100*scores[name].share())
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s:\n%s", what, b.String())
}

// precision is what a person says of the high findings in released files, by
// rule, and of which files one is wrong.
func precision(t testing.TB) (byRule map[string]score, wrong map[string]bool) {
	t.Helper()
	byRule, wrong = map[string]score{}, map[string]bool{}
	for _, v := range verdicts(t) {
		parts := strings.Split(v.key, "\t")
		s := byRule[parts[1]]
		s.of++
		if v.says == "true" {
			s.right++
		} else {
			wrong[parts[0]] = true
		}
		byRule[parts[1]] = s
	}
	return byRule, wrong
}

// Every high finding in the released files is one that a person has judged, and
// wrong ones are in at most one file of fifty.
func TestReleasedFiles(t *testing.T) {
	files := releasedFiles(t)
	var got []string
	for name, text := range files {
		r, _ := look(t, name, text, DefaultProfile())
		for _, f := range r.Findings {
			if f.Weight == High {
				got = append(got, name+"\t"+f.Rule+"\t"+f.Column)
			}
		}
	}
	slices.Sort(got)
	var want []string
	for _, v := range verdicts(t) {
		want = append(want, v.key)
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Compact(got)); diff != "" {
		t.Errorf("high findings (-judged +got); look at each that is new, and judge it in testdata/verdicts.tsv:\n%s", diff)
	}
	if _, wrong := precision(t); len(wrong)*50 > len(files) {
		t.Errorf("%d of %d files have a wrong high finding", len(wrong), len(files))
	}
}

// mostMedium is how many findings to answer in words a released file may have
// on average.
const mostMedium = 0.3

// logRules prints what is known of each rule: high findings in released files
// that a person judged, how many more are medium, and how many disclosures that
// were put into them were found.
func logRules(t *testing.T, recall map[string]score) {
	t.Helper()
	files := releasedFiles(t)
	medium, in := map[string]int{}, map[string]map[string]bool{}
	all := 0
	for name, text := range files {
		r, _ := look(t, name, text, DefaultProfile())
		for _, f := range r.Findings {
			if f.Weight != Medium {
				continue
			}
			if in[f.Rule] == nil {
				in[f.Rule] = map[string]bool{}
			}
			all++
			medium[f.Rule]++
			in[f.Rule][name] = true
		}
	}
	high, wrong := precision(t)
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "rule\thigh, true\tprecision\tmedium\tin files\tput in, found\trecall")
	for _, a := range Rules() {
		row := []string{a.Name, high[a.Name].String(), "–", fmt.Sprint(medium[a.Name]), fmt.Sprint(len(in[a.Name])), recall[a.Name].String(), "–"}
		if s := high[a.Name]; s.of > 0 {
			row[2] = fmt.Sprintf("%.0f %%", 100*s.share())
		}
		if s := recall[a.Name]; s.of > 0 {
			row[6] = fmt.Sprintf("%.1f %%", 100*s.share())
		}
		_, _ = fmt.Fprintln(w, strings.Join(row, "\t"))
		if s := recall[a.Name]; s.share() < fewestRecall || s.of == 0 {
			t.Errorf("%s: of what was put in, found %s", a.Name, s)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	t.Logf("in %d released files, of which %d have a wrong high finding, and %.2f medium findings each:\n%s", len(files), len(wrong), float64(all)/float64(len(files)), b.String())
	if float64(all) > mostMedium*float64(len(files)) {
		t.Errorf("%d medium findings in %d released files are too many to be answered each", all, len(files))
	}
}

// The document has a place for each rule, and names each.
func TestRulesAreDocumented(t *testing.T) {
	b, err := os.ReadFile("../docs/checks.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range Rules() {
		if want := fmt.Sprintf("<a id=\"rule-%[1]s\"></a>\n\n### `%[1]s`\n", a.Name); !strings.Contains(string(b), want) {
			t.Errorf("docs/checks.md has no section for %s", a.Name)
		}
		if a.Version < 1 || a.Source == "" || a.Examines == "" || a.Weight == "" {
			t.Errorf("%s does not say what it is: %+v", a.Name, a)
		}
	}
}
