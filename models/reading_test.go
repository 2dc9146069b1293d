package models

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"sallyport/outputs"
	"sallyport/pipeline"
	"sallyport/review"
)

// listed is an output of the job that simple reports, as a manifest has it.
func listed(path string) outputs.Entry {
	return outputs.Entry{
		Path: path, Level: pipeline.ModeratelySensitive, JobID: "cccccccccccccccc", JobRequest: "bbbbbbbbbbbbbbbb",
		Action: "report", Commit: "abcdef0", Size: 5, SHA256: fmt.Sprintf("%064x", len(path)),
	}
}

// manifest is a reading of a manifest with these entries, sorted by path.
func (db testDB) manifest(entries ...outputs.Entry) outputs.Reading {
	entries = slices.Clone(entries)
	slices.SortFunc(entries, func(a, b outputs.Entry) int { return strings.Compare(a.Path, b.Path) })
	now := db.clock.Now()
	return outputs.Reading{
		At: now, Outputs: entries,
		Identity: outputs.Identity{Inode: 1 << 63, Size: 7, ModTime: now, SHA256: fmt.Sprintf("%064x", now.UnixMicro())},
	}
}

// linkedReading links paths of a workspace without a manifest.
func linkedReading(t testing.TB, db testDB, workspace string, paths ...string) outputs.Reading {
	t.Helper()
	sources := must[outputs.Sources](t)(db.Sources(t.Context(), workspace))
	rd := outputs.Reading{At: db.clock.Now(), Linked: true, Reports: sources.Reports}
	for _, w := range pipeline.Link(paths, sources.JobRequests) {
		rd.Outputs = append(rd.Outputs, outputs.Entry{
			Path: w.Path, Level: w.Level, JobID: w.Job, JobRequest: w.JobRequest, Action: w.Action, Commit: w.Commit, Size: 5,
		})
	}
	return rd
}

// apply keeps a reading that changes so many outputs.
func apply(t testing.TB, db testDB, workspace string, rd outputs.Reading, changes int) {
	t.Helper()
	got, err := db.ApplyReading(t.Context(), workspace, rd)
	if err != nil || got != changes {
		t.Fatalf("ApplyReading = %d changes, %v; want %d", got, err, changes)
	}
}

func TestApplyReadingWritesTheDifference(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		a, b, c := listed("output/a.csv"), listed("output/b.csv"), listed("output/c.csv")
		apply(t, db, "study", db.manifest(a, b, c), 3)

		// A row that is written loses the mark.
		if err := db.writer.Exec("UPDATE outputs SET message = 'marked'").Error; err != nil {
			t.Fatal(err)
		}
		b.Size = 6
		d := listed("output/d.csv")
		apply(t, db, "study", db.manifest(a, b, d), 3) // b changed, c is gone, d is new
		var rows []string
		if err := db.reader.Raw("SELECT path || ' ' || size || ' ' || message FROM outputs ORDER BY path").Scan(&rows).Error; err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"output/a.csv 5 marked", "output/b.csv 6 ", "output/d.csv 5 "}, rows); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
		want := []string{"workspace_placed", "workspace_read", "workspace_read"}
		if diff := cmp.Diff(want, db.acts(t, "workspace/study")); diff != "" {
			t.Errorf("entries (-want +got):\n%s", diff)
		}
	})
}

