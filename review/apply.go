package review

import (
	"fmt"
	"slices"
)

// apply is the only code that alters a Request: one that Fold owns.
func (r *Request) apply(rec Recorded) {
	r.Version, r.LastAt = rec.Version, rec.At
	switch e := rec.Event.(type) {
	case *RequestCreated, *TitleChanged, *GroupCreated, *GroupDescribed:
		r.changeFrame(rec)
	case *FileAdded, *FileMoved, *FileRetyped, *FileUpdated, *FileWithdrawn:
		r.changeFiles(rec)
	case *FileChecked, *FindingsAnswered:
		r.changeChecks(rec)
	case *CommentMade, *CommentPublished, *CommentDeleted:
		r.changeComments(rec)
	case *VoteCast, *VoteTakenBack, *ReviewSubmitted:
		r.changeReviews(rec)
	case *RequestSubmitted:
		r.submitted(e, rec)
	case *RequestRecalled:
		r.endTurn(EndedTurn{Turn: r.Turn, Discarded: true})
		r.begin(e.To, e.Turn, rec)
	case *RequestReturned:
		r.returned(e, rec)
	case *RequestRejected:
		r.endTurn(EndedTurn{Turn: r.Turn, Counted: e.Counted, Needed: e.Needed})
		r.Closing = &Closing{By: rec.By, At: rec.At, Reason: e.Reason}
		r.finish(Rejected, rec)
	case *RequestWithdrawn:
		r.Closing = &Closing{By: rec.By, At: rec.At, Reason: e.Reason}
		r.finish(Withdrawn, rec)
	case *FileApprovedForRelease, *RequestApproved, *ApprovalStopped, *DeliveryBegun, *FileDelivered, *RequestReleased:
		r.changeApproval(rec)
	default:
		panic(fmt.Sprintf("apply: no case for %T", e)) // a decoder without a case: a bug, caught by TestEveryEventApplies
	}
}

// begin starts a turn.
func (r *Request) begin(s Status, turn int, rec Recorded) {
	r.Status, r.Turn, r.Since = s, turn, rec.At
	r.Reviews = nil
}

// finish gives the request a status in which nobody's turn it is.
func (r *Request) finish(s Status, rec Recorded) {
	r.Status, r.Since = s, rec.At
}

// edit marks that somebody changed what votes rest on: they are on the
// author's side for good and lose their own votes.
func (r *Request) edit(rec Recorded) {
	if r.edited(rec.By.ID) || rec.Kind == IsSystem {
		return
	}
	r.Editors = append(r.Editors, rec.By.ID)
	for i, f := range r.Files {
		if _, ok := f.vote(rec.By.ID); ok {
			votes := slices.DeleteFunc(slices.Clone(f.Votes), func(v Vote) bool { return v.By.ID == rec.By.ID })
			r.setFile(i, func(f *File) { f.Votes = votes })
		}
	}
}

// setFile replaces the i-th file by a changed copy.
func (r *Request) setFile(i int, change func(*File)) {
	f := *r.Files[i]
	change(&f)
	r.Files[i] = &f
}

// eachFile replaces by changed copies the files that pick chooses.
func (r *Request) eachFile(pick func(*File) bool, change func(*File)) {
	for i, f := range r.Files {
		if pick(f) {
			r.setFile(i, change)
		}
	}
}

func (r *Request) fileIndex(id FileID) int {
	if r.index != nil {
		if i, ok := r.index[id]; ok {
			return i
		}
		return -1
	}
	return slices.IndexFunc(r.Files, func(f *File) bool { return f.ID == id })
}

func (r *Request) changeFrame(rec Recorded) {
	switch e := rec.Event.(type) {
	case *RequestCreated:
		r.Workspace, r.Project, r.Title, r.Author, r.Created = e.Workspace, e.Project, e.Title, rec.By, rec.At
		r.Editors = []PersonID{rec.By.ID}
		r.begin(Pending, 0, rec)
	case *TitleChanged:
		r.Title = e.Title
		r.edit(rec)
	case *GroupCreated:
		r.Groups = append(r.Groups, &Group{ID: e.Group, Name: e.Name})
		r.edit(rec)
	case *GroupDescribed:
		r.edit(rec)
		i := slices.IndexFunc(r.Groups, func(g *Group) bool { return g.ID == e.Group })
		g := *r.Groups[i]
		g.Context, g.Codes, g.Controls = e.Context, e.Codes, e.Controls
		r.Groups[i] = &g
		r.unsettleGroup(e.Group)
	}
}

