package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"sallyport/auth"
	"sallyport/review"
)

// addressOf is an address that a page's pattern matches.
func addressOf(pattern string) string {
	return strings.NewReplacer(
		":id", "ID1", ":file", "F1", ":comment", "C1", ":workspace", "ws", ":identifier", "x", ":session", "other", ":topic", "words", "*path", "out", ":kind", "project", ":name", "one",
	).Replace(pattern)
}

// openPages are the pages that a stranger may ask for.
var openPages = []string{"/static/*path", "/login", "/auth/callback", "/logout", "/signed-out"}

// TestStrangersAtPages: every page but a named few leads to the sign-in, keeps
// what was typed, and takes no token for a session.
func TestStrangersAtPages(t *testing.T) {
	s := newSite(t)
	for _, r := range s.server.engine.Routes() {
		if strings.HasPrefix(r.Path, apiBase) || slices.Contains(open, r.Path) || slices.Contains(openPages, r.Path) {
			continue
		}
		at := addressOf(r.Path)
		for _, who := range []string{"", "nobody"} {
			switch {
			case strings.HasPrefix(r.Path, "/content/"):
				s.get(who, at, header{"Authorization", "Bearer author"}).want(401, "signed out")
			case r.Method == http.MethodGet:
				want := "/login"
				if at != "/" {
					want += "?next=" + url.QueryEscape(at)
				}
				s.get(who, at, header{"Authorization", "Bearer author"}).to(want)
			default:
				s.post(who, at, url.Values{"text": {`typed <em>"'`}, "key": {"k"}}).
					want(401, "typed &lt;em&gt;&#34;&#39;", `action="`+at+`"`, `name="key" value="k"`).without("<em>")
			}
		}
	}
	if len(s.streams) > 0 || len(s.opened) > 0 {
		t.Error("a stranger did something")
	}
}

// TestSessionsAreNoTokens: the API takes no cookie.
func TestSessionsAreNoTokens(t *testing.T) {
	s := newSite(t)
	s.get("author", apiBase+"/me").want(401)
	s.get("author", "/account").want(200)
}

func TestSignIn(t *testing.T) {
	s := newSite(t)
	p := s.get("", "/login?next=/queue").to("https://provider.test/authorize")
	flow := p.cookies[auth.FlowCookie(auth.Flow{}).Name]
	if flow == nil || !flow.HttpOnly || !flow.Secure || flow.SameSite != http.SameSiteLaxMode {
		t.Fatalf("the flow's cookie: %+v", flow)
	}
	with := header{"Cookie", flow.Name + "=" + flow.Value}
	p = s.get("", "/auth/callback?state=state&code=checker1", with).to("/queue")
	c := p.cookies[auth.SessionCookie("").Name]
	if c == nil || c.Value != "checker1" || !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
		t.Fatalf("the session's cookie: %+v", c)
	}
	if gone := p.cookies[flow.Name]; gone == nil || gone.MaxAge >= 0 {
		t.Errorf("the flow's cookie stays: %+v", gone)
	}
	s.get("", "/auth/callback?state=other&code=checker1", with).want(422, "does not belong to the sign-in", "/login")
	s.get("", "/auth/callback?state=state&code=checker1").want(422, "finished already")
	s.get("author", "/auth/callback?state=state&error=access_denied", with).want(403, "did not let you in")
	if !slices.Contains(s.refused, "author") {
		t.Error("whom the provider refuses keeps their sessions")
	}
	s.get("", "/login?next=https://elsewhere.test/").to("https://provider.test/authorize")
}

func TestProviderAway(t *testing.T) {
	s := newSite(t)
	s.away = auth.ErrProviderAway
	for _, at := range []string{"/login", "/auth/callback?state=state&code=checker1"} {
		p := s.get("", at).want(503, "does not answer")
		if p.header.Get("Retry-After") == "" {
			t.Errorf("%s does not say when to try again", at)
		}
		if c := p.cookies[auth.FlowCookie(auth.Flow{}).Name]; c != nil {
			t.Errorf("%s touches the flow's cookie: %+v; reloading would not go on", at, c)
		}
	}
	s.away = errors.New("secret of the program")
	s.get("", "/login").want(500, "Something went wrong").without("secret")
}

