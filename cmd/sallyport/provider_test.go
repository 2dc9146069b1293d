package main

import (
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/auth"
)

var testPeople = []providerPerson{{"researcher1", "researcher of <b>demo-study</b>"}, {"checker1", "output checker"}}

// movingClock is the real time, moved by a test.
type movingClock struct {
	mu     sync.Mutex
	offset time.Duration
}

func (c *movingClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return now().Add(c.offset)
}

func (c *movingClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
}

// demoSignIn is the demo's provider on a listener, with the sign-in that goes
// through it.
type demoSignIn struct {
	provider *provider
	auth     *auth.Provider
	clock    *movingClock
	browser  *http.Client
}

func newDemoSignIn(t *testing.T) *demoSignIn {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	d := &demoSignIn{clock: &movingClock{}}
	var err error
	if d.provider, err = newProvider("http://"+server.Listener.Addr().String(), testPeople, d.clock.now); err != nil {
		t.Fatal(err)
	}
	if d.auth, err = auth.NewProvider(d.provider.config()); err != nil {
		t.Fatal(err)
	}
	// Before anything listens: discovery needs no network.
	if _, _, err := d.auth.Begin(t.Context(), "/"); err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = d.provider
	server.Start()
	t.Cleanup(server.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	d.browser = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return d
}

var hiddenInput = regexp.MustCompile(`<input type="hidden" name="([a-z_]+)" value="([^"]*)">`)

// choose goes to the page and presses somebody's button. It returns where the
// browser is sent.
func (d *demoSignIn) choose(t *testing.T, address, person string) url.Values {
	t.Helper()
	answer, err := d.browser.Get(address) //nolint:noctx // the test's own time limit is enough
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{"person": {person}}
	for _, m := range hiddenInput.FindAllStringSubmatch(string(page), -1) {
		form.Set(m[1], strings.NewReplacer("&#43;", "+", "&amp;", "&").Replace(m[2]))
	}
	return d.post(t, form)
}

func (d *demoSignIn) post(t *testing.T, form url.Values) url.Values {
	t.Helper()
	//nolint:noctx // the test's own time limit is enough
	answer, err := d.browser.PostForm(d.provider.base+providerPath+"/authorize", form)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	to, err := answer.Location()
	if err != nil || answer.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to.String(), d.provider.callback+"?") {
		t.Fatalf("choosing %q = %s to %v, %v", form.Get("person"), answer.Status, to, err)
	}
	return to.Query()
}

func TestSignInToTheDemo(t *testing.T) {
	d := newDemoSignIn(t)
	for _, person := range []string{"checker1", "researcher1"} {
		address, flow, err := d.auth.Begin(t.Context(), "/")
		if err != nil {
			t.Fatal(err)
		}
		query := d.choose(t, address, person)
		who, err := d.auth.Finish(t.Context(), flow, query)
		if err != nil || who.Username != person || who.Subject != person || who.Issuer != providerIssuer || who.FromEmail {
			t.Errorf("Finish = %+v, %v, want %s", who, err, person)
		}
		if _, err := d.auth.Finish(t.Context(), flow, query); !errors.Is(err, auth.ErrCodeUsed) {
			t.Errorf("Finish again = %v, want ErrCodeUsed", err)
		}
	}
}

