package models

import (
	"testing"
	"time"

	"sallyport/review"
)

// TestLooks: what somebody saw is kept for them alone, and tells what changed
// since; seeing the same again writes nothing for an hour.
func TestLooks(t *testing.T) {
	eachScene(t, 2, func(t *testing.T, s scene) {
		ctx := t.Context()
		list := func(by review.PersonID, changed bool) []review.Summary {
			t.Helper()
			return s.listed(t, review.Filter{Visible: everything, Viewer: by, Changed: changed})
		}
		look := func(l review.Look) {
			t.Helper()
			if err := s.Look(ctx, s.checker.ID, s.id, l); err != nil {
				t.Fatal(err)
			}
		}
		if got := list(s.checker.ID, false); len(got) != 1 || got[0].Looked != nil {
			t.Fatalf("before a look: %+v", got)
		}
		now := list(s.checker.ID, false)[0]
		seen := review.Look{Status: now.Status, Turn: now.Turn, Files: now.Files, At: noon}
		look(seen)
		if got := list(s.checker.ID, false)[0].Looked; got == nil || *got != seen {
			t.Errorf("the look is %+v, want %+v", got, seen)
		}
		if got := list(s.checker.ID, true); len(got) != 0 {
			t.Errorf("nothing changed, and %+v did", got)
		}
		if list(s.author.ID, false)[0].Looked != nil {
			t.Error("somebody else looked too")
		}
		again := seen
		again.At = noon.Add(time.Minute)
		look(again)
		if got := list(s.checker.ID, false)[0].Looked.At; !got.Equal(noon) {
			t.Errorf("a look of a minute later was written: %v", got)
		}
		again.At = noon.Add(2 * time.Hour)
		look(again)
		if got := list(s.checker.ID, false)[0].Looked.At; !got.Equal(again.At) {
			t.Errorf("a look of hours later was not written: %v", got)
		}
		again.Status = review.Returned
		look(again)
		if got := list(s.checker.ID, true); len(got) != 1 {
			t.Errorf("what changed: %+v", got)
		}
	})
}

// TestVotedInLists: a list knows how many votes of each stand.
func TestVotedInLists(t *testing.T) {
	eachScene(t, 3, func(t *testing.T, s scene) {
		must[review.Outcome](t)(s.Change(t.Context(), s.votes("k", ""), events(review.OutputChecker,
			&review.VoteCast{File: fileID(1), SHA256: sha(1), Turn: 1, Vote: review.Approve})))
		got := s.listed(t, review.Filter{Visible: everything})[0].Voted
		if len(got) != 1 || got[s.checker.ID] != 1 {
			t.Errorf("votes that stand: %v", got)
		}
		s.replays(t)
	})
}
