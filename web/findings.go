package web

import (
	"context"

	"github.com/gin-gonic/gin"

	"sallyport/review"
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
