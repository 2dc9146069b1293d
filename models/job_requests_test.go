package models

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/ledger"
	"sallyport/pipeline"
	"sallyport/review"
)

// tpp is the token of a backend.
var tpp = review.Actor{Person: review.Person{ID: "token1", Username: "tpp"}, Kind: review.IsService, Backend: "tpp"}

// reportOf is a report with this JSON, by the backend tpp.
func reportOf(t testing.TB, text string) Report {
	t.Helper()
	r, err := pipeline.ReadReport([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(text))
	return Report{Actor: tpp, Request: r, ReportSHA256: hex.EncodeToString(sum[:])}
}

// example is one of the two public job requests, with its project.yaml.
func example(t testing.TB, number string) Report {
	t.Helper()
	dir := filepath.Join("..", "pipeline", "testdata", "job-requests")
	text, err := os.ReadFile(filepath.Join(dir, number+".json"))
	if err != nil {
		t.Fatal(err)
	}
	r := reportOf(t, string(text))
	if r.ProjectYAML, err = os.ReadFile(filepath.Join(dir, number+".project.yaml")); err != nil {
		t.Fatal(err)
	}
	return r
}

func (db testDB) report(t testing.TB, r Report, changed bool) {
	t.Helper()
	done, err := db.ReportJobRequest(t.Context(), r)
	if err != nil || done.Replayed || done.Changed != changed {
		t.Fatalf("ReportJobRequest(%s) = %+v, %v; want changed %v", r.Request.Identifier, done, err, changed)
	}
}

// acts are the names of the entries of a stream.
func (db testDB) acts(t testing.TB, stream string) []string {
	t.Helper()
	var acts []string
	if err := db.reader.Raw("SELECT act FROM entries WHERE stream = ? ORDER BY version", stream).Scan(&acts).Error; err != nil {
		t.Fatal(err)
	}
	return acts
}

// whyNot is the reason for each declared pattern of a job request, by action
// and pattern, and how many files can be requested.
func whyNot(found JobRequestFound) (map[string]string, int) {
	reasons, policy := map[string]string{}, review.DefaultPolicy()
	for _, row := range pipeline.Table(found.Report, found.Pipeline, found.Written) {
		status, _ := row.JobStatus()
		for _, d := range row.Outputs {
			err := review.PatternRequestable(review.PatternCandidate{
				Action: row.Action, Level: string(d.Level), Pattern: d.Pattern,
				Requested: row.Requested, JobStatus: string(status), Matched: len(d.Files),
			}, policy)
			reason := ""
			if err != nil {
				reason = err.Error()
			}
			reasons[row.Action+" "+d.Pattern] = reason
		}
	}
	requestable := 0
	for _, item := range found.Items {
		if review.Requestable(item.Candidate, policy) == nil {
			requestable++
		}
	}
	return reasons, requestable
}

func TestExampleJobRequests(t *testing.T) {
	const arrow = "output/consultation_dataset_2019-04-01_to_2020-03-31.arrow"
	const generate = "generate_consultation_dataset_2019-04-01_to_2020-03-31"
	eachDB(t, func(t *testing.T, db testDB) {
		for _, c := range []struct {
			number, identifier string
			workspace          string
			jobs               map[string]string // action → identifier
			derived            bool
			reasons            map[string]string
		}{
			{
				number: "20394", identifier: "bswslyjxpwqix3qb", workspace: "vaccine-counts",
				jobs: map[string]string{
					"extract_fixed": "ywrmrjb32jdrkapn", "extract_varying": "lwvv33szviz6vchf",
					"process": "zvwc6lp5mz24ssbu", "report": "vqdr5jyxkrixhgzy",
				},
				reasons: map[string]string{
					"extract_fixed output/input_fixed.feather":             "`output/input_fixed.feather` is highly_sensitive: nobody can open or release it.",
					"report output/report/*.csv":                           "The job `report` failed, so its outputs cannot be requested.",
					"report output/report/*.png":                           "The job `report` failed, so its outputs cannot be requested.",
					"report_snapshot output/snapshot_report/snapshot*.csv": "The action `report_snapshot` was not requested, so it wrote nothing here.",
				},
			},
			{
				number: "21492", identifier: "6x32i65ivaqmprz7", workspace: "digital-access-to-primary-care", derived: true,
				jobs: map[string]string{
					generate: "6ua7buoqxym24m4t",
					"generate_consultation_dataset_2020-04-01_to_2021-03-31": "sp7egeo5yfi7vdqg",
					"generate_consultation_dataset_2021-04-01_to_2022-03-31": "hyl7w56pobhutnwi",
				},
				reasons: map[string]string{
					generate + " " + arrow: "`" + arrow + "` is highly_sensitive: nobody can open or release it.",
					"generate_consultation_measures output/measures/consultation_measures.csv": "The action `generate_consultation_measures` was not requested, so it wrote nothing here.",
				},
			},
		} {
			db.report(t, example(t, c.number), true)
			db.report(t, example(t, c.number), false)
			found, err := db.JobRequest(t.Context(), c.identifier)
			if err != nil {
				t.Fatal(err)
			}
			reasons, requestable := whyNot(found)
			if requestable != 0 {
				t.Errorf("%s has %d requestable files, want 0", c.number, requestable)
			}
			for pattern, reason := range reasons {
				if reason == "" {
					t.Errorf("%s: %s has no reason", c.number, pattern)
				}
			}
			for pattern, want := range c.reasons {
				if got := reasons[pattern]; got != want {
					t.Errorf("%s: reason of %s = %q, want %q", c.number, pattern, got, want)
				}
			}
			jobs := map[string]string{}
			for _, j := range found.Report.Ran(found.Pipeline) {
				jobs[j.Action] = j.Identifier
				if j.Derived != c.derived {
					t.Errorf("%s: job %s derived = %v", c.number, j.Identifier, j.Derived)
				}
			}
			if diff := cmp.Diff(c.jobs, jobs); diff != "" {
				t.Errorf("jobs of %s (-want +got):\n%s", c.number, diff)
			}
			if found.Place.Workspace != c.workspace || found.Place.Backend != "tpp" || found.Place.Project != "" {
				t.Errorf("%s stands at %+v", c.number, found.Place)
			}
			if diff := cmp.Diff([]string{"job_request_reported"}, db.acts(t, "job_request/"+c.identifier)); diff != "" {
				t.Errorf("entries of %s (-want +got):\n%s", c.number, diff)
			}
		}
	})
}

// A later job request that runs the action whose output can be requested.
func TestLaterJobRequestMakesItRequestable(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		const measures = "output/measures/consultation_measures.csv"
		db.report(t, example(t, "21492"), true)
		later := example(t, "21492")
		later.Request.Identifier, later.Request.Number = "aaaaaaaaaaaaaaaa", pipeline.Some[int64](30000)
		later.Request.RequestedActions = pipeline.Some([]string{"generate_consultation_measures"})
		db.report(t, later, true)
		apply(t, db, "digital-access-to-primary-care", linkedReading(t, db, "digital-access-to-primary-care", measures), 1)
		found, err := db.JobRequest(t.Context(), "aaaaaaaaaaaaaaaa")
		if err != nil {
			t.Fatal(err)
		}
		reasons, requestable := whyNot(found)
		if requestable != 1 || reasons["generate_consultation_measures "+measures] != "" {
			t.Errorf("%d requestable files, reasons %q; want 1", requestable, reasons)
		}
	})
}

