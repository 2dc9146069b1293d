package pipeline

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fixtures are real project.yaml files (testdata/project-yaml/ORIGIN.md). The
// code is that of a problem which must be found; none means that the file
// follows every rule.
var fixtures = []struct {
	file                          string
	readable                      bool
	actions, high, moderate, mini int
	code                          string
}{
	{"A-Wright__Opensafely_AW.yaml", true, 3, 1, 3, 0, "pattern_type"},
	{"AdlingtonK__OpenSafelySWMHProject.yaml", true, 1, 1, 0, 0, "unknown_key"},
	{"opensafely__FLUCATS@91f0726a.yaml", false, 0, 0, 0, 0, "not_yaml"},
	{"opensafely__PostOpCovid.yaml", true, 105, 101, 130, 0, "pattern_type"},
	{"opensafely__RA_outcomes.yaml", true, 15, 8, 21, 0, ""},
	{"opensafely__WinterPressuresDescriptive.yaml", true, 51, 4, 47, 0, ""},
	{"opensafely__absolute-risks-covid-research.yaml", true, 98, 14, 185, 0, "pattern_type"},
	{"opensafely__amr-uom-brit@069500af.yaml", true, 20, 15, 52, 0, "pattern_type"},
	{"opensafely__amr-uom-brit@1fe46b4b.yaml", true, 14, 3, 41, 0, "unknown_key"},
	{"opensafely__amr-uom-brit@5c14d3fd.yaml", true, 0, 0, 0, 0, "actions_missing"},
	{"opensafely__amr-uom-brit@64d21125.yaml", true, 10, 2, 13, 0, "pattern_extension"},
	{"opensafely__amr-uom-brit@ed835cc0.yaml", true, 45, 27, 55, 0, "run_not_unique"},
	{"opensafely__amr-uom-brit@f3bbcc2a.yaml", false, 0, 0, 0, 0, "duplicate_key"},
	{"opensafely__antidepressant-prescribing-lda@9d7c3c0f.yaml", true, 9, 3, 6, 0, "pattern_extension"},
	{"opensafely__appointments-short-data-report.yaml", true, 13, 7, 7, 0, ""},
	{"opensafely__ckd-healthcare-use.yaml", true, 190, 101, 212, 0, "needs_number"},
	{"opensafely__ckd-healthcare-use@523ccb43.yaml", true, 190, 101, 212, 0, "needs_number"},
	{"opensafely__covid-vaccine-effectiveness-research.yaml", true, 129, 164, 237, 0, "pattern_extension"},
	{"opensafely__covid-vaccine-history.yaml", true, 25, 13, 34, 0, ""},
	{"opensafely__covid-ve-change-over-time.yaml.gz", true, 450, 879, 893, 0, "pattern_type"},
	{"opensafely__covid-ve-change-over-time@4188ba4c.yaml", false, 0, 0, 0, 0, "empty"},
	{"opensafely__deaths-at-home-covid19.yaml", true, 15, 3, 48, 0, "pattern_type"},
	{"opensafely__demo_repo.yaml", true, 9, 3, 10, 0, ""},
	{"opensafely__demo_repo@ddbd47ad.yaml", true, 17, 7, 16, 0, "needs_unknown"},
	{"opensafely__digital-access-to-primary-care.yaml", true, 10, 3, 7, 0, ""},
	{"opensafely__digital-access-to-primary-care@047f12cc.yaml", false, 0, 0, 0, 0, "not_yaml"},
	{"opensafely__digital-access-to-primary-care@3521ae59.yaml", true, 6, 3, 3, 0, "unknown_key"},
	{"opensafely__digital-access-to-primary-care@7ca03e7f.yaml", false, 0, 0, 0, 0, "duplicate_key"},
	{"opensafely__digital-access-to-primary-care@85ff0222.yaml", false, 0, 0, 0, 0, "not_yaml"},
	{"opensafely__digital-access-to-primary-care@cc4b0e12.yaml", true, 9, 3, 6, 0, "needs_unknown"},
	{"opensafely__digital-access-to-primary-care@d7ea676.yaml", true, 4, 3, 1, 0, ""},
	{"opensafely__disparities-comparison.yaml.gz", true, 2191, 282, 1909, 0, ""},
	{"opensafely__ethnicity-covid-research.yaml", true, 22, 11, 54, 0, ""},
	{"opensafely__ethnicity-short-data-report.yaml", true, 12, 20, 1, 0, ""},
	{"opensafely__hh-classification-research.yaml", true, 36, 17, 79, 0, "pattern_type"},
	{"opensafely__long-covid-symptoms.yaml.gz", true, 229, 486, 267, 0, ""},
	{"opensafely__mainroute_cancer@64867b88.yaml", true, 2, 1, 1, 0, ""},
	{"opensafely__medication-reviews.yaml", true, 39, 18, 42, 0, "pattern_extension"},
	{"opensafely__metformin_covid.yaml", true, 44, 14, 50, 0, ""},
	{"opensafely__nhs-covid-vaccination-coverage.yaml", true, 10, 2, 27, 0, "pattern_extension"},
	{"opensafely__openprompt-hrqol.yaml", true, 16, 13, 67, 0, "pattern_type"},
	{"opensafely__openprompt-hrqol@5004cab1.yaml", true, 9, 9, 23, 0, "pattern_type"},
	{"opensafely__pharmacy-first@9431d0b5.yaml", true, 10, 2, 5, 0, "action_shape"},
	{"opensafely__pincer-measures.yaml", true, 39, 10, 34, 0, "pattern_extension"},
	{"opensafely__post-covid-mentalhealth@6b5ce238.yaml", true, 9, 9, 10, 0, "needs_unknown"},
	{"opensafely__post-covid-outcomes-research.yaml", true, 23, 13, 24, 0, ""},
	{"opensafely__post-covid-vaccinated.yaml.gz", true, 301, 244, 608, 0, ""},
	{"opensafely__post-covid-vaccinated@b708653e.yaml", false, 0, 0, 0, 0, "not_yaml"},
	{"opensafely__shielding-evaluation.yaml", true, 7, 2, 127, 0, ""},
	{"opensafely__strepa_scarlet.yaml", true, 50, 16, 47, 0, ""},
	{"opensafely__test-point-and-click.yaml", true, 5, 0, 9, 0, "pattern_extension"},
	{"opensafely__tpp-code-counts.yaml", true, 3, 4, 3, 0, ""},
	{"opensafely__vaccine-counts.yaml", true, 8, 6, 5, 0, ""},
	{"opensafely__vaccine-counts@26ea0eb.yaml", true, 7, 5, 3, 0, ""},
	{"opensafely__waiting-list.yaml", true, 17, 10, 13, 0, ""},
	{"opensafely__waiting-list@172fc577.yaml", true, 7, 3, 15, 0, "pattern_form"},
}

