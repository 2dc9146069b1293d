package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"sallyport/auth"
	"sallyport/web/pages"
)

// accountPage is the address of one's own page.
const accountPage = "/account"

// showAccount answers GET /account.
func (s *server) showAccount(c *gin.Context) error { return s.accountPage(c, http.StatusOK, nil) }

func (s *server) accountPage(c *gin.Context, status int, typed *pages.Typed) error {
	ctx, a := c.Request.Context(), actorOf(c)
	name, err := s.People.Name(ctx, a.ID)
	if err != nil {
		return err
	}
	frame, forms := s.built(c, typed, "My account")
	p := pages.Account{
		Frame: frame, Username: a.Username, Name: name, Roles: pages.RolesOf(a.Grants),
		Make: pages.NewTokenForm(forms.Form("token", accountPage+"/tokens", nil), auth.ScopesFor(a)),
	}
	if p.Sessions, err = s.sessionsOf(c, forms, a.ID, accountPage+"/sessions"); err != nil {
		return err
	}
	var next string
	if p.Tokens, next, err = s.tokenRows(c, a.ID, accountPage+"/tokens"); err != nil {
		return err
	}
	p.Pager = pagerOf(accountPage, nil, c.Query("cursor"), next)
	return s.show(c, status, p)
}

// endSession answers POST /account/sessions/:session/end.
func (s *server) endSession(c *gin.Context) error {
	id := param(c, "session")
	if err := s.SignIn.Held.EndSession(c.Request.Context(), actorOf(c), id); err != nil {
		return err
	}
	if id == c.GetString(sessionKey) {
		http.SetCookie(c.Writer, auth.SessionCookie(""))
		return goTo(c, "/signed-out", "")
	}
	return goTo(c, "/account", "session")
}
