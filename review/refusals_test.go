package review

import (
	"context"
	"slices"
	"strings"
	"testing"
)

// refusal is an act that is refused: in a world, perhaps after something, with
// a kind and a code. What is refused changes nothing.
type refusal struct {
	name  string
	world func(tester) *world
	first func(*world) // what goes before; may be nil
	act   func(*world) error
	want  *Error
}

func runRefusals(t *testing.T, cases []refusal) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := c.world(t)
			if c.first != nil {
				c.first(w)
			}
			before, n := fingerprint(w.req), len(w.recs)
			expect(t, c.name, c.act(w), c.want)
			if fingerprint(w.req) != before || len(w.recs) != n {
				t.Errorf("%s was refused and yet changed something", c.name)
			}
			w.checkShared()
		})
	}
}

var bg = context.Background()

func long(n int) string { return strings.Repeat("x", n) }

// TestCreateRefuses and the tests below go through every refusal of each
// command that is not one of person, status or version alone: those are every
// cell of docs/rights.md, and TestOrderOfRefusals.
func TestCreateRefuses(t *testing.T) {
	create := func(who, workspace, title string) func(*world) error {
		return func(w *world) error {
			_, err := w.svc.Create(bg, w.cmd(who), workspace, title)
			return err
		}
	}
	runRefusals(t, []refusal{
		{"an unknown workspace", empty, nil, create(author, "other", ""), ErrNotFound},
		{"somebody who may not know of the workspace", empty, nil, create(outsider, "ws", ""), ErrNotFound},
		{"a workspace whose project is not known", empty, func(w *world) { w.place.Project = "" }, create(author, "ws", ""), ErrNotFound},
		{"an observer", empty, nil, create(observer, "ws", ""), ErrRole},
		{"a checker", empty, nil, create(checker1, "ws", ""), ErrRole},
		{"an administrator", empty, nil, create(admin, "ws", ""), ErrRole},
		{"a token without the scope", empty, nil, func(w *world) error {
			c := w.cmd(author)
			c.Actor.Scopes = []TokenScope{MayRead}
			_, err := w.svc.Create(bg, c, "ws", "")
			return err
		}, ErrRole},
		{"an archived workspace", empty, func(w *world) { w.place.Archived = true }, create(author, "ws", ""), ErrStatus},
		{"a project that is not ongoing", empty, func(w *world) { w.place.Ongoing = false }, create(author, "ws", ""), ErrStatus},
		{"a title that is too long", empty, nil, create(author, "ws", long(maxTitle+1)), ErrInvalid},
		{"a title of two lines", empty, nil, create(author, "ws", "a\nb"), ErrInvalid},
		{"a title that is not text", empty, nil, create(author, "ws", "\xff"), ErrInvalid},
	})
}

func empty(t tester) *world { return newWorld(t) }

func TestTitleAndGroupsRefuse(t *testing.T) {
	describe := func(d Described) func(*world) error {
		return func(w *world) error { return w.svc.Describe(bg, w.cmd(author), d) }
	}
	runRefusals(t, []refusal{
		{"a title with a control character", draft, nil, func(w *world) error {
			return w.svc.SetTitle(bg, w.cmd(author), "a\x00b")
		}, ErrInvalid},
		{"a group without a name", draft, nil, describe(Described{Group: " "}), ErrInvalid},
		{"a group's name with a slash", draft, nil, describe(Described{Group: "a/b"}), ErrInvalid},
		{"a group's name that is an address's dot", draft, nil, describe(Described{Group: ".."}), ErrInvalid},
		{"a group's name that is too long", draft, nil, describe(Described{Group: long(maxGroupName + 1)}), ErrInvalid},
		{"a group's name of two lines", draft, nil, describe(Described{Group: "a\nb"}), ErrInvalid},
		{"a context that is too long", draft, nil, describe(Described{Group: "tables", Context: long(maxText + 1)}), ErrInvalid},
		{"a text of the controls that is not text", draft, nil, describe(Described{Group: "tables", Text: "\xff"}), ErrInvalid},
		{"an unknown control", draft, nil, describe(Described{Group: "tables", Codes: []string{"magic"}}), ErrInvalid},
		{"a group too many", draft, func(w *world) {
			r := *w.req
			for len(r.Groups) < maxGroups {
				r.Groups = append(slices.Clone(r.Groups), r.Groups[0])
			}
			w.req = &r
		}, describe(Described{Group: "one more"}), ErrTooLarge},
	})
}

