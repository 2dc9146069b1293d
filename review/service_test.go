package review

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestQueues(t *testing.T) {
	list := func(w *world, who string, l Listing) string {
		items, _, err := w.svc.Requests(bg, w.actor(who), l)
		if err != nil {
			return code(err)
		}
		return fmt.Sprint(len(items))
	}
	for _, c := range []struct {
		name  string
		world func(tester) *world
		who   string
		queue string
		want  string
	}{
		{"an author's draft", draft, author, "your_turn", "1"},
		{"a draft of somebody else", draft, coworker, "your_turn", "0"},
		{"a draft of somebody else", draft, coworker, "waiting", "1"},
		{"a draft", draft, checker1, "all", "0"},
		{"a draft", draft, auditor, "", "0"},
		{"a draft", draft, admin, "", "1"},
		{"a submitted request", submitted, checker1, "your_turn", "1"},
		{"a submitted request", submitted, author, "waiting", "1"},
		{"a submitted request", submitted, member, "your_turn", "0"},
		{"a submitted request", submitted, checker1, "unclaimed", "1"},
		{"a submitted request", submitted, outsider, "all", "0"},
		{"a request that the checker reviewed", partly, checker1, "your_turn", "0"},
		{"a request that the checker reviewed", partly, checker1, "waiting", "1"},
		{"a request that others reviewed", partly, checker2, "your_turn", "1"},
		{"reviews in, to conclude", reviewed, checker1, "your_turn", "1"},
		{"reviews in, of others", reviewed, checker3, "waiting", "1"},
		{"a returned request", returned, author, "your_turn", "1"},
		{"a released request", delivered, checker1, "waiting", "0"},
		{"a released request", delivered, coworker, "all", "1"},
		{"an unknown queue", delivered, coworker, "mine", "invalid"},
	} {
		equal(t, fmt.Sprintf("%s: %s of %s", c.name, c.queue, c.who), list(c.world(t), c.who, Listing{Queue: c.queue}), c.want)
	}
	w := delivered(t)
	equal(t, "a queue with a status outside of it", list(w, coworker, Listing{Queue: "waiting", Status: []Status{Released}}), "0")
	equal(t, "a queue with a status of it", list(partly(t), checker2, Listing{Queue: "your_turn", Status: []Status{PartiallyReviewed, Released}}), "1")
}

// TestListAndViewAgree shows that a list says of a request what its view says.
func TestListAndViewAgree(t *testing.T) {
	for _, s := range states[:len(states)-1] {
		w := s.make(t)
		for _, who := range everybody {
			items, _, err := w.svc.Requests(bg, w.actor(who), Listing{})
			w.must(err)
			v := w.view(who)
			if v == nil {
				equal(t, s.name+" items to "+who, len(items), 0)
				continue
			}
			equal(t, s.name+" items to "+who, len(items), 1)
			it := items[0]
			got := fmt.Sprint(it.ID, it.Title, it.Workspace, it.Project, it.Author, it.Status, it.StatusSentence, it.Turn, it.Phase, it.WaitingOn, it.Since)
			want := fmt.Sprint(v.ID, v.Title, v.Workspace, v.Project, v.Author, v.Status, v.StatusSentence, v.Turn, v.Phase, v.WaitingOn, v.Since)
			equal(t, s.name+" to "+who, got, want)
		}
	}
}

// TestAdministratorSeesASummary: nothing but id, workspace, author, status,
// since when and whose turn.
func TestAdministratorSeesASummary(t *testing.T) {
	for _, s := range states {
		b, err := json.Marshal(s.make(t).see(admin))
		if err != nil {
			t.Fatal(err)
		}
		var v map[string]any
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(err)
		}
		for _, public := range []string{"id", "version", "workspace", "author", "status", "status_sentence", "phase", "waiting_on", "since", "allowed"} {
			delete(v, public)
		}
		rest, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		want := `{"checks":{"done":0,"of":0},"claims":[],"closed":null,"coauthors":[],"dissents":[],"groups":[],"held_until":null,"project":"","receipts":[],` +
			`"returned":null,"reviews":{"by":[],"mine":false,"needed":0,"outputs":0,"submitted":0,"voted":null},"title":"","turn":0}`
		equal(t, s.name, string(rest), want)
	}
}

