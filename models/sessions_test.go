package models

import (
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"sallyport/auth"
	"sallyport/review"
)

// signedIn is somebody with a session, as an actor without grants.
func (db testDB) signedIn(t testing.TB, username string, roles ...auth.MappedRole) (review.Actor, auth.Session) {
	t.Helper()
	done := must[auth.SignedIn](t)(db.SignIn(t.Context(), db.somebody(username, roles...)))
	return review.Actor{Person: done.Person, Kind: review.IsPerson}, done.Session
}

func TestSession(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		ctx := t.Context()
		ada, session := db.signedIn(t, "ada", mapsChecker)
		before := db.entries(t)
		got := must[auth.StoredSession](t)(db.Session(ctx, session.ID))
		a := got.Actor
		if got.Session != session || !auth.Matches(got.Hash, secret) || a.Person != ada.Person || a.Kind != review.IsPerson ||
			a.Automated || a.Scopes != nil || !a.HasAnywhere(review.OutputChecker) {
			t.Errorf("Session = %+v, want %+v of a checker at a page", got, session)
		}
		// Rights are what they are now, not what they were when the session began.
		if err := db.EndRole(ctx, by(operator), ada.ID, a.Grants[0].Role, a.Grants[0].Scope); err != nil {
			t.Fatal(err)
		}
		if got := must[auth.StoredSession](t)(db.Session(ctx, session.ID)); got.Actor.HasAnywhere(review.OutputChecker) {
			t.Error("a role that was taken away still counts")
		}
		for _, id := range []string{"", "none", "a\x00b", "\xff", session.ID + "x", strings.Repeat("A", 65)} {
			if _, err := db.Session(ctx, id); !errors.Is(err, review.ErrNotFound) {
				t.Errorf("Session(%q) = %v, want ErrNotFound", id, err)
			}
		}
		used := db.clock.Now().Add(time.Hour)
		for _, at := range []time.Time{used, used.Add(-time.Minute)} { // the earlier one changes nothing
			if err := db.UseSession(ctx, session.ID, at); err != nil {
				t.Fatal(err)
			}
			if got := must[auth.StoredSession](t)(db.Session(ctx, session.ID)); !got.LastUsed.Equal(used) {
				t.Errorf("used at %v, LastUsed = %v, want %v", at, got.LastUsed, used)
			}
		}
		if n := db.entries(t) - before; n != 1 { // the role's end
			t.Errorf("sessions wrote %d entries, want none", n-1)
		}
	})
}

// A session costs its page two statements.
func TestSessionStatements(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		_, session := db.signedIn(t, "ada", mapsChecker)
		if n := db.statements(t, func() { must[auth.StoredSession](t)(db.Session(t.Context(), session.ID)) }); n != 2 {
			t.Errorf("Session sends %d statements, want 2", n)
		}
	})
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		ctx := t.Context()
		admin := db.person(t, "admin1", "administrator", "all")
		ada, first := db.signedIn(t, "ada")
		_, second := db.signedIn(t, "ada")
		bob, bobs := db.signedIn(t, "bob")
		list := must[[]auth.Session](t)(db.SessionsOf(ctx, ada, ada.ID))
		if len(list) != 2 || list[0] != second || list[1] != first {
			t.Errorf("SessionsOf = %+v, want the second and the first", list)
		}
		token := ada
		token.Scopes, token.Automated = []review.TokenScope{review.MayRead, review.MayAdmin}, true
		for name, by := range map[string]review.Actor{"another": bob, "a token": token, "a service": {Kind: review.IsService, Backend: "tpp"}} {
			if _, err := db.SessionsOf(ctx, by, ada.ID); !errors.Is(err, review.ErrRole) {
				t.Errorf("SessionsOf by %s = %v, want ErrRole", name, err)
			}
			if _, err := db.EndSessions(ctx, by, ada.ID); !errors.Is(err, review.ErrRole) {
				t.Errorf("EndSessions by %s = %v, want ErrRole", name, err)
			}
			if err := db.EndSession(ctx, by, first.ID); !errors.Is(err, review.ErrNotFound) {
				t.Errorf("EndSession by %s = %v, want ErrNotFound", name, err)
			}
		}
		for range 2 { // the second time does nothing
			if err := db.EndSession(ctx, ada, first.ID); err != nil {
				t.Fatal(err)
			}
		}
		ended := must[auth.StoredSession](t)(db.Session(ctx, first.ID)).Ended
		if ended.IsZero() {
			t.Error("EndSession ended nothing")
		}
		if list := must[[]auth.Session](t)(db.SessionsOf(ctx, admin, ada.ID)); len(list) != 1 || list[0].ID != second.ID {
			t.Errorf("SessionsOf = %+v, want the second", list)
		}
		if n, err := db.EndSessions(ctx, admin, ada.ID); n != 1 || err != nil {
			t.Errorf("EndSessions = %d, %v, want 1", n, err)
		}
		if got := must[auth.StoredSession](t)(db.Session(ctx, first.ID)).Ended; !got.Equal(ended) {
			t.Errorf("a session that ended at %v ended again at %v", ended, got)
		}
		if stored := must[auth.StoredSession](t)(db.Session(ctx, bobs.ID)); !stored.Ended.IsZero() {
			t.Error("somebody else's session ended")
		}
		if n, err := db.EndSessions(ctx, review.System(), bob.ID); n != 1 || err != nil {
			t.Errorf("EndSessions by the system = %d, %v, want 1", n, err)
		}
		for _, id := range []string{"none", "' or 1=1"} {
			if err := db.EndSession(ctx, admin, id); !errors.Is(err, review.ErrNotFound) {
				t.Errorf("EndSession(%q) = %v, want ErrNotFound", id, err)
			}
		}
	})
}

