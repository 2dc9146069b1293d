package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"sallyport/review"
	"sallyport/web/pages"
)

// foundRows is how many workspaces and job requests a search shows.
const foundRows = 20

// maxSought is how much of what was typed stands in the box after a refusal.
const maxSought = 500

// showSearch answers GET /search. What is named exactly by its id is shown at
// once.
func (s *server) showSearch(c *gin.Context) error {
	p := pages.Search{Frame: s.frame(c, "Search")}
	typed := strings.TrimSpace(c.Query("q"))
	if typed == "" {
		return s.show(c, http.StatusOK, p)
	}
	p.Asked, p.Sought = true, cut(typed, maxSought)
	text, err := review.SearchText(typed)
	if refused, ok := errors.AsType[*review.Error](err); ok {
		p.Problem = &pages.Problem{Text: refused.Message, Href: "#search"}
		return s.show(c, statuses[refused.Kind], p)
	}
	exact, err := s.find(c, text, &p)
	switch {
	case err != nil:
		return err
	case exact != "":
		return goTo(c, exact, "")
	}
	p.Title, p.Count = "Search: "+text, "Nothing was found"
	if n := p.Found(); n > 0 {
		p.Count = pages.Plural(n, "result")
	}
	return s.show(c, http.StatusOK, p)
}

// find fills the page. exact is the address of what the text is the whole id
// of.
func (s *server) find(c *gin.Context, text string, p *pages.Search) (exact string, err error) {
	ctx, a := c.Request.Context(), actorOf(c)
	found, err := s.Requests.Search(ctx, a, text)
	if err != nil {
		return "", err
	}
	p.Add(found, s.Now())
	for _, r := range found.Requests {
		if strings.EqualFold(string(r.ID), text) {
			exact = pages.RequestAddress(r.ID)
		}
	}
	reach := review.VisibleWorkspaces(a)
	if reach.None() {
		return exact, nil
	}
	named, err := s.Workspaces.FindWorkspaces(ctx, reach, text, foundRows)
	if err != nil {
		return "", err
	}
	for _, w := range named {
		p.AddWorkspace(w.Place)
	}
	reported, err := s.Reports.FindJobRequests(ctx, reach, text, foundRows)
	if err != nil {
		return "", err
	}
	for _, item := range reported {
		j := showJobRequest(item)
		p.JobRequests = append(p.JobRequests, pages.JobRequestRow{
			Href: jobRequestAddress(j.Identifier), Name: jobRequestName(j), Workspace: j.Workspace, By: requestedBy(j),
			State: jobRequestState(j),
		})
		if strings.EqualFold(j.Identifier, text) {
			exact = jobRequestAddress(j.Identifier)
		}
	}
	p.More = p.More || len(named) == foundRows || len(reported) >= foundRows
	return exact, nil
}

// cut is the beginning of a text that can be shown: at most so many bytes of
// whole characters.
func cut(text string, most int) string {
	text = strings.ToValidUTF8(text, "�")
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