func TestSignInToTheDemoRefused(t *testing.T) {
	d := newDemoSignIn(t)
	for name, test := range map[string]struct {
		person string
		change func(*auth.Flow, url.Values)
		want   error
	}{
		"nobody":           {"", nil, auth.ErrDenied},
		"a stranger":       {"admin9", nil, auth.ErrDenied},
		"another verifier": {"checker1", func(f *auth.Flow, _ url.Values) { f.Verifier = strings.Repeat("a", 52) }, auth.ErrCodeUsed},
		"a short verifier": {"checker1", func(f *auth.Flow, _ url.Values) { f.Verifier = "a" }, auth.ErrCodeUsed},
		"another nonce":    {"checker1", func(f *auth.Flow, _ url.Values) { f.Nonce = "a" }, auth.ErrForged},
		"another state":    {"checker1", func(f *auth.Flow, _ url.Values) { f.State = "a" }, auth.ErrForged},
		"another code":     {"checker1", func(_ *auth.Flow, q url.Values) { q.Set("code", "a") }, auth.ErrCodeUsed},
		"too late":         {"checker1", func(*auth.Flow, url.Values) { d.clock.advance(codeAge) }, auth.ErrCodeUsed},
		"another issuer":   {"checker1", func(_ *auth.Flow, q url.Values) { q.Set("iss", "http://localhost") }, auth.ErrForged},
		"no issuer":        {"checker1", func(_ *auth.Flow, q url.Values) { q.Del("iss") }, auth.ErrForged},
	} {
		t.Run(name, func(t *testing.T) {
			address, flow, err := d.auth.Begin(t.Context(), "/")
			if err != nil {
				t.Fatal(err)
			}
			query := d.choose(t, address, test.person)
			if test.change != nil {
				test.change(&flow, query)
			}
			if who, err := d.auth.Finish(t.Context(), flow, query); !errors.Is(err, test.want) || who.Subject != "" {
				t.Errorf("Finish = %+v, %v, want %v", who, err, test.want)
			}
		})
	}
}

// A wrong verifier spends the code: there is one try.
func TestDemoCodesAreSpent(t *testing.T) {
	d := newDemoSignIn(t)
	address, flow, err := d.auth.Begin(t.Context(), "/")
	if err != nil {
		t.Fatal(err)
	}
	query := d.choose(t, address, "checker1")
	wrong := flow
	wrong.Verifier = strings.Repeat("a", 52)
	for _, f := range []auth.Flow{wrong, flow} {
		if _, err := d.auth.Finish(t.Context(), f, query); !errors.Is(err, auth.ErrCodeUsed) {
			t.Errorf("Finish = %v, want ErrCodeUsed", err)
		}
	}
	for range maxCodes {
		if _, ok := d.provider.issue(authorization{}, "checker1"); !ok {
			t.Fatal("no code was issued")
		}
	}
	if _, ok := d.provider.issue(authorization{}, "checker1"); ok {
		t.Error("more codes were issued than are kept")
	}
	d.clock.advance(codeAge)
	if _, ok := d.provider.issue(authorization{}, "checker1"); !ok || len(d.provider.codes) != 1 {
		t.Errorf("after a minute there are %d codes, want the new one", len(d.provider.codes))
	}
}

// asked is a request to the provider, as it comes from a browser on this
// machine.
func asked(t *testing.T, method, target string, form url.Values) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "http://127.0.0.1:8080"+providerPath+target, strings.NewReader(form.Encode()))
	r.RemoteAddr = "127.0.0.1:4711"
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}

func answerTo(p *provider, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

func testProvider(t *testing.T) *provider {
	t.Helper()
	p, err := newProvider("http://127.0.0.1:8080", testPeople, now)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func goodRequest(p *provider) url.Values {
	return url.Values{
		"client_id": {providerClient}, "redirect_uri": {p.callback}, "response_type": {"code"}, "scope": {"openid profile"},
		"state": {`"><em>state`}, "nonce": {"nonce"}, "code_challenge": {strings.Repeat("a", 43)}, "code_challenge_method": {"S256"},
	}
}

func TestDemoPage(t *testing.T) {
	p := testProvider(t)
	w := answerTo(p, asked(t, http.MethodGet, "/authorize?"+goodRequest(p).Encode(), nil))
	page := w.Body.String()
	if w.Code != http.StatusOK || strings.Contains(page, "<em>") || strings.Contains(page, "<b>") || strings.Contains(page, "<script") ||
		strings.Count(page, "<button") != len(testPeople)+1 || !strings.Contains(page, "&lt;b&gt;demo-study") {
		t.Errorf("the page is %d, %s", w.Code, page)
	}
	csp := w.Header().Get("Content-Security-Policy")
	if !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("the headers are %v", w.Header())
	}
	// The page's relative address of its style leads to it.
	if w := answerTo(p, asked(t, http.MethodGet, "/style.css", nil)); w.Code != http.StatusOK || !strings.Contains(page, `href="style.css"`) ||
		!strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") || strings.Contains(w.Body.String(), "http") {
		t.Errorf("the style is %d, %v", w.Code, w.Header())
	}
}

