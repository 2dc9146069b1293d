package review

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// sequences is how many sequences of commands each property is tried with;
// -rapid.checks says otherwise.
const sequences = "10000"

func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	settings := map[string]string{"rapid.nofailfile": "true"}
	if !given {
		settings["rapid.checks"] = sequences
	}
	for name, value := range settings {
		if err := flag.Set(name, value); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
	debug.SetGCPercent(1000) // many small worlds: collecting them is half of the work
	os.Exit(m.Run())
}

// TestSequences plays sequences of legal and illegal commands, by everybody,
// while roles, policy and workspace change, and holds what became of the
// request against a model of its own that knows only what was recorded.
func TestSequences(t *testing.T) {
	t.Parallel()
	reached := map[Status]int{}
	rapid.Check(t, func(t *rapid.T) {
		w := randomWorld(t)
		m := modelOf(w.recs)
		for range rapid.IntRange(5, 30).Draw(t, "steps") {
			from := len(w.recs)
			w.randomStep(t)
			for _, rec := range w.recs[from:] {
				m.note(rec)
			}
			for _, rec := range w.recs[from:] {
				m.checkLawful(t, w, rec)
			}
			w.checkConsignment(t, m)
			if rapid.IntRange(0, 3).Draw(t, "look") == 0 {
				checkAllowed(t, w, rapid.SampledFrom(everybody).Draw(t, "viewer"), someActs(t)...)
			}
		}
		w.checkShared()
		w.checkFold(t)
		reached[w.req.Status]++
	})
	t.Logf("ended in %v", reached)
	played := 0
	for _, n := range reached {
		played += n
	}
	for _, s := range Statuses {
		if reached[s] == 0 && s != Revoked && played >= 5000 {
			t.Errorf("no sequence ended in %s: it tries too little", s)
		}
	}
}

// someActs are four acts next to each other, from anywhere.
func someActs(t *rapid.T) []Act {
	from := rapid.IntRange(0, len(Acts)-1).Draw(t, "from act")
	return slices.Concat(Acts, Acts)[from : from+4]
}

// randomWorld is a world with a draft or a submitted request, by a policy.
func randomWorld(t *rapid.T) *world {
	w := newWorld(t)
	w.watch = rapid.IntRange(0, 3).Draw(t, "watch") == 0
	w.policy.ReviewsNeeded = rapid.SampledFrom([]int{2, 1, 3}).Draw(t, "needed")
	w.policy.CheckersOutsideProject = rapid.IntRange(0, 3).Draw(t, "outside") > 0
	w.finds = map[string][]CheckedFinding{
		"out/0.csv": {{"h", "low-counts", HighWeight}, {"m", "rows", MediumWeight}}, "out/2.csv": {{"m", "rows", MediumWeight}},
		"out/7.csv": {{"h", "low-counts", HighWeight}},
	}
	w.create()
	for i := range rapid.IntRange(1, 3).Draw(t, "outputs") {
		w.must(w.add(author, []string{"a", "b"}[i%2], Output, fmt.Sprintf("out/%d.csv", i)))
	}
	w.must(w.add(author, "a", Supporting, "out/7.csv"))
	w.must(w.describe(author, "a", "counts"))
	w.must(w.describe(author, "b", "plots"))
	w.slow = rapid.IntRange(0, 2).Draw(t, "slow") == 0
	if rapid.Bool().Draw(t, "submitted") {
		w.answerAll()
		w.must(w.submit(author))
	}
	return w
}

// randomStep does one act, or a few that belong together, by anybody. Refusals
// are part of the game.
func (w *world) randomStep(t *rapid.T) {
	w.now = w.now.Add(time.Duration(rapid.IntRange(0, 400).Draw(t, "seconds")) * time.Second)
	kind := rapid.IntRange(0, 19).Draw(t, "step")
	switch {
	case kind < 11:
		w.randomAct(t, rapid.SampledFrom(usual(w.req.Status)).Draw(t, "act"), w.somebody(t))
	case kind < 13:
		w.randomAct(t, rapid.SampledFrom(moves).Draw(t, "act"), rapid.SampledFrom(everybody).Draw(t, "who"))
	case kind < 17:
		w.wholeReview(t, rapid.SampledFrom([]string{checker1, checker2, checker3, member}).Draw(t, "reviewer"))
	case kind < 18:
		w.randomWorkspace(t)
	default:
		w.randomRights(t)
	}
}

