package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"sallyport/outputs"
	"sallyport/review"
)

func TestProblemOf(t *testing.T) {
	for _, tt := range []struct {
		name   string
		err    error
		status int
		code   string
	}{
		{"invalid", review.ErrInvalid, 422, "invalid"},
		{"a reused key", review.ErrKeyReused, 422, "key_reused"},
		{"forbidden", review.ErrRole, 403, "role"},
		{"not found", review.ErrNotFound, 404, "not_found"},
		{"conflict", review.ErrChanged, 409, "changed"},
		{"precondition", review.ErrIfMatch, 428, "if_match_missing"},
		{"unavailable", review.ErrUnavailable, 503, "unavailable"},
		{"too large", review.ErrTooLarge, 413, "too_large"},
		{"wrapped", fmt.Errorf("load: %w", review.ErrStatus), 409, "status"},
		{"too late", fmt.Errorf("query: %w", context.DeadlineExceeded), 503, "unavailable"},
		{"a full vault", fmt.Errorf("keep: %w", outputs.ErrFull), 503, "unavailable"},
		{"an internal refusal", &review.Error{Kind: review.Internal, Code: "internal", Message: "secret"}, 500, "internal"},
		{"anything else", errors.New("secret"), 500, "internal"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := problemOf(tt.err)
			if p.Status != tt.status || p.Code != tt.code || strings.Contains(p.Detail, "secret") {
				t.Errorf("problemOf(%v) = %+v, want %d %s", tt.err, p, tt.status, tt.code)
			}
		})
	}
}

// TestOrderOfErrors asks for one act with ever less wrong about it.
func TestOrderOfErrors(t *testing.T) {
	w := newWorld(t)
	v := w.submitted()
	reject := at(v, "reject")
	badShape := `{"reason": 1}`
	seen := w.do("checker1", "GET", at(v), nil).want(200).request()

	w.do("", "POST", reject, badShape).want(401, "unauthenticated")
	w.do("nobody", "POST", reject, badShape).want(401, "unauthenticated")
	w.do("outsider", "POST", reject, badShape).want(422, "invalid")
	w.do("outsider", "POST", reject, "{}").want(404, "not_found")
	w.do("author", "POST", reject, "{}").want(403, "own_side")
	w.do("checker1", "POST", reject, "{}").want(428, "if_match_missing")
	w.do("checker1", "POST", reject, "{}", match("stale")).want(409, "changed")
	w.do("checker1", "POST", reject, "{}", match(seen.Version)).want(409, "status")
	seen = w.reviewedBy(seen, "checker2", "checker1")
	w.do("checker1", "POST", reject, "{}", match(seen.Version)).want(422, "texts_missing")
	w.do("checker1", "POST", reject, `{"reason": "No."}`, match(seen.Version)).want(200)

	w.do("author", "GET", "/requests/UNKNOWN", nil).want(404, "not_found")
	w.do("author", "GET", "/requests/..%2f..%2fetc", nil).want(404, "not_found")
	w.do("author", "GET", "/requests/%00%ff", nil).want(404, "not_found")
	w.do("author", "GET", "/nothing/here", nil).want(404, "not_found")
	w.do("", "GET", "/", nil).want(404, "not_found")
	got := w.do("author", "DELETE", "/me", nil).want(405, "invalid")
	if allow := got.header.Get("Allow"); allow != "GET" {
		t.Errorf("Allow: %q, want GET", allow)
	}
	if a := w.do("", "GET", "/me", nil).want(401).header.Get("WWW-Authenticate"); !strings.HasPrefix(a, "Bearer") {
		t.Errorf("WWW-Authenticate: %q", a)
	}
}

