package review

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// View is the request of a snapshot as its actor may see it, or nil if they
// may not know of it.
func View(s Snapshot) *RequestView {
	r := s.Request
	st := standingOf(r, s.Actor, s.Place, s.Policy)
	if st.sight == seesNothing {
		return nil
	}
	v := &RequestView{
		of: s,
		ID: r.ID, Workspace: r.Workspace, Author: r.Author.Username, Status: r.Status,
		Phase: r.Status.Phase(), WaitingOn: waitingOn(r.Status), Since: r.Since,
		Coauthors: []string{}, Groups: []GroupView{}, Claims: []string{}, Dissents: []DissentView{},
		Receipts: []ReceiptView{}, Reviews: ReviewsView{By: []ReviewByView{}},
	}
	sc := scene{Snapshot: s, standing: st, bases: r.bases(), profile: ProfileOf(s.Policy, s.Facts.Rules)}
	sc.counted, sc.needed = r.tally(s)
	v.me = relation{
		standing: st, held: r.Held(), begun: r.Approval != nil && !r.Held(),
		counted: len(sc.counted), needed: sc.needed,
		destinations: len(s.Facts.Destinations) > 0, usable: usable(s.Place), leavable: r.leavable(s.Policy, s.Facts),
	}
	if st.sight > seesSummary {
		sc.fill(v)
	}
	v.StatusSentence = sentence(v)
	v.Allowed = allowed(v)
	v.Version = v.hash()
	sc.markViewed(v)
	return v
}

// hash names what the viewer sees: it moves with nothing else.
func (v *RequestView) hash() string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("view as JSON: %v", err)) // a struct of plain values always marshals
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

// scene is a snapshot with what is worked out once for a view.
type scene struct {
	Snapshot
	standing
	counted []PersonID
	needed  int
	bases   *bases
	profile string
}

// tally says whose submitted reviews count, and how many are needed. What was
// concluded stays as it was counted then.
func (r *Request) tally(s Snapshot) (counted []PersonID, needed int) {
	switch {
	case r.Status.authors(), r.Status == Withdrawn:
		return nil, s.Policy.ReviewsNeeded
	case r.Approval != nil:
		return r.Approval.Counted, r.Approval.Needed
	case r.Status == Rejected:
		last, _ := r.lastKept()
		return last.Counted, last.Needed
	}
	return r.counted(s.Facts, s.Place, s.Policy), r.needed(s.Policy)
}

// fill adds all that is more than a summary.
func (s scene) fill(v *RequestView) {
	r := s.Request
	v.Title, v.Project, v.Turn = r.Title.String(), s.Place.Project, r.Turn
	if r.Held() {
		v.HeldUntil = &r.Approval.HeldUntil
	}
	unanswered := []GroupID{}
	if r.Status == Returned {
		unanswered = r.unanswered()
	}
	for _, g := range r.Groups {
		v.Groups = append(v.Groups, s.group(g, slices.Contains(unanswered, g.ID)))
	}
	v.Checks = ProgressView{
		Done: v.count(func(f FileView) bool { return f.Checks.State == ChecksDone }),
		Of:   v.count(func(f FileView) bool { return f.Kind != WithdrawnFile }),
	}
	v.Reviews = s.reviews()
	if lr := r.LastReturn; lr != nil {
		v.Returned = &NoteView{By: lr.By.Username, At: lr.At, Reason: lr.Reason.String(), Early: lr.Early}
	}
	if c := r.Closing; c != nil {
		v.Closed = &NoteView{By: c.By.Username, At: c.At, Reason: c.Reason.String()}
	}
	for _, d := range r.Receipts {
		v.Receipts = append(v.Receipts, ReceiptView{File: d.File, SHA256: d.SHA256, Destination: d.Destination, Location: d.Location})
	}
	if s.seesOthers() {
		for _, d := range r.standingDissents() {
			v.Dissents = append(v.Dissents, DissentView{By: d.By.Username, Turn: d.Turn, File: d.File, Reason: d.Reason.String()})
		}
	}
}

// seesOthers reports whether other checkers' work of the present turn is open
// to the viewer: to checkers from REVIEWED on, to auditors always, to the
// author's side never.
func (s scene) seesOthers() bool {
	switch s.sight {
	case seesAll:
		return true
	case seesChecker:
		return slices.Contains([]Status{Reviewed, Approved, Released, Rejected, Revoked}, s.Request.Status)
	}
	return false
}

