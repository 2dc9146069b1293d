package models

import (
	"testing"

	"sallyport/ledger"
	"sallyport/review"
)

func wordsHash(salt [32]byte, text string) string { return ledger.WordsHash(salt, text) }

func TestSmoke(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		db.workspace(t, "ws")
		author := db.person(t, "researcher1", "researcher", "project:demo")
		checker := db.person(t, "checker1", "output_checker", "all")
		id := db.draftWith(t, author, "ws", 1, 3)
		db.submit(t, author, id)
		db.do(t, checker, id, review.OutputChecker, &review.VoteCast{File: "FILE1", SHA256: sha(1), Turn: 1, Vote: review.Approve})
		snap, err := db.Snapshot(t.Context(), id, checker)
		if err != nil {
			t.Fatal(err)
		}
		if snap.Request.Status != review.Submitted || len(snap.Request.Files[0].Votes) != 1 {
			t.Errorf("%+v", snap.Request)
		}
		page, err := db.Summaries(t.Context(), review.Filter{Visible: review.VisibleRequests(snap.Actor)})
		if err != nil || len(page.Items) != 1 {
			t.Errorf("%+v %v", page, err)
		}
	})
}
