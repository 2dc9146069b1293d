package web

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"sallyport/mirrors"
	"sallyport/review"
	"sallyport/web/pages"
)

// Config is what NewHandler needs. All but what is said to be optional must be
// set.
type Config struct {
	Requests   Requests
	Reports    Reports
	Workspaces Workspaces
	Releases   Releases
	Ledger     Ledger
	People     People
	Policies   Policies
	Vault      Vault
	Checks     FileReports
	Windows    pages.Windows
	Answers    Answers

	Mirrors *mirrors.Dir // optional: local mirrors of the repositories of code

	// Authenticate finds the actor of an Authorization header, with their
	// grants now; auth.ErrUnauthenticated if there is none.
	Authenticate func(ctx context.Context, header string) (review.Actor, error)
	// Policy is today's policy at a place.
	Policy func(ctx context.Context, p review.Place) (review.Policy, error)

	// SignIn lets people in at the pages. Without it there are no pages, and the
	// API alone is served.
	SignIn *SignIn

	Ready []Check // optional: what must be usable for the program to be ready

	Now   func() time.Time // the clock that connections' deadlines are set by
	NewID func() string    // makes ids that nobody can guess, for requests' ids in the log
	Log   *slog.Logger

	// TrustedProxies are the addresses or networks whose X-Forwarded-For is
	// believed; none if it is empty.
	TrustedProxies []string

	// RepoLinks are the links to the hosts of repositories; none if it is empty.
	RepoLinks RepoLinks

	Metrics *Metrics // optional
	// ServeMetrics shows the metrics at /metrics of this handler. Otherwise the
	// caller shows them where it wants.
	ServeMetrics bool
}

// Check is one thing that must be usable, by the name under which /readyz
// tells of it.
type Check struct {
	Name  string
	Check func(ctx context.Context) error
}

func (c Config) check() error {
	set := c.Requests != nil && c.Reports != nil && c.Workspaces != nil && c.Releases != nil && c.Ledger != nil &&
		c.People != nil && c.Policies != nil && c.Vault != nil && c.Windows != nil && c.Answers != nil && c.Authenticate != nil && c.Policy != nil &&
		c.Now != nil && c.NewID != nil && c.Log != nil
	if !set {
		return errors.New("web: a part of the configuration is missing")
	}
	if in := c.SignIn; in != nil && (in.Provider == nil || in.Sessions == nil || in.Held == nil || in.Roles == nil) {
		return errors.New("web: a part of the configuration of signing in is missing")
	}
	if c.ServeMetrics && c.Metrics == nil {
		return errors.New("web: there are no metrics to be served")
	}
	return nil
}
