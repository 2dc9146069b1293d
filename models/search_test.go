package models

import (
	"fmt"
	"strings"
	"testing"

	"sallyport/review"
)

// title gives a request a title.
func (db testDB) title(t *testing.T, author review.Actor, id review.RequestID, text string) {
	t.Helper()
	salt := newSalt()
	words := review.Words{Hash: wordsHash(salt, text), Salt: salt, Text: text}
	db.do(t, author, id, review.Researcher, &review.TitleChanged{Title: words})
}

// finds is what a search finds, by the requests' numbers.
func (db testDB) finds(t *testing.T, q review.SearchQuery, ids []review.RequestID) string {
	t.Helper()
	q.Limit = 100
	rows, err := db.Search(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	number := func(sm review.Summary) string {
		for n, id := range ids {
			if sm.ID == id {
				return fmt.Sprint(n)
			}
		}
		return "?"
	}
	var found []string
	for _, sm := range rows.ByID {
		found = append(found, "id:"+number(sm))
	}
	for _, sm := range rows.ByTitle {
		found = append(found, "title:"+number(sm))
	}
	for _, f := range rows.Files {
		found = append(found, "file:"+number(f.Request)+":"+f.Path)
	}
	return strings.Join(found, " ")
}

func TestSearch(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		author := db.person(t, "researcher1", "researcher", "project:demo")
		db.workspace(t, "ws")
		if err := db.PlaceWorkspace(t.Context(), operator, "second", review.Place{Project: "study", Organisation: "o", Backend: "tpp", Ongoing: true}); err != nil {
			t.Fatal(err)
		}
		ids := []review.RequestID{db.draftWith(t, author, "ws", 0, 2), db.draftWith(t, author, "second", 10, 1), db.draftWith(t, author, "ws", 20, 1)}
		db.submit(t, author, ids[0])
		db.title(t, author, ids[1], "Übersicht 100%_sure")
		db.title(t, author, ids[2], "Other")
		db.title(t, author, ids[2], "Cox models")
		demo := review.Reach{Projects: []string{"demo"}}
		drafts, rest, all := review.Visible{Drafts: demo}, review.Visible{Rest: demo}, everything
		for name, tc := range map[string]struct {
			query review.SearchQuery
			want  string
		}{
			"a title":                    {review.SearchQuery{Seen: all, Read: all, Text: "cox"}, "title:2"},
			"an earlier title":           {review.SearchQuery{Seen: all, Read: all, Text: "other"}, ""},
			"another case, with accents": {review.SearchQuery{Seen: all, Read: all, Text: "übers"}, "title:1"},
			"what would be wildcards":    {review.SearchQuery{Seen: all, Read: all, Text: "%_s"}, "title:1"},
			"a wildcard alone":           {review.SearchQuery{Seen: all, Read: all, Text: "_"}, "title:1"},
			"out of reach":               {review.SearchQuery{Seen: all, Read: drafts, Text: "übers"}, ""},
			"a draft, of the rest":       {review.SearchQuery{Seen: all, Read: rest, Text: "cox"}, ""},
			"no reach":                   {review.SearchQuery{Seen: all, Text: "table"}, ""},
			"paths":                      {review.SearchQuery{Seen: all, Read: all, Text: "table1"}, "file:1:output/table10.csv file:0:output/table1.csv"},
			"paths of the rest":          {review.SearchQuery{Seen: all, Read: rest, Text: "output/"}, "file:0:output/table0.csv file:0:output/table1.csv"},
			"a hash":                     {review.SearchQuery{Seen: all, Read: all, SHA256: sha(20)}, "file:2:output/table20.csv"},
			"the beginning of hashes":    {review.SearchQuery{Seen: all, Read: rest, SHA256: sha(0)[:8]}, "file:0:output/table0.csv file:0:output/table1.csv"},
			"a hash out of reach":        {review.SearchQuery{Seen: all, Read: bothOf(demo), SHA256: sha(10)}, ""},
			"an id":                      {review.SearchQuery{Seen: all, ID: string(ids[1])}, "id:1"},
			"the beginning of ids":       {review.SearchQuery{Seen: all, ID: string(ids[1])[:4]}, "id:2 id:1 id:0"},
			"an id out of reach":         {review.SearchQuery{Seen: rest, Read: all, ID: string(ids[2])}, ""},
			"no id":                      {review.SearchQuery{Seen: all, Read: all, ID: "ZZZZ"}, ""},
			"nothing":                    {review.SearchQuery{Seen: all, Read: all}, ""},
		} {
			if got := db.finds(t, tc.query, ids); got != tc.want {
				t.Errorf("%s: found %q, want %q", name, got, tc.want)
			}
		}
		q := review.SearchQuery{Seen: all, Read: all, Text: "o", ID: "0", SHA256: "0000", Limit: 10}
		if n := db.statements(t, func() { must[review.SearchRows](t)(db.Search(t.Context(), q)) }); n > 5 {
			t.Errorf("a search sends %d statements, want 5 at most", n)
		}
	})
}

// bothOf is a reach for drafts and the rest.
func bothOf(r review.Reach) review.Visible { return review.Visible{Drafts: r, Rest: r} }

func TestFindWorkspacesAndJobRequests(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		ctx := t.Context()
		db.report(t, example(t, "20394"), true)
		db.report(t, example(t, "21492"), true)
		db.report(t, simple(t), true)
		all := review.Reach{All: true}
		demo := review.Reach{Projects: []string{"demo"}}
		for _, tc := range []struct {
			reach review.Reach
			part  string
			want  string
		}{
			{all, "VACC", "vaccine-counts"}, {all, "-", "digital-access-to-primary-care vaccine-counts"}, {all, "bristol", "vaccine-counts"},
			{all, "demo", "study"}, {demo, "-", ""}, {demo, "stu", "study"}, {all, "%", ""}, {all, "_", ""}, {review.Reach{}, "study", ""},
		} {
			var names []string
			for _, w := range must[[]WorkspaceSummary](t)(db.FindWorkspaces(ctx, tc.reach, tc.part, 20)) {
				names = append(names, w.Place.Workspace)
			}
			if got := strings.Join(names, " "); got != tc.want {
				t.Errorf("workspaces like %q: %q, want %q", tc.part, got, tc.want)
			}
		}
		for _, tc := range []struct {
			reach review.Reach
			text  string
			want  string
		}{
			{all, "20394", "bswslyjxpwqix3qb"}, {all, "#21492", "6x32i65ivaqmprz7"}, {all, "2039", ""}, {all, "203940", ""}, {all, "-1", ""},
			{all, "BSWS", "bswslyjxpwqix3qb"}, {all, "bsw", ""}, {all, "bbbbbbbbbbbbbbbb", "bbbbbbbbbbbbbbbb"}, {all, "____", ""}, {all, "%%%%", ""},
			{demo, "20394", ""}, {demo, "bsws", ""}, {demo, "bbbb", "bbbbbbbbbbbbbbbb"}, {review.Reach{}, "bbbb", ""},
		} {
			var ids []string
			for _, j := range must[[]JobRequestSummary](t)(db.FindJobRequests(ctx, tc.reach, tc.text, 20)) {
				ids = append(ids, j.Report.Identifier)
			}
			if got := strings.Join(ids, " "); got != tc.want {
				t.Errorf("job requests like %q: %q, want %q", tc.text, got, tc.want)
			}
		}
	})
}
