package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"sallyport/models"
	"sallyport/outputs"
	"sallyport/review"
	"sallyport/web"
	"sallyport/work"
)

// serveCommand runs in production.
type serveCommand struct {
	Settings settings `embed:"" prefix:""`
}

// Run serves until it is told to stop.
func (s *serveCommand) Run(c *console) error {
	ch, err := s.Settings.read(c.lookup)
	if err != nil {
		return err
	}
	if ch.migrate != "" {
		if err := models.Migrate(c.ctx, ch.migrate); err != nil {
			return err
		}
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(c.ctx, "tcp", ch.listen)
	if err != nil {
		return err
	}
	var metrics net.Listener
	if ch.metrics != "" {
		if metrics, err = lc.Listen(c.ctx, "tcp", ch.metrics); err != nil {
			return errors.Join(err, listener.Close())
		}
	}
	a, err := openApp(c, ch)
	if err != nil {
		return err
	}
	if err := a.letPeopleIn(ch.oidc); err != nil {
		return errors.Join(err, a.close())
	}
	return errors.Join(a.serve(c.ctx, listener, metrics), a.close())
}

// shutdownGrace is how long requests and handlers under way may finish.
const shutdownGrace = 15 * time.Second

// serve answers on a listener and does the work that is not a page, until ctx
// ends. metrics, if there is one, answers /metrics alone.
func (a *app) serve(ctx context.Context, listener, metrics net.Listener) error {
	measures := web.NewMetrics()
	handler, err := web.NewHandler(a.webConfig(measures, metrics == nil)) //nolint:contextcheck // a handler's context is its request's
	if err != nil {
		return err
	}
	if a.around != nil {
		handler = a.around(handler)
	}
	deliver, check, err := a.workers(measures)
	if err != nil {
		return err
	}
	a.wake = func() { deliver.Wake(); check.Wake() }
	a.checked = measures.Checked
	if err := a.store.AskForChecks(ctx); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return answer(ctx, web.Server(handler), listener) })
	if metrics != nil {
		group.Go(func() error { return answer(ctx, web.Server(measures.Handler()), metrics) })
	}
	group.Go(func() error { return deliver.Run(ctx) })
	group.Go(func() error { return check.Run(ctx) })
	group.Go(func() error { return a.watchWorkspaces(ctx) })
	group.Go(func() error { return a.forget(ctx) })
	a.log.Info("serving", "address", listener.Addr().String(), "version", version)
	return group.Wait()
}

// answer serves until ctx ends, then lets requests under way finish.
func answer(ctx context.Context, server *http.Server, listener net.Listener) error {
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
		defer cancel()
		stopped <- server.Shutdown(late)
	})
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		stop()
		return err
	}
	return <-stopped
}

// workers do what was decided but is not a page: deliveries, and checks, which
// may take long and keep no delivery waiting.
func (a *app) workers(measures *web.Metrics) (deliver, check *work.Pool, err error) {
	host, err := os.Hostname()
	if err != nil {
		return nil, nil, fmt.Errorf("name of this machine: %w", err)
	}
	cfg := work.Config{
		Store: a.store, Worker: host + "/" + newID(), Now: now, Jitter: jitter, Log: a.log,
		Handlers: map[string]work.Handler{review.WorkDeliver: a.worker.Deliver},
		Poll:     time.Second, OnDone: measures.Work,
	}
	if deliver, err = work.New(cfg); err != nil {
		return nil, nil, err
	}
	cfg.Worker = host + "/" + newID()
	cfg.Handlers = map[string]work.Handler{review.WorkCheck: a.checker.Check, review.WorkRecheck: a.checker.Recheck}
	check, err = work.New(cfg)
	return deliver, check, err
}

// watchEvery is how often each workspace's manifest is looked at, so that what
// changed is read within 30 seconds.
const watchEvery = 20 * time.Second

// watchWorkspaces reads workspaces that changed.
func (a *app) watchWorkspaces(ctx context.Context) error {
	w, err := outputs.NewWatcher(outputs.WatcherConfig{Reader: a.reader, Store: a.store, Every: watchEvery, Log: a.log})
	if err != nil {
		return err
	}
	return w.Run(ctx)
}

// forgetAfter is how long an idempotency key is remembered.
const forgetAfter = 24 * time.Hour

// forget removes what is only needed for a while.
func (a *app) forget(ctx context.Context) error {
	return every(ctx, time.Hour, func() {
		if _, err := a.store.Forget(ctx, now().Add(-forgetAfter)); err != nil {
			a.log.Error("forget old keys", "error", err)
		}
		if _, err := a.store.LapseConfirmations(ctx); err != nil {
			a.log.Error("lapse confirmations", "error", err)
		}
		if _, err := a.store.ForgetSessions(ctx, now()); err != nil {
			a.log.Error("forget expired sessions", "error", err)
		}
	})
}

// every does a thing again and again until ctx ends.
func every(ctx context.Context, wait time.Duration, do func()) error {
	t := time.NewTicker(wait)
	defer t.Stop()
	for {
		do()
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
	}
}
