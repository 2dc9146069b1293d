package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"sallyport/pipeline"
	"sallyport/review"
	"sallyport/web/pages"
)

// showJobRequests answers GET /job-requests.
func (s *server) showJobRequests(c *gin.Context) error {
	workspace, cursor := c.Query("workspace"), c.Query("cursor")
	items, next, err := s.Reports.JobRequests(c.Request.Context(), JobRequestFilter{
		Reach: review.VisibleWorkspaces(actorOf(c)), Workspace: workspace, Cursor: cursor, Limit: defaultLimit,
	})
	if err != nil {
		return err
	}
	p := pages.JobRequests{
		Frame: s.frame(c, "Job requests"), Workspace: workspace, Empty: "No job request that you may see is like that.",
		Pager: pagerOf("/job-requests", url.Values{"workspace": {workspace}}, cursor, next),
	}
	if workspace == "" {
		p.Empty = "No job request that you may see has been reported. Backends report them."
	}
	for _, item := range items {
		j := showJobRequest(item)
		p.Rows = append(p.Rows, pages.JobRequestRow{
			Href: jobRequestAddress(j.Identifier), Name: jobRequestName(j), Workspace: j.Workspace, By: requestedBy(j),
			State: jobRequestState(j), Created: s.moment("Created", j.CreatedAt), Runtime: runtimeOf(j),
		})
	}
	return s.show(c, http.StatusOK, p)
}

func jobRequestAddress(id string) string { return "/job-requests/" + url.PathEscape(id) }

func jobRequestName(j jobRequest) string {
	if n, ok := j.Number.Get(); ok {
		return "Job request " + strconv.FormatInt(n, 10)
	}
	return "Job request " + j.Identifier
}

func requestedBy(j jobRequest) pages.Fact {
	if j.RequestedBy == nil {
		return pages.NotReported("Requested by")
	}
	name, username := j.RequestedBy.Name.Or(""), j.RequestedBy.Username.Or("")
	if text := cmp.Or(name, username); text != "" {
		return pages.Fact{Name: "Requested by", Text: text}
	}
	return pages.NotReported("Requested by")
}

func jobRequestState(j jobRequest) pages.State {
	if j.Status == nil {
		return pages.JobState("")
	}
	return pages.JobState(string(*j.Status))
}

// moment is a time that may not have been reported.
func (s *server) moment(name string, t pipeline.Optional[time.Time]) pages.Fact {
	v, ok := t.Get()
	if !ok {
		return pages.NotReported(name)
	}
	return pages.Fact{Name: name, When: pages.At(v, s.Now())}
}

func runtimeOf(j jobRequest) pages.Fact {
	if j.RuntimeSeconds == nil {
		return pages.NotReported("Runtime")
	}
	n := *j.RuntimeSeconds
	return pages.Fact{Name: "Runtime", Text: fmt.Sprintf("%02d:%02d:%02d", n/3600, n/60%60, n%60)}
}

// reportedText is a text that may not have been reported.
func reportedText(name string, v pipeline.Optional[string]) pages.Fact {
	if text := v.Or(""); text != "" {
		return pages.Fact{Name: name, Text: text}
	}
	return pages.NotReported(name)
}

// chainFact is what names a thing of the chain, if it was reported.
func chainFact(name string, v *string) pages.Fact {
	if v == nil {
		return pages.NotReported(name)
	}
	return pages.Fact{Name: name, Text: *v, Mono: true}
}

func orNotReported(v *string) string {
	if v == nil {
		return "not reported"
	}
	return *v
}

// showJobRequestPage answers GET /job-requests/:identifier.
func (s *server) showJobRequestPage(c *gin.Context) error {
	ctx, a := c.Request.Context(), actorOf(c)
	found, err := s.Reports.JobRequest(ctx, param(c, "identifier"))
	if err != nil {
		return err
	}
	if !review.MaySeeWorkspace(a, found.Place) {
		return review.ErrNotFound
	}
	policy, err := s.Policy(ctx, found.Place)
	if err != nil {
		return err
	}
	j := showFound(found, asking{a, found.Place, policy})
	p := pages.JobRequest{
		Frame: s.frame(c, jobRequestName(j.jobRequest), jobRequestCrumbs(j)...), Heading: jobRequestName(j.jobRequest), ID: j.Identifier,
		State: jobRequestState(j.jobRequest), Sentence: requestableSentence(j), Timeline: s.timeline(j), Facts: jobRequestFacts(j),
		NoJobs: "No job was reported.", NoText: "The text of project.yaml was not reported.",
	}
	for _, o := range j.Outputs {
		p.Outputs = append(p.Outputs, declaredRow(j.Workspace, o))
	}
	logs := s.logs(ctx, a, found.Place)
	for _, job := range j.Jobs {
		row := s.jobRow(job)
		row.Code = pages.CodeLink(j.Workspace, j.Commit.Or(""), job.Action)
		if row.Log = logs[job.Action]; row.Log.Href != "" {
			p.Logs = "A log is of the last job of its action, which may be of another job request."
		}
		p.Jobs = append(p.Jobs, row)
	}
	if pl := j.Pipeline; pl != nil {
		p.Pipeline, p.Actions, p.Problems = pl.Text, actionRows(pl), problemRows(pl)
	}
	if j.Status != nil && running(*j.Status) {
		version := found.ReportedAt.UTC().Format(time.RFC3339Nano) + " " + strconv.Itoa(j.RequestableFiles)
		p.Poll = pages.Poll{Address: "/job-requests/" + url.PathEscape(j.Identifier), Version: version}
	}
	if polls(c) {
		return s.answerPoll(c, p, p.Poll.Version, p.State.Word)
	}
	return s.show(c, http.StatusOK, p)
}

