package models

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/auth"
	"sallyport/review"
)

const secret = "0123456789abcdefghij"

func TestPeople(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		ctx := t.Context()
		admin := db.person(t, "admin1", "administrator", "all")
		p, err := db.AddPerson(ctx, by(admin), "researcher1", " Ada  ")
		if err != nil {
			t.Fatal(err)
		}
		entry := lastEntry(t, db, EntryFilter{Person: "researcher1"})
		if entry.Act != "person_added" || *entry.row.PersonID != string(p.ID) || entry.By != admin.ID || entry.Side != "administrator" ||
			entry.row.Role != string(review.Administrator) || strings.Contains(string(entry.Bytes), "Ada") || entry.Request != nil {
			t.Errorf("the entry is %+v", entry)
		}
		names, err := db.Usernames(ctx, []review.PersonID{p.ID, "nobody"})
		if err != nil || len(names) != 1 || names[p.ID] != "researcher1" {
			t.Errorf("Usernames = %v, %v", names, err)
		}
		if _, err := db.AddPerson(ctx, by(admin), "researcher1", ""); !errors.Is(err, review.ErrDuplicate) {
			t.Errorf("a username that is taken = %v, want ErrDuplicate", err)
		}
		if _, err := db.AddPerson(ctx, by(admin), "Researcher1", ""); !errors.Is(err, review.ErrDuplicate) {
			t.Errorf("a username that looks like another = %v, want ErrDuplicate", err)
		}
		for _, username := range []string{"System", "OPERATOR", "", " a", "a b", "-a", "a\x00", strings.Repeat("a", 101), "ä"} {
			if _, err := db.AddPerson(ctx, by(admin), username, ""); !errors.Is(err, review.ErrInvalid) {
				t.Errorf("AddPerson(%q) = %v, want ErrInvalid", username, err)
			}
		}
		for _, name := range []string{"a\nb", "\xff", strings.Repeat("a", 201)} {
			if _, err := db.AddPerson(ctx, by(admin), "named", name); !errors.Is(err, review.ErrInvalid) {
				t.Errorf("the name %q = %v, want ErrInvalid", name, err)
			}
		}
		if _, err := db.AddPerson(ctx, by(review.Actor{Person: p, Kind: review.IsPerson}), "friend", ""); !errors.Is(err, review.ErrRole) {
			t.Errorf("AddPerson by a researcher = %v, want ErrRole", err)
		}
		found, err := db.PersonByUsername(ctx, "researcher1")
		if err != nil || found.Person != p || found.Name != "Ada" {
			t.Errorf("PersonByUsername = %+v, %v", found, err)
		}
		if again, err := db.Person(ctx, p.ID); err != nil || again.Person != p {
			t.Errorf("Person = %+v, %v", again, err)
		}
		if _, err := db.PersonByUsername(ctx, "nobody"); !errors.Is(err, review.ErrNotFound) {
			t.Errorf("PersonByUsername(nobody) = %v, want ErrNotFound", err)
		}
		db.replays(t)
	})
}

func TestPeopleArePaged(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		for _, name := range []string{"b", "D", "a", "c"} {
			db.person(t, name, "auditor", "all")
		}
		var got []string
		for next, more := "", true; more; more = next != "" {
			var page []auth.Account
			var err error
			if page, next, err = db.Accounts(t.Context(), auth.PeopleFilter{Cursor: next, Limit: 3}); err != nil {
				t.Fatal(err)
			}
			for _, p := range page {
				got = append(got, p.Username)
				if len(p.Grants) != 1 {
					t.Errorf("%s has the grants %+v", p.Username, p.Grants)
				}
			}
		}
		if fmt.Sprint(got) != "[D a b c]" {
			t.Errorf("People = %q", got)
		}
	})
}

