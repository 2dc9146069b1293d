package pipeline

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// example returns one of the two public job requests with its pipeline.
func example(t testing.TB, number string) (JobRequest, *Pipeline) {
	t.Helper()
	dir := filepath.Join("testdata", "job-requests")
	data, err := os.ReadFile(filepath.Join(dir, number+".json"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := ReadReport(data)
	if err != nil {
		t.Fatal(err)
	}
	name, ok := r.ProjectYAMLFile.Get()
	if !ok {
		t.Fatalf("%s: no project_yaml_file", number)
	}
	yaml, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	p, problems := Read(yaml)
	if p == nil || len(problems) > 0 {
		t.Fatalf("Read(%s) = %+v", name, problems)
	}
	return r, p
}

func TestReadReportOfTheExamples(t *testing.T) {
	r, _ := example(t, "20394")
	if n, ok := r.Number.Get(); n != 20394 || !ok {
		t.Errorf("number = %d, %v", n, ok)
	}
	if r.Identifier != "bswslyjxpwqix3qb" || r.Workspace != "vaccine-counts" || r.Backend != "tpp" {
		t.Errorf("report = %+v", r)
	}
	by, _ := r.RequestedBy.Get()
	if by.Name.Or("") != "Will Hulme" || by.Username.Reported() {
		t.Errorf("requested_by = %+v", by)
	}
	if r.Commit.Or("") != "26ea0eb" || r.Branch.Or("") != "main" || r.ForceRunDependencies.Or(true) {
		t.Errorf("commit, branch, force = %+v", r)
	}
	for field, reported := range map[string]bool{
		"project": r.Project.Reported(), "repo": r.Repo.Reported(), "created_at": r.CreatedAt.Reported(),
		"started_at": r.StartedAt.Reported(), "finished_at": r.FinishedAt.Reported(), "project_yaml": r.ProjectYAML.Reported(),
	} {
		if reported {
			t.Errorf("%s is null in the report, but reported", field)
		}
	}
	jobs, ok := r.Jobs.Get()
	if !ok || len(jobs) != 4 || jobs[0].Status.Or("") != StatusSucceeded || jobs[3].Status.Or("") != StatusFailed {
		t.Errorf("jobs = %+v", jobs)
	}
	if r.StatusNow() != StatusFailed {
		t.Errorf("StatusNow = %s", r.StatusNow())
	}
	if s, ok := r.Runtime(); s != 23979 || !ok {
		t.Errorf("Runtime = %d, %v, want 23979", s, ok)
	}

	r, _ = example(t, "21492")
	if _, ok := r.Jobs.Get(); ok || r.Jobs.IsZero() {
		t.Error("jobs: null is not kept as null")
	}
	if s, _ := r.Runtime(); s != 8991 || r.StatusNow() != StatusSucceeded || !r.ForceRunDependencies.Or(false) {
		t.Errorf("runtime %d, status %s", s, r.StatusNow())
	}
}

// TestReportsSurviveARoundTrip: null, absent and a value stay what they are.
func TestReportsSurviveARoundTrip(t *testing.T) {
	for _, number := range []string{"20394", "21492"} {
		data, err := os.ReadFile(filepath.Join("testdata", "job-requests", number+".json"))
		if err != nil {
			t.Fatal(err)
		}
		r, _ := example(t, number)
		written, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var want, got any
		if err := errors.Join(json.Unmarshal(data, &want), json.Unmarshal(written, &got)); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: written as %s", number, written)
		}
		var again JobRequest
		if err := json.Unmarshal(written, &again); err != nil || !reflect.DeepEqual(again, r) {
			t.Errorf("%s: read again as %+v, %v; want %+v", number, again, err, r)
		}
	}
	var r JobRequest
	if err := json.Unmarshal([]byte(`{"number": "x"}`), &r); err == nil {
		t.Error("a number that is text was taken")
	}
}

func TestDerivedJobID(t *testing.T) {
	r, _ := example(t, "20394")
	jobs, _ := r.Jobs.Get()
	for _, j := range jobs {
		if got := DerivedJobID(r.Identifier, j.Action); got != j.Identifier {
			t.Errorf("DerivedJobID(%s, %s) = %s, want %s", r.Identifier, j.Action, got, j.Identifier)
		}
	}
	for action, want := range map[string]string{
		"generate_consultation_dataset_2019-04-01_to_2020-03-31": "6ua7buoqxym24m4t",
		"generate_consultation_dataset_2020-04-01_to_2021-03-31": "sp7egeo5yfi7vdqg",
		"generate_consultation_dataset_2021-04-01_to_2022-03-31": "hyl7w56pobhutnwi",
	} {
		if got := DerivedJobID("6x32i65ivaqmprz7", action); got != want {
			t.Errorf("DerivedJobID(6x32i65ivaqmprz7, %s) = %s, want %s", action, got, want)
		}
	}
}

// report returns a small report with one field replaced, or added.
func report(field, value string) string {
	fields := map[string]string{
		"identifier": `"bswslyjxpwqix3qb"`, "workspace": `"vaccine-counts"`, "backend": `"tpp"`, "status": `"running"`,
		"jobs": `[{"action": "a"}]`,
	}
	if field != "" {
		fields[field] = value
	}
	var b strings.Builder
	for _, name := range append([]string{"identifier", "workspace", "backend", "status", "jobs"}, field) {
		if v, ok := fields[name]; ok && v != "" {
			b.WriteString(`, "` + name + `": ` + v)
			delete(fields, name)
		}
	}
	return "{" + strings.TrimPrefix(b.String(), ", ") + "}"
}

func TestReadReportAccepts(t *testing.T) {
	tests := []struct{ field, value string }{
		{"", ""},
		{"number", "1"}, {"number", "9007199254740991"}, {"number", "null"},
		{"commit", `"26ea0eb5ddb7daebff2d9da73910ee42f8491887"`},
		{"repo", `"https://github.com/opensafely/vaccine-counts"`},
		{"requested_by", `{"name": null}`}, {"requested_by", `{}`}, {"requested_by", "null"},
		{"requested_actions", `[]`}, {"requested_actions", `["a", "b", "a"]`},
		{"status", `"nothing_to_do"`}, {"status", `"Succeeded"`}, {"status", "null"},
		{"status_message", `"two\nlines"`},
		{"created_at", `"2023-09-15T10:00:00.123456789+01:00"`},
		{"runtime_seconds", "0"},
		{"jobs", "[]"}, {"jobs", "null"},
		{"jobs", `[{"action": "a", "identifier": null, "status": null, "status_code": "nonzero_exit", "status_message": null, "created_at": null, "started_at": "2023-09-15T10:00:00Z", "completed_at": null}]`},
		{"project_yaml", `"version: '3'\nactions: {}\n"`}, {"project_yaml", `""`},
		{"project_yaml_file", `"20394.project.yaml"`},
	}
	for _, test := range tests {
		if _, err := ReadReport([]byte(report(test.field, test.value))); err != nil {
			t.Errorf("ReadReport(%s: %s) = %v", test.field, test.value, err)
		}
	}
}

func TestReadReportRefuses(t *testing.T) {
	long := strings.Repeat("x", 600)
	tests := []struct {
		field, value string
		want         string // the field named
	}{
		{"identifier", "", "identifier"}, {"identifier", "null", "identifier"}, {"identifier", `""`, "identifier"},
		{"identifier", `"bswslyjxpwqix3q"`, "identifier"}, {"identifier", `"BSWSLYJXPWQIX3QB"`, "identifier"},
		{"identifier", `"bswslyjxpwqix3qb\n"`, "identifier"}, {"identifier", "5", "identifier"},
		{"workspace", "", "workspace"}, {"workspace", `"a/b"`, "workspace"}, {"workspace", `".."`, "workspace"}, {"workspace", `"` + long + `"`, "workspace"},
		{"backend", "", "backend"}, {"backend", `"TPP"`, "backend"}, {"backend", `"-x"`, "backend"},
		{"number", "0", "number"}, {"number", "1.5", "number"}, {"number", `"1"`, "number"}, {"number", "9007199254740992", "number"},
		{"commit", `"26ea0e"`, "commit"}, {"commit", `"main"`, "commit"},
		{"repo", `"javascript:alert(1)"`, "repo"}, {"repo", `"https://u:p@github.com/x"`, "repo"}, {"repo", `"https:///x"`, "repo"},
		{"organisation", `""`, "organisation"}, {"organisation", `"` + long + `"`, "organisation"}, {"branch", `"a\u0000"`, "branch"},
		{"requested_by", `"Will"`, "requested_by"}, {"requested_by", `{"email": "x"}`, "requested_by.email"}, {"requested_by", `{"name": 1}`, "requested_by.name"},
		{"force_run_dependencies", `"no"`, "force_run_dependencies"},
		{"requested_actions", `"a"`, "requested_actions"}, {"requested_actions", `["a", 1]`, "requested_actions[1]"}, {"requested_actions", `[null]`, "requested_actions[0]"},
		{"requested_actions", `["` + long + `"]`, "requested_actions[0]"},
		{"status", `"done"`, "status"}, {"status_message", `"\u001b[31m"`, "status_message"}, {"status_message", `"` + strings.Repeat("x", 10_001) + `"`, "status_message"},
		{"created_at", `"yesterday"`, "created_at"}, {"created_at", `"2023-09-15"`, "created_at"}, {"created_at", `"0001-01-01T00:00:00Z"`, "created_at"}, {"created_at", "1694772000", "created_at"},
		{"runtime_seconds", "-1", "runtime_seconds"},
		{"jobs", `{}`, "jobs"}, {"jobs", `[{}]`, "jobs[0].action"}, {"jobs", `[null]`, "jobs[0]"}, {"jobs", `[{"action": null}]`, "jobs[0].action"},
		{"jobs", `[{"action": "a", "status": "unknown"}]`, "jobs[0].status"}, {"jobs", `[{"action": "a", "status": "nothing_to_do"}]`, "jobs[0].status"},
		{"jobs", `[{"action": "a", "derived": true}]`, "jobs[0].derived"}, {"jobs", `[{"action": "a", "status_code": "x y"}]`, "jobs[0].status_code"},
		{"jobs", `[{"action": "a"}, {"action": "a"}]`, "jobs[1].action"},
		{"jobs", `[{"action": "a"}, {"action": "b", "identifier": "` + DerivedJobID("bswslyjxpwqix3qb", "a") + `"}]`, "jobs[1].identifier"},
		{"jobs", "[" + strings.Repeat(`{"action": "a"},`, maxJobs) + `{"action": "a"}]`, "jobs"},
		{"project_yaml", `"a\u0000"`, "project_yaml"}, {"project_yaml", "{}", "project_yaml"}, {"project_yaml", `"` + strings.Repeat("x", MaxFileSize+1) + `"`, "project_yaml"},
		{"project_yaml_file", `"../x.yaml"`, "project_yaml_file"}, {"project_yaml_file", `"/etc/passwd"`, "project_yaml_file"}, {"project_yaml_file", `"..yaml"`, "project_yaml_file"},
		{"project_yaml_file", `"a.yaml", "project_yaml": "x"`, "project_yaml_file"},
		{"extra", "1", "extra"}, {"Number", "1", "Number"}, {"number", `1, "number": 1`, "number"},
	}
	for _, test := range tests {
		text := report(test.field, test.value)
		if test.value == "" {
			text = strings.Replace(report(test.field, "GONE"), `"`+test.field+`": GONE`, `"number": 1`, 1)
		}
		r, err := ReadReport([]byte(text))
		var refused *ReportError
		if !errors.As(err, &refused) || refused.Field != test.want || refused.Message == "" {
			t.Errorf("ReadReport(%s: %.60s) = %v, want a *ReportError about %s", test.field, test.value, err, test.want)
		}
		if !reflect.DeepEqual(r, JobRequest{}) {
			t.Errorf("ReadReport(%s: %.60s) returns a job request besides the error", test.field, test.value)
		}
	}
	for _, text := range []string{"", "null", "[]", `"x"`, "{", `{"number"`, `{"number": 1`, report("", "") + "x", report("", "") + "{}", "{\"branch\": \"\xff\"}", strings.Repeat(" ", MaxReport+1)} {
		var refused *ReportError
		if _, err := ReadReport([]byte(text)); !errors.As(err, &refused) {
			t.Errorf("ReadReport(%.40q) = %v, want a *ReportError", text, err)
		}
	}
}

func TestReadReportDerivesAndTruncates(t *testing.T) {
	r, err := ReadReport([]byte(report("jobs", `[{"action": "a"}, {"action": "b", "identifier": "aaaaaaaaaaaaaaaa", "completed_at": "2023-09-15T10:00:00.1234567+01:00"}]`)))
	if err != nil {
		t.Fatal(err)
	}
	jobs, _ := r.Jobs.Get()
	if want := DerivedJobID(r.Identifier, "a"); jobs[0].Identifier != want || !jobs[0].Derived {
		t.Errorf("jobs[0] = %+v, want the derived identifier %s", jobs[0], want)
	}
	if jobs[1].Derived {
		t.Errorf("jobs[1] = %+v is marked derived", jobs[1])
	}
	if got, want := jobs[1].CompletedAt.Or(time.Time{}), time.Date(2023, 9, 15, 9, 0, 0, 123456000, time.UTC); got != want {
		t.Errorf("completed_at = %v, want %v", got, want)
	}
	var again JobRequest
	written, err := json.Marshal(r)
	if err := errors.Join(err, json.Unmarshal(written, &again)); err != nil || !reflect.DeepEqual(again, r) {
		t.Errorf("written and read again: %+v, %v", again, err)
	}
}

func TestStatusNow(t *testing.T) {
	tests := []struct {
		stored Status
		jobs   []Status
		want   Status
	}{
		{"", nil, StatusUnknown},
		{StatusPending, nil, StatusPending},
		{StatusUnknownErrorCreatingJobs, nil, StatusUnknownErrorCreatingJobs},
		{StatusFailed, []Status{StatusRunning}, StatusFailed},
		{StatusNothingToDo, []Status{StatusRunning}, StatusNothingToDo},
		{StatusRunning, []Status{StatusSucceeded, StatusSucceeded}, StatusSucceeded},
		{"", []Status{StatusFailed, StatusFailed}, StatusFailed},
		{"", []Status{StatusPending, StatusPending}, StatusPending},
		{"", []Status{StatusSucceeded, StatusPending}, StatusRunning},
		{"", []Status{StatusFailed, StatusRunning}, StatusRunning},
		{"", []Status{StatusFailed, StatusPending}, StatusRunning},
		{"", []Status{StatusFailed, StatusSucceeded}, StatusFailed},
		{"", []Status{StatusSucceeded, ""}, StatusUnknown},
		{"", []Status{""}, StatusUnknown},
	}
	for _, test := range tests {
		var r JobRequest
		if test.stored != "" {
			r.Status = Some(test.stored)
		}
		var jobs []Job
		for _, s := range test.jobs {
			j := Job{Action: "a"}
			if s != "" {
				j.Status = Some(s)
			}
			jobs = append(jobs, j)
		}
		r.Jobs = Some(jobs)
		if got := r.StatusNow(); got != test.want {
			t.Errorf("StatusNow of %q with %q = %s, want %s", test.stored, test.jobs, got, test.want)
		}
	}
}

func TestRuntimeFromJobs(t *testing.T) {
	at := func(s int) Optional[time.Time] { return Some(time.Unix(1_700_000_000+int64(s), 0).UTC()) }
	done, running := Some(StatusFailed), Some(StatusRunning)
	var none Optional[time.Time]
	tests := []struct {
		name string
		jobs []Job
		want int64
		ok   bool
	}{
		{"no jobs", nil, 0, false},
		{"a sum, also of jobs side by side", []Job{{Status: done, StartedAt: at(0), CompletedAt: at(100)}, {Status: done, StartedAt: at(50), CompletedAt: at(80)}}, 130, true},
		{"one under way", []Job{{Status: done, StartedAt: at(0), CompletedAt: at(100)}, {Status: running, StartedAt: at(0), CompletedAt: at(9)}}, 100, true},
		{"a time missing", []Job{{Status: done, StartedAt: at(0), CompletedAt: none}}, 0, false},
		{"an end before the start", []Job{{Status: done, StartedAt: at(10), CompletedAt: at(0)}}, 0, true},
	}
	for _, test := range tests {
		if got, ok := (JobRequest{Jobs: Some(test.jobs)}).Runtime(); got != test.want || ok != test.ok {
			t.Errorf("%s: Runtime = %d, %v; want %d, %v", test.name, got, ok, test.want, test.ok)
		}
	}
}

func TestRan(t *testing.T) {
	r, p := example(t, "21492")
	jobs := r.Ran(p)
	if len(jobs) != 3 || jobs[0].Identifier != "6ua7buoqxym24m4t" || !jobs[2].Derived || jobs[1].Status.Or("") != StatusSucceeded {
		t.Errorf("Ran = %+v", jobs)
	}
	r.Status = Some(StatusFailed)
	if jobs := r.Ran(p); len(jobs) != 3 || jobs[0].Status.Or("") != StatusUnknown {
		t.Errorf("Ran of a failed request = %+v", jobs)
	}
	for _, s := range []Status{StatusRunning, StatusNothingToDo, StatusUnknown} {
		r.Status = Some(s)
		if jobs := r.Ran(p); jobs != nil {
			t.Errorf("Ran of a request that is %s = %+v, want none", s, jobs)
		}
	}
	r.Status, r.RequestedActions = Some(StatusSucceeded), Some([]string{"generate_consultation_measures", RunAll})
	if jobs := r.Ran(p); len(jobs) != 4 || jobs[0].Action != "generate_consultation_measures" {
		t.Errorf("Ran of run_all = %+v, want all four", jobs)
	}
	if jobs := r.Ran(nil); len(jobs) != 1 {
		t.Errorf("Ran of run_all without a pipeline = %+v, want the one named", jobs)
	}
	r.Jobs = Some([]Job{})
	if jobs := r.Ran(p); len(jobs) != 0 {
		t.Errorf("Ran of an empty list = %+v", jobs)
	}
}

func FuzzReadReport(f *testing.F) {
	for _, number := range []string{"20394", "21492"} {
		data, err := os.ReadFile(filepath.Join("testdata", "job-requests", number+".json"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(report("jobs", `[{"action": "a", "identifier": "aaaaaaaaaaaaaaaa", "completed_at": "2023-09-15T10:00:00.1234567+01:00"}]`)))
	f.Add([]byte(`{"number": 1e400, "jobs": [[[[`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ReadReport(data)
		if err != nil {
			var refused *ReportError
			if !errors.As(err, &refused) || len(refused.Field) > 200 || len(refused.Message) > 2000 {
				t.Errorf("ReadReport = %v", err)
			}
			return
		}
		written, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var again JobRequest
		if err := json.Unmarshal(written, &again); err != nil || !reflect.DeepEqual(again, r) {
			t.Errorf("%s\nread again as %+v, %v", written, again, err)
		}
		if same, err := Update(r, r); err != nil || !reflect.DeepEqual(same, r) {
			t.Errorf("Update with the same report = %+v, %v", same, err)
		}
	})
}
