package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"sallyport/auth"
)

const (
	// providerPath is where the demo's sign-in provider is mounted.
	providerPath = "/demo-provider"
	// providerIssuer is its name, whatever port the demo listens on, so that the
	// people in a directory of data stay the same. Our own client reaches it
	// there without a network.
	providerIssuer = "http://localhost" + providerPath
	providerClient = "sallyport-demo"
)

// providerPerson is somebody whom the demo's provider lets in.
type providerPerson struct {
	Username string
	Roles    string // in words
}

// provider is the demo's sign-in provider: an OpenID provider that asks for no
// password, but only which of its people one is (docs/sign-in.md "In the
// demo"). It therefore answers this machine alone. Its key and its client's
// secret are made at each start, and kept nowhere.
type provider struct {
	base     string // where browsers reach it: http://127.0.0.1:8080
	callback string // the only place where codes are sent to
	secret   string // of its only client
	people   []providerPerson
	signer   jose.Signer
	keys     []byte // the public one, as JSON
	now      func() time.Time
	mux      *http.ServeMux

	mu    sync.Mutex
	codes map[string]issuedCode
}

// newProvider makes the demo's provider for a program at base. It refuses a
// base that is not this machine.
func newProvider(base string, people []providerPerson, now func() time.Time) (*provider, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" || u.Path != "" || !auth.IsLoopback(u.Hostname()) {
		return nil, fmt.Errorf("the demo's sign-in provider works on this machine alone, not at %s", base)
	}
	p := &provider{
		base: base, callback: base + "/auth/callback", people: people, now: now, mux: http.NewServeMux(), codes: map[string]issuedCode{},
	}
	if p.secret, err = auth.NewSecret(rand.Reader); err != nil {
		return nil, err
	}
	if err := p.makeKey(); err != nil {
		return nil, fmt.Errorf("make the provider's key: %w", err)
	}
	p.mux.HandleFunc("GET "+providerPath+"/.well-known/openid-configuration", p.showConfiguration)
	p.mux.HandleFunc("GET "+providerPath+"/keys", p.showKeys)
	p.mux.HandleFunc("GET "+providerPath+"/style.css", showStyle)
	p.mux.HandleFunc("GET "+providerPath+"/authorize", p.askWho)
	p.mux.HandleFunc("POST "+providerPath+"/authorize", p.chosen)
	p.mux.HandleFunc("POST "+providerPath+"/token", p.token)
	return p, nil
}

func (p *provider) makeKey() error {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	key := jose.JSONWebKey{Key: private, KeyID: newID(), Algorithm: string(jose.ES256), Use: "sig"}
	p.signer, err = jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return err
	}
	p.keys, err = json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key.Public()}})
	return err
}

// config is what our own sign-in needs to know of it.
func (p *provider) config() auth.Config {
	return auth.Config{
		Issuer: providerIssuer, ClientID: providerClient, ClientSecret: p.secret, RedirectURL: p.callback,
		HTTPClient: p.client(), Now: p.now, Random: rand.Reader,
	}
}

// ServeHTTP answers requests below providerPath. Neither another machine nor a
// name that somebody else made point here gets an answer.
func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	if !fromHere(r) {
		http.Error(w, "The demo's sign-in provider answers this machine alone.", http.StatusForbidden)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	p.mux.ServeHTTP(w, r)
}

// fromHere reports whether a request came from this machine, to an address of
// this machine.
func fromHere(r *http.Request) bool {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !from.Addr().Unmap().IsLoopback() {
		return false
	}
	host := r.Host
	if name, _, err := net.SplitHostPort(r.Host); err == nil {
		host = name
	}
	return auth.IsLoopback(host)
}

// showConfiguration answers GET /.well-known/openid-configuration (OpenID
// Connect Discovery 1.0 §3).
func (p *provider) showConfiguration(w http.ResponseWriter, _ *http.Request) {
	sendJSON(w, http.StatusOK, map[string]any{
		"issuer": providerIssuer, "authorization_endpoint": p.base + providerPath + "/authorize",
		"token_endpoint": providerIssuer + "/token", "jwks_uri": providerIssuer + "/keys",
		"response_types_supported": []string{"code"}, "response_modes_supported": []string{"query"},
		"grant_types_supported": []string{"authorization_code"}, "subject_types_supported": []string{"public"},
		"scopes_supported": []string{"openid", "profile"}, "claims_supported": []string{"sub", "preferred_username"},
		"id_token_signing_alg_values_supported":          []string{string(jose.ES256)},
		"token_endpoint_auth_methods_supported":          []string{"client_secret_basic"},
		"code_challenge_methods_supported":               []string{"S256"},
		"authorization_response_iss_parameter_supported": true,
	})
}

// showKeys answers GET /keys.
func (p *provider) showKeys(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/jwk-set+json")
	_, _ = w.Write(p.keys) // whoever asked has gone, if it fails
}

func sendJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "This cannot be said as JSON.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(b) // whoever asked has gone, if it fails
}

// client reaches the provider within the process, and nobody else: nothing has
// to listen yet, and no port has to be known.
func (p *provider) client() *http.Client { return &http.Client{Transport: within{p}} }

// within carries requests to a provider in the same process.
type within struct{ provider *provider }

// RoundTrip is part of http.RoundTripper.
func (t within) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	if r.URL.Scheme+"://"+r.URL.Host+providerPath != providerIssuer {
		return nil, errors.New("the demo asks no other provider")
	}
	to := r.Clone(r.Context())
	to.RequestURI, to.Host, to.RemoteAddr = r.URL.RequestURI(), r.URL.Host, "127.0.0.1:0"
	if to.Body == nil {
		to.Body = http.NoBody
	}
	a := &answerWithin{header: http.Header{}, status: http.StatusOK}
	t.provider.ServeHTTP(a, to)
	return &http.Response{
		Status: http.StatusText(a.status), StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.header, Body: a, ContentLength: int64(a.body.Len()), Request: r,
	}, nil
}

// answerWithin is an answer that is written, then read.
type answerWithin struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header, WriteHeader and Write are those of http.ResponseWriter.
func (a *answerWithin) Header() http.Header { return a.header }

func (a *answerWithin) WriteHeader(status int) { a.status = status }

func (a *answerWithin) Write(b []byte) (int, error) { return a.body.Write(b) }

// Read and Close are those of the body.
func (a *answerWithin) Read(b []byte) (int, error) { return a.body.Read(b) }

func (a *answerWithin) Close() error { return nil }
