package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSignInSettings: what is needed to let people in is there, or is named.
func TestSignInSettings(t *testing.T) {
	mapping := filepath.Join(t.TempDir(), "roles.yaml")
	must(t, os.WriteFile(mapping, []byte("team:\n  - {role: auditor, scope: all}\n"), 0o600))
	good := settings{
		OIDCIssuer: "https://id.example.org", OIDCClientID: "sallyport", OIDCScopes: "profile groups,more", OIDCRoleClaim: "groups", RoleMapping: mapping,
	}
	public, err := publicURL("https://sallyport.example.org/")
	must(t, err)
	in, err := good.signIn(public)
	must(t, err)
	if got := in.config.RedirectURL; got != "https://sallyport.example.org/auth/callback" {
		t.Errorf("people come back to %s", got)
	}
	if got := strings.Join(in.config.Scopes, "+"); got != "profile+groups+more" || len(in.mapping.Roles([]string{"team"})) != 1 {
		t.Errorf("scopes %s, mapping %v", got, in.mapping)
	}
	if in, err := (&settings{}).signIn(nil); in != nil || err != nil {
		t.Errorf("without a provider: %v, %v", in, err)
	}
	for what, wrong := range map[string]settings{
		"SALLYPORT_OIDC_ISSUER is not": {OIDCClientID: "sallyport"},
		"SALLYPORT_ROLE_MAPPING":       {OIDCIssuer: "https://id.example.org", OIDCClientID: "x", RoleMapping: mapping + "x"},
		"SALLYPORT_OIDC_…":             {OIDCIssuer: "http://id.example.org", OIDCClientID: "x"},
	} {
		if _, err := wrong.signIn(public); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("signIn of %+v = %v, want %s", wrong, err, what)
		}
	}
	if _, err := good.signIn(nil); err == nil || !strings.Contains(err.Error(), "PUBLIC_URL") {
		t.Errorf("without PUBLIC_URL: %v", err)
	}
}

// TestOnlyAt: a browser that names this machine otherwise is sent to where its
// cookie will be; programs are not.
func TestOnlyAt(t *testing.T) {
	h := onlyAt("http://127.0.0.1:8080", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	for _, c := range []struct {
		method, address, accept, to string
	}{
		{"GET", "http://127.0.0.1:8080/queue", "text/html", ""},
		{"GET", "http://localhost:8080/queue?queue=all", "text/html", "http://127.0.0.1:8080/queue?queue=all"},
		{"GET", "http://localhost:8080/api/v1/me", "", ""},
		{"POST", "http://localhost:8080/queue", "text/html", ""},
		{"GET", "http://localhost:8080//elsewhere.test", "text/html", ""},
	} {
		r := httptest.NewRequestWithContext(t.Context(), c.method, c.address, nil)
		r.Header.Set("Accept", c.accept)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Header().Get("Location"); got != c.to {
			t.Errorf("%s %s leads to %q, want %q", c.method, c.address, got, c.to)
		}
	}
}
