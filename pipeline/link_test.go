package pipeline

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
)

// study is a pipeline whose levels overlap.
const study = `version: 3
expectations: {population_size: 1000}
actions:
  extract:
    run: ehrql:v1 generate-dataset d.py --output output/cohort.csv
    outputs:
      highly_sensitive: {cohort: output/cohort.csv}
  report:
    run: r:v2 report.R
    needs: [extract]
    outputs:
      highly_sensitive: {raw: output/raw_*.csv}
      moderately_sensitive: {tables: output/*.csv, plot: output/plot.png}
      minimally_sensitive: {notes: output/notes.txt}
`

func studyPipeline(t testing.TB) *Pipeline {
	t.Helper()
	p, problems := Read([]byte(study))
	if p == nil || len(problems) > 0 {
		t.Fatalf("Read = %+v", problems)
	}
	return p
}

// request makes a job request; each job is "action status hour", the hour it
// completed, or "action status".
func request(identifier string, jobs ...string) JobRequest {
	r := JobRequest{Identifier: identifier, Workspace: "w", Backend: "tpp", Commit: Some("c" + identifier)}
	var list []Job
	for _, text := range jobs {
		var hour int
		j := Job{}
		var status string
		n, _ := fmt.Sscanf(text, "%s %s %d", &j.Action, &status, &hour)
		j.Status, j.Identifier = Some(Status(status)), DerivedJobID(identifier, j.Action)
		if n == 3 {
			j.CompletedAt = Some(time.Date(2026, 5, 3, hour, 0, 0, 0, time.UTC))
		}
		list = append(list, j)
	}
	r.Jobs = Some(list)
	return r
}

// brief writes linked files as "path request/action level", with "?" if the
// output is undeclared.
func brief(written []Written) []string {
	var out []string
	for _, w := range written {
		s := fmt.Sprintf("%s %s/%s %s", w.Path, w.JobRequest, w.Action, strings.TrimSuffix(string(w.Level), "_sensitive"))
		if !w.Declared {
			s += " ?"
		}
		out = append(out, s)
	}
	return out
}

func TestLinkWithoutAManifest(t *testing.T) {
	p := studyPipeline(t)
	other, _ := Read([]byte("version: 5\nactions:\n  dump:\n    run: r:v2 x\n    outputs:\n      highly_sensitive: {x: output/d*.csv}\n"))
	moderate, _ := Read([]byte("version: 5\nactions:\n  dump:\n    run: r:v2 x\n    outputs:\n      moderately_sensitive: {x: output/d*.csv}\n"))
	tests := []struct {
		name    string
		path    string
		sources []Source
		want    string // none: linked to no job
	}{
		{"nothing ran", "output/a.csv", nil, ""},
		{"no pipeline", "output/a.csv", []Source{{request("r1", "report succeeded 1"), nil}}, ""},
		{"its job succeeded", "output/a.csv", []Source{{request("r1", "report succeeded 1"), p}}, "output/a.csv r1/report moderately"},
		{"its job failed", "output/a.csv", []Source{{request("r1", "report failed 1"), p}}, ""},
		{"its job is running", "output/a.csv", []Source{{request("r1", "report running"), p}}, ""},
		{"matched by no pattern", "output/a.txt", []Source{{request("r1", "report succeeded 1"), p}}, ""},
		{"minimally", "output/notes.txt", []Source{{request("r1", "report succeeded 1"), p}}, "output/notes.txt r1/report minimally"},
		{"two levels of one action", "output/raw_1.csv", []Source{{request("r1", "report succeeded 1"), p}}, "output/raw_1.csv r1/report highly"},
		{"two levels of two actions", "output/cohort.csv", []Source{{request("r1", "report succeeded 2", "extract succeeded 1"), p}}, "output/cohort.csv r1/report highly ?"},
		{"the more sensitive action failed", "output/cohort.csv", []Source{{request("r1", "report succeeded 2", "extract failed 1"), p}}, "output/cohort.csv r1/report highly ?"},
		{"the more sensitive action did not run", "output/cohort.csv", []Source{{request("r1", "report succeeded 2"), p}}, "output/cohort.csv r1/report highly ?"},
		{"the last to finish owns it", "output/a.csv", []Source{{request("r1", "report succeeded 5"), p}, {request("r2", "report succeeded 4"), p}}, "output/a.csv r1/report moderately"},
		{"a later failure owns nothing", "output/a.csv", []Source{{request("r1", "report succeeded 1"), p}, {request("r2", "report failed 2"), p}}, "output/a.csv r1/report moderately"},
		{"no times: the later report", "output/a.csv", []Source{{request("r1", "report succeeded"), p}, {request("r2", "report succeeded"), p}}, "output/a.csv r2/report moderately"},
		{"a time against none", "output/a.csv", []Source{{request("r1", "report succeeded 1"), p}, {request("r2", "report succeeded"), p}}, "output/a.csv r1/report moderately"},
		{"another request's last run is more sensitive", "output/d.csv", []Source{{request("r1", "dump succeeded 1"), other}, {request("r2", "report succeeded 2"), p}}, "output/d.csv r2/report highly ?"},
		{"another request's failed run too", "output/d.csv", []Source{{request("r1", "dump failed 1"), other}, {request("r2", "report succeeded 2"), p}}, "output/d.csv r2/report highly ?"},
		{"and one under way", "output/d.csv", []Source{{request("r2", "report succeeded 2"), p}, {request("r3", "dump running"), other}}, "output/d.csv r2/report highly ?"},
		{"but not one that never ran", "output/d.csv", []Source{{request("r1"), other}, {request("r2", "report succeeded 2"), p}}, "output/d.csv r2/report moderately"},
		{"nor a level that was corrected since", "output/d.csv", []Source{{request("r1", "dump succeeded 1"), other}, {request("r2", "dump succeeded 2"), moderate}}, "output/d.csv r2/dump moderately"},
		{"a level made stricter since", "output/d.csv", []Source{{request("r1", "dump succeeded 1"), moderate}, {request("r2", "dump failed 2"), other}}, "output/d.csv r1/dump highly ?"},
	}
	for _, test := range tests {
		if got := strings.Join(brief(Link([]string{test.path}, test.sources)), "; "); got != test.want {
			t.Errorf("%s: Link(%s) = %q, want %q", test.name, test.path, got, test.want)
		}
	}
}

