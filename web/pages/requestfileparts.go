package pages

import (
	"strings"

	"sallyport/review"
)

// keys are the keys of the page, as its controls have them.
func (p *RequestFile) keys() []Link {
	list := []Link{{Key: "j", Text: "Next file"}, {Key: "k", Text: "Previous file"}}
	if p.Content.Found != nil {
		list = append(list, Link{Key: "f", Text: "Next finding"}, Link{Key: "F", Text: "Previous finding"})
	}
	if p.Vote != nil {
		list = append(list, Link{Key: "n", Text: "Next file not voted on"}, Link{Key: "a", Text: p.Vote.approving()},
			Link{Key: "c", Text: "Request changes of this file, and say why"})
	}
	if p.Comment != nil {
		list = append(list, Link{Key: "m", Text: "Write a comment"})
	}
	if p.Submit != nil {
		list = append(list, Link{Key: "s", Text: "Go to “" + p.Submit.Text + "”; Enter presses it"})
	}
	if p.Download != "" {
		list = append(list, Link{Key: "d", Text: "Download this file"})
	}
	return append(list, Link{Key: "o", Text: "Overview of the request"})
}

// approving says what the key of an approval does.
func (v *VoteBar) approving() string {
	if v.High != "" {
		return "Write why this file can go out with its high findings"
	}
	return "Approve this file"
}

// Announce says where one is, to readers of a screen.
func (p *RequestFile) Announce() string {
	words := baseOf(p.Path) + ", " + p.Place + "."
	if p.Vote != nil {
		words += " Your vote: " + p.Vote.Mine.Word + ". " + p.Vote.Voted + "."
	}
	return words
}

// The parts of the review screen that are sent by themselves.
var (
	partHead     = Part{Block: "file-head", Target: "head"}
	partList     = Part{Block: "file-list", Target: "list"}
	partDoc      = Part{Block: "file-doc", Target: "doc"}
	partVote     = Part{Block: "file-vote", Target: "vote"}
	partInfo     = Part{Block: "file-info", Target: "info"}
	partDecision = Part{Block: "file-decision", Target: "decision"}
	partComments = Part{Block: "file-comments", Target: "comments"}
)

// Arrived are the parts that change on the way to this file, for somebody who
// has the list of a version.
func (p *RequestFile) Arrived(version string) []Part {
	parts := []Part{partHead, partDoc, partInfo, Said(p.Announce())}
	if version != p.Version {
		parts = append(parts, partList)
	}
	return parts
}

// After are the parts that change after an act on this file, by the form that
// was sent. What is being typed elsewhere stays. The part that the form stands
// in comes last: htmx finds the others from there.
func (p *RequestFile) After(form, notice string) []Part {
	switch {
	case strings.HasPrefix(form, "comment-"), strings.HasPrefix(form, "publish-"), strings.HasPrefix(form, "delete-"):
		return []Part{Said(notice), partHead, partList, partVote, partComments}
	case !voteForm(form):
		return []Part{Said(notice), partList, partVote, partInfo, partHead}
	case p.Decision.Kind == "":
		return []Part{Said(p.Announce()), partHead, partList, partVote}
	}
	return []Part{Said(p.Announce()), partHead, partList, partDecision, partVote}
}

// Refused are the parts that say why a form was not taken; none if all of the
// page does.
func (p *RequestFile) Refused(form string) []Part {
	switch {
	case strings.HasPrefix(form, "comment-") && p.Comment != nil:
		return []Part{partComments}
	case voteForm(form) && p.Vote != nil && p.Vote.Why == "":
		return []Part{partVote}
	}
	return nil
}

func voteForm(form string) bool { return strings.HasSuffix(form, "-file") && form != "withdraw-file" }

// afterReview is where a checker goes on whose review is in: to the decision if
// the reviews that are needed are in, else to the queue; nowhere before.
func afterReview(v *review.RequestView) Link {
	switch {
	case !v.Reviews.Mine:
		return Link{}
	case v.Status == review.Reviewed:
		return Link{Text: "Decide on the request", Href: RequestAddress(v.ID)}
	}
	return Link{Text: "Back to the queue", Href: "/queue"}
}
