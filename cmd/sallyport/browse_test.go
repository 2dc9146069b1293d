package main

import (
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"sallyport/review"
)

// browser is somebody at the pages: it keeps cookies, whatever they ask of the
// connection, and follows nothing by itself.
type browser struct {
	p       *program
	cookies map[string]string
}

// signsIn goes through the demo's provider as somebody.
func (p *program) signsIn(who string) *browser {
	p.t.Helper()
	b := &browser{p, map[string]string{}}
	ask := b.ask("GET", b.ask("GET", "/", nil).leads(303), nil).leads(303)
	choice := b.ask("GET", ask, nil)
	form := choice.form(p.t, providerPath+"/authorize", 0)
	form.Set("person", who)
	back := b.ask("POST", providerPath+"/authorize", form).leads(303)
	if to := b.ask("GET", back, nil).leads(303); to != "/" {
		p.t.Fatalf("%s is sent to %s after signing in", who, to)
	}
	return b
}

// seenPage is what a browser got.
type seenPage struct {
	t      *testing.T
	at     string
	status int
	header http.Header
	body   string
}

func (b *browser) ask(method, at string, form url.Values) seenPage {
	t := b.p.t
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, b.p.url+strings.TrimPrefix(at, b.p.url), strings.NewReader(form.Encode()))
	must(t, err)
	req.Header.Set("Accept", "text/html")
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", b.p.url)
	}
	for name, value := range b.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	must(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(t, err)
	for _, c := range res.Cookies() {
		b.cookies[c.Name] = c.Value
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return seenPage{t, method + " " + at, res.StatusCode, res.Header, string(body)}
}

// leads is where the answer leads, which must have the status.
func (s seenPage) leads(status int) string {
	s.t.Helper()
	if s.status != status {
		s.t.Fatalf("%s = %d, want %d: %s", s.at, s.status, status, s.body)
	}
	return s.header.Get("Location")
}

// says fails unless the page is there and says so.
func (s seenPage) says(words ...string) seenPage {
	s.t.Helper()
	for _, w := range words {
		if s.status != http.StatusOK || !strings.Contains(s.body, html.EscapeString(w)) {
			s.t.Fatalf("%s = %d, which does not say %q: %s", s.at, s.status, w, s.body)
		}
	}
	return s
}

var (
	aForm   = regexp.MustCompile(`(?s)<form[^>]*action="([^"]*)"[^>]*>.*?</form>`)
	aHidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)
	aLink   = regexp.MustCompile(`(?:href|src)="([^"]*)"`)
)

// form is what the n-th form that sends to address carries.
func (s seenPage) form(t *testing.T, address string, n int) url.Values {
	t.Helper()
	for _, found := range aForm.FindAllStringSubmatch(s.body, -1) {
		if html.UnescapeString(found[1]) != address {
			continue
		}
		if n--; n >= 0 {
			continue
		}
		form := url.Values{}
		for _, field := range aHidden.FindAllStringSubmatch(found[0], -1) {
			form.Add(html.UnescapeString(field[1]), html.UnescapeString(field[2]))
		}
		return form
	}
	t.Fatalf("%s has no form that sends to %s: %s", s.at, address, s.body)
	return nil
}

// send presses the n-th button of a page that sends to an address, with more
// in its form, and demands that it was done.
func (b *browser) send(page, to string, n int, more ...string) {
	b.p.t.Helper()
	form := b.ask("GET", page, nil).form(b.p.t, to, n)
	for i := 0; i+1 < len(more); i += 2 {
		form.Add(more[i], more[i+1])
	}
	b.ask("POST", to, form).leads(http.StatusSeeOther)
}

// TestEveryLink: whoever follows the links of the pages finds a page behind
// each, and nothing of it comes from elsewhere. Only the help names places
// elsewhere, to be read.
func TestEveryLink(t *testing.T) {
	p := start(t, databaseURL(t, "sqlite"), time.Hour)
	for who, least := range map[string]int{
		"researcher1": 60, "checker1": 60, "checker3": 60, "observer1": 60, "auditor1": 15, "admin1": 20, "outsider1": 5,
	} {
		t.Run(who, func(t *testing.T) {
			b := p.signsIn(who)
			seen, todo := map[string]bool{}, []string{"/"}
			for len(todo) > 0 && len(seen) < 400 {
				at := todo[0]
				todo = todo[1:]
				if seen[at] {
					continue
				}
				seen[at] = true
				got := b.ask("GET", at, nil)
				if got.status != http.StatusOK {
					t.Errorf("%s = %d", got.at, got.status)
				}
				if strings.HasPrefix(at, "/content/") || !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
					continue
				}
				for _, link := range aLink.FindAllStringSubmatch(got.body, -1) {
					to, _, _ := strings.Cut(html.UnescapeString(link[1]), "#")
					switch {
					case strings.HasPrefix(at, "/help/") && strings.HasPrefix(link[0], `href="https://`):
					case strings.HasPrefix(to, "/"):
						todo = append(todo, to)
					case to != "":
						t.Errorf("%s leads to %s", at, to)
					}
				}
			}
			if len(seen) < least {
				t.Errorf("%s finds %d pages, want %d at least", who, len(seen), least)
			}
		})
	}
}

