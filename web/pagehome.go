package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"sallyport/review"
	"sallyport/web/pages"
)

// homeRows is how many things each list of the home page shows.
const homeRows = 8

// homeLists are the lists of requests on the home page.
var homeLists = []struct {
	heading, empty, more string
	listing              review.Listing
}{
	{"Your turn", "Nothing waits for you now.", "/queue?queue=your_turn", review.Listing{Queue: "your_turn"}},
	{"Changed since you looked", "", "/requests", review.Listing{Changed: true, Newest: true}},
	{"Waiting for others", "Nothing that you may see waits for others.", "/queue?queue=waiting", review.Listing{Queue: "waiting"}},
}

// showHome answers GET /.
func (s *server) showHome(c *gin.Context) error {
	a := actorOf(c)
	p := pages.Home{Frame: s.frame(c, "What waits for you")}
	for _, l := range homeLists {
		h, err := s.homeList(c, pages.HomeList{Heading: l.heading, Empty: l.empty, More: pages.Link{Href: l.more}}, l.listing)
		if err != nil {
			return err
		}
		if len(h.Rows) > 0 || h.Empty != "" {
			p.Lists = append(p.Lists, h)
		}
	}
	if len(p.Places) == 0 {
		p.Lead = "You have no role yet, so there is nothing to see. Ask an administrator for one."
		return s.show(c, http.StatusOK, p)
	}
	if err := s.homeWorkspaces(c, &p); err != nil {
		return err
	}
	if err := s.homeRoles(c, &p); err != nil {
		return err
	}
	if review.MayReadLog(a) == nil {
		var err error
		if p.Ledger, err = s.latestEntries(c); err != nil {
			return err
		}
	}
	return s.show(c, http.StatusOK, p)
}

func (s *server) homeList(c *gin.Context, h pages.HomeList, l review.Listing) (pages.HomeList, error) {
	l.Limit = homeRows
	items, next, err := s.Requests.Requests(c.Request.Context(), actorOf(c), l)
	if err != nil {
		return h, err
	}
	for _, sm := range items {
		h.Rows = append(h.Rows, pages.NewRequestRow(sm, s.Now()))
	}
	if next == "" {
		h.More = pages.Link{}
	} else {
		h.More.Text = "All of them"
	}
	return h, nil
}

// homeRoles are the roles that wait for this administrator to confirm them.
func (s *server) homeRoles(c *gin.Context, p *pages.Home) error {
	if !actorOf(c).HasAnywhere(review.Administrator) {
		return nil
	}
	rows, err := s.confirmationRows(c, review.ConfirmationWaiting, "")
	for _, r := range rows {
		if r.Mine {
			p.Roles = append(p.Roles, pages.NotedLink{
				Link: pages.Link{Text: r.Title, Href: r.Href}, Note: "It reaches " + r.Role.Scope + ". " + r.AskedBy + " asks for it.",
			})
		}
	}
	return err
}

// homeWorkspaces leads researchers to where a request begins, and
// administrators to workspaces that cannot be read.
func (s *server) homeWorkspaces(c *gin.Context, p *pages.Home) error {
	a := actorOf(c)
	researcher, admin := a.HasAnywhere(review.Researcher), a.HasAnywhere(review.Administrator)
	if !researcher && !admin {
		return nil
	}
	limit := homeRows
	if admin {
		limit = defaultLimit
	}
	items, next, err := s.Workspaces.Workspaces(c.Request.Context(), review.VisibleWorkspaces(a), "", limit)
	if err != nil {
		return err
	}
	begin := pages.HomeLinks{Heading: "Ask for files", Lead: "A request begins in a workspace: choose the files there."}
	stuck := pages.HomeLinks{Heading: "Workspaces that cannot be read"}
	for _, w := range items {
		link := pages.Link{Text: w.Place.Workspace, Href: workspaceAddress(w.Place.Workspace, "")}
		if a.Has(review.Researcher, w.Place) && !w.Place.Archived {
			begin.Links = append(begin.Links, pages.NotedLink{Link: link, Note: pages.Plural(w.Outputs, "output")})
		}
		if admin && w.ReadError != "" {
			stuck.Links = append(stuck.Links, pages.NotedLink{Link: link, Note: w.ReadError})
		}
	}
	if next != "" {
		begin.More = pages.Link{Text: "All workspaces", Href: "/workspaces"}
	}
	if len(begin.Links) == 0 {
		begin.Lead = "A request begins in a workspace, and you have none yet. One appears when a job request of your project is reported, or its outputs are read."
	}
	for _, l := range []pages.HomeLinks{begin, stuck} {
		if len(l.Links) > 0 || researcher && l.Heading == begin.Heading {
			p.Aside = append(p.Aside, l)
		}
	}
	return nil
}

// looked notes that somebody looked at a request, for what they are told has
// changed since. A page is shown also where that cannot be noted.
func (s *server) looked(c *gin.Context, v *review.RequestView) {
	if err := s.Requests.Looked(c.Request.Context(), actorOf(c), v, s.Now()); err != nil {
		s.Log.WarnContext(c.Request.Context(), "look not noted", "error", err)
	}
}
