package main

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"sallyport/pipeline"
	"sallyport/review"
)

// sampleFiles are the demo's job requests and outputs; ORIGIN.md in them says
// where they come from.
//
//go:embed sample
var sampleFiles embed.FS

// samplePeople are the demo's people with their roles (docs/demo.md).
var samplePeople = []struct {
	username string
	roles    []sampleRole
}{
	{"researcher1", researcherOf(sampleProjects...)},
	{"researcher2", researcherOf(sampleProjects...)},
	{"observer1", inProjects(review.Observer, sampleProjects...)},
	{"checker1", []sampleRole{{review.OutputChecker, review.ScopeAll}}},
	{"checker2", []sampleRole{{review.OutputChecker, review.ScopeAll}}},
	{"checker3", append(researcherOf("demo-study"), sampleRole{review.OutputChecker, review.ScopeAll})},
	{"checker4", []sampleRole{{review.OutputChecker, review.ScopeAll}}},
	{"auditor1", []sampleRole{{review.Auditor, review.ScopeAll}}},
	{"admin1", []sampleRole{{review.Administrator, review.ScopeAll}}},
	{"admin2", []sampleRole{{review.Administrator, review.ScopeAll}}},
	{"outsider1", researcherOf("other-study")},
}

var sampleProjects = []string{"vaccine-counts", "digital-access-to-primary-care", "demo-study"}

type sampleRole struct {
	role  review.Role
	scope review.Scope
}

func researcherOf(projects ...string) []sampleRole {
	return inProjects(review.Researcher, projects...)
}

func inProjects(role review.Role, projects ...string) []sampleRole {
	var roles []sampleRole
	for _, p := range projects {
		roles = append(roles, sampleRole{role, review.Scope("project:" + p)})
	}
	return roles
}

// samplePlaces are where the demo's workspaces stand.
var samplePlaces = []review.Place{
	{Workspace: "vaccine-counts", Project: "vaccine-counts", Organisation: "University of Bristol", Backend: "tpp", Ongoing: true},
	{Workspace: "digital-access-to-primary-care", Project: "digital-access-to-primary-care", Organisation: "University of Manchester", Backend: "tpp", Ongoing: true},
	{Workspace: demoWorkspace, Project: "demo-study", Organisation: "Demo University", Backend: "tpp", Ongoing: true},
}

// demoWorkspace is the demo's workspace with outputs.
const demoWorkspace = "demo-study-main"

// sampleActions says which action wrote the files of a folder of the demo's
// workspace. What is not named is moderately_sensitive.
var sampleActions = map[string]string{
	"output/describe": "describe", "output/counts": "count", "output/model": "model",
	"output/figures": "figures", "output/report": "report", "output/extra": "describe",
}

// manifestEntry is an output in a manifest (docs/workspaces.md).
type manifestEntry struct {
	Level       string  `json:"level"`
	JobID       string  `json:"job_id"`
	JobRequest  string  `json:"job_request"`
	Action      string  `json:"action"`
	User        string  `json:"user"`
	Repo        *string `json:"repo"`
	Commit      string  `json:"commit"`
	Size        int64   `json:"size"`
	Timestamp   float64 `json:"timestamp"`
	ContentHash string  `json:"content_hash"`
	Excluded    bool    `json:"excluded"`
	Message     *string `json:"message"`
	RowCount    *int    `json:"row_count"`
	ColCount    *int    `json:"col_count"`
	OutOfDate   bool    `json:"out_of_date_output,omitempty"`
}

// writeWorkspaces lays the demo's workspaces out under dir as a job runner
// would have left them. What is out of date is of an earlier commit.
func writeWorkspaces(dir string) error {
	for _, p := range samplePlaces {
		if err := os.MkdirAll(filepath.Join(dir, p.Workspace), 0o750); err != nil {
			return err
		}
	}
	report, err := sampleReport("demo-study")
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(filepath.Join(dir, demoWorkspace))
	if err != nil {
		return err
	}
	defer root.Close()
	outputs, err := copySample(root, report)
	if err != nil {
		return err
	}
	for name, e := range extraEntries(report) {
		outputs[name] = e
	}
	manifest, err := json.MarshalIndent(map[string]any{
		"workspace": demoWorkspace, "repo": nil, "outputs": outputs,
	}, "", "  ")
	if err != nil {
		return err
	}
	if err := writeSample(root, "metadata/manifest.json", manifest); err != nil {
		return err
	}
	return writeLogs(root, report)
}

