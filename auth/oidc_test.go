package auth_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/auth"
	"sallyport/review"
)

// fake is a provider that says whatever a test wants it to say.
type fake struct {
	*httptest.Server
	key           *ecdsa.PrivateKey
	configuration map[string]any
	claims        map[string]any // of the ID token
	header        map[string]any // of the ID token
	forge         func(token string) string
	answer        func(w http.ResponseWriter, r *http.Request) bool // answers first; true if it did
	mu            sync.Mutex
	asked         map[string]int
	token         *http.Request // the last, with its form
}

func newFake(t *testing.T) *fake {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	f := &fake{key: key, asked: map[string]int{}, header: map[string]any{"alg": "ES256", "kid": "1"}}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	f.configuration = map[string]any{
		"issuer": f.URL, "authorization_endpoint": f.URL + "/authorize?x=1", "token_endpoint": f.URL + "/token", "jwks_uri": f.URL + "/keys",
		"id_token_signing_alg_values_supported": []string{"ES256", "HS256", "none"},
	}
	f.claims = map[string]any{
		"iss": f.URL, "aud": "us", "sub": "248289761001", "exp": noon.Add(time.Minute).Unix(), "iat": noon.Unix(), "preferred_username": "ada",
	}
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked[r.URL.Path]++
	if f.answer != nil && f.answer(w, r) {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		send(w, f.configuration)
	case "/keys":
		coordinate := func(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.FillBytes(make([]byte, 32))) }
		send(w, map[string]any{"keys": []any{map[string]any{
			"kty": "EC", "crv": "P-256", "kid": "1", "use": "sig", "alg": "ES256", "x": coordinate(f.key.X), "y": coordinate(f.key.Y),
		}}})
	case "/token":
		_ = r.ParseForm()
		f.token = r
		token := f.sign(f.claims)
		if f.forge != nil {
			token = f.forge(token)
		}
		send(w, map[string]any{"access_token": "an access token", "token_type": "Bearer", "id_token": token})
	}
}

// times is how often a path was asked for.
func (f *fake) times(path string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked[path]
}

func send(w io.Writer, v any) { _ = json.NewEncoder(w).Encode(v) }

func part(v any) string {
	b, _ := json.Marshal(v)
	return base64.RawURLEncoding.EncodeToString(b)
}

// sign makes an ID token (RFC 7515, ES256).
func (f *fake) sign(claims map[string]any) string {
	text := part(f.header) + "." + part(claims)
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, f.key, sum[:])
	if err != nil {
		panic(err)
	}
	signature := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// config is that of a client of the fake, at noon.
func (f *fake) config() auth.Config {
	return auth.Config{
		Issuer: f.URL, ClientID: "us", ClientSecret: "a secret", RoleClaim: "groups", Now: func() time.Time { return noon },
	}
}

