package review

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// The rules of docs/rules.md that neither a case nor a refusal tells.

func TestSides(t *testing.T) {
	side := func(w *world, who string) bool { return w.req.onAuthorSide(w.actor(who), w.place, w.policy) }
	runCases(t, []workflowCase{
		{"who was a researcher before the request was made is not on the author's side", func(t *testing.T) {
			w := newWorld(t)
			w.grant(checker1, Researcher, projectOne)
			w.end(checker1, Researcher)
			w.later(time.Second).create()
			equal(t, "side", side(w, checker1), false)
		}},
		{"who left the project after the request was made stays on it", func(t *testing.T) {
			w := submitted(t)
			w.later(time.Hour).end(member, Researcher)
			equal(t, "side", side(w, member), true)
			expect(t, "vote", w.vote(member, "out/0.csv", Approve), ErrOwnSide)
			equal(t, "sight", standingOf(w.req, w.actor(member), w.place, w.policy).sight, seesAuthor)
		}},
		{"who joined later is on it", func(t *testing.T) {
			w := submitted(t)
			w.later(time.Hour).grant(checker1, Researcher, projectOne)
			equal(t, "side", side(w, checker1), true)
		}},
		{"moving the workspace into another project frees nobody of their side", func(t *testing.T) {
			w := submitted(t)
			w.grant(checker1, Researcher, "project:two")
			for _, project := range []string{"two", ""} {
				w.place.Project = project
				equal(t, "member of the first, now "+project, side(w, member), true)
				equal(t, "member of the second, now "+project, side(w, checker1), project == "two")
			}
		}},
		{"a researcher of another project is not", func(t *testing.T) {
			w := submitted(t)
			w.grant(checker1, Researcher, "project:two")
			equal(t, "side", side(w, checker1), false)
		}},
		{"a side gives no right: an author without the role sees nothing", func(t *testing.T) {
			w := submitted(t)
			w.end(author, Researcher)
			if w.view(author) != nil {
				t.Error("the author still sees it")
			}
			expect(t, "recall", w.recall(author), ErrNotFound)
			w.grant(author, OutputChecker, ScopeAll)
			equal(t, "sight as a checker", w.see(author).me.sight, seesAuthor)
			expect(t, "vote", w.vote(author, "out/0.csv", Approve), ErrOwnSide)
		}},
		{"auditors and administrators on a side see no more than that side", func(t *testing.T) {
			w := submitted(t)
			w.must(w.comment(checker1, "tables", "secret", Private))
			w.must(w.vote(checker1, "out/0.csv", Approve))
			for _, who := range []string{author, coworker, member, observer, checker2} {
				w.grant(who, Auditor, ScopeAll)
				w.grant(who, Administrator, ScopeAll)
				same(t, "comments to "+who, w.texts(who), []string{})
				equal(t, "votes to "+who, len(w.seenFile(who, "out/0.csv").Votes), 0)
			}
			w.end(author, Researcher) // left, but was the author
			same(t, "comments to the auditor who wrote it", w.texts(author), []string{})
		}},
		{"a member-checker may check where the policy lets them", func(t *testing.T) {
			w := draft(t)
			w.policy.CheckersOutsideProject = false
			w.must(w.submit(author))
			w.reviewBy(member)
			w.reviewBy(checker1)
			w.must(w.approve(member, ""))
			expect(t, "the author", w.decideAs(author, ActVote), ErrOwnSide)
		}},
		{"a looser policy waits for the next submission", func(t *testing.T) {
			w := partly(t)
			w.policy.CheckersOutsideProject = false
			w.policy.ReviewsNeeded = 1
			expect(t, "a member-checker", w.vote(member, "out/0.csv", Approve), ErrOwnSide)
			equal(t, "needed", w.see(author).Reviews.Needed, 2)
			w.must(w.giveBack(checker1, "early"))
			expect(t, "a member-checker, returned", w.decideAs(member, ActVote), ErrOwnSide)
			same(t, "private comments to a member-checker, returned", w.texts(member), []string{})
			w.must(w.submit(author))
			w.reviewBy(member)
			w.is(Reviewed)
		}},
		{"a stricter one counts at approval, and changes no status", func(t *testing.T) {
			w := draft(t)
			w.policy.CheckersOutsideProject = false
			w.must(w.submit(author))
			w.reviewBy(member)
			w.reviewBy(checker1)
			w.policy.CheckersOutsideProject = true
			w.is(Reviewed)
			expect(t, "approve", w.approve(checker1, ""), ErrReviews)
			expect(t, "by the member", w.approve(member, ""), ErrOwnSide)
			equal(t, "sentence", strings.Contains(w.see(checker1).StatusSentence, "one of two reviews count now, so another one is needed"), true)
			w.reviewBy(checker2)
			w.must(w.approve(checker1, ""))
		}},
		{"a longer hold holds, a shorter one does not shorten", func(t *testing.T) {
			for hold, want := range map[int64]time.Duration{3600: time.Hour, 1: 10 * time.Minute} {
				w := reviewed(t)
				w.policy.HoldSeconds = hold
				w.must(w.approve(checker1, ""))
				equal(t, "held", w.req.Approval.HeldUntil.Sub(w.now), want)
			}
		}},
		{"a review of who lost the role counts no more, and again when it is back", func(t *testing.T) {
			w := reviewed(t)
			w.end(checker2, OutputChecker)
			equal(t, "reviews", w.see(checker1).Reviews.Submitted, 1)
			equal(t, "decision", w.decisionTo(checker1, "out/0.csv"), Incomplete)
			w.grant(checker2, OutputChecker, ScopeAll)
			equal(t, "reviews", w.see(checker1).Reviews.Submitted, 2)
			w.must(w.approve(checker1, ""))
			w.end(checker2, OutputChecker)
			equal(t, "reviews of what was concluded", w.see(checker1).Reviews.Submitted, 2)
		}},
		{"nothing is decided in the blind phase, even if enough reviews count again", func(t *testing.T) {
			w := partly(t)
			w.end(checker1, OutputChecker)
			w.reviewBy(checker2)
			w.grant(checker1, OutputChecker, ScopeAll)
			w.is(PartiallyReviewed)
			equal(t, "decision", w.decisionTo(checker3, "out/0.csv"), Incomplete)
			w.reviewBy(checker3)
			w.is(Reviewed)
		}},
	})
}

