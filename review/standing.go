package review

import (
	"cmp"
	"slices"
)

// Act is something a person may do to a request, named by the last segment of
// its address (docs/rules.md "Acts").
type Act string

// The acts. ActTitle is PATCH on the request itself.
const (
	ActTitle    Act = "title"
	ActFiles    Act = "files"  // add, move, re-type, update, withdraw files
	ActGroups   Act = "groups" // describe a group
	ActAnswer   Act = "answer" // say something to findings
	ActComments Act = "comments"
	ActSubmit   Act = "submit"
	ActRecall   Act = "recall"
	ActWithdraw Act = "withdraw"
	ActVote     Act = "vote"
	ActReview   Act = "review"
	ActReturn   Act = "return"
	ActReject   Act = "reject"
	ActApprove  Act = "approve"
	ActStop     Act = "stop"
)

// Acts lists every act in the order of the work.
var Acts = []Act{
	ActTitle, ActFiles, ActGroups, ActAnswer, ActComments, ActSubmit, ActRecall, ActWithdraw,
	ActVote, ActReview, ActReturn, ActReject, ActApprove, ActStop,
}

// whole are the acts on a request as a whole: they name the version of the
// view that they were decided on.
var whole = []Act{ActSubmit, ActRecall, ActWithdraw, ActReturn, ActReject, ActApprove, ActStop}

// sight is how much of a request somebody sees.
type sight int

const (
	seesNothing sight = iota
	seesSummary       // an administrator: that it is there, and whose turn it is
	seesAuthor        // what the author's side sees
	seesChecker       // what a checker who may act on it sees
	seesAll           // what an auditor sees, who acts on nothing
)

// standing is where somebody stands towards one request today.
type standing struct {
	sight
	author     bool // wrote it and is a researcher of its project today
	researcher bool
	observer   bool
	authorSide bool
	checker    bool // has the role today, whatever the side
	admin      bool
	scopes     func(TokenScope) bool
}

// standingOf works out where a stands towards r (docs/rules.md "Sides", "What
// a person sees"). A side only takes rights away: seeing needs a role today.
func standingOf(r *Request, a Actor, p Place, policy Policy) standing {
	st := standing{
		researcher: a.Has(Researcher, p),
		observer:   a.Has(Observer, p),
		authorSide: r.onAuthorSide(a, p, policy),
		checker:    a.Has(OutputChecker, p),
		admin:      a.HasAnywhere(Administrator) && a.Within(MayAdmin),
		scopes:     a.Within,
	}
	st.author = st.researcher && a.ID == r.Author.ID
	st.sight = sightOf(r, st, a, p)
	return st
}

// sightOf says how much is seen. Who is on the author's side, and who may
// check, sees no more of an open turn by being an auditor or administrator.
// Checkers see what was submitted: a draft that was withdrawn never was.
func sightOf(r *Request, st standing, a Actor, p Place) sight {
	draft := r.Status == Pending
	member := st.researcher || st.observer
	auditor := a.Has(Auditor, p) && !draft
	checker := st.checker && !draft && r.Turn > 0
	switch {
	case !a.Within(MayRead):
		return seesNothing
	case a.Kind == IsSystem:
		return seesAll
	case checker && !st.authorSide:
		return seesChecker
	case member, checker:
		return seesAuthor
	case auditor && st.authorSide:
		return seesAuthor
	case auditor:
		return seesAll
	case st.admin:
		return seesSummary
	}
	return seesNothing
}

// mayAct refuses a person whom the act is not for, whatever the status. The
// most lasting reason comes first.
func (st standing) mayAct(act Act) error {
	if st.sight == seesNothing {
		return ErrNotFound
	}
	switch act {
	case ActTitle, ActFiles, ActGroups, ActAnswer, ActSubmit, ActRecall:
		return st.mayAuthor()
	case ActWithdraw:
		if st.admin && st.mayAuthor() != nil {
			return nil
		}
		return st.mayAuthor()
	case ActComments:
		if st.mayCommentAsAuthor() == nil {
			return nil
		}
	case ActStop:
		if st.mayAuthor() == nil {
			return nil
		}
	}
	return st.mayCheck()
}

func (st standing) mayAuthor() error {
	if !st.author {
		return ErrRole.with("Only the author of this request can do this.")
	}
	return st.mayCommentAsAuthor()
}

// mayCommentAsAuthor refuses those who do not speak for the author's side.
func (st standing) mayCommentAsAuthor() error {
	switch {
	case !st.researcher:
		return ErrRole.with("Only researchers of the project can do this.")
	case !st.scopes(MayAuthor):
		return ErrRole.with("This token was made without the scope `author`.")
	}
	return nil
}