// moves are all that a step may try.
var moves = []string{
	"title", "add", "describe", "move", "retype", "update", "takeOut", "comment", "publish", "delete",
	"submit", "recall", "withdraw", "answer", "check", "vote", "takeBack", "group", "reset", "review", "return", "reject",
	"approve", "approveWrong", "stop", "begin", "deliver",
}

// wholeMoves name the view that they are based on.
var wholeMoves = []string{"submit", "recall", "withdraw", "return", "reject", "approve", "approveWrong", "stop"}

// usual are the moves that are likely to be done in a status.
func usual(s Status) []string {
	switch {
	case s.authors():
		return []string{"submit", "submit", "answer", "answer", "check", "comment", "comment", "update", "move", "retype", "takeOut", "add", "describe", "title", "withdraw"}
	case s == Reviewed:
		return []string{"check", "approve", "approve", "approve", "comment", "vote", "return", "reject", "publish", "delete", "review"}
	case s.checkers():
		return []string{"vote", "vote", "vote", "comment", "review", "group", "takeBack", "reset", "return", "recall", "delete", "publish"}
	case s == Approved:
		return []string{"begin", "begin", "deliver", "deliver", "stop"}
	}
	return moves
}

// somebody is likely somebody whose turn it is.
func (w *world) somebody(t *rapid.T) string {
	if rapid.IntRange(0, 3).Draw(t, "any") == 0 {
		return rapid.SampledFrom(everybody).Draw(t, "who")
	}
	if w.req.Status.authors() {
		return author
	}
	return rapid.SampledFrom([]string{checker1, checker2, checker3, member}).Draw(t, "checker")
}

func (w *world) randomAct(t *rapid.T, move, who string) {
	ctx, c := context.Background(), w.cmd(who)
	if slices.Contains(wholeMoves, move) {
		c = w.looked(who)
	}
	if rapid.IntRange(0, 19).Draw(t, "stale") == 0 {
		c.BasedOn = rapid.SampledFrom([]string{"", "stale", w.etag(author)}).Draw(t, "based on")
	}
	path := fmt.Sprintf("out/%d.csv", rapid.SampledFrom([]int{0, 1, 2, 7, 8}).Draw(t, "path"))
	f := w.file(path)
	group := rapid.SampledFrom([]string{"a", "b", "a", "new"}).Draw(t, "group")
	kinds := []Kind{Output, Supporting}
	value := rapid.SampledFrom([]VoteValue{Approve, Approve, RequestChanges}).Draw(t, "value")
	var err error
	switch move {
	case "title":
		err = w.svc.SetTitle(ctx, c, "title "+path)
	case "add":
		_, err = w.svc.AddFiles(ctx, c, AddFiles{Group: group, Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Paths: []string{path, "out/3.csv"}})
	case "describe":
		err = w.svc.Describe(ctx, c, Described{Group: group, Context: "text " + path, Codes: []string{"none"}})
	case "move":
		err = w.svc.ChangeFile(ctx, c, ChangeFile{File: f.ID, Group: &group})
	case "retype":
		err = w.svc.ChangeFile(ctx, c, ChangeFile{File: f.ID, Kind: &kinds[rapid.IntRange(0, 1).Draw(t, "kind")]})
	case "update":
		err = w.svc.UpdateFile(ctx, c, f.ID)
	case "takeOut":
		err = w.svc.WithdrawFile(ctx, c, f.ID)
	case "comment":
		_, err = w.svc.Comment(ctx, c, NewComment{Group: group, Text: "words", Visibility: rapid.SampledFrom([]Visibility{"", Public, Private}).Draw(t, "for")})
	case "publish":
		err = w.svc.PublishComment(ctx, c, w.someComment(t))
	case "delete":
		err = w.svc.DeleteComment(ctx, c, w.someComment(t))
	case "answer":
		err = w.svc.Answer(ctx, c, AnswerFindings{Findings: w.someFindings(t), Text: rapid.SampledFrom([]string{"seen", "seen", "looked at", ""}).Draw(t, "words")})
	case "check":
		w.checkSome(t)
	case "submit":
		err = w.svc.Submit(ctx, c)
	case "recall":
		err = w.svc.Recall(ctx, c)
	case "withdraw":
		if rapid.IntRange(0, 2).Draw(t, "really") == 0 {
			err = w.svc.Withdraw(ctx, c, "no longer needed")
		}
	case "vote":
		v := VoteOn{File: f.ID, SHA256: f.SHA256, Turn: w.req.Turn, Vote: value, Answer: rapid.SampledFrom([]string{"", "seen"}).Draw(t, "words")}
		switch rapid.IntRange(0, 9).Draw(t, "wrong") {
		case 0:
			v.Turn--
		case 1:
			v.SHA256 = "other bytes"
		}
		err = w.svc.Vote(ctx, c, v)
	case "takeBack":
		err = w.svc.Vote(ctx, c, VoteOn{File: f.ID, SHA256: f.SHA256, Turn: w.req.Turn})
	case "group":
		err = w.svc.RequestChangesInGroup(ctx, c, group)
	case "reset":
		err = w.svc.ResetVotesInGroup(ctx, c, group)
	case "review":
		err = w.svc.SubmitReview(ctx, c)
	case "return":
		err = w.svc.Return(ctx, c, rapid.SampledFrom([]string{"", "a reason"}).Draw(t, "reason"))
	case "reject":
		if rapid.IntRange(0, 2).Draw(t, "really") == 0 {
			err = w.svc.Reject(ctx, c, "not this")
		}
	case "approve":
		err = w.svc.Approve(ctx, c, ApproveFiles{Files: w.bytes(), Acknowledge: rapid.SampledFrom([]string{"", "all the same"}).Draw(t, "acknowledge")})
	case "approveWrong":
		files := append(w.bytes(), FileBytes{f.ID, f.SHA256})
		err = w.svc.Approve(ctx, c, ApproveFiles{Files: files, Acknowledge: "all the same"})
	case "stop":
		err = w.svc.Stop(ctx, c, "wait")
	case "begin":
		if rapid.Bool().Draw(t, "held on") {
			w.now = w.now.Add(w.policy.Hold())
		}
		err = w.svc.BeginDelivery(ctx, "request")
	case "deliver":
		d := Delivered{File: f.ID, SHA256: f.SHA256, Destination: "store", Location: path}
		err = w.svc.RecordDeliveries(ctx, "request", []Delivered{d, d})
	}
	if err != nil && code(err) == "internal" {
		t.Fatalf("%s by %s: %v", move, who, err)
	}
}

