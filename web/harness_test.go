package web

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"sallyport/review"
)

// tested is a route as tests find it by an address.
type tested struct {
	route *routers.Route
	parts []string
}

// testedRoutes are the document's, with answers closed too: an answer may not
// have what the document does not name.
func testedRoutes(t testing.TB, s *server) []tested {
	t.Helper()
	doc, err := closedDocument()
	if err != nil {
		t.Fatal(err)
	}
	var routes []tested
	for _, r := range s.operations() {
		found, err := doc.operation(r.method, r.path)
		if err != nil {
			t.Fatal(err)
		}
		routes = append(routes, tested{found, strings.Split(apiBase+r.path, "/")})
	}
	return routes
}

var closedDocument = sync.OnceValues(func() (*document, error) {
	doc, err := readDocument()
	if err != nil {
		return nil, err
	}
	seen := map[*openapi3.Schema]bool{}
	for _, ref := range doc.spec.Components.Schemas {
		closeSchema(ref, seen)
	}
	return doc, nil
})

func closeSchema(ref *openapi3.SchemaRef, seen map[*openapi3.Schema]bool) {
	if ref == nil || ref.Value == nil || seen[ref.Value] {
		return
	}
	sc := ref.Value
	seen[sc] = true
	if len(sc.Properties) > 0 {
		no := false
		sc.AdditionalProperties = openapi3.AdditionalProperties{Has: &no}
	}
	for _, p := range sc.Properties {
		closeSchema(p, seen)
	}
	closeSchema(sc.Items, seen)
}

func (w *world) routeOf(r *http.Request) *routers.Route {
	parts := strings.Split(r.URL.EscapedPath(), "/")
next:
	for _, route := range w.routes {
		if route.route.Method != r.Method || len(route.parts) != len(parts) {
			continue
		}
		for i, p := range route.parts {
			if !strings.HasPrefix(p, "{") && p != parts[i] {
				continue next
			}
		}
		return route.route
	}
	return nil
}

// reply is an answer, read whole.
type reply struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

// header is a header to be sent.
type header struct{ name, value string }

// key is an idempotency key.
func key(k string) header { return header{keyHeader, k} }

// match is an If-Match with a version.
func match(version string) header { return header{"If-Match", quoted(version)} }

// request makes a request of somebody; "" is a stranger. body is JSON text, or
// anything that becomes it.
func (w *world) request(who, method, target string, body any, headers ...header) *http.Request {
	w.t.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	case io.Reader:
		r = b
	default:
		text, err := json.Marshal(b)
		if err != nil {
			w.t.Fatal(err)
		}
		r = bytes.NewReader(text)
	}
	if !strings.HasPrefix(target, "/api") && !slices.Contains(open, target) {
		target = apiBase + target
	}
	req := httptest.NewRequestWithContext(context.Background(), method, target, r)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if who != "" {
		req.Header.Set("Authorization", "Bearer "+who)
	}
	for _, h := range headers {
		req.Header.Add(h.name, h.value)
	}
	return req
}

// do asks, and holds every answer against the document.
func (w *world) do(who, method, target string, body any, headers ...header) reply {
	w.t.Helper()
	return w.send(w.request(who, method, target, body, headers...))
}

func (w *world) send(req *http.Request) reply {
	w.t.Helper()
	rec := httptest.NewRecorder()
	w.server.engine.ServeHTTP(rec, req)
	got := reply{w.t, rec.Code, rec.Header(), rec.Body.Bytes()}
	w.checkAnswer(req, got)
	return got
}

