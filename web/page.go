package web

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"sallyport/auth"
	"sallyport/review"
	"sallyport/web/help"
	"sallyport/web/pages"
	"sallyport/web/static"
)

// pageSet is what pages are made with.
type pageSet struct {
	*pages.Set
	static *static.Files
	help   map[string]help.Page
	oops   []byte // the page for what went wrong here; rendered at start, so that it cannot fail
}

// oopsID stands in the page for what went wrong where the request's id goes.
const oopsID = "REQUEST-ID"

func readPages() (*pageSet, error) {
	files, err := static.Read()
	if err != nil {
		return nil, err
	}
	set, err := pages.Read(files.Address)
	if err != nil {
		return nil, err
	}
	texts, err := help.Read()
	if err != nil {
		return nil, err
	}
	p := &pageSet{Set: set, static: files, help: texts}
	message := messageFor(problem{Status: http.StatusInternalServerError, RequestID: oopsID})
	if p.oops, err = set.Render(message); err != nil {
		return nil, err
	}
	return p, nil
}

// pagePolicy is the Content-Security-Policy of our own pages: scripts, styles,
// pictures, frames, forms and answers of our own, nothing inline, no text made
// into a script, and nobody frames us.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// securePage sets the headers of a page beside those of every answer.
func securePage(h http.Header) {
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Vary", "HX-Request")
}

// show renders a page and sends it, or what is its own of it to a page that is
// shown already.
func (s *server) show(c *gin.Context, status int, p pages.Shown) error {
	if wantsParts(c) {
		return s.showParts(c, status, p)
	}
	b, err := s.pages.Render(p)
	if err != nil {
		return err
	}
	c.Data(status, "text/html; charset=utf-8", b)
	return nil
}

// frame is what stands around a page for whoever asks.
func (s *server) frame(c *gin.Context, title string, crumbs ...pages.Link) pages.Frame {
	f := pages.Frame{Title: title, Crumbs: crumbs, Notice: takeNotice(c), Now: s.Now().UTC().Format(time.RFC3339)}
	if a, ok := c.Get(actorKey); ok {
		actor := a.(review.Actor)
		f.Person, f.Places = actor.Username, places(actor, c.Request.URL.Path)
	}
	return f
}

// places are where somebody goes from the top of each page, by their roles.
// That a place is not there keeps nobody from it: the rules do.
func places(a review.Actor, now string) []pages.Link {
	member := a.HasAnywhere(review.Researcher) || a.HasAnywhere(review.Observer)
	checker, auditor := a.HasAnywhere(review.OutputChecker), a.HasAnywhere(review.Auditor)
	admin := a.HasAnywhere(review.Administrator)
	var links []pages.Link
	for _, p := range []struct {
		text, href, key string
		there           bool
	}{
		{"Queue", "/queue", "g q", checker},
		{"Workspaces", "/workspaces", "g w", member || checker || admin},
		{"Job requests", "/job-requests", "g j", member},
		{"Requests", "/requests", "g r", member || auditor || admin},
		{"Releases", "/releases", "g e", member || checker || auditor},
		{"Ledger", "/ledger", "g l", auditor},
		{"Admin", adminPage, "g a", admin},
	} {
		if p.there {
			current := now == p.href || strings.HasPrefix(now, p.href+"/")
			links = append(links, pages.Link{Text: p.text, Href: p.href, Current: current, Key: p.key})
		}
	}
	return links
}

// noticeCookie carries from an act to the next page what was done, as one of
// the words below.
const noticeCookie = "__Host-sallyport_done"

// notices are what was done, by the words that the cookie may hold.
var notices = map[string]string{
	"title": "The title is saved.", "group": "The group is saved.", "file": "The file was changed.",
	"update": "The file has the workspace’s present bytes now.", "withdraw-file": "The file was withdrawn.",
	"added": "The files were added. Now say in their group what they are, and which controls were applied.",
	"vote":  "Your vote is noted. It counts when you submit your review.", "votes": "Your votes are noted.",
	"comment": "Your comment was added.", "publish": "Your comment is public now.", "delete": "Your comment was deleted.",
	"answer": "The findings are answered.",
	"submit": "The request was submitted. The output checkers have it now.", "recall": "You have the request again.",
	"review": "Your review is in.", "return": "The request was returned to its author.", "reject": "The request was rejected.",
	"approve": "The release was approved. Delivery begins when the hold is over.",
	"stop":    "The release was stopped.", "withdraw": "The request was withdrawn.",
	"session": "That browser is signed out.", "sessions": "All their sessions ended.",
	"person": "The account was made. Give it a role.", "role": "The role was given.", "end-role": "The role has ended.",
	"role-waits": "The role waits until another administrator confirms it.",
	"confirmed":  "Confirmed: the role was given.", "refused": "It was refused, and the role was not given.",
	"ended": "It has ended, and is of no use any more.", "placed": "The workspace belongs where you put it.",
	"policy": "The policy is saved. It holds from now on.", "policy-asked": "The change waits for another administrator. Until then nothing changes.",
}