func TestReadRealFiles(t *testing.T) {
	for _, f := range fixtures {
		t.Run(f.file, func(t *testing.T) {
			p, problems := Read(fixture(t, f.file))
			for _, x := range problems {
				if x.Line < 1 || x.Column < 1 || x.Message == "" || x.Code == "" {
					t.Errorf("problem without a place or words: %+v", x)
				}
			}
			if f.code == "" && len(problems) > 0 {
				t.Errorf("Read = %+v, want no problem", problems)
			}
			if f.code != "" && !slices.ContainsFunc(problems, func(x Problem) bool { return x.Code == f.code }) {
				t.Errorf("Read = %+v, want a problem %s", problems, f.code)
			}
			if (p != nil) != f.readable {
				t.Fatalf("Read: readable = %v, want %v", p != nil, f.readable)
			}
			if p == nil {
				if !HasErrors(problems) {
					t.Error("an unreadable file without an error")
				}
				return
			}
			got := []int{len(p.Actions), p.Count(HighlySensitive), p.Count(ModeratelySensitive), p.Count(MinimallySensitive)}
			if want := []int{f.actions, f.high, f.moderate, f.mini}; !slices.Equal(got, want) {
				t.Errorf("Read: actions, outputs = %v, want %v", got, want)
			}
		})
	}
}

func TestEveryRealFileIsInTheTable(t *testing.T) {
	files, err := os.ReadDir("testdata/project-yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(files)-1, len(fixtures); got != want { // one is ORIGIN.md
		t.Errorf("%d files, %d in the table", got, want)
	}
}

// fixture returns a real project.yaml.
func fixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata/project-yaml", name))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(name, ".gz") {
		return data
	}
	zr, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if data, err = io.ReadAll(zr); err != nil {
		t.Fatal(err)
	}
	return data
}
