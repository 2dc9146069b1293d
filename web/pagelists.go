package web

import (
	"cmp"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"sallyport/review"
	"sallyport/web/pages"
)

// queues are the checkers' lists. While nobody can claim a request, all that
// are with the checkers are unclaimed.
var queues = []struct{ queue, text, empty string }{
	{"your_turn", "Your turn", "No request waits for you now. When a researcher submits one that you may check, it appears here."},
	{"waiting", "Waiting on others", "No request waits for others."},
	{"unclaimed", "With the checkers", "No request is with the output checkers now."},
	{"all", "All", "There is no request that you may see."},
}

// ages are how long a request may have waited, at least.
var ages = []struct {
	name, text string
	age        time.Duration
}{
	{"", "any time", 0}, {"1", "a day or more", 24 * time.Hour}, {"3", "3 days or more", 72 * time.Hour},
	{"7", "a week or more", 7 * 24 * time.Hour}, {"14", "2 weeks or more", 14 * 24 * time.Hour},
}

// queueFilters are the fields by which the queue is narrowed.
func queueFilters(query url.Values, queue string) pages.Filters {
	f := pages.Filters{Action: "/queue", Keep: []pages.Kept{{Name: "queue", Value: queue}}}
	f.Text(query, [2]string{"project", "Project"}, [2]string{"workspace", "Workspace"}, [2]string{"backend", "Backend"}, [2]string{"author", "Author"})
	waiting := pages.Filter{Name: "age", Label: "Waiting for"}
	for _, a := range ages {
		waiting.Choices = append(waiting.Choices, pages.Choice{Value: a.name, Text: a.text})
	}
	f.Add(query, waiting)
	if f.Narrowed() {
		f.Clear += "?queue=" + url.QueryEscape(queue)
	}
	return f
}

// showQueue answers GET /queue.
func (s *server) showQueue(c *gin.Context) error {
	query := c.Request.URL.Query()
	queue := cmp.Or(query.Get("queue"), "your_turn")
	l := review.Listing{
		Queue: queue, Project: query.Get("project"), Workspace: query.Get("workspace"), Backend: query.Get("backend"),
		Author: query.Get("author"), Limit: defaultLimit, Cursor: query.Get("cursor"),
	}
	for _, a := range ages {
		if a.age > 0 && a.name == query.Get("age") {
			l.Before = s.Now().Add(-a.age)
		}
	}
	p := pages.Queue{Frame: s.frame(c, "Queue"), Filter: queueFilters(query, queue)}
	for _, q := range queues {
		there := p.Filter.Address()
		there.Set("queue", q.queue)
		p.Tabs = append(p.Tabs, pages.Link{Text: q.text, Href: addressWith("/queue", there), Current: q.queue == queue})
		if q.queue == queue {
			p.Empty = q.empty
		}
	}
	if p.Filter.Narrowed() {
		p.Empty = nothingLikeThat
	}
	var err error
	if p.Rows, p.Pager, err = s.rows(c, l, "/queue", p.Filter.Address()); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, p)
}

const nothingLikeThat = "No request that you may see is like that. Clear the filter to see the others."

// requestFilters are the fields by which the requests are narrowed and sorted.
func requestFilters(query url.Values) pages.Filters {
	f := pages.Filters{Action: "/requests"}
	f.Add(query, pages.Filter{Name: "status", Label: "Status", Choices: pages.StatusChoices()})
	f.Text(query, [2]string{"project", "Project"}, [2]string{"workspace", "Workspace"}, [2]string{"author", "Author"})
	f.Add(query, pages.Filter{Name: "sort", Label: "Order", Choices: []pages.Choice{
		{Value: "", Text: "the latest first"}, {Value: "oldest", Text: "the longest waiting first"},
	}})
	return f
}

// showRequests answers GET /requests.
func (s *server) showRequests(c *gin.Context) error {
	query := c.Request.URL.Query()
	given := query["status"]
	if query.Get("status") == "" {
		given = nil
	}
	chosen, err := statusesIn(given)
	if err != nil {
		return err
	}
	p := pages.Requests{Frame: s.frame(c, "Requests"), Filter: requestFilters(query), Empty: nothingLikeThat}
	if !p.Filter.Narrowed() {
		p.Empty = "There is no request that you may see. One begins in a workspace: choose files there."
	}
	l := review.Listing{
		Status: chosen, Project: query.Get("project"), Workspace: query.Get("workspace"), Author: query.Get("author"),
		Newest: query.Get("sort") != "oldest", Limit: defaultLimit, Cursor: query.Get("cursor"),
	}
	if p.Rows, p.Pager, err = s.rows(c, l, "/requests", p.Filter.Address()); err != nil {
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

// addressWith is an address with what is not empty of a query.
func addressWith(address string, query url.Values) string {
	kept := url.Values{}
	for name, values := range query {
		if len(values) > 0 && values[0] != "" {
			kept[name] = values
		}
	}
	if len(kept) == 0 {
		return address
	}
	return address + "?" + kept.Encode()
}

// pagerOf leads through a list whose filter is in its address.
func pagerOf(address string, filter url.Values, cursor, next string) pages.Pager {
	var p pages.Pager
	if cursor != "" {
		p.First = addressWith(address, filter)
	}
	if next != "" {
		query := url.Values{"cursor": {next}}
		for name, values := range filter {
			query[name] = values
		}
		p.Next = addressWith(address, query)
	}
	return p
}
