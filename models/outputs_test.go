package models

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/outputs"
	"sallyport/review"
)

func TestCandidateKnowsItsJobByTheLastReport(t *testing.T) {
	const path = "output/a.csv"
	policy := review.DefaultPolicy()
	eachDB(t, func(t *testing.T, db testDB) {
		why := func() string {
			t.Helper()
			c := must[review.Candidate](t)(db.Candidate(t.Context(), "study", path))
			if err := review.Requestable(c, policy); err != nil {
				return err.Error()
			}
			return ""
		}
		apply(t, db, "study", db.manifest(listed(path)), 1)
		if got, want := why(), "The job that wrote `output/a.csv` was never reported, so it cannot be requested."; got != want {
			t.Errorf("before a report: %q, want %q", got, want)
		}
		db.report(t, simple(t, "project_yaml", ""), true)
		if got, want := why(), "The job `report` has not finished, so its outputs cannot be requested."; got != want {
			t.Errorf("while it runs: %q, want %q", got, want)
		}
		db.report(t, simple(t, "project_yaml", "", "status", `"succeeded"`, "jobs",
			`[{"identifier":"cccccccccccccccc","action":"report","status":"succeeded"}]`), true)
		if got := why(); !strings.Contains(got, "matches no moderately_sensitive pattern") {
			t.Errorf("without a project.yaml: %q", got)
		}
		db.report(t, simple(t, "status", `"succeeded"`, "jobs",
			`[{"identifier":"cccccccccccccccc","action":"report","status":"succeeded"}]`), true)
		if got := why(); got != "" {
			t.Errorf("after all: %q, want it requestable", got)
		}
		apply(t, db, "study", db.manifest(listed(path), listed("output/late.csv"), listed("other/a.csv")), 2)
		for other, want := range map[string]bool{path: true, "output/late.csv": true, "other/a.csv": false} {
			if c := must[review.Candidate](t)(db.Candidate(t.Context(), "study", other)); c.Declared != want {
				t.Errorf("%s declared = %v, want %v", other, c.Declared, want)
			}
		}
	})
}

// A manifest cannot borrow a job that was reported elsewhere.
func TestCandidateOfABorrowedJob(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		db.report(t, simple(t, "status", `"succeeded"`, "jobs",
			`[{"identifier":"cccccccccccccccc","action":"report","status":"succeeded"}]`), true)
		action, request := listed("output/action.csv"), listed("output/request.csv")
		action.Action, request.JobRequest = "other", "dddddddddddddddd"
		apply(t, db, "study", db.manifest(listed("output/own.csv"), action, request), 3)
		apply(t, db, "thief", db.manifest(listed("output/own.csv")), 1)
		for _, c := range []struct {
			workspace, path string
			known           bool
		}{
			{"study", "output/own.csv", true},
			{"study", "output/action.csv", false},
			{"study", "output/request.csv", false},
			{"thief", "output/own.csv", false},
		} {
			got := must[review.Candidate](t)(db.Candidate(t.Context(), c.workspace, c.path))
			if got.JobKnown != c.known {
				t.Errorf("%s/%s: JobKnown = %v, want %v", c.workspace, c.path, got.JobKnown, c.known)
			}
		}
		found := must[JobRequestFound](t)(db.JobRequest(t.Context(), "bbbbbbbbbbbbbbbb"))
		if len(found.Written) != 2 { // those of its own workspace
			t.Errorf("the job request wrote %+v", found.Written)
		}
	})
}

func TestCandidateOfNothing(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		apply(t, db, "study", db.manifest(listed("output/a.csv")), 1)
		for _, c := range []struct{ workspace, path string }{
			{"study", "output/b.csv"}, {"study", "output"}, {"study", "../a"}, {"study", "a\x00"}, {"study", ""}, {"none", "output/a.csv"},
		} {
			if _, err := db.Candidate(t.Context(), c.workspace, c.path); !errors.Is(err, review.ErrNotFound) {
				t.Errorf("Candidate(%q, %q): %v, want ErrNotFound", c.workspace, c.path, err)
			}
		}
	})
}

// folder reads all pages of a folder; folders end in a slash.
func (db testDB) folder(t testing.TB, dir string, deep bool, limit int) []string {
	t.Helper()
	var all []string
	cursor := ""
	for range 100 {
		items, next, err := db.Outputs(t.Context(), review.Asking{}, review.OutputListing{Workspace: "study", Dir: dir, Deep: deep, Cursor: cursor, Limit: limit})
		if err != nil {
			t.Fatal(err)
		}
		if len(items) > limit {
			t.Fatalf("a page of %d items, at most %d were wanted", len(items), limit)
		}
		for _, item := range items {
			if item.Folder {
				item.Path += "/"
			}
			all = append(all, item.Path)
		}
		if cursor = next; next == "" {
			return all
		}
	}
	t.Fatal("the pages do not end")
	return nil
}

