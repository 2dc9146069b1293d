package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"sallyport/review"
)

// answer is what is answered to an act, and kept under its key.
type answer struct {
	Status   int              `json:"status"`
	Request  review.RequestID `json:"request,omitempty"` // that the act was done on
	ETag     string           `json:"etag,omitempty"`
	Location string           `json:"location,omitempty"`
	Body     json.RawMessage  `json:"body"`
}

// answerWith is an answer with v as JSON.
func answerWith(status int, on review.RequestID, v any) (answer, error) {
	body, err := json.Marshal(v)
	return answer{Status: status, Request: on, Body: body}, err
}

func (a answer) send(c *gin.Context) {
	for name, value := range map[string]string{"ETag": a.ETag, "Location": a.Location} {
		if value != "" {
			c.Header(name, value)
		}
	}
	c.Data(a.Status, "application/json", a.Body)
}

// keyHeader names the act, so that it is done once.
const keyHeader = "Idempotency-Key"

// checkKey refuses two keys; the form of one is the document's to check.
func checkKey(c *gin.Context) error {
	values := c.Request.Header.Values(keyHeader)
	if len(values) > 1 || len(values) == 1 && values[0] == "" {
		return invalid("Idempotency-Key is one key of 1 to 200 visible characters.")
	}
	return nil
}

// command says who asks for the act of this request, under which key, and on
// which version they decided it.
func command(c *gin.Context, on review.RequestID) (review.Command, error) {
	basedOn, err := ifMatch(c.Request.Header)
	if err != nil {
		return review.Command{}, err
	}
	return review.Command{
		Key: c.GetHeader(keyHeader), Body: hashOf(c), Actor: actorOf(c), On: on, BasedOn: basedOn,
	}, nil
}

// hashOf names what was asked: method, address and body.
func hashOf(c *gin.Context) string {
	sum := sha256.Sum256(append(fmt.Appendf(nil, "%s %q\n", c.Request.Method, c.Request.URL.Path), bodyOf(c)...))
	return hex.EncodeToString(sum[:])
}

// ifMatch is the version that If-Match names; "" if it is not there. It takes
// one strong ETag (RFC 9110 §8.8.3), also without its quotes: `*`, weak ones
// and lists do not say what was looked at.
func ifMatch(h http.Header) (string, error) {
	values := h.Values("If-Match")
	if len(values) == 0 {
		return "", nil
	}
	tag := strings.TrimSpace(values[0])
	if unquoted, ok := strings.CutPrefix(tag, `"`); ok {
		unquoted, ok = strings.CutSuffix(unquoted, `"`)
		if !ok {
			unquoted = ""
		}
		tag = unquoted
	}
	plain := tag != "" && !strings.ContainsFunc(tag, func(r rune) bool {
		return r <= ' ' || r > '~' || r == '"' || r == ',' || r == '*' || r == '/'
	})
	if len(values) > 1 || !plain {
		return "", invalid("If-Match takes one ETag of this request, as it was answered.")
	}
	return tag, nil
}

// once does an act and answers it. The same key by the same person is one act:
// what it was answered is answered again, whatever happened since, as long as
// the asker may still know of the request.
func (s *server) once(c *gin.Context, on review.RequestID, do func(context.Context, review.Command) (answer, error)) error {
	cmd, err := command(c, on)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	if a, err := s.answered(ctx, cmd); err != nil || a != nil {
		if err == nil {
			a.send(c)
		}
		return err
	}
	a, err := do(ctx, cmd)
	if err != nil {
		return err
	}
	s.keep(ctx, cmd, a, requestID(c)).send(c)
	return nil
}

// answered is what the command was answered before; nil if it was not.
func (s *server) answered(ctx context.Context, cmd review.Command) (*answer, error) {
	if cmd.Key == "" {
		return nil, nil
	}
	kept, err := s.Answers.Answer(ctx, cmd.Actor.ID, cmd.Key, cmd.Body)
	if err != nil || kept == nil {
		return nil, err
	}
	var a answer
	if err := json.Unmarshal(kept, &a); err != nil {
		return nil, fmt.Errorf("read a kept answer: %w", err)
	}
	if a.Request != "" {
		if _, err := s.Requests.Request(ctx, cmd.Actor, a.Request); err != nil {
			return nil, err
		}
	}
	return &a, nil
}

// longestKept bounds what is kept for an act, in bytes. A longer answer is
// made anew when its key comes again: the view of a large request as it is
// then.
const longestKept = 64 << 10

const keepTime = 5 * time.Second

// keep keeps the answer to an act that was done and returns the one that
// stands: that of the first, where the same act came twice at once. The act
// stays done if its answer cannot be kept, or its asker is gone.
func (s *server) keep(ctx context.Context, cmd review.Command, a answer, id string) answer {
	if cmd.Key == "" || len(a.Body) > longestKept {
		return a
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTime)
	defer cancel()
	b, err := json.Marshal(a)
	if err == nil {
		b, err = s.Answers.KeepAnswer(ctx, cmd.Actor.ID, cmd.Key, b)
	}
	stands := a
	if err == nil && b != nil {
		stands = answer{}
		err = json.Unmarshal(b, &stands)
	}
	if err != nil {
		s.Log.WarnContext(ctx, "answer not kept", "request_id", id, "error", err)
		return a
	}
	return stands
}

// act does an act on a request and answers with the request as the asker sees
// it then.
func (s *server) act(c *gin.Context, do func(context.Context, review.Command) error) error {
	return s.once(c, requestParam(c), func(ctx context.Context, cmd review.Command) (answer, error) {
		if err := do(ctx, cmd); err != nil {
			return answer{}, err
		}
		return s.view(ctx, cmd.Actor, cmd.On)
	})
}

// view is the answer that shows a request after an act on it. That it cannot
// be shown does not mean that nothing was done.
func (s *server) view(ctx context.Context, actor review.Actor, id review.RequestID) (answer, error) {
	v, err := s.Requests.Request(ctx, actor, id)
	switch {
	case errors.Is(err, review.ErrNotFound):
		return answer{}, err
	case err != nil:
		return answer{}, errors.Join(errDoneUnseen, err)
	}
	a, err := answerWith(http.StatusOK, id, v)
	a.ETag = quoted(v.Version)
	return a, err
}

func quoted(tag string) string { return `"` + tag + `"` }
