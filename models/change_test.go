package models

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"sallyport/auth"
	"sallyport/ledger"
	"sallyport/review"
)

func wordsHash(salt [32]byte, text string) string { return ledger.WordsHash(salt, text) }

// scene is a workspace with a request that waits for its checkers.
type scene struct {
	testDB
	author, checker review.Actor
	id              review.RequestID
}

func newScene(t testing.TB, db testDB, files int) scene {
	t.Helper()
	db.workspace(t, "ws")
	s := scene{testDB: db,
		author:  db.person(t, "researcher1", "researcher", "project:demo"),
		checker: db.person(t, "checker1", "output_checker", "all"),
	}
	s.id = db.draftWith(t, s.author, "ws", 1, files)
	db.submit(t, s.author, s.id)
	return s
}

// eachScene runs a test on both databases with a submitted request.
func eachScene(t *testing.T, files int, test func(t *testing.T, s scene)) {
	eachDB(t, func(t *testing.T, db testDB) { test(t, newScene(t, db, files)) })
}

func vote(n int, v review.VoteValue) *review.VoteCast {
	return &review.VoteCast{File: fileID(n), SHA256: sha(n), Turn: 1, Vote: v}
}

func (s scene) votes(key, body string) review.Change {
	return review.Change{Command: review.Command{Key: key, Body: body, Actor: s.checker, On: s.id}, Files: []review.FileID{fileID(1)}}
}

