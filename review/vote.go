package review

import "slices"

// VoteOn is a checker's vote on one file's bytes in one turn. An empty Vote
// takes back what was cast.
type VoteOn struct {
	File   FileID
	SHA256 string
	Turn   int
	Vote   VoteValue
	Answer string // why a file with a high finding is approved
}

func vote(in In, v VoteOn) (Decision, error) {
	if _, err := in.guard(ActVote, in.hasFile(v.File)); err != nil {
		return Decision{}, err
	}
	f, err := in.votable(v)
	if err != nil {
		return Decision{}, err
	}
	mine, voted := f.vote(in.Actor.ID)
	submitted := in.Request.reviewed(in.Actor.ID)
	switch v.Vote {
	case "":
		return takeBack(in, f, mine, submitted)
	case Approve, RequestChanges:
	default:
		return Decision{}, ErrInvalid.with("A vote is approve or request_changes.")
	}
	again := voted && mine.Vote == v.Vote && mine.Turn == v.Turn && mine.SHA256 == v.SHA256
	if again && v.Answer == "" {
		return Decision{}, nil
	}
	answer, err := overFindings(f, v)
	if err != nil {
		return Decision{}, err
	}
	if again && mine.Answer.Text == answer {
		return Decision{}, nil
	}
	if submitted && v.Vote == RequestChanges && in.Request.ownComments(in.Actor.ID, f.Group) == 0 {
		return Decision{}, ErrComment.with("Say in a comment on the group what should change before you change your submitted vote.")
	}
	return Decision{As: OutputChecker, Events: []Event{in.cast(f, v.Vote, answer)}}, nil
}

// votable finds the file of a vote that names its present bytes and turn.
func (in In) votable(v VoteOn) (*File, error) {
	f := in.Request.file(v.File)
	switch {
	case v.SHA256 != f.SHA256 || v.Turn != in.Request.Turn:
		return nil, ErrChanged.with("`%s` or the turn changed while you were looking. Your vote was not cast; look again.", f.Path)
	case f.Kind != Output:
		return nil, ErrInvalid.with("`%s` is not to be released, so there is no vote on it.", f.Path)
	}
	return f, nil
}

// overFindings are the words of a vote to approve a file with a high finding;
// other votes have none.
func overFindings(f *File, v VoteOn) (string, error) {
	high := f.Check.count(HighWeight)
	if v.Vote != Approve || high == 0 {
		return "", nil
	}
	text, err := cleanText("answer to the findings", v.Answer, maxText)
	if err == nil && text == "" {
		has := "a finding"
		if high > 1 {
			has = numberWord(high) + " findings"
		}
		return "", ErrFindings.with("`%s` has %s of high weight. Say in words why it can go out all the same; your vote was not cast.", f.Path, has)
	}
	return text, err
}

func (in In) cast(f *File, v VoteValue, answer string) *VoteCast {
	e := &VoteCast{File: f.ID, SHA256: f.SHA256, Turn: in.Request.Turn, Vote: v, FindingsHash: f.findingsHash()}
	if answer != "" {
		e.Answer = newWords(in.NewSalt(), answer)
	}
	return e
}

func takeBack(in In, f *File, mine Vote, submitted bool) (Decision, error) {
	switch {
	case mine.Vote == "" || mine.Vote == Undecided:
		return Decision{}, ErrNoVote
	case submitted:
		return Decision{}, ErrStatus.with("Your review is submitted, so a vote can be changed but not taken back.")
	}
	return Decision{As: OutputChecker, Events: []Event{
		&VoteTakenBack{File: f.ID, SHA256: f.SHA256, Turn: in.Request.Turn},
	}}, nil
}

// requestChangesInGroup votes for changes on every output file of a group that
// the checker has not voted on. Approving is always per file.
func requestChangesInGroup(in In, group string) (Decision, error) {
	return in.eachInGroup(group, func(f *File) Event {
		if v, ok := f.vote(in.Actor.ID); ok && v.Vote != Undecided {
			return nil
		}
		return in.cast(f, RequestChanges, "")
	})
}

// resetVotesInGroup takes the checker's votes in a group back.
func resetVotesInGroup(in In, group string) (Decision, error) {
	if _, err := in.guard(ActVote, in.hasGroup(group)); err != nil {
		return Decision{}, err
	}
	if in.Request.reviewed(in.Actor.ID) {
		return Decision{}, ErrStatus.with("Your review is submitted, so votes can be changed but not taken back.")
	}
	return in.eachInGroup(group, func(f *File) Event {
		if v, ok := f.vote(in.Actor.ID); !ok || v.Vote == Undecided {
			return nil
		}
		return &VoteTakenBack{File: f.ID, SHA256: f.SHA256, Turn: in.Request.Turn}
	})
}

func (in In) eachInGroup(group string, event func(*File) Event) (Decision, error) {
	if _, err := in.guard(ActVote, in.hasGroup(group)); err != nil {
		return Decision{}, err
	}
	g := in.Request.named(group)
	out := Decision{As: OutputChecker}
	for _, f := range in.Request.Files {
		if f.Group == g.ID && f.Kind == Output {
			if e := event(f); e != nil {
				out.Events = append(out.Events, e)
			}
		}
	}
	if len(out.Events) == 0 {
		return Decision{}, ErrNothing.with("There is nothing to do in this group.")
	}
	return out, nil
}

// submitReview decides that the checker's votes count from now on.
func submitReview(in In) (Decision, error) {
	if _, err := in.guard(ActReview); err != nil {
		return Decision{}, err
	}
	r, me := in.Request, in.Actor.ID
	if r.reviewed(me) {
		return Decision{}, ErrDuplicate.with("You have submitted your review of this turn already.")
	}
	if n := r.unvoted(me); n > 0 {
		return Decision{}, ErrUnvoted.with("Vote on every output file before you submit your review: %s left.", numberWord(n))
	}
	for _, g := range r.inOrder(r.asksIn(me)) {
		if r.ownComments(me, g) == 0 {
			return Decision{}, ErrComment.with("Say in a comment on the group “%s” what should change.", r.group(g).Name)
		}
	}
	n := len(r.counted(in.Facts, in.Place, in.Policy)) + 1
	return Decision{As: OutputChecker, Events: []Event{&ReviewSubmitted{
		Turn: r.Turn, Counted: n, Needed: r.Policy.ReviewsNeeded,
		Status: r.afterReview(n), Independent: r.Status != Reviewed,
	}}}, nil
}

// afterReview is the status once n reviews count: the first and the last
// needed review change it.
func (r *Request) afterReview(n int) Status {
	switch {
	case r.Status == Reviewed || n >= r.Policy.ReviewsNeeded:
		return Reviewed
	default:
		return PartiallyReviewed
	}
}

// unvoted counts the output files on which somebody has no vote that stands.
func (r *Request) unvoted(by PersonID) int {
	n := 0
	for _, f := range r.Files {
		if f.Kind != Output {
			continue
		}
		if v, ok := f.vote(by); !ok || v.Vote == Undecided || v.SHA256 != f.SHA256 {
			n++
		}
	}
	return n
}

// publicComment reports whether a checker made a public comment of this turn
// on the group.
func (r *Request) publicComment(g GroupID) bool {
	return slices.ContainsFunc(r.Comments, func(c *Comment) bool {
		return c.Group == g && c.Turn == r.Turn && c.Side == CheckerSide && c.Visibility == Public
	})
}
