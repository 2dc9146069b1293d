package web

import (
	"errors"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/gin-gonic/gin"

	"sallyport/review"
	"sallyport/web/pages"
)

// outputPage shows one output of a workspace.
func (s *server) outputPage(c *gin.Context, w Workspace, found Candidate) error {
	ctx := c.Request.Context()
	policy, err := s.Policy(ctx, w.Place)
	if err != nil {
		return err
	}
	by := asking{actorOf(c), w.Place, policy}
	o := by.showOutput(found)
	l := lookingAtOutput(c, w.Place.Workspace, found.Path)
	content, err := s.outputContent(c, w, found.Path, l)
	if err != nil {
		return err
	}
	if wantsRows(c) {
		return s.showRows(c, content)
	}
	p := pages.Output{
		Frame: s.frame(c, path.Base(o.Path), workspaceCrumbs(w.Place, o.Path)...), Name: path.Base(o.Path), Path: o.Path, Level: o.Level,
		Content: content, May: o.Requestable, WhyNot: valueOf(o.WhyNot), Folder: workspaceAddress(w.Place.Workspace, folderPath(o.Path)),
		Chain: outputChain(w.Place.Workspace, o), Facts: outputFacts(o),
	}
	if o.Size != nil {
		p.Size = pages.Size(*o.Size)
	}
	p.Fixed = true
	p.Stands, p.Reading, p.Watch = pages.StandingState(o.Standing, found.Released), s.readingOf(w), watchOf(w, o.Path, c.Request.URL.RequestURI(), true)
	if see := by.seeOf(o); see.Href != "" {
		p.Held = []pages.Link{see}
	}
	return s.show(c, http.StatusOK, p)
}

func folderPath(of string) string {
	dir := path.Dir(of)
	if dir == "." {
		return ""
	}
	return dir
}

// lookingAtOutput is at what of an output, or a log, somebody looks.
func lookingAtOutput(c *gin.Context, workspace, of string) pages.Look {
	bytes := "/content/workspaces/" + url.PathEscape(workspace) + "?path=" + url.QueryEscape(of)
	return lookingAt(c, workspaceAddress(workspace, of), bytes)
}

// outputContent is what is shown of an output. That it was opened is recorded
// before anything of it is read for the page.
func (s *server) outputContent(c *gin.Context, w Workspace, of string, l pages.Look) (pages.Content, error) {
	ctx, name := c.Request.Context(), w.Place.Workspace
	if err := s.Requests.MayOpenOutput(ctx, actorOf(c), name); err != nil {
		return notShown(err)
	}
	f, err := s.Workspaces.OpenOutput(ctx, name, of)
	if err != nil {
		return notShown(refusedOpening(err))
	}
	o := review.Opened{Path: of, SHA256: f.SHA256(), Size: f.Size()}
	if err := s.Requests.OpenOutput(ctx, actorOf(c), name, o); err != nil {
		return pages.Content{}, errors.Join(err, f.Close())
	}
	content, err := pages.Show(ctx, s.Windows, pages.Source{Bytes: f, Path: o.Path, SHA256: o.SHA256}, l)
	if err != nil { // it may have changed while it was read
		content, err = notShown(refusedOpening(err))
	}
	return content, errors.Join(err, f.Close())
}

func outputChain(workspace string, o output) pages.Chain {
	chain := pages.Chain{Facts: []pages.Fact{
		chainFact("Job", o.Job), {Name: "Job’s status", Text: orNotReported(o.JobStatus)}, chainFact("Action", o.Action), chainFact("Commit", o.Commit),
	}}
	request := chainFact("Job request", o.JobRequest)
	if o.JobRequest != nil {
		request.Href = "/job-requests/" + url.PathEscape(*o.JobRequest)
	}
	chain.Facts = append(chain.Facts, request)
	if o.SHA256 != nil { // of what nobody may open, it is kept back
		chain.Facts = append(chain.Facts, chainFact("SHA-256", o.SHA256))
	}
	chain.AddCode(workspace, valueOf(o.Commit), valueOf(o.Action))
	return chain
}

func outputFacts(o output) []pages.Fact {
	yes := map[bool]string{true: "yes", false: "no"}
	return []pages.Fact{
		{Name: "Declared", Text: yes[o.Declared]}, {Name: "Out of date", Text: yes[o.OutOfDate]},
		{Name: "Excluded", Text: strings.TrimSuffix(yes[o.Excluded]+": "+valueOf(o.Message), ": ")},
	}
}
