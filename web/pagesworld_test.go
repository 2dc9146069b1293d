package web

import (
	"context"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sallyport/auth"
	"sallyport/review"
)

// site is a world with pages. A session's value is its person's username.
type site struct {
	*world
	ended   []string // sessions that were ended, by their value or id
	refused []string
	away    error // what the provider answers

	finished int // how often the provider was asked who signs in
}

func newSite(t testing.TB, change ...func(*Config)) *site {
	t.Helper()
	s := &site{}
	s.world = newWorld(t, append([]func(*Config){func(c *Config) {
		c.SignIn = &SignIn{Provider: s, Sessions: sessionsOf{s}, Held: s, Roles: auth.Mapping{}.Roles}
	}}, change...)...)
	return s
}

// Begin is the provider's.
func (s *site) Begin(_ context.Context, next string) (string, auth.Flow, error) {
	if s.away != nil {
		return "", auth.Flow{}, s.away
	}
	return "https://provider.test/authorize", auth.Flow{State: "state", Nonce: "n", Verifier: "v", Next: auth.LocalPath(next), Began: noon}, nil
}

// Finish takes a username for the code.
func (s *site) Finish(_ context.Context, flow auth.Flow, query url.Values) (auth.Identity, error) {
	s.finished++
	switch {
	case s.away != nil:
		return auth.Identity{}, s.away
	case flow.State == "":
		return auth.Identity{}, auth.ErrNoFlow
	case query.Get("state") != flow.State:
		return auth.Identity{}, auth.ErrForged
	case query.Get("error") != "":
		return auth.Identity{}, auth.ErrDenied
	}
	return auth.Identity{Username: query.Get("code")}, nil
}

// sessionsOf are the sessions of a site.
type sessionsOf struct{ *site }

func (s sessionsOf) Begin(_ context.Context, who auth.Identity, _ []auth.MappedRole, _, before string) (auth.SignedIn, string, error) {
	if before != "" {
		s.ended = append(s.ended, before)
	}
	return auth.SignedIn{}, who.Username, nil
}

func (s sessionsOf) Authenticate(_ context.Context, value string) (review.Actor, auth.Session, error) {
	if s.broken != nil {
		return review.Actor{}, auth.Session{}, s.broken
	}
	a, ok := s.people[value]
	if !ok || slices.Contains(s.ended, value) {
		return review.Actor{}, auth.Session{}, auth.ErrUnauthenticated
	}
	return a, auth.Session{ID: "session" + value, PersonID: a.ID, Created: noon, LastUsed: noon, Expires: noon}, nil
}

func (s sessionsOf) End(_ context.Context, value string) error {
	s.ended = append(s.ended, value)
	return nil
}

func (s sessionsOf) Refused(_ context.Context, value string) error {
	s.site.refused = append(s.site.refused, value)
	return nil
}

// SessionsOf lists two sessions: this one and another.
func (s *site) SessionsOf(_ context.Context, by review.Actor, person review.PersonID) ([]auth.Session, error) {
	if by.ID != person && review.MayAdminister(by) != nil {
		return nil, review.ErrRole
	}
	return []auth.Session{
		{ID: "session" + by.Username, Label: "Firefox on Linux", Created: noon, LastUsed: noon, Expires: noon},
		{ID: "other", Label: `<em>"`, Created: noon, LastUsed: noon, Expires: noon},
	}, nil
}

// EndSession ends one of those.
func (s *site) EndSession(_ context.Context, by review.Actor, id string) error {
	if id != "other" && id != "session"+by.Username {
		return review.ErrNotFound
	}
	s.ended = append(s.ended, id)
	return nil
}

// EndSessions ends all of them.
func (s *site) EndSessions(_ context.Context, by review.Actor, person review.PersonID) (int, error) {
	if err := review.MayHoldSessions(by, person); err != nil {
		return 0, err
	}
	s.ended = append(s.ended, "all of "+string(person))
	return 2, nil
}

