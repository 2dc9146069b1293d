package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	measuresWorkspace = "digital-access-to-primary-care"
	measures          = "output/measures/consultation_measures.csv"
)

// shownJobRequest is a job request, as far as tests look at it.
type shownJobRequest struct {
	Identifier       string `json:"identifier"`
	Status           string `json:"status"`
	RequestableFiles int    `json:"requestable_files"`
	Outputs          []struct {
		Pattern string  `json:"pattern"`
		WhyNot  *string `json:"why_not"`
		Files   []struct {
			Path        string  `json:"path"`
			Requestable bool    `json:"requestable"`
			WhyNot      *string `json:"why_not"`
		} `json:"files"`
	} `json:"outputs"`
	Jobs []struct{ Action, Status string } `json:"jobs"`
}

// reportOf is one of the sample's job requests as a backend sends it, changed.
func reportOf(t *testing.T, name string, changes object) object {
	t.Helper()
	report, err := sampleReport(name)
	must(t, err)
	b, err := json.Marshal(report)
	must(t, err)
	var fields object
	must(t, json.Unmarshal(b, &fields))
	for field, value := range changes {
		fields[field] = value
	}
	return fields
}

// put reports a job request.
func (p *program) put(who string, report object) answered {
	p.t.Helper()
	return p.do(who, call{method: "PUT", path: "/job-requests/" + report["identifier"].(string), body: report})
}

// TestBackendReports shows what a backend's token does: it reports, again and
// again, the job requests of its own backend, and nothing else. A contradiction
// leaves nothing behind; a job request that runs another action makes its
// outputs requestable.
func TestBackendReports(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		p := startIdle(t, url)
		p.tokens["tpp"], p.tokens["emis"] = p.serviceToken("tpp"), p.serviceToken("emis")
		p.refusedReports()
		p.contradictions()
		p.measuresBecomeRequestable()
		p.measuresAreAskedFor()
		p.replayEqual()
	})
}

func (p *program) refusedReports() {
	p.t.Helper()
	known := reportOf(p.t, "21492", nil)
	before := p.entries()
	for range 2 {
		if a := p.put("tpp", known); a.status != 200 || into[struct{ Changed bool }](p.t, a).Changed {
			p.t.Errorf("what is known, reported again = %d %s, want 200 and no change", a.status, a.body)
		}
	}
	elsewhere := reportOf(p.t, "21492", object{"identifier": "elsewhereelsewhe"})
	for who, want := range map[string]struct {
		status int
		code   string
	}{
		"emis": {403, "role"}, "researcher1": {403, "role"}, "checker1": {403, "role"}, "admin1": {403, "role"}, "": {401, "unauthenticated"},
	} {
		if a := p.put(who, elsewhere); a.status != want.status || a.code() != want.code {
			p.t.Errorf("a report by %q = %d %s, want %d %s", who, a.status, a.body, want.status, want.code)
		}
	}
	p.refused("tpp", call{method: "PUT", path: "/job-requests/other", body: known}, 422, "invalid")
	for _, c := range []call{
		{method: "GET", path: "/job-requests/6x32i65ivaqmprz7"},
		{method: "GET", path: "/workspaces/" + demoWorkspace},
		{method: "GET", path: "/workspaces/" + demoWorkspace + "/outputs/content?path=" + firstDose},
	} {
		p.refused("tpp", c, 404, "not_found")
	}
	p.refused("tpp", call{method: "GET", path: "/ledger/entries"}, 403, "role")
	if a := p.do("tpp", call{method: "POST", path: "/requests", body: object{"workspace": demoWorkspace}}); a.status != 403 && a.status != 404 {
		p.t.Errorf("a backend asking for a release = %d %s", a.status, a.body)
	}
	if after := p.entries(); after != before {
		p.t.Errorf("%d entries, then %d, though nothing new was reported", before, after)
	}
}