const simpleYAML = "version: '3.0'\nexpectations: {population_size: 10}\nactions:\n" +
	"  report:\n    run: r:latest a.R\n    outputs:\n      moderately_sensitive: {t: output/*.csv}\n"

// simple is a report of one job; fields replace or add to its JSON.
func simple(t testing.TB, fields ...string) Report {
	t.Helper()
	values := map[string]string{
		"identifier": `"bbbbbbbbbbbbbbbb"`, "workspace": `"study"`, "backend": `"tpp"`, "project": `"demo"`,
		"organisation": `"Demo"`, "commit": `"abcdef0"`, "status": `"running"`, "requested_actions": `["report"]`,
		"jobs":         `[{"identifier":"cccccccccccccccc","action":"report","status":"running"}]`,
		"project_yaml": `"` + strings.ReplaceAll(simpleYAML, "\n", `\n`) + `"`,
	}
	for i := 0; i < len(fields); i += 2 {
		values[fields[i]] = fields[i+1]
	}
	var members []string
	for name, value := range values {
		if value != "" {
			members = append(members, `"`+name+`":`+value)
		}
	}
	return reportOf(t, "{"+strings.Join(members, ",")+"}")
}

func TestReportsThatContradict(t *testing.T) {
	finished := []string{"status", `"succeeded"`, "jobs", `[{"identifier":"cccccccccccccccc","action":"report","status":"succeeded"}]`}
	eachDB(t, func(t *testing.T, db testDB) {
		db.report(t, simple(t, finished...), true)
		db.report(t, simple(t, append(finished, "identifier", `"dddddddddddddddd"`, "jobs", "null")...), true)
		for name, fields := range map[string][]string{
			"another project":            append(finished, "project", `"other"`),
			"another commit":             append(finished, "commit", `"1234567"`),
			"another project.yaml":       append(finished, "project_yaml", `"version: '3.0'"`),
			"another workspace":          append(finished, "workspace", `"study2"`),
			"unfinished again":           nil,
			"failed instead":             {"status", `"failed"`, "jobs", `[{"identifier":"cccccccccccccccc","action":"report","status":"failed"}]`},
			"another action of the job":  append(finished, "jobs", `[{"identifier":"cccccccccccccccc","action":"other","status":"succeeded"}]`),
			"a new one, another project": append(finished, "identifier", `"eeeeeeeeeeeeeeee"`, "project", `"other"`, "jobs", "null"),
			"a job of another request":   append(finished, "identifier", `"eeeeeeeeeeeeeeee"`),
			"the same in a new workspace": append(finished, "identifier", `"eeeeeeeeeeeeeeee"`,
				"workspace", `"study3"`),
		} {
			before := dump(t, db)
			done, err := db.ReportJobRequest(t.Context(), simple(t, fields...))
			if !errors.Is(err, review.ErrContradicts) {
				t.Errorf("%s: ReportJobRequest = %+v, %v; want ErrContradicts", name, done, err)
			}
			if diff := cmp.Diff(before, dump(t, db)); diff != "" {
				t.Errorf("%s changed something (-before +after):\n%s", name, diff)
			}
		}
		for name, fields := range map[string][]string{
			"a longer commit": append(finished, "commit", `"abcdef0123"`),
			"a message":       append(finished, "status_message", `"Completed"`),
			"a new job": append(finished, "jobs", `[{"identifier":"cccccccccccccccc","action":"report","status":"succeeded"},
				{"identifier":"ffffffffffffffff","action":"more","status":"running"}]`),
		} {
			if _, err := db.ReportJobRequest(t.Context(), simple(t, fields...)); err != nil {
				t.Errorf("%s: ReportJobRequest = %v", name, err)
			}
		}
		found := must[JobRequestFound](t)(db.JobRequest(t.Context(), "bbbbbbbbbbbbbbbb"))
		if jobs, _ := found.Report.Jobs.Get(); len(jobs) != 2 || found.Report.Commit.Or("") != "abcdef0123" {
			t.Errorf("after all reports: %+v", found.Report)
		}
	})
}

