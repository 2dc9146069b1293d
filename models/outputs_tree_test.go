package models

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"sallyport/outputs"
	"sallyport/review"
)

// lists makes the workspace study list outputs.
func (db testDB) lists(t testing.TB, paths ...string) {
	t.Helper()
	var all []outputs.Entry
	for _, p := range paths {
		all = append(all, listed(p))
	}
	apply(t, db, "study", db.manifest(all...), len(all))
}

// TestTree: the folders on the way down to one, by one statement.
func TestTree(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		paths := []string{"top.csv", "a/one.csv", "a/b/two.csv", "a/b c/three_%.csv", "a/b/é/four.csv", "z/five.csv"}
		for n := range 300 {
			paths = append(paths, fmt.Sprintf("many/%03d/x.csv", n))
		}
		db.lists(t, paths...)
		for dir, want := range map[string]map[string][]string{
			"":        {"": {"a", "many", "z"}},
			"a":       {"": {"a", "many", "z"}, "a": {"b", "b c"}},
			"a/b/é":   {"": {"a", "many", "z"}, "a": {"b", "b c"}, "a/b": {"é"}},
			"a/b c":   {"": {"a", "many", "z"}, "a": {"b", "b c"}},
			"nowhere": {"": {"a", "many", "z"}},
		} {
			var got map[string][]string
			sent := db.traced(t, func() { got = must[map[string][]string](t)(db.Tree(t.Context(), "study", dir)) })
			if fmt.Sprint(got) != fmt.Sprint(want) || len(sent) > 1 {
				t.Errorf("Tree(%q) = %v by %d statements, want %v by one", dir, got, len(sent), want)
			}
		}
		if got := must[map[string][]string](t)(db.Tree(t.Context(), "study", "many")); len(got["many"]) != treeFolders {
			t.Errorf("a folder with 300 folders shows %d, want %d", len(got["many"]), treeFolders)
		}
		if _, err := db.Tree(t.Context(), "study", "../x"); !errors.Is(err, review.ErrNotFound) {
			t.Errorf("Tree(../x) = %v", err)
		}
	})
}

// TestFind: files by a part of their names, whatever stands in it.
func TestFind(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		db.lists(t, "top.csv", "a/One.csv", "a/b/two.csv", "a/b c/three_%.csv", "a/b/table.txt", "z/two.csv")
		for _, tc := range []struct {
			dir, name string
			want      []string
		}{
			{"", "TWO", []string{"a/b/two.csv", "z/two.csv"}}, {"a", "two", []string{"a/b/two.csv"}}, {"", "one", []string{"a/One.csv"}},
			{"", "_%", []string{"a/b c/three_%.csv"}}, {"", "t_o", nil}, {"", `\`, nil}, {"", "a/b", nil},
		} {
			var got []string
			cursor := ""
			for {
				items, next, err := db.Outputs(t.Context(), review.Asking{}, review.OutputListing{Workspace: "study", Dir: tc.dir, Name: tc.name, Cursor: cursor, Limit: 1})
				if err != nil {
					t.Fatal(err)
				}
				for _, i := range items {
					got = append(got, i.Path)
				}
				if cursor = next; cursor == "" {
					break
				}
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("Find(%q, %q) = %q, want %q", tc.dir, tc.name, got, tc.want)
			}
		}
	})
}
