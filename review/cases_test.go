package review

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"
)

// The workflow cases of docs/rules.md "Cases", by their numbers there. What is
// only a refusal stands in the tables of refusals_test.go too.

type workflowCase struct {
	name string
	play func(t *testing.T)
}

func runCases(t *testing.T, cases []workflowCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, c.play)
	}
}

// is fails unless the request is in a status.
func (w *world) is(s Status) {
	w.t.Helper()
	if w.req.Status != s {
		w.t.Fatalf("the request is %s, want %s", w.req.Status, s)
	}
}

// seen is the file at a path as somebody sees it.
func (w *world) seenFile(who, path string) FileView {
	w.t.Helper()
	for _, g := range w.see(who).Groups {
		for _, f := range g.Files {
			if f.Path == path {
				return f
			}
		}
	}
	w.t.Fatalf("%s sees no %s", who, path)
	return FileView{}
}

// myVote is somebody's own vote as they see it, with its turn.
func (w *world) myVote(who, path string) string {
	w.t.Helper()
	v := w.seenFile(who, path).MyVote
	if v == nil {
		return "none"
	}
	return fmt.Sprintf("%s in %d", v.Vote, v.Turn)
}

func (w *world) decisionTo(who, path string) FileDecision { return w.seenFile(who, path).Decision }

// texts are the comments that somebody sees, in their order.
func (w *world) texts(who string) []string {
	w.t.Helper()
	texts := []string{}
	for _, g := range w.see(who).Groups {
		for _, c := range g.Comments {
			texts = append(texts, c.Text)
		}
	}
	return texts
}

func (w *world) allowedTo(who string, act Act) bool {
	w.t.Helper()
	return w.see(who).Allowed[slices.Index(Acts, act)].Allowed
}

func equal[T comparable](t tester, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s = %v, want %v", what, got, want)
	}
}

func same[T comparable](t tester, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("%s = %v, want %v", what, got, want)
	}
}

// resubmitted is a request in its second checkers' turn: out/0.csv had changes
// asked for by both, out/2.csv both approvals.
func resubmitted(t tester) *world {
	t.Helper()
	w := returned(t)
	w.must(w.comment(author, "tables", "rounded", ""))
	w.later(time.Hour).must(w.submit(author))
	return w
}

// earlyReturned: checker1 submitted a dissent on out/0.csv, checker2 had voted
// on one file, then checker3 returned it.
func earlyReturned(t tester) *world {
	t.Helper()
	w := submitted(t)
	w.reviewBy(checker1, "out/0.csv")
	w.must(w.vote(checker2, "out/0.csv", Approve))
	w.must(w.comment(checker2, "tables", "hm", Public))
	w.must(w.giveBack(checker3, "the wrong files"))
	return w
}

