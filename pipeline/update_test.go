package pipeline

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
)

func read(t *testing.T, text string) JobRequest {
	t.Helper()
	r, err := ReadReport([]byte(text))
	if err != nil {
		t.Fatalf("ReadReport(%s) = %v", text, err)
	}
	return r
}

func TestUpdateWithTheSameReportChangesNothing(t *testing.T) {
	for _, number := range []string{"20394", "21492"} {
		r, _ := example(t, number)
		if got, err := Update(r, r); err != nil || !reflect.DeepEqual(got, r) {
			t.Errorf("Update(%s) with itself = %+v, %v", number, got, err)
		}
	}
}

func TestUpdateAddsAndNeverRemoves(t *testing.T) {
	full, _ := example(t, "20394")
	bare := read(t, `{"identifier": "bswslyjxpwqix3qb", "workspace": "vaccine-counts", "backend": "tpp"}`)
	got, err := Update(full, bare)
	if err != nil || !reflect.DeepEqual(got, full) {
		t.Errorf("Update with an empty report = %+v, %v; want nothing lost", got, err)
	}
	got, err = Update(bare, full)
	if err != nil || !reflect.DeepEqual(got, full) {
		t.Errorf("Update of an empty report = %+v, %v; want all of the later", got, err)
	}
}

func TestUpdateJobsInPieces(t *testing.T) {
	first := read(t, report("jobs", `[{"action": "a", "status": "running"}, {"action": "b", "status": "pending"}]`))
	second := read(t, report("jobs", `[{"action": "c", "status": "pending"}, {"action": "a", "identifier": "aaaaaaaaaaaaaaaa", "status": "succeeded", "completed_at": "2023-09-15T10:00:00Z"}]`))
	before, _ := json.Marshal(first)
	got, err := Update(first, second)
	if err != nil {
		t.Fatal(err)
	}
	if after, _ := json.Marshal(first); string(after) != string(before) {
		t.Errorf("Update altered its argument: %s", after)
	}
	jobs, _ := got.Jobs.Get()
	var actions string
	for _, j := range jobs {
		actions += j.Action + ":" + string(j.Status.Or("")) + " "
	}
	if actions != "a:succeeded b:pending c:pending " {
		t.Errorf("jobs = %s", actions)
	}
	if jobs[0].Identifier != "aaaaaaaaaaaaaaaa" || jobs[0].Derived || !jobs[1].Derived {
		t.Errorf("a reported identifier does not replace a derived one: %+v", jobs)
	}
	third := read(t, report("jobs", `[{"action": "a"}]`)) // derived again: the reported one stays
	got, err = Update(got, third)
	jobs, _ = got.Jobs.Get()
	if err != nil || jobs[0].Identifier != "aaaaaaaaaaaaaaaa" || jobs[0].Status.Or("") != StatusSucceeded || len(jobs) != 3 {
		t.Errorf("jobs = %+v, %v", jobs, err)
	}
}

