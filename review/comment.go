package review

import "slices"

// NewComment is what somebody says about a group, a file of it or a place in
// that file. An empty Visibility is the side's own: public for the author's,
// private for a checker's.
type NewComment struct {
	Group      string
	File       FileID
	Place      *Position
	Text       string
	Visibility Visibility
}

func makeComment(in In, c NewComment) (Decision, error) {
	st, err := in.guard(ActComments, in.hasGroup(c.Group), in.hasFileIn(c.File, c.Group))
	if err != nil {
		return Decision{}, err
	}
	g := in.Request.named(c.Group)
	text, err := cleanText("comment", c.Text, maxText)
	if err != nil {
		return Decision{}, err
	}
	if text == "" {
		return Decision{}, ErrTexts.with("The comment has no text.")
	}
	as := st.as(ActComments, in.Request.Status)
	side := AuthorSide
	if as == OutputChecker {
		side = CheckerSide
	}
	visibility, err := c.visibility(side)
	if err != nil {
		return Decision{}, err
	}
	if err := c.Place.check(c.File); err != nil {
		return Decision{}, err
	}
	if in.Request.commentsBy(in.Actor.ID) >= maxComments {
		return Decision{}, ErrTooLarge.with("At most %d comments of one person in one turn are taken.", maxComments)
	}
	e := &CommentMade{
		Comment: CommentID(in.NewID()), Group: g.ID, File: c.File, Place: c.Place,
		Text: newWords(in.NewSalt(), text), Visibility: visibility, Side: side,
	}
	return Decision{As: as, Events: []Event{e}, Result: e.Comment}, nil
}

// hasFileIn refuses a file that is not in the group; "" is none.
func (in In) hasFileIn(id FileID, group string) error {
	if id == "" || in.Request == nil {
		return nil
	}
	f, g := in.Request.file(id), in.Request.named(group)
	if f == nil || g == nil || f.Group != g.ID {
		return ErrUnknownFile
	}
	return nil
}

// commentsBy counts somebody's comments of the present turn.
func (r *Request) commentsBy(by PersonID) int {
	n := 0
	for _, c := range r.Comments {
		if c.By.ID == by && c.Turn == r.Turn {
			n++
		}
	}
	return n
}

func (c NewComment) visibility(side Side) (Visibility, error) {
	switch {
	case c.Visibility == "" && side == AuthorSide:
		return Public, nil
	case c.Visibility == "":
		return Private, nil
	case c.Visibility != Public && c.Visibility != Private:
		return "", ErrInvalid.with("A comment is public or private.")
	case c.Visibility == Private && side == AuthorSide:
		return "", ErrInvalid.with("The author's side makes public comments only.")
	}
	return c.Visibility, nil
}

// check refuses a place that is nowhere.
func (p *Position) check(file FileID) error {
	switch {
	case p == nil:
		return nil
	case file == "":
		return ErrInvalid.with("A place needs the file that it is in.")
	case p.Row < 0 || p.Line < 0 || (p.Row > 0) == (p.Line > 0) || len(p.Column) > 1000:
		return ErrInvalid.with("A place is a row and a column, or a line, counted from 1.")
	}
	return nil
}

// ownComment finds a comment of the actor's own that may still be altered:
// made in this turn, by the side whose turn it is.
func (in In) ownComment(id CommentID) (*Comment, standing, error) {
	st, err := in.guard(ActComments, in.hasComment(id))
	if err != nil {
		return nil, st, err
	}
	c := in.Request.comment(id)
	switch {
	case c.By.ID != in.Actor.ID:
		return nil, st, ErrRole.with("Only who made a comment can alter it.")
	case c.Turn != in.Request.Turn:
		return nil, st, ErrStatus.with("The turn in which this comment was made is over.")
	}
	return c, st, nil
}

// hasComment refuses a comment that is not there, or not for the actor's eyes.
func (in In) hasComment(id CommentID) error {
	r := in.Request
	if r == nil {
		return nil
	}
	c := r.comment(id)
	if c == nil || !r.showsComment(c, standingOf(r, in.Actor, in.Place, in.Policy).sight, in.Actor.ID) {
		return ErrNotFound
	}
	return nil
}

func publishComment(in In, id CommentID) (Decision, error) {
	c, st, err := in.ownComment(id)
	if err != nil || c.Visibility == Public {
		return Decision{}, err
	}
	return Decision{As: st.as(ActComments, in.Request.Status), Events: []Event{&CommentPublished{Comment: id}}}, nil
}

func deleteComment(in In, id CommentID) (Decision, error) {
	c, st, err := in.ownComment(id)
	if err != nil {
		return Decision{}, err
	}
	r := in.Request
	stands := r.reviewed(in.Actor.ID)
	if stands && slices.Contains(r.asksIn(in.Actor.ID), c.Group) && r.ownComments(in.Actor.ID, c.Group) == 1 {
		return Decision{}, ErrStatus.with("Your submitted review asks for changes in this group and rests on this comment, so it cannot be deleted.")
	}
	return Decision{As: st.as(ActComments, r.Status), Events: []Event{&CommentDeleted{Comment: id}}}, nil
}

// ownComments counts a checker's comments of this turn on a group.
func (r *Request) ownComments(by PersonID, g GroupID) int {
	n := 0
	for _, c := range r.Comments {
		if c.By.ID == by && c.Group == g && c.Turn == r.Turn && c.Side == CheckerSide {
			n++
		}
	}
	return n
}

// asksIn are the groups in which a checker asks for changes now.
func (r *Request) asksIn(by PersonID) []GroupID {
	ids := []GroupID{}
	for _, f := range r.Files {
		v, ok := f.vote(by)
		if ok && f.Kind == Output && v.Vote == RequestChanges && !slices.Contains(ids, f.Group) {
			ids = append(ids, f.Group)
		}
	}
	return ids
}

// showsComment says whether a comment is shown to somebody (docs/rules.md
// "Blind first"). What somebody wrote they always see.
func (r *Request) showsComment(c *Comment, s sight, viewer PersonID) bool {
	if c.By.ID == viewer || s == seesAll || c.Side == AuthorSide {
		return true
	}
	ended, over := r.ended(c.Turn)
	switch s {
	case seesChecker:
		if over {
			return !ended.Discarded
		}
		return r.Status == Reviewed || r.Held()
	case seesAuthor:
		return over && !ended.Discarded && c.Visibility == Public
	}
	return false
}
