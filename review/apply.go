package review

import (
	"fmt"
	"slices"
)

// Fold applies recorded events to base in their order and returns what they
// amount to; base is nil for a stream read from its beginning. It never fails
// and never decides: what is recorded happened. Base stays as it is, because
// folded requests are shared.
func Fold(base *Request, recs []Recorded) *Request {
	if len(recs) == 0 {
		return base
	}
	n := base.own()
	if len(recs) > longFold {
		n.indexFiles()
	}
	for _, rec := range recs {
		n.apply(rec)
	}
	n.index = nil
	return n
}

// longFold is from how many events on an index of the files is worth its cost.
const longFold = 16

// indexFiles notes where each file stands, so that a long fold does not search.
func (n *Request) indexFiles() {
	n.index = make(map[FileID]int, len(n.Files))
	for i, f := range n.Files {
		n.index[f.ID] = i
	}
}

// own returns a copy of r with slices of its own, so that many events are
// applied at the cost of one copy. What the slices point at is still shared:
// files, groups, comments and ended turns are replaced, never altered.
func (r *Request) own() *Request {
	if r == nil {
		return &Request{}
	}
	n := *r
	n.Editors = slices.Clone(r.Editors)
	n.Files, n.Groups, n.Comments = slices.Clone(r.Files), slices.Clone(r.Groups), slices.Clone(r.Comments)
	n.Reviews, n.Ended = slices.Clone(r.Reviews), slices.Clone(r.Ended)
	n.Dissents, n.Receipts = slices.Clone(r.Dissents), slices.Clone(r.Receipts)
	if r.LastReturn != nil {
		lr := *r.LastReturn
		lr.Changed = slices.Clone(lr.Changed)
		n.LastReturn = &lr
	}
	if r.Approval != nil {
		a := *r.Approval
		a.Files = slices.Clone(a.Files)
		n.Approval = &a
	}
	return &n
}

// apply is the only code that alters a Request: one that Fold owns.
func (n *Request) apply(rec Recorded) {
	n.Version, n.LastAt = rec.Version, rec.At
	switch e := rec.Event.(type) {
	case *RequestCreated, *TitleChanged, *GroupCreated, *GroupDescribed:
		n.changeFrame(rec)
	case *FileAdded, *FileMoved, *FileRetyped, *FileUpdated, *FileWithdrawn:
		n.changeFiles(rec)
	case *CommentMade, *CommentPublished, *CommentDeleted:
		n.changeComments(rec)
	case *VoteCast, *VoteTakenBack, *ReviewSubmitted:
		n.changeReviews(rec)
	case *RequestSubmitted:
		n.submitted(e, rec)
	case *RequestRecalled:
		n.endTurn(EndedTurn{Turn: n.Turn, Discarded: true})
		n.begin(e.To, e.Turn, rec)
	case *RequestReturned:
		n.returned(e, rec)
	case *RequestRejected:
		n.endTurn(EndedTurn{Turn: n.Turn, Counted: e.Counted, Needed: e.Needed})
		n.Closing = &Closing{By: rec.By, At: rec.At, Reason: e.Reason}
		n.finish(Rejected, rec)
	case *RequestWithdrawn:
		n.Closing = &Closing{By: rec.By, At: rec.At, Reason: e.Reason}
		n.finish(Withdrawn, rec)
	case *FileApprovedForRelease, *RequestApproved, *ApprovalStopped, *DeliveryBegun, *FileDelivered, *RequestReleased:
		n.changeApproval(rec)
	default:
		panic(fmt.Sprintf("apply: no case for %T", e)) // a decoder without a case: a bug, caught by TestEveryEventApplies
	}
}

// begin starts a turn.
func (n *Request) begin(s Status, turn int, rec Recorded) {
	n.Status, n.Turn, n.Since = s, turn, rec.At
	n.Reviews = nil
}

