package pipeline

import (
	"crypto/sha1" //nolint:gosec // not a secret: the format of OpenSAFELY's job identifiers
	"encoding/base32"
	"slices"
	"strings"
	"time"
)

// JobRequest is what a backend reported of one job request: the actions that
// were asked for, and the jobs that ran. What was not reported is not made up;
// what can be derived is returned by methods.
type JobRequest struct {
	Number               Optional[int64]     `json:"number,omitzero"`
	Identifier           string              `json:"identifier"`
	Organisation         Optional[string]    `json:"organisation,omitzero"`
	Project              Optional[string]    `json:"project,omitzero"`
	Workspace            string              `json:"workspace"`
	Repo                 Optional[string]    `json:"repo,omitzero"`
	Branch               Optional[string]    `json:"branch,omitzero"`
	Commit               Optional[string]    `json:"commit,omitzero"`
	Backend              string              `json:"backend"`
	RequestedBy          Optional[Requester] `json:"requested_by,omitzero"`
	ForceRunDependencies Optional[bool]      `json:"force_run_dependencies,omitzero"`
	RequestedActions     Optional[[]string]  `json:"requested_actions,omitzero"`
	Status               Optional[Status]    `json:"status,omitzero"`
	StatusMessage        Optional[string]    `json:"status_message,omitzero"`
	CreatedAt            Optional[time.Time] `json:"created_at,omitzero"`
	StartedAt            Optional[time.Time] `json:"started_at,omitzero"`
	FinishedAt           Optional[time.Time] `json:"finished_at,omitzero"`
	RuntimeSeconds       Optional[int64]     `json:"runtime_seconds,omitzero"`
	Jobs                 Optional[[]Job]     `json:"jobs,omitzero"`
	ProjectYAML          Optional[string]    `json:"project_yaml,omitzero"`      // the text itself
	ProjectYAMLFile      Optional[string]    `json:"project_yaml_file,omitzero"` // its file name; the caller reads it
}

// Requester is who asked for the jobs, as the backend knows them.
type Requester struct {
	Username Optional[string] `json:"username,omitzero"`
	Name     Optional[string] `json:"name,omitzero"`
}

// Job is one action that a job request ran.
type Job struct {
	Identifier    string              `json:"identifier"`
	Derived       bool                `json:"derived,omitempty"` // the identifier was computed, not reported
	Action        string              `json:"action"`
	Status        Optional[Status]    `json:"status,omitzero"`
	StatusCode    Optional[string]    `json:"status_code,omitzero"`
	StatusMessage Optional[string]    `json:"status_message,omitzero"`
	CreatedAt     Optional[time.Time] `json:"created_at,omitzero"`
	StartedAt     Optional[time.Time] `json:"started_at,omitzero"`
	CompletedAt   Optional[time.Time] `json:"completed_at,omitzero"`
}

// Status is the state of a job or of a job request. A job is only ever pending,
// running, succeeded, failed or, where nobody said, unknown.
type Status string

// The statuses, with the words of OpenSAFELY's job server (docs/pipeline.md,
// "Statuses").
const (
	StatusPending                  Status = "pending"
	StatusRunning                  Status = "running"
	StatusSucceeded                Status = "succeeded"
	StatusFailed                   Status = "failed"
	StatusNothingToDo              Status = "nothing_to_do"
	StatusUnknown                  Status = "unknown"
	StatusUnknownErrorCreatingJobs Status = "unknown_error_creating_jobs"
)

// Statuses are all of them.
func Statuses() []Status {
	return []Status{
		StatusPending, StatusRunning, StatusSucceeded, StatusFailed, StatusNothingToDo, StatusUnknown, StatusUnknownErrorCreatingJobs,
	}
}

// Finished reports whether the status is one that never changes again.
func (s Status) Finished() bool {
	return s == StatusSucceeded || s == StatusFailed || s == StatusNothingToDo
}

