package main

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"sallyport/auth"
	"sallyport/review"
)

// shown is what of people's answers the tests look at.
type shown struct {
	ID    string `json:"id"`
	State string `json:"state"`
	User  struct {
		Roles []printedRole `json:"roles"`
	} `json:"user"`
	Confirmation *shown `json:"confirmation"`
	Roles        []printedRole
	Items        []shown   `json:"items"`
	Token        *string   `json:"token"`
	ExpiresAt    time.Time `json:"expires_at"`
	MayConfirm   bool      `json:"may_confirm"`
}

// TestAdministrationByAPI: an administrator makes an account and gives roles;
// those that take two wait for the other one.
func TestAdministrationByAPI(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		p := startIdle(t, url)
		add := call{method: "POST", path: "/users", body: object{"username": "newbie", "name": "New"}, key: "add"}
		newbie := into[shown](t, p.want("admin1", add, 201)).ID
		if again := into[shown](t, p.want("admin1", add, 201)).ID; again != newbie {
			t.Errorf("the same act made %s and %s", newbie, again)
		}
		add.key = ""
		p.refused("admin1", add, 409, "duplicate")
		p.refused("admin1", call{method: "POST", path: "/users", body: object{"username": "a b"}}, 422, "invalid")
		p.refused("researcher1", add, 403, "role")
		p.refused("", add, 401, "unauthenticated")

		roles := "/users/" + newbie + "/roles"
		give := func(role review.Role, scope string) call {
			return call{method: "PUT", path: roles, body: object{"role": role, "scope": scope}}
		}
		if got := into[shown](t, p.want("admin1", give(review.Researcher, "project:demo-study"), 200)); len(got.User.Roles) != 1 || got.Confirmation != nil {
			t.Errorf("a researcher: %+v", got)
		}
		asked := into[shown](t, p.want("admin1", give(review.OutputChecker, "all"), 202))
		if len(asked.User.Roles) != 1 || asked.Confirmation == nil || asked.Confirmation.State != "waiting" || asked.Confirmation.MayConfirm {
			t.Fatalf("a checker: %+v", asked)
		}
		p.refused("admin1", give("king", "all"), 422, "invalid")
		p.refused("admin1", give(review.Researcher, "all"), 422, "invalid")
		p.refused("checker1", give(review.Researcher, "project:demo-study"), 403, "role")
		p.refused("admin1", call{method: "PUT", path: "/users/none/roles", body: object{"role": "researcher", "scope": "project:a"}}, 404, "not_found")
		me := into[shown](t, p.want("admin1", call{method: "GET", path: "/me"}, 200)).ID
		p.refused("admin1", call{method: "PUT", path: "/users/" + me + "/roles", body: object{"role": "researcher", "scope": "project:a"}}, 403, "role")

		p.confirmations(asked.Confirmation.ID)
		if got := into[shown](t, p.want("admin1", call{method: "GET", path: "/users/" + newbie}, 200)); len(got.Roles) != 2 {
			t.Errorf("after the confirmation: %+v", got)
		}
		p.endsRole(roles)
		p.tokensByAPI()
		if report, err := p.app.store.Replay(t.Context()); err != nil || len(report.Differences) > 0 {
			t.Errorf("Replay = %+v, %v", report, err)
		}
	})
}

// confirmations settles the confirmation that admin1 asked for.
func (p *program) confirmations(id string) {
	p.t.Helper()
	one, settle := "/confirmations/"+id, call{method: "POST", path: "/confirmations/" + id, body: object{"decision": "confirm"}}
	if got := into[shown](p.t, p.want("admin2", call{method: "GET", path: "/confirmations?state=waiting"}, 200)); len(got.Items) != 1 || !got.Items[0].MayConfirm {
		p.t.Errorf("there wait %+v", got.Items)
	}
	p.refused("checker1", call{method: "GET", path: "/confirmations"}, 403, "role")
	p.refused("checker1", call{method: "GET", path: one}, 403, "role")
	p.refused("checker1", settle, 403, "role")
	p.refused("admin1", settle, 403, "role")
	p.refused("admin2", call{method: "POST", path: "/confirmations/none"}, 404, "not_found")
	p.refused("admin2", call{method: "POST", path: one, body: object{"decision": "perhaps"}}, 422, "invalid")
	settle.key = "settle"
	for range 2 {
		if got := into[shown](p.t, p.want("admin2", settle, 200)); got.State != "confirmed" {
			p.t.Errorf("confirmed: %+v", got)
		}
	}
	settle.key = ""
	p.refused("admin2", settle, 409, "status")
}