func TestCasesOfStatuses(t *testing.T) {
	runCases(t, []workflowCase{
		{"1, 5: each status has one side whose turn it is", func(t *testing.T) {
			want := map[Status]string{
				Pending: "author", Returned: "author", Submitted: "checkers", PartiallyReviewed: "checkers",
				Reviewed: "checkers", Approved: "system", Released: "nobody", Rejected: "nobody",
				Withdrawn: "nobody", Revoked: "nobody",
			}
			for _, s := range Statuses {
				equal(t, "waitingOn "+string(s), waitingOn(s), want[s])
				if s.authors() && s.checkers() {
					t.Errorf("%s is both sides' turn", s)
				}
			}
			equal(t, "statuses", len(Statuses), len(want))
		}},
		{"2, 94, 133: an author who checks does no checker's act on their own, and does on others'", func(t *testing.T) {
			w := submitted(t)
			w.grant(author, OutputChecker, ScopeAll)
			for _, act := range []Act{ActVote, ActReview, ActReturn, ActReject, ActApprove} {
				expect(t, string(act), w.decideAs(author, act), ErrOwnSide)
			}
			if v := w.see(author).Reviews; v.Voted != nil {
				t.Errorf("the author is asked for a review: %+v", v)
			}
			w.people[author].Grants = w.people[author].Grants[1:] // never a researcher of another's project
			other := *w.req
			other.Author, other.Editors = w.people[coworker].Person, []PersonID{w.people[coworker].ID}
			w.req = &other
			expect(t, "a vote on another's", w.vote(author, "out/0.csv", Approve), nil)
		}},
		{"7: a draft with supporting files only is not submitted", func(t *testing.T) {
			w := draft(t)
			w.must(w.retype(author, "out/0.csv", Supporting))
			w.must(w.retype(author, "out/2.csv", Supporting))
			expect(t, "submit", w.submit(author), ErrNoOutput)
			w.is(Pending)
		}},
		{"8, 11: nobody but the author submits or withdraws", func(t *testing.T) {
			w := draft(t)
			expect(t, "submit", w.submit(coworker), ErrRole)
			expect(t, "withdraw", w.withdraw(coworker, ""), ErrRole)
			w.is(Pending)
			w.must(w.withdraw(author, ""))
			w.is(Withdrawn)
		}},
		{"10: a group without texts that has no files any more does not count", func(t *testing.T) {
			w := draft(t)
			w.must(w.add(author, "new", Supporting, "out/3.csv"))
			w.must(w.takeOut(author, "out/3.csv"))
			w.must(w.submit(author))
		}},
		{"13, 23: a reviewer rejects", func(t *testing.T) {
			w := rejected(t)
			w.is(Rejected)
			v := w.see(author)
			equal(t, "the reason", v.Closed.Reason, "not this")
			equal(t, "waiting on", v.WaitingOn, "nobody")
			for _, a := range v.Allowed {
				if a.Allowed {
					t.Errorf("the author of a rejected request may %s", a.Act)
				}
			}
		}},
		{"14: only a reviewed request is approved", func(t *testing.T) {
			for _, s := range states {
				if w := s.make(t); w.req.Status != Reviewed {
					expect(t, "approve in "+s.name, w.approve(auditorOf(w), ""), ErrRole)
				}
			}
		}},
		{"17: an unknown request is not found", func(t *testing.T) {
			w := draft(t)
			_, err := w.svc.Request(bg, w.actor(author), "other")
			expect(t, "Request", err, ErrNotFound)
			c := w.cmd(author)
			c.On = "other"
			expect(t, "Submit", w.svc.Submit(bg, c), ErrNotFound)
		}},
		{"20: submitting says which text is missing", func(t *testing.T) {
			w := draft(t)
			w.must(w.add(author, "new", Output, "out/3.csv"))
			a := w.see(author).Allowed[slices.Index(Acts, ActSubmit)]
			equal(t, "why not", a.WhyNot, "The group “new” needs its context and its controls.")
			equal(t, "code", a.Code, "texts_missing")
		}},
		{"22: the whole way", func(t *testing.T) {
			w := delivered(t)
			w.is(Released)
			equal(t, "the log", w.acts(len(w.recs)-7), "file_approved file_approved request_approved delivery_begun file_delivered file_delivered request_released")
		}},
		{"215: an administrator withdraws a returned request, with a reason", func(t *testing.T) {
			w := returned(t)
			w.must(w.withdraw(admin, "the author left"))
			w.is(Withdrawn)
			equal(t, "as", w.recs[len(w.recs)-1].As, Administrator)
			equal(t, "the reason", w.see(author).Closed.Reason, "the author left")
		}},
	})
}

// auditorOf is somebody who sees the request and does no act; in a draft, the
// administrator.
func auditorOf(w *world) string {
	if w.view(auditor) == nil {
		return admin
	}
	return auditor
}

