package review

import (
	"cmp"
	"slices"
)

// rules are the values that hold for r: those that its last submission was
// made under and, where they are stricter, today's. Looser ones wait for the
// next submission (docs/rules.md "Policy").
func (r *Request) rules(today Policy) Policy {
	if r.PolicyHash == "" {
		return today
	}
	return r.Policy.stricter(today)
}

// onAuthorSide reports whether a stands on the author's side of r (docs/rules.md
// "Sides"): who edited it, and, unless the policy says otherwise, who has been
// a researcher of its project at any time since it was made: of the project
// that its workspace belongs to today or belonged to then.
func (r *Request) onAuthorSide(a Actor, p Place, today Policy) bool {
	then := p
	then.Project = r.Project
	outside := today.CheckersOutsideProject || r.PolicyHash != "" && r.Policy.CheckersOutsideProject // r.rules(today), in no time
	return r.edited(a.ID) || outside &&
		(a.researcherSince(p, r.Created) || a.researcherSince(then, r.Created))
}

// mayCheck reports whether a is entitled to check r today.
func (r *Request) mayCheck(a Actor, p Place, today Policy) bool {
	return a.Has(OutputChecker, p) && !r.onAuthorSide(a, p, today)
}

// counted are the people whose submitted reviews of the present turn count:
// those who are entitled today.
func (r *Request) counted(f Facts, p Place, today Policy) []PersonID {
	ids := []PersonID{}
	for _, rv := range r.Reviews {
		if a, ok := f.Reviewers[rv.By.ID]; ok && r.mayCheck(a, p, today) {
			ids = append(ids, rv.By.ID)
		}
	}
	return ids
}

// needed is the number of reviews that an outcome of this turn needs.
func (r *Request) needed(today Policy) int {
	n := max(1, today.ReviewsNeeded)
	if r.PolicyHash != "" { // r.rules(today), in no time
		n = max(n, r.Policy.ReviewsNeeded)
	}
	return n
}

// decideFile says what votes amount to, counting only those of counted people
// (docs/rules.md "Decision on a file").
func decideFile(votes []Vote, sha256 string, counted []PersonID, needed int) FileDecision {
	if len(counted) < needed || len(counted) == 0 {
		return Incomplete
	}
	approvals, dissents := 0, 0
	for _, v := range votes {
		switch {
		case !slices.Contains(counted, v.By.ID) || v.SHA256 != sha256:
		case v.Vote == Approve:
			approvals++
		case v.Vote == RequestChanges:
			dissents++
		}
	}
	switch {
	case approvals+dissents < len(counted):
		return Incomplete // a counted checker's vote lost its ground; cannot happen in a checkers' turn
	case approvals >= needed && dissents < approvals:
		return FileApproved
	case approvals == 0:
		return ChangesRequested
	}
	return Conflicted
}

// decision is what the present turn's submitted reviews amount to for f.
func (r *Request) decision(f *File, counted []PersonID, needed int) FileDecision {
	return decideFile(f.Votes, f.SHA256, counted, needed)
}

// unresolved are the groups that hold an output file that is not approved, in
// the order of the groups.
func (r *Request) unresolved(counted []PersonID, needed int) []GroupID {
	ids := []GroupID{}
	for _, f := range r.Files {
		if f.Kind == Output && !slices.Contains(ids, f.Group) && r.decision(f, counted, needed) != FileApproved {
			ids = append(ids, f.Group)
		}
	}
	return r.inOrder(ids)
}

// inOrder sorts groups as the request shows them.
func (r *Request) inOrder(ids []GroupID) []GroupID {
	place := func(id GroupID) int {
		return slices.IndexFunc(r.Groups, func(g *Group) bool { return g.ID == id })
	}
	slices.SortFunc(ids, func(a, b GroupID) int { return cmp.Compare(place(a), place(b)) })
	return ids
}
