package pages

import (
	"net/url"
	"slices"
	"strconv"

	"sallyport/review"
)

func newGroup(b Build, v *review.RequestView, g review.GroupView) Group {
	group := Group{
		ID: string(g.ID), Name: g.Name, Context: g.Context, Controls: controlsOf(g), Count: Plural(inUse(g), "file"),
	}
	group.Progress = progress(v, g)
	if g.NeedsComment {
		group.Needs = "Its author has still to say in a comment on this group what was done since it was returned."
		if may(v, review.ActTitle) {
			group.Needs = "Say in a comment on this group what you did since it was returned."
		}
	}
	for _, f := range g.Files {
		group.Files = append(group.Files, newFile(v, f))
	}
	for _, c := range g.Comments {
		group.Comments = append(group.Comments, newComment(b, v, c))
	}
	if may(v, review.ActGroups) {
		group.Describe = newGroupForm(b.Forms, v, &g)
	}
	if may(v, review.ActComments) {
		group.Comment = newCommentForm(b.Forms, v, g, nil)
	}
	if may(v, review.ActVote) && !v.Reviews.Mine {
		ask := b.Forms.Form("ask-"+group.ID, RequestAddress(v.ID, "groups", "request-changes"), nil)
		back := b.Forms.Form("reset-"+group.ID, RequestAddress(v.ID, "groups", "reset-votes"), nil)
		group.AskAll, group.TakeBack = &ask, &back
	}
	return group
}

// progress is how many of a group's files have the viewer's vote; "" for those
// who do not vote.
func progress(v *review.RequestView, g review.GroupView) string {
	if !may(v, review.ActVote) {
		return ""
	}
	voted, outputs := 0, 0
	for _, f := range g.Files {
		if f.Kind != review.Output {
			continue
		}
		outputs++
		if vote := myVote(f); vote == review.Approve || vote == review.RequestChanges {
			voted++
		}
	}
	return Count(voted) + " of " + Count(outputs) + " voted on"
}

func inUse(g review.GroupView) int {
	n := 0
	for _, f := range g.Files {
		if f.Kind != review.WithdrawnFile {
			n++
		}
	}
	return n
}

func controlsOf(g review.GroupView) []string {
	var words []string
	for _, code := range g.Controls.Codes {
		words = append(words, controlWord(code))
	}
	if g.Controls.Text != "" {
		words = append(words, g.Controls.Text)
	}
	return words
}

func newFile(v *review.RequestView, f review.FileView) File {
	file := File{
		ID: string(f.ID), Href: RequestAddress(v.ID, "files", string(f.ID)), Path: f.Path, Kind: string(f.Kind),
		Size: Size(f.Size),
	}
	if f.Checks.State != "" {
		file.Found = tallyOf(v, f)
		file.Found.Href = file.Href + "#findings"
	}
	if f.Kind == review.Output {
		file.State = decisionState(f.Decision)
	}
	if f.MyVote != nil || f.Kind == review.Output && may(v, review.ActVote) {
		file.MyVote = voteState(myVote(f))
	}
	if f.Kind == review.WithdrawnFile {
		file.State = State{waiting, "Withdrawn"}
	}
	for _, vote := range f.Votes {
		if file.Others != "" {
			file.Others += ", "
		}
		file.Others += vote.By + ": " + voteWord(vote.Vote)
	}
	if f.ChangedInWorkspace {
		file.Changed = "The workspace has other bytes at this path now, or none."
	}
	return file
}

func myVote(f review.FileView) review.VoteValue {
	if f.MyVote == nil {
		return ""
	}
	return f.MyVote.Vote
}

func voteWord(vote review.VoteValue) string {
	switch vote {
	case review.Approve:
		return "approved"
	case review.RequestChanges:
		return "changes requested"
	}
	return "undecided"
}

func newComment(b Build, v *review.RequestView, c review.CommentView) Comment {
	comment := Comment{
		ID: string(c.ID), By: c.By, Side: "output checker", For: "everyone", Private: c.Visibility == review.Private,
		Turn: c.Turn, At: At(c.At, b.Now), Text: c.Text,
	}
	if c.Mine {
		comment.By = "You"
	}
	switch {
	case c.Side == review.AuthorSide:
		comment.Side = "author’s side"
	case comment.Private:
		comment.For = "checkers only"
	case c.Turn == v.Turn && v.WaitingOn == "checkers":
		comment.For = "the author too, when this turn ends"
	}
	if f := fileOf(v, c.File); f != nil {
		comment.Where = baseOf(f.Path) + placeWords(c.Place)
		if c.Place != nil && c.Place.Row > 0 {
			row := strconv.Itoa(c.Place.Row)
			comment.Href = RequestAddress(v.ID, "files", string(f.ID)) + "?at=" + row + "#row-" + row
		}
	}
	if c.Mine && c.Turn == v.Turn && may(v, review.ActComments) {
		at := RequestAddress(v.ID, "comments", comment.ID)
		comment.Publish = b.Forms.Form("publish-"+comment.ID, at+"/publish", nil)
		comment.Delete = b.Forms.Form("delete-"+comment.ID, at+"/delete", nil)
	}
	return comment
}

// newCommentForm is about a group, or about a file of it.
func newCommentForm(fs Forms, v *review.RequestView, g review.GroupView, f *review.FileView) *CommentForm {
	id, about, file := "comment-"+string(g.ID), "the group “"+g.Name+"”", ""
	if f != nil {
		id, about, file = "comment-"+string(f.ID), baseOf(f.Path), string(f.ID)
	}
	form := fs.Form(id, RequestAddress(v.ID, "comments"), nil)
	c := &CommentForm{
		Form: form, Group: g.Name, File: file, About: about, Checker: v.WaitingOn == "checkers",
		Open: form.open() || f == nil && g.NeedsComment,
	}
	if row, err := strconv.ParseInt(form.Value("row"), 10, 63); err == nil && row > 0 && f != nil { // it was refused
		c.Place = &TablePlace{Row: row, Columns: []string{form.Value("column_name")}}
	}
	return c
}

// placeWords say where in a file a comment stands.
func placeWords(p *review.Position) string {
	switch {
	case p == nil:
		return ""
	case p.Line > 0:
		return ", line " + Count(p.Line)
	case p.Column != "":
		name, _ := clip(p.Column, mostCell)
		return ", row " + Count(p.Row) + ", " + Visible(name)
	}
	return ", row " + Count(p.Row)
}

// newGroupForm describes a group, or makes one if g is nil.
func newGroupForm(fs Forms, v *review.RequestView, g *review.GroupView) *GroupForm {
	id, now, name := "group-new", url.Values{}, ""
	if g != nil {
		id, name = "group-"+string(g.ID), g.Name
		now = url.Values{"context": {g.Context}, "controls": {g.Controls.Text}, "code": g.Controls.Codes}
	}
	form := fs.Form(id, RequestAddress(v.ID, "groups"), now)
	gf := &GroupForm{Form: form, Name: name, Open: form.open() || g != nil && (g.Context == "" || len(controlsOf(*g)) == 0)}
	for _, code := range review.Controls {
		gf.Controls = append(gf.Controls, Choice{code, controlWord(code), slices.Contains(form.values["code"], code)})
	}
	return gf
}
