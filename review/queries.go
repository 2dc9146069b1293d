package review

import (
	"context"
	"slices"
	"time"
)

// Request is a request as the actor may see it. ErrNotFound hides what they
// may not know of.
func (s *Service) Request(ctx context.Context, actor Actor, id RequestID) (*RequestView, error) {
	snap, err := s.store.Snapshot(ctx, id, actor)
	if err != nil {
		return nil, err
	}
	if v := View(snap); v != nil {
		return v, nil
	}
	return nil, ErrNotFound
}

// History is what the actor may see of a request's entries.
func (s *Service) History(ctx context.Context, actor Actor, id RequestID) ([]HistoryItem, error) {
	snap, err := s.store.Snapshot(ctx, id, actor)
	if err != nil {
		return nil, err
	}
	if View(snap) == nil {
		return nil, ErrNotFound
	}
	recs, err := s.store.Recorded(ctx, id)
	if err != nil {
		return nil, err
	}
	items := History(snap, recs[:min(len(recs), snap.Request.Version)])
	if items == nil {
		return nil, ErrRole
	}
	return items, nil
}

// Listing asks for a list of requests.
type Listing struct {
	Status    []Status
	Workspace string
	Author    string
	Project   string
	Backend   string
	Before    time.Time // waiting since before then; zero is any
	Newest    bool      // the latest first
	Changed   bool      // only what changed since the actor looked at it
	Queue     string    // "", "all", "your_turn", "waiting" or "unclaimed"
	Limit     int
	Cursor    string
}

// SummaryView is a request in a list as somebody may see it.
type SummaryView struct {
	ID             RequestID `json:"id"`
	Title          string    `json:"title"`
	Workspace      string    `json:"workspace"`
	Project        string    `json:"project"`
	Author         string    `json:"author"`
	Status         Status    `json:"status"`
	StatusSentence string    `json:"status_sentence"`
	Turn           int       `json:"turn"`
	Phase          Phase     `json:"phase"`
	WaitingOn      string    `json:"waiting_on"`
	Since          time.Time `json:"since"`
	Files          int       `json:"files"`
	Reviewed       bool      `json:"reviewed"` // the viewer has submitted a review in this turn

	Submitted  int   `json:"-"` // reviews that are in, of Needed; both 0 for who sees only a summary
	Needed     int   `json:"-"`
	Voted      *int  `json:"-"` // votes of the viewer that stand; nil unless it is with them to check
	YourTurn   bool  `json:"-"` // it waits for the viewer
	Unanswered int   `json:"-"` // findings of weight that the author has to answer; 0 while they do not have it
	High       int   `json:"-"` // high findings
	Looked     *Look `json:"-"` // how it looked to the viewer when they last looked; nil if they did not
}

// Look is what somebody saw of a request when they looked at it: enough to
// tell, from their own view alone, that it moved since.
type Look struct {
	Status Status
	Turn   int
	Files  int
	At     time.Time
}

// same reports whether nothing moved between two looks.
func (l Look) same(m Look) bool {
	return l.Status == m.Status && l.Turn == m.Turn && l.Files == m.Files
}

// Changed reports whether what the viewer sees moved since they looked. It
// looks at nothing that they do not see.
func (v SummaryView) Changed() bool {
	return v.Looked != nil && !v.Looked.same(Look{Status: v.Status, Turn: v.Turn, Files: v.Files})
}

// Looked notes that the actor looked at a request. It is no entry: nothing is
// decided by it.
func (s *Service) Looked(ctx context.Context, actor Actor, v *RequestView, now time.Time) error {
	return s.store.Look(ctx, actor.ID, v.ID, Look{Status: v.Status, Turn: v.Turn, Files: v.Reviews.Outputs, At: now})
}

// Requests lists the requests that the actor may see, the longest waiting
// first. next is the cursor of the next page.
func (s *Service) Requests(ctx context.Context, actor Actor, l Listing) (items []SummaryView, next string, err error) {
	if l.Queue != "" && !slices.Contains([]string{"all", "your_turn", "waiting", "unclaimed"}, l.Queue) {
		return nil, "", ErrInvalid.with("A queue is your_turn, waiting, unclaimed or all.")
	}
	actor, policy, err := s.store.Actor(ctx, actor)
	if err != nil {
		return nil, "", err
	}
	statuses, some := l.status()
	if !some {
		return []SummaryView{}, "", nil
	}
	page, err := s.store.Summaries(ctx, Filter{
		Visible: VisibleRequests(actor), Status: statuses, Workspace: l.Workspace, Author: l.Author,
		Project: l.Project, Backend: l.Backend, Before: l.Before, Newest: l.Newest, Viewer: actor.ID, Changed: l.Changed,
		Limit: l.Limit, Cursor: l.Cursor,
		Keep: func(sm Summary) bool { return l.keeps(sm, actor, policy) },
	})
	if err != nil {
		return nil, "", err
	}
	items = []SummaryView{}
	for _, sm := range page.Items {
		items = append(items, viewSummary(sm, actor, policy))
	}
	return items, page.Next, nil
}

