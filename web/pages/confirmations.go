package pages

import (
	"net/url"
	"time"

	"sallyport/review"
)

// Confirmations lists roles that wait for a second administrator, or waited.
type Confirmations struct {
	Frame
	Tabs  []Link
	Rows  []ConfirmationRow
	Empty string
	Pager Pager
}

func (Confirmations) file() string { return "confirmations.html" }

// ConfirmationRow is one of them.
type ConfirmationRow struct {
	Href    string
	Title   string
	Role    Role // without a role of its own for a policy
	AskedBy string
	Asked   Moment
	State   State
	Mine    bool // the viewer may confirm it
}

// ConfirmationAddress is the address of one.
func ConfirmationAddress(id string) string { return "/admin/confirmations/" + url.PathEscape(id) }

// NewConfirmationRow makes a row, as somebody sees it.
func NewConfirmationRow(by review.Actor, c review.Confirmation, now time.Time) ConfirmationRow {
	row := ConfirmationRow{
		Href: ConfirmationAddress(c.ID), Title: ConfirmationTitle(c), Role: Role{RoleName(c.Role), Reaches(c.Scope)},
		AskedBy: c.AskedBy.Username, Asked: At(c.Asked, now), State: ConfirmationState(c.StateAt(now)), Mine: review.MayConfirm(by, c, now) == nil,
	}
	if c.Policy != "" {
		row.Role.Scope = PolicyName(c.Policy)
	}
	return row
}

// ConfirmationTitle is what is to be confirmed.
func ConfirmationTitle(c review.Confirmation) string {
	if c.Policy != "" {
		return "Policy of " + PolicyName(c.Policy)
	}
	return c.Person.Username + " as " + RoleName(c.Role)
}

// ConfirmationState is what became of a confirmation.
func ConfirmationState(s review.ConfirmationState) State {
	return map[review.ConfirmationState]State{
		review.ConfirmationWaiting: {waiting, "Waiting"}, review.ConfirmationConfirmed: {approved, "Confirmed"},
		review.ConfirmationRefused: {refused, "Refused"}, review.ConfirmationLapsed: {changes, "Lapsed"},
	}[s]
}

// Confirmation is a role that waits for a second administrator, or waited.
type Confirmation struct {
	Frame
	Heading    string
	State      State
	Sentence   string
	Facts      []Fact
	Confirm    Form
	WhyConfirm string // why not; "" if it can be confirmed
	Refuse     Form
	WhyRefuse  string
	RefuseText string
	Give       string    // what confirming does
	Proposed   *Proposed // what a policy would change; nil for a role
}

// Proposed is a change of a policy that takes two.
type Proposed struct {
	Href    string // the policy's page
	Loosens []string
	Diff    Difference
	Shown   bool
	Stale   string // why it cannot be confirmed any more, whoever asks
}

func (Confirmation) file() string { return "confirmation.html" }

// roleMeans says what somebody can do by a role that takes two.
var roleMeans = map[review.Role]string{
	review.OutputChecker: "An output checker sees submitted requests and their files, reviews them, and releases results.",
	review.Auditor:       "An auditor sees the history of requests, and the ledger. They open no file and decide nothing.",
	review.Administrator: "An administrator gives and ends roles, ends tokens and sessions, and places workspaces.",
}

// NewConfirmation makes the page, as somebody sees it.
func NewConfirmation(f Frame, fs Forms, by review.Actor, c review.Confirmation, now time.Time) Confirmation {
	p := Confirmation{
		Frame: f, Heading: ConfirmationTitle(c), Give: "Confirm: give the role", State: ConfirmationState(c.StateAt(now)), RefuseText: "Refuse",
		Confirm: fs.Form("confirm", ConfirmationAddress(c.ID), nil), Refuse: fs.Form("refuse", ConfirmationAddress(c.ID), nil),
		Facts: []Fact{
			{Name: "Person", Text: c.Person.Username, Href: PersonAddress(c.Person.ID)}, {Name: "Role", Text: RoleName(c.Role)},
			{Name: "Reaches", Text: Reaches(c.Scope)}, {Name: "Means", Text: roleMeans[c.Role]}, {Name: "Asked by", Text: c.AskedBy.Username},
			{Name: "Asked", When: At(c.Asked, now)},
		},
	}
	p.Title = p.Heading
	if c.Policy != "" {
		p.Give, p.Facts = "Confirm: change the policy", []Fact{
			{Name: "Policy of", Text: PolicyName(c.Policy), Href: PolicyAddress(c.Policy, "")},
			{Name: "Asked by", Text: c.AskedBy.Username}, {Name: "Asked", When: At(c.Asked, now)},
		}
	}
	switch c.StateAt(now) {
	case review.ConfirmationWaiting:
		p.Sentence = c.AskedBy.Username + " asks for this. It counts when another administrator confirms it."
		p.Facts = append(p.Facts, Fact{Name: "Lapses", When: At(c.Lapses, now)})
	case review.ConfirmationLapsed:
		p.Sentence = "Nobody confirmed it within 7 days, so it lapsed. It can be asked for anew."
	default:
		p.Sentence = c.SettledBy.Username + " has " + string(c.State) + " it."
		p.Facts = append(p.Facts, Fact{Name: "Settled", When: At(c.Settled, now)})
	}
	if err := review.MayConfirm(by, c, now); err != nil {
		p.WhyConfirm = err.Error()
	}
	if err := review.MayRefuse(by, c, now); err != nil {
		p.WhyRefuse = err.Error()
	}
	if c.AskedBy.ID == by.ID {
		p.RefuseText = "Take it back"
	}
	return p
}
