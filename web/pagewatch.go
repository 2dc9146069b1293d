package web

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"sallyport/pipeline"
	"sallyport/review"
	"sallyport/web/pages"
)

// watchOf is where a page of a workspace asks whether what it shows, a folder
// or an output, changed. page is where that stands.
func watchOf(w Workspace, of, page string, file bool) pages.Watch {
	version := strconv.FormatInt(w.Version, 10)
	query := url.Values{"seen": {version}, "page": {page}}
	if file {
		query.Set("file", "1")
	}
	if w.ReadError != "" {
		query.Set("failed", "1")
	}
	return pages.Watch{Address: addressWith(workspaceAddress(w.Place.Workspace, of), query), Version: version}
}

// watchFolder answers what an open page of a workspace asks: whether what it
// shows has changed. While the workspace is as it was told last, that is one
// query.
func (s *server) watchFolder(c *gin.Context) error {
	ctx, name := c.Request.Context(), param(c, "workspace")
	state, err := s.Workspaces.State(ctx, name)
	if err == nil && !review.MaySeeWorkspace(actorOf(c), state.Place) {
		err = review.ErrNotFound
	}
	if err != nil {
		return err
	}
	version := strconv.FormatInt(state.Version, 10)
	if c.GetHeader(versionHeader) == version {
		c.Status(http.StatusNoContent)
		c.Writer.WriteHeaderNow()
		return nil
	}
	moved := pages.Moved{}
	if id := review.RequestID(c.Query("request")); id != "" {
		err = s.movedRequest(c, id, &moved)
	} else {
		err = s.movedFolder(c, state, strings.Trim(param(c, "path"), "/"), &moved)
	}
	if err != nil {
		return err
	}
	moved.Watch = pages.Watch{Address: c.Request.URL.RequestURI(), Version: version}
	return s.showParts(c, http.StatusOK, pages.Message{}, moved.Parts()...)
}

// mostCounted bounds the changes that are counted for a page that is open.
const mostCounted = 500

// movedFolder says what became of a folder or an output since it was shown.
func (s *server) movedFolder(c *gin.Context, state WorkspaceState, below string, moved *pages.Moved) error {
	ctx, name := c.Request.Context(), state.Place.Workspace
	moved.Link = pages.Link{Text: "Show it as it is now", Href: cmp.Or(c.Query("page"), workspaceAddress(name, below))}
	if !strings.HasPrefix(moved.Link.Href, workspaceAddress(name, below)) {
		moved.Link.Href = workspaceAddress(name, below)
	}
	seen, err := strconv.ParseInt(c.Query("seen"), 10, 64)
	if err != nil {
		return invalid("The page does not say what it shows.")
	}
	f := ChangeFilter{Workspace: name, After: seen, Dir: below, Limit: mostCounted}
	if c.Query("file") != "" {
		f.Dir, f.Path = "", below
	}
	changed, next, err := s.Workspaces.Changes(ctx, f)
	if err != nil {
		return err
	}
	gone, err := s.gone(c, name, below, changed, moved)
	switch {
	case err != nil || gone:
		return err
	case f.Path != "" && len(changed) > 0:
		moved.Text = fileMoved(changed[0].Change)
	case f.Path == "":
		moved.Text = folderMoved(below, changed, next != "")
	}
	if moved.Text == "" && state.Error != "" && c.Query("failed") == "" {
		moved.Text = "The workspace cannot be read now; what is shown is the last good reading."
	}
	return nil
}

// gone says that an output or a folder that was shown is not there any more,
// and leads to the nearest folder that is.
func (s *server) gone(c *gin.Context, name, below string, changed []review.ChangedOutput, moved *pages.Moved) (bool, error) {
	if below == "" || !slices.ContainsFunc(changed, func(o review.ChangedOutput) bool { return o.Gone }) {
		return false, nil
	}
	ctx := c.Request.Context()
	if c.Query("file") != "" {
		if _, err := s.Workspaces.Output(ctx, name, below); !errors.Is(err, review.ErrNotFound) {
			return false, err
		}
	} else {
		all := review.OutputListing{Workspace: name, Dir: below, Deep: true, Limit: 1}
		if items, _, err := s.Workspaces.Outputs(ctx, review.Asking{}, all); err != nil || len(items) > 0 {
			return false, err
		}
	}
	folder, _, err := s.Workspaces.Nearest(ctx, name, below)
	if err != nil {
		return false, err
	}
	moved.Gone, moved.Text = true, "`"+below+"` is gone from the workspace."
	moved.Link = pages.Link{Text: "Go to " + cmp.Or(folder, name), Href: goneAddress(name, folder, below)}
	return true, nil
}