// copySample writes the outputs and returns what the manifest says of them.
func copySample(root *os.Root, report pipeline.JobRequest) (map[string]manifestEntry, error) {
	files, err := fs.Sub(sampleFiles, "sample/"+demoWorkspace)
	if err != nil {
		return nil, err
	}
	outputs := map[string]manifestEntry{}
	err = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		e := entryFor(report, sampleActions[path.Dir(name)], b)
		if name == "output/describe/counts_before.csv" {
			e.OutOfDate, e.Commit = true, earlierCommit
		}
		outputs[name] = e
		return writeSample(root, name, b)
	})
	return outputs, err
}

func entryFor(report pipeline.JobRequest, action string, b []byte) manifestEntry {
	sum := sha256.Sum256(b)
	commit, _ := report.Commit.Get()
	finished, _ := report.FinishedAt.Get()
	repo := report.Repo.Or("")
	return manifestEntry{
		Level: review.ModeratelySensitive, JobID: pipeline.DerivedJobID(report.Identifier, action),
		JobRequest: report.Identifier, Action: action, User: "researcher1", Commit: commit, Repo: &repo,
		Size: int64(len(b)), Timestamp: float64(finished.Unix()), ContentHash: hex.EncodeToString(sum[:]),
	}
}

// extraEntries are outputs that the workspace names but does not hold: the
// dataset, which nobody can open, and a table that was excluded.
func extraEntries(report pipeline.JobRequest) map[string]manifestEntry {
	dataset := entryFor(report, "generate_dataset", []byte("not here"))
	dataset.Level = review.HighlySensitive
	excluded := entryFor(report, "describe", []byte("patient_id,age\n"))
	message := "File has patient_id column"
	excluded.Excluded, excluded.Message = true, &message
	return map[string]manifestEntry{
		"output/dataset.arrow":         dataset,
		"output/describe/patients.csv": excluded,
	}
}

// writeLogs writes a job log for each action, and the note that stands for the
// excluded table.
func writeLogs(root *os.Root, report pipeline.JobRequest) error {
	note := "output/describe/patients.csv was not made available: it has a patient_id column.\n" +
		"Label it highly_sensitive, or leave the column out.\n"
	if err := writeSample(root, "output/describe/patients.csv.txt", []byte(note)); err != nil {
		return err
	}
	for _, j := range jobsOf(report) {
		log := fmt.Sprintf("running %s\n\n=============JOB SUMMARY=============\njob_definition_id: %s\nstatus_message: Completed successfully\n",
			j.Action, j.Identifier)
		if err := writeSample(root, "metadata/"+j.Action+".log", []byte(log)); err != nil {
			return err
		}
	}
	return nil
}

func jobsOf(report pipeline.JobRequest) []pipeline.Job {
	jobs, _ := report.Jobs.Get()
	return jobs
}

func writeSample(root *os.Root, name string, b []byte) error {
	if err := root.MkdirAll(path.Dir(name), 0o750); err != nil {
		return err
	}
	return root.WriteFile(name, b, 0o600)
}

// sampleReport reads one of the demo's job requests with its project.yaml.
func sampleReport(name string) (pipeline.JobRequest, error) {
	b, err := sampleFiles.ReadFile("sample/job-requests/" + name + ".json")
	if err != nil {
		return pipeline.JobRequest{}, err
	}
	report, err := pipeline.ReadReport(b)
	if err != nil {
		return report, fmt.Errorf("sample %s: %w", name, err)
	}
	text, err := sampleFiles.ReadFile("sample/job-requests/" + name + ".project.yaml")
	if err != nil {
		return report, err
	}
	report.ProjectYAML = pipeline.Some(string(text))
	report.ProjectYAMLFile = pipeline.Optional[string]{}
	return report, nil
}

