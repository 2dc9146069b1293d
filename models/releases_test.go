package models

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/review"
)

// release carries a request of files from first on to RELEASED, or only until
// some files are delivered.
func (db testDB) release(t testing.TB, author, checker review.Actor, workspace string, first, files, delivered int) review.RequestID {
	t.Helper()
	id := db.draftWith(t, author, workspace, first, files)
	db.submit(t, author, id)
	var list []review.Event
	for n := first; n < first+files; n++ {
		list = append(list, &review.FileApprovedForRelease{File: fileID(n), Path: pathOf(n), SHA256: sha(n)})
	}
	list = append(list, &review.RequestApproved{Files: files, HeldUntil: review.At(noon), Destinations: []string{"disk"}, Counted: []review.PersonID{checker.ID}, Needed: 1})
	db.do(t, checker, id, review.OutputChecker, list...)
	db.do(t, review.System(), id, "", &review.DeliveryBegun{})
	for n := first; n < first+delivered; n++ {
		db.do(t, review.System(), id, "", &review.FileDelivered{
			File: fileID(n), Path: pathOf(n), SHA256: sha(n), Size: int64(n), Destination: "disk", Location: "/out/" + pathOf(n),
		})
	}
	if delivered == files {
		db.do(t, review.System(), id, "", &review.RequestReleased{})
	}
	return id
}

func TestReleases(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		author := db.person(t, "researcher1", "researcher", "project:demo")
		checker := db.person(t, "checker1", "output_checker", "all")
		db.workspace(t, "study")
		done := db.release(t, author, checker, "study", 1, 2, 2)
		under := db.release(t, author, checker, "study", 5, 2, 1)
		draft := db.draftWith(t, author, "study", 9, 1)

		for _, limit := range []int{1, 50} {
			var got []review.RequestID
			for cursor, pages := "", 0; ; pages++ {
				rows, next, err := db.Releases(t.Context(), ReleaseFilter{Reach: review.Reach{Projects: []string{"demo"}}, Cursor: cursor, Limit: limit})
				if err != nil || pages > 5 {
					t.Fatalf("page %d: %v", pages, err)
				}
				for _, row := range rows {
					got = append(got, row.ID)
				}
				if cursor = next; next == "" {
					break
				}
			}
			if diff := cmp.Diff([]review.RequestID{under, done}, got); diff != "" {
				t.Errorf("Releases by %d (-want +got):\n%s", limit, diff)
			}
		}
		for _, c := range []struct {
			filter ReleaseFilter
			want   int
		}{
			{ReleaseFilter{Reach: review.Reach{Projects: []string{"other"}}}, 0},
			{ReleaseFilter{Reach: review.Reach{All: true}, Project: "demo", Workspace: "study", Author: "researcher1"}, 2},
			{ReleaseFilter{Reach: review.Reach{All: true}, Project: "other"}, 0},
			{ReleaseFilter{Reach: review.Reach{All: true}, Workspace: "stud_"}, 0},
			{ReleaseFilter{Reach: review.Reach{All: true}, Author: "checker1"}, 0},
		} {
			if rows, _, err := db.Releases(t.Context(), c.filter); err != nil || len(rows) != c.want {
				t.Errorf("Releases of %+v = %+v, %v; want %d", c.filter, rows, err, c.want)
			}
		}
		rel := must[ReleaseFound](t)(db.Release(t.Context(), done))
		if rel.Status != review.Released || rel.ReleasedAt.IsZero() || rel.Begun.IsZero() || rel.Author.Username != "researcher1" ||
			len(rel.Outputs) != 2 || rel.Outputs[1].Size != 2 || rel.Outputs[1].SHA256 != sha(2) ||
			len(rel.Outputs[1].Receipts) != 1 || rel.Outputs[1].Receipts[0].At.IsZero() {
			t.Errorf("Release = %+v", rel)
		}
		rel = must[ReleaseFound](t)(db.Release(t.Context(), under))
		if rel.Status != review.Approved || !rel.ReleasedAt.IsZero() || rel.Outputs[0].Size != 5 || rel.Outputs[1].Size != -1 ||
			cmp.Diff([]string{"disk"}, rel.Destinations) != "" {
			t.Errorf("Release under way = %+v", rel)
		}
		for _, id := range []review.RequestID{draft, "01NONE"} {
			if _, err := db.Release(t.Context(), id); !errors.Is(err, review.ErrNotFound) {
				t.Errorf("Release(%s): %v, want ErrNotFound", id, err)
			}
		}

		// The folder says when the bytes left, from any workspace of the project.
		db.workspace(t, "sister")
		apply(t, db, "sister", db.manifest(numbered(1), numbered(9)), 2)
		items, _, err := db.Outputs(t.Context(), review.Asking{}, review.OutputListing{Workspace: "sister", Dir: "output", Limit: 50})
		if err != nil || len(items) != 2 || items[0].Released == nil || items[0].Released.Request != done || items[1].Released != nil {
			t.Errorf("Outputs = %+v, %v", items, err)
		}
	})
}