// running reports whether a job request may still change by itself.
func running(s pipeline.Status) bool {
	return s == pipeline.StatusRunning || s == pipeline.StatusPending
}

func jobRequestCrumbs(j foundJobRequest) []pages.Link {
	crumbs := []pages.Link{}
	for _, above := range []pipeline.Optional[string]{j.Organisation, j.Project} {
		if text := above.Or(""); text != "" {
			crumbs = append(crumbs, pages.Link{Text: text})
		}
	}
	return append(crumbs, pages.Link{Text: j.Workspace, Href: workspaceAddress(j.Workspace, "")},
		pages.Link{Text: strings.ToLower(jobRequestName(j.jobRequest)[:1]) + jobRequestName(j.jobRequest)[1:]})
}

// requestableSentence says first what people come for.
func requestableSentence(j foundJobRequest) string {
	if j.RequestableFiles == 0 {
		return "No file of this job request can be requested now. The table says why, for each output."
	}
	return pages.Plural(j.RequestableFiles, "file") + " of this job request can be requested."
}

func (s *server) timeline(j foundJobRequest) []pages.Fact {
	exact := func(name string, t pipeline.Optional[time.Time]) pages.Fact {
		f := s.moment(name, t)
		if v, ok := t.Get(); ok {
			f.When.Text = v.UTC().Format("2 January 2006 15:04:05")
		}
		return f
	}
	return []pages.Fact{
		exact("Created", j.CreatedAt), exact("Started", j.StartedAt), exact("Finished", j.FinishedAt), runtimeOf(j.jobRequest),
		{Name: "Last report", When: pages.At(j.ReportedAt, s.Now())},
	}
}

func jobRequestFacts(j foundJobRequest) []pages.Fact {
	facts := []pages.Fact{
		{Name: "Backend", Text: j.Backend}, {Name: "Workspace", Text: j.Workspace, Href: workspaceAddress(j.Workspace, "")},
		{Name: "There", Text: "what it changed in the workspace", Href: changesAddress(j.Workspace, j.Identifier)},
		reportedText("Organisation", j.Organisation), reportedText("Project", j.Project), requestedBy(j.jobRequest),
		reportedText("Branch", j.Branch), reportedText("Commit", j.Commit), reportedText("Repository", j.Repo),
		reportedText("Message", j.StatusMessage),
	}
	for i := range facts {
		if name := facts[i].Name; name == "Branch" || name == "Commit" {
			facts[i].Mono = true
		}
		if facts[i].Name == "Commit" {
			facts[i].Href = pages.CodeLink(j.Workspace, j.Commit.Or(""), "")
		}
	}
	force := pages.NotReported("Force run")
	if v, ok := j.ForceRunDependencies.Get(); ok {
		force = pages.Fact{Name: "Force run", Text: map[bool]string{true: "yes", false: "no"}[v]}
	}
	actions := pages.NotReported("Requested actions")
	if v, ok := j.RequestedActions.Get(); ok {
		actions = pages.Fact{Name: "Requested actions", Text: strings.Join(v, ", "), Mono: true}
	}
	return append(facts, force, actions)
}

func declaredRow(workspace string, o declaredOutput) pages.DeclaredRow {
	row := pages.DeclaredRow{Action: o.Action, Pattern: valueOf(o.Pattern), Level: o.Level, WhyNot: pages.OfIt(valueOf(o.WhyNot), valueOf(o.Pattern))}
	switch {
	case o.JobStatus != nil:
		row.Job = pages.JobState(string(*o.JobStatus))
	case o.Requested:
		row.Job = pages.JobState("")
	default:
		row.Job = pages.JobState("not requested")
	}
	for _, f := range o.Files {
		file := pages.DeclaredFile{Path: f.Path, May: f.Requestable, WhyNot: pages.OfIt(valueOf(f.WhyNot), f.Path), Href: workspaceAddress(workspace, f.Path)}
		row.Files = append(row.Files, file)
	}
	return row
}

func (s *server) jobRow(j job) pages.JobRow {
	message := j.StatusMessage.Or("")
	if code := j.StatusCode.Or(""); code != "" {
		message = strings.TrimSuffix(code+": "+message, ": ")
	}
	return pages.JobRow{
		ID: j.Identifier, Derived: j.Derived, Action: j.Action, State: pages.JobState(string(j.Status.Or(""))), Message: message,
		Started: s.moment("Started", j.StartedAt), Ended: s.moment("Finished", j.CompletedAt),
	}
}

func actionRows(p *pipelineShown) []pages.ActionRow {
	var rows []pages.ActionRow
	for _, a := range p.Actions {
		rows = append(rows, pages.ActionRow{Name: a.Name, Run: a.Run, Needs: strings.Join(a.Needs, ", ")})
	}
	return rows
}

func problemRows(p *pipelineShown) []pages.PipelineProblem {
	var rows []pages.PipelineProblem
	for _, problem := range p.Problems {
		row := pages.PipelineProblem{State: pages.State{Kind: "changes", Word: "warning"}, Text: problem.Message}
		if problem.Severity == pipeline.SeverityError {
			row.State = pages.State{Kind: "refused", Word: "error"}
		}
		if problem.Line > 0 {
			row.Where = fmt.Sprintf("line %d, column %d", problem.Line, problem.Column)
		}
		rows = append(rows, row)
	}
	return rows
}
