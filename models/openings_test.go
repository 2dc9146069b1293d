package models

import (
	"sync"
	"testing"
	"time"

	"sallyport/review"
)

func (s scene) opening() review.Opening {
	return review.Opening{
		Actor: s.checker, As: review.OutputChecker, Place: review.Place{Workspace: "ws", Project: "demo", Backend: "tpp"},
		Request: s.id, Turn: 1, File: fileID(1), Path: pathOf(1), SHA256: sha(1), Size: 7,
	}
}

func TestOpened(t *testing.T) {
	eachScene(t, 1, func(t *testing.T, s scene) {
		open := func(o review.Opening, want int64) {
			t.Helper()
			before := s.entries(t)
			if err := s.Opened(t.Context(), o); err != nil {
				t.Fatal(err)
			}
			if got := s.entries(t) - before; got != want {
				t.Errorf("opening %+v wrote %d entries, want %d", o, got, want)
			}
		}
		o := s.opening()
		open(o, 1)
		open(o, 0)
		entry := lastEntry(t, s.testDB, EntryFilter{Request: string(s.id)})
		if entry.Act != "file_opened" || entry.row.Stream != "" || entry.row.Version != nil || entry.row.Turn != 1 || entry.Side != "checker" ||
			*entry.row.SHA256 != sha(1) || *entry.row.FileID != string(fileID(1)) || entry.Request == nil || entry.Request.Status != review.Submitted {
			t.Errorf("the entry is %+v", entry)
		}
		s.clock.advance(9 * time.Minute)
		open(o, 0)
		s.clock.advance(2 * time.Minute)
		open(o, 1)
		open(o, 0)
		download := o
		download.Downloaded = true
		open(download, 1)
		other := o
		other.Actor = s.author
		other.As = review.Researcher
		open(other, 1)
		bytes := o
		bytes.SHA256 = sha(2)
		open(bytes, 1)
		output := o
		output.Request, output.File = "", ""
		open(output, 1)
		elsewhere := output
		elsewhere.Place.Workspace = "other"
		open(elsewhere, 1)
		s.replays(t)
	})
}

func TestOpenedAtOnceIsRecordedOnce(t *testing.T) {
	eachScene(t, 1, func(t *testing.T, s scene) {
		before := s.entries(t)
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				if err := s.Opened(t.Context(), s.opening()); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if got := s.entries(t) - before; got != 1 {
			t.Errorf("%d entries, want 1", got)
		}
	})
}

// Who opens waits for nobody who acts on the request.
func TestOpenedTakesNoLock(t *testing.T) {
	s := newScene(t, openForTest(t, postgresURL(t)), 1)
	change := s.votes("", "")
	change.Holds = true
	_, err := s.Change(t.Context(), change, func(review.In) (review.Decision, error) {
		return review.Decision{}, s.Opened(t.Context(), s.opening())
	})
	if err != nil {
		t.Error(err)
	}
}
