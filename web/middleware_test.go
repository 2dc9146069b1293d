package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"sallyport/review"
	"sallyport/work"
)

func TestHeadersOfEveryAnswer(t *testing.T) {
	w := newWorld(t)
	v := w.draft()
	for _, address := range []string{"/me", at(v), "/nothing", "/healthz", "/api/v1/openapi.json"} {
		got := w.do("author", "GET", address, nil)
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Referrer-Policy": "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store",
		} {
			if got.header.Get(name) != want {
				t.Errorf("%s: %s is %q, want %q", address, name, got.header.Get(name), want)
			}
		}
	}
}

// TestHTMLStaysData: what people write comes back as JSON that no browser takes
// for a page.
func TestHTMLStaysData(t *testing.T) {
	w := newWorld(t)
	const evil = `<script>alert("x")</script>`
	v := w.draft()
	got := w.do("author", "PATCH", at(v), map[string]string{"title": evil}).want(200)
	if got.request().Title != evil || strings.Contains(string(got.body), "<script>") || got.header.Get("Content-Type") != "application/json" {
		t.Errorf("title %q in %s", got.request().Title, got.body)
	}
	problem := w.do("author", "GET", "/requests?status="+`%3Cscript%3E`, nil).want(422, "invalid")
	if strings.Contains(string(problem.body), "<script>") {
		t.Errorf("HTML in a problem: %s", problem.body)
	}
}

func TestOtherSites(t *testing.T) {
	w := newWorld(t)
	for _, h := range []header{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}} {
		w.do("author", "POST", "/requests", `{"workspace": "ws"}`, h).want(403, "role")
		w.do("author", "GET", "/requests", nil, h).want(200)
	}
	w.do("author", "POST", "/requests", `{"workspace": "ws"}`, header{"Sec-Fetch-Site", "same-origin"}).want(201)
	if len(w.streams) != 1 {
		t.Errorf("%d requests", len(w.streams))
	}
}

func TestNames(t *testing.T) {
	w := newWorld(t)
	v := w.draft()
	for _, name := range []string{"a b", "100%", "ä+b", "c'd", "x.y~z", "a?b#c"} {
		escaped := strings.NewReplacer("%", "%25", " ", "%20", "+", "%2B", "'", "%27", "ä", "%C3%A4", "?", "%3F", "#", "%23", "~", "%7E").Replace(name)
		got := w.do("author", "PUT", at(v, "groups", escaped), `{"context": "x", "controls": {"codes": ["none"]}}`).want(200).request()
		if g := got.Groups[len(got.Groups)-1]; g.Name != name {
			t.Errorf("the group %q (%s) is called %q", name, escaped, g.Name)
		}
	}
}

// TestLog: what is in the log of a request, and what never is.
func TestLog(t *testing.T) {
	w := newWorld(t)
	v := w.draft()
	before := len(w.log.String())
	got := w.do("author", "GET", at(v, "files", string(v.Groups[0].Files[0].ID), "content"), nil)
	w.do("author", "GET", "/workspaces/ws/outputs/content?path=out/a.csv", nil)
	w.do("wrongtoken", "GET", "/me", nil)
	w.do("author", "POST", "/requests", `{"workspace": "ws", "title": "hush"}`, key("mykey"))
	log := w.log.String()[before:]
	for _, want := range []string{
		`"route":"/api/v1/requests/:id/files/:file/content"`, `"status":200`, `"status":401`, `"method":"GET"`, got.header.Get("X-Request-Id"),
	} {
		if !strings.Contains(log, want) {
			t.Errorf("the log has no %s: %s", want, log)
		}
	}
	for _, secret := range []string{"a.csv", "Bearer", "wrongtoken", string(v.ID), "hush", "mykey", "author"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log has %q: %s", secret, log)
		}
	}
}

