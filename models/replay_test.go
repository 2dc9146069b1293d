package models

import (
	"testing"

	"sallyport/auth"
	"sallyport/policy"
	"sallyport/review"
)

// released carries a request through to RELEASED.
func (s scene) released(t testing.TB) {
	t.Helper()
	s.do(t, s.checker, s.id, review.OutputChecker,
		&review.FileApprovedForRelease{File: fileID(1), Path: pathOf(1), SHA256: sha(1)},
		&review.RequestApproved{Files: 1, HeldUntil: review.At(noon), Destinations: []string{"disk"}, Counted: []review.PersonID{s.checker.ID}})
	s.do(t, review.System(), s.id, "", &review.DeliveryBegun{Turn: 1})
	s.do(t, review.System(), s.id, "", &review.FileDelivered{
		File: fileID(1), Path: pathOf(1), SHA256: sha(1), Size: 1, Destination: "disk", Location: "/out/1",
	}, &review.RequestReleased{Files: 1})
}

func TestReplayFindsAPlantedDifference(t *testing.T) {
	eachScene(t, 2, func(t *testing.T, s scene) {
		ctx := t.Context()
		s.draftWith(t, s.author, "ws", 10, 2)
		s.released(t)
		if _, err := s.MakeToken(ctx, by(s.author), auth.NewToken{Person: s.author.ID, Name: "laptop", Scopes: []review.TokenScope{review.MayRead}, Expires: noon.AddDate(1, 0, 0)}, "0123456789abcdef0123"); err != nil {
			t.Fatal(err)
		}
		asked := must[review.Given](t)(s.GrantRole(ctx, by(s.person(t, "admin1", "administrator", "all")), s.author.ID, review.Auditor, "all"))
		if err := s.SettleConfirmation(ctx, by(s.person(t, "admin2", "administrator", "all")), asked.Confirmation, false); err != nil {
			t.Fatal(err)
		}
		must[auth.SignedIn](t)(s.SignIn(ctx, s.somebody("ada", mapsChecker)))
		admin := must[auth.Account](t)(s.PersonByUsername(ctx, "admin1"))
		for version, document := range []string{"reviews_needed: 3", "reviews_needed: 2"} {
			c := review.Command{Actor: review.Actor{Person: admin.Person, Kind: review.IsPerson}, BasedOn: PolicyTag(version)}
			must[policy.Outcome](t)(s.ChangePolicy(ctx, c, "organisation/one", document))
		}
		if _, err := s.MakeToken(ctx, by(operator), auth.NewToken{Backend: "tpp"}, "0123456789abcdef0123"); err != nil {
			t.Fatal(err)
		}
		if report := s.replays(t); report.Streams < 6 || report.Entries < 15 {
			t.Errorf("replayed %+v", report)
		}
		for _, tc := range []struct{ table, column, value, condition string }{
			{"requests", "status", "'REVIEWED'", "status = 'RELEASED'"},
			{"requests", "turn", "7", "status = 'RELEASED'"},
			{"requests", "turn_over", "NOT turn_over", "1 = 1"},
			{"requests", "files", "files + 1", "1 = 1"},
			{"requests", "editors", "'[]'", "1 = 1"},
			{"requests", "unanswered", "unanswered + 1", "1 = 1"},
			{"requests", "high", "high + 1", "1 = 1"},
			{"requests", "held_until", "NULL", "status = 'RELEASED'"},
			{"requests", "author", "'somebody'", "1 = 1"},
			{"requests", "version", "version - 1", "1 = 1"},
			{"request_files", "sha256", "'" + sha(99) + "'", "file_id = 'FILE1'"},
			{"request_files", "active", "NOT active", "file_id = 'FILE10'"},
			{"active_outputs", "value", "value || 'x'", "kind = 'path'"},
			{"released_files", "location", "'elsewhere'", "1 = 1"},
			{"people", "name", "'Other'", "username = 'checker1'"},
			{"grants", "scope", "'project:other'", "role = 'researcher'"},
			{"grants", "until", "since", "role = 'researcher'"},
			{"grants", "source", "'claim'", "role = 'researcher'"},
			{"grants", "source", "'local'", "source = 'claim'"},
			{"identities", "issuer", "'https://elsewhere.example.org'", "1 = 1"},
			{"identities", "linked", "(SELECT created FROM people WHERE username = 'checker1')", "1 = 1"},
			{"tokens", "scopes", `'["admin"]'`, "person_id IS NOT NULL"},
			{"tokens", "expires", "NULL", "person_id IS NOT NULL"},
			{"tokens", "backend", "'emis'", "backend IS NOT NULL"},
			{"confirmations", "state", "'confirmed'", "1 = 1"},
			{"confirmations", "scope", "'organisation:other'", "1 = 1"},
			{"policies", "said", "'{}'", "scope LIKE 'organisation/%'"},
			{"policies", "document", "'other'", "scope LIKE 'organisation/%'"},
			{"policy_proposals", "base", "base + 1", "1 = 1"},
			{"policy_proposals", "loosens", "'nothing'", "1 = 1"},
			{"requests", "outside", "NOT outside", "1 = 1"},
			{"workspaces", "project", "'other'", "1 = 1"},
			{"workspaces", "archived", "NOT archived", "1 = 1"},
		} {
			s.planted(t, tc.table, tc.column, tc.value, tc.condition)
		}
	})
}

