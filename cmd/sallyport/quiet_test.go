package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestLogTellsNothing: the log of the program names nobody: it holds no cookie, no
// token, no file, no word that somebody wrote, no code of a sign-in, whether
// the answer was good, refused or wrong.
func TestLogTellsNothing(t *testing.T) {
	p := start(t, databaseURL(t, "sqlite"), time.Hour)
	b := p.signsIn("researcher1")
	session := b.cookies["__Host-sallyport_session"]
	_, secret, found := strings.Cut(session, ".")
	if !found || len(secret) < 20 {
		t.Fatalf("the session's cookie is %q", session)
	}
	workspace := "/workspaces/" + demoWorkspace
	form := b.ask("GET", workspace+"?deep=1", nil).form(t, workspace, 0)
	for name, v := range map[string]string{
		"request": "new", "title": "words-of-a-title", "group": "words-of-a-group", "kind": "output", "path": ratesByAge,
	} {
		form.Set(name, v)
	}
	at := b.ask("POST", workspace, form).leads(http.StatusSeeOther)
	b.send(at, at+"/groups", 0, "context", "words-of-a-context")
	for _, refused := range []struct {
		method, at string
		form       url.Values
		status     int
	}{
		{"POST", at + "/submit", url.Values{"version": {"words-of-a-version"}}, 409},
		{"GET", "/auth/callback?code=words-of-a-code&state=words-of-a-state", nil, 422},
		{"GET", "/content" + workspace + "?path=words-of-a-path.csv", nil, 404},
		{"GET", workspace + "/words-of-a-folder", nil, 404},
		{"GET", "/ledger?person=words-of-a-filter", nil, 403},
	} {
		if got := b.ask(refused.method, refused.at, refused.form); got.status != refused.status {
			t.Errorf("%s = %d, want %d", got.at, got.status, refused.status)
		}
	}
	b.ask("GET", "/content"+workspace+"?path="+url.QueryEscape(ratesByAge), nil).leads(http.StatusOK)
	p.want("checker1", call{method: "GET", path: "/requests?author=words-of-a-query"}, http.StatusOK)

	log := p.logged.String()
	if strings.Count(log, `"msg":"request"`) < 14 || !strings.Contains(log, `"route":"/content/workspaces/:workspace"`) {
		t.Fatalf("the log does not tell of the answers: %s", log)
	}
	for _, private := range []string{secret, p.tokens["checker1"], "words-of", ratesByAge, "rates_by", "researcher1"} {
		if i := strings.Index(log, private); i >= 0 {
			t.Errorf("the log says %q: …%s", private, log[max(0, i-200):min(len(log), i+200)])
		}
	}
}
