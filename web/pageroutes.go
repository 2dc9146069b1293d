package web

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"sallyport/auth"
	"sallyport/review"
	"sallyport/web/pages"
)

// The keys of what a page's context carries.
const (
	pageKey    = "web.page"
	formKey    = "web.form"
	sessionKey = "web.session"
)

// Addresses that are named in more than one place.
const (
	loginPage     = "/login"
	workspacePage = "/workspaces/:workspace"
	codePage      = "/code/:workspace/:commits"
)

// pageRoute is a page, or what a form of a page sends.
type pageRoute struct {
	method, path string
	answer       handler
	open         bool          // strangers too
	time         time.Duration // usualTime if 0; negative: as long as it goes on
}

// pageRoutes are all pages. All but those that are marked open turn a stranger
// away.
func (s *server) pageRoutes() []pageRoute {
	const (
		get, post = http.MethodGet, http.MethodPost
		request   = "/requests/:id"
		file      = request + "/files/:file"
		comment   = request + "/comments/:comment"
	)
	routes := []pageRoute{
		{method: get, path: "/static/*path", answer: s.showStatic, open: true},
		{method: get, path: loginPage, answer: s.login, open: true},
		{method: get, path: "/auth/callback", answer: s.callback, open: true},
		{method: post, path: "/logout", answer: s.logout, open: true},
		{method: get, path: "/signed-out", answer: s.showSignedOut, open: true},

		{method: get, path: "/", answer: s.showHome},
		{method: get, path: "/signed-in", answer: s.showSignedIn},
		{method: get, path: "/account", answer: s.showAccount},
		{method: post, path: "/account/sessions/:session/end", answer: s.endSession},
		{method: post, path: "/account/tokens", answer: s.sendOwnToken},
		{method: get, path: "/account/tokens/:id/end", answer: s.askEndToken},
		{method: post, path: "/account/tokens/:id/end", answer: s.sendEndToken},

		{method: get, path: "/search", answer: s.showSearch},
		{method: get, path: "/help", answer: s.showHelp},
		{method: get, path: "/help/:topic", answer: s.showHelp},
		{method: get, path: "/help/rules", answer: s.showRules},

		{method: get, path: "/queue", answer: s.showQueue},
		{method: get, path: "/requests", answer: s.showRequests},
		{method: get, path: request, answer: s.showOverview},
		{method: get, path: request + "/activity", answer: s.showActivity},
		{method: get, path: file, answer: s.showFile, time: lookTime},
		{method: get, path: request + "/findings", answer: s.showFindings},
		{method: get, path: file + "/findings/:finding", answer: s.showFinding},

		{method: post, path: request + "/title", answer: s.sent("title", s.sendTitle)},
		{method: post, path: request + "/groups", answer: s.sent("group", s.sendGroup)},
		{method: post, path: request + "/groups/request-changes", answer: s.sent("votes", s.sendRequestChanges)},
		{method: post, path: request + "/groups/reset-votes", answer: s.sent("votes", s.sendResetVotes)},
		{method: post, path: request + "/findings", answer: s.sent("answer", s.sendAnswer)},
		{method: post, path: file, answer: s.sent("file", s.sendFile)},
		{method: post, path: file + "/update", answer: s.sent("update", s.sendUpdate), time: copyTime},
		{method: post, path: file + "/withdraw", answer: s.sent("withdraw-file", s.sendWithdrawFile)},
		{method: post, path: file + "/vote", answer: s.sent("vote", s.sendVote)},
		{method: post, path: request + "/comments", answer: s.sent("comment", s.sendComment)},
		{method: post, path: comment + "/publish", answer: s.sent("publish", s.sendPublish)},
		{method: post, path: comment + "/delete", answer: s.sent("delete", s.sendDelete)},

		{method: get, path: "/workspaces", answer: s.showWorkspaces},
		{method: get, path: workspacePage, answer: s.showFolder},
		{method: get, path: workspacePage + "/*path", answer: s.showFolder, time: lookTime},
		{method: post, path: workspacePage, answer: s.sendFiles, time: copyTime},
		{method: get, path: codePage, answer: s.showCode},
		{method: get, path: codePage + "/*path", answer: s.showCode},
		{method: get, path: "/job-requests", answer: s.showJobRequests},
		{method: get, path: "/job-requests/:identifier", answer: s.showJobRequestPage},
		{method: get, path: "/job-requests/:identifier/graph", answer: s.showPipelineGraph},
		{method: get, path: "/job-requests/:identifier/pipeline", answer: s.showPipeline},
		{method: get, path: "/releases", answer: s.showReleases},
		{method: get, path: "/releases/:id", answer: s.showReleasePage},
		{method: get, path: "/releases/:id/files/:file", answer: s.showReleasedFile, time: lookTime},
		{method: get, path: "/ledger", answer: s.showLedger},
		{method: get, path: "/ledger/export", answer: s.exportLedger, time: -1},

		{method: get, path: "/content/requests/:id/:file", answer: s.openFile, time: -1},
		{method: get, path: "/content/releases/:id/:file", answer: s.downloadReleased, time: -1},
		{method: get, path: "/content/workspaces/:workspace", answer: s.openOutput, time: -1},
	}
	routes = append(routes, s.adminRoutes()...)
	for act, do := range s.wholeActs() {
		at := request + "/" + string(act)
		routes = append(routes, pageRoute{method: post, path: at, answer: s.sent(string(act), do)})
		if pages.Asks(act) {
			routes = append(routes, pageRoute{method: get, path: at, answer: s.showAct(act)})
		}
	}
	return routes
}

