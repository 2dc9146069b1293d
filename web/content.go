package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
	"unicode"

	"github.com/gin-gonic/gin"

	"sallyport/outputs"
	"sallyport/review"
	"sallyport/web/pages"
)

// openFile answers GET /requests/{id}/files/{file}/content.
func (s *server) openFile(c *gin.Context) error {
	download := downloads(c)
	o, err := s.Requests.Open(c.Request.Context(), actorOf(c), requestParam(c), fileParam(c), download)
	if err != nil {
		return err
	}
	return s.serveCopy(c, o, download)
}

// downloadReleased answers GET /releases/{id}/files/{file}/content.
func (s *server) downloadReleased(c *gin.Context) error {
	o, err := s.Requests.OpenReleased(c.Request.Context(), actorOf(c), requestParam(c), fileParam(c))
	if err != nil {
		return err
	}
	return s.serveCopy(c, o, downloads(c))
}

// serveCopy serves a copy from the vault whose opening was recorded.
func (s *server) serveCopy(c *gin.Context, o review.Opened, download bool) error {
	blob, err := s.Vault.Open(c.Request.Context(), o.SHA256)
	if err != nil {
		return fmt.Errorf("open a copy: %w", err)
	}
	defer s.closeRead(c, blob)
	if blob.Size() != o.Size {
		return fmt.Errorf("copy %s has %d bytes, want %d", o.SHA256, blob.Size(), o.Size)
	}
	return s.serve(c, o, blob, download)
}

// openOutput answers GET /workspaces/{workspace}/outputs/content.
func (s *server) openOutput(c *gin.Context) error {
	o, f, err := s.openWorkspaceFile(c)
	if err != nil {
		return err
	}
	defer s.closeRead(c, f)
	return s.serve(c, o, f, false)
}

// openWorkspaceFile opens the output that an address names, and records that.
func (s *server) openWorkspaceFile(c *gin.Context) (review.Opened, openBytes, error) {
	ctx, name := c.Request.Context(), param(c, "workspace")
	if err := s.Requests.MayOpenOutput(ctx, actorOf(c), name); err != nil {
		return review.Opened{}, nil, err
	}
	f, err := s.Workspaces.OpenOutput(ctx, name, c.Query("path"))
	if err != nil {
		return review.Opened{}, nil, refusedOpening(err)
	}
	o := review.Opened{Path: c.Query("path"), SHA256: f.SHA256(), Size: f.Size()}
	if err := s.Requests.OpenOutput(ctx, actorOf(c), name, o); err != nil {
		return review.Opened{}, nil, errors.Join(err, f.Close())
	}
	return o, f, nil
}

// refusedOpening says to the person why a file of a workspace is not opened.
// What the asker may see listed is not theirs to open (403); what is being
// changed may be opened later (409).
func refusedOpening(err error) error {
	r, ok := errors.AsType[*outputs.Refused](err)
	if !ok {
		return err
	}
	switch r.Reason {
	case outputs.Missing, outputs.BadWorkspace, outputs.BadPath, outputs.Outside, outputs.NotUTF8, outputs.NotALog, outputs.NotFolder:
		return review.ErrNotFound
	case outputs.Changed, outputs.OtherBytes:
		return &review.Error{
			Kind: review.Conflict, Code: review.ErrChanged.Code,
			Message: fmt.Sprintf("`%s` %s. It may be being written; try again.", outputs.Escape(r.Path), r.Reason),
		}
	}
	return forbidden("`%s` %s.", outputs.Escape(r.Path), r.Reason)
}

// closeRead closes what was only read.
func (s *server) closeRead(c *gin.Context, f io.Closer) {
	if err := f.Close(); err != nil {
		s.Log.WarnContext(c.Request.Context(), "close what was served", "request_id", requestID(c), "error", err)
	}
}

// downloads reports whether the asker wants to save the bytes.
func downloads(c *gin.Context) bool {
	v := c.Query("download")
	return v == "1" || v == "true"
}

// hostile keeps what people made from doing anything where it is shown: no
// scripts, no network, no forms, and only inside our own pages.
const hostile = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; frame-ancestors 'self'"

