package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Config is what a Provider needs to know (docs/sign-in.md "Settings"). Issuer,
// ClientID, RedirectURL, Now and Random must be set.
type Config struct {
	Issuer       string
	ClientID     string
	ClientSecret string // "" for a public client
	RedirectURL  string // of our callback, as it is registered with the provider
	Scopes       []string
	RoleClaim    string       // the claim of the ID token that holds roles; "" for none
	HTTPClient   *http.Client // nil: one of its own
	Now          func() time.Time
	Random       io.Reader // fit for keys
}

// Provider lets people sign in through an OpenID Connect provider, by the
// authorization code flow with PKCE (OpenID Connect Core 1.0 §3.1, RFC 7636).
// It may be used by many at the same time. It finds out about the provider when
// it is first needed, and tries again until that succeeds, so that a provider
// that is away at start, or later, does not keep the program from running.
type Provider struct {
	config    Config
	transport *boundedTransport
	client    *http.Client
	found     atomic.Pointer[discovery]
	turn      chan struct{} // holds one token while somebody asks the provider
	retryAt   time.Time     // not before; belongs to whoever has the turn
	lastErr   error         // why the last attempt failed; likewise
}

// discovery is what a provider says of itself.
type discovery struct {
	oauth2      oauth2.Config
	issuer      string
	algorithms  []string
	keys        oidc.KeySet
	namesIssuer bool // callbacks carry iss (RFC 9207)
}

const (
	// providerTimeout bounds one exchange with the provider.
	providerTimeout = 10 * time.Second
	// retryAfter is how long a failed attempt to reach the provider answers for
	// those who come next.
	retryAfter = time.Second
	// maxAnswer bounds an answer of the provider, in bytes.
	maxAnswer = 1 << 20
)

// NewProvider checks a configuration. It does not ask the provider.
func NewProvider(c Config) (*Provider, error) {
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("sign-in provider: %w", err)
	}
	c.Scopes = withOpenID(c.Scopes)
	client := http.Client{}
	if c.HTTPClient != nil {
		client = *c.HTTPClient
	}
	transport := &boundedTransport{next: client.Transport}
	if transport.next == nil {
		transport.next = http.DefaultTransport
	}
	client.Transport, client.Jar = transport, nil
	if client.Timeout == 0 {
		client.Timeout = providerTimeout
	}
	// No endpoint of a provider redirects, and our secret must not follow.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Provider{config: c, transport: transport, client: &client, turn: make(chan struct{}, 1)}, nil
}

func (c Config) check() error {
	switch {
	case c.ClientID == "":
		return errors.New("the client id is not set")
	case c.Now == nil, c.Random == nil:
		return errors.New("a clock and randomness are needed")
	}
	if err := checkAddress(c.Issuer); err != nil {
		return fmt.Errorf("the issuer %w", err)
	}
	if err := checkAddress(c.RedirectURL); err != nil {
		return fmt.Errorf("the address of the callback %w", err)
	}
	for _, scope := range c.Scopes {
		if scope == "" || strings.ContainsAny(scope, " \t\r\n\"\\") {
			return fmt.Errorf("%q is no scope", scope)
		}
	}
	return nil
}

// checkAddress refuses what is not https, or http on this machine. Names below
// localhost are this machine's (RFC 6761 §6.3).
func checkAddress(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil, u.Host == "", u.User != nil, u.RawQuery != "", u.Fragment != "":
		return errors.New("is not an address such as https://id.example.org/")
	case u.Scheme == "https", u.Scheme == "http" && IsLoopback(u.Hostname()):
		return nil
	}
	return errors.New("must begin with https:// (http:// is taken only on this machine)")
}

