package models

import (
	"strings"
	"testing"

	"gorm.io/gorm"

	"sallyport/outputs"
	"sallyport/review"
)

// scans are the statements of do that SQLite plans with a scan of a table.
// The folders that a statement has found so far are no table.
func (db testDB) scans(t testing.TB, do func()) (seen int, scans []string) {
	t.Helper()
	note := func(tx *gorm.DB) {
		text := tx.Statement.SQL.String()
		if verb := strings.Fields(text)[0]; verb == "EXPLAIN" || verb == "INSERT" {
			return
		}
		seen++
		var plan []struct{ Detail string }
		fresh := tx.Session(&gorm.Session{NewDB: true})
		fresh.Error = nil // of the statement itself: nothing found
		if err := fresh.Raw("EXPLAIN QUERY PLAN "+text, tx.Statement.Vars...).Scan(&plan).Error; err != nil {
			t.Errorf("explain %s: %v", text, err)
		}
		for _, step := range plan {
			if strings.HasPrefix(step.Detail, "SCAN") && !strings.Contains(step.Detail, "INDEX") &&
				step.Detail != "SCAN folder" && step.Detail != "SCAN first" && step.Detail != "SCAN CONSTANT ROW" {
				scans = append(scans, step.Detail+": "+text)
			}
		}
	}
	for _, pool := range []*gorm.DB{db.reader, db.writer} {
		cb := pool.Callback()
		for _, register := range []func(string, func(*gorm.DB)) error{
			cb.Query().After("gorm:query").Register, cb.Row().After("gorm:row").Register,
			cb.Update().After("gorm:update").Register, cb.Delete().After("gorm:delete").Register,
		} {
			if err := register("scans", note); err != nil {
				t.Fatal(err)
			}
		}
	}
	do()
	return seen, scans
}

func TestStatementsOfOutputsUseIndexes(t *testing.T) {
	db := openForTest(t, sqliteURL(t))
	author := db.person(t, "researcher1", "researcher", "project:demo")
	checker := db.person(t, "checker1", "output_checker", "all")
	db.workspace(t, "study")
	id := db.release(t, author, checker, "study", 1, 2, 2)
	seen, scans := db.scans(t, func() {
		db.report(t, simple(t, "project_yaml", ""), true)
		apply(t, db, "study", db.manifest(numbered(1), numbered(2), listed("output/deep/a.csv")), 3)
		db.report(t, simple(t, "jobs", `[{"action":"report","status":"succeeded"},{"action":"more"}]`), true)
		rd := db.manifest(numbered(1))
		rd.Taken = []string{"a"}
		apply(t, db, "study", rd, 2)
		rd = db.manifest(numbered(1))
		apply(t, db, "study", rd, 0)
		if err := db.RecordReadingError(t.Context(), "study", outputs.FailedReading{At: db.clock.Now(), Message: "x"}); err != nil {
			t.Error(err)
		}
		apply(t, db, "linked", linkedReading(t, db, "linked"), 0)
		for _, reach := range []review.Reach{{All: true}, {Projects: []string{"demo"}}, {Backends: []string{"tpp"}}} {
			for _, cursor := range []string{"", "YQ"} {
				if _, _, err := db.Workspaces(t.Context(), reach, cursor, 5); err != nil {
					t.Error(err)
				}
			}
			for _, workspace := range []string{"", "study"} {
				f := JobRequestFilter{Reach: reach, Workspace: workspace, Cursor: cursor{noon, "a"}.String()}
				if _, _, err := db.JobRequests(t.Context(), f); err != nil {
					t.Error(err)
				}
			}
			for _, f := range []JobRequestFilter{{Status: "failed"}, {RequestedBy: "will"}, {Project: "demo"}, {Backend: "tpp", From: noon, To: noon}} {
				f.Reach = reach
				if _, _, err := db.JobRequests(t.Context(), f); err != nil {
					t.Error(err)
				}
			}
			if _, _, err := db.Releases(t.Context(), ReleaseFilter{Reach: reach, Workspace: "study", Cursor: cursor{noon, "A"}.String()}); err != nil {
				t.Error(err)
			}
		}
		for _, deep := range []bool{false, true} {
			for _, dir := range []string{"", "output"} {
				if _, _, err := db.Outputs(t.Context(), review.Asking{}, review.OutputListing{Workspace: "study", Dir: dir, Deep: deep, Limit: 5}); err != nil {
					t.Error(err)
				}
			}
		}
		must[JobRequestFound](t)(db.JobRequest(t.Context(), "bbbbbbbbbbbbbbbb"))
		must[ReleaseFound](t)(db.Release(t.Context(), id))
		must[WorkspaceFound](t)(db.Workspace(t.Context(), "study"))
		must[bool](t)(db.Listed(t.Context(), "study", "a"))
		must[review.Candidate](t)(db.Candidate(t.Context(), "study", pathOf(1)))
		must[outputs.LastReading](t)(db.LastReading(t.Context(), "study"))
	})
	for _, scan := range scans {
		t.Errorf("planned as %s", scan)
	}
	if seen < 50 {
		t.Errorf("only %d statements were looked at", seen)
	}
}

// What reports and readings do to folded tables is what their entries say.
func TestReplayAfterReportsAndReadings(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		db.report(t, example(t, "20394"), true)
		db.report(t, simple(t), true)
		db.report(t, simple(t, "status", `"succeeded"`, "organisation", `"Other"`), true)
		apply(t, db, "study", db.manifest(listed("output/a.csv")), 1)
		apply(t, db, "new", db.manifest(listed("output/a.csv")), 1)
		report := must[ReplayReport](t)(db.Replay(t.Context()))
		if len(report.Differences) != 0 || report.Streams != 5 {
			t.Errorf("Replay = %+v; want no difference in 5 streams", report)
		}
	})
}
