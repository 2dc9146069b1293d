package auth

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// FlowAge is how long a sign-in may take, from its beginning to the callback.
const FlowAge = 10 * time.Minute

// Flow is a sign-in under way. The browser that began it keeps it in a cookie
// (FlowCookie), and nobody else has it: its secrets bind the callback to that
// browser (State), the ID token to this sign-in (Nonce), and the code to whoever
// asked for it (Verifier).
type Flow struct {
	State    string    `json:"s"`
	Nonce    string    `json:"n"`
	Verifier string    `json:"v"`
	Next     string    `json:"to"` // the local path to go to afterwards
	Began    time.Time `json:"at"`
}

const (
	maxFlow = 3 << 10 // bytes of an encoded Flow; a cookie holds 4 KiB
	maxNext = 1 << 10 // bytes of a path
	// maxParameter bounds a parameter of the callback.
	maxParameter = 4 << 10
	// maxIDToken bounds an ID token, in bytes.
	maxIDToken = 256 << 10
)

// String is the flow as its cookie holds it.
func (f Flow) String() string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // it would not fit, if Next were full of ampersands
	if err := e.Encode(f); err != nil {
		return "" // plain values always encode
	}
	return base64.RawURLEncoding.EncodeToString(b.Bytes())
}

// ParseFlow reads what String wrote; false for anything else.
func ParseFlow(s string) (Flow, bool) {
	var f Flow
	if len(s) > maxFlow {
		return f, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || json.Unmarshal(b, &f) != nil {
		return Flow{}, false
	}
	if f.State == "" || f.Nonce == "" || f.Verifier == "" || f.Next != LocalPath(f.Next) {
		return Flow{}, false
	}
	return f, true
}

// LocalPath is path if it leads to a page of ours, and "/" if it could lead
// anywhere else, so that a link to the sign-in cannot send people away.
func LocalPath(path string) string {
	if len(path) > maxNext || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
		return "/"
	}
	for _, c := range []byte(path) {
		if c <= ' ' || c >= 0x7f || c == '\\' { // browsers take a backslash for a slash
			return "/"
		}
	}
	u, err := url.Parse(path)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil {
		return "/"
	}
	return path
}

// Begin begins a sign-in: the browser goes to address, and keeps the flow until
// it comes back to the callback. next is the local path to go to afterwards;
// any other becomes "/". The errors are ErrProviderAway, ErrProviderRefuses, and
// those of the context and the randomness.
func (p *Provider) Begin(ctx context.Context, next string) (address string, flow Flow, err error) {
	d, err := p.discovered(ctx)
	if err != nil {
		return "", Flow{}, err
	}
	flow = Flow{Next: LocalPath(next), Began: p.config.Now().UTC().Truncate(time.Second)}
	for _, secret := range []*string{&flow.State, &flow.Nonce, &flow.Verifier} {
		if *secret, err = NewSecret(p.config.Random); err != nil {
			return "", Flow{}, err
		}
	}
	address = d.oauth2.AuthCodeURL(flow.State, oidc.Nonce(flow.Nonce), oauth2.S256ChallengeOption(flow.Verifier))
	return address, flow, nil
}

// Finish ends a sign-in with the query of the callback, and says who it is. A
// refusal is a *SignInError; any other error is the context's. After
// ErrProviderAway the same callback may be tried again.
func (p *Provider) Finish(ctx context.Context, flow Flow, query url.Values) (Identity, error) {
	if err := p.belongs(flow, query); err != nil {
		return Identity{}, err
	}
	d, err := p.discovered(ctx)
	if err != nil {
		return Identity{}, err
	}
	code, err := d.code(query)
	if err != nil {
		return Identity{}, err
	}
	token, err := p.exchange(ctx, d, flow, code)
	if err != nil {
		return Identity{}, err
	}
	claims, err := p.verify(ctx, d, flow, token)
	if err != nil {
		return Identity{}, err
	}
	return identityOf(claims, p.config.RoleClaim)
}

// belongs refuses a callback that is not the end of this flow.
func (p *Provider) belongs(flow Flow, query url.Values) error {
	if flow.State == "" || flow.Nonce == "" || flow.Verifier == "" {
		return ErrNoFlow
	}
	state, ok := one(query, "state")
	if !ok || subtle.ConstantTimeCompare([]byte(state), []byte(flow.State)) != 1 {
		return ErrForged
	}
	age := p.config.Now().Sub(flow.Began)
	if age < -time.Minute || age > FlowAge { // the clocks of two replicas may differ a little
		return ErrFlowExpired
	}
	return nil
}

