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

// showFolder answers GET /workspaces/:workspace and what is below it: a folder,
// or an output.
func (s *server) showFolder(c *gin.Context) error {
	if polls(c) {
		return s.watchFolder(c)
	}
	w, err := s.known(c)
	if err != nil {
		return err
	}
	below := strings.Trim(param(c, "path"), "/")
	if c.Query("view") == viewChanges && below == "" {
		return s.changesPage(c, w)
	}
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
	err = s.folderPage(c, http.StatusOK, folderAtQuery(w, below, c.Request.URL.Query()), nil)
	if errors.Is(err, review.ErrNotFound) && below != "" {
		return s.nearest(c, w, below)
	}
	return err
}

// folderAt is a page of a folder.
type folderAt struct {
	Workspace
	review.OutputListing
}

// folderAtQuery is the page of a folder that an address names.
func folderAtQuery(w Workspace, dir string, query url.Values) folderAt {
	l := listingOf(query)
	l.Workspace, l.Dir, l.Deep = w.Place.Workspace, dir, query.Get("deep") == "1"
	l.Cursor, l.Limit = query.Get("cursor"), folderRows
	return folderAt{w, l}
}

// query is what stands in the address of the page, but for its cursor.
func (f folderAt) query() url.Values {
	query := url.Values{
		"name": {f.Name}, "type": {f.Type}, "level": {f.Level}, "action": {f.Action}, "standing": {string(f.Standing)},
	}
	if f.Sort != "" {
		query.Set("sort", map[bool]string{true: "-"}[f.Desc]+string(f.Sort))
	}
	if f.Deep {
		query.Set("deep", "1")
	}
	return query
}

// folder is where the folder is.
func (f folderAt) folder() string { return workspaceAddress(f.Place.Workspace, f.Dir) }

// with is the address of the page with something of it changed, from its
// beginning.
func (f folderAt) with(name, value string) string {
	query := f.query()
	query.Set(name, value)
	return addressWith(f.folder(), query)
}

// address is where the page is.
func (f folderAt) address() string { return f.with("cursor", f.Cursor) }

const (
	folderRows   = 500 // of a page of a folder
	pageProblems = 50  // of a workspace that its page lists
)

func (s *server) folderPage(c *gin.Context, status int, f folderAt, typed *pages.Typed) error {
	ctx := c.Request.Context()
	policy, err := s.Policy(ctx, f.Place)
	if err != nil {
		return err
	}
	by := asking{actorOf(c), f.Place, policy}
	if c.GetHeader(partHeader) == "count" {
		return s.countBelow(c, by, f)
	}
	items, next, err := s.itemsOf(ctx, by, &f)
	if err != nil {
		return err
	}
	tree, err := s.Workspaces.Tree(ctx, f.Place.Workspace, f.Dir)
	if err != nil {
		return err
	}
	p := s.folderFrame(c, f)
	p.Tree = folderTree(f, tree, "")
	for _, item := range items {
		p.Items = append(p.Items, s.showItem(by, item, f, typed))
	}
	p.Pager = pagerOf(f.folder(), f.query(), f.Cursor, next)
	if err := s.addForm(c, by, &p, f, typed); err != nil {
		return err
	}
	if wantsParts(c) && c.GetHeader(partHeader) == "rows" {
		rows := pages.Rows{Under: pages.RowOf(f.Dir), Items: p.Items, Add: p.Add != nil, More: p.Pager.Next}
		return s.showParts(c, status, p, rows.Part())
	}
	return s.show(c, status, p)
}

