package web

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"sallyport/pipeline"
	"sallyport/review"
)

// example reads one of the two public job requests as a backend reports it.
func example(t *testing.T, number string) map[string]any {
	t.Helper()
	const folder = "../pipeline/testdata/job-requests/"
	text, err := os.ReadFile(folder + number + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var report map[string]any
	if err := json.Unmarshal(text, &report); err != nil {
		t.Fatal(err)
	}
	project, err := os.ReadFile(folder + report["project_yaml_file"].(string))
	if err != nil {
		t.Fatal(err)
	}
	report["project_yaml"] = string(project)
	return report
}

func TestReport(t *testing.T) {
	w := newWorld(t)
	report := example(t, "20394")
	const address = "/job-requests/bswslyjxpwqix3qb"
	w.do("author", "PUT", address, report).want(403, "role")
	w.do("admin", "PUT", address, report).want(403, "role")
	w.do("tpp", "PUT", "/job-requests/aaaaaaaaaaaaaaaa", report).want(422, "invalid")
	first := w.do("tpp", "PUT", address, report, key("r")).want(200)
	if got := decoded[reported](first); got != (reported{"bswslyjxpwqix3qb", "vaccine-counts", true}) {
		t.Errorf("reported %+v", got)
	}
	if got := w.do("tpp", "PUT", address, report, key("r")).want(200); string(got.body) != string(first.body) {
		t.Errorf("the same report under the same key: %s then %s", first.body, got.body)
	}
	delete(report, "project_yaml_file")
	w.do("tpp", "PUT", address, report).want(200)
	w.do("tpp", "PUT", address, report, key("r")).want(422, "key_reused")

	report["backend"] = "emis"
	w.do("tpp", "PUT", address, report).want(403, "role")
	report["backend"] = "tpp"
	report["workspace"] = "contradicting"
	w.do("tpp", "PUT", address, report).want(409, "contradicts")
	report["status"] = "exploded"
	if got := w.do("tpp", "PUT", address, report).want(422, "invalid"); !strings.Contains(string(got.body), "`status`") {
		t.Errorf("the field is not named: %s", got.body)
	}
	report["status"], report["surprise"] = "failed", true
	w.do("tpp", "PUT", address, report).want(422, "invalid")
	w.do("tpp", "PUT", address, `{"identifier": "bswslyjxpwqix3qb", "workspace": "w", "backend": "tpp", "project_yaml_file": "x.yaml"}`).want(422, "invalid")
	w.do("tpp", "GET", address, nil).want(404, "not_found")
}

// TestExamples: what the two public job requests must show.
func TestExamples(t *testing.T) {
	w := newWorld(t)
	for _, number := range []string{"20394", "21492"} {
		report := example(t, number)
		w.do("tpp", "PUT", "/job-requests/"+report["identifier"].(string), report).want(200)
	}
	if l := decoded[list[map[string]any]](w.do("author", "GET", "/job-requests", nil).want(200)); len(l.Items) != 2 {
		t.Errorf("%d job requests are listed", len(l.Items))
	}

	got := decoded[foundJobRequest](w.do("author", "GET", "/job-requests/bswslyjxpwqix3qb", nil).want(200))
	if got.RequestableFiles != 0 || len(got.Jobs) != 4 || *got.RuntimeSeconds != 23979 || *got.Status != "failed" || got.RequestedBy.Username.Reported() {
		t.Errorf("20394: %d requestable, %d jobs, %+v", got.RequestableFiles, len(got.Jobs), got.jobRequest)
	}
	if !got.Pipeline.Readable || len(got.Pipeline.Actions) != 7 || !strings.Contains(got.Pipeline.Text, "extract_fixed") {
		t.Errorf("20394: pipeline %+v", got.Pipeline)
	}
	for _, d := range got.Outputs {
		if d.WhyNot == nil {
			t.Errorf("20394: nothing says why `%s` of %s cannot be requested", *d.Pattern, d.Action)
			continue
		}
		want := map[string]string{
			"report": "The job `report` failed", "extract_fixed": "is highly_sensitive", "report_snapshot": "was not requested",
		}[d.Action]
		if d.Level != "highly_sensitive" && !strings.Contains(*d.WhyNot, want) {
			t.Errorf("20394: %s: %s, want %q", d.Action, *d.WhyNot, want)
		}
	}

	got = decoded[foundJobRequest](w.do("author", "GET", "/job-requests/6x32i65ivaqmprz7", nil).want(200))
	var jobs []string
	for _, j := range got.Jobs {
		jobs = append(jobs, j.Identifier)
		if !j.Derived {
			t.Errorf("21492: the identifier of %s is not marked as derived", j.Action)
		}
	}
	if want := []string{"6ua7buoqxym24m4t", "sp7egeo5yfi7vdqg", "hyl7w56pobhutnwi"}; !slices.Equal(jobs, want) {
		t.Errorf("21492: jobs %v, want %v", jobs, want)
	}
	if got.RequestableFiles != 0 || len(got.Pipeline.Actions) != 4 || got.Number.Or(0) != 21492 || got.CreatedAt.Reported() {
		t.Errorf("21492: %+v", got.jobRequest)
	}
	w.do("outsider", "GET", "/job-requests/6x32i65ivaqmprz7", nil).want(404, "not_found")
	w.do("author", "GET", "/job-requests/aaaaaaaaaaaaaaaa", nil).want(404, "not_found")
}

// TestNotReported: what nobody said is null, and a file stands under each
// pattern that it matches but counts once.
func TestNotReported(t *testing.T) {
	w := newWorld(t)
	w.do("tpp", "PUT", "/job-requests/aaaaaaaaaaaaaaaa", `{"identifier": "aaaaaaaaaaaaaaaa", "workspace": "ws", "backend": "tpp"}`).want(200)
	got := decoded[map[string]any](w.do("author", "GET", "/job-requests/aaaaaaaaaaaaaaaa", nil).want(200))
	for _, name := range []string{"number", "status", "runtime_seconds", "requested_by", "requested_actions", "jobs", "pipeline", "commit", "created_at"} {
		if v, there := got[name]; v != nil || !there {
			t.Errorf("%s is %v, want null", name, v)
		}
	}
}

func TestFilesOfAJobRequest(t *testing.T) {
	const text = `
version: "4"
actions:
  make:
    run: python:latest make.py
    outputs:
      moderately_sensitive:
        tables: out/*.csv
        all: out/a*.csv
      highly_sensitive:
        data: out/data.csv
`
	p, problems := pipeline.Read([]byte(text))
	if p == nil {
		t.Fatal(problems)
	}
	r, err := pipeline.ReadReport([]byte(`{"identifier": "aaaaaaaaaaaaaaaa", "workspace": "ws", "backend": "tpp",
		"requested_actions": ["make"], "status": "succeeded", "jobs": [{"action": "make", "status": "succeeded"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	f := JobRequestFound{JobRequest: JobRequest{Report: r}, Pipeline: p, Outputs: map[string]Candidate{}}
	for path, level := range map[string]pipeline.Level{
		"out/a.csv": pipeline.ModeratelySensitive, "out/b.csv": pipeline.ModeratelySensitive,
		"out/held.csv": pipeline.ModeratelySensitive, "out/gone.csv": pipeline.ModeratelySensitive,
		"out/data.csv": pipeline.HighlySensitive, "other.txt": pipeline.ModeratelySensitive,
	} {
		f.Written = append(f.Written, pipeline.Written{Path: path, Level: level, JobRequest: r.Identifier, Action: "make"})
		f.Outputs[path] = Candidate{Candidate: review.Candidate{
			Path: path, Level: string(level), Action: "make", JobKnown: true, JobStatus: "succeeded", Listed: true, Declared: path != "other.txt",
		}}
	}
	held := f.Outputs["out/held.csv"]
	held.Holders = []Holder{{Request: "R1", Status: review.Pending}}
	f.Outputs["out/held.csv"] = held
	delete(f.Outputs, "out/gone.csv")

	w := newWorld(t)
	got := showFound(f, asking{w.people["author"], w.place, w.policy})
	if got.RequestableFiles != 2 {
		t.Errorf("%d files are requestable, want out/a.csv and out/b.csv", got.RequestableFiles)
	}
	var rows []string
	for _, d := range got.Outputs {
		row := d.Level + " "
		if d.Pattern != nil {
			row += *d.Pattern
		}
		for _, file := range d.Files {
			code := ""
			if file.Code != nil {
				code = "!" + *file.Code
			}
			row += " " + file.Path + code
		}
		rows = append(rows, row)
	}
	want := []string{
		"moderately_sensitive out/*.csv out/a.csv out/b.csv out/gone.csv!not_requestable out/held.csv!duplicate",
		"moderately_sensitive out/a*.csv out/a.csv",
		"highly_sensitive out/data.csv out/data.csv!not_requestable",
		"moderately_sensitive  other.txt!not_requestable",
	}
	slices.Sort(rows)
	slices.Sort(want)
	if !slices.Equal(rows, want) {
		t.Errorf("rows\n%s\nwant\n%s", strings.Join(rows, "\n"), strings.Join(want, "\n"))
	}
	// A draft that the asker may not know of does not show.
	if got := showFound(f, asking{w.people["checker1"], w.place, w.policy}); got.RequestableFiles != 3 {
		t.Errorf("a checker sees %d requestable files, want 3", got.RequestableFiles)
	}
}
