package review

import (
	"cmp"
	"slices"
)

// submit decides that the request goes to the checkers.
func submit(in In) (Decision, error) {
	st, err := in.guard(ActSubmit)
	if err != nil {
		return Decision{}, err
	}
	r := in.Request
	if err := usable(in.Place); err != nil {
		return Decision{}, err
	}
	if len(r.outputs()) == 0 {
		return Decision{}, ErrNoOutput
	}
	if err := r.leavable(in.Policy, in.Facts); err != nil {
		return Decision{}, err
	}
	for _, g := range r.Groups {
		if r.inUse(g.ID) && !g.described() {
			return Decision{}, ErrTexts.with("The group “%s” needs its context and its controls.", g.Name)
		}
	}
	for _, id := range r.unanswered() {
		return Decision{}, ErrComment.with("Say in a comment on the group “%s” what you did since it was returned.", r.group(id).Name)
	}
	if err := r.unready(ProfileOf(in.Policy, in.Facts.Rules)); err != nil {
		return Decision{}, err
	}
	return Decision{As: st.as(ActSubmit, r.Status), Events: []Event{&RequestSubmitted{
		Turn: r.Turn + 1, Policy: in.Policy, PolicyHash: in.Policy.Hash(), FindingsHash: r.findingsHash(),
	}}, Work: []Work{{Kind: WorkRecheck, Subject: string(r.ID), Due: in.Now}}}, nil
}

// leavable refuses output files whose type or size today's policy does not
// take, and bytes that left before: from another workspace of the project,
// since they were added.
func (r *Request) leavable(today Policy, facts Facts) error {
	p := today
	if !r.Status.authors() {
		p = r.rules(today)
	}
	for _, f := range r.outputs() {
		if err := p.takes(f.Path, f.Size); err != nil {
			return err
		}
		if rel, ok := facts.Released[f.SHA256]; ok {
			return releasedBefore(rel)
		}
	}
	return nil
}

// inUse reports whether a group has files that count.
func (r *Request) inUse(g GroupID) bool {
	return slices.ContainsFunc(r.Files, func(f *File) bool { return f.Group == g && f.Kind != WithdrawnFile })
}

// unanswered are the groups on which the author's side has yet to comment
// since the request was returned: those that had unresolved files and those
// whose files changed.
func (r *Request) unanswered() []GroupID {
	if r.LastReturn == nil {
		return nil
	}
	ids := slices.Concat(r.LastReturn.Unresolved, r.LastReturn.Changed)
	slices.Sort(ids)
	ids = slices.DeleteFunc(slices.Compact(ids), func(g GroupID) bool {
		return slices.ContainsFunc(r.Comments, func(c *Comment) bool {
			return c.Group == g && c.Side == AuthorSide && c.Turn >= r.LastReturn.Turn
		})
	})
	return r.inOrder(ids)
}

// recall decides that the author takes a submission back.
func recall(in In) (Decision, error) {
	st, err := in.guard(ActRecall)
	if err != nil {
		return Decision{}, err
	}
	r := in.Request
	return Decision{As: st.as(ActRecall, r.Status), Events: []Event{
		&RequestRecalled{Turn: r.Turn + 1, To: r.Resumes},
	}}, nil
}

// reasoned cleans a reason and refuses that there is none.
func reasoned(reason string) (string, error) {
	reason, err := cleanText("reason", reason, maxText)
	if err == nil && reason == "" {
		return "", ErrNoReason
	}
	return reason, err
}

// withdraw decides that the request ends by its author, or by an administrator
// who says why.
func withdraw(in In, reason string) (Decision, error) {
	st, err := in.guard(ActWithdraw)
	if err != nil {
		return Decision{}, err
	}
	as := st.as(ActWithdraw, in.Request.Status)
	if as == Administrator {
		reason, err = reasoned(reason)
	} else {
		reason, err = cleanText("reason", reason, maxText)
	}
	if err != nil {
		return Decision{}, err
	}
	return Decision{As: as, Events: []Event{&RequestWithdrawn{Reason: newWords(in.NewSalt(), reason)}}}, nil
}

// giveBack decides that the request goes back to its author: early, with a
// reason; or after the reviews, with comments where something is unresolved.
func giveBack(in In, reason string) (Decision, error) {
	if _, err := in.guard(ActReturn); err != nil {
		return Decision{}, err
	}
	r := in.Request
	reason, err := cleanText("reason", reason, maxText)
	if err != nil {
		return Decision{}, err
	}
	early := r.Status != Reviewed
	counted := r.counted(in.Facts, in.Place, in.Policy)
	unresolved := r.unresolved(counted, r.needed(in.Policy))
	switch {
	case (early || len(unresolved) == 0) && reason == "":
		return Decision{}, ErrNoReason
	case !early:
		for _, g := range unresolved {
			if !r.publicComment(g) {
				return Decision{}, ErrComment.with("The group “%s” has unresolved files: a checker must tell the author in a public comment what should change.", r.group(g).Name)
			}
		}
	}
	return Decision{As: OutputChecker, Events: []Event{&RequestReturned{
		Turn: r.Turn + 1, Early: early, Reason: newWords(in.NewSalt(), reason),
		Counted: counted, Needed: r.needed(in.Policy),
	}}}, nil
}

