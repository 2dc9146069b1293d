package web

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/auth"
	"sallyport/checks"
	"sallyport/checks/acro"
	"sallyport/outputs"
	"sallyport/pipeline"
	"sallyport/review"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// world is everything behind the API, in memory: the real rules over a store
// that keeps requests as lists of events, and tables for the rest.
type world struct {
	t        testing.TB
	mu       sync.Mutex
	now      time.Time
	ids      int
	people   map[string]review.Actor // by username, which is their token too
	place    review.Place
	policy   review.Policy // of the installation
	policies keptPolicies
	streams  map[review.RequestID][]review.Recorded
	files    map[string]string // the workspace's outputs, all moderately_sensitive
	listed   []review.OutputListing
	changed  []review.ChangedOutput // what changed in the workspace
	version  int64
	states   int               // how often the workspace's state was asked for
	levels   map[string]string // of those that are not
	logs     map[string]string // and notes: what is no output
	code     []CodeName        // that the workspace names
	blobs    map[string]string
	keys     map[string]*usedKey
	opened   []review.Opening
	looks    map[lookOf]review.Look
	log      locked
	reports  map[string]pipeline.JobRequest
	entries  []LogRow

	finds     map[string][]review.Found   // what checks find, by path
	found     map[string][]review.Found   // what was found, by its hash
	derived   map[string][]checks.Derived // what can be worked out, by finding
	acro      *acro.OfFile                // what ACRO says of each file
	unchecked bool                        // nobody checks files

	registry registry

	broken   error // what every store answers, if it is set
	unopened error // what recording an opening answers
	service  *review.Service
	server   *server
	routes   []tested
}

// lookOf is whose look at what.
type lookOf struct {
	person  review.PersonID
	request review.RequestID
}

type usedKey struct {
	body    string
	outcome review.Outcome
	answer  []byte
}

// newWorld has a workspace with a few outputs, and a person for each role,
// whose token is "Bearer " and their name.
func newWorld(t testing.TB, change ...func(*Config)) *world {
	t.Helper()
	w := &world{
		t: t, now: noon, policy: review.DefaultPolicy(), people: map[string]review.Actor{},
		place:   review.Place{Workspace: "ws", Project: "one", Organisation: "org", Backend: "tpp", Ongoing: true},
		streams: map[review.RequestID][]review.Recorded{}, blobs: map[string]string{}, keys: map[string]*usedKey{}, looks: map[lookOf]review.Look{},
		files: map[string]string{
			"out/a.csv": "a,b\n1,2\n", "out/b.txt": "text", "out/c.html": "<script>alert(1)</script>", "out/secret.csv": "patients",
			"top.csv": "x\n",
		},
		levels: map[string]string{"out/secret.csv": review.HighlySensitive}, reports: map[string]pipeline.JobRequest{},
	}
	for name, g := range map[string]review.Grant{
		"author": {Role: review.Researcher, Scope: "project:one"}, "outsider": {Role: review.Researcher, Scope: "project:two"},
		"checker1": {Role: review.OutputChecker, Scope: "all"}, "checker2": {Role: review.OutputChecker, Scope: "all"},
		"observer": {Role: review.Observer, Scope: "all"}, "auditor": {Role: review.Auditor, Scope: "all"},
		"admin": {Role: review.Administrator, Scope: "all"},
	} {
		g.ID, g.From = "grant-"+name, noon.Add(-time.Hour)
		w.people[name] = review.Actor{
			Person: review.Person{ID: review.PersonID("id" + name), Username: name}, Kind: review.IsPerson, Grants: []review.Grant{g},
		}
	}
	w.people["tpp"] = review.Actor{Person: review.Person{ID: "idtpp", Username: "tpp"}, Kind: review.IsService, Backend: "tpp"}
	w.service = review.NewService(w, w, w.newID)
	w.service.OnFilesChanged(w.settle)
	windows, err := outputs.OpenWindows(outputs.WindowsConfig{Path: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = windows.Close() })
	c := Config{
		Requests: w.service, Reports: w, Workspaces: w, Releases: w, Ledger: w, People: w, Policies: w, Vault: w, Checks: w, Windows: windows, Answers: w,
		Authenticate: w.authenticate,
		Policy:       func(context.Context, review.Place) (review.Policy, error) { return w.policy, nil },
		Now:          w.time, NewID: w.newID, Log: slog.New(slog.NewJSONHandler(&w.log, nil)),
		Metrics: NewMetrics(), ServeMetrics: true,
	}
	for _, f := range change {
		f(&c)
	}
	s, err := newServer(c)
	if err != nil {
		t.Fatal(err)
	}
	w.server = s
	w.routes = testedRoutes(t, s)
	return w
}

