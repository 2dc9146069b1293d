package review

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// samples is one event of each type with every field filled, and one with
// every field empty that may be.
func samples() []Event {
	words := newWords([32]byte{7}, "some words")
	source := Source{
		Path: "out/é\"<>&\u2028.csv", SHA256: "5ha", Size: 1 << 40, Job: "job", JobRequest: "jr", Action: "act", Commit: "c0ffee",
	}
	policy := DefaultPolicy()
	held := At(time.Date(2026, 5, 4, 12, 10, 0, 123456789, time.UTC))
	people := []PersonID{"p1", "p2"}
	return []Event{
		&RequestCreated{Workspace: "ws", Project: "one", Title: words}, &RequestCreated{},
		&TitleChanged{Title: words}, &TitleChanged{},
		&GroupCreated{Group: "g", Name: words},
		&GroupDescribed{Group: "g", Context: words, Codes: []string{"none", "rounded-5"}, Controls: words}, &GroupDescribed{},
		&FileAdded{File: "f", Group: "g", Kind: Output, Source: source}, &FileAdded{},
		&FileMoved{File: "f", From: "g", Group: "h"},
		&FileRetyped{File: "f", Kind: Supporting},
		&FileUpdated{File: "f", Before: "old", Source: source},
		&FileWithdrawn{File: "f", Path: "p", SHA256: "5ha", Removed: true},
		&FileChecked{
			File: "f", SHA256: "5ha", Basis: "ba51s", Others: "07her5", Profile: "pr0f1le", Rules: []string{"low-counts/1"}, PolicyHash: policy.Hash(),
			FindingsHash: "ha5h", NotExamined: 2, Findings: []CheckedFinding{{"1d", "low-counts", HighWeight}}, Lesser: 3, Against: []string{"07her"},
		}, &FileChecked{Rules: []string{}},
		&FindingsAnswered{File: "f", SHA256: "5ha", Findings: []string{"1d"}, Text: words},
		&CommentMade{Comment: "c", Group: "g", File: "f", Place: &Position{Row: 2, Column: "n"}, Text: words, Visibility: Private, Side: CheckerSide},
		&CommentMade{Comment: "c", Group: "g", File: "f", Place: &Position{Line: 3}, Text: words, Visibility: Public, Side: AuthorSide},
		&CommentMade{},
		&CommentPublished{Comment: "c"},
		&CommentDeleted{Comment: "c"},
		&RequestSubmitted{Turn: 1, Policy: policy, PolicyHash: policy.Hash(), FindingsHash: "ha5h"},
		&RequestRecalled{Turn: 2, To: Pending},
		&VoteCast{File: "f", SHA256: "5ha", Turn: 1, Vote: RequestChanges},
		&VoteCast{File: "f", SHA256: "5ha", Turn: 1, Vote: Approve, FindingsHash: "ha5h", Answer: words},
		&VoteTakenBack{File: "f", SHA256: "5ha", Turn: 1},
		&ReviewSubmitted{Turn: 1, Counted: 2, Needed: 2, Status: Reviewed, Independent: true},
		&RequestReturned{Turn: 2, Early: true, Reason: words, Counted: people, Needed: 2}, &RequestReturned{Counted: []PersonID{}},
		&RequestRejected{Reason: words, Counted: people, Needed: 2},
		&FileApprovedForRelease{File: "f", Path: "p", SHA256: "5ha", FindingsHash: "ha5h"},
		&RequestApproved{
			Files: 2, HeldUntil: held, Destinations: []string{"store"}, Counted: people, Needed: 2, Dissents: 1,
			Acknowledge: words, PolicyHash: policy.Hash(), FindingsHash: "ha5h",
		},
		&ApprovalStopped{Side: CheckerSide, Reason: words},
		&RequestWithdrawn{Reason: words}, &RequestWithdrawn{},
		&DeliveryBegun{Turn: 1},
		&FileDelivered{File: "f", Path: "p", SHA256: "5ha", Size: 10, Destination: "store", Location: "/x/p"},
		&RequestReleased{Files: 2},
	}
}

