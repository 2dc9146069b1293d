package web

import (
	"github.com/gin-gonic/gin"

	"sallyport/review"
)

// me is who asks, as it is shown.
type me struct {
	ID       review.PersonID `json:"id"`
	Username string          `json:"username"`
	Name     string          `json:"name"`
	Roles    []roleShown     `json:"roles"`
}

type roleShown struct {
	Role  review.Role  `json:"role"`
	Scope review.Scope `json:"scope"`
}

// showMe answers GET /me.
func (s *server) showMe(c *gin.Context) error {
	a := actorOf(c)
	m := me{ID: a.ID, Username: a.Username, Roles: []roleShown{}}
	for _, g := range review.Standing(a.Grants) {
		m.Roles = append(m.Roles, roleShown{g.Role, g.Scope})
	}
	if a.Kind == review.IsService {
		m.Roles = []roleShown{{review.BackendService, review.Scope("backend:" + a.Backend)}}
		return send(c, m)
	}
	name, err := s.People.Name(c.Request.Context(), a.ID)
	if err != nil {
		return err
	}
	m.Name = name
	return send(c, m)
}

// notHere answers an address that is none.
func (s *server) notHere(*gin.Context) error { return review.ErrNotFound }
