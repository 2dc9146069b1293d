package review

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// others are the checkers whose acts are hidden in TestBlind, watchers those
// from whom they are hidden. The watchers hold more roles than usual: no role
// shows a party more.
var (
	others   = []string{checker1, checker2}
	watchers = []string{checker3, author, coworker, member, observer, admin, outsider}
)

// twins are two worlds that differ only in what the others did blindly.
type twins struct {
	t    *rapid.T
	a, b *world
	in   int // reviews submitted in this turn, in both
}

// TestBlind is non-interference: whatever the others do in a blind turn, their
// votes, comments, changes of mind and the order and time of all that, who of
// them submits, and what became of their carried votes, nothing that a watcher
// sees or is answered differs, as long as as many reviews are submitted.
func TestBlind(t *testing.T) {
	t.Parallel()
	ends := map[string]int{}
	starts := map[string]*world{}
	rapid.Check(t, func(t *rapid.T) {
		needed := rapid.IntRange(2, 3).Draw(t, "needed")
		before := rapid.SampledFrom([]string{"nothing", "returned", "returned early", "recalled"}).Draw(t, "before")
		start := starts[fmt.Sprint(needed, before)]
		if start == nil {
			start = watched(t, needed, before)
			starts[fmt.Sprint(needed, before)] = start
		}
		tw := &twins{t: t, a: start.copyFor(t), b: start.copyFor(t)}
		for range rapid.IntRange(1, 3).Draw(t, "slots") {
			tw.slot(needed - 1)
			tw.watcherActs(needed-1, watchers)
			tw.compare(watchers)
		}
		end := rapid.SampledFrom([]string{"none", "early return", "recall", "reviews"}).Draw(t, "end")
		if tw.end(end, needed) {
			ends[end]++
		}
	})
	t.Logf("ends: %v", ends)
	for _, end := range []string{"none", "early return", "recall", "reviews"} {
		if ends[end] == 0 && ends["none"] > 100 {
			t.Errorf("no sequence ended with %s: it tries too little", end)
		}
	}
}

// watched is a submitted request, in its first or second checkers' turn.
func watched(t tester, needed int, before string) *world {
	w := newWorld(t)
	w.watch, w.plain = false, true
	w.policy.ReviewsNeeded = needed
	w.grant(checker3, Auditor, ScopeAll)
	w.grant(coworker, Auditor, "organisation:org")
	w.grant(observer, Administrator, ScopeAll)
	w.create()
	w.must(w.add(author, "a", Output, "out/0.csv", "out/1.csv"))
	w.must(w.add(author, "b", Output, "out/2.csv"))
	w.must(w.describe(author, "a", "counts"))
	w.must(w.describe(author, "b", "plots"))
	w.must(w.submit(author))
	switch before {
	case "nothing":
		return w
	case "recalled":
		w.must(w.vote(checker1, "out/0.csv", Approve))
		w.must(w.recall(author))
	case "returned early":
		w.reviewBy(checker1, "out/0.csv")
		w.must(w.giveBack(checker2, "too early"))
	case "returned":
		w.reviewBy(checker1, "out/0.csv")
		w.reviewBy(checker2)
		if needed == 3 {
			w.reviewBy(checker3)
		}
		w.must(w.comment(checker1, "a", "round it", Public))
		w.must(w.giveBack(checker1, ""))
		w.must(w.comment(author, "a", "rounded", ""))
	}
	w.later(time.Hour).must(w.submit(author))
	return w
}

// slot lets the others act, differently in the twins. At most limit reviews
// are submitted.
func (tw *twins) slot(limit int) {
	t := tw.t
	submits := tw.in < limit && rapid.Bool().Draw(t, "submits")
	for _, w := range []*world{tw.a, tw.b} {
		start := w.now
		for range rapid.IntRange(0, 4).Draw(t, "acts") {
			w.now = w.now.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "seconds")) * time.Second)
			w.hiddenAct(t, rapid.SampledFrom(others).Draw(t, "other"))
		}
		if submits {
			w.someSubmit(t)
		}
		w.now = start.Add(time.Hour)
	}
	if submits {
		tw.in++
	}
}

