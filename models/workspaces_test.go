package models

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/review"
)

func TestWorkspaces(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		for _, name := range []string{"b", "A", "a-1", "c"} {
			db.workspace(t, name)
		}
		apply(t, db, "unplaced", db.manifest(listed("output/a.csv"), listed("output/b.csv")), 2)
		other := review.Place{Project: "other", Organisation: "Other", Backend: "emis", Ongoing: true}
		if err := db.PlaceWorkspace(t.Context(), operator, "c", other); err != nil {
			t.Fatal(err)
		}
		db.report(t, simple(t, "workspace", `"b"`), true)
		for name, c := range map[string]struct {
			reach review.Reach
			want  []string
		}{
			"all":            {review.Reach{All: true}, []string{"A", "a-1", "b", "c", "unplaced"}},
			"a project":      {review.Reach{Projects: []string{"demo"}}, []string{"A", "a-1", "b"}},
			"a backend":      {review.Reach{Backends: []string{"emis"}}, []string{"c"}},
			"organisations":  {review.Reach{Organisations: []string{"Demo", "Other"}}, []string{"A", "a-1", "b", "c"}},
			"nothing":        {review.Reach{}, nil},
			"an empty name":  {review.Reach{Projects: []string{""}}, nil},
			"something else": {review.Reach{Projects: []string{"nobody's"}}, nil},
		} {
			for _, limit := range []int{1, 2, 50} {
				var got []string
				for cursor, pages := "", 0; ; pages++ {
					rows, next, err := db.Workspaces(t.Context(), c.reach, cursor, limit)
					if err != nil || pages > 6 {
						t.Fatalf("%s: page %d: %v", name, pages, err)
					}
					for _, row := range rows {
						got = append(got, row.Place.Workspace)
					}
					if cursor = next; next == "" {
						break
					}
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("%s by %d (-want +got):\n%s", name, limit, diff)
				}
			}
		}
		b := must[WorkspaceFound](t)(db.Workspace(t.Context(), "b"))
		if b.JobRequests != 1 || b.Outputs != 0 || !b.ManifestReadAt.IsZero() || b.Place.Project != "demo" {
			t.Errorf("Workspace(b) = %+v", b)
		}
		if unplaced := must[WorkspaceFound](t)(db.Workspace(t.Context(), "unplaced")); unplaced.Outputs != 2 || unplaced.Manifest == "" {
			t.Errorf("Workspace(unplaced) = %+v", unplaced)
		}
		if _, err := db.Workspace(t.Context(), "none"); !errors.Is(err, review.ErrNotFound) {
			t.Errorf("Workspace of none: %v, want ErrNotFound", err)
		}
		for _, cursor := range []string{"!", "Li4"} {
			if _, _, err := db.Workspaces(t.Context(), review.Reach{All: true}, cursor, 5); !errors.Is(err, review.ErrInvalid) {
				t.Errorf("cursor %q: %v, want ErrInvalid", cursor, err)
			}
		}
	})
}
