package auth_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"sallyport/auth"
	"sallyport/review"
)

var noon = time.Date(2026, 5, 3, 12, 0, 0, 0, time.UTC)

// store is a Store of tokens by id; err, if set, is what it always answers. It
// counts how often it is asked.
type store struct {
	tokens map[string]auth.Stored
	err    error
	asked  int
}

func (s *store) Token(_ context.Context, id string) (auth.Stored, error) {
	s.asked++
	if s.err != nil {
		return auth.Stored{}, s.err
	}
	found, ok := s.tokens[id]
	if !ok {
		return auth.Stored{}, fmt.Errorf("token: %w", review.ErrNotFound)
	}
	return found, nil
}

func person(scopes ...review.TokenScope) review.Actor {
	return review.Actor{
		Person: review.Person{ID: "P1", Username: "researcher1"}, Kind: review.IsPerson, Scopes: scopes,
		Grants: []review.Grant{{ID: "G1", Role: review.Researcher, Scope: "project:demo-study", From: noon}},
	}
}

func known() *store {
	hash := auth.Hash("right")
	return &store{tokens: map[string]auth.Stored{
		"good":    {Hash: hash, Actor: person(review.MayRead)},
		"expires": {Hash: hash, Actor: person(review.MayRead), Expires: noon.Add(time.Microsecond)},
		"expired": {Hash: hash, Actor: person(review.MayRead), Expires: noon},
		"ended":   {Hash: hash, Actor: person(review.MayRead), Ended: noon.Add(-time.Hour)},
		"narrow":  {Hash: hash, Actor: person()},
		"service": {Hash: hash, Actor: review.Actor{Kind: review.IsService, Backend: "tpp"}},
		"unset":   {Actor: person(review.MayRead)},
	}}
}

func TestAuthenticate(t *testing.T) {
	for name, test := range map[string]struct {
		header string
		good   bool
		asked  int // how often the store was
	}{
		"a good token":             {"Bearer sp_good_right", true, 1},
		"in another case":          {"bearer sp_good_right", true, 1},
		"until it expires":         {"Bearer sp_expires_right", true, 1},
		"a service's token":        {"Bearer sp_service_right", true, 1},
		"at its expiry":            {"Bearer sp_expired_right", false, 1},
		"ended":                    {"Bearer sp_ended_right", false, 1},
		"another secret":           {"Bearer sp_good_wrong", false, 1},
		"expired, another secret":  {"Bearer sp_expired_wrong", false, 1},
		"an unknown id":            {"Bearer sp_nobody_right", false, 1},
		"no hash is kept":          {"Bearer sp_unset_right", false, 1},
		"no header":                {"", false, 0},
		"another scheme":           {"Basic c3BfZ29vZF9yaWdodA==", false, 0},
		"no token of ours":         {"Bearer eyJhbGciOiJub25lIn0.e30.", false, 0},
		"a token without a secret": {"Bearer sp_good_", false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			tokens := known()
			got, err := auth.Tokens{Store: tokens, Now: func() time.Time { return noon }}.Authenticate(t.Context(), test.header)
			switch {
			case test.good && (err != nil || got.Kind == ""):
				t.Errorf("Authenticate(%q) = %v, %v; want an actor", test.header, got, err)
			case !test.good && err != auth.ErrUnauthenticated: //nolint:errorlint // the very same, with nothing added
				t.Errorf("Authenticate(%q) = %v, want exactly ErrUnauthenticated", test.header, err)
			case !test.good && got.Kind != "":
				t.Errorf("Authenticate(%q) = %v beside its error", test.header, got)
			}
			if tokens.asked != test.asked {
				t.Errorf("Authenticate(%q) asked the store %d times, want %d", test.header, tokens.asked, test.asked)
			}
		})
	}
}

func TestAuthenticateGivesTheActor(t *testing.T) {
	tokens := auth.Tokens{Store: known(), Now: func() time.Time { return noon }}
	got, err := tokens.Authenticate(t.Context(), "Bearer sp_good_right")
	if err != nil {
		t.Fatal(err)
	}
	place := review.Place{Project: "demo-study"}
	if got.ID != "P1" || !got.Automated || !got.Has(review.Researcher, place) || !got.Within(review.MayRead) || got.Within(review.MayAuthor) {
		t.Errorf("Authenticate = %+v; want researcher1, automated, with scope read alone", got)
	}

	got, err = tokens.Authenticate(t.Context(), "Bearer sp_narrow_right")
	if err != nil {
		t.Fatal(err)
	}
	if got.Within(review.MayRead) || got.Within(review.MayAdmin) {
		t.Errorf("a token without scopes reaches something: %+v", got)
	}

	got, err = tokens.Authenticate(t.Context(), "Bearer sp_service_right")
	if err != nil {
		t.Fatal(err)
	}
	if got.Automated || got.Backend != "tpp" || review.MayReport(got, "tpp") != nil || review.MayReport(got, "emis") == nil {
		t.Errorf("Authenticate = %+v; want the service of tpp", got)
	}
}

// What the store could not tell is no refusal: the token may be good.
func TestAuthenticatePassesOnErrors(t *testing.T) {
	tokens := auth.Tokens{Store: &store{err: review.ErrUnavailable}, Now: func() time.Time { return noon }}
	_, err := tokens.Authenticate(t.Context(), "Bearer sp_good_right")
	if !errors.Is(err, review.ErrUnavailable) || errors.Is(err, auth.ErrUnauthenticated) {
		t.Errorf("Authenticate without a database = %v, want ErrUnavailable", err)
	}
}

func TestScopesFor(t *testing.T) {
	read, content, author := review.MayRead, review.MayContent, review.MayAuthor
	check, audit, admin := review.MayCheck, review.MayAudit, review.MayAdmin
	for name, test := range map[string]struct {
		roles []review.Role
		want  []review.TokenScope
	}{
		"nobody":                  {nil, []review.TokenScope{read}},
		"a researcher":            {[]review.Role{review.Researcher}, []review.TokenScope{read, content, author}},
		"an observer":             {[]review.Role{review.Observer}, []review.TokenScope{read, content}},
		"a checker":               {[]review.Role{review.OutputChecker}, []review.TokenScope{read, content, check}},
		"an auditor":              {[]review.Role{review.Auditor}, []review.TokenScope{read, audit}},
		"an administrator":        {[]review.Role{review.Administrator}, []review.TokenScope{read, admin}},
		"a researcher who checks": {[]review.Role{review.OutputChecker, review.Researcher}, []review.TokenScope{read, content, author, check}},
		"everything": {
			[]review.Role{review.Administrator, review.Auditor, review.OutputChecker, review.Observer, review.Researcher},
			[]review.TokenScope{read, content, author, check, audit, admin},
		},
	} {
		actor := review.Actor{Kind: review.IsPerson}
		for _, role := range test.roles {
			actor.Grants = append(actor.Grants, review.Grant{Role: role, From: noon})
		}
		if got := auth.ScopesFor(actor); !slices.Equal(got, test.want) {
			t.Errorf("ScopesFor(%s) = %q, want %q", name, got, test.want)
		}
	}
	ended := review.Actor{Grants: []review.Grant{{Role: review.Administrator, From: noon, Until: noon.Add(time.Hour)}}}
	if got := auth.ScopesFor(ended); !slices.Equal(got, []review.TokenScope{read}) {
		t.Errorf("ScopesFor(who was an administrator) = %q, want read alone", got)
	}
}
