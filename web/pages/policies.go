package pages

import (
	"context"
	"net/url"
	"strings"
	"time"

	"sallyport/policy"
	"sallyport/review"
)

// Policies lists what has a policy of its own, and what could have one.
type Policies struct {
	Frame
	Rows   []PolicyRow
	Others []Link // scopes without a policy of their own
	Pager  Pager
}

func (Policies) file() string { return "policies.html" }

// PolicyRow is a policy in the list.
type PolicyRow struct {
	Name, Href string
	Version    string
	Since      Moment
	By         string
}

// PolicyAddress is the address of a scope's policy, or of what is below it.
func PolicyAddress(s review.PolicyScope, below string) string {
	kind, name, _ := strings.Cut(string(s), "/")
	address := "/admin/policies/" + kind
	if name != "" {
		address += "/" + url.PathEscape(name)
	}
	return address + below
}

// PolicyName is a scope in words.
func PolicyName(s review.PolicyScope) string {
	switch {
	case s.Project() != "":
		return "the project " + s.Project()
	case s.Organisation() != "":
		return "the organisation " + s.Organisation()
	}
	return "the installation"
}

// NewPolicyRow makes a row.
func NewPolicyRow(k policy.Kept, now time.Time) PolicyRow {
	return PolicyRow{
		Name: PolicyName(k.Scope), Href: PolicyAddress(k.Scope, ""), Version: Count(k.Version), Since: At(k.Changed, now), By: k.By.Username,
	}
}

// Policy is what holds for a scope, its document, and what became of it.
type Policy struct {
	Frame
	Heading  string
	Sentence string
	Groups   []RuleGroup
	Edit     *Form // nil: it cannot be changed here
	Problems []string
	Waiting  string // the page of a change that waits
	History  []PolicyChange
	Older    string // the page of older versions
	Concerns string
}

func (Policy) file() string { return "policy.html" }

// PolicyChange is a version, with what differs from the one before it.
type PolicyChange struct {
	Title string
	When  Moment
	By    string
	Diff  Difference
}

// layerNames say which document a value comes from.
func layerNames(s review.PolicyScope, organisations []string) (installation, above, own string) {
	above = "the organisation"
	if len(organisations) == 1 {
		above = organisations[0]
	} else if len(organisations) > 1 {
		above = "its organisations"
	}
	own = "this organisation"
	if s.Project() != "" {
		own = "this project"
	}
	return "the installation", above, own
}

// NewPolicy makes the page but for its document and its history.
func NewPolicy(f Frame, found policy.Found, installation review.Policy, now time.Time) Policy {
	p := Policy{Frame: f, Heading: "Policy of " + PolicyName(found.Scope), Groups: sourced(found, installation)}
	switch {
	case found.Scope == review.InstallationPolicy:
		p.Sentence = "What holds where nothing else is said. It stands in the file `default.yaml` of `POLICY_DIR`; who runs the installation changes it there."
	case found.Version == 0:
		p.Sentence = "It has no document of its own: what stands above it holds."
	default:
		p.Sentence = "Version " + Count(found.Version) + ", since " + At(found.Changed, now).Text + ", by " + found.By.Username + "."
	}
	if found.Scope != review.InstallationPolicy {
		p.Concerns = "It concerns " + Plural(found.Workspaces, "workspace") + "."
	}
	if found.Waiting != "" {
		p.Waiting = ConfirmationAddress(found.Waiting)
	}
	p.Title = p.Heading
	return p
}

// sourced are the rules of a policy, each with where its value comes from.
func sourced(found policy.Found, installation review.Policy) []RuleGroup {
	base, over, own := layerNames(found.Scope, found.Organisations)
	groups, above, below := PolicyGroups(found.Holds), PolicyGroups(found.Above), PolicyGroups(installation)
	for i, g := range groups {
		for j, r := range g.Rules {
			from := own
			switch {
			case r.Value == below[i].Rules[j].Value:
				from = base
			case r.Value == above[i].Rules[j].Value:
				from = over
			}
			groups[i].Rules[j].From = from
		}
	}
	return groups
}

// PolicyHistory are the versions of a policy, each with what it changed. The
// last is compared with nothing if it is the first there was; otherwise it is
// there for the one above it alone.
func PolicyHistory(ctx context.Context, versions []policy.Kept, now time.Time) []PolicyChange {
	var list []PolicyChange
	for i, k := range versions {
		before := ""
		switch {
		case i+1 < len(versions):
			before = versions[i+1].Document
		case k.Version > 1:
			return list
		}
		by := k.By.Username
		if k.AskedBy.Username != "" {
			by = k.AskedBy.Username + ", confirmed by " + by
		}
		list = append(list, PolicyChange{
			Title: "Version " + Count(k.Version), When: At(k.Changed, now), By: by, Diff: NewDifference(ctx, InYAML, before, k.Document),
		})
	}
	return list
}

// PolicyLook asks before a policy is changed, and shows what that changes.
type PolicyLook struct {
	Frame
	Heading string
	Diff    Difference
	Changes []ValueChange
	Loosens []string // what takes a second administrator
	Form    Form
	Button  string
	Back    string
}

func (PolicyLook) file() string { return "policylook.html" }

// ValueChange is a value that is different afterwards.
type ValueChange struct{ Name, From, To string }

// ValueChanges are the values in which two policies differ.
func ValueChanges(before, after review.Policy) []ValueChange {
	var list []ValueChange
	was := PolicyGroups(before)
	for i, g := range PolicyGroups(after) {
		for j, r := range g.Rules {
			if old := was[i].Rules[j].Value; old != r.Value {
				list = append(list, ValueChange{r.Name, old, r.Value})
			}
		}
	}
	return list
}
