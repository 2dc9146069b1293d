package review

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// Which roles take two administrators, and which can be given at all.
func TestMayGiveRole(t *testing.T) {
	admin := Actor{Person: Person{ID: "admin"}, Kind: IsPerson, Grants: []Grant{{Role: Administrator, Scope: ScopeAll}}}
	operator := Actor{Person: Person{ID: "operator"}, Kind: IsOperator}
	for role, two := range map[Role]bool{Researcher: false, Observer: false, OutputChecker: true, Auditor: true, Administrator: true} {
		if TakesTwo(admin, role) != two || TakesTwo(operator, role) {
			t.Errorf("TakesTwo(%s) = %v by an administrator, %v by the operator; want %v, false", role, TakesTwo(admin, role), TakesTwo(operator, role), two)
		}
	}
	for name, tc := range map[string]struct {
		by    Actor
		of    PersonID
		role  Role
		scope Scope
		want  error
	}{
		"a researcher":                   {admin, "other", Researcher, "project:demo", nil},
		"to oneself":                     {admin, "admin", Researcher, "project:demo", ErrRole},
		"to oneself, and no such role":   {admin, "admin", "king", "all", ErrRole},
		"by the operator":                {operator, "other", Administrator, ScopeAll, nil},
		"by nobody":                      {Actor{Kind: IsPerson}, "other", Researcher, "project:demo", ErrRole},
		"a role that there is not":       {admin, "other", "king", "all", ErrInvalid},
		"a scope that it cannot have":    {admin, "other", Researcher, "all", ErrInvalid},
		"a scope without a name":         {admin, "other", Researcher, "project:", ErrInvalid},
		"a scope of two lines":           {admin, "other", Researcher, "project:a\nb", ErrInvalid},
		"a scope that is not text":       {admin, "other", Researcher, "project:\xff", ErrInvalid},
		"a scope that is too long":       {admin, "other", Researcher, Scope("project:" + strings.Repeat("é", 201)), ErrInvalid},
		"a scope with spaces around it":  {admin, "other", Researcher, "project: demo", ErrInvalid},
		"a long name in another writing": {admin, "other", Researcher, Scope("project:" + strings.Repeat("é", 200)), nil},
		"a service":                      {admin, "other", BackendService, "backend:tpp", ErrInvalid},
	} {
		if err := MayGiveRole(tc.by, tc.of, tc.role, tc.scope); !errors.Is(err, tc.want) {
			t.Errorf("%s: MayGiveRole = %v, want %v", name, err, tc.want)
		}
	}
}

// Who confirms and refuses a role that waits.
func TestConfirmation(t *testing.T) {
	admin := func(id PersonID) Actor {
		return Actor{Person: Person{ID: id, Username: string(id)}, Kind: IsPerson, Grants: []Grant{{Role: Administrator, Scope: ScopeAll}}}
	}
	narrow, former := admin("second"), admin("second")
	narrow.Scopes, former.Grants[0].Until = []TokenScope{MayRead}, noon
	waits := Confirmation{
		ID: "1", Person: Person{ID: "person", Username: "person"}, Role: Auditor, Scope: ScopeAll, AskedBy: admin("asker").Person,
		Asked: noon, Lapses: noon.Add(ConfirmationAge), State: ConfirmationWaiting, AskerStands: true,
	}
	with := func(change func(*Confirmation)) Confirmation {
		c := waits
		change(&c)
		return c
	}
	settled := func(s ConfirmationState) Confirmation {
		return with(func(c *Confirmation) { c.State, c.SettledBy, c.Settled = s, admin("third").Person, noon })
	}
	for name, tc := range map[string]struct {
		by              Actor
		c               Confirmation
		at              time.Time
		confirm, refuse error
	}{
		"another administrator":              {admin("second"), waits, noon, nil, nil},
		"until the last moment":              {admin("second"), waits, waits.Lapses.Add(-1), nil, nil},
		"when it has lapsed":                 {admin("second"), waits, waits.Lapses, ErrStatus, ErrStatus},
		"who asked":                          {admin("asker"), waits, noon, ErrRole, nil},
		"whom it concerns":                   {admin("person"), waits, noon, ErrRole, ErrRole},
		"whom it concerns, when it lapsed":   {admin("person"), settled(ConfirmationLapsed), noon, ErrRole, ErrRole},
		"a token that may not administer":    {narrow, waits, noon, ErrRole, ErrRole},
		"a former administrator":             {former, waits, noon, ErrRole, ErrRole},
		"the operator":                       {Actor{Person: Person{ID: "operator"}, Kind: IsOperator}, waits, noon, nil, nil},
		"confirmed already":                  {admin("second"), settled(ConfirmationConfirmed), noon, ErrStatus, ErrStatus},
		"refused already":                    {admin("second"), settled(ConfirmationRefused), noon, ErrStatus, ErrStatus},
		"marked as lapsed":                   {admin("second"), settled(ConfirmationLapsed), noon, ErrStatus, ErrStatus},
		"who asked is administrator no more": {admin("second"), with(func(c *Confirmation) { c.AskerStands = false }), noon, ErrStatus, nil},
	} {
		if err := MayConfirm(tc.by, tc.c, tc.at); !errors.Is(err, tc.confirm) {
			t.Errorf("%s: MayConfirm = %v, want %v", name, err, tc.confirm)
		}
		if err := MayRefuse(tc.by, tc.c, tc.at); !errors.Is(err, tc.refuse) {
			t.Errorf("%s: MayRefuse = %v, want %v", name, err, tc.refuse)
		}
	}
}

// A token makes no token that may do more than itself, or outlives it.
func TestMayMakeToken(t *testing.T) {
	page := Actor{Person: Person{ID: "p"}, Kind: IsPerson}
	token := page
	token.Scopes = []TokenScope{MayRead, MayAuthor}
	end := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	ends := token
	ends.Until = end
	for name, tc := range map[string]struct {
		got, want error
	}{
		"from a page":                  {MayMakeToken(page, "p", []TokenScope{MayRead, MayAdmin}, time.Time{}), nil},
		"from a token, as much":        {MayMakeToken(token, "p", []TokenScope{MayAuthor, MayRead}, time.Time{}), nil},
		"from a token, more":           {MayMakeToken(token, "p", []TokenScope{MayRead, MayContent}, time.Time{}), ErrRole},
		"as long":                      {MayMakeToken(ends, "p", nil, end), nil},
		"longer":                       {MayMakeToken(ends, "p", nil, end.Add(time.Microsecond)), ErrRole},
		"for ever":                     {MayMakeToken(ends, "p", nil, time.Time{}), ErrRole},
		"another's":                    {MayMakeToken(page, "q", nil, time.Time{}), ErrRole},
		"a service's, by anybody":      {MayMakeToken(page, "", nil, time.Time{}), ErrRole},
		"anybody's, by the operator":   {MayMakeToken(Actor{Kind: IsOperator}, "q", []TokenScope{MayRead}, time.Time{}), nil},
		"a service's, by the operator": {MayMakeToken(Actor{Kind: IsOperator}, "", nil, time.Time{}), nil},
	} {
		if !errors.Is(tc.got, tc.want) {
			t.Errorf("%s: MayMakeToken = %v, want %v", name, tc.got, tc.want)
		}
	}
}