// goneAddress is a folder, with what was looked for in it or below.
func goneAddress(workspace, folder, gone string) string {
	return addressWith(workspaceAddress(workspace, folder), url.Values{"gone": {gone}})
}

// nearest leads from what was in a workspace and is not any more to the
// nearest folder that is; what never was is review.ErrNotFound.
func (s *server) nearest(c *gin.Context, w Workspace, below string) error {
	folder, was, err := s.Workspaces.Nearest(c.Request.Context(), w.Place.Workspace, below)
	if err == nil && !was {
		err = review.ErrNotFound
	}
	if err != nil {
		return err
	}
	return goTo(c, goneAddress(w.Place.Workspace, folder, below), "")
}

// goneFrom is what the asker was led away from, since it is not there any
// more.
func goneFrom(c *gin.Context, w Workspace) string {
	gone := c.Query("gone")
	if gone == "" || pipeline.ValidPath(gone) != nil {
		return ""
	}
	return "`" + gone + "` is not in the workspace " + w.Place.Workspace + " any more. This is the nearest folder that is still there."
}

// fileMoved says what became of an output that is shown.
func fileMoved(change review.OutputChange) string {
	return map[review.OutputChange]string{
		review.ChangeBytes: "This file has other bytes now.", review.ChangeOutOfDate: "This file went out of date.",
		review.ChangeWritten: "This file was written again.", review.ChangeOther: "What is known of this file changed.",
		review.ChangeCame: "This file was written again.",
	}[change]
}

// changeWords count what changed: for one and for more.
var changeWords = []struct {
	change    review.OutputChange
	one, more string
}{
	{review.ChangeCame, "1 file came", "%s files came"}, {review.ChangeWent, "1 went", "%s went"},
	{review.ChangeBytes, "1 has other bytes", "%s have other bytes"}, {review.ChangeWritten, "1 was written again", "%s were written again"},
	{review.ChangeOutOfDate, "1 went out of date", "%s went out of date"},
	{review.ChangeSame, "1 was written again with the same bytes", "%s were written again with the same bytes"},
	{review.ChangeOther, "1 changed otherwise", "%s changed otherwise"},
}

// folderMoved says what became of the files of a folder, and how many below it
// changed; "" if none did.
func folderMoved(dir string, changed []review.ChangedOutput, more bool) string {
	if more {
		return "More than " + pages.Count(mostCounted) + " files changed in this folder and below."
	}
	here, below := map[review.OutputChange]int{}, 0
	for _, o := range changed {
		if folderPath(o.Path) == dir {
			here[o.Change]++
		} else {
			below++
		}
	}
	var parts []string
	for _, w := range changeWords {
		switch n := here[w.change]; {
		case n == 1:
			parts = append(parts, w.one)
		case n > 1:
			parts = append(parts, fmt.Sprintf(w.more, pages.Count(n)))
		}
	}
	text := ""
	if len(parts) > 0 {
		text = "This folder changed: " + strings.Join(parts, ", ") + "."
	}
	if below > 0 {
		text += " " + pages.Plural(below, "file") + " in the folders below changed."
	}
	return strings.TrimSpace(text)
}

// changedFiles is a fingerprint of which files of a request have other bytes in
// the workspace now.
func changedFiles(v *review.RequestView) string {
	sum := sha256.New()
	for _, g := range v.Groups {
		for _, f := range g.Files {
			if f.ChangedInWorkspace {
				sum.Write(fmt.Appendf(nil, "%q", f.ID))
			}
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// watchRequest is where a page of a request asks whether its files changed in
// the workspace. The first time that is looked at in full.
func watchRequest(v *review.RequestView) pages.Watch {
	return pages.Watch{
		Address: addressWith(workspaceAddress(v.Workspace, ""), url.Values{"request": {string(v.ID)}, "shown": {changedFiles(v)}}), Version: "-",
	}
}

// movedRequest says whether files of a request changed in the workspace since
// it was shown.
func (s *server) movedRequest(c *gin.Context, id review.RequestID, moved *pages.Moved) error {
	v, err := s.Requests.Request(c.Request.Context(), actorOf(c), id)
	if err != nil {
		return err
	}
	if v.Workspace != param(c, "workspace") {
		return review.ErrNotFound
	}
	if changedFiles(v) != c.Query("shown") {
		moved.Text = "Files of this request changed in the workspace."
		moved.Link = pages.Link{Text: "Show it as it is now", Href: pages.RequestAddress(id)}
	}
	return nil
}