func TestAddFilesRefuses(t *testing.T) {
	add := func(group string, k Kind, paths ...string) func(*world) error {
		return func(w *world) error { return w.add(author, group, k, paths...) }
	}
	path := func(code string) *Error { return &Error{Code: code} } // refused by path
	change := func(alter func(*Candidate)) func(*world) {
		return func(w *world) {
			c := w.outputs["out/5.csv"]
			alter(&c)
			w.outputs["out/5.csv"] = c
		}
	}
	five := add("tables", Output, "out/5.csv")
	runRefusals(t, []refusal{
		{"an unknown request", empty, nil, five, ErrNotFound},
		{"nothing chosen", draft, nil, add("tables", Output), ErrInvalid},
		{"too many at once", draft, nil, add("tables", Output, make([]string, maxPathsAtOnce+1)...), ErrInvalid},
		{"an unknown kind", draft, nil, add("tables", WithdrawnFile, "out/5.csv"), ErrInvalid},
		{"a bad group", draft, nil, add("a/b", Output, "out/5.csv"), ErrInvalid},
		{"a stranger before what was sent", draft, nil, func(w *world) error {
			return w.add(outsider, "a/b", "", "out/5.csv")
		}, ErrNotFound},
		{"a submitted request before what was sent", submitted, nil, add("a/b", Output), ErrStatus},
		{"an archived workspace", draft, func(w *world) { w.place.Archived = true }, five, ErrStatus},
		{"a project that is over", draft, func(w *world) { w.place.Ongoing = false }, five, ErrStatus},
		{"an unknown path", draft, nil, add("tables", Output, "gone.csv"), path("not_requestable")},
		{"a file that is on the request", draft, nil, add("figures", Output, "out/0.csv"), path("duplicate")},
		{"a highly_sensitive file", draft, change(func(c *Candidate) { c.Level = HighlySensitive }), five, path("not_requestable")},
		{"a minimally_sensitive file", draft, change(func(c *Candidate) { c.Level = MinimallySensitive }), five, path("not_requestable")},
		{"a file of an unknown level", draft, change(func(c *Candidate) { c.Level = "" }), five, path("not_requestable")},
		{"a file that cannot be read safely", draft, change(func(c *Candidate) { c.Refused = "is a symbolic link" }), five, path("not_requestable")},
		{"an excluded file", draft, change(func(c *Candidate) { c.Excluded = true }), five, path("not_requestable")},
		{"a file that is out of date", draft, change(func(c *Candidate) { c.OutOfDate = true }), five, path("not_requestable")},
		{"a file that is too big", draft, change(func(c *Candidate) { c.Size = 16<<20 + 1 }), five, path("not_requestable")},
		{"a file of a job that failed", draft, change(func(c *Candidate) { c.JobStatus = "failed" }), five, path("not_requestable")},
		{"a file of a job that runs", draft, change(func(c *Candidate) { c.JobStatus = "running" }), five, path("not_requestable")},
		{"a file of a job that was never reported", draft, change(func(c *Candidate) { c.JobKnown = false }), five, path("not_requestable")},
		{"an undeclared file", draft, change(func(c *Candidate) { c.Declared = false }), five, path("not_requestable")},
		{"a type that is not allowed", draft, func(w *world) { w.write("out/model.pkl", "b") }, add("tables", Output, "out/model.pkl"), path("not_requestable")},
		{"a name that is only a type", draft, func(w *world) { w.write("out/.csv", "b") }, add("tables", Output, "out/.csv"), path("not_requestable")},
		{"a file that the vault refuses", draft, func(w *world) {
			w.keeping = func(Candidate) Kept { return Kept{Err: ErrRequestable.with("It is being written.")} }
		}, five, path("not_requestable")},
		{"a vault that is away", draft, func(w *world) {
			w.keeping = func(Candidate) Kept { return Kept{Err: ErrUnavailable} }
		}, five, ErrUnavailable},
		{"other bytes than the manifest's", draft, func(w *world) {
			w.keeping = func(Candidate) Kept { return Kept{SHA256: "else", Size: 10} }
		}, five, path("not_requestable")},
		{"bytes that grew over the limit", draft, func(w *world) {
			w.keeping = func(c Candidate) Kept { return Kept{SHA256: c.SHA256, Size: 16<<20 + 1} }
		}, five, path("not_requestable")},
		{"a path that another request holds", draft, func(w *world) { w.pathHolders["out/5.csv"] = "other" }, five, path("duplicate")},
		{"bytes that another request holds", draft, func(w *world) { w.byteHolders["bytes5"] = "other" }, five, path("duplicate")},
		{"bytes that were released", draft, func(w *world) { w.released["bytes5"] = Release{"other", noon} }, five, path("released")},
		{"a file too many", draft, func(w *world) {
			r := *w.req
			for len(r.Files) < maxFiles {
				r.Files = append(slices.Clip(r.Files), &File{ID: "f"})
			}
			w.req = &r
		}, five, path("too_large")},
	})
}

