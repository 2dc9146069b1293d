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

// user is an account as it is shown.
type user struct {
	ID        review.PersonID `json:"id"`
	Username  string          `json:"username"`
	Name      string          `json:"name"`
	CreatedAt time.Time       `json:"created_at"`
	Roles     []heldRole      `json:"roles"`
}

type heldRole struct {
	Role  review.Role  `json:"role"`
	Scope review.Scope `json:"scope"`
	Since time.Time    `json:"since"`
}

func showUser(a auth.Account) user {
	u := user{ID: a.ID, Username: a.Username, Name: a.Name, CreatedAt: a.Created.UTC(), Roles: []heldRole{}}
	for _, g := range review.Standing(a.Grants) {
		u.Roles = append(u.Roles, heldRole{g.Role, g.Scope, g.From.UTC()})
	}
	return u
}

// changedRoles is an account after its roles were changed, with the
// confirmation that a role waits for.
type changedRoles struct {
	User         user          `json:"user"`
	Confirmation *confirmation `json:"confirmation"`
}

// listUsers answers GET /users.
func (s *server) listUsers(c *gin.Context) error {
	if err := review.MayAdminister(actorOf(c)); err != nil {
		return err
	}
	cursor, limit := page(c)
	items, next, err := s.People.Accounts(c.Request.Context(), auth.PeopleFilter{
		Text: c.Query("text"), Role: review.Role(c.Query("role")), Cursor: cursor, Limit: limit,
	})
	if err != nil {
		return err
	}
	return send(c, listOf(items, next, showUser))
}

// showUserByID answers GET /users/{id}.
func (s *server) showUserByID(c *gin.Context) error {
	if err := review.MayAdminister(actorOf(c)); err != nil {
		return err
	}
	found, err := s.People.Person(c.Request.Context(), personParam(c))
	if err != nil {
		return err
	}
	return send(c, showUser(found))
}

func personParam(c *gin.Context) review.PersonID { return review.PersonID(param(c, "id")) }

// addUser answers POST /users.
func (s *server) addUser(c *gin.Context) error {
	body, err := decode[struct {
		Username string `json:"username"`
		Name     string `json:"name"`
	}](c)
	if err != nil {
		return err
	}
	return s.administer(c, func(ctx context.Context, cmd review.Command) (answer, error) {
		p, err := s.People.AddPerson(ctx, cmd, body.Username, body.Name)
		if err != nil {
			return answer{}, err
		}
		found, err := s.People.Person(ctx, p.ID)
		if err != nil {
			return answer{}, errors.Join(errDoneUnseen, err)
		}
		a, err := answerWith(http.StatusCreated, "", showUser(found))
		a.Location = apiBase + "/users/" + string(p.ID)
		return a, err
	})
}

// administer does what only administrators do, once for each key. Who is none
// learns nothing of what is there.
func (s *server) administer(c *gin.Context, do func(context.Context, review.Command) (answer, error)) error {
	if err := review.MayAdminister(actorOf(c)); err != nil {
		return err
	}
	return s.once(c, "", do)
}

// giveRole answers PUT /users/{id}/roles.
func (s *server) giveRole(c *gin.Context) error {
	body, err := decode[struct {
		Role  review.Role  `json:"role"`
		Scope review.Scope `json:"scope"`
	}](c)
	if err != nil {
		return err
	}
	return s.administer(c, func(ctx context.Context, cmd review.Command) (answer, error) {
		given, err := s.People.GrantRole(ctx, cmd, personParam(c), body.Role, body.Scope)
		if err != nil {
			return answer{}, err
		}
		return s.changed(ctx, cmd.Actor, personParam(c), given)
	})
}

// endRole answers DELETE /users/{id}/roles.
func (s *server) endRole(c *gin.Context) error {
	role, scope := review.Role(c.Query("role")), review.Scope(c.Query("scope"))
	return s.administer(c, func(ctx context.Context, cmd review.Command) (answer, error) {
		cmd.Body += " " + string(role) + " " + string(scope) // which stand in no body
		if err := s.People.EndRole(ctx, cmd, personParam(c), role, scope); err != nil {
			return answer{}, err
		}
		return s.changed(ctx, cmd.Actor, personParam(c), review.Given{})
	})
}

// changed is the answer that shows an account after its roles were changed.
func (s *server) changed(ctx context.Context, by review.Actor, id review.PersonID, given review.Given) (answer, error) {
	found, err := s.People.Person(ctx, id)
	if err != nil {
		return answer{}, errors.Join(errDoneUnseen, err)
	}
	shown, status := changedRoles{User: showUser(found)}, http.StatusOK
	if given.Confirmation != "" && given.Grant == "" {
		waits, err := s.People.Confirmation(ctx, given.Confirmation)
		if err != nil {
			return answer{}, errors.Join(errDoneUnseen, err)
		}
		c := s.showConfirmation(by)(waits)
		shown.Confirmation, status = &c, http.StatusAccepted
	}
	return answerWith(status, "", shown)
}
