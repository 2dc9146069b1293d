package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sallyport/auth"
	"sallyport/review"
)

// tokenAge is how long a token lives if nobody says, unless a token makes it
// that ends before.
const tokenAge = 90 * 24 * time.Hour

// listedToken is a token as it is listed.
type listedToken struct {
	ID        string              `json:"id"`
	Name      string              `json:"name"`
	Backend   *string             `json:"backend"`
	Scopes    []review.TokenScope `json:"scopes"`
	MadeAt    time.Time           `json:"made_at"`
	ExpiresAt *time.Time          `json:"expires_at"`
	EndedAt   *time.Time          `json:"ended_at"`
}

func showToken(t auth.Token) listedToken {
	return listedToken{
		ID: t.ID, Name: t.Name, Backend: optional(t.Backend), Scopes: append([]review.TokenScope{}, t.Scopes...),
		MadeAt: t.Made.UTC(), ExpiresAt: timeShown(t.Expires), EndedAt: timeShown(t.Ended),
	}
}

// listTokens answers GET /tokens.
func (s *server) listTokens(c *gin.Context) error {
	by := actorOf(c)
	of := by.ID
	if c.Query("services") == "true" {
		of = ""
	}
	cursor, limit := page(c)
	items, next, err := s.People.Tokens(c.Request.Context(), by, of, cursor, limit)
	if err != nil {
		return err
	}
	return send(c, listOf(items, next, showToken))
}

// madeToken is a token that was just made. Token is what its owner sends; null
// where the same act made it before, since nobody knows it any more.
type madeToken struct {
	listedToken
	Token *string `json:"token"`
}

// makeToken answers POST /tokens. What it answers is kept under no key: the
// token would be in it.
func (s *server) makeToken(c *gin.Context) error {
	body, err := decode[struct {
		Name      string              `json:"name"`
		Scopes    []review.TokenScope `json:"scopes"`
		Backend   string              `json:"backend"`
		ExpiresAt time.Time           `json:"expires_at"`
	}](c)
	if err != nil {
		return err
	}
	cmd, err := command(c, "")
	if err != nil {
		return err
	}
	t := auth.NewToken{Person: cmd.Actor.ID, Name: body.Name, Scopes: body.Scopes, Expires: body.ExpiresAt}
	if body.Backend != "" {
		t.Person, t.Backend = "", body.Backend
	}
	if t.Expires.IsZero() {
		t.Expires = s.Now().Add(tokenAge)
		if until := cmd.Actor.Until; !until.IsZero() && until.Before(t.Expires) {
			t.Expires = until
		}
	}
	ctx := c.Request.Context()
	made, token, err := s.People.NewToken(ctx, cmd, t)
	if err != nil {
		return err
	}
	listed, err := s.People.ListedToken(ctx, cmd.Actor, made.ID)
	if err != nil {
		return errors.Join(errDoneUnseen, err)
	}
	a, err := answerWith(http.StatusCreated, "", madeToken{showToken(listed), optional(token)})
	if err != nil {
		return err
	}
	a.send(c)
	return nil
}

// endToken answers DELETE /tokens/{id}.
func (s *server) endToken(c *gin.Context) error {
	id := param(c, "id")
	return s.once(c, "", func(ctx context.Context, cmd review.Command) (answer, error) {
		if err := s.People.EndToken(ctx, cmd, id); err != nil {
			return answer{}, err
		}
		listed, err := s.People.ListedToken(ctx, cmd.Actor, id)
		if err != nil {
			return answer{}, errors.Join(errDoneUnseen, err)
		}
		return answerWith(http.StatusOK, "", showToken(listed))
	})
}
