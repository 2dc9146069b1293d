package main

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"sallyport/auth"
)

const (
	// codeAge is how long a code of the demo's provider is good.
	codeAge = time.Minute
	// maxCodes bounds the codes that nobody has fetched a token for.
	maxCodes = 1000
)

// authorization is a request for a code (RFC 6749 §4.1.1, RFC 7636 §4.3).
type authorization struct {
	ClientID, RedirectURI, ResponseType, Scope, State, Nonce, Challenge, Method string
}

// fields are the parameters of the request, by name.
func (a *authorization) fields() map[string]*string {
	return map[string]*string{
		"client_id": &a.ClientID, "redirect_uri": &a.RedirectURI, "response_type": &a.ResponseType, "scope": &a.Scope,
		"state": &a.State, "nonce": &a.Nonce, "code_challenge": &a.Challenge, "code_challenge_method": &a.Method,
	}
}

// maxField bounds a parameter.
const maxField = 512

// readAuthorization reads a request for a code. ok is false if a parameter
// stands there twice, or is too long.
func readAuthorization(values url.Values) (a authorization, ok bool) {
	for name, field := range a.fields() {
		if len(values[name]) > 1 || len(values.Get(name)) > maxField {
			return authorization{}, false
		}
		*field = values.Get(name)
	}
	return a, true
}

// known reports whether the request is of our client and comes back to it:
// nobody is sent anywhere else.
func (p *provider) known(a authorization) bool {
	return a.ClientID == providerClient && a.RedirectURI == p.callback
}

// wrong is the error code for a request that this provider does not take; ""
// for one that it takes.
func (a authorization) wrong() string {
	switch {
	case a.ResponseType != "code":
		return "unsupported_response_type"
	case !slices.Contains(strings.Fields(a.Scope), "openid"):
		return "invalid_scope"
	case a.Method != "S256" || !isBase64(a.Challenge, 43, 43) || a.State == "" || a.Nonce == "":
		return "invalid_request"
	}
	return ""
}

// isBase64 reports whether s is least to most characters of base64url and the
// others that a code verifier may have (RFC 7636 §4.1).
func isBase64(s string, least, most int) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	return len(s) >= least && len(s) <= most && strings.Trim(s, letters) == ""
}

// issuedCode is what a code stands for.
type issuedCode struct {
	username  string
	nonce     string
	challenge string
	until     time.Time
}

// issue makes a code that is good once, for a minute. ok is false if too many
// are about.
func (p *provider) issue(a authorization, username string) (code string, ok bool) {
	code, err := auth.NewSecret(rand.Reader)
	if err != nil {
		return "", false
	}
	now := p.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	for c, issued := range p.codes {
		if !now.Before(issued.until) {
			delete(p.codes, c)
		}
	}
	if len(p.codes) >= maxCodes {
		return "", false
	}
	p.codes[code] = issuedCode{username, a.Nonce, a.Challenge, now.Add(codeAge)}
	return code, true
}

// redeem takes a code, which is spent by it, whether or not it was good.
func (p *provider) redeem(code, verifier string) (issuedCode, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	issued, ok := p.codes[code]
	delete(p.codes, code)
	fits := subtle.ConstantTimeCompare([]byte(challengeOf(verifier)), []byte(issued.challenge)) == 1
	return issued, ok && fits && p.now().Before(issued.until)
}

// challengeOf is the challenge S256 of a verifier (RFC 7636 §4.2).
func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// token answers POST /token: a code and its verifier for an ID token (RFC 6749
// §4.1.3). The access token opens nothing.
func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	theirs, ours := sha256.Sum256([]byte(id+":"+secret)), sha256.Sum256([]byte(providerClient+":"+p.secret))
	if subtle.ConstantTimeCompare(theirs[:], ours[:]) != 1 {
		w.Header().Set("WWW-Authenticate", `Basic realm="demo"`)
		sendJSON(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
		return
	}
	form, ok := postedForm(r)
	if !ok || form.Get("grant_type") != "authorization_code" {
		sendJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_request"})
		return
	}
	verifier := form.Get("code_verifier")
	issued, ok := p.redeem(form.Get("code"), verifier)
	if !ok || !isBase64(verifier, 43, 128) || form.Get("redirect_uri") != p.callback {
		sendJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})
		return
	}
	access := rand.Text()
	signed, err := p.idToken(issued, access)
	if err != nil {
		sendJSON(w, http.StatusInternalServerError, map[string]string{"error": "server_error"})
		return
	}
	sendJSON(w, http.StatusOK, map[string]any{
		"access_token": access, "token_type": "Bearer", "expires_in": int(codeAge / time.Second), "id_token": signed,
	})
}

// postedForm is the body of a POST, and not the address's query. ok is false
// if it cannot be read or says something twice.
func postedForm(r *http.Request) (form url.Values, ok bool) {
	if err := r.ParseForm(); err != nil {
		return nil, false
	}
	for _, values := range r.PostForm {
		if len(values) > 1 {
			return nil, false
		}
	}
	return r.PostForm, true
}

// idToken says who somebody is (OpenID Connect Core 1.0 §2, §3.1.3.6).
func (p *provider) idToken(issued issuedCode, access string) (string, error) {
	now, sum := p.now(), sha256.Sum256([]byte(access))
	claims, err := json.Marshal(map[string]any{
		"iss": providerIssuer, "sub": issued.username, "aud": providerClient, "nonce": issued.nonce,
		"iat": now.Unix(), "exp": now.Add(codeAge).Unix(), "at_hash": base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2]),
		"preferred_username": issued.username,
	})
	if err != nil {
		return "", err
	}
	signed, err := p.signer.Sign(claims)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}