func TestResubmission(t *testing.T) {
	votes := func(w *world) string {
		return w.myVote(checker1, "out/0.csv") + ", " + w.myVote(checker1, "out/2.csv")
	}
	const kept, gone = "approve in 1", "undecided in 1"
	all := func(t *testing.T) *world { // all approved, then returned with a reason
		w := reviewed(t)
		w.must(w.giveBack(checker1, "one more thing"))
		return w
	}
	for name, c := range map[string]struct {
		change func(*world)
		want   string // votes on the output of tables and of figures
	}{
		"nothing":                       {func(*world) {}, kept + ", " + kept},
		"a title":                       {func(w *world) { w.must(w.svc.SetTitle(bg, w.cmd(author), "other")) }, kept + ", " + kept},
		"a comment":                     {func(w *world) { w.must(w.comment(author, "tables", "x", "")) }, kept + ", " + kept},
		"a text of the group":           {func(w *world) { w.must(w.describe(author, "tables", "other")) }, gone + ", " + kept},
		"bytes":                         {func(w *world) { w.write("out/0.csv", "n"); w.must(w.update(author, "out/0.csv")) }, gone + ", " + kept},
		"bytes of a supporting file":    {func(w *world) { w.write("out/1.csv", "n"); w.must(w.update(author, "out/1.csv")) }, gone + ", " + kept},
		"a supporting file more":        {func(w *world) { w.must(w.add(author, "figures", Supporting, "out/3.csv")) }, kept + ", " + gone},
		"another output in the group":   {func(w *world) { w.must(w.add(author, "figures", Output, "out/3.csv")) }, kept + ", " + kept},
		"a supporting file less":        {func(w *world) { w.must(w.takeOut(author, "out/1.csv")) }, gone + ", " + kept},
		"a supporting file moved":       {func(w *world) { w.must(w.move(author, "out/1.csv", "figures")) }, gone + ", " + gone},
		"the output moved":              {func(w *world) { w.must(w.move(author, "out/0.csv", "new")) }, gone + ", " + kept},
		"the other output moved here":   {func(w *world) { w.must(w.move(author, "out/2.csv", "tables")) }, kept + ", " + gone},
		"a supporting file made output": {func(w *world) { w.must(w.retype(author, "out/1.csv", Output)) }, gone + ", " + kept},
		"output to supporting and back": {func(w *world) {
			w.must(w.retype(author, "out/0.csv", Supporting))
			w.must(w.retype(author, "out/0.csv", Output))
		}, gone + ", " + kept},
		"output withdrawn and put back": {func(w *world) {
			w.must(w.takeOut(author, "out/0.csv"))
			w.must(w.add(author, "tables", Output, "out/0.csv"))
		}, gone + ", " + kept},
	} {
		t.Run(name, func(t *testing.T) {
			w := all(t)
			c.change(w)
			equal(t, "votes", votes(w), c.want)
			for _, g := range w.groups() {
				_ = w.comment(author, g, "said", "")
			}
			if w.req.named("new") != nil {
				w.must(w.describe(author, "new", "texts"))
			}
			w.must(w.submit(author))
			equal(t, "votes after submission", votes(w), c.want)
			equal(t, "decision", w.decisionTo(auditor, "out/0.csv"), Incomplete)
		})
	}
	t.Run("a carried approval counts once its owner submits a review", func(t *testing.T) {
		w := all(t)
		w.must(w.submit(author))
		w.must(w.review(checker1))
		w.must(w.review(checker2))
		w.is(Reviewed)
		equal(t, "decision", w.decisionTo(checker1, "out/0.csv"), FileApproved)
		w.must(w.approve(checker2, ""))
	})
	t.Run("who edits loses their votes", func(t *testing.T) {
		w := all(t)
		rec := Recorded{Version: len(w.recs) + 1, At: w.now, By: w.people[checker1].Person, Kind: IsPerson, Event: &TitleChanged{}}
		r := Fold(w.req, []Recorded{rec})
		for _, f := range r.Files {
			if _, ok := f.vote(w.people[checker1].ID); ok {
				t.Errorf("checker1 still has a vote on %s", f.Path)
			}
		}
		if !r.edited(w.people[checker1].ID) || r.mayCheck(w.actor(checker1), w.place, w.policy) {
			t.Error("checker1 edited the request and may still check it")
		}
		equal(t, "votes before", len(w.req.Files[0].Votes), 2)
	})
}

