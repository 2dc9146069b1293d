package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"sallyport/auth"
	"sallyport/review"
	"sallyport/web/pages"
)

// showPerson answers GET /admin/people/:id.
func (s *server) showPerson(c *gin.Context) error { return s.personPage(c, http.StatusOK, nil) }

func (s *server) personPage(c *gin.Context, status int, typed *pages.Typed) error {
	ctx, by, id, now := c.Request.Context(), actorOf(c), personParam(c), s.Now()
	found, err := s.People.Person(ctx, id)
	if err != nil {
		return err
	}
	frame, forms := s.built(c, typed, found.Username, inAdmin(pages.Link{Text: "People", Href: adminPage + "/people"}, pages.Link{Text: found.Username})...)
	p := pages.Person{
		Frame: frame, Username: found.Username, Facts: s.personFacts(found), Give: forms.Form("role", pages.PersonAddress(id, "roles"), nil),
		EndAll: forms.Form("end-all", pages.PersonAddress(id, "sessions", "end"), nil),
	}
	p.RoleIs, p.Kinds = pages.RoleChoices(p.Give.Value("role")), pages.ReachChoices(p.Give.Value("kind"))
	may := review.MayChangeRoles(by, id)
	if may != nil {
		p.Why = may.Error()
	}
	p.Roles, p.Former = pages.HeldRoles(id, found.Grants, may == nil, now)
	if p.Waiting, err = s.confirmationRows(c, review.ConfirmationWaiting, id); err != nil {
		return err
	}
	below := pages.PersonAddress(id, "sessions")
	if p.Sessions, err = s.sessionsOf(c, forms, id, below); err != nil {
		return err
	}
	if p.Tokens, _, err = s.tokenRows(c, id, adminPage+"/tokens"); err != nil {
		return err
	}
	return s.show(c, status, p)
}

func (s *server) personFacts(a auth.Account) []pages.Fact {
	facts := []pages.Fact{{Name: "Username", Text: a.Username}, {Name: "Name", Text: a.Name}, {Name: "Account since", When: pages.At(a.Created, s.Now())}}
	if a.Name == "" {
		facts[1] = pages.Fact{Name: "Name", Text: "not said", Quiet: true}
	}
	if a.Issuer == "" {
		return append(facts, pages.Fact{Name: "Signs in by", Quiet: true, Text: "Nobody has signed in yet: the first identity with this username gets the account."})
	}
	return append(facts, pages.Fact{Name: "Signs in by", Text: a.Issuer}, pages.Fact{Name: "First signed in", When: pages.At(a.Linked, s.Now())})
}

// sessionsOf are the sessions of a person, each with the form below an address
// that ends it.
func (s *server) sessionsOf(c *gin.Context, forms pages.Forms, person review.PersonID, below string) ([]pages.Session, error) {
	held, err := s.SignIn.Held.SessionsOf(c.Request.Context(), actorOf(c), person)
	var list []pages.Session
	for _, h := range held {
		agent := h.Label
		if agent == "" {
			agent = "A browser that did not say what it is"
		}
		list = append(list, pages.Session{
			Agent: agent, Current: h.ID == c.GetString(sessionKey), Began: pages.At(h.Created, s.Now()),
			Used: pages.At(h.LastUsed, s.Now()), Expires: pages.At(h.Expires, s.Now()),
			End: forms.Form("end-"+h.ID, below+"/"+url.PathEscape(h.ID)+"/end", nil),
		})
	}
	return list, err
}

// scopeIn is the scope that a form names by its kind and its name.
func scopeIn(form url.Values) review.Scope {
	if kind := form.Get("kind"); kind != string(review.ScopeAll) {
		return review.Scope(kind + ":" + strings.TrimSpace(form.Get("of")))
	}
	return review.ScopeAll
}

