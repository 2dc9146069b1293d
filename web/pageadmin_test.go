package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"sallyport/review"
)

// newAdminSite has two administrators more, and somebody with a hostile scope.
func newAdminSite(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	for _, name := range []string{"admin2", "newbie"} {
		a := s.people["admin"]
		a.Person = review.Person{ID: review.PersonID("id" + name), Username: name}
		if name == "newbie" {
			a.Grants = []review.Grant{{ID: "g", Role: review.Researcher, Scope: `project:<em>"`, From: noon}}
		}
		s.people[name] = a
	}
	return s
}

// TestAdminIsForAdministrators: everybody else is refused at every page, in the
// same words whether or not there is such a thing.
func TestAdminIsForAdministrators(t *testing.T) {
	s := newAdminSite(t)
	for _, r := range s.server.adminRoutes() {
		at := addressOf(r.path)
		for _, who := range []string{"author", "checker1", "auditor", "observer"} {
			s.ask(who, r.method, at, url.Values{"role": {"auditor"}, "kind": {"all"}}).want(403, "Only an administrator can do this").without("newbie")
		}
	}
	if len(s.registry.confirmations) > 0 || len(s.registry.tokens) > 0 || len(s.ended) > 0 {
		t.Error("somebody who is no administrator did something")
	}
	s.get("author", "/").want(200).without(`href="/admin"`)
	s.get("admin", "/").want(200, `href="/admin"`)
}

func TestPeoplePages(t *testing.T) {
	s := newAdminSite(t)
	s.get("admin", "/admin").want(200, "Nothing waits", "Service tokens")
	p := s.get("admin", "/admin/people?text=adm").want(200, "admin2").without("newbie")
	s.get("admin", "/admin/people?role=auditor").want(200, "auditor").without("newbie")
	s.get("admin", "/admin/people?text=nobody").want(200, "Nobody is like that")
	form := p.form("/admin/people", 0)
	s.post("admin", "/admin/people", with(form, "username", `<em>x "y"`, "name", "A name")).
		want(422, "There is a problem", "&lt;em&gt;x &#34;y&#34;", "A name").without("<em>")
	s.post("admin", "/admin/people", with(form, "username", "admin2", "name", "Two")).want(409, "already", `value="admin2"`)
	form = s.get("admin", "/admin/people").form("/admin/people", 0)
	for range 2 { // a double click
		s.post("admin", "/admin/people", with(form, "username", "fresh")).to("/admin/people/idfresh")
	}
	s.get("admin", "/admin/people/idfresh").want(200, "No role: this person sees nothing", "Give the role")
	s.get("admin", "/admin/people/none").want(404, "Page not found")
}

func TestGiveAndEndRoles(t *testing.T) {
	s := newAdminSite(t)
	at := "/admin/people/idnewbie"
	p := s.get("admin", at).want(200, "researcher", "&lt;em&gt;&#34;").without("<em>")
	form := p.form(at+"/roles", 0)
	s.post("admin", at+"/roles", with(form, "role", "", "kind", "project", "of", "two")).want(422, "Choose a role", `value="two"`)
	s.post("admin", at+"/roles", with(form, "role", "observer", "kind", "project", "of", " ")).want(422, "Say the name of the project")
	s.post("admin", at+"/roles", with(form, "role", "researcher", "kind", "all")).want(422, "cannot have the scope")
	s.post("admin", at+"/roles", with(form, "role", "king", "kind", "all")).want(422, "There is no role")
	s.post("admin", at+"/roles", with(form, "role", "observer", "kind", "project", "of", "two")).to(at)
	s.get("admin", at).want(200, "observer", "the project two")
	s.get("admin", "/admin/people/idadmin").want(200, "Nobody changes their own roles").without("Give the role")
	s.post("admin", "/admin/people/idadmin/roles", with(form, "role", "observer", "kind", "all")).want(403, "Nobody changes their own roles")

	ask := at + "/end-role?role=observer&scope=project%3Atwo"
	s.get("admin", at).want(200, strings.ReplaceAll(ask, "&", "&amp;"))
	form = s.get("admin", ask).want(200, "End this role of newbie?").form(at+"/end-role", 0)
	s.post("admin", at+"/end-role", form).to(at)
	s.get("admin", ask).want(404)
	s.get("admin", at).want(200, "Roles that ended")

	s.post("admin", at+"/sessions/other/end", nil).to(at)
	s.post("admin", at+"/sessions/end", nil).to(at)
	if !slices.Equal(s.ended, []string{"other", "all of idnewbie"}) {
		t.Errorf("ended %v", s.ended)
	}
}

