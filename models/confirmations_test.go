package models

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"sallyport/review"
)

// admins are three administrators and somebody whose role is asked for.
type admins struct {
	testDB
	first, second, third, person review.Actor
}

func eachAdmins(t *testing.T, test func(t *testing.T, db admins)) {
	eachDB(t, func(t *testing.T, db testDB) {
		test(t, admins{
			db, db.person(t, "admin1", "administrator", "all"), db.person(t, "admin2", "administrator", "all"),
			db.person(t, "admin3", "administrator", "all"), db.person(t, "ada"),
		})
	})
}

// asks asks for a role of ada's and returns the confirmation's id.
func (db admins) asks(t testing.TB, role review.Role) string {
	t.Helper()
	given := must[review.Given](t)(db.GrantRole(t.Context(), by(db.first), db.person.ID, role, review.ScopeAll))
	if given.Confirmation == "" || given.Grant != "" {
		t.Fatalf("GrantRole(%s) = %+v, want a confirmation and no grant", role, given)
	}
	return given.Confirmation
}

// acts are the acts about ada that are about roles, in order.
func (db admins) acts(t testing.TB) []string {
	t.Helper()
	var acts []string
	for e, err := range db.Entries(t.Context(), EntryFilter{Person: "ada"}) {
		if err != nil {
			t.Fatal(err)
		}
		acts = append(acts, e.Act)
	}
	return acts[1:]
}

// A role that takes two is given by the administrator who confirms it, and not
// before; the entry names both.
func TestConfirmRole(t *testing.T) {
	eachAdmins(t, func(t *testing.T, db admins) {
		ctx := t.Context()
		id := db.asks(t, review.OutputChecker)
		if again := db.asks(t, review.OutputChecker); again != id {
			t.Errorf("asked again, it is %s, want the one that waits", again)
		}
		if got := db.roles(t, "ada"); len(got) != 0 {
			t.Errorf("before it is confirmed the roles are %q", got)
		}
		c := must[review.Confirmation](t)(db.Confirmation(ctx, id))
		if c.Person != db.person.Person || c.AskedBy != db.first.Person || c.State != review.ConfirmationWaiting || !c.AskerStands ||
			c.Lapses.Sub(c.Asked) != review.ConfirmationAge || c.Role != review.OutputChecker || c.Scope != review.ScopeAll {
			t.Errorf("Confirmation = %+v", c)
		}
		for _, tc := range []struct {
			who     review.Actor
			id      string
			confirm bool
			want    error
		}{
			{db.first, id, true, review.ErrRole},
			{db.person, id, true, review.ErrRole},
			{db.person, id, false, review.ErrRole},
			{db.second, "none", true, review.ErrNotFound},
			{db.second, "a\x00b", true, review.ErrNotFound},
		} {
			if err := db.SettleConfirmation(ctx, by(tc.who), tc.id, tc.confirm); !errors.Is(err, tc.want) {
				t.Errorf("SettleConfirmation(%s, %q, %v) = %v, want %v", tc.who.Username, tc.id, tc.confirm, err, tc.want)
			}
		}
		confirm := review.Command{Actor: db.second, Key: "k", Body: "b"}
		for range 2 { // a double click
			if err := db.SettleConfirmation(ctx, confirm, id, true); err != nil {
				t.Fatal(err)
			}
		}
		for _, confirm := range []bool{true, false} {
			if err := db.SettleConfirmation(ctx, by(db.third), id, confirm); !errors.Is(err, review.ErrStatus) {
				t.Errorf("settling it again = %v, want ErrStatus", err)
			}
		}
		if got := db.roles(t, "ada"); !slices.Equal(got, []string{"output_checker all"}) {
			t.Errorf("the roles are %q", got)
		}
		if got := db.acts(t); !slices.Equal(got, []string{actRoleAsked, actRoleConfirmed, actRoleGranted}) {
			t.Errorf("the acts are %q", got)
		}
		entry := lastEntry(t, db.testDB, EntryFilter{Act: actRoleGranted, Person: "ada"})
		for _, who := range []review.Actor{db.first, db.second} {
			if !strings.Contains(string(entry.Bytes), `"username":"`+who.Username+`"`) {
				t.Errorf("the entry %s does not name %s", entry.Bytes, who.Username)
			}
		}
		if c := must[review.Confirmation](t)(db.Confirmation(ctx, id)); c.State != review.ConfirmationConfirmed || c.SettledBy != db.second.Person || c.Settled.IsZero() {
			t.Errorf("Confirmation = %+v", c)
		}
		db.replays(t)
	})
}