// TestVersion shows that a viewer's version moves with what they see, and with
// nothing else.
func TestVersion(t *testing.T) {
	w := submitted(t)
	before := map[string]string{}
	for _, who := range everybody {
		before[who] = w.etag(who)
	}
	w.must(w.vote(checker1, "out/0.csv", Approve))
	w.must(w.comment(checker1, "tables", "hm", Public))
	for _, who := range everybody {
		if moved := w.etag(who) != before[who]; moved != (who == checker1 || who == auditor) {
			t.Errorf("after a vote of checker1, the version of %s moved: %v", who, moved)
		}
	}
	s := w.snapshot(checker1)
	s.Facts.Viewed = map[FileID]string{w.req.Files[0].ID: "bytes0"}
	v := View(s)
	equal(t, "viewed", v.Groups[0].Files[0].Viewed, true)
	equal(t, "version with a viewed mark", v.Version, w.etag(checker1))
	s.Facts.Viewed[w.req.Files[0].ID] = "other bytes"
	equal(t, "viewed, of other bytes", View(s).Groups[0].Files[0].Viewed, false)
}

func TestHistory(t *testing.T) {
	history := func(w *world, who string) string {
		items, err := w.svc.History(bg, w.actor(who), "request")
		if err != nil {
			return code(err)
		}
		var lines []string
		for i, it := range items {
			equal(t, "number", it.Number, i+1)
			if it.Act == "file_checked" {
				continue // see TestHistoryOfFindings
			}
			lines = append(lines, fmt.Sprintf("%s %s %s%s%s %s", it.By, it.Act, it.Path, it.Group, it.Vote, it.Text))
		}
		return strings.Join(lines, "\n")
	}
	w := submitted(t)
	equal(t, "history of nobody", history(w, outsider), "not_found")
	equal(t, "history of an administrator", history(w, admin), "role")
	const drafted = `author request_created  Counts
author group_created tables 
author file_added out/0.csvtables 
author file_added out/1.csvtables 
author group_created figures 
author file_added out/2.csvfigures 
author group_described tables 
author group_described figures 
author request_submitted  `
	equal(t, "to a checker", history(w, checker1), drafted)
	w.reviewBy(checker1, "out/0.csv")
	equal(t, "to another checker", history(w, checker2), drafted)
	equal(t, "to the author", history(w, author), drafted)
	const one = `
checker1 vote_cast out/0.csvrequest_changes 
checker1 comment_made tables please change out/0.csv
checker1 vote_cast out/2.csvapprove 
checker1 review_submitted  `
	equal(t, "to the one", history(w, checker1), drafted+one)
	equal(t, "to an auditor", history(w, auditor), drafted+one)
	w.must(w.comment(checker2, "tables", "gone", Private))
	w.must(w.svc.DeleteComment(bg, w.cmd(checker2), "checker2-1"))
	w.reviewBy(checker2)
	equal(t, "a deleted comment to another checker", strings.Contains(history(w, checker1), "gone"), false)
	equal(t, "a deleted comment to an auditor", strings.Contains(history(w, auditor), "gone"), true)
	w.must(w.comment(checker1, "tables", "round it", Public))
	w.must(w.comment(checker2, "tables", "I agree", Private))
	w.must(w.svc.PublishComment(bg, w.cmd(checker2), "checker2-2"))
	equal(t, "to the author, reviews in", history(w, author), drafted)
	w.must(w.giveBack(checker1, ""))
	equal(t, "to the author, returned", history(w, author), drafted+`
checker1 review_submitted  
checker2 review_submitted  
checker1 comment_made tables round it
checker2 comment_made tables I agree
checker2 comment_published  
checker1 request_returned  `)
}