// registerPage puts a page behind its guards: what was sent is read, who asks
// is found out, and what the address names can be.
func (s *server) registerPage(r pageRoute) {
	do := r.answer
	switch {
	case r.time == 0:
		do = within(usualTime, do)
	case r.time > 0:
		do = s.patiently(r.time, do)
	}
	guards := []handler{within(usualTime, s.recognize)}
	if r.method == http.MethodPost {
		guards = append([]handler{readForm}, guards...)
	}
	if !r.open {
		guards = append(guards, known)
	}
	guards = append(guards, checkNames)
	guarded := func(c *gin.Context) error {
		c.Set(pageKey, true)
		securePage(c.Writer.Header())
		for _, guard := range guards {
			err := guard(c)
			if errors.Is(err, errSignedOut) {
				return s.stranger(c, r)
			}
			if err != nil {
				return err
			}
		}
		return do(c)
	}
	s.engine.Handle(r.method, r.path, s.handle(guarded))
}

// recognize finds out who asks by their session, if they have one.
func (s *server) recognize(c *gin.Context) error {
	value := auth.SessionOf(c.Request)
	if value == "" {
		return nil
	}
	actor, session, err := s.SignIn.Sessions.Authenticate(c.Request.Context(), value)
	switch {
	case errors.Is(err, auth.ErrUnauthenticated):
		return nil
	case err != nil:
		return err
	}
	c.Set(actorKey, actor)
	c.Set(sessionKey, session.ID)
	return nil
}

// known refuses strangers.
func known(c *gin.Context) error {
	if _, ok := c.Get(actorKey); !ok {
		return errSignedOut
	}
	return nil
}

// stranger is what somebody gets who is not signed in: the way to the provider
// or, if they were sending something, what they typed.
func (s *server) stranger(c *gin.Context, r pageRoute) error {
	if strings.HasPrefix(r.path, "/content/") || wantsParts(c) { // shown inside a page, where nobody can sign in
		return errSignedOut
	}
	if c.Request.Method == http.MethodGet {
		return goTo(c, loginAddress(c.Request.URL.RequestURI()), "")
	}
	return s.showAgain(c)
}

// loginAddress is the way in that leads to an address of ours afterwards.
func loginAddress(next string) string {
	next = auth.LocalPath(next)
	if next == "/" {
		return loginPage
	}
	return loginPage + "?next=" + url.QueryEscape(next)
}

// formLimit bounds what a form may send: more than any rule takes, so that the
// rule answers, with what was typed.
const formLimit = 4 << 20

// readForm reads what a form sent.
func readForm(c *gin.Context) error {
	r := c.Request
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.ContentLength != 0 && (err != nil || kind != "application/x-www-form-urlencoded") {
		return invalid("A page takes what its forms send, and nothing else.")
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, formLimit+1))
	if err != nil {
		return invalid("What was sent could not be read to its end.")
	}
	if len(body) > formLimit {
		discard(r, drained)
		return review.ErrTooLarge
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return invalid("What was sent is no form.")
	}
	for _, values := range form {
		for i, v := range values {
			if !utf8.ValidString(v) {
				return invalid("What was sent is not text (UTF-8).")
			}
			values[i] = strings.ReplaceAll(v, "\r\n", "\n")
		}
	}
	c.Set(formKey, form)
	return nil
}

// formOf is what the form sent.
func formOf(c *gin.Context) url.Values {
	form, _ := c.Get(formKey)
	values, _ := form.(url.Values)
	return values
}

// sender does what a form of a request asks for.
type sender func(ctx context.Context, c *gin.Context, cmd review.Command) error