func TestRoles(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		ctx := t.Context()
		admin := db.person(t, "admin1", "administrator", "all")
		p := db.person(t, "checker1")
		grant, err := db.GrantRole(ctx, by(operator), p.ID, review.OutputChecker, "backend:tpp")
		if err != nil {
			t.Fatal(err)
		}
		before := db.entries(t)
		if again, err := db.GrantRole(ctx, by(admin), p.ID, review.OutputChecker, "backend:tpp"); err != nil || again != grant {
			t.Errorf("the same role again = %+v, %v, want the grant that stands", again, err)
		}
		if db.entries(t) != before {
			t.Error("a role that stands was recorded again")
		}
		for name, tc := range map[string]struct {
			by    review.Actor
			to    review.PersonID
			role  review.Role
			scope review.Scope
			want  error
		}{
			"to oneself":          {admin, admin.ID, review.Auditor, "all", review.ErrRole},
			"by no one":           {p, admin.ID, review.Auditor, "all", review.ErrRole},
			"to nobody":           {admin, "none", review.Auditor, "all", review.ErrNotFound},
			"a scope that is not": {admin, p.ID, review.Researcher, "all", review.ErrInvalid},
			"a role that is not":  {admin, p.ID, "king", "all", review.ErrInvalid},
			"a service":           {admin, p.ID, review.BackendService, "backend:tpp", review.ErrInvalid},
		} {
			if _, err := db.GrantRole(ctx, by(tc.by), tc.to, tc.role, tc.scope); !errors.Is(err, tc.want) {
				t.Errorf("%s: GrantRole = %v, want %v", name, err, tc.want)
			}
		}
		const role, scope = review.OutputChecker, review.Scope("backend:tpp")
		if err := db.EndRole(ctx, by(p), p.ID, role, scope); !errors.Is(err, review.ErrRole) {
			t.Errorf("EndRole by the person = %v, want ErrRole", err)
		}
		if err := db.EndRole(ctx, by(admin), admin.ID, review.Administrator, "all"); !errors.Is(err, review.ErrRole) {
			t.Errorf("EndRole of oneself = %v, want ErrRole", err)
		}
		if err := db.EndRole(ctx, by(operator), admin.ID, role, scope); !errors.Is(err, review.ErrNotFound) {
			t.Errorf("EndRole of somebody else's role = %v, want ErrNotFound", err)
		}
		for range 2 {
			if err := db.EndRole(ctx, by(admin), p.ID, role, scope); err != nil {
				t.Fatal(err)
			}
		}
		account := must[auth.Account](t)(db.PersonByUsername(ctx, "checker1"))
		if len(account.Grants) != 1 || account.Grants[0].Until.Before(account.Grants[0].From) {
			t.Errorf("the grants are %+v, want the ended one", account.Grants)
		}
		if fresh, err := db.GrantRole(ctx, by(operator), p.ID, role, scope); err != nil || fresh.Grant == grant.Grant {
			t.Errorf("a role given again = %+v, %v, want another grant", fresh, err)
		}
		// An administrator who lost the role a moment ago.
		if err := db.EndRole(ctx, by(operator), admin.ID, review.Administrator, "all"); err != nil {
			t.Fatal(err)
		}
		if _, err := db.GrantRole(ctx, by(admin), p.ID, review.Auditor, "all"); !errors.Is(err, review.ErrRole) {
			t.Errorf("GrantRole by a former administrator = %v, want ErrRole", err)
		}
		db.replays(t)
	})
}

// Two administrators give each other roles, again and again: they wait, they
// do not deadlock.
func TestRolesAtOnce(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		a, b := db.person(t, "a", "administrator", "all"), db.person(t, "b", "administrator", "all")
		var group sync.WaitGroup
		for n := range 10 {
			scope := review.Scope(fmt.Sprintf("project:p%d", n))
			for _, pair := range [][2]review.Actor{{a, b}, {b, a}} {
				group.Go(func() {
					if _, err := db.GrantRole(t.Context(), by(pair[0]), pair[1].ID, review.Researcher, scope); err != nil {
						t.Error(err)
					}
				})
			}
		}
		group.Wait()
		db.replays(t)
	})
}

func TestTokens(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		ctx := t.Context()
		p := db.person(t, "researcher1", "researcher", "project:demo", "observer", "all")
		expires := db.now().Add(time.Hour)
		made, err := db.MakeToken(ctx, by(p), auth.NewToken{
			Person: p.ID, Name: "laptop", Scopes: []review.TokenScope{review.MayRead, review.MayAuthor}, Expires: expires,
		}, secret)
		if err != nil {
			t.Fatal(err)
		}
		id := made.ID
		stored := must[auth.Stored](t)(db.Token(ctx, id))
		a := stored.Actor
		if a.Person != p.Person || a.Kind != review.IsPerson || !a.Automated || len(a.Grants) != 2 ||
			!a.Within(review.MayAuthor) || a.Within(review.MayCheck) ||
			!auth.Matches(stored.Hash, secret) || !stored.Ended.IsZero() || !stored.Expires.Equal(expires) {
			t.Errorf("Token = %+v", stored)
		}
		for _, id := range []string{"", "none", "a\x00b", "\xff", id + "x", strings.Repeat("A", 65)} {
			if _, err := db.Token(ctx, id); !errors.Is(err, review.ErrNotFound) {
				t.Errorf("Token(%q) = %v, want ErrNotFound", id, err)
			}
		}
		entry := lastEntry(t, db, EntryFilter{Act: "token_made"})
		if entry.row.Role != "" || strings.Contains(string(entry.Bytes), "laptop") || strings.Contains(string(entry.Bytes), secret) {
			t.Errorf("the entry is %s", entry.Bytes)
		}
		db.replays(t)
	})
}