// TestEventsGolden holds the JSON of every event. Version 1 never changes: a
// log that was written stays readable, and hashes to the same.
func TestEventsGolden(t *testing.T) {
	var got strings.Builder
	for _, e := range samples() {
		body, words, err := EncodeEvent(e)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&got, "%s/%d %s words=%d\n", e.Act(), EventVersion(e.Act()), body, len(words))
		if back := again(t, e); !reflect.DeepEqual(back, e) {
			t.Errorf("%s is read back as %+v, was %+v", body, back, e)
		}
	}
	golden(t, "testdata/events.golden", got.String())
}

func TestErasedWordsStayErased(t *testing.T) {
	body, _, err := EncodeEvent(&RequestRejected{Reason: newWords([32]byte{}, "secret")})
	if err != nil {
		t.Fatal(err)
	}
	e, err := DecodeEvent("request_rejected", 1, body, func(string) (Words, bool) { return Words{}, false })
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "the reason", e.(*RequestRejected).Reason.String(), "[erased]")
	if strings.Contains(string(body), "secret") {
		t.Errorf("the entry holds the words: %s", body)
	}
	again, words, err := EncodeEvent(e)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "encoded again", string(again), string(body))
	equal(t, "still erased", words[0].Erased, true)
}

// TestFirstVersions: what was written before findings were named is read.
func TestFirstVersions(t *testing.T) {
	for act, body := range map[string]string{
		"vote_cast":         `{"file":"f","sha256":"5ha","turn":1,"vote":"approve"}`,
		"file_approved":     `{"file":"f","path":"p","sha256":"5ha"}`,
		"request_submitted": `{"turn":1,"policy":{"reviews_needed":2},"policy_hash":"p"}`,
		"request_approved":  `{"files":1,"held_until":"2026-05-04T12:10:00.000000Z","destinations":["store"],"counted":["p1"],"needed":1,"dissents":0,"policy_hash":"p"}`,
	} {
		e, err := DecodeEvent(act, 1, []byte(body), func(string) (Words, bool) { return Words{}, false })
		if err != nil || e.Act() != act {
			t.Errorf("version 1 of %s is read as %+v, %v", act, e, err)
		}
		if len(e.words()) > 0 && !e.words()[0].IsZero() {
			t.Errorf("%s has words that nobody wrote", act)
		}
	}
}

func TestDecodeEventRefuses(t *testing.T) {
	none := func(string) (Words, bool) { return Words{}, false }
	for name, c := range map[string]struct {
		act     string
		version int
		body    string
	}{
		"an unknown act": {"coup", 1, "{}"}, "an unknown version": {"vote_cast", 3, "{}"},
		"no JSON": {"vote_cast", 1, "{"}, "another shape": {"vote_cast", 1, `{"turn":"one"}`},
		"a time that is none": {"request_approved", 1, `{"held_until":"noon"}`}, "a time that is a number": {"request_approved", 1, `{"held_until":1}`},
	} {
		if e, err := DecodeEvent(c.act, c.version, []byte(c.body), none); err == nil {
			t.Errorf("%s: DecodeEvent = %+v, want an error", name, e)
		}
	}
}

