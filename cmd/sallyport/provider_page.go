package main

import (
	"bytes"
	_ "embed" // the page and its style
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"sallyport/review"
)

//go:embed provider.html
var providerHTML string

//go:embed provider.css
var providerCSS []byte

var providerTemplate = template.Must(template.New("provider").Parse(providerHTML))

// providerPage is the page on which one says who one is.
type providerPage struct {
	Action string
	Fields map[string]string // the parameters of the request, sent along
	People []providerPerson
}

func showStyle(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(providerCSS) // whoever asked has gone, if it fails
}

// askWho answers GET /authorize with the people, one button each.
func (p *provider) askWho(w http.ResponseWriter, r *http.Request) {
	a, ok := p.accept(w, r, r.URL.Query())
	if !ok {
		return
	}
	page := providerPage{Action: providerPath + "/authorize", Fields: map[string]string{}, People: p.people}
	for name, field := range a.fields() {
		page.Fields[name] = *field
	}
	var b bytes.Buffer
	if err := providerTemplate.Execute(&b, page); err != nil {
		http.Error(w, "This page cannot be shown.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes()) // whoever asked has gone, if it fails
}

// chosen answers POST /authorize: somebody said who they are, or that they are
// nobody. They go back to the program with a code, or with a refusal.
func (p *provider) chosen(w http.ResponseWriter, r *http.Request) {
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		http.Error(w, "This was sent by a page of another site, so nothing was done.", http.StatusForbidden)
		return
	}
	form, ok := postedForm(r)
	if !ok {
		http.Error(w, "This form cannot be read.", http.StatusBadRequest)
		return
	}
	a, ok := p.accept(w, r, form)
	if !ok {
		return
	}
	username := form.Get("person")
	if !slices.ContainsFunc(p.people, func(known providerPerson) bool { return known.Username == username }) {
		p.back(w, r, a, "error", "access_denied")
		return
	}
	code, ok := p.issue(a, username)
	if !ok {
		p.back(w, r, a, "error", "temporarily_unavailable")
		return
	}
	p.back(w, r, a, "code", code)
}

// accept reads a request for a code. Without a request that it takes, it
// answers itself: on a page of its own while it is not sure whose request it is.
func (p *provider) accept(w http.ResponseWriter, r *http.Request, values url.Values) (authorization, bool) {
	a, ok := readAuthorization(values)
	if !ok || !p.known(a) {
		http.Error(w, "This is no request of the demo. Begin again at "+p.base+"/login.", http.StatusBadRequest)
		return a, false
	}
	if wrong := a.wrong(); wrong != "" {
		p.back(w, r, a, "error", wrong)
		return a, false
	}
	return a, true
}

// back sends the browser to the program.
func (p *provider) back(w http.ResponseWriter, r *http.Request, a authorization, name, value string) {
	answer := url.Values{name: {value}, "state": {a.State}, "iss": {providerIssuer}}
	http.Redirect(w, r, p.callback+"?"+answer.Encode(), http.StatusSeeOther)
}

// samplePersons are the demo's people, with their roles in words.
func samplePersons() []providerPerson {
	list := make([]providerPerson, 0, len(samplePeople))
	for _, p := range samplePeople {
		scopes := map[review.Role][]string{}
		var roles []review.Role
		for _, r := range p.roles {
			if _, seen := scopes[r.role]; !seen {
				roles = append(roles, r.role)
			}
			_, name, _ := strings.Cut(string(r.scope), ":")
			scopes[r.role] = append(scopes[r.role], name)
		}
		words := make([]string, 0, len(roles))
		for _, role := range roles {
			text := strings.ReplaceAll(string(role), "_", " ")
			if names := strings.Join(scopes[role], ", "); names != "" {
				text += " of " + names
			}
			words = append(words, text)
		}
		list = append(list, providerPerson{p.username, strings.Join(words, "; ")})
	}
	return list
}
