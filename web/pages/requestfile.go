package pages

import (
	"net/url"
	"strconv"

	"sallyport/checks"
	"sallyport/checks/acro"
	"sallyport/review"
)

// RequestFile is the review screen: the files of the request, one of them, and
// all that is known of it. Without the votes it is the author's screen too.
type RequestFile struct {
	Frame
	Heading  string
	State    State
	Sentence string
	Turn     string
	Version  string // of the view that the list was made from
	Overview string
	Sides    []SideGroup
	Place    string // which of the files it is
	Path     string
	Kind     string
	Size     string
	Content  Content
	Download string
	Decision State
	Votes    []Vote // others', where they are open
	Vote     *VoteBar
	Submit   *ActButton // of the viewer's review
	GoOn     Link       // where one goes on when it is in
	Previous Link
	Next     Link
	NotVoted Link
	Chain    Chain
	Found    *FoundPanel
	Group    string
	Context  string
	Controls []string
	Comments []Comment
	Comment  *CommentForm
	Edit     *EditFile
	Keys     []Link // what the keys of this page do

	CommentCount string
}

func (RequestFile) file() string { return "requestfile.html" }

// SideGroup is a group in the list of files at the side.
type SideGroup struct {
	Name      string
	Done      string
	DoneWords string
	Files     []SideFile
}

// SideFile is a file in that list.
type SideFile struct {
	ID      string
	Href    string
	Name    string
	Path    string
	Note    string
	State   State
	Flag    Weighed // of its gravest findings: those that are open or, to checkers, high
	Seen    bool    // the viewer has voted on it
	Current bool
}

// Vote is somebody's vote.
type Vote struct {
	By    string
	State State
	Turn  int
	Words string // why it is approved over high findings
}

// VoteBar is where a checker votes. Why says why not; then there are no forms.
type VoteBar struct {
	Why     string
	Mine    State
	SHA256  string
	Turn    string
	Yes     Form
	No      Form
	None    Form
	SaidYes bool
	SaidNo  bool
	Voted   string
	Say     string // what is to be said in a comment
	Wrong   []Form // that was refused
	High    string // that the file has high findings: approving asks for words
}

// EditFile is what the author changes about a file.
type EditFile struct {
	Open     bool
	Move     Form
	Group    string
	Groups   []string
	Kind     Form
	Other    string // the other kind
	OtherIs  string
	Update   *Form // nil: the workspace has the same bytes
	Withdraw Form
}

// Chain is where a file comes from.
type Chain struct {
	Facts []Fact
	Now   string
}

// Checked is what the disclosure checks say of a file that is shown.
type Checked struct {
	Report *checks.Report // nil for none
	ACRO   *acro.OfFile   // what ACRO says of it; nil for nothing
	Marks  *Marks
}

// NewRequestFile makes the screen for a file of the view; nil if it has none of
// that id.
func NewRequestFile(b Build, v *review.RequestView, id review.FileID, c Content, checked Checked) *RequestFile {
	g, f := groupOf(v, id)
	if f == nil {
		return nil
	}
	p := &RequestFile{
		Frame: b.Frame, Heading: Heading(v.Title, v.Workspace), State: StatusState(v.Status), Sentence: v.StatusSentence,
		Turn: turnOf(v), Version: v.Version, Overview: RequestAddress(v.ID) + "#group-" + string(g.ID), Path: Visible(f.Path), Kind: string(f.Kind), Size: Size(f.Size), Content: c,
		Chain: b.chain(v, f), Group: g.Name, Context: g.Context, Controls: controlsOf(*g),
	}
	p.Title, p.Fixed = baseOf(f.Path)+" – "+p.Heading, true
	p.Crumbs = b.crumbs(v, baseOf(f.Path))
	p.sides(v, id)
	if f.Kind == review.Output {
		p.Decision = decisionState(f.Decision)
	}
	for _, vote := range f.Votes {
		p.Votes = append(p.Votes, Vote{vote.By, voteState(vote.Vote), vote.Turn, vote.AnswerToFindings})
	}
	p.Found = newFoundPanel(v, *f, checked)
	p.Vote = newVoteBar(b.Forms, v, g, f)
	if acts, _ := actButtons(b.Forms, v); reviews(v) {
		for i := range acts {
			if acts[i].Act == review.ActReview {
				p.Submit = &acts[i]
			}
		}
		p.GoOn = afterReview(v)
	}
	if reviews(v) && c.Address != "" {
		p.Download = c.Address + "?download=1"
	}
	for _, c := range g.Comments {
		if c.File == "" || c.File == f.ID {
			p.Comments = append(p.Comments, newComment(b, v, c))
		}
	}
	if len(p.Comments) > 0 {
		p.CommentCount = Count(len(p.Comments))
	}
	if may(v, review.ActComments) {
		p.Comment = newCommentForm(b.Forms, v, *g, f)
		if c.Place != nil && (p.Comment.Place == nil || p.Comment.Place.Row == c.Place.Row) {
			p.Comment.Place = c.Place
		}
	}
	if may(v, review.ActFiles) && f.Kind != review.WithdrawnFile {
		p.Edit = newEditFile(b.Forms, v, g, f)
	}
	p.Keys = p.keys()
	return p
}