func TestFolders(t *testing.T) {
	paths := []string{
		"z.csv", "a.csv", "out/a/b/c.csv", "out/a-b/1.csv", "out/a.b/2.csv", "out/a b/3.csv", "out/a/x.csv", "out/é/4.csv",
		"out/\U0001F600/5.csv", "out/a0.csv", "out/a.csv", "out/A/6.csv", "outer/7.csv", "out.csv", "out/a/b/d.csv", "out/\uE000/8.csv",
	}
	eachDB(t, func(t *testing.T, db testDB) {
		var entries []outputs.Entry
		for _, p := range paths {
			entries = append(entries, listed(p))
		}
		apply(t, db, "study", db.manifest(entries...), len(paths))
		apply(t, db, "other", db.manifest(listed("out/foreign/9.csv"), listed("foreign.csv")), 2)
		for dir, want := range map[string][]string{
			"": {"out/", "outer/", "a.csv", "out.csv", "z.csv"},
			"out": {
				"out/A/", "out/a/", "out/a b/", "out/a-b/", "out/a.b/", "out/é/", "out/\uE000/", "out/\U0001F600/", "out/a.csv", "out/a0.csv",
			},
			"out/a":     {"out/a/b/", "out/a/x.csv"},
			"out/a/b":   {"out/a/b/c.csv", "out/a/b/d.csv"},
			"out/é":     {"out/é/4.csv"},
			"none":      nil,
			"out/a.csv": nil,
		} {
			for _, limit := range []int{1, 2, 3, 100} {
				if diff := cmp.Diff(want, db.folder(t, dir, false, limit)); diff != "" {
					t.Errorf("folder %q by %d (-want +got):\n%s", dir, limit, diff)
				}
			}
		}
		for dir, want := range map[string]int{"": len(paths), "out": 12, "out/a": 3, "out/a/b": 2, "none": 0} {
			for _, limit := range []int{1, 5, 100} {
				if got := db.folder(t, dir, true, limit); len(got) != want {
					t.Errorf("all below %q by %d: %q, want %d", dir, limit, got, want)
				}
			}
		}
		for _, dir := range []string{"..", "/", "out/", "a\x00", "out//a"} {
			if _, _, err := db.Outputs(t.Context(), review.Asking{}, review.OutputListing{Workspace: "study", Dir: dir, Limit: 10}); !errors.Is(err, review.ErrNotFound) {
				t.Errorf("folder %q: %v, want ErrNotFound", dir, err)
			}
		}
		for _, cursor := range []string{"!", "eA", "Zg", "Zi4u"} {
			if _, _, err := db.Outputs(t.Context(), review.Asking{}, review.OutputListing{Workspace: "study", Cursor: cursor, Limit: 10}); !errors.Is(err, review.ErrInvalid) {
				t.Errorf("cursor %q: %v, want ErrInvalid", cursor, err)
			}
		}
	})
}

// numbered is an output that draftWith puts on a request as file n.
func numbered(n int) outputs.Entry {
	e := listed(pathOf(n))
	e.SHA256 = sha(n)
	return e
}

func TestFolderSaysWhoHoldsAFile(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		author := db.person(t, "researcher1", "researcher", "project:demo")
		db.workspace(t, "study")
		id := db.draftWith(t, author, "study", 1, 2)
		moved, changed := numbered(1), numbered(2)
		moved.Path, changed.SHA256 = "output/moved.csv", sha(22)
		apply(t, db, "study", db.manifest(numbered(1), moved, changed, numbered(3)), 4)
		items, _, err := db.Outputs(t.Context(), review.Asking{}, review.OutputListing{Workspace: "study", Dir: "output", Limit: 50})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string][]review.Holder{}
		for _, item := range items {
			got[item.Path] = item.Holders
			if item.Released != nil {
				t.Errorf("%s was released: %+v", item.Path, item.Released)
			}
		}
		first := review.Holder{Request: id, Status: review.Pending, Path: pathOf(1), SHA256: sha(1)}
		want := map[string][]review.Holder{
			pathOf(1): {first}, "output/moved.csv": {first}, pathOf(3): nil,
			pathOf(2): {{Request: id, Status: review.Pending, Path: pathOf(2), SHA256: sha(2)}},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("holders (-want +got):\n%s", diff)
		}
		db.do(t, author, id, review.Researcher, &review.RequestWithdrawn{})
		if items, _, err = db.Outputs(t.Context(), review.Asking{}, review.OutputListing{Workspace: "study", Dir: "output", Deep: true, Limit: 50}); err != nil {
			t.Fatal(err)
		}
		for _, item := range items {
			if len(item.Holders) != 0 {
				t.Errorf("%s is held by %+v, which is not active", item.Path, item.Holders)
			}
		}
	})
}

