package web

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"sallyport/review"
	"sallyport/web/pages"
)

// showOverview answers GET /requests/:id.
func (s *server) showOverview(c *gin.Context) error {
	v, err := s.Requests.Request(c.Request.Context(), actorOf(c), requestParam(c))
	if err != nil {
		return err
	}
	return s.overviewPage(c, http.StatusOK, v, nil)
}

// showActivity answers GET /requests/:id/activity.
func (s *server) showActivity(c *gin.Context) error {
	ctx, a, id := c.Request.Context(), actorOf(c), requestParam(c)
	v, err := s.Requests.Request(ctx, a, id)
	if err != nil {
		return err
	}
	items, err := s.Requests.History(ctx, a, id)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, pages.NewActivity(s.build(c, "", nil), v, items))
}

// showFile answers GET /requests/:id/files/:file.
func (s *server) showFile(c *gin.Context) error {
	v, err := s.Requests.Request(c.Request.Context(), actorOf(c), requestParam(c))
	if err != nil {
		return err
	}
	return s.filePage(c, http.StatusOK, v, fileParam(c), nil)
}

func (s *server) filePage(c *gin.Context, status int, v *review.RequestView, id review.FileID, typed *pages.Typed) error {
	content, err := s.requestContent(c, v, id)
	if err != nil {
		return err
	}
	b := s.build(c, pages.RequestAddress(v.ID, "files", string(id)), typed)
	p := pages.NewRequestFile(b, v, id, content)
	if p == nil {
		return review.ErrUnknownFile
	}
	return s.show(c, status, p)
}

// requestContent is what is shown of a file of a request. That it was opened is
// recorded before it is read, also where the browser fetches the bytes.
func (s *server) requestContent(c *gin.Context, v *review.RequestView, id review.FileID) (pages.Content, error) {
	ctx := c.Request.Context()
	o, err := s.Requests.Open(ctx, actorOf(c), v.ID, id, false)
	if err != nil {
		return notShown(err)
	}
	content := pages.NewContent(o.Path, "/content/requests/"+url.PathEscape(string(v.ID))+"/"+url.PathEscape(string(id)))
	return content, fill(&content, o.Size, func() (opened, error) { return s.Vault.Open(ctx, o.SHA256) })
}

// notShown is the content of a file that the asker may not open.
func notShown(err error) (pages.Content, error) {
	e, ok := errors.AsType[*review.Error](err)
	if !ok || e.Kind != review.Forbidden && e.Kind != review.Conflict {
		return pages.Content{}, err
	}
	return pages.Content{Kind: pages.AsNothing, Why: e.Message}, nil
}

// opened is bytes that can be read.
type opened interface {
	io.ReaderAt
	io.Closer
}

// fill reads what the page itself shows of a file.
func fill(content *pages.Content, size int64, open func() (opened, error)) error {
	if !content.Read() {
		return nil
	}
	f, err := open()
	if err != nil {
		return err
	}
	return errors.Join(content.Fill(io.NewSectionReader(f, 0, size), size), f.Close())
}

// showHome answers GET /.
func (s *server) showHome(c *gin.Context) error {
	a := actorOf(c)
	p := pages.Home{Frame: s.frame(c, "What waits for you")}
	for _, l := range []struct{ heading, empty, queue, more string }{
		{"Your turn", "Nothing waits for you now.", "your_turn", "/queue?queue=your_turn"},
		{"Waiting for others", "Nothing that you may see waits for others.", "waiting", "/queue?queue=waiting"},
	} {
		items, next, err := s.Requests.Requests(c.Request.Context(), a, review.Listing{Queue: l.queue, Limit: homeRows})
		if err != nil {
			return err
		}
		h := pages.HomeList{Heading: l.heading, Empty: l.empty}
		for _, sm := range items {
			h.Rows = append(h.Rows, pages.NewRequestRow(sm, s.Now()))
		}
		if next != "" {
			h.More = pages.Link{Text: "All of them", Href: l.more}
		}
		p.Lists = append(p.Lists, h)
	}
	switch {
	case a.HasAnywhere(review.Researcher):
		p.Begin = append(p.Begin, pages.Link{Text: "Ask for files of a workspace", Href: "/workspaces"})
	case a.HasAnywhere(review.Auditor):
		p.Begin = append(p.Begin, pages.Link{Text: "Read the ledger", Href: "/ledger"})
	case len(p.Places) == 0:
		p.Lead = "You have no role yet, so there is nothing to see. Ask an administrator for one."
	}
	return s.show(c, http.StatusOK, p)
}

