package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"sallyport/review"
	"sallyport/web/pages"
)

// newRequest is what the form for adding files sends for a request that is not
// there yet.
const newRequest = "new"

// What the form for adding files does beside adding them, by its buttons'
// "act". Nothing of it changes anything.
const (
	actLook = "look"  // says what is chosen, and what of it can still be requested
	actAll  = "all"   // chooses all of the folder and below that match, too
	actGo   = "go"    // goes to another folder with what is chosen
	actNone = "clear" // chooses nothing
)

// addForm adds the form by which the chosen files are asked for.
func (s *server) addForm(c *gin.Context, by asking, p *pages.Workspace, f folderAt, typed *pages.Typed) error {
	b := s.build(c, f.address(), typed)
	if typed != nil && typed.Message == "" {
		b.Frame.Problem = nil
	}
	p.Problem = b.Frame.Problem
	if !by.actor.Has(review.Researcher, f.Place) {
		p.WhyNot = "Only researchers of the project can ask for files of this workspace."
		return nil
	}
	drafts, _, err := s.Requests.Requests(c.Request.Context(), by.actor, review.Listing{
		Status: []review.Status{review.Pending, review.Returned}, Workspace: f.Place.Workspace, Author: by.actor.Username, Limit: defaultLimit,
	})
	if err != nil {
		return err
	}
	now := url.Values{"request": {newRequest}, "kind": {string(review.Output)}}
	// A request that came back waits for answers, not for more files.
	if i := slices.IndexFunc(drafts, func(d review.SummaryView) bool { return d.Status == review.Pending }); i >= 0 {
		now.Set("request", string(drafts[i].ID))
	}
	form := b.Forms.Form("add", workspaceAddress(f.Place.Workspace, ""), now)
	add := &pages.AddForm{Form: form, Requests: draftChoices(drafts, form), Kinds: kindChoices(form)}
	add.Shown, add.Below, add.Places = shownOf(p.Items), belowOf(f, *p), placesFrom(f, *p)
	if add.Answered = typed != nil; add.Answered {
		if add.Chosen, err = s.chosen(c, by, typed.Values["path"], p.Items); err != nil {
			return err
		}
	}
	p.Add = add
	return nil
}

func draftChoices(drafts []review.SummaryView, form pages.Form) []pages.Choice {
	var list []pages.Choice
	for _, d := range drafts {
		text := pages.Heading(d.Title, d.Workspace) + " (" + strings.ToLower(pages.StatusState(d.Status).Word) + ", " + string(d.ID) + ")"
		list = append(list, pages.Choice{Value: string(d.ID), Text: text, Chosen: form.Value("request") == string(d.ID)})
	}
	return append(list, pages.Choice{Value: newRequest, Text: "a new request", Chosen: form.Value("request") == newRequest})
}

func kindChoices(form pages.Form) []pages.Choice {
	list := []pages.Choice{
		{Value: string(review.Output), Text: "output files, to be released"},
		{Value: string(review.Supporting), Text: "supporting files, only to help the checkers"},
	}
	for i := range list {
		list[i].Chosen = form.Value("kind") == list[i].Value
	}
	return list
}

// sendFiles answers POST /workspaces/:workspace: the chosen files go on a draft,
// which is made first if it is to be a new one. The form's other buttons only
// show the page, with what is chosen.
func (s *server) sendFiles(c *gin.Context) error {
	w, err := s.known(c)
	if err != nil {
		return err
	}
	if act := formOf(c).Get("act"); act != "" {
		return s.choose(c, w, act)
	}
	id, left, err := s.putFiles(c, w)
	if err == nil {
		return goTo(c, pages.RequestAddress(id), "added")
	}
	typed := typedOf(c, err)
	if typed == nil {
		return err
	}
	if left != nil { // the others were added
		typed.Values["path"] = left
	}
	if id != "" { // it was made, or it was there: the files go on this one
		typed.Values.Set("request", string(id))
	}
	p := problemOf(err)
	clearHeaders(c.Writer.Header(), p)
	return s.folderPage(c, p.Status, folderOf(w, formOf(c).Get("back")), typed)
}

// putFiles adds the chosen files to a request, and says to which, and which
// were not added.
func (s *server) putFiles(c *gin.Context, w Workspace) (id review.RequestID, left []string, err error) {
	ctx, form := c.Request.Context(), formOf(c)
	if len(form["path"]) == 0 {
		return "", nil, invalid("No file is chosen. Tick the files that you ask for.")
	}
	id = review.RequestID(form.Get("request"))
	if id != newRequest && !wordOf(string(id), 64) {
		return "", nil, review.ErrNotFound
	}
	cmd, err := formCommand(c, id)
	if err != nil {
		return "", nil, err
	}
	add := review.AddFiles{Group: form.Get("group"), Kind: review.Kind(form.Get("kind")), Paths: unique(form["path"])}
	if id == newRequest {
		if err := s.worthMaking(ctx, cmd, w, add); err != nil { // or an empty draft would be left
			return "", nil, err
		}
		if id, err = s.makeDraft(ctx, cmd, w, form.Get("title")); err != nil {
			return "", nil, err
		}
	}
	cmd.On = id
	added, err := s.Requests.AddFiles(ctx, cmd, add)
	if err != nil {
		return id, nil, err
	}
	left, err = notAdded(added)
	return id, left, err
}