func TestDemoRefusesRequests(t *testing.T) {
	p := testProvider(t)
	for name, test := range map[string]struct {
		change func(url.Values)
		want   string // the error sent back; "" if nobody is sent anywhere
	}{
		"another client":      {func(v url.Values) { v.Set("client_id", "other") }, ""},
		"another callback":    {func(v url.Values) { v.Set("redirect_uri", p.callback+"/x") }, ""},
		"another host":        {func(v url.Values) { v.Set("redirect_uri", "https://evil.example.org/auth/callback") }, ""},
		"no callback":         {func(v url.Values) { v.Del("redirect_uri") }, ""},
		"two callbacks":       {func(v url.Values) { v["redirect_uri"] = []string{p.callback, p.callback} }, ""},
		"a long state":        {func(v url.Values) { v.Set("state", strings.Repeat("a", maxField+1)) }, ""},
		"no challenge":        {func(v url.Values) { v.Del("code_challenge") }, "invalid_request"},
		"a plain challenge":   {func(v url.Values) { v.Set("code_challenge_method", "plain") }, "invalid_request"},
		"no method":           {func(v url.Values) { v.Del("code_challenge_method") }, "invalid_request"},
		"a bad challenge":     {func(v url.Values) { v.Set("code_challenge", strings.Repeat("!", 43)) }, "invalid_request"},
		"no state":            {func(v url.Values) { v.Del("state") }, "invalid_request"},
		"no nonce":            {func(v url.Values) { v.Del("nonce") }, "invalid_request"},
		"a token at once":     {func(v url.Values) { v.Set("response_type", "id_token") }, "unsupported_response_type"},
		"no scope":            {func(v url.Values) { v.Del("scope") }, "invalid_scope"},
		"a scope that is not": {func(v url.Values) { v.Set("scope", "openidx") }, "invalid_scope"},
	} {
		t.Run(name, func(t *testing.T) {
			form := goodRequest(p)
			test.change(form)
			form.Set("person", "checker1")
			for _, r := range []*http.Request{asked(t, http.MethodGet, "/authorize?"+form.Encode(), nil), asked(t, http.MethodPost, "/authorize", form)} {
				w := answerTo(p, r)
				to, _ := url.Parse(w.Header().Get("Location"))
				if test.want == "" && (w.Code != http.StatusBadRequest || to.String() != "") ||
					test.want != "" && (w.Code != http.StatusSeeOther || to.Query().Get("error") != test.want || to.Query().Has("code")) {
					t.Errorf("%s = %d to %s, want %q", r.Method, w.Code, to, test.want)
				}
			}
		})
	}
	if len(p.codes) != 0 {
		t.Errorf("%d codes were issued", len(p.codes))
	}
}