// However few outputs are compared at once, what is there becomes what was
// read, and only that is written which differs.
func TestReadingsAreComparedSideBySide(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	eachDB(t, func(t *testing.T, db testDB) {
		apply(t, db, "study", db.manifest(), 0)
		before := map[string]int64{}
		for round := range 60 {
			now, changes := map[string]int64{}, 0
			var entries []outputs.Entry
			for i := range random.IntN(30) {
				e := listed(fmt.Sprintf("%c/%d.csv", 'A'+random.IntN(3)*16, i))
				if random.IntN(3) > 0 {
					e.Size = random.Int64N(2)
				}
				now[e.Path] = e.Size
				if size, there := before[e.Path]; !there || size != e.Size {
					changes++
				}
				entries = append(entries, e)
			}
			for path := range before {
				if _, stays := now[path]; !stays {
					changes++
				}
			}
			d := newDifference("study", db.manifest(entries...))
			d.aside = 1 + round%7
			if err := d.prepare(t.Context(), db.reader); err != nil {
				t.Fatal(err)
			}
			got := 0
			err := db.write(t.Context(), func(tx *gorm.DB) (err error) {
				last, err := lastReading(t.Context(), tx, "study")
				if err != nil {
					return err
				}
				last.Version = int64(round)
				got, err = d.apply(t.Context(), tx, last)
				return err
			})
			rows := must[[]outputRow](t)(on[outputRow](db.reader).Where("workspace = ?", "study").Find(t.Context()))
			there := map[string]int64{}
			for _, row := range rows {
				there[row.Path] = row.Size
			}
			if err != nil || got != changes || !maps.Equal(there, now) {
				t.Fatalf("round %d, %d at once: %d changes, %v: %v; want %d: %v", round, d.aside, got, err, there, changes, now)
			}
			before = now
		}
	})
}

func TestApplyReadingOfTheSame(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		rd := db.manifest(listed("output/a.csv"))
		apply(t, db, "study", rd, 1)
		rd.At, rd.Identity.ModTime = db.clock.Now(), noon
		apply(t, db, "study", rd, 0)
		if got := db.acts(t, "workspace/study"); len(got) != 2 {
			t.Errorf("entries %q: the same manifest made another", got)
		}
		last := must[outputs.LastReading](t)(db.LastReading(t.Context(), "study"))
		want := outputs.LastReading{Tried: rd.At, Read: rd.At, Identity: rd.Identity, Outputs: 1}
		if last != want {
			t.Errorf("LastReading = %+v, want %+v", last, want)
		}
		rd.Identity.SHA256 = strings.Repeat("a", 64)
		rd.At = db.clock.Now()
		apply(t, db, "study", rd, 0)
		if got := db.acts(t, "workspace/study"); len(got) != 3 {
			t.Errorf("entries %q: another manifest that lists the same must be named", got)
		}
	})
}

func TestAnEarlierReadingChangesNothing(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		early := db.manifest(listed("output/old.csv"))
		apply(t, db, "study", db.manifest(listed("output/new.csv")), 1)
		apply(t, db, "study", early, 0)
		if _, err := db.Candidate(t.Context(), "study", "output/old.csv"); !errors.Is(err, review.ErrNotFound) {
			t.Errorf("Candidate of an earlier reading: %v, want ErrNotFound", err)
		}
		failed := outputs.FailedReading{At: early.At, Message: "too late"}
		if err := db.RecordReadingError(t.Context(), "study", failed); err != nil {
			t.Fatal(err)
		}
		if last := must[outputs.LastReading](t)(db.LastReading(t.Context(), "study")); last.Error != "" {
			t.Errorf("an earlier error was kept: %+v", last)
		}
	})
}

func TestReadingErrorsStandBesideTheLastGoodReading(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		rd := db.manifest(listed("output/a.csv"))
		rd.Problems = []outputs.Problem{{Name: "x", Message: "is wrong"}}
		rd.MoreProblems = 2
		apply(t, db, "study", rd, 1)
		failed := outputs.FailedReading{
			At: db.clock.Now(), Message: "line 3: not JSON", Lasting: true,
			Identity: outputs.Identity{Inode: 9, Size: 8, ModTime: noon.Add(time.Nanosecond)},
		}
		if err := db.RecordReadingError(t.Context(), "study", failed); err != nil {
			t.Fatal(err)
		}
		found := must[WorkspaceFound](t)(db.Workspace(t.Context(), "study"))
		if found.ManifestError != failed.Message || !found.LastGoodReading.Equal(rd.At) ||
			!found.ManifestReadAt.Equal(failed.At) || found.Outputs != 1 || len(found.Problems) != 1 || found.MoreProblems != 2 {
			t.Errorf("Workspace = %+v", found)
		}
		last := must[outputs.LastReading](t)(db.LastReading(t.Context(), "study"))
		if !last.Lasting || !last.Identity.SameFile(failed.Identity) || last.Identity.SHA256 != rd.Identity.SHA256 {
			t.Errorf("LastReading = %+v", last)
		}
		if _, err := db.Candidate(t.Context(), "study", "output/a.csv"); err != nil {
			t.Errorf("the last good reading is gone: %v", err)
		}
		apply(t, db, "study", db.manifest(listed("output/a.csv")), 0)
		if found := must[WorkspaceFound](t)(db.Workspace(t.Context(), "study")); found.ManifestError != "" {
			t.Errorf("the error outlived a good reading: %+v", found)
		}
	})
}

