package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"sallyport/auth"
	"sallyport/review"
	"sallyport/web/pages"
)

// tokenRows are the newest tokens of a person, or of all services (""), whose
// end is asked about below an address.
func (s *server) tokenRows(c *gin.Context, of review.PersonID, below string) (rows []pages.TokenRow, next string, err error) {
	found, next, err := s.People.Tokens(c.Request.Context(), actorOf(c), of, c.Query("cursor"), defaultLimit)
	for _, t := range found {
		rows = append(rows, pages.NewTokenRow(t, below, s.Now()))
	}
	return rows, next, err
}

// showServiceTokens answers GET /admin/tokens.
func (s *server) showServiceTokens(c *gin.Context) error { return s.tokensPage(c, http.StatusOK, nil) }

func (s *server) tokensPage(c *gin.Context, status int, typed *pages.Typed) error {
	const at = adminPage + "/tokens"
	rows, next, err := s.tokenRows(c, "", at)
	if err != nil {
		return err
	}
	frame, forms := s.built(c, typed, "Service tokens", inAdmin(pages.Link{Text: "Service tokens"})...)
	return s.show(c, status, pages.Tokens{
		Frame: frame, Rows: rows, Make: pages.NewTokenForm(forms.Form("token", at, nil), nil), Pager: pagerOf(at, nil, c.Query("cursor"), next),
	})
}

// sendServiceToken answers POST /admin/tokens.
func (s *server) sendServiceToken(c *gin.Context) error {
	t := auth.NewToken{Backend: strings.TrimSpace(formOf(c).Get("backend"))}
	return s.sendToken(c, t, inAdmin(pages.Link{Text: "Service tokens", Href: adminPage + "/tokens"}), s.tokensPage)
}

// sendOwnToken answers POST /account/tokens.
func (s *server) sendOwnToken(c *gin.Context) error {
	t := auth.NewToken{Person: actorOf(c).ID}
	for _, scope := range formOf(c)["scope"] {
		t.Scopes = append(t.Scopes, review.TokenScope(scope))
	}
	return s.sendToken(c, t, []pages.Link{{Text: "My account", Href: accountPage}}, s.accountPage)
}

// sendToken makes a token and shows it, in the answer to the form and nowhere
// else: no page that could be reloaded has it.
func (s *server) sendToken(c *gin.Context, t auth.NewToken, crumbs []pages.Link, again func(*gin.Context, int, *pages.Typed) error) error {
	cmd, err := formCommand(c, "")
	if err == nil {
		t.Expires, err = s.tokenEnd(formOf(c).Get("days"))
	}
	if err == nil && t.Person == "" && t.Backend == "" {
		err = invalid("Say whose token it is: the name of a backend.")
	}
	t.Name = formOf(c).Get("name")
	var made auth.MadeToken
	var token string
	if err == nil {
		made, token, err = s.People.NewToken(c.Request.Context(), cmd, t)
	}
	if err != nil {
		return ended(c, err, "", "", func(status int, typed *pages.Typed) error { return again(c, status, typed) })
	}
	listed, err := s.People.ListedToken(c.Request.Context(), cmd.Actor, made.ID)
	if err != nil {
		return errors.Join(errDoneUnseen, err)
	}
	back := crumbs[len(crumbs)-1].Href
	return s.show(c, http.StatusOK, pages.TokenMade{
		Frame: s.frame(c, "A new token", append(crumbs, pages.Link{Text: "A new token"})...), Token: token,
		Row: pages.NewTokenRow(listed, back, s.Now()), Back: back,
	})
}

// tokenEnd is when a token ends that lives so many days.
func (s *server) tokenEnd(days string) (time.Time, error) {
	n, err := strconv.Atoi(days)
	known := slices.ContainsFunc(pages.TokenAges, func(a struct{ Value, Text string }) bool { return a.Value == days })
	if err != nil || !known {
		return time.Time{}, invalid("Choose when the token ends.")
	}
	return s.Now().AddDate(0, 0, n), nil
}

// askEndToken answers GET /admin/tokens/:id/end and GET /account/tokens/:id/end.
func (s *server) askEndToken(c *gin.Context) error { return s.endTokenPage(c, http.StatusOK, nil) }

// backFromToken is the page that lists a token.
func backFromToken(c *gin.Context, t auth.Token) pages.Link {
	switch {
	case t.Person == "":
		return pages.Link{Text: "Service tokens", Href: adminPage + "/tokens"}
	case t.Person == actorOf(c).ID:
		return pages.Link{Text: "My account", Href: accountPage}
	}
	return pages.Link{Text: "Person", Href: pages.PersonAddress(t.Person)}
}

func (s *server) endTokenPage(c *gin.Context, status int, typed *pages.Typed) error {
	found, err := s.People.ListedToken(c.Request.Context(), actorOf(c), param(c, "id"))
	if err != nil {
		return err
	}
	back, row := backFromToken(c, found), pages.NewTokenRow(found, "", s.Now())
	frame, forms := s.built(c, typed, "End a token", back, pages.Link{Text: "End a token"})
	facts := []pages.Fact{{Name: "Token", Text: row.ID, Mono: true}, {Name: "For", Text: row.Name}, {Name: "Made", When: row.Made}}
	if row.Of != "" {
		facts = append(facts, pages.Fact{Name: "Backend", Text: row.Of})
	}
	return s.show(c, status, pages.Ask{
		Frame: frame, Heading: "End this token?", Form: forms.Form("end", c.Request.URL.EscapedPath(), nil), Facts: facts,
		Lines:  []string{"Whatever uses it is refused from then on. It cannot be made good again."},
		Button: "End the token", Class: "stop", Back: back.Href,
	})
}

// sendEndToken answers POST /admin/tokens/:id/end and POST /account/tokens/:id/end.
func (s *server) sendEndToken(c *gin.Context) error {
	found, err := s.People.ListedToken(c.Request.Context(), actorOf(c), param(c, "id"))
	if err != nil {
		return err
	}
	return s.sends(c, func(ctx context.Context, cmd review.Command) error {
		return s.People.EndToken(ctx, cmd, found.ID)
	}, backFromToken(c, found).Href, "ended", func(status int, typed *pages.Typed) error {
		return s.endTokenPage(c, status, typed)
	})
}