// locked is a log that is read while it is written.
type locked struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (w *world) time() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) newID() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.nextID()
}

func (w *world) nextID() string {
	w.ids++
	return fmt.Sprintf("ID%024d", w.ids)
}

func (w *world) authenticate(_ context.Context, header string) (review.Actor, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.broken != nil {
		return review.Actor{}, w.broken
	}
	name, _ := strings.CutPrefix(header, "Bearer ")
	if a, ok := w.people[name]; ok {
		return a, nil
	}
	return review.Actor{}, auth.ErrUnauthenticated
}

// The store of requests.

func (w *world) fold(id review.RequestID) *review.Request {
	r := review.Fold(nil, w.streams[id])
	if r != nil {
		r.ID = id
	}
	return r
}

func (w *world) facts() review.Facts {
	f := review.Facts{
		Outputs: map[string]review.Candidate{}, Destinations: []string{"store"}, Reviewers: map[review.PersonID]review.Actor{},
		Found: maps.Clone(w.found),
	}
	for path := range w.files {
		f.Outputs[path] = w.candidate(path)
	}
	for _, a := range w.people {
		f.Reviewers[a.ID] = a
	}
	return f
}

func (w *world) candidate(path string) review.Candidate {
	level := w.levels[path]
	if level == "" {
		level = review.ModeratelySensitive
	}
	return review.Candidate{
		Path: path, Level: level, Size: int64(len(w.files[path])), SHA256: hashed(w.files[path]), Job: "job0000000000000",
		JobRequest: "jobrequest000000", Action: "act", Commit: "26ea0eb", JobKnown: true, JobStatus: "succeeded",
		Declared: true, Listed: true,
	}
}

func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func (w *world) actor(a review.Actor) review.Actor {
	for _, p := range w.people {
		if p.ID == a.ID {
			a.Grants = p.Grants
		}
	}
	return a
}

// claim does for a key what the database does.
func (w *world) claim(c review.Command, do func() (review.Outcome, error)) (review.Outcome, error) {
	if w.broken != nil {
		return review.Outcome{}, w.broken
	}
	name := string(c.Actor.ID) + "/" + c.Key
	if used := w.keys[name]; c.Key != "" && used != nil {
		if used.body != c.Body {
			return review.Outcome{}, review.ErrKeyReused
		}
		out := used.outcome
		out.Replayed = true
		return out, nil
	}
	out, err := do()
	if err == nil && c.Key != "" {
		w.keys[name] = &usedKey{body: c.Body, outcome: out}
	}
	return out, err
}

func (w *world) Change(_ context.Context, c review.Change, decide func(review.In) (review.Decision, error)) (review.Outcome, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.claim(c.Command, func() (review.Outcome, error) {
		if c.Workspace != "" && c.Workspace != w.place.Workspace {
			return review.Outcome{}, review.ErrNotFound
		}
		in := review.In{
			Actor: w.actor(c.Actor), Place: w.place, Request: w.fold(c.On), Policy: w.policy, Facts: w.facts(), Now: w.now,
			BasedOn: c.BasedOn, NewID: w.nextID, NewSalt: func() [32]byte { return [32]byte{1} },
		}
		if in.Request == nil && c.Workspace == "" {
			return review.Outcome{}, review.ErrNotFound
		}
		d, err := decide(in)
		if err != nil {
			return review.Outcome{}, err
		}
		for _, e := range d.Events {
			n := len(w.streams[c.On]) + 1
			w.streams[c.On] = append(w.streams[c.On], review.Recorded{
				Version: n, At: w.now, By: c.Actor.Person, Kind: c.Actor.Kind, As: d.As, Event: e,
			})
		}
		out := review.Outcome{Request: c.On}
		if d.Result != nil {
			out.Result, err = json.Marshal(d.Result)
		}
		return out, err
	})
}