func (r *Request) changeFiles(rec Recorded) {
	r.edit(rec)
	switch e := rec.Event.(type) {
	case *FileAdded:
		r.addFile(e)
	case *FileMoved:
		i := r.fileIndex(e.File)
		r.setFile(i, func(f *File) { f.Group = e.Group })
		r.unsettleFile(i)
		r.groupChanged(e.From)
		r.groupChanged(e.Group)
		if r.Files[i].Kind == Supporting {
			r.unsettleGroup(e.From)
			r.unsettleGroup(e.Group)
		}
	case *FileRetyped:
		i := r.fileIndex(e.File)
		r.setFile(i, func(f *File) { f.Kind = e.Kind })
		r.unsettleFile(i)
		r.groupChanged(r.Files[i].Group)
		r.unsettleGroup(r.Files[i].Group) // it was, or now is, supporting
	case *FileUpdated:
		i := r.fileIndex(e.File)
		r.setFile(i, func(f *File) { f.Source, f.Check, f.Answers = e.Source, nil, nil })
		r.settledAnew(i)
	case *FileWithdrawn:
		i := r.fileIndex(e.File)
		was := r.Files[i].Kind
		if e.Removed {
			g := r.Files[i].Group
			r.Files = slices.Delete(r.Files, i, i+1)
			if r.index != nil {
				r.indexFiles()
			}
			r.groupChanged(g)
			if was == Supporting {
				r.unsettleGroup(g)
			}
			return
		}
		r.setFile(i, func(f *File) { f.Kind = WithdrawnFile })
		r.unsettleFile(i)
		r.groupChanged(r.Files[i].Group)
		if was == Supporting {
			r.unsettleGroup(r.Files[i].Group)
		}
	}
}

func (r *Request) addFile(e *FileAdded) {
	i := r.fileIndex(e.File)
	if i < 0 {
		r.Files = append(r.Files, &File{ID: e.File})
		i = len(r.Files) - 1
		if r.index != nil {
			r.index[e.File] = i
		}
	}
	r.setFile(i, func(f *File) {
		f.Group, f.Kind, f.Source = e.Group, e.Kind, e.Source
		f.Check, f.Answers = nil, nil
	})
	r.settledAnew(i)
}

