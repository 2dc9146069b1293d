package models

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sallyport/checking"
	"sallyport/checks"
	"sallyport/review"
)

// tableOf is a table with counts by sex in a column of a name.
func tableOf(t *testing.T, text string) []checks.Extract {
	t.Helper()
	_, tables, err := checks.CheckTables(t.Context(), checks.File{
		Name: "a.csv", Bytes: strings.NewReader(text), Size: int64(len(text)),
	}, checks.DefaultProfile())
	if err != nil || len(tables) == 0 {
		t.Fatalf("%d tables, %v", len(tables), err)
	}
	return tables
}

// TestReports: a view has what findings say, by the hash that the log names;
// recording another check drops what the last one said.
func TestReports(t *testing.T) {
	eachScene(t, 2, func(t *testing.T, s scene) {
		ctx := t.Context()
		file := s.seen(t).Groups[0].Files[0]
		found := []review.Found{{ID: "one", Rule: "low-counts", Weight: review.HighWeight, Message: "Column “n”", Count: 3}}
		keep := func(hash string) {
			t.Helper()
			if err := s.KeepReports(ctx, []checking.Kept{{
				Request: s.id, File: file.ID, SHA256: file.SHA256, FindingsHash: hash, Found: found, Report: []byte(`{"not_examined":["` + hash + `"]}`),
			}}); err != nil {
				t.Fatal(err)
			}
		}
		record := func(hash string) {
			t.Helper()
			in := must[review.Inspection](t)(s.service().Inspection(ctx, s.id))
			f := in.Files[0]
			err := s.service().RecordChecks(ctx, s.id, []review.CheckedFile{{
				File: file.ID, SHA256: file.SHA256, Basis: f.Basis, Profile: in.Profile, Rules: []string{}, FindingsHash: hash,
				Findings: []review.CheckedFinding{{ID: "one", Rule: "low-counts", Weight: review.HighWeight}},
			}})
			if err != nil {
				t.Fatal(err)
			}
		}
		keep(sha(1))
		record(sha(1))
		if got := s.seen(t).Groups[0].Files[0].Findings; len(got) != 1 || got[0].Message != "Column “n”" || got[0].Count != 3 {
			t.Errorf("the view has the findings %+v", got)
		}
		s.found = newFoundCache()
		if got := s.seen(t).Groups[0].Files[0].Findings; len(got) != 1 || got[0].Message != "Column “n”" {
			t.Errorf("read from the database, the view has the findings %+v", got)
		}
		if r := must[[]byte](t)(s.Report(ctx, s.id, file.ID, sha(1))); !strings.Contains(string(r), sha(1)) {
			t.Errorf("report %s", r)
		}
		s.clock.advance(reportAge + time.Second)
		keep(sha(2))
		record(sha(2))
		if _, err := s.Report(ctx, s.id, file.ID, sha(1)); err == nil {
			t.Error("what an earlier check said is still there")
		}
		must[[]byte](t)(s.Report(ctx, s.id, file.ID, sha(2)))
		// Two workers at once: what is recorded last is there, whoever kept it first.
		keep(sha(3))
		keep(sha(4))
		record(sha(4))
		record(sha(3))
		must[[]byte](t)(s.Report(ctx, s.id, file.ID, sha(3)))
		s.replays(t)
	})
}

