package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"sallyport/outputs"
	"sallyport/web/pages"
)

// partQuery asks for the rows of a table alone.
const partQuery = "part"

// lookingAt reads what a page's address asks for. What it cannot mean is the
// beginning.
func lookingAt(c *gin.Context, page, bytes string) pages.Look {
	query := lookQuery(c)
	number := func(name string, from int64) int64 {
		n, err := strconv.ParseInt(query.Get(name), 10, 63)
		if err != nil || n < from {
			return 0
		}
		return n - from
	}
	l := pages.Look{
		Page: page, Bytes: bytes, View: query.Get("view"), From: number("from", 1), Column: int(min(number("column", 1), 1<<30)), Row: -1,
		Sort: query.Get("sort"), Filters: given(query["filter"]), Delimiter: query.Get("delimiter"), Summary: query.Get("summary") == "1",
		Marked: number("at", 0),
	}
	l.Line, l.Hit, l.Find = number("line", 0), number("hit", 0), strings.TrimSpace(query.Get("find"))
	l.Begin, l.At = query.Get("from") != "", query.Get("at")
	if query.Get("row") != "" && query.Get("cell") != "" {
		l.Row, l.Cell = number("row", 0), int(min(number("cell", 1), 1<<30))
	}
	if f := filterOf(query); f != "" {
		l.Filters = append(l.Filters, f)
	}
	return l
}

// lookQuery is what the address of a page asks for or, where a form was sent
// from it, of the page that the form stands on.
func lookQuery(c *gin.Context) url.Values {
	text := c.Request.URL.RawQuery
	if c.Request.Method == http.MethodPost {
		_, text, _ = strings.Cut(formOf(c).Get("back"), "?")
		text, _, _ = strings.Cut(text, "#")
	}
	query, err := url.ParseQuery(text)
	if err != nil {
		return url.Values{}
	}
	for _, values := range query {
		for i, v := range values {
			values[i] = strings.ToValidUTF8(v, "\ufffd")
		}
	}
	return query
}

// filterOf is the filter that the form of a table asks for: what rows must have
// in a column.
func filterOf(query url.Values) string {
	how, what := query.Get("how"), query.Get("what")
	switch {
	case strings.HasPrefix(how, ":"):
		return query.Get("in") + how
	case how == "" || what == "" && how != string(outputs.Equals) && how != string(outputs.Differs) || what == "" && query.Get("in") == "*":
		return ""
	}
	return query.Get("in") + how + what
}

// mostLooked bounds what each form of a page brings one back to.
const mostLooked = 8 << 10

// lookedAt is what of a file is looked at, as addresses have it, so that one
// comes back to it after a form was sent.
func lookedAt(c *gin.Context) string {
	query := url.Values{}
	for name, values := range lookQuery(c) {
		switch name {
		case "view", "from", "column", "row", "cell", "sort", "filter", "delimiter", "summary", "at", "find", "line", "hit":
			query[name] = values
		case "finding":
			if len(values) == 1 && findingID(values[0]) {
				query[name] = values
			}
		}
	}
	if f := filterOf(lookQuery(c)); f != "" {
		query.Add("filter", f)
	}
	address := "?" + query.Encode()
	if len(query) == 0 || len(address) > mostLooked {
		return ""
	}
	return address
}

// wantsRows reports whether a page asks for more rows of a table that it shows.
func wantsRows(c *gin.Context) bool { return c.Query(partQuery) == "rows" }

// showRows sends the rows of a table alone, for a page that fetches them as
// somebody scrolls.
func (s *server) showRows(c *gin.Context, content pages.Content) error {
	b, err := s.pages.Part("content-rows", content)
	if err != nil {
		return err
	}
	c.Data(http.StatusOK, "text/html; charset=utf-8", b)
	return nil
}
