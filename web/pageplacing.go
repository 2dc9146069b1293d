package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"sallyport/review"
	"sallyport/web/pages"
)

const placingPage = adminPage + "/workspaces"

// showPlacing answers GET /admin/workspaces.
func (s *server) showPlacing(c *gin.Context) error {
	found, next, err := s.Workspaces.Workspaces(c.Request.Context(), review.VisibleWorkspaces(actorOf(c)), c.Query("cursor"), defaultLimit)
	if err != nil {
		return err
	}
	frame, _ := s.built(c, nil, "Where workspaces belong", inAdmin(pages.Link{Text: "Workspaces"})...)
	p := pages.Placing{Frame: frame, Pager: pagerOf(placingPage, url.Values{}, c.Query("cursor"), next)}
	for _, w := range found {
		at := w.Place
		p.Rows = append(p.Rows, pages.PlacedRow{
			Href: pages.PlaceAddress(at.Workspace, ""), Name: at.Workspace, Project: at.Project, Organisation: at.Organisation,
			Backend: at.Backend, State: pages.PlacedState(at.Project, at.Ongoing, at.Archived),
		})
	}
	return s.show(c, http.StatusOK, p)
}

// placedForm is where a workspace stands, as its form has it.
func placedForm(p review.Place) url.Values {
	form := url.Values{"project": {p.Project}, "organisation": {p.Organisation}}
	for name, on := range map[string]bool{"ongoing": p.Ongoing, "archived": p.Archived} {
		if on {
			form.Set(name, "yes")
		}
	}
	return form
}

// placeIn is where a form puts a workspace.
func placeIn(form url.Values, now review.Place) (review.Place, error) {
	now.Project, now.Organisation = strings.TrimSpace(form.Get("project")), strings.TrimSpace(form.Get("organisation"))
	now.Ongoing, now.Archived = form.Get("ongoing") == "yes", form.Get("archived") == "yes"
	for what, name := range map[string]string{"project": now.Project, "organisation": now.Organisation} {
		if name == "" {
			return now, invalid("Say the name of the %s.", what)
		}
		if utf8.RuneCountInString(name) > 200 || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
			return now, invalid("The name of the %s is one line of up to 200 characters.", what)
		}
	}
	return now, nil
}

// showPlace answers GET /admin/workspaces/:workspace.
func (s *server) showPlace(c *gin.Context) error {
	w, err := s.known(c)
	if err != nil {
		return err
	}
	return s.placePage(c, http.StatusOK, nil, w.Place)
}

func (s *server) placePage(c *gin.Context, status int, typed *pages.Typed, at review.Place) error {
	frame, forms := s.built(c, typed, "Where "+at.Workspace+" belongs", inAdmin(pages.Link{Text: "Workspaces", Href: placingPage}, pages.Link{Text: at.Workspace})...)
	return s.show(c, status, pages.Place{
		Frame: frame, Name: at.Workspace, Form: forms.Form("place", pages.PlaceAddress(at.Workspace, "/place"), placedForm(at)),
	})
}

// changesOf says what placing a workspace changes, and what follows.
func changesOf(from, to review.Place) (facts []pages.Fact, lines []string) {
	for _, f := range []struct{ name, from, to, line string }{
		{"Project", from.Project, to.Project, "Researchers and observers of “" + to.Project + "” see this workspace and its requests from now on; those of another project do not any more."},
		{"Organisation", from.Organisation, to.Organisation, "Output checkers and auditors of “" + to.Organisation + "” reach it from now on; those of another organisation do not any more."},
	} {
		if f.from != f.to {
			if f.from == "" {
				f.from = "not known"
			}
			facts, lines = append(facts, pages.Fact{Name: f.name, Text: f.from + " → " + f.to}), append(lines, f.line)
		}
	}
	for _, f := range []struct {
		name     string
		from, to bool
		line     string
	}{
		{"Ongoing", from.Ongoing, to.Ongoing, either(to.Ongoing, "New requests can be made from now on.", "The project is over: no new request can be made.")},
		{"Archived", from.Archived, to.Archived, either(to.Archived, "Of an archived workspace nothing can be requested.", "Its outputs can be requested again.")},
	} {
		if f.from != f.to {
			facts, lines = append(facts, pages.Fact{Name: f.name, Text: either(f.from, "yes", "no") + " → " + either(f.to, "yes", "no")}), append(lines, f.line)
		}
	}
	return facts, lines
}

func either(b bool, yes, no string) string {
	if b {
		return yes
	}
	return no
}

// askPlace answers GET /admin/workspaces/:workspace/place, which asks first.
func (s *server) askPlace(c *gin.Context) error {
	return s.askPlacing(c, http.StatusOK, nil, c.Request.URL.Query())
}

func (s *server) askPlacing(c *gin.Context, status int, typed *pages.Typed, form url.Values) error {
	w, err := s.known(c)
	if err != nil {
		return err
	}
	name := w.Place.Workspace
	to, err := placeIn(form, w.Place)
	facts, lines := changesOf(w.Place, to)
	if err == nil && len(facts) == 0 && typed == nil {
		err = review.ErrNothing
	}
	if err != nil {
		refused := typedOf(c, err)
		refused.Form, refused.Values = "place", form
		return s.placePage(c, problemOf(err).Status, refused, w.Place)
	}
	frame, forms := s.built(c, typed, "Move "+name+"?", inAdmin(pages.Link{Text: "Workspaces", Href: placingPage}, pages.Link{Text: name, Href: pages.PlaceAddress(name, "")}, pages.Link{Text: "Move"})...)
	p := pages.Ask{
		Frame: frame, Heading: "Change where " + name + " belongs?", Lines: lines, Facts: facts,
		Form:   forms.Form("move", pages.PlaceAddress(name, "/place"), nil),
		Button: "Change it", Class: "go", Back: pages.PlaceAddress(name, ""),
	}
	for _, field := range []string{"project", "organisation", "ongoing", "archived"} {
		p.Carries = append(p.Carries, pages.Kept{Name: field, Value: form.Get(field)})
	}
	return s.show(c, status, p)
}

// sendPlace answers POST /admin/workspaces/:workspace/place.
func (s *server) sendPlace(c *gin.Context) error {
	form := formOf(c)
	w, err := s.known(c)
	if err != nil {
		return err
	}
	return s.sends(c, func(ctx context.Context, cmd review.Command) error {
		to, err := placeIn(form, w.Place)
		if err != nil {
			return err
		}
		return s.Workspaces.PlaceWorkspace(ctx, cmd, w.Place.Workspace, Placing{
			Organisation: &to.Organisation, Project: &to.Project, Ongoing: &to.Ongoing, Archived: &to.Archived,
		})
	}, placingPage, "placed", func(status int, typed *pages.Typed) error { return s.askPlacing(c, status, typed, form) })
}
