package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"sallyport/review"
	"sallyport/web/pages"
)

// viewChanges is the view of a workspace that lists what changed.
const viewChanges = "changes"

// changesAddress is where it stands what a job request changed in a workspace.
func changesAddress(workspace, jobRequest string) string {
	return addressWith(workspaceAddress(workspace, ""), url.Values{"view": {viewChanges}, "job_request": {jobRequest}})
}

// recentJobRequests bounds those that a list of changes offers.
const recentJobRequests = 50

// changesPage shows what a job request changed in a workspace, or what changed
// since it began.
func (s *server) changesPage(c *gin.Context, w Workspace) error {
	ctx, name := c.Request.Context(), w.Place.Workspace
	recent, _, err := s.Reports.JobRequests(ctx, JobRequestFilter{Reach: review.Reach{All: true}, Workspace: name, Limit: recentJobRequests})
	if err != nil {
		return err
	}
	of := chosenJobRequest(recent, c.Query("job_request"))
	p := pages.Changes{
		Frame: s.frame(c, "What changed in "+name, workspaceCrumbs(w.Place, "")...), Name: name, Reading: s.readingOf(w),
		Views: folderViews(folderAtQuery(w, "", nil)), Filter: changesFilter(name, recent, of, c.Query("since") == "1"),
	}
	for i := range p.Views {
		p.Views[i].Current = i == len(p.Views)-1
	}
	if of == "" {
		p.Empty = "No job request of this workspace was reported, so there is nothing to compare."
		return s.show(c, http.StatusOK, p)
	}
	since, before, err := s.Workspaces.JobRequestChanges(ctx, name, of)
	if err != nil {
		return err
	}
	f := ChangeFilter{Workspace: name, JobRequest: of, Cursor: c.Query("cursor"), Limit: folderRows}
	if c.Query("since") == "1" && before >= 0 {
		f.JobRequest, f.After = "", before
	}
	p.Heading, p.JobRequest = changesHeading(recent, of, f.JobRequest == ""), pages.Link{Text: "Job request " + of, Href: "/job-requests/" + url.PathEscape(of)}
	if p.Unknown, err = s.notKept(ctx, recent, of, since); err != nil {
		return err
	}
	if before < 0 {
		p.Empty = "This job request has changed nothing that the workspace lists, as far as it was read."
		if p.Unknown != "" {
			p.Empty, p.Unknown = p.Unknown, ""
		}
		return s.show(c, http.StatusOK, p)
	}
	items, next, err := s.Workspaces.Changes(ctx, f)
	if err != nil {
		return err
	}
	for _, o := range items {
		p.Rows = append(p.Rows, s.changeRow(name, o, of))
	}
	p.Pager = pagerOf(workspaceAddress(name, ""), p.Filter.Address(), f.Cursor, next)
	if f.Cursor == "" && next == "" {
		p.Sentence = pages.CountChanges(items)
	}
	return s.show(c, http.StatusOK, p)
}

// chosenJobRequest is the one of the address or else the last one.
func chosenJobRequest(recent []JobRequest, of string) string {
	if of != "" || len(recent) == 0 {
		return of
	}
	return recent[0].Report.Identifier
}

func changesHeading(recent []JobRequest, of string, since bool) string {
	text := "What this job request changed"
	if since {
		text = "What changed since this job request began"
	}
	if len(recent) > 0 && recent[0].Report.Identifier == of {
		text = "What the last job request changed"
	}
	return text
}

// notKept says, if a job request began before changes are kept, that what it
// found is not known; "" if all that it changed is.
func (s *server) notKept(ctx context.Context, recent []JobRequest, of string, since time.Time) (string, error) {
	var begun time.Time
	if i := slices.IndexFunc(recent, func(j JobRequest) bool { return j.Report.Identifier == of }); i >= 0 {
		begun = recent[i].Report.CreatedAt.Or(recent[i].ReportedAt)
	} else if j, err := s.Reports.JobRequest(ctx, of); err == nil {
		begun = j.Report.CreatedAt.Or(j.ReportedAt)
	} else if !errors.Is(err, review.ErrNotFound) {
		return "", err
	}
	switch {
	case since.IsZero():
		return "What was there before this job request is not known: the workspace was not read yet.", nil
	case begun.Before(since):
		return "What was there before this job request is not known: changes of this workspace are kept since " +
			since.UTC().Format("2 January 2006 at 15:04") + " UTC.", nil
	}
	return "", nil
}

// changesFilter chooses the job request, and whether what came after it counts.
func changesFilter(name string, recent []JobRequest, of string, since bool) pages.Filters {
	query := url.Values{"job_request": {of}}
	if since {
		query.Set("since", "1")
	}
	filter := pages.Filters{Action: workspaceAddress(name, ""), Keep: []pages.Kept{{Name: "view", Value: viewChanges}}}
	request := pages.Filter{Name: "job_request", Label: "Job request"}
	known := false
	for _, j := range recent {
		text := jobRequestName(showJobRequest(j))
		if at, ok := j.Report.CreatedAt.Get(); ok {
			text += ", " + at.UTC().Format("2 January 2006")
		}
		known = known || j.Report.Identifier == of
		request.Choices = append(request.Choices, pages.Choice{Value: j.Report.Identifier, Text: text})
	}
	if !known && of != "" {
		request.Choices = append(request.Choices, pages.Choice{Value: of, Text: of})
	}
	if len(request.Choices) > 0 {
		filter.Add(query, request)
	}
	filter.Add(query, pages.Filter{Name: "since", Label: "Show", Choices: []pages.Choice{
		{Value: "", Text: "what it changed"}, {Value: "1", Text: "all that changed since it began"},
	}})
	return filter
}

func (s *server) changeRow(name string, o review.ChangedOutput, of string) pages.ChangeRow {
	row := pages.ChangeRow{
		Path: o.Path, Level: o.Level, Action: o.Action, Change: pages.ChangeState(o.Change), Noticed: pages.At(o.At, s.Now()),
	}
	switch {
	case o.Gone && o.Change != review.ChangeWent:
		row.Note = "It is gone since."
	case o.Later:
		row.Note = "It changed again since."
	}
	if !o.Gone {
		row.Href = workspaceAddress(name, o.Path)
	}
	if o.JobRequest != "" && o.JobRequest != of {
		row.JobRequest = pages.Link{Text: o.JobRequest, Href: "/job-requests/" + url.PathEscape(o.JobRequest)}
	}
	return row
}
