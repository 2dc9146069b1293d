package models

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"

	"sallyport/ledger"
	"sallyport/review"
)

// chosen collects the ids that a filter yields.
func (db testDB) chosen(t *testing.T, f EntryFilter) []int64 {
	t.Helper()
	var ids []int64
	for e, err := range db.Entries(t.Context(), f) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, e.ID)
	}
	return ids
}

func TestEntries(t *testing.T) {
	eachScene(t, 3, func(t *testing.T, s scene) {
		s.draftWith(t, s.author, "ws", 10, 1)
		all := s.chosen(t, EntryFilter{})
		if len(all) < 12 || int64(len(all)) != s.entries(t) {
			t.Fatalf("the log has %d entries, %d were yielded", s.entries(t), len(all))
		}
		count := func(f EntryFilter, want int) {
			t.Helper()
			got := s.chosen(t, f)
			if len(got) != want {
				t.Errorf("%+v chose %d entries, want %d", f, len(got), want)
			}
			for i := range got {
				if i > 0 && got[i] <= got[i-1] {
					t.Errorf("the ids %v do not rise", got)
				}
			}
		}
		count(EntryFilter{Request: string(s.id)}, 6)
		count(EntryFilter{Project: "demo", Act: "file_added"}, 4)
		count(EntryFilter{Workspace: "ws", Act: "request_created"}, 2)
		count(EntryFilter{SHA256: sha(2)}, 1)
		count(EntryFilter{Person: "checker1"}, 2) // added and given a role
		count(EntryFilter{Person: string(s.author.ID), Request: string(s.id)}, 6)
		count(EntryFilter{Person: "operator", Act: "workspace_placed"}, 2)
		count(EntryFilter{Person: "nobody"}, 0)
		count(EntryFilter{After: all[4]}, len(all)-5)
		count(EntryFilter{Limit: 3}, 3)
		count(EntryFilter{Limit: 3, Words: true}, 3)
		middle := lastEntry(t, s.testDB, EntryFilter{Limit: 5}).row.At.Time
		count(EntryFilter{From: middle}, len(all)-4)
		count(EntryFilter{To: middle}, 4)
		for e, err := range s.Entries(t.Context(), EntryFilter{Request: string(s.id)}) {
			if err != nil || e.Request == nil || e.Request.Status != review.Submitted || e.Request.Author != s.author.Person ||
				len(e.Request.Editors) != 1 || e.Place.Project != "demo" || e.Words != nil {
				t.Errorf("entry %+v of %+v, %v", e, e.Request, err)
			}
		}
	})
}

// What is exported with words is an export that ledger reads.
func TestEntriesAreExported(t *testing.T) {
	eachScene(t, 2, func(t *testing.T, s scene) {
		two := func(n int) review.Words {
			salt := newSalt()
			text := fmt.Sprintf("text %d", n)
			return review.Words{Hash: wordsHash(salt, text), Salt: salt, Text: text}
		}
		s.do(t, s.author, s.id, review.Researcher, &review.GroupDescribed{Group: "GROUP1", Context: two(1), Controls: two(2)})
		var rows iter.Seq2[ledger.Row, error] = func(yield func(ledger.Row, error) bool) {
			for e, err := range s.Entries(t.Context(), EntryFilter{Words: true}) {
				if !yield(ledger.Row{ID: e.ID, Bytes: e.Bytes, Words: e.Words}, err) {
					return
				}
			}
		}
		var out bytes.Buffer
		if err := ledger.WriteJSONLines(&out, rows); err != nil {
			t.Fatal(err)
		}
		read, words := 0, 0
		err := ledger.ReadJSONLines(&out, func(r ledger.Row) error {
			read++
			words += len(r.Words)
			_, err := ledger.Decode(r.Bytes)
			return err
		})
		if err != nil || int64(read) != s.entries(t) || words != 3 {
			t.Errorf("%d entries with %d words were read, %v", read, words, err)
		}
	})
}

// TestLatestEntries: the log backwards, a page at a time, is the log.
func TestLatestEntries(t *testing.T) {
	eachScene(t, 2, func(t *testing.T, s scene) {
		read := func(f EntryFilter) []int64 {
			t.Helper()
			var ids []int64
			for e, err := range s.Entries(t.Context(), f) {
				if err != nil {
					t.Fatal(err)
				}
				ids = append(ids, e.ID)
			}
			return ids
		}
		want := read(EntryFilter{})
		slices.Reverse(want)
		var got []int64
		f := EntryFilter{Newest: true, Limit: 3}
		for page := read(f); len(page) > 0; page = read(f) {
			got = append(got, page...)
			f.After = page[len(page)-1]
		}
		if !slices.Equal(got, want) {
			t.Errorf("the latest first: %v, want %v", got, want)
		}
	})
}

func TestEntriesEnd(t *testing.T) {
	eachScene(t, 2, func(t *testing.T, s scene) {
		for _, err := range s.Entries(t.Context(), EntryFilter{}) {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var last error
		for _, err := range s.Entries(ctx, EntryFilter{}) {
			last = err
		}
		if !errors.Is(last, context.Canceled) {
			t.Errorf("a cancelled reading ended with %v", last)
		}
		// No connection is left behind.
		s.do(t, s.checker, s.id, review.OutputChecker, vote(1, review.Approve))
		s.replays(t)
	})
}