// TestMainJobAtThePages goes from a workspace to a download by forms alone, on
// both databases: the released bytes are the approved ones, and the log says
// who did what.
func TestMainJobAtThePages(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		p := start(t, url, 0)
		author := p.signsIn("researcher1")
		workspace := "/workspaces/" + demoWorkspace
		form := author.ask("GET", workspace+"?deep=1", nil).form(t, workspace, 0)
		for name, values := range map[string][]string{
			"request": {"new"}, "title": {"By pages"}, "group": {"Rates"}, "kind": {"output"}, "path": {ratesByAge, ratesBySex},
		} {
			form[name] = values
		}
		at := author.ask("POST", workspace, form).leads(http.StatusSeeOther)
		id := strings.TrimPrefix(at, "/requests/")
		author.send(at, at+"/groups", 0, "context", "Rates for the paper", "code", "rounded-5")
		p.answer("researcher1", id)
		author.send(at, at+"/submit", 0)

		files := outputsOf(p.request("researcher1", id))
		checker := p.signsIn("checker1")
		for _, b := range []*browser{p.signsIn("checker2"), checker} {
			b.ask("GET", "/queue", nil).says("By pages")
			for _, f := range files {
				file := fmt.Sprintf("%s/files/%s", at, f.ID)
				b.send(file, file+"/vote", 0, "vote", "approve", "answer_to_findings", "Looked at.")
			}
			b.send(at, at+"/review", 0)
		}
		checker.send(at+"/approve", at+"/approve", 0)
		p.becomes("researcher1", id, review.Released)

		release := author.ask("GET", "/releases/"+id, nil).says(ratesByAge, ratesBySex, "Download")
		for _, f := range files {
			address := fmt.Sprintf("/content/releases/%s/%s?download=1", id, f.ID)
			if !strings.Contains(release.body, address) {
				t.Errorf("the release does not lead to %s", address)
			}
			if got := author.ask("GET", address, nil); got.status != http.StatusOK || int64(len(got.body)) != f.Size {
				t.Errorf("%s = %d with %d bytes, want %d", address, got.status, len(got.body), f.Size)
			}
		}
		auditor := p.signsIn("auditor1")
		auditor.ask("GET", "/ledger?request="+id, nil).says("approved the release", "checker1", "submitted a review", "downloaded")
		auditor.ask("GET", "/ledger/export?format=csv&request="+id, nil).says("request_approved")
		p.replayEqual()
	})
}

// TestSignedOut: a role that ends, a session that ends and a sign-out count at
// the next click.
func TestSignedOut(t *testing.T) {
	p := start(t, databaseURL(t, "sqlite"), time.Hour)
	b, other := p.signsIn("researcher1"), p.signsIn("researcher1")
	account := b.ask("GET", "/account", nil).says("this browser")
	ends := regexp.MustCompile(`action="(/account/sessions/[^"]*/end)"`).FindAllStringSubmatch(account.body, -1)
	if len(ends) != 2 {
		t.Fatalf("%d sessions are listed, want 2", len(ends))
	}
	for _, end := range ends { // the other one, whichever stands first
		if !strings.Contains(end[1], strings.Split(b.cookies["__Host-sallyport_session"], ".")[0]) {
			b.ask("POST", end[1], nil).leads(http.StatusSeeOther)
		}
	}
	if to := other.ask("GET", "/account", nil).leads(http.StatusSeeOther); to != "/login?next=%2Faccount" {
		t.Errorf("a browser whose session was ended is sent to %s", to)
	}
	b.ask("GET", "/account", nil).says("researcher1")
	stolen := map[string]string{}
	for name, value := range b.cookies {
		stolen[name] = value
	}
	b.ask("POST", "/logout", nil).leads(http.StatusSeeOther)
	b.cookies = stolen
	b.ask("GET", "/account", nil).leads(http.StatusSeeOther)
}
