package pages

import (
	"net/url"
	"time"

	"sallyport/review"
)

// Request is the overview of one request: whose turn it is, what may be done,
// its groups with their files, texts and comments.
type Request struct {
	Frame
	ID        string
	Heading   string
	State     State
	Sentence  string
	Tabs      []Link
	Facts     []Fact
	Review    Link        // to the next file without the viewer's vote
	Acts      []ActButton // that are open, or lack something
	NotNow    []NotNow    // acts that are not for this person, or not for this status
	Notes     []Note
	Dissents  []string
	TitleForm *Form // nil: not to be changed now
	NewGroup  *GroupForm
	AddFiles  string // where files are chosen; "" if none can be added now
	Groups    []Group
	Steps     []Step         // that the author takes to submit; none for others
	Find      *FindFiles     // nil on a request with few files
	Checks    *ChecksSummary // nil before there are files
	Voting    bool           // the viewer votes
	Empty     string
	Poll      Poll
	Watch     Watch // of the workspace
}

func (Request) file() string { return "request.html" }

// Note says who did a thing to the whole request, and why.
type Note struct {
	Kind   string // changes, refused or waiting
	What   string
	By     string
	At     Moment
	Reason string
}

// Group is a file group as the overview shows it.
type Group struct {
	ID       string
	Name     string
	Context  string
	Controls []string
	Needs    string // what the author still has to say
	Count    string
	Folded   bool   // its files are folded away: there are many
	Progress string // of the viewer's votes
	Files    []File
	Comments []Comment
	Describe *GroupForm
	Comment  *CommentForm
	AskAll   *Form // requests changes for all that is not voted on
	TakeBack *Form // takes the viewer's votes back
}

// File is a file of a group as the overview shows it.
type File struct {
	ID      string
	Href    string
	Path    string
	Kind    string
	Size    string
	State   State // what the reviews amount to, or the viewer's vote
	MyVote  State // of somebody who votes
	Found   Tally
	Others  string // others' votes, where they are open
	Changed string // what differs in the workspace
}

// Comment is what somebody said.
type Comment struct {
	ID      string
	By      string
	Side    string
	For     string
	Private bool
	Turn    int
	At      Moment
	Where   string
	Href    string // of the place
	Text    string
	Publish Form // with an empty ID if the viewer cannot
	Delete  Form
}

// CommentForm says something about a group, or about a file of it.
type CommentForm struct {
	Form    Form
	Group   string
	File    string
	About   string
	Checker bool
	Open    bool
	Place   *TablePlace // in a table
}

// GroupForm describes a group.
type GroupForm struct {
	Form     Form
	Name     string // "" for a new group
	Controls []Choice
	Open     bool
}

// Choice is one of several that may be chosen.
type Choice struct {
	Value  string
	Text   string
	Chosen bool
}

// RequestAddress is where a request is, and what is below it.
func RequestAddress(id review.RequestID, below ...string) string {
	address := "/requests/" + url.PathEscape(string(id))
	for _, part := range below {
		address += "/" + url.PathEscape(part)
	}
	return address
}

// Build is what request pages are made with.
type Build struct {
	Frame Frame
	Forms Forms
	Now   time.Time
	// Workspaces is set for those who see workspaces, so that links lead there.
	Workspaces bool
	// Path narrows a long request to the files whose paths contain it.
	Path string
	// Open narrows a request to the files with findings that wait for an answer.
	Open bool
}

// workspace is where the request's workspace is; "" for those who do not see it.
func (b Build) workspace(v *review.RequestView) string {
	if !b.Workspaces {
		return ""
	}
	return "/workspaces/" + url.PathEscape(v.Workspace)
}

// summary reports whether the viewer sees of the request only that it is there,
// and whose turn it is: of all others it says how many reviews it needs.
func summary(v *review.RequestView) bool { return v.Reviews.Needed == 0 }

// NewRequest makes the overview from what a person may see.
func NewRequest(b Build, v *review.RequestView) Request {
	p := Request{
		Frame: b.Frame, ID: string(v.ID), Heading: Heading(v.Title, v.Workspace), State: StatusState(v.Status),
		Sentence: v.StatusSentence, Tabs: requestTabs(v, "overview"), Facts: b.facts(v), Notes: notes(v, b.Now),
		Voting: may(v, review.ActVote),
	}
	p.Title = p.Heading
	if v.WaitingOn == "system" {
		p.Poll = Poll{RequestAddress(v.ID), v.Version}
	}
	p.Crumbs = b.crumbs(v, "")
	p.Review = nextToVote(v)
	p.Acts, p.NotNow = actButtons(b.Forms, v)
	for _, d := range v.Dissents {
		p.Dissents = append(p.Dissents, dissent(d, v))
	}
	if may(v, review.ActTitle) {
		f := b.Forms.Form("title", RequestAddress(v.ID, "title"), url.Values{"title": {v.Title}})
		p.TitleForm = &f
	}
	if may(v, review.ActGroups) {
		p.NewGroup = newGroupForm(b.Forms, v, nil)
	}
	if may(v, review.ActFiles) {
		p.AddFiles = "/workspaces/" + url.PathEscape(v.Workspace)
	}
	p.Steps = steps(v)
	p.Find, p.Checks = findFiles(b, v), newChecksSummary(b, v)
	for _, g := range v.Groups {
		if group := newGroup(b, v, g); p.Find.keeps(&group) && (!b.Open || group.keepOpen()) {
			p.Groups = append(p.Groups, group)
		}
	}
	if len(p.Groups) == 0 && b.Open {
		p.Empty = "No file has a finding that waits for an answer."
	} else if len(p.Groups) == 0 && p.Find.narrowed() {
		p.Empty = "No file of this request has that in its path."
	} else if len(p.Groups) == 0 {
		p.Empty = "No files are on this request yet."
		if summary(v) {
			p.Empty = "You see of this request only that it is there, and whose turn it is."
		}
	}
	return p
}