func TestCasesOfFiles(t *testing.T) {
	runCases(t, []workflowCase{
		{"29: a file is added once", func(t *testing.T) {
			w := draft(t)
			for _, group := range []string{"tables", "figures", "new"} {
				expect(t, "add to "+group, w.add(author, group, Output, "out/0.csv"), &Error{Code: "duplicate"})
			}
			same(t, "groups", w.groups(), []string{"tables", "figures"})
		}},
		{"31, 50: what was released may only be supporting", func(t *testing.T) {
			w := draft(t)
			w.released["bytes3"] = Release{Request: "01J", At: noon}
			added, err := w.svc.AddFiles(bg, w.cmd(author), AddFiles{Group: "tables", Kind: Output, Paths: []string{"out/3.csv"}})
			w.must(err)
			equal(t, "why not", added[0].WhyNot, "These bytes were released on 4 May 2026 (request 01J); they can be added as a supporting file.")
			w.must(w.add(author, "tables", Supporting, "out/3.csv"))
			w.must(w.move(author, "out/3.csv", "figures"))
			expect(t, "as an output", w.retype(author, "out/3.csv", Output), ErrReleased)
		}},
		{"32: updating takes the present bytes, keeps group and kind, and unsettles the votes", func(t *testing.T) {
			w := returned(t)
			w.write("out/2.csv", "new")
			w.must(w.update(author, "out/2.csv"))
			f := w.file("out/2.csv")
			equal(t, "bytes", f.SHA256, "new")
			equal(t, "kind", f.Kind, Output)
			equal(t, "group", w.req.group(f.Group).Name.Text, "figures")
			equal(t, "checker1's vote", w.myVote(checker1, "out/2.csv"), "undecided in 1")
			equal(t, "the others'", w.myVote(checker1, "out/0.csv"), "request_changes in 1")
		}},
		{"34, 40: a file that left the workspace can be withdrawn, not updated", func(t *testing.T) {
			w := returned(t)
			delete(w.outputs, "out/0.csv")
			equal(t, "changed", w.seenFile(author, "out/0.csv").ChangedInWorkspace, true)
			expect(t, "update", w.update(author, "out/0.csv"), ErrRequestable)
			w.must(w.takeOut(author, "out/0.csv"))
			equal(t, "kind", w.file("out/0.csv").Kind, WithdrawnFile)
		}},
		{"35: a file whose type is not taken any more is not updated", func(t *testing.T) {
			w := returned(t)
			w.policy.FileTypes = []string{".png"}
			w.write("out/0.csv", "new")
			expect(t, "update", w.update(author, "out/0.csv"), ErrRequestable)
		}},
		{"38: withdrawing from a draft removes the file", func(t *testing.T) {
			w := draft(t)
			w.must(w.takeOut(author, "out/0.csv"))
			if w.req.at("out/0.csv") != nil {
				t.Error("it is still there")
			}
			w.must(w.add(author, "figures", Supporting, "out/0.csv"))
		}},
		{"44: a withdrawn file is added again, without votes that count", func(t *testing.T) {
			w := returned(t)
			id := w.file("out/2.csv").ID
			w.must(w.takeOut(author, "out/2.csv"))
			w.must(w.add(author, "tables", Output, "out/2.csv"))
			equal(t, "id", w.file("out/2.csv").ID, id)
			equal(t, "vote", w.myVote(checker1, "out/2.csv"), "undecided in 1")
			equal(t, "group", w.req.group(w.file("out/2.csv").Group).Name.Text, "tables")
		}},
		{"47: moving and re-typing keep the bytes when the workspace changed", func(t *testing.T) {
			w := draft(t)
			w.write("out/0.csv", "new")
			w.must(w.move(author, "out/0.csv", "figures"))
			w.must(w.retype(author, "out/0.csv", Supporting))
			w.must(w.retype(author, "out/0.csv", Output))
			equal(t, "bytes", w.file("out/0.csv").SHA256, "bytes0")
			equal(t, "changed", w.seenFile(author, "out/0.csv").ChangedInWorkspace, true)
		}},
		{"55: a file on the request whose bytes changed is not added, but updated", func(t *testing.T) {
			w := draft(t)
			w.write("out/0.csv", "new")
			expect(t, "add", w.add(author, "tables", Output, "out/0.csv"), &Error{Code: "duplicate"})
			w.must(w.update(author, "out/0.csv"))
		}},
		{"61: the same texts again write nothing", func(t *testing.T) {
			w := draft(t)
			n := len(w.recs)
			w.must(w.describe(author, "TABLES", "counts by region"))
			w.must(w.svc.SetTitle(bg, w.cmd(author), " Counts "))
			equal(t, "entries", len(w.recs), n)
		}},
	})
}

