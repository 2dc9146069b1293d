package models

import (
	"encoding/base64"
	"errors"
	"fmt"
	"testing"
	"time"

	"sallyport/review"
)

// everything is what an administrator sees.
var everything = review.Visible{Drafts: review.Reach{All: true}, Rest: review.Reach{All: true}}

// listed pages through requests and returns them in order.
func (db testDB) listed(t *testing.T, f review.Filter) []review.Summary {
	t.Helper()
	var all []review.Summary
	for {
		page, err := db.Summaries(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		if f.Limit > 0 && len(page.Items) > f.Limit {
			t.Errorf("a page has %d items, want at most %d", len(page.Items), f.Limit)
		}
		all = append(all, page.Items...)
		if f.Cursor = page.Next; f.Cursor == "" {
			return all
		}
	}
}

func TestSummaries(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		ctx := t.Context()
		author, other := db.person(t, "researcher1", "researcher", "project:demo"), db.person(t, "researcher2", "researcher", "project:demo")
		places := map[string]review.Place{
			"ws":       {Project: "demo", Organisation: "o1", Backend: "tpp", Ongoing: true},
			"second":   {Project: "study", Organisation: "o2", Backend: "emis", Ongoing: true},
			"unplaced": {Backend: "tpp", Ongoing: true},
		}
		var ids []review.RequestID
		for n, name := range []string{"ws", "second", "unplaced"} {
			if err := db.PlaceWorkspace(ctx, operator, name, places[name]); err != nil {
				t.Fatal(err)
			}
			ids = append(ids, db.draftWith(t, author, name, 10*n, 2))
		}
		for n, id := range ids {
			db.submit(t, author, id)
			ids = append(ids, db.draftWith(t, other, []string{"ws", "second", "unplaced"}[n], 100+10*n, 1))
		}
		// ids: 0–2 submitted by author, 3–5 drafts by other; of ws, second, unplaced.
		// A submission begins a turn: the waiting order is 0 3 1 4 2 5.
		reach := func(r review.Reach) review.Visible { return review.Visible{Drafts: r, Rest: r} }
		for name, tc := range map[string]struct {
			filter review.Filter
			want   []int
		}{
			"everything":       {review.Filter{Visible: everything}, []int{0, 3, 1, 4, 2, 5}},
			"nothing":          {review.Filter{}, nil},
			"no drafts":        {review.Filter{Visible: review.Visible{Rest: review.Reach{All: true}}}, []int{0, 1, 2}},
			"drafts only":      {review.Filter{Visible: review.Visible{Drafts: review.Reach{All: true}}}, []int{3, 4, 5}},
			"a project":        {review.Filter{Visible: reach(review.Reach{Projects: []string{"demo", "x"}})}, []int{0, 3}},
			"a backend":        {review.Filter{Visible: reach(review.Reach{Backends: []string{"tpp"}})}, []int{0, 3}}, // not the unplaced
			"an organisation":  {review.Filter{Visible: reach(review.Reach{Organisations: []string{"o2"}})}, []int{1, 4}},
			"two of them":      {review.Filter{Visible: reach(review.Reach{Projects: []string{"demo"}, Organisations: []string{"o2"}})}, []int{0, 3, 1, 4}},
			"of two kinds":     {review.Filter{Visible: review.Visible{Drafts: review.Reach{Projects: []string{"demo"}}, Rest: review.Reach{Projects: []string{"study"}}}}, []int{3, 1}},
			"by status":        {review.Filter{Visible: everything, Status: []review.Status{review.Pending, review.Released}}, []int{3, 4, 5}},
			"by workspace":     {review.Filter{Visible: everything, Workspace: "second"}, []int{1, 4}},
			"by author":        {review.Filter{Visible: everything, Author: "researcher2"}, []int{3, 4, 5}},
			"by project":       {review.Filter{Visible: everything, Project: "study"}, []int{1, 4}},
			"by backend":       {review.Filter{Visible: everything, Backend: "tpp"}, []int{0, 3, 2, 5}},
			"the latest first": {review.Filter{Visible: everything, Newest: true}, []int{5, 2, 4, 1, 3, 0}},
			"of long ago":      {review.Filter{Visible: everything, Before: noon.Add(-time.Hour)}, nil},
			"by a wrong name":  {review.Filter{Visible: everything, Author: "' OR 1=1 --"}, nil},
			"what keep leaves": {review.Filter{Visible: everything, Keep: func(s review.Summary) bool { return s.Place.Project == "study" }}, []int{1, 4}},
		} {
			for _, limit := range []int{0, 1, 2} {
				tc.filter.Limit = limit
				var got, want []review.RequestID
				for _, sm := range db.listed(t, tc.filter) {
					got = append(got, sm.ID)
				}
				for _, n := range tc.want {
					want = append(want, ids[n])
				}
				if fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("%s, %d at a time: %q, want %q", name, limit, got, want)
				}
			}
		}
	})
}