func TestLinkNamesTheJob(t *testing.T) {
	r, p := example(t, "20394")
	got := Link([]string{"output/input_fixed.feather", "output/input_varying.feather", "output/report/a.csv", "x"}, []Source{{r, p}})
	want := []Written{{
		Path: "output/input_fixed.feather", Level: HighlySensitive, JobRequest: "bswslyjxpwqix3qb", Job: "ywrmrjb32jdrkapn",
		Action: "extract_fixed", Commit: "26ea0eb", JobStatus: StatusSucceeded, JobKnown: true, Declared: true,
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Link = %+v, want %+v", got, want)
	}
	r, p = example(t, "21492")
	got = Link([]string{"output/consultation_dataset_2019-04-01_to_2020-03-31.arrow", "output/measures/consultation_measures.csv"}, []Source{{r, p}})
	if len(got) != 1 || got[0].Job != "6ua7buoqxym24m4t" || !got[0].Derived || got[0].Level != HighlySensitive {
		t.Errorf("Link = %+v, want the derived job, highly_sensitive", got)
	}
	// A later job request runs the measures: one output at moderately_sensitive.
	later := request("aaaaaaaaaaaaaaaa", "generate_consultation_measures succeeded 3")
	got = Link([]string{"output/measures/consultation_measures.csv"}, []Source{{r, p}, {later, p}})
	if len(got) != 1 || got[0].Level != ModeratelySensitive || got[0].JobRequest != "aaaaaaaaaaaaaaaa" || !got[0].Declared {
		t.Errorf("Link = %+v, want the later job's, moderately_sensitive", got)
	}
}

func TestLinkWithAManifest(t *testing.T) {
	p := studyPipeline(t)
	sources := []Source{{request("r1", "report succeeded 1", "extract failed 2"), p}, {request("r3", "report succeeded 1"), nil}}
	report, extract := DerivedJobID("r1", "report"), DerivedJobID("r1", "extract")
	tests := []struct {
		name            string
		entry           Entry
		known, declared bool
		status          Status
	}{
		{"declared", Entry{"output/a.csv", ModeratelySensitive, "r1", report, "report", "c"}, true, true, StatusSucceeded},
		{"of a failed job", Entry{"output/cohort.csv", HighlySensitive, "r1", extract, "extract", "c"}, true, true, StatusFailed},
		{"undeclared", Entry{"output/a.txt", ModeratelySensitive, "r1", report, "report", "c"}, true, false, StatusSucceeded},
		{"at another level", Entry{"output/a.csv", MinimallySensitive, "r1", report, "report", "c"}, true, false, StatusSucceeded},
		{"at that more sensitive level", Entry{"output/raw_1.csv", HighlySensitive, "r1", report, "report", "c"}, true, true, StatusSucceeded},
		{"of an unknown action", Entry{"output/a.csv", ModeratelySensitive, "r1", report, "x", "c"}, false, false, StatusUnknown},
		{"of an unknown job", Entry{"output/a.csv", ModeratelySensitive, "r1", "jjjj", "report", "c"}, false, true, StatusUnknown},
		{"of an unknown job request", Entry{"output/a.csv", ModeratelySensitive, "r2", report, "report", "c"}, false, false, StatusUnknown},
		{"of another action's job", Entry{"output/cohort.csv", HighlySensitive, "r1", report, "extract", "c"}, false, true, StatusUnknown},
		{"of a job without pipeline", Entry{"output/a.csv", ModeratelySensitive, "r3", DerivedJobID("r3", "report"), "report", "c"}, true, false, StatusSucceeded},
	}
	for _, test := range tests {
		got := LinkManifest([]Entry{test.entry}, sources)
		e := test.entry
		want := []Written{{e.Path, e.Level, e.JobRequest, e.Job, e.Action, e.Commit, test.status, test.known, test.declared, false}}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: LinkManifest = %+v, want %+v", test.name, got, want)
		}
		if r1 := e.JobRequest == "r1"; r1 && Confirm(p, e.Action, e.Level, e.Path) != test.declared {
			t.Errorf("%s: Confirm = %v, want %v", test.name, !test.declared, test.declared)
		}
	}
	overlapped := Entry{"output/raw_1.csv", ModeratelySensitive, "r1", report, "report", "c"}
	if got := LinkManifest([]Entry{overlapped}, sources)[0]; got.Level != HighlySensitive || !got.Declared {
		t.Errorf("a path that a more sensitive pattern matches too: LinkManifest = %+v, want highly_sensitive", got)
	}
	if Confirm(p, "report", ModeratelySensitive, "output/raw_1.csv") {
		t.Error("Confirm at the less sensitive of two levels = true")
	}
	if Confirm(nil, "report", HighlySensitive, "output/a.csv") {
		t.Error("Confirm without a pipeline = true")
	}
}

