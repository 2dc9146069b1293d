package auth_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"sallyport/auth"
	"sallyport/review"
)

func TestMapping(t *testing.T) {
	checks := auth.MappedRole{Role: review.OutputChecker, Scope: review.ScopeAll}
	audits := auth.MappedRole{Role: review.Auditor, Scope: review.ScopeAll}
	study := auth.MappedRole{Role: review.Researcher, Scope: "project:a"}
	m := auth.Mapping{"checkers": {checks}, "both": {study, checks}, "audit": {audits}}
	for name, test := range map[string]struct {
		claims []string
		want   []auth.MappedRole
	}{
		"nothing":       {nil, nil},
		"not named":     {[]string{"others", "", "Checkers"}, nil},
		"one":           {[]string{"checkers"}, []auth.MappedRole{checks}},
		"said twice":    {[]string{"checkers", "checkers", "both"}, []auth.MappedRole{checks, study}},
		"in any order":  {[]string{"both", "audit"}, []auth.MappedRole{audits, checks, study}},
		"another order": {[]string{"audit", "both"}, []auth.MappedRole{audits, checks, study}},
	} {
		if got := m.Roles(test.claims); !slices.Equal(got, test.want) {
			t.Errorf("Roles(%s: %q) = %v, want %v", name, test.claims, got, test.want)
		}
	}
	if got := auth.Mapping(nil).Roles([]string{"checkers"}); len(got) != 0 {
		t.Errorf("no mapping gives %v", got)
	}
	for role, ok := range map[auth.MappedRole]bool{
		checks: true, study: true,
		{Role: review.BackendService, Scope: "backend:tpp"}: false,
		{Role: review.Researcher, Scope: "all"}:             false,
		{Role: "king", Scope: "all"}:                        false,
		{}:                                                  false,
	} {
		if err := auth.CheckMapped(role); (err == nil) != ok || err != nil && !errors.Is(err, review.ErrInvalid) {
			t.Errorf("CheckMapped(%v) = %v, want ok %v", role, err, ok)
		}
	}
}

func TestLocalPath(t *testing.T) {
	for _, path := range []string{
		"/", "/requests", "/requests/01J?group=a%20b#files", "/workspaces/a/output//x.csv", "/a?next=https://example.org", "/@a:b",
	} {
		if got := auth.LocalPath(path); got != path {
			t.Errorf("LocalPath(%q) = %q", path, got)
		}
	}
	for _, path := range []string{
		"", "requests", "//evil.example.org", "/\\evil.example.org", "/a\\b", "https://evil.example.org", "javascript:alert(1)",
		"/\t/evil.example.org", "/\n/evil.example.org", " /a", "/a b", "/é", "/%zz", "///evil.example.org", "/" + strings.Repeat("a", 1024), "/a\x00",
	} {
		if got := auth.LocalPath(path); got != "/" {
			t.Errorf("LocalPath(%q) = %q, want /", path, got)
		}
	}
}

func TestFlowKeeps(t *testing.T) {
	f := auth.Flow{State: "s", Nonce: "n", Verifier: "v", Next: "/requests?a=b", Began: noon}
	if got, ok := auth.ParseFlow(f.String()); !ok || got != f {
		t.Errorf("ParseFlow(String()) = %+v, %v, want %+v", got, ok, f)
	}
	away, empty := f, f
	away.Next, empty.Nonce = "//evil.example.org", ""
	for name, text := range map[string]string{
		"nothing": "", "no flow": "abc", "no base64": "!", "another path": away.String(), "no nonce": empty.String(),
		"more after it": f.String() + "AA", "much": strings.Repeat("A", 1<<20),
	} {
		if got, ok := auth.ParseFlow(text); ok || got != (auth.Flow{}) {
			t.Errorf("ParseFlow of %s = %+v, %v", name, got, ok)
		}
	}
	long := auth.Flow{State: s(52), Nonce: s(52), Verifier: s(52), Next: "/" + strings.Repeat(`"`, 1023), Began: noon}
	if c := auth.FlowCookie(long); len(c.String()) > 4096 {
		t.Errorf("the cookie of a flow has %d bytes", len(c.String()))
	} else if _, ok := auth.ParseFlow(c.Value); !ok {
		t.Error("the longest flow cannot be read")
	}
}

