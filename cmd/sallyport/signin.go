package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"sallyport/auth"
	"sallyport/web"
)

// callbackPath is where the sign-in provider sends people back to.
const callbackPath = "/auth/callback"

// signInSettings are those by which people sign in (docs/sign-in.md).
type signInSettings struct {
	config  auth.Config
	mapping auth.Mapping
}

// signIn reads the settings of signing in; nil if there is no provider.
func (s *settings) signIn(public *url.URL) (*signInSettings, error) {
	others := map[string]string{
		"OIDC_CLIENT_ID": s.OIDCClientID, "OIDC_CLIENT_SECRET": s.OIDCClientSecret, "OIDC_SCOPES": s.OIDCScopes,
		"OIDC_ROLE_CLAIM": s.OIDCRoleClaim, "ROLE_MAPPING": s.RoleMapping,
	}
	if s.OIDCIssuer == "" {
		var problems []error
		for name, v := range others {
			if v != "" {
				problems = append(problems, fmt.Errorf("SALLYPORT_%s is set, but SALLYPORT_OIDC_ISSUER is not", name))
			}
		}
		return nil, errors.Join(problems...)
	}
	var problems []error
	if public == nil {
		problems = append(problems, errors.New("SALLYPORT_PUBLIC_URL is not set: the sign-in provider sends people back there"))
		public = &url.URL{Scheme: "https", Host: "localhost"}
	}
	in := &signInSettings{config: auth.Config{
		Issuer: s.OIDCIssuer, ClientID: s.OIDCClientID, ClientSecret: s.OIDCClientSecret,
		RedirectURL: strings.TrimSuffix(public.String(), "/") + callbackPath,
		Scopes:      strings.FieldsFunc(s.OIDCScopes, func(r rune) bool { return r == ',' || r == ' ' }),
		RoleClaim:   s.OIDCRoleClaim, Now: now, Random: rand.Reader,
	}}
	if _, err := auth.NewProvider(in.config); err != nil {
		problems = append(problems, fmt.Errorf("SALLYPORT_OIDC_…: %w", err))
	}
	if s.RoleMapping != "" {
		var err error
		if in.mapping, err = roleMapping(s.RoleMapping); err != nil {
			problems = append(problems, fmt.Errorf("SALLYPORT_ROLE_MAPPING: %w", err))
		}
	}
	return in, errors.Join(problems...)
}

// letPeopleIn makes the pages: people come in by the provider of the settings.
func (a *app) letPeopleIn(in *signInSettings) error {
	if in == nil {
		a.log.Warn("no sign-in provider is set, so there are no pages", "setting", "SALLYPORT_OIDC_ISSUER")
		return nil
	}
	provider, err := auth.NewProvider(in.config)
	if err != nil {
		return err
	}
	a.signIn = &web.SignIn{
		Provider: provider, Held: a.store, Roles: in.mapping.Roles,
		Sessions: auth.Sessions{Store: a.store, Now: now, Random: rand.Reader},
	}
	return nil
}

// letSampleIn makes the pages of a demo at base, with its own provider, which
// shows the sample's people.
func (a *app) letSampleIn(base string) error {
	var people []providerPerson
	for _, p := range samplePeople {
		people = append(people, providerPerson{Username: p.username, Roles: rolesInWords(p.roles)})
	}
	own, err := newProvider(base, people, now)
	if err != nil {
		return err
	}
	if err := a.letPeopleIn(&signInSettings{config: own.config()}); err != nil {
		return err
	}
	a.around = func(pages http.Handler) http.Handler {
		pages = onlyAt(base, pages)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, providerPath+"/") {
				own.ServeHTTP(w, r)
				return
			}
			pages.ServeHTTP(w, r)
		})
	}
	return nil
}

// rolesInWords says once each which roles somebody has.
func rolesInWords(roles []sampleRole) string {
	var words []string
	last := ""
	for _, r := range roles {
		role := strings.ReplaceAll(string(r.role), "_", " ")
		scope := strings.TrimPrefix(string(r.scope), "project:")
		if role == last {
			words[len(words)-1] += ", " + scope
			continue
		}
		words, last = append(words, role+" of "+scope), role
	}
	return strings.NewReplacer(" of all", "").Replace(strings.Join(words, "; "))
}

// onlyAt sends browsers that name this machine otherwise to base: a sign-in
// ends where its cookie is.
func onlyAt(base string, pages http.Handler) http.Handler {
	host := strings.TrimPrefix(base, "http://")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asksPage := r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html")
		if r.Host != host && asksPage && auth.LocalPath(r.URL.RequestURI()) == r.URL.RequestURI() {
			http.Redirect(w, r, base+r.URL.RequestURI(), http.StatusSeeOther) //nolint:gosec // to base and nowhere else: what follows begins with one slash
			return
		}
		pages.ServeHTTP(w, r)
	})
}
