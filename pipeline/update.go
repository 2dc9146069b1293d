package pipeline

import (
	"fmt"
	"slices"
	"strings"
)

// Contradiction says which field of a later report cannot be true if what was
// reported before is.
type Contradiction struct {
	Field   string
	Message string // a whole sentence
}

func (e *Contradiction) Error() string { return "job request: " + e.Field + ": " + e.Message }

// Update returns what is known of a job request after a later report. A report
// adds and brings up to date; what it leaves out stays. It is refused whole,
// with a *Contradiction, where it says that another job request, project,
// commit or project.yaml was meant, that something finished is not finished or
// ended otherwise, or that a job ran another action (docs/pipeline.md,
// "Later reports"). The same report again changes nothing. Neither argument is
// altered.
func Update(known, report JobRequest) (JobRequest, error) {
	r := known
	if err := firstErr(
		same("identifier", known.Identifier, report.Identifier),
		same("workspace", known.Workspace, report.Workspace),
		same("backend", known.Backend, report.Backend),
		settle("number", &r.Number, report.Number),
		settle("project", &r.Project, report.Project),
		settle("repo", &r.Repo, report.Repo),
		settle("force_run_dependencies", &r.ForceRunDependencies, report.ForceRunDependencies),
		settleCommit(&r.Commit, report.Commit),
		settleActions(&r.RequestedActions, report.RequestedActions),
		settleProjectYAML(&r.ProjectYAML, report.ProjectYAML),
		settleStatus("status", &r.Status, report.Status),
	); err != nil {
		return JobRequest{}, err
	}
	renew(&r.Organisation, report.Organisation)
	renew(&r.Branch, report.Branch)
	renew(&r.RequestedBy, report.RequestedBy)
	if by, ok := r.RequestedBy.Get(); ok {
		before := known.RequestedBy.Or(Requester{})
		by.Username, by.Name = merged(before.Username, by.Username), merged(before.Name, by.Name)
		r.RequestedBy = Some(by)
	}
	renew(&r.StatusMessage, report.StatusMessage)
	renew(&r.CreatedAt, report.CreatedAt)
	renew(&r.StartedAt, report.StartedAt)
	renew(&r.FinishedAt, report.FinishedAt)
	renew(&r.RuntimeSeconds, report.RuntimeSeconds)
	renew(&r.ProjectYAMLFile, report.ProjectYAMLFile)
	jobs, err := updateJobs(known.Jobs, report.Jobs)
	if err != nil {
		return JobRequest{}, err
	}
	r.Jobs = jobs
	return r, nil
}

func firstErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func same(field, known, reported string) error {
	if known == reported {
		return nil
	}
	return &Contradiction{field, fmt.Sprintf("%s was reported before, now %s.", shown(known), shown(reported))}
}

// renew takes a later value where there is one.
func renew[T any](known *Optional[T], reported Optional[T]) { *known = merged(*known, reported) }

func merged[T any](known, reported Optional[T]) Optional[T] {
	if reported.Reported() || known.IsZero() {
		return reported
	}
	return known
}

// settle takes a value once; afterwards only the same one is accepted.
func settle[T comparable](field string, known *Optional[T], reported Optional[T]) error {
	before, ok := known.Get()
	now, okNow := reported.Get()
	if ok && okNow && before != now {
		return &Contradiction{field, fmt.Sprintf("%s was reported before, now %s.", shown(fmt.Sprint(before)), shown(fmt.Sprint(now)))}
	}
	renew(known, reported)
	return nil
}

// settleCommit keeps the longer of two forms of the same commit.
func settleCommit(known *Optional[string], reported Optional[string]) error {
	before, ok := known.Get()
	now, okNow := reported.Get()
	switch {
	case !ok || !okNow || strings.HasPrefix(now, before):
		renew(known, reported)
	case !strings.HasPrefix(before, now):
		return settle("commit", known, reported)
	}
	return nil
}

// settleActions accepts the same actions in any order, and keeps the first.
func settleActions(known *Optional[[]string], reported Optional[[]string]) error {
	before, ok := known.Get()
	now, okNow := reported.Get()
	if !ok || !okNow {
		renew(known, reported)
		return nil
	}
	if slices.Equal(slices.Sorted(slices.Values(before)), slices.Sorted(slices.Values(now))) {
		return nil
	}
	return &Contradiction{"requested_actions", "Other actions were requested by what was reported before."}
}

// settleProjectYAML ignores line breaks at the end, which copying loses.
func settleProjectYAML(known *Optional[string], reported Optional[string]) error {
	before, ok := known.Get()
	now, okNow := reported.Get()
	if !ok || !okNow {
		renew(known, reported)
		return nil
	}
	if strings.TrimRight(before, "\r\n") == strings.TrimRight(now, "\r\n") {
		return nil
	}
	return &Contradiction{"project_yaml", "Another project.yaml was reported before."}
}

// settleStatus lets a status change until it is a finished one.
func settleStatus(field string, known *Optional[Status], reported Optional[Status]) error {
	before, ok := known.Get()
	now, okNow := reported.Get()
	if ok && okNow && before.Finished() && before != now {
		return &Contradiction{field, fmt.Sprintf("It finished as %s, and is now reported as %s.", before, now)}
	}
	renew(known, reported)
	return nil
}

// updateJobs brings jobs up to date in their order, and adds new ones at the
// end. A job is known by its identifier, or by its action where the identifier
// known before, or reported now, is only derived.
func updateJobs(known, reported Optional[[]Job]) (Optional[[]Job], error) {
	now, ok := reported.Get()
	before, had := known.Get()
	if !ok || !had {
		return merged(known, reported), nil
	}
	jobs := slices.Clone(before)
	byID, byAction := map[string]int{}, map[string]int{}
	for i, j := range jobs {
		byID[j.Identifier], byAction[j.Action] = i, i
	}
	for k, j := range now {
		field := fmt.Sprintf("jobs[%d]", k)
		if i, seen := byID[j.Identifier]; seen && jobs[i].Action != j.Action {
			return known, &Contradiction{field + ".action", fmt.Sprintf("The job %s ran the action %s, and is now reported with %s.", j.Identifier, shown(jobs[i].Action), shown(j.Action))}
		}
		i, seen := byAction[j.Action]
		if !seen {
			byID[j.Identifier], byAction[j.Action] = len(jobs), len(jobs)
			jobs = append(jobs, j)
			continue
		}
		if err := updateJob(field, &jobs[i], j); err != nil {
			return known, err
		}
		byID[jobs[i].Identifier] = i
	}
	return Some(jobs), nil
}

func updateJob(field string, known *Job, reported Job) error {
	switch {
	case known.Identifier == reported.Identifier:
		known.Derived = known.Derived && reported.Derived
	case known.Derived:
		known.Identifier, known.Derived = reported.Identifier, reported.Derived
	case !reported.Derived:
		return &Contradiction{field + ".identifier", fmt.Sprintf("The action %s ran as the job %s, and is now reported as %s.", shown(known.Action), known.Identifier, reported.Identifier)}
	}
	if err := settleStatus(field+".status", &known.Status, reported.Status); err != nil {
		return err
	}
	renew(&known.StatusCode, reported.StatusCode)
	renew(&known.StatusMessage, reported.StatusMessage)
	renew(&known.CreatedAt, reported.CreatedAt)
	renew(&known.StartedAt, reported.StartedAt)
	renew(&known.CompletedAt, reported.CompletedAt)
	return nil
}