// fileOf finds a file in a view; nil if there is none.
func fileOf(v *review.RequestView, id review.FileID) *review.FileView {
	for g := range v.Groups {
		for i := range v.Groups[g].Files {
			if v.Groups[g].Files[i].ID == id {
				return &v.Groups[g].Files[i]
			}
		}
	}
	return nil
}

func groupOf(v *review.RequestView, id review.FileID) (*review.GroupView, *review.FileView) {
	for g := range v.Groups {
		for i := range v.Groups[g].Files {
			if v.Groups[g].Files[i].ID == id {
				return &v.Groups[g], &v.Groups[g].Files[i]
			}
		}
	}
	return nil, nil
}

// sides fills the list at the side, and where one goes from here.
func (p *RequestFile) sides(v *review.RequestView, id review.FileID) {
	var all []review.FileView
	here := 0
	voting := may(v, review.ActVote)
	for _, g := range v.Groups {
		side := SideGroup{Name: g.Name}
		voted, outputs := 0, 0
		for _, f := range g.Files {
			if f.ID == id {
				here = len(all)
			}
			all = append(all, f)
			side.Files = append(side.Files, sideFile(v, f, f.ID == id, voting))
			if f.Kind == review.Output {
				outputs++
				if decided(f) {
					voted++
				}
			}
		}
		if voting {
			side.Done = strconv.Itoa(voted) + "/" + strconv.Itoa(outputs)
			side.DoneWords = Count(voted) + " of " + Count(outputs) + " voted"
		}
		if len(side.Files) > 0 {
			p.Sides = append(p.Sides, side)
		}
	}
	p.Place = "file " + Count(here+1) + " of " + Count(len(all))
	link := func(f review.FileView) Link {
		return Link{Text: baseOf(f.Path), Href: RequestAddress(v.ID, "files", string(f.ID))}
	}
	if here > 0 {
		p.Previous = link(all[here-1])
	}
	if here+1 < len(all) {
		p.Next = link(all[here+1])
	}
	for i := range all {
		f := all[(here+1+i)%len(all)]
		if voting && f.ID != id && f.Kind == review.Output && !decided(f) {
			p.NotVoted = link(f)
			break
		}
	}
}

// nextToVote leads to the first output file that the viewer, a checker, has not
// voted on; nowhere if there is none.
func nextToVote(v *review.RequestView) Link {
	if !may(v, review.ActVote) {
		return Link{}
	}
	for _, g := range v.Groups {
		for _, f := range g.Files {
			if f.Kind == review.Output && !decided(f) {
				return Link{Text: "Review the files", Href: RequestAddress(v.ID, "files", string(f.ID))}
			}
		}
	}
	return Link{}
}

// decided reports whether the viewer's own vote on a file says something.
func decided(f review.FileView) bool {
	return f.MyVote != nil && f.MyVote.Vote != review.Undecided
}

func sideFile(v *review.RequestView, f review.FileView, current, voting bool) SideFile {
	s := SideFile{
		Href: RequestAddress(v.ID, "files", string(f.ID)), Name: baseOf(f.Path), Path: Visible(f.Path), Current: current,
		State: decisionState(f.Decision), ID: string(f.ID), Note: Size(f.Size),
	}
	if voting {
		s.State, s.Seen = voteState(myVote(f)), decided(f)
	}
	s.Flag = flagOf(f, voting)
	switch {
	case f.Kind != review.Output:
		s.Note, s.State = string(f.Kind), State{"none", string(f.Kind)}
	case f.ChangedInWorkspace:
		s.Note = "changed"
	}
	return s
}

func (b Build) chain(v *review.RequestView, f *review.FileView) Chain {
	c := Chain{Facts: []Fact{
		known(Fact{Name: "Job", Text: f.Job, Mono: true}), known(Fact{Name: "Action", Text: f.Action, Mono: true}),
		known(Fact{Name: "Commit", Text: shortCommit(f.Commit), Mono: true}),
		known(Fact{Name: "Job request", Text: f.JobRequest, Mono: true}),
		{Name: "Workspace", Text: v.Workspace, Href: b.workspace(v)},
		{Name: "SHA-256", Text: f.SHA256, Mono: true},
	}}
	if f.JobRequest != "" && b.Workspaces {
		c.Facts[3].Href = "/job-requests/" + url.PathEscape(f.JobRequest)
	}
	if b.Workspaces {
		c.AddCode(v.Workspace, f.Commit, f.Action)
	}
	c.Now = "The workspace has the same bytes now."
	switch {
	case f.Kind == review.WithdrawnFile:
		c.Now = "This file was taken back and will not be released."
	case f.ChangedInWorkspace:
		c.Now = "The workspace has other bytes at this path now, or none. What stands here is the copy that was asked for."
	}
	return c
}

// known is a fact, or that it was not reported.
func known(f Fact) Fact {
	if f.Text == "" {
		return NotReported(f.Name)
	}
	return f
}

func shortCommit(commit string) string {
	const most = 12
	return commit[:min(len(commit), most)]
}

// reviews reports whether the viewer is one who may review the request, in
// whatever status it is: they may download what they review.
func reviews(v *review.RequestView) bool {
	a := allowance(v, review.ActVote)
	return a.Allowed || a.Code == review.ErrStatus.Code
}