// finish gives the request a status in which nobody's turn it is.
func (n *Request) finish(s Status, rec Recorded) {
	n.Status, n.Since = s, rec.At
}

// edit marks that somebody changed what votes rest on: they are on the
// author's side for good and lose their own votes.
func (n *Request) edit(rec Recorded) {
	if n.edited(rec.By.ID) || rec.Kind == IsSystem {
		return
	}
	n.Editors = append(n.Editors, rec.By.ID)
	for i, f := range n.Files {
		if _, ok := f.vote(rec.By.ID); ok {
			votes := slices.DeleteFunc(slices.Clone(f.Votes), func(v Vote) bool { return v.By.ID == rec.By.ID })
			n.setFile(i, func(f *File) { f.Votes = votes })
		}
	}
}

// setFile replaces the i-th file by a changed copy.
func (n *Request) setFile(i int, change func(*File)) {
	f := *n.Files[i]
	change(&f)
	n.Files[i] = &f
}

// eachFile replaces by changed copies the files that pick chooses.
func (n *Request) eachFile(pick func(*File) bool, change func(*File)) {
	for i, f := range n.Files {
		if pick(f) {
			n.setFile(i, change)
		}
	}
}

func (n *Request) fileIndex(id FileID) int {
	if n.index != nil {
		if i, ok := n.index[id]; ok {
			return i
		}
		return -1
	}
	return slices.IndexFunc(n.Files, func(f *File) bool { return f.ID == id })
}

func (n *Request) changeFrame(rec Recorded) {
	switch e := rec.Event.(type) {
	case *RequestCreated:
		n.Workspace, n.Title, n.Author, n.Created = e.Workspace, e.Title, rec.By, rec.At
		n.Editors = []PersonID{rec.By.ID}
		n.begin(Pending, 0, rec)
	case *TitleChanged:
		n.Title = e.Title
		n.edit(rec)
	case *GroupCreated:
		n.Groups = append(n.Groups, &Group{ID: e.Group, Name: e.Name})
		n.edit(rec)
	case *GroupDescribed:
		n.edit(rec)
		i := slices.IndexFunc(n.Groups, func(g *Group) bool { return g.ID == e.Group })
		g := *n.Groups[i]
		g.Context, g.Codes, g.Controls = e.Context, e.Codes, e.Controls
		n.Groups[i] = &g
		n.unsettleGroup(e.Group)
	}
}

func (n *Request) changeFiles(rec Recorded) {
	n.edit(rec)
	switch e := rec.Event.(type) {
	case *FileAdded:
		n.addFile(e)
	case *FileMoved:
		i := n.fileIndex(e.File)
		n.setFile(i, func(f *File) { f.Group = e.Group })
		n.unsettleFile(i)
		n.groupChanged(e.From)
		n.groupChanged(e.Group)
		if n.Files[i].Kind == Supporting {
			n.unsettleGroup(e.From)
			n.unsettleGroup(e.Group)
		}
	case *FileRetyped:
		i := n.fileIndex(e.File)
		n.setFile(i, func(f *File) { f.Kind = e.Kind })
		n.unsettleFile(i)
		n.groupChanged(n.Files[i].Group)
		n.unsettleGroup(n.Files[i].Group) // it was, or now is, supporting
	case *FileUpdated:
		i := n.fileIndex(e.File)
		n.setFile(i, func(f *File) { f.Source = e.Source })
		n.settledAnew(i)
	case *FileWithdrawn:
		i := n.fileIndex(e.File)
		was := n.Files[i].Kind
		if e.Removed {
			g := n.Files[i].Group
			n.Files = slices.Delete(n.Files, i, i+1)
			if n.index != nil {
				n.indexFiles()
			}
			n.groupChanged(g)
			if was == Supporting {
				n.unsettleGroup(g)
			}
			return
		}
		n.setFile(i, func(f *File) { f.Kind = WithdrawnFile })
		n.unsettleFile(i)
		n.groupChanged(n.Files[i].Group)
		if was == Supporting {
			n.unsettleGroup(n.Files[i].Group)
		}
	}
}

