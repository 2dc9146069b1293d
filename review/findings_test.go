package review

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

// found makes a draft in which checks find two things of weight in out/0.csv and
// one in the supporting file.
func foundIn(t tester) *world {
	t.Helper()
	w := newWorld(t)
	w.finds = map[string][]CheckedFinding{
		"out/0.csv": {{"h", "low-counts", HighWeight}, {"m", "rows", MediumWeight}}, "out/2.csv": {{"s", "rows", MediumWeight}},
	}
	w.create()
	w.must(w.add(author, "tables", Output, "out/0.csv", "out/1.csv"))
	w.must(w.add(author, "tables", Supporting, "out/2.csv"))
	w.must(w.describe(author, "tables", "counts"))
	return w
}

func (w *world) answer(who, text string, findings ...string) error {
	return w.svc.Answer(context.Background(), w.cmd(who), AnswerFindings{Findings: findings, Text: text})
}

// TestSubmitNeedsAnswers: what is of weight on outputs is answered; what is
// found in supporting files is shown and needs no answer.
func TestSubmitNeedsAnswers(t *testing.T) {
	w := foundIn(t)
	err := w.submit(author)
	expect(t, "submit with open findings", err, ErrFindings)
	if !strings.Contains(err.Error(), "Two findings need an answer") || !strings.Contains(err.Error(), "out/0.csv") {
		t.Errorf("the refusal says %q", err)
	}
	v := w.see(author)
	equal(t, "lacks", len(v.Lacks()), 1)
	equal(t, "the file that lacks", v.Lacks()[0].File, w.file("out/0.csv").ID)
	w.must(w.answer(author, "published", "h@bytes0"))
	if err := w.submit(author); !strings.Contains(err.Error(), "One finding needs an answer") {
		t.Errorf("the refusal says %q", err)
	}
	w.must(w.answer(author, "these are weeks", "m@bytes0", "s@bytes2"))
	w.must(w.submit(author))
	last := w.recs[len(w.recs)-1].Event.(*RequestSubmitted)
	equal(t, "hash of the findings", last.FindingsHash, w.req.findingsHash())
	if w.work[len(w.work)-1].Kind != WorkRecheck {
		t.Errorf("submitting leaves the work %+v", w.work)
	}
}

func TestAnswerRefuses(t *testing.T) {
	w := foundIn(t)
	expect(t, "no words", w.answer(author, " \n", "h@bytes0"), ErrTexts)
	expect(t, "no finding", w.answer(author, "seen"), ErrInvalid)
	expect(t, "too long", w.answer(author, strings.Repeat("x", maxText+1), "h@bytes0"), ErrInvalid)
	expect(t, "not there", w.answer(author, "seen", "h@bytes0", "h@other"), ErrChanged)
	expect(t, "too many", w.answer(author, "seen", slices.Repeat([]string{"x"}, maxAnswered+1)...), ErrInvalid)
	for _, who := range []string{coworker, observer, member} {
		expect(t, "answer by "+who, w.answer(who, "seen", "h@bytes0"), ErrRole)
	}
	for _, who := range []string{checker1, outsider} {
		expect(t, "answer by "+who, w.answer(who, "seen", "h@bytes0"), ErrNotFound)
	}
	n := len(w.recs)
	w.must(w.answer(author, "seen", "h@bytes0"))
	w.must(w.answer(author, "seen", "h@bytes0")) // says nothing new
	equal(t, "entries", len(w.recs)-n, 1)
	w.must(w.answer(author, "otherwise", "h@bytes0"))
	equal(t, "the answer", *w.see(author).Groups[0].Files[0].Findings[0].Answer, "otherwise")
	w.answerAll()
	w.must(w.submit(author))
	expect(t, "after submission", w.answer(author, "seen", "h@bytes0"), ErrStatus)
}

// TestChecksAgain: an answer holds as long as what it answered; other bytes,
// other controls and other thresholds ask for checks.
func TestChecksAgain(t *testing.T) {
	w := foundIn(t)
	w.answerAll()
	w.slow = true
	state := func() string { return w.see(author).Groups[0].Files[0].Checks.State }
	equal(t, "checks", state(), ChecksDone)
	w.must(w.svc.Describe(bg, w.cmd(author), Described{Group: "tables", Context: "counts", Codes: []string{"midpoint-6"}}))
	equal(t, "checks after other controls", state(), ChecksWaiting)
	expect(t, "submit", w.submit(author), ErrChecks)
	w.check()
	equal(t, "checks again", state(), ChecksDone)
	equal(t, "answered", w.req.Files[0].unansweredFindings(), 0)
	w.policy.Checks.Threshold = 9
	equal(t, "checks after another policy", state(), ChecksWaiting)
	before := len(w.work)
	expect(t, "submit", w.submit(author), ErrChecks)
	if len(w.work) != before+1 || w.work[before].Kind != WorkCheck {
		t.Errorf("a refused submission leaves the work %+v", w.work[before:])
	}
	w.check()
	w.write("out/0.csv", "new bytes")
	w.must(w.svc.UpdateFile(bg, w.cmd(author), w.file("out/0.csv").ID))
	equal(t, "checks of new bytes", state(), ChecksWaiting)
	equal(t, "findings of new bytes", len(w.see(author).Groups[0].Files[0].Findings), 0)
	v := w.see(author)
	equal(t, "done", v.Checks, ProgressView{Done: 2, Of: 3})
	w.check()
	equal(t, "new findings are open", w.req.Files[0].unansweredFindings(), 2)
	expect(t, "submit", w.submit(author), ErrFindings)
	w.checkShared()
}