// RunAll is the name by which all actions of a pipeline are asked for.
const RunAll = "run_all"

// DerivedJobID returns the identifier that a job has by OpenSAFELY's rule:
// lowercase(base32(sha1(identifier + "\n" + action)[:10])).
func DerivedJobID(identifier, action string) string {
	sum := sha1.Sum([]byte(identifier + "\n" + action)) //nolint:gosec // see the import
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
}

// StatusNow returns the status that was reported if it is a finished one, and
// otherwise what the jobs amount to by the rule in docs/pipeline.md.
func (r JobRequest) StatusNow() Status {
	stored := r.Status.Or(StatusUnknown)
	jobs, _ := r.Jobs.Get()
	if stored.Finished() || len(jobs) == 0 {
		return stored
	}
	has := map[Status]bool{}
	for _, j := range jobs {
		has[j.Status.Or(StatusUnknown)] = true
	}
	if len(has) == 1 {
		return jobs[0].Status.Or(StatusUnknown)
	}
	switch {
	case has[StatusRunning], has[StatusPending]:
		return StatusRunning // pending among others: the request is under way
	case has[StatusFailed]:
		return StatusFailed
	}
	return StatusUnknown
}

// UnderWay reports whether the job request was reported as pending or running,
// or has a job that was.
func (r JobRequest) UnderWay() bool {
	s := r.StatusNow()
	return s == StatusPending || s == StatusRunning
}

// Runtime returns the seconds that the job request ran: as reported, or else
// the sum over its finished jobs of the time from start to completion. The
// second result is false where neither is known: "not reported".
func (r JobRequest) Runtime() (int64, bool) {
	if s, ok := r.RuntimeSeconds.Get(); ok {
		return s, true
	}
	var sum time.Duration
	known := false
	jobs, _ := r.Jobs.Get()
	for _, j := range jobs {
		start, okStart := j.StartedAt.Get()
		end, okEnd := j.CompletedAt.Get()
		if !j.Status.Or(StatusUnknown).Finished() || !okStart || !okEnd {
			continue
		}
		known = true
		if end.After(start) {
			sum += end.Sub(start)
		}
	}
	return int64(sum / time.Second), known
}

// Requests reports whether the job request asks for an action by its name, or
// for all.
func (r JobRequest) Requests(action string) bool {
	requested, _ := r.RequestedActions.Get()
	return slices.Contains(requested, action) || slices.Contains(requested, RunAll)
}

// Ran returns the jobs of the job request: those reported, or else, for a
// finished request whose jobs nobody reported, one for each requested action,
// with a derived identifier. Such a job succeeded if the request did; otherwise
// its status is unknown. The pipeline, which may be nil, says what `run_all`
// stands for.
func (r JobRequest) Ran(p *Pipeline) []Job {
	if jobs, ok := r.Jobs.Get(); ok {
		return jobs
	}
	status := r.Status.Or(StatusUnknown)
	if !status.Finished() || status == StatusNothingToDo {
		return nil
	}
	of := StatusUnknown
	if status == StatusSucceeded {
		of = StatusSucceeded
	}
	var jobs []Job
	seen := map[string]bool{}
	for _, action := range r.requested(p) {
		if seen[action] {
			continue
		}
		seen[action] = true
		jobs = append(jobs, Job{
			Identifier: DerivedJobID(r.Identifier, action), Derived: true, Action: action, Status: Some(of),
		})
	}
	return jobs
}

// requested returns the requested actions with `run_all` replaced.
func (r JobRequest) requested(p *Pipeline) []string {
	var names []string
	requested, _ := r.RequestedActions.Get()
	for _, name := range requested {
		if name != RunAll {
			names = append(names, name)
			continue
		}
		if p == nil {
			continue
		}
		for _, a := range p.Actions {
			if a.Name != RunAll {
				names = append(names, a.Name)
			}
		}
	}
	return names
}