func TestCasesOfVotes(t *testing.T) {
	runCases(t, []workflowCase{
		{"73: nobody votes on a draft", func(t *testing.T) {
			w := draft(t)
			expect(t, "vote", w.vote(checker1, "out/0.csv", Approve), ErrNotFound)
			expect(t, "vote", w.vote(member, "out/0.csv", Approve), ErrOwnSide)
		}},
		{"79, 80: a vote is taken back once, before its review is submitted", func(t *testing.T) {
			w := submitted(t)
			w.must(w.vote(checker1, "out/0.csv", Approve))
			w.must(w.vote(checker1, "out/0.csv", ""))
			equal(t, "vote", w.myVote(checker1, "out/0.csv"), "none")
			expect(t, "again", w.vote(checker1, "out/0.csv", ""), ErrNoVote)
			w.must(w.vote(checker1, "out/0.csv", RequestChanges))
			w.must(w.svc.ResetVotesInGroup(bg, w.cmd(checker1), "Tables"))
			equal(t, "vote", w.myVote(checker1, "out/0.csv"), "none")
		}},
		{"82: votes without a submitted review decide nothing", func(t *testing.T) {
			w := submitted(t)
			w.votesOf(checker1)
			w.votesOf(checker2)
			for _, who := range []string{author, checker1, auditor} {
				equal(t, "decision to "+who, w.decisionTo(who, "out/0.csv"), Incomplete)
			}
		}},
		{"83: what submitted reviews amount to", func(t *testing.T) {
			for _, c := range []struct {
				needed int
				votes  string // of checker1, 2, 3 on out/0.csv
				want   FileDecision
			}{
				{2, "a", Incomplete}, {2, "aa", FileApproved}, {2, "cc", ChangesRequested}, {2, "ac", Conflicted}, {2, "ca", Conflicted},
				{2, "aca", FileApproved}, {2, "acc", Conflicted}, {2, "cca", Conflicted}, {2, "ccc", ChangesRequested}, {2, "aaa", FileApproved},
				{1, "a", FileApproved}, {1, "c", ChangesRequested}, {1, "ac", Conflicted}, {1, "aca", FileApproved}, {1, "cca", Conflicted},
				{3, "aa", Incomplete}, {3, "aaa", FileApproved}, {3, "aac", Conflicted}, {3, "cca", Conflicted}, {3, "ccc", ChangesRequested},
			} {
				w := draft(t)
				w.policy.ReviewsNeeded = c.needed
				w.must(w.submit(author))
				for i, v := range c.votes {
					var against []string
					if v == 'c' {
						against = []string{"out/0.csv"}
					}
					w.reviewBy([]string{checker1, checker2, checker3}[i], against...)
				}
				equal(t, fmt.Sprint(c.needed, c.votes), w.decisionTo(checker1, "out/0.csv"), c.want)
			}
		}},
		{"85: a vote keeps its turn until it is cast again", func(t *testing.T) {
			w := resubmitted(t)
			equal(t, "approval", w.myVote(checker1, "out/2.csv"), "approve in 1")
			w.must(w.vote(checker1, "out/2.csv", Approve))
			equal(t, "approval", w.myVote(checker1, "out/2.csv"), "approve in 3")
		}},
		{"86: the first and the last needed review change the status", func(t *testing.T) {
			for needed, want := range map[int][]Status{
				1: {Reviewed, Reviewed, Reviewed},
				2: {PartiallyReviewed, Reviewed, Reviewed},
				3: {PartiallyReviewed, PartiallyReviewed, Reviewed},
			} {
				w := draft(t)
				w.policy.ReviewsNeeded = needed
				w.must(w.submit(author))
				for i, who := range []string{checker1, checker2, checker3} {
					w.reviewBy(who)
					w.is(want[i])
					expect(t, "twice", w.review(who), ErrDuplicate)
				}
			}
		}},
		{"88: an undecided vote is no vote", func(t *testing.T) {
			w := resubmitted(t)
			equal(t, "changes asked for", w.myVote(checker1, "out/0.csv"), "undecided in 1")
			expect(t, "review", w.review(checker1), ErrUnvoted)
			equal(t, "voted", *w.see(checker1).Reviews.Voted, 1)
		}},
		{"91: a further review in REVIEWED changes no status and is not independent", func(t *testing.T) {
			w := reviewed(t)
			w.reviewBy(checker3)
			w.is(Reviewed)
			var got []string
			for _, by := range w.see(checker1).Reviews.By {
				got = append(got, fmt.Sprint(by.Username, by.Independent))
			}
			same(t, "reviews", got, []string{"checker1true", "checker2true", "checker3false"})
		}},
		{"95: a conflict is shown to the author's side as changes, when the turn has ended", func(t *testing.T) {
			w := submitted(t)
			w.grant(author, OutputChecker, ScopeAll)
			w.reviewBy(checker1)
			w.reviewBy(checker2, "out/0.csv")
			w.must(w.comment(checker2, "tables", "round it", Public))
			equal(t, "to the author", w.decisionTo(author, "out/0.csv"), Incomplete)
			equal(t, "to a checker", w.decisionTo(checker3, "out/0.csv"), Conflicted)
			w.must(w.giveBack(checker1, ""))
			for _, who := range []string{author, coworker, member, observer} {
				equal(t, "to "+who, w.decisionTo(who, "out/0.csv"), ChangesRequested)
			}
			equal(t, "to a checker", w.decisionTo(checker3, "out/0.csv"), Conflicted)
			equal(t, "to an auditor", w.decisionTo(auditor, "out/0.csv"), Conflicted)
		}},
		{"97: a group where all is voted has nothing to do; approvals stay", func(t *testing.T) {
			w := submitted(t)
			w.must(w.vote(checker1, "out/0.csv", Approve))
			expect(t, "request changes", w.svc.RequestChangesInGroup(bg, w.cmd(checker1), "tables"), ErrNothing)
			w.must(w.svc.RequestChangesInGroup(bg, w.cmd(checker1), "figures"))
			equal(t, "approval", w.myVote(checker1, "out/0.csv"), "approve in 1")
			equal(t, "changes", w.myVote(checker1, "out/2.csv"), "request_changes in 1")
		}},
		{"101, 130: who may comment and vote when", func(t *testing.T) {
			w := submitted(t)
			equal(t, "checker votes", w.allowedTo(checker1, ActVote), true)
			equal(t, "author comments", w.allowedTo(author, ActComments), false)
			equal(t, "observer comments", w.allowedTo(observer, ActComments), false)
		}},
		{"104: a checker sees how far their own review is", func(t *testing.T) {
			w := submitted(t)
			w.must(w.vote(checker1, "out/0.csv", Approve))
			rv := w.see(checker1).Reviews
			equal(t, "voted of outputs", fmt.Sprint(*rv.Voted, rv.Outputs, rv.Mine), "1 2 false")
		}},
	})
}

