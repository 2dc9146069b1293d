package web

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"sallyport/auth"
	"sallyport/review"
	"sallyport/web/pages"
)

// adminPage begins the addresses of the administration.
const adminPage = "/admin"

// adminRoutes are the pages of administrators, and what their forms send.
func (s *server) adminRoutes() []pageRoute {
	const (
		get, post    = http.MethodGet, http.MethodPost
		person       = adminPage + "/people/:id"
		confirmation = adminPage + "/confirmations/:id"
		token        = adminPage + "/tokens/:id"
		place        = adminPage + "/workspaces/:workspace"
		policy       = adminPage + "/policies/:kind/:name"
	)
	routes := []pageRoute{
		{method: get, path: adminPage, answer: s.showAdmin},
		{method: get, path: adminPage + "/people", answer: s.showPeople},
		{method: post, path: adminPage + "/people", answer: s.sendPerson},
		{method: get, path: person, answer: s.showPerson},
		{method: post, path: person + "/roles", answer: s.sendRole},
		{method: get, path: person + "/end-role", answer: s.askEndRole},
		{method: post, path: person + "/end-role", answer: s.sendEndRole},
		{method: post, path: person + "/sessions/:session/end", answer: s.sendEndSession},
		{method: post, path: person + "/sessions/end", answer: s.sendEndSessions},
		{method: get, path: adminPage + "/confirmations", answer: s.showConfirmations},
		{method: get, path: confirmation, answer: s.showConfirmationPage},
		{method: post, path: confirmation, answer: s.sendSettling},
		{method: get, path: adminPage + "/tokens", answer: s.showServiceTokens},
		{method: post, path: adminPage + "/tokens", answer: s.sendServiceToken},
		{method: get, path: token + "/end", answer: s.askEndToken},
		{method: post, path: token + "/end", answer: s.sendEndToken},
		{method: get, path: policiesPage, answer: s.showPolicies},
		{method: get, path: policiesPage + "/installation", answer: s.showPolicyPage},
		{method: get, path: policy, answer: s.showPolicyPage},
		{method: post, path: policy, answer: s.sendPolicy},
		{method: post, path: policy + "/look", answer: s.lookAtPolicy},
		{method: get, path: adminPage + "/workspaces", answer: s.showPlacing},
		{method: get, path: place, answer: s.showPlace},
		{method: get, path: place + "/place", answer: s.askPlace},
		{method: post, path: place + "/place", answer: s.sendPlace},
	}
	for i, r := range routes {
		routes[i].answer = forAdministrators(r.answer)
	}
	return routes
}

// forAdministrators refuses everybody else, whatever is there.
func forAdministrators(do handler) handler {
	return func(c *gin.Context) error {
		if err := review.MayAdminister(actorOf(c)); err != nil {
			return err
		}
		return do(c)
	}
}

// built is what a page is made with: its frame and forms, with what was refused.
func (s *server) built(c *gin.Context, typed *pages.Typed, title string, crumbs ...pages.Link) (pages.Frame, pages.Forms) {
	f := s.frame(c, title, crumbs...)
	if typed != nil {
		f.Problem = &pages.Problem{Text: typed.Message, Href: "#form-" + url.PathEscape(typed.Form)}
	}
	return f, pages.Forms{Key: s.NewID(), Typed: typed}
}

// inAdmin is the way down to a page of the administration.
func inAdmin(below ...pages.Link) []pages.Link {
	return append([]pages.Link{{Text: "Admin", Href: adminPage}}, below...)
}

// ended goes on after a form was sent, and says what was done. A refusal shows
// the page again, with what was typed.
func ended(c *gin.Context, err error, to, notice string, again func(status int, typed *pages.Typed) error) error {
	if err == nil {
		return goTo(c, to, notice)
	}
	typed := typedOf(c, err)
	if typed == nil || wantsParts(c) {
		return err
	}
	p := problemOf(err)
	clearHeaders(c.Writer.Header(), p)
	return again(p.Status, typed)
}

