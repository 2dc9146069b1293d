package pages

import (
	"net/url"
	"strings"
	"time"

	"sallyport/auth"
	"sallyport/review"
)

// Admin is where administrators begin: what waits for them, and where to go.
type Admin struct {
	Frame
	Waiting []ConfirmationRow
	Parts   []AdminPlace
}

func (Admin) file() string { return "admin.html" }

// AdminPlace is a place of the administration, and what is done there.
type AdminPlace struct{ Text, Href, About string }

// RoleName is a role as people say it.
func RoleName(r review.Role) string { return strings.ReplaceAll(string(r), "_", " ") }

// Reaches says how far a scope reaches.
func Reaches(s review.Scope) string {
	kind, name, named := strings.Cut(string(s), ":")
	if !named {
		return "everything"
	}
	return "the " + kind + " " + name
}

// People is the list of accounts.
type People struct {
	Frame
	Filter Filters
	Rows   []PersonRow
	Empty  string
	Pager  Pager
	Add    Form
}

func (People) file() string { return "people.html" }

// PersonRow is an account in the list.
type PersonRow struct {
	Href     string
	Username string
	Name     string
	Roles    []Role
	Created  Moment
}

// NewPersonRow makes a row of an account.
func NewPersonRow(a auth.Account, now time.Time) PersonRow {
	return PersonRow{
		Href: PersonAddress(a.ID), Username: a.Username, Name: a.Name, Roles: RolesOf(a.Grants), Created: At(a.Created, now),
	}
}

// RolesOf lists roles that stand.
func RolesOf(grants []review.Grant) []Role {
	var list []Role
	for _, g := range review.Standing(grants) {
		list = append(list, Role{RoleName(g.Role), Reaches(g.Scope)})
	}
	return list
}

// PersonAddress is the address of somebody's page, or of what is below it.
func PersonAddress(id review.PersonID, below ...string) string {
	return "/admin/people/" + url.PathEscape(string(id)) + strings.Join(append([]string{""}, below...), "/")
}

// Person is an account, as administrators see it.
type Person struct {
	Frame
	Username string
	Facts    []Fact
	Roles    []HeldRole
	Former   []HeldRole
	Waiting  []ConfirmationRow
	Give     Form
	Why      string // why the viewer may not change the roles; "" if they may
	RoleIs   []Choice
	Kinds    []Choice
	Sessions []Session
	EndAll   Form
	Tokens   []TokenRow
}

func (Person) file() string { return "person.html" }

// HeldRole is a role that somebody has, or had.
type HeldRole struct {
	Role
	Since Moment
	Until Moment
	From  string // who gave it
	End   string // the page that asks before it is ended; "" if nobody here may
}

// HeldRoles are the roles of a person that stand, and those that ended.
func HeldRoles(id review.PersonID, grants []review.Grant, mayEnd bool, now time.Time) (held, former []HeldRole) {
	for _, g := range grants {
		r := HeldRole{
			Role: Role{RoleName(g.Role), Reaches(g.Scope)}, Since: At(g.From, now), Until: At(g.Until, now), From: "an administrator",
		}
		if g.Claimed {
			r.From = "the sign-in provider"
		}
		if !g.Until.IsZero() {
			former = append(former, r)
			continue
		}
		if mayEnd {
			r.End = PersonAddress(id, "end-role") + "?" + url.Values{"role": {string(g.Role)}, "scope": {string(g.Scope)}}.Encode()
		}
		held = append(held, r)
	}
	return held, former
}

// RoleChoices are the roles that can be given.
func RoleChoices(chosen string) []Choice {
	list := []Choice{{"", "Choose a role", chosen == ""}}
	for _, r := range []review.Role{review.Researcher, review.Observer, review.OutputChecker, review.Auditor, review.Administrator} {
		list = append(list, Choice{string(r), RoleName(r), chosen == string(r)})
	}
	return list
}

// ReachChoices are the kinds of scope.
func ReachChoices(chosen string) []Choice {
	var list []Choice
	for _, k := range [][2]string{
		{"project", "one project"}, {"organisation", "one organisation"}, {"backend", "one backend"}, {"all", "everything"},
	} {
		list = append(list, Choice{k[0], k[1], chosen == k[0]})
	}
	return list
}

// Ask is a page that asks before something is done that cannot be undone.
type Ask struct {
	Frame
	Heading string
	Lines   []string
	Facts   []Fact
	Form    Form
	Carries []Kept
	Button  string
	Class   string
	Back    string
}

func (Ask) file() string { return "ask.html" }
