package main

import (
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// exampleSeen is a job request as the API shows it, field by field.
type exampleSeen struct {
	Number               *int64          `json:"number"`
	Identifier           string          `json:"identifier"`
	Organisation         *string         `json:"organisation"`
	Project              *string         `json:"project"`
	Workspace            string          `json:"workspace"`
	Repo                 *string         `json:"repo"`
	Branch               *string         `json:"branch"`
	Commit               *string         `json:"commit"`
	Backend              string          `json:"backend"`
	RequestedBy          map[string]any  `json:"requested_by"`
	ForceRunDependencies *bool           `json:"force_run_dependencies"`
	RequestedActions     []string        `json:"requested_actions"`
	Status               *string         `json:"status"`
	StatusMessage        *string         `json:"status_message"`
	CreatedAt            *string         `json:"created_at"`
	StartedAt            *string         `json:"started_at"`
	FinishedAt           *string         `json:"finished_at"`
	RuntimeSeconds       *int64          `json:"runtime_seconds"`
	RequestableFiles     int             `json:"requestable_files"`
	Jobs                 []exampleJob    `json:"jobs"`
	Outputs              []exampleOutput `json:"outputs"`
	Pipeline             *struct {
		Text     string                  `json:"text"`
		Readable bool                    `json:"readable"`
		Version  string                  `json:"version"`
		Actions  []struct{ Name string } `json:"actions"`
		Problems []any                   `json:"problems"`
	} `json:"pipeline"`
}

type exampleJob struct {
	Identifier string `json:"identifier"`
	Derived    bool   `json:"derived"`
	Action     string `json:"action"`
	Status     string `json:"status"`
}

type exampleOutput struct {
	Action    string  `json:"action"`
	Level     string  `json:"level"`
	Pattern   string  `json:"pattern"`
	Requested bool    `json:"requested"`
	WhyNot    *string `json:"why_not"`
	Files     []any   `json:"files"`
}

// example is what must be seen of one of the two public job requests
// (docs/demo.md).
type example struct {
	seen    exampleSeen
	actions []string
	// words are expressions that the page must match, where markup is a space.
	words []string
}

const (
	highly     = "highly_sensitive"
	moderately = "moderately_sensitive"
)

// nobody is the reason for a highly_sensitive pattern.
func nobody(action, pattern string, requested bool) exampleOutput {
	return why(action, highly, pattern, requested, "`"+pattern+"` is highly_sensitive: nobody can open or release it.")
}

func why(action, level, pattern string, requested bool, sentence string) exampleOutput {
	return exampleOutput{action, level, pattern, requested, &sentence, []any{}}
}

func examples() []example {
	const consultation = "generate_consultation_dataset_"
	const years = "2019-04-01_to_2020-03-31 2020-04-01_to_2021-03-31 2021-04-01_to_2022-03-31"
	second := example{seen: exampleSeen{
		Number: new(int64(21492)), Identifier: "6x32i65ivaqmprz7", Organisation: new("University of Manchester"), Workspace: "digital-access-to-primary-care",
		Branch: new("main"), Commit: new("d7ea676"), Backend: "tpp", RequestedBy: map[string]any{"username": nil, "name": "Abodunrin Aminu"},
		ForceRunDependencies: new(true), Status: new("succeeded"), RuntimeSeconds: new(int64(8991)),
	}, words: []string{"succeeded", "runtime 02:29:51", "force run( dependencies)? yes", "commit( hash)? d7ea676", "requested by abodunrin aminu",
		"organisation university of manchester", "workspace digital-access-to-primary-care"}}
	ids := []string{"6ua7buoqxym24m4t", "sp7egeo5yfi7vdqg", "hyl7w56pobhutnwi"}
	for i, year := range strings.Fields(years) {
		action := consultation + year
		second.actions = append(second.actions, action)
		second.seen.RequestedActions = append(second.seen.RequestedActions, action)
		second.seen.Jobs = append(second.seen.Jobs, exampleJob{ids[i], true, action, "succeeded"})
		second.seen.Outputs = append(second.seen.Outputs, nobody(action, "output/consultation_dataset_"+year+".arrow", true))
		second.words = append(second.words, action+" succeeded "+ids[i]+" (derived|worked out)")
	}
	second.actions = append(second.actions, "generate_consultation_measures")
	second.seen.Outputs = append(second.seen.Outputs, why("generate_consultation_measures", moderately, measures, false,
		"The action `generate_consultation_measures` was not requested, so it wrote nothing here."))
	first := example{seen: exampleSeen{
		Number: new(int64(20394)), Identifier: "bswslyjxpwqix3qb", Organisation: new("University of Bristol"), Workspace: "vaccine-counts",
		Branch: new("main"), Commit: new("26ea0eb"), Backend: "tpp", RequestedBy: map[string]any{"username": nil, "name": "Will Hulme"},
		ForceRunDependencies: new(false), RequestedActions: []string{"extract_fixed", "extract_varying", "process", "report"},
		Status: new("failed"), RuntimeSeconds: new(int64(23979)),
		Jobs: []exampleJob{{"ywrmrjb32jdrkapn", false, "extract_fixed", "succeeded"}, {"lwvv33szviz6vchf", false, "extract_varying", "failed"},
			{"zvwc6lp5mz24ssbu", false, "process", "failed"}, {"vqdr5jyxkrixhgzy", false, "report", "failed"}},
		Outputs: []exampleOutput{
			nobody("extract_fixed", "output/input_fixed.feather", true), nobody("extract_varying", "output/input_varying.feather", true),
			nobody("process", "output/process/*.rds", true),
			why("report", moderately, "output/report/*.csv", true, "The job `report` failed, so its outputs cannot be requested."),
			why("report", moderately, "output/report/*.png", true, "The job `report` failed, so its outputs cannot be requested."),
			nobody("extract_snaphot", "output/input_snapshot.csv.gz", false), nobody("process_snapshot", "output/snapshot/processed_snapshot.rds", false),
			why("report_snapshot", moderately, "output/snapshot_report/snapshot*.csv", false, "The action `report_snapshot` was not requested, so it wrote nothing here."),
		},
	}, actions: []string{"extract_fixed", "extract_varying", "process", "report", "extract_snaphot", "process_snapshot", "report_snapshot"},
		words: []string{"runtime 06:39:39", "force run( dependencies)? no\\b", "commit( hash)? 26ea0eb", "requested by will hulme",
			"organisation university of bristol", "workspace vaccine-counts", "extract_fixed succeeded ywrmrjb32jdrkapn", "extract_varying failed lwvv33szviz6vchf",
			"process failed zvwc6lp5mz24ssbu", "report failed vqdr5jyxkrixhgzy", "extract_snaphot not requested", "process_snapshot not requested", "report_snapshot not requested"}}
	return []example{first, second}
}

// TestExampleJobRequests demands all that must be seen of the two public job
// requests, in the API and at their pages; and that the file which the second
// declares can be asked for once a later job request has written it.
func TestExampleJobRequests(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		p := start(t, url, 0)
		p.tokens["tpp"] = p.serviceToken("tpp")
		b := p.signsIn("researcher1")
		for _, e := range examples() {
			p.exampleInTheAPI(e)
			b.exampleAtItsPage(e)
		}
		p.measuresBecomeRequestable()
		b.page("measuresmeasures").matches("1 file of this job request can be requested", "generate_consultation_measures succeeded",
			"output/measures/consultation_measures.csv yes")
		b.page("6x32i65ivaqmprz7").matches("no file of this job request can be requested")
		p.replayEqual()
	})
}