func (s scene) reviews() ReviewsView {
	r := s.Request
	rv := ReviewsView{Submitted: len(s.counted), Needed: s.needed, Outputs: len(r.outputs()), By: []ReviewByView{}}
	rv.Mine = r.reviewed(s.Actor.ID)
	if s.sight == seesChecker && r.Status.checkers() {
		n := rv.Outputs - r.unvoted(s.Actor.ID)
		rv.Voted = &n
	}
	if s.seesOthers() || (s.sight == seesAuthor && r.turnOver()) {
		for _, x := range r.Reviews {
			rv.By = append(rv.By, ReviewByView{Username: x.By.Username, Independent: x.Independent})
		}
	}
	return rv
}

func (s scene) group(g *Group, needsComment bool) GroupView {
	r := s.Request
	gv := GroupView{
		ID: g.ID, Name: g.Name.String(), Context: g.Context.String(), NeedsComment: needsComment,
		Controls: ControlsView{Codes: append([]string{}, g.Codes...), Text: g.Controls.String()},
		Files:    []FileView{}, Comments: []CommentView{},
	}
	for _, f := range r.Files {
		if f.Group == g.ID {
			gv.Files = append(gv.Files, s.file(f))
		}
	}
	for _, c := range r.Comments {
		if c.Group == g.ID && r.showsComment(c, s.sight, s.Actor.ID) {
			gv.Comments = append(gv.Comments, CommentView{
				ID: c.ID, File: c.File, Place: c.Place, By: c.By.Username, Side: c.Side, At: c.At,
				Turn: c.Turn, Text: c.Text.String(), Visibility: c.Visibility, Mine: c.By.ID == s.Actor.ID,
			})
		}
	}
	return gv
}

func (s scene) file(f *File) FileView {
	fv := FileView{
		ID: f.ID, Path: f.Path, Kind: f.Kind, SHA256: f.SHA256, Size: f.Size,
		Job: f.Job, JobRequest: f.JobRequest, Action: f.Action, Commit: f.Commit,
		Votes: []VoteView{}, Decision: s.decisionShown(f), Findings: []FindingView{},
		ChangedInWorkspace: f.Kind != WithdrawnFile && s.Facts.Changed[f.ID],
	}
	if f.Kind != WithdrawnFile {
		fv.Checks, fv.Findings = s.checks(f), s.findings(f)
	}
	if v, ok := f.vote(s.Actor.ID); ok {
		fv.MyVote = &MyVoteView{Vote: v.Vote, Turn: v.Turn, AnswerToFindings: v.Answer.String()}
	}
	for _, v := range s.votesShown(f) {
		if v.By.ID != s.Actor.ID {
			fv.Votes = append(fv.Votes, VoteView{By: v.By.Username, Vote: v.Vote, Turn: v.Turn, AnswerToFindings: v.Answer.String()})
		}
	}
	return fv
}

// votesShown are the votes on f that the viewer may see (docs/rules.md "Blind
// first"): as they stood when the last turn ended, or, where others' work is
// open, as they stand in this one.
func (s scene) votesShown(f *File) []Vote {
	r := s.Request
	open := r.Status == Reviewed || r.Held()
	switch {
	case s.sight == seesAll && r.Status.checkers():
		return f.Votes
	case s.sight == seesAll && len(r.Ended) > 0 && !open:
		return r.Ended[len(r.Ended)-1].Votes[f.ID]
	case s.sight != seesChecker && s.sight != seesAll:
		return nil
	case open:
		return f.Votes
	}
	last, _ := r.lastKept()
	return last.Votes[f.ID]
}

// decisionShown is the decision on f that the viewer may see. The author's
// side sees it when the turn has ended, and no conflict.
func (s scene) decisionShown(f *File) FileDecision {
	r := s.Request
	if f.Kind != Output {
		return Incomplete
	}
	switch {
	case r.Held():
		return FileApproved // an approval needs it of every output file
	case r.Status.checkers() && (r.Status != Reviewed || s.sight == seesAuthor):
		return Incomplete
	case r.Status == Reviewed:
		return r.decision(f, s.counted, s.needed)
	}
	last, ok := r.lastKept()
	if !ok || r.Status == Pending || len(r.Ended) > 0 && r.Ended[len(r.Ended)-1].Discarded {
		return Incomplete
	}
	d := decideFile(last.Votes[f.ID], f.SHA256, last.Counted, last.Needed)
	if d == Conflicted && s.sight == seesAuthor {
		return ChangesRequested
	}
	return d
}

// markViewed adds the viewer's own marks, which are no part of the version.
func (s scene) markViewed(v *RequestView) {
	for g := range v.Groups {
		for i := range v.Groups[g].Files {
			f := &v.Groups[g].Files[i]
			f.Viewed = s.Facts.Viewed[f.ID] == f.SHA256
		}
	}
}