func TestDissents(t *testing.T) {
	again := func(t *testing.T, change func(*world)) *world {
		w := earlyReturned(t) // checker1's submitted dissent on out/0.csv is discarded
		change(w)
		for _, g := range w.groups() {
			_ = w.comment(author, g, "said", "")
			_ = w.describe(author, g, "texts")
		}
		w.must(w.submit(author))
		equal(t, "dissents in the blind phase", len(w.see(checker3).Dissents), 0)
		w.reviewBy(checker2)
		w.reviewBy(checker3)
		equal(t, "dissents to the author", len(w.see(author).Dissents), 0)
		return w
	}
	runCases(t, []workflowCase{
		{"a discarded dissent on the same bytes is acknowledged", func(t *testing.T) {
			w := again(t, func(*world) {})
			equal(t, "dissents", fmt.Sprint(w.see(checker2).Dissents), fmt.Sprintf("[{checker1 1 %s }]", w.file("out/0.csv").ID))
			expect(t, "approve", w.approve(checker2, " "), ErrAcknowledge)
			w.must(w.approve(checker2, "checker1's doubt concerned the group"))
		}},
		{"a vote of an unsubmitted review is no dissent", func(t *testing.T) {
			w := submitted(t)
			w.must(w.vote(checker1, "out/0.csv", RequestChanges))
			w.must(w.giveBack(checker2, "early"))
			w.must(w.submit(author))
			w.reviewBy(checker2)
			w.reviewBy(checker3)
			w.must(w.approve(checker2, ""))
		}},
		{"it concerns other bytes no more", func(t *testing.T) {
			w := again(t, func(w *world) {
				w.write("out/0.csv", "new")
				w.must(w.update(author, "out/0.csv"))
			})
			w.must(w.approve(checker2, ""))
		}},
		{"it follows the bytes to another path", func(t *testing.T) {
			w := again(t, func(w *world) {
				w.must(w.takeOut(author, "out/0.csv"))
				w.write("out/3.csv", "bytes0")
				w.must(w.add(author, "tables", Output, "out/3.csv"))
			})
			expect(t, "approve", w.approve(checker2, ""), ErrAcknowledge)
		}},
		{"a withdrawn file's does not stand", func(t *testing.T) {
			w := again(t, func(w *world) { w.must(w.takeOut(author, "out/0.csv")) })
			w.must(w.approve(checker2, ""))
		}},
		{"votes, decisions and turn outlast a stop; a checker's is a dissent, the author's is not", func(t *testing.T) {
			for who, want := range map[string]*Error{checker3: ErrAcknowledge, author: nil} {
				w := approved(t)
				turn := w.req.Turn
				w.must(w.stop(who, "wait"))
				w.is(Reviewed)
				equal(t, "turn", w.req.Turn, turn)
				equal(t, "decision", w.decisionTo(checker1, "out/0.csv"), FileApproved)
				equal(t, "held until", w.see(author).HeldUntil == nil, true)
				expect(t, "approving after a stop by "+who, w.approve(checker2, ""), want)
				if want != nil {
					w.must(w.approve(checker2, "discussed"))
				}
			}
		}},
	})
}