// seed fills a new database with the demo's people, job requests and release
// requests, and returns a token for each person.
func seed(ctx context.Context, a *app) (map[string]string, error) {
	operator := operatorActor()
	tokens := map[string]string{}
	for _, p := range samplePeople {
		person, err := a.store.AddPerson(ctx, byOperator(), p.username, "")
		if err != nil {
			return nil, fmt.Errorf("add %s: %w", p.username, err)
		}
		for _, r := range p.roles {
			if _, err := a.store.GrantRole(ctx, byOperator(), person.ID, r.role, r.scope); err != nil {
				return nil, fmt.Errorf("make %s %s: %w", p.username, r.role, err)
			}
		}
		account, err := a.store.PersonByUsername(ctx, p.username)
		if err != nil {
			return nil, err
		}
		if tokens[p.username], err = a.makeToken(ctx, operator, account, "demo", nil, time.Time{}); err != nil {
			return nil, err
		}
	}
	for _, p := range samplePlaces {
		if err := a.store.PlaceWorkspace(ctx, operator, p.Workspace, p); err != nil {
			return nil, fmt.Errorf("place %s: %w", p.Workspace, err)
		}
	}
	if err := a.readEarlier(ctx); err != nil {
		return nil, fmt.Errorf("read %s while its jobs ran: %w", demoWorkspace, err)
	}
	for _, name := range []string{"20394", "21492", "demo-study"} {
		report, err := sampleReport(name)
		if err != nil {
			return nil, err
		}
		if _, err := a.ingest(ctx, report); err != nil {
			return nil, fmt.Errorf("report %s: %w", name, err)
		}
	}
	for _, p := range samplePlaces {
		if err := a.reader.Read(ctx, p.Workspace); err != nil {
			return nil, fmt.Errorf("read %s: %w", p.Workspace, err)
		}
	}
	return tokens, seedRequests(ctx, a)
}

// seedRequests makes the demo's three requests: one released, one returned
// with comments, one that waits for its first review.
func seedRequests(ctx context.Context, a *app) error {
	for i, play := range []func(*cast) error{seedReleased, seedReturned, seedWaiting} {
		c, err := newCast(ctx, a)
		if err != nil {
			return err
		}
		if err := play(c); err != nil {
			return fmt.Errorf("request %d: %w", i+1, err)
		}
	}
	return nil
}

// cast plays the demo's people on one request.
type cast struct {
	ctx    context.Context
	app    *app
	id     review.RequestID
	people map[string]review.Actor
}

func newCast(ctx context.Context, a *app) (*cast, error) {
	c := &cast{ctx: ctx, app: a, people: map[string]review.Actor{}}
	for _, p := range samplePeople {
		person, err := a.store.PersonByUsername(ctx, p.username)
		if err != nil {
			return nil, err
		}
		c.people[p.username] = review.Actor{Person: person.Person, Kind: review.IsPerson}
	}
	return c, nil
}

// as is a command of somebody who looks at the request as it is now.
func (c *cast) as(username string) (review.Command, *review.RequestView, error) {
	cmd := review.Command{Actor: c.people[username], On: c.id}
	v, err := c.app.reviews.Request(c.ctx, cmd.Actor, c.id)
	if err != nil {
		return cmd, nil, err
	}
	cmd.BasedOn = v.Version
	return cmd, v, nil
}

// ask makes a request of one group and submits it.
func (c *cast) ask(title, group, context, controls string, codes, outputs, supporting []string) error {
	author := review.Command{Actor: c.people["researcher1"]}
	out, err := c.app.reviews.Create(c.ctx, author, demoWorkspace, title)
	if err != nil {
		return err
	}
	c.id, author.On = out.Request, out.Request
	for _, some := range []review.AddFiles{
		{Group: group, Kind: review.Output, Paths: outputs},
		{Group: group, Kind: review.Supporting, Paths: supporting},
	} {
		if len(some.Paths) == 0 {
			continue
		}
		added, err := c.app.reviews.AddFiles(c.ctx, author, some)
		if err != nil {
			return err
		}
		for _, f := range added {
			if f.ID == "" {
				return fmt.Errorf("add %s: %s", f.Path, f.WhyNot)
			}
		}
	}
	err = c.app.reviews.Describe(c.ctx, author, review.Described{Group: group, Context: context, Codes: codes, Text: controls})
	if err != nil {
		return err
	}
	if err := c.answer(); err != nil {
		return err
	}
	if author, _, err = c.as("researcher1"); err != nil {
		return err
	}
	return c.app.reviews.Submit(c.ctx, author)
}

// answer answers the findings of weight on the request's files, those of a rule
// together.
func (c *cast) answer() error {
	author, v, err := c.as("researcher1")
	if err != nil {
		return err
	}
	open := map[string][]string{}
	for _, g := range v.Groups {
		for _, f := range g.Files {
			for _, x := range f.Findings {
				if x.Weight.Weighty() && x.Answer == nil {
					open[x.Rule] = append(open[x.Rule], x.ID)
				}
			}
		}
	}
	for rule, findings := range open {
		if err := c.app.reviews.Answer(c.ctx, author, review.AnswerFindings{Findings: findings, Text: sampleAnswer(rule)}); err != nil {
			return err
		}
	}
	return nil
}

