package web

import (
	"cmp"
	"context"
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

// jobRequestOf finds the job request that an address names, as the asker may
// see it.
func (s *server) jobRequestOf(c *gin.Context) (JobRequestFound, foundJobRequest, error) {
	ctx, a := c.Request.Context(), actorOf(c)
	found, err := s.Reports.JobRequest(ctx, param(c, "identifier"))
	if err != nil {
		return found, foundJobRequest{}, err
	}
	if !review.MaySeeWorkspace(a, found.Place) {
		return found, foundJobRequest{}, review.ErrNotFound
	}
	policy, err := s.Policy(ctx, found.Place)
	if err != nil {
		return found, foundJobRequest{}, err
	}
	return found, showFound(found, asking{a, found.Place, policy}), nil
}

// showJobRequestPage answers GET /job-requests/:identifier.
func (s *server) showJobRequestPage(c *gin.Context) error {
	found, j, err := s.jobRequestOf(c)
	if err != nil {
		return err
	}
	query := c.Request.URL.Query()
	asked := askedOutputs(query)
	p := pages.JobRequest{
		Frame: s.frame(c, jobRequestName(j.jobRequest), jobRequestCrumbs(j)...), Heading: jobRequestName(j.jobRequest), ID: j.Identifier,
		State: jobRequestState(j.jobRequest), Sentence: requestableSentence(j), Timeline: s.timeline(found, j), Facts: s.jobRequestFacts(j),
		Compared: s.compared(found), CodeLinks: s.codeLinks(j.Workspace, j.Repo.Or(""), j.Commit.Or(""), ""), NoText: "The text of project.yaml was not reported.",
		Outputs: outputsShown(j, asked), Jobs: s.jobsShown(c.Request.Context(), actorOf(c), found, j, asked),
	}
	if len(j.Jobs) > fewActions || j.Pipeline != nil && len(j.Pipeline.Actions) > fewActions {
		p.Filters = outputFilters(jobRequestAddress(j.Identifier), query)
	}
	p.Graph, p.About, p.Views = graphShown(j)
	s.pipelineShown(c.Request.Context(), &p, j)
	if j.Status != nil && running(*j.Status) {
		version := found.ReportedAt.UTC().Format(time.RFC3339Nano) + " " + strconv.Itoa(j.RequestableFiles)
		p.Poll = pages.Poll{Address: addressWith(jobRequestAddress(j.Identifier), query), Version: version}
	}
	if polls(c) {
		said := cmp.Or(pages.JobNumbers(statusesOf(j)), p.State.Word)
		return s.answerPollWith(c, p, p.Poll.Version, p.Parts(p.Heading+" is "+p.State.Word+": "+said+".")...)
	}
	return s.show(c, http.StatusOK, p)
}

// pipelineShown shows the text of project.yaml, what is wrong with it, and its
// actions, as far as there is room for them.
func (s *server) pipelineShown(ctx context.Context, p *pages.JobRequest, j foundJobRequest) {
	if j.Pipeline == nil {
		return
	}
	const problems = 50
	shown := j.Pipeline.Problems[:min(len(j.Pipeline.Problems), problems)]
	p.Problems = problemRows(j, shown)
	if more := len(j.Pipeline.Problems) - len(shown); more > 0 {
		p.More = pages.Count(more) + " more are marked at their lines."
	}
	most := linesInPlace(j.Pipeline.Text)
	code, total := pages.NewPipelineText(ctx, j.Pipeline.Text, 0, most)
	if total > most {
		code.Note = "Here are the first " + pages.Count(most) + " of " + pages.Count(total) + " lines. " + code.Note
	}
	mark(&code, shown)
	p.Code = code
	p.Views = append(p.Views, pages.Link{Text: "project.yaml, " + pages.Plural(total, "line"), Href: jobRequestAddress(j.Identifier) + "/pipeline"})
	if len(j.Pipeline.Actions) <= fewActions {
		p.Actions = actionRows(j, j.Pipeline.Actions)
	}
}

// mark says of lines what is wrong with them.
func mark(code *pages.PipelineText, problems []pipeline.Problem) {
	for _, problem := range problems {
		code.Mark(problem.Line, problemState(problem), clipped(problem.Message))
	}
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
	name := jobRequestName(j.jobRequest)
	return append(crumbs, pages.Link{Text: j.Workspace, Href: workspaceAddress(j.Workspace, "")}, pages.Link{Text: strings.ToLower(name[:1]) + name[1:]})
}

// belowJobRequest are the crumbs of a page below a job request's.
func belowJobRequest(j foundJobRequest, name string) []pages.Link {
	crumbs := jobRequestCrumbs(j)
	crumbs[len(crumbs)-1].Href = jobRequestAddress(j.Identifier)
	return append(crumbs, pages.Link{Text: name})
}

// requestableSentence says first what people come for.
func requestableSentence(j foundJobRequest) string {
	if j.RequestableFiles == 0 {
		return "No file of this job request can be requested now. The table says why, for each output."
	}
	return pages.Plural(j.RequestableFiles, "file") + " of this job request can be requested."
}

func (s *server) timeline(f JobRequestFound, j foundJobRequest) []pages.Fact {
	runtime := runtimeOf(j.jobRequest)
	if !f.Report.RuntimeSeconds.Reported() && j.RuntimeSeconds != nil {
		runtime.Text += " (the sum of its jobs’)"
	}
	return []pages.Fact{
		s.exactly("Created", j.CreatedAt), s.exactly("Started", j.StartedAt), s.exactly("Finished", j.FinishedAt), runtime,
		{Name: "Last report", When: pages.At(j.ReportedAt, s.Now())},
	}
}

// exactly is a time as it stands in a timeline: to the second.
func (s *server) exactly(name string, t pipeline.Optional[time.Time]) pages.Fact {
	f := s.moment(name, t)
	if v, ok := t.Get(); ok {
		f.When.Text = v.UTC().Format("2 Jan 2006 15:04:05")
	}
	return f
}

func (s *server) jobRequestFacts(j foundJobRequest) []pages.Fact {
	status := pages.Fact{Name: "Status", Text: jobRequestState(j.jobRequest).Word}
	if status.Quiet = j.Status == nil; j.derivedStatus {
		status.Text += " (from its jobs)"
	}
	jobs := pages.NotReported("Jobs")
	if numbers := pages.JobNumbers(statusesOf(j)); numbers != "" {
		jobs = pages.Fact{Name: "Jobs", Text: numbers}
	} else if j.Jobs != nil {
		jobs = pages.Fact{Name: "Jobs", Text: "none"}
	}
	facts := []pages.Fact{
		status, reportedText("Message", j.StatusMessage), jobs,
		{Name: "Backend", Text: j.Backend}, {Name: "Workspace", Text: j.Workspace, Href: workspaceAddress(j.Workspace, "")},
		{Name: "There", Text: "what it changed in the workspace", Href: changesAddress(j.Workspace, j.Identifier)},
		reportedText("Organisation", j.Organisation), reportedText("Project", j.Project), requestedBy(j.jobRequest),
		reportedText("Branch", j.Branch), reportedText("Commit", j.Commit), reportedText("Repository", j.Repo),
	}
	for i := range facts {
		switch name := facts[i].Name; {
		case facts[i].Quiet:
		case name == "Branch":
			facts[i].Mono = true
		case name == "Commit":
			facts[i].Mono, facts[i].Href = true, pages.CodeLink(j.Workspace, j.Commit.Or(""), "")
		case name == "Repository":
			facts[i].Href = s.RepoLinks.Repo(j.Repo.Or(""))
		}
	}
	return append(facts, forceRun(j), requestedActions(j))
}

func forceRun(j foundJobRequest) pages.Fact {
	v, ok := j.ForceRunDependencies.Get()
	if !ok {
		return pages.NotReported("Force run dependencies")
	}
	return pages.Fact{Name: "Force run dependencies", Text: map[bool]string{true: "Yes", false: "No"}[v]}
}

func requestedActions(j foundJobRequest) pages.Fact {
	v, ok := j.RequestedActions.Get()
	if !ok {
		return pages.NotReported("Requested actions")
	}
	const most = 20
	text := strings.Join(v[:min(len(v), most)], ", ")
	if more := len(v) - most; more > 0 {
		text += " and " + pages.Count(more) + " more"
	}
	return pages.Fact{Name: "Requested actions", Text: cmp.Or(text, "none"), Mono: true}
}

// compared are the job requests before this one with which its code can be
// compared.
func (s *server) compared(f JobRequestFound) []pages.Compared {
	list := []pages.Compared{
		{With: "With the previous job request", None: "No previous job request available for comparison"},
		{With: "With the previous successful job request", None: "No previous job request available for comparison"},
	}
	for i, other := range []*JobRequest{f.Previous, f.PreviousSuccess} {
		if other == nil {
			continue
		}
		from, to := other.Report.Commit.Or(""), f.Report.Commit.Or("")
		list[i].Href, list[i].Name, list[i].None = jobRequestAddress(other.Report.Identifier), jobRequestName(showJobRequest(*other)), ""
		switch {
		case from == "" || to == "":
			list[i].None = "The commit of one of them was not reported."
		case from == to:
			list[i].None = "Both are of the same commit."
		default:
			list[i].Links = s.compareLinks(f.Report.Workspace, f.Report.Repo.Or(""), from, to)
			if list[i].None = from + " → " + to; len(list[i].Links) == 0 {
				list[i].None += ". There is no link to where its repository is."
			}
		}
	}
	return list
}

// statusesOf are the statuses of the jobs, "" for those that were not reported.
func statusesOf(j foundJobRequest) []string {
	var list []string
	for _, job := range j.Jobs {
		list = append(list, string(job.Status.Or("")))
	}
	return list
}

func problemState(p pipeline.Problem) pages.State {
	if p.Severity == pipeline.SeverityError {
		return pages.State{Kind: "refused", Word: "error"}
	}
	return pages.State{Kind: "changes", Word: "warning"}
}

func problemRows(j foundJobRequest, problems []pipeline.Problem) []pages.PipelineProblem {
	var rows []pages.PipelineProblem
	for _, problem := range problems {
		row := pages.PipelineProblem{State: problemState(problem), Text: clipped(problem.Message)}
		if problem.Line > 0 {
			row.Where = "line " + strconv.Itoa(problem.Line) + ", column " + strconv.Itoa(problem.Column)
			row.Href = lineAddress(j, problem.Line)
		}
		rows = append(rows, row)
	}
	return rows
}

// The text of a project.yaml stands on the page of its job request if it is
// not too long, and in windows on a page of its own.
const (
	inPlace      = 400 // lines
	inPlaceBytes = 48 << 10
	firstLines   = 60
	windowLines  = 1000
)

// linesInPlace is how many lines of a text stand on the job request's page.
func linesInPlace(text string) int {
	if len(text) > inPlaceBytes || strings.Count(text, "\n") > inPlace {
		return firstLines
	}
	return inPlace + 1
}

// lineAddress is where a line of the project.yaml is shown, on the job
// request's page or, if it is not there, on the text's.
func lineAddress(j foundJobRequest, line int) string {
	if line < 1 || j.Pipeline == nil {
		return ""
	}
	anchor := "#L" + strconv.Itoa(line)
	if line <= linesInPlace(j.Pipeline.Text) {
		return jobRequestAddress(j.Identifier) + anchor
	}
	return lineInWindow(j.Identifier, line)
}

// lineInWindow is where a line is shown on the text's own page.
func lineInWindow(identifier string, line int) string {
	query := url.Values{"from": {strconv.Itoa((line-1)/windowLines*windowLines + 1)}}
	return addressWith(jobRequestAddress(identifier)+"/pipeline", query) + "#L" + strconv.Itoa(line)
}

// showPipeline answers GET /job-requests/:identifier/pipeline.
func (s *server) showPipeline(c *gin.Context) error {
	_, j, err := s.jobRequestOf(c)
	if err != nil {
		return err
	}
	name := "project.yaml"
	p := pages.Pipeline{
		Frame:   s.frame(c, name+" of "+jobRequestName(j.jobRequest), belowJobRequest(j, name)...),
		Heading: name, Back: jobRequestAddress(j.Identifier), NoText: "The text of project.yaml was not reported.",
	}
	if j.Pipeline == nil {
		return s.show(c, http.StatusOK, p)
	}
	from := max(intIn(c, "from")-1, 0)
	code, total := pages.NewPipelineText(c.Request.Context(), j.Pipeline.Text, from, windowLines)
	mark(&code, j.Pipeline.Problems)
	p.Code, p.Size = code, pages.Plural(total, "line")+", "+pages.Size(int64(len(j.Pipeline.Text)))
	if n := len(code.Lines); n > 0 && n < total {
		p.Code.Window = pages.NewWindow("Lines", int64(from), int64(n), windowLines, int64(total), func(from int64) string {
			return p.Back + "/pipeline?from=" + strconv.FormatInt(from+1, 10)
		})
	}
	if len(code.Lines) == 0 {
		p.NoText = "The text has no such line."
	}
	return s.show(c, http.StatusOK, p)
}

// intIn is a number in an address, 0 if there is none.
func intIn(c *gin.Context, name string) int {
	n, err := strconv.ParseInt(c.Query(name), 10, 32)
	if err != nil {
		return 0
	}
	return int(n)
}
