package main

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sallyport/auth"
	"sallyport/internal/dex"
	"sallyport/models"
	"sallyport/review"
)

// openStore opens a database without the rest of the program.
func openStore(t *testing.T, url string) *models.Store {
	t.Helper()
	s, err := models.Open(t.Context(), models.Config{
		URL: url, Now: now, NewID: newID, NewSalt: salt, Policy: review.DefaultPolicy(), Program: "test",
	})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

// standing are the roles that an actor has, as "role scope".
func standing(a review.Actor) []string {
	list := []string{}
	for _, g := range a.Grants {
		if g.Until.IsZero() {
			list = append(list, string(g.Role)+" "+string(g.Scope))
		}
	}
	slices.Sort(list)
	return list
}

func mappingOf(t *testing.T, text string) auth.Mapping {
	t.Helper()
	file := filepath.Join(t.TempDir(), "roles.yaml")
	must(t, os.WriteFile(file, []byte(text), 0o600))
	m, err := roleMapping(file)
	must(t, err)
	return m
}

// All the way: Dex says who somebody is and in which groups, the mapping which
// roles these stand for, the database keeps account, roles and session, and the
// cookie finds them again.
func TestSignInEndToEnd(t *testing.T) {
	const callback = "https://sallyport.example.org/auth/callback"
	d := dex.Start(t, callback)
	provider, err := auth.NewProvider(auth.Config{
		Issuer: d.Issuer, ClientID: dex.ClientID, ClientSecret: dex.ClientSecret, RedirectURL: callback,
		Scopes: []string{"profile", "groups"}, RoleClaim: "groups", Now: now, Random: rand.Reader,
	})
	must(t, err)
	before := mappingOf(t, "output-checkers:\n- {role: output_checker, scope: all}\ndemo-study:\n- {role: researcher, scope: 'project:demo-study'}\n")
	after := mappingOf(t, "demo-study:\n- {role: researcher, scope: 'project:demo-study'}\n")
	eachEngine(t, func(t *testing.T, url string) {
		store := openStore(t, url)
		sessions := auth.Sessions{Store: store, Now: now, Random: rand.Reader}
		signIn := func(m auth.Mapping, cookie string) (auth.SignedIn, string) {
			t.Helper()
			address, flow, err := provider.Begin(t.Context(), "/queue")
			must(t, err)
			who, err := provider.Finish(t.Context(), flow, d.SignIn(t, address, "checker3", dex.Password).Query())
			must(t, err)
			done, value, err := sessions.Begin(t.Context(), who, m.Roles(who.Claims), "Firefox/140.0", cookie)
			must(t, err)
			return done, value
		}
		first, cookie := signIn(before, "")
		actor, _, err := sessions.Authenticate(t.Context(), cookie)
		want := []string{"output_checker all", "researcher project:demo-study"}
		if err != nil || !first.New || actor.Username != "checker3" || !slices.Equal(standing(actor), want) {
			t.Errorf("Authenticate = %+v, %v; want checker3 with %q", actor, err, want)
		}
		second, fresh := signIn(after, cookie)
		if second.New || second.Person != first.Person {
			t.Errorf("signing in again = %+v, want %+v", second, first)
		}
		if _, _, err := sessions.Authenticate(t.Context(), cookie); !errors.Is(err, auth.ErrUnauthenticated) {
			t.Errorf("the session before = %v, want ErrUnauthenticated", err)
		}
		actor, _, err = sessions.Authenticate(t.Context(), fresh)
		if err != nil || !slices.Equal(standing(actor), want[1:]) {
			t.Errorf("Authenticate = %q, %v; want the roles of today's mapping", standing(actor), err)
		}
		must(t, sessions.End(t.Context(), fresh))
		if _, _, err := sessions.Authenticate(t.Context(), fresh); !errors.Is(err, auth.ErrUnauthenticated) {
			t.Errorf("after signing out = %v, want ErrUnauthenticated", err)
		}
		if report, err := store.Replay(t.Context()); err != nil || len(report.Differences) > 0 {
			t.Errorf("Replay = %+v, %v", report, err)
		}
	})
}

// The demo's people were made before anybody signed in: they find their
// accounts, whatever the port is.
func TestDemoPeopleSignIn(t *testing.T) {
	store := openStore(t, databaseURL(t, "sqlite"))
	for _, p := range samplePeople {
		account, err := store.AddPerson(t.Context(), byOperator(), p.username, "")
		must(t, err)
		for _, r := range p.roles {
			_, err := store.GrantRole(t.Context(), byOperator(), account.ID, r.role, r.scope)
			must(t, err)
		}
	}
	for range 2 { // another start, with another port and another key
		d := newDemoSignIn(t)
		d.provider.people = samplePersons()
		sessions := auth.Sessions{Store: store, Now: now, Random: rand.Reader}
		for _, p := range samplePeople {
			address, flow, err := d.auth.Begin(t.Context(), "/")
			must(t, err)
			who, err := d.auth.Finish(t.Context(), flow, d.choose(t, address, p.username))
			must(t, err)
			done, cookie, err := sessions.Begin(t.Context(), who, nil, "", "")
			if err != nil || done.New || done.Person.Username != p.username {
				t.Fatalf("%s signs in as %+v, %v", p.username, done, err)
			}
			actor, _, err := sessions.Authenticate(t.Context(), cookie)
			if err != nil || len(standing(actor)) != len(p.roles) {
				t.Errorf("%s has %q, %v", p.username, standing(actor), err)
			}
		}
	}
}

func TestSamplePersons(t *testing.T) {
	words := map[string]string{}
	for _, p := range samplePersons() {
		words[p.Username] = p.Roles
	}
	for username, want := range map[string]string{
		"checker1": "output checker", "checker3": "researcher of demo-study; output checker", "admin1": "administrator",
		"observer1": "observer of " + strings.Join(sampleProjects, ", "),
	} {
		if words[username] != want {
			t.Errorf("the page says of %s %q, want %q", username, words[username], want)
		}
	}
	if len(words) != len(samplePeople) {
		t.Errorf("the page shows %d people", len(words))
	}
}