// IsLoopback reports whether a host, without its port, is this machine: a
// loopback address, localhost, or a name below it.
func IsLoopback(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Unmap().IsLoopback()
	}
	host = strings.ToLower(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// withOpenID is the scopes asked for: openid first, and profile, which has the
// username, if none is named.
func withOpenID(scopes []string) []string {
	if len(scopes) == 0 {
		scopes = []string{oidc.ScopeProfile}
	}
	all := []string{oidc.ScopeOpenID}
	for _, s := range scopes {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// discovered is what the provider says of itself. One caller at a time asks it;
// the others wait for the answer, as long as their contexts last.
func (p *Provider) discovered(ctx context.Context) (*discovery, error) {
	if d := p.found.Load(); d != nil {
		return d, nil
	}
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if d := p.found.Load(); d != nil {
		return d, nil
	}
	if p.config.Now().Before(p.retryAt) {
		return nil, p.lastErr
	}
	d, err := p.discover(ctx)
	switch {
	case err == nil:
		p.found.Store(d)
	case ctx.Err() == nil: // or else it says nothing about the provider
		p.retryAt, p.lastErr = p.config.Now().Add(retryAfter), err
	}
	return d, err
}

func (p *Provider) discover(ctx context.Context) (*discovery, error) {
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.config.Issuer)
	if err != nil {
		if mismatch, ok := errors.AsType[*oidc.IssuerMismatchError](err); ok {
			return nil, ErrProviderRefuses.because("discover: %v", mismatch)
		}
		return nil, ErrProviderAway.because("discover: %v", err)
	}
	var more struct {
		KeysURL     string   `json:"jwks_uri"`
		Methods     []string `json:"token_endpoint_auth_methods_supported"`
		Algorithms  []string `json:"id_token_signing_alg_values_supported"`
		NamesIssuer bool     `json:"authorization_response_iss_parameter_supported"`
	}
	if err := provider.Claims(&more); err != nil {
		return nil, ErrProviderAway.because("discover: %v", err)
	}
	endpoint := provider.Endpoint()
	for name, address := range map[string]string{
		"authorization": endpoint.AuthURL, "token": endpoint.TokenURL, "keys": more.KeysURL,
	} {
		if err := checkEndpoint(address); err != nil {
			return nil, ErrProviderRefuses.because("discover: the address for %s %v", name, err)
		}
	}
	endpoint.AuthStyle = p.authStyle(more.Methods)
	return &discovery{
		oauth2: oauth2.Config{
			ClientID: p.config.ClientID, ClientSecret: p.config.ClientSecret, Endpoint: endpoint,
			RedirectURL: p.config.RedirectURL, Scopes: p.config.Scopes,
		},
		issuer: p.config.Issuer, algorithms: asymmetric(more.Algorithms), namesIssuer: more.NamesIssuer,
		// The key set outlives this request, and keeps the client of its context.
		keys: oidc.NewRemoteKeySet(oidc.ClientContext(context.WithoutCancel(ctx), p.client), more.KeysURL),
	}, nil
}

// checkEndpoint is checkAddress for what may have a query of its own.
func checkEndpoint(address string) error {
	bare, _, _ := strings.Cut(address, "?")
	return checkAddress(bare)
}

// authStyle is how the client's secret is sent. It is never left to be found
// out by trying: a second attempt would hide why the first was refused, and
// spend the code.
func (p *Provider) authStyle(methods []string) oauth2.AuthStyle {
	basic := len(methods) == 0 || slices.Contains(methods, "client_secret_basic") // the default of OpenID Connect Discovery 1.0 §3
	if p.config.ClientSecret == "" || !basic {
		return oauth2.AuthStyleInParams
	}
	return oauth2.AuthStyleInHeader
}

// asymmetric are those of a provider's algorithms that ID tokens may be signed
// with: by a key that we do not share.
func asymmetric(algorithms []string) []string {
	taken := []string{
		oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA,
	}
	return slices.DeleteFunc(slices.Clone(algorithms), func(a string) bool { return !slices.Contains(taken, a) })
}

// boundedTransport bounds the provider's answers, and counts its failures.
type boundedTransport struct {
	next     http.RoundTripper
	failures atomic.Int64
}

// RoundTrip is part of http.RoundTripper.
func (t *boundedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := t.next.RoundTrip(r)
	if err != nil {
		t.failures.Add(1)
		return nil, err
	}
	if failing(answer.StatusCode) {
		t.failures.Add(1)
	}
	answer.Body = http.MaxBytesReader(nil, answer.Body, maxAnswer)
	return answer, nil
}

// failing reports whether a status says that the provider cannot now.
func failing(status int) bool {
	return status >= http.StatusInternalServerError || status == http.StatusTooManyRequests
}