func (p *program) exampleInTheAPI(e example) {
	t := p.t
	t.Helper()
	got := into[exampleSeen](t, p.want("researcher1", call{method: "GET", path: "/job-requests/" + e.seen.Identifier}, 200))
	pipeline := got.Pipeline
	got.Pipeline = nil
	if diff := cmp.Diff(e.seen, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", e.seen.Identifier, diff)
	}
	text, err := os.ReadFile(filepath.Join("sample/job-requests", map[string]string{"bswslyjxpwqix3qb": "20394", "6x32i65ivaqmprz7": "21492"}[e.seen.Identifier]+".project.yaml"))
	must(t, err)
	if pipeline == nil || pipeline.Text != string(text) || !pipeline.Readable || pipeline.Version != "3.0" || len(pipeline.Problems) != 0 {
		t.Fatalf("%s: the pipeline is %+v", e.seen.Identifier, pipeline)
	}
	var actions []string
	for _, a := range pipeline.Actions {
		actions = append(actions, a.Name)
	}
	if diff := cmp.Diff(e.actions, actions); diff != "" {
		t.Errorf("%s: actions (-want +got):\n%s", e.seen.Identifier, diff)
	}
}

// page is a job request's page.
func (b *browser) page(id string) seenPage {
	b.p.t.Helper()
	return b.ask("GET", "/job-requests/"+id, nil)
}

// matches fails where the page's words do not match an expression.
func (s seenPage) matches(expressions ...string) {
	s.t.Helper()
	words := strings.Join(strings.Fields(html.UnescapeString(aTag.ReplaceAllString(s.body, " "))), " ")
	for _, e := range expressions {
		if !regexp.MustCompile("(?i)" + e).MatchString(words) {
			s.t.Errorf("%s = %d, which does not say %q: %s", s.at, s.status, e, words)
		}
	}
}

// lineNumber is what stands before each line of a text.
var lineNumber = regexp.MustCompile(`<td class="ln">.*?</td>`)

func (b *browser) exampleAtItsPage(e example) {
	t, page := b.p.t, b.page(e.seen.Identifier)
	t.Helper()
	page.matches(fmt.Sprintf("job request %d", *e.seen.Number), e.seen.Identifier, "no file of this job request can be requested",
		"backend tpp", "branch main", "created not reported", "started not reported", "finished not reported", "UTC", "requested actions "+e.seen.RequestedActions[0])
	page.matches(e.words...)
	plain := func(text string) string { return strings.Join(strings.Fields(html.UnescapeString(text)), "") }
	shown := plain(aTag.ReplaceAllString(lineNumber.ReplaceAllString(page.body, ""), ""))
	api := into[exampleSeen](t, b.p.want("researcher1", call{method: "GET", path: "/job-requests/" + e.seen.Identifier}, 200))
	if !strings.Contains(shown, plain(api.Pipeline.Text)) {
		t.Errorf("the page of %s does not show its project.yaml", e.seen.Identifier)
	}
	for _, o := range e.seen.Outputs {
		sentence := strings.TrimPrefix(*o.WhyNot, "`"+o.Pattern+"` ")
		row := plain(o.Action) + ".*" + regexp.QuoteMeta(plain(o.Pattern)+o.Level) + ".*?" + regexp.QuoteMeta(plain(strings.ReplaceAll(sentence, "`", "")))
		if !regexp.MustCompile(row).MatchString(shown) {
			t.Errorf("the page of %s does not say why not %s: %s", e.seen.Identifier, o.Pattern, *o.WhyNot)
		}
	}
}