// signIn signs in, with a callback that a test may change.
func (f *fake) signIn(t *testing.T, c auth.Config, change func(url.Values)) (auth.Identity, error) {
	t.Helper()
	p := provider(t, c)
	address, flow, err := p.Begin(t.Context(), "/")
	if err != nil {
		return auth.Identity{}, err
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	f.mu.Lock()
	if _, set := f.claims["nonce"]; !set {
		f.claims["nonce"] = u.Query().Get("nonce")
	}
	f.mu.Unlock()
	callback := url.Values{"code": {"a code"}, "state": {u.Query().Get("state")}}
	if change != nil {
		change(callback)
	}
	return p.Finish(t.Context(), flow, callback)
}

func TestBegin(t *testing.T) {
	f := newFake(t)
	p := provider(t, f.config())
	address, flow := begin(t, p)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	sum := sha256.Sum256([]byte(flow.Verifier))
	want := url.Values{
		"x": {"1"}, "client_id": {"us"}, "redirect_uri": {callbackURL}, "response_type": {"code"}, "scope": {"openid profile"},
		"state": {flow.State}, "nonce": {flow.Nonce},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	if q.Encode() != want.Encode() || u.Path != "/authorize" {
		t.Errorf("Begin leads to %s, want the parameters %v", address, want)
	}
	if len(flow.Verifier) < 43 || flow.State == flow.Nonce || flow.State == flow.Verifier || flow.Next != "/requests" || !flow.Began.Equal(noon) {
		t.Errorf("the flow is %+v", flow)
	}
	if _, other := begin(t, p); other.State == flow.State || other.Nonce == flow.Nonce || other.Verifier == flow.Verifier {
		t.Error("two sign-ins have a secret in common")
	}
	if n := f.times("/.well-known/openid-configuration"); n != 1 {
		t.Errorf("the provider was asked about itself %d times", n)
	}
}

func TestFinish(t *testing.T) {
	f := newFake(t)
	f.claims["name"], f.claims["groups"] = " Ada Lovelace ", []string{"a", "b"}
	sum := sha256.Sum256([]byte("an access token"))
	f.claims["at_hash"] = base64.RawURLEncoding.EncodeToString(sum[:16])
	who, err := f.signIn(t, f.config(), nil)
	if err != nil || who.Issuer != f.URL || who.Subject != "248289761001" || who.Username != "ada" || who.FromEmail ||
		who.Name != "Ada Lovelace" || !slices.Equal(who.Claims, []string{"a", "b"}) {
		t.Errorf("Finish = %+v, %v", who, err)
	}
	id, secret, ok := f.token.BasicAuth()
	if !ok || id != "us" || secret != "a+secret" || f.token.Form.Has("client_secret") || f.token.Form.Get("code_verifier") == "" {
		t.Errorf("the code was exchanged with %q, %q, %v and %v; want the secret in the header alone", id, secret, ok, f.token.Form)
	}
}

// How the secret is sent is read, not tried: one exchange, whatever comes of it.
func TestAuthStyle(t *testing.T) {
	for name, test := range map[string]struct {
		methods  any
		secret   string
		inHeader bool
	}{
		"not said":           {nil, "s", true},
		"both":               {[]string{"client_secret_post", "client_secret_basic"}, "s", true},
		"post":               {[]string{"client_secret_post"}, "s", false},
		"of a public client": {[]string{"none"}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.configuration["token_endpoint_auth_methods_supported"] = test.methods
			f.answer = func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path == "/token" {
					_ = r.ParseForm()
					f.token = r
					w.WriteHeader(http.StatusUnauthorized)
					send(w, map[string]string{"error": "invalid_client", "error_description": "<b>secret</b>"})
				}
				return r.URL.Path == "/token"
			}
			c := f.config()
			c.ClientSecret = test.secret
			_, err := f.signIn(t, c, nil)
			if !errors.Is(err, auth.ErrProviderRefuses) || f.times("/token") != 1 || strings.Contains(err.Error(), "<b>") {
				t.Errorf("Finish = %v after %d exchanges, want ErrProviderRefuses after one", err, f.times("/token"))
			}
			_, _, inHeader := f.token.BasicAuth()
			if inHeader != test.inHeader || f.token.Form.Get("client_secret") != test.secret && !inHeader {
				t.Errorf("the secret was sent in the header: %v; the form was %v", inHeader, f.token.Form)
			}
		})
	}
}

