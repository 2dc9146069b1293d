package e2e

import (
	"encoding/json"
	"path/filepath"
	"testing"
)

// TestExampleJobRequests: the two example job requests say what happened, what
// was not reported, and for each declared output why nobody can ask for it.
func TestExampleJobRequests(t *testing.T) {
	p := StartDemo(t)
	b := StartBrowser(t)
	tab := b.SignsIn(p, "researcher1", How{})

	tab.Go("/job-requests/bswslyjxpwqix3qb")
	tab.SeesIn("#head", "Job request 20394", "failed", "No file of this job request can be requested now")
	tab.SeesIn("#outputs", "output/report/*.csv", "output/report/*.png", "The job report failed, so its outputs cannot be requested.",
		"It is highly_sensitive: nobody can open or release it.", "The action report_snapshot was not requested, so it wrote nothing here.")
	tab.SeesIn("#jobs", "ywrmrjb32jdrkapn", "lwvv33szviz6vchf", "zvwc6lp5mz24ssbu", "vqdr5jyxkrixhgzy")
	tab.SeesIn("#about", "Created not reported", "Runtime 06:39:39", "1 of 4 jobs succeeded, 3 failed", "Requested by Will Hulme",
		"Branch main", "Commit 26ea0eb", "Force run dependencies No", "No previous job request available for comparison")
	if n := tab.Count("#graph svg .box"); n != 7 {
		t.Errorf("the graph has %d actions, want 7", n)
	}
	tab.NothingWrong()
	tab.Press("Graph on a page of its own")
	tab.At("/job-requests/bswslyjxpwqix3qb/graph")
	tab.NothingWrong()
	tab.Back()
	tab.Press("project.yaml, 59 lines")
	tab.Sees("cohortextractor:latest generate_cohort")
	tab.NothingWrong()

	tab.Go("/job-requests/6x32i65ivaqmprz7")
	tab.SeesIn("#head", "Job request 21492", "succeeded", "No file of this job request can be requested now")
	tab.SeesIn("#jobs", "6ua7buoqxym24m4t", "sp7egeo5yfi7vdqg", "hyl7w56pobhutnwi", "worked out from the job request and the action")
	tab.SeesIn("#outputs", "output/measures/consultation_measures.csv", "The action generate_consultation_measures was not requested")
	tab.SeesIn("#about", "Runtime 02:29:51", "Force run dependencies Yes", "d7ea676")
	tab.NothingWrong()
}

// TestJobRequestUnderWay: the page of a job request that runs changes by itself
// while it is reported, and leaves what is open on it as it is.
func TestJobRequestUnderWay(t *testing.T) {
	const identifier = "abcdefghijklmnop"
	p := StartDemo(t)
	b := StartBrowser(t)
	report := func(status string, jobs ...object) {
		t.Helper()
		text, err := json.Marshal(object{
			"identifier": identifier, "number": 8, "workspace": SampleWorkspace, "project": "demo-study", "backend": "tpp", "status": status,
			"requested_actions": []string{"first", "second"}, "created_at": "2026-10-06T09:00:00Z", "jobs": jobs,
			"project_yaml": "version: '4.0'\nactions:\n  first:\n    run: r:v2 a.R\n    outputs: {moderately_sensitive: {a: output/under-way/a.csv}}\n" +
				"  second:\n    run: r:v2 b.R\n    needs: [first]\n    outputs: {moderately_sensitive: {b: output/under-way/b.csv}}\n",
		})
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(p.dir, identifier+".json")
		p.write(file, text)
		p.Run("ingest", "job-request", file)
	}
	report("running", object{"action": "first", "status": "running", "status_code": "executing", "started_at": "2026-10-06T09:01:00Z"})
	tab := b.SignsIn(p, "researcher1", How{})
	tab.Go("/job-requests/" + identifier)
	tab.SeesIn("#head", "running")
	tab.SeesIn("#jobs", "first", "running")
	tab.Fill("Search", "typed meanwhile")

	report("running", object{"action": "first", "status": "succeeded", "started_at": "2026-10-06T09:01:00Z", "completed_at": "2026-10-06T09:03:10Z"},
		object{"action": "second", "status": "running", "started_at": "2026-10-06T09:04:00Z"})
	tab.SeesIn("#jobs", "00:02:10")
	report("failed", object{"action": "second", "status": "failed", "status_code": "nonzero_exit", "status_message": "Job exited with an error", "completed_at": "2026-10-06T09:05:00Z"})
	tab.SeesIn("#head", "failed")
	tab.SeesIn("#jobs", "nonzero_exit", "Job exited with an error")
	tab.SeesIn("#outputs", "The job second failed, so its outputs cannot be requested.")
	if got := tab.Value("Search"); got != "typed meanwhile" {
		t.Errorf("what was typed is now %q", got)
	}
	tab.NothingWrong()
}

// TestCode: from an output one comes to the code that made it, at its commit,
// with the action marked, and to what differs from an earlier commit.
func TestCode(t *testing.T) {
	p := StartDemo(t)
	b := StartBrowser(t)
	tab := b.SignsIn(p, "checker1", How{})
	tab.Go(described + "/table1.csv")
	tab.Press("what its job ran")
	tab.Sees("project.yaml", "describe:")
	if n := tab.Count(".code .marked"); n < 3 {
		t.Errorf("%d lines of the action are marked, want 3 at least", n)
	}
	tab.NothingWrong()
	tab.Press("analysis/describe.R")
	tab.Sees("describe.R")
	tab.NothingWrong()
	here := tab.Path()

	tab.Go("/job-requests/bswslyjxpwqix3qb")
	tab.Press("the code")
	tab.Sees("The code is not shown")
	tab.NothingWrong()
	b.SignsIn(p, "outsider1", How{}).refused(here)
}

// refused fails unless there is no such page for whoever looks.
func (tab *Tab) refused(path string) {
	tab.t.Helper()
	tab.Go(path)
	if got := tab.Status(); got != 404 {
		tab.t.Errorf("%s = %d for %s, want 404", path, got, tab.Person.Name)
	}
}
