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
		if errors.Is(err, review.ErrNotFound) && beside(below) {
			err = s.logPage(c, w, below)
		}
		if !errors.Is(err, review.ErrNotFound) {
			return err
		}
	}
	return s.folderPage(c, http.StatusOK, folderAt{w, below, c.Query("deep") == "1", c.Query("cursor"), strings.TrimSpace(c.Query("name"))}, nil)
}

// folderAt is a page of a folder.
type folderAt struct {
	Workspace
	dir    string
	deep   bool
	cursor string
	name   string // what names of files contain; "" for any
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
	if f.name != "" {
		query.Set("name", f.name)
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
	items, next, err := s.itemsOf(ctx, &f)
	if err != nil {
		return err
	}
	tree, err := s.Workspaces.Tree(ctx, f.Place.Workspace, f.dir)
	if err != nil {
		return err
	}
	p := pages.Workspace{
		Frame: s.frame(c, f.Place.Workspace, workspaceCrumbs(f.Place, f.dir)...), Name: f.Place.Workspace,
		Root: workspaceAddress(f.Place.Workspace, ""), Folder: f.dir,
		Facts: s.workspaceFacts(f.Workspace), Warnings: warnings(f.Workspace), More: moreProblems(f.Workspace),
	}
	p.Views, p.Tree = folderViews(f), folderTree(f, tree, "")
	p.Find = pages.FindFiles{Action: workspaceAddress(f.Place.Workspace, f.dir), Path: f.name}
	by := asking{a, f.Place, policy}
	for _, item := range items {
		p.Items = append(p.Items, by.showItem(item, f, typed))
	}
	for _, problem := range f.Problems[:min(len(f.Problems), pageProblems)] {
		p.Problems = append(p.Problems, "`"+problem.Name+"` "+problem.Message+".")
	}
	address := workspaceAddress(f.Place.Workspace, f.dir)
	filter := url.Values{"name": {f.name}}
	if f.deep && f.name == "" {
		filter.Set("deep", "1")
	}
	p.Pager = pagerOf(address, filter, f.cursor, next)
	if err := s.addForm(c, &p, f, typed); err != nil {
		return err
	}
	if wantsParts(c) && c.GetHeader(partHeader) == "rows" {
		rows := pages.Rows{Under: pages.RowOf(f.dir), Items: p.Items, Add: p.Add != nil, More: p.Pager.Next}
		return s.showParts(c, status, p, rows.Part())
	}
	return s.show(c, status, p)
}

// itemsOf reads a page of a folder. What is looked for by name is looked for
// in all that is below.
func (s *server) itemsOf(ctx context.Context, f *folderAt) (items []OutputItem, next string, err error) {
	if f.name != "" {
		f.deep = true
		return s.Workspaces.Find(ctx, f.Place.Workspace, f.dir, f.name, f.cursor, folderRows)
	}
	items, next, err = s.Workspaces.Outputs(ctx, f.Place.Workspace, f.dir, f.deep, f.cursor, folderRows)
	if err == nil && len(items) == 0 && f.dir != "" && f.cursor == "" {
		err = review.ErrNotFound
	}
	return items, next, err
}

// folderTree is the tree of folders beside a folder: those on the way down to
// it are open.
func folderTree(f folderAt, tree map[string][]string, in string) []pages.TreeNode {
	var nodes []pages.TreeNode
	for _, name := range tree[in] {
		folder := strings.TrimPrefix(in+"/"+name, "/")
		n := pages.TreeNode{Name: name, Href: workspaceAddress(f.Place.Workspace, folder), Current: folder == f.dir}
		if n.Current || strings.HasPrefix(f.dir, folder+"/") {
			n.Nodes = folderTree(f, tree, folder)
		}
		nodes = append(nodes, n)
	}
	return nodes
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
		return pages.Item{Folder: true, Row: pages.RowOf(item.Path), Name: path.Base(item.Path), Path: item.Path, Href: workspaceAddress(by.place.Workspace, item.Path)}
	}
	o := by.showOutput(item.Candidate)
	shown := pages.Item{
		Path: o.Path, Name: path.Base(o.Path), Level: o.Level, Action: valueOf(o.Action), May: o.Requestable, WhyNot: pages.OfIt(valueOf(o.WhyNot), o.Path),
		Href: workspaceAddress(by.place.Workspace, o.Path), See: by.seeOf(o),
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

// seeOf leads to where an output stands, if it stands anywhere that the asker
// may see.
func (by asking) seeOf(o output) pages.Link {
	switch {
	case len(o.Requests) > 0:
		return pages.Link{Text: "See the request", Href: pages.RequestAddress(o.Requests[0])}
	case o.Released != nil && covers(review.MaySeeReleases(by.actor), by.place):
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