// serve sends bytes whose opening was recorded, or the part of them that was
// asked for, or that the asker's copy is still right. A frame of a page may ask
// for what is made of them.
func (s *server) serve(c *gin.Context, o review.Opened, r outputs.Bytes, download bool) error {
	if c.GetBool(pageKey) && !download && (c.Query("as") == "page" || pages.OnlyMade(o.Path)) {
		return s.serveMade(c, o, r)
	}
	kind, known := contentTypes[strings.ToLower(path.Ext(o.Path))]
	if !known {
		kind = "application/octet-stream"
	}
	h := c.Writer.Header()
	secureHostile(h)
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", disposition(o.Path, download || !known))
	h.Set("ETag", quoted(o.SHA256))
	// If r fails half way, fewer bytes go out than were promised, and net/http
	// cuts the connection.
	http.ServeContent(s.patient(c), c.Request, "", time.Time{}, io.NewSectionReader(r, 0, o.Size))
	return nil
}

// serveMade sends what is made of a file to be shown in a frame. It is as
// hostile as the file is.
func (s *server) serveMade(c *gin.Context, o review.Opened, r outputs.Bytes) error {
	body, kind, err := pages.Made(pages.Source{Bytes: r, Path: o.Path})
	if no, ok := errors.AsType[*outputs.NotText](err); ok {
		return invalid("The file %s", no.Reason)
	}
	if err != nil {
		return err
	}
	h := c.Writer.Header()
	secureHostile(h)
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", "inline")
	http.ServeContent(c.Writer, c.Request, "", time.Time{}, bytes.NewReader(body))
	return nil
}

// secureHostile sets the headers of what people made.
func secureHostile(h http.Header) {
	h.Set("Content-Security-Policy", hostile)
	h.Set("X-DNS-Prefetch-Control", "off") // which the policy does not forbid
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Vary", "Authorization, Cookie")
}

// inFrame reports whether bytes were asked for by a frame or a picture of a
// page, where a refusal cannot be a page.
func inFrame(c *gin.Context) bool {
	switch c.GetHeader("Sec-Fetch-Dest") {
	case "iframe", "frame", "embed", "object", "image":
		return strings.HasPrefix(c.FullPath(), contentBase)
	}
	return false
}

// contentBase begins the addresses of bytes that pages show.
const contentBase = "/content/"

// contentTypes says as what we serve a file; what it says of itself does not
// count. What is not here is bytes to be saved.
var contentTypes = map[string]string{
	".csv":  "text/csv; charset=utf-8",
	".txt":  "text/plain; charset=utf-8",
	".log":  "text/plain; charset=utf-8",
	".md":   "text/plain; charset=utf-8",
	".json": "application/json",
	".html": "text/html; charset=utf-8",
	".png":  "image/png",
	".jpg":  "image/jpeg",
	".jpeg": "image/jpeg",
	".svg":  "image/svg+xml",
}

// disposition is a Content-Disposition (RFC 6266) with the last part of a
// path, once in plain ASCII and once as RFC 8187 has it.
func disposition(of string, save bool) string {
	how := "inline"
	if save {
		how = "attachment"
	}
	const most = 120
	name := []rune(strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) || strings.ContainsRune(`/\`, r) {
			return '_'
		}
		return r
	}, path.Base(of)))
	if len(name) > most { // the end says what it is
		name = name[len(name)-most:]
	}
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"%;`, r) {
			return '_'
		}
		return r
	}, string(name))
	encoded := strings.ReplaceAll(url.QueryEscape(string(name)), "+", "%20")
	return fmt.Sprintf(`%s; filename="%s"; filename*=UTF-8''%s`, how, plain, encoded)
}

// sendInFrame says in a frame, in plain words, why what belongs there is not.
func sendInFrame(c *gin.Context, p problem) {
	h := c.Writer.Header()
	clearHeaders(h, p)
	h.Set("Content-Security-Policy", hostile)
	c.Data(p.Status, "text/plain; charset=utf-8", []byte(p.Detail+"\n"))
}
