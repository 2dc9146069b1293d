package review

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// The people of every test. Two researchers of the project, three checkers, a
// checker who is a researcher too, and the others.
const (
	author     = "author"
	coworker   = "coworker" // another researcher of the project
	checker1   = "checker1"
	checker2   = "checker2"
	checker3   = "checker3"
	member     = "member" // output checker and researcher of the project
	observer   = "observer"
	auditor    = "auditor"
	admin      = "admin"
	outsider   = "outsider" // a researcher of another project
	worker     = "system"
	projectOne = Scope("project:one")
)

var everybody = []string{
	author, coworker, checker1, checker2, checker3, member, observer, auditor, admin, outsider,
}

// tester is what a world needs of *testing.T, *testing.B and *rapid.T.
type tester interface {
	Helper()
	Fatalf(format string, args ...any)
}

// world is everything round one request: the people, the workspace, the
// policy, the clock. It is the Store and the Keeper of a Service.
type world struct {
	searched     SearchQuery // the last
	t            tester
	svc          *Service
	people       map[string]*Actor
	place        Place
	policy       Policy
	now          time.Time
	req          *Request
	recs         []Recorded
	outputs      map[string]Candidate
	pathHolders  map[string]RequestID
	byteHolders  map[string]RequestID
	released     map[string]Release
	destinations []string
	work         []Work
	openings     []Opening
	looks        map[PersonID]Look
	made         map[string]int              // ids made, by who asked
	keeping      func(Candidate) Kept        // what the vault answers; nil: it keeps the workspace's bytes
	seen         []seenState                 // every state that was shared, with its fingerprint
	watch        bool                        // keep and check fingerprints
	slow         bool                        // nobody checks files by themselves
	finds        map[string][]CheckedFinding // what checks find, by path
	plain        bool                        // apply events as decided, not as read back
}

type seenState struct {
	request     *Request
	fingerprint string
}

func newWorld(t tester) *world {
	w := &world{
		t: t, now: noon, policy: DefaultPolicy(), destinations: []string{"store"}, watch: true,
		place:  Place{Workspace: "ws", Project: "one", Organisation: "org", Backend: "tpp", Ongoing: true},
		people: map[string]*Actor{}, outputs: map[string]Candidate{}, made: map[string]int{}, looks: map[PersonID]Look{},
		pathHolders: map[string]RequestID{}, byteHolders: map[string]RequestID{}, released: map[string]Release{},
	}
	w.grant(author, Researcher, projectOne)
	w.grant(coworker, Researcher, projectOne)
	for _, c := range []string{checker1, checker2, checker3, member} {
		w.grant(c, OutputChecker, ScopeAll)
	}
	w.grant(member, Researcher, projectOne)
	w.grant(observer, Observer, projectOne)
	w.grant(auditor, Auditor, ScopeAll)
	w.grant(admin, Administrator, ScopeAll)
	w.grant(outsider, Researcher, "project:two")
	w.svc = NewService(w, w, func() string { return "request" })
	for i := range 9 {
		w.write(fmt.Sprintf("out/%d.csv", i), fmt.Sprintf("bytes%d", i))
	}
	return w
}

// copyFor is a world of its own that goes on from w.
func (w *world) copyFor(t tester) *world {
	c := *w
	c.t, c.svc = t, NewService(&c, &c, func() string { return "request" })
	c.recs, c.openings, c.work = slices.Clip(w.recs), slices.Clip(w.openings), slices.Clip(w.work)
	c.people, c.outputs, c.made = maps.Clone(w.people), maps.Clone(w.outputs), maps.Clone(w.made)
	c.pathHolders, c.byteHolders, c.released = maps.Clone(w.pathHolders), maps.Clone(w.byteHolders), maps.Clone(w.released)
	for who, a := range c.people {
		copied := *a
		c.people[who] = &copied
	}
	return &c
}

