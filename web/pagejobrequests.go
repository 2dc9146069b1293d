package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
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
	query := c.Request.URL.Query()
	f, err := jobRequestFilter(c)
	if err != nil {
		return err
	}
	f.Cursor, f.Limit = c.Query("cursor"), defaultLimit
	items, next, err := s.Reports.JobRequests(c.Request.Context(), f)
	if err != nil {
		return err
	}
	p := pages.JobRequests{
		Frame: s.frame(c, "Job requests"), Filters: jobRequestFilters(query),
		Empty: "No job request that you may see is like that.",
	}
	p.Pager = pagerOf("/job-requests", p.Filters.Address(), f.Cursor, next)
	if !p.Filters.Narrowed() {
		p.Empty = "No job request that you may see has been reported. Backends report them."
	}
	for _, item := range items {
		p.Rows = append(p.Rows, s.jobRequestRow(showJobRequest(item)))
	}
	return s.show(c, http.StatusOK, p)
}

func (s *server) jobRequestRow(j jobRequest) pages.JobRequestRow {
	row := pages.JobRequestRow{
		Href: jobRequestAddress(j.Identifier), Name: jobRequestName(j), Workspace: j.Workspace, Project: j.Project.Or(""), Backend: j.Backend,
		By: requestedBy(j), State: jobRequestState(j), Created: s.moment("Created", j.CreatedAt), Runtime: runtimeOf(j),
	}
	if j.Number.Reported() {
		row.ID = j.Identifier
	}
	return row
}

// jobRequestFilter is what an address says of which job requests are listed.
func jobRequestFilter(c *gin.Context) (JobRequestFilter, error) {
	f := JobRequestFilter{
		Reach: review.VisibleWorkspaces(actorOf(c)), Workspace: c.Query("workspace"), Project: c.Query("project"), Backend: c.Query("backend"),
		RequestedBy: strings.TrimSpace(c.Query("requested_by")), Status: pipeline.Status(c.Query("status")),
	}
	if f.Status != "" && !slices.Contains(pipeline.Statuses(), f.Status) {
		return f, invalid("`status`: there is no such status of a job request.")
	}
	var err error
	if f.From, err = moment(c, "from", 0); err != nil {
		return f, err
	}
	f.To, err = moment(c, "to", 24*time.Hour)
	return f, err
}

func jobRequestFilters(query url.Values) pages.Filters {
	f := pages.Filters{Action: "/job-requests"}
	f.Text(query, [2]string{"workspace", "Workspace"}, [2]string{"project", "Project"}, [2]string{"backend", "Backend"})
	statuses := []pages.Choice{{Text: "Any"}}
	for _, status := range pipeline.Statuses() {
		statuses = append(statuses, pages.Choice{Value: string(status), Text: sentence(pages.JobState(string(status)).Word)})
	}
	f.Add(query, pages.Filter{Name: "status", Label: "Status", Choices: statuses})
	f.Text(query, [2]string{"requested_by", "Requested by"})
	f.Add(query, pages.Filter{Name: "from", Label: "Created from", Date: true})
	f.Add(query, pages.Filter{Name: "to", Label: "Created until", Date: true})
	return f
}

// sentence is words with a capital.
func sentence(words string) string { return strings.ToUpper(words[:1]) + words[1:] }

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
	return pages.Fact{Name: "Runtime", Text: clockTime(*j.RuntimeSeconds)}
}

// clockTime is seconds as hours, minutes and seconds; hours go on after 99.
func clockTime(n int64) string { return fmt.Sprintf("%02d:%02d:%02d", n/3600, n/60%60, n%60) }

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
