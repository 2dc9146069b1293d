package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"sallyport/review"
	"sallyport/web/pages"
)

func releaseAddress(id review.RequestID) string { return "/releases/" + url.PathEscape(string(id)) }

// showReleases answers GET /releases.
func (s *server) showReleases(c *gin.Context) error {
	f := ReleaseFilter{
		Reach: review.MaySeeReleases(actorOf(c)), Project: c.Query("project"), Workspace: c.Query("workspace"), Author: c.Query("author"),
		Cursor: c.Query("cursor"), Limit: defaultLimit,
	}
	items, next, err := s.Releases.Releases(c.Request.Context(), f)
	if err != nil {
		return err
	}
	narrowed := url.Values{"project": {f.Project}, "workspace": {f.Workspace}, "author": {f.Author}}
	p := pages.Releases{
		Frame: s.frame(c, "Releases"), Pager: pagerOf("/releases", narrowed, f.Cursor, next), Filter: pages.Filters{Action: "/releases"},
	}
	for _, field := range []pages.Filter{
		{Name: "project", Label: "Project"}, {Name: "workspace", Label: "Workspace"}, {Name: "author", Label: "Author"},
	} {
		p.Filter.Add(narrowed, field)
	}
	for _, r := range items {
		p.Rows = append(p.Rows, pages.ReleaseRow{
			Href: releaseAddress(r.Request), ID: string(r.Request), Workspace: r.Place.Workspace, Project: r.Place.Project, Author: r.Author,
			State: pages.StatusState(r.Status), Begun: pages.At(r.Begun, s.Now()), Released: pages.At(r.Released, s.Now()),
		})
	}
	return s.show(c, http.StatusOK, p)
}

// workspaceLink is where a workspace is; "" for those who may not see it.
func workspaceLink(a review.Actor, p review.Place) string {
	if !review.MaySeeWorkspace(a, p) {
		return ""
	}
	return workspaceAddress(p.Workspace, "")
}

// showReleasePage answers GET /releases/:id.
func (s *server) showReleasePage(c *gin.Context) error {
	ctx, a, id := c.Request.Context(), actorOf(c), requestParam(c)
	r, err := s.Releases.Release(ctx, id)
	if err != nil {
		return err
	}
	if !covers(review.MaySeeReleases(a), r.Place) {
		return review.ErrNotFound
	}
	heading := "Release from " + r.Place.Workspace
	p := pages.Release{
		Frame:   s.frame(c, heading, pages.Link{Text: "Releases", Href: "/releases"}, pages.Link{Text: string(id)}),
		Heading: heading, State: pages.StatusState(r.Status), Request: pages.RequestAddress(id),
		Facts: []pages.Fact{
			{Name: "Author", Text: r.Author}, fact("Project", r.Place.Project),
			{Name: "Workspace", Text: r.Place.Workspace, Href: workspaceLink(a, r.Place)},
			{Name: "Destinations", Text: strings.Join(r.Destinations, ", ")},
			{Name: "Delivery began", When: pages.At(r.Begun, s.Now())},
		},
	}
	if !r.Released.IsZero() {
		p.Facts = append(p.Facts, pages.Fact{Name: "Released", When: pages.At(r.Released, s.Now())})
	}
	p.Facts = append(p.Facts, pages.Fact{Name: "Request", Text: string(id), Mono: true})
	if review.MayReadLog(a) == nil {
		p.Facts = append(p.Facts, pages.Fact{Name: "Downloads", Text: "in the ledger", Href: "/ledger?act=file_downloaded&request=" + url.QueryEscape(string(id))})
	}
	opens := review.MayOpenOutputs(a, r.Place)
	for _, f := range r.Files {
		file := pages.ReleasedFile{Path: f.Path, Size: pages.Size(f.Size), SHA256: f.SHA256}
		if opens {
			file.Href = releaseAddress(id) + "/files/" + url.PathEscape(string(f.ID))
			file.Download = "/content/releases/" + url.PathEscape(string(id)) + "/" + url.PathEscape(string(f.ID)) + "?download=1"
		}
		for _, x := range f.Receipts {
			file.Receipts = append(file.Receipts, pages.Receipt{Destination: x.Destination, Location: x.Location, At: pages.At(x.At, s.Now())})
		}
		p.Files = append(p.Files, file)
	}
	return s.show(c, http.StatusOK, p)
}