// grant gives somebody a role from now on.
func (w *world) grant(who string, role Role, scope Scope) {
	a := w.people[who]
	if a == nil {
		a = &Actor{Person: Person{ID: PersonID("id-" + who), Username: who}, Kind: IsPerson}
		w.people[who] = a
	}
	a.Grants = append(slices.Clone(a.Grants), Grant{
		ID: fmt.Sprintf("%s/%d", who, len(a.Grants)), Role: role, Scope: scope, From: w.now,
	})
}

// end takes a role from somebody.
func (w *world) end(who string, role Role) {
	grants := slices.Clone(w.people[who].Grants)
	for i := range grants {
		if grants[i].Role == role && grants[i].Until.IsZero() {
			grants[i].Until = w.now
		}
	}
	w.people[who].Grants = grants
}

// write puts an output with some bytes into the workspace.
func (w *world) write(path, bytes string) {
	w.outputs[path] = Candidate{
		Path: path, Level: ModeratelySensitive, Size: 10, SHA256: bytes, Job: "job", JobRequest: "jr", Action: "act",
		JobKnown: true, JobStatus: "succeeded", Declared: true, Listed: true,
	}
}

func (w *world) actor(who string) Actor {
	if who == worker {
		return System()
	}
	return *w.people[who]
}

func (w *world) facts() Facts {
	f := Facts{
		Outputs: w.outputs, PathHolders: w.pathHolders, ByteHolders: w.byteHolders,
		Released: w.released, Destinations: w.destinations, Reviewers: map[PersonID]Actor{}, Changed: map[FileID]bool{},
	}
	if w.req != nil {
		for _, rv := range w.req.Reviews {
			f.Reviewers[rv.By.ID] = *w.people[rv.By.Username]
		}
		for _, file := range w.req.Files {
			c := w.outputs[file.Path]
			f.Changed[file.ID] = !c.Listed || c.SHA256 != "" && c.SHA256 != file.SHA256
		}
	}
	return f
}

// in is what a rule looks at when who acts on the view that they see now.
func (w *world) in(who string) In {
	in := w.blank(who)
	in.BasedOn = w.etag(who)
	return in
}

// blank is in without a view.
func (w *world) blank(who string) In {
	return In{
		Actor: w.actor(who), Place: w.place, Request: w.req, Policy: w.policy, Facts: w.facts(), Now: w.now,
		NewID: func() string {
			w.made[who]++
			return fmt.Sprintf("%s-%d", who, w.made[who])
		},
		NewSalt: func() [32]byte { return [32]byte{1} },
	}
}

func (w *world) snapshot(who string) Snapshot {
	return Snapshot{Request: w.req, Place: w.place, Policy: w.policy, Facts: w.facts(), Actor: w.actor(who)}
}

func (w *world) view(who string) *RequestView {
	if w.req == nil {
		return nil
	}
	return View(w.snapshot(who))
}

// see is the view of somebody who may see the request.
func (w *world) see(who string) *RequestView {
	w.t.Helper()
	v := w.view(who)
	if v == nil {
		w.t.Fatalf("%s sees no request in %s", who, w.req.Status)
	}
	return v
}

func (w *world) etag(who string) string {
	if v := w.view(who); v != nil {
		return v.Version
	}
	return ""
}

// cmd is a command of who.
func (w *world) cmd(who string) Command {
	c := Command{Actor: w.actor(who), On: "request"}
	c.Actor.Grants = nil // Change reads them
	return c
}

// looked is a command of who on the view that they see now.
func (w *world) looked(who string) Command {
	c := w.cmd(who)
	c.BasedOn = w.etag(who)
	return c
}

