package review

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// PolicyScope says for what a policy holds: the installation, or
// "organisation/NAME" or "project/NAME".
type PolicyScope string

// InstallationPolicy is what holds where nothing else is said. It stands in a
// file, not in the database.
const InstallationPolicy PolicyScope = "installation"

const (
	organisationPolicy = "organisation"
	projectPolicy      = "project"
)

// OrganisationPolicy is the scope of an organisation; "" if there is none.
func OrganisationPolicy(name string) PolicyScope { return policyScope(organisationPolicy, name) }

// ProjectPolicy is the scope of a project; "" if there is none.
func ProjectPolicy(name string) PolicyScope { return policyScope(projectPolicy, name) }

func policyScope(kind, name string) PolicyScope {
	if name == "" {
		return ""
	}
	return PolicyScope(kind + "/" + name)
}

// Organisation is the organisation that s is of; "" if it is of none.
func (s PolicyScope) Organisation() string { return s.named(organisationPolicy) }

// Project is the project that s is of; "" if it is of none.
func (s PolicyScope) Project() string { return s.named(projectPolicy) }

func (s PolicyScope) named(kind string) string {
	k, name, _ := strings.Cut(string(s), "/")
	if k != kind {
		return ""
	}
	return name
}

// Place is a place that is known by nothing but the scope.
func (s PolicyScope) Place() Place {
	return Place{Project: s.Project(), Organisation: s.Organisation()}
}

// CheckPolicyScope refuses a scope that there cannot be.
func CheckPolicyScope(s PolicyScope) error {
	if s == InstallationPolicy {
		return nil
	}
	name := s.Organisation() + s.Project()
	if name == "" {
		return ErrNotFound
	}
	if !utf8.ValidString(name) || utf8.RuneCountInString(name) > maxScopeName || name != strings.TrimSpace(name) ||
		strings.ContainsFunc(name, unicode.IsControl) {
		return ErrNotFound
	}
	return nil
}

// MayChangePolicy refuses who may not change a policy, and the policy of the
// installation, which stands in a file.
func MayChangePolicy(by Actor, s PolicyScope) error {
	if err := MayAdminister(by); err != nil {
		return err
	}
	if s == InstallationPolicy {
		return ErrRole.with("The policy of the installation stands in the file default.yaml of POLICY_DIR. Who runs the installation changes it there.")
	}
	return CheckPolicyScope(s)
}

// PolicyTakesTwo reports whether a second administrator has to confirm that by
// changes a policy from before to after.
func PolicyTakesTwo(by Actor, before, after Policy) bool {
	return by.Kind != IsOperator && len(Loosened(before, after)) > 0
}

// PolicyReaders is the reach within which an actor reads what policy holds: where
// they may see a workspace, and where they are auditor. Administrators read all.
// What holds for the installation is no secret to anyone who is let in.
func PolicyReaders(a Actor) Reach {
	if !a.Within(MayRead) {
		return Reach{}
	}
	r := ReachOf(a, Researcher, Observer, OutputChecker, Auditor)
	if a.HasAnywhere(Administrator) && a.Within(MayAdmin) {
		r.All = true
	}
	return r
}

// PolicyHistoryReaders is the reach within which an actor reads who changed a
// policy when, and how: administrators and auditors.
func PolicyHistoryReaders(a Actor) Reach {
	if !a.Within(MayRead) {
		return Reach{}
	}
	var r Reach
	if a.Within(MayAudit) {
		r = ReachOf(a, Auditor)
	}
	if a.HasAnywhere(Administrator) && a.Within(MayAdmin) {
		r.All = true
	}
	return r
}