// folderFrame is the page without what the folder holds.
func (s *server) folderFrame(c *gin.Context, f folderAt) pages.Workspace {
	p := pages.Workspace{
		Frame: s.frame(c, f.Place.Workspace, workspaceCrumbs(f.Place, f.Dir)...), Name: f.Place.Workspace,
		Root: workspaceAddress(f.Place.Workspace, ""), Folder: f.Dir, Gone: goneFrom(c, f.Workspace), Reading: s.readingOf(f.Workspace),
		Facts: s.workspaceFacts(f.Workspace), Warnings: warnings(f.Workspace), More: moreProblems(f.Workspace),
		Views: folderViews(f), Columns: folderColumns(f), Filter: folderFilter(f), Find: findIn(f), Empty: emptyFolder(f),
	}
	p.Watch = watchOf(f.Workspace, f.Dir, f.address(), false)
	for _, problem := range f.Problems[:min(len(f.Problems), pageProblems)] {
		p.Problems = append(p.Problems, "`"+problem.Name+"` "+problem.Message+".")
	}
	return p
}

func emptyFolder(f folderAt) string {
	switch {
	case f.Name != "":
		return "No file in this folder or below has that in its name and is like that."
	case f.Narrowed():
		return "No file here is like that. Clear the filter to see the others."
	case f.ReadAt.IsZero() && f.ReadError != "":
		return "The workspace was never read, so nothing of it can be shown."
	}
	return "There is nothing here. Outputs appear when a job has written them and the workspace was read."
}

// itemsOf reads a page of a folder. What is looked for by name is looked for
// in all that is below.
func (s *server) itemsOf(ctx context.Context, by asking, f *folderAt) (items []OutputItem, next string, err error) {
	f.Deep = f.Deep || f.Name != ""
	items, next, err = s.Workspaces.Outputs(ctx, by.rules(), f.OutputListing)
	if err == nil && len(items) == 0 && f.Dir != "" && f.Cursor == "" {
		err = s.there(ctx, by, f)
	}
	return items, next, err
}

// there is review.ErrNotFound for a folder that is not there: nothing is in it
// whatever it is narrowed by.
func (s *server) there(ctx context.Context, by asking, f *folderAt) error {
	if !f.Narrowed() {
		return review.ErrNotFound
	}
	all := review.OutputListing{Workspace: f.OutputListing.Workspace, Dir: f.Dir, Deep: true, Limit: 1}
	items, _, err := s.Workspaces.Outputs(ctx, by.rules(), all)
	if err == nil && len(items) == 0 {
		err = review.ErrNotFound
	}
	return err
}

// folderTree is the tree of folders beside a folder: those on the way down to
// it are open.
func folderTree(f folderAt, tree map[string][]string, in string) []pages.TreeNode {
	var nodes []pages.TreeNode
	for _, name := range tree[in] {
		folder := strings.TrimPrefix(in+"/"+name, "/")
		n := pages.TreeNode{Name: name, Href: workspaceAddress(f.Place.Workspace, folder), Current: folder == f.Dir}
		if n.Current || strings.HasPrefix(f.Dir, folder+"/") {
			n.Nodes = folderTree(f, tree, folder)
		}
		nodes = append(nodes, n)
	}
	return nodes
}

func folderViews(f folderAt) []pages.Link {
	shallow, deep := f, f
	shallow.Deep, shallow.Name, deep.Deep = false, "", true
	return []pages.Link{
		{Text: "By folder", Href: shallow.with("", ""), Current: !f.Deep}, {Text: "All files below", Href: deep.with("", ""), Current: f.Deep},
		{Text: "What changed", Href: workspaceAddress(f.Place.Workspace, "") + "?view=" + viewChanges},
	}
}

// folderSorts are what files are sorted by, in the order of the columns.
var folderSorts = []struct {
	by   review.OutputSort
	text string
	num  bool
}{
	{review.ByName, "Name", false}, {review.ByStanding, "Status", false}, {review.ByLevel, "Level", false}, {review.BySize, "Size", true},
	{review.ByAction, "Action", false}, {review.ByWritten, "Written", false},
}