func TestFailedAuthentications(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.TrustedProxies = []string{"192.0.2.1"} })
	wrong := func(from string) reply {
		return w.do("wrong", "GET", "/me", nil, header{"X-Forwarded-For", from})
	}
	for range failureBurst {
		wrong("203.0.113.9").want(401, "unauthenticated")
	}
	got := wrong("203.0.113.9").want(429, "rate_limited")
	if got.header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After %q", got.header.Get("Retry-After"))
	}
	wrong("203.0.113.10").want(401)
	w.do("author", "GET", "/me", nil, header{"X-Forwarded-For", "203.0.113.9"}).want(200)
	w.do("", "GET", "/me", nil, header{"X-Forwarded-For", "203.0.113.9"}).want(401)
	w.now = w.now.Add(failureEvery)
	wrong("203.0.113.9").want(401)
	wrong("203.0.113.9").want(429)
	// The same /64, and an address that is none.
	for range failureBurst {
		wrong("2001:db8::1").want(401)
	}
	wrong("2001:db8::2").want(429)

	// Nobody is believed who was not named.
	w = newWorld(t)
	for i := range failureBurst {
		wrong(fmt.Sprintf("203.0.113.%d", i)).want(401)
	}
	wrong("203.0.113.99").want(429)
	if _, err := newServer(Config{}); err == nil {
		t.Error("an empty configuration is taken")
	}
	c := w.server.Config
	c.TrustedProxies = []string{"not an address"}
	if _, err := NewHandler(c); err == nil {
		t.Error("a proxy that is no address is taken")
	}
}

func TestFailuresAreBounded(t *testing.T) {
	f := newFailures(func() time.Time { return noon })
	for i := range 3 * maxClients {
		f.note(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255))
	}
	if len(f.clients) > maxClients {
		t.Errorf("%d clients are remembered", len(f.clients))
	}
}

func TestHealth(t *testing.T) {
	down := map[string]error{}
	asked := 0
	check := func(name string) Check {
		return Check{Name: name, Check: func(context.Context) error {
			if name == "vault" {
				asked++
			}
			return down[name]
		}}
	}
	w := newWorld(t, func(c *Config) { c.Ready = []Check{check("database"), check("vault"), check("key")} })
	w.do("", "GET", "/healthz", nil).want(200)
	w.do("", "GET", "/readyz", nil).want(200)
	down["vault"], down["key"] = errors.New("/secret/path is gone"), errors.New("no")
	w.do("", "GET", "/readyz", nil).want(200)
	if asked != 1 {
		t.Errorf("the checks ran %d times in a moment", asked)
	}
	w.now = w.now.Add(readyLast)
	got := decoded[problem](w.do("", "GET", "/readyz", nil).want(503, "unavailable"))
	if got.Detail != "Not usable: vault, key." {
		t.Errorf("detail %q", got.Detail)
	}
	if !strings.Contains(w.log.String(), "/secret/path is gone") {
		t.Error("the log does not say why")
	}
	w.do("", "GET", "/readyz", nil).want(503, "unavailable")
}

// TestMetrics: what is counted, and that votes cannot be told from looks.
func TestMetrics(t *testing.T) {
	w := newWorld(t)
	v := w.submitted()
	w.server.Metrics.Work("deliver", work.Done, time.Second)
	w.do("author", "GET", "/workspaces/ws", nil)
	w.do("author", "BREW", "/me", nil)
	before := string(w.do("", "GET", "/metrics", nil).want(200).body)
	for _, want := range []string{
		`sallyport_http_requests_total{method="GET",route="/api/v1/workspaces/:workspace",status="200"} 1`,
		`sallyport_http_requests_total{method="other",route="unmatched",status="405"} 1`,
		`sallyport_work_total{kind="deliver",outcome="done"} 1`, "sallyport_http_requests_in_flight 1", "go_goroutines", "process_",
	} {
		if !strings.Contains(before, want) {
			t.Errorf("no %s in the metrics", want)
		}
	}
	f := v.Groups[0].Files[0]
	w.do("checker1", "PUT", at(v, "files", string(f.ID), "vote"),
		map[string]any{"vote": review.Approve, "sha256": f.SHA256, "turn": v.Turn}).want(200)
	voted := counted(w)
	w = newWorld(t)
	v = w.submitted()
	w.server.Metrics.Work("deliver", work.Done, time.Second)
	w.do("author", "GET", "/workspaces/ws", nil)
	w.do("author", "BREW", "/me", nil)
	w.do("", "GET", "/metrics", nil)
	w.do("author", "GET", at(v), nil).want(200)
	if looked := counted(w); looked != voted {
		t.Errorf("a vote can be told from a look:\n%s\n%s", voted, looked)
	}
}