// Change implements Store, and checks of every decision that what is refused,
// or decided without events, changes nothing, and that no shared state alters.
func (w *world) Change(_ context.Context, c Change, decide func(In) (Decision, error)) (Outcome, error) {
	in := w.blank(c.Actor.Username)
	in.Actor.Scopes, in.BasedOn = c.Actor.Scopes, c.BasedOn
	if c.Workspace != "" {
		if c.Workspace != w.place.Workspace {
			return Outcome{}, ErrNotFound
		}
		in.Request = nil
	} else if w.req == nil || c.On != w.req.ID {
		return Outcome{}, ErrNotFound
	}
	d, err := decide(in)
	if err != nil {
		if len(d.Events)+len(d.Work) > 0 || d.Result != nil {
			w.t.Fatalf("refused with %v, but decided %v", err, d)
		}
		return Outcome{}, err
	}
	w.carryOut(in, d, c.On)
	out := Outcome{Request: c.On}
	if d.Result != nil {
		if out.Result, err = json.Marshal(d.Result); err != nil {
			return Outcome{}, err
		}
	}
	return out, nil
}

// carryOut records events as the log does, from their JSON, and applies them.
func (w *world) carryOut(in In, d Decision, id RequestID) {
	w.t.Helper()
	w.work = append(w.work, d.Work...)
	if len(d.Events) == 0 {
		return
	}
	base := w.req
	if base == nil {
		base = &Request{ID: id}
	}
	from := len(w.recs)
	for _, e := range d.Events {
		if !w.plain {
			e = again(w.t, e)
		}
		w.recs = append(w.recs, Recorded{
			ID: int64(len(w.recs) + 1), Version: len(w.recs) + 1, At: in.Now,
			By: in.Actor.Person, Kind: in.Actor.Kind, As: d.As, Event: e,
		})
	}
	if w.watch && w.req != nil {
		w.seen = append(w.seen, seenState{w.req, fingerprint(w.req)})
	}
	w.req = Fold(base, w.recs[from:])
	if !w.slow && slices.ContainsFunc(d.Work, func(k Work) bool { return k.Kind == WorkCheck }) {
		w.check()
	}
}

// check does what a worker does: it checks all files that are not checked.
func (w *world) check() {
	w.t.Helper()
	in, err := w.svc.Inspection(context.Background(), w.req.ID)
	w.must(err)
	var done []CheckedFile
	for _, f := range in.Files {
		if !f.Fresh {
			done = append(done, w.checkedFile(in, f))
		}
	}
	w.must(w.svc.RecordChecks(context.Background(), w.req.ID, done))
}

// checkedFile is what checks of a file find.
func (w *world) checkedFile(in Inspection, f Inspected) CheckedFile {
	c := CheckedFile{
		File: f.ID, SHA256: f.SHA256, Basis: f.Basis, Profile: in.Profile, Rules: []string{"low-counts/1"}, FindingsHash: "none",
	}
	for _, x := range w.finds[f.Path] {
		x.ID += "@" + f.SHA256
		c.Findings = append(c.Findings, x)
		c.FindingsHash += " " + x.ID
	}
	return c
}

// again is an event as it is read back from the log.
func again(t tester, e Event) Event {
	t.Helper()
	body, words, err := EncodeEvent(e)
	if err != nil {
		t.Fatalf("EncodeEvent(%T): %v", e, err)
	}
	known := map[string]Words{}
	for _, w := range words {
		known[w.Hash] = w
	}
	back, err := DecodeEvent(e.Act(), EventVersion(e.Act()), body, func(hash string) (Words, bool) {
		w, ok := known[hash]
		return w, ok
	})
	if err != nil {
		t.Fatalf("DecodeEvent(%s, %s): %v", e.Act(), body, err)
	}
	return back
}

