package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"sallyport/auth"
	"sallyport/checking"
	"sallyport/checks"
	"sallyport/mirrors"
	"sallyport/models"
	"sallyport/outputs"
	"sallyport/policy"
	"sallyport/release"
	"sallyport/review"
	"sallyport/web"
	"sallyport/work"
)

// app is the program, put together: the rooms, and what one needs of another.
type app struct {
	settings checked
	store    *models.Store
	dir      *outputs.Dir
	vault    *outputs.DirVault
	mirrors  *mirrors.Dir // nil: there are none
	windows  *outputs.Windows
	cache    string // the temporary directory of windows; "" if they have their own
	reviews  *review.Service
	reader   *outputs.Reader
	patience time.Duration // of somebody who looks at a workspace that has to be read
	worker   *release.Worker
	checker  *checking.Checker
	log      *slog.Logger
	checked  func(r *checks.Report, took time.Duration) // is told of each file that was checked
	wake     func()                                     // tells the workers that there is something to do

	signIn *web.SignIn                     // nil: there are no pages
	around func(http.Handler) http.Handler // what stands around the pages; nil for nothing
}

// openApp opens the database, the workspaces and the vault.
func openApp(c *console, s checked) (*app, error) {
	if err := databaseThere(s.database); err != nil {
		return nil, err
	}
	a := &app{settings: s, log: c.log(s.level), wake: func() {}, checked: func(*checks.Report, time.Duration) {}, patience: patience}
	var err error
	a.store, err = models.Open(c.ctx, models.Config{
		URL: s.database, Now: now, NewID: newID, NewSalt: salt, Policy: s.policy, Log: a.log,
		Program: version, Destinations: names(s.destinations), Rules: checking.Versions(), OnCommit: func() { a.wake() },
	})
	if err != nil {
		return nil, err
	}
	if a.vault, err = outputs.OpenDirVault(s.vault, now); err != nil {
		return nil, errors.Join(fmt.Errorf("open the vault: %w", err), a.close())
	}
	if a.dir, err = outputs.OpenDir(outputs.Config{Path: s.workspaces, Now: now}); err != nil {
		return nil, errors.Join(fmt.Errorf("open the workspaces: %w", err), a.close())
	}
	if s.repos != "" {
		if a.mirrors, err = mirrors.Open(s.repos); err != nil {
			return nil, errors.Join(err, a.close())
		}
	}
	if err := a.openWindows(s.cache); err != nil {
		return nil, errors.Join(err, a.close())
	}
	a.reviews = review.NewService(a.store, keeper{a.dir, a.vault}, newID)
	a.worker = &release.Worker{Requests: a.reviews, Copy: a.copyOf, Destinations: s.destinations, Log: a.log}
	a.checker, err = checking.New(checking.Config{
		Requests: a.reviews, Store: a.store, Copy: a.copyToCheck, Profile: policy.Profile, Rules: checking.Versions(), Now: now, Log: a.log,
		OnFile: func(r *checks.Report, took time.Duration) { a.checked(r, took) },
	})
	if err != nil {
		return nil, errors.Join(err, a.close())
	}
	a.reviews.OnFilesChanged(a.checker.Settle)
	a.reader, err = outputs.NewReader(outputs.ReaderConfig{
		Dir: a.dir, Vault: a.vault, Store: a.store, Now: now, Every: walkEvery, Log: a.log,
	})
	if err != nil {
		return nil, errors.Join(err, a.close())
	}
	return a, nil
}

// walkEvery is how often a workspace without a manifest is walked, unless that
// takes long: less than a round of the watcher.
const walkEvery = watchEvery - 5*time.Second

// copyOf opens a copy in the vault, for the worker.
func (a *app) copyOf(ctx context.Context, sha256 string) (release.Blob, error) {
	b, err := a.vault.Open(ctx, sha256)
	if err != nil {
		return nil, err // a nil of another type in the interface would not be nil
	}
	return b, nil
}

// copyToCheck opens a copy in the vault, for the checker.
func (a *app) copyToCheck(ctx context.Context, sha256 string) (checking.Blob, error) {
	b, err := a.vault.Open(ctx, sha256)
	if err != nil {
		return nil, err // a nil of another type in the interface would not be nil
	}
	return b, nil
}

// openWindows opens where the places of rows in big files are remembered.
func (a *app) openWindows(dir string) error {
	var err error
	if dir == "" {
		if dir, err = os.MkdirTemp("", "sallyport-cache-"); err != nil {
			return fmt.Errorf("make a cache: %w", err)
		}
		a.cache = dir
	}
	a.windows, err = outputs.OpenWindows(outputs.WindowsConfig{Path: dir, Log: a.log})
	return err
}

// close lets go of everything that openApp opened.
func (a *app) close() error {
	err := a.store.Close()
	if a.dir != nil {
		err = errors.Join(err, a.dir.Close())
	}
	if a.vault != nil {
		err = errors.Join(err, a.vault.Close())
	}
	if a.mirrors != nil {
		err = errors.Join(err, a.mirrors.Close())
	}
	if a.windows != nil {
		err = errors.Join(err, a.windows.Close())
	}
	if a.cache != "" {
		err = errors.Join(err, os.RemoveAll(a.cache))
	}
	return err
}

func names(destinations []release.Destination) []string {
	list := []string{}
	for _, d := range destinations {
		list = append(list, d.Name())
	}
	return list
}

// deliverNow delivers an approved request without waiting for a worker.
func (a *app) deliverNow(ctx context.Context, id review.RequestID) error {
	return a.worker.Deliver(ctx, work.Item{Kind: review.WorkDeliver, Subject: string(id)})
}

// makeToken makes a token for a person: with scopes, or with all that fit
// their roles.
func (a *app) makeToken(ctx context.Context, by review.Actor, p auth.Account, name string, scopes []review.TokenScope, expires time.Time) (string, error) {
	if scopes == nil {
		scopes = auth.ScopesFor(review.Actor{Person: p.Person, Grants: p.Grants})
	}
	return a.newToken(ctx, by, auth.NewToken{Person: p.ID, Name: name, Scopes: scopes, Expires: expires})
}

// makeServiceToken makes the token by which a backend reports job requests.
func (a *app) makeServiceToken(ctx context.Context, by review.Actor, backend, name string, expires time.Time) (string, error) {
	return a.newToken(ctx, by, auth.NewToken{Backend: backend, Name: name, Expires: expires})
}

// newToken stores a token and returns what its owner is given, once.
func (a *app) newToken(ctx context.Context, by review.Actor, t auth.NewToken) (string, error) {
	_, token, err := people{a.store}.NewToken(ctx, review.Command{Actor: by}, t)
	return token, err
}