// hiddenAct is an act of a checker in a blind turn that tells nobody anything.
func (w *world) hiddenAct(t *rapid.T, who string) {
	ctx, c := context.Background(), w.cmd(who)
	f := rapid.SampledFrom(w.req.outputs()).Draw(t, "file")
	group := w.req.group(f.Group).Name.Text
	v := VoteOn{File: f.ID, SHA256: f.SHA256, Turn: w.req.Turn}
	switch rapid.IntRange(0, 7).Draw(t, "hidden") {
	case 0, 1:
		v.Vote = Approve
		_ = w.svc.Vote(ctx, c, v)
	case 2:
		v.Vote = RequestChanges
		_ = w.svc.Vote(ctx, c, v)
	case 3:
		_ = w.svc.Vote(ctx, c, v)
	case 4:
		text := rapid.SampledFrom([]string{"see row 3", "too small"}).Draw(t, "text")
		_ = w.comment(who, group, text, rapid.SampledFrom([]Visibility{Public, Private}).Draw(t, "for"))
	case 5:
		_ = w.svc.RequestChangesInGroup(ctx, c, group)
	case 6:
		_ = w.svc.ResetVotesInGroup(ctx, c, group)
	case 7:
		if len(w.req.Comments) > 0 {
			id := rapid.SampledFrom(w.req.Comments).Draw(t, "comment").ID
			_ = w.svc.PublishComment(ctx, c, id)
			if rapid.Bool().Draw(t, "delete") {
				_ = w.svc.DeleteComment(ctx, c, id)
			}
		}
	}
}

// someSubmit lets one of the others who can submit a review, with any votes.
func (w *world) someSubmit(t *rapid.T) {
	can := slices.DeleteFunc(slices.Clone(others), func(who string) bool {
		did := w.req.reviewed(w.people[who].ID)
		return did
	})
	who := rapid.SampledFrom(can).Draw(t, "submitter")
	var against []string
	for _, f := range w.req.outputs() {
		if rapid.Bool().Draw(t, "against") {
			against = append(against, f.Path)
		}
	}
	w.reviewBy(who, against...)
}

// watcherActs does one act of a watcher in both worlds and compares what they
// are answered.
func (tw *twins) watcherActs(limit int, all []string) {
	t := tw.t
	who := rapid.SampledFrom(all).Draw(t, "watcher")
	kind := rapid.IntRange(0, 6).Draw(t, "watcher's act")
	if kind == 6 && tw.in >= limit {
		kind = 0 // one review more would end the blindness
	}
	var answers []string
	for _, w := range []*world{tw.a, tw.b} {
		answers = append(answers, w.watcherAct(who, kind))
	}
	if answers[0] != answers[1] {
		t.Fatalf("%s is answered %q in one world and %q in the other", who, answers[0], answers[1])
	}
	if kind == 6 && answers[0] == "<nil>" {
		tw.in++
	}
}

func (w *world) watcherAct(who string, kind int) string {
	ctx, c := context.Background(), w.cmd(who)
	var err error
	switch kind {
	case 0:
		err = w.vote(who, "out/1.csv", RequestChanges)
	case 1:
		err = w.comment(who, "a", "a word", "")
	case 2:
		err = w.svc.RequestChangesInGroup(ctx, c, "b")
	case 3: // a comment of somebody else, which they may not know of
		err = cmpOr(w.svc.DeleteComment(ctx, c, "checker1-1"), w.svc.PublishComment(ctx, c, "checker2-1"))
	case 4:
		err = w.svc.ResetVotesInGroup(ctx, c, "a")
	case 5:
		err = w.stop(who, "wait")
	case 6:
		if who != checker3 {
			return "not a checker"
		}
		for _, f := range w.req.outputs() {
			err = cmpOr(err, w.vote(who, f.Path, Approve))
		}
		err = cmpOr(err, w.review(who))
	}
	return said(err)
}

