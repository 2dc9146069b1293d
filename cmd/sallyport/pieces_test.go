package main

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"sallyport/review"
)

const (
	piecesRequest   = "piecespiecespiec"
	piecesWorkspace = "pieces-main"
	piecesPipeline  = `version: '4.0'
actions:
  extract:
    run: ehrql:v1 generate-dataset d.py --output output/data.arrow
    outputs:
      highly_sensitive:
        data: output/data.arrow
  model:
    run: r:v2 model.R
    needs: [extract]
    outputs:
      moderately_sensitive:
        tables: output/model/*.csv
  plot:
    run: r:v2 plot.R
    needs: [model]
    outputs:
      moderately_sensitive:
        pictures: output/plot/*.png
  extra:
    run: r:v2 extra.R
    outputs:
      moderately_sensitive:
        text: output/extra.txt
`
)

// piece is one report of a job request that is reported while it runs, and
// what is to be seen afterwards.
type piece struct {
	name   string
	fields object
	status int    // of the answer
	code   string // of a refusal
	same   bool   // nothing in it is new
	want   pieceSeen
}

// pieceSeen is what the job request then amounts to.
type pieceSeen struct {
	Status      string
	Runtime     string // seconds; "null" if it is not known
	Commit      string
	Jobs        string
	Requestable int
	Why         string // for the tables of the action model
}

const (
	notRun = "The job `model` has not finished, so its outputs cannot be requested."
)

// jobOf is a job as a backend sends it.
func jobOf(action, status string, more ...string) object {
	job := object{"action": action, "status": status}
	for i := 0; i+1 < len(more); i += 2 {
		job[more[i]] = more[i+1]
	}
	return job
}

// pieces tell of one job request as it runs: out of order, some twice, some
// late.
func pieces() []piece {
	requested := pieceSeen{Status: "pending", Runtime: "null", Commit: "null", Jobs: "null"}
	known := requested
	known.Commit, known.Why = "1234567", notRun
	waiting := known
	waiting.Jobs = "model pending"
	extracting := waiting
	extracting.Status, extracting.Jobs = "running", "model pending, extract running"
	extracted := extracting
	extracted.Runtime, extracted.Jobs, extracted.Commit = "90", "model running, extract succeeded", "1234567890"
	modelled := extracted
	modelled.Runtime, modelled.Jobs, modelled.Requestable, modelled.Why = "150", "model succeeded, extract succeeded, plot running", 1, ""
	ended := modelled
	ended.Status, ended.Jobs = "failed", "model succeeded, extract succeeded, plot failed"
	final := ended
	final.Runtime = "155"
	return []piece{
		{name: "it is asked for", fields: object{"status": "pending", "requested_actions": []string{"model", "plot"}}, want: requested},
		{name: "its pipeline", fields: object{"project_yaml": piecesPipeline, "commit": "1234567"}, want: known},
		{name: "the second job before the first", fields: object{"jobs": []object{
			jobOf("model", "pending", "status_code", "waiting_on_dependencies"),
		}}, want: waiting},
		{name: "the first job", fields: object{"jobs": []object{jobOf("extract", "running", "started_at", "2026-11-01T10:00:00Z")}}, want: extracting},
		{name: "the same again", fields: object{"jobs": []object{jobOf("extract", "running", "started_at", "2026-11-01T10:00:00Z")}}, same: true, want: extracting},
		{name: "the first job ends, the second begins", fields: object{"status": "running", "commit": "1234567890", "jobs": []object{
			jobOf("extract", "succeeded", "started_at", "2026-11-01T10:00:00Z", "completed_at", "2026-11-01T10:01:30Z"),
			jobOf("model", "running", "started_at", "2026-11-01T10:01:31Z"),
		}}, want: extracted},
		{name: "a report that was late", fields: object{"status": "pending", "branch": "elsewhere", "jobs": []object{jobOf("extract", "running")}},
			status: 409, code: "contradicts", want: extracted},
		{name: "the second job ends, the third begins", fields: object{"jobs": []object{
			jobOf("plot", "running", "started_at", "2026-11-01T10:02:31Z"), jobOf("model", "succeeded", "completed_at", "2026-11-01T10:02:31Z"),
		}}, want: modelled},
		{name: "the third job fails", fields: object{"jobs": []object{
			jobOf("plot", "failed", "status_code", "nonzero_exit", "status_message", "Job exited with an error"),
		}}, want: ended},
		{name: "the end", fields: object{"status": "Failed", "finished_at": "2026-11-01T10:02:36Z", "jobs": []object{
			jobOf("plot", "failed", "completed_at", "2026-11-01T10:02:36Z"),
		}}, want: final},
		{name: "a first report once more", fields: object{"status": "pending"}, status: 409, code: "contradicts", want: final},
	}
}