func TestFinishRefusesTokens(t *testing.T) {
	set := func(name string, value any) func(*fake) { return func(f *fake) { f.claims[name] = value } }
	for name, test := range map[string]struct {
		change func(*fake)
		want   error
	}{
		"of another audience":        {set("aud", "them"), auth.ErrUntrusted},
		"of several, for us":         {func(f *fake) { f.claims["aud"], f.claims["azp"] = []string{"us", "them"}, "us" }, nil},
		"of several, for another":    {func(f *fake) { f.claims["aud"], f.claims["azp"] = []string{"us", "them"}, "them" }, auth.ErrUntrusted},
		"of several, for nobody":     {set("aud", []string{"us", "them"}), auth.ErrUntrusted},
		"for another":                {set("azp", "them"), auth.ErrUntrusted},
		"of another issuer":          {set("iss", "https://evil.example.org"), auth.ErrUntrusted},
		"that expired":               {set("exp", noon.Add(-time.Second).Unix()), auth.ErrUntrusted},
		"without an end":             {func(f *fake) { delete(f.claims, "exp") }, auth.ErrUntrusted},
		"not good yet":               {set("nbf", noon.Add(time.Hour).Unix()), auth.ErrUntrusted},
		"with another nonce":         {set("nonce", "another"), auth.ErrForged},
		"without a nonce":            {set("nonce", ""), auth.ErrForged},
		"with another access token":  {set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), auth.ErrUntrusted},
		"without a subject":          {set("sub", ""), auth.ErrUntrusted},
		"with a long subject":        {set("sub", s(256)), auth.ErrUntrusted},
		"with the longest subject":   {set("sub", s(255)), nil},
		"with a subject of controls": {set("sub", "a\x00b"), auth.ErrUntrusted},
		"signed by nobody": {func(f *fake) {
			f.forge = func(string) string { return part(map[string]any{"alg": "none"}) + "." + part(f.claims) + "." }
		}, auth.ErrUntrusted},
		"signed with a secret": {func(f *fake) { f.header["alg"] = "HS256" }, auth.ErrUntrusted},
		"signed by another": {func(f *fake) {
			f.forge = func(string) string {
				f.key, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
				token := f.sign(f.claims)
				f.key, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
				return token
			}
		}, auth.ErrUntrusted},
		"changed afterwards": {func(f *fake) {
			f.forge = func(token string) string {
				parts := strings.Split(token, ".")
				f.claims["sub"] = "another"
				return parts[0] + "." + part(f.claims) + "." + parts[2]
			}
		}, auth.ErrUntrusted},
		"that are none":     {func(f *fake) { f.forge = func(string) string { return "abc" } }, auth.ErrUntrusted},
		"that are not sent": {func(f *fake) { f.forge = func(string) string { return "" } }, auth.ErrUntrusted},
		"that are huge":     {set("x", strings.Repeat("x", 200<<10)), auth.ErrUntrusted},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			test.change(f)
			who, err := f.signIn(t, f.config(), nil)
			if !errors.Is(err, test.want) || (who.Subject == "") != (test.want != nil) {
				t.Errorf("Finish of tokens %s = %+v, %v, want %v", name, who, err, test.want)
			}
		})
	}
}

func TestFinishReadsClaims(t *testing.T) {
	many := func(n int) []string { return slices.Repeat([]string{"x"}, n) }
	for name, test := range map[string]struct {
		claims map[string]any
		role   string
		want   auth.Identity // Issuer and Subject are not compared
		err    error
	}{
		"a text":                 {map[string]any{"groups": "a"}, "groups", auth.Identity{Username: "ada", Claims: []string{"a"}}, nil},
		"no claim":               {nil, "groups", auth.Identity{Username: "ada"}, nil},
		"null":                   {map[string]any{"groups": nil}, "groups", auth.Identity{Username: "ada"}, nil},
		"none is asked for":      {map[string]any{"groups": 5, "": "a"}, "", auth.Identity{Username: "ada"}, nil},
		"within":                 {map[string]any{"realm": map[string]any{"roles": []string{"a"}}}, "realm.roles", auth.Identity{Username: "ada", Claims: []string{"a"}}, nil},
		"within, not there":      {map[string]any{"realm": map[string]any{}}, "realm.roles", auth.Identity{Username: "ada"}, nil},
		"nothing to be within":   {nil, "realm.roles", auth.Identity{Username: "ada"}, nil},
		"within a text":          {map[string]any{"realm": "x"}, "realm.roles", auth.Identity{}, auth.ErrUntrusted},
		"a name with dots":       {map[string]any{"https://x.org/roles": []string{"a"}}, "https://x.org/roles", auth.Identity{Username: "ada", Claims: []string{"a"}}, nil},
		"a number":               {map[string]any{"groups": 5}, "groups", auth.Identity{}, auth.ErrUntrusted},
		"a list with a number":   {map[string]any{"groups": []any{"a", 5}}, "groups", auth.Identity{}, auth.ErrUntrusted},
		"as many as there may":   {map[string]any{"groups": many(1000)}, "groups", auth.Identity{Username: "ada", Claims: many(1000)}, nil},
		"too many":               {map[string]any{"groups": many(1001)}, "groups", auth.Identity{}, auth.ErrUntrusted},
		"too long":               {map[string]any{"groups": s(257)}, "groups", auth.Identity{}, auth.ErrUntrusted},
		"a name of two lines":    {map[string]any{"name": "a\nb"}, "", auth.Identity{Username: "ada"}, nil},
		"a name turned around":   {map[string]any{"name": "a\u202eb"}, "", auth.Identity{Username: "ada"}, nil},
		"a name that is long":    {map[string]any{"name": s(201)}, "", auth.Identity{Username: "ada"}, nil},
		"a name of markup":       {map[string]any{"name": "<em>a</em>"}, "", auth.Identity{Username: "ada", Name: "<em>a</em>"}, nil},
		"a name that is none":    {map[string]any{"name": 5}, "", auth.Identity{}, auth.ErrUntrusted},
		"no username":            {map[string]any{"preferred_username": ""}, "", auth.Identity{}, auth.ErrNoUsername},
		"a username of controls": {map[string]any{"preferred_username": "a\x00"}, "", auth.Identity{}, auth.ErrNoUsername},
		"a long username":        {map[string]any{"preferred_username": s(101)}, "", auth.Identity{}, auth.ErrNoUsername},
		"an e-mail address":      {map[string]any{"preferred_username": "", "email": "a@x.org"}, "", auth.Identity{}, auth.ErrNoUsername},
		"one that is verified":   {map[string]any{"preferred_username": "", "email": "a@x.org", "email_verified": true}, "", auth.Identity{Username: "a@x.org", FromEmail: true}, nil},
		"verified, in words":     {map[string]any{"preferred_username": "", "email": "a@x.org", "email_verified": "true"}, "", auth.Identity{Username: "a@x.org", FromEmail: true}, nil},
		"one that is not":        {map[string]any{"preferred_username": "", "email": "a@x.org", "email_verified": false}, "", auth.Identity{}, auth.ErrNoUsername},
		"both":                   {map[string]any{"email": "a@x.org", "email_verified": true}, "", auth.Identity{Username: "ada"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			for claim, value := range test.claims {
				f.claims[claim] = value
			}
			c := f.config()
			c.RoleClaim = test.role
			who, err := f.signIn(t, c, nil)
			who.Issuer, who.Subject = "", ""
			if !errors.Is(err, test.err) || who.Username != test.want.Username || who.FromEmail != test.want.FromEmail ||
				who.Name != test.want.Name || !slices.Equal(who.Claims, test.want.Claims) {
				t.Errorf("Finish = %.200v, %v, want %.200v, %v", who, err, test.want, test.err)
			}
		})
	}
}

