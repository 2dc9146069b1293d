package models

import (
	"fmt"
	"testing"

	"sallyport/review"
)

// BenchmarkVote measures a vote on a request of few and of many files, with
// and without the request in memory.
func BenchmarkVote(b *testing.B) {
	for _, url := range []func(testing.TB) string{postgresURL, sqliteURL} {
		db := openForTest(b, url(b))
		small := newScene(b, db, 4)
		for _, files := range []int{4, 400} {
			s := small
			s.id = db.draftWith(b, s.author, "ws", 1000*files, files)
			db.submit(b, s.author, s.id)
			for _, warm := range []bool{true, false} {
				b.Run(fmt.Sprintf("%s/files=%d/warm=%v", db.dialect.name(), files, warm), func(b *testing.B) {
					n := 0
					for b.Loop() {
						n++
						if !warm {
							b.StopTimer()
							s.Store.folded = newCache(defaultCacheBytes)
							b.StartTimer()
						}
						v := review.Approve
						if n%2 == 0 {
							v = review.RequestChanges
						}
						change := s.votes("", "")
						change.Files = []review.FileID{fileID(1000 * files)}
						if _, err := s.Change(b.Context(), change, events(review.OutputChecker,
							&review.VoteCast{File: fileID(1000 * files), SHA256: sha(1000 * files), Turn: 1, Vote: v})); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}