func TestRecall(t *testing.T) {
	w := returned(t)
	w.must(w.comment(author, "tables", "rounded", ""))
	w.must(w.submit(author))
	w.must(w.vote(checker1, "out/0.csv", Approve))
	w.must(w.recall(author))
	w.is(Returned)
	equal(t, "turn", w.req.Turn, 4)
	equal(t, "vote", w.myVote(checker1, "out/0.csv"), "undecided in 3")
	equal(t, "an older one", w.myVote(checker1, "out/2.csv"), "approve in 1")
	expect(t, "submit: the answer since the return still stands", w.submit(author), nil)

	w = submitted(t)
	w.must(w.recall(author))
	w.is(Pending)
	if w.view(checker1) != nil || w.view(auditor) != nil {
		t.Error("a recalled draft is seen by a checker or an auditor")
	}
	w.must(w.takeOut(author, "out/0.csv"))
	if w.req.at("out/0.csv") != nil {
		t.Error("withdrawing from a recalled draft marks the file")
	}
	w.must(w.submit(author))
	equal(t, "turn", w.req.Turn, 3)
}

func TestChangingASubmittedVote(t *testing.T) {
	w := reviewed(t)
	w.must(w.comment(checker1, "tables", "on second thoughts", Private))
	w.must(w.vote(checker1, "out/0.csv", RequestChanges))
	equal(t, "decision", w.decisionTo(checker2, "out/0.csv"), Conflicted)
	id := w.req.Comments[0].ID
	expect(t, "deleting its comment", w.svc.DeleteComment(bg, w.cmd(checker1), id), ErrStatus)
	w.must(w.comment(checker1, "tables", "again", Private))
	w.must(w.svc.DeleteComment(bg, w.cmd(checker1), id))
	w.must(w.vote(checker1, "out/0.csv", Approve))
	w.must(w.svc.DeleteComment(bg, w.cmd(checker1), w.req.Comments[0].ID))
	n := len(w.recs)
	w.must(w.vote(checker1, "out/0.csv", Approve))
	equal(t, "entries of the same vote again", len(w.recs), n)
}

func TestTokensNarrow(t *testing.T) {
	w := reviewed(t)
	for _, c := range []struct {
		who    string
		scopes []TokenScope
		act    func(*world, Command) error
		want   *Error
	}{
		{checker1, []TokenScope{MayCheck}, func(w *world, c Command) error { return w.svc.SubmitReview(bg, c) }, ErrNotFound},
		{checker1, []TokenScope{MayRead}, func(w *world, c Command) error { return w.svc.SubmitReview(bg, c) }, ErrRole},
		{checker1, []TokenScope{MayRead, MayCheck}, func(w *world, c Command) error { return w.svc.SubmitReview(bg, c) }, ErrDuplicate},
		{author, []TokenScope{MayRead}, func(w *world, c Command) error { return w.svc.SetTitle(bg, c, "x") }, ErrRole},
		{author, []TokenScope{MayRead, MayAuthor}, func(w *world, c Command) error { return w.svc.SetTitle(bg, c, "x") }, ErrStatus},
		{admin, []TokenScope{MayRead}, func(w *world, c Command) error { return w.svc.Withdraw(bg, c, "x") }, ErrNotFound},
		{admin, []TokenScope{MayRead, MayAdmin}, func(w *world, c Command) error { return w.svc.Withdraw(bg, c, "x") }, ErrIfMatch},
		{coworker, []TokenScope{MayRead}, func(w *world, c Command) error {
			_, err := w.svc.Open(bg, c.Actor, "request", w.req.Files[0].ID, false)
			return err
		}, ErrRole},
		{coworker, []TokenScope{MayRead, MayContent}, func(w *world, c Command) error {
			_, err := w.svc.Open(bg, c.Actor, "request", w.req.Files[0].ID, false)
			return err
		}, nil},
	} {
		cmd := w.cmd(c.who)
		cmd.Actor.Scopes = c.scopes
		expect(t, fmt.Sprintf("%s with %v", c.who, c.scopes), c.act(w, cmd), c.want)
	}

	returned := returned(t)
	returned.policy.CheckersOutsideProject = false
	r := *returned.req
	r.Policy.CheckersOutsideProject = false
	returned.req = &r
	cmd := returned.cmd(member)
	cmd.Actor.Scopes = []TokenScope{MayRead, MayCheck}
	_, err := returned.svc.Comment(bg, cmd, NewComment{Group: "tables", Text: "x"})
	expect(t, "a comment for the author's side without its scope", err, ErrRole)
}