// TestHistoryOfAnApproval: what is decided in the hold is the checkers' until
// delivery begins; a checker's words on it always are.
func TestHistoryOfAnApproval(t *testing.T) {
	w := approved(t)
	w.must(w.stop(checker3, "a doubt"))
	w.must(w.approve(checker1, "no doubt"))
	has := func(who, what string) bool {
		for _, it := range History(w.snapshot(who), w.recs) {
			if it.Act == what || it.Text == what {
				return true
			}
		}
		return false
	}
	for _, what := range []string{"request_approved", "file_approved", "approval_stopped", "a doubt", "no doubt"} {
		equal(t, what+" to a checker", has(checker2, what), true)
		equal(t, what+" to the author", has(author, what), false)
	}
	w.later(DefaultPolicy().Hold()).must(w.begin())
	for _, what := range []string{"request_approved", "file_approved", "approval_stopped", "delivery_begun"} {
		equal(t, what+" to the author, delivery begun", has(author, what), true)
	}
	equal(t, "a checker's words", has(author, "a doubt") || has(author, "no doubt"), false)

	w = approved(t)
	w.must(w.stop(author, "my mistake"))
	equal(t, "the author's stop to the author", has(author, "my mistake"), true)
	equal(t, "the author's stop to a co-researcher", has(coworker, "my mistake"), false)
	w.must(w.giveBack(checker1, "as you wish"))
	equal(t, "the author's stop to a co-researcher, returned", has(coworker, "my mistake"), true)
}

func TestLogShows(t *testing.T) {
	w := partly(t)
	sm := Project(w.req).Summary
	vote := LogEntry{Act: "vote_cast", By: "id-" + checker1, Side: CheckerSide, Place: w.place, Request: &sm}
	submit := LogEntry{Act: "request_submitted", By: "id-" + author, Side: AuthorSide, Place: w.place, Request: &sm}
	give := LogEntry{Act: "request_returned", By: "id-" + checker1, Side: CheckerSide, Place: w.place, Request: &sm}
	draft := sm
	draft.Status = Pending
	plain := LogEntry{Act: "job_request_reported", Place: w.place}
	nowhere := LogEntry{Act: "role_granted"}
	for _, who := range []string{author, coworker, member, observer, checker1, checker2} {
		w.grant(who, Auditor, ScopeAll)
	}
	w.grant(outsider, Auditor, "organisation:other")
	narrow := w.actor(auditor)
	narrow.Scopes = []TokenScope{MayRead}
	regional := Actor{Person: Person{ID: "r"}, Kind: IsPerson, Grants: []Grant{{Role: Auditor, Scope: "organisation:org"}}}
	former := Actor{Person: Person{ID: "f"}, Kind: IsPerson, Grants: []Grant{
		{Role: Auditor, Scope: ScopeAll}, {Role: Researcher, Scope: projectOne, From: noon, Until: noon.Add(24 * time.Hour)},
	}}
	loose := DefaultPolicy()
	loose.CheckersOutsideProject = false
	for _, c := range []struct {
		name   string
		actor  Actor
		policy Policy
		entry  LogEntry
		want   bool
	}{
		{"an auditor", w.actor(auditor), w.policy, vote, true},
		{"an auditor of the organisation", regional, w.policy, vote, true},
		{"an auditor of another", w.actor(outsider), w.policy, submit, false},
		{"an auditor's token without audit", narrow, w.policy, submit, false},
		{"no auditor", w.actor(checker3), w.policy, submit, false},
		{"an administrator", w.actor(admin), w.policy, plain, false},
		{"the operator", Actor{Kind: IsOperator}, w.policy, vote, true},
		{"an auditor who is the author", w.actor(author), w.policy, vote, false},
		{"an auditor who is the author, their own", w.actor(author), w.policy, submit, true},
		{"an auditor who is the author, of the end of a turn", w.actor(author), w.policy, give, true},
		{"an auditor who is a researcher", w.actor(coworker), w.policy, vote, false},
		{"an auditor who is a researcher, by a loose policy", w.actor(coworker), loose, vote, false},
		{"an auditor who was a researcher", former, w.policy, vote, false},
		{"an auditor who observes", w.actor(observer), w.policy, vote, false},
		{"an auditor who checks", w.actor(checker2), w.policy, vote, false},
		{"an auditor who checks, their own", w.actor(checker1), w.policy, vote, true},
		{"a draft", w.actor(auditor), w.policy, LogEntry{Act: "file_added", Side: AuthorSide, Place: w.place, Request: &draft}, false},
		{"what concerns a workspace", regional, w.policy, plain, true},
		{"what concerns nothing", w.actor(auditor), w.policy, nowhere, true},
		{"what concerns nothing, to a region", regional, w.policy, nowhere, false},
	} {
		equal(t, c.name, LogShows(c.actor, c.policy, c.entry), c.want)
	}
}

