package review

import (
	"fmt"
	"testing"
)

// bigRequest is a submitted request of n output files, with the entries that
// it is the fold of.
func bigRequest(b *testing.B, n int) *world {
	b.Helper()
	w := newWorld(b)
	w.watch = false
	w.create()
	for i := 0; i < n; i += 500 {
		var paths []string
		for j := i; j < min(n, i+500); j++ {
			path := fmt.Sprintf("out/table-%04d.csv", j)
			w.write(path, fmt.Sprintf("%064d", j))
			paths = append(paths, path)
		}
		w.must(w.add(author, fmt.Sprintf("group %d", i/500), Output, paths...))
		w.must(w.describe(author, fmt.Sprintf("group %d", i/500), "what it is"))
	}
	w.must(w.submit(author))
	return w
}

// BenchmarkVote decides a vote on a folded request and applies it.
func BenchmarkVote(b *testing.B) {
	for _, n := range []int{4, 400, 2000} {
		w := bigRequest(b, n)
		f := w.req.Files[n-1]
		b.Run(fmt.Sprintf("files=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			in := w.blank(checker1)
			for b.Loop() {
				d, err := vote(in, VoteOn{File: f.ID, SHA256: f.SHA256, Turn: 1, Vote: Approve})
				if err != nil {
					b.Fatal(err)
				}
				rec := Recorded{Version: w.req.Version + 1, At: w.now, By: in.Actor.Person, Kind: IsPerson, As: d.As, Event: d.Events[0]}
				if r := Fold(w.req, []Recorded{rec}); r.Version != rec.Version {
					b.Fatal("not applied")
				}
			}
		})
	}
}

// BenchmarkFold folds a whole stream: two checkers' votes on every file.
func BenchmarkFold(b *testing.B) {
	for _, n := range []int{40, 400, 2000} {
		w := bigRequest(b, n)
		for _, who := range []string{checker1, checker2} {
			in := w.blank(who)
			for _, f := range w.req.Files {
				in.Request = w.req
				w.carryOut(in, Decision{As: OutputChecker, Events: []Event{in.cast(f, Approve, "")}}, "request")
			}
		}
		b.Run(fmt.Sprintf("files=%d/votes=%d", n, 2*n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r := Fold(nil, w.recs); r.Version != len(w.recs) {
					b.Fatal("not folded")
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(w.recs)), "ns/entry")
		})
	}
}

// BenchmarkView makes the view of a checker, with its version.
func BenchmarkView(b *testing.B) {
	for _, n := range []int{10, 400} {
		w := bigRequest(b, n)
		b.Run(fmt.Sprintf("files=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			s := w.snapshot(checker1)
			for b.Loop() {
				if View(s) == nil {
					b.Fatal("not seen")
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/file")
		})
	}
}
