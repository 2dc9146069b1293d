package pages

import (
	"strings"
	"testing"

	"sallyport/review"
)

// TestReasonsBesideAPath: what stands beside a path says "it".
func TestReasonsBesideAPath(t *testing.T) {
	const path = "output/a.csv"
	for _, try := range []struct{ reason, want string }{
		{"`" + path + "` is out of date.", "It is out of date."},
		{"`" + path + "`, or a file with its bytes, is elsewhere.", "It, or a file with its bytes, is elsewhere."},
		{"`" + path + ".gz` is another file.", "`" + path + ".gz` is another file."},
		{"Files of the type .out cannot be requested.", "Files of the type .out cannot be requested."},
		{path + " is no name here.", path + " is no name here."},
		{"", ""},
	} {
		if got := OfIt(try.reason, path); got != try.want {
			t.Errorf("OfIt(%q) = %q, want %q", try.reason, got, try.want)
		}
	}
}

// TestOneReasonForManyActs: a reason is said once, with all acts that it
// hinders.
func TestOneReasonForManyActs(t *testing.T) {
	_, not := actButtons(Forms{}, &review.RequestView{Allowed: []review.AllowedView{
		{Act: review.ActReview, Code: review.ErrRole.Code, WhyNot: "You check nothing here."},
		{Act: review.ActApprove, Code: review.ErrRole.Code, WhyNot: "You check nothing here."},
		{Act: review.ActRecall, Code: review.ErrStatus.Code, WhyNot: "It is a draft."},
	}})
	var got []string
	for _, n := range not {
		if n.Why != "" {
			got = append(got, n.Acts+": "+n.Why)
		}
	}
	want := "Submit my review · Approve the release: You check nothing here.|Take it back: It is a draft."
	if strings.Join(got, "|") != want {
		t.Errorf("what cannot be done now = %q, want %q", got, want)
	}
}

// TestWhoSaysWhatWasDone: the author is asked for a comment, others are told
// that one is missing; the forms for what is missing are open.
func TestWhoSaysWhatWasDone(t *testing.T) {
	v := &review.RequestView{WaitingOn: "author", Turn: 2}
	g := review.GroupView{Name: "Table", NeedsComment: true}
	if got := newGroup(Build{}, v, g); !strings.HasPrefix(got.Needs, "Its author") || got.Comment != nil {
		t.Errorf("for others it says %q", got.Needs)
	}
	for _, act := range []review.Act{review.ActTitle, review.ActGroups, review.ActComments} {
		v.Allowed = append(v.Allowed, review.AllowedView{Act: act, Allowed: true})
	}
	got := newGroup(Build{}, v, g)
	if !strings.HasPrefix(got.Needs, "Say in a comment") || !got.Comment.Open || !got.Describe.Open {
		t.Errorf("for its author it says %q; open: comment %v, texts %v", got.Needs, got.Comment.Open, got.Describe.Open)
	}
	g.NeedsComment, g.Context, g.Controls.Text = false, "Counts", "Rounded"
	if got = newGroup(Build{}, v, g); got.Needs != "" || got.Comment.Open || got.Describe.Open {
		t.Errorf("nothing is missing: it says %q; open: comment %v, texts %v", got.Needs, got.Comment.Open, got.Describe.Open)
	}
}

// TestTurnOfADraft: a draft has no turn yet, and nothing is said of reviews to
// those who have none.
func TestTurnOfADraft(t *testing.T) {
	v := &review.RequestView{}
	if got := turnOf(v); got != "" {
		t.Errorf("a draft is in turn %q", got)
	}
	if v.Turn = 3; turnOf(v) != "3" {
		t.Errorf("turn 3 is %q", turnOf(v))
	}
	rows := RequestRows{{Title: "Table"}}
	if rows.Reviewing() {
		t.Error("rows without a review have a column for it")
	}
	if rows[0].Mine = "is in"; !rows.Reviewing() {
		t.Error("rows with a review have no column for it")
	}
}

// TestAfterAReview: whose review is in is led on.
func TestAfterAReview(t *testing.T) {
	v := &review.RequestView{ID: "r", Status: review.PartiallyReviewed}
	if got := afterReview(v); got.Href != "" {
		t.Errorf("before the review it leads to %q", got.Href)
	}
	v.Reviews.Mine = true
	if got := afterReview(v); got.Href != "/queue" {
		t.Errorf("with a review missing it leads to %q", got.Href)
	}
	v.Status = review.Reviewed
	if got := afterReview(v); got.Href != "/requests/r" {
		t.Errorf("with all reviews in it leads to %q", got.Href)
	}
}