// someFindings are findings of weight, or of files as they were.
func (w *world) someFindings(t *rapid.T) []string {
	var ids []string
	for _, f := range w.req.Files {
		for _, x := range w.finds[f.Path] {
			if rapid.IntRange(0, 4).Draw(t, "choose") > 0 {
				ids = append(ids, x.ID+"@"+f.SHA256)
			}
		}
	}
	return ids
}

// checkSome records checks of some files, also such as are not true any more.
func (w *world) checkSome(t *rapid.T) {
	in, err := w.svc.Inspection(context.Background(), "request")
	if err != nil {
		return
	}
	var done []CheckedFile
	for _, f := range in.Files {
		c := w.checkedFile(in, f)
		switch rapid.IntRange(0, 9).Draw(t, "checked") {
		case 0:
			continue
		case 1:
			c.SHA256 = "other bytes"
		case 2:
			c.Basis = "other controls"
		case 3:
			c.Profile = "other thresholds"
		}
		done = append(done, c)
	}
	if err := w.svc.RecordChecks(context.Background(), "request", done); err != nil {
		t.Fatalf("RecordChecks: %v", err)
	}
}

func (w *world) someComment(t *rapid.T) CommentID {
	if len(w.req.Comments) == 0 {
		return "nowhere"
	}
	return rapid.SampledFrom(w.req.Comments).Draw(t, "comment").ID
}

// wholeReview tries to vote on everything and to submit.
func (w *world) wholeReview(t *rapid.T, who string) {
	ctx := context.Background()
	for _, f := range w.req.outputs() {
		value := rapid.SampledFrom([]VoteValue{Approve, Approve, Approve, RequestChanges}).Draw(t, "value")
		err := w.svc.Vote(ctx, w.cmd(who), VoteOn{File: f.ID, SHA256: f.SHA256, Turn: w.req.Turn, Vote: value, Answer: "seen"})
		if err == nil && value == RequestChanges {
			_ = w.comment(who, w.req.group(f.Group).Name.Text, "change this", rapid.SampledFrom([]Visibility{Public, Private}).Draw(t, "for"))
		}
	}
	_ = w.review(who)
}