// What was refused, taken back or has lapsed gives nothing, and can be asked
// for anew.
func TestRoleNotConfirmed(t *testing.T) {
	eachAdmins(t, func(t *testing.T, db admins) {
		ctx := t.Context()
		for _, who := range []review.Actor{db.second, db.first} {
			if err := db.SettleConfirmation(ctx, by(who), db.asks(t, review.Auditor), false); err != nil {
				t.Errorf("%s refuses: %v", who.Username, err)
			}
		}
		late := db.asks(t, review.Auditor)
		if n, err := db.LapseConfirmations(ctx); n != 0 || err != nil {
			t.Errorf("LapseConfirmations too early = %d, %v", n, err)
		}
		db.clock.advance(review.ConfirmationAge)
		if err := db.SettleConfirmation(ctx, by(db.second), late, true); !errors.Is(err, review.ErrStatus) {
			t.Errorf("confirming too late = %v, want ErrStatus", err)
		}
		anew := db.asks(t, review.Auditor) // it lapses the one before
		if anew == late {
			t.Error("what lapsed waits again")
		}
		db.clock.advance(review.ConfirmationAge)
		for want := range 2 {
			if n, err := db.LapseConfirmations(ctx); n != 1-want || err != nil {
				t.Errorf("LapseConfirmations = %d, %v, want %d", n, err, 1-want)
			}
		}
		want := []string{
			actRoleAsked, actRoleRefused, actRoleAsked, actRoleRefused, actRoleAsked, actRoleLapsed, actRoleAsked, actRoleLapsed,
		}
		if got := db.acts(t); !slices.Equal(got, want) {
			t.Errorf("the acts are %q, want %q", got, want)
		}
		if got := db.roles(t, "ada"); len(got) != 0 {
			t.Errorf("the roles are %q", got)
		}
		var states []review.ConfirmationState
		for next, more := "", true; more; more = next != "" {
			var list []review.Confirmation
			var err error
			if list, next, err = db.Confirmations(ctx, "", db.person.ID, next, 3); err != nil {
				t.Fatal(err)
			}
			for _, c := range list {
				states = append(states, c.State)
			}
		}
		if !slices.Equal(states, []review.ConfirmationState{"lapsed", "lapsed", "refused", "refused"}) {
			t.Errorf("the states are %q", states)
		}
		if waiting, _, err := db.Confirmations(ctx, review.ConfirmationWaiting, "", "", 10); len(waiting) != 0 || err != nil {
			t.Errorf("there wait %+v, %v", waiting, err)
		}
		if _, _, err := db.Confirmations(ctx, "", "", "../", 10); !errors.Is(err, review.ErrInvalid) {
			t.Errorf("a cursor of no list = %v, want ErrInvalid", err)
		}
		db.replays(t)
	})
}

// What changed between asking and confirming counts.
func TestConfirmationOverTime(t *testing.T) {
	eachAdmins(t, func(t *testing.T, db admins) {
		ctx := t.Context()
		asked, given := db.asks(t, review.Auditor), db.asks(t, review.OutputChecker)
		// The operator gives it meanwhile, and is not asked for a second one.
		if done, err := db.GrantRole(ctx, by(operator), db.person.ID, review.OutputChecker, review.ScopeAll); err != nil || done.Grant == "" {
			t.Fatalf("GrantRole by the operator = %+v, %v", done, err)
		}
		if err := db.SettleConfirmation(ctx, by(db.second), given, true); err != nil {
			t.Fatal(err)
		}
		if got := db.roles(t, "ada"); !slices.Equal(got, []string{"output_checker all"}) {
			t.Errorf("the roles are %q, want one, once", got)
		}
		// Who asked is no administrator any more.
		if err := db.EndRole(ctx, by(operator), db.first.ID, review.Administrator, review.ScopeAll); err != nil {
			t.Fatal(err)
		}
		if err := db.SettleConfirmation(ctx, by(db.second), asked, true); !errors.Is(err, review.ErrStatus) {
			t.Errorf("confirming what a former administrator asked for = %v, want ErrStatus", err)
		}
		if err := db.SettleConfirmation(ctx, by(operator), asked, false); err != nil {
			t.Errorf("the operator refuses: %v", err)
		}
		db.replays(t)
	})
}

// Of several who settle it at once, one does.
func TestConfirmAtOnce(t *testing.T) {
	eachAdmins(t, func(t *testing.T, db admins) {
		id := db.asks(t, review.Administrator)
		var group sync.WaitGroup
		var mu sync.Mutex
		var done, late int
		for n := range 8 {
			who := []review.Actor{db.second, db.third}[n%2]
			group.Go(func() {
				err := db.SettleConfirmation(t.Context(), by(who), id, true)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					done++
				case errors.Is(err, review.ErrStatus):
					late++
				default:
					t.Error(err)
				}
			})
		}
		group.Wait()
		if done != 1 || late != 7 || !slices.Equal(db.roles(t, "ada"), []string{"administrator all"}) {
			t.Errorf("%d confirmed it and %d were late; the roles are %q", done, late, db.roles(t, "ada"))
		}
		db.replays(t)
	})
}
