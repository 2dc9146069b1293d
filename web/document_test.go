package web

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

func TestDocumentIsValid(t *testing.T) {
	doc, err := readDocument()
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.spec.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Answers that share properties have them.
	if p := doc.spec.Components.Schemas["JobRequest"].Value.Properties; p["identifier"] == nil || p["jobs"] == nil {
		t.Errorf("a job request has the properties %v", slices.Sorted(maps.Keys(p)))
	}
}

// TestRoutesAndDocument: every route is in the document, and every operation of
// the document has a route.
func TestRoutesAndDocument(t *testing.T) {
	w := newWorld(t)
	documented := map[string]bool{}
	for path, item := range w.server.document.spec.Paths.Map() {
		for method := range item.Operations() {
			documented[method+" "+ginPath(path)] = true
		}
	}
	for _, r := range w.server.engine.Routes() {
		name := r.Method + " " + r.Path
		if !documented[name] && !slices.Contains(open, r.Path) {
			t.Errorf("%s is not in the document", name)
		}
		delete(documented, name)
	}
	for name := range documented {
		t.Errorf("%s is in the document and has no route", name)
	}
}

// open are the routes that a stranger may ask.
var open = []string{"/healthz", "/readyz", "/metrics", apiBase + "/openapi.json"}

// TestStrangers: every other route turns them away, whatever they send.
func TestStrangers(t *testing.T) {
	w := newWorld(t)
	for _, r := range w.server.engine.Routes() {
		address := strings.NewReplacer(":id", "ID1", ":file", "F1", ":comment", "C1", ":group", "g", ":workspace", "ws", ":identifier", "x").Replace(r.Path)
		if slices.Contains(open, r.Path) {
			w.do("", r.Method, address, nil).want(200)
			continue
		}
		w.do("", r.Method, address, `{"wrong": "shape"}`).want(401, "unauthenticated")
		w.do("", r.Method, address, nil, header{"Authorization", "Basic author"}).want(401, "unauthenticated")
		w.do("", r.Method, address, nil, header{"Authorization", "Bearer author"}, header{"Authorization", "Bearer author"}).want(401, "unauthenticated")
	}
}

// TestRequestsAreClosed: whatever is sent may have no property that the
// document does not name, and a text that may be missing is not required.
func TestRequestsAreClosed(t *testing.T) {
	doc, err := readDocument()
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range doc.spec.Paths.Map() {
		for method, op := range item.Operations() {
			if op.RequestBody == nil {
				continue
			}
			for _, media := range op.RequestBody.Value.Content {
				checkClosed(t, method+" "+path, media.Schema)
			}
		}
	}
}

func checkClosed(t *testing.T, at string, ref *openapi3.SchemaRef) {
	t.Helper()
	sc := ref.Value
	if sc.Type.Is("object") && (sc.AdditionalProperties.Has == nil || *sc.AdditionalProperties.Has) {
		t.Errorf("%s takes properties that it does not name", at)
	}
	for _, text := range []string{"reason", "context", "text", "acknowledge"} {
		if p := sc.Properties[text]; p != nil && (slices.Contains(sc.Required, text) || p.Value.Type.Is("string") && p.Value.MinLength > 0) {
			t.Errorf("%s: whether %s is there is a rule's to say", at, text)
		}
	}
	for name, p := range sc.Properties {
		checkClosed(t, at+" "+name, p)
	}
	if sc.Items != nil {
		checkClosed(t, at+" items", sc.Items)
	}
}

func TestOpenAPIIsServed(t *testing.T) {
	w := newWorld(t)
	got := w.do("", "GET", "/openapi.json", nil).want(200)
	doc, err := openapi3.NewLoader().LoadFromData(got.body)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil || doc.Paths.Len() != w.server.document.spec.Paths.Len() {
		t.Errorf("what is served is not the document: %d paths, %v", doc.Paths.Len(), err)
	}
}
