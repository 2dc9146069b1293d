package web

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"sallyport/mirrors"
	"sallyport/review"
	"sallyport/web/pages"
)

// codeShown is what stands at a path of a repository, as the API shows it.
type codeShown struct {
	Commit      string      `json:"commit"`
	Repo        *string     `json:"repo"`
	Subject     *string     `json:"subject"`
	CommittedAt *time.Time  `json:"committed_at"`
	Path        string      `json:"path"`
	Kind        *string     `json:"kind"`
	Size        *int64      `json:"size"`
	Text        *string     `json:"text"`
	Target      *string     `json:"target"`
	Entries     []codeEntry `json:"entries"`
	MoreEntries int         `json:"more_entries"`
	WhyNot      *string     `json:"why_not"`
}

type codeEntry struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
}

// mostEntries is how many names of a folder are in an answer.
const mostEntries = 5_000

// showCodeAt answers GET /workspaces/{workspace}/code.
func (s *server) showCodeAt(c *gin.Context) (err error) {
	w, err := s.known(c)
	if err != nil {
		return err
	}
	digits, path := c.Query("commit"), strings.Trim(c.Query("path"), "/")
	found, err := s.findCode(c.Request.Context(), w.Place.Workspace, digits)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, found.close()) }()
	shown := codeShown{Commit: digits, Repo: optional(found.repo), Path: path, WhyNot: optional(found.why)}
	if found.why == "" {
		shown.Commit, shown.Subject, shown.CommittedAt = found.commit.ID, optional(valid(found.commit.Subject)), timeShown(found.commit.At)
		if err := s.fillShown(c.Request.Context(), &shown, found); err != nil {
			return err
		}
	}
	return send(c, shown)
}

// valid is a text as JSON has it.
func valid(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

func (s *server) fillShown(ctx context.Context, shown *codeShown, found code) error {
	e, err := found.mirror.Entry(ctx, found.commit, shown.Path)
	if errors.Is(err, mirrors.ErrNoFile) {
		return review.ErrNotFound
	}
	if err == nil && e.Kind == mirrors.Folder {
		err = shown.folder(ctx, found, e)
	} else if err == nil {
		err = shown.file(ctx, found, e)
	}
	var large *mirrors.TooLargeError
	switch {
	case errors.As(err, &large):
		shown.Size = &large.Size
		shown.WhyNot = optional("Files of more than " + pages.Size(mirrors.MostFile) + " are not shown here.")
	case err != nil:
		why, err := s.noCode(ctx, err, shown.Commit)
		shown.WhyNot = optional(why)
		return err
	}
	return nil
}

func (shown *codeShown) folder(ctx context.Context, found code, folder mirrors.Entry) error {
	entries, err := found.mirror.List(ctx, folder)
	if err != nil {
		return err
	}
	shown.Kind, shown.Entries = optional(string(mirrors.Folder)), []codeEntry{}
	for _, e := range entries[:min(len(entries), mostEntries)] {
		shown.Entries = append(shown.Entries, codeEntry{valid(e.Name), string(e.Kind)})
	}
	shown.MoreEntries = len(entries) - len(shown.Entries)
	return nil
}

func (shown *codeShown) file(ctx context.Context, found code, e mirrors.Entry) error {
	f, err := found.mirror.File(ctx, e)
	if err != nil {
		return err
	}
	shown.Kind, shown.Target = optional(string(f.Kind)), optional(valid(f.Target))
	if f.Size >= 0 {
		shown.Size = &f.Size
	}
	if f.Kind == mirrors.Text {
		text := valid(string(f.Text))
		shown.Text = &text
	}
	return nil
}
