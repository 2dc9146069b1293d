package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sallyport/review"
)

// confirmation is a role, or a change of a policy, that waits for a second
// administrator, as it is shown.
type confirmation struct {
	ID        string                   `json:"id"`
	Person    *review.Person           `json:"person"`
	Role      *review.Role             `json:"role"`
	Scope     *review.Scope            `json:"scope"`
	Policy    *review.PolicyScope      `json:"policy"`
	Loosens   []string                 `json:"loosens"`
	AskedBy   review.Person            `json:"asked_by"`
	AskedAt   time.Time                `json:"asked_at"`
	LapsesAt  time.Time                `json:"lapses_at"`
	State     review.ConfirmationState `json:"state"`
	SettledBy *review.Person           `json:"settled_by"`
	SettledAt *time.Time               `json:"settled_at"`
	// MayConfirm is whether the asker may confirm it now, WhyNot why not.
	MayConfirm bool    `json:"may_confirm"`
	WhyNot     *string `json:"why_not"`
}

// showConfirmation shows confirmations to somebody.
func (s *server) showConfirmation(by review.Actor) func(review.Confirmation) confirmation {
	now := s.Now()
	return func(c review.Confirmation) confirmation {
		shown := confirmation{
			ID: c.ID, Person: optional(c.Person), Role: optional(c.Role), Scope: optional(c.Scope),
			Policy: optional(c.Policy), Loosens: append([]string{}, c.Loosens...), AskedBy: c.AskedBy, AskedAt: c.Asked.UTC(),
			LapsesAt: c.Lapses.UTC(), State: c.StateAt(now), SettledBy: optional(c.SettledBy), SettledAt: timeShown(c.Settled),
		}
		if err := review.MayConfirm(by, c, now); err != nil {
			shown.WhyNot = optional(err.Error())
		} else {
			shown.MayConfirm = true
		}
		return shown
	}
}

// listConfirmations answers GET /confirmations.
func (s *server) listConfirmations(c *gin.Context) error {
	by := actorOf(c)
	if err := review.MayAdminister(by); err != nil {
		return err
	}
	cursor, limit := page(c)
	state := review.ConfirmationState(c.Query("state"))
	items, next, err := s.People.Confirmations(c.Request.Context(), state, review.PersonID(c.Query("person")), cursor, limit)
	if err != nil {
		return err
	}
	return send(c, listOf(items, next, s.showConfirmation(by)))
}

// showOneConfirmation answers GET /confirmations/{id}.
func (s *server) showOneConfirmation(c *gin.Context) error {
	by := actorOf(c)
	if err := review.MayAdminister(by); err != nil {
		return err
	}
	found, err := s.People.Confirmation(c.Request.Context(), param(c, "id"))
	if err != nil {
		return err
	}
	return send(c, s.showConfirmation(by)(found))
}

// settleConfirmation answers POST /confirmations/{id}.
func (s *server) settleConfirmation(c *gin.Context) error {
	body, err := decode[struct {
		Decision string `json:"decision"`
	}](c)
	if err != nil {
		return err
	}
	return s.administer(c, func(ctx context.Context, cmd review.Command) (answer, error) {
		if err := s.People.SettleConfirmation(ctx, cmd, param(c, "id"), body.Decision != "refuse"); err != nil {
			return answer{}, err
		}
		found, err := s.People.Confirmation(ctx, param(c, "id"))
		if err != nil {
			return answer{}, errors.Join(errDoneUnseen, err)
		}
		return answerWith(http.StatusOK, "", s.showConfirmation(cmd.Actor)(found))
	})
}
