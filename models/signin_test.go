package models

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/auth"
	"sallyport/review"
)

// somebody is who comes back from a provider; their subject is their username
// with "sub:" before it.
func (db testDB) somebody(username string, roles ...auth.MappedRole) auth.SignIn {
	return auth.SignIn{
		Identity: auth.Identity{Issuer: "https://id.example.org", Subject: "sub:" + username, Username: username, Name: "Ada " + username},
		Roles:    roles, Hash: auth.Hash(secret), Label: "Firefox on Linux", Expires: db.clock.Now().Add(auth.SessionAge),
	}
}

var (
	mapsChecker = auth.MappedRole{Role: review.OutputChecker, Scope: review.ScopeAll}
	researches  = auth.MappedRole{Role: review.Researcher, Scope: "project:demo"}
)

// roles are the standing roles of an account, as "role scope".
func (db testDB) roles(t testing.TB, username string) []string {
	t.Helper()
	account := must[auth.Account](t)(db.PersonByUsername(t.Context(), username))
	list := []string{}
	for _, g := range account.Grants {
		if g.Until.IsZero() {
			list = append(list, string(g.Role)+" "+string(g.Scope))
		}
	}
	slices.Sort(list)
	return list
}

// identities counts the accounts that somebody has signed in to.
func (db testDB) identities(t testing.TB) int64 {
	t.Helper()
	return must[int64](t)(on[identityRow](db.reader).Count(t.Context(), "person_id"))
}

func TestSignInMakesAnAccount(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		ctx := t.Context()
		done := must[auth.SignedIn](t)(db.SignIn(ctx, db.somebody("ada", mapsChecker, researches)))
		if !done.New || done.Person.Username != "ada" || done.Person.ID == "" || done.Session.PersonID != done.Person.ID {
			t.Errorf("SignIn = %+v; want a new account for ada, with a session", done)
		}
		account := must[auth.Account](t)(db.PersonByUsername(ctx, "ada"))
		if account.Person != done.Person || account.Name != "Ada ada" {
			t.Errorf("the account is %+v", account)
		}
		if got := db.roles(t, "ada"); !slices.Equal(got, []string{"output_checker all", "researcher project:demo"}) {
			t.Errorf("the roles are %q", got)
		}
		var acts []string
		for e, err := range db.Entries(ctx, EntryFilter{Person: "ada"}) {
			if err != nil {
				t.Fatal(err)
			}
			acts = append(acts, e.Act)
			row := must[entryRow](t)(on[entryRow](db.reader).Where("id = ?", e.ID).Take(ctx))
			if row.ActorKind != string(review.IsSystem) || *row.PersonID != string(done.Person.ID) || strings.Contains(string(e.Bytes), "sub:ada") ||
				strings.Contains(string(e.Bytes), "Ada") {
				t.Errorf("the entry is %s", e.Bytes)
			}
		}
		want := []string{actPersonAdded, actIdentityLinked, actRoleGranted, actRoleGranted}
		if !slices.Equal(acts, want) {
			t.Errorf("the acts are %q, want %q", acts, want)
		}
		linked := lastEntry(t, db, EntryFilter{Act: actIdentityLinked})
		if text := string(linked.Bytes); !strings.Contains(text, "https://id.example.org") || !strings.Contains(text, subjectHash("sub:ada")) {
			t.Errorf("the entry is %s; want it to name the issuer and the hash of the subject", text)
		}
		granted := lastEntry(t, db, EntryFilter{Act: actRoleGranted})
		if !strings.Contains(string(granted.Bytes), `"source":"claim"`) {
			t.Errorf("the entry is %s; want its source", granted.Bytes)
		}

		before := db.entries(t)
		again := db.somebody("ada", researches, mapsChecker)
		again.Identity.Username, again.Identity.Name = "renamed", "Other" // the account keeps what it has
		second := must[auth.SignedIn](t)(db.SignIn(ctx, again))
		if second.New || second.Person != done.Person || second.Session.ID == done.Session.ID || db.entries(t) != before {
			t.Errorf("SignIn again = %+v with %d more entries; want the same person in a new session, and no entry", second, db.entries(t)-before)
		}
		db.replays(t)
		if n := db.identities(t); n != 1 {
			t.Errorf("there are %d identities", n)
		}
	})
}

