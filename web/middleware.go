package web

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gin-gonic/gin"

	"sallyport/review"
)

// handler answers one route, or returns why not.
type handler func(c *gin.Context) error

// The keys of what a request's context carries.
const (
	requestIDKey = "web.request_id"
	actorKey     = "web.actor"
	bodyKey      = "web.body"
)

// requestID names the exchange in the log.
func requestID(c *gin.Context) string { return c.GetString(requestIDKey) }

// actorOf is who asks.
func actorOf(c *gin.Context) review.Actor { return c.MustGet(actorKey).(review.Actor) }

// routeOf is the pattern of the route. Addresses stay out of log and metrics:
// they name people's files.
func routeOf(c *gin.Context) string {
	if route := c.FullPath(); route != "" {
		return route
	}
	return "unmatched"
}

// observe stands around everything: it names the exchange, sets the headers
// that every answer has, catches panics, and writes log and metrics.
func (s *server) observe(c *gin.Context) {
	began := s.Now()
	c.Set(requestIDKey, s.NewID())
	secure(c.Writer.Header())
	c.Header("X-Request-Id", requestID(c))
	done := s.Metrics.begin()
	defer func() {
		cut := s.caught(c, recover())
		took := s.Now().Sub(began)
		status := c.Writer.Status()
		done(routeOf(c), c.Request.Method, status, took)
		s.Log.InfoContext(c.Request.Context(), "request",
			"request_id", requestID(c), "method", methodOf(c.Request.Method), "route", routeOf(c), "status", status,
			"bytes", max(c.Writer.Size(), 0), "ms", took.Milliseconds())
		if cut {
			panic(http.ErrAbortHandler)
		}
	}()
	c.Next()
}

// caught answers for a panic, and reports whether the connection is to be cut.
func (s *server) caught(c *gin.Context, p any) (cut bool) {
	switch p {
	case nil:
		return false
	case http.ErrAbortHandler:
		return true
	}
	defer func() { cut = cut || recover() != nil }() // fail cuts off what was sent in part
	s.fail(c, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
	return false
}

// secure sets the headers that keep an answer from being anything but data.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// sameOrigin refuses acts that a page of another site makes a browser send.
func (s *server) sameOrigin(c *gin.Context) {
	if err := s.cross.Check(c.Request); err != nil {
		s.fail(c, errCrossSite)
	}
}

// handle adapts a handler.
func (s *server) handle(h handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := h(c); err != nil {
			s.fail(c, err)
		}
	}
}

// authenticate finds out who asks. Only those who send a wrong token too often
// are told to wait: behind one address there may be many people, and a good
// token works whatever the others send.
func (s *server) authenticate(c *gin.Context) error {
	header := c.GetHeader("Authorization")
	if header == "" || len(c.Request.Header.Values("Authorization")) != 1 {
		return errUnauthenticated
	}
	actor, err := s.Authenticate(c.Request.Context(), header)
	if err == nil {
		c.Set(actorKey, actor)
		return nil
	}
	if problemOf(err).Status != http.StatusUnauthorized {
		return err
	}
	if wait := s.failures.note(c.ClientIP()); wait > 0 {
		return &problem{
			Status: http.StatusTooManyRequests, Code: "rate_limited", retryAfter: wait,
			Detail: "Too many tokens that are not good came from your address. Wait, then send one that is.",
		}
	}
	return err
}

// within gives a handler so much time. Its context ends then, and the answer
// is 503.
func within(limit time.Duration, h handler) handler {
	return func(c *gin.Context) error {
		ctx, cancel := context.WithTimeout(c.Request.Context(), limit)
		defer cancel()
		before := c.Request
		c.Request = before.WithContext(ctx)
		defer func() { c.Request = before }()
		return h(c)
	}
}