func TestTableOfTheExamples(t *testing.T) {
	r, p := example(t, "20394")
	table := Table(r, p, Link([]string{"output/input_fixed.feather", "output/report/a.csv"}, []Source{{r, p}}))
	var got []string
	for _, row := range table {
		status, ran := row.JobStatus()
		line := fmt.Sprintf("%s requested=%v ran=%v %s", row.Action, row.Requested, ran, status)
		for _, o := range row.Outputs {
			line += fmt.Sprintf(" | %s %s %d", o.Level, o.Pattern, len(o.Files))
		}
		got = append(got, line)
	}
	want := []string{
		"extract_fixed requested=true ran=true succeeded | highly_sensitive output/input_fixed.feather 1",
		"extract_varying requested=true ran=true failed | highly_sensitive output/input_varying.feather 0",
		"process requested=true ran=true failed | highly_sensitive output/process/*.rds 0",
		"report requested=true ran=true failed | moderately_sensitive output/report/*.csv 0 | moderately_sensitive output/report/*.png 0",
		"extract_snaphot requested=false ran=false  | highly_sensitive output/input_snapshot.csv.gz 0",
		"process_snapshot requested=false ran=false  | highly_sensitive output/snapshot/processed_snapshot.rds 0",
		"report_snapshot requested=false ran=false  | moderately_sensitive output/snapshot_report/snapshot*.csv 0",
	}
	if !slices.Equal(got, want) {
		t.Errorf("Table =\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	r, p = example(t, "21492")
	table = Table(r, p, nil)
	if len(table) != 4 || table[0].Job == nil || table[0].Job.Identifier != "6ua7buoqxym24m4t" || !table[0].Job.Derived || table[3].Requested || table[3].Job != nil {
		t.Errorf("Table = %+v", table)
	}
}

func TestTablePlacesFiles(t *testing.T) {
	p := studyPipeline(t)
	r := request("r1", "report succeeded 1", "gone succeeded 1")
	r.RequestedActions = Some([]string{"report"})
	report, gone := DerivedJobID("r1", "report"), DerivedJobID("r1", "gone")
	written := LinkManifest([]Entry{
		{"output/b.csv", ModeratelySensitive, "r1", report, "report", "c"},
		{"output/a.csv", ModeratelySensitive, "r1", report, "report", "c"},
		{"output/raw_1.csv", ModeratelySensitive, "r1", report, "report", "c"},
		{"output/a.txt", ModeratelySensitive, "r1", report, "report", "c"},
		{"output/notes.txt", ModeratelySensitive, "r1", report, "report", "c"},
		{"output/g.csv", ModeratelySensitive, "r1", gone, "gone", "c"},
		{"output/other.csv", ModeratelySensitive, "r2", report, "report", "c"},
	}, []Source{{r, p}})
	table := Table(r, p, written)
	if len(table) != 3 {
		t.Fatalf("Table = %+v, want extract, report, gone", table)
	}
	paths := func(files []Written) string {
		var s []string
		for _, w := range files {
			s = append(s, w.Path)
		}
		return strings.Join(s, " ")
	}
	row := table[1]
	tables := row.Outputs[slices.IndexFunc(row.Outputs, func(o DeclaredOutput) bool { return o.Name == "tables" })]
	if got := paths(tables.Files); got != "output/a.csv output/b.csv" {
		t.Errorf("files of output/*.csv = %s", got)
	}
	raw := row.Outputs[slices.IndexFunc(row.Outputs, func(o DeclaredOutput) bool { return o.Name == "raw" })]
	if got := paths(raw.Files); got != "output/raw_1.csv" || raw.Files[0].Level != HighlySensitive {
		t.Errorf("files of output/raw_*.csv = %+v, want raw_1.csv as highly_sensitive", raw.Files)
	}
	if got := paths(row.Undeclared); got != "output/a.txt output/notes.txt" {
		t.Errorf("undeclared = %s", got)
	}
	last := table[2]
	if last.Action != "gone" || last.InPipeline || last.Requested || paths(last.Undeclared) != "output/g.csv" {
		t.Errorf("the job without an action = %+v", last)
	}
	if rows := Table(r, nil, written); len(rows) != 2 || rows[0].InPipeline {
		t.Errorf("Table without a pipeline = %+v, want the two jobs", rows)
	}
}

// large returns the largest real pipeline known, 2,191 actions, with a job
// request that ran all of it, and 45,000 paths of which most match.
func large(b testing.TB) (data []byte, p *Pipeline, r JobRequest, paths []string) {
	b.Helper()
	data = fixture(b, "opensafely__disparities-comparison.yaml.gz")
	p, _ = Read(data)
	if p == nil {
		b.Fatal("unreadable")
	}
	var jobs []Job
	var patterns []string
	for _, a := range p.Actions {
		jobs = append(jobs, Job{Identifier: DerivedJobID("bswslyjxpwqix3qb", a.Name), Action: a.Name, Status: Some(StatusSucceeded)})
		for _, d := range a.Outputs {
			patterns = append(patterns, d.Pattern)
		}
	}
	r = JobRequest{Identifier: "bswslyjxpwqix3qb", Jobs: Some(jobs)}
	for i := 0; len(paths) < 45_000; i++ {
		pattern := patterns[i%len(patterns)]
		if strings.Contains(pattern, "*") {
			paths = append(paths, strings.ReplaceAll(pattern, "*", fmt.Sprintf("_%d", i)))
		} else if i < len(patterns) {
			paths = append(paths, pattern)
		} else {
			paths = append(paths, strings.TrimSuffix(pattern, ".csv")+fmt.Sprintf("_%d.csv", i))
		}
	}
	slices.SortFunc(paths, func(a, b string) int { return cmp.Compare(a, b) })
	return data, p, r, paths
}

func TestLinkTheLargestPipeline(t *testing.T) {
	_, p, r, paths := large(t)
	written := Link(paths, []Source{{r, p}})
	if len(written) < 10_000 {
		t.Errorf("Link of %d paths links %d", len(paths), len(written))
	}
	for _, w := range written[:500] {
		if !Confirm(p, w.Action, w.Level, w.Path) {
			t.Errorf("Link says %+v, Confirm does not", w)
		}
	}
}

// BenchmarkDecodeNodes is the baseline of BenchmarkLink: yaml.v3 decoding the
// same project.yaml into nodes.
func BenchmarkDecodeNodes(b *testing.B) {
	data, _, _, _ := large(b)
	for b.Loop() {
		var n yaml.Node
		if err := yaml.Unmarshal(data, &n); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	data, _, _, _ := large(b)
	for b.Loop() {
		if p, _ := Read(data); p == nil {
			b.Fatal("unreadable")
		}
	}
}

// BenchmarkLink links 45,000 paths to 2,191 actions.
func BenchmarkLink(b *testing.B) {
	_, p, r, paths := large(b)
	sources := []Source{{r, p}}
	for b.Loop() {
		Link(paths, sources)
	}
}
