package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"sallyport/review"
)

// listRequests answers GET /requests.
func (s *server) listRequests(c *gin.Context) error {
	statuses, err := statusesIn(c.QueryArray("status"))
	if err != nil {
		return err
	}
	cursor, limit := page(c)
	items, next, err := s.Requests.Requests(c.Request.Context(), actorOf(c), review.Listing{
		Status: statuses, Workspace: c.Query("workspace"), Author: c.Query("author"), Queue: c.Query("queue"),
		Limit: limit, Cursor: cursor,
	})
	if err != nil {
		return err
	}
	return send(c, listOf(items, next, same))
}

// statusesIn reads statuses that stand one by one or with commas.
func statusesIn(values []string) ([]review.Status, error) {
	var statuses []review.Status
	for _, v := range values {
		for name := range strings.SplitSeq(v, ",") {
			st := review.Status(strings.TrimSpace(name))
			switch {
			case st == "":
			case !slices.Contains(review.Statuses, st):
				return nil, invalid("There is no status `%s`.", readable(name))
			case !slices.Contains(statuses, st):
				statuses = append(statuses, st)
			}
		}
	}
	return statuses, nil
}

// createRequest answers POST /requests.
func (s *server) createRequest(c *gin.Context) error {
	form, err := decode[struct {
		Workspace string `json:"workspace"`
		Title     string `json:"title"`
	}](c)
	if err != nil {
		return err
	}
	return s.once(c, "", func(ctx context.Context, cmd review.Command) (answer, error) {
		out, err := s.Requests.Create(ctx, cmd, form.Workspace, form.Title)
		if err != nil {
			return answer{}, err
		}
		a, err := s.view(ctx, cmd.Actor, out.Request)
		a.Status, a.Location = http.StatusCreated, apiBase+"/requests/"+string(out.Request)
		return a, err
	})
}

// showRequest answers GET /requests/{id}.
func (s *server) showRequest(c *gin.Context) error {
	v, err := s.Requests.Request(c.Request.Context(), actorOf(c), requestParam(c))
	if err != nil {
		return err
	}
	c.Header("ETag", quoted(v.Version))
	if noneMatch(c.Request.Header, v.Version) {
		c.Status(http.StatusNotModified)
		c.Writer.WriteHeaderNow()
		return nil
	}
	return send(c, v)
}

// noneMatch reports whether If-None-Match names the version (RFC 9110
// §13.1.2), weakly or not.
func noneMatch(h http.Header, version string) bool {
	for _, line := range h.Values("If-None-Match") {
		for tag := range strings.SplitSeq(line, ",") {
			tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
			if tag == "*" || tag == quoted(version) {
				return true
			}
		}
	}
	return false
}

// setTitle answers PATCH /requests/{id}.
func (s *server) setTitle(c *gin.Context) error {
	form, err := decode[struct {
		Title string `json:"title"`
	}](c)
	if err != nil {
		return err
	}
	return s.act(c, func(ctx context.Context, cmd review.Command) error {
		return s.Requests.SetTitle(ctx, cmd, form.Title)
	})
}

// listHistory answers GET /requests/{id}/history. Entries are numbered for
// the asker, and the cursor is the number of the last one shown.
func (s *server) listHistory(c *gin.Context) error {
	cursor, limit := page(c)
	after := 0
	if cursor != "" {
		n, err := strconv.Atoi(cursor)
		if err != nil || n < 0 {
			return invalid("This cursor was not given by this list.")
		}
		after = n
	}
	items, err := s.Requests.History(c.Request.Context(), actorOf(c), requestParam(c))
	if err != nil {
		return err
	}
	items = items[min(after, len(items)):]
	next := ""
	if len(items) > limit {
		items = items[:limit]
		next = strconv.Itoa(after + limit)
	}
	return send(c, listOf(items, next, same))
}

// reasonOf is the reason in the body, if there is one.
func reasonOf(c *gin.Context) (string, error) {
	form, err := decode[struct {
		Reason string `json:"reason"`
	}](c)
	return form.Reason, err
}

// submit answers POST /requests/{id}/submit.
func (s *server) submit(c *gin.Context) error { return s.act(c, s.Requests.Submit) }

// recall answers POST /requests/{id}/recall.
func (s *server) recall(c *gin.Context) error { return s.act(c, s.Requests.Recall) }

// submitReview answers POST /requests/{id}/review.
func (s *server) submitReview(c *gin.Context) error { return s.act(c, s.Requests.SubmitReview) }

// withReason does an act that may be given a reason.
func (s *server) withReason(c *gin.Context, do func(context.Context, review.Command, string) error) error {
	reason, err := reasonOf(c)
	if err != nil {
		return err
	}
	return s.act(c, func(ctx context.Context, cmd review.Command) error { return do(ctx, cmd, reason) })
}

// withdraw answers POST /requests/{id}/withdraw.
func (s *server) withdraw(c *gin.Context) error { return s.withReason(c, s.Requests.Withdraw) }

// returnRequest answers POST /requests/{id}/return.
func (s *server) returnRequest(c *gin.Context) error { return s.withReason(c, s.Requests.Return) }

// reject answers POST /requests/{id}/reject.
func (s *server) reject(c *gin.Context) error { return s.withReason(c, s.Requests.Reject) }

// stop answers POST /requests/{id}/stop.
func (s *server) stop(c *gin.Context) error { return s.withReason(c, s.Requests.Stop) }

// approve answers POST /requests/{id}/approve.
func (s *server) approve(c *gin.Context) error {
	form, err := decode[struct {
		Files       []review.FileBytes `json:"files"`
		Acknowledge string             `json:"acknowledge"`
	}](c)
	if err != nil {
		return err
	}
	return s.act(c, func(ctx context.Context, cmd review.Command) error {
		return s.Requests.Approve(ctx, cmd, review.ApproveFiles{Files: form.Files, Acknowledge: form.Acknowledge})
	})
}