// shownPage is a page as somebody got it.
type shownPage struct {
	t       testing.TB
	at      string
	status  int
	header  http.Header
	cookies map[string]*http.Cookie
	body    string
}

// get asks for a page as somebody; "" is a stranger.
func (s *site) get(who, at string, headers ...header) shownPage {
	s.t.Helper()
	return s.ask(who, http.MethodGet, at, nil, headers...)
}

// post sends a form as somebody.
func (s *site) post(who, at string, form url.Values, headers ...header) shownPage {
	s.t.Helper()
	return s.ask(who, http.MethodPost, at, form, headers...)
}

func (s *site) ask(who, method, at string, form url.Values, headers ...header) shownPage {
	s.t.Helper()
	var body *strings.Reader
	req := httptest.NewRequestWithContext(context.Background(), method, at, nil)
	if form != nil {
		body = strings.NewReader(form.Encode())
		req = httptest.NewRequestWithContext(context.Background(), method, at, body)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if who != "" {
		req.AddCookie(&http.Cookie{Name: auth.SessionCookie("x").Name, Value: who})
	}
	req.Header.Set("Accept", "text/html")
	for _, h := range headers {
		req.Header.Add(h.name, h.value)
	}
	rec := httptest.NewRecorder()
	s.server.engine.ServeHTTP(rec, req)
	p := shownPage{s.t, method + " " + at, rec.Code, rec.Header(), map[string]*http.Cookie{}, rec.Body.String()}
	for _, c := range rec.Result().Cookies() {
		p.cookies[c.Name] = c
	}
	if p.header.Get("X-Content-Type-Options") != "nosniff" || p.header.Get("Content-Security-Policy") == "" || p.header.Get("X-Request-Id") == "" {
		s.t.Errorf("%s: headers of every answer are missing: %v", p.at, p.header)
	}
	return p
}

// want fails unless the page has the status and says all the words.
func (p shownPage) want(status int, words ...string) shownPage {
	p.t.Helper()
	if p.status != status {
		p.t.Fatalf("%s = %d, want %d: %s", p.at, p.status, status, p.body)
	}
	for _, w := range words {
		if !strings.Contains(p.body, html.EscapeString(w)) && !strings.Contains(p.body, w) {
			p.t.Fatalf("%s does not say %q: %s", p.at, w, p.body)
		}
	}
	return p
}

// without fails if the page says any of the words.
func (p shownPage) without(words ...string) shownPage {
	p.t.Helper()
	for _, w := range words {
		if strings.Contains(p.body, w) {
			p.t.Fatalf("%s says %q: %s", p.at, w, p.body)
		}
	}
	return p
}

// to fails unless the answer leads there.
func (p shownPage) to(address string) shownPage {
	p.t.Helper()
	if got := p.want(http.StatusSeeOther).header.Get("Location"); got != address {
		p.t.Fatalf("%s leads to %s, want %s", p.at, got, address)
	}
	return p
}

var (
	formTag   = regexp.MustCompile(`(?s)<form[^>]*method="post"[^>]*action="([^"]*)"[^>]*>.*?</form>`)
	hiddenTag = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)
)

// form is what the n-th form of the page that sends to address carries.
func (p shownPage) form(address string, n int) url.Values {
	p.t.Helper()
	for _, found := range formTag.FindAllStringSubmatch(p.body, -1) {
		if html.UnescapeString(found[1]) != address {
			continue
		}
		if n--; n >= 0 {
			continue
		}
		form := url.Values{}
		for _, field := range hiddenTag.FindAllStringSubmatch(found[0], -1) {
			form.Add(html.UnescapeString(field[1]), html.UnescapeString(field[2]))
		}
		return form
	}
	p.t.Fatalf("%s has no form that sends to %s: %s", p.at, address, p.body)
	return nil
}

// with is a form with more in it.
func with(form url.Values, more ...string) url.Values {
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}