func (n *Request) addFile(e *FileAdded) {
	i := n.fileIndex(e.File)
	if i < 0 {
		n.Files = append(n.Files, &File{ID: e.File})
		i = len(n.Files) - 1
		if n.index != nil {
			n.index[e.File] = i
		}
	}
	n.setFile(i, func(f *File) { f.Group, f.Kind, f.Source = e.Group, e.Kind, e.Source })
	n.settledAnew(i)
}

// settledAnew follows when the i-th file stands there with other bytes.
func (n *Request) settledAnew(i int) {
	f := n.Files[i]
	n.unsettleFile(i)
	n.groupChanged(f.Group)
	if f.Kind == Supporting {
		n.unsettleGroup(f.Group)
	}
}

// unsettled turns votes into undecided ones: what they rested on changed.
func unsettled(votes []Vote, pick func(Vote) bool) []Vote {
	votes = slices.Clone(votes)
	for i, v := range votes {
		if pick(v) {
			votes[i].Vote = Undecided
		}
	}
	return votes
}

func everyVote(Vote) bool { return true }

// unsettleFile makes the votes on the i-th file undecided.
func (n *Request) unsettleFile(i int) {
	if len(n.Files[i].Votes) > 0 {
		n.setFile(i, func(f *File) { f.Votes = unsettled(f.Votes, everyVote) })
	}
}

// unsettleGroup makes the votes on a group's files undecided: its texts or its
// supporting files changed.
func (n *Request) unsettleGroup(id GroupID) {
	n.eachFile(func(f *File) bool { return f.Group == id && len(f.Votes) > 0 },
		func(f *File) { f.Votes = unsettled(f.Votes, everyVote) })
}

// groupChanged notes that a group's files changed since the request was
// returned, so that the author must say what was done.
func (n *Request) groupChanged(id GroupID) {
	if n.Status == Returned && !slices.Contains(n.LastReturn.Changed, id) {
		n.LastReturn.Changed = append(n.LastReturn.Changed, id)
	}
}

func (n *Request) changeComments(rec Recorded) {
	switch e := rec.Event.(type) {
	case *CommentMade:
		n.Comments = append(n.Comments, &Comment{
			ID: e.Comment, Group: e.Group, File: e.File, Place: e.Place, By: rec.By,
			Side: e.Side, At: rec.At, Turn: n.Turn, Text: e.Text, Visibility: e.Visibility,
		})
	case *CommentPublished:
		i := slices.IndexFunc(n.Comments, func(c *Comment) bool { return c.ID == e.Comment })
		c := *n.Comments[i]
		c.Visibility = Public
		n.Comments[i] = &c
	case *CommentDeleted:
		n.Comments = slices.DeleteFunc(n.Comments, func(c *Comment) bool { return c.ID == e.Comment })
	}
}

func (n *Request) changeReviews(rec Recorded) {
	switch e := rec.Event.(type) {
	case *VoteCast:
		i := n.fileIndex(e.File)
		v := Vote{By: rec.By, Vote: e.Vote, SHA256: e.SHA256, Turn: e.Turn}
		n.setFile(i, func(f *File) {
			at := slices.IndexFunc(f.Votes, func(o Vote) bool { return o.By.ID == rec.By.ID })
			if at < 0 {
				f.Votes = append(slices.Clip(f.Votes), v)
				return
			}
			f.Votes = slices.Clone(f.Votes)
			f.Votes[at] = v
		})
	case *VoteTakenBack:
		n.setFile(n.fileIndex(e.File), func(f *File) {
			f.Votes = slices.DeleteFunc(slices.Clone(f.Votes), func(v Vote) bool { return v.By.ID == rec.By.ID })
		})
	case *ReviewSubmitted:
		n.Reviews = append(n.Reviews, SubmittedReview{By: rec.By, At: rec.At, Independent: e.Independent})
		n.Status = e.Status
	}
}