func cmpOr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// said is all that a person is told by a refusal.
func said(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return fmt.Sprintf("%d %s: %s", e.Kind, e.Code, e.Message)
	}
	return fmt.Sprint(err)
}

// end ends the blind turn, or its blindness for checkers, alike in both worlds,
// and compares what is still hidden. It reports whether that could be done.
func (tw *twins) end(how string, needed int) bool {
	t := tw.t
	both := func(act func(*world) error) bool {
		a, b := act(tw.a), act(tw.b)
		if said(a) != said(b) {
			t.Fatalf("%s: %q in one world, %q in the other", how, said(a), said(b))
		}
		return a == nil
	}
	switch how {
	case "early return":
		if !both(func(w *world) error { return w.giveBack(checker3, "too early") }) {
			return false
		}
	case "recall":
		if !both(func(w *world) error { return w.recall(author) }) {
			return false
		}
	case "reviews":
		return tw.reviews(needed)
	default:
		return true
	}
	tw.compare(watchers)
	both(func(w *world) error { return w.comment(author, "a", "again", "") })
	both(func(w *world) error { return w.submit(author) })
	tw.in = 0
	tw.compare(watchers)
	tw.slot(needed - 1)
	tw.compare(watchers)
	return true
}

// reviews brings the needed reviews in; the author's side still sees nothing.
func (tw *twins) reviews(needed int) bool {
	authors := []string{author, coworker, member, observer}
	for tw.in < needed {
		for _, w := range []*world{tw.a, tw.b} {
			if w.req.reviewed("id-"+checker3) || tw.in < 2 {
				if len(w.req.Reviews) == needed || w.allOthersIn() {
					return false
				}
				w.someSubmit(tw.t)
				continue
			}
			w.votesOf(checker3)
			w.must(w.review(checker3))
		}
		tw.in++
	}
	tw.compare(authors)
	tw.slot(0)
	tw.watcherActs(0, authors)
	tw.compare(authors)
	return true
}

func (w *world) allOthersIn() bool {
	return !slices.ContainsFunc(others, func(who string) bool {
		did := w.req.reviewed(w.people[who].ID)
		return !did
	})
}

// compare fails if any of some watchers sees a difference between the worlds.
func (tw *twins) compare(all []string) {
	t := tw.t
	if tw.a.req.Status != tw.b.req.Status || len(tw.a.req.Reviews) != len(tw.b.req.Reviews) {
		t.Fatalf("the worlds are not twins: %s with %d reviews, %s with %d",
			tw.a.req.Status, len(tw.a.req.Reviews), tw.b.req.Status, len(tw.b.req.Reviews))
	}
	who := rapid.SampledFrom(all).Draw(t, "who looks")
	acts := someActs(t)
	if a, b := tw.a.answersTo(who, acts), tw.b.answersTo(who, acts); a != b {
		t.Fatalf("%s is refused differently:\n%s\nand\n%s", who, a, b)
	}
	if a, b := tw.a.seenBy(t, who), tw.b.seenBy(t, who); a != b {
		t.Fatalf("%s in %s tells the worlds apart:\n%s\nand\n%s", who, tw.a.req.Status, a, b)
	}
	who = rapid.SampledFrom(all).Draw(t, "who else looks")
	if a, b := tw.a.etag(who), tw.b.etag(who); a != b {
		t.Fatalf("%s in %s tells the worlds apart by the version of the view", who, tw.a.req.Status)
	}
}