func TestCasesOfReturning(t *testing.T) {
	runCases(t, []workflowCase{
		{"107, 109: public comments are asked for only where the reviews are in and something is unresolved", func(t *testing.T) {
			w := submitted(t)
			w.reviewBy(checker1, "out/0.csv")
			w.must(w.giveBack(checker2, "early"))
			w.must(w.submit(author)) // and none at resubmission
			w.is(Submitted)
		}},
		{"110, 122: an early return discards the turn", func(t *testing.T) {
			w := earlyReturned(t)
			w.is(Returned)
			equal(t, "checker1's vote", w.myVote(checker1, "out/0.csv"), "undecided in 1")
			equal(t, "checker1's approval", w.myVote(checker1, "out/2.csv"), "undecided in 1")
			for who, want := range map[string][]string{
				author: {}, coworker: {}, member: {}, observer: {}, checker3: {},
				checker1: {"please change out/0.csv"}, checker2: {"hm"}, auditor: {"please change out/0.csv", "hm"},
			} {
				same(t, "comments to "+who, w.texts(who), want)
			}
			for _, who := range []string{author, checker3} {
				got := ""
				for _, it := range History(w.snapshot(who), w.recs) {
					if it.Turn == 1 {
						got += it.Act + " "
					}
				}
				equal(t, "history of the turn to "+who, got, "request_returned ")
			}
			for _, who := range []string{checker1, checker2, checker3} {
				equal(t, "votes of others to "+who, len(w.seenFile(who, "out/0.csv").Votes), 0)
			}
			equal(t, "votes to an auditor", len(w.seenFile(auditor, "out/0.csv").Votes), 2)
			equal(t, "the reason to the author", w.see(author).Returned.Reason, "the wrong files")
		}},
		{"112: after an early return reviewers begin afresh", func(t *testing.T) {
			w := earlyReturned(t)
			w.must(w.submit(author))
			expect(t, "review", w.review(checker1), ErrUnvoted)
			equal(t, "reviews", w.see(author).Reviews.Submitted, 0)
		}},
		{"113: a resubmission answers each unresolved group", func(t *testing.T) {
			w := returned(t)
			expect(t, "submit", w.submit(author), ErrComment)
			equal(t, "needs a comment", w.see(author).Groups[0].NeedsComment, true)
			w.must(w.comment(coworker, "tables", "rounded", "")) // any researcher of the author's side
			w.later(time.Hour).must(w.submit(author))
			w.is(Submitted)
			equal(t, "reviews", w.see(author).Reviews.Submitted, 0)
			equal(t, "since", w.see(author).Since.Equal(w.now), true)
			equal(t, "turn", w.req.Turn, 3)
		}},
		{"115: also when the unresolved file is withdrawn", func(t *testing.T) {
			w := returned(t)
			w.must(w.takeOut(author, "out/0.csv"))
			expect(t, "submit", w.submit(author), ErrComment)
		}},
		{"116: each group whose files changed needs a comment", func(t *testing.T) {
			for name, change := range map[string]func(*world) error{
				"add":      func(w *world) error { return w.add(author, "figures", Supporting, "out/3.csv") },
				"move":     func(w *world) error { return w.move(author, "out/1.csv", "figures") },
				"retype":   func(w *world) error { return w.retype(author, "out/2.csv", Supporting) },
				"withdraw": func(w *world) error { return w.takeOut(author, "out/2.csv") },
				"update": func(w *world) error {
					w.write("out/2.csv", "new")
					return w.update(author, "out/2.csv")
				},
			} {
				w := returned(t)
				w.must(w.comment(author, "tables", "rounded", ""))
				w.must(change(w))
				expect(t, "submit after "+name, w.submit(author), ErrComment)
				w.must(w.comment(author, "figures", "because", ""))
				expect(t, "submit after "+name, w.submit(author), nil)

				early := earlyReturned(t)
				early.must(change(early))
				expect(t, "submit after an early return and "+name, early.submit(author), ErrComment)
			}
		}},
	})
}