// TestAlike: tables are found by their labels among what stands on the request
// and what the project released, and nowhere else.
func TestAlike(t *testing.T) {
	eachScene(t, 2, func(t *testing.T, s scene) {
		ctx := t.Context()
		v := s.seen(t)
		here, other := v.Groups[0].Files[0], v.Groups[0].Files[1]
		tables := tableOf(t, "sex,n\nF,310\nM,420\nUnknown,55\n")
		for _, sum := range []string{here.SHA256, other.SHA256, sha(777)} {
			for range 2 { // twice is once
				if err := s.KeepExtracts(ctx, sum, tables); err != nil {
					t.Fatal(err)
				}
			}
		}
		q := checking.AlikeQuery{Request: s.id, Workspace: "ws", SHA256: here.SHA256, Keys: tables[0].Keys()}
		list := must[[]checks.Released](t)(s.Alike(ctx, q))
		if len(list) != 1 || list[0].SHA256 != other.SHA256 || list[0].File != other.Path || list[0].Request != string(s.id) {
			t.Fatalf("beside a file of the request are %+v", list)
		}
		if len(list[0].Extract.Rows) != 3 {
			t.Errorf("the extract has %d rows", len(list[0].Extract.Rows))
		}
		q.Keys = tableOf(t, "region,n\nEast,310\nLondon,420\n")[0].Keys()
		if list := must[[]checks.Released](t)(s.Alike(ctx, q)); len(list) != 0 {
			t.Errorf("tables with other labels are alike: %+v", list)
		}
		q = checking.AlikeQuery{Request: "another", Workspace: "ws", SHA256: sha(1), Keys: tables[0].Keys()}
		if list := must[[]checks.Released](t)(s.Alike(ctx, q)); len(list) != 0 {
			t.Errorf("what is on another request, and not released, is compared with: %+v", list)
		}
		// Released from the project: found from any of its requests, until it is revoked.
		run := func(statement string, args ...any) {
			t.Helper()
			if err := s.writer.WithContext(ctx).Exec(statement, args...).Error; err != nil {
				t.Fatal(err)
			}
		}
		run(`INSERT INTO released_files (request_id, file_id, destination, workspace, path, sha256, size, location, at)
			VALUES (?, 'F', 'store', 'ws', 'out/old.csv', ?, 1, '/x', ?)`, string(s.id), sha(777), at(noon))
		list = must[[]checks.Released](t)(s.Alike(ctx, q))
		if len(list) != 1 || list[0].SHA256 != sha(777) || list[0].File != "out/old.csv" {
			t.Errorf("what the project released is %+v", list)
		}
		q.Workspace = "nowhere"
		if list := must[[]checks.Released](t)(s.Alike(ctx, q)); len(list) != 0 {
			t.Errorf("another project is compared with %+v", list)
		}
		q.Workspace = "ws"
		run("UPDATE requests SET status = 'REVOKED' WHERE id = ?", string(s.id))
		if list := must[[]checks.Released](t)(s.Alike(ctx, q)); len(list) != 0 {
			t.Errorf("what was revoked is compared with: %+v", list)
		}
	})
}

// TestAskedBefore: bytes of rejected and revoked requests of the workspace.
func TestAskedBefore(t *testing.T) {
	eachScene(t, 2, func(t *testing.T, s scene) {
		ctx := t.Context()
		sum := s.seen(t).Groups[0].Files[0].SHA256
		for _, c := range []struct {
			status string
			want   bool
		}{{"SUBMITTED", false}, {"REJECTED", true}, {"REVOKED", true}, {"WITHDRAWN", false}} {
			if err := s.writer.WithContext(ctx).Exec("UPDATE requests SET status = ? WHERE id = ?", c.status, string(s.id)).Error; err != nil {
				t.Fatal(err)
			}
			found := must[map[string]review.RequestID](t)(s.AskedBefore(ctx, "ws", []string{sum, sha(500)}))
			if got := found[sum] == s.id; got != c.want || len(found) > 1 {
				t.Errorf("%s: found %v", c.status, found)
			}
		}
		if found := must[map[string]review.RequestID](t)(s.AskedBefore(ctx, "elsewhere", []string{sum})); len(found) != 0 {
			t.Errorf("another workspace finds %v", found)
		}
	})
}

// TestAskForChecks: work for each request that waits for somebody, once.
func TestAskForChecks(t *testing.T) {
	eachScene(t, 2, func(t *testing.T, s scene) {
		ctx := t.Context()
		for range 2 {
			if err := s.AskForChecks(ctx); err != nil {
				t.Fatal(err)
			}
		}
		items, err := s.Claim(ctx, "w", []string{review.WorkCheck}, s.now(), 60e9, 10)
		if err != nil || len(items) != 1 || !slices.Contains([]string{string(s.id)}, items[0].Subject) {
			t.Errorf("work %+v, %v", items, err)
		}
	})
}

// seen is the request as a checker sees it.
func (s scene) seen(t *testing.T) *review.RequestView {
	t.Helper()
	return must[*review.RequestView](t)(s.service().Request(t.Context(), s.checker, s.id))
}

func (s scene) service() *review.Service {
	return review.NewService(s.Store, nil, func() string { return "ID" })
}
