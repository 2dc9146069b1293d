package review

import (
	"slices"
	"strings"
)

// Reach is a set of workspaces: everything, or those of some projects,
// backends or organisations.
type Reach struct {
	All           bool
	Projects      []string
	Backends      []string
	Organisations []string
}

// add widens the reach by a scope.
func (r *Reach) add(s Scope) {
	kind, name, _ := strings.Cut(string(s), ":")
	switch kind {
	case "all":
		r.All = true
	case "project":
		r.Projects = append(r.Projects, name)
	case "backend":
		r.Backends = append(r.Backends, name)
	case "organisation":
		r.Organisations = append(r.Organisations, name)
	}
}

// None reports whether nothing is within reach.
func (r Reach) None() bool {
	return !r.All && len(r.Projects) == 0 && len(r.Backends) == 0 && len(r.Organisations) == 0
}

// Covers reports whether a place is within reach: what has no project yet is
// within everything only.
func (r Reach) Covers(p Place) bool {
	return r.All || p.Project != "" && (slices.Contains(r.Projects, p.Project) ||
		slices.Contains(r.Backends, p.Backend) || slices.Contains(r.Organisations, p.Organisation))
}

// CoversPolicy reports whether a policy is within reach, of a project of this
// organisation if that is known.
func (r Reach) CoversPolicy(s PolicyScope, organisation string) bool {
	switch {
	case r.All || s == InstallationPolicy:
		return true
	case s.Organisation() != "":
		return slices.Contains(r.Organisations, s.Organisation())
	}
	return slices.Contains(r.Projects, s.Project()) || slices.Contains(r.Organisations, organisation)
}

// ReachOf is where the actor holds one of roles today.
func ReachOf(a Actor, roles ...Role) Reach {
	var r Reach
	for _, g := range a.Grants {
		if g.Until.IsZero() && slices.Contains(roles, g.Role) {
			r.add(g.Scope)
		}
	}
	return r
}

// Visible says which requests an actor may know of: drafts where Drafts
// reaches, the others where Rest reaches.
type Visible struct {
	Drafts Reach
	Rest   Reach
}

// VisibleRequests is the reach of sightOf: all that the actor may see is within
// it. What lies within it and is hidden all the same, a draft that was
// withdrawn, a list leaves out row by row.
func VisibleRequests(a Actor) Visible {
	v := readableRequests(a)
	if a.Within(MayRead) && a.HasAnywhere(Administrator) && a.Within(MayAdmin) {
		v.Drafts.All, v.Rest.All = true, true
	}
	return v
}

// readableRequests is the reach within which the actor may see more of a
// request than an administrator's summary.
func readableRequests(a Actor) Visible {
	if !a.Within(MayRead) {
		return Visible{}
	}
	return Visible{
		Drafts: ReachOf(a, Researcher, Observer),
		Rest:   ReachOf(a, Researcher, Observer, OutputChecker, Auditor),
	}
}

// VisibleWorkspaces is the reach of MaySeeWorkspace.
func VisibleWorkspaces(a Actor) Reach {
	if !a.Within(MayRead) {
		return Reach{}
	}
	r := ReachOf(a, Researcher, Observer, OutputChecker)
	if a.HasAnywhere(Administrator) && a.Within(MayAdmin) {
		r.All = true
	}
	return r
}