func TestFinishReadsCallbacks(t *testing.T) {
	set := func(name string, values ...string) func(url.Values) { return func(q url.Values) { q[name] = values } }
	for name, test := range map[string]struct {
		change func(url.Values)
		names  bool // the provider names itself in callbacks
		want   error
	}{
		"no state":             {set("state"), false, auth.ErrForged},
		"an empty state":       {set("state", ""), false, auth.ErrForged},
		"two states":           {func(q url.Values) { q["state"] = append(q["state"], q["state"][0]) }, false, auth.ErrForged},
		"a long state":         {func(q url.Values) { q["state"][0] += strings.Repeat("a", 5000) }, false, auth.ErrForged},
		"no code":              {set("code"), false, auth.ErrForged},
		"two codes":            {set("code", "a", "b"), false, auth.ErrForged},
		"a long code":          {set("code", strings.Repeat("a", 5000)), false, auth.ErrForged},
		"not named":            {set("iss"), true, auth.ErrForged},
		"two names":            {set("iss", "a", "b"), false, auth.ErrForged},
		"an empty name":        {set("iss", ""), false, auth.ErrForged},
		"refused":              {set("error", "access_denied"), false, auth.ErrDenied},
		"refused, no session":  {set("error", "login_required"), false, auth.ErrDenied},
		"cannot now":           {set("error", "temporarily_unavailable"), false, auth.ErrProviderAway},
		"does not know us":     {set("error", "unauthorized_client"), false, auth.ErrProviderRefuses},
		"an error of its own":  {set("error", "<script>"+s(100)), false, auth.ErrProviderRefuses},
		"refused, other state": {func(q url.Values) { q.Set("error", "access_denied"); q.Set("state", "x") }, false, auth.ErrForged},
		"more than is known":   {set("session_state", "x"), false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.configuration["authorization_response_iss_parameter_supported"] = test.names
			who, err := f.signIn(t, f.config(), test.change)
			if !errors.Is(err, test.want) || (who.Subject == "") != (test.want != nil) || err != nil && len(err.Error()) > 400 {
				t.Errorf("Finish = %+v, %v, want %v", who, err, test.want)
			}
			if err != nil && f.times("/token") > 0 {
				t.Error("the code was exchanged all the same")
			}
		})
	}
	t.Run("named", func(t *testing.T) {
		f := newFake(t)
		f.configuration["authorization_response_iss_parameter_supported"] = true
		if _, err := f.signIn(t, f.config(), set("iss", f.URL)); err != nil {
			t.Errorf("Finish = %v", err)
		}
	})
}

