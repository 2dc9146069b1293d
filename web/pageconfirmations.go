package web

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"sallyport/review"
	"sallyport/web/pages"
)

const confirmationsPage = adminPage + "/confirmations"

// showConfirmations answers GET /admin/confirmations.
func (s *server) showConfirmations(c *gin.Context) error {
	all := c.Query("state") == "all"
	state := review.ConfirmationWaiting
	if all {
		state = ""
	}
	found, next, err := s.People.Confirmations(c.Request.Context(), state, "", c.Query("cursor"), defaultLimit)
	if err != nil {
		return err
	}
	frame, _ := s.built(c, nil, "Confirmations", inAdmin(pages.Link{Text: "Confirmations"})...)
	p := pages.Confirmations{
		Frame: frame, Empty: "Nothing waits for a second administrator.",
		Tabs: []pages.Link{
			{Text: "Waiting", Href: confirmationsPage, Current: !all}, {Text: "All", Href: confirmationsPage + "?state=all", Current: all},
		},
	}
	if all {
		p.Empty = "Nothing was asked for yet that takes two administrators."
	}
	for _, f := range found {
		p.Rows = append(p.Rows, pages.NewConfirmationRow(actorOf(c), f, s.Now()))
	}
	filter := url.Values{}
	if all {
		filter.Set("state", "all")
	}
	p.Pager = pagerOf(confirmationsPage, filter, c.Query("cursor"), next)
	return s.show(c, http.StatusOK, p)
}

// showConfirmationPage answers GET /admin/confirmations/:id.
func (s *server) showConfirmationPage(c *gin.Context) error {
	return s.confirmationPage(c, http.StatusOK, nil)
}

func (s *server) confirmationPage(c *gin.Context, status int, typed *pages.Typed) error {
	found, err := s.People.Confirmation(c.Request.Context(), param(c, "id"))
	if err != nil {
		return err
	}
	frame, forms := s.built(c, typed, "", inAdmin(pages.Link{Text: "Confirmations", Href: confirmationsPage}, pages.Link{Text: pages.ConfirmationTitle(found)})...)
	p := pages.NewConfirmation(frame, forms, actorOf(c), found, s.Now())
	if found.Policy != "" {
		proposed, err := s.proposed(c.Request.Context(), found)
		if err != nil {
			return err
		}
		p.Proposed = &proposed
	}
	return s.show(c, status, p)
}

// sendSettling answers POST /admin/confirmations/:id.
func (s *server) sendSettling(c *gin.Context) error {
	decision, notice := formOf(c).Get("decision"), "confirmed"
	if decision != "confirm" {
		notice = "refused"
	}
	return s.sends(c, func(ctx context.Context, cmd review.Command) error {
		if decision != "confirm" && decision != "refuse" {
			return invalid("The form does not say what was decided.")
		}
		return s.People.SettleConfirmation(ctx, cmd, param(c, "id"), decision == "confirm")
	}, pages.ConfirmationAddress(param(c, "id")), notice, func(status int, typed *pages.Typed) error {
		return s.confirmationPage(c, status, typed)
	})
}
