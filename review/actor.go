package review

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Role is what a person may be (docs/rules.md "People"). The values are stored.
type Role string

// The roles.
const (
	Researcher     Role = "researcher"
	Observer       Role = "observer"
	OutputChecker  Role = "output_checker"
	Auditor        Role = "auditor"
	Administrator  Role = "administrator"
	BackendService Role = "service"
)

// Scope is how far a role reaches: "all", or "project:", "backend:" or
// "organisation:" with a name.
type Scope string

// ScopeAll reaches everything.
const ScopeAll Scope = "all"

// scopeKinds says which kinds of scope each role may have.
var scopeKinds = map[Role][]string{
	Researcher:     {"project"},
	Observer:       {"project", "all"},
	OutputChecker:  {"all", "backend", "organisation"},
	Auditor:        {"all", "organisation"},
	Administrator:  {"all"},
	BackendService: {"backend"},
}

// maxScopeName bounds the name in a scope, in characters.
const maxScopeName = 200

// CheckGrant refuses a role that does not exist and a scope that the role
// cannot have.
func CheckGrant(role Role, scope Scope) error {
	kinds, ok := scopeKinds[role]
	if !ok {
		return ErrInvalid.with("There is no role %.100q.", role)
	}
	kind, name, _ := strings.Cut(string(scope), ":")
	if !slices.Contains(kinds, kind) || (kind != "all") != (name != "") {
		return ErrInvalid.with("A %s cannot have the scope %.100q.", role, scope)
	}
	if !utf8.ValidString(name) || utf8.RuneCountInString(name) > maxScopeName || name != strings.TrimSpace(name) ||
		strings.ContainsFunc(name, unicode.IsControl) {
		return ErrInvalid.with("The name in a scope is one line of up to %d characters, without spaces around it.", maxScopeName)
	}
	return nil
}

// Place is where a request stands: its workspace and what the workspace
// belongs to today. An empty Project means that it is not known yet.
type Place struct {
	Workspace    string
	Project      string
	Organisation string
	Backend      string
	Ongoing      bool
	Archived     bool
}

// covers reports whether s reaches p. A workspace whose project is not known
// is within the scope "all" only, until an administrator places it.
func (s Scope) covers(p Place) bool {
	if s == ScopeAll {
		return true
	}
	if p.Project == "" {
		return false
	}
	kind, name, _ := strings.Cut(string(s), ":")
	switch kind {
	case "project":
		return name == p.Project
	case "backend":
		return name == p.Backend
	case "organisation":
		return name == p.Organisation
	}
	return false
}

// Grant is one role of one person. Until is zero while the person holds it;
// ended grants are kept, since a side outlasts a role.
type Grant struct {
	ID    string
	Role  Role
	Scope Scope
	From  time.Time
	Until time.Time
	// Claimed: a claim of the sign-in provider gave it and takes it away.
	Claimed bool
}

// Standing lists the roles that stand, each with its scope once: somebody may
// have one from an administrator and from a claim.
func Standing(grants []Grant) []Grant {
	var list []Grant
	for _, g := range grants {
		same := func(other Grant) bool { return other.Role == g.Role && other.Scope == g.Scope }
		if g.Until.IsZero() && !slices.ContainsFunc(list, same) {
			list = append(list, g)
		}
	}
	return list
}

// ActorKind says what sort of doer an Actor is.
type ActorKind string

// The kinds of actor.
const (
	IsPerson   ActorKind = "person"
	IsService  ActorKind = "service"  // a backend's token
	IsSystem   ActorKind = "system"   // a worker of this program
	IsOperator ActorKind = "operator" // the command line on the server
)

// TokenScope narrows what a token may be used for.
type TokenScope string

// The scopes of tokens.
const (
	MayRead    TokenScope = "read"
	MayContent TokenScope = "content" // open unreleased files
	MayAuthor  TokenScope = "author"
	MayCheck   TokenScope = "check"
	MayAudit   TokenScope = "audit"
	MayAdmin   TokenScope = "admin"
)

// Actor is who asks, with the grants that the database held when it was read.
// Scopes narrows a token; nil means that nothing is narrowed.
type Actor struct {
	Person
	Kind      ActorKind
	Grants    []Grant
	Scopes    []TokenScope
	Backend   string    // of a service
	Automated bool      // a token acts, not a person at a page
	Until     time.Time // when the token that acts ends; zero if it does not, or none acts
}

// System is the actor of this program's own workers.
func System() Actor {
	return Actor{Person: Person{ID: "system", Username: "system"}, Kind: IsSystem}
}

// Within reports whether the actor's token, if it is one, reaches s.
func (a Actor) Within(s TokenScope) bool {
	return a.Scopes == nil || slices.Contains(a.Scopes, s)
}

// holds finds the grant by which the actor has role at p today.
func (a Actor) holds(role Role, p Place) (Grant, bool) {
	for _, g := range a.Grants {
		if g.Role == role && g.Until.IsZero() && g.Scope.covers(p) {
			return g, true
		}
	}
	return Grant{}, false
}

// Has reports whether the actor has role at p today.
func (a Actor) Has(role Role, p Place) bool {
	_, ok := a.holds(role, p)
	return ok
}

// HasAnywhere reports whether the actor has role today, whatever its scope.
func (a Actor) HasAnywhere(role Role) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool {
		return g.Role == role && g.Until.IsZero()
	})
}

// Grant finds the grant by which the actor has role at p today; the zero Grant
// if there is none.
func (a Actor) Grant(role Role, p Place) Grant {
	g, _ := a.holds(role, p)
	return g
}

// researcherSince reports whether the actor has been a researcher of p's
// project at any time since t.
func (a Actor) researcherSince(p Place, t time.Time) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool {
		return g.Role == Researcher && g.Scope.covers(p) && (g.Until.IsZero() || !g.Until.Before(t))
	})
}

// MaySeeWorkspace reports whether a may know of the workspace at p: its
// researchers and observers, output checkers whose scope reaches it, and
// administrators, who place it. What they may open is another question.
func MaySeeWorkspace(a Actor, p Place) bool {
	return a.Within(MayRead) && (a.Has(Researcher, p) || a.Has(Observer, p) || a.Has(OutputChecker, p)) ||
		MayAdminister(a) == nil
}

// MayOpenOutputs reports whether a may open the moderately_sensitive outputs
// of the workspace at p (docs/rules.md "What may be opened").
func MayOpenOutputs(a Actor, p Place) bool {
	return a.Within(MayContent) && (a.Has(Researcher, p) || a.Has(Observer, p) || a.Has(OutputChecker, p))
}

// MayReport reports whether a may report job requests of backend.
func MayReport(a Actor, backend string) error {
	switch {
	case a.Kind == IsOperator:
		return nil
	case a.Kind != IsService:
		return ErrRole.with("Only a backend's service token reports job requests.")
	case a.Backend != backend:
		return ErrRole.with("This token reports job requests of another backend.")
	}
	return nil
}

// MayAdminister refuses everybody who is not an administrator today.
func MayAdminister(a Actor) error {
	if a.Kind == IsOperator || (a.HasAnywhere(Administrator) && a.Within(MayAdmin)) {
		return nil
	}
	return ErrRole.with("Only an administrator can do this.")
}