func TestUpdateAcceptsAndRefuses(t *testing.T) {
	const id, other = "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"
	job := func(id, action, status string) string {
		return `[{"identifier": "` + id + `", "action": "` + action + `", "status": "` + status + `"}]`
	}
	tests := []struct {
		name, field, known, report string
		want                       string // the field that contradicts; none: accepted
	}{
		{"another identifier", "identifier", `"bswslyjxpwqix3qb"`, `"6x32i65ivaqmprz7"`, "identifier"},
		{"another workspace", "workspace", `"a"`, `"b"`, "workspace"},
		{"another backend", "backend", `"tpp"`, `"emis"`, "backend"},
		{"another number", "number", "1", "2", "number"},
		{"another project", "project", `"a"`, `"b"`, "project"},
		{"the project at last", "project", "null", `"b"`, ""},
		{"the project no more", "project", `"a"`, "null", ""},
		{"another repository", "repo", `"https://x.org/a"`, `"https://x.org/b"`, "repo"},
		{"another commit", "commit", `"26ea0eb"`, `"36ea0eb"`, "commit"},
		{"another commit, longer", "commit", `"26ea0eb"`, `"26ea0ec5"`, "commit"},
		{"the same commit, longer", "commit", `"26ea0eb"`, `"26ea0eb5"`, ""},
		{"the same commit, shorter", "commit", `"26ea0eb5"`, `"26ea0eb"`, ""},
		{"another project.yaml", "project_yaml", `"version: 1"`, `"version: 2"`, "project_yaml"},
		{"the same project.yaml with a line break", "project_yaml", `"version: 1"`, `"version: 1\r\n"`, ""},
		{"other actions", "requested_actions", `["a"]`, `["a", "b"]`, "requested_actions"},
		{"the same actions, another order", "requested_actions", `["b", "a"]`, `["a", "b"]`, ""},
		{"forced, or not", "force_run_dependencies", "true", "false", "force_run_dependencies"},
		{"another branch", "branch", `"main"`, `"x"`, ""},
		{"another organisation", "organisation", `"a"`, `"b"`, ""},
		{"a person's other name", "requested_by", `{"name": "a", "username": "b"}`, `{"name": "c"}`, ""},
		{"a request goes on", "status", `"pending"`, `"running"`, ""},
		{"a request goes back", "status", `"running"`, `"pending"`, ""},
		{"a request un-finishes", "status", `"succeeded"`, `"running"`, "status"},
		{"a request ends otherwise", "status", `"failed"`, `"succeeded"`, "status"},
		{"a job ends", "jobs", job(id, "a", "running"), job(id, "a", "failed"), ""},
		{"a job un-finishes", "jobs", job(id, "a", "failed"), job(id, "a", "pending"), "jobs[0].status"},
		{"a job fails after all", "jobs", job(id, "a", "succeeded"), job(id, "a", "failed"), "jobs[0].status"},
		{"a job succeeds after all", "jobs", job(id, "a", "failed"), job(id, "a", "succeeded"), "jobs[0].status"},
		{"a job runs another action", "jobs", job(id, "a", "running"), job(id, "b", "running"), "jobs[0].action"},
		{"an action runs as another job", "jobs", job(id, "a", "running"), job(other, "a", "running"), "jobs[0].identifier"},
		{"an action of a finished job as another", "jobs", job(id, "a", "failed"), job(other, "a", "running"), "jobs[0].identifier"},
	}
	for _, test := range tests {
		known, later := read(t, report(test.field, test.known)), read(t, report(test.field, test.report))
		got, err := Update(known, later)
		if test.want == "" {
			if err != nil {
				t.Errorf("%s: Update = %v, want nil", test.name, err)
			}
			continue
		}
		var c *Contradiction
		if !errors.As(err, &c) || c.Field != test.want || c.Message == "" {
			t.Errorf("%s: Update = %v, want a contradiction of %s", test.name, err, test.want)
		}
		if !reflect.DeepEqual(got, JobRequest{}) {
			t.Errorf("%s: a refused report returns %+v", test.name, got)
		}
	}
}

func TestUpdateKeepsWhatSaysMore(t *testing.T) {
	update := func(field, known, later string) JobRequest {
		r, err := Update(read(t, report(field, known)), read(t, report(field, later)))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	for _, pair := range [][2]string{{`"26ea0eb"`, `"26ea0eb5"`}, {`"26ea0eb5"`, `"26ea0eb"`}} {
		if got := update("commit", pair[0], pair[1]).Commit.Or(""); got != "26ea0eb5" {
			t.Errorf("commit %s then %s = %s", pair[0], pair[1], got)
		}
	}
	by, _ := update("requested_by", `{"name": "a", "username": "b"}`, `{"name": "c", "username": null}`).RequestedBy.Get()
	if by.Name.Or("") != "c" || by.Username.Or("") != "b" {
		t.Errorf("requested_by = %+v", by)
	}
	if got := update("project_yaml", `"a: 1"`, `"a: 1\n"`).ProjectYAML.Or(""); got != "a: 1" {
		t.Errorf("project_yaml = %q, want the first", got)
	}
	if got := update("branch", `"main"`, `"next"`).Branch.Or(""); got != "next" {
		t.Errorf("branch = %q, want the later", got)
	}
}
