package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"sallyport/web/pages"
)

// partQuery asks for the rows of a table alone.
const partQuery = "part"

// lookingAt reads what a page's address asks for. What it cannot mean is the
// beginning.
func lookingAt(c *gin.Context, page, bytes string) pages.Look {
	number := func(name string, from int64) int64 {
		n, err := strconv.ParseInt(c.Query(name), 10, 63)
		if err != nil || n < from {
			return 0
		}
		return n - from
	}
	l := pages.Look{
		Page: page, Bytes: bytes, View: c.Query("view"), From: number("from", 1), Column: int(min(number("column", 1), 1<<30)), Row: -1,
	}
	l.Line, l.Hit, l.Find = number("line", 0), number("hit", 0), strings.TrimSpace(c.Query("find"))
	l.Begin, l.At = c.Query("from") != "", c.Query("at")
	if c.Query("row") != "" && c.Query("cell") != "" {
		l.Row, l.Cell = number("row", 0), int(min(number("cell", 1), 1<<30))
	}
	return l
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