func TestScopes(t *testing.T) {
	place := Place{Workspace: "ws", Project: "one", Organisation: "org", Backend: "tpp"}
	for _, c := range []struct {
		scope Scope
		place Place
		want  bool
	}{
		{ScopeAll, place, true}, {ScopeAll, Place{}, true},
		{"project:one", place, true}, {"project:two", place, false}, {"project:", Place{}, false},
		{"backend:tpp", place, true}, {"backend:tpp", Place{Backend: "tpp"}, false}, {"backend:emis", place, false},
		{"organisation:org", place, true}, {"organisation:", place, false}, {"one", place, false}, {"", place, false},
	} {
		equal(t, fmt.Sprintf("%q covers %+v", c.scope, c.place), c.scope.covers(c.place), c.want)
	}
	for _, c := range []struct {
		role  Role
		scope Scope
		ok    bool
	}{
		{Researcher, "project:one", true}, {Researcher, ScopeAll, false}, {Researcher, "project:", false},
		{Observer, ScopeAll, true}, {OutputChecker, "backend:tpp", true}, {OutputChecker, "project:one", false},
		{Auditor, "organisation:org", true}, {Auditor, "backend:tpp", false}, {Administrator, ScopeAll, true},
		{Administrator, "all:x", false}, {BackendService, "backend:tpp", true}, {"king", ScopeAll, false},
	} {
		equal(t, fmt.Sprintf("CheckGrant(%s, %s)", c.role, c.scope), code(CheckGrant(c.role, c.scope)), map[bool]string{true: "", false: "invalid"}[c.ok])
	}
}

func TestWords(t *testing.T) {
	equal(t, "no words", newWords([32]byte{1}, "").IsZero(), true)
	w := newWords([32]byte{1}, "text")
	equal(t, "hash", len(w.Hash), 64)
	if w.Hash == newWords([32]byte{2}, "text").Hash {
		t.Error("the salt is not in the hash")
	}
	w.Erased = true
	equal(t, "erased", w.String(), "[erased]")
	for text, want := range map[string]string{
		" a\r\nb\t ": "a\nb", "\x00": "invalid", "a\u0085b": "invalid", "\xff": "invalid", long(6): "invalid", "éééé5": "éééé5",
	} {
		got, err := cleanText("text", text, 5)
		if err != nil {
			got = code(err)
		}
		equal(t, fmt.Sprintf("cleanText(%q)", text), got, want)
	}
}

func TestErasedGroupNameIsNobodys(t *testing.T) {
	w := draft(t)
	r := *w.req
	g := *r.Groups[0]
	g.Name = Words{Hash: g.Name.Hash, Erased: true}
	r.Groups = slices.Clone(r.Groups)
	r.Groups[0] = &g
	w.req = &r
	expect(t, "a comment on an erased name", w.comment(author, "", "x", ""), ErrUnknownGroup)
	equal(t, "the name", w.see(author).Groups[0].Name, "[erased]")
}

func TestPolicyHash(t *testing.T) {
	p := DefaultPolicy()
	equal(t, "hash", p.Hash(), "ed83943f19d14806bd7e8c517dd66af7ce8323580871e63e0e9004e171990527")
	p.ReviewsNeeded = 3
	if p.Hash() == DefaultPolicy().Hash() {
		t.Error("two policies have one hash")
	}
	strict := DefaultPolicy().stricter(Policy{ReviewsNeeded: 1, HoldSeconds: 900, FileTypes: []string{".csv", ".exe"}, SizeLimit: 5})
	equal(t, "stricter", fmt.Sprint(strict.ReviewsNeeded, strict.HoldSeconds, strict.FileTypes, strict.SizeLimit), "2 900 [.csv] 5")
}
