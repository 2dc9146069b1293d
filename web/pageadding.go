package web

import (
	"context"
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

// addForm adds the form by which the chosen files are asked for.
func (s *server) addForm(c *gin.Context, p *pages.Workspace, f folderAt, typed *pages.Typed) error {
	b := s.build(c, f.address(), typed)
	p.Problem = b.Frame.Problem
	if !actorOf(c).Has(review.Researcher, f.Place) {
		p.WhyNot = "Only researchers of the project can ask for files of this workspace."
		return nil
	}
	drafts, _, err := s.Requests.Requests(c.Request.Context(), actorOf(c), review.Listing{
		Status: []review.Status{review.Pending, review.Returned}, Workspace: f.Place.Workspace, Author: actorOf(c).Username, Limit: defaultLimit,
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
	add := &pages.AddForm{Form: form}
	for _, d := range drafts {
		text := pages.Heading(d.Title, d.Workspace) + " (" + strings.ToLower(pages.StatusState(d.Status).Word) + ", " + string(d.ID) + ")"
		add.Requests = append(add.Requests, pages.Choice{Value: string(d.ID), Text: text, Chosen: form.Value("request") == string(d.ID)})
	}
	add.Requests = append(add.Requests, pages.Choice{Value: newRequest, Text: "a new request", Chosen: form.Value("request") == newRequest})
	for _, k := range []pages.Choice{
		{Value: string(review.Output), Text: "output files, to be released"},
		{Value: string(review.Supporting), Text: "supporting files, only to help the checkers"},
	} {
		k.Chosen = form.Value("kind") == k.Value
		add.Kinds = append(add.Kinds, k)
	}
	if typed != nil {
		add.Also = elsewhere(typed.Values["path"], p.Items)
	}
	p.Add = add
	return nil
}

// elsewhere are the chosen files that are not among those of the page.
func elsewhere(chosen []string, items []pages.Item) []string {
	here := map[string]bool{}
	for _, item := range items {
		here[item.Path] = true
	}
	var list []string
	for _, path := range chosen[:min(len(chosen), folderRows)] {
		if !here[path] {
			list = append(list, path)
		}
	}
	return list
}

// sendFiles answers POST /workspaces/:workspace: the chosen files go on a draft,
// which is made first if it is to be a new one.
func (s *server) sendFiles(c *gin.Context) error {
	w, err := s.known(c)
	if err != nil {
		return err
	}
	id, err := s.putFiles(c, w)
	if err == nil {
		return goTo(c, pages.RequestAddress(id), "added")
	}
	typed := typedOf(c, err)
	if typed == nil {
		return err
	}
	if id != "" { // it was made, or it was there: the files go on this one
		typed.Values.Set("request", string(id))
	}
	p := problemOf(err)
	clearHeaders(c.Writer.Header(), p)
	return s.folderPage(c, p.Status, folderOf(w, formOf(c).Get("back")), typed)
}

// putFiles adds the chosen files to a request, and says to which.
func (s *server) putFiles(c *gin.Context, w Workspace) (review.RequestID, error) {
	ctx, form := c.Request.Context(), formOf(c)
	if len(form["path"]) == 0 {
		return "", invalid("No file is chosen. Tick the files that you ask for.")
	}
	id := review.RequestID(form.Get("request"))
	if id != newRequest && !wordOf(string(id), 64) {
		return "", review.ErrNotFound
	}
	cmd, err := formCommand(c, id)
	if err != nil {
		return "", err
	}
	if id == newRequest {
		if strings.TrimSpace(form.Get("group")) == "" { // or an empty draft would be left
			return "", invalid("The group needs a name.")
		}
		if id, err = s.makeDraft(ctx, cmd, w, form.Get("title")); err != nil {
			return "", err
		}
	}
	cmd.On = id
	added, err := s.Requests.AddFiles(ctx, cmd, review.AddFiles{
		Group: form.Get("group"), Kind: review.Kind(form.Get("kind")), Paths: form["path"],
	})
	if err != nil {
		return id, err
	}
	return id, notAdded(added)
}

// makeDraft makes the request that the files go on, as an act of its own.
func (s *server) makeDraft(ctx context.Context, cmd review.Command, w Workspace, title string) (review.RequestID, error) {
	cmd.On = ""
	if cmd.Key != "" {
		cmd.Key = cmd.Key[:min(len(cmd.Key), longestKey-len(newRequest)-1)] + "." + newRequest
	}
	out, err := s.Requests.Create(ctx, cmd, w.Place.Workspace, title)
	return out.Request, err
}

// notAdded says which files were not added, and why; nil if all were.
func notAdded(added []review.Added) error {
	var reasons []string
	for _, f := range added {
		if f.WhyNot != "" {
			reasons = append(reasons, f.WhyNot)
		}
	}
	if len(reasons) == 0 {
		return nil
	}
	first := reasons[:min(len(reasons), mostReasons)]
	return invalid("%s of %s added. Not added: %s", pages.Count(len(added)-len(reasons)), pages.Plural(len(added), "file"), strings.Join(first, " "))
}

// mostReasons bounds how many refused files are explained at once.
const mostReasons = 20

// folderOf is the page of a folder that a form stands on.
func folderOf(w Workspace, back string) folderAt {
	f := folderAt{Workspace: w}
	u, err := url.Parse(back)
	if err != nil {
		return f
	}
	below, ok := strings.CutPrefix(u.Path, "/workspaces/"+w.Place.Workspace+"/")
	if ok {
		f.dir = strings.Trim(below, "/")
	}
	f.deep, f.cursor, f.name = u.Query().Get("deep") == "1", u.Query().Get("cursor"), u.Query().Get("name")
	return f
}