// dump is every row that a report may change, as text.
func dump(t testing.TB, db testDB) []string {
	t.Helper()
	var all []string
	for _, query := range []string{
		"SELECT 'entry ' || id || ' ' || act FROM entries ORDER BY id",
		"SELECT 'workspace ' || name || ' ' || project || ' ' || backend FROM workspaces ORDER BY name",
		"SELECT 'job request ' || identifier || ' ' || reports || ' ' || report FROM job_requests ORDER BY identifier",
		"SELECT 'job ' || identifier || ' ' || job_request || ' ' || action || ' ' || status FROM jobs ORDER BY identifier",
		"SELECT 'key ' || key FROM commands ORDER BY key",
	} {
		var rows []string
		if err := db.reader.Raw(query).Scan(&rows).Error; err != nil {
			t.Fatal(err)
		}
		all = append(all, rows...)
	}
	return all
}

func TestReportPlacesAWorkspace(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		r := example(t, "20394") // names no project
		r.Request.Workspace = "study"
		db.report(t, r, true)
		db.report(t, simple(t, "organisation", `"Other"`), true)
		place, _, err := db.Place(t.Context(), "study", operator)
		want := review.Place{
			Workspace: "study", Project: "demo", Organisation: "University of Bristol", Backend: "tpp", Ongoing: true,
		}
		if err != nil || place != want {
			t.Errorf("Place = %+v, %v; want %+v", place, err, want)
		}
		if diff := cmp.Diff([]string{"workspace_placed", "workspace_placed", "workspace_placed"}, db.acts(t, "workspace/study")); diff != "" {
			t.Errorf("entries (-want +got):\n%s", diff)
		}
		other := simple(t, "identifier", `"eeeeeeeeeeeeeeee"`, "backend", `"emis"`, "jobs", "null")
		other.Actor.Backend = "emis"
		if _, err := db.ReportJobRequest(t.Context(), other); !errors.Is(err, review.ErrContradicts) {
			t.Errorf("another backend for the workspace: %v, want ErrContradicts", err)
		}
	})
}