// endsRole takes the checker's role away.
func (p *program) endsRole(roles string) {
	p.t.Helper()
	end := call{method: "DELETE", path: roles + "?role=output_checker&scope=" + url.QueryEscape("all")}
	p.refused("checker1", end, 403, "role")
	if got := into[shown](p.t, p.want("admin1", end, 200)); len(got.User.Roles) != 1 {
		p.t.Errorf("after the end: %+v", got)
	}
	p.refused("admin1", call{method: "DELETE", path: roles + "?role=auditor&scope=all"}, 404, "not_found")
	p.refused("admin1", call{method: "DELETE", path: roles + "?role=auditor"}, 422, "invalid")
}

// tokensByAPI makes tokens and ends them.
func (p *program) tokensByAPI() {
	p.t.Helper()
	mine := call{method: "POST", path: "/tokens", key: "token", body: object{"name": "laptop", "scopes": []string{"read", "author"}}}
	made := into[shown](p.t, p.want("researcher1", mine, 201))
	if made.Token == nil || !strings.HasPrefix(*made.Token, "sp_"+made.ID+"_") {
		p.t.Fatalf("made %+v", made)
	}
	if again := into[shown](p.t, p.want("researcher1", mine, 201)); again.ID != made.ID || again.Token != nil {
		p.t.Errorf("the same act again: %+v, want the same token without its secret", again)
	}
	kept, err := p.app.store.Answer(p.t.Context(), review.PersonID(into[shown](p.t, p.want("researcher1", call{method: "GET", path: "/me"}, 200)).ID), "token", "")
	if err == nil || kept != nil {
		p.t.Errorf("what was answered is kept: %s, %v", kept, err)
	}
	p.tokens["narrow"] = *made.Token
	p.refused("narrow", call{method: "POST", path: "/tokens", body: object{"scopes": []string{"read", "content"}}}, 403, "role")
	soon := now().Add(time.Hour)
	p.token("researcher1", "short", soon, review.MayRead)
	p.refused("short", call{method: "POST", path: "/tokens", body: object{"scopes": []string{"read"}, "expires_at": soon.Add(time.Second)}}, 403, "role")
	if next := into[shown](p.t, p.want("short", call{method: "POST", path: "/tokens", body: object{"scopes": []string{"read"}}}, 201)); !next.ExpiresAt.Equal(soon) {
		p.t.Errorf("the token of a token ends at %s, want %s", next.ExpiresAt, soon)
	}
	p.refused("researcher1", call{method: "POST", path: "/tokens", body: object{"scopes": []string{"check"}}}, 403, "role")
	p.refused("researcher1", call{method: "POST", path: "/tokens", body: object{"scopes": []string{}}}, 422, "invalid")
	p.refused("researcher1", call{method: "POST", path: "/tokens", body: object{"backend": "tpp"}}, 403, "role")
	p.refused("researcher1", call{method: "GET", path: "/tokens?services=true"}, 403, "role")
	p.refused("researcher2", call{method: "DELETE", path: "/tokens/" + made.ID}, 404, "not_found")
	p.want("researcher1", call{method: "DELETE", path: "/tokens/" + made.ID}, 200)
	p.refused("narrow", call{method: "GET", path: "/me"}, 401, "unauthenticated")

	service := into[shown](p.t, p.want("admin1", call{method: "POST", path: "/tokens", body: object{"name": "reporter", "backend": "tpp"}}, 201))
	if _, err := (auth.Tokens{Store: p.app.store, Now: now}).Authenticate(p.t.Context(), "Bearer "+*service.Token); err != nil {
		p.t.Errorf("the service's token: %v", err)
	}
	if got := into[shown](p.t, p.want("admin2", call{method: "GET", path: "/tokens?services=true"}, 200)); len(got.Items) == 0 || got.Items[0].ID != service.ID {
		p.t.Errorf("the tokens of services: %+v", got.Items)
	}
	p.want("admin2", call{method: "DELETE", path: "/tokens/" + service.ID}, 200)
}