func TestDemoRefusesTokens(t *testing.T) {
	p := testProvider(t)
	verifier := strings.Repeat("v", 43)
	for name, test := range map[string]struct {
		change func(r *http.Request, form url.Values)
		code   int
		want   string
	}{
		"no secret":          {func(r *http.Request, _ url.Values) { r.Header.Del("Authorization") }, 401, "invalid_client"},
		"another secret":     {func(r *http.Request, _ url.Values) { r.SetBasicAuth(providerClient, "x") }, 401, "invalid_client"},
		"another client":     {func(r *http.Request, _ url.Values) { r.SetBasicAuth("x", p.secret) }, 401, "invalid_client"},
		"another grant":      {func(_ *http.Request, f url.Values) { f.Set("grant_type", "password") }, 400, "invalid_request"},
		"said twice":         {func(_ *http.Request, f url.Values) { f.Add("code", "x") }, 400, "invalid_request"},
		"another callback":   {func(_ *http.Request, f url.Values) { f.Set("redirect_uri", "http://127.0.0.1/") }, 400, "invalid_grant"},
		"no callback":        {func(_ *http.Request, f url.Values) { f.Del("redirect_uri") }, 400, "invalid_grant"},
		"no verifier":        {func(_ *http.Request, f url.Values) { f.Del("code_verifier") }, 400, "invalid_grant"},
		"no code":            {func(_ *http.Request, f url.Values) { f.Del("code") }, 400, "invalid_grant"},
		"too much":           {func(_ *http.Request, f url.Values) { f.Set("x", strings.Repeat("x", 20<<10)) }, 400, "invalid_request"},
		"all is as it ought": {func(*http.Request, url.Values) {}, 200, "id_token"},
	} {
		t.Run(name, func(t *testing.T) {
			a, _ := readAuthorization(goodRequest(p))
			a.Challenge = challengeOf(verifier)
			code, _ := p.issue(a, "checker1")
			form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "code_verifier": {verifier}, "redirect_uri": {p.callback}}
			r := asked(t, http.MethodPost, "/token", url.Values{})
			r.SetBasicAuth(providerClient, p.secret)
			test.change(r, form)
			r.Body = io.NopCloser(strings.NewReader(form.Encode()))
			if w := answerTo(p, r); w.Code != test.code || !strings.Contains(w.Body.String(), test.want) {
				t.Errorf("token = %d, %s, want %d with %s", w.Code, w.Body, test.code, test.want)
			}
		})
	}
}

// The demo's people have no secrets, so nobody but this machine may ask, and
// only by a name of this machine: a page on the internet can make its own name
// point here.
func TestDemoAnswersThisMachineAlone(t *testing.T) {
	p := testProvider(t)
	for name, test := range map[string]struct {
		change func(*http.Request)
		want   int
	}{
		"this machine":             {func(*http.Request) {}, 200},
		"by IPv6":                  {func(r *http.Request) { r.RemoteAddr, r.Host = "[::1]:4711", "[::1]:8080" }, 200},
		"by name":                  {func(r *http.Request) { r.Host = "localhost:8080" }, 200},
		"from another":             {func(r *http.Request) { r.RemoteAddr = "192.0.2.1:4711" }, 403},
		"from nowhere":             {func(r *http.Request) { r.RemoteAddr = "" }, 403},
		"another name":             {func(r *http.Request) { r.Host = "evil.example.org:8080" }, 403},
		"a name that looks like":   {func(r *http.Request) { r.Host = "127.0.0.1.evil.example.org" }, 403},
		"no name":                  {func(r *http.Request) { r.Host = "" }, 403},
		"said to be by a proxy":    {func(r *http.Request) { r.RemoteAddr = "192.0.2.1:1"; r.Header.Set("X-Forwarded-For", "127.0.0.1") }, 403},
		"an address it has not":    {func(r *http.Request) { r.URL.Path = providerPath + "/userinfo" }, 404},
		"an act that it has not":   {func(r *http.Request) { r.Method = http.MethodDelete }, 405},
		"a page of another site's": {func(r *http.Request) { r.Method = http.MethodPost; r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
	} {
		r := asked(t, http.MethodGet, "/authorize?"+goodRequest(p).Encode(), nil)
		test.change(r)
		if w := answerTo(p, r); w.Code != test.want {
			t.Errorf("a request: %s = %d, want %d", name, w.Code, test.want)
		}
	}
	for _, base := range []string{
		"http://192.0.2.1:8080", "https://127.0.0.1:8080", "http://sallyport.example.org", "", "http://0.0.0.0:8080", "http://127.0.0.1:8080/x",
	} {
		if _, err := newProvider(base, testPeople, now); err == nil {
			t.Errorf("newProvider(%q) = nil error", base)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://example.org/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := p.client().Do(r); err == nil {
		defer answer.Body.Close()
		t.Error("the provider's client went to another host")
	}
}

func TestDemoKeysAreFresh(t *testing.T) {
	one, two := testProvider(t), testProvider(t)
	if string(one.keys) == string(two.keys) || one.secret == two.secret || strings.Contains(string(one.keys), `"d"`) {
		t.Errorf("the keys are %s and %s", one.keys, two.keys)
	}
}
