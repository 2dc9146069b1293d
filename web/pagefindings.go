package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"sallyport/review"
	"sallyport/web/pages"
)

// showFindings answers GET /requests/:id/findings.
func (s *server) showFindings(c *gin.Context) error {
	v, err := s.Requests.Request(c.Request.Context(), actorOf(c), requestParam(c))
	if err != nil {
		return err
	}
	if polls(c) {
		return s.answerPollWith(c, s.findings(c, v, nil), v.Version, pages.FindingsParts...)
	}
	return s.findingsPage(c, http.StatusOK, v, nil)
}

func (s *server) findingsPage(c *gin.Context, status int, v *review.RequestView, typed *pages.Typed) error {
	s.looked(c, v)
	return s.show(c, status, s.findings(c, v, typed))
}

func (s *server) findings(c *gin.Context, v *review.RequestView, typed *pages.Typed) pages.Findings {
	l := findingsLook(c)
	back := l
	back.Change = ""
	return pages.NewFindings(s.build(c, back.Address(v.ID), typed), v, l)
}

// findingsLook reads which findings of a request somebody looks at.
func findingsLook(c *gin.Context) pages.FindingsLook {
	query := lookQuery(c)
	l := pages.FindingsLook{Rule: short(query.Get("rule")), File: short(query.Get("file")), Change: short(query.Get("change"))}
	if query.Get("by") == "file" {
		l.By = "file"
	}
	if which := query.Get("show"); which == "open" || which == "answered" {
		l.Which = which
	}
	if n, err := strconv.Atoi(query.Get("from")); err == nil && n > 1 {
		l.From = n - 1
	}
	return l
}

// short is a name that addresses of a page repeat; "" for what is none.
func short(name string) string {
	const most = 100
	if len(name) > most {
		return ""
	}
	return name
}

// sendAnswer says one thing to all findings that were chosen: one by one, all of
// a rule, or all of a file.
func (s *server) sendAnswer(ctx context.Context, c *gin.Context, cmd review.Command) error {
	form := formOf(c)
	a := review.AnswerFindings{Findings: slices.Clone(form["finding"]), Text: form.Get("text")}
	if all := form["all"]; len(all) > 0 {
		v, err := s.Requests.Request(ctx, cmd.Actor, cmd.On)
		if err != nil {
			return err
		}
		l := findingsLook(c)
		for _, value := range all[:min(len(all), mostAll)] {
			a.Findings = append(a.Findings, l.Everything(v, value)...)
		}
	}
	slices.Sort(a.Findings)
	a.Findings = slices.Compact(a.Findings)
	return s.Requests.Answer(ctx, cmd, a)
}

// mostAll bounds the rules, or files, of which all findings are chosen at once.
const mostAll = 200

// showFinding answers GET /requests/:id/files/:file/findings/:finding. It shows
// what stands in the file, so that it is an opening like the file's page.
func (s *server) showFinding(c *gin.Context) error {
	v, err := s.Requests.Request(c.Request.Context(), actorOf(c), requestParam(c))
	if err != nil {
		return err
	}
	return s.findingPage(c, http.StatusOK, v, fileParam(c), param(c, "finding"), nil)
}

func (s *server) findingPage(
	c *gin.Context, status int, v *review.RequestView, id review.FileID, finding string, typed *pages.Typed,
) error {
	checked, err := s.checked(c, v, id, finding)
	if err != nil {
		return err
	}
	back := pages.FindingAddress(v.ID, id, finding)
	p := pages.NewOneFinding(s.build(c, back, typed), v, id, finding, checked)
	if p == nil {
		return review.ErrNotFound
	}
	return s.show(c, status, p)
}
