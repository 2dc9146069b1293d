package web

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"sallyport/review"
)

// quick is what htmx says of itself.
var quick = header{"HX-Request", "true"}

// TestRefusalsInPlace: what is refused is said on the page that stays, and a
// stranger is not led away from what they typed.
func TestRefusalsInPlace(t *testing.T) {
	s := newSite(t)
	v := s.draft("out/a.csv")
	overview := requestAt(v)
	form := with(s.get("author", overview).form(overview+"/comments", 0), "text", "Words")
	for _, p := range []shownPage{
		s.post("", overview+"/comments", form, quick).want(401),
		s.get("", overview, quick).want(401),
	} {
		p.want(401, `hx-target="#told"`, "signed out", `href="/login?next=%2Fsigned-in" target="_blank"`).without("<main", "<title", "<html")
		if p.header.Get("HX-Redirect") != "" || p.header.Get("Location") != "" {
			t.Errorf("%s leads away: %v", p.at, p.header)
		}
	}
	s.get("author", "/requests/ID999", quick).want(404, `hx-target="#told"`, "Page not found").without("<main", "<title")
	s.get("author", "/nowhere", quick).want(404, `hx-target="#told"`)
	s.post("author", overview+"/comments", form, quick, header{"Sec-Fetch-Site", "cross-site"}).want(403, `hx-target="#told"`, "another site")
	s.post("author", overview+"/comments", url.Values{"text": {strings.Repeat("x", formLimit)}}, quick).want(413, `hx-target="#told"`)
	s.broken = errors.New("secret of the database")
	p := s.get("author", overview, quick).want(500, `hx-target="#told"`, "Something went wrong").without("secret")
	if !strings.Contains(p.body, p.header.Get("X-Request-Id")) {
		t.Error("it does not name the request")
	}
	s.broken = review.ErrUnavailable
	s.get("author", overview, quick).want(503, `hx-target="#told"`)
}

// TestWholePagesInPlace: a page that knows of no parts sends all that is its
// own, and where a browser would be led on, the page is.
func TestWholePagesInPlace(t *testing.T) {
	s := newSite(t)
	s.get("author", "/workspaces", quick).want(200, `<hx-partial hx-target="#main" hx-swap="innerHTML`, "<title>Workspaces").without("<html", "<header class=\"top\"")
	p := s.post("author", "/logout", nil, quick).want(204)
	if p.header.Get("HX-Redirect") != "/signed-out" || p.header.Get("Location") != "" {
		t.Errorf("headers %v", p.header)
	}
}