func (w *world) Snapshot(_ context.Context, id review.RequestID, a review.Actor, _ ...string) (review.Snapshot, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.fold(id)
	switch {
	case w.broken != nil:
		return review.Snapshot{}, w.broken
	case r == nil:
		return review.Snapshot{}, review.ErrNotFound
	}
	facts := w.facts()
	facts.Changed = map[review.FileID]bool{}
	for _, f := range r.Files {
		facts.Changed[f.ID] = facts.Outputs[f.Path].SHA256 != f.SHA256
	}
	return review.Snapshot{Request: r, Place: w.place, Policy: w.policy, Facts: facts, Actor: w.actor(a)}, nil
}

func (w *world) Actor(_ context.Context, a review.Actor) (review.Actor, review.Policy, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.actor(a), w.policy, w.broken
}

func (w *world) Place(_ context.Context, name string, a review.Actor) (review.Place, review.Actor, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if name != w.place.Workspace {
		return review.Place{}, a, review.ErrNotFound
	}
	return w.place, w.actor(a), w.broken
}

func (w *world) Summaries(_ context.Context, f review.Filter) (review.Summaries, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if f.Cursor != "" && f.Cursor < "ID" {
		return review.Summaries{}, review.ErrInvalid
	}
	var page review.Summaries
	for _, id := range slices.Sorted(maps.Keys(w.streams)) {
		sm := review.Project(w.fold(id)).Summary
		sm.Place = w.place
		if l, ok := w.looks[lookOf{f.Viewer, sm.ID}]; ok {
			sm.Looked = &l
		}
		chosen := (len(f.Status) == 0 || slices.Contains(f.Status, sm.Status)) && (f.Workspace == "" || f.Workspace == sm.Workspace) &&
			(f.Author == "" || f.Author == sm.Author.Username) && (f.Project == "" || f.Project == sm.Place.Project) &&
			(f.Backend == "" || f.Backend == sm.Place.Backend) && (f.Before.IsZero() || sm.Since.Before(f.Before)) && string(id) > f.Cursor && f.Keep(sm)
		if !chosen {
			continue
		}
		if len(page.Items) == f.Limit {
			page.Next = string(page.Items[len(page.Items)-1].ID)
			break
		}
		page.Items = append(page.Items, sm)
	}
	return page, w.broken
}

func (w *world) Look(_ context.Context, by review.PersonID, id review.RequestID, l review.Look) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.looks[lookOf{by, id}] = l
	return w.broken
}

func (w *world) Search(_ context.Context, q review.SearchQuery) (review.SearchRows, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var rows review.SearchRows
	for _, id := range slices.Sorted(maps.Keys(w.streams)) {
		r := w.fold(id)
		sm := review.Project(r).Summary
		sm.Place = w.place
		if q.ID != "" && strings.HasPrefix(string(id), q.ID) {
			rows.ByID = append(rows.ByID, sm)
		}
		if strings.Contains(strings.ToLower(sm.Title.String()), q.Text) {
			rows.ByTitle = append(rows.ByTitle, sm)
		}
		for _, f := range r.Files {
			if strings.Contains(strings.ToLower(f.Path), q.Text) || q.SHA256 != "" && strings.HasPrefix(f.SHA256, q.SHA256) {
				rows.Files = append(rows.Files, review.FoundRow{Request: sm, File: f.ID, Path: f.Path, SHA256: f.SHA256, Kind: f.Kind})
			}
		}
	}
	return rows, w.broken
}

func (w *world) FindWorkspaces(_ context.Context, reach review.Reach, part string, _ int) ([]Workspace, error) {
	if !covers(reach, w.place) || !strings.Contains(w.place.Workspace+" "+w.place.Project, part) {
		return nil, w.broken
	}
	return []Workspace{{Place: w.place}}, w.broken
}

func (w *world) FindJobRequests(_ context.Context, reach review.Reach, text string, _ int) ([]JobRequest, error) {
	var items []JobRequest
	for _, id := range slices.Sorted(maps.Keys(w.reports)) {
		if covers(reach, w.place) && strings.HasPrefix(id, text) {
			items = append(items, JobRequest{Report: w.reports[id], ReportedAt: noon})
		}
	}
	return items, w.broken
}