// Roles from claims come and go at each sign-in, with entries; those that an
// administrator gave do not.
func TestSignInFollowsClaims(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		ctx := t.Context()
		done := must[auth.SignedIn](t)(db.SignIn(ctx, db.somebody("ada", mapsChecker, researches)))
		local := must[review.Given](t)(db.GrantRole(ctx, by(operator), done.Person.ID, review.Auditor, review.ScopeAll))
		observes := auth.MappedRole{Role: review.Observer, Scope: review.ScopeAll}
		must[auth.SignedIn](t)(db.SignIn(ctx, db.somebody("ada", observes, researches)))
		if got := db.roles(t, "ada"); !slices.Equal(got, []string{"auditor all", "observer all", "researcher project:demo"}) {
			t.Errorf("the roles are %q, want those of the claims today and the local one", got)
		}
		must[auth.SignedIn](t)(db.SignIn(ctx, db.somebody("ada")))
		if got := db.roles(t, "ada"); !slices.Equal(got, []string{"auditor all"}) {
			t.Errorf("without claims the roles are %q, want the local one", got)
		}
		ended := lastEntry(t, db, EntryFilter{Act: actRoleEnded})
		if ended.row.ActorKind != string(review.IsSystem) || !strings.Contains(string(ended.Bytes), `"source":"claim"`) {
			t.Errorf("the entry is %s", ended.Bytes)
		}
		for _, g := range must[auth.Account](t)(db.PersonByUsername(ctx, "ada")).Grants {
			if g.ID == local.Grant && !g.Until.IsZero() {
				t.Error("the local role has ended")
			}
		}
		// What both give, one keeps when the other takes it away.
		if _, err := db.GrantRole(ctx, by(operator), done.Person.ID, review.OutputChecker, review.ScopeAll); err != nil {
			t.Fatal(err)
		}
		must[auth.SignedIn](t)(db.SignIn(ctx, db.somebody("ada", mapsChecker)))
		must[auth.SignedIn](t)(db.SignIn(ctx, db.somebody("ada")))
		if got := db.roles(t, "ada"); !slices.Equal(got, []string{"auditor all", "output_checker all"}) {
			t.Errorf("the roles are %q, want both local ones", got)
		}
		// An administrator gives what a claim gives already, and it is shown once.
		must[auth.SignedIn](t)(db.SignIn(ctx, db.somebody("ada", researches)))
		must[review.Given](t)(db.GrantRole(ctx, by(operator), done.Person.ID, researches.Role, researches.Scope))
		twice := must[auth.Account](t)(db.PersonByUsername(ctx, "ada")).Grants
		if got := db.roles(t, "ada"); len(got) != 4 || len(review.Standing(twice)) != 3 {
			t.Errorf("the roles are %q, and %+v are shown; want the researcher twice, shown once", got, review.Standing(twice))
		}
		must[auth.SignedIn](t)(db.SignIn(ctx, db.somebody("ada")))
		if got := db.roles(t, "ada"); !slices.Contains(got, "researcher project:demo") {
			t.Errorf("the roles are %q, want the local researcher without the claim", got)
		}
		db.replays(t)
	})
}

func TestSignInToAnAccountThatWaits(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		ctx := t.Context()
		waiting := db.person(t, "ada", "auditor", "all")
		mailed := db.somebody("ada")
		mailed.Identity.FromEmail = true
		if _, err := db.SignIn(ctx, mailed); !errors.Is(err, review.ErrDuplicate) {
			t.Errorf("SignIn with an e-mail address that is a username here = %v, want ErrDuplicate", err)
		}
		done := must[auth.SignedIn](t)(db.SignIn(ctx, db.somebody("ada")))
		if done.New || done.Person != waiting.Person || !slices.Equal(db.roles(t, "ada"), []string{"auditor all"}) {
			t.Errorf("SignIn = %+v; want the account that waited, with its role", done)
		}
		other := db.somebody("ada")
		other.Identity.Subject = "sub:another"
		_, err := db.SignIn(ctx, other)
		if !errors.Is(err, review.ErrDuplicate) || !strings.Contains(err.Error(), "ada") || strings.Contains(err.Error(), "sub:") {
			t.Errorf("SignIn of another ada = %v, want a refusal that names the username alone", err)
		}
		other.Identity.Subject, other.Identity.Issuer = "sub:ada", "https://other.example.org"
		if _, err := db.SignIn(ctx, other); !errors.Is(err, review.ErrDuplicate) {
			t.Errorf("SignIn of the same subject of another provider = %v, want ErrDuplicate", err)
		}
		db.replays(t)
	})
}