// submitted begins a checkers' turn. An approval persists if nothing it rests
// on changed; a request for changes has had its answer and becomes undecided.
func (n *Request) submitted(e *RequestSubmitted, rec Recorded) {
	n.Resumes = n.Status
	n.Policy, n.PolicyHash = e.Policy, e.PolicyHash
	n.begin(Submitted, e.Turn, rec)
	asks := func(v Vote) bool { return v.Vote == RequestChanges }
	n.eachFile(func(f *File) bool { return slices.ContainsFunc(f.Votes, asks) },
		func(f *File) { f.Votes = unsettled(f.Votes, asks) })
}

// endTurn keeps the checkers' turn that is over, with the votes as they stand.
// In a discarded turn what was done in it stops counting, and a submitted
// dissent is kept to be acknowledged.
func (n *Request) endTurn(t EndedTurn) {
	t.Reviews = slices.Clone(n.Reviews)
	t.Votes = make(map[FileID][]Vote, len(n.Files))
	for _, f := range n.Files {
		if len(f.Votes) > 0 {
			t.Votes[f.ID] = f.Votes
		}
	}
	if t.Discarded {
		n.discard(t.Turn)
	}
	n.Ended = append(n.Ended, t)
}

func (n *Request) discard(turn int) {
	for _, f := range n.Files {
		for _, v := range f.Votes {
			if _, ok := n.reviewed(v.By.ID); ok && v.Vote == RequestChanges {
				n.Dissents = append(n.Dissents, Dissent{By: v.By, Turn: turn, File: f.ID, SHA256: f.SHA256})
			}
		}
	}
	cast := func(v Vote) bool { return v.Turn == turn }
	n.eachFile(func(f *File) bool { return slices.ContainsFunc(f.Votes, cast) },
		func(f *File) { f.Votes = unsettled(f.Votes, cast) })
}

func (n *Request) returned(e *RequestReturned, rec Recorded) {
	lr := &LastReturn{Turn: e.Turn, Early: e.Early, By: rec.By, At: rec.At, Reason: e.Reason}
	if !e.Early {
		lr.Unresolved = n.unresolved(e.Counted, e.Needed)
	}
	n.endTurn(EndedTurn{Turn: n.Turn, Discarded: e.Early, Counted: e.Counted, Needed: e.Needed})
	n.LastReturn = lr
	n.begin(Returned, e.Turn, rec)
}

func (n *Request) changeApproval(rec Recorded) {
	switch e := rec.Event.(type) {
	case *FileApprovedForRelease:
		if n.Approval == nil {
			n.Approval = &Approval{}
		}
		n.Approval.Files = append(n.Approval.Files, e.File)
	case *RequestApproved:
		n.Approval = &Approval{
			By: rec.By, At: rec.At, HeldUntil: e.HeldUntil.Time, Destinations: e.Destinations,
			Files: n.Approval.Files, Counted: e.Counted, Needed: e.Needed,
		}
		n.Status = Approved
	case *ApprovalStopped:
		n.Approval, n.Status = nil, Reviewed
		if e.Side == CheckerSide {
			n.Dissents = append(n.Dissents, Dissent{By: rec.By, Turn: n.Turn, Reason: e.Reason})
		}
	case *DeliveryBegun:
		n.Approval.Begun = rec.At
		n.endTurn(EndedTurn{Turn: n.Turn, Counted: n.Approval.Counted, Needed: n.Approval.Needed})
		n.Since = rec.At
	case *FileDelivered:
		n.Receipts = append(n.Receipts, e)
	case *RequestReleased:
		n.finish(Released, rec)
	}
}

// reviewers are the people who submitted a review in the present turn.
func (n *Request) reviewers() []PersonID {
	ids := make([]PersonID, 0, len(n.Reviews))
	for _, rv := range n.Reviews {
		ids = append(ids, rv.By.ID)
	}
	return ids
}