// TestReportedInPieces reports a job request as a backend does that asks its
// jobs every minute, while another backend tries to tell of it too.
func TestReportedInPieces(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		p := start(t, url, 0)
		p.tokens["tpp"], p.tokens["emis"] = p.serviceToken("tpp"), p.serviceToken("emis")
		must(t, p.app.store.PlaceWorkspace(t.Context(), operatorActor(), piecesWorkspace, review.Place{
			Workspace: piecesWorkspace, Project: "demo-study", Organisation: "Demo University", Ongoing: true,
		}))
		l := &layout{t: t, at: p.app.settings.workspaces + "/" + piecesWorkspace}
		l.file("output/model/a.csv", "a,b\n1,2\n")
		for i, piece := range pieces() {
			p.pieceOf(fmt.Sprintf("piece-%d", i), piece)
		}
		if entries := p.reportEntries(); entries != 8 {
			t.Errorf("%d entries of reports, want one for each of the 8 that said something new", entries)
		}
		b := p.signsIn("researcher1")
		page := b.ask("GET", "/job-requests/"+piecesRequest, nil)
		page.says("1234567890", "nonzero_exit", "Job exited with an error", "00:02:35", "output/model/a.csv")
		p.replayEqual()
	})
}

// pieceOf reports one piece and looks at what is seen of it.
func (p *program) pieceOf(key string, piece piece) {
	t, name := p.t, piece.name
	t.Helper()
	report := object{"identifier": piecesRequest, "workspace": piecesWorkspace, "backend": "tpp"}
	maps.Copy(report, piece.fields)
	address := "/job-requests/" + piecesRequest
	send := call{method: "PUT", path: address, body: report, key: key}
	if a := p.do("emis", send); a.status != 403 || a.code() != "role" {
		t.Errorf("%s, by another backend = %d %s, want 403 role", name, a.status, a.body)
	}
	first := p.do("tpp", send)
	if piece.status != 0 {
		if first.status != piece.status || first.code() != piece.code {
			t.Errorf("%s = %d %s, want %d %s", name, first.status, first.body, piece.status, piece.code)
		}
	} else if got := into[struct{ Changed bool }](t, first); first.status != 200 || got.Changed == piece.same {
		t.Errorf("%s = %d %s, want that something changed: %v", name, first.status, first.body, !piece.same)
	}
	if again := p.do("tpp", send); again.status != first.status || string(again.body) != string(first.body) && piece.status == 0 {
		t.Errorf("%s, sent twice = %d %s, then %d %s", name, first.status, first.body, again.status, again.body)
	}
	report["backend"] = "emis"
	if a := p.do("emis", call{method: "PUT", path: address, body: report}); a.status != 409 || a.code() != "contradicts" {
		t.Errorf("%s, as another backend's = %d %s, want 409 contradicts", name, a.status, a.body)
	}
	if got := p.pieceSeen(); got != piece.want {
		t.Errorf("after %s:\n%+v, want\n%+v", name, got, piece.want)
	}
}

// pieceSeen is what a researcher is shown of the job request.
func (p *program) pieceSeen() pieceSeen {
	p.t.Helper()
	j := into[struct {
		Status           string
		RuntimeSeconds   *int `json:"runtime_seconds"`
		Commit           *string
		RequestableFiles int `json:"requestable_files"`
		Jobs             []struct{ Action, Status string }
		Outputs          []struct {
			Action string
			WhyNot *string `json:"why_not"`
		}
	}](p.t, p.want("researcher1", call{method: "GET", path: "/job-requests/" + piecesRequest}, 200))
	seen := pieceSeen{Status: j.Status, Runtime: "null", Commit: "null", Jobs: "null", Requestable: j.RequestableFiles}
	if j.RuntimeSeconds != nil {
		seen.Runtime = fmt.Sprint(*j.RuntimeSeconds)
	}
	if j.Commit != nil {
		seen.Commit = *j.Commit
	}
	var jobs []string
	for _, job := range j.Jobs {
		jobs = append(jobs, job.Action+" "+job.Status)
	}
	if j.Jobs != nil {
		seen.Jobs = strings.Join(jobs, ", ")
	}
	for _, o := range j.Outputs {
		if o.Action == "model" && o.WhyNot != nil {
			seen.Why = *o.WhyNot
		}
	}
	return seen
}

// reportEntries counts what the log says of the job request.
func (p *program) reportEntries() int {
	p.t.Helper()
	a := p.want("auditor1", call{method: "GET", path: "/ledger/entries?format=jsonl&act=job_request_reported&workspace=" + piecesWorkspace}, 200)
	return strings.Count(string(a.body), piecesRequest) / strings.Count(strings.SplitN(string(a.body), "\n", 2)[0], piecesRequest)
}