func TestCasesOfSight(t *testing.T) {
	runCases(t, []workflowCase{
		{"118: blind in the independent phase", func(t *testing.T) {
			w := submitted(t)
			w.must(w.comment(checker1, "tables", "one", Public))
			w.must(w.comment(checker2, "tables", "two", Private))
			for who, want := range map[string][]string{
				author: {}, checker1: {"one"}, checker2: {"two"}, checker3: {}, member: {}, auditor: {"one", "two"},
			} {
				same(t, "comments to "+who, w.texts(who), want)
			}
		}},
		{"119: checkers see each other in the consolidating phase, authors nothing", func(t *testing.T) {
			w := disputed(t)
			same(t, "to a checker", w.texts(checker3), []string{"please change out/0.csv", "please change out/0.csv", "round it"})
			equal(t, "votes to a checker", len(w.seenFile(checker3, "out/0.csv").Votes), 2)
			for _, who := range []string{author, coworker, member, observer} {
				same(t, "to "+who, w.texts(who), []string{})
				equal(t, "votes to "+who, len(w.seenFile(who, "out/0.csv").Votes), 0)
				equal(t, "reviews to "+who, len(w.see(who).Reviews.By), 0)
			}
		}},
		{"121: earlier turns stay visible, the new one is blind", func(t *testing.T) {
			w := resubmitted(t)
			w.must(w.vote(checker1, "out/2.csv", RequestChanges))
			w.must(w.comment(checker1, "figures", "new", Public))
			same(t, "to checker2", w.texts(checker2), []string{"please change out/0.csv", "please change out/0.csv", "round it", "rounded"})
			same(t, "to the author", w.texts(author), []string{"round it", "rounded"})
			var got []string
			for _, v := range w.seenFile(checker2, "out/2.csv").Votes {
				got = append(got, fmt.Sprint(v.By, v.Vote, v.Turn))
			}
			same(t, "checker1's vote as the turn ended", got, []string{"checker1approve1"})
		}},
		{"127: a comment is deleted by its writer, in the same turn", func(t *testing.T) {
			w := draft(t)
			w.must(w.comment(author, "tables", "for the checkers", ""))
			id := w.req.Comments[0].ID
			expect(t, "by another", w.svc.DeleteComment(bg, w.cmd(coworker), id), ErrRole)
			w.must(w.svc.DeleteComment(bg, w.cmd(author), id))
			same(t, "comments", w.texts(author), []string{})
		}},
		{"publish: a private comment is made public in the same turn, once", func(t *testing.T) {
			w := disputed(t)
			w.must(w.comment(checker2, "tables", "secret", Private))
			id := w.req.Comments[len(w.req.Comments)-1].ID
			n := len(w.recs)
			w.must(w.svc.PublishComment(bg, w.cmd(checker2), id))
			w.must(w.svc.PublishComment(bg, w.cmd(checker2), id))
			equal(t, "entries", len(w.recs), n+1)
			w.must(w.giveBack(checker1, ""))
			same(t, "to the author", w.texts(author), []string{"round it", "secret"})
		}},
	})
}