// traced runs do and returns its statements, each as its verb, table and lock.
func (db testDB) traced(t *testing.T, do func()) []string {
	t.Helper()
	var mu sync.Mutex
	var out []string
	table := regexp.MustCompile("(?:^ *UPDATE|FROM|INTO) [\"`]?([a-z_]+)")
	below := regexp.MustCompile(`\(SELECT [^()]*\)`)
	note := func(tx *gorm.DB) {
		text := strings.ReplaceAll(tx.Statement.SQL.String(), "\n", " ")
		m := table.FindStringSubmatch(below.ReplaceAllString(text, "")) // what a column is chosen from is no table of the statement
		if m == nil {
			t.Errorf("a statement of another shape: %s", text)
			return
		}
		line := strings.Fields(text)[0] + " " + m[1]
		for _, lock := range []string{"FOR UPDATE", "FOR SHARE"} {
			if strings.HasSuffix(text, lock) {
				line += " " + lock
			}
		}
		mu.Lock()
		defer mu.Unlock()
		out = append(out, line)
	}
	cb := db.writer.Callback()
	for _, r := range []func(string, func(*gorm.DB)) error{
		cb.Query().After("gorm:query").Register, cb.Row().After("gorm:row").Register, cb.Raw().After("gorm:raw").Register,
		cb.Create().After("gorm:create").Register, cb.Update().After("gorm:update").Register, cb.Delete().After("gorm:delete").Register,
	} {
		if err := r("trace", note); err != nil {
			t.Fatal(err)
		}
	}
	do()
	for _, r := range []func(string) error{
		cb.Query().Remove, cb.Row().Remove, cb.Raw().Remove, cb.Create().Remove, cb.Update().Remove, cb.Delete().Remove,
	} {
		if err := r("trace"); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestChangeKeepsItsOrder(t *testing.T) {
	s := newScene(t, openForTest(t, postgresURL(t)), 2)
	for _, tc := range []struct {
		name  string
		holds bool
		lock  string
	}{{"a vote", false, "FOR SHARE"}, {"an act that holds outputs", true, "FOR UPDATE"}} {
		t.Run(tc.name, func(t *testing.T) {
			change := s.votes("order "+tc.name, "body")
			change.Holds = tc.holds
			s.folded = newCache(defaultCacheBytes) // so that entries are read too
			decided := 0
			got := s.traced(t, func() {
				_, err := s.Change(t.Context(), change, func(in review.In) (review.Decision, error) {
					decided++
					return review.Decision{As: review.OutputChecker, Events: []review.Event{vote(1, review.Approve)},
						Work: []review.Work{{Kind: review.WorkDeliver, Subject: "x", Due: in.Now}}, Result: "voted"}, nil
				})
				if err != nil {
					t.Fatal(err)
				}
			})
			want := []string{
				"INSERT commands", "SELECT people FOR SHARE", "SELECT grants", "SELECT workspaces " + tc.lock,
				"SELECT requests FOR UPDATE", "SELECT entries", // then the facts
			}
			if fmt.Sprint(got[:len(want)]) != fmt.Sprint(want) {
				t.Errorf("Change began with %q, want %q", got, want)
			}
			end := []string{"INSERT work", "INSERT entries", "UPDATE requests", "UPDATE commands"}
			if fmt.Sprint(got[len(got)-len(end):]) != fmt.Sprint(end) {
				t.Errorf("Change ended with %q, want %q", got, end)
			}
			if decided != 1 {
				t.Errorf("it decided %d times", decided)
			}
		})
	}
}

func TestChangeShowsTheRuleWhatItMayLookAt(t *testing.T) {
	eachScene(t, 2, func(t *testing.T, s scene) {
		ctx := t.Context()
		other := s.draftWith(t, s.author, "ws", 10, 1)
		second := s.person(t, "checker2", "output_checker", "backend:tpp")
		s.do(t, second, s.id, review.OutputChecker, vote(1, review.Approve), vote(2, review.Approve),
			&review.ReviewSubmitted{Turn: 1, Counted: 1, Needed: 2, Status: review.PartiallyReviewed, Independent: true})
		change := s.votes("", "")
		change.Paths, change.SHA256s, change.BasedOn = []string{pathOf(10), pathOf(11)}, []string{sha(10)}, "etag"
		s.clock.micros.Store(-int64(time.Hour / time.Microsecond)) // a clock that was put back
		_, err := s.Change(ctx, change, func(in review.In) (review.Decision, error) {
			if !in.Actor.Has(review.OutputChecker, in.Place) {
				t.Errorf("the actor has %+v", in.Actor.Grants)
			}
			if in.Place.Workspace != "ws" || in.Place.Project != "demo" || in.Place.Backend != "tpp" || !in.Place.Ongoing {
				t.Errorf("the place is %+v", in.Place)
			}
			if in.Request.ID != s.id || in.Request.Status != review.PartiallyReviewed || len(in.Request.Files) != 2 {
				t.Errorf("the request is %+v", in.Request)
			}
			if in.Now.Before(in.Request.LastAt) {
				t.Errorf("now, %v, is before the last entry, %v", in.Now, in.Request.LastAt)
			}
			if in.BasedOn != "etag" || in.Policy.ReviewsNeeded != 2 {
				t.Errorf("policy, ids and salts: %+v", in)
			}
			if id, salt := in.NewID(), in.NewSalt(); id == in.NewID() || salt == in.NewSalt() {
				t.Errorf("the id %s or the salt %x came twice", id, salt)
			}
			f := in.Facts
			if a := f.Reviewers[second.ID]; len(f.Reviewers) != 1 || !a.Has(review.OutputChecker, in.Place) || a.Username != "checker2" {
				t.Errorf("the reviewers are %+v", f.Reviewers)
			}
			if len(f.PathHolders) != 1 || f.PathHolders[pathOf(10)] != other || len(f.ByteHolders) != 1 || f.ByteHolders[sha(10)] != other {
				t.Errorf("holders are %v and %v, want the other request alone", f.PathHolders, f.ByteHolders)
			}
			if len(f.Released) != 0 || len(f.Destinations) != 1 {
				t.Errorf("released %v to %v", f.Released, f.Destinations)
			}
			return review.Decision{}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestChangeWritesAllOfIt(t *testing.T) {
	eachScene(t, 2, func(t *testing.T, s scene) {
		woken := 0
		s.config.OnCommit = func() { woken++ }
		salt := newSalt()
		text := review.Words{Hash: wordsHash(salt, "why?"), Salt: salt, Text: "why?"}
		out, err := s.Change(t.Context(), s.votes("k", "b"), func(in review.In) (review.Decision, error) {
			return review.Decision{
				As: review.OutputChecker,
				Events: []review.Event{vote(1, review.RequestChanges), &review.CommentMade{
					Comment: "C1", Group: "GROUP1", Text: text, Visibility: review.Private, Side: review.CheckerSide,
				}},
				Work:   []review.Work{{Kind: review.WorkDeliver, Subject: string(s.id), Due: in.Now}},
				Result: map[string]int{"files": 1},
			}, nil
		})
		if err != nil || out.Request != s.id || out.Replayed || string(out.Result) != `{"files":1}` || woken != 1 {
			t.Fatalf("Change = %+v, %v, woken %d times", out, err, woken)
		}
		recs := must[[]review.Recorded](t)(s.Recorded(t.Context(), s.id))
		last := recs[len(recs)-1]
		said, ok := last.Event.(*review.CommentMade)
		if !ok || said.Text != text || last.By != s.checker.Person || last.As != review.OutputChecker || last.Version != len(recs) {
			t.Errorf("the last entry is %+v %+v", last, last.Event)
		}
		if recs[len(recs)-2].ID >= last.ID {
			t.Errorf("the ids %d, %d do not rise", recs[len(recs)-2].ID, last.ID)
		}
		entry := lastEntry(t, s.testDB, EntryFilter{Request: string(s.id)})
		if entry.Side != "checker" || entry.row.Turn != 1 || *entry.row.Project != "demo" || entry.row.Role != string(review.OutputChecker) {
			t.Errorf("the entry is %+v", entry)
		}
		decoded := must[ledger.Entry](t)(ledger.Decode(entry.Bytes))
		if decoded.Grant == "" || decoded.Policy != s.config.Policy.Hash() || decoded.Program != "test" || strings.Contains(string(entry.Bytes), "why?") {
			t.Errorf("the entry is %s", entry.Bytes)
		}
		items, err := s.Claim(t.Context(), "w", []string{review.WorkDeliver}, s.now(), time.Minute, 9)
		if err != nil || len(items) != 1 || items[0].Subject != string(s.id) {
			t.Errorf("Claim = %+v, %v", items, err)
		}
		s.replays(t)
	})
}

// logged is an entry with its row.
type logged struct {
	LogEntry
	row entryRow
}

func lastEntry(t *testing.T, db testDB, f EntryFilter) logged {
	t.Helper()
	var last LogEntry
	for e, err := range db.Entries(t.Context(), f) {
		if err != nil {
			t.Fatal(err)
		}
		last = e
	}
	return logged{last, must[entryRow](t)(on[entryRow](db.reader).Where("id = ?", last.ID).Take(t.Context()))}
}

// replays fails the test if the tables are not what the entries amount to.
func (db testDB) replays(t testing.TB) ReplayReport {
	t.Helper()
	report, err := db.Replay(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range report.Differences {
		t.Errorf("replay: %+v", d)
	}
	return report
}

func TestChangeRefusedLeavesNothing(t *testing.T) {
	eachScene(t, 1, func(t *testing.T, s scene) {
		before := s.replays(t).Entries
		refusal := func(review.In) (review.Decision, error) { return review.Decision{}, review.ErrOwnSide }
		if _, err := s.Change(t.Context(), s.votes("k", "b"), refusal); !errors.Is(err, review.ErrOwnSide) {
			t.Errorf("Change = %v, want the rule's refusal", err)
		}
		tooLarge := events(review.OutputChecker, vote(1, review.Approve), &review.GroupDescribed{
			Group: "GROUP1", Codes: []string{strings.Repeat("x", 40_000)},
		})
		if _, err := s.Change(t.Context(), s.votes("k", "b"), tooLarge); !errors.Is(err, ledger.ErrTooLarge) {
			t.Errorf("Change = %v, want the second event to be too large", err)
		}
		if after := s.replays(t).Entries; after != before {
			t.Errorf("%d entries, then %d", before, after)
		}
		// The key of what was refused is free.
		out, err := s.Change(t.Context(), s.votes("k", "other"), events(review.OutputChecker, vote(1, review.Approve)))
		if err != nil || out.Replayed {
			t.Errorf("Change with the key again = %+v, %v", out, err)
		}
	})
}

func TestChangeOfWhatIsNotThere(t *testing.T) {
	eachScene(t, 1, func(t *testing.T, s scene) {
		never := func(review.In) (review.Decision, error) {
			t.Error("it decided")
			return review.Decision{}, nil
		}
		stranger := review.Actor{Person: review.Person{ID: "nobody", Username: "nobody"}, Kind: review.IsPerson}
		for name, c := range map[string]review.Change{
			"no such request":   {Command: review.Command{Actor: s.checker, On: "none"}},
			"no such workspace": {Command: review.Command{Actor: s.checker, On: "new"}, Workspace: "none"},
			"no such person":    {Command: review.Command{Actor: stranger, On: s.id}},
		} {
			if _, err := s.Change(t.Context(), c, never); !errors.Is(err, review.ErrNotFound) {
				t.Errorf("%s: Change = %v, want ErrNotFound", name, err)
			}
		}
		// The system has no account.
		if _, err := s.Change(t.Context(), review.Change{Command: review.Command{Actor: review.System(), On: s.id}},
			events("")); err != nil {
			t.Errorf("Change by the system = %v", err)
		}
	})
}

func TestKeys(t *testing.T) {
	eachScene(t, 1, func(t *testing.T, s scene) {
		decided := 0
		rule := func(review.In) (review.Decision, error) {
			decided++
			return review.Decision{As: review.OutputChecker, Events: []review.Event{vote(1, review.Approve)}, Result: "yes"}, nil
		}
		first := must[review.Outcome](t)(s.Change(t.Context(), s.votes("k", "body"), rule))
		again, err := s.Change(t.Context(), s.votes("k", "body"), rule)
		if err != nil || !again.Replayed || string(again.Result) != string(first.Result) || again.Request != s.id || decided != 1 {
			t.Errorf("the same key again = %+v, %v; decided %d times", again, err, decided)
		}
		if _, err := s.Change(t.Context(), s.votes("k", "other"), rule); !errors.Is(err, review.ErrKeyReused) {
			t.Errorf("another body = %v, want ErrKeyReused", err)
		}
		if _, err := s.Change(t.Context(), s.votes(strings.Repeat("k", 256), ""), rule); !errors.Is(err, review.ErrInvalid) {
			t.Errorf("a long key = %v, want ErrInvalid", err)
		}
		mine := s.votes("k", "other")
		mine.Actor = s.author
		if out, err := s.Change(t.Context(), mine, rule); err != nil || out.Replayed {
			t.Errorf("another person's key = %+v, %v", out, err)
		}
		s.clock.advance(time.Hour)
		if n, err := s.Forget(t.Context(), s.now()); err != nil || n != 2 {
			t.Errorf("Forget = %d, %v, want the two keys", n, err)
		}
		if out, err := s.Change(t.Context(), s.votes("k", "third"), rule); err != nil || out.Replayed {
			t.Errorf("a forgotten key = %+v, %v", out, err)
		}
		s.replays(t)
	})
}

func TestSameKeyAtOnce(t *testing.T) {
	eachScene(t, 1, func(t *testing.T, s scene) {
		var mu sync.Mutex
		var group sync.WaitGroup
		decided, replayed := 0, 0
		for range 8 {
			group.Go(func() {
				out, err := s.Change(t.Context(), s.votes("k", "body"), func(review.In) (review.Decision, error) {
					mu.Lock()
					defer mu.Unlock()
					decided++
					return review.Decision{As: review.OutputChecker, Events: []review.Event{vote(1, review.Approve)}, Result: "yes"}, nil
				})
				mu.Lock()
				defer mu.Unlock()
				if out.Replayed {
					replayed++
				}
				if err != nil || out.Request != s.id || string(out.Result) != `"yes"` {
					t.Errorf("Change = %+v, %v", out, err)
				}
			})
		}
		group.Wait()
		if decided != 1 || replayed != 7 {
			t.Errorf("decided %d times, replayed %d times, want 1 and 7", decided, replayed)
		}
	})
}

func TestLostRoleIsSeen(t *testing.T) {
	eachScene(t, 1, func(t *testing.T, s scene) {
		account := must[auth.Account](t)(s.PersonByUsername(t.Context(), "checker1"))
		stale := s.votes("", "")
		stale.Actor.Grants = account.Grants // what a session read a while ago
		if err := s.EndRole(t.Context(), by(operator), account.ID, account.Grants[0].Role, account.Grants[0].Scope); err != nil {
			t.Fatal(err)
		}
		_, err := s.Change(t.Context(), stale, func(in review.In) (review.Decision, error) {
			if in.Actor.Has(review.OutputChecker, in.Place) || len(in.Actor.Grants) != 1 {
				t.Errorf("the rule sees %+v, want one ended grant", in.Actor.Grants)
			}
			return review.Decision{}, review.ErrRole
		})
		if !errors.Is(err, review.ErrRole) {
			t.Errorf("Change = %v", err)
		}
	})
}

func TestRoleCannotBeLostMeanwhile(t *testing.T) {
	// On SQLite a transaction that writes is alone.
	s := newScene(t, openForTest(t, postgresURL(t)), 1)
	account := must[auth.Account](t)(s.PersonByUsername(t.Context(), "checker1"))
	_, err := s.Change(t.Context(), s.votes("", ""), func(review.In) (review.Decision, error) {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		if err := s.EndRole(ctx, by(operator), account.ID, account.Grants[0].Role, account.Grants[0].Scope); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("EndGrant while the person acts = %v, want it to wait", err)
		}
		return review.Decision{}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOnePlaceAtATime(t *testing.T) {
	eachScene(t, 2, func(t *testing.T, s scene) {
		other := s.draftWith(t, s.author, "ws", 10, 1)
		add := func(n int, bytes string) error {
			_, err := s.Change(t.Context(), review.Change{Command: review.Command{Actor: s.author, On: other}},
				events(review.Researcher, &review.FileAdded{File: fileID(n + 100), Group: "GROUP1", Kind: review.Output,
					Source: review.Source{Path: pathOf(n), SHA256: bytes}}))
			return err
		}
		// A rule would have refused these. The key of the table is the last guard.
		if err := add(1, sha(55)); !errors.Is(err, review.ErrDuplicate) {
			t.Errorf("a path that another request holds = %v, want ErrDuplicate", err)
		}
		if err := add(56, sha(2)); !errors.Is(err, review.ErrDuplicate) {
			t.Errorf("bytes that another request holds = %v, want ErrDuplicate", err)
		}
		if err := add(57, sha(10)); err != nil {
			t.Errorf("the same bytes twice in one request = %v", err)
		}
		s.do(t, s.author, s.id, review.Researcher, &review.RequestWithdrawn{})
		if err := add(1, sha(2)); err != nil {
			t.Errorf("what a withdrawn request held = %v", err)
		}
		s.replays(t)
	})
}

func TestReleasedBytesAreKnown(t *testing.T) {
	eachScene(t, 2, func(t *testing.T, s scene) {
		s.do(t, s.checker, s.id, review.OutputChecker,
			&review.FileApprovedForRelease{File: fileID(1), Path: pathOf(1), SHA256: sha(1)},
			&review.RequestApproved{Files: 1, HeldUntil: review.At(noon), Destinations: []string{"disk"}, Counted: []review.PersonID{s.checker.ID}})
		s.do(t, review.System(), s.id, "", &review.DeliveryBegun{Turn: 1})
		s.do(t, review.System(), s.id, "", &review.FileDelivered{
			File: fileID(1), Path: pathOf(1), SHA256: sha(1), Size: 1, Destination: "disk", Location: "/out/1",
		}, &review.RequestReleased{Files: 1})
		s.workspace(t, "sister") // of the same project
		if err := s.PlaceWorkspace(t.Context(), operator, "elsewhere", review.Place{Project: "other", Ongoing: true}); err != nil {
			t.Fatal(err)
		}
		for workspace, want := range map[string]int{"ws": 1, "sister": 1, "elsewhere": 0} {
			change := review.Change{Command: review.Command{Actor: s.author, On: "x"}, Workspace: workspace, SHA256s: []string{sha(1), sha(2)}}
			_, err := s.Change(t.Context(), change, func(in review.In) (review.Decision, error) {
				if len(in.Facts.Released) != want || want == 1 && in.Facts.Released[sha(1)].Request != s.id {
					t.Errorf("released from the project of %s: %+v, want %d", workspace, in.Facts.Released, want)
				}
				return review.Decision{}, nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		s.replays(t)
	})
}

// Eight people act on one request at once: no act is lost.
func TestEightAtOnce(t *testing.T) {
	const files = 5
	eachScene(t, files, func(t *testing.T, s scene) {
		before := len(must[[]review.Recorded](t)(s.Recorded(t.Context(), s.id)))
		var group sync.WaitGroup
		for n := range 8 {
			checker := s.person(t, fmt.Sprintf("eight%d", n), "output_checker", "all")
			group.Go(func() {
				for f := 1; f <= files; f++ {
					change := review.Change{Command: review.Command{Key: fmt.Sprint(f), Actor: checker, On: s.id}, Files: []review.FileID{fileID(f)}}
					if _, err := s.Change(t.Context(), change, events(review.OutputChecker, vote(f, review.Approve))); err != nil {
						t.Error(err)
					}
					if _, err := s.Snapshot(t.Context(), s.id, checker); err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		snap := must[review.Snapshot](t)(s.Snapshot(t.Context(), s.id, s.checker))
		for _, f := range snap.Request.Files {
			if len(f.Votes) != 8 {
				t.Errorf("%s has %d votes, want 8", f.ID, len(f.Votes))
			}
		}
		if got := snap.Request.Version - before; got != 8*files {
			t.Errorf("%d entries were added, want %d", got, 8*files)
		}
		s.replays(t)
	})
}

func TestVersionsAreUnique(t *testing.T) {
	eachScene(t, 1, func(t *testing.T, s scene) {
		err := s.write(t.Context(), func(tx *gorm.DB) error {
			_, err := s.append(t.Context(), tx, requestStream(s.id), 0, []draft{{
				Act: "title_changed", At: noon, Actor: operator, Event: json.RawMessage(`{"v":1}`),
			}})
			return err
		})
		var refusal *review.Error
		if err == nil || errors.As(err, &refusal) {
			t.Errorf("a second entry of a version = %v, want an error that is no refusal", err)
		}
	})
}

// What a command costs does not depend on the number of files.
func TestStatementsDoNotGrowWithFiles(t *testing.T) {
	eachURL(t, func(t *testing.T, url string) {
		db := openForTest(t, url)
		s := newScene(t, db, 10)
		large := s
		large.id = db.draftWith(t, s.author, "ws", 1000, 400)
		db.submit(t, s.author, large.id)
		count := func(s scene, first int, cold bool) (voted, looked int) {
			if cold {
				s.Store.folded = newCache(defaultCacheBytes)
			}
			change := s.votes("key", "")
			change.On, change.Files = s.id, []review.FileID{fileID(first)}
			change.Key += string(s.id) + fmt.Sprint(cold)
			if !cold {
				must[review.Snapshot](t)(db.Snapshot(t.Context(), s.id, s.checker))
			}
			voted = db.statements(t, func() {
				if _, err := db.Change(t.Context(), change, events(review.OutputChecker, vote(first, review.Approve))); err != nil {
					t.Fatal(err)
				}
			})
			if cold {
				s.Store.folded = newCache(defaultCacheBytes)
			}
			looked = db.statements(t, func() {
				if _, err := db.Snapshot(t.Context(), s.id, s.checker); err != nil {
					t.Fatal(err)
				}
			})
			return voted, looked
		}
		for _, cold := range []bool{true, false} {
			v10, l10 := count(s, 1, cold)
			v400, l400 := count(large, 1000, cold)
			if v10 != v400 || v10 > 12 {
				t.Errorf("cold %v: a vote takes %d statements with 10 files, %d with 400; want the same, at most 12", cold, v10, v400)
			}
			if l10 != l400 || l10 > 6 {
				t.Errorf("cold %v: a snapshot takes %d statements with 10 files, %d with 400; want the same, at most 6", cold, l10, l400)
			}
		}
	})
}