func (w *world) Recorded(_ context.Context, id review.RequestID) ([]review.Recorded, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.streams[id], w.broken
}

func (w *world) Opened(_ context.Context, o review.Opening) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.unopened != nil {
		return w.unopened
	}
	w.opened = append(w.opened, o)
	return w.broken
}

func (w *world) Keep(_ context.Context, _ string, candidates []review.Candidate, _ int64) []review.Kept {
	w.mu.Lock()
	defer w.mu.Unlock()
	var kept []review.Kept
	for _, c := range candidates {
		text := w.files[c.Path]
		w.blobs[hashed(text)] = text
		kept = append(kept, review.Kept{SHA256: hashed(text), Size: int64(len(text))})
	}
	return kept
}

// Everything else.

func (w *world) Answer(_ context.Context, person review.PersonID, key, body string) ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	used := w.keys[string(person)+"/"+key]
	switch {
	case used == nil:
		return nil, w.broken
	case used.body != body:
		return nil, review.ErrKeyReused
	}
	return used.answer, w.broken
}

func (w *world) KeepAnswer(_ context.Context, person review.PersonID, key string, answer []byte) ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	used := w.keys[string(person)+"/"+key]
	if used == nil {
		return nil, fmt.Errorf("key %s was not used", key)
	}
	if used.answer == nil {
		used.answer = bytes.Clone(answer)
	}
	return used.answer, nil
}

type blob struct{ *strings.Reader }

func (blob) Close() error     { return nil }
func (b blob) Size() int64    { return b.Reader.Size() }
func (b blob) SHA256() string { return hashed(readAll(b.Reader)) }

func readAll(r *strings.Reader) string {
	b := make([]byte, r.Size())
	_, _ = r.ReadAt(b, 0)
	return string(b)
}

func (w *world) Open(_ context.Context, sha string) (outputs.Blob, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text, ok := w.blobs[sha]
	if !ok {
		return nil, outputs.ErrNoCopy
	}
	return blob{strings.NewReader(text)}, nil
}

func (w *world) Logs(context.Context, string) ([]outputs.Log, error) {
	var logs []outputs.Log
	for _, path := range slices.Sorted(maps.Keys(w.logs)) {
		logs = append(logs, outputs.Log{Path: path, Size: int64(len(w.logs[path]))})
	}
	return logs, w.broken
}

func (w *world) OpenOutput(_ context.Context, _, path string) (OutputFile, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text, ok := w.files[path]
	if !ok {
		text, ok = w.logs[path]
	}
	switch {
	case !ok:
		return nil, &outputs.Refused{Path: path, Reason: outputs.Missing}
	case w.levels[path] == review.HighlySensitive:
		return nil, &outputs.Refused{Path: path, Reason: outputs.Sensitive}
	}
	return blob{strings.NewReader(text)}, nil
}

func (w *world) Workspaces(_ context.Context, reach review.Reach, _ string, _ int) ([]Workspace, string, error) {
	if reach.None() || !covers(reach, w.place) {
		return nil, "", w.broken
	}
	return []Workspace{{Place: w.place, Outputs: len(w.files), ReadAt: noon}}, "", w.broken
}

func (w *world) Workspace(_ context.Context, name string) (Workspace, error) {
	if name != w.place.Workspace {
		return Workspace{}, review.ErrNotFound
	}
	problems := slices.Repeat([]outputs.Problem{{Name: "../x", Message: "leads out of its workspace"}}, 501)
	return Workspace{
		Place: w.place, Outputs: len(w.files), ReadAt: noon, ReadError: "it is torn", ErrorAt: noon,
		Problems: problems, MoreProblems: 7,
	}, w.broken
}

func (w *world) Code(_ context.Context, _, digits string) ([]CodeName, error) {
	var list []CodeName
	for _, n := range w.code {
		if strings.HasPrefix(n.Commit, digits) {
			list = append(list, n)
		}
	}
	return list, w.broken
}

func (w *world) PlaceWorkspace(_ context.Context, c review.Command, _ string, p Placing) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, err := w.claim(c, func() (review.Outcome, error) {
		if p.Project != nil {
			w.place.Project = *p.Project
		}
		if p.Ongoing != nil {
			w.place.Ongoing = *p.Ongoing
		}
		if p.Archived != nil {
			w.place.Archived = *p.Archived
		}
		return review.Outcome{}, nil
	})
	return err
}