// TestConfirmationPages: who asks cannot confirm; another administrator can,
// once.
func TestConfirmationPages(t *testing.T) {
	s := newAdminSite(t)
	at := "/admin/people/idnewbie"
	form := s.get("admin", at).form(at+"/roles", 0)
	s.post("admin", at+"/roles", with(form, "role", "output_checker", "kind", "all")).to(at)
	one := "/admin/confirmations/" + s.registry.confirmations[0].ID
	for _, list := range []string{"/", "/admin", "/admin/confirmations", "/admin/confirmations?state=all", at} {
		s.get("admin2", list).want(200, "newbie as output checker", one)
	}
	s.get("admin", "/").want(200).without("newbie as") // it does not wait for them
	p := s.get("admin", one).want(200, "You asked for this", "Take it back", "disabled")
	s.post("admin", one, with(p.form(one, 0), "decision", "confirm")).want(403, "You asked for this")
	p = s.get("admin2", one).want(200, "sees submitted requests").without("disabled")
	s.post("admin2", one, with(p.form(one, 0), "decision", "perhaps")).want(422, "does not say what was decided")
	s.post("admin2", one, p.form(one, 0)).to(one)
	s.get("admin2", one).want(200, "admin2 has confirmed it", "disabled")
	s.get("admin2", "/").want(200).without("newbie as")
	s.post("admin2", one, p.form(one, 1)).want(409, "already") // a stale page
	s.get("admin", "/admin/confirmations").want(200, "Nothing waits").without("newbie as")
	s.get("admin", at).want(200, "output checker", "everything")
	s.get("admin", "/admin/confirmations/none").want(404)
}

// TestTokenPages: a token is shown once, and to nobody else.
func TestTokenPages(t *testing.T) {
	s := newAdminSite(t)
	p := s.get("author", "/account").want(200, "You have no token", "write requests").without("read the ledger")
	form := p.form("/account/tokens", 0)
	s.post("author", "/account/tokens", with(form, "name", `<em>"`, "days", "30")).want(422, "at least one scope", "&lt;em&gt;&#34;").without("<em>")
	s.post("author", "/account/tokens", with(form, "days", "4000", "scope", "read")).want(422, "Choose when the token ends")
	form = s.get("author", "/account").form("/account/tokens", 0)
	p = s.post("author", "/account/tokens", with(form, "name", "laptop", "days", "30", "scope", "read")).want(200, "shown this once", "sp_ID")
	if p.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the token's page is kept: %v", p.header)
	}
	s.post("author", "/account/tokens", form).want(200, "was shown before").without("sp_ID")
	s.get("author", "/account").want(200, "laptop").without("sp_ID")
	id := s.registry.tokens[0].ID
	ask := "/account/tokens/" + id + "/end"
	s.get("outsider", ask).want(404)
	s.post("outsider", ask, nil).want(404)
	form = s.get("author", ask).want(200, "End this token?", "laptop").form(ask, 0)
	s.post("author", ask, form).to("/account")
	s.get("author", "/account").want(200, "Ended").without(ask)

	form = s.get("admin", "/admin/tokens").want(200, "No backend has a token").form("/admin/tokens", 0)
	s.post("admin", "/admin/tokens", with(form, "days", "365")).want(422, "the name of a backend")
	form = s.get("admin", "/admin/tokens").form("/admin/tokens", 0)
	s.post("admin", "/admin/tokens", with(form, "days", "365", "backend", "tpp")).want(200, "shown this once", "report job requests of tpp")
	ask = "/admin/tokens/" + s.registry.tokens[1].ID + "/end"
	s.get("admin2", "/admin/tokens").want(200, "report for tpp", ask)
	s.post("admin2", ask, s.get("admin2", ask).want(200).form(ask, 0)).to("/admin/tokens")
}

func TestPlacingPages(t *testing.T) {
	s := newAdminSite(t)
	s.get("admin", "/admin/workspaces").want(200, "ws", "one", "/admin/workspaces/ws")
	s.get("admin", "/admin/workspaces/ws").want(200, `value="one"`)
	s.get("admin", "/admin/workspaces/none").want(404)
	place := "/admin/workspaces/ws/place"
	s.get("admin", place+"?project=one&organisation=org&ongoing=yes").want(422, "Nothing would change")
	s.get("admin", place+"?project=&organisation=org").want(422, "Say the name of the project", `value="org"`)
	p := s.get("admin", place+"?project="+url.QueryEscape(`<em>"`)+"&organisation=org&archived=yes").
		want(200, "one → &lt;em&gt;", "Of an archived workspace nothing can be requested").without("<em>")
	if s.place.Archived {
		t.Error("asking changed something")
	}
	s.post("admin", place, p.form(place, 0)).to("/admin/workspaces")
	if !s.place.Archived || s.place.Ongoing || s.place.Project != `<em>"` {
		t.Errorf("the workspace stands at %+v", s.place)
	}
	s.ask("admin", http.MethodPost, place, url.Values{"project": {""}}).want(422)
}
