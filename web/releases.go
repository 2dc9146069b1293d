package web

import (
	"time"

	"github.com/gin-gonic/gin"

	"sallyport/review"
)

// releaseItem is a release as a list shows it.
type releaseItem struct {
	ID           review.RequestID `json:"id"`
	Workspace    string           `json:"workspace"`
	Project      *string          `json:"project"`
	Organisation *string          `json:"organisation"`
	Author       string           `json:"author"`
	Status       review.Status    `json:"status"`
	BegunAt      *time.Time       `json:"begun_at"`
	ReleasedAt   *time.Time       `json:"released_at"`
}

// releaseShown is a release with its files.
type releaseShown struct {
	releaseItem
	Destinations []string        `json:"destinations"`
	Files        []releasedShown `json:"files"`
}

type releasedShown struct {
	ID       review.FileID  `json:"id"`
	Path     string         `json:"path"`
	SHA256   string         `json:"sha256"`
	Size     int64          `json:"size"`
	Receipts []receiptShown `json:"receipts"`
}

type receiptShown struct {
	Destination string     `json:"destination"`
	Location    string     `json:"location"`
	At          *time.Time `json:"at"`
}

func showReleaseItem(r Release) releaseItem {
	return releaseItem{
		ID: r.Request, Workspace: r.Place.Workspace, Project: optional(r.Place.Project),
		Organisation: optional(r.Place.Organisation), Author: r.Author, Status: r.Status,
		BegunAt: timeShown(r.Begun), ReleasedAt: timeShown(r.Released),
	}
}

func showRelease(r Release) releaseShown {
	shown := releaseShown{
		releaseItem: showReleaseItem(r), Destinations: append([]string{}, r.Destinations...), Files: []releasedShown{},
	}
	for _, f := range r.Files {
		file := releasedShown{ID: f.ID, Path: f.Path, SHA256: f.SHA256, Size: f.Size, Receipts: []receiptShown{}}
		for _, d := range f.Receipts {
			file.Receipts = append(file.Receipts, receiptShown{d.Destination, d.Location, timeShown(d.At)})
		}
		shown.Files = append(shown.Files, file)
	}
	return shown
}

// listReleases answers GET /releases.
func (s *server) listReleases(c *gin.Context) error {
	cursor, limit := page(c)
	items, next, err := s.Releases.Releases(c.Request.Context(), ReleaseFilter{
		Reach: review.MaySeeReleases(actorOf(c)), Project: c.Query("project"), Workspace: c.Query("workspace"), Author: c.Query("author"),
		Cursor: cursor, Limit: limit,
	})
	if err != nil {
		return err
	}
	return send(c, listOf(items, next, showReleaseItem))
}

// showRelease answers GET /releases/{id}.
func (s *server) showRelease(c *gin.Context) error {
	r, err := s.Releases.Release(c.Request.Context(), requestParam(c))
	if err != nil {
		return err
	}
	if !covers(review.MaySeeReleases(actorOf(c)), r.Place) {
		return review.ErrNotFound
	}
	return send(c, showRelease(r))
}
