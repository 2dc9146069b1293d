package review

import (
	"errors"
	"testing"
)

// Who may do what about people, roles, tokens, sessions and the log.
func TestAdministration(t *testing.T) {
	person := func(id PersonID, roles ...Role) Actor {
		a := Actor{Person: Person{ID: id, Username: string(id)}, Kind: IsPerson}
		for _, r := range roles {
			a.Grants = append(a.Grants, Grant{ID: string(r), Role: r, Scope: ScopeAll})
		}
		return a
	}
	token := func(a Actor, scopes ...TokenScope) Actor {
		a.Automated, a.Scopes = true, append([]TokenScope{}, scopes...)
		return a
	}
	operator := Actor{Person: Person{ID: "operator"}, Kind: IsOperator}
	admin, anybody, auditor := person("admin", Administrator), person("anybody", OutputChecker), person("auditor", Auditor)
	former := person("former", Administrator)
	former.Grants[0].Until = noon
	for name, tc := range map[string]struct {
		got  error
		want error
	}{
		"an administrator changes another's roles":     {MayChangeRoles(admin, "anybody"), nil},
		"an administrator changes their own":           {MayChangeRoles(admin, "admin"), ErrRole},
		"an administrator's token changes roles":       {MayChangeRoles(token(admin, MayAdmin), "anybody"), nil},
		"a token without that scope":                   {MayChangeRoles(token(admin, MayRead), "anybody"), ErrRole},
		"a former administrator":                       {MayChangeRoles(former, "anybody"), ErrRole},
		"anybody changes roles":                        {MayChangeRoles(anybody, "other"), ErrRole},
		"the operator changes roles":                   {MayChangeRoles(operator, "anybody"), nil},
		"one's own token":                              {MayHoldToken(anybody, "anybody"), nil},
		"another's token, by an administrator":         {MayHoldToken(admin, "anybody"), ErrRole},
		"another's token, by the operator":             {MayHoldToken(operator, "anybody"), nil},
		"a service's token, by an administrator":       {MayHoldToken(admin, ""), nil},
		"a service's token, by anybody":                {MayHoldToken(anybody, ""), ErrRole},
		"one's own sessions":                           {MayHoldSessions(anybody, "anybody"), nil},
		"one's own sessions, by a token":               {MayHoldSessions(token(anybody, MayRead), "anybody"), ErrRole},
		"another's sessions":                           {MayHoldSessions(anybody, "other"), ErrRole},
		"another's sessions, by an administrator":      {MayHoldSessions(admin, "anybody"), nil},
		"sessions of who is refused, by the system":    {MayHoldSessions(System(), "anybody"), nil},
		"an auditor reads the log":                     {MayReadLog(auditor), nil},
		"an auditor's token reads the log":             {MayReadLog(token(auditor, MayAudit)), nil},
		"an auditor's token without that scope":        {MayReadLog(token(auditor, MayRead)), ErrRole},
		"an administrator reads the log":               {MayReadLog(admin), ErrRole},
		"somebody who is no auditor any more looks on": {MayReadLog(former), ErrRole},
	} {
		if !errors.Is(tc.got, tc.want) {
			t.Errorf("%s: %v, want %v", name, tc.got, tc.want)
		}
	}
}

// A role is shown once, though an administrator and a claim give it.
func TestStanding(t *testing.T) {
	grants := []Grant{
		{ID: "1", Role: Researcher, Scope: "project:a"}, {ID: "2", Role: Researcher, Scope: "project:a", Claimed: true},
		{ID: "3", Role: Researcher, Scope: "project:b"}, {ID: "4", Role: Auditor, Scope: ScopeAll, Until: noon},
	}
	list := Standing(grants)
	if len(list) != 2 || list[0].ID != "1" || list[1].ID != "3" {
		t.Errorf("Standing = %+v, want the grants 1 and 3", list)
	}
}
