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
	if len(lacks) > 0 && lacks[0].File == "" {
		return lacks[0].Why
	}
	return v.unready()
}

// Lack is something that a request needs before it can be submitted: of a
// file, of a group, or of the request itself.
type Lack struct {
	Group GroupID
	File  FileID
	Why   *Error
}

// Lacks lists all that the author still has to do before the request can be
// submitted: first its files, then texts, then comments, then the checks of
// files and what they found.
func (v *RequestView) Lacks() []Lack {
	var texts, comments []Lack
	for _, g := range v.Groups {
		inUse := slices.ContainsFunc(g.Files, func(f FileView) bool { return f.Kind != WithdrawnFile })
		if inUse && (g.Context == "" || (g.Controls.Text == "" && len(g.Controls.Codes) == 0)) {
			texts = append(texts, Lack{Group: g.ID, Why: ErrTexts.with("The group “%s” needs its context and its controls.", g.Name)})
		}
		if g.NeedsComment {
			comments = append(comments, Lack{Group: g.ID, Why: ErrComment.with("Say in a comment on the group “%s” what you did since it was returned.", g.Name)})
		}
	}
	if v.count(func(f FileView) bool { return f.Kind == Output }) == 0 {
		texts = append([]Lack{{Why: ErrNoOutput}}, texts...)
	}
	return slices.Concat(texts, comments, v.unreadyFiles())
}

// unreadyFiles are the output files whose checks have not finished, or of which
// findings of weight are not answered.
func (v *RequestView) unreadyFiles() []Lack {
	var waiting, open []Lack
	for _, g := range v.Groups {
		for _, f := range g.Files {
			if f.Kind != Output {
				continue
			}
			if f.Checks.State != ChecksDone {
				waiting = append(waiting, Lack{g.ID, f.ID, checksRunning(1)})
			}
			if n := f.Unanswered(); n > 0 {
				open = append(open, Lack{g.ID, f.ID, findingsOpen(n, 1, f.Path)})
			}
		}
	}
	return append(waiting, open...)
}

// unready refuses a submission as Request.unready does.
func (v *RequestView) unready() error {
	waiting := v.count(func(f FileView) bool { return f.Kind == Output && f.Checks.State != ChecksDone })
	if waiting > 0 {
		return checksRunning(waiting)
	}
	var first *FileView
	files, all := 0, 0
	for _, g := range v.Groups {
		for _, f := range g.Files {
			if n := f.Unanswered(); f.Kind == Output && n > 0 {
				if first == nil || f.Path < first.Path {
					first = &f
				}
				files, all = files+1, all+n
			}
		}
	}
	if first == nil {
		return nil
	}
	return findingsOpen(all, files, first.Path)
}

// Unanswered counts the findings of weight that nobody answered.
func (f FileView) Unanswered() int {
	n := 0
	for _, x := range f.Findings {
		if x.Weight.Weighty() && x.Answer == nil {
			n++
		}
	}
	return n
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
