package models

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/outputs"
	"sallyport/review"
)

// writtenBy is an output that a job of a job request wrote.
func writtenBy(e outputs.Entry, jobRequest, job string) outputs.Entry {
	e.JobRequest, e.JobID = jobRequest, job
	return e
}

// changes are what changed, in words, over pages of the length.
func (db testDB) changes(t testing.TB, f ChangeFilter) []string {
	t.Helper()
	f.Workspace = "study"
	var all []string
	for range 50 {
		list, next, err := db.Changes(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range list {
			text := strings.TrimSuffix(strings.TrimPrefix(o.Path, "output/"), ".csv") + " " + string(o.Change)
			if o.Gone {
				text += " gone"
			}
			if o.Later {
				text += " later"
			}
			all = append(all, text)
		}
		if f.Cursor = next; next == "" {
			return all
		}
	}
	t.Fatal("the pages do not end")
	return nil
}

// What a job request changed is what differs from the reading before: what
// came, has other bytes, was written again, went out of date.
func TestChangesOfAJobRequest(t *testing.T) {
	const first, second, third = "bbbbbbbbbbbbbbbb", "eeeeeeeeeeeeeeee", "ffffffffffffffff"
	eachDB(t, func(t *testing.T, db testDB) {
		db.report(t, simple(t), true)
		a, b, c, d := listed("output/a.csv"), listed("output/bb.csv"), listed("output/ccc.csv"), listed("output/dddd.csv")
		apply(t, db, "study", db.manifest(a, b, c, d), 4)
		if got := db.changes(t, ChangeFilter{JobRequest: first, Limit: 5}); got != nil {
			t.Errorf("the first reading changed %q: nobody knows what was there before", got)
		}
		since, before, err := db.JobRequestChanges(t.Context(), "study", first)
		if err != nil || since.IsZero() || before != -1 {
			t.Errorf("JobRequestChanges = %v, %d, %v", since, before, err)
		}
		db.report(t, simple(t, "identifier", `"`+second+`"`, "created_at", `"2026-05-04T10:00:00Z"`,
			"jobs", `[{"identifier":"1111111111111111","action":"report","status":"succeeded"}]`), true)
		a, b = writtenBy(a, second, "1111111111111111"), writtenBy(b, second, "1111111111111111")
		b.SHA256 = sha(77)
		c.OutOfDateOutput = true
		e := writtenBy(listed("output/new.csv"), second, "1111111111111111")
		apply(t, db, "study", db.manifest(a, b, c, d, e), 4)
		// While the job request runs, one of its files is written once more.
		e.SHA256 = sha(78)
		apply(t, db, "study", db.manifest(a, b, c, d, e), 1)
		want := []string{"a same", "bb changed", "ccc out_of_date", "new came"}
		for _, limit := range []int{1, 2, 50} {
			if diff := cmp.Diff(want, db.changes(t, ChangeFilter{JobRequest: second, Limit: limit})); diff != "" {
				t.Errorf("of the second, pages of %d (-want +got):\n%s", limit, diff)
			}
		}
		_, began, err := db.JobRequestChanges(t.Context(), "study", second)
		if err != nil || began != 1 {
			t.Errorf("the second began after version %d, %v; want 1", began, err)
		}
		// A third brings the old bytes back and lets a file go.
		b = writtenBy(b, third, "2222222222222222")
		b.SHA256 = listed("output/bb.csv").SHA256
		apply(t, db, "study", db.manifest(a, b, c, d), 2)
		want = []string{"a same", "bb changed later", "ccc out_of_date", "new came gone later"}
		if diff := cmp.Diff(want, db.changes(t, ChangeFilter{JobRequest: second, Limit: 50})); diff != "" {
			t.Errorf("of the second, later (-want +got):\n%s", diff)
		}
		want = []string{"a same", "bb same", "ccc out_of_date"}
		if diff := cmp.Diff(want, db.changes(t, ChangeFilter{After: began, Limit: 50})); diff != "" {
			t.Errorf("since the second (-want +got):\n%s", diff)
		}
		if got := db.changes(t, ChangeFilter{After: 3, Path: "output/new.csv", Limit: 5}); !slices.Equal(got, []string{"new went gone"}) {
			t.Errorf("of one file: %q", got)
		}
		if got := db.changes(t, ChangeFilter{After: 1, Dir: "out", Limit: 5}); got != nil {
			t.Errorf("of a folder beside: %q", got)
		}
		n := db.statements(t, func() { db.changes(t, ChangeFilter{JobRequest: second, Limit: 50}) })
		if n != 1 {
			t.Errorf("%d statements, want 1", n)
		}
	})
}

// Whether a highly_sensitive output has other bytes than before is not told,
// whatever made it highly_sensitive, nor whose bytes it has.
func TestChangesHighlySensitive(t *testing.T) {
	const second = "eeeeeeeeeeeeeeee"
	eachDB(t, func(t *testing.T, db testDB) {
		db.report(t, simple(t), true)
		a, b, c := listed("output/a.csv"), listed("output/bb.csv"), listed("output/ccc.csv")
		a.Level, b.Level = review.HighlySensitive, review.HighlySensitive
		apply(t, db, "study", db.manifest(a, b, c), 3)
		a, b, c = writtenBy(a, second, "1111111111111111"), writtenBy(b, second, "1111111111111111"), writtenBy(c, second, "1111111111111111")
		b.SHA256, c.SHA256 = sha(77), sha(78)
		apply(t, db, "study", db.manifest(a, b, c), 3)
		if err := db.writer.Exec("UPDATE outputs SET level = 'highly_sensitive' WHERE path = 'output/ccc.csv'").Error; err != nil {
			t.Fatal(err)
		}
		want := []string{"a written", "bb written", "ccc written"}
		for _, f := range []ChangeFilter{{JobRequest: second, Limit: 50}, {After: 1, Limit: 50}} {
			if diff := cmp.Diff(want, db.changes(t, f)); diff != "" {
				t.Errorf("%+v (-want +got):\n%s", f, diff)
			}
		}
	})
	m := newMarks([]markRow{{RequestID: "held", Path: "output/other.csv", SHA256: sha(1)}, {RequestID: "left", SHA256: sha(1), At: at(time.Unix(1, 0))}})
	for level, want := range map[string]bool{review.HighlySensitive: false, review.ModeratelySensitive: true} {
		i := Item{Path: "output/a.csv", FoundOutput: review.FoundOutput{Candidate: review.Candidate{Path: "output/a.csv", Level: level, SHA256: sha(1)}}}
		m.put(&i)
		if got := len(i.Holders) > 0 || i.Released != nil; got != want {
			t.Errorf("%s: it is said whose bytes these are: %t, want %t", level, got, want)
		}
	}
}

// A workspace that vanished from its folders is followed to what is left.
func TestNearest(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		db.lists(t, "a/b/c/one.csv", "a/b/two.csv", "a/x.csv", "a/b-c/z.csv", "top.csv")
		apply(t, db, "study", db.manifest(listed("a/x.csv"), listed("a/b-c/z.csv"), listed("top.csv")), 2)
		for path, want := range map[string]string{
			"a/b/c/one.csv": "a true", "a/b/c": "a true", "a/b": "a true", "a/b/two.csv": "a true", "a/b/none.csv": " false",
			"none": " false", "a/b-c/none": " false", "../a": " false", "": " false",
		} {
			folder, was, err := db.Nearest(t.Context(), "study", path)
			if got := fmt.Sprint(folder, " ", was); err != nil || got != want {
				t.Errorf("Nearest(%q) = %q, %v; want %q", path, got, err, want)
			}
		}
	})
}