func (w *world) randomWorkspace(t *rapid.T) {
	path := fmt.Sprintf("out/%d.csv", rapid.IntRange(0, 3).Draw(t, "path"))
	switch rapid.IntRange(0, 3).Draw(t, "change") {
	case 0, 1:
		w.write(path, fmt.Sprintf("%s at %d", path, rapid.IntRange(0, 2).Draw(t, "bytes")))
	case 2:
		delete(w.outputs, path)
	case 3:
		w.place.Archived = !w.place.Archived
	}
}

// randomRights takes and gives roles, and changes the policy.
func (w *world) randomRights(t *rapid.T) {
	who := rapid.SampledFrom(everybody).Draw(t, "who")
	switch rapid.IntRange(0, 6).Draw(t, "change") {
	case 6:
		w.policy.Checks.Threshold = rapid.IntRange(7, 9).Draw(t, "threshold")
	case 0:
		w.end(who, OutputChecker)
	case 1:
		w.end(who, Researcher)
	case 2:
		w.grant(who, OutputChecker, ScopeAll)
	case 3:
		w.grant(who, Researcher, projectOne)
	case 4:
		w.policy.ReviewsNeeded = rapid.IntRange(1, 3).Draw(t, "needed")
	case 5:
		w.policy.CheckersOutsideProject = !w.policy.CheckersOutsideProject
	}
}

// model is what the entries of a request say, worked out on its own: who has
// which vote on which bytes, who reviewed, who edited, what was approved.
type model struct {
	created   time.Time
	turn      int
	inTurn    []string // people who submitted a review in the turn
	votes     map[FileID]map[string]VoteCast
	found     map[FileID]*FileChecked    // on the bytes that stand there
	answered  map[FileID]map[string]bool // findings, as long as they are found
	bytes     map[FileID]string          // of files that are outputs now
	kinds     map[FileID]Kind
	sources   map[FileID]Source
	editors   map[string]bool
	policy    Policy
	approved  map[FileID]string // by the last approval, as named
	standing  bool              // that approval stands
	begun     bool
	receipts  map[string]bool
	stops     int
	discarded []string // bytes of submitted dissents that were discarded
}

func modelOf(recs []Recorded) *model {
	m := &model{
		votes: map[FileID]map[string]VoteCast{}, found: map[FileID]*FileChecked{}, answered: map[FileID]map[string]bool{}, bytes: map[FileID]string{}, kinds: map[FileID]Kind{},
		sources: map[FileID]Source{}, editors: map[string]bool{}, receipts: map[string]bool{},
	}
	for _, rec := range recs {
		m.note(rec)
	}
	return m
}

func (m *model) file(id FileID, k Kind, s Source) {
	m.kinds[id], m.sources[id] = k, s
	delete(m.bytes, id)
	if k == Output {
		m.bytes[id] = s.SHA256
	}
}

func (m *model) note(rec Recorded) {
	switch e := rec.Event.(type) {
	case *RequestCreated:
		m.created = rec.At
		m.editors[rec.By.Username] = true
	case *TitleChanged, *GroupCreated, *GroupDescribed, *FileMoved:
		m.editors[rec.By.Username] = true
	case *FileAdded:
		m.file(e.File, e.Kind, e.Source)
		m.found[e.File], m.answered[e.File] = nil, map[string]bool{}
	case *FileChecked:
		kept := map[string]bool{}
		for _, x := range e.Findings {
			kept[x.ID] = m.answered[e.File][x.ID]
		}
		m.found[e.File], m.answered[e.File] = e, kept
	case *FindingsAnswered:
		m.editors[rec.By.Username] = true
		for _, id := range e.Findings {
			m.answered[e.File][id] = true
		}
	case *FileRetyped:
		m.file(e.File, e.Kind, m.sources[e.File])
	case *FileUpdated:
		m.file(e.File, m.kinds[e.File], e.Source)
		m.found[e.File], m.answered[e.File] = nil, map[string]bool{}
	case *FileWithdrawn:
		m.file(e.File, WithdrawnFile, m.sources[e.File])
	case *RequestSubmitted:
		m.turn, m.inTurn, m.policy = e.Turn, nil, e.Policy
	case *RequestRecalled:
		m.turn, m.inTurn = e.Turn, nil
	case *RequestReturned:
		if e.Early {
			m.discard()
		}
		m.turn, m.inTurn = e.Turn, nil
	case *VoteCast:
		if m.votes[e.File] == nil {
			m.votes[e.File] = map[string]VoteCast{}
		}
		m.votes[e.File][rec.By.Username] = *e
	case *VoteTakenBack:
		delete(m.votes[e.File], rec.By.Username)
	case *ReviewSubmitted:
		m.inTurn = append(m.inTurn, rec.By.Username)
	case *FileApprovedForRelease:
		if m.approved == nil || m.standing {
			m.approved, m.standing = map[FileID]string{}, false
		}
		m.approved[e.File] = e.SHA256
	case *RequestApproved:
		m.standing = true
	case *ApprovalStopped:
		m.approved, m.standing = nil, false
		if e.Side == CheckerSide {
			m.stops++
		}
	case *DeliveryBegun:
		m.begun = true
	case *FileDelivered:
		m.receipts[string(e.File)+e.Destination] = true
	}
}