func TestReportRefuses(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		other, person, unkept, binary := simple(t), simple(t), simple(t), simple(t, "project_yaml", "")
		other.Actor.Backend = "emis"
		person.Actor = db.person(t, "researcher1", "researcher", "project:demo")
		unkept.ReportSHA256 = ""
		binary.ProjectYAML = []byte("version: \x00")
		for name, c := range map[string]struct {
			report Report
			want   error
		}{
			"a token of another backend": {other, review.ErrRole},
			"a person":                   {person, review.ErrRole},
			"a file that is no text":     {binary, review.ErrInvalid},
		} {
			if _, err := db.ReportJobRequest(t.Context(), c.report); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		if _, err := db.ReportJobRequest(t.Context(), unkept); err == nil {
			t.Error("a report whose bytes were not kept was taken")
		}
		if rows := dump(t, db); len(rows) > 2 { // the person and their role
			t.Errorf("something was kept: %q", rows)
		}
	})
}

func TestReportKeys(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		r := simple(t)
		r.Key, r.Body = "key1", "body1"
		db.report(t, r, true)
		done, err := db.ReportJobRequest(t.Context(), r)
		if err != nil || !done.Replayed {
			t.Errorf("the same key again: %+v, %v; want a replay", done, err)
		}
		r.Body = "body2"
		if _, err := db.ReportJobRequest(t.Context(), r); !errors.Is(err, review.ErrKeyReused) {
			t.Errorf("the key for another body: %v, want ErrKeyReused", err)
		}
		if got := db.acts(t, "job_request/bbbbbbbbbbbbbbbb"); len(got) != 1 {
			t.Errorf("entries %q, want one", got)
		}
	})
}

func TestReportsAtOnce(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		var all sync.WaitGroup
		changed := make([]bool, 8)
		for i := range changed {
			all.Go(func() {
				done, err := db.ReportJobRequest(t.Context(), simple(t))
				if err != nil {
					t.Errorf("report %d: %v", i, err)
				}
				changed[i] = done.Changed
			})
		}
		all.Wait()
		n := 0
		for _, c := range changed {
			if c {
				n++
			}
		}
		if got := db.acts(t, "job_request/bbbbbbbbbbbbbbbb"); n != 1 || len(got) != 1 {
			t.Errorf("%d of 8 equal reports changed something, entries %q; want one", n, got)
		}
	})
}

func TestReportEntry(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		r := simple(t)
		db.report(t, r, true)
		var bytes []byte
		if err := db.reader.Raw("SELECT bytes FROM entries WHERE act = 'job_request_reported'").Row().Scan(&bytes); err != nil {
			t.Fatal(err)
		}
		e, err := ledger.Decode(bytes)
		if err != nil {
			t.Fatal(err)
		}
		text := sha256.Sum256([]byte(simpleYAML))
		want := `{"jobs":1,"project_yaml":"` + hex.EncodeToString(text[:]) + `","report":"` + r.ReportSHA256 +
			`","status":"running","v":1,"workspace":"study"}`
		if string(e.Event) != want || e.Subject.JobRequest != "bbbbbbbbbbbbbbbb" || e.Role != "service" || e.Place.Project != "demo" {
			t.Errorf("the entry is %s", bytes)
		}
	})
}

