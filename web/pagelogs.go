package web

import (
	"context"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/gin-gonic/gin"

	"sallyport/review"
	"sallyport/web/pages"
)

// logFolder is where the logs of a workspace's jobs are.
const logFolder = "metadata/"

// beside reports whether a path can be a file that is no output but may be read:
// a job's log, or the note that stands for an output that was excluded.
func beside(of string) bool {
	return strings.HasPrefix(of, logFolder) && strings.HasSuffix(of, ".log") || strings.HasSuffix(of, ".txt")
}

// logPage shows a job's log, or a note. What is none is review.ErrNotFound.
func (s *server) logPage(c *gin.Context, w Workspace, of string) error {
	l := lookingAtOutput(c, w.Place.Workspace, of)
	content, err := s.outputContent(c, w, of, l)
	if err != nil {
		return err
	}
	p := pages.Log{
		Frame: s.frame(c, path.Base(of), workspaceCrumbs(w.Place, of)...), Path: of, Content: content,
		Workspace: workspaceAddress(w.Place.Workspace, ""), Reading: s.readingOf(w),
		What: "This note stands in the place of an output that was excluded.",
	}
	if strings.HasPrefix(of, logFolder) {
		p.What = "This is the log of the last job of its action. It is there to be read and cannot be requested."
		for i, crumb := range p.Crumbs {
			if crumb.Text == strings.TrimSuffix(logFolder, "/") {
				p.Crumbs[i].Href = "" // a folder without outputs has no page
			}
		}
	}
	p.Fixed = true
	return s.show(c, http.StatusOK, p)
}

// logs leads from an action to the log of its last job, for who may open it.
// That they cannot be listed does not keep a page from being shown.
func (s *server) logs(ctx context.Context, a review.Actor, p review.Place) map[string]pages.Link {
	if !review.MayOpenOutputs(a, p) {
		return nil
	}
	found, err := s.Workspaces.Logs(ctx, p.Workspace)
	if err != nil {
		s.Log.WarnContext(ctx, "logs not listed", "error", err)
		return nil
	}
	links := map[string]pages.Link{}
	for _, l := range found {
		action := strings.TrimSuffix(path.Base(l.Path), ".log")
		links[action] = pages.Link{Text: "Log, " + pages.Size(l.Size), Href: workspaceAddress(p.Workspace, l.Path)}
	}
	return links
}

// showReleasedFile answers GET /releases/:id/files/:file.
func (s *server) showReleasedFile(c *gin.Context) error {
	ctx, a, id := c.Request.Context(), actorOf(c), requestParam(c)
	r, err := s.Releases.Release(ctx, id)
	if err != nil {
		return err
	}
	if !covers(review.MaySeeReleases(a), r.Place) {
		return review.ErrNotFound
	}
	o, err := s.Requests.OpenReleased(ctx, a, id, fileParam(c))
	if err != nil {
		return err
	}
	bytes := "/content/releases/" + url.PathEscape(string(id)) + "/" + url.PathEscape(string(fileParam(c)))
	content, err := s.copyContent(ctx, o, lookingAt(c, releaseAddress(id)+"/files/"+url.PathEscape(string(fileParam(c))), bytes))
	if err != nil {
		return err
	}
	if wantsRows(c) {
		return s.showRows(c, content)
	}
	name := path.Base(o.Path)
	p := pages.ReleasedContent{
		Frame: s.frame(c, name, pages.Link{Text: "Releases", Href: "/releases"}, pages.Link{Text: string(id), Href: releaseAddress(id)}, pages.Link{Text: name}),
		Path:  o.Path, Size: pages.Size(o.Size), Content: content, Download: bytes + "?download=1", Release: releaseAddress(id),
		Facts: []pages.Fact{
			{Name: "Release", Text: string(id), Href: releaseAddress(id), Mono: true},
			{Name: "Workspace", Text: r.Place.Workspace, Href: workspaceLink(a, r.Place)},
			{Name: "SHA-256", Text: o.SHA256, Mono: true},
		},
	}
	for _, f := range r.Files {
		if f.ID != fileParam(c) {
			continue
		}
		for _, x := range f.Receipts {
			p.Facts = append(p.Facts, pages.Fact{Name: "Delivered to " + x.Destination, When: pages.At(x.At, s.Now())})
		}
	}
	p.Fixed = true
	return s.show(c, http.StatusOK, p)
}
