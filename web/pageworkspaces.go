package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"sallyport/review"
	"sallyport/web/pages"
)

// showWorkspaces answers GET /workspaces.
func (s *server) showWorkspaces(c *gin.Context) error {
	cursor := c.Query("cursor")
	items, next, err := s.Workspaces.Workspaces(c.Request.Context(), review.VisibleWorkspaces(actorOf(c)), cursor, defaultLimit)
	if err != nil {
		return err
	}
	p := pages.Workspaces{Frame: s.frame(c, "Workspaces"), Pager: pagerOf("/workspaces", nil, cursor, next)}
	for _, w := range items {
		p.Rows = append(p.Rows, pages.WorkspaceRow{
			Href: workspaceAddress(w.Place.Workspace, ""), Name: w.Place.Workspace, Project: w.Place.Project,
			Organisation: w.Place.Organisation, Outputs: pages.Count(w.Outputs), Read: pages.At(w.ReadAt, s.Now()), Wrong: readFailed(w),
		})
	}
	return s.show(c, http.StatusOK, p)
}

func readFailed(w Workspace) string {
	switch {
	case w.ReadError != "":
		return "Its manifest cannot be read, so an earlier reading is shown."
	case w.Place.Archived:
		return "Archived"
	}
	return ""
}

// workspaceAddress is where a workspace is, or a folder or an output of it.
func workspaceAddress(name, below string) string {
	address := "/workspaces/" + url.PathEscape(name)
	if below == "" {
		return address
	}
	for part := range strings.SplitSeq(below, "/") {
		address += "/" + url.PathEscape(part)
	}
	return address
}

// showFolder answers GET /workspaces/:workspace and what is below it: a folder,
// or an output.
func (s *server) showFolder(c *gin.Context) error {
	w, err := s.known(c)
	if err != nil {
		return err
	}
	below := strings.Trim(param(c, "path"), "/")
	if below != "" {
		found, err := s.Workspaces.Output(c.Request.Context(), w.Place.Workspace, below)
		if err == nil {
			return s.outputPage(c, w, found)
		}
		if !errors.Is(err, review.ErrNotFound) {
			return err
		}
	}
	return s.folderPage(c, http.StatusOK, folderAt{w, below, c.Query("deep") == "1", c.Query("cursor")}, nil)
}

// folderAt is a page of a folder.
type folderAt struct {
	Workspace
	dir    string
	deep   bool
	cursor string
}

// address is where the page is.
func (f folderAt) address() string {
	query := url.Values{}
	if f.deep {
		query.Set("deep", "1")
	}
	if f.cursor != "" {
		query.Set("cursor", f.cursor)
	}
	address := workspaceAddress(f.Place.Workspace, f.dir)
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return address
}

func (s *server) folderPage(c *gin.Context, status int, f folderAt, typed *pages.Typed) error {
	ctx, a := c.Request.Context(), actorOf(c)
	policy, err := s.Policy(ctx, f.Place)
	if err != nil {
		return err
	}
	items, next, err := s.Workspaces.Outputs(ctx, f.Place.Workspace, f.dir, f.deep, f.cursor, folderRows)
	if err != nil {
		return err
	}
	if len(items) == 0 && f.dir != "" && f.cursor == "" {
		return review.ErrNotFound
	}
	p := pages.Workspace{
		Frame: s.frame(c, f.Place.Workspace, workspaceCrumbs(f.Place, f.dir)...), Name: f.Place.Workspace, Folder: f.dir,
		Facts: s.workspaceFacts(f.Workspace), Warnings: warnings(f.Workspace), More: moreProblems(f.Workspace),
	}
	p.Views = folderViews(f)
	by := asking{a, f.Place, policy}
	for _, item := range items {
		p.Items = append(p.Items, by.showItem(item, f, typed))
	}
	for _, problem := range f.Problems[:min(len(f.Problems), pageProblems)] {
		p.Problems = append(p.Problems, "`"+problem.Name+"` "+problem.Message+".")
	}
	address := workspaceAddress(f.Place.Workspace, f.dir)
	filter := url.Values{"deep": {""}}
	if f.deep {
		filter.Set("deep", "1")
	}
	p.Pager = pagerOf(address, filter, f.cursor, next)
	if err := s.addForm(c, &p, f, typed); err != nil {
		return err
	}
	return s.show(c, status, p)
}

const (
	folderRows   = 500 // of a page of a folder
	pageProblems = 50  // of a workspace that its page lists
)

