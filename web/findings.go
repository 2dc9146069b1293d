package web

import (
	"context"
	"errors"

	"github.com/gin-gonic/gin"

	"sallyport/checking"
	"sallyport/review"
	"sallyport/web/pages"
)

// answerFindings answers POST /requests/{id}/findings/answer: one answer to
// findings of one file or of several.
func (s *server) answerFindings(c *gin.Context) error {
	form, err := decode[struct {
		Findings []string `json:"findings"`
		Text     string   `json:"text"`
	}](c)
	if err != nil {
		return err
	}
	return s.act(c, func(ctx context.Context, cmd review.Command) error {
		return s.Requests.Answer(ctx, cmd, review.AnswerFindings{Findings: form.Findings, Text: form.Text})
	})
}

// listFindings answers GET /requests/{id}/files/{file}/findings: the report of
// the disclosure checks with the places of what was found. It says what stands
// in the file, so that it is an opening like the content; what can be worked out
// of hidden values is on the page alone.
func (s *server) listFindings(c *gin.Context) error {
	ctx := c.Request.Context()
	opened, err := s.Requests.Open(ctx, actorOf(c), requestParam(c), fileParam(c), false)
	if err != nil {
		return err
	}
	report, err := s.report(c, requestParam(c), fileParam(c), opened.FindingsHash)
	switch {
	case err != nil:
		return err
	case report == nil:
		return review.ErrChecks
	}
	return send(c, struct {
		SHA256       string `json:"sha256"`
		FindingsHash string `json:"findings_hash"`
		*checking.Report
	}{opened.SHA256, opened.FindingsHash, report})
}

// report is what the checks say of a file; nil if it was not checked, or what
// they say was lost and waits to be made again.
func (s *server) report(c *gin.Context, id review.RequestID, file review.FileID, findingsHash string) (*checking.Report, error) {
	if findingsHash == "" {
		return nil, nil
	}
	report, err := s.Checks.FileReport(c.Request.Context(), id, file, findingsHash)
	if errors.Is(err, review.ErrNotFound) {
		return nil, nil
	}
	return report, err
}

// checked is what the disclosure checks say of a file that somebody opens. The
// opening is recorded.
func (s *server) checked(c *gin.Context, v *review.RequestView, id review.FileID, finding string) (pages.Checked, error) {
	opened, refused := s.Requests.OpenShown(c.Request.Context(), v, id)
	return s.checkedBy(c, v, id, finding, opened, refused)
}

// checkedBy is checked after an opening. Who may see a file on a page, but not
// open it, sees what the view says.
func (s *server) checkedBy(
	c *gin.Context, v *review.RequestView, id review.FileID, finding string, opened review.Opened, refused error,
) (pages.Checked, error) {
	if refused != nil {
		_, err := notShown(refused)
		return pages.Checked{Marks: pages.NewMarks(v, id, nil, finding)}, err
	}
	report, err := s.report(c, v.ID, id, opened.FindingsHash)
	if report == nil {
		return pages.Checked{Marks: pages.NewMarks(v, id, nil, finding)}, err
	}
	return pages.Checked{Report: &report.Report, ACRO: report.ACRO, Marks: pages.NewMarks(v, id, &report.Report, finding)}, err
}