// TestChecksOvertaken: where two workers found different things in the same
// bytes at the same time, all is looked at once more; one after the other is
// nothing special.
func TestChecksOvertaken(t *testing.T) {
	w := foundIn(t)
	w.slow = true
	in, err := w.svc.Inspection(bg, "request")
	w.must(err)
	record := func(after, hash string) int {
		t.Helper()
		c := w.checkedFile(in, in.Files[0])
		c.After, c.FindingsHash = after, hash
		before := len(w.work)
		w.must(w.svc.RecordChecks(bg, "request", []CheckedFile{c}))
		return len(w.work) - before
	}
	was := in.Files[0].Done.FindingsHash
	equal(t, "work after one check", record(was, "1"), 0)
	equal(t, "work after the same by another worker", record(was, "1"), 0)
	equal(t, "work after the next check", record("1", "2"), 0)
	equal(t, "work after something else by another worker", record("1", "3"), 1)
	equal(t, "work", w.work[len(w.work)-1].Kind, WorkRecheck)
}

// TestChecksBesideOthers: a finding that names another file is looked for again
// when that goes, and one that hangs on the group when a file comes.
func TestChecksBesideOthers(t *testing.T) {
	w := foundIn(t)
	w.slow = true
	record := func(change func(Inspection, *CheckedFile)) {
		t.Helper()
		in, err := w.svc.Inspection(bg, "request")
		w.must(err)
		c := w.checkedFile(in, in.Files[0])
		change(in, &c)
		w.must(w.svc.RecordChecks(bg, "request", []CheckedFile{c}))
	}
	state := func() string { return w.see(author).Groups[0].Files[0].Checks.State }
	record(func(_ Inspection, c *CheckedFile) { c.Against = []string{"bytes1"} })
	equal(t, "beside a file that is there", state(), ChecksDone)
	w.must(w.svc.WithdrawFile(bg, w.cmd(author), w.file("out/1.csv").ID))
	equal(t, "beside a file that is gone", state(), ChecksWaiting)
	record(func(in Inspection, c *CheckedFile) { c.Others = in.Files[0].Others })
	equal(t, "beside its group", state(), ChecksDone)
	w.must(w.add(author, "tables", Supporting, "out/3.csv"))
	equal(t, "beside a changed group", state(), ChecksWaiting)
}

// TestApproveOverHighFinding: it takes words, which those see who see the vote.
func TestApproveOverHighFinding(t *testing.T) {
	w := foundIn(t)
	w.answerAll()
	w.must(w.submit(author))
	err := w.vote(checker1, "out/0.csv", Approve)
	expect(t, "approve without words", err, ErrFindings)
	w.must(w.vote(checker1, "out/0.csv", RequestChanges))
	f := w.file("out/0.csv")
	v := VoteOn{File: f.ID, SHA256: f.SHA256, Turn: 1, Vote: Approve, Answer: "national totals"}
	w.must(w.svc.Vote(bg, w.cmd(checker1), v))
	n := len(w.recs)
	v.Answer = ""
	w.must(w.svc.Vote(bg, w.cmd(checker1), v)) // the vote stands as it is
	equal(t, "entries", len(w.recs), n)
	equal(t, "findings' hash", w.recs[n-1].Event.(*VoteCast).FindingsHash, f.Check.FindingsHash)
	w.must(w.vote(checker1, "out/1.csv", Approve)) // nothing was found in it
	shown := func(who string) string {
		for _, o := range w.see(who).Groups[0].Files[0].Votes {
			return o.AnswerToFindings
		}
		return ""
	}
	equal(t, "to its owner", w.see(checker1).Groups[0].Files[0].MyVote.AnswerToFindings, "national totals")
	equal(t, "to an auditor", shown(auditor), "national totals")
	equal(t, "to another checker", shown(checker2), "")
	equal(t, "to the author", shown(author), "")
	w.must(w.review(checker1))
	v.Answer = "as said"
	w.must(w.svc.Vote(bg, w.cmd(checker2), v))
	w.must(w.vote(checker2, "out/1.csv", Approve))
	w.must(w.review(checker2))
	equal(t, "to another checker, from REVIEWED on", shown(checker2), "national totals")
	w.must(w.approve(checker1, "")) // the act asks for nothing more
}

