package web

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"sallyport/review"
)

// makeComment answers POST /requests/{id}/comments.
func (s *server) makeComment(c *gin.Context) error {
	form, err := decode[struct {
		Group      string            `json:"group"`
		File       review.FileID     `json:"file"`
		Place      *review.Position  `json:"place"`
		Text       string            `json:"text"`
		Visibility review.Visibility `json:"visibility"`
	}](c)
	if err != nil {
		return err
	}
	return s.once(c, requestParam(c), func(ctx context.Context, cmd review.Command) (answer, error) {
		id, err := s.Requests.Comment(ctx, cmd, review.NewComment{
			Group: form.Group, File: form.File, Place: form.Place, Text: form.Text, Visibility: form.Visibility,
		})
		if err != nil {
			return answer{}, err
		}
		return answerWith(http.StatusCreated, cmd.On, map[string]review.CommentID{"id": id})
	})
}

// publishComment answers POST /requests/{id}/comments/{comment}/publish.
func (s *server) publishComment(c *gin.Context) error {
	return s.act(c, func(ctx context.Context, cmd review.Command) error {
		return s.Requests.PublishComment(ctx, cmd, review.CommentID(param(c, "comment")))
	})
}

// deleteComment answers DELETE /requests/{id}/comments/{comment}.
func (s *server) deleteComment(c *gin.Context) error {
	return s.act(c, func(ctx context.Context, cmd review.Command) error {
		return s.Requests.DeleteComment(ctx, cmd, review.CommentID(param(c, "comment")))
	})
}
