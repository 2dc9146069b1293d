package models

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/outputs"
	"sallyport/pipeline"
	"sallyport/review"
)

// asks is somebody who may see all of a project, under the default policy.
func asks(place review.Place) review.Asking {
	return review.Asking{
		Actor: review.Actor{
			Person: review.Person{ID: "P1", Username: "researcher1"}, Kind: review.IsPerson,
			Grants: []review.Grant{{Role: review.Researcher, Scope: review.Scope("project:" + place.Project)}},
		},
		Place: place, Policy: review.DefaultPolicy(),
	}
}

// pages reads all pages of a list of the workspace study; folders end in a
// slash.
func (db testDB) pages(t testing.TB, by review.Asking, l review.OutputListing) []string {
	t.Helper()
	l.Workspace = "study"
	var all []string
	for range 200 {
		items, next, err := db.Outputs(t.Context(), by, l)
		if err != nil {
			t.Fatalf("%+v: %v", l, err)
		}
		if len(items) > l.Limit {
			t.Fatalf("a page of %d items, at most %d were wanted", len(items), l.Limit)
		}
		for _, item := range items {
			if item.Folder {
				item.Path += "/"
			}
			all = append(all, item.Path)
		}
		if l.Cursor = next; next == "" {
			return all
		}
	}
	t.Fatal("the pages do not end")
	return nil
}

// A list is sorted by any column, in both directions, and its pages are the
// list, whatever their length.
func TestOutputsAreSorted(t *testing.T) {
	entry := func(path string, level pipeline.Level, size int64, action string, written int) outputs.Entry {
		e := listed(path)
		e.Level, e.Size, e.Action = level, size, action
		if written > 0 {
			e.Written = noon.Add(time.Duration(written) * time.Minute)
		}
		return e
	}
	const high, mod, low = pipeline.HighlySensitive, pipeline.ModeratelySensitive, pipeline.MinimallySensitive
	eachDB(t, func(t *testing.T, db testDB) {
		apply(t, db, "study", db.manifest(
			entry("out/a.csv", mod, 30, "report", 3), entry("out/b.csv", high, 999, "", 1), entry("out/c.csv", low, -1, "É", 0),
			entry("out/d.csv", mod, 10, "report", 3), entry("out/e.csv", mod, 20, "cohort", 2), entry("out/in/f.csv", mod, 5, "cohort", 9),
		), 6)
		for sort, want := range map[review.OutputSort]string{
			"": "in/ a b c d e", review.ByName: "in/ a b c d e", review.ByLevel: "in/ b a d e c", review.BySize: "in/ b c d e a",
			review.ByAction: "in/ b e a d c", review.ByWritten: "in/ c b e a d",
		} {
			for _, limit := range []int{1, 2, 3, 50} {
				for _, desc := range []bool{false, true} {
					got := strings.Join(db.pages(t, review.Asking{}, review.OutputListing{Dir: "out", Sort: sort, Desc: desc, Limit: limit}), " ")
					got = strings.ReplaceAll(strings.ReplaceAll(got, "out/", ""), ".csv", "")
					files := strings.Fields(want)[1:]
					if desc {
						slices.Reverse(files)
					}
					if all := "in/ " + strings.Join(files, " "); got != all {
						t.Errorf("by %q, descending %v, pages of %d: %s, want %s", sort, desc, limit, got, all)
					}
				}
			}
		}
		deep := db.pages(t, review.Asking{}, review.OutputListing{Dir: "out", Deep: true, Sort: review.ByWritten, Desc: true, Limit: 4})
		if deep[0] != "out/in/f.csv" || len(deep) != 6 {
			t.Errorf("all below, the latest first: %q", deep)
		}
		for _, l := range []review.OutputListing{{Sort: "path"}, {Level: "low"}, {Standing: "odd"}, {Name: strings.Repeat("x", 201)}} {
			if l.Workspace = "study"; true {
				if _, _, err := db.Outputs(t.Context(), review.Asking{}, l); !errors.Is(err, review.ErrInvalid) {
					t.Errorf("%+v: %v, want ErrInvalid", l, err)
				}
			}
		}
		for _, cursor := range []string{"ZmE", "a2EAeA", "a2EA", "a2E"} { // "fa", "ka\x00x", "ka\x00", "ka"
			l := review.OutputListing{Workspace: "study", Sort: review.BySize, Cursor: cursor}
			if _, _, err := db.Outputs(t.Context(), review.Asking{}, l); !errors.Is(err, review.ErrInvalid) {
				t.Errorf("cursor %q: %v, want ErrInvalid", cursor, err)
			}
		}
	})
}

// standing makes a workspace with an output of each standing.
func (db testDB) standing(t testing.TB) review.Asking {
	t.Helper()
	author := db.person(t, "researcher1", "researcher", "project:demo")
	checker := db.person(t, "checker1", "output_checker", "all")
	db.workspace(t, "study")
	db.report(t, simple(t, "status", `"succeeded"`, "project_yaml",
		`"version: '4.0'\nactions:\n  report:\n    run: r:v2 a.R\n    outputs:\n      moderately_sensitive:\n        all: output/*\n"`,
		"jobs", `[{"identifier":"cccccccccccccccc","action":"report","status":"succeeded"}]`), true)
	db.release(t, author, checker, "study", 1, 2, 2) // releases files 1 and 2
	changed, old, excluded, big := listed(pathOf(2)), listed("output/old.csv"), listed("output/excluded.csv"), listed("output/big.csv")
	changed.SHA256, old.OutOfDateOutput, excluded.Excluded, big.Size = sha(99), true, true, 1<<30
	held := listed("output/held.csv")
	held.SHA256 = sha(7)
	db.draftWith(t, author, "study", 7, 1)
	secret := listed("output/secret.csv")
	secret.Level = pipeline.HighlySensitive
	released := numbered(1)
	apply(t, db, "study", db.manifest(released, changed, old, excluded, big, held, secret, listed("output/open.csv"), listed("output/x.rds")), 9)
	return asks(review.Place{Workspace: "study", Project: "demo", Ongoing: true})
}