// discard keeps the submitted dissents of a turn that ends early.
func (m *model) discard() {
	for id, votes := range m.votes {
		for who, v := range votes {
			if slices.Contains(m.inTurn, who) && v.Vote == RequestChanges && m.bytes[id] == v.SHA256 && v.Turn == m.turn {
				m.discarded = append(m.discarded, v.SHA256)
			}
		}
	}
}

// entitled says whether somebody may check the request, in the words of the
// rule and by no function of the code.
func (m *model) entitled(w *world, who string) bool {
	outside := m.policy.CheckersOutsideProject || w.policy.CheckersOutsideProject
	checks, side := false, m.editors[who]
	for _, g := range w.people[who].Grants {
		if g.Role == OutputChecker && g.Until.IsZero() {
			checks = true
		}
		if outside && g.Role == Researcher && g.Scope == projectOne && (g.Until.IsZero() || !g.Until.Before(m.created)) {
			side = true
		}
	}
	return checks && !side
}

// checkLawful holds an entry that was just written against the rules.
func (m *model) checkLawful(t *rapid.T, w *world, rec Recorded) {
	t.Helper()
	if e, ok := rec.Event.(*VoteCast); ok && e.Vote == Approve && e.Answer.IsZero() && m.found[e.File].count(HighWeight) > 0 {
		t.Fatalf("%s was approved over a high finding without a word", e.File)
	}
	switch e := rec.Event.(type) {
	case *FileChecked:
		if rec.Kind != IsSystem || m.sources[e.File].SHA256 != e.SHA256 {
			t.Fatalf("checks by a %s of %s, which has %s", rec.Kind, e.SHA256, m.sources[e.File].SHA256)
		}
	case *FindingsAnswered:
		m.checkAnswer(t, w, rec, e)
	case *RequestSubmitted:
		m.checkSubmission(t, e)
	case *VoteCast, *ReviewSubmitted, *RequestReturned, *RequestRejected:
		if !m.entitled(w, rec.By.Username) {
			t.Fatalf("%T by %s, who may not check the request", e, rec.By.Username)
		}
	case *RequestApproved:
		m.checkApproval(t, w, rec, e)
	case *DeliveryBegun:
		if w.now.Before(w.req.Approval.HeldUntil) || !m.standing {
			t.Fatalf("delivery began at %s, held until %s, approved %v", w.now, w.req.Approval.HeldUntil, m.standing)
		}
	case *FileDelivered:
		if !m.begun || m.approved[e.File] != e.SHA256 || m.bytes[e.File] != e.SHA256 {
			t.Fatalf("%s left with %s, approved were %v", e.File, e.SHA256, m.approved)
		}
	case *RequestReleased:
		if len(m.receipts) != len(m.approved)*len(w.req.Approval.Destinations) {
			t.Fatalf("released with the receipts %v of %v", m.receipts, m.approved)
		}
	}
}

// checkAnswer: answers are the author's, to what is found now, in words.
func (m *model) checkAnswer(t *rapid.T, w *world, rec Recorded, e *FindingsAnswered) {
	t.Helper()
	if rec.By.Username != author || e.Text.IsZero() || len(e.Findings) == 0 || m.kinds[e.File] == WithdrawnFile {
		t.Fatalf("%s answered %v of a %s with %q", rec.By.Username, e.Findings, m.kinds[e.File], e.Text)
	}
	for _, id := range e.Findings {
		if !m.found[e.File].has(id) {
			t.Fatalf("%s was answered, found is %+v", id, m.found[e.File])
		}
	}
}