func TestSignInRefuses(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		before := db.entries(t)
		for name, test := range map[string]struct {
			change func(*auth.SignIn)
			want   error // nil: any
		}{
			"a username with a space": {func(in *auth.SignIn) { in.Identity.Username = "a b" }, auth.ErrNoUsername},
			"a username with a quote": {func(in *auth.SignIn) { in.Identity.Username = `a"b` }, auth.ErrNoUsername},
			"the program's name":      {func(in *auth.SignIn) { in.Identity.Username = "system" }, auth.ErrNoUsername},
			"the operator's name":     {func(in *auth.SignIn) { in.Identity.Username = "operator" }, auth.ErrNoUsername},
			"no username":             {func(in *auth.SignIn) { in.Identity.Username = "" }, auth.ErrNoUsername},
			"a username that is long": {func(in *auth.SignIn) { in.Identity.Username = strings.Repeat("a", 101) }, auth.ErrNoUsername},
			"no subject":              {func(in *auth.SignIn) { in.Identity.Subject = "" }, nil},
			"no issuer":               {func(in *auth.SignIn) { in.Identity.Issuer = "" }, nil},
			"a role that is not":      {func(in *auth.SignIn) { in.Roles = []auth.MappedRole{{Role: "king", Scope: "all"}} }, review.ErrInvalid},
			"a scope that is not":     {func(in *auth.SignIn) { in.Roles = []auth.MappedRole{{Role: review.Researcher, Scope: "all"}} }, review.ErrInvalid},
			"a service": {func(in *auth.SignIn) {
				in.Roles = []auth.MappedRole{{Role: review.BackendService, Scope: "backend:tpp"}}
			}, review.ErrInvalid},
			"a session without an end": {func(in *auth.SignIn) { in.Expires = time.Time{} }, nil},
		} {
			in := db.somebody("ada", mapsChecker)
			test.change(&in)
			if done, err := db.SignIn(t.Context(), in); err == nil || test.want != nil && !errors.Is(err, test.want) || done.Person.ID != "" {
				t.Errorf("SignIn with %s = %+v, %v, want %v", name, done, err, test.want)
			}
		}
		if _, err := db.PersonByUsername(t.Context(), "ada"); !errors.Is(err, review.ErrNotFound) || db.entries(t) != before {
			t.Errorf("what was refused left an account or entries: %v", err)
		}
	})
}

// Nobody comes in under a name that others would take for somebody else's.
func TestSignInAlike(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		must[auth.SignedIn](t)(db.SignIn(t.Context(), db.somebody("ada")))
		if done, err := db.SignIn(t.Context(), db.somebody("Ada")); !errors.Is(err, review.ErrDuplicate) || done.Person.ID != "" {
			t.Errorf("SignIn as Ada beside ada = %+v, %v, want ErrDuplicate", done, err)
		}
	})
}

// A name that cannot be shown is left out: nobody is kept out for it.
func TestSignInWithoutAName(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		in := db.somebody("ada")
		in.Identity.Name = "a\nb"
		must[auth.SignedIn](t)(db.SignIn(t.Context(), in))
		if account := must[auth.Account](t)(db.PersonByUsername(t.Context(), "ada")); account.Name != "" {
			t.Errorf("the name is %q", account.Name)
		}
		db.replays(t)
	})
}

// The same person signs in for the first time in several windows at once: one
// account, a session for each window. Several identities with one username at
// once: one of them gets the account, the others are refused.
func TestFirstSignInsAtOnce(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		const windows = 8
		var group sync.WaitGroup
		var mu sync.Mutex
		people, made := map[review.PersonID]bool{}, 0
		for range windows {
			group.Go(func() {
				done, err := db.SignIn(t.Context(), db.somebody("ada", mapsChecker))
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				people[done.Person.ID] = true
				if done.New {
					made++
				}
			})
		}
		group.Wait()
		if len(people) != 1 || made != 1 {
			t.Errorf("%d sign-ins of one person at once made %d accounts and are of %d people", windows, made, len(people))
		}
		sessions := must[[]auth.Session](t)(db.SessionsOf(t.Context(), operator, db.account1(t, "ada")))
		if len(sessions) != windows || !slices.Equal(db.roles(t, "ada"), []string{"output_checker all"}) {
			t.Errorf("there are %d sessions and the roles %q", len(sessions), db.roles(t, "ada"))
		}

		var got, refused int
		for n := range windows {
			group.Go(func() {
				in := db.somebody("bob")
				in.Identity.Subject = fmt.Sprint("sub:bob", n)
				_, err := db.SignIn(t.Context(), in)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					got++
				case errors.Is(err, review.ErrDuplicate):
					refused++
				default:
					t.Error(err)
				}
			})
		}
		group.Wait()
		if got != 1 || refused != windows-1 {
			t.Errorf("of %d identities with one username %d got it and %d were refused", windows, got, refused)
		}
		db.replays(t)
		if n := db.identities(t); n != 2 {
			t.Errorf("there are %d identities, want 2", n)
		}
	})
}

func (db testDB) account1(t testing.TB, username string) review.PersonID {
	t.Helper()
	return must[auth.Account](t)(db.PersonByUsername(t.Context(), username)).ID
}

