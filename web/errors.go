package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"sallyport/auth"
	"sallyport/outputs"
	"sallyport/review"
)

// statuses says which status each kind of refusal has (docs/api.md "Errors").
// A kind that is not here is nobody's business: 500.
var statuses = map[review.ErrorKind]int{
	review.Invalid:      http.StatusUnprocessableEntity,
	review.Forbidden:    http.StatusForbidden,
	review.NotFound:     http.StatusNotFound,
	review.Conflict:     http.StatusConflict,
	review.Precondition: http.StatusPreconditionRequired,
	review.Unavailable:  http.StatusServiceUnavailable,
	review.TooLarge:     http.StatusRequestEntityTooLarge,
}

// statusGone is what the log says of a request whose asker did not wait.
const statusGone = 499

// problem is a refusal as it is sent: application/problem+json (RFC 9457).
type problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail"`
	Code      string `json:"code"`
	RequestID string `json:"request_id"`

	retryAfter time.Duration
}

func (p *problem) Error() string { return p.Detail }

// The refusals that are made here.
var (
	errUnauthenticated = &problem{
		Status: http.StatusUnauthorized, Code: "unauthenticated",
		Detail: "Send a token that is good today: Authorization: Bearer sp_….",
	}
	errCrossSite = &problem{
		Status: http.StatusForbidden, Code: "role",
		Detail: "This was sent by a page of another site, so nothing was done.",
	}
	errMethod = &problem{
		Status: http.StatusMethodNotAllowed, Code: "invalid",
		Detail: "There is no such act at this address. The header Allow names those that there are.",
	}
	errInternal = &problem{
		Status: http.StatusInternalServerError, Code: "internal",
		Detail: "Something went wrong here. It is noted in the log under this request's id.",
	}
	errDoneUnseen = &problem{
		Status: http.StatusServiceUnavailable, Code: "unavailable",
		Detail: "The act was done, but what came of it cannot be shown now. Look at it again in a moment.",
	}
)

// invalid refuses what is wrong in itself.
func invalid(format string, args ...any) error {
	return &review.Error{Kind: review.Invalid, Code: review.ErrInvalid.Code, Message: fmt.Sprintf(format, args...)}
}

// forbidden refuses what may be seen but not done.
func forbidden(format string, args ...any) error {
	return &review.Error{Kind: review.Forbidden, Code: review.ErrRole.Code, Message: fmt.Sprintf(format, args...)}
}

// problemOf says what an error is to the person who asked. Whatever is not a
// refusal is errInternal, whose words say nothing of it.
func problemOf(err error) problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return *p
	}
	if e, ok := errors.AsType[*review.Error](err); ok && statuses[e.Kind] != 0 {
		return problem{Status: statuses[e.Kind], Code: e.Code, Detail: e.Message}
	}
	switch {
	case errors.Is(err, auth.ErrUnauthenticated):
		return *errUnauthenticated
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, outputs.ErrFull):
		return problem{
			Status: http.StatusServiceUnavailable, Code: review.ErrUnavailable.Code, Detail: review.ErrUnavailable.Message,
		}
	}
	return *errInternal
}

// fail answers with an error: the only place where a refusal becomes a status,
// and where errors are logged. What has been sent in part is cut off, so that
// nobody takes it for the whole.
func (s *server) fail(c *gin.Context, err error) {
	c.Abort()
	ctx := c.Request.Context()
	if errors.Is(ctx.Err(), context.Canceled) {
		c.Status(statusGone)
		return
	}
	p := problemOf(err)
	p.Type, p.Title, p.RequestID = "about:blank", http.StatusText(p.Status), requestID(c)
	if p.Status >= http.StatusInternalServerError {
		s.Log.ErrorContext(ctx, "request failed", "request_id", p.RequestID, "route", routeOf(c), "status", p.Status, "error", err)
	}
	if c.Writer.Written() {
		panic(http.ErrAbortHandler)
	}
	if inFrame(c) {
		sendInFrame(c, p)
		return
	}
	if s.wantsPage(c) {
		s.sendMessage(c, p)
		return
	}
	s.sendProblem(c, p)
}

// clearHeaders takes away what a handler said of an answer that is not sent,
// and says when it is worth trying again.
func clearHeaders(h http.Header, p problem) {
	for _, name := range []string{"Content-Type", "ETag", "Content-Disposition", "Content-Encoding", "Accept-Ranges", "Location"} {
		h.Del(name)
	}
	h.Set("Cache-Control", "no-store")
	switch {
	case p.retryAfter > 0:
		h.Set("Retry-After", strconv.Itoa(int((p.retryAfter+time.Second-1)/time.Second)))
	case p.Status == http.StatusServiceUnavailable:
		h.Set("Retry-After", "5")
	}
}

func (s *server) sendProblem(c *gin.Context, p problem) {
	h := c.Writer.Header()
	clearHeaders(h, p)
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="sallyport"`)
	}
	body, err := json.Marshal(p)
	if err != nil {
		panic(fmt.Sprintf("problem as JSON: %v", err)) // plain values always marshal
	}
	c.Data(p.Status, "application/problem+json", body)
}