// settledAnew follows when the i-th file stands there with other bytes.
func (r *Request) settledAnew(i int) {
	f := r.Files[i]
	r.unsettleFile(i)
	r.groupChanged(f.Group)
	if f.Kind == Supporting {
		r.unsettleGroup(f.Group)
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
func (r *Request) unsettleFile(i int) {
	if len(r.Files[i].Votes) > 0 {
		r.setFile(i, func(f *File) { f.Votes = unsettled(f.Votes, everyVote) })
	}
}

// unsettleGroup makes the votes on a group's files undecided: its texts or its
// supporting files changed.
func (r *Request) unsettleGroup(id GroupID) {
	r.eachFile(func(f *File) bool { return f.Group == id && len(f.Votes) > 0 },
		func(f *File) { f.Votes = unsettled(f.Votes, everyVote) })
}

// groupChanged notes that a group's files changed since the request was
// returned, so that the author must say what was done.
func (r *Request) groupChanged(id GroupID) {
	if r.Status == Returned && !slices.Contains(r.LastReturn.Changed, id) {
		r.LastReturn.Changed = append(r.LastReturn.Changed, id)
	}
}

func (r *Request) changeComments(rec Recorded) {
	switch e := rec.Event.(type) {
	case *CommentMade:
		r.Comments = append(r.Comments, &Comment{
			ID: e.Comment, Group: e.Group, File: e.File, Place: e.Place, By: rec.By,
			Side: e.Side, At: rec.At, Turn: r.Turn, Text: e.Text, Visibility: e.Visibility,
		})
	case *CommentPublished:
		i := slices.IndexFunc(r.Comments, func(c *Comment) bool { return c.ID == e.Comment })
		c := *r.Comments[i]
		c.Visibility = Public
		r.Comments[i] = &c
	case *CommentDeleted:
		r.Comments = slices.DeleteFunc(r.Comments, func(c *Comment) bool { return c.ID == e.Comment })
	}
}

func (r *Request) changeReviews(rec Recorded) {
	switch e := rec.Event.(type) {
	case *VoteCast:
		i := r.fileIndex(e.File)
		v := Vote{By: rec.By, Vote: e.Vote, SHA256: e.SHA256, Turn: e.Turn, Answer: e.Answer}
		r.setFile(i, func(f *File) {
			at := slices.IndexFunc(f.Votes, func(o Vote) bool { return o.By.ID == rec.By.ID })
			if at < 0 {
				f.Votes = append(slices.Clip(f.Votes), v)
				return
			}
			f.Votes = slices.Clone(f.Votes)
			f.Votes[at] = v
		})
	case *VoteTakenBack:
		r.setFile(r.fileIndex(e.File), func(f *File) {
			f.Votes = slices.DeleteFunc(slices.Clone(f.Votes), func(v Vote) bool { return v.By.ID == rec.By.ID })
		})
	case *ReviewSubmitted:
		r.Reviews = append(r.Reviews, SubmittedReview{By: rec.By, At: rec.At, Independent: e.Independent})
		r.Status = e.Status
	}
}

// submitted begins a checkers' turn. An approval persists if nothing it rests
// on changed; a request for changes has had its answer and becomes undecided.
func (r *Request) submitted(e *RequestSubmitted, rec Recorded) {
	r.Resumes = r.Status
	r.Policy, r.PolicyHash = e.Policy, e.PolicyHash
	r.begin(Submitted, e.Turn, rec)
	asks := func(v Vote) bool { return v.Vote == RequestChanges }
	r.eachFile(func(f *File) bool { return slices.ContainsFunc(f.Votes, asks) },
		func(f *File) { f.Votes = unsettled(f.Votes, asks) })
}

// endTurn keeps the checkers' turn that is over, with the votes as they stand.
// In a discarded turn what was done in it stops counting, and a submitted
// dissent is kept to be acknowledged.
func (r *Request) endTurn(t EndedTurn) {
	t.Reviews = slices.Clone(r.Reviews)
	t.Votes = make(map[FileID][]Vote, len(r.Files))
	for _, f := range r.Files {
		if len(f.Votes) > 0 {
			t.Votes[f.ID] = f.Votes
		}
	}
	if t.Discarded {
		r.discard(t.Turn)
	}
	r.Ended = append(r.Ended, t)
}

func (r *Request) discard(turn int) {
	for _, f := range r.Files {
		for _, v := range f.Votes {
			if r.reviewed(v.By.ID) && v.Vote == RequestChanges {
				r.Dissents = append(r.Dissents, Dissent{By: v.By, Turn: turn, File: f.ID, SHA256: f.SHA256})
			}
		}
	}
	cast := func(v Vote) bool { return v.Turn == turn }
	r.eachFile(func(f *File) bool { return slices.ContainsFunc(f.Votes, cast) },
		func(f *File) { f.Votes = unsettled(f.Votes, cast) })
}

func (r *Request) returned(e *RequestReturned, rec Recorded) {
	lr := &LastReturn{Turn: e.Turn, Early: e.Early, By: rec.By, At: rec.At, Reason: e.Reason}
	if !e.Early {
		lr.Unresolved = r.unresolved(e.Counted, e.Needed)
	}
	r.endTurn(EndedTurn{Turn: r.Turn, Discarded: e.Early, Counted: e.Counted, Needed: e.Needed})
	r.LastReturn = lr
	r.begin(Returned, e.Turn, rec)
}

func (r *Request) changeApproval(rec Recorded) {
	switch e := rec.Event.(type) {
	case *FileApprovedForRelease:
		if r.Approval == nil {
			r.Approval = &Approval{}
		}
		r.Approval.Files = append(r.Approval.Files, e.File)
	case *RequestApproved:
		r.Approval = &Approval{
			By: rec.By, At: rec.At, HeldUntil: e.HeldUntil.Time, Destinations: e.Destinations,
			Files: r.Approval.Files, Counted: e.Counted, Needed: e.Needed,
		}
		r.Status = Approved
	case *ApprovalStopped:
		r.Approval, r.Status = nil, Reviewed
		if e.Side == CheckerSide {
			r.Dissents = append(r.Dissents, Dissent{By: rec.By, Turn: r.Turn, Reason: e.Reason})
		}
	case *DeliveryBegun:
		r.Approval.Begun = rec.At
		r.endTurn(EndedTurn{Turn: r.Turn, Counted: r.Approval.Counted, Needed: r.Approval.Needed})
		r.Since = rec.At
	case *FileDelivered:
		r.Receipts = append(r.Receipts, e)
	case *RequestReleased:
		r.finish(Released, rec)
	}
}

// reviewers are the people who submitted a review in the present turn.
func (r *Request) reviewers() []PersonID {
	ids := make([]PersonID, 0, len(r.Reviews))
	for _, rv := range r.Reviews {
		ids = append(ids, rv.By.ID)
	}
	return ids
}