func (w *world) Outputs(_ context.Context, by review.Asking, l review.OutputListing) ([]OutputItem, string, error) {
	if err := l.Valid(); err != nil {
		return nil, "", err
	}
	w.listed = append(w.listed, l)
	dir, deep, cursor, limit := l.Dir, l.Deep, l.Cursor, l.Limit
	w.mu.Lock()
	defer w.mu.Unlock()
	var items []OutputItem
	folders := map[string]bool{}
	for _, path := range slices.Sorted(maps.Keys(w.files)) {
		rest, ok := path, dir == ""
		if !ok {
			rest, ok = strings.CutPrefix(path, dir+"/")
		}
		folder, _, below := strings.Cut(rest, "/")
		switch {
		case !ok || path <= cursor:
		case below && !deep && !folders[folder]:
			folders[folder] = true
			items = append(items, OutputItem{Folder: true, Candidate: Candidate{Candidate: review.Candidate{Path: folder}}})
		case (deep || !below) && strings.Contains(path, l.Name) && by.Stands(w.held(path)).Standing.Matches(l.Standing):
			items = append(items, OutputItem{Candidate: w.held(path)})
		}
	}
	if len(items) > limit {
		return items[:limit], items[limit-1].Path, w.broken
	}
	return items, "", w.broken
}

func (w *world) Tree(_ context.Context, _, dir string) (map[string][]string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	tree := map[string][]string{}
	for _, path := range slices.Sorted(maps.Keys(w.files)) {
		in, parts := "", strings.Split(path, "/")
		for _, part := range parts[:len(parts)-1] {
			if (in == "" || dir == in || strings.HasPrefix(dir, in+"/")) && !slices.Contains(tree[in], part) {
				tree[in] = append(tree[in], part)
			}
			in = strings.TrimPrefix(in+"/"+part, "/")
		}
	}
	return tree, w.broken
}

func (w *world) Survey(ctx context.Context, by review.Asking, l review.OutputListing, most int) (OutputSurvey, error) {
	l.Limit = 10_000
	items, _, err := w.Outputs(ctx, by, l)
	found := OutputSurvey{Files: len(items)}
	for _, i := range items[:min(most, len(items))] {
		found.Paths = append(found.Paths, i.Path)
	}
	return found, err
}

func (w *world) Chosen(_ context.Context, _ string, paths []string) (map[string]Candidate, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	found := map[string]Candidate{}
	for _, path := range paths {
		if _, ok := w.files[path]; ok {
			found[path] = w.held(path)
		}
	}
	return found, w.broken
}

func (w *world) State(_ context.Context, name string) (WorkspaceState, error) {
	if name != w.place.Workspace {
		return WorkspaceState{}, review.ErrNotFound
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.states++
	return WorkspaceState{Place: w.place, Version: w.version}, w.broken
}

func (w *world) Changes(_ context.Context, f ChangeFilter) ([]review.ChangedOutput, string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []review.ChangedOutput
	for _, o := range w.changed {
		if (f.JobRequest == "" || f.JobRequest == o.JobRequest) && (f.Path == "" || f.Path == o.Path) && strings.HasPrefix(o.Path, f.Dir) {
			list = append(list, o)
		}
	}
	return list, "", w.broken
}

func (w *world) JobRequestChanges(_ context.Context, _, jobRequest string) (time.Time, int64, error) {
	for _, o := range w.changed {
		if o.JobRequest == jobRequest {
			return noon, 0, w.broken
		}
	}
	return noon, -1, w.broken
}

func (w *world) Nearest(_ context.Context, _, path string) (folder string, was bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, o := range w.changed {
		was = was || o.Path == path || strings.HasPrefix(o.Path, path+"/")
	}
	for there := range w.files {
		for i := range there {
			if there[i] == '/' && strings.HasPrefix(path, there[:i+1]) && i > len(folder) {
				folder = there[:i]
			}
		}
	}
	return folder, was, w.broken
}

func (w *world) Output(_ context.Context, _, path string) (Candidate, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.files[path]; !ok {
		return Candidate{}, cmp.Or(w.broken, error(review.ErrNotFound))
	}
	return w.held(path), w.broken
}

// held is an output with the requests that hold it.
func (w *world) held(path string) Candidate {
	c := Candidate{Candidate: w.candidate(path)}
	for _, id := range slices.Sorted(maps.Keys(w.streams)) {
		p := review.Project(w.fold(id))
		for _, f := range p.Files {
			if f.Path == path && f.Active {
				c.Holders = append(c.Holders, Holder{Request: id, Status: p.Summary.Status})
			}
		}
	}
	return c
}

func (w *world) Report(_ context.Context, c review.Command, r pipeline.JobRequest, _ []byte) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	changed := false
	_, err := w.claim(c, func() (review.Outcome, error) {
		if r.Workspace == "contradicting" {
			return review.Outcome{}, review.ErrContradicts
		}
		changed = true
		w.reports[r.Identifier] = r
		return review.Outcome{}, nil
	})
	return changed, err
}

