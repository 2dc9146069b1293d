package models

import (
	"fmt"
	"strings"
	"testing"

	"gorm.io/gorm"

	"sallyport/auth"
	"sallyport/review"
)

// Every statement that a page or a command sends finds its rows by an index:
// SQLite's plans have no scan of a table.
func TestStatementsUseIndexes(t *testing.T) {
	s := newScene(t, openForTest(t, sqliteURL(t)), 3)
	other := s.person(t, "checker2", "output_checker", "all")
	s.do(t, other, s.id, review.OutputChecker, &review.ReviewSubmitted{Turn: 1, Counted: 1, Needed: 2, Status: review.PartiallyReviewed})
	s.folded = newCache(0)
	seen := map[string]bool{}
	note := func(tx *gorm.DB) {
		text := tx.Statement.SQL.String()
		if verb := strings.Fields(text)[0]; verb == "EXPLAIN" || verb == "INSERT" || seen[text] {
			return
		}
		seen[text] = true
		var plan []struct{ Detail string }
		fresh := tx.Session(&gorm.Session{NewDB: true})
		if err := fresh.Raw("EXPLAIN QUERY PLAN "+text, tx.Statement.Vars...).Scan(&plan).Error; err != nil {
			t.Errorf("explain %s: %v", text, err)
		}
		for _, step := range plan {
			// An index that is scanned in its order names itself.
			if strings.HasPrefix(step.Detail, "SCAN") && !strings.Contains(step.Detail, "INDEX") {
				t.Errorf("%s\n\tis planned as %s", text, step.Detail)
			}
		}
	}
	for _, pool := range []*gorm.DB{s.reader, s.writer} {
		cb := pool.Callback()
		for _, register := range []func(string, func(*gorm.DB)) error{
			cb.Query().After("gorm:query").Register, cb.Row().After("gorm:row").Register, cb.Update().After("gorm:update").Register,
			cb.Delete().After("gorm:delete").Register,
		} {
			if err := register("plans", note); err != nil {
				t.Fatal(err)
			}
		}
	}
	ctx := t.Context()
	change := s.votes("k", "")
	change.Paths, change.SHA256s, change.Holds, change.BasedOn = []string{"a"}, []string{sha(1)}, true, "etag"
	must[review.Outcome](t)(s.Change(ctx, change, events(review.Researcher,
		&review.FileWithdrawn{File: fileID(1), Removed: true}, &review.FileRetyped{File: fileID(2), Kind: review.Supporting})))
	s.do(t, s.author, s.id, review.Researcher, &review.RequestWithdrawn{})
	must[review.Snapshot](t)(s.Snapshot(ctx, s.id, s.checker, "a", "b"))
	must[[]review.Recorded](t)(s.Recorded(ctx, s.id))
	for _, f := range []review.Filter{
		{Visible: everything}, {Visible: review.Visible{Drafts: review.Reach{Projects: []string{"demo"}}, Rest: review.Reach{Backends: []string{"tpp"}}}},
		{Visible: everything, Status: []review.Status{review.Submitted}}, {Visible: everything, Workspace: "ws"}, {Visible: everything, Author: "researcher1"},
		{Visible: everything, Project: "demo", Backend: "tpp", Before: noon, Newest: true, Cursor: cursor{noon, "A"}.String()},
		{Visible: everything, Viewer: s.checker.ID, Changed: true},
		{Visible: everything, Cursor: cursor{noon, "A"}.String()},
	} {
		must[review.Summaries](t)(s.Summaries(ctx, f))
	}
	half := review.Visible{Drafts: review.Reach{Projects: []string{"demo"}}, Rest: review.Reach{Organisations: []string{"Demo"}}}
	for _, v := range []review.Visible{everything, half} {
		must[review.SearchRows](t)(s.Search(ctx, review.SearchQuery{Seen: v, Read: v, Text: "o", ID: "0", SHA256: "0000", Limit: 9}))
		must[[]WorkspaceSummary](t)(s.FindWorkspaces(ctx, v.Rest, "w", 9))
		must[[]JobRequestSummary](t)(s.FindJobRequests(ctx, v.Rest, "1234", 9))
	}
	for _, f := range []EntryFilter{
		{Project: "demo"}, {Workspace: "ws"}, {Request: string(s.id)}, {Person: "checker1"}, {Act: "vote_cast"}, {SHA256: sha(1)},
		{After: 3, Limit: 2}, {After: 3, Limit: 2, Words: true},
	} {
		for _, err := range s.Entries(ctx, f) {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Look(ctx, s.checker.ID, s.id, review.Look{Status: review.Submitted, At: noon}); err != nil {
		t.Fatal(err)
	}
	if err := s.Opened(ctx, s.opening()); err != nil {
		t.Fatal(err)
	}
	must[int](t)(s.Forget(ctx, noon))
	if _, _, err := s.Accounts(ctx, auth.PeopleFilter{Limit: 5}); err != nil {
		t.Fatal(err)
	}
	if len(seen) < 25 {
		t.Errorf("only %d statements were looked at: %s", len(seen), fmt.Sprint(seen))
	}
}
