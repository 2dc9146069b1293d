package web

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"sallyport/review"
)

// addFiles answers POST /requests/{id}/files.
func (s *server) addFiles(c *gin.Context) error {
	form, err := decode[struct {
		Group string      `json:"group"`
		Kind  review.Kind `json:"kind"`
		Paths []string    `json:"paths"`
	}](c)
	if err != nil {
		return err
	}
	return s.once(c, requestParam(c), func(ctx context.Context, cmd review.Command) (answer, error) {
		added, err := s.Requests.AddFiles(ctx, cmd, review.AddFiles{Group: form.Group, Kind: form.Kind, Paths: form.Paths})
		if err != nil {
			return answer{}, err
		}
		return answerWith(http.StatusOK, cmd.On, map[string][]review.Added{"files": added})
	})
}

// changeFile answers PATCH /requests/{id}/files/{file}.
func (s *server) changeFile(c *gin.Context) error {
	form, err := decode[struct {
		Group *string      `json:"group"`
		Kind  *review.Kind `json:"kind"`
	}](c)
	if err != nil {
		return err
	}
	return s.act(c, func(ctx context.Context, cmd review.Command) error {
		return s.Requests.ChangeFile(ctx, cmd, review.ChangeFile{File: fileParam(c), Group: form.Group, Kind: form.Kind})
	})
}

// updateFile answers POST /requests/{id}/files/{file}/update.
func (s *server) updateFile(c *gin.Context) error {
	return s.act(c, func(ctx context.Context, cmd review.Command) error {
		return s.Requests.UpdateFile(ctx, cmd, fileParam(c))
	})
}

// withdrawFile answers DELETE /requests/{id}/files/{file}.
func (s *server) withdrawFile(c *gin.Context) error {
	return s.act(c, func(ctx context.Context, cmd review.Command) error {
		return s.Requests.WithdrawFile(ctx, cmd, fileParam(c))
	})
}

// voteOnFile answers PUT /requests/{id}/files/{file}/vote. A vote of null
// takes back what was cast.
func (s *server) voteOnFile(c *gin.Context) error {
	form, err := decode[struct {
		Vote   *review.VoteValue `json:"vote"`
		SHA256 string            `json:"sha256"`
		Turn   int               `json:"turn"`
		Answer string            `json:"answer_to_findings"`
	}](c)
	if err != nil {
		return err
	}
	v := review.VoteOn{File: fileParam(c), SHA256: form.SHA256, Turn: form.Turn, Answer: form.Answer}
	if form.Vote != nil {
		v.Vote = *form.Vote
	}
	return s.act(c, func(ctx context.Context, cmd review.Command) error { return s.Requests.Vote(ctx, cmd, v) })
}

// describeGroup answers PUT /requests/{id}/groups/{group}.
func (s *server) describeGroup(c *gin.Context) error {
	form, err := decode[struct {
		Context  string `json:"context"`
		Controls struct {
			Codes []string `json:"codes"`
			Text  string   `json:"text"`
		} `json:"controls"`
	}](c)
	if err != nil {
		return err
	}
	return s.act(c, func(ctx context.Context, cmd review.Command) error {
		return s.Requests.Describe(ctx, cmd, review.Described{
			Group: param(c, "group"), Context: form.Context, Codes: form.Controls.Codes, Text: form.Controls.Text,
		})
	})
}

// requestChangesInGroup answers POST /requests/{id}/groups/{group}/request-changes.
func (s *server) requestChangesInGroup(c *gin.Context) error {
	return s.act(c, func(ctx context.Context, cmd review.Command) error {
		return s.Requests.RequestChangesInGroup(ctx, cmd, param(c, "group"))
	})
}

// resetVotesInGroup answers POST /requests/{id}/groups/{group}/reset-votes.
func (s *server) resetVotesInGroup(c *gin.Context) error {
	return s.act(c, func(ctx context.Context, cmd review.Command) error {
		return s.Requests.ResetVotesInGroup(ctx, cmd, param(c, "group"))
	})
}