func TestSummaryIsTheProjection(t *testing.T) {
	eachScene(t, 3, func(t *testing.T, s scene) {
		salt := newSalt()
		title := review.Words{Hash: wordsHash(salt, "My tables"), Salt: salt, Text: "My tables"}
		s.do(t, s.author, s.id, review.Researcher, &review.TitleChanged{Title: title})
		s.do(t, s.checker, s.id, review.OutputChecker, &review.ReviewSubmitted{Turn: 1, Counted: 1, Needed: 2, Status: review.PartiallyReviewed})
		got := s.listed(t, review.Filter{Visible: everything})[0]
		snap := must[review.Snapshot](t)(s.Snapshot(t.Context(), s.id, s.author))
		want := review.Project(snap.Request).Summary
		want.Place = snap.Place
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("the row is\n%+v, want\n%+v", got, want)
		}
		if want.Place.Project != "demo" || want.Title.Text != "My tables" || got.Title != title {
			t.Errorf("the place is %+v, the title %+v", want.Place, got.Title)
		}
		s.do(t, s.author, s.id, review.Researcher, &review.TitleChanged{})
		if got := s.listed(t, review.Filter{Visible: everything})[0]; !got.Title.IsZero() {
			t.Errorf("a title taken back is %+v", got.Title)
		}
		s.replays(t)
	})
}

// Keep may leave out so much that a page ends before its limit.
func TestSummariesReadOnWithinBounds(t *testing.T) {
	s := newScene(t, openForTest(t, sqliteURL(t)), 1)
	rows := maxPasses*passRows + 10
	copies := `INSERT INTO requests SELECT 'COPY' || printf('%06d', value), workspace, title_entry, title_hash, author_id, author, status, turn,
		turn_over, since + value, created, version, last_at, files, submitted, needed, held_until, begun, editors, reviewed_by, voted,
		unanswered, high, outside
		FROM requests, (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ?) SELECT value FROM n)`
	if err := s.writer.WithContext(t.Context()).Exec(copies, rows).Error; err != nil {
		t.Fatal(err)
	}
	looked := 0
	f := review.Filter{Visible: everything, Limit: 5, Keep: func(sm review.Summary) bool {
		looked++
		return sm.ID == review.RequestID(fmt.Sprintf("COPY%06d", rows))
	}}
	page, err := s.Summaries(t.Context(), f)
	if err != nil || len(page.Items) != 0 || page.Next == "" || looked != maxPasses*passRows {
		t.Errorf("the first page has %d items after %d rows, next %q, %v", len(page.Items), looked, page.Next, err)
	}
	f.Cursor = page.Next
	if page, err = s.Summaries(t.Context(), f); err != nil || len(page.Items) != 1 || page.Next != "" {
		t.Errorf("the second page is %+v, %v", page, err)
	}
}

func TestCursors(t *testing.T) {
	at := cursor{noon.Add(3 * time.Microsecond), "01ARZ3NDEKTSV4RRFFQ69G5FAV"}
	if got, err := readCursor(at.String()); err != nil || got != at {
		t.Errorf("readCursor(%q) = %+v, %v, want %+v", at, got, err, at)
	}
	for _, text := range []string{"x", "!!", cursor{noon, ""}.String(), cursor{noon, "a b"}.String(),
		base64.RawURLEncoding.EncodeToString([]byte("9223372036854775808 A"))} {
		if _, err := readCursor(text); !errors.Is(err, review.ErrInvalid) {
			t.Errorf("readCursor(%q) = %v, want ErrInvalid", text, err)
		}
	}
}

func TestSnapshotAndRecordedOfNone(t *testing.T) {
	eachScene(t, 1, func(t *testing.T, s scene) {
		if _, err := s.Snapshot(t.Context(), "none", s.author); !errors.Is(err, review.ErrNotFound) {
			t.Errorf("Snapshot = %v, want ErrNotFound", err)
		}
		if _, err := s.Recorded(t.Context(), "none"); !errors.Is(err, review.ErrNotFound) {
			t.Errorf("Recorded = %v, want ErrNotFound", err)
		}
		if _, err := s.Snapshot(t.Context(), "a\x00b", s.author); err == nil {
			t.Error("Snapshot of an id with a NUL = nil")
		}
		snap := must[review.Snapshot](t)(s.Snapshot(t.Context(), s.id, s.author))
		if snap.Request.ID != s.id || snap.Place.Backend != "tpp" || !snap.Actor.Has(review.Researcher, snap.Place) ||
			len(snap.Facts.Destinations) != 1 {
			t.Errorf("Snapshot = %+v", snap)
		}
	})
}

// Pages are read from one state of the database, whatever is written meanwhile.
func TestReadsAreOfOneState(t *testing.T) {
	eachScene(t, 3, func(t *testing.T, s scene) {
		seen := 0
		for e, err := range s.Entries(t.Context(), EntryFilter{}) {
			if err != nil {
				t.Fatal(err)
			}
			if seen++; seen == 1 {
				s.do(t, s.checker, s.id, review.OutputChecker, vote(1, review.Approve))
			}
			if e.Act == "vote_cast" {
				t.Error("an entry written meanwhile was yielded")
			}
		}
		if now := s.entries(t); int64(seen) != now-1 {
			t.Errorf("%d entries were yielded, there are %d", seen, now)
		}
	})
}