func TestOpening(t *testing.T) {
	w := submitted(t)
	place := func(p Place) *world {
		other := submitted(t)
		other.place = p
		return other
	}
	for _, c := range []struct {
		name string
		w    *world
		who  string
		want *Error
	}{
		{"a researcher", w, coworker, nil}, {"an observer", w, observer, nil}, {"a checker", w, checker1, nil},
		{"an administrator", w, admin, ErrRole}, {"an auditor", w, auditor, ErrNotFound}, {"a stranger", w, outsider, ErrNotFound},
		{"a checker of all, unplaced", place(Place{Workspace: "ws"}), checker1, nil},
		{"a researcher, unplaced", place(Place{Workspace: "ws"}), author, ErrNotFound},
	} {
		expect(t, "MayOpenOutput by "+c.name, c.w.svc.MayOpenOutput(bg, c.w.actor(c.who), "ws"), c.want)
		n := len(c.w.openings)
		expect(t, "OpenOutput by "+c.name, c.w.svc.OpenOutput(bg, c.w.actor(c.who), "ws", Opened{Path: "out/0.csv", SHA256: "bytes0"}), c.want)
		equal(t, "recorded for "+c.name, len(c.w.openings)-n, map[bool]int{true: 1, false: 0}[c.want == nil])
	}
	expect(t, "an unknown workspace", w.svc.MayOpenOutput(bg, w.actor(author), "none"), ErrNotFound)

	_, err := w.svc.OpenReleased(bg, w.actor(coworker), "request", w.file("out/0.csv").ID)
	expect(t, "OpenReleased before", err, ErrNotFound)
	d := begun(t)
	d.must(d.deliver("out/0.csv"))
	for who, want := range map[string]*Error{
		author: nil, coworker: nil, observer: nil, checker1: nil, member: nil, auditor: ErrRole, admin: ErrNotFound, outsider: ErrNotFound,
	} {
		o, err := d.svc.OpenReleased(bg, d.actor(who), "request", d.file("out/0.csv").ID)
		expect(t, "OpenReleased by "+who, err, want)
		if err == nil {
			equal(t, "bytes", o.SHA256, "bytes0")
		}
		_, err = d.svc.OpenReleased(bg, d.actor(who), "request", d.file("out/2.csv").ID)
		expect(t, "OpenReleased of what has not arrived", err, ErrNotFound)
	}
	former := submitted(t)
	former.end(member, Researcher)
	_, err = former.svc.Open(bg, former.actor(member), "request", former.file("out/0.csv").ID, false)
	expect(t, "Open by a checker who left the project", err, ErrRole)
}

func TestReportingAndReach(t *testing.T) {
	service := Actor{Kind: IsService, Backend: "tpp"}
	expect(t, "its backend", MayReport(service, "tpp"), nil)
	expect(t, "another's", MayReport(service, "emis"), ErrRole)
	expect(t, "a person", MayReport(Actor{Kind: IsPerson}, "tpp"), ErrRole)
	expect(t, "the operator", MayReport(Actor{Kind: IsOperator}, "tpp"), nil)
	w := newWorld(t)
	equal(t, "requests of a checker", fmt.Sprint(VisibleRequests(w.actor(checker1))), "{{false [] [] []} {true [] [] []}}")
	equal(t, "requests of a researcher", fmt.Sprint(VisibleRequests(w.actor(author))), "{{false [one] [] []} {false [one] [] []}}")
	equal(t, "requests of an administrator", fmt.Sprint(VisibleRequests(w.actor(admin))), "{{true [] [] []} {true [] [] []}}")
	blind := w.actor(author)
	blind.Scopes = []TokenScope{MayAuthor}
	equal(t, "requests of a token that may not read", VisibleRequests(blind).Drafts.None() && VisibleRequests(blind).Rest.None(), true)
	equal(t, "workspaces of a token that may not read", VisibleWorkspaces(blind).None(), true)
	equal(t, "releases of a token that may not read", MaySeeReleases(blind).None(), true)
	equal(t, "releases of an administrator", MaySeeReleases(w.actor(admin)).None(), true)
	w.grant("backend checker", OutputChecker, "backend:tpp")
	w.grant("regional auditor", Auditor, "organisation:org")
	equal(t, "workspaces of a backend's checker", fmt.Sprint(VisibleWorkspaces(w.actor("backend checker"))), "{false [] [tpp] []}")
	equal(t, "releases of an auditor", fmt.Sprint(MaySeeReleases(w.actor("regional auditor"))), "{false [] [] [org]}")
	equal(t, "workspaces of an administrator", VisibleWorkspaces(w.actor(admin)).All, true)
}

