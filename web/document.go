package web

import (
	"context"
	_ "embed" // of the document
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

//go:embed api/openapi.yaml
var openapiYAML []byte

// document is the API's document, against which requests are held.
type document struct {
	spec *openapi3.T
	json []byte
}

// theDocument is the document that is built in; it is read once.
var theDocument = sync.OnceValues(readDocument)

func readDocument() (*document, error) {
	spec, err := openapi3.NewLoader().LoadFromData(openapiYAML)
	if err != nil {
		return nil, fmt.Errorf("web: read the API's document: %w", err)
	}
	b, err := spec.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("web: write the API's document: %w", err)
	}
	return &document{spec: spec, json: b}, nil
}

// operation finds what the document says of a route.
func (d *document) operation(method, path string) (*routers.Route, error) {
	item := d.spec.Paths.Value(path)
	if item == nil || item.GetOperation(method) == nil {
		return nil, fmt.Errorf("web: %s %s is not in the API's document", method, path)
	}
	return &routers.Route{
		Spec: d.spec, Path: path, PathItem: item, Method: method, Operation: item.GetOperation(method),
	}, nil
}

// checkOptions are those of every check: whether somebody may ask at all was
// found out before.
var checkOptions = &openapi3filter.Options{
	AuthenticationFunc:  openapi3filter.NoopAuthenticationFunc,
	SkipSettingDefaults: true,
}

// checkShape refuses a request that the document does not allow.
func checkShape(ctx context.Context, r *http.Request, route *routers.Route, params map[string]string) error {
	if err := checkQuery(r, route); err != nil {
		return err
	}
	err := openapi3filter.ValidateRequest(ctx, &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route, Options: checkOptions,
	})
	if err != nil {
		return invalid("%s", misshapen(err))
	}
	return nil
}

// checkQuery refuses parameters that the route does not have, so that a
// mistyped filter does not choose everything; those that stand twice where one
// is meant; and what is not text.
func checkQuery(r *http.Request, route *routers.Route) error {
	if r.URL.RawQuery == "" {
		return nil
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return invalid("What stands behind the ? of the address cannot be read.")
	}
	params := slices.Concat(route.PathItem.Parameters, route.Operation.Parameters)
	for name, values := range query {
		p := params.GetByInAndName(openapi3.ParameterInQuery, name)
		switch {
		case p == nil:
			return invalid("There is no parameter `%s` here.", readable(name))
		case len(values) > 1 && !p.Schema.Value.Type.Is(openapi3.TypeArray):
			return invalid("The parameter `%s` stands here more than once.", name)
		}
		for _, v := range values {
			if !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl) {
				return invalid("The parameter `%s` is not text on one line.", name)
			}
		}
	}
	return nil
}

// misshapen says in a sentence what the document does not allow.
func misshapen(err error) string {
	where := "What was sent"
	r, ok := errors.AsType[*openapi3filter.RequestError](err)
	if ok && r.Parameter != nil {
		where = fmt.Sprintf("`%s`", r.Parameter.Name)
	}
	if e, found := errors.AsType[*openapi3.SchemaError](err); found {
		if at := strings.Join(e.JSONPointer(), "/"); at != "" {
			where = "`" + readable(at) + "`"
		}
		return where + " is not right: " + readable(e.Reason) + "."
	}
	switch {
	case errors.Is(err, openapi3filter.ErrInvalidRequired):
		return where + " is missing."
	case ok && r.RequestBody != nil && strings.HasPrefix(r.Reason, "header Content-Type"):
		return "Send JSON, with Content-Type: application/json."
	}
	return where + " is not of the right form."
}

// readable shortens what came from outside, and takes from it what cannot be
// shown on a line.
func readable(text string) string {
	const most = 200
	text = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '·'
		}
		return r
	}, text[:min(len(text), 4*most)])
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