// workspaceCrumbs lead from the workspaces to a folder or an output.
func workspaceCrumbs(p review.Place, below string) []pages.Link {
	crumbs := []pages.Link{{Text: "Workspaces", Href: "/workspaces"}}
	if p.Project != "" {
		crumbs = append(crumbs, pages.Link{Text: p.Project})
	}
	if below == "" {
		return append(crumbs, pages.Link{Text: p.Workspace})
	}
	crumbs = append(crumbs, pages.Link{Text: p.Workspace, Href: workspaceAddress(p.Workspace, "")})
	parts := strings.Split(below, "/")
	for i, part := range parts {
		l := pages.Link{Text: part}
		if i+1 < len(parts) {
			l.Href = workspaceAddress(p.Workspace, strings.Join(parts[:i+1], "/"))
		}
		crumbs = append(crumbs, l)
	}
	return crumbs
}

func folderViews(f folderAt) []pages.Link {
	folder := workspaceAddress(f.Place.Workspace, f.dir)
	return []pages.Link{
		{Text: "By folder", Href: folder, Current: !f.deep},
		{Text: "All files below", Href: folder + "?deep=1", Current: f.deep},
	}
}

func (s *server) workspaceFacts(w Workspace) []pages.Fact {
	yes := map[bool]string{true: "yes", false: "no"}
	facts := []pages.Fact{
		fact("Organisation", w.Place.Organisation), fact("Project", w.Place.Project), fact("Backend", w.Place.Backend),
		{Name: "Ongoing", Text: yes[w.Place.Ongoing]},
	}
	if w.Place.Archived {
		facts = append(facts, pages.Fact{Name: "Archived", Text: "yes"})
	}
	facts = append(facts, pages.Fact{Name: "Outputs", Text: pages.Count(w.Outputs)})
	if w.ReadAt.IsZero() {
		facts = append(facts, pages.Fact{Name: "Last read", Text: "never", Quiet: true})
	} else {
		facts = append(facts, pages.Fact{Name: "Last read", When: pages.At(w.ReadAt, s.Now())})
	}
	return append(facts, pages.Fact{Name: "Job requests", Text: "of this workspace", Href: "/job-requests?workspace=" + url.QueryEscape(w.Place.Workspace)})
}

// fact is what is known under a name, or that it is not.
func fact(name, text string) pages.Fact {
	if text == "" {
		return pages.Fact{Name: name, Text: "not known", Quiet: true}
	}
	return pages.Fact{Name: name, Text: text}
}

// warnings are what is to be known of a workspace first.
func warnings(w Workspace) []string {
	var list []string
	if w.ReadError != "" {
		list = append(list, "The workspace’s manifest cannot be read: "+w.ReadError+". What is shown is the last good reading.")
	}
	if w.Place.Project == "" {
		list = append(list, "Nobody has said yet to which project this workspace belongs. An administrator places it.")
	}
	return list
}

func moreProblems(w Workspace) string {
	if n := w.MoreProblems + max(len(w.Problems)-pageProblems, 0); n > 0 {
		return "and " + pages.Plural(n, "more") + " that are not shown"
	}
	return ""
}

// showItem is a folder or a file as its folder lists it.
func (by asking) showItem(item OutputItem, f folderAt, typed *pages.Typed) pages.Item {
	if item.Folder {
		return pages.Item{Folder: true, Name: path.Base(item.Path), Path: item.Path, Href: workspaceAddress(by.place.Workspace, item.Path)}
	}
	o := by.showOutput(item.Candidate)
	shown := pages.Item{
		Path: o.Path, Name: path.Base(o.Path), Level: o.Level, Action: valueOf(o.Action), May: o.Requestable, WhyNot: valueOf(o.WhyNot),
		Href: workspaceAddress(by.place.Workspace, o.Path), See: seeOf(o),
		Chosen: typed != nil && slices.Contains(typed.Values["path"], o.Path),
	}
	if f.deep {
		shown.Name = strings.TrimPrefix(strings.TrimPrefix(o.Path, f.dir), "/")
	}
	if o.Size != nil {
		shown.Size = pages.Size(*o.Size)
	}
	return shown
}

// seeOf leads to where an output stands, if it stands anywhere.
func seeOf(o output) pages.Link {
	switch {
	case len(o.Requests) > 0:
		return pages.Link{Text: "See the request", Href: pages.RequestAddress(o.Requests[0])}
	case o.Released != nil:
		return pages.Link{Text: "See the release", Href: releaseAddress(o.Released.Request)}
	}
	return pages.Link{}
}