func TestShapes(t *testing.T) {
	w := newWorld(t)
	v := w.draft()
	file := at(v, "files", string(v.Groups[0].Files[0].ID))
	for _, tt := range []struct {
		name, method, address string
		body                  any
		status                int
		code                  string
	}{
		{"a body that is not JSON", "POST", "/requests", `{"workspace"`, 422, "invalid"},
		{"something after the JSON", "POST", "/requests", `{"workspace": "ws"} x`, 422, "invalid"},
		{"not UTF-8", "POST", "/requests", "{\"workspace\": \"\xff\"}", 422, "invalid"},
		{"a list", "POST", "/requests", `[]`, 422, "invalid"},
		{"no body", "POST", "/requests", nil, 422, "invalid"},
		{"nothing", "POST", "/requests", `{}`, 422, "invalid"},
		{"a property too many", "POST", "/requests", `{"workspace": "ws", "status": "APPROVED"}`, 422, "invalid"},
		{"another case", "POST", "/requests", `{"Workspace": "ws"}`, 422, "invalid"},
		{"another type", "POST", "/requests", `{"workspace": 3}`, 422, "invalid"},
		{"an unknown workspace", "POST", "/requests", `{"workspace": "other"}`, 404, "not_found"},
		{"deep nesting", "POST", "/requests", strings.Repeat("[", 100_000), 422, "invalid"},
		{"an unknown kind", "POST", at(v, "files"), `{"group": "g", "kind": "withdrawn", "paths": []}`, 422, "invalid"},
		{"no paths", "POST", at(v, "files"), `{"group": "g", "kind": "output", "paths": []}`, 422, "invalid"},
		{"a vote that is none", "PUT", file + "/vote", `{"vote": "yes", "sha256": "", "turn": 0}`, 422, "invalid"},
		{"a vote of undecided", "PUT", file + "/vote", `{"vote": "undecided", "sha256": "", "turn": 0}`, 422, "invalid"},
		{"a turn that is no number", "PUT", file + "/vote", `{"vote": null, "sha256": "", "turn": 1.5}`, 422, "invalid"},
		{"a part of an approval", "POST", at(v, "approve"), `{"files": [], "part": true}`, 422, "invalid"},
		{"an empty text is for the rule", "POST", at(v, "comments"), `{"group": "tables"}`, 422, "texts_missing"},
		{"a group that is not there", "POST", at(v, "comments"), `{"group": "no", "text": "x"}`, 404, "not_found"},
		{"a group's name with a slash", "PUT", at(v, "groups", "a%2Fb"), `{"context": "x"}`, 422, "invalid"},
		{"a group's name with a control", "PUT", at(v, "groups", "a%01b"), `{"context": "x"}`, 422, "invalid"},
		{"an unknown control", "PUT", at(v, "groups", "x"), `{"controls": {"codes": ["rounded-3"]}}`, 422, "invalid"},
		{"a parameter that is not known", "GET", "/requests?statsu=PENDING", nil, 422, "invalid"},
		{"a query that cannot be read", "GET", "/requests?status=%zz", nil, 422, "invalid"},
		{"a status that is not known", "GET", "/requests?status=OPEN", nil, 422, "invalid"},
		{"a queue that is not known", "GET", "/requests?queue=mine", nil, 422, "invalid"},
		{"a limit of 0", "GET", "/requests?limit=0", nil, 422, "invalid"},
		{"a limit of 501", "GET", "/requests?limit=501", nil, 422, "invalid"},
		{"a limit that is no number", "GET", "/requests?limit=x", nil, 422, "invalid"},
		{"two limits", "GET", "/requests?limit=1&limit=2", nil, 422, "invalid"},
		{"a cursor of another list", "GET", "/requests?cursor=!!", nil, 422, "invalid"},
		{"a cursor that is no number", "GET", at(v, "history") + "?cursor=x", nil, 422, "invalid"},
		{"a control in a filter", "GET", "/requests?author=%00", nil, 422, "invalid"},
		{"no path", "GET", "/workspaces/ws/outputs/content", nil, 422, "invalid"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w.t = t
			w.do("author", tt.method, tt.address, tt.body).want(tt.status, tt.code)
		})
	}
	w.t = t
	w.do("author", "GET", "/requests?status=&workspace=&author=&queue=&limit=&cursor=", nil).want(200)
	req := w.request("author", "POST", "/requests", `{"workspace": "ws"}`)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w.send(req).want(422, "invalid")
}

func TestHeadersOfCommands(t *testing.T) {
	w := newWorld(t)
	v := w.draft()
	for _, value := range []string{"*", `W/"` + v.Version + `"`, `"a", "b"`, `"`, `""`, `"a"b"`} {
		w.do("author", "POST", at(v, "submit"), "{}", header{"If-Match", value}).want(422, "invalid")
	}
	w.do("author", "POST", at(v, "submit"), "{}", match(v.Version), match(v.Version)).want(422, "invalid")
	for _, value := range []string{"with space", "ünï", strings.Repeat("k", 201)} {
		w.do("author", "POST", at(v, "submit"), "{}", key(value)).want(422, "invalid")
	}
	w.do("author", "POST", at(v, "submit"), "{}", key("a"), key("b")).want(422, "invalid")
	w.do("author", "POST", at(v, "submit"), "{}", header{"If-Match", v.Version}, key(strings.Repeat("k", 200))).want(200)
}

// zeros is a body without an end.
type zeros struct{ read int64 }

func (z *zeros) Read(p []byte) (int, error) {
	z.read += int64(len(p))
	return len(p), nil
}

func TestLargeBodies(t *testing.T) {
	w := newWorld(t)
	server := httptest.NewServer(w.server.engine)
	defer server.Close()
	for _, tt := range []struct {
		name    string
		size    int64
		chunked bool
	}{
		{"20 MB", 20 << 20, false}, {"20 MB in chunks", 20 << 20, true}, {"one byte too many", bodyLimit + 1, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), "POST", server.URL+apiBase+"/requests", io.LimitReader(&zeros{}, tt.size))
			if err != nil {
				t.Fatal(err)
			}
			if !tt.chunked {
				req.ContentLength = tt.size
			}
			req.Header.Set("Authorization", "Bearer author")
			req.Header.Set("Content-Type", "application/json")
			res, err := server.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if err != nil || res.StatusCode != 413 || !bytes.Contains(body, []byte(`"too_large"`)) {
				t.Errorf("answered %d %s, %v", res.StatusCode, body, err)
			}
		})
	}
	text := `{"workspace": "` + strings.Repeat("x", bodyLimit-100) + `"}`
	w.do("author", "POST", "/requests", text).want(422, "invalid")
	report := `{"identifier": "aaaaaaaaaaaaaaaa", "workspace": "ws", "backend": "tpp", "project_yaml": "` + strings.Repeat("x", 3<<20) + `"}`
	w.do("tpp", "PUT", "/job-requests/aaaaaaaaaaaaaaaa", report).want(200)
	w.do("tpp", "PUT", "/job-requests/aaaaaaaaaaaaaaaa", report+strings.Repeat(" ", 1<<20)).want(413, "too_large")
	z := &zeros{}
	w.do("", "POST", "/requests", z).want(401, "unauthenticated")
	if z.read > 2*bodyLimit {
		t.Errorf("%d bytes of a stranger were read", z.read)
	}
}