// TestFindingsAfterSubmission: they are shown, and undo nothing.
func TestFindingsAfterSubmission(t *testing.T) {
	w := submitted(t)
	in, err := w.svc.Inspection(bg, "request")
	w.must(err)
	c := w.checkedFile(in, in.Files[0])
	c.FindingsHash, c.Findings = "later", []CheckedFinding{{"late", "differencing", HighWeight}}
	before := w.etag(checker1)
	w.must(w.svc.RecordChecks(bg, "request", []CheckedFile{c}))
	equal(t, "status", w.req.Status, Submitted)
	equal(t, "findings", len(w.see(checker1).Groups[0].Files[0].Findings), 1)
	if w.etag(checker1) == before {
		t.Error("the version did not move with what is seen")
	}
	n := len(w.recs)
	w.must(w.svc.RecordChecks(bg, "request", []CheckedFile{c}))
	equal(t, "recorded once", len(w.recs), n)
	expect(t, "recorded by a person", w.svc.change(bg, w.cmd(author), func(in In) (Decision, error) { return recordChecks(in, nil) }), ErrRole)
}

// TestFindingsAsSeen: the author's side sees what checkers see; who opens no
// file sees rule, weight and answer alone.
func TestFindingsAsSeen(t *testing.T) {
	w := foundIn(t)
	w.answerAll()
	w.must(w.submit(author))
	row := int64(3)
	said := []Found{
		{ID: "h@bytes0", Rule: "low-counts", Weight: HighWeight, Where: FindingPlace{Row: &row, Column: 2}, Column: "n", Message: "3 counts", Count: 3},
		{ID: "i", Rule: "declared-control", Weight: InfoWeight, Message: "not rounded"},
	}
	see := func(who string) []FindingView {
		s := w.snapshot(who)
		s.Facts.Found = map[string][]Found{w.req.Files[0].Check.FindingsHash: said}
		return View(s).Groups[0].Files[0].Findings
	}
	for _, who := range []string{author, observer, checker1} {
		f := see(who)
		if len(f) != 3 || f[0].Message != "3 counts" || *f[0].Where.Row != 3 || f[0].Count != 3 || f[2].Rule != "declared-control" {
			t.Errorf("%s sees %+v", who, f)
		}
		equal(t, "answer to "+who, *f[0].Answer, "all are published")
		equal(t, "by", f[0].AnsweredBy, author)
	}
	f := see(auditor)
	if len(f) != 2 || f[0].Message != "" || f[0].Where.Row != nil || f[0].Column != "" || f[0].Rule != "low-counts" || f[0].Answer == nil {
		t.Errorf("an auditor sees %+v", f)
	}
	sm := Project(w.req).Summary
	equal(t, "high", sm.High, 1)
	equal(t, "unanswered", sm.Unanswered, 0)
}

// TestHistoryOfFindings: what was found and what was said to it.
func TestHistoryOfFindings(t *testing.T) {
	w := foundIn(t)
	w.answerAll()
	w.must(w.submit(author))
	items, err := w.svc.History(bg, w.actor(auditor), "request")
	w.must(err)
	found, said := 0, 0
	for _, it := range items {
		switch it.Act {
		case "file_checked":
			if it.By != "system" {
				t.Errorf("checked by %s", it.By)
			}
			found += len(it.Findings)
		case "findings_answered":
			said += len(it.Findings)
			equal(t, "words", it.Text, "all are published")
		}
	}
	equal(t, "found, by rule", found > 0, true)
	equal(t, "answered, by rule", said, 3)
}

// TestSubmitNamesOneFile: the rule and the view name the same file, whichever
// group was made first, and whichever file was added first.
func TestSubmitNamesOneFile(t *testing.T) {
	w := newWorld(t)
	w.finds = map[string][]CheckedFinding{
		"out/0.csv": {{"h", "low-counts", HighWeight}, {"m", "rows", MediumWeight}}, "out/2.csv": {{"s", "rows", MediumWeight}},
	}
	w.create()
	w.must(w.add(author, "figures", Output, "out/1.csv"))
	w.must(w.add(author, "tables", Output, "out/0.csv"))
	w.must(w.add(author, "figures", Output, "out/2.csv"))
	w.must(w.describe(author, "tables", "counts"))
	w.must(w.describe(author, "figures", "counts"))
	ruled, seen := w.submit(author), w.see(author).unready()
	if !errors.Is(ruled, ErrFindings) || seen == nil || ruled.Error() != seen.Error() {
		t.Errorf("the rule says %v, the view %v", ruled, seen)
	}
}

// TestChecksOfRetyped: what was checked as a supporting file, of which it does
// not matter whether its bytes were refused before, is checked again as an output.
func TestChecksOfRetyped(t *testing.T) {
	w := foundIn(t)
	w.answerAll()
	w.slow = true
	output := Output
	w.must(w.svc.ChangeFile(bg, w.cmd(author), ChangeFile{File: w.file("out/2.csv").ID, Kind: &output}))
	expect(t, "submit", w.submit(author), ErrChecks)
	w.check()
	w.answerAll()
	w.must(w.submit(author))
}
