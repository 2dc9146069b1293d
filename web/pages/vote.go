package pages

import (
	"net/url"
	"slices"
	"strconv"

	"sallyport/review"
)

// newVoteBar is nil for those to whom voting on this file is nothing.
func newVoteBar(fs Forms, v *review.RequestView, g *review.GroupView, f *review.FileView) *VoteBar {
	a := allowance(v, review.ActVote)
	if f.Kind != review.Output || !reviews(v) || v.WaitingOn != "checkers" {
		return nil
	}
	bar := &VoteBar{
		Why: a.WhyNot, Mine: voteState(myVote(*f)), SHA256: f.SHA256, Turn: strconv.Itoa(v.Turn),
		SaidYes: myVote(*f) == review.Approve, SaidNo: myVote(*f) == review.RequestChanges,
	}
	bar.High = highWords(f)
	at := RequestAddress(v.ID, "files", string(f.ID), "vote")
	bar.Yes, bar.No, bar.None = fs.Form("approve-file", at, url.Values{"answer_to_findings": {voteWords(f)}}), fs.Form("change-file", at, nil), fs.Form("reset-file", at, nil)
	for _, form := range []Form{bar.Yes, bar.No, bar.None} {
		if form.Error != "" && (form.ID != bar.Yes.ID || bar.High == "") { // that one says it at its field
			bar.Wrong = append(bar.Wrong, form)
		}
	}
	if bar.SaidNo && !spoke(v, g) {
		bar.Say = "Say in a comment on the group “" + g.Name + "” what should change."
	}
	if v.Reviews.Mine {
		bar.None.ID = "" // a vote of a submitted review can be changed, not taken back
	}
	if v.Reviews.Voted != nil {
		bar.Voted = Count(*v.Reviews.Voted) + " of " + Count(v.Reviews.Outputs) + " voted"
	}
	return bar
}

// highWords say that approving a file asks for words; "" where it does not.
func highWords(f *review.FileView) string {
	n := 0
	for _, x := range f.Findings {
		if x.Weight == review.HighWeight {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return "Why it can go out with " + Plural(n, "high finding")
}

// spoke reports whether the viewer has commented on a group in this turn.
func spoke(v *review.RequestView, g *review.GroupView) bool {
	return slices.ContainsFunc(g.Comments, func(c review.CommentView) bool { return c.Mine && c.Turn == v.Turn })
}

func newEditFile(fs Forms, v *review.RequestView, g *review.GroupView, f *review.FileView) *EditFile {
	at := func(below ...string) string {
		return RequestAddress(v.ID, append([]string{"files", string(f.ID)}, below...)...)
	}
	e := &EditFile{
		Move: fs.Form("move", at(), url.Values{"group": {g.Name}}), Kind: fs.Form("kind", at(), nil), Group: g.Name,
		Withdraw: fs.Form("withdraw-file", at("withdraw"), nil), Other: string(review.Supporting), OtherIs: "a supporting file",
	}
	if f.Kind == review.Supporting {
		e.Other, e.OtherIs = string(review.Output), "an output to be released"
	}
	if f.ChangedInWorkspace {
		update := fs.Form("update", at("update"), nil)
		e.Update = &update
		e.Open = update.open()
	}
	for _, other := range v.Groups {
		e.Groups = append(e.Groups, other.Name)
	}
	e.Open = e.Open || e.Move.open() || e.Kind.open() || e.Withdraw.open()
	return e
}

// voteWords are what the viewer's own vote says to high findings.
func voteWords(f *review.FileView) string {
	if f.MyVote == nil {
		return ""
	}
	return f.MyVote.AnswerToFindings
}