// TestSignInTooOften: whoever fails again and again has to wait.
func TestSignInTooOften(t *testing.T) {
	s := newSite(t)
	flow := s.get("", "/login").cookies[auth.FlowCookie(auth.Flow{}).Name]
	began := header{"Cookie", flow.Name + "=" + flow.Value}
	for range 2 * failureBurst { // by programs, and by pages of other sites: nobody is kept out
		s.get("", apiBase+"/me", header{"Authorization", "Bearer wrong"})
		s.get("", "/auth/callback?state=x&code=y").want(422)
	}
	for range failureBurst {
		s.get("", "/auth/callback?state=x&code=y", began).want(422)
	}
	if p := s.get("", "/auth/callback?state=x&code=y", began).want(429, "Too many attempts"); p.header.Get("Retry-After") == "" {
		t.Error("it does not say how long to wait")
	}
	asked := s.finished
	s.get("", "/auth/callback?state=x&code=y", began).want(429)
	if s.finished != asked {
		t.Error("the provider is asked for who has failed too often")
	}
}

func TestSignOut(t *testing.T) {
	s := newSite(t)
	p := s.post("author", "/logout", nil).to("/signed-out")
	if c := p.cookies[auth.SessionCookie("").Name]; c == nil || c.MaxAge >= 0 {
		t.Errorf("the session's cookie stays: %+v", c)
	}
	s.get("author", "/account").to("/login?next=%2Faccount")
	s.get("author", "/signed-out").want(200, "You are signed out")
}

func TestAccount(t *testing.T) {
	s := newSite(t)
	p := s.get("author", "/account").want(200, "Firefox on Linux", "this browser", "project one", `&lt;em&gt;`).without("<em>")
	s.post("author", "/account/sessions/other/end", p.form("/account/sessions/other/end", 0)).to("/account")
	s.post("author", "/account/sessions/else/end", nil).want(404, "Page not found")
	s.post("author", "/account/sessions/sessionauthor/end", nil).to("/signed-out")
	if !slices.Equal(s.ended, []string{"other", "sessionauthor"}) {
		t.Errorf("ended %v", s.ended)
	}
}

// TestPagesHeaders: a page lets nothing in and is kept nowhere.
func TestPagesHeaders(t *testing.T) {
	s := newSite(t)
	v := s.draft()
	for _, at := range []string{"/", "/requests", "/requests/" + string(v.ID), "/nowhere", "/requests/ID999", "/workspaces/ws/out/a.csv"} {
		p := s.get("author", at)
		policy := p.header.Get("Content-Security-Policy")
		for _, bad := range []string{"unsafe", "*", "http"} {
			if strings.Contains(policy, bad) {
				t.Errorf("%s has the policy %s", at, policy)
			}
		}
		if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || p.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: headers %v", at, p.header)
		}
		if kind := p.header.Get("Content-Type"); kind != "text/html; charset=utf-8" {
			t.Errorf("%s has the type %s", at, kind)
		}
		if strings.Count(p.body, "<script") != strings.Count(p.body, `<script src="/static/`) || !strings.Contains(policy, "script-src 'self';") {
			t.Errorf("%s has a script of its own, under %s", at, policy)
		}
		if p.header.Get("Vary") != "HX-Request" || p.header.Get("Content-Encoding") != "" {
			t.Errorf("%s: headers %v", at, p.header)
		}
		for _, bad := range []string{"javascript:", " onclick=", " style=", `src="http`, `href="http`, "//cdn"} {
			if strings.Contains(p.body, bad) {
				t.Errorf("%s has %q", at, bad)
			}
		}
	}
}