// fingerprint is all that a request holds, as text.
func fingerprint(r *Request) string {
	b, err := json.Marshal(r)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// checkShared fails if any state that was ever shared has changed since.
func (w *world) checkShared() {
	w.t.Helper()
	for _, s := range w.seen {
		if now := fingerprint(s.request); now != s.fingerprint {
			w.t.Fatalf("a shared request changed:\nwas %s\nnow %s", s.fingerprint, now)
		}
	}
}

// answerAll answers all findings of weight.
func (w *world) answerAll() {
	w.t.Helper()
	var ids []string
	for _, f := range w.req.Files {
		if f.Check != nil {
			for _, x := range f.Check.Findings {
				ids = append(ids, x.ID)
			}
		}
	}
	if len(ids) > 0 {
		w.must(w.svc.Answer(context.Background(), w.cmd(author), AnswerFindings{Findings: ids, Text: "all are published"}))
	}
}

// The rest of Store and Keeper.

func (w *world) Snapshot(_ context.Context, id RequestID, a Actor, _ ...string) (Snapshot, error) {
	if w.req == nil || id != w.req.ID {
		return Snapshot{}, ErrNotFound
	}
	s := w.snapshot(a.Username)
	s.Actor.Scopes = a.Scopes
	return s, nil
}

func (w *world) Actor(_ context.Context, a Actor) (Actor, Policy, error) {
	now := w.actor(a.Username)
	now.Scopes = a.Scopes
	return now, w.policy, nil
}

func (w *world) Place(_ context.Context, workspace string, a Actor) (Place, Actor, error) {
	if workspace != w.place.Workspace {
		return Place{}, Actor{}, ErrNotFound
	}
	now := w.actor(a.Username)
	now.Scopes = a.Scopes
	return w.place, now, nil
}

func (w *world) Summaries(_ context.Context, f Filter) (Summaries, error) {
	if w.req == nil {
		return Summaries{}, nil
	}
	sm := Project(w.req).Summary
	sm.Place = w.place
	if (len(f.Status) > 0 && !slices.Contains(f.Status, sm.Status)) || !f.Keep(sm) {
		return Summaries{}, nil
	}
	return Summaries{Items: []Summary{sm}}, nil
}

func (w *world) Look(_ context.Context, by PersonID, _ RequestID, l Look) error {
	w.looks[by] = l
	return nil
}

func (w *world) Search(_ context.Context, q SearchQuery) (SearchRows, error) {
	w.searched = q
	if w.req == nil {
		return SearchRows{}, nil
	}
	sm := Project(w.req).Summary
	sm.Place = w.place
	rows := SearchRows{ByID: []Summary{sm}, ByTitle: []Summary{sm}}
	for _, f := range w.req.Files {
		rows.Files = append(rows.Files, FoundRow{Request: sm, File: f.ID, Path: f.Path, SHA256: f.SHA256, Kind: f.Kind})
	}
	return rows, nil
}

func (w *world) Recorded(context.Context, RequestID) ([]Recorded, error) { return w.recs, nil }

func (w *world) Opened(_ context.Context, o Opening) error {
	w.openings = append(w.openings, o)
	return nil
}

func (w *world) Keep(_ context.Context, _ string, outputs []Candidate, _ int64) []Kept {
	kept := make([]Kept, 0, len(outputs))
	for _, c := range outputs {
		if w.keeping != nil {
			kept = append(kept, w.keeping(c))
			continue
		}
		kept = append(kept, Kept{SHA256: w.outputs[c.Path].SHA256, Size: w.outputs[c.Path].Size})
	}
	return kept
}

// The steps that tests are made of. must… fail the test when refused.

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("refused: %v", err)
	}
}

func (w *world) create() {
	w.t.Helper()
	_, err := w.svc.Create(context.Background(), w.cmd(author), "ws", "Counts")
	w.must(err)
}

// add puts files on the request; the first refusal of a path is an error.
func (w *world) add(who, group string, kind Kind, paths ...string) error {
	added, err := w.svc.AddFiles(context.Background(), w.cmd(who), AddFiles{Group: group, Kind: kind, Paths: paths})
	if err != nil {
		return err
	}
	for _, a := range added {
		if a.ID == "" {
			return &Error{Code: a.Code, Message: a.WhyNot}
		}
	}
	return nil
}