// TestAddFilesGoesOn shows that refused paths do not stop the others, and that
// a path named twice is added once.
func TestAddFilesGoesOn(t *testing.T) {
	w := draft(t)
	added, err := w.svc.AddFiles(bg, w.cmd(author), AddFiles{
		Group: "new", Kind: Supporting, Paths: []string{"gone.csv", "out/5.csv", "out/5.csv", "out/0.csv", "out/6.csv"},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, a := range added {
		got += a.Path + ":" + a.Code + " "
		if (a.ID == "") == (a.WhyNot == "") {
			t.Errorf("%+v has both or none of id and reason", a)
		}
	}
	if want := "gone.csv:not_requestable out/5.csv: out/5.csv:duplicate out/0.csv:duplicate out/6.csv: "; got != want {
		t.Errorf("added %q, want %q", got, want)
	}
	if acts := w.acts(len(w.recs) - 5); acts != "group_created file_added file_added file_checked file_checked" {
		t.Errorf("recorded %q", acts)
	}
}

// TestAddFilesRefusedMakesNoGroup: a group is made with its first file.
func TestAddFilesRefusedMakesNoGroup(t *testing.T) {
	w := draft(t)
	n := len(w.recs)
	expect(t, "adding an unknown path", w.add(author, "new", Output, "gone.csv"), &Error{Code: "not_requestable"})
	if len(w.recs) != n {
		t.Errorf("recorded %q", w.acts(n))
	}
}

func TestChangeFileRefuses(t *testing.T) {
	output := Output
	change := func(c ChangeFile) func(*world) error {
		return func(w *world) error {
			c.File = w.file("out/1.csv").ID
			return w.svc.ChangeFile(bg, w.cmd(author), c)
		}
	}
	same, bad, none, figures := "TABLES", "a/b", Kind("none"), "figures"
	supporting := Supporting
	runRefusals(t, []refusal{
		{"an unknown file", draft, nil, func(w *world) error { return w.move(author, "gone.csv", "figures") }, ErrUnknownFile},
		{"an unknown file, after a stranger", draft, nil, func(w *world) error { return w.move(outsider, "gone.csv", "figures") }, ErrNotFound},
		{"nothing", draft, nil, change(ChangeFile{}), ErrNothing},
		{"what is so already", draft, nil, change(ChangeFile{Group: &same, Kind: &supporting}), ErrNothing},
		{"a bad group", draft, nil, change(ChangeFile{Group: &bad}), ErrInvalid},
		{"a bad kind", draft, nil, change(ChangeFile{Kind: &none}), ErrInvalid},
		{"a good group and a bad kind", draft, nil, change(ChangeFile{Group: &figures, Kind: &none}), ErrInvalid},
		{"an output of bytes released before", draft, func(w *world) { w.released["bytes1"] = Release{"other", noon} }, change(ChangeFile{Kind: &output}), ErrReleased},
		{"an output at a path that is held", draft, func(w *world) { w.pathHolders["out/1.csv"] = "other" }, change(ChangeFile{Kind: &output}), ErrDuplicate},
		{"an output of bytes that are held", draft, func(w *world) { w.byteHolders["bytes1"] = "other" }, change(ChangeFile{Kind: &output}), ErrDuplicate},
		{"a withdrawn file", returned, func(w *world) { w.must(w.takeOut(author, "out/1.csv")) }, change(ChangeFile{Group: &figures}), ErrStatus},
	})
}

func TestUpdateFileRefuses(t *testing.T) {
	changed := func(w *world) { w.write("out/0.csv", "new bytes") }
	update := func(w *world) error { return w.update(author, "out/0.csv") }
	runRefusals(t, []refusal{
		{"an unknown file", draft, nil, func(w *world) error { return w.update(author, "gone.csv") }, ErrUnknownFile},
		{"a file that has not changed", draft, nil, update, ErrNothing},
		{"a file that left the workspace", draft, func(w *world) { delete(w.outputs, "out/0.csv") }, update, ErrRequestable},
		{"a withdrawn file", returned, func(w *world) { w.must(w.takeOut(author, "out/0.csv")); changed(w) }, update, ErrStatus},
		{"an archived workspace", draft, func(w *world) { changed(w); w.place.Archived = true }, update, ErrStatus},
		{"bytes that are held", draft, func(w *world) { changed(w); w.byteHolders["new bytes"] = "other" }, update, ErrDuplicate},
		{"bytes that were released", draft, func(w *world) { changed(w); w.released["new bytes"] = Release{"other", noon} }, update, ErrReleased},
		{"a vault that is away", draft, func(w *world) {
			changed(w)
			w.keeping = func(Candidate) Kept { return Kept{Err: ErrUnavailable} }
		}, update, ErrUnavailable},
		{"somebody else", draft, changed, func(w *world) error { return w.update(coworker, "out/0.csv") }, ErrRole},
		{"a submitted request", submitted, changed, update, ErrStatus},
	})
}

func TestWithdrawFileRefuses(t *testing.T) {
	out := func(who, path string) func(*world) error {
		return func(w *world) error { return w.takeOut(who, path) }
	}
	runRefusals(t, []refusal{
		{"an unknown file", draft, nil, out(author, "gone.csv"), ErrUnknownFile},
		{"somebody else", draft, nil, out(coworker, "out/0.csv"), ErrRole},
		{"a submitted request", submitted, nil, out(author, "out/0.csv"), ErrStatus},
		{"a file twice", returned, func(w *world) { w.must(w.takeOut(author, "out/0.csv")) }, out(author, "out/0.csv"), ErrStatus},
	})
}

func TestCommentRefuses(t *testing.T) {
	say := func(who string, n NewComment) func(*world) error {
		return func(w *world) error {
			if n.File == "0" {
				n.File = w.file("out/0.csv").ID
			}
			_, err := w.svc.Comment(bg, w.cmd(who), n)
			return err
		}
	}
	on := func(p Position) NewComment { return NewComment{Group: "tables", File: "0", Place: &p, Text: "x"} }
	runRefusals(t, []refusal{
		{"an unknown group", submitted, nil, say(checker1, NewComment{Group: "none", Text: "x"}), ErrUnknownGroup},
		{"an unknown group, before the role", submitted, nil, say(observer, NewComment{Group: "none", Text: "x"}), ErrUnknownGroup},
		{"an unknown file", submitted, nil, say(checker1, NewComment{Group: "tables", File: "none", Text: "x"}), ErrUnknownFile},
		{"a file of another group", submitted, nil, say(checker1, NewComment{Group: "figures", File: "0", Text: "x"}), ErrUnknownFile},
		{"no text", submitted, nil, say(checker1, NewComment{Group: "tables", Text: " \n"}), ErrTexts},
		{"a text that is too long", submitted, nil, say(checker1, NewComment{Group: "tables", Text: long(maxText + 1)}), ErrInvalid},
		{"an unknown visibility", submitted, nil, say(checker1, NewComment{Group: "tables", Text: "x", Visibility: "secret"}), ErrInvalid},
		{"a private comment of the author's side", draft, nil, say(author, NewComment{Group: "tables", Text: "x", Visibility: Private}), ErrInvalid},
		{"a place without a file", submitted, nil, say(checker1, NewComment{Group: "tables", Text: "x", Place: &Position{Row: 1}}), ErrInvalid},
		{"a place that is nowhere", submitted, nil, say(checker1, on(Position{})), ErrInvalid},
		{"a place that is two", submitted, nil, say(checker1, on(Position{Row: 1, Line: 1})), ErrInvalid},
		{"a place before the first", submitted, nil, say(checker1, on(Position{Row: -1})), ErrInvalid},
		{"a column without end", submitted, nil, say(checker1, on(Position{Row: 1, Column: long(1001)})), ErrInvalid},
		{"the author in a checkers' turn", submitted, nil, say(author, NewComment{Group: "tables", Text: "x"}), ErrStatus},
		{"a member-checker in a checkers' turn", submitted, nil, say(member, NewComment{Group: "tables", Text: "x"}), ErrOwnSide},
		{"a checker in the author's turn", returned, nil, say(checker1, NewComment{Group: "tables", Text: "x"}), ErrStatus},
		{"an observer", submitted, nil, say(observer, NewComment{Group: "tables", Text: "x"}), ErrRole},
		{"a released request", delivered, nil, say(checker1, NewComment{Group: "tables", Text: "x"}), ErrStatus},
		{"a comment too many", submitted, func(w *world) {
			r := *w.req
			for range maxComments {
				r.Comments = append(r.Comments, &Comment{By: w.people[checker1].Person, Turn: 1})
			}
			w.req = &r
		}, say(checker1, NewComment{Group: "tables", Text: "x"}), ErrTooLarge},
	})
}

func TestPublishAndDeleteRefuse(t *testing.T) {
	said := func(who string, v Visibility) func(*world) {
		return func(w *world) { w.must(w.comment(who, "tables", "x", v)) }
	}
	publish := func(who string, id CommentID) func(*world) error {
		return func(w *world) error { return w.svc.PublishComment(bg, w.cmd(who), id) }
	}
	remove := func(who string, id CommentID) func(*world) error {
		return func(w *world) error { return w.svc.DeleteComment(bg, w.cmd(who), id) }
	}
	const first = "checker1-1"
	runRefusals(t, []refusal{
		{"publishing an unknown comment", submitted, nil, publish(checker1, "none"), ErrNotFound},
		{"deleting an unknown comment", submitted, nil, remove(checker1, "none"), ErrNotFound},
		{"publishing what is hidden", submitted, said(checker1, Public), publish(checker2, first), ErrNotFound},
		{"deleting what is hidden", submitted, said(checker1, Public), remove(checker2, first), ErrNotFound},
		{"deleting what is hidden from the author", submitted, said(checker1, Public), remove(author, first), ErrNotFound},
		{"deleting another's", reviewed, said(checker1, Private), remove(checker2, first), ErrRole},
		{"publishing another's", reviewed, said(checker1, Private), publish(checker2, first), ErrRole},
		{"publishing in the author's turn", submitted, func(w *world) {
			said(checker1, Private)(w)
			w.must(w.giveBack(checker1, "early"))
		}, publish(checker1, first), ErrStatus},
		{"publishing what was said in an earlier turn", submitted, func(w *world) {
			said(checker1, Private)(w)
			w.must(w.giveBack(checker1, "early"))
			w.must(w.submit(author))
		}, publish(checker1, first), ErrStatus},
		{"deleting what was said in an earlier turn", submitted, func(w *world) {
			said(checker1, Private)(w)
			w.must(w.giveBack(checker1, "early"))
			w.must(w.submit(author))
		}, remove(checker1, first), ErrStatus},
		{"deleting what a review rests on", submitted, func(w *world) { w.reviewBy(checker1, "out/0.csv") }, remove(checker1, first), ErrStatus},
		{"deleting after the end", submitted, func(w *world) {
			said(checker1, Private)(w)
			w.reviewBy(checker1)
			w.reviewBy(checker2)
			w.must(w.reject(checker1, "no"))
		}, remove(checker1, first), ErrStatus},
	})
}

func TestVoteRefuses(t *testing.T) {
	voting := func(who string, alter func(*world, *VoteOn)) func(*world) error {
		return func(w *world) error {
			f := w.file("out/0.csv")
			v := VoteOn{File: f.ID, SHA256: f.SHA256, Turn: w.req.Turn, Vote: Approve}
			alter(w, &v)
			return w.svc.Vote(bg, w.cmd(who), v)
		}
	}
	takeBack := func(_ *world, v *VoteOn) { v.Vote = "" }
	runRefusals(t, []refusal{
		{"an unknown file", submitted, nil, voting(checker1, func(_ *world, v *VoteOn) { v.File = "none" }), ErrUnknownFile},
		{"an unknown file, before the side", submitted, nil, voting(author, func(_ *world, v *VoteOn) { v.File = "none" }), ErrUnknownFile},
		{"other bytes", submitted, nil, voting(checker1, func(_ *world, v *VoteOn) { v.SHA256 = "else" }), ErrChanged},
		{"another turn", submitted, nil, voting(checker1, func(_ *world, v *VoteOn) { v.Turn = 3 }), ErrChanged},
		{"a supporting file", submitted, nil, voting(checker1, func(w *world, v *VoteOn) {
			v.File, v.SHA256 = w.file("out/1.csv").ID, "bytes1"
		}), ErrInvalid},
		{"an unknown vote", submitted, nil, voting(checker1, func(_ *world, v *VoteOn) { v.Vote = Undecided }), ErrInvalid},
		{"taking back nothing", submitted, nil, voting(checker1, takeBack), ErrNoVote},
		{"taking back another's", submitted, func(w *world) { w.must(w.vote(checker2, "out/0.csv", Approve)) }, voting(checker1, takeBack), ErrNoVote},
		{"taking back what is submitted", partly, nil, voting(checker1, takeBack), ErrStatus},
		{"changing what is submitted without a word", partly, nil, voting(checker1, func(_ *world, v *VoteOn) { v.Vote = RequestChanges }), ErrComment},
		{"taking back an undecided vote", submitted, func(w *world) {
			w.must(w.vote(checker1, "out/0.csv", Approve))
			w.must(w.giveBack(checker1, "early"))
			w.must(w.submit(author))
		}, voting(checker1, takeBack), ErrNoVote},
		{"the group: unknown", submitted, nil, func(w *world) error { return w.svc.RequestChangesInGroup(bg, w.cmd(checker1), "none") }, ErrUnknownGroup},
		{"the group: nothing left", partly, nil, func(w *world) error { return w.svc.RequestChangesInGroup(bg, w.cmd(checker1), "tables") }, ErrNothing},
		{"the group: the author", submitted, nil, func(w *world) error { return w.svc.RequestChangesInGroup(bg, w.cmd(author), "tables") }, ErrOwnSide},
		{"reset: unknown group", partly, nil, func(w *world) error { return w.svc.ResetVotesInGroup(bg, w.cmd(checker1), "none") }, ErrUnknownGroup},
		{"reset: no votes", submitted, nil, func(w *world) error { return w.svc.ResetVotesInGroup(bg, w.cmd(checker1), "tables") }, ErrNothing},
		{"reset: submitted", partly, nil, func(w *world) error { return w.svc.ResetVotesInGroup(bg, w.cmd(checker1), "tables") }, ErrStatus},
		{"reset: submitted, by one who lost the role", partly, func(w *world) { w.end(checker1, OutputChecker) },
			func(w *world) error { return w.svc.ResetVotesInGroup(bg, w.cmd(checker1), "tables") }, ErrNotFound},
	})
}

func TestReviewRefuses(t *testing.T) {
	runRefusals(t, []refusal{
		{"no votes", submitted, nil, func(w *world) error { return w.review(checker1) }, ErrUnvoted},
		{"a vote missing", submitted, func(w *world) { w.must(w.vote(checker1, "out/0.csv", Approve)) }, func(w *world) error { return w.review(checker1) }, ErrUnvoted},
		{"twice", partly, nil, func(w *world) error { return w.review(checker1) }, ErrDuplicate},
		{"changes without a comment", submitted, func(w *world) {
			w.must(w.vote(checker1, "out/0.csv", RequestChanges))
			w.must(w.vote(checker1, "out/2.csv", Approve))
			w.must(w.comment(checker1, "figures", "in the other group", ""))
		}, func(w *world) error { return w.review(checker1) }, ErrComment},
		{"changes with another's comment", submitted, func(w *world) {
			w.must(w.vote(checker1, "out/0.csv", RequestChanges))
			w.must(w.vote(checker1, "out/2.csv", Approve))
			w.must(w.comment(checker2, "tables", "mine", Public))
		}, func(w *world) error { return w.review(checker1) }, ErrComment},
		{"changes with a comment of an earlier turn", returned, func(w *world) {
			w.must(w.comment(author, "tables", "done", ""))
			w.must(w.submit(author))
			w.must(w.vote(checker1, "out/0.csv", RequestChanges))
		}, func(w *world) error { return w.review(checker1) }, ErrComment},
		{"a carried request for changes", returned, func(w *world) {
			w.must(w.comment(author, "tables", "done", ""))
			w.must(w.submit(author))
		}, func(w *world) error { return w.review(checker1) }, ErrUnvoted},
	})
}

func TestSubmitRefuses(t *testing.T) {
	send := func(w *world) error { return w.submit(author) }
	bare := func(t tester) *world {
		w := newWorld(t)
		w.create()
		return w
	}
	runRefusals(t, []refusal{
		{"an archived workspace", draft, func(w *world) { w.place.Archived = true }, send, ErrStatus},
		{"a project that is over", draft, func(w *world) { w.place.Ongoing = false }, send, ErrStatus},
		{"nothing", bare, nil, send, ErrNoOutput},
		{"supporting files alone", draft, func(w *world) {
			w.must(w.takeOut(author, "out/0.csv"))
			w.must(w.takeOut(author, "out/2.csv"))
		}, send, ErrNoOutput},
		{"a group without texts", draft, func(w *world) { w.must(w.add(author, "new", Supporting, "out/3.csv")) }, send, ErrTexts},
		{"a group without a context", draft, func(w *world) {
			w.must(w.svc.Describe(bg, w.cmd(author), Described{Group: "tables", Codes: []string{"none"}}))
		}, send, ErrTexts},
		{"a group without controls", draft, func(w *world) {
			w.must(w.svc.Describe(bg, w.cmd(author), Described{Group: "tables", Context: "x"}))
		}, send, ErrTexts},
		{"a type that the policy stopped taking", draft, func(w *world) { w.policy.FileTypes = []string{".png"} }, send, ErrRequestable},
		{"a size that the policy stopped taking", draft, func(w *world) { w.policy.SizeLimit = 9 }, send, ErrRequestable},
		{"bytes that another workspace released meanwhile", draft, func(w *world) { w.released["bytes0"] = Release{"other", noon} }, send, ErrReleased},
		{"no answer to an unresolved group", returned, nil, send, ErrComment},
		{"an answer in another group", returned, func(w *world) { w.must(w.comment(author, "figures", "done", "")) }, send, ErrComment},
		{"no answer for a changed group", returned, func(w *world) {
			w.must(w.comment(author, "tables", "done", ""))
			w.write("out/2.csv", "new")
			w.must(w.update(author, "out/2.csv"))
		}, send, ErrComment},
		{"a co-researcher", draft, nil, func(w *world) error { return w.submit(coworker) }, ErrRole},
		{"an author who is no researcher any more", draft, func(w *world) { w.end(author, Researcher) }, send, ErrNotFound},
	})
}

func TestConclusionsRefuse(t *testing.T) {
	runRefusals(t, []refusal{
		{"recall after a review", partly, nil, func(w *world) error { return w.recall(author) }, ErrStatus},
		{"recall by a co-researcher", submitted, nil, func(w *world) error { return w.recall(coworker) }, ErrRole},
		{"withdraw by a co-researcher", draft, nil, func(w *world) error { return w.withdraw(coworker, "x") }, ErrRole},
		{"withdraw by an administrator without a reason", draft, nil, func(w *world) error { return w.withdraw(admin, " ") }, ErrNoReason},
		{"withdraw with a reason without end", draft, nil, func(w *world) error { return w.withdraw(author, long(maxText+1)) }, ErrInvalid},
		{"withdraw what is submitted", submitted, nil, func(w *world) error { return w.withdraw(author, "x") }, ErrStatus},

		{"return early without a reason", submitted, nil, func(w *world) error { return w.giveBack(checker1, "") }, ErrNoReason},
		{"return early without a reason, partly", partly, nil, func(w *world) error { return w.giveBack(checker1, "") }, ErrNoReason},
		{"return what is all approved without a reason", reviewed, nil, func(w *world) error { return w.giveBack(checker1, "") }, ErrNoReason},
		{"return without telling the author", submitted, func(w *world) {
			w.reviewBy(checker1, "out/0.csv") // says it privately
			w.reviewBy(checker2, "out/0.csv")
		}, func(w *world) error { return w.giveBack(checker1, "a reason") }, ErrComment},
		{"return with a public comment in another group", submitted, func(w *world) {
			w.reviewBy(checker1, "out/0.csv")
			w.reviewBy(checker2, "out/0.csv")
			w.must(w.comment(checker2, "figures", "x", Public))
		}, func(w *world) error { return w.giveBack(checker1, "a reason") }, ErrComment},
		{"return with a reason that is not text", submitted, nil, func(w *world) error { return w.giveBack(checker1, "\xff") }, ErrInvalid},

		{"reject without a reason", reviewed, nil, func(w *world) error { return w.reject(checker1, "") }, ErrNoReason},
		{"reject without a review", reviewed, nil, func(w *world) error { return w.reject(checker3, "x") }, ErrNotReviewer},
		{"reject too early", partly, nil, func(w *world) error { return w.reject(checker1, "x") }, ErrStatus},

		{"stop without a reason", approved, nil, func(w *world) error { return w.stop(checker3, "") }, ErrNoReason},
		{"stop by a co-researcher", approved, nil, func(w *world) error { return w.stop(coworker, "x") }, ErrOwnSide},
		{"stop by an auditor", approved, nil, func(w *world) error { return w.stop(auditor, "x") }, ErrRole},
		{"stop when delivery has begun", begun, nil, func(w *world) error { return w.stop(checker3, "x") }, ErrStatus},
		{"stop by the author when delivery has begun", begun, nil, func(w *world) error { return w.stop(author, "x") }, ErrStatus},
	})
}

func TestApproveRefuses(t *testing.T) {
	approve := func(w *world) error { return w.approve(checker1, "") }
	naming := func(alter func([]FileBytes) []FileBytes) func(*world) error {
		return func(w *world) error {
			return w.svc.Approve(bg, w.looked(checker1), ApproveFiles{Files: alter(w.bytes())})
		}
	}
	runRefusals(t, []refusal{
		{"too early", partly, nil, approve, ErrStatus},
		{"a checker without a review", reviewed, nil, func(w *world) error { return w.approve(checker3, "") }, ErrNotReviewer},
		{"a reviewer who lost the role", reviewed, func(w *world) { w.end(checker1, OutputChecker) }, approve, ErrNotFound},
		{"a reviewer who joined the project", reviewed, func(w *world) { w.grant(checker1, Researcher, projectOne) }, approve, ErrOwnSide},
		{"a reviewer who had joined the project and left", reviewed, func(w *world) {
			w.grant(checker1, Researcher, projectOne)
			w.end(checker1, Researcher)
		}, approve, ErrOwnSide},
		{"the other reviewer lost the role", reviewed, func(w *world) { w.end(checker2, OutputChecker) }, approve, ErrReviews},
		{"the other reviewer joined the project", reviewed, func(w *world) { w.grant(checker2, Researcher, projectOne) }, approve, ErrReviews},
		{"more reviews are needed today", reviewed, func(w *world) { w.policy.ReviewsNeeded = 3 }, approve, ErrReviews},
		{"a conflict", submitted, func(w *world) {
			w.reviewBy(checker1)
			w.reviewBy(checker2, "out/0.csv")
		}, approve, ErrConflicted},
		{"changes asked for", disputed, nil, approve, ErrConflicted},
		{"no files", reviewed, nil, naming(func([]FileBytes) []FileBytes { return nil }), ErrChanged},
		{"a file short", reviewed, nil, naming(func(f []FileBytes) []FileBytes { return f[1:] }), ErrChanged},
		{"a file twice", reviewed, nil, naming(func(f []FileBytes) []FileBytes { return append(f, f[0]) }), ErrChanged},
		{"a file for another", reviewed, nil, naming(func(f []FileBytes) []FileBytes { f[1] = f[0]; return f }), ErrChanged},
		{"other bytes", reviewed, nil, naming(func(f []FileBytes) []FileBytes { f[0].SHA256 = "else"; return f }), ErrChanged},
		{"a supporting file too", reviewed, nil, func(w *world) error {
			f := w.file("out/1.csv")
			return w.svc.Approve(bg, w.looked(checker1), ApproveFiles{Files: append(w.bytes(), FileBytes{f.ID, f.SHA256})})
		}, ErrChanged},
		{"a dissent without words", submitted, func(w *world) {
			w.reviewBy(checker1)
			w.reviewBy(checker2)
			w.reviewBy(checker3, "out/0.csv")
		}, approve, ErrAcknowledge},
		{"a stop without words", approved, func(w *world) { w.must(w.stop(checker3, "wait")) }, approve, ErrAcknowledge},
		{"words that are not text", reviewed, nil, func(w *world) error { return w.approve(checker1, "\x00") }, ErrInvalid},
		{"no destination", reviewed, func(w *world) { w.destinations = nil }, approve, ErrUnavailable},
		{"a type that today's policy does not take", reviewed, func(w *world) { w.policy.FileTypes = []string{".png"} }, approve, ErrRequestable},
		{"bytes that were released meanwhile", reviewed, func(w *world) { w.released["bytes2"] = Release{"other", noon} }, approve, ErrReleased},
		{"the author", reviewed, nil, func(w *world) error { return w.approve(author, "") }, ErrOwnSide},
		{"an administrator", reviewed, nil, func(w *world) error { return w.approve(admin, "") }, ErrRole},
	})
}

func TestDeliveryRefuses(t *testing.T) {
	receive := func(d Delivered) func(*world) error {
		return func(w *world) error {
			if d.File == "" {
				d.File = w.file("out/0.csv").ID
			}
			return w.svc.RecordDeliveries(bg, "request", []Delivered{d})
		}
	}
	person := func(act func(In) (Decision, error)) func(*world) error {
		return func(w *world) error {
			_, err := act(w.in(checker1))
			return err
		}
	}
	record := func(in In) (Decision, error) { return recordDeliveries(in, nil) }
	good := Delivered{SHA256: "bytes0", Destination: "store"}
	runRefusals(t, []refusal{
		{"beginning what is not there", empty, nil, func(w *world) error { return w.begin() }, ErrNotFound},
		{"receiving what is not there", empty, nil, receive(good), ErrNotFound},
		{"beginning by a person", approved, nil, person(beginDelivery), ErrRole},
		{"receiving by a person", begun, nil, person(record), ErrRole},
		{"beginning what is not approved", reviewed, nil, func(w *world) error { return w.begin() }, ErrStatus},
		{"beginning what was stopped", approved, func(w *world) { w.must(w.stop(checker1, "wait")) }, func(w *world) error { return w.begin() }, ErrStatus},
		{"beginning in the hold", approved, func(w *world) { w.later(DefaultPolicy().Hold() - 1) }, func(w *world) error { return w.begin() }, ErrHeld},
		{"receiving before the beginning", approved, nil, receive(good), ErrStatus},
		{"receiving what is not approved", reviewed, nil, receive(good), ErrStatus},
		{"other bytes", begun, nil, receive(Delivered{SHA256: "else", Destination: "store"}), ErrChanged},
		{"an unknown file", begun, nil, receive(Delivered{File: "none", SHA256: "bytes0", Destination: "store"}), ErrUnknownFile},
		{"a supporting file", begun, nil, func(w *world) error { return w.deliver("out/1.csv") }, ErrUnknownFile},
		{"a destination that was not pinned", begun, func(w *world) { w.destinations = append(w.destinations, "late") },
			receive(Delivered{SHA256: "bytes0", Destination: "late"}), ErrUnknownFile},
		{"a receipt after the release", delivered, nil, receive(Delivered{SHA256: "bytes0", Destination: "late"}), ErrStatus},
		{"a consignment of what is not approved", reviewed, nil, func(w *world) error {
			_, err := w.svc.Consignment(bg, "request")
			return err
		}, ErrStatus},
		{"a consignment of what is released", delivered, nil, func(w *world) error {
			_, err := w.svc.Consignment(bg, "request")
			return err
		}, ErrStatus},
		{"a consignment of nothing", empty, nil, func(w *world) error {
			_, err := w.svc.Consignment(bg, "request")
			return err
		}, ErrNotFound},
	})
}