// showAdmin answers GET /admin.
func (s *server) showAdmin(c *gin.Context) error {
	waiting, err := s.confirmationRows(c, review.ConfirmationWaiting, "")
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, pages.Admin{
		Frame: s.frame(c, "Admin"), Waiting: waiting,
		Parts: []pages.AdminPlace{
			{Text: "People", Href: adminPage + "/people", About: "Who has an account, with which roles, sessions and tokens; add somebody."},
			{Text: "Confirmations", Href: adminPage + "/confirmations", About: "Roles and changes of policies that take two administrators: what waits, and what became of the others."},
			{Text: "Policies", Href: policiesPage, About: "What the rules and the checks ask for: of the installation, of organisations and of projects."},
			{Text: "Service tokens", Href: adminPage + "/tokens", About: "By which backends report their job requests."},
			{Text: "Workspaces", Href: adminPage + "/workspaces", About: "Which project and organisation each belongs to, and whether it is archived."},
			{Text: "Requests", Href: "/requests", About: "Where each request stands, and since when; withdraw one that nobody can go on with."},
		},
	})
}

// confirmationRows are the newest confirmations in a state, of a person or of
// everybody.
func (s *server) confirmationRows(c *gin.Context, state review.ConfirmationState, person review.PersonID) ([]pages.ConfirmationRow, error) {
	found, _, err := s.People.Confirmations(c.Request.Context(), state, person, "", defaultLimit)
	var rows []pages.ConfirmationRow
	for _, f := range found {
		if state == "" || f.StateAt(s.Now()) == state {
			rows = append(rows, pages.NewConfirmationRow(actorOf(c), f, s.Now()))
		}
	}
	return rows, err
}

// showPeople answers GET /admin/people.
func (s *server) showPeople(c *gin.Context) error { return s.peoplePage(c, http.StatusOK, nil) }

func (s *server) peoplePage(c *gin.Context, status int, typed *pages.Typed) error {
	frame, forms := s.built(c, typed, "People", inAdmin(pages.Link{Text: "People"})...)
	p := pages.People{Frame: frame, Add: forms.Form("add", adminPage+"/people", nil), Empty: "Nobody is like that. Clear the filter to see everybody."}
	p.Filter.Action = adminPage + "/people"
	query := c.Request.URL.Query()
	p.Filter.Text(query, [2]string{"text", "Username or name"})
	roles := pages.RoleChoices("")
	roles[0].Text = "any role, or none"
	p.Filter.Add(query, pages.Filter{Name: "role", Label: "Role", Choices: roles})
	found, next, err := s.People.Accounts(c.Request.Context(), auth.PeopleFilter{
		Text: query.Get("text"), Role: review.Role(query.Get("role")), Cursor: query.Get("cursor"), Limit: defaultLimit,
	})
	if err != nil {
		return err
	}
	for _, a := range found {
		p.Rows = append(p.Rows, pages.NewPersonRow(a, s.Now()))
	}
	p.Pager = pagerOf(adminPage+"/people", p.Filter.Address(), query.Get("cursor"), next)
	return s.show(c, status, p)
}

// sendPerson answers POST /admin/people.
func (s *server) sendPerson(c *gin.Context) error {
	form := formOf(c)
	cmd, err := formCommand(c, "")
	var made review.Person
	if err == nil {
		made, err = s.People.AddPerson(c.Request.Context(), cmd, form.Get("username"), form.Get("name"))
	}
	return ended(c, err, pages.PersonAddress(made.ID), "person", func(status int, typed *pages.Typed) error {
		return s.peoplePage(c, status, typed)
	})
}

// sends carries out what a form asks for: one command, then on to a page.
func (s *server) sends(c *gin.Context, do func(context.Context, review.Command) error, to, notice string, again func(int, *pages.Typed) error) error {
	cmd, err := formCommand(c, "")
	if err == nil {
		err = do(c.Request.Context(), cmd)
	}
	return ended(c, err, to, notice, again)
}