func TestJobRequestsAreListedNewestFirst(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		db.report(t, simple(t, "identifier", `"aaaaaaaaaaaaaaa1"`, "jobs", "null", "created_at", `"2024-01-01T00:00:00Z"`), true)
		db.report(t, simple(t, "identifier", `"aaaaaaaaaaaaaaa2"`, "jobs", "null", "created_at", `"2024-03-01T00:00:00Z"`), true)
		db.report(t, simple(t, "identifier", `"aaaaaaaaaaaaaaa3"`, "jobs", "null", "created_at", `"2024-02-01T00:00:00Z"`,
			"workspace", `"other"`, "project", `"other"`, "requested_by", `{"username":"u","name":"Name"}`), true)
		db.report(t, simple(t, "identifier", `"aaaaaaaaaaaaaaa4"`, "jobs", "null", "workspace", `"nobodys"`, "project", "null"), true)
		for name, c := range map[string]struct {
			filter JobRequestFilter
			want   []string
		}{
			"all":          {JobRequestFilter{Reach: review.Reach{All: true}}, []string{"4", "2", "3", "1"}},
			"a project":    {JobRequestFilter{Reach: review.Reach{Projects: []string{"demo"}}}, []string{"2", "1"}},
			"a backend":    {JobRequestFilter{Reach: review.Reach{Backends: []string{"tpp"}}}, []string{"2", "3", "1"}},
			"a workspace":  {JobRequestFilter{Reach: review.Reach{All: true}, Workspace: "other"}, []string{"3"}},
			"out of reach": {JobRequestFilter{Reach: review.Reach{Projects: []string{"demo"}}, Workspace: "other"}, nil},
			"nothing":      {JobRequestFilter{}, nil},
		} {
			for _, limit := range []int{1, 2, 50} {
				var got []string
				f := c.filter
				f.Limit = limit
				for pages := 0; ; pages++ {
					rows, next, err := db.JobRequests(t.Context(), f)
					if err != nil || pages > 5 {
						t.Fatalf("%s: page %d: %v", name, pages, err)
					}
					for _, row := range rows {
						got = append(got, row.Report.Identifier[15:])
					}
					if f.Cursor = next; next == "" {
						break
					}
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("%s by %d (-want +got):\n%s", name, limit, diff)
				}
			}
		}
		rows, _, err := db.JobRequests(t.Context(), JobRequestFilter{Reach: review.Reach{All: true}, Workspace: "other"})
		if err != nil || len(rows) != 1 {
			t.Fatalf("JobRequests = %+v, %v", rows, err)
		}
		r := rows[0].Report
		if r.Commit.Or("") != "abcdef0" || r.ProjectYAML.Reported() || r.Jobs.Reported() || rows[0].Place.Project != "other" ||
			r.Status.Or("") != "running" || r.RuntimeSeconds.Reported() || rows[0].LastReport.IsZero() {
			t.Errorf("JobRequests = %+v", rows)
		}
		if _, _, err := db.JobRequests(t.Context(), JobRequestFilter{Cursor: "!"}); !errors.Is(err, review.ErrInvalid) {
			t.Errorf("a cursor of somebody's own: %v, want ErrInvalid", err)
		}
		if _, err := db.JobRequest(t.Context(), "zzzzzzzzzzzzzzzz"); !errors.Is(err, review.ErrNotFound) {
			t.Errorf("JobRequest of none: %v, want ErrNotFound", err)
		}
	})
}

// What was not reported stays so, and what was stays as it was.
func TestReportSurvivesTheDatabase(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		r := example(t, "21492")
		db.report(t, r, true)
		found := must[JobRequestFound](t)(db.JobRequest(t.Context(), r.Request.Identifier))
		want := r.Request
		want.ProjectYAMLFile = pipeline.Optional[string]{}
		want.ProjectYAML = pipeline.Some(string(r.ProjectYAML))
		if !reflect.DeepEqual(want, found.Report) {
			t.Errorf("the report was kept as %+v, want %+v", found.Report, want)
		}
	})
}