// seenBy is all that somebody can look at: the view with its version, the
// history, the item in a list, the entries of the log.
func (w *world) seenBy(t tester, who string) string {
	t.Helper()
	s := w.snapshot(who)
	sm := Project(w.req).Summary
	sm.Place, sm.Looked = w.place, &Look{Status: Submitted, Turn: 1, Files: 2}
	st := standingTo(sm, s.Actor, w.policy)
	var items []any
	for _, queue := range []string{"all", "your_turn", "waiting", "unclaimed"} {
		items = append(items, Listing{Queue: queue}.keeps(sm, s.Actor, w.policy), Listing{Queue: queue, Changed: true}.keeps(sm, s.Actor, w.policy))
	}
	if st.sight > seesNothing {
		v := viewSummary(sm, s.Actor, w.policy)
		items = append(items, v, v.Submitted, v.Needed, v.Voted, v.YourTurn, v.Changed())
	}
	var shown []string
	for i, it := range w.logEntries() {
		if LogShows(s.Actor, w.policy, it) {
			shown = append(shown, fmt.Sprint(it.Act, w.recs[i].At, it.By))
		}
	}
	b, err := json.Marshal([]any{View(s), History(s, w.recs), items, shown})
	if err != nil {
		t.Fatalf("%v", err)
	}
	return string(b)
}

// logEntries are the request's entries as the log is filtered.
func (w *world) logEntries() []LogEntry {
	sm := Project(w.req).Summary
	sides := map[Role]Side{OutputChecker: CheckerSide, Researcher: AuthorSide}
	var entries []LogEntry
	for _, rec := range w.recs {
		entries = append(entries, LogEntry{
			Act: rec.Event.Act(), By: rec.By.ID, Side: sides[rec.As], Place: w.place, Request: &sm,
		})
	}
	return entries
}

// answersTo is what somebody is told when they try some acts.
func (w *world) answersTo(who string, acts []Act) string {
	in := w.in(who)
	var out strings.Builder
	for _, act := range acts {
		_, err := in.everythingFor(act)
		fmt.Fprintf(&out, "%s: %s\n", act, said(err))
	}
	return out.String()
}

// TestEndedTurnTellsNoVotes: when a turn has ended, the author's side learns
// public comments and decisions: not who voted how, no conflict, no private
// word, no dissent, no acknowledgement.
func TestEndedTurnTellsNoVotes(t *testing.T) {
	ends := map[string]func(w *world, other bool){
		"a conflict, or changes asked for by all": func(w *world, other bool) {
			w.must(w.comment(checker2, "tables", "round it", Public))
			against := []string{"out/0.csv"}
			if other {
				against = nil
				w.must(w.comment(checker1, "tables", "between us", Private))
			}
			w.reviewBy(checker1, against...)
			w.reviewBy(checker2, "out/0.csv")
			w.must(w.giveBack(checker2, ""))
		},
		"who of them asked for changes": func(w *world, other bool) {
			w.must(w.comment(checker2, "tables", "round it", Public))
			against := [][]string{{"out/0.csv"}, nil}
			if other {
				slices.Reverse(against)
			}
			w.reviewBy(checker1, against[0]...)
			w.reviewBy(checker2, against[1]...)
			w.must(w.giveBack(checker2, ""))
		},
		"approved by all, or over a dissent": func(w *world, other bool) {
			w.reviewBy(checker1)
			w.reviewBy(checker2)
			var against []string
			if other {
				against = []string{"out/2.csv"}
			}
			w.reviewBy(checker3, against...)
			w.must(w.approve(checker1, map[bool]string{true: "it is small", false: ""}[other]))
			w.later(time.Hour).must(w.begin())
			w.must(w.deliver("out/0.csv", "out/2.csv"))
		},
	}
	for name, play := range ends {
		t.Run(name, func(t *testing.T) {
			a, b := submitted(t), submitted(t)
			play(a, false)
			play(b, true)
			for _, who := range []string{author, coworker, member, observer, admin} {
				for _, w := range []*world{a, b} {
					w.grant(who, Auditor, ScopeAll)
					if who == admin {
						w.end(who, Auditor)
					}
				}
				if one, two := a.seenBy(t, who), b.seenBy(t, who); one != two {
					t.Errorf("%s tells the worlds apart:\n%s\nand\n%s", who, one, two)
				}
			}
		})
	}
}