// open are the statuses in which a request waits for people.
var open = []Status{Pending, Returned, Submitted, PartiallyReviewed, Reviewed}

// status narrows the statuses by the queue; some is false if none is left.
func (l Listing) status() (statuses []Status, some bool) {
	switch {
	case l.Queue == "" || l.Queue == "all":
		return l.Status, true
	case len(l.Status) == 0:
		return open, true
	}
	left := slices.DeleteFunc(slices.Clone(l.Status), func(s Status) bool { return !slices.Contains(open, s) })
	return left, len(left) > 0
}

// standingTo is standingOf for a row of a list; policy is the installation's.
func standingTo(sm Summary, a Actor, policy Policy) standing {
	policy = sm.today(policy)
	policy.CheckersOutsideProject = policy.CheckersOutsideProject || sm.Outside
	r := &Request{Author: sm.Author, Created: sm.Created, Editors: sm.Editors, Status: sm.Status, Turn: sm.Turn}
	return standingOf(r, a, sm.Place, policy)
}

// today is the policy at the place of a row of a list.
func (sm Summary) today(installation Policy) Policy {
	if sm.Today != nil {
		return *sm.Today
	}
	return installation
}

// keeps reports whether a request belongs to the list asked for.
func (l Listing) keeps(sm Summary, a Actor, policy Policy) bool {
	st := standingTo(sm, a, policy)
	switch {
	case st.sight == seesNothing:
		return false
	case l.Project != "" && st.sight == seesSummary: // whose view has no project
		return false
	case l.Changed && !viewSummary(sm, a, policy).Changed():
		return false
	case l.Queue == "your_turn":
		return yourTurn(sm, st, a)
	case l.Queue == "waiting":
		return !yourTurn(sm, st, a)
	case l.Queue == "unclaimed":
		return sm.Status.checkers()
	}
	return true
}

// yourTurn reports whether a request waits for the actor: for its author, for
// a checker's review, or, when the reviews are in, for one of those who
// submitted them to conclude.
func yourTurn(sm Summary, st standing, a Actor) bool {
	if sm.Status.authors() {
		return st.mayAuthor() == nil
	}
	reviewed := slices.Contains(sm.ReviewedBy, a.ID)
	return sm.Status.checkers() && st.mayCheck() == nil && reviewed == (sm.Status == Reviewed)
}

func viewSummary(sm Summary, a Actor, policy Policy) SummaryView {
	st := standingTo(sm, a, policy)
	v := &RequestView{ID: sm.ID, Status: sm.Status, Since: sm.Since,
		Reviews: ReviewsView{Submitted: sm.Submitted, Needed: max(sm.Needed, sm.today(policy).ReviewsNeeded)}}
	v.me.standing = st
	if held := sm.Status == Approved && sm.Begun.IsZero(); held {
		v.me.held = true
		if st.sight > seesSummary {
			v.HeldUntil = &sm.HeldUntil
		}
	}
	out := SummaryView{
		ID: sm.ID, Workspace: sm.Workspace, Author: sm.Author.Username, Status: sm.Status,
		StatusSentence: sentence(v), Phase: sm.Status.Phase(), WaitingOn: waitingOn(sm.Status), Since: sm.Since,
		Looked: sm.Looked,
	}
	if st.sight > seesSummary {
		out.Title, out.Project, out.Turn, out.Files = sm.Title.String(), sm.Place.Project, sm.Turn, sm.Files
		out.Reviewed = slices.Contains(sm.ReviewedBy, a.ID)
		out.Submitted, out.Needed, out.High = sm.Submitted, v.Reviews.Needed, sm.High
		if sm.Status.authors() {
			out.Unanswered = sm.Unanswered
		}
	}
	if out.YourTurn = yourTurn(sm, st, a); out.YourTurn && sm.Status.checkers() {
		n := sm.Voted[a.ID]
		out.Voted = &n
	}
	return out
}

// Opened is a file of a request whose opening has been recorded: its bytes may
// be sent.
type Opened struct {
	Path   string
	SHA256 string
	Size   int64
	// FindingsHash names what the disclosure checks found in these bytes; "" if
	// they were not checked.
	FindingsHash string
}

// Open records that the actor opens or downloads a file of a request, and
// names the bytes. Downloading is for those who may review the file, and for
// the project's own researchers once it was released.
func (s *Service) Open(ctx context.Context, actor Actor, id RequestID, file FileID, download bool) (Opened, error) {
	snap, err := s.store.Snapshot(ctx, id, actor)
	if err != nil {
		return Opened{}, err
	}
	return s.open(ctx, snap, file, download)
}

// OpenShown is Open for a view that was just made, for the page that shows it
// with the file: what is opened is what the view says, and the request is not
// read again.
func (s *Service) OpenShown(ctx context.Context, v *RequestView, file FileID) (Opened, error) {
	return s.open(ctx, v.of, file, false)
}