func (st standing) mayCheck() error {
	switch {
	case st.authorSide:
		return ErrOwnSide
	case !st.checker:
		return ErrRole.with("Only an output checker of this workspace can do this.")
	case !st.scopes(MayCheck):
		return ErrRole.with("This token was made without the scope `check`.")
	}
	return nil
}

// statusesOf are the statuses in which each act is done.
var statusesOf = map[Act][]Status{
	ActTitle:    {Pending, Returned},
	ActFiles:    {Pending, Returned},
	ActGroups:   {Pending, Returned},
	ActAnswer:   {Pending, Returned},
	ActComments: {Pending, Submitted, PartiallyReviewed, Reviewed, Returned},
	ActSubmit:   {Pending, Returned},
	ActRecall:   {Submitted},
	ActWithdraw: {Pending, Returned},
	ActVote:     {Submitted, PartiallyReviewed, Reviewed},
	ActReview:   {Submitted, PartiallyReviewed, Reviewed},
	ActReturn:   {Submitted, PartiallyReviewed, Reviewed},
	ActReject:   {Reviewed},
	ActApprove:  {Reviewed},
	ActStop:     {Approved},
}

// inStatus refuses an act that is not done in s. A comment is for the side
// whose turn it is; an approval is stopped before its delivery begins.
func (st standing) inStatus(act Act, s Status, begun bool) error {
	switch {
	case !slices.Contains(statusesOf[act], s):
		return ErrStatus.with("This cannot be done now: the request is %s.", statusWord(s))
	case act == ActStop && begun:
		return ErrStatus.with("This cannot be stopped any more: delivery has begun.")
	case act != ActComments:
		return nil
	case s.authors() && !st.researcher:
		return ErrStatus.with("The author has this request now; checkers comment when it is with them.")
	case s.authors():
		return st.mayCommentAsAuthor()
	case !st.checker:
		return ErrStatus.with("The output checkers have this request now; you can comment when it is with the author again.")
	}
	return st.mayCheck()
}

// mayConclude refuses the acts that only somebody does who has submitted a
// review in this turn.
func mayConclude(act Act, s Status, reviewed bool) error {
	if s == Reviewed && !reviewed && (act == ActApprove || act == ActReject) {
		return ErrNotReviewer
	}
	return nil
}

// as is the role by which the person does an act that passed mayAct.
func (st standing) as(act Act, s Status) Role {
	switch act {
	case ActVote, ActReview, ActReturn, ActReject, ActApprove:
		return OutputChecker
	case ActComments:
		if s.checkers() {
			return OutputChecker
		}
	case ActWithdraw:
		if st.mayAuthor() != nil {
			return Administrator
		}
	case ActStop:
		if st.mayAuthor() != nil {
			return OutputChecker
		}
	}
	return Researcher
}

// guard refuses an act in the order of docs/api.md "Errors", for all reasons
// that come before what is wrong in what was sent: not to be known of, not for
// this person, decided on another version, not in this status. missing says
// what part of the request the act's address names in vain.
func (in In) guard(act Act, missing ...error) (standing, error) {
	r := in.Request
	if r == nil {
		return standing{}, ErrNotFound
	}
	st := standingOf(r, in.Actor, in.Place, in.Policy)
	if err := cmp.Or(missing...); err != nil && st.sight > seesSummary {
		return st, err
	}
	if err := st.mayAct(act); err != nil {
		return st, err
	}
	reviewed := r.reviewed(in.Actor.ID)
	if err := mayConclude(act, r.Status, reviewed); err != nil {
		return st, err
	}
	if slices.Contains(whole, act) {
		if err := in.fresh(); err != nil {
			return st, err
		}
	}
	begun := r.Approval != nil && !r.Approval.Begun.IsZero()
	return st, st.inStatus(act, r.Status, begun)
}

// hasFile refuses a file that the request does not have.
func (in In) hasFile(id FileID) error {
	if in.Request != nil && in.Request.file(id) == nil {
		return ErrUnknownFile
	}
	return nil
}

// hasGroup refuses a group that the request does not have.
func (in In) hasGroup(name string) error {
	if in.Request != nil && in.Request.named(name) == nil {
		return ErrUnknownGroup
	}
	return nil
}

// fresh refuses an act that was decided on another version of the asker's own
// view than the one they would see now.
func (in In) fresh() error {
	switch {
	case in.BasedOn == "":
		return ErrIfMatch
	case in.BasedOn != View(in.snapshot()).Version:
		return ErrChanged
	}
	return nil
}

func (in In) snapshot() Snapshot {
	return Snapshot{Request: in.Request, Place: in.Place, Policy: in.Policy, Facts: in.Facts, Actor: in.Actor}
}