func (w *world) checkAnswer(req *http.Request, got reply) {
	w.t.Helper()
	if got.header.Get("X-Content-Type-Options") != "nosniff" || got.header.Get("X-Request-Id") == "" {
		w.t.Errorf("%s %s: headers of every answer are missing: %v", req.Method, req.URL, got.header)
	}
	route := w.routeOf(req)
	if route == nil || got.status == http.StatusNotModified || got.status == http.StatusRequestedRangeNotSatisfiable {
		return
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, Route: route},
		Status:                 got.status, Header: got.header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	if kind := got.header.Get("Content-Type"); !slices.Contains([]string{"application/json", "application/problem+json"}, kind) || strings.HasSuffix(route.Path, "/content") && got.status < 300 {
		input.Options.ExcludeResponseBody = true
	}
	input.SetBodyBytes(got.body)
	if err := openapi3filter.ValidateResponse(req.Context(), input); err != nil {
		w.t.Errorf("%s %s answered %d, which the document does not allow: %v\n%s", req.Method, req.URL, got.status, err, got.body)
	}
}

// want fails unless the status is as wanted, and for a refusal its code.
func (r reply) want(status int, code ...string) reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("status %d, want %d: %s", r.status, status, r.body)
	}
	if len(code) > 0 {
		p := decoded[problem](r)
		if p.Code != code[0] || p.Status != status || p.Detail == "" || p.RequestID != r.header.Get("X-Request-Id") {
			r.t.Fatalf("problem %+v, want %d %s with its detail and request id", p, status, code[0])
		}
		if kind := r.header.Get("Content-Type"); kind != "application/problem+json" {
			r.t.Fatalf("a problem has the type %q", kind)
		}
	}
	return r
}

func decoded[T any](r reply) T {
	r.t.Helper()
	var v T
	if err := json.Unmarshal(r.body, &v); err != nil {
		r.t.Fatalf("%v in %s", err, r.body)
	}
	return v
}

func (r reply) request() review.RequestView { return decoded[review.RequestView](r) }

// draft makes a request of the author's with one file in a described group.
func (w *world) draft(paths ...string) review.RequestView {
	w.t.Helper()
	if len(paths) == 0 {
		paths = []string{"out/a.csv"}
	}
	id := string(w.do("author", "POST", "/requests", `{"workspace": "ws", "title": "First"}`).want(201).request().ID)
	added := decoded[struct{ Files []review.Added }](w.do("author", "POST", "/requests/"+id+"/files",
		map[string]any{"group": "tables", "kind": "output", "paths": paths}).want(200))
	for _, f := range added.Files {
		if f.ID == "" {
			w.t.Fatalf("%s was not added: %s", f.Path, f.WhyNot)
		}
	}
	return w.do("author", "PUT", "/requests/"+id+"/groups/tables",
		`{"context": "counts", "controls": {"codes": ["none"], "text": ""}}`).want(200).request()
}

// submitted is a draft that was submitted.
func (w *world) submitted(paths ...string) review.RequestView {
	w.t.Helper()
	v := w.draft(paths...)
	return w.do("author", "POST", at(v, "submit"), "{}", match(v.Version)).want(200).request()
}

// at is an address below a request.
func at(v review.RequestView, rest ...string) string {
	address := "/requests/" + url.PathEscape(string(v.ID))
	for _, part := range rest {
		address += "/" + part
	}
	return address
}

// reviewedBy has checkers vote for every file and submit their reviews.
func (w *world) reviewedBy(v review.RequestView, checkers ...string) review.RequestView {
	w.t.Helper()
	for _, who := range checkers {
		for _, g := range v.Groups {
			for _, f := range g.Files {
				w.do(who, "PUT", at(v, "files", string(f.ID), "vote"),
					map[string]any{"vote": "approve", "sha256": f.SHA256, "turn": v.Turn}).want(200)
			}
		}
		v = w.do(who, "POST", at(v, "review"), "{}").want(200).request()
	}
	return v
}

// approval names the files of a request.
func approval(v review.RequestView) map[string]any {
	files := []review.FileBytes{}
	for _, g := range v.Groups {
		for _, f := range g.Files {
			files = append(files, review.FileBytes{ID: f.ID, SHA256: f.SHA256})
		}
	}
	return map[string]any{"files": files}
}