func FuzzParseFlow(f *testing.F) {
	f.Add(auth.Flow{State: "s", Nonce: "n", Verifier: "v", Next: "/a", Began: noon}.String())
	f.Add("e30")
	f.Fuzz(func(t *testing.T, text string) {
		if flow, ok := auth.ParseFlow(text); ok && (auth.LocalPath(flow.Next) != flow.Next || flow.State == "") {
			t.Errorf("ParseFlow(%q) = %+v", text, flow)
		}
	})
}

func TestCookies(t *testing.T) {
	flow := auth.Flow{State: "s", Nonce: "n", Verifier: "v", Next: "/", Began: noon}
	for want, c := range map[string]*http.Cookie{
		"__Host-sallyport_session=id.secret; Path=/; Max-Age=86400; HttpOnly; Secure; SameSite=Lax":           auth.SessionCookie("id.secret"),
		"__Host-sallyport_session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax":                        auth.SessionCookie(""),
		"__Host-sallyport_sign_in=" + flow.String() + "; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax": auth.FlowCookie(flow),
		"__Host-sallyport_sign_in=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax":                        auth.FlowCookie(auth.Flow{}),
	} {
		if c.String() != want || c.Valid() != nil {
			t.Errorf("the cookie is %s, want %s", c, want)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	if auth.SessionOf(r) != "" || auth.FlowOf(r) != (auth.Flow{}) {
		t.Error("cookies were read that are not there")
	}
	r.AddCookie(auth.SessionCookie("id.secret"))
	r.AddCookie(auth.FlowCookie(flow))
	if auth.SessionOf(r) != "id.secret" || auth.FlowOf(r) != flow {
		t.Errorf("read %q and %+v", auth.SessionOf(r), auth.FlowOf(r))
	}
	r.AddCookie(auth.SessionCookie("id.other"))
	if got := auth.SessionOf(r); got != "" {
		t.Errorf("of two cookies %q was taken", got)
	}
}

func TestLabel(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                        "Firefox on Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0": "Edge on Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36":               "Chrome on Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15":         "Safari on macOS",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/604.1":     "Safari on iPhone",
		"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":                  "Chrome on Android",
		"curl/8.0":       "",
		"":               "",
		"<em>Linux</em>": "Linux",
		"Firefox/1":      "Firefox",
	} {
		if got := auth.Label(agent); got != want {
			t.Errorf("Label(%q) = %q, want %q", agent, got, want)
		}
	}
}

// keeper is a SessionStore of one session; err, if set, is what it answers.
type keeper struct {
	stored  auth.StoredSession
	err     error
	asked   int
	used    []time.Time
	useErr  error
	signIn  auth.SignIn
	ended   []string // ids, or people
	endedBy review.Actor
}

func (k *keeper) SignIn(_ context.Context, in auth.SignIn) (auth.SignedIn, error) {
	k.signIn = in
	return auth.SignedIn{Person: review.Person{ID: "P1"}, Session: auth.Session{ID: "new"}}, k.useErr
}

func (k *keeper) Session(_ context.Context, id string) (auth.StoredSession, error) {
	k.asked++
	if k.err == nil && id != "known" {
		return auth.StoredSession{}, fmt.Errorf("session: %w", review.ErrNotFound)
	}
	return k.stored, k.err
}

func (k *keeper) UseSession(_ context.Context, _ string, at time.Time) error {
	k.used = append(k.used, at)
	return k.useErr
}

func (k *keeper) EndSession(_ context.Context, by review.Actor, id string) error {
	k.ended, k.endedBy = append(k.ended, id), by
	return nil
}

func (k *keeper) EndSessions(_ context.Context, by review.Actor, person review.PersonID) (int, error) {
	k.ended, k.endedBy = append(k.ended, string(person)), by
	return 1, nil
}

func knownSession() *keeper {
	return &keeper{stored: auth.StoredSession{
		Session: auth.Session{ID: "known", PersonID: "P1", Created: noon, LastUsed: noon, Expires: noon.Add(auth.SessionAge)},
		Hash:    auth.Hash("right"), Actor: review.Actor{Person: review.Person{ID: "P1", Username: "ada"}, Kind: review.IsPerson},
	}}
}

func sessionsAt(k *keeper, at time.Time) auth.Sessions {
	return auth.Sessions{Store: k, Now: func() time.Time { return at }, Random: rand.Reader}
}

func TestSessionsAuthenticate(t *testing.T) {
	used := noon.Add(20 * time.Hour)
	for name, test := range map[string]struct {
		value  string
		at     time.Time
		change func(*auth.StoredSession)
		good   bool
		asked  int // how often the store was
		wrote  bool
	}{
		"good":                     {"known.right", noon, nil, true, 1, false},
		"used a moment ago":        {"known.right", noon.Add(time.Minute - 1), nil, true, 1, false},
		"used a minute ago":        {"known.right", noon.Add(time.Minute), nil, true, 1, true},
		"just not idle":            {"known.right", noon.Add(auth.SessionIdle - 1), nil, true, 1, true},
		"idle":                     {"known.right", noon.Add(auth.SessionIdle), nil, false, 1, false},
		"just not too old":         {"known.right", noon.Add(auth.SessionAge - 1), func(s *auth.StoredSession) { s.LastUsed = used }, true, 1, true},
		"too old":                  {"known.right", noon.Add(auth.SessionAge), func(s *auth.StoredSession) { s.LastUsed = used }, false, 1, false},
		"ended":                    {"known.right", noon, func(s *auth.StoredSession) { s.Ended = noon }, false, 1, false},
		"without an end":           {"known.right", noon, func(s *auth.StoredSession) { s.Expires = time.Time{} }, false, 1, false},
		"another secret":           {"known.wrong", noon, nil, false, 1, false},
		"no secret is kept":        {"known.right", noon, func(s *auth.StoredSession) { s.Hash = [32]byte{} }, false, 1, false},
		"unknown":                  {"none.right", noon, nil, false, 1, false},
		"no cookie":                {"", noon, nil, false, 0, false},
		"no secret":                {"known.", noon, nil, false, 0, false},
		"no id":                    {".right", noon, nil, false, 0, false},
		"no dot":                   {"knownright", noon, nil, false, 0, false},
		"two dots":                 {"known.right.", noon, nil, false, 0, false},
		"a token":                  {"sp_known_right", noon, nil, false, 0, false},
		"what no id can be":        {"a'b.right", noon, nil, false, 0, false},
		"an id that is too long":   {s(65) + ".right", noon, nil, false, 0, false},
		"a secret that is too big": {"known." + s(1<<20), noon, nil, false, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			k := knownSession()
			if test.change != nil {
				test.change(&k.stored)
			}
			actor, session, err := sessionsAt(k, test.at).Authenticate(t.Context(), test.value)
			switch {
			case test.good && (err != nil || actor.ID != "P1" || session.ID != "known"):
				t.Errorf("Authenticate(%.60q) = %+v, %+v, %v, want ada", test.value, actor, session, err)
			case !test.good && (err != auth.ErrUnauthenticated || actor.ID != "" || session.ID != ""): //nolint:errorlint // the very same, with nothing added
				t.Errorf("Authenticate(%.60q) = %+v, %+v, %v, want exactly ErrUnauthenticated", test.value, actor, session, err)
			}
			if k.asked != test.asked || (len(k.used) > 0) != test.wrote {
				t.Errorf("the store was asked %d times, and its use was written %d times", k.asked, len(k.used))
			}
		})
	}
}

