package models

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"sallyport/policy"
	"sallyport/review"
)

// sends sends a document on a version, as somebody.
func (db admins) sends(t testing.TB, who review.Actor, scope review.PolicyScope, version int, document string) (policy.Outcome, error) {
	c := by(who)
	c.BasedOn = PolicyTag(version)
	return db.ChangePolicy(t.Context(), c, scope, document)
}

func (db admins) policyActs(t testing.TB, scope review.PolicyScope) []string {
	t.Helper()
	var acts []string
	rows := must[[]entryRow](t)(on[entryRow](db.reader).Where("stream = ?", policyStream(scope)).Order("version").Find(t.Context()))
	for _, r := range rows {
		acts = append(acts, r.Act)
	}
	return acts
}

const (
	bristol = review.PolicyScope("organisation/University of Bristol")
	study   = review.PolicyScope("project/study")
)

// place puts a workspace into the project study of an organisation.
func (db admins) place(t testing.TB, workspace, organisation string) review.Place {
	t.Helper()
	p := review.Place{Workspace: workspace, Project: "study", Organisation: organisation, Backend: "tpp", Ongoing: true}
	if err := db.PlaceWorkspace(t.Context(), operator, workspace, p); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestChangePolicy(t *testing.T) {
	eachAdmins(t, func(t *testing.T, db admins) {
		at := db.place(t, "w", "University of Bristol")
		holds := func() review.Policy { return must[review.Policy](t)(db.PolicyAt(t.Context(), at)) }
		if holds().Hash() != db.config.Policy.Hash() {
			t.Error("without documents another policy holds than the installation's")
		}
		for _, tc := range []struct {
			who      review.Actor
			scope    review.PolicyScope
			version  int
			document string
			want     error
		}{
			{db.person, bristol, 0, "reviews_needed: 3", review.ErrRole},
			{db.first, review.InstallationPolicy, 0, "reviews_needed: 3", review.ErrRole},
			{db.first, "workspace/w", 0, "reviews_needed: 3", review.ErrNotFound},
			{db.first, bristol, 1, "reviews_needed: 3", review.ErrChanged},
			{db.first, bristol, 0, "reviews_needed: none", review.ErrInvalid},
			{db.first, study, 0, "hold: 1s", review.ErrInvalid},
		} {
			if _, err := db.sends(t, tc.who, tc.scope, tc.version, tc.document); !errors.Is(err, tc.want) {
				t.Errorf("ChangePolicy(%s, %s, %d, %q) = %v, want %v", tc.who.Username, tc.scope, tc.version, tc.document, err, tc.want)
			}
		}
		if acts := db.policyActs(t, bristol); len(acts) > 0 {
			t.Errorf("what was refused is in the log: %q", acts)
		}
		out, err := db.sends(t, db.first, bristol, 0, "reviews_needed: 3 # three\nchecks: {threshold: 10}")
		if err != nil || out != (policy.Outcome{Version: 1}) {
			t.Fatalf("an organisation's: %+v, %v", out, err)
		}
		if _, err := db.sends(t, db.first, study, 0, "reviews_needed: 2"); !errors.Is(err, review.ErrInvalid) || !strings.Contains(err.Error(), "line 1, column 17: reviews_needed") {
			t.Errorf("a project that loosens: %v", err)
		}
		if out, err = db.sends(t, db.second, study, 0, "checks: {threshold: 12}"); err != nil || out.Version != 1 {
			t.Fatalf("a project's: %+v, %v", out, err)
		}
		if p := holds(); p.ReviewsNeeded != 3 || p.Checks.Threshold != 12 {
			t.Errorf("what holds: %+v", p)
		}
		// An organisation that becomes stricter is not loosened by its projects.
		if _, err = db.sends(t, db.first, bristol, 1, "reviews_needed: 4\nchecks: {threshold: 20}"); err != nil {
			t.Fatal(err)
		}
		if p := holds(); p.ReviewsNeeded != 4 || p.Checks.Threshold != 20 {
			t.Errorf("what holds then: %+v", p)
		}
		if again, err := db.sends(t, db.first, bristol, 2, "reviews_needed: 4\nchecks: {threshold: 20}"); err != nil || again.Version != 2 {
			t.Errorf("the same again: %+v, %v", again, err)
		}
		found := must[policy.Found](t)(db.Policy(t.Context(), study, review.Reach{All: true}))
		if found.Version != 1 || found.By.Username != "admin2" || found.Above.Checks.Threshold != 20 || found.Holds.Checks.Threshold != 20 ||
			!slices.Equal(found.Organisations, []string{"University of Bristol"}) || found.Workspaces != 1 || found.Document != "checks: {threshold: 12}" {
			t.Errorf("Policy = %+v", found)
		}
		history := must[[]policy.Kept](t)(db.PolicyHistory(t.Context(), bristol, 0, 10))
		if len(history) != 2 || history[0].Version != 2 || history[1].Document != "reviews_needed: 3 # three\nchecks: {threshold: 10}" || history[1].By.Username != "admin1" {
			t.Errorf("PolicyHistory = %+v", history)
		}
		older := must[[]policy.Kept](t)(db.PolicyHistory(t.Context(), bristol, history[0].Entry, 10))
		if len(older) != 1 || older[0].Version != 1 {
			t.Errorf("before that: %+v", older)
		}
		db.replays(t)
	})
}

// What loosens reviews, the hold or who may check waits for a second
// administrator.
func TestLoosenPolicy(t *testing.T) {
	eachAdmins(t, func(t *testing.T, db admins) {
		ctx := t.Context()
		for _, document := range []string{"reviews_needed: 1", "hold: 1s", "checkers_outside_project: false"} {
			out, err := db.sends(t, db.first, bristol, 0, document)
			if err != nil || out.Confirmation == "" || out.Version != 0 {
				t.Fatalf("%s: %+v, %v", document, out, err)
			}
			if found := must[policy.Found](t)(db.Policy(ctx, bristol, review.Reach{All: true})); found.Version != 0 || found.Waiting != out.Confirmation {
				t.Errorf("%s holds before it is confirmed: %+v", document, found)
			}
		}
		list, _, err := db.Confirmations(ctx, review.ConfirmationWaiting, "", "", 10)
		if err != nil || len(list) != 1 || list[0].Policy != bristol || !strings.Contains(list[0].Loosens[0], "researcher of the project may check") {
			t.Fatalf("what waits: %+v, %v; want the last that was asked for", list, err)
		}
		waits := list[0].ID
		if err := db.SettleConfirmation(ctx, by(db.first), waits, true); !errors.Is(err, review.ErrRole) {
			t.Errorf("who asked confirms: %v", err)
		}
		confirm := review.Command{Actor: db.second, Key: "k", Body: "b"}
		for range 2 { // a double click
			if err := db.SettleConfirmation(ctx, confirm, waits, true); err != nil {
				t.Fatal(err)
			}
		}
		history := must[[]policy.Kept](t)(db.PolicyHistory(ctx, bristol, 0, 10))
		if len(history) != 1 || history[0].AskedBy.Username != "admin1" || history[0].By.Username != "admin2" || history[0].Confirmed != waits {
			t.Errorf("history %+v", history)
		}
		// Asked for on a version that is not the last any more.
		stale := must[policy.Outcome](t)(db.sends(t, db.first, bristol, 1, "reviews_needed: 1"))
		if _, err := db.sends(t, db.second, bristol, 1, "reviews_needed: 3\ncheckers_outside_project: false"); err != nil {
			t.Fatal(err)
		}
		if err := db.SettleConfirmation(ctx, by(db.second), stale.Confirmation, true); !errors.Is(err, review.ErrStatus) {
			t.Errorf("confirming what is stale: %v", err)
		}
		if err := db.SettleConfirmation(ctx, by(db.first), stale.Confirmation, false); err != nil {
			t.Errorf("taking it back: %v", err)
		}
		late := must[policy.Outcome](t)(db.sends(t, db.first, bristol, 2, "hold: 1s"))
		db.clock.advance(review.ConfirmationAge)
		if n, err := db.LapseConfirmations(ctx); n != 1 || err != nil {
			t.Errorf("LapseConfirmations = %d, %v", n, err)
		}
		if c := must[review.Confirmation](t)(db.Confirmation(ctx, late.Confirmation)); c.State != review.ConfirmationLapsed {
			t.Errorf("it has not lapsed: %+v", c)
		}
		// The operator is not asked.
		if out, err := db.ChangePolicy(ctx, review.Command{Actor: operator}, bristol, "reviews_needed: 1"); err != nil || out.Version != 3 {
			t.Errorf("the operator: %+v, %v", out, err)
		}
		want := []string{
			actPolicyAsked, actPolicyRefused, actPolicyAsked, actPolicyRefused, actPolicyAsked, actPolicyChanged, actPolicyAsked, actPolicyChanged,
			actPolicyRefused, actPolicyAsked, actPolicyLapsed, actPolicyChanged,
		}
		if got := db.policyActs(t, bristol); !slices.Equal(got, want) {
			t.Errorf("the acts are %q, want %q", got, want)
		}
		db.replays(t)
	})
}

// A second administrator confirms what they read: where what stands above the
// policy was loosened meanwhile, the same document would loosen more.
func TestConfirmWhatWasRead(t *testing.T) {
	eachAdmins(t, func(t *testing.T, db admins) {
		ctx := t.Context()
		db.place(t, "w", "University of Bristol")
		must[policy.Outcome](t)(db.sends(t, db.first, study, 0, "reviews_needed: 3"))
		waits := must[policy.Outcome](t)(db.sends(t, db.first, study, 1, "hold: 1h")).Confirmation
		must[policy.Outcome](t)(db.ChangePolicy(ctx, review.Command{Actor: operator}, bristol, "reviews_needed: 1"))
		if err := db.SettleConfirmation(ctx, by(db.second), waits, true); !errors.Is(err, review.ErrStatus) {
			t.Errorf("confirming two reviews where it would be one: %v", err)
		}
		if p := must[review.Policy](t)(db.PolicyAt(ctx, review.Place{Project: "study", Organisation: "University of Bristol"})); p.ReviewsNeeded != 3 {
			t.Errorf("%d reviews are needed", p.ReviewsNeeded)
		}
		if err := db.SettleConfirmation(ctx, by(db.first), waits, false); err != nil {
			t.Errorf("taking it back: %v", err)
		}
		again := must[policy.Outcome](t)(db.sends(t, db.first, study, 1, "hold: 1h")).Confirmation
		if err := db.SettleConfirmation(ctx, by(db.second), again, true); err != nil {
			t.Errorf("confirming what was read: %v", err)
		}
		db.replays(t)
	})
}

// One administrator does not loosen by placing a workspace where less is asked
// for, at once or by way of nowhere; where it stands first is theirs to say.
func TestMoveToLooserPolicy(t *testing.T) {
	eachScene(t, 1, func(t *testing.T, s scene) {
		ctx := t.Context()
		admin := s.person(t, "admin1", "administrator", "all")
		place := must[review.Snapshot](t)(s.Snapshot(ctx, s.id, s.author)).Place
		strict, loose := place, place
		strict.Organisation, loose.Organisation = "strict", "loose"
		for name, document := range map[string]string{"strict": "reviews_needed: 3", "loose": "reviews_needed: 1"} {
			must[policy.Outcome](t)(s.ChangePolicy(ctx, review.Command{Actor: operator}, review.OrganisationPolicy(name), document))
		}
		move := func(who review.Actor, to review.Place) error { return s.PlaceWorkspace(ctx, who, place.Workspace, to) }
		nowhere := review.Place{Backend: place.Backend, Ongoing: true}
		if err := move(admin, strict); err != nil {
			t.Fatalf("to where more is asked for: %v", err)
		}
		for what, to := range map[string]review.Place{"to where less is asked for": loose, "to nowhere": nowhere} {
			if err := move(admin, to); !errors.Is(err, review.ErrRole) || !strings.Contains(err.Error(), "instead of three") {
				t.Errorf("%s: %v", what, err)
			}
		}
		for _, to := range []review.Place{nowhere, strict, nowhere} {
			if err := move(operator, to); err != nil {
				t.Errorf("by the operator: %v", err)
			}
		}
		if err := move(admin, loose); !errors.Is(err, review.ErrRole) {
			t.Errorf("from nowhere, with requests, to where less is asked for: %v", err)
		}
		if err := s.PlaceWorkspace(ctx, operator, "new", nowhere); err != nil {
			t.Fatal(err)
		}
		if err := s.PlaceWorkspace(ctx, admin, "new", loose); err != nil {
			t.Errorf("where a workspace stands first: %v", err)
		}
		s.replays(t)
	})
}

// Decisions, views and lists are made under the policy of the request's place,
// and the log names it.
func TestPolicyOfAPlace(t *testing.T) {
	eachScene(t, 1, func(t *testing.T, s scene) {
		ctx := t.Context()
		admin := s.person(t, "admin1", "administrator", "all")
		place := must[review.Snapshot](t)(s.Snapshot(ctx, s.id, s.author)).Place
		c := review.Command{Actor: admin, BasedOn: PolicyTag(0)}
		must[policy.Outcome](t)(s.ChangePolicy(ctx, c, review.ProjectPolicy(place.Project), "reviews_needed: 4\nchecks: {threshold: 30}"))
		if n := must[int64](t)(on[workRow](s.reader).Where("kind = ? AND subject = ?", review.WorkCheck, string(s.id)).Count(ctx, "id")); n != 0 {
			t.Errorf("a request that is with its checkers is checked %d times again", n)
		}
		draft := s.draftWith(t, s.author, place.Workspace, 50, 1)
		c.BasedOn = PolicyTag(1)
		must[policy.Outcome](t)(s.ChangePolicy(ctx, c, review.ProjectPolicy(place.Project), "reviews_needed: 4\nchecks: {threshold: 30, max_rows: 10}"))
		if n := must[int64](t)(on[workRow](s.reader).Where("kind = ? AND subject = ?", review.WorkCheck, string(draft)).Count(ctx, "id")); n != 1 {
			t.Errorf("a draft is checked %d times again, want once", n)
		}
		var decided review.Policy
		statements := s.statements(t, func() {
			must[review.Outcome](t)(s.Change(ctx, review.Change{Command: review.Command{Actor: s.author, On: s.id}}, func(in review.In) (review.Decision, error) {
				decided = in.Policy
				return review.Decision{As: review.Researcher, Events: []review.Event{&review.TitleChanged{}}}, nil
			}))
		})
		t.Logf("a change took %d statements", statements)
		snap := must[review.Snapshot](t)(s.Snapshot(ctx, s.id, s.author))
		listed := s.listed(t, review.Filter{Visible: review.Visible{Drafts: review.Reach{All: true}, Rest: review.Reach{All: true}}})
		if listed[0].Today == nil {
			t.Fatal("a list does not know what holds")
		}
		for what, p := range map[string]review.Policy{"a decision": decided, "a view": snap.Policy, "a list": *listed[0].Today} {
			if p.ReviewsNeeded != 4 || p.Checks.Threshold != 30 {
				t.Errorf("%s is made under %+v", what, p)
			}
		}
		entry := lastEntry(t, s.testDB, EntryFilter{Act: "title_changed"})
		if !strings.Contains(string(entry.Bytes), `"policy":"`+decided.Hash()+`"`) {
			t.Errorf("the entry %s does not name the policy %s", entry.Bytes, decided.Hash())
		}
		if err := s.Opened(ctx, review.Opening{Actor: s.author, As: review.Researcher, Place: place, Path: "a.csv", SHA256: sha(9)}); err != nil {
			t.Fatal(err)
		}
		if entry := lastEntry(t, s.testDB, EntryFilter{Act: "file_opened"}); !strings.Contains(string(entry.Bytes), decided.Hash()) {
			t.Errorf("the entry of an opening, %s, does not name the policy", entry.Bytes)
		}
		s.replays(t)
	})
}

// Two administrators who change a policy at once: one does, the other is told.
func TestChangePolicyAtOnce(t *testing.T) {
	eachAdmins(t, func(t *testing.T, db admins) {
		db.place(t, "w", "University of Bristol")
		results := make(chan error)
		for _, who := range []review.Actor{db.first, db.second, db.third} {
			go func() {
				_, err := db.sends(t, who, study, 0, "checks: {masks: ["+who.Username+"]}")
				results <- err
			}()
		}
		done := 0
		for range 3 {
			switch err := <-results; {
			case err == nil:
				done++
			case !errors.Is(err, review.ErrChanged):
				t.Errorf("changing at once: %v", err)
			}
		}
		if done != 1 {
			t.Errorf("%d of three changed it", done)
		}
		db.replays(t)
	})
}