// checkSubmission: every output is checked on its bytes, and what was found of
// weight is answered.
func (m *model) checkSubmission(t *rapid.T, e *RequestSubmitted) {
	t.Helper()
	for id, sha := range m.bytes {
		c := m.found[id]
		if c == nil || c.SHA256 != sha || c.Profile != ProfileOf(e.Policy, nil) {
			t.Fatalf("%s was submitted with the checks %+v", id, c)
		}
		for _, x := range c.Findings {
			if !m.answered[id][x.ID] {
				t.Fatalf("%s was submitted, and %s of it is not answered", id, x.ID)
			}
		}
	}
}

// checkApproval is the heart: the needed reviews, by different people of the
// other side who are entitled now, each with a vote on exactly these bytes.
func (m *model) checkApproval(t *rapid.T, w *world, rec Recorded, e *RequestApproved) {
	t.Helper()
	needed := max(m.policy.ReviewsNeeded, w.policy.ReviewsNeeded)
	if !m.entitled(w, rec.By.Username) || !slices.Contains(m.inTurn, rec.By.Username) {
		t.Fatalf("approved by %s, who may not", rec.By.Username)
	}
	if !reflect.DeepEqual(m.approved, m.bytes) || len(m.approved) == 0 {
		t.Fatalf("approved %v, the outputs are %v", m.approved, m.bytes)
	}
	dissents := m.stops
	for id, sha := range m.bytes {
		if slices.Contains(m.discarded, sha) {
			dissents++
		}
		approvals, against := 0, 0
		for who, v := range m.votes[id] {
			if !slices.Contains(m.inTurn, who) || v.SHA256 != sha {
				continue
			}
			if v.Vote == RequestChanges {
				dissents++
			}
			switch {
			case !m.entitled(w, who):
			case v.Vote == Approve:
				approvals++
			default:
				against++
			}
		}
		if approvals < needed || against >= approvals {
			t.Fatalf("%s approved with %d approvals and %d dissents, %d are needed", id, approvals, against, needed)
		}
	}
	if dissents > 0 && e.Acknowledge.IsZero() {
		t.Fatalf("approved over %d dissents without a word", dissents)
	}
}

// checkConsignment fails if anything would be carried but what the standing
// approval names.
func (w *world) checkConsignment(t *rapid.T, m *model) {
	t.Helper()
	c, err := w.svc.Consignment(context.Background(), "request")
	if err != nil {
		return
	}
	if !m.standing || len(c.Files) != len(m.approved) || c.Begun != m.begun {
		t.Fatalf("a consignment of %v (begun %v), approved are %v (%v, begun %v)", c.Files, c.Begun, m.approved, m.standing, m.begun)
	}
	for i, f := range c.Files {
		if m.approved[c.IDs[i]] != f.SHA256 {
			t.Fatalf("%s is to be carried with %s, approved is %s", c.IDs[i], f.SHA256, m.approved[c.IDs[i]])
		}
	}
}

// checkFold shows that the entries amount to the state, read whole, in two
// parts, and one by one, and that the projection is a function of them.
func (w *world) checkFold(t *rapid.T) {
	t.Helper()
	fold := func(recs []Recorded) *Request { return Fold(&Request{ID: "request"}, recs) }
	whole := fold(w.recs)
	if !reflect.DeepEqual(whole, w.req) {
		t.Fatalf("fold of %d entries:\n%s\nstate:\n%s", len(w.recs), fingerprint(whole), fingerprint(w.req))
	}
	half := rapid.IntRange(0, len(w.recs)).Draw(t, "half")
	first := fold(w.recs[:half])
	one := Fold(first, w.recs[half:])
	if !reflect.DeepEqual(one, whole) || !reflect.DeepEqual(Fold(first, w.recs[half:]), whole) {
		t.Fatalf("fold in two parts at %d differs", half)
	}
	if !reflect.DeepEqual(first, fold(w.recs[:half])) {
		t.Fatalf("folding on altered what was folded before")
	}
	a, _ := json.Marshal(Project(whole))
	b, _ := json.Marshal(Project(w.req))
	if string(a) != string(b) || Project(whole).Summary.Version != len(w.recs) {
		t.Fatalf("projection of the fold\n%s\nof the state\n%s", a, b)
	}
	if acts := w.acts(0); strings.Contains(acts, "request_approved") && !strings.Contains(acts, "review_submitted") {
		t.Fatalf("approved without a review: %s", acts)
	}
}
