package review

import "slices"

// allowed says which acts are open to the viewer, from the view alone. A test
// shows that a rule refuses with the same code.
func allowed(v *RequestView) []AllowedView {
	out := make([]AllowedView, 0, len(Acts))
	for _, act := range Acts {
		a := AllowedView{Act: act, Allowed: true}
		if err := v.why(act); err != nil {
			e := asError(err)
			a.Allowed, a.WhyNot, a.Code = false, e.Message, e.Code
		}
		out = append(out, a)
	}
	return out
}

// why refuses an act as the rule would, given everything that may be sent with
// it: a reason, the files, an acknowledgement.
func (v *RequestView) why(act Act) error {
	if err := v.me.mayAct(act); err != nil {
		return err
	}
	if err := mayConclude(act, v.Status, v.Reviews.Mine); err != nil {
		return err
	}
	if err := v.me.inStatus(act, v.Status, v.me.begun); err != nil {
		return err
	}
	switch act {
	case ActSubmit:
		return v.whySubmit()
	case ActReview:
		return v.whyReview()
	case ActReturn:
		return v.whyReturn()
	case ActApprove:
		return v.whyApprove()
	}
	return nil
}

func (v *RequestView) whySubmit() error {
	if v.me.usable != nil {
		return v.me.usable
	}
	lacks := v.Lacks()
	if len(lacks) > 0 && lacks[0].Group == "" {
		return lacks[0].Why
	}
	if v.me.leavable != nil {
		return v.me.leavable
	}
	if len(lacks) > 0 {
		return lacks[0].Why
	}
	return nil
}

// Lack is something that a request needs before it can be submitted: of a
// group, or of the request itself.
type Lack struct {
	Group GroupID
	Why   *Error
}

// Lacks lists all that the author still has to do before the request can be
// submitted: first its files, then texts, then comments.
func (v *RequestView) Lacks() []Lack {
	var texts, comments []Lack
	for _, g := range v.Groups {
		inUse := slices.ContainsFunc(g.Files, func(f FileView) bool { return f.Kind != WithdrawnFile })
		if inUse && (g.Context == "" || (g.Controls.Text == "" && len(g.Controls.Codes) == 0)) {
			texts = append(texts, Lack{g.ID, ErrTexts.with("The group “%s” needs its context and its controls.", g.Name)})
		}
		if g.NeedsComment {
			comments = append(comments, Lack{g.ID, ErrComment.with("Say in a comment on the group “%s” what you did since it was returned.", g.Name)})
		}
	}
	if v.count(func(f FileView) bool { return f.Kind == Output }) == 0 {
		texts = append([]Lack{{Why: ErrNoOutput}}, texts...)
	}
	return append(texts, comments...)
}

func (v *RequestView) whyReview() error {
	if v.Reviews.Mine {
		return ErrDuplicate.with("You have submitted your review of this turn already.")
	}
	if v.Reviews.Voted != nil {
		if left := v.Reviews.Outputs - *v.Reviews.Voted; left > 0 {
			return ErrUnvoted.with("Vote on every output file before you submit your review: %s left.", numberWord(left))
		}
	}
	for _, g := range v.Groups {
		asks := slices.ContainsFunc(g.Files, func(f FileView) bool {
			return f.Kind == Output && f.MyVote != nil && f.MyVote.Vote == RequestChanges
		})
		said := slices.ContainsFunc(g.Comments, func(c CommentView) bool {
			return c.Mine && c.Turn == v.Turn && c.Side == CheckerSide
		})
		if asks && !said {
			return ErrComment.with("Say in a comment on the group “%s” what should change.", g.Name)
		}
	}
	return nil
}

func (v *RequestView) whyReturn() error {
	if v.Status != Reviewed {
		return nil
	}
	for _, g := range v.Groups {
		unresolved := slices.ContainsFunc(g.Files, func(f FileView) bool {
			return f.Kind == Output && f.Decision != FileApproved
		})
		told := slices.ContainsFunc(g.Comments, func(c CommentView) bool {
			return c.Side == CheckerSide && c.Visibility == Public && c.Turn == v.Turn
		})
		if unresolved && !told {
			return ErrComment.with("The group “%s” has unresolved files: a checker must tell the author in a public comment what should change.", g.Name)
		}
	}
	return nil
}

func (v *RequestView) whyApprove() error {
	if v.me.counted < v.me.needed {
		return ErrReviews
	}
	for _, g := range v.Groups {
		for _, f := range g.Files {
			if f.Kind == Output && f.Decision != FileApproved {
				return ErrConflicted.with("`%s` is not approved, so the request cannot be approved as a whole.", f.Path)
			}
		}
	}
	if v.me.leavable != nil {
		return v.me.leavable
	}
	if !v.me.destinations {
		return ErrUnavailable.with("No destination is configured for releases, so nothing can be approved.")
	}
	return nil
}

// count counts the files that pick chooses.
func (v *RequestView) count(pick func(FileView) bool) int {
	n := 0
	for _, g := range v.Groups {
		for _, f := range g.Files {
			if pick(f) {
				n++
			}
		}
	}
	return n
}