// The state of a workspace is one statement, and its version moves with all
// that changes, also with errors.
func TestWorkspaceState(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		db.lists(t, "a.csv")
		version := func() (state WorkspaceState) {
			t.Helper()
			if n := db.statements(t, func() { state = must[WorkspaceState](t)(db.WorkspaceState(t.Context(), "study")) }); n != 1 {
				t.Errorf("%d statements, want 1", n)
			}
			return state
		}
		was := version()
		apply(t, db, "study", db.manifest(listed("a.csv")), 0)
		if now := version(); now.Version != was.Version || now.Place.Workspace != "study" {
			t.Errorf("the same reading: %+v after %+v", now, was)
		}
		for n, message := range []string{"torn", "torn", "gone"} {
			if err := db.RecordReadingError(t.Context(), "study", outputs.FailedReading{At: db.clock.Now(), Message: message}); err != nil {
				t.Fatal(err)
			}
			if now := version(); now.Error != message || now.Version != was.Version+int64([]int{1, 1, 2}[n]) {
				t.Errorf("%s: %+v", message, now)
			}
		}
		found := must[WorkspaceFound](t)(db.Workspace(t.Context(), "study"))
		if found.FailedAt.IsZero() || found.FailedAt.After(found.ManifestReadAt) {
			t.Errorf("failed at %v, tried at %v", found.FailedAt, found.ManifestReadAt)
		}
		apply(t, db, "study", db.manifest(listed("a.csv")), 0)
		if now := version(); now.Error != "" || now.Version != was.Version+3 {
			t.Errorf("after a good reading: %+v", now)
		}
	})
}

// Changes are kept up to a number, by whole readings, and the last reading
// whatever its number. Since when they are kept is said.
func TestForgetChanges(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		db.config.KeepChanges = 3
		db.lists(t, "one.csv")
		apply(t, db, "beside", db.manifest(listed("x.csv")), 1)
		apply(t, db, "beside", db.manifest(listed("x.csv"), listed("y.csv")), 1)
		kept := func() time.Time {
			t.Helper()
			since, _, err := db.JobRequestChanges(t.Context(), "study", "")
			if err != nil {
				t.Fatal(err)
			}
			return since
		}
		first := kept()
		all := []outputs.Entry{listed("one.csv")}
		var second time.Time
		for n, step := range []struct {
			more []string
			want []string
		}{
			{[]string{"a.csv", "b.csv"}, []string{"a came", "b came"}},
			{[]string{"c.csv"}, []string{"a came", "b came", "c came"}},
			{[]string{"d.csv"}, []string{"c came", "d came"}},
			{[]string{"e.csv", "f.csv", "g.csv", "h.csv"}, []string{"e came", "f came", "g came", "h came"}},
		} {
			for _, path := range step.more {
				all = append(all, listed(path))
			}
			db.clock.advance(time.Minute)
			rd := db.manifest(all...)
			apply(t, db, "study", rd, len(step.more))
			if n == 0 {
				second = rd.At
			}
			if diff := cmp.Diff(step.want, db.changes(t, ChangeFilter{Limit: 50})); diff != "" {
				t.Errorf("reading %d (-want +got):\n%s", n, diff)
			}
			if n == 1 && !kept().Equal(first) {
				t.Errorf("nothing was forgotten, and changes are kept since %v", kept())
			}
			if n == 2 && !kept().Equal(second) {
				t.Errorf("kept since %v, want %v, when what was forgotten was read", kept(), second)
			}
		}
		list, _, err := db.Changes(t.Context(), ChangeFilter{Workspace: "beside", Limit: 5})
		if err != nil || len(list) != 1 {
			t.Errorf("of another workspace: %v, %v", list, err)
		}
	})
}