// valueOf is what is known, or "".
func valueOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// newRequest is what the form for adding files sends for a request that is not
// there yet.
const newRequest = "new"

// addForm adds the form by which the chosen files are asked for.
func (s *server) addForm(c *gin.Context, p *pages.Workspace, f folderAt, typed *pages.Typed) error {
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
	b := s.build(c, f.address(), typed)
	p.Problem = b.Frame.Problem
	now := url.Values{"request": {newRequest}, "kind": {string(review.Output)}}
	if len(drafts) > 0 {
		now.Set("request", string(drafts[0].ID))
	}
	form := b.Forms.Form("add", workspaceAddress(f.Place.Workspace, ""), now)
	add := &pages.AddForm{Form: form}
	for _, d := range drafts {
		text := pages.Heading(d.Title, d.Workspace) + " (" + string(d.ID) + ")"
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
	p.Add = add
	return nil
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
	f.deep, f.cursor = u.Query().Get("deep") == "1", u.Query().Get("cursor")
	return f
}

// outputPage shows one output of a workspace.
func (s *server) outputPage(c *gin.Context, w Workspace, found Candidate) error {
	ctx := c.Request.Context()
	policy, err := s.Policy(ctx, w.Place)
	if err != nil {
		return err
	}
	o := asking{actorOf(c), w.Place, policy}.showOutput(found)
	content, err := s.outputContent(c, w, found.Path)
	if err != nil {
		return err
	}
	p := pages.Output{
		Frame: s.frame(c, path.Base(o.Path), workspaceCrumbs(w.Place, o.Path)...), Name: path.Base(o.Path), Path: o.Path, Level: o.Level,
		Content: content, May: o.Requestable, WhyNot: valueOf(o.WhyNot), Folder: workspaceAddress(w.Place.Workspace, folderPath(o.Path)),
		Chain: outputChain(o), Facts: outputFacts(o),
	}
	if o.Size != nil {
		p.Size = pages.Size(*o.Size)
	}
	for _, id := range o.Requests {
		p.Held = append(p.Held, pages.Link{Text: "On request " + string(id), Href: pages.RequestAddress(id)})
	}
	if r := o.Released; r != nil {
		p.Held = append(p.Held, pages.Link{Text: "Released on " + r.At.Format("2 January 2006"), Href: releaseAddress(r.Request)})
	}
	return s.show(c, http.StatusOK, p)
}

func folderPath(of string) string {
	dir := path.Dir(of)
	if dir == "." {
		return ""
	}
	return dir
}

// outputContent is what is shown of an output. That it was opened is recorded
// before anything of it is read for the page.
func (s *server) outputContent(c *gin.Context, w Workspace, of string) (pages.Content, error) {
	ctx, name := c.Request.Context(), w.Place.Workspace
	if err := s.Requests.MayOpenOutput(ctx, actorOf(c), name); err != nil {
		return notShown(err)
	}
	f, err := s.Workspaces.OpenOutput(ctx, name, of)
	if err != nil {
		return notShown(refusedOpening(err))
	}
	o := review.Opened{Path: of, SHA256: f.SHA256(), Size: f.Size()}
	if err := s.Requests.OpenOutput(ctx, actorOf(c), name, o); err != nil {
		return pages.Content{}, errors.Join(err, f.Close())
	}
	content := pages.NewContent(of, "/content/workspaces/"+url.PathEscape(name)+"?path="+url.QueryEscape(of))
	if !content.Read() {
		return content, f.Close()
	}
	return content, s.fill(ctx, &content, o.Size, func() (opened, error) { return f, nil })
}

func outputChain(o output) pages.Chain {
	chain := pages.Chain{Facts: []pages.Fact{
		chainFact("Job", o.Job), {Name: "Job’s status", Text: orNotReported(o.JobStatus)}, chainFact("Action", o.Action), chainFact("Commit", o.Commit),
	}}
	request := chainFact("Job request", o.JobRequest)
	if o.JobRequest != nil {
		request.Href = "/job-requests/" + url.PathEscape(*o.JobRequest)
	}
	chain.Facts = append(chain.Facts, request, chainFact("SHA-256", o.SHA256))
	return chain
}

func outputFacts(o output) []pages.Fact {
	yes := map[bool]string{true: "yes", false: "no"}
	return []pages.Fact{
		{Name: "Declared", Text: yes[o.Declared]}, {Name: "Out of date", Text: yes[o.OutOfDate]},
		{Name: "Excluded", Text: strings.TrimSuffix(yes[o.Excluded]+": "+valueOf(o.Message), ": ")},
	}
}
