package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
)

// healthz says that the process answers.
func (s *server) healthz(c *gin.Context) error {
	return send(c, map[string]string{"status": "ok"})
}

// readyz says whether everything that is needed is usable, and if not, the
// names of what is not.
func (s *server) readyz(c *gin.Context) error {
	failed, err := s.ready.look(c.Request.Context())
	if len(failed) > 0 {
		if err != nil {
			s.Log.WarnContext(c.Request.Context(), "not ready", "request_id", requestID(c), "error", err)
		}
		s.sendProblem(c, problem{
			Type: "about:blank", Title: http.StatusText(http.StatusServiceUnavailable), RequestID: requestID(c),
			Status: http.StatusServiceUnavailable, Code: "unavailable", Detail: "Not usable: " + strings.Join(failed, ", ") + ".",
		})
		return nil
	}
	return send(c, map[string]string{"status": "ready"})
}

const (
	readyTime = 5 * time.Second // for all checks together
	readyLast = time.Second     // how long an answer is good: anybody may ask
)

// readiness runs the checks, not more often than once in readyLast.
type readiness struct {
	checks []Check
	now    func() time.Time

	mu     sync.Mutex
	at     time.Time
	asked  bool
	failed []string
}

// look returns the names of the checks that failed, in their order. The error
// says why; it is nil if the answer is an earlier one.
func (r *readiness) look(ctx context.Context) (failed []string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if r.asked && now.Sub(r.at) < readyLast && !now.Before(r.at) {
		return r.failed, nil
	}
	// Others wait for this answer, so it does not end with who asked first.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyTime)
	defer cancel()
	errs := make([]error, len(r.checks))
	var wg sync.WaitGroup
	for i, check := range r.checks {
		wg.Go(func() { errs[i] = check.Check(ctx) })
	}
	wg.Wait()
	r.failed = nil
	for i, err := range errs {
		if err != nil {
			r.failed = append(r.failed, r.checks[i].Name)
		}
	}
	r.at, r.asked = now, true
	return r.failed, errors.Join(errs...)
}