// planted changes a column in a transaction, expects Replay to name it, and
// changes it back.
func (db testDB) planted(t *testing.T, table, column, value, condition string) {
	t.Helper()
	save := "CREATE TABLE saved AS SELECT * FROM " + table
	restore := "UPDATE " + table + " SET " + column + " = (SELECT s." + column + " FROM saved s WHERE " + sameRow(table) + ")"
	run := func(statement string) {
		t.Helper()
		if err := db.writer.WithContext(t.Context()).Exec(statement).Error; err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	run(save)
	run("UPDATE " + table + " SET " + column + " = " + value + " WHERE " + condition)
	report, err := db.Replay(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, d := range report.Differences {
		if d.Table != table {
			t.Errorf("%s.%s = %s: Replay found %+v", table, column, value, d)
		}
		// A key that differs is a row too few and a row too much.
		if d.Column == column || d.Column == "" {
			found = true
		}
	}
	if !found {
		t.Errorf("Replay did not find %s.%s = %s: %+v", table, column, value, report.Differences)
	}
	if column == "value" { // a part of the key
		run("DELETE FROM " + table)
		run("INSERT INTO " + table + " SELECT * FROM saved")
	} else {
		run(restore)
	}
	run("DROP TABLE saved")
	db.replays(t)
}

func sameRow(table string) string {
	switch table {
	case "request_files", "released_files":
		return "s.request_id = " + table + ".request_id AND s.file_id = " + table + ".file_id"
	case "policies":
		return "s.scope = policies.scope"
	case "workspaces":
		return "s.name = workspaces.name"
	case "identities":
		return "s.person_id = identities.person_id"
	}
	return "s.id = " + table + ".id"
}

func TestReplayFindsRowsAndEntriesThatDoNotBelong(t *testing.T) {
	eachScene(t, 2, func(t *testing.T, s scene) {
		run := func(statement string) {
			t.Helper()
			if err := s.writer.WithContext(t.Context()).Exec(statement).Error; err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
		}
		finds := func(table, column string) {
			t.Helper()
			report, err := s.Replay(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range report.Differences {
				if d.Table == table && d.Column == column {
					return
				}
			}
			t.Errorf("Replay found %+v, want something in %s.%s", report.Differences, table, column)
		}
		run("DELETE FROM active_outputs WHERE kind = 'path' AND value = '" + pathOf(1) + "'")
		finds("active_outputs", "")
		run("INSERT INTO workspaces (name, project, organisation, backend, ongoing, archived) VALUES ('stray', '', '', '', true, false)")
		finds("workspaces", "")
		run("INSERT INTO identities SELECT 'https://id.example.org', '" + sha(1) + "', id, created FROM people WHERE username = 'checker1'")
		finds("identities", "")
		// Somebody who owns the database switches the guard off and rewrites an
		// entry's copy, its turn, and a text.
		if s.dialect.postgres {
			run("ALTER TABLE entries DISABLE TRIGGER entries_append_only")
			run("ALTER TABLE words DISABLE TRIGGER words_only_erased")
		} else {
			run("DROP TRIGGER entries_no_update")
			run("DROP TRIGGER words_only_erased")
		}
		run("UPDATE words SET text = 'other words'")
		finds("words", "hash")
		run("UPDATE entries SET turn = 9 WHERE stream = 'request/" + string(s.id) + "'")
		finds("entries", "turn")
		run("UPDATE entries SET actor = 'somebody' WHERE stream = 'request/" + string(s.id) + "'")
		finds("entries", "actor")
		run("UPDATE entries SET version = version + 10 WHERE stream = 'workspace/ws'")
		finds("entries", "version")
		run("UPDATE entries SET act = 'file_added' WHERE act = 'request_submitted'")
		finds("entries", "act")
	})
}