// TestExpect: who asks first whether to send hears no before sending.
func TestExpect(t *testing.T) {
	w := newWorld(t)
	z := &zeros{}
	req := w.request("author", "POST", "/requests", z, header{"Expect", "100-continue"})
	req.ContentLength = 20 << 20
	w.send(req).want(413, "too_large")
	if z.read > 0 {
		t.Errorf("%d bytes were read", z.read)
	}
}

func TestInternalErrorsStayInside(t *testing.T) {
	w := newWorld(t)
	v := w.draft()
	w.broken = errors.New("pq: password of dbuser is hunter2")
	for _, address := range []string{at(v), "/requests", "/workspaces", "/workspaces/ws", "/job-requests", "/releases", at(v, "history")} {
		// The one who asks is known before the rest breaks.
		w.server.Authenticate = func(context.Context, string) (review.Actor, error) { return w.people["author"], nil }
		got := w.do("author", "GET", address, nil).want(500, "internal")
		if bytes.Contains(got.body, []byte("hunter2")) {
			t.Errorf("%s tells %s", address, got.body)
		}
		id := got.header.Get("X-Request-Id")
		if n := strings.Count(w.log.String(), `"request_id":"`+id+`","route"`); n != 1 {
			t.Errorf("%s: the error is in the log %d times under %s", address, n, id)
		}
	}
	w.broken = review.ErrUnavailable
	if got := w.do("author", "GET", at(v), nil).want(503, "unavailable"); got.header.Get("Retry-After") == "" {
		t.Error("503 without Retry-After")
	}
	w.server.Authenticate = w.authenticate
	w.do("author", "GET", "/me", nil).want(503, "unavailable")
}

func TestPanics(t *testing.T) {
	w := newWorld(t)
	w.server.engine.GET("/panics", w.server.handle(func(*gin.Context) error { panic("secret") }))
	w.server.engine.GET("/half", w.server.handle(func(c *gin.Context) error {
		c.String(200, "half")
		panic("secret")
	}))
	w.server.engine.GET("/late", w.server.handle(func(c *gin.Context) error {
		c.String(200, "half")
		return errors.New("secret")
	}))
	server := httptest.NewServer(w.server.engine)
	defer server.Close()
	get := func(path string) (int, string, error) {
		req, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := server.Client().Do(req)
		if err != nil {
			return 0, "", err
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		return res.StatusCode, string(body), err
	}
	status, body, err := get("/panics")
	if err != nil || status != 500 || strings.Contains(body, "secret") || !strings.Contains(body, `"internal"`) {
		t.Errorf("a panic is answered %d %s, %v", status, body, err)
	}
	for _, path := range []string{"/half", "/late"} {
		if status, body, err := get(path); err == nil {
			t.Errorf("%s: what broke half way came as whole: %d %q", path, status, body)
		}
	}
	if !strings.Contains(w.log.String(), "goroutine") || !strings.Contains(w.log.String(), `panic: secret`) {
		t.Error("the log does not tell where the panic was")
	}
}

// TestGone: nobody is answered who does not wait, and the log says so.
func TestGone(t *testing.T) {
	w := newWorld(t)
	w.broken = context.Canceled
	w.server.Authenticate = func(context.Context, string) (review.Actor, error) { return w.people["author"], nil }
	req := w.request("author", "GET", "/requests", nil)
	ctx, cancel := context.WithCancel(req.Context())
	cancel()
	rec := httptest.NewRecorder()
	w.server.engine.ServeHTTP(rec, req.WithContext(ctx))
	if rec.Code != statusGone || rec.Body.Len() > 0 || strings.Contains(w.log.String(), `"level":"ERROR"`) {
		t.Errorf("answered %d %s, log %s", rec.Code, rec.Body, w.log.String())
	}
}

func TestTooLate(t *testing.T) {
	w := newWorld(t)
	w.server.engine.GET("/slow", w.server.handle(within(time.Nanosecond, func(c *gin.Context) error {
		<-c.Request.Context().Done()
		return fmt.Errorf("query: %w", c.Request.Context().Err())
	})))
	rec := httptest.NewRecorder()
	w.server.engine.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), "GET", "/slow", nil))
	if rec.Code != 503 {
		t.Errorf("answered %d", rec.Code)
	}
}