func TestStatic(t *testing.T) {
	s := newSite(t)
	at, err := s.server.pages.static.Address("sallyport.css")
	if err != nil {
		t.Fatal(err)
	}
	if p := s.get("", at).want(200, ":root"); !strings.Contains(p.header.Get("Cache-Control"), "immutable") {
		t.Errorf("the stylesheet is kept as %q", p.header.Get("Cache-Control"))
	}
	s.get("", "/static/x/sallyport.css").want(404)
	whole := s.get("", at)
	for accepts, want := range map[string]string{
		"gzip": "gzip", "br, GZIP;q=0.5": "gzip", "gzip;q=0": "", "gzip; q=0.0": "", "br, *;q=0": "", "": "", "x-gzip": "",
	} {
		p := s.get("", at, header{"Accept-Encoding", accepts}).want(200)
		if got := p.header.Get("Content-Encoding"); got != want || p.header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q gets the coding %q, Vary %q", accepts, got, p.header.Get("Vary"))
		}
		if small := len(p.body) < len(whole.body); small != (want == "gzip") {
			t.Errorf("%q gets %d bytes", accepts, len(p.body))
		}
	}
}

// TestErrorPages: what goes wrong is said in words, and nothing leaks.
func TestErrorPages(t *testing.T) {
	s := newSite(t)
	s.get("author", "/nowhere").want(404, "Page not found")
	s.get("author", "/requests/ID999").want(404, "Page not found", "Sign out")
	s.get("author", "/requests/..%2f").want(404)
	s.post("author", "/requests", nil).want(405, "Nothing can be sent")
	s.get("author", "/ledger").want(403, "You may not do this")
	s.get("author", "/queue?queue=other").want(422, "That cannot be done")
	s.get("author", "/requests?status=%3Cem%3E").want(422, "&lt;em&gt;").without("<em>")
	s.broken = errors.New("secret of the database")
	p := s.get("author", "/requests").want(500, "Something went wrong").without("secret")
	if !strings.Contains(p.body, p.header.Get("X-Request-Id")) {
		t.Error("the page does not name the request")
	}
	s.broken = review.ErrUnavailable
	if p := s.get("author", "/requests").want(503, "Not available just now"); p.header.Get("Retry-After") == "" {
		t.Error("it does not say when to try again")
	}
}

// TestOtherSitesAtPages: a form on another site does nothing.
func TestOtherSitesAtPages(t *testing.T) {
	s := newSite(t)
	v := s.draft()
	form := "/requests/" + string(v.ID) + "/submit"
	s.post("author", form, url.Values{"version": {v.Version}}, header{"Sec-Fetch-Site", "cross-site"}).want(403, "another site")
	s.post("author", form, url.Values{"version": {v.Version}}, header{"Origin", "https://elsewhere.test"}).want(403)
	if got := s.do("author", "GET", at(v), nil).want(200).request(); got.Status != review.Pending {
		t.Errorf("status %s", got.Status)
	}
}

// TestPlaces: everybody gets to their own places, and to none that turns them
// away.
func TestPlaces(t *testing.T) {
	s := newSite(t)
	s.submitted()
	for who, places := range map[string][]string{
		"author": {"/workspaces", "/job-requests", "/requests", "/releases"}, "checker1": {"/queue", "/workspaces", "/releases"},
		"auditor": {"/requests", "/releases", "/ledger"}, "admin": {"/workspaces", "/requests"}, "observer": {"/workspaces", "/requests"},
	} {
		home := s.get(who, "/").want(200)
		for _, at := range places {
			if !strings.Contains(home.body, `<a href="`+at+`" data-key="g `) {
				t.Errorf("%s is not led to %s", who, at)
			}
			s.get(who, at).want(200, `<a href="`+at+`" aria-current="page"`)
		}
	}
	s.get("checker1", "/").want(200, "Your turn", "First")
	s.get("author", "/").want(200, "Nothing waits for you now", "First")
}
