package web

import (
	"time"

	"sallyport/pipeline"
	"sallyport/review"
)

// jobRequest is a job request as it is shown. What was not reported is null,
// never blank or zero.
type jobRequest struct {
	Number               pipeline.Optional[int64]     `json:"number"`
	Identifier           string                       `json:"identifier"`
	Organisation         pipeline.Optional[string]    `json:"organisation"`
	Project              pipeline.Optional[string]    `json:"project"`
	Workspace            string                       `json:"workspace"`
	Repo                 pipeline.Optional[string]    `json:"repo"`
	Branch               pipeline.Optional[string]    `json:"branch"`
	Commit               pipeline.Optional[string]    `json:"commit"`
	Backend              string                       `json:"backend"`
	RequestedBy          *requester                   `json:"requested_by"`
	ForceRunDependencies pipeline.Optional[bool]      `json:"force_run_dependencies"`
	RequestedActions     pipeline.Optional[[]string]  `json:"requested_actions"`
	Status               *pipeline.Status             `json:"status"`
	StatusMessage        pipeline.Optional[string]    `json:"status_message"`
	CreatedAt            pipeline.Optional[time.Time] `json:"created_at"`
	StartedAt            pipeline.Optional[time.Time] `json:"started_at"`
	FinishedAt           pipeline.Optional[time.Time] `json:"finished_at"`
	RuntimeSeconds       *int64                       `json:"runtime_seconds"`
	ReportedAt           time.Time                    `json:"reported_at"`
}

type requester struct {
	Username pipeline.Optional[string] `json:"username"`
	Name     pipeline.Optional[string] `json:"name"`
}

func showJobRequest(j JobRequest) jobRequest {
	r := j.Report
	shown := jobRequest{
		Number: r.Number, Identifier: r.Identifier, Organisation: r.Organisation, Project: r.Project,
		Workspace: r.Workspace, Repo: r.Repo, Branch: r.Branch, Commit: r.Commit, Backend: r.Backend,
		ForceRunDependencies: r.ForceRunDependencies, RequestedActions: r.RequestedActions,
		StatusMessage: r.StatusMessage, CreatedAt: r.CreatedAt, StartedAt: r.StartedAt, FinishedAt: r.FinishedAt,
		ReportedAt: j.ReportedAt,
	}
	if by, ok := r.RequestedBy.Get(); ok {
		shown.RequestedBy = &requester{by.Username, by.Name}
	}
	if r.Status.Reported() || r.Jobs.Reported() {
		status := r.StatusNow()
		shown.Status = &status
	}
	if seconds, ok := r.Runtime(); ok {
		shown.RuntimeSeconds = &seconds
	}
	return shown
}

// foundJobRequest is a job request with its pipeline, its jobs and what its
// actions declare.
type foundJobRequest struct {
	jobRequest
	Jobs             []job            `json:"jobs"`
	Pipeline         *pipelineShown   `json:"pipeline"`
	Outputs          []declaredOutput `json:"outputs"`
	RequestableFiles int              `json:"requestable_files"`
	Previous         *comparedRequest `json:"previous"`
	PreviousSuccess  *comparedRequest `json:"previous_success"`

	// For pages alone.
	derivedStatus bool              // it is what the jobs amount to
	ran           map[string]string // the status of every action that was requested or ran
	lines         map[string]int    // where every action stands in project.yaml
}

// comparedRequest is a job request with whose code another's can be compared.
type comparedRequest struct {
	Identifier string                    `json:"identifier"`
	Number     pipeline.Optional[int64]  `json:"number"`
	Commit     pipeline.Optional[string] `json:"commit"`
}

func showCompared(j *JobRequest) *comparedRequest {
	if j == nil {
		return nil
	}
	return &comparedRequest{j.Report.Identifier, j.Report.Number, j.Report.Commit}
}

type job struct {
	Identifier    string                             `json:"identifier"`
	Derived       bool                               `json:"derived"`
	Action        string                             `json:"action"`
	Status        pipeline.Optional[pipeline.Status] `json:"status"`
	StatusCode    pipeline.Optional[string]          `json:"status_code"`
	StatusMessage pipeline.Optional[string]          `json:"status_message"`
	CreatedAt     pipeline.Optional[time.Time]       `json:"created_at"`
	StartedAt     pipeline.Optional[time.Time]       `json:"started_at"`
	CompletedAt   pipeline.Optional[time.Time]       `json:"completed_at"`
}

type pipelineShown struct {
	Text     string             `json:"text"`
	Readable bool               `json:"readable"`
	Version  string             `json:"version"`
	Actions  []pipeline.Action  `json:"actions"`
	Problems []pipeline.Problem `json:"problems"`
}

