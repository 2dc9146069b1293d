package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// apiBase begins the addresses of the API.
const apiBase = "/api/v1"

// The bounds of a body, and of the time that a handler has.
const (
	bodyLimit   = 1 << 20
	reportLimit = 4 << 20
	usualTime   = 30 * time.Second
	lookTime    = 5 * time.Minute  // for what reads a whole table
	copyTime    = 10 * time.Minute // for what copies files into the vault
)

// route is one operation of the API, at its path in the document.
type route struct {
	method, path string
	answer       handler
	body         int64         // most bytes; bodyLimit if 0
	time         time.Duration // usualTime if 0; negative: as long as it goes on
}

// routes registers every route. Guards come first: what is registered on the
// engine before them stays unguarded.
func (s *server) routes() error {
	s.engine.Use(s.observe, s.sameOrigin)
	s.engine.NoRoute(s.handle(s.notHere))
	s.engine.NoMethod(s.handle(func(*gin.Context) error { return errMethod }))
	both := []string{http.MethodGet, http.MethodHead} // load balancers ask either way
	s.engine.Match(both, "/healthz", s.handle(s.healthz))
	s.engine.Match(both, "/readyz", s.handle(s.readyz))
	s.engine.GET(apiBase+"/openapi.json", s.handle(s.openapi))
	if s.ServeMetrics {
		s.engine.GET("/metrics", gin.WrapH(s.Metrics.Handler()))
	}
	for _, r := range s.operations() {
		if err := s.register(r); err != nil {
			return err
		}
	}
	if s.pages != nil {
		for _, r := range s.pageRoutes() {
			s.registerPage(r)
		}
	}
	return nil
}

// operations are the routes that need a token.
func (s *server) operations() []route {
	const (
		get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete

		request = "/requests/{id}"
		file    = request + "/files/{file}"
		group   = request + "/groups/{group}"
		comment = request + "/comments/{comment}"
	)
	return []route{
		{method: get, path: "/me", answer: s.showMe},

		{method: get, path: "/users", answer: s.listUsers},
		{method: post, path: "/users", answer: s.addUser},
		{method: get, path: "/users/{id}", answer: s.showUserByID},
		{method: put, path: "/users/{id}/roles", answer: s.giveRole},
		{method: del, path: "/users/{id}/roles", answer: s.endRole},
		{method: get, path: "/confirmations", answer: s.listConfirmations},
		{method: get, path: "/confirmations/{id}", answer: s.showOneConfirmation},
		{method: post, path: "/confirmations/{id}", answer: s.settleConfirmation},
		{method: get, path: "/policies", answer: s.listPolicies},
		{method: get, path: "/policies/{scope}", answer: s.showPolicy},
		{method: put, path: "/policies/{scope}", answer: s.changePolicy},
		{method: get, path: "/tokens", answer: s.listTokens},
		{method: post, path: "/tokens", answer: s.makeToken},
		{method: del, path: "/tokens/{id}", answer: s.endToken},

		{method: get, path: "/job-requests", answer: s.listJobRequests},
		{method: get, path: "/job-requests/{identifier}", answer: s.showJobRequest},
		{method: put, path: "/job-requests/{identifier}", answer: s.reportJobRequest, body: reportLimit},

		{method: get, path: "/workspaces", answer: s.listWorkspaces},
		{method: get, path: "/workspaces/{workspace}", answer: s.showWorkspace},
		{method: patch, path: "/workspaces/{workspace}", answer: s.placeWorkspace},
		{method: get, path: "/workspaces/{workspace}/outputs", answer: s.listOutputs},
		{method: get, path: "/workspaces/{workspace}/code", answer: s.showCodeAt},
		{method: get, path: "/workspaces/{workspace}/outputs/content", answer: s.openOutput, time: -1},
		{method: get, path: "/workspaces/{workspace}/outputs/rows", answer: s.listOutputRows, time: lookTime},
		{method: get, path: "/workspaces/{workspace}/outputs/summary", answer: s.summariseOutput, time: lookTime},

		{method: get, path: "/requests", answer: s.listRequests},
		{method: post, path: "/requests", answer: s.createRequest},
		{method: get, path: request, answer: s.showRequest},
		{method: patch, path: request, answer: s.setTitle},
		{method: get, path: request + "/history", answer: s.listHistory},

		{method: post, path: request + "/files", answer: s.addFiles, time: copyTime},
		{method: patch, path: file, answer: s.changeFile},
		{method: del, path: file, answer: s.withdrawFile},
		{method: post, path: file + "/update", answer: s.updateFile, time: copyTime},
		{method: get, path: file + "/content", answer: s.openFile, time: -1},
		{method: get, path: file + "/rows", answer: s.listRows, time: lookTime},
		{method: get, path: file + "/summary", answer: s.summarise, time: lookTime},
		{method: get, path: file + "/findings", answer: s.listFindings},
		{method: put, path: file + "/vote", answer: s.voteOnFile},

		{method: post, path: request + "/findings/answer", answer: s.answerFindings},

		{method: put, path: group, answer: s.describeGroup},
		{method: post, path: group + "/request-changes", answer: s.requestChangesInGroup},
		{method: post, path: group + "/reset-votes", answer: s.resetVotesInGroup},

		{method: post, path: request + "/comments", answer: s.makeComment},
		{method: del, path: comment, answer: s.deleteComment},
		{method: post, path: comment + "/publish", answer: s.publishComment},

		{method: post, path: request + "/submit", answer: s.submit},
		{method: post, path: request + "/recall", answer: s.recall},
		{method: post, path: request + "/withdraw", answer: s.withdraw},
		{method: post, path: request + "/review", answer: s.submitReview},
		{method: post, path: request + "/return", answer: s.returnRequest},
		{method: post, path: request + "/reject", answer: s.reject},
		{method: post, path: request + "/approve", answer: s.approve},
		{method: post, path: request + "/stop", answer: s.stop},

		{method: get, path: "/releases", answer: s.listReleases},
		{method: get, path: "/releases/{id}", answer: s.showRelease},
		{method: get, path: "/releases/{id}/files/{file}/content", answer: s.downloadReleased, time: -1},

		{method: get, path: "/ledger/entries", answer: s.listEntries, time: -1},
	}
}

// register puts a route behind its guards, in the order of docs/api.md
// "Errors": who asks, how much, of what shape, of something that can be.
func (s *server) register(r route) error {
	operation, err := s.document.operation(r.method, r.path)
	if err != nil {
		return err
	}
	limit := r.body
	if limit == 0 {
		limit = bodyLimit
	}
	do := r.answer
	switch {
	case r.time == 0:
		do = within(usualTime, do)
	case r.time > 0:
		do = s.patiently(r.time, do)
	}
	guards := []handler{
		within(usualTime, s.authenticate),
		func(c *gin.Context) error { return readBody(c, limit) },
		func(c *gin.Context) error { return checkShape(c.Request.Context(), c.Request, operation, paramsOf(c)) },
		checkKey,
		checkNames,
	}
	guarded := func(c *gin.Context) error {
		for i, guard := range guards {
			if err := guard(c); err != nil {
				if i == 0 {
					discard(c.Request, limit)
				}
				return err
			}
		}
		return do(c)
	}
	s.engine.Handle(r.method, ginPath(r.path), s.handle(guarded))
	return nil
}

// ginPath is a path of the document as gin writes it.
func ginPath(path string) string {
	return apiBase + strings.NewReplacer("{", ":", "}", "").Replace(path)
}

// openapi shows the document.
func (s *server) openapi(c *gin.Context) error {
	c.Data(http.StatusOK, "application/json", s.document.json)
	return nil
}