func TestProvidersThatFail(t *testing.T) {
	status := func(path string, code int, body string) func(*fake) {
		return func(f *fake) {
			f.answer = func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path != path {
					return false
				}
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("Location", "http://"+r.Host+"/elsewhere")
				w.WriteHeader(code)
				_, _ = io.WriteString(w, body)
				return true
			}
		}
	}
	set := func(name string, value any) func(*fake) { return func(f *fake) { f.configuration[name] = value } }
	const discovery = "/.well-known/openid-configuration"
	for name, test := range map[string]struct {
		change func(*fake)
		want   error
	}{
		"nothing there":         {status(discovery, 404, "not here"), auth.ErrProviderAway},
		"a page":                {status(discovery, 200, "<html>"), auth.ErrProviderAway},
		"too much":              {status(discovery, 200, `{"x":"`+strings.Repeat("x", 2<<20)), auth.ErrProviderAway},
		"sent elsewhere":        {status(discovery, 302, ""), auth.ErrProviderAway},
		"another issuer":        {set("issuer", "https://other.example.org"), auth.ErrProviderRefuses},
		"a token address":       {set("token_endpoint", "http://other.example.org/token"), auth.ErrProviderRefuses},
		"an address":            {set("authorization_endpoint", "javascript:alert(1)"), auth.ErrProviderRefuses},
		"no keys":               {set("jwks_uri", ""), auth.ErrProviderRefuses},
		"no address":            {set("authorization_endpoint", nil), auth.ErrProviderRefuses},
		"strange methods":       {set("token_endpoint_auth_methods_supported", 5), auth.ErrProviderAway},
		"no token now":          {status("/token", 503, "x"), auth.ErrProviderAway},
		"too many tokens":       {status("/token", 429, "x"), auth.ErrProviderAway},
		"a token elsewhere":     {status("/token", 307, ""), auth.ErrProviderRefuses},
		"a token page":          {status("/token", 200, "<html>"), auth.ErrUntrusted},
		"a token without end":   {status("/token", 200, `{"access_token":"`+strings.Repeat("x", 2<<20)), auth.ErrUntrusted},
		"an old code":           {status("/token", 400, `{"error":"invalid_grant"}`), auth.ErrCodeUsed},
		"no keys now":           {status("/keys", 500, strings.Repeat("x", 10_000)), auth.ErrProviderAway},
		"keys that are none":    {status("/keys", 200, `{"keys":[]}`), auth.ErrUntrusted},
		"keys that are no JSON": {status("/keys", 200, "<html>"), auth.ErrUntrusted},
		"all as it should be":   {func(*fake) {}, nil},
		"algorithms of no one":  {set("id_token_signing_alg_values_supported", []string{"none"}), auth.ErrUntrusted},
		"a connection that dies": {func(f *fake) {
			f.answer = func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) }
		}, auth.ErrProviderAway},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			test.change(f)
			who, err := f.signIn(t, f.config(), nil)
			if !errors.Is(err, test.want) || (who.Subject == "") != (test.want != nil) {
				t.Errorf("signing in = %+v, %v, want %v", who, err, test.want)
			}
			if err != nil && len(err.Error()) > 700 {
				t.Errorf("the error has %d bytes: what the provider sent goes to the log", len(err.Error()))
			}
			if f.times("/elsewhere") > 0 {
				t.Error("a redirect was followed")
			}
		})
	}
}

// A provider that fails is asked once a second, however many people try, and
// again after that.
func TestDiscoveryIsTriedAgain(t *testing.T) {
	f := newFake(t)
	down := true
	f.answer = func(w http.ResponseWriter, _ *http.Request) bool {
		if down {
			w.WriteHeader(http.StatusBadGateway)
		}
		return down
	}
	now := noon
	c := f.config()
	c.Now = func() time.Time { return now }
	p := provider(t, c)
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() {
			if _, _, err := p.Begin(t.Context(), "/"); !errors.Is(err, auth.ErrProviderAway) {
				t.Errorf("Begin = %v, want ErrProviderAway", err)
			}
		})
	}
	group.Wait()
	const discovery = "/.well-known/openid-configuration"
	if n := f.times(discovery); n != 1 {
		t.Errorf("ten people asked the provider %d times, want once", n)
	}
	down, now = false, now.Add(time.Second)
	begin(t, p)
	if n := f.times(discovery); n != 2 {
		t.Errorf("the provider was asked %d times, want twice", n)
	}
}

