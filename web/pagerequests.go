package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"sallyport/review"
	"sallyport/web/pages"
)

// showOverview answers GET /requests/:id.
func (s *server) showOverview(c *gin.Context) error {
	v, err := s.Requests.Request(c.Request.Context(), actorOf(c), requestParam(c))
	if err != nil {
		return err
	}
	if polls(c) {
		p := s.overview(c, v, nil)
		if v.WaitingOn != "system" && p.Checks != nil { // it follows the checks
			return s.answerPollWith(c, p, v.Version, append([]pages.Part{pages.Said(p.Checks.Said())}, p.Followed()...)...)
		}
		return s.answerPoll(c, p, v.Version, v.StatusSentence)
	}
	return s.overviewPage(c, http.StatusOK, v, nil)
}

// showActivity answers GET /requests/:id/activity.
func (s *server) showActivity(c *gin.Context) error {
	ctx, a, id := c.Request.Context(), actorOf(c), requestParam(c)
	v, err := s.Requests.Request(ctx, a, id)
	if err != nil {
		return err
	}
	items, err := s.Requests.History(ctx, a, id)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, pages.NewActivity(s.build(c, "", nil), v, items))
}

// showFile answers GET /requests/:id/files/:file.
func (s *server) showFile(c *gin.Context) error {
	v, err := s.Requests.Request(c.Request.Context(), actorOf(c), requestParam(c))
	if err != nil {
		return err
	}
	return s.filePage(c, http.StatusOK, v, fileParam(c), nil)
}

func (s *server) filePage(c *gin.Context, status int, v *review.RequestView, id review.FileID, typed *pages.Typed) error {
	page := pages.RequestAddress(v.ID, "files", string(id))
	l := lookingAt(c, page, "/content/requests/"+url.PathEscape(string(v.ID))+"/"+url.PathEscape(string(id)))
	l.Finding = pages.KnownFinding(v, id, lookQuery(c).Get("finding"))
	opened, refused := s.Requests.OpenShown(c.Request.Context(), v, id)
	checked, err := s.checkedBy(c, v, id, l.Finding, opened, refused)
	if err != nil {
		return err
	}
	l.Marks = checked.Marks
	content, err := s.requestContent(c.Request.Context(), opened, refused, l)
	if err != nil {
		return err
	}
	if wantsRows(c) && typed == nil {
		return s.showRows(c, content)
	}
	p := s.requestFile(c, v, id, content, checked, typed)
	switch {
	case p == nil:
		return review.ErrUnknownFile
	case wantsParts(c) && c.Request.Method == http.MethodGet:
		return s.showParts(c, status, p, p.Arrived(c.GetHeader(versionHeader))...)
	}
	s.looked(c, v)
	return s.show(c, status, p)
}

func (s *server) requestFile(
	c *gin.Context, v *review.RequestView, id review.FileID, content pages.Content, checked pages.Checked, typed *pages.Typed,
) *pages.RequestFile {
	return pages.NewRequestFile(s.build(c, pages.RequestAddress(v.ID, "files", string(id))+lookedAt(c), typed), v, id, content, checked)
}

// requestContent is what is shown of a file of a request. That it was opened is
// recorded before it is read, also where the browser fetches the bytes.
func (s *server) requestContent(ctx context.Context, o review.Opened, refused error, l pages.Look) (pages.Content, error) {
	if refused != nil {
		return notShown(refused)
	}
	return s.copyContent(ctx, o, l)
}

// copyContent is what is shown of a copy whose opening was recorded.
func (s *server) copyContent(ctx context.Context, o review.Opened, l pages.Look) (pages.Content, error) {
	blob, err := s.Vault.Open(ctx, o.SHA256)
	if err != nil {
		return pages.Content{}, fmt.Errorf("open a copy: %w", err)
	}
	content, err := pages.Show(ctx, s.Windows, pages.Source{Bytes: blob, Path: o.Path, SHA256: o.SHA256}, l)
	return content, errors.Join(err, blob.Close())
}

// notShown is the content of a file that the asker may not open.
func notShown(err error) (pages.Content, error) {
	e, ok := errors.AsType[*review.Error](err)
	if !ok || e.Kind != review.Forbidden && e.Kind != review.Conflict {
		return pages.Content{}, err
	}
	return pages.Content{Kind: pages.AsNothing, Why: e.Message}, nil
}