// homeRows is how many requests each list of the home page shows.
const homeRows = 10

// queues are the checkers' lists.
var queues = []struct{ queue, text, empty string }{
	{"your_turn", "Your turn", "No request waits for you now."},
	{"waiting", "Waiting on others", "No request waits for others."},
	{"unclaimed", "Unclaimed", "No request is with the output checkers now."},
	{"all", "All", "There is no request that you may see."},
}

// showQueue answers GET /queue.
func (s *server) showQueue(c *gin.Context) error {
	queue := cmp.Or(c.Query("queue"), "your_turn")
	l := review.Listing{Queue: queue, Limit: defaultLimit, Cursor: c.Query("cursor")}
	rows, pager, err := s.rows(c, l, "/queue", url.Values{"queue": {queue}})
	if err != nil {
		return err
	}
	p := pages.Queue{Frame: s.frame(c, "Queue"), Rows: rows, Pager: pager}
	for _, q := range queues {
		p.Tabs = append(p.Tabs, pages.Link{Text: q.text, Href: "/queue?queue=" + q.queue, Current: q.queue == queue})
		if q.queue == queue {
			p.Empty = q.empty
		}
	}
	return s.show(c, http.StatusOK, p)
}

// showRequests answers GET /requests.
func (s *server) showRequests(c *gin.Context) error {
	chosen, err := statusesIn(c.QueryArray("status"))
	if err != nil {
		return err
	}
	status := ""
	if len(chosen) == 1 {
		status = string(chosen[0])
	}
	p := pages.Requests{
		Frame: s.frame(c, "Requests"), Statuses: pages.StatusChoices(status), Workspace: c.Query("workspace"), Author: c.Query("author"),
		Empty: "No request that you may see is like that.",
	}
	l := review.Listing{
		Status: chosen, Workspace: p.Workspace, Author: p.Author, Limit: defaultLimit, Cursor: c.Query("cursor"),
	}
	if len(chosen) == 0 && p.Workspace == "" && p.Author == "" {
		p.Empty = "There is no request that you may see. One begins in a workspace: choose files there."
	}
	p.Rows, p.Pager, err = s.rows(c, l, "/requests", url.Values{"status": {status}, "workspace": {p.Workspace}, "author": {p.Author}})
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, p)
}

// rows reads a page of requests.
func (s *server) rows(c *gin.Context, l review.Listing, address string, filter url.Values) ([]pages.RequestRow, pages.Pager, error) {
	items, next, err := s.Requests.Requests(c.Request.Context(), actorOf(c), l)
	if err != nil {
		return nil, pages.Pager{}, err
	}
	var rows []pages.RequestRow
	for _, sm := range items {
		rows = append(rows, pages.NewRequestRow(sm, s.Now()))
	}
	return rows, pagerOf(address, filter, l.Cursor, next), nil
}

// pagerOf leads through a list whose filter is in its address.
func pagerOf(address string, filter url.Values, cursor, next string) pages.Pager {
	query := url.Values{}
	for name, values := range filter {
		if values[0] != "" {
			query[name] = values
		}
	}
	at := func() string {
		if len(query) == 0 {
			return address
		}
		return address + "?" + query.Encode()
	}
	var p pages.Pager
	if cursor != "" {
		p.First = at()
	}
	if next != "" {
		query.Set("cursor", next)
		p.Next = at()
	}
	return p
}