// contradictions reports what cannot be, beside what could: nothing of it is
// kept.
func (p *program) contradictions() {
	p.t.Helper()
	look := call{method: "GET", path: "/job-requests/6x32i65ivaqmprz7"}
	before, entries := p.want("researcher1", look, 200), p.entries()
	later := "2026-11-01T00:00:00Z"
	for name, changes := range map[string]object{
		"another commit":       {"commit": strings.Repeat("e", 40), "finished_at": later},
		"another project.yaml": {"project_yaml": layoutPipeline, "finished_at": later},
		"another workspace":    {"workspace": "vaccine-counts", "finished_at": later},
	} {
		if a := p.put("tpp", reportOf(p.t, "21492", changes)); a.status != 409 || a.code() != "contradicts" {
			p.t.Errorf("%s = %d %s, want 409 contradicts", name, a.status, a.body)
		}
	}
	if a := p.put("emis", reportOf(p.t, "21492", object{"backend": "emis", "identifier": "emisemisemisemis"})); a.status != 409 || a.code() != "contradicts" {
		p.t.Errorf("another backend for the workspace = %d %s, want 409 contradicts", a.status, a.body)
	}
	if after := p.want("researcher1", look, 200); string(after.body) != string(before.body) {
		p.t.Errorf("after contradictions the job request is\n%s\nbefore\n%s", after.body, before.body)
	}
	if after := p.entries(); after != entries {
		p.t.Errorf("%d entries, then %d after contradictions", entries, after)
	}
}

// measuresBecomeRequestable reports a job request that runs the one action
// with a moderately_sensitive output, first running, then succeeded.
func (p *program) measuresBecomeRequestable() {
	p.t.Helper()
	file := filepath.Join(p.app.settings.workspaces, measuresWorkspace, filepath.FromSlash(measures))
	must(p.t, os.MkdirAll(filepath.Dir(file), 0o750))
	must(p.t, os.WriteFile(file, []byte("practice,ratio\n1,0.5\n"), 0o600))
	job := func(status string) object {
		return reportOf(p.t, "21492", object{
			"identifier": "measuresmeasures", "number": 21500, "requested_actions": []string{"generate_consultation_measures"},
			"status": status, "runtime_seconds": nil,
			"jobs": []object{{"action": "generate_consultation_measures", "status": status}},
		})
	}
	look := func() shownJobRequest {
		return into[shownJobRequest](p.t, p.want("researcher1", call{method: "GET", path: "/job-requests/measuresmeasures"}, 200))
	}
	if a := p.put("tpp", job("running")); a.status != 200 {
		p.t.Fatalf("a running job request = %d %s", a.status, a.body)
	}
	if j := look(); j.RequestableFiles != 0 {
		p.t.Errorf("while it runs, the job request is %+v, want no requestable file", j)
	}
	if a := p.put("tpp", job("succeeded")); a.status != 200 || !into[struct{ Changed bool }](p.t, a).Changed {
		p.t.Fatalf("the succeeded job request = %d %s", a.status, a.body)
	}
	if a := p.put("tpp", job("running")); a.status != 409 || a.code() != "contradicts" {
		p.t.Errorf("a finished job that runs again = %d %s, want 409 contradicts", a.status, a.body)
	}
	j := look()
	if j.RequestableFiles != 1 {
		p.t.Fatalf("the job request is %+v, want one requestable file", j)
	}
	for _, o := range j.Outputs {
		for _, f := range o.Files {
			if o.Pattern != measures || f.Path != measures || !f.Requestable {
				p.t.Errorf("%s matched %+v", o.Pattern, f)
			}
		}
	}
}

// measuresAreAskedFor asks for that output.
func (p *program) measuresAreAskedFor() {
	p.t.Helper()
	id := p.draftIn(measuresWorkspace, "researcher1", measures)
	p.act("researcher1", id, "submit", object{}, 200)
	first := into[shownJobRequest](p.t, p.want("researcher1", call{method: "GET", path: "/job-requests/6x32i65ivaqmprz7"}, 200))
	if first.RequestableFiles != 0 {
		p.t.Errorf("the earlier job request has %d requestable files, want none: it did not write them", first.RequestableFiles)
	}
}