// counted are the lines of the metrics that count requests.
func counted(w *world) string {
	var lines []string
	for line := range strings.Lines(string(w.do("", "GET", "/metrics", nil).body)) {
		if strings.HasPrefix(line, "sallyport_http") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

func TestServerDeadlines(t *testing.T) {
	s := Server(http.NotFoundHandler())
	if s.ReadHeaderTimeout <= 0 || s.ReadTimeout <= 0 || s.WriteTimeout <= 0 || s.IdleTimeout <= 0 {
		t.Errorf("a deadline is missing: %+v", s)
	}
}

// TestSlowAnswers: what takes long by its nature outlives the connection's
// deadlines as long as somebody reads.
func TestSlowAnswers(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Now = time.Now })
	const deadline = 50 * time.Millisecond
	slow := func(c *gin.Context) {
		select {
		case <-c.Request.Context().Done():
		case <-time.After(4 * deadline):
		}
	}
	w.server.engine.GET("/stream", w.server.handle(func(c *gin.Context) error {
		out := w.server.patient(c)
		slow(c)
		if _, err := io.WriteString(out, "whole"); err != nil {
			return err
		}
		return c.Request.Context().Err()
	}))
	w.server.engine.POST("/copy", w.server.handle(w.server.patiently(time.Minute, func(c *gin.Context) error {
		slow(c)
		if err := c.Request.Context().Err(); err != nil {
			return err
		}
		c.String(200, "whole")
		return nil
	})))
	server := Server(w.server.engine)
	server.ReadTimeout, server.WriteTimeout = deadline, deadline
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()
	for _, r := range [][2]string{{"GET", "/stream"}, {"POST", "/copy"}} {
		req, err := http.NewRequestWithContext(t.Context(), r[0], "http://"+listener.Addr().String()+r[1], strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatalf("%s: %v", r[1], err)
		}
		body, err := io.ReadAll(res.Body)
		if err = errors.Join(err, res.Body.Close()); err != nil || string(body) != "whole" {
			t.Errorf("%s: %q, %v", r[1], body, err)
		}
	}
}

func TestMe(t *testing.T) {
	w := newWorld(t)
	a := w.people["author"]
	a.Grants = append(a.Grants, review.Grant{Role: review.Observer, Scope: "all", Until: noon})
	w.people["author"] = a
	if got := decoded[me](w.do("author", "GET", "/me", nil).want(200)); got.Username != "author" || len(got.Roles) != 1 || got.Roles[0].Role != review.Researcher {
		t.Errorf("me: %+v", got)
	}
	if got := decoded[me](w.do("tpp", "GET", "/me", nil).want(200)); len(got.Roles) != 1 || got.Roles[0].Scope != "backend:tpp" {
		t.Errorf("a service: %+v", got)
	}
}

func TestLists(t *testing.T) {
	w := newWorld(t)
	first := w.submitted("out/a.csv")
	w.draft("out/b.txt")
	for who, n := range map[string]int{"author": 2, "checker1": 1, "observer": 2, "auditor": 1, "admin": 2, "outsider": 0} {
		if got := decoded[list[review.SummaryView]](w.do(who, "GET", "/requests", nil).want(200)); len(got.Items) != n {
			t.Errorf("%s sees %d requests, want %d", who, len(got.Items), n)
		}
	}
	page := decoded[list[review.SummaryView]](w.do("author", "GET", "/requests?limit=1", nil).want(200))
	if len(page.Items) != 1 || page.Next == nil {
		t.Fatalf("a page of one: %+v", page)
	}
	page = decoded[list[review.SummaryView]](w.do("author", "GET", "/requests?limit=1&cursor="+*page.Next, nil).want(200))
	if len(page.Items) != 1 || page.Next != nil {
		t.Errorf("the last page: %+v", page)
	}
	for query, n := range map[string]int{
		"status=SUBMITTED": 1, "status=SUBMITTED,PENDING": 2, "status=SUBMITTED&status=PENDING": 2, "status=RELEASED": 0,
		"workspace=ws": 2, "workspace=other": 0, "author=author": 2, "author=nobody": 0, "queue=your_turn": 1, "queue=waiting": 1,
	} {
		if got := decoded[list[review.SummaryView]](w.do("author", "GET", "/requests?"+query, nil).want(200)); len(got.Items) != n {
			t.Errorf("%s: %d requests, want %d", query, len(got.Items), n)
		}
	}
	if got := w.do("admin", "GET", at(first), nil).want(200).request(); got.Title != "" || len(got.Groups) != 0 {
		t.Errorf("an administrator sees %+v", got)
	}
	w.do("admin", "GET", at(first, "history"), nil).want(403, "role")
}