func TestSessionsThatAreOver(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		ctx := t.Context()
		ada, old := db.signedIn(t, "ada")
		db.clock.advance(auth.SessionIdle)
		if list := must[[]auth.Session](t)(db.SessionsOf(ctx, ada, ada.ID)); len(list) != 0 {
			t.Errorf("SessionsOf lists %+v, which has been idle for too long", list)
		}
		db.clock.advance(auth.SessionAge)
		in := db.somebody("ada")
		in.Replaces = old.ID
		done := must[auth.SignedIn](t)(db.SignIn(ctx, in))
		if stored := must[auth.StoredSession](t)(db.Session(ctx, old.ID)); stored.Ended.IsZero() {
			t.Error("the session that was replaced goes on")
		}
		if n, err := db.ForgetSessions(ctx, db.clock.Now()); n != 1 || err != nil {
			t.Errorf("ForgetSessions = %d, %v, want 1", n, err)
		}
		if _, err := db.Session(ctx, old.ID); !errors.Is(err, review.ErrNotFound) {
			t.Errorf("Session of a forgotten one = %v, want ErrNotFound", err)
		}
		must[auth.StoredSession](t)(db.Session(ctx, done.Session.ID))
	})
}

// Both halves together: the cookie's value finds the person until the session
// is over, for whatever reason.
func TestSessionsOfAuth(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		ctx := t.Context()
		sessions := auth.Sessions{Store: db, Now: db.clock.Now, Random: rand.Reader}
		begin := func(before string) string {
			t.Helper()
			who := db.somebody("ada", mapsChecker)
			_, value, err := sessions.Begin(ctx, who.Identity, who.Roles, "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", before)
			if err != nil {
				t.Fatal(err)
			}
			return value
		}
		out := func(when, value string) {
			t.Helper()
			if a, _, err := sessions.Authenticate(ctx, value); !errors.Is(err, auth.ErrUnauthenticated) || a.ID != "" {
				t.Errorf("%s, Authenticate = %+v, %v, want ErrUnauthenticated", when, a, err)
			}
		}
		first := begin("")
		actor, session, err := sessions.Authenticate(ctx, first)
		if err != nil || actor.Username != "ada" || !actor.HasAnywhere(review.OutputChecker) || session.Label != "Firefox on Linux" {
			t.Fatalf("Authenticate = %+v, %+v, %v", actor, session, err)
		}
		second := begin(first)
		out("after another sign-in in the same browser", first)
		if err := sessions.End(ctx, second); err != nil {
			t.Fatal(err)
		}
		out("after signing out", second)
		third, fourth := begin(""), begin("")
		if err := sessions.Refused(ctx, third); err != nil {
			t.Fatal(err)
		}
		out("after the provider's refusal", third)
		out("after the provider's refusal elsewhere", fourth)
		fifth := begin("")
		db.clock.advance(auth.SessionIdle)
		out("after being idle", fifth)
	})
}