// declaredOutput is a declared pattern of an action, or with neither pattern
// nor name the files that an action wrote outside its patterns.
type declaredOutput struct {
	Action    string           `json:"action"`
	Level     string           `json:"level"`
	Pattern   *string          `json:"pattern"`
	Name      *string          `json:"name"`
	Requested bool             `json:"requested"`
	Job       *string          `json:"job"`
	JobStatus *pipeline.Status `json:"job_status"`
	WhyNot    *string          `json:"why_not"`
	Files     []declaredFile   `json:"files"`
}

type declaredFile struct {
	Path string `json:"path"`
	may
}

func showFound(f JobRequestFound, by asking) foundJobRequest {
	shown := foundJobRequest{
		jobRequest: showJobRequest(f.JobRequest), Pipeline: showPipeline(f), Outputs: []declaredOutput{},
		Previous: showCompared(f.Previous), PreviousSuccess: showCompared(f.PreviousSuccess),
	}
	ran := f.Report.Ran(f.Pipeline)
	if ran != nil || f.Report.Jobs.Reported() {
		shown.Jobs = []job{}
	}
	for _, j := range ran {
		shown.Jobs = append(shown.Jobs, job{
			j.Identifier, j.Derived, j.Action, j.Status, j.StatusCode, j.StatusMessage, j.CreatedAt, j.StartedAt, j.CompletedAt,
		})
	}
	shown.derivedStatus = shown.Status != nil && !f.Report.Status.Reported()
	shown.ran, shown.lines = map[string]string{}, map[string]int{}
	if f.Pipeline != nil {
		for _, a := range f.Pipeline.Actions {
			shown.lines[a.Name] = a.Line
		}
	}
	requestable := map[string]bool{}
	for _, row := range pipeline.Table(f.Report, f.Pipeline, f.Written) {
		if status, ok := row.JobStatus(); ok || row.Requested {
			shown.ran[row.Action] = string(status)
		}
		for _, out := range showAction(row, f, by) {
			shown.Outputs = append(shown.Outputs, out)
			for _, file := range out.Files {
				if file.Requestable {
					requestable[file.Path] = true
				}
			}
		}
	}
	shown.RequestableFiles = len(requestable)
	return shown
}

func showPipeline(f JobRequestFound) *pipelineShown {
	text, ok := f.Report.ProjectYAML.Get()
	if !ok {
		return nil
	}
	shown := &pipelineShown{Text: text, Actions: []pipeline.Action{}, Problems: f.Problems}
	if f.Problems == nil {
		shown.Problems = []pipeline.Problem{}
	}
	if f.Pipeline == nil {
		return shown
	}
	shown.Readable, shown.Version = true, f.Pipeline.Version
	for _, a := range f.Pipeline.Actions {
		if a.Needs == nil {
			a.Needs = []string{}
		}
		if a.Outputs == nil {
			a.Outputs = []pipeline.Declared{}
		}
		shown.Actions = append(shown.Actions, a)
	}
	return shown
}

// showAction is a row for each pattern of an action, and for what it wrote
// outside them one for each level.
func showAction(row pipeline.ActionOutputs, f JobRequestFound, by asking) []declaredOutput {
	empty := declaredOutput{Action: row.Action, Requested: row.Requested || row.Job != nil}
	if status, ok := row.JobStatus(); ok {
		empty.Job, empty.JobStatus = &row.Job.Identifier, &status
	}
	var shown []declaredOutput
	for _, out := range row.Outputs {
		d := empty
		d.Level, d.Pattern, d.Name = string(out.Level), &out.Pattern, &out.Name
		d.WhyNot = whyNotPattern(row, out, f.Report.UnderWay(), by.policy)
		d.Files = showWritten(out.Files, f, by)
		shown = append(shown, d)
	}
	for _, level := range pipeline.Levels() {
		var files []pipeline.Written
		for _, w := range row.Undeclared {
			if w.Level == level {
				files = append(files, w)
			}
		}
		if len(files) > 0 {
			d := empty
			d.Level, d.Files = string(level), showWritten(files, f, by)
			shown = append(shown, d)
		}
	}
	return shown
}

func showWritten(written []pipeline.Written, f JobRequestFound, by asking) []declaredFile {
	files := make([]declaredFile, 0, len(written))
	for _, w := range written {
		c, ok := f.Outputs[w.Path]
		if !ok {
			c = Candidate{Candidate: review.Candidate{Path: w.Path, Level: string(w.Level)}}
		}
		files = append(files, declaredFile{w.Path, by.mayRequest(c)})
	}
	return files
}

// whyNotPattern is why nothing that a pattern matches can be requested.
func whyNotPattern(row pipeline.ActionOutputs, out pipeline.DeclaredOutput, underWay bool, policy review.Policy) *string {
	status, ran := row.JobStatus()
	err := review.PatternRequestable(review.PatternCandidate{
		Action: row.Action, Level: string(out.Level), Pattern: out.Pattern,
		Requested: row.Requested || ran, JobStatus: string(status), UnderWay: underWay, Matched: len(out.Files),
	}, policy)
	if err == nil {
		return nil
	}
	return optional(err.Error())
}
