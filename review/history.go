package review

import (
	"slices"
	"time"
)

// HistoryItem is one entry of a request's history as somebody may see it.
// Number counts the entries that they may see, from 1.
type HistoryItem struct {
	Number     int        `json:"number"`
	At         time.Time  `json:"at"`
	Act        string     `json:"act"`
	By         string     `json:"by"`
	Turn       int        `json:"turn"`
	File       FileID     `json:"file,omitempty"`
	Path       string     `json:"path,omitempty"`
	SHA256     string     `json:"sha256,omitempty"`
	Group      string     `json:"group,omitempty"`
	Vote       VoteValue  `json:"vote,omitempty"`
	Text       string     `json:"text,omitempty"`
	Visibility Visibility `json:"visibility,omitempty"`
	// Findings are those of weight that were found, or answered, by rule and
	// weight.
	Findings []FindingsOf `json:"findings,omitempty"`
}

// FindingsOf counts findings of a rule and a weight.
type FindingsOf struct {
	Rule   string `json:"rule"`
	Weight Weight `json:"weight"`
	Count  int    `json:"count"`
}

// History is what the actor of a snapshot may see of the entries of its
// request, in their order; nil if they may not know of it.
func History(s Snapshot, recs []Recorded) []HistoryItem {
	st := standingOf(s.Request, s.Actor, s.Place, s.Policy)
	if st.sight <= seesSummary {
		return nil
	}
	sc := scene{Snapshot: s, standing: st}
	items := []HistoryItem{}
	past := &Request{}
	for _, rec := range recs {
		turn := past.Turn
		past.apply(rec)
		if !sc.showsEntry(rec, turn) {
			continue
		}
		it := HistoryItem{Number: len(items) + 1, At: rec.At, Act: rec.Event.Act(), By: rec.By.Username, Turn: turn}
		sc.describe(&it, rec.Event, past)
		items = append(items, it)
	}
	return items
}

// showsEntry says whether an entry of a turn is shown to the viewer
// (docs/rules.md "Blind first").
func (s scene) showsEntry(rec Recorded, turn int) bool {
	if s.sight == seesAll || rec.By.ID == s.Actor.ID {
		return true
	}
	r := s.Request
	switch e := rec.Event.(type) {
	case *VoteCast, *VoteTakenBack:
		return s.sight == seesChecker && s.turnOpen(turn)
	case *ReviewSubmitted:
		if s.sight == seesChecker {
			return s.turnOpen(turn)
		}
		ended, over := r.ended(turn)
		return over && !ended.Discarded
	case *CommentMade:
		c := r.comment(e.Comment)
		return c != nil && r.showsComment(c, s.sight, s.Actor.ID)
	case *CommentPublished:
		c := r.comment(e.Comment)
		return c != nil && r.showsComment(c, s.sight, s.Actor.ID)
	case *CommentDeleted:
		return false
	case *RequestApproved, *FileApprovedForRelease, *ApprovalStopped:
		_, over := r.ended(turn)
		return s.sight == seesChecker || over
	}
	return true
}

// turnOpen reports whether checkers see each other's work of a turn: it is
// over and was not discarded, or the needed reviews of the present one are in.
func (s scene) turnOpen(turn int) bool {
	if ended, over := s.Request.ended(turn); over {
		return !ended.Discarded
	}
	return turn == s.Request.Turn && (s.Request.Status == Reviewed || s.Request.Held())
}

// describe adds what an event says, for the viewer.
func (s scene) describe(it *HistoryItem, e Event, after *Request) {
	it.File, it.Path, it.SHA256 = Subject(e)
	if it.File != "" && it.Path == "" {
		it.Path = after.file(it.File).Path
	}
	switch e := e.(type) {
	case *RequestCreated:
		it.Text = e.Title.String()
	case *TitleChanged:
		it.Text = e.Title.String()
	case *GroupCreated:
		it.Group = e.Name.String()
	case *GroupDescribed:
		it.Group = after.group(e.Group).Name.String()
	case *FileAdded:
		it.Group = after.group(e.Group).Name.String()
	case *FileMoved:
		it.Group = after.group(e.Group).Name.String()
	case *FileChecked:
		it.Findings = tallied(e.Findings)
	case *FindingsAnswered:
		it.Text = e.Text.String()
		it.Findings = after.answered(e)
	case *VoteCast:
		it.Vote, it.Text = e.Vote, e.Answer.String()
	case *CommentMade:
		it.Group, it.Text, it.Visibility = after.group(e.Group).Name.String(), e.Text.String(), e.Visibility
	case *RequestReturned:
		it.Text = e.Reason.String()
	case *RequestRejected:
		it.Text = e.Reason.String()
	case *RequestWithdrawn:
		it.Text = e.Reason.String()
	case *RequestApproved:
		if s.sight != seesAuthor {
			it.Text = e.Acknowledge.String()
		}
	case *ApprovalStopped:
		if s.sight != seesAuthor || e.Side == AuthorSide {
			it.Text = e.Reason.String()
		}
	}
}

// tallied counts findings by rule and weight, in the order in which they come.
func tallied(list []CheckedFinding) []FindingsOf {
	var out []FindingsOf
	for _, x := range list {
		i := slices.IndexFunc(out, func(o FindingsOf) bool { return o.Rule == x.Rule && o.Weight == x.Weight })
		if i < 0 {
			out = append(out, FindingsOf{Rule: x.Rule, Weight: x.Weight})
			i = len(out) - 1
		}
		out[i].Count++
	}
	return out
}

// answered counts what was answered.
func (r *Request) answered(e *FindingsAnswered) []FindingsOf {
	f := r.file(e.File)
	if f == nil || f.Check == nil {
		return nil
	}
	return tallied(slices.DeleteFunc(slices.Clone(f.Check.Findings), func(x CheckedFinding) bool {
		return !slices.Contains(e.Findings, x.ID)
	}))
}

// LogEntry is what LogShows needs to know of an entry: who made it, on which
// side and in which turn, and how its request stands now (nil for an entry
// that concerns none).
type LogEntry struct {
	Act     string
	By      PersonID
	Side    Side
	Place   Place
	Request *Summary
	Policy  PolicyScope // whose policy it is about; "" if it is about none
}

// wholeActs are the acts of checkers that everybody sees who sees the request:
// its status tells of them.
var wholeActs = []string{
	"request_returned", "request_rejected", "delivery_begun", "file_delivered", "request_released", "request_withdrawn",
}

// LogShows says whether an auditor may see an entry of the log. Drafts are
// seen by no auditor; and who is on the author's side of a request, or may
// check it, sees of other checkers' acts in the log only what ended a turn
// (docs/rules.md "Sides").
func LogShows(a Actor, policy Policy, e LogEntry) bool {
	switch {
	case a.Kind == IsOperator:
		return true
	case !a.Within(MayAudit):
		return false
	case e.Policy != "":
		return PolicyHistoryReaders(a).CoversPolicy(e.Policy, e.Place.Organisation)
	case e.Request == nil && e.Place.Workspace == "":
		return slices.ContainsFunc(a.Grants, func(g Grant) bool {
			return g.Role == Auditor && g.Scope == ScopeAll && g.Until.IsZero()
		})
	case !a.Has(Auditor, e.Place):
		return false
	case e.Request == nil:
		return true
	case e.Request.Status == Pending:
		return false
	}
	sm := *e.Request
	sm.Place = e.Place
	st := standingTo(sm, a, policy)
	party := st.checker || st.researcher || st.observer || st.authorSide
	return !party || e.Side != CheckerSide || e.By == a.ID || slices.Contains(wholeActs, e.Act)
}