func (w *world) describe(who, group, text string) error {
	return w.svc.Describe(context.Background(), w.cmd(who), Described{
		Group: group, Context: text, Codes: []string{"rounded-5"},
	})
}

func (w *world) comment(who, group, text string, v Visibility) error {
	_, err := w.svc.Comment(context.Background(), w.cmd(who), NewComment{Group: group, Text: text, Visibility: v})
	return err
}

func (w *world) submit(who string) error { return w.svc.Submit(context.Background(), w.looked(who)) }
func (w *world) recall(who string) error { return w.svc.Recall(context.Background(), w.looked(who)) }
func (w *world) review(who string) error { return w.svc.SubmitReview(context.Background(), w.cmd(who)) }

func (w *world) withdraw(who, reason string) error {
	return w.svc.Withdraw(context.Background(), w.looked(who), reason)
}

func (w *world) giveBack(who, reason string) error {
	return w.svc.Return(context.Background(), w.looked(who), reason)
}

func (w *world) reject(who, reason string) error {
	return w.svc.Reject(context.Background(), w.looked(who), reason)
}

func (w *world) stop(who, reason string) error {
	return w.svc.Stop(context.Background(), w.looked(who), reason)
}

// vote casts a vote on the file at a path as it stands.
func (w *world) vote(who, path string, v VoteValue) error {
	f := w.file(path)
	return w.svc.Vote(context.Background(), w.cmd(who), VoteOn{File: f.ID, SHA256: f.SHA256, Turn: w.req.Turn, Vote: v})
}

// bytes are the output files as an approval names them.
func (w *world) bytes() []FileBytes {
	var files []FileBytes
	for _, f := range w.req.outputs() {
		files = append(files, FileBytes{f.ID, f.SHA256})
	}
	return files
}

func (w *world) approve(who, acknowledge string) error {
	return w.svc.Approve(context.Background(), w.looked(who), ApproveFiles{Files: w.bytes(), Acknowledge: acknowledge})
}

func (w *world) move(who, path, group string) error {
	return w.svc.ChangeFile(context.Background(), w.cmd(who), ChangeFile{File: w.file(path).ID, Group: &group})
}

func (w *world) retype(who, path string, k Kind) error {
	return w.svc.ChangeFile(context.Background(), w.cmd(who), ChangeFile{File: w.file(path).ID, Kind: &k})
}

func (w *world) update(who, path string) error {
	return w.svc.UpdateFile(context.Background(), w.cmd(who), w.file(path).ID)
}

func (w *world) takeOut(who, path string) error {
	return w.svc.WithdrawFile(context.Background(), w.cmd(who), w.file(path).ID)
}

func (w *world) begin() error {
	return w.svc.BeginDelivery(context.Background(), "request")
}

func (w *world) deliver(paths ...string) error {
	var arrived []Delivered
	for _, p := range paths {
		f := w.file(p)
		arrived = append(arrived, Delivered{File: f.ID, SHA256: f.SHA256, Destination: "store", Location: p})
	}
	return w.svc.RecordDeliveries(context.Background(), "request", arrived)
}

// file is the file at a path; an unknown one has an id that nobody knows.
func (w *world) file(path string) File {
	if w.req != nil {
		if f := w.req.at(path); f != nil {
			return *f
		}
	}
	return File{ID: "nowhere", Source: Source{Path: path, SHA256: "nothing"}}
}

// draft makes a request with two outputs in two groups and a supporting file.
func draft(t tester) *world {
	t.Helper()
	w := newWorld(t)
	w.create()
	w.must(w.add(author, "tables", Output, "out/0.csv"))
	w.must(w.add(author, "tables", Supporting, "out/1.csv"))
	w.must(w.add(author, "figures", Output, "out/2.csv"))
	w.must(w.describe(author, "tables", "counts by region"))
	w.must(w.describe(author, "figures", "plots"))
	return w
}