func reject(in In, reason string) (Decision, error) {
	if _, err := in.guard(ActReject); err != nil {
		return Decision{}, err
	}
	reason, err := reasoned(reason)
	if err != nil {
		return Decision{}, err
	}
	r := in.Request
	return Decision{As: OutputChecker, Events: []Event{&RequestRejected{
		Reason: newWords(in.NewSalt(), reason), Needed: r.needed(in.Policy),
		Counted: r.counted(in.Facts, in.Place, in.Policy),
	}}}, nil
}

// FileBytes names one file's bytes.
type FileBytes struct {
	ID     FileID `json:"id"`
	SHA256 string `json:"sha256"`
}

// ApproveFiles names exactly the bytes that are let out, and why where a
// checker disagreed.
type ApproveFiles struct {
	Files       []FileBytes
	Acknowledge string
}

func approve(in In, a ApproveFiles) (Decision, error) {
	if _, err := in.guard(ActApprove); err != nil {
		return Decision{}, err
	}
	r := in.Request
	counted, needed := r.counted(in.Facts, in.Place, in.Policy), r.needed(in.Policy)
	if err := r.approvable(counted, needed); err != nil {
		return Decision{}, err
	}
	if err := r.leavable(in.Policy, in.Facts); err != nil {
		return Decision{}, err
	}
	if !r.names(a.Files) {
		return Decision{}, ErrChanged.with("The files named are not exactly the output files of this request as they are now. Nothing was approved.")
	}
	text, err := cleanText("acknowledgement", a.Acknowledge, maxText)
	dissents := r.dissents()
	switch {
	case err != nil:
		return Decision{}, err
	case dissents > 0 && text == "":
		return Decision{}, ErrAcknowledge
	case len(in.Facts.Destinations) == 0:
		return Decision{}, ErrUnavailable.with("No destination is configured for releases, so nothing can be approved.")
	}
	return in.approval(counted, needed, dissents, text), nil
}

func (in In) approval(counted []PersonID, needed, dissents int, text string) Decision {
	r := in.Request
	out := Decision{As: OutputChecker}
	for _, f := range r.outputs() {
		out.Events = append(out.Events, &FileApprovedForRelease{File: f.ID, Path: f.Path, SHA256: f.SHA256, FindingsHash: f.findingsHash()})
	}
	until := At(in.Now.Add(r.rules(in.Policy).Hold()))
	out.Events = append(out.Events, &RequestApproved{
		Files: len(out.Events), HeldUntil: until, Destinations: slices.Clone(in.Facts.Destinations),
		Counted: counted, Needed: needed, Dissents: dissents,
		Acknowledge: newWords(in.NewSalt(), text), PolicyHash: in.Policy.Hash(), FindingsHash: r.findingsHash(),
	})
	out.Work = []Work{{Kind: WorkDeliver, Subject: string(r.ID), Due: until.Time}}
	return out
}

// approvable refuses a request that is not approved file by file.
func (r *Request) approvable(counted []PersonID, needed int) error {
	if len(counted) < needed {
		return ErrReviews
	}
	for _, g := range r.unresolved(counted, needed) {
		for _, f := range r.outputs() {
			if f.Group == g && r.decision(f, counted, needed) != FileApproved {
				return ErrConflicted.with("`%s` is not approved, so the request cannot be approved as a whole.", f.Path)
			}
		}
	}
	return nil
}

// names reports whether files are exactly the request's output files, each
// with its present bytes and once.
func (r *Request) names(files []FileBytes) bool {
	want := []FileBytes{}
	for _, f := range r.outputs() {
		want = append(want, FileBytes{f.ID, f.SHA256})
	}
	order := func(a, b FileBytes) int { return cmp.Compare(a.ID, b.ID) }
	got := slices.Clone(files)
	slices.SortFunc(want, order)
	slices.SortFunc(got, order)
	return slices.Equal(want, got)
}

// dissents counts what an approval has to acknowledge: submitted votes for
// changes on files that are approved all the same, those that were discarded
// with their turn, on the same bytes, and checkers' stops.
func (r *Request) dissents() int {
	n := 0
	for _, f := range r.outputs() {
		for _, v := range f.Votes {
			if r.reviewed(v.By.ID) && v.Vote == RequestChanges {
				n++
			}
		}
	}
	return n + len(r.standingDissents())
}

// standingDissents are the kept dissents that still concern this request: the
// stops, and the discarded votes on bytes that are still to be released, at
// whichever path they stand now.
func (r *Request) standingDissents() []Dissent {
	if len(r.Dissents) == 0 {
		return nil
	}
	leaving := map[string]bool{}
	for _, f := range r.outputs() {
		leaving[f.SHA256] = true
	}
	return slices.DeleteFunc(slices.Clone(r.Dissents), func(d Dissent) bool {
		return d.File != "" && !leaving[d.SHA256]
	})
}

// stop decides that an approval is taken back before its delivery began.
func stop(in In, reason string) (Decision, error) {
	st, err := in.guard(ActStop)
	if err != nil {
		return Decision{}, err
	}
	reason, err = reasoned(reason)
	if err != nil {
		return Decision{}, err
	}
	as, side := st.as(ActStop, Approved), AuthorSide
	if as == OutputChecker {
		side = CheckerSide
	}
	return Decision{As: as, Events: []Event{&ApprovalStopped{Side: side, Reason: newWords(in.NewSalt(), reason)}}}, nil
}