// TestReplayBeforeRefusal: a command with a key reaches the store even if it
// would be refused now, since the key may have done it before.
func TestReplayBeforeRefusal(t *testing.T) {
	w := submitted(t)
	asked := 0
	w.svc = NewService(counting{w, &asked}, w, func() string { return "request" })
	c := w.cmd(author)
	_, err := w.svc.AddFiles(bg, c, AddFiles{Group: "tables", Kind: Output, Paths: []string{"out/5.csv"}})
	expect(t, "without a key", err, ErrStatus)
	equal(t, "transactions without a key", asked, 0)
	c.Key = "key"
	_, err = w.svc.AddFiles(bg, c, AddFiles{Group: "tables", Kind: Output, Paths: []string{"out/5.csv"}})
	expect(t, "with a key", err, ErrStatus)
	expect(t, "an update with a key", w.svc.UpdateFile(bg, c, w.req.Files[0].ID), ErrStatus)
	equal(t, "transactions with a key", asked, 2)
}

func TestRequestIsHidden(t *testing.T) {
	w := draft(t)
	_, err := w.svc.Request(bg, w.actor(checker1), "request")
	expect(t, "a draft to a checker", err, ErrNotFound)
	v, err := w.svc.Request(bg, w.actor(observer), "request")
	w.must(err)
	equal(t, "title", v.Title, "Counts")
	_, err = w.svc.History(bg, w.actor(checker1), "request")
	expect(t, "its history", err, ErrNotFound)
}

func TestSentences(t *testing.T) {
	want := []string{
		"A draft with you, its author, since Monday 4 May 2026 12:00 UTC: it has not been submitted.",
		"With the output checkers since Monday 4 May 2026 13:00 UTC: none of two reviews is in.",
		"With the output checkers since Monday 4 May 2026 13:00 UTC: one of two reviews is in.",
		"With the output checkers since Monday 4 May 2026 13:00 UTC: the reviews are in and a checker decides.",
		"With you, its author, since Monday 4 May 2026 14:00 UTC: it was returned and can be submitted again.",
		"Approved, held until Monday 4 May 2026 14:10 UTC. Delivery begins then.",
		"Approved: delivery is under way.",
		"Released on Monday 4 May 2026 14:10 UTC: every file was delivered.",
		"Rejected on Monday 4 May 2026 13:00 UTC. Nothing of it was released.",
		"Withdrawn on Monday 4 May 2026 14:00 UTC. Nothing of it was released.",
		"Withdrawn on Monday 4 May 2026 12:00 UTC. Nothing of it was released.",
		"Revoked on Monday 4 May 2026 14:10 UTC.",
	}
	for i, s := range states {
		equal(t, s.name, s.make(t).see(author).StatusSentence, want[i])
	}
	equal(t, "returned, to a checker", returned(t).see(checker1).StatusSentence,
		"With its author since Monday 4 May 2026 14:00 UTC: it was returned and can be submitted again.")
	equal(t, "to an administrator", submitted(t).see(admin).StatusSentence, "With the output checkers since Monday 4 May 2026 13:00 UTC.")
	equal(t, "held, to an administrator", approved(t).see(admin).StatusSentence, "Approved, held until its delivery begins.")
}