// later lets time pass.
func (w *world) later(d time.Duration) *world {
	w.now = w.now.Add(d)
	return w
}

func submitted(t tester) *world {
	t.Helper()
	w := draft(t).later(time.Hour)
	w.must(w.submit(author))
	return w
}

// reviewBy votes on every output file and submits the review. Paths in against
// get a request for changes, with a comment.
func (w *world) reviewBy(who string, against ...string) {
	w.t.Helper()
	w.votesOf(who, against...)
	w.must(w.review(who))
}

func (w *world) votesOf(who string, against ...string) {
	w.t.Helper()
	for _, f := range w.req.outputs() {
		if !slices.Contains(against, f.Path) {
			w.must(w.vote(who, f.Path, Approve))
			continue
		}
		w.must(w.vote(who, f.Path, RequestChanges))
		w.must(w.comment(who, w.req.group(f.Group).Name.Text, "please change "+f.Path, ""))
	}
}

func partly(t tester) *world {
	t.Helper()
	w := submitted(t)
	w.reviewBy(checker1)
	return w
}

// reviewed is approved by checker1 and checker2.
func reviewed(t tester) *world {
	t.Helper()
	w := partly(t)
	w.reviewBy(checker2)
	return w
}

// disputed is a request on which checker1 and checker2 ask for changes to
// tables; each group that is unresolved has a public comment.
func disputed(t tester) *world {
	t.Helper()
	w := submitted(t)
	w.reviewBy(checker1, "out/0.csv")
	w.reviewBy(checker2, "out/0.csv")
	w.must(w.comment(checker1, "tables", "round it", Public))
	return w
}

func returned(t tester) *world {
	t.Helper()
	w := disputed(t).later(time.Hour)
	w.must(w.giveBack(checker1, ""))
	return w
}

func approved(t tester) *world {
	t.Helper()
	w := reviewed(t).later(time.Hour)
	w.must(w.approve(checker1, ""))
	return w
}

func begun(t tester) *world {
	t.Helper()
	w := approved(t).later(DefaultPolicy().Hold())
	w.must(w.begin())
	return w
}

func delivered(t tester) *world {
	t.Helper()
	w := begun(t)
	w.must(w.deliver("out/0.csv", "out/2.csv"))
	return w
}

func rejected(t tester) *world {
	t.Helper()
	w := reviewed(t)
	w.must(w.reject(checker1, "not this"))
	return w
}

func withdrawn(t tester) *world {
	t.Helper()
	w := returned(t)
	w.must(w.withdraw(author, ""))
	return w
}

// code is the code of a refusal; "" for none.
func code(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return "no refusal: " + err.Error()
}

// expect fails unless err is the wanted refusal, by kind and code; nil is none.
func expect(t tester, what string, err error, want *Error) {
	t.Helper()
	switch {
	case want == nil && err != nil:
		t.Fatalf("%s = %v (%s), want it done", what, err, code(err))
	case want != nil && !errors.Is(err, want):
		t.Fatalf("%s = %v (%s), want %s (%s)", what, err, code(err), want.Message, want.Code)
	}
}

// acts are the events of the log from an index on, as words.
func (w *world) acts(from int) string {
	var acts []string
	for _, rec := range w.recs[from:] {
		acts = append(acts, rec.Event.Act())
	}
	return strings.Join(acts, " ")
}

// groups are the names of the request's groups.
func (w *world) groups() []string {
	var names []string
	for _, g := range w.req.Groups {
		names = append(names, g.Name.Text)
	}
	return names
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// counting is a store that counts transactions.
type counting struct {
	*world
	asked *int
}

func (c counting) Change(ctx context.Context, ch Change, decide func(In) (Decision, error)) (Outcome, error) {
	*c.asked++
	return c.world.Change(ctx, ch, decide)
}