// sampleAnswer is what the demo's author says to findings of a rule.
func sampleAnswer(rule string) string {
	switch rule {
	case "declared-control":
		return "The tables of the report are rounded. These are the numbers of people and events as the model prints them, all far above the threshold."
	case "evidence":
		return "The counts behind this stand in the tables of the same request."
	case "hidden-content":
		return "The page was made from the tables of this request and holds nothing else."
	}
	return "Looked at: no number here stands for fewer than eight people."
}

// review votes on every output file and submits.
func (c *cast) review(username string, votes func(path string) review.VoteValue, comment *review.NewComment) error {
	cmd, v, err := c.as(username)
	if err != nil {
		return err
	}
	if comment != nil {
		if _, err := c.app.reviews.Comment(c.ctx, cmd, *comment); err != nil {
			return err
		}
	}
	for _, g := range v.Groups {
		for _, f := range g.Files {
			if f.Kind != review.Output {
				continue
			}
			on := review.VoteOn{File: f.ID, SHA256: f.SHA256, Turn: v.Turn, Vote: votes(f.Path), Answer: "The counts of this file are all far above the threshold; see the author's answer."}
			if err := c.app.reviews.Vote(c.ctx, cmd, on); err != nil {
				return err
			}
		}
	}
	return c.app.reviews.SubmitReview(c.ctx, cmd)
}

func seedReleased(c *cast) error {
	err := c.ask("Flow of people into the study", "Flowchart",
		"How many people were included and left out at each step, and the characteristics of those included.",
		"Counts of 7 or fewer are redacted; there are none.", []string{"redacted-le-7"},
		[]string{"output/describe/flowchart.csv", "output/describe/table1_by_group.csv"}, nil)
	if err != nil {
		return err
	}
	approve := func(string) review.VoteValue { return review.Approve }
	for _, checker := range []string{"checker1", "checker2"} {
		if err := c.review(checker, approve, nil); err != nil {
			return err
		}
	}
	cmd, v, err := c.as("checker1")
	if err != nil {
		return err
	}
	var files []review.FileBytes
	for _, g := range v.Groups {
		for _, f := range g.Files {
			files = append(files, review.FileBytes{ID: f.ID, SHA256: f.SHA256})
		}
	}
	if err := c.app.reviews.Approve(c.ctx, cmd, review.ApproveFiles{Files: files}); err != nil {
		return err
	}
	return c.app.deliverNow(c.ctx, c.id)
}

func seedReturned(c *cast) error {
	err := c.ask("Cox models", "Models",
		"Hazard ratios of the main analysis with the number of people and events behind each.",
		"Counts are rounded to the nearest 5, and none under 8 is shown.", []string{"rounded-5", "redacted-le-7"},
		[]string{"output/model/cox_model_summary.csv", "output/model/cox_glance.csv"}, nil)
	if err != nil {
		return err
	}
	mixed := func(p string) review.VoteValue {
		if p == "output/model/cox_glance.csv" {
			return review.RequestChanges
		}
		return review.Approve
	}
	comments := map[string]review.NewComment{
		"checker1": {Group: "Models", Visibility: review.Public, Text: "cox_glance.csv: please round the numbers of people and events to the nearest 5."},
		"checker2": {Group: "Models", Text: "I agree with rounding; the hazard ratios themselves are fine."},
	}
	for _, checker := range []string{"checker1", "checker2"} {
		comment := comments[checker]
		if err := c.review(checker, mixed, &comment); err != nil {
			return err
		}
	}
	cmd, _, err := c.as("checker2")
	if err != nil {
		return err
	}
	return c.app.reviews.Return(c.ctx, cmd, "One table needs rounding; see the comment.")
}

func seedWaiting(c *cast) error {
	return c.ask("Table 1 and vaccination after declining", "Table 1",
		"Characteristics of the people in the study by first vaccine, as a table and as a page, and how many accepted after declining.",
		"Counts of 7 or fewer are redacted; the counts behind the figure are added as a supporting file.", []string{"redacted-le-7"},
		[]string{"output/describe/table1.csv", "output/report/table1.html", "output/figures/declined_then_accepted.png"},
		[]string{"output/figures/declined_then_accepted_counts.csv"})
}
