package web

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"sallyport/web/pages"
)

// wantsParts reports whether a page that is shown asks for what changes of it
// (htmx), and not a browser for a page.
func wantsParts(c *gin.Context) bool { return c.GetHeader("HX-Request") == "true" }

// showParts sends parts of a page, which take the places of those that are
// shown; without any, all of the page between its top and its foot.
func (s *server) showParts(c *gin.Context, status int, p pages.Shown, parts ...pages.Part) error {
	b, err := s.pages.Parts(p, parts...)
	if err != nil {
		return err
	}
	c.Data(status, "text/html; charset=utf-8", b)
	return nil
}

// tellRefusal says why something is refused on a page that stays as it is, with
// what was typed.
func (s *server) tellRefusal(c *gin.Context, p problem, m pages.Message) error {
	told := pages.Told{Heading: m.Heading, Lines: m.Lines, Request: m.Request}
	if p.Status == http.StatusUnauthorized {
		told.Lines = []string{"Nothing was done. What you typed is still here: sign in in another tab, then come back and try again."}
		told.SignIn = loginAddress("/signed-in")
	}
	m.Title = ""
	return s.showParts(c, p.Status, m, pages.ToldPart(told))
}

// goOn sends a page on after an act: to the address, as a browser would go.
func goOn(c *gin.Context, address string) error {
	address, _, _ = strings.Cut(address, "#") // or it would be the same page
	c.Header("HX-Redirect", address)
	c.Status(http.StatusNoContent)
	c.Writer.WriteHeaderNow()
	return nil
}