// What the store could not tell is no refusal, and lets nobody in.
func TestSessionsPassOnErrors(t *testing.T) {
	away, unwritable := knownSession(), knownSession()
	away.err, unwritable.useErr = review.ErrUnavailable, review.ErrUnavailable
	for name, k := range map[string]*keeper{"reads": away, "writes": unwritable} {
		sessions := sessionsAt(k, noon.Add(time.Hour))
		actor, _, err := sessions.Authenticate(t.Context(), "known.right")
		if !errors.Is(err, review.ErrUnavailable) || errors.Is(err, auth.ErrUnauthenticated) || actor.ID != "" {
			t.Errorf("Authenticate by a store that neither %s = %+v, %v, want ErrUnavailable", name, actor, err)
		}
	}
	sessions := sessionsAt(away, noon)
	for name, err := range map[string]error{
		"End": sessions.End(t.Context(), "known.right"), "Refused": sessions.Refused(t.Context(), "known.right"),
	} {
		if !errors.Is(err, review.ErrUnavailable) {
			t.Errorf("%s = %v, want ErrUnavailable", name, err)
		}
	}
	if _, _, err := sessions.Begin(t.Context(), auth.Identity{}, nil, "", "known.right"); !errors.Is(err, review.ErrUnavailable) {
		t.Errorf("Begin = %v, want ErrUnavailable", err)
	}
}