func TestApplyReadingOfHostileTexts(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		long := strings.Repeat("é", 9000)
		e := listed("output/a.csv")
		e.JobID, e.JobRequest, e.Action, e.Commit, e.Message = "job\x00", long, "\x00\xff", long, long
		apply(t, db, "study", db.manifest(e), 1)
		apply(t, db, "study", db.manifest(e), 0)
		c := must[review.Candidate](t)(db.Candidate(t.Context(), "study", "output/a.csv"))
		if c.Job != "job\uFFFD" || c.JobKnown || c.Declared || len(c.JobRequest) > maxNamed+3 || c.Action != "\uFFFD\uFFFD" {
			t.Errorf("Candidate = %.80v", c)
		}
		if _, err := db.ApplyReading(t.Context(), "../study", db.manifest()); !errors.Is(err, review.ErrInvalid) {
			t.Errorf("a workspace `../study`: %v, want ErrInvalid", err)
		}
	})
}

func TestTakenNames(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		rd := db.manifest(listed("output/A.csv"))
		rd.Taken = []string{"output/b.csv.txt", "output/c.csv"}
		apply(t, db, "study", rd, 1)
		rd = db.manifest(listed("output/A.csv"))
		rd.Taken = []string{"output/c.csv", "output/d.csv"}
		apply(t, db, "study", rd, 0)
		apply(t, db, "other", db.manifest(listed("metadata/x.log")), 1)
		for path, want := range map[string]bool{
			"output/A.csv": true, "output/a.CSV": true, "output/b.csv.txt": false, "output/c.csv": true,
			"Output/D.csv": true, "output/e.csv": false, "metadata/x.log": false,
		} {
			if got, err := db.Listed(t.Context(), "study", path); err != nil || got != want {
				t.Errorf("Listed(%s) = %v, %v; want %v", path, got, err, want)
			}
		}
	})
}

func TestLinksAreStaleAfterAReport(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		db.report(t, simple(t, "status", `"succeeded"`, "jobs", "null"), true)
		early := linkedReading(t, db, "study", "output/a.csv", "output/other.txt")
		apply(t, db, "study", early, 1)
		c := must[review.Candidate](t)(db.Candidate(t.Context(), "study", "output/a.csv"))
		if err := review.Requestable(c, review.DefaultPolicy()); err != nil {
			t.Errorf("Requestable(%+v) = %v", c, err)
		}
		early.At = db.clock.Now()

		// A job that is under way makes the same file highly_sensitive.
		later := strings.Replace(simpleYAML, "moderately", "highly", 1)
		db.report(t, simple(t, "identifier", `"dddddddddddddddd"`, "jobs", `[{"action":"report","status":"running"}]`,
			"project_yaml", `"`+strings.ReplaceAll(later, "\n", `\n`)+`"`), true)
		refused := func(when string) {
			t.Helper()
			c := must[review.Candidate](t)(db.Candidate(t.Context(), "study", "output/a.csv"))
			if err := review.Requestable(c, review.DefaultPolicy()); err == nil || c.Refused == "" {
				t.Errorf("%s: %+v can be requested", when, c)
			}
			if last := must[outputs.LastReading](t)(db.LastReading(t.Context(), "study")); !last.Stale {
				t.Errorf("%s: the links count as fresh", when)
			}
		}
		refused("after a report")
		apply(t, db, "study", early, 0) // it was linked without that report
		refused("after a reading from before the report")
		apply(t, db, "study", linkedReading(t, db, "study", "output/a.csv"), 1)
		c = must[review.Candidate](t)(db.Candidate(t.Context(), "study", "output/a.csv"))
		if c.Level != review.HighlySensitive || c.Refused != "" {
			t.Errorf("after linking again: %+v", c)
		}
	})
}
