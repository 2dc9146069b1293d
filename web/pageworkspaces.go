package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"sallyport/review"
	"sallyport/web/pages"
)

// showWorkspaces answers GET /workspaces.
func (s *server) showWorkspaces(c *gin.Context) error {
	cursor := c.Query("cursor")
	items, next, err := s.Workspaces.Workspaces(c.Request.Context(), review.VisibleWorkspaces(actorOf(c)), cursor, defaultLimit)
	if err != nil {
		return err
	}
	p := pages.Workspaces{Frame: s.frame(c, "Workspaces"), Pager: pagerOf("/workspaces", nil, cursor, next)}
	for _, w := range items {
		p.Rows = append(p.Rows, pages.WorkspaceRow{
			Href: workspaceAddress(w.Place.Workspace, ""), Name: w.Place.Workspace, Project: w.Place.Project,
			Organisation: w.Place.Organisation, Outputs: pages.Count(w.Outputs), Read: pages.At(w.ReadAt, s.Now()), Wrong: readFailed(w),
		})
	}
	return s.show(c, http.StatusOK, p)
}

func readFailed(w Workspace) string {
	switch {
	case w.ReadError != "" && w.ReadAt.IsZero():
		return "It cannot be read: " + w.ReadError + "."
	case w.ReadError != "":
		return "It cannot be read, so an earlier reading is shown: " + w.ReadError + "."
	case w.Place.Archived:
		return "Archived"
	}
	return ""
}

// readingOf is what is to be known of a workspace that cannot be read.
func (s *server) readingOf(w Workspace) pages.Reading {
	if w.ReadError == "" {
		return pages.Reading{}
	}
	r := pages.Reading{
		State: pages.State{Kind: "changes", Word: "This workspace cannot be read"}, Error: w.ReadError + ".",
		At: pages.At(w.ReadAt, s.Now()), Since: pages.At(w.FailedAt, s.Now()),
	}
	r.Advice = "Files that still have the bytes of that reading can be asked for. "
	if w.ReadAt.IsZero() {
		r.Advice = ""
	}
	r.Advice += "The workspace is looked at every 30 seconds, and read again when it has changed. If this lasts, tell whoever looks after the backend" +
		backendNamed(w.Place.Backend) + ": its job runner writes `metadata/manifest.json`, and the directory must be there and readable."
	return r
}

// backendNamed names a backend, if it is known.
func backendNamed(backend string) string {
	if backend == "" {
		return ""
	}
	return " `" + backend + "`"
}

// workspaceAddress is where a workspace is, or a folder or an output of it.
func workspaceAddress(name, below string) string {
	address := "/workspaces/" + url.PathEscape(name)
	if below == "" {
		return address
	}
	for part := range strings.SplitSeq(below, "/") {
		address += "/" + url.PathEscape(part)
	}
	return address
}

// workspaceCrumbs lead from the workspaces to a folder or an output.
func workspaceCrumbs(p review.Place, below string) []pages.Link {
	crumbs := []pages.Link{{Text: "Workspaces", Href: "/workspaces"}}
	if p.Project != "" {
		crumbs = append(crumbs, pages.Link{Text: p.Project})
	}
	if below == "" {
		return append(crumbs, pages.Link{Text: p.Workspace})
	}
	crumbs = append(crumbs, pages.Link{Text: p.Workspace, Href: workspaceAddress(p.Workspace, "")})
	parts := strings.Split(below, "/")
	for i, part := range parts {
		l := pages.Link{Text: part}
		if i+1 < len(parts) {
			l.Href = workspaceAddress(p.Workspace, strings.Join(parts[:i+1], "/"))
		}
		crumbs = append(crumbs, l)
	}
	return crumbs
}

func (s *server) workspaceFacts(w Workspace) []pages.Fact {
	yes := map[bool]string{true: "yes", false: "no"}
	facts := []pages.Fact{
		fact("Organisation", w.Place.Organisation), fact("Project", w.Place.Project), fact("Backend", w.Place.Backend),
		{Name: "Ongoing", Text: yes[w.Place.Ongoing]},
	}
	if w.Place.Archived {
		facts = append(facts, pages.Fact{Name: "Archived", Text: "yes"})
	}
	facts = append(facts, pages.Fact{Name: "Outputs", Text: pages.Count(w.Outputs)})
	if w.ReadAt.IsZero() {
		facts = append(facts, pages.Fact{Name: "Last read", Text: "never", Quiet: true})
	} else {
		facts = append(facts, pages.Fact{Name: "Last read", When: pages.At(w.ReadAt, s.Now())})
	}
	return append(facts, pages.Fact{Name: "Job requests", Text: "of this workspace", Href: "/job-requests?workspace=" + url.QueryEscape(w.Place.Workspace)})
}

// fact is what is known under a name, or that it is not.
func fact(name, text string) pages.Fact {
	if text == "" {
		return pages.Fact{Name: name, Text: "not known", Quiet: true}
	}
	return pages.Fact{Name: name, Text: text}
}

// warnings are what is to be known of a workspace first.
func warnings(w Workspace) []string {
	var list []string
	switch {
	case w.Behind && w.ReadAt.IsZero():
		list = append(list, "This workspace is being read for the first time. It is large: its outputs appear when that is done.")
	case w.Behind:
		list = append(list, "This workspace has changed and is being read. It is large: until that is done, this is how it was at the last reading.")
	case w.ReadError == "" && w.ReadAt.IsZero():
		list = append(list, "This workspace was never read: it has no directory yet. Outputs appear when a job has written them.")
	}
	if w.Place.Project == "" {
		list = append(list, "Nobody has said yet to which project this workspace belongs. An administrator places it.")
	}
	return list
}

func moreProblems(w Workspace) string {
	if n := w.MoreProblems + max(len(w.Problems)-pageProblems, 0); n > 0 {
		return "and " + pages.Count(n) + " more that are not shown"
	}
	return ""
}

// seeOf leads to where an output stands, if it stands anywhere that the asker
// may see.
func (by asking) seeOf(o output) pages.Link {
	switch {
	case len(o.Requests) > 0:
		return pages.Link{Text: "See the request", Href: pages.RequestAddress(o.Requests[0])}
	case o.Released != nil && covers(review.MaySeeReleases(by.actor), by.place):
		return pages.Link{Text: "See the release", Href: releaseAddress(o.Released.Request)}
	}
	return pages.Link{}
}

// valueOf is what is known, or "".
func valueOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
