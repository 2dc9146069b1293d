package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"sallyport/auth"
	"sallyport/review"
	"sallyport/web/pages"
)

// SignIn is how people come in at the pages.
type SignIn struct {
	Provider Provider
	Sessions Sessions
	Held     Held
	// Roles are what the values of the role claim amount to; auth.Mapping.Roles.
	Roles func(claims []string) []auth.MappedRole
}

// Provider is where people sign in; *auth.Provider.
type Provider interface {
	Begin(ctx context.Context, next string) (address string, flow auth.Flow, err error)
	Finish(ctx context.Context, flow auth.Flow, query url.Values) (auth.Identity, error)
}

// Sessions finds out who is asking; auth.Sessions.
type Sessions interface {
	Begin(ctx context.Context, who auth.Identity, roles []auth.MappedRole, userAgent, before string) (auth.SignedIn, string, error)
	Authenticate(ctx context.Context, value string) (review.Actor, auth.Session, error)
	End(ctx context.Context, value string) error
	Refused(ctx context.Context, value string) error
}

// Held are the sessions of people.
type Held interface {
	// SessionsOf lists the sessions of a person that can still be used, the
	// newest first.
	SessionsOf(ctx context.Context, by review.Actor, person review.PersonID) ([]auth.Session, error)
	// EndSession ends one; review.ErrNotFound if there is none, or it is
	// somebody else's.
	EndSession(ctx context.Context, by review.Actor, id string) error
	// EndSessions ends all of a person's, and says how many there were.
	EndSessions(ctx context.Context, by review.Actor, person review.PersonID) (int, error)
}

// login answers GET /login: the way to the provider.
func (s *server) login(c *gin.Context) error {
	address, flow, err := s.SignIn.Provider.Begin(c.Request.Context(), c.Query("next"))
	if err != nil {
		return s.notSignedIn(c, err)
	}
	http.SetCookie(c.Writer, auth.FlowCookie(flow))
	return goTo(c, address, "")
}

// callback answers GET /auth/callback: the way back from the provider. Who has
// failed too often does not make us ask the provider.
func (s *server) callback(c *gin.Context) error {
	ctx, flow, before := c.Request.Context(), auth.FlowOf(c.Request), auth.SessionOf(c.Request)
	if wait := s.signIns.wait(c.ClientIP()); wait > 0 && flow != (auth.Flow{}) {
		return tooMany(wait)
	}
	who, err := s.SignIn.Provider.Finish(ctx, flow, c.Request.URL.Query())
	if err != nil {
		if errors.Is(err, auth.ErrDenied) { // whom the provider refuses is out at once
			err = errors.Join(err, s.SignIn.Sessions.Refused(ctx, before))
		}
		return s.notSignedIn(c, err)
	}
	_, value, err := s.SignIn.Sessions.Begin(ctx, who, s.SignIn.Roles(who.Claims), c.Request.UserAgent(), before)
	if err != nil {
		return s.notSignedIn(c, err)
	}
	http.SetCookie(c.Writer, auth.FlowCookie(auth.Flow{}))
	http.SetCookie(c.Writer, auth.SessionCookie(value))
	return goTo(c, auth.LocalPath(flow.Next), "")
}

// notSignedIn says why nobody was signed in. Who fails too often has to wait. Who
// began nothing does not count, since the provider is not asked for them: a page
// of another site could send browsers here until nobody at their address is let
// in.
func (s *server) notSignedIn(c *gin.Context, err error) error {
	p := problemOf(err)
	if p.Status == http.StatusInternalServerError {
		return err
	}
	switch {
	case errors.Is(err, auth.ErrNoFlow):
	case p.Status != http.StatusServiceUnavailable:
		if wait := s.signIns.note(c.ClientIP()); wait > 0 {
			return tooMany(wait)
		}
	default:
		s.Log.WarnContext(c.Request.Context(), "sign-in failed", "request_id", requestID(c), "error", err)
	}
	clearHeaders(c.Writer.Header(), p)
	m := pages.Message{
		Frame: s.frame(c, "You are not signed in"), Heading: "You are not signed in", Lines: []string{p.Detail},
		Links: []pages.Link{{Text: "Sign in again", Href: loginPage}},
	}
	return s.show(c, p.Status, m)
}

// tooMany refuses who has failed to sign in too often.
func tooMany(wait time.Duration) error {
	return &problem{
		Status: http.StatusTooManyRequests, Code: "rate_limited", retryAfter: wait,
		Detail: "Too many attempts to sign in from your address failed. Wait a moment, then begin again.",
	}
}

// logout answers POST /logout.
func (s *server) logout(c *gin.Context) error {
	if err := s.SignIn.Sessions.End(c.Request.Context(), auth.SessionOf(c.Request)); err != nil {
		return err
	}
	http.SetCookie(c.Writer, auth.SessionCookie(""))
	return goTo(c, "/signed-out", "")
}

// showSignedOut answers GET /signed-out.
func (s *server) showSignedOut(c *gin.Context) error {
	return s.show(c, http.StatusOK, pages.Message{
		Frame: s.frame(c, "Signed out"), Heading: "You are signed out",
		Lines: []string{
			"Your session here has ended. You may still be signed in at the sign-in provider: on a shared computer, sign out there too.",
		},
		Links: []pages.Link{{Text: "Sign in again", Href: loginPage}},
	})
}

// showSignedIn answers GET /signed-in, where one lands who signed in to send a
// form again.
func (s *server) showSignedIn(c *gin.Context) error {
	return s.show(c, http.StatusOK, pages.Message{
		Frame: s.frame(c, "Signed in"), Heading: "You are signed in as " + actorOf(c).Username,
		Lines: []string{"Close this tab, go back to the one with what you typed, and send it again."},
		Links: []pages.Link{{Text: "Go to the start page", Href: "/"}},
	})
}

// typedFields are the fields of forms in which people write, with their labels.
var typedFields = []struct{ name, label string }{
	{"title", "Title"}, {"group", "Group"}, {"context", "Context"}, {"controls", "Controls in words"},
	{"username", "Username"}, {"name", "Name"}, {"of", "Its name"}, {"backend", "Backend"},
	{"project", "Project"}, {"organisation", "Organisation"}, {"text", "Comment"}, {"reason", "Reason"}, {"acknowledge", "Why it goes out although a checker disagreed"},
}

// showAgain keeps what was typed by somebody whose session has ended.
func (s *server) showAgain(c *gin.Context) error {
	p := pages.Again{
		Frame: s.frame(c, "You are signed out"), Action: c.Request.URL.EscapedPath(), SignIn: loginAddress("/signed-in"),
	}
	form := formOf(c)
	for _, f := range typedFields {
		if v := form[f.name]; len(v) == 1 && v[0] != "" {
			p.Kept = append(p.Kept, pages.Kept{Name: f.name, Label: f.label, Value: v[0]})
			form.Del(f.name)
		}
	}
	for name, values := range form {
		for _, v := range values {
			p.Hidden = append(p.Hidden, pages.Kept{Name: name, Value: v})
		}
	}
	slices.SortFunc(p.Hidden, func(a, b pages.Kept) int { return strings.Compare(a.Name, b.Name) })
	return s.show(c, http.StatusUnauthorized, p)
}
