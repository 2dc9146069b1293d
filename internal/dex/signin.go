package dex

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// loginForm finds where Dex's login form is posted to.
var loginForm = regexp.MustCompile(`<form method="post" action="([^"]+)"`)

// SignIn goes to an address of Dex as a browser would, fills in the login form,
// and returns the address of the callback that Dex sends the browser to. It
// does not go there.
func (p *Provider) SignIn(t testing.TB, address, username, password string) *url.URL {
	t.Helper()
	callback, err := p.signIn(address, username, password)
	if err != nil {
		t.Fatalf("sign in as %s: %v", username, err)
	}
	return callback
}

func (p *Provider) signIn(address, username, password string) (*url.URL, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(r.URL.String(), p.Issuer) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	answer, err := browser.Get(address) //nolint:noctx // the test's own time limit is enough
	if err != nil {
		return nil, err
	}
	if callback, err := answer.Location(); err == nil {
		return callback, answer.Body.Close() // a refusal before the form
	}
	form, err := formOf(answer)
	if err != nil {
		return nil, err
	}
	//nolint:noctx // the test's own time limit is enough
	answer, err = browser.PostForm(form, url.Values{"login": {username + "@example.org"}, "password": {password}})
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	callback, err := answer.Location()
	if err != nil {
		return nil, fmt.Errorf("the form did not lead away: %s", answer.Status)
	}
	return callback, nil
}

// formOf is the absolute address that the login form of a page is posted to.
func formOf(answer *http.Response) (string, error) {
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", err
	}
	found := loginForm.FindSubmatch(page)
	if found == nil {
		return "", fmt.Errorf("%s: there is no login form: %.300s", answer.Status, page)
	}
	action, err := answer.Request.URL.Parse(html.UnescapeString(string(found[1])))
	if err != nil {
		return "", err
	}
	return action.String(), nil
}