// one is a parameter that is there once, is not empty and not too long.
func one(query url.Values, name string) (string, bool) {
	values := query[name]
	if len(values) != 1 || values[0] == "" || len(values[0]) > maxParameter {
		return "", false
	}
	return values[0], true
}

// code is the callback's authorization code, or why there is none.
func (d *discovery) code(query url.Values) (string, error) {
	// RFC 9207: a callback of another provider is refused.
	if issuer, ok := one(query, "iss"); ok && issuer != d.issuer || !ok && (d.namesIssuer || query.Has("iss")) {
		return "", ErrForged.because("the callback names another issuer")
	}
	if query.Has("error") {
		return "", refusedBy(query.Get("error"))
	}
	code, ok := one(query, "code")
	if !ok {
		return "", ErrForged
	}
	return code, nil
}

// refusedBy is what an error code of the callback means (RFC 6749 §4.1.2.1,
// OpenID Connect Core 1.0 §3.1.2.6).
func refusedBy(code string) error {
	switch code {
	case "access_denied", "login_required", "interaction_required", "consent_required", "account_selection_required":
		return ErrDenied.because("the provider says %s", code)
	case "temporarily_unavailable", "server_error":
		return ErrProviderAway.because("the provider says %s", code)
	}
	return ErrProviderRefuses.because("the provider says %.60q", code)
}

// exchange gives the code for tokens.
func (p *Provider) exchange(ctx context.Context, d *discovery, flow Flow, code string) (*oauth2.Token, error) {
	token, err := d.oauth2.Exchange(oidc.ClientContext(ctx, p.client), code, oauth2.VerifierOption(flow.Verifier))
	if err == nil {
		return token, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		if _, ok := errors.AsType[*url.Error](err); ok {
			return nil, ErrProviderAway.because("exchange the code: %v", err)
		}
		return nil, ErrUntrusted.because("exchange the code: %v", err)
	}
	// Its own text holds what the provider sent, which is not for the log.
	switch status := refused.Response.StatusCode; {
	case failing(status):
		return nil, ErrProviderAway.because("exchange the code: %s", http.StatusText(status))
	case refused.ErrorCode == "invalid_grant":
		return nil, ErrCodeUsed.because("exchange the code: invalid_grant")
	default:
		return nil, ErrProviderRefuses.because("exchange the code: %d, %.60q", status, refused.ErrorCode)
	}
}

// verify checks the ID token (OpenID Connect Core 1.0 §3.1.3.7) and returns
// what it says.
func (p *Provider) verify(ctx context.Context, d *discovery, flow Flow, token *oauth2.Token) (*oidc.IDToken, error) {
	raw, _ := token.Extra("id_token").(string)
	if raw == "" || len(raw) > maxIDToken {
		return nil, ErrUntrusted.because("the ID token has %d bytes", len(raw))
	}
	verifier := oidc.NewVerifier(d.issuer, d.keys, &oidc.Config{
		ClientID: p.config.ClientID, SupportedSigningAlgs: d.algorithms, Now: p.config.Now,
	})
	before := p.transport.failures.Load()
	claims, err := verifier.Verify(oidc.ClientContext(ctx, p.client), raw)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil && p.transport.failures.Load() != before: // its keys could not be had
		return nil, ErrProviderAway.because("verify: %v", err)
	case err != nil:
		return nil, ErrUntrusted.because("verify: %v", err)
	case subtle.ConstantTimeCompare([]byte(claims.Nonce), []byte(flow.Nonce)) != 1:
		return nil, ErrForged.because("verify: another nonce")
	}
	if claims.AccessTokenHash != "" {
		if err := claims.VerifyAccessToken(token.AccessToken); err != nil {
			return nil, ErrUntrusted.because("verify: %v", err)
		}
	}
	return claims, p.meantForUs(claims)
}

// meantForUs refuses a token that names us in its audience but was made for
// another client.
func (p *Provider) meantForUs(token *oidc.IDToken) error {
	var claims struct {
		AuthorizedParty string `json:"azp"`
	}
	if err := token.Claims(&claims); err != nil {
		return ErrUntrusted.because("verify: %v", err)
	}
	if claims.AuthorizedParty != p.config.ClientID && (claims.AuthorizedParty != "" || len(token.Audience) > 1) {
		return ErrUntrusted.because("verify: the authorized party is another")
	}
	return nil
}