func (s *Service) open(ctx context.Context, snap Snapshot, file FileID, download bool) (Opened, error) {
	st := standingOf(snap.Request, snap.Actor, snap.Place, snap.Policy)
	f := snap.Request.file(file)
	if f == nil && st.sight > seesSummary {
		return Opened{}, ErrUnknownFile
	}
	if err := st.mayOpen(download); err != nil {
		return Opened{}, err
	}
	o := Opening{
		Actor: snap.Actor, As: st.opensAs(snap.Actor, snap.Place), Place: snap.Place, Request: snap.Request.ID,
		Turn: snap.Request.Turn, File: f.ID, Path: f.Path, SHA256: f.SHA256, Size: f.Size, Downloaded: download,
		Policy: snap.Policy.Hash(),
	}
	if err := s.store.Opened(ctx, o); err != nil {
		return Opened{}, err
	}
	return Opened{Path: f.Path, SHA256: f.SHA256, Size: f.Size, FindingsHash: f.findingsHash()}, nil
}

// mayOpen refuses those who never open a file: auditors and administrators.
func (st standing) mayOpen(download bool) error {
	switch {
	case st.sight == seesNothing:
		return ErrNotFound
	case st.sight == seesSummary || st.sight == seesAll:
		return ErrRole.with("Auditors and administrators do not open files.")
	case !st.scopes(MayContent):
		return ErrRole.with("This token was made without the scope `content`.")
	case !st.opensFiles():
		return ErrRole.with("Only researchers and observers of the project and its checkers open files.")
	case download && st.sight != seesChecker:
		return ErrRole.with("Only a checker who may review this file downloads it.")
	}
	return nil
}

// opensAs is the role by which a person opens a file.
func (st standing) opensAs(a Actor, p Place) Role {
	switch {
	case st.sight == seesChecker:
		return OutputChecker
	case a.Has(Researcher, p):
		return Researcher
	case a.Has(Observer, p):
		return Observer
	}
	return OutputChecker
}

// OpenOutput records that the actor opens an output of a workspace. It is
// called when the bytes are at hand, before the first is sent.
func (s *Service) OpenOutput(ctx context.Context, actor Actor, workspace string, o Opened) error {
	place, actor, err := s.store.Place(ctx, workspace, actor)
	if err != nil {
		return err
	}
	if err := mayOpenOutput(actor, place); err != nil {
		return err
	}
	as := Observer
	switch {
	case actor.Has(Researcher, place):
		as = Researcher
	case actor.Has(OutputChecker, place):
		as = OutputChecker
	}
	return s.store.Opened(ctx, Opening{
		Actor: actor, As: as, Place: place, Path: o.Path, SHA256: o.SHA256, Size: o.Size,
	})
}

// MayOpenOutput refuses who may not open outputs of a workspace: not to be
// known of first.
func (s *Service) MayOpenOutput(ctx context.Context, actor Actor, workspace string) error {
	place, actor, err := s.store.Place(ctx, workspace, actor)
	if err != nil {
		return err
	}
	return mayOpenOutput(actor, place)
}

func mayOpenOutput(a Actor, p Place) error {
	switch {
	case !MaySeeWorkspace(a, p):
		return ErrNotFound
	case !MayOpenOutputs(a, p):
		return ErrRole.with("Your roles, or this token's scopes, do not let you open files here.")
	}
	return nil
}

// MaySeeReleases is the reach within which the actor sees what was released:
// the project's members, its checkers and auditors.
func MaySeeReleases(a Actor) Reach {
	if !a.Within(MayRead) {
		return Reach{}
	}
	return ReachOf(a, Researcher, Observer, OutputChecker, Auditor)
}

// OpenReleased records that the actor downloads a released file, and names the
// bytes. Links are rights, not secrets: they are looked at on every use.
func (s *Service) OpenReleased(ctx context.Context, actor Actor, id RequestID, file FileID) (Opened, error) {
	snap, err := s.store.Snapshot(ctx, id, actor)
	if err != nil {
		return Opened{}, err
	}
	a, p, r := snap.Actor, snap.Place, snap.Request
	sees := a.Has(Researcher, p) || a.Has(Observer, p) || a.Has(OutputChecker, p)
	f := r.file(file)
	switch {
	case !a.Within(MayRead) || (!sees && !a.Has(Auditor, p)) || f == nil || !r.arrived(file):
		return Opened{}, ErrNotFound
	case !sees:
		return Opened{}, ErrRole.with("Auditors do not open files.")
	}
	st := standingOf(r, a, p, snap.Policy)
	o := Opening{
		Actor: a, As: st.opensAs(a, p), Place: p, Request: id, Turn: r.Turn,
		File: f.ID, Path: f.Path, SHA256: f.SHA256, Size: f.Size, Downloaded: true, Policy: snap.Policy.Hash(),
	}
	if err := s.store.Opened(ctx, o); err != nil {
		return Opened{}, err
	}
	return Opened{Path: f.Path, SHA256: f.SHA256, Size: f.Size}, nil
}

// arrived reports whether a file was delivered to any destination.
func (r *Request) arrived(f FileID) bool {
	return slices.ContainsFunc(r.Receipts, func(d *FileDelivered) bool { return d.File == f })
}