func TestCasesOfRelease(t *testing.T) {
	runCases(t, []workflowCase{
		{"179: an approval waits for its hold", func(t *testing.T) {
			w := approved(t)
			w.is(Approved)
			c, err := w.svc.Consignment(bg, "request")
			w.must(err)
			equal(t, "begun", c.Begun, false)
			v, last := w.see(author), w.work[len(w.work)-1]
			equal(t, "held until", v.HeldUntil.Equal(w.now.Add(10*time.Minute)), true)
			equal(t, "work", fmt.Sprint(last.Kind, last.Subject, last.Due.Equal(*v.HeldUntil)), "deliverrequesttrue")
			equal(t, "the turn", v.Turn, 1)
		}},
		{"182: beginning and receiving twice is once", func(t *testing.T) {
			w := begun(t)
			n := len(w.recs)
			w.must(w.begin())
			w.must(w.deliver("out/0.csv"))
			w.must(w.deliver("out/0.csv", "out/0.csv"))
			equal(t, "recorded", w.acts(n), "file_delivered")
			w.is(Approved)
			w.must(w.deliver("out/0.csv", "out/2.csv", "out/2.csv"))
			w.is(Released)
			equal(t, "recorded", w.acts(n), "file_delivered file_delivered request_released")
			w.must(w.deliver("out/0.csv"))
		}},
		{"one receipt twice in one call does not release", func(t *testing.T) {
			w := begun(t)
			w.must(w.deliver("out/0.csv", "out/0.csv"))
			w.is(Approved)
		}},
		{"every destination that was pinned", func(t *testing.T) {
			w := reviewed(t)
			w.destinations = []string{"store", "archive"}
			w.must(w.approve(checker1, ""))
			w.destinations = []string{"store"}
			w.later(DefaultPolicy().Hold()).must(w.begin())
			w.must(w.deliver("out/0.csv", "out/2.csv"))
			w.is(Approved)
			for _, p := range []string{"out/0.csv", "out/2.csv"} {
				w.must(w.svc.RecordDeliveries(bg, "request", []Delivered{{File: w.file(p).ID, SHA256: w.file(p).SHA256, Destination: "archive"}}))
			}
			w.is(Released)
		}},
		{"184: the approved bytes go, whatever the workspace has", func(t *testing.T) {
			w := approved(t)
			w.write("out/0.csv", "new")
			c, err := w.svc.Consignment(bg, "request")
			w.must(err)
			equal(t, "bytes", c.Files[0].SHA256, "bytes0")
			equal(t, "files", len(c.Files), 2)
		}},
		{"190, 191: under way until the last file arrived", func(t *testing.T) {
			w := begun(t)
			w.must(w.deliver("out/0.csv"))
			v := w.see(observer)
			equal(t, "status", fmt.Sprint(v.Status, len(v.Receipts), v.StatusSentence), "APPROVED1Approved: delivery is under way.")
		}},
		{"142, 143: downloads are for who may review, openings are recorded", func(t *testing.T) {
			w := submitted(t)
			id := w.file("out/0.csv").ID
			for who, want := range map[string]*Error{
				checker1: nil, author: ErrRole, member: ErrRole, observer: ErrRole, auditor: ErrRole, admin: ErrRole, outsider: ErrNotFound,
			} {
				_, err := w.svc.Open(bg, w.actor(who), "request", id, true)
				expect(t, "download by "+who, err, want)
			}
			equal(t, "recorded", len(w.openings), 1)
			equal(t, "as", w.openings[0].Act()+string(w.openings[0].As), "file_downloadedoutput_checker")
			_, err := w.svc.Open(bg, w.actor(coworker), "request", id, false)
			w.must(err)
			equal(t, "as", w.openings[1].Act()+string(w.openings[1].As), "file_openedresearcher")
			_, err = w.svc.Open(bg, w.actor(coworker), "request", "none", false)
			expect(t, "an unknown file", err, ErrUnknownFile)
		}},
	})
}

// TestUnavailableStaysSo: an error of a part that is away reaches the caller
// as it is.
func TestUnavailableStaysSo(t *testing.T) {
	w := draft(t)
	away := errors.New("disk gone")
	w.keeping = func(Candidate) Kept { return Kept{Err: away} }
	_, err := w.svc.AddFiles(bg, w.cmd(author), AddFiles{Group: "tables", Kind: Output, Paths: []string{"out/5.csv"}})
	if !errors.Is(err, away) {
		t.Errorf("AddFiles = %v, want %v", err, away)
	}
}