func (w *world) JobRequests(_ context.Context, f JobRequestFilter) ([]JobRequest, string, error) {
	var items []JobRequest
	for _, id := range slices.Sorted(maps.Keys(w.reports)) {
		r := w.reports[id]
		if covers(f.Reach, w.place) && (f.Workspace == "" || f.Workspace == r.Workspace) && (f.Status == "" || f.Status == r.StatusNow()) {
			items = append(items, JobRequest{Report: r, ReportedAt: noon})
		}
	}
	return items, "", w.broken
}

func (w *world) JobRequest(_ context.Context, id string) (JobRequestFound, error) {
	r, ok := w.reports[id]
	if !ok {
		return JobRequestFound{}, review.ErrNotFound
	}
	f := JobRequestFound{JobRequest: JobRequest{Report: r, ReportedAt: noon}, Place: w.place}
	if text, ok := r.ProjectYAML.Get(); ok {
		f.Pipeline, f.Problems = pipeline.Read([]byte(text))
	}
	for _, other := range slices.Sorted(maps.Keys(w.reports)) {
		if other < id && w.reports[other].Workspace == r.Workspace {
			f.Previous = &JobRequest{Report: w.reports[other], ReportedAt: noon}
		}
	}
	return f, w.broken
}

func (w *world) Releases(_ context.Context, f ReleaseFilter) ([]Release, string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var items []Release
	for _, id := range slices.Sorted(maps.Keys(w.streams)) {
		if r := w.released(id); r != nil && covers(f.Reach, w.place) && (f.Author == "" || f.Author == r.Author) {
			items = append(items, *r)
		}
	}
	return items, "", w.broken
}

func (w *world) Release(_ context.Context, id review.RequestID) (Release, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r := w.released(id); r != nil {
		return *r, w.broken
	}
	return Release{}, review.ErrNotFound
}

func (w *world) released(id review.RequestID) *Release {
	if len(w.streams[id]) == 0 {
		return nil
	}
	p := review.Project(w.fold(id))
	if len(p.Released) == 0 {
		return nil
	}
	r := &Release{
		Request: id, Place: w.place, Author: p.Summary.Author.Username, Status: p.Summary.Status, Begun: p.Summary.Begun,
		Destinations: []string{"store"},
	}
	for _, f := range p.Released {
		r.Files = append(r.Files, ReleasedFile{
			ID: f.File, Path: f.Path, SHA256: f.SHA256, Size: f.Size, Receipts: []Receipt{{f.Destination, f.Location, noon}},
		})
	}
	return r
}

func (w *world) Entries(_ context.Context, f LogFilter) iter.Seq2[LogRow, error] {
	return func(yield func(LogRow, error) bool) {
		n := 0
		listed := slices.Clone(w.entries)
		if f.Newest {
			slices.Reverse(listed)
		}
		for _, e := range listed {
			follows := f.After == 0 || (e.ID > f.After) != f.Newest && e.ID != f.After
			if !follows || f.Act != "" && f.Act != e.About.Act {
				continue
			}
			if n++; f.Limit > 0 && n > f.Limit || !yield(e, nil) {
				return
			}
		}
		if w.broken != nil {
			yield(LogRow{}, w.broken)
		}
	}
}

var (
	_ Requests     = (*review.Service)(nil)
	_ review.Store = (*world)(nil)
	_ OutputFile   = (*outputs.File)(nil)
)