// worthMaking refuses to make a request that no file could be put on. An act
// that was done before is not judged again: its files are on its request now.
func (s *server) worthMaking(ctx context.Context, cmd review.Command, w Workspace, add review.AddFiles) error {
	if strings.TrimSpace(add.Group) == "" {
		return invalid("The group needs a name.")
	}
	if !cmd.Actor.Has(review.Researcher, w.Place) {
		return nil // the rules say so
	}
	if cmd.Key != "" {
		_, err := s.Answers.Answer(ctx, cmd.Actor.ID, keyOfNew(cmd.Key), "")
		if errors.Is(err, review.ErrKeyReused) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	policy, err := s.Policy(ctx, w.Place)
	if err != nil {
		return err
	}
	some := add.Paths[:min(len(add.Paths), mostChosen)]
	found, err := s.Workspaces.Chosen(ctx, w.Place.Workspace, some)
	if err != nil {
		return err
	}
	foreseen, err := asking{cmd.Actor, w.Place, policy}.rules().Foresee(add, found)
	if err != nil || slices.ContainsFunc(foreseen, func(f review.Added) bool { return f.WhyNot == "" }) {
		return err
	}
	_, err = notAdded(foreseen)
	return err
}

// keyOfNew is the key under which a request is made for files that are added
// under another.
func keyOfNew(key string) string {
	return key[:min(len(key), longestKey-len(newRequest)-1)] + "." + newRequest
}

// unique are some texts, each once, in their order.
func unique(all []string) []string {
	seen := make(map[string]bool, len(all))
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool {
		again := seen[s]
		seen[s] = true
		return again
	})
}

// makeDraft makes the request that the files go on, as an act of its own.
func (s *server) makeDraft(ctx context.Context, cmd review.Command, w Workspace, title string) (review.RequestID, error) {
	cmd.On = ""
	if cmd.Key != "" {
		cmd.Key = keyOfNew(cmd.Key)
	}
	out, err := s.Requests.Create(ctx, cmd, w.Place.Workspace, title)
	return out.Request, err
}

// notAdded says which files were not added, and why; nil if all were.
func notAdded(added []review.Added) (left []string, err error) {
	var reasons []string
	for _, f := range added {
		if f.WhyNot != "" {
			left, reasons = append(left, f.Path), append(reasons, f.WhyNot)
		}
	}
	if len(reasons) == 0 {
		return nil, nil
	}
	first := reasons[:min(len(reasons), mostReasons)]
	return left, invalid("%s of %s added. Not added: %s", pages.Count(len(added)-len(reasons)), pages.Plural(len(added), "file"), strings.Join(first, " "))
}

// mostReasons bounds how many refused files are explained at once.
const mostReasons = 20

// folderOf is the page of a folder that a form stands on, or leads to.
func folderOf(w Workspace, back string) folderAt {
	u, err := url.Parse(back)
	if err != nil {
		return folderAtQuery(w, "", nil)
	}
	dir, _ := strings.CutPrefix(u.Path, "/workspaces/"+w.Place.Workspace)
	if dir == u.Path {
		dir = ""
	}
	return folderAtQuery(w, strings.Trim(dir, "/"), u.Query())
}

// choose answers the form's buttons that change nothing: they show the page
// again with what is chosen.
func (s *server) choose(c *gin.Context, w Workspace, act string) error {
	form := formOf(c)
	f := folderOf(w, form.Get("back"))
	policy, err := s.Policy(c.Request.Context(), w.Place)
	if err != nil {
		return err
	}
	by := asking{actorOf(c), w.Place, policy}
	typed := &pages.Typed{Form: "add", Values: form}
	note := ""
	switch act {
	case actLook:
	case actNone:
		typed.Values["path"] = nil
	case actGo:
		f = folderOf(w, form.Get("to"))
	case actAll:
		if typed.Values["path"], note, err = s.allBelow(c, by, f, form["path"]); err != nil {
			return err
		}
	default:
		return invalid("There is no such button.")
	}
	if !wantsParts(c) {
		return s.folderPage(c, http.StatusOK, f, typed)
	}
	chosen, err := s.chosen(c, by, typed.Values["path"], nil)
	if err != nil {
		return err
	}
	chosen.Note = note
	return s.showParts(c, http.StatusOK, pages.Workspace{}, chosen.Part())
}
