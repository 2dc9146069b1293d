package web

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// server answers the API and the pages.
type server struct {
	Config
	engine   *gin.Engine
	document *document
	cross    *http.CrossOriginProtection
	failures *failures // with a token
	signIns  *failures // at the sign-in: programs with bad tokens keep no person out
	ready    *readiness
	pages    *pageSet // nil: there are no pages
}

// NewHandler makes the handler of the whole program: the API, its document,
// the pages, health and, if wanted, metrics. An error says that the configuration cannot
// be right.
func NewHandler(c Config) (http.Handler, error) {
	s, err := newServer(c)
	if err != nil {
		return nil, err
	}
	return s.engine, nil
}

func newServer(c Config) (*server, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	doc, err := theDocument()
	if err != nil {
		return nil, err
	}
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	s := &server{
		Config: c, engine: engine, document: doc, cross: http.NewCrossOriginProtection(),
		failures: newFailures(c.Now), signIns: newFailures(c.Now), ready: &readiness{checks: c.Ready, now: c.Now},
	}
	if c.SignIn != nil {
		if s.pages, err = readPages(); err != nil {
			return nil, err
		}
	}
	if s.Metrics == nil {
		s.Metrics = NewMetrics()
	}
	// Nobody is believed who says for whom they ask, unless they are named.
	if err := engine.SetTrustedProxies(c.TrustedProxies); err != nil {
		return nil, fmt.Errorf("web: trusted proxies: %w", err)
	}
	engine.HandleMethodNotAllowed = true
	engine.RedirectTrailingSlash = false
	// Addresses are taken apart as they were sent, so that a `/` in a name stays
	// in the name; param decodes.
	engine.UseRawPath = true
	engine.UnescapePathValues = false
	if err := s.routes(); err != nil {
		return nil, err
	}
	return s, nil
}

// The deadlines of a connection. What takes longer by its nature asks for more
// time as it goes (see patient).
const (
	headerTime = 10 * time.Second
	readTime   = time.Minute
	writeTime  = time.Minute
	idleTime   = 2 * time.Minute
)

// Server is an HTTP server for the handler with deadlines for everything.
func Server(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       readTime,
		WriteTimeout:      writeTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    64 << 10,
	}
}