// goTo sends the browser on after an act (POST, then 303), and says there what
// was done.
func goTo(c *gin.Context, address, notice string) error {
	if notice != "" {
		http.SetCookie(c.Writer, noticed(notice, 60))
	}
	if wantsParts(c) {
		return goOn(c, address)
	}
	c.Header("Location", address)
	c.Status(http.StatusSeeOther)
	c.Writer.WriteHeaderNow()
	return nil
}

func noticed(value string, age int) *http.Cookie {
	return &http.Cookie{
		Name: noticeCookie, Value: value, Path: "/", MaxAge: age, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// takeNotice is what was just done, which is said once.
func takeNotice(c *gin.Context) string {
	found := c.Request.CookiesNamed(noticeCookie)
	if len(found) == 0 || c.Request.Method != http.MethodGet {
		return ""
	}
	http.SetCookie(c.Writer, noticed("", -1))
	return notices[found[0].Value]
}

// wantsPage reports whether a refusal is shown as a page: to whom pages are
// answered, and to a browser that is nowhere.
func (s *server) wantsPage(c *gin.Context) bool {
	switch {
	case s.pages == nil:
		return false
	case c.GetBool(pageKey):
		return true
	}
	return !strings.HasPrefix(c.Request.URL.Path, "/api/") && (wantsParts(c) || strings.Contains(c.GetHeader("Accept"), "text/html"))
}

// sendMessage shows a refusal as a page.
func (s *server) sendMessage(c *gin.Context, p problem) {
	h := c.Writer.Header()
	clearHeaders(h, p)
	securePage(h)
	message := messageFor(p)
	switch {
	case wantsParts(c):
		err := s.tellRefusal(c, p, message)
		if err == nil {
			return
		}
		s.Log.ErrorContext(c.Request.Context(), "refusal not shown", "request_id", p.RequestID, "error", err)
	case p.Status != http.StatusInternalServerError:
		message.Frame = s.frame(c, message.Title)
		err := s.show(c, p.Status, message)
		if err == nil {
			return
		}
		s.Log.ErrorContext(c.Request.Context(), "page not shown", "request_id", p.RequestID, "error", err)
	}
	body := bytes.ReplaceAll(s.pages.oops, []byte(oopsID), []byte(p.RequestID))
	c.Data(http.StatusInternalServerError, "text/html; charset=utf-8", body)
}

// messageFor is the page that says why something is refused.
func messageFor(p problem) pages.Message {
	start := pages.Link{Text: "Go to the start page", Href: "/"}
	m := pages.Message{Lines: []string{p.Detail}, Links: []pages.Link{start}}
	switch p.Status {
	case http.StatusUnauthorized:
		m.Heading, m.Lines = "You are signed out", []string{"Sign in to go on. Nothing was done."}
		m.Links = []pages.Link{{Text: "Sign in", Href: loginPage}}
	case http.StatusForbidden:
		m.Heading = "You may not do this"
		m.Lines = append(m.Lines, "If you should be able to, ask an administrator for the role that it needs.")
	case http.StatusNotFound:
		m.Heading = "Page not found"
		m.Lines = []string{"There is no such page, or you may not know of what is on it. Check the address, or begin at the start page."}
	case http.StatusMethodNotAllowed:
		m.Heading, m.Lines = "Nothing can be sent to this page", []string{"Go back, and use the buttons of the page that you came from."}
	case http.StatusConflict:
		m.Heading = "This changed meanwhile"
	case http.StatusRequestEntityTooLarge:
		m.Heading = "That is too much at once"
		m.Lines = append(m.Lines, "Nothing was done. Go back: what you typed is still in the form.")
	case http.StatusTooManyRequests:
		m.Heading = "Too many attempts"
	case http.StatusServiceUnavailable:
		m.Heading = "Not available just now"
	case http.StatusInternalServerError:
		m.Heading = "Something went wrong"
		m.Lines = []string{
			"This is our mistake, not yours. If you were sending something, it may not have been done: look before you send it again.",
		}
	default:
		m.Heading = "That cannot be done"
	}
	m.Title = m.Heading
	if p.Status >= http.StatusInternalServerError {
		m.Request = p.RequestID
	}
	return m
}

// showStatic answers GET /static/*.
func (s *server) showStatic(c *gin.Context) error {
	f, ok := s.pages.static.Find(strings.TrimPrefix(c.Param("path"), "/"))
	if !ok {
		return review.ErrNotFound
	}
	c.Header("Cache-Control", "public, max-age=31536000, immutable")
	c.Writer.Header().Set("Vary", "Accept-Encoding")
	body := f.Body
	if takesGzip(c.GetHeader("Accept-Encoding")) {
		c.Header("Content-Encoding", "gzip")
		body = f.Gzipped
	}
	c.Data(http.StatusOK, f.Type, body)
	return nil
}

// takesGzip reports whether a browser takes compressed files. Pages are never
// compressed: they hold secrets beside words of others.
func takesGzip(accepts string) bool {
	for coding := range strings.SplitSeq(accepts, ",") {
		name, quality, _ := strings.Cut(strings.TrimSpace(coding), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			return strings.Trim(strings.ReplaceAll(quality, " ", ""), "0.") != "q="
		}
	}
	return false
}

// errSignedOut is what a form gets whose session is over.
var errSignedOut = fmt.Errorf("no session: %w", auth.ErrUnauthenticated)