func TestPatternRequestable(t *testing.T) {
	good := PatternCandidate{Action: "act", Level: ModeratelySensitive, Pattern: "out/*.csv", Requested: true, JobStatus: "succeeded", Matched: 1}
	for want, alter := range map[string]func(*PatternCandidate){
		"": func(*PatternCandidate) {},
		"`out/*.csv` is highly_sensitive: nobody can open or release it.":                         func(c *PatternCandidate) { c.Level = HighlySensitive },
		"`out/*.csv` is minimally_sensitive: only moderately_sensitive outputs can be requested.": func(c *PatternCandidate) { c.Level = MinimallySensitive },
		"The action `act` was not requested, so it wrote nothing here.":                           func(c *PatternCandidate) { c.Requested = false },
		"The job `act` failed, so its outputs cannot be requested.":                               func(c *PatternCandidate) { c.JobStatus = "failed" },
		"How the job `act` ended was not reported, so its outputs cannot be requested.":           func(c *PatternCandidate) { c.JobStatus = "" },
		"The job `act` has not finished, so its outputs cannot be requested.":                     func(c *PatternCandidate) { c.JobStatus = "running" },
		"The workspace has no file that matches `out/*.csv`.":                                     func(c *PatternCandidate) { c.Matched = 0 },
	} {
		c := good
		alter(&c)
		err := PatternRequestable(c, DefaultPolicy())
		got := ""
		if err != nil {
			got = err.Error()
		}
		equal(t, "PatternRequestable", got, want)
	}
	good.JobStatus, good.UnderWay = "", true
	expectWords(t, PatternRequestable(good, DefaultPolicy()), "The job `act` has not finished, so its outputs cannot be requested.")
	ended := Candidate{Path: "a.csv", Level: ModeratelySensitive, Listed: true, JobKnown: true, JobStatus: "unknown", Action: "act", Declared: true}
	expectWords(t, Requestable(ended, DefaultPolicy()), "How the job `act` ended was not reported, so its outputs cannot be requested.")
	old := Candidate{Path: "a.csv", Level: ModeratelySensitive, Listed: true, Action: "act", OutOfDate: true}
	expectWords(t, Requestable(old, DefaultPolicy()), "`a.csv` is out of date: the action `act` ran again without writing it.")
	old.ActionGone = true
	expectWords(t, Requestable(old, DefaultPolicy()), "`a.csv` is out of date: the project.yaml no longer has the action `act`.")
	loose := DefaultPolicy()
	loose.OutputsOfFailedJobs, loose.OutputsOfUnreportedJobs = true, true
	failed := Candidate{Path: "a.csv", Level: ModeratelySensitive, Listed: true, JobKnown: true, JobStatus: "failed", Declared: true}
	expect(t, "an output of a failed job, by policy", Requestable(failed, loose), nil)
	expect(t, "an output of an unreported job, by policy", Requestable(Candidate{Path: "a.csv", Level: ModeratelySensitive, Listed: true}, loose), nil)
}

func expectWords(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || err.Error() != want {
		t.Errorf("refused with %v, want %q", err, want)
	}
}

// TestViewHasNoNullLists: a list without items is [] to other programs.
func TestViewHasNoNullLists(t *testing.T) {
	nullable := []string{"held_until", "my_vote", "voted", "returned", "closed"}
	bare := newWorld(t)
	bare.create()
	bare.must(bare.svc.Describe(bg, bare.cmd(author), Described{Group: "empty", Context: "x"}))
	worlds := []*world{bare}
	for _, s := range states {
		worlds = append(worlds, s.make(t))
	}
	for _, w := range worlds {
		for _, who := range everybody {
			if w.view(who) == nil {
				continue
			}
			b, err := json.Marshal(w.see(who))
			if err != nil {
				t.Fatal(err)
			}
			text := string(b)
			for _, name := range nullable {
				text = strings.ReplaceAll(text, `"`+name+`":null`, "")
			}
			if i := strings.Index(text, ":null"); i >= 0 {
				t.Errorf("%s to %s: %s", w.req.Status, who, text[max(0, i-40):i+5])
			}
		}
	}
}