// bigWorkspace lists n outputs: a folder of 60 files and 40 folders, the same
// for every n, and the rest elsewhere.
func bigWorkspace(t testing.TB, db testDB, name string, n int) {
	t.Helper()
	entries := make([]outputs.Entry, 0, n)
	for i := range n {
		path := fmt.Sprintf("output/rest/%d/table%d.csv", i%97, i)
		switch {
		case i < 60:
			path = fmt.Sprintf("output/tables/table%d.csv", i)
		case i < 100:
			path = fmt.Sprintf("output/tables/folder%d/table.csv", i)
		}
		e := listed(path)
		e.SHA256 = sha(i)
		entries = append(entries, e)
	}
	apply(t, db, name, db.manifest(entries...), n)
}

func TestOpeningAFolderTakesThreeStatements(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		db.report(t, simple(t), true)
		bigWorkspace(t, db, "small", 450)
		bigWorkspace(t, db, "large", 45_000)
		for _, deep := range []bool{false, true} {
			taken := map[string]int{}
			for _, name := range []string{"small", "large"} {
				taken[name] = db.statements(t, func() {
					items, _, err := db.Outputs(t.Context(), review.Asking{}, review.OutputListing{Workspace: name, Dir: "output/tables", Deep: deep, Limit: 500})
					if err != nil || len(items) != 100 {
						t.Errorf("%d items, %v; want 100", len(items), err)
					}
				})
			}
			if taken["small"] != taken["large"] || taken["large"] > 3 || taken["large"] == 0 {
				t.Errorf("statements, deep %v: %v; want the same, at most 3", deep, taken)
			}
		}
		last := listed("output/tables/table1.csv")
		last.SHA256, last.Size = sha(1), 77
		rd := rereadLarge(t, db, last)
		apply(t, db, "large", rd, 1)
	})
}

// rereadLarge is the reading of the workspace "large" with one entry changed.
func rereadLarge(t testing.TB, db testDB, changed outputs.Entry) outputs.Reading {
	t.Helper()
	rows := []outputRow{}
	if err := db.reader.Raw("SELECT path, sha256 FROM outputs WHERE workspace = 'large'").Scan(&rows).Error; err != nil {
		t.Fatal(err)
	}
	var entries []outputs.Entry
	for _, row := range rows {
		e := listed(row.Path)
		if e.SHA256 = row.SHA256; row.Path == changed.Path {
			e = changed
		}
		entries = append(entries, e)
	}
	return db.manifest(entries...)
}

func BenchmarkOpenFolder(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": sqliteURL, "postgres": postgresURL} {
		db := openForTest(b, url(b))
		db.report(b, simple(b), true)
		for _, n := range []int{450, 45_000} {
			bigWorkspace(b, db, fmt.Sprint("outputs", n), n)
		}
		for _, n := range []int{450, 45_000} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for b.Loop() {
					items, _, err := db.Outputs(b.Context(), review.Asking{}, review.OutputListing{Workspace: fmt.Sprint("outputs", n), Dir: "output/tables", Limit: 500})
					if err != nil || len(items) != 100 {
						b.Fatalf("%d items, %v", len(items), err)
					}
				}
			})
		}
	}
}

// BenchmarkApplyReading applies a manifest of 45,000 entries of which one
// changed.
func BenchmarkApplyReading(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": sqliteURL, "postgres": postgresURL} {
		db := openForTest(b, url(b))
		db.report(b, simple(b), true)
		bigWorkspace(b, db, "large", 45_000)
		changed := listed("output/tables/table1.csv")
		rd := rereadLarge(b, db, changed)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				for i := range rd.Outputs {
					if rd.Outputs[i].Path == changed.Path {
						rd.Outputs[i].Size++
					}
				}
				rd.At = db.clock.Now()
				apply(b, db, "large", rd, 1)
			}
		})
	}
}