// What a list is narrowed to is judged by the rules, by three statements, also
// where it decides the order.
func TestOutputsByStanding(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		by := db.standing(t)
		for standing, want := range map[review.OutputStanding][]string{
			review.StandsOpen: {"output/open.csv", pathOf(2)}, review.StandsChanged: {pathOf(2)}, review.StandsOnRequest: {"output/held.csv"},
			review.StandsReleased: {pathOf(1)}, review.StandsOutOfDate: {"output/old.csv"}, review.StandsExcluded: {"output/excluded.csv"},
			review.StandsTooLarge: {"output/big.csv"}, review.StandsRefused: {"output/secret.csv", "output/x.rds"},
		} {
			slices.Sort(want)
			for _, limit := range []int{1, 50} {
				got := db.pages(t, by, review.OutputListing{Dir: "output", Standing: standing, Limit: limit})
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s by %d (-want +got):\n%s", standing, limit, diff)
				}
			}
		}
		want := []string{
			"output/open.csv", pathOf(2), "output/held.csv", pathOf(1), "output/old.csv", "output/excluded.csv", "output/big.csv",
			"output/secret.csv", "output/x.rds",
		}
		for _, limit := range []int{1, 2, 4, 50} {
			got := db.pages(t, by, review.OutputListing{Deep: true, Sort: review.ByStanding, Limit: limit})
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("by standing, pages of %d (-want +got):\n%s", limit, diff)
			}
			got = db.pages(t, by, review.OutputListing{Dir: "output", Sort: review.ByStanding, Desc: true, Limit: limit})
			if slices.Reverse(got); !slices.Equal(got, want) {
				t.Errorf("the other way, pages of %d: %q", limit, got)
			}
		}
		narrowed := db.pages(t, by, review.OutputListing{Standing: review.StandsOpen, Type: ".CSV", Action: "report", Level: "moderately_sensitive", Name: "OPEN", Limit: 5})
		if !slices.Equal(narrowed, []string{"output/open.csv"}) {
			t.Errorf("narrowed by all: %q", narrowed)
		}
		n := db.statements(t, func() {
			_, _, err := db.Outputs(t.Context(), by, review.OutputListing{Workspace: "study", Dir: "output", Standing: review.StandsOpen, Limit: 5})
			if err != nil {
				t.Error(err)
			}
		})
		if n > 3 {
			t.Errorf("%d statements, want 3 at most", n)
		}
		found := must[Survey](t)(db.Survey(t.Context(), by, review.OutputListing{Workspace: "study", Deep: true, Standing: review.StandsOpen}, 1))
		if found.Files != 2 || found.Bytes != 10 || len(found.Paths) != 1 {
			t.Errorf("Survey = %+v", found)
		}
		chosen := must[[]Item](t)(db.Chosen(t.Context(), "study", []string{pathOf(1), "output/none.csv"}))
		if len(chosen) != 1 || chosen[0].Released == nil {
			t.Errorf("Chosen = %+v", chosen)
		}
	})
}

// A draft that a checker may not know of does not show in how files stand.
func TestStandingTellsOfNoDraft(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		by := db.standing(t)
		by.Actor.Grants = []review.Grant{{Role: review.OutputChecker, Scope: "all"}}
		for _, standing := range []review.OutputStanding{review.StandsOnRequest, review.StandsOpen} {
			got := db.pages(t, by, review.OutputListing{Deep: true, Standing: standing, Limit: 50})
			if held := slices.Contains(got, "output/held.csv"); held != (standing == review.StandsOpen) {
				t.Errorf("a checker sees %q as %s", got, standing)
			}
		}
	})
}

// BenchmarkBigFolder lists 45,000 outputs sorted and narrowed.
func BenchmarkBigFolder(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": sqliteURL, "postgres": postgresURL} {
		db := openForTest(b, url(b))
		db.report(b, simple(b), true)
		bigWorkspace(b, db, "large", 45_000)
		by := asks(review.Place{Workspace: "large", Project: "demo"})
		for _, l := range []review.OutputListing{
			{Deep: true}, {Deep: true, Sort: review.BySize}, {Deep: true, Sort: review.ByAction}, {Deep: true, Sort: review.ByStanding},
			{Deep: true, Standing: review.StandsReleased}, {Dir: "output/tables", Sort: review.BySize}, {Dir: "output/tables", Standing: review.StandsRefused},
			{Deep: true, Name: "table44"},
		} {
			b.Run(fmt.Sprintf("%s/%s-%s-%s%s", name, l.Dir, l.Sort, l.Standing, l.Name), func(b *testing.B) {
				l.Workspace, l.Limit = "large", 500
				for b.Loop() {
					if _, _, err := db.Outputs(b.Context(), by, l); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