func TestSessionsBegin(t *testing.T) {
	who, roles := auth.Identity{Issuer: "i", Subject: "s", Username: "ada"}, []auth.MappedRole{{Role: review.Auditor, Scope: "all"}}
	for before, replaces := range map[string]string{"": "", "known.right": "known", "known.wrong": "", "none.right": ""} {
		k := knownSession()
		done, value, err := sessionsAt(k, noon).Begin(t.Context(), who, roles, "Firefox/1", before)
		in := k.signIn
		id, secret, _ := strings.Cut(value, ".")
		if err != nil || done.Session.ID != "new" || id != "new" || len(secret) != 52 || !auth.Matches(in.Hash, secret) {
			t.Errorf("Begin = %+v, %q, %v", done, value, err)
		}
		if in.Identity.Subject != "s" || !slices.Equal(in.Roles, roles) || in.Label != "Firefox" ||
			!in.Expires.Equal(noon.Add(auth.SessionAge)) || in.Replaces != replaces {
			t.Errorf("Begin after %q asks for %+v, want it to replace %q", before, in, replaces)
		}
	}
	k := knownSession()
	sessions := auth.Sessions{Store: k, Now: func() time.Time { return noon }, Random: bytes.NewReader(nil)}
	if _, value, err := sessions.Begin(t.Context(), who, nil, "", ""); err == nil || value != "" {
		t.Errorf("Begin without randomness = %q, %v", value, err)
	}
	k.useErr = review.ErrDuplicate
	if _, value, err := sessionsAt(k, noon).Begin(t.Context(), who, nil, "", ""); !errors.Is(err, review.ErrDuplicate) || value != "" {
		t.Errorf("Begin of somebody who is refused = %q, %v", value, err)
	}
}

func TestSessionsEnd(t *testing.T) {
	for value, ended := range map[string]bool{"known.right": true, "known.wrong": false, "none.right": false, "": false} {
		k := knownSession()
		if err := sessionsAt(k, noon).End(t.Context(), value); err != nil || (len(k.ended) == 1) != ended {
			t.Errorf("End(%q) = %v and ended %q", value, err, k.ended)
		}
		if ended && (k.ended[0] != "known" || k.endedBy.ID != "P1") {
			t.Errorf("End(%q) ended %q by %+v", value, k.ended, k.endedBy)
		}
		k = knownSession()
		if err := sessionsAt(k, noon).Refused(t.Context(), value); err != nil || (len(k.ended) == 1) != ended {
			t.Errorf("Refused(%q) = %v and ended %q", value, err, k.ended)
		}
		if ended && (k.ended[0] != "P1" || k.endedBy.Kind != review.IsSystem) {
			t.Errorf("Refused(%q) ended %q by %+v", value, k.ended, k.endedBy)
		}
	}
}