// sendRole answers POST /admin/people/:id/roles.
func (s *server) sendRole(c *gin.Context) error {
	form, notice := formOf(c), "role"
	give := func(ctx context.Context, cmd review.Command) error {
		role := review.Role(form.Get("role"))
		switch {
		case role == "":
			return invalid("Choose a role.")
		case form.Get("kind") != string(review.ScopeAll) && strings.TrimSpace(form.Get("of")) == "":
			return invalid("Say the name of the %s.", form.Get("kind"))
		}
		given, err := s.People.GrantRole(ctx, cmd, personParam(c), role, scopeIn(form))
		if given.Grant == "" && given.Confirmation != "" {
			notice = "role-waits"
		}
		return err
	}
	cmd, err := formCommand(c, "")
	if err == nil {
		err = give(c.Request.Context(), cmd)
	}
	return ended(c, err, pages.PersonAddress(personParam(c)), notice, func(status int, typed *pages.Typed) error {
		return s.personPage(c, status, typed)
	})
}

// askEndRole answers GET /admin/people/:id/end-role.
func (s *server) askEndRole(c *gin.Context) error {
	query := c.Request.URL.Query()
	return s.endRolePage(c, http.StatusOK, nil, review.Role(query.Get("role")), review.Scope(query.Get("scope")))
}

func (s *server) endRolePage(c *gin.Context, status int, typed *pages.Typed, role review.Role, scope review.Scope) error {
	found, err := s.People.Person(c.Request.Context(), personParam(c))
	if err != nil {
		return err
	}
	back := pages.PersonAddress(found.ID)
	frame, forms := s.built(c, typed, "End a role", inAdmin(pages.Link{Text: "People", Href: adminPage + "/people"}, pages.Link{Text: found.Username, Href: back}, pages.Link{Text: "End a role"})...)
	p := pages.Ask{
		Frame: frame, Heading: "End this role of " + found.Username + "?", Form: forms.Form("end", back+"/end-role", nil),
		Lines:  []string{"It stops counting on their next click. That they had it stays known: a side of a request outlasts a role."},
		Facts:  []pages.Fact{{Name: "Role", Text: pages.RoleName(role)}, {Name: "Reaches", Text: pages.Reaches(scope)}},
		Button: "End the role", Class: "stop", Back: back,
		Carries: []pages.Kept{{Name: "role", Value: string(role)}, {Name: "scope", Value: string(scope)}},
	}
	stands := false
	for _, g := range found.Grants {
		if g.Role != role || g.Scope != scope || !g.Until.IsZero() {
			continue
		}
		stands = true
		if g.Claimed {
			p.Lines = append(p.Lines, "The sign-in provider gives this role: it comes back at the next sign-in, unless the person leaves the group there.")
		}
	}
	if !stands && typed == nil {
		return review.ErrNotFound
	}
	return s.show(c, status, p)
}

// sendEndRole answers POST /admin/people/:id/end-role.
func (s *server) sendEndRole(c *gin.Context) error {
	role, scope := review.Role(formOf(c).Get("role")), review.Scope(formOf(c).Get("scope"))
	return s.sends(c, func(ctx context.Context, cmd review.Command) error {
		return s.People.EndRole(ctx, cmd, personParam(c), role, scope)
	}, pages.PersonAddress(personParam(c)), "end-role", func(status int, typed *pages.Typed) error {
		return s.endRolePage(c, status, typed, role, scope)
	})
}

// sendEndSession answers POST /admin/people/:id/sessions/:session/end.
func (s *server) sendEndSession(c *gin.Context) error {
	if err := s.SignIn.Held.EndSession(c.Request.Context(), actorOf(c), param(c, "session")); err != nil {
		return err
	}
	return goTo(c, pages.PersonAddress(personParam(c)), "session")
}

// sendEndSessions answers POST /admin/people/:id/sessions/end.
func (s *server) sendEndSessions(c *gin.Context) error {
	if _, err := s.SignIn.Held.EndSessions(c.Request.Context(), actorOf(c), personParam(c)); err != nil {
		return err
	}
	return goTo(c, pages.PersonAddress(personParam(c)), "sessions")
}