func TestTokensOfServices(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		ctx := t.Context()
		admin := db.person(t, "admin1", "administrator", "all")
		made, err := db.MakeToken(ctx, by(admin), auth.NewToken{Backend: "tpp", Name: "reporter"}, secret)
		if err != nil {
			t.Fatal(err)
		}
		id := made.ID
		a := must[auth.Stored](t)(db.Token(ctx, id)).Actor
		if a.Kind != review.IsService || a.Backend != "tpp" || a.Within(review.MayRead) ||
			review.MayReport(a, "tpp") != nil || review.MayReport(a, "emis") == nil {
			t.Errorf("the actor is %+v", a)
		}
		if err := db.EndToken(ctx, by(db.person(t, "other")), id); !errors.Is(err, review.ErrNotFound) {
			t.Errorf("EndToken by a stranger = %v, want ErrNotFound", err)
		}
		for range 2 {
			if err := db.EndToken(ctx, by(admin), id); err != nil {
				t.Fatal(err)
			}
		}
		if stored, err := db.Token(ctx, id); err != nil || stored.Ended.IsZero() {
			t.Errorf("an ended token = %+v, %v", stored, err)
		}
		if err := db.EndToken(ctx, by(admin), "none"); !errors.Is(err, review.ErrNotFound) {
			t.Errorf("EndToken of none = %v, want ErrNotFound", err)
		}
		db.replays(t)
	})
}

func TestTokensRefused(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		admin, p := db.person(t, "admin1", "administrator", "all"), db.person(t, "researcher1")
		read := []review.TokenScope{review.MayRead}
		for name, tc := range map[string]struct {
			by    review.Actor
			token auth.NewToken
			want  error
		}{
			"of nobody":                      {p, auth.NewToken{Scopes: read}, review.ErrInvalid},
			"of two":                         {p, auth.NewToken{Person: p.ID, Backend: "tpp", Scopes: read}, review.ErrInvalid},
			"without scopes":                 {p, auth.NewToken{Person: p.ID}, review.ErrInvalid},
			"a scope that is not":            {p, auth.NewToken{Person: p.ID, Scopes: []review.TokenScope{"all"}}, review.ErrInvalid},
			"expired":                        {p, auth.NewToken{Person: p.ID, Scopes: read, Expires: noon.AddDate(-1, 0, 0)}, review.ErrInvalid},
			"a name of two lines":            {p, auth.NewToken{Person: p.ID, Scopes: read, Name: "a\nb"}, review.ErrInvalid},
			"another's, by anybody":          {p, auth.NewToken{Person: admin.ID, Scopes: read}, review.ErrRole},
			"another's, by an administrator": {admin, auth.NewToken{Person: p.ID, Scopes: read}, review.ErrRole},
			"a service's, by anybody":        {p, auth.NewToken{Backend: "tpp"}, review.ErrRole},
			"a service's, with scopes":       {admin, auth.NewToken{Backend: "tpp", Scopes: read}, review.ErrInvalid},
			"of somebody who is not":         {operator, auth.NewToken{Person: "none", Scopes: read}, review.ErrNotFound},
		} {
			if _, err := db.MakeToken(t.Context(), by(tc.by), tc.token, secret); !errors.Is(err, tc.want) {
				t.Errorf("%s: MakeToken = %v, want %v", name, err, tc.want)
			}
		}
		if _, err := db.MakeToken(t.Context(), by(p), auth.NewToken{Person: p.ID, Scopes: read}, "short"); err == nil {
			t.Error("a short secret was taken")
		}
	})
}

func TestPlaceWorkspace(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		ctx := t.Context()
		admin := db.person(t, "admin1", "administrator", "all")
		place := review.Place{Project: "p", Organisation: "o", Backend: "tpp", Ongoing: true}
		if err := db.PlaceWorkspace(ctx, admin, "ws", place); !errors.Is(err, review.ErrNotFound) {
			t.Errorf("PlaceWorkspace of none = %v, want ErrNotFound", err)
		}
		db.workspace(t, "ws")
		before := db.entries(t)
		db.workspace(t, "ws")
		if db.entries(t) != before {
			t.Error("placing it where it stands was recorded")
		}
		if err := db.PlaceWorkspace(ctx, db.person(t, "other"), "ws", place); !errors.Is(err, review.ErrRole) {
			t.Errorf("PlaceWorkspace by anybody = %v, want ErrRole", err)
		}
		place.Archived = true
		if err := db.PlaceWorkspace(ctx, admin, "ws", place); err != nil {
			t.Fatal(err)
		}
		got, actor, err := db.Place(ctx, "ws", admin)
		place.Workspace = "ws"
		if err != nil || got != place || len(actor.Grants) != 1 {
			t.Errorf("Place = %+v, %+v, %v", got, actor, err)
		}
		entry := lastEntry(t, db, EntryFilter{Workspace: "ws"})
		if entry.Act != "workspace_placed" || entry.row.Stream != "workspace/ws" || *entry.row.Project != "p" || !entry.Place.Archived {
			t.Errorf("the entry is %+v", entry)
		}
		if _, _, err := db.Place(ctx, "none", admin); !errors.Is(err, review.ErrNotFound) {
			t.Errorf("Place of none = %v, want ErrNotFound", err)
		}
		if a, policy, err := db.Actor(ctx, admin); err != nil || len(a.Grants) != 1 || policy.ReviewsNeeded != 2 {
			t.Errorf("Actor = %+v, %+v, %v", a, policy, err)
		}
		db.replays(t)
	})
}