// eventTypes are the names of all types of the package that are events, read
// from its source.
func eventTypes(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, source := range []string{"events.go", "eventschecks.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), source, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if ok && f.Name.Name == "Act" && f.Recv != nil {
				names = append(names, f.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// TestEveryEventIsKnown: each type of event has a decoder under its own name,
// a sample, and an act that no other has.
func TestEveryEventIsKnown(t *testing.T) {
	var decoded []string
	for name, empty := range decoders {
		e := empty()
		act, version, _ := strings.Cut(name, "/")
		if n, err := strconv.Atoi(version); err != nil || act != e.Act() || n < 1 || n > EventVersion(act) {
			t.Errorf("the decoder %s makes an event %s", name, e.Act())
		}
		decoded = append(decoded, reflect.TypeOf(e).Elem().Name())
		for n := range EventVersion(act) {
			if decoders[fmt.Sprintf("%s/%d", act, n+1)] == nil {
				t.Errorf("%s has no decoder of version %d", act, n+1)
			}
		}
	}
	slices.Sort(decoded)
	decoded = slices.Compact(decoded)
	same(t, "decoders", decoded, eventTypes(t))
	var sampled []string
	for _, e := range samples() {
		sampled = append(sampled, reflect.TypeOf(e).Elem().Name())
	}
	slices.Sort(sampled)
	same(t, "samples", slices.Compact(sampled), eventTypes(t))
}

// TestEveryEventApplies: apply has a case for each type of event.
func TestEveryEventApplies(t *testing.T) {
	w := begun(t)
	base := *w.req
	base.LastReturn = &LastReturn{}
	base.Comments = []*Comment{{ID: "c"}}
	for _, e := range samples() {
		// Point the sample at what the request has.
		v := reflect.ValueOf(e).Elem()
		for name, id := range map[string]string{"File": string(base.Files[0].ID), "Group": string(base.Groups[0].ID), "From": string(base.Groups[1].ID), "Comment": "c"} {
			if f := v.FieldByName(name); f.IsValid() {
				f.SetString(id)
			}
		}
		rec := Recorded{Version: base.Version + 1, At: noon, By: w.people[checker1].Person, Kind: IsPerson, Event: e}
		before := fingerprint(&base)
		r := Fold(&base, []Recorded{rec})
		if r.Version != base.Version+1 || !r.LastAt.Equal(noon) {
			t.Errorf("%s: version %d at %s", e.Act(), r.Version, r.LastAt)
		}
		if fingerprint(&base) != before {
			t.Errorf("%s alters the request that it was applied to", e.Act())
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("an event without a case is applied silently")
		}
	}()
	Fold(&base, []Recorded{{Event: unknownEvent{}}})
}

type unknownEvent struct{ noWords }

func (unknownEvent) Act() string { return "unknown" }

// TestFoldSharesNothing: two histories that go on from one state do not see
// each other's additions, however the slices have grown.
func TestFoldSharesNothing(t *testing.T) {
	w := submitted(t)
	next := func(who string, e Event) Recorded {
		return Recorded{Version: len(w.recs) + 1, At: w.now, By: w.people[who].Person, Kind: IsPerson, As: OutputChecker, Event: e}
	}
	f := w.file("out/0.csv")
	events := func(who string) []Recorded {
		return []Recorded{
			next(who, &VoteCast{File: f.ID, SHA256: f.SHA256, Turn: 1, Vote: Approve}),
			next(who, &CommentMade{Comment: CommentID(who), Group: f.Group}),
			next(who, &ReviewSubmitted{Status: PartiallyReviewed}),
			next(who, &FileApprovedForRelease{File: FileID(who)}),
		}
	}
	base := Fold(w.req, events("author"))
	one, two := Fold(base, events(checker1)), Fold(base, events(checker2))
	for who, r := range map[string]*Request{checker1: one, checker2: two} {
		id := w.people[who].ID
		_, voted := r.file(f.ID).vote(id)
		reviewed := r.reviewed(id)
		if !voted || !reviewed || r.comment(CommentID(who)) == nil || r.Approval.Files[1] != FileID(who) {
			t.Errorf("the history of %s lost what they did: %s", who, fingerprint(r))
		}
	}
}

// TestSubject names what each event is about, for searching the log.
func TestSubject(t *testing.T) {
	for _, e := range samples() {
		file, path, sha := Subject(e)
		v := reflect.ValueOf(e).Elem()
		if f := v.FieldByName("File"); f.IsValid() && f.String() != string(file) {
			t.Errorf("Subject(%+v) has the file %q", e, file)
		}
		if p := v.FieldByName("Path"); p.IsValid() && p.String() != path {
			t.Errorf("Subject(%+v) has the path %q", e, path)
		}
		if s := v.FieldByName("SHA256"); s.IsValid() && s.String() != sha {
			t.Errorf("Subject(%+v) has the bytes %q", e, sha)
		}
	}
}
