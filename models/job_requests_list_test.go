package models

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/review"
)

// ofStudy is a job request of one job, known by the last letter of its
// identifier, and created so many hours after noon.
func ofStudy(t *testing.T, letter string, hour int, status string, more ...string) Report {
	t.Helper()
	job := strings.Repeat(letter, 14) + "jj"
	return simple(t, append([]string{
		"identifier", `"aaaaaaaaaaaaaaa` + letter + `"`, "created_at", `"` + noon.Add(time.Duration(hour)*time.Hour).Format(time.RFC3339) + `"`,
		"status", `"` + status + `"`, "jobs", `[{"identifier":"` + job + `","action":"report","status":"` + status + `"}]`,
	}, more...)...)
}

func letters(rows []JobRequestSummary) string {
	var list string
	for _, row := range rows {
		list += row.Report.Identifier[15:]
	}
	return list
}

func TestJobRequestFilter(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		will, ann := `{"username":"will","name":"Will Hulme"}`, `{"username":null,"name":"Ann Ó'Neill"}`
		db.report(t, ofStudy(t, "a", 0, "succeeded", "requested_by", will), true)
		db.report(t, ofStudy(t, "b", 1, "failed", "requested_by", ann), true)
		db.report(t, ofStudy(t, "c", 30, "running", "workspace", `"other"`, "project", `"next"`, "requested_by", will), true)
		db.report(t, ofStudy(t, "d", 31, "succeeded", "requested_by", ""), true)
		for name, c := range map[string]struct {
			filter JobRequestFilter
			want   string
		}{
			"all":             {JobRequestFilter{}, "dcba"},
			"project":         {JobRequestFilter{Project: "next"}, "c"},
			"backend":         {JobRequestFilter{Backend: "emis"}, ""},
			"status":          {JobRequestFilter{Status: "succeeded"}, "da"},
			"username":        {JobRequestFilter{RequestedBy: "will"}, "ca"},
			"name":            {JobRequestFilter{RequestedBy: "Ann Ó'Neill"}, "b"},
			"a part of one":   {JobRequestFilter{RequestedBy: "Ann"}, ""},
			"from":            {JobRequestFilter{From: noon.Add(time.Hour)}, "dcb"},
			"until":           {JobRequestFilter{To: noon.Add(time.Hour)}, "a"},
			"a day":           {JobRequestFilter{From: noon, To: noon.Add(24 * time.Hour)}, "ba"},
			"several":         {JobRequestFilter{RequestedBy: "will", Status: "running", Workspace: "other", Backend: "tpp"}, "c"},
			"none":            {JobRequestFilter{Status: "pending"}, ""},
			"what looks like": {JobRequestFilter{RequestedBy: "' OR 1=1 --"}, ""},
		} {
			for _, limit := range []int{1, 10} {
				f, got := c.filter, ""
				f.Reach, f.Limit = review.Reach{All: true}, limit
				for page := 0; page < 9; page++ {
					rows, next, err := db.JobRequests(t.Context(), f)
					if err != nil {
						t.Fatal(err)
					}
					got += letters(rows)
					if f.Cursor = next; next == "" {
						break
					}
				}
				if got != c.want {
					t.Errorf("%s by %d: %q, want %q", name, limit, got, c.want)
				}
			}
		}
		if rows, _, err := db.JobRequests(t.Context(), JobRequestFilter{Reach: review.Reach{Projects: []string{"demo"}}, RequestedBy: "will"}); err != nil || letters(rows) != "a" {
			t.Errorf("within reach: %q, %v", letters(rows), err)
		}
	})
}

func TestJobRequestsBefore(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		db.report(t, ofStudy(t, "a", 0, "succeeded"), true)
		db.report(t, ofStudy(t, "b", 1, "succeeded", "jobs", "[]"), true) // no job succeeded
		db.report(t, ofStudy(t, "c", 2, "failed"), true)
		db.report(t, ofStudy(t, "x", 2, "succeeded", "workspace", `"other"`), true)
		db.report(t, ofStudy(t, "d", 3, "running"), true)
		db.report(t, ofStudy(t, "e", 4, "succeeded"), true)
		for letter, want := range map[string][2]string{"a": {}, "b": {"a", "a"}, "c": {"b", "a"}, "d": {"c", "a"}, "e": {"d", "a"}, "x": {}} {
			found := must[JobRequestFound](t)(db.JobRequest(t.Context(), "aaaaaaaaaaaaaaa"+letter))
			var got [2]string
			for i, j := range []*JobRequestSummary{found.Previous, found.PreviousSuccess} {
				if j != nil {
					got[i] = letters([]JobRequestSummary{*j})
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("before %s (-want +got):\n%s", letter, diff)
			}
		}
	})
}

// What was reported before lists were narrowed by it is found by it.
func TestRequestedByIsFilled(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		db.report(t, ofStudy(t, "a", 0, "running", "requested_by", `{"username":null,"name":"Will Hulme"}`), true)
		filled := "SELECT requested_by || '|' || requested_by_name FROM job_requests"
		var before, after string
		if err := db.reader.Raw(filled).Scan(&before).Error; err != nil {
			t.Fatal(err)
		}
		text := statementOf(t, "migrations/"+db.dialect.name()+"/00010_job_request_lists.sql", "UPDATE job_requests SET")
		for _, statement := range []string{"UPDATE job_requests SET requested_by = 'x', requested_by_name = 'y'", text} {
			if err := db.writer.Exec(statement).Error; err != nil {
				t.Fatal(err)
			}
		}
		if err := db.reader.Raw(filled).Scan(&after).Error; err != nil || after != before || after != "|Will Hulme" {
			t.Errorf("filled with %q, want %q (%v)", after, before, err)
		}
	})
}

// statementOf is the statement of a migration that begins with some words.
func statementOf(t *testing.T, file, begins string) string {
	t.Helper()
	text, err := migrations.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), begins)
	statement, _, ended := strings.Cut(rest, ";")
	if !found || !ended {
		t.Fatalf("%s has no statement %s", file, begins)
	}
	return begins + statement
}