// allowance is what the view says of an act.
func allowance(v *review.RequestView, act review.Act) review.AllowedView {
	for _, a := range v.Allowed {
		if a.Act == act {
			return a
		}
	}
	return review.AllowedView{Act: act}
}

func may(v *review.RequestView, act review.Act) bool { return allowance(v, act).Allowed }

func requestTabs(v *review.RequestView, current string) []Link {
	tabs := []Link{
		{Text: "Overview", Href: RequestAddress(v.ID), Current: current == "overview"},
	}
	if summary(v) {
		return tabs
	}
	findings := Link{Text: "Findings", Href: RequestAddress(v.ID, "findings"), Current: current == "findings"}
	if n := waitingFindings(v); n > 0 {
		findings.Text += " · " + Count(n) + " open"
	}
	tabs = append(tabs, findings)
	tabs = append(tabs, Link{Text: "Activity", Href: RequestAddress(v.ID, "activity"), Current: current == "activity"})
	if v.Status == review.Released {
		tabs = append(tabs, Link{Text: "Release", Href: "/releases/" + url.PathEscape(string(v.ID))})
	}
	return tabs
}

func (b Build) crumbs(v *review.RequestView, below string) []Link {
	crumbs := []Link{}
	if v.Project != "" {
		crumbs = append(crumbs, Link{Text: v.Project})
	}
	crumbs = append(crumbs, Link{Text: v.Workspace, Href: b.workspace(v)})
	request := Link{Text: "request " + string(v.ID), Href: RequestAddress(v.ID)}
	if below == "" {
		request.Href = ""
		return append(crumbs, request)
	}
	return append(crumbs, request, Link{Text: below})
}

func (b Build) facts(v *review.RequestView) []Fact {
	now := b.Now
	facts := []Fact{
		{Name: "Author", Text: v.Author},
		{Name: "Workspace", Text: v.Workspace, Href: b.workspace(v)},
	}
	if v.Project != "" {
		facts = append(facts, Fact{Name: "Project", Text: v.Project})
	}
	if b.Workspaces {
		facts = append(facts, Fact{Name: "Rules", Text: "in force there", Href: "/help/rules?" + url.Values{"workspace": {v.Workspace}}.Encode()})
	}
	facts = append(facts, Fact{Name: "Waiting on", Text: waitingOn(v.WaitingOn)}, Fact{Name: "Since", When: At(v.Since, now)})
	if summary(v) {
		return facts
	}
	if turn := turnOf(v); turn != "" {
		facts = append(facts, Fact{Name: "Turn", Text: turn})
	}
	if v.Phase == review.PhaseIndependent || v.Phase == review.PhaseConsolidating {
		facts = append(facts, Fact{Name: "Reviews", Text: Count(v.Reviews.Submitted) + " of " + Count(v.Reviews.Needed)})
	}
	if v.Reviews.Voted != nil {
		facts = append(facts, Fact{Name: "Your votes", Text: Count(*v.Reviews.Voted) + " of " + Count(v.Reviews.Outputs)})
	}
	for _, by := range v.Reviews.By {
		text := by.Username
		if !by.Independent {
			text += " (not independent)"
		}
		facts = append(facts, Fact{Name: "Review by", Text: text})
	}
	if v.HeldUntil != nil {
		facts = append(facts, Fact{Name: "Held until", When: At(*v.HeldUntil, now)})
	}
	return append(facts, Fact{Name: "Request", Text: string(v.ID), Mono: true})
}

func waitingOn(who string) string {
	words := map[string]string{
		"author": "the author", "checkers": "the output checkers", "system": "the delivery", "nobody": "nobody",
	}
	return words[who]
}

func notes(v *review.RequestView, now time.Time) []Note {
	var list []Note
	if r := v.Returned; r != nil {
		what := "Returned"
		if r.Early {
			what = "Returned before all reviews were in"
		}
		list = append(list, Note{changes, what, r.By, At(r.At, now), r.Reason})
	}
	if c := v.Closed; c != nil {
		kind, what := waiting, "Withdrawn"
		if v.Status == review.Rejected {
			kind, what = refused, "Rejected"
		}
		list = append(list, Note{kind, what, c.By, At(c.At, now), c.Reason})
	}
	return list
}

func dissent(d review.DissentView, v *review.RequestView) string {
	about := "the approval was stopped"
	if f := fileOf(v, d.File); f != nil {
		about = "changes were requested for " + Visible(f.Path)
	}
	text := d.By + ", turn " + Count(d.Turn) + ": " + about
	if d.Reason != "" {
		text += ": “" + d.Reason + "”"
	}
	return text
}