// One identity comes with two usernames at once, which no rule of the provider
// forbids: still one account.
func TestFirstSignInsUnderTwoNames(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		for round := range 5 {
			var group sync.WaitGroup
			var mu sync.Mutex
			people := map[review.PersonID]bool{}
			for n := range 4 {
				group.Go(func() {
					in := db.somebody(fmt.Sprintf("name%d-%d", round, n))
					in.Identity.Subject = fmt.Sprint("one", round)
					done, err := db.SignIn(t.Context(), in)
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					defer mu.Unlock()
					people[done.Person.ID] = true
				})
			}
			group.Wait()
			all, _, err := db.Accounts(t.Context(), auth.PeopleFilter{Limit: 10})
			if err != nil || len(people) != 1 || len(all) != round+1 {
				t.Fatalf("round %d: %d people came of it, there are %d accounts, %v", round, len(people), len(all), err)
			}
		}
		db.replays(t)
	})
}

func TestUnlinkIdentity(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		ctx := t.Context()
		admin := db.person(t, "admin1", "administrator", "all")
		done := must[auth.SignedIn](t)(db.SignIn(ctx, db.somebody("ada", mapsChecker)))
		if err := db.UnlinkIdentity(ctx, admin, done.Person.ID); !errors.Is(err, review.ErrRole) {
			t.Errorf("UnlinkIdentity by an administrator = %v, want ErrRole", err)
		}
		if err := db.UnlinkIdentity(ctx, operator, admin.ID); !errors.Is(err, review.ErrNotFound) {
			t.Errorf("UnlinkIdentity of an account without one = %v, want ErrNotFound", err)
		}
		if err := db.UnlinkIdentity(ctx, operator, "none"); !errors.Is(err, review.ErrNotFound) {
			t.Errorf("UnlinkIdentity of nobody = %v, want ErrNotFound", err)
		}
		if err := db.UnlinkIdentity(ctx, operator, done.Person.ID); err != nil {
			t.Fatal(err)
		}
		if stored := must[auth.StoredSession](t)(db.Session(ctx, done.Session.ID)); stored.Ended.IsZero() {
			t.Error("the session goes on without an identity")
		}
		db.replays(t)
		moved := db.somebody("ada")
		moved.Identity.Issuer = "https://new.example.org"
		if again := must[auth.SignedIn](t)(db.SignIn(ctx, moved)); again.Person != done.Person || again.New {
			t.Errorf("SignIn from the new provider = %+v, want the same account", again)
		}
		if _, err := db.SignIn(ctx, db.somebody("ada")); !errors.Is(err, review.ErrDuplicate) {
			t.Errorf("SignIn from the old provider = %v, want ErrDuplicate", err)
		}
		db.replays(t)
	})
}

// The databases hold what SignIn relies on.
func TestIdentitiesAndSessionsHold(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		db.person(t, "waiting")
		must[auth.SignedIn](t)(db.SignIn(t.Context(), db.somebody("ada", mapsChecker)))
		refused(t, db,
			"INSERT INTO identities SELECT issuer, '"+sha(1)+"', person_id, linked FROM identities",
			"INSERT INTO identities SELECT issuer, subject, 'none', linked FROM identities",
			"INSERT INTO identities SELECT issuer, subject, (SELECT id FROM people WHERE username = 'waiting'), linked FROM identities",
			"UPDATE identities SET subject = 'sub:ada'",
			"UPDATE sessions SET secret = NULL",
			"UPDATE sessions SET person_id = 'none'",
			"UPDATE grants SET source = 'other'",
			"INSERT INTO grants (id, person_id, role, scope, since, source) SELECT 'g', person_id, role, scope, since, source FROM grants LIMIT 1",
		)
	})
}

func TestStatementsOfSignInUseIndexes(t *testing.T) {
	db := openForTest(t, sqliteURL(t))
	seen, scans := db.scans(t, func() {
		done := must[auth.SignedIn](t)(db.SignIn(t.Context(), db.somebody("ada", mapsChecker)))
		in := db.somebody("ada", researches)
		in.Replaces = done.Session.ID
		done = must[auth.SignedIn](t)(db.SignIn(t.Context(), in))
		must[auth.StoredSession](t)(db.Session(t.Context(), done.Session.ID))
		must[[]auth.Session](t)(db.SessionsOf(t.Context(), operator, done.Person.ID))
		if err := db.UseSession(t.Context(), done.Session.ID, noon.Add(time.Hour)); err != nil {
			t.Error(err)
		}
		if err := db.EndSession(t.Context(), operator, done.Session.ID); err != nil {
			t.Error(err)
		}
		must[int](t)(db.EndSessions(t.Context(), operator, done.Person.ID))
		must[int](t)(db.ForgetSessions(t.Context(), noon))
		if err := db.UnlinkIdentity(t.Context(), operator, done.Person.ID); err != nil {
			t.Error(err)
		}
	})
	for _, scan := range scans {
		t.Errorf("planned as %s", scan)
	}
	if seen < 20 {
		t.Errorf("only %d statements were looked at", seen)
	}
}