func TestNewProviderRefuses(t *testing.T) {
	good := func() auth.Config {
		return auth.Config{
			Issuer: "https://id.example.org/realm", ClientID: "us", RedirectURL: "https://sallyport.example.org/auth/callback",
			Now: func() time.Time { return noon }, Random: rand.Reader,
		}
	}
	for name, test := range map[string]struct {
		change func(*auth.Config)
		ok     bool
	}{
		"all is well":             {func(*auth.Config) {}, true},
		"this machine":            {func(c *auth.Config) { c.Issuer = "http://127.0.0.1:5556/dex" }, true},
		"this machine, by IPv6":   {func(c *auth.Config) { c.Issuer = "http://[::1]:5556/dex" }, true},
		"this machine, by name":   {func(c *auth.Config) { c.Issuer = "http://dex.localhost:5556/dex" }, true},
		"not https":               {func(c *auth.Config) { c.Issuer = "http://id.example.org" }, false},
		"almost this machine":     {func(c *auth.Config) { c.Issuer = "http://localhost.example.org" }, false},
		"no issuer":               {func(c *auth.Config) { c.Issuer = "" }, false},
		"an issuer with a query":  {func(c *auth.Config) { c.Issuer += "?x" }, false},
		"an issuer with a secret": {func(c *auth.Config) { c.Issuer = "https://a:b@id.example.org" }, false},
		"a path":                  {func(c *auth.Config) { c.Issuer = "/realm" }, false},
		"a callback by http":      {func(c *auth.Config) { c.RedirectURL = "http://sallyport.example.org/auth/callback" }, false},
		"no callback":             {func(c *auth.Config) { c.RedirectURL = "" }, false},
		"no client":               {func(c *auth.Config) { c.ClientID = "" }, false},
		"a scope of two words":    {func(c *auth.Config) { c.Scopes = []string{"profile groups"} }, false},
		"an empty scope":          {func(c *auth.Config) { c.Scopes = []string{""} }, false},
		"no clock":                {func(c *auth.Config) { c.Now = nil }, false},
		"no randomness":           {func(c *auth.Config) { c.Random = nil }, false},
	} {
		c := good()
		test.change(&c)
		if p, err := auth.NewProvider(c); (err == nil) != test.ok || (p == nil) == test.ok {
			t.Errorf("NewProvider where there is %s = %v, %v, want ok %v", name, p, err, test.ok)
		}
	}
}

func TestBeginWithoutRandomness(t *testing.T) {
	f := newFake(t)
	c := f.config()
	c.Random, c.RedirectURL = bytes.NewReader(make([]byte, 80)), callbackURL
	p, err := auth.NewProvider(c)
	if err != nil {
		t.Fatal(err)
	}
	if address, flow, err := p.Begin(t.Context(), "/"); err == nil || address != "" || flow != (auth.Flow{}) {
		t.Errorf("Begin with 80 bytes of randomness = %q, %v, %v", address, flow, err)
	}
}

// Whoever shows refusals finds a kind, a stable code and a sentence, and
// nothing of the cause.
func TestSignInErrors(t *testing.T) {
	for _, refusal := range []*auth.SignInError{
		auth.ErrProviderAway, auth.ErrProviderRefuses, auth.ErrUntrusted, auth.ErrNoFlow, auth.ErrForged, auth.ErrFlowExpired,
		auth.ErrCodeUsed, auth.ErrDenied, auth.ErrNoUsername,
	} {
		err := fmt.Errorf("%w (%w)", refusal, io.EOF)
		shown, ok := errors.AsType[*review.Error](err)
		if !ok || shown.Kind == review.Internal || shown.Code == "" || shown.Message != refusal.Message || !strings.HasSuffix(shown.Message, ".") {
			t.Errorf("%v is shown as %+v", err, shown)
		}
		if found, ok := errors.AsType[*auth.SignInError](err); !ok || found != refusal || !errors.Is(err, refusal) || !errors.Is(err, io.EOF) {
			t.Errorf("%v cannot be told from others", err)
		}
	}
	if errors.Is(auth.ErrForged, auth.ErrNoFlow) || errors.Is(auth.ErrProviderAway, auth.ErrProviderRefuses) {
		t.Error("one refusal is taken for another")
	}
}