// folderColumns are the columns by which the files are sorted.
func folderColumns(f folderAt) []pages.Column {
	var columns []pages.Column
	for _, col := range folderSorts {
		shown := pages.Column{Text: col.text, Num: col.num}
		to := string(col.by)
		if f.Sort == col.by || f.Sort == "" && col.by == review.ByName {
			shown.Sort = map[bool]string{true: "descending", false: "ascending"}[f.Desc]
			to = map[bool]string{false: "-"}[f.Desc] + to
		}
		shown.Href = f.with("sort", to)
		columns = append(columns, shown)
	}
	return columns
}

// folderFilter are the fields by which the files are narrowed.
func folderFilter(f folderAt) pages.Filters {
	query := f.query()
	filter := pages.Filters{Action: f.folder(), Keep: keptOf(query, "name", "deep")}
	filter.Add(query, pages.Filter{Name: "standing", Label: "Status", Choices: pages.StandingChoices()})
	filter.Add(query, pages.Filter{Name: "level", Label: "Level", Choices: []pages.Choice{
		{Value: "", Text: "any"}, {Value: review.ModeratelySensitive, Text: "moderately_sensitive"},
		{Value: review.HighlySensitive, Text: "highly_sensitive"}, {Value: review.MinimallySensitive, Text: "minimally_sensitive"},
	}})
	filter.Text(query, [2]string{"type", "Type, such as .csv"}, [2]string{"action", "Action"})
	narrowed := filter.Narrowed()
	sorted := pages.Filter{Name: "sort", Label: "Sort by"} // where a narrow screen has no headers
	for _, col := range folderSorts {
		sorted.Choices = append(sorted.Choices, pages.Choice{Value: string(col.by), Text: col.text},
			pages.Choice{Value: "-" + string(col.by), Text: col.text + ", the other way"})
	}
	filter.Add(query, sorted)
	filter.Clear = ""
	if narrowed {
		all := f
		all.Standing, all.Level, all.Type, all.Action = "", "", "", ""
		filter.Clear = all.with("", "")
	}
	return filter
}

// findIn finds by name among what the filter shows.
func findIn(f folderAt) pages.FindIn {
	all := f
	all.Name = ""
	return pages.FindIn{
		Action: f.folder(), Name: f.Name, Keep: keptOf(f.query(), "type", "level", "action", "standing", "sort", "deep"), Clear: all.with("deep", ""),
	}
}

// keptOf are those of a query that a form of it keeps.
func keptOf(query url.Values, names ...string) []pages.Kept {
	var kept []pages.Kept
	for _, name := range names {
		if v := query.Get(name); v != "" {
			kept = append(kept, pages.Kept{Name: name, Value: v})
		}
	}
	return kept
}

// showItem is a folder or a file as its folder lists it.
func (s *server) showItem(by asking, item OutputItem, f folderAt, typed *pages.Typed) pages.Item {
	if item.Folder {
		return pages.Item{Folder: true, Row: pages.RowOf(item.Path), Name: path.Base(item.Path), Path: item.Path, Href: workspaceAddress(by.place.Workspace, item.Path)}
	}
	o := by.showOutput(item.Candidate)
	shown := pages.Item{
		Path: o.Path, Name: path.Base(o.Path), Level: o.Level, Action: valueOf(o.Action), May: o.Requestable, WhyNot: pages.OfIt(valueOf(o.WhyNot), o.Path),
		Href: workspaceAddress(by.place.Workspace, o.Path), See: by.seeOf(o), Written: pages.At(item.Written, s.Now()),
		Stands: pages.StandingState(o.Standing, item.Released),
		Chosen: typed != nil && slices.Contains(typed.Values["path"], o.Path),
	}
	if o.Standing == review.StandsOnRequest {
		shown.WhyNot = "" // its tag and its link say all
	}
	if f.Deep {
		shown.Name = strings.TrimPrefix(strings.TrimPrefix(o.Path, f.Dir), "/")
	}
	if o.Size != nil {
		shown.Size, shown.Bytes = pages.Size(*o.Size), *o.Size
	}
	return shown
}
