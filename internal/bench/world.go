package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/oklog/ulid/v2"

	"sallyport/auth"
	"sallyport/models"
	"sallyport/outputs"
	"sallyport/pipeline"
	"sallyport/review"
)

// clients is how many people act at once.
const clients = 16

// world is an installation with people, in a database.
type world struct {
	ctx      context.Context
	engine   string
	address  string
	store    *models.Store
	cold     *models.Store // the same database with a cache that holds nothing
	path     string        // of the workspaces
	dir      *outputs.Dir
	vault    *outputs.DirVault
	windows  *outputs.Windows
	reader   *outputs.Reader
	reviews  *review.Service // keeps copies in the vault
	author   review.Actor
	checkers []review.Actor
	tokens   map[string]string // by username: the author's, the first checker's and the auditor's
}

// in runs do in a new world.
func (b *bench) in(engine string, do func(*world) error) error {
	return b.on(engine, func(address string) (err error) {
		w := &world{
			ctx: b.ctx, engine: engine, address: address,
			path: filepath.Join(b.dir, fmt.Sprintf("workspaces-%d", b.made)), tokens: map[string]string{},
		}
		defer func() { err = errors.Join(err, w.close()) }()
		if err := w.open(filepath.Join(b.dir, fmt.Sprintf("vault-%d", b.made))); err != nil {
			return err
		}
		if err := w.populate(); err != nil {
			return err
		}
		return do(w)
	})
}

func (w *world) open(vault string) (err error) {
	if err := models.Migrate(w.ctx, w.address); err != nil {
		return err
	}
	if w.store, err = w.openStore(models.Config{}); err != nil {
		return err
	}
	if w.cold, err = w.openStore(models.Config{CacheBytes: 1}); err != nil {
		return err
	}
	for _, d := range []string{w.path, vault} {
		if err := os.MkdirAll(d, 0o750); err != nil {
			return err
		}
	}
	if w.vault, err = outputs.OpenDirVault(vault, now); err != nil {
		return err
	}
	windows := outputs.WindowsConfig{Path: vault + "-cache", Log: slog.New(slog.DiscardHandler)}
	if w.windows, err = outputs.OpenWindows(windows); err != nil {
		return err
	}
	if w.dir, err = outputs.OpenDir(outputs.Config{Path: w.path, Now: now}); err != nil {
		return err
	}
	w.reader, err = outputs.NewReader(outputs.ReaderConfig{
		Dir: w.dir, Vault: w.vault, Store: w.store, Now: now, Every: time.Hour,
	})
	w.reviews = review.NewService(w.store, keeper{w.dir, w.vault}, newID)
	return err
}

// openStore opens the database. What c leaves out is as the program has it.
func (w *world) openStore(c models.Config) (*models.Store, error) {
	c.URL, c.NewID, c.NewSalt, c.Policy, c.Program = w.address, newID, salt, review.DefaultPolicy(), "bench"
	c.Destinations = []string{"directory"}
	if c.Now == nil {
		c.Now = now
	}
	return models.Open(w.ctx, c)
}

func (w *world) close() error {
	var errs []error
	for _, s := range []*models.Store{w.store, w.cold} {
		if s != nil {
			errs = append(errs, s.Close())
		}
	}
	if w.dir != nil {
		errs = append(errs, w.dir.Close())
	}
	if w.vault != nil {
		errs = append(errs, w.vault.Close())
	}
	if w.windows != nil {
		errs = append(errs, w.windows.Close())
	}
	return errors.Join(errs...)
}

// populate makes the people.
func (w *world) populate() (err error) {
	if w.author, err = w.person("researcher", review.Researcher, "project:study"); err != nil {
		return err
	}
	for i := range clients {
		checker, err := w.person(fmt.Sprintf("checker%d", i), review.OutputChecker, review.ScopeAll)
		if err != nil {
			return err
		}
		w.checkers = append(w.checkers, checker)
	}
	_, err = w.person("auditor", review.Auditor, review.ScopeAll)
	return err
}

// person makes somebody with a role and a token.
func (w *world) person(username string, role review.Role, scope review.Scope) (review.Actor, error) {
	p, err := w.store.AddPerson(w.ctx, review.Command{Actor: operator()}, username, "")
	if err != nil {
		return review.Actor{}, err
	}
	if _, err := w.store.GrantRole(w.ctx, review.Command{Actor: operator()}, p.ID, role, scope); err != nil {
		return review.Actor{}, err
	}
	account, err := w.store.PersonByUsername(w.ctx, username)
	if err != nil {
		return review.Actor{}, err
	}
	a := review.Actor{Person: p, Kind: review.IsPerson, Grants: account.Grants}
	secret, err := auth.NewSecret(rand.Reader)
	if err != nil {
		return a, err
	}
	made, err := w.store.MakeToken(w.ctx, review.Command{Actor: operator()}, auth.NewToken{
		Person: p.ID, Name: "bench", Scopes: auth.ScopesFor(a),
	}, secret)
	w.tokens[username] = auth.Format(made.ID, secret)
	a.Grants = nil // the store reads them at each act
	return a, err
}

func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

func newID() string { return ulid.MustNew(ulid.Timestamp(time.Now()), rand.Reader).String() }

func salt() (s [32]byte) {
	copy(s[:], rand.Text())
	return s
}

func operator() review.Actor {
	return review.Actor{Person: review.Person{ID: "operator", Username: "operator"}, Kind: review.IsOperator}
}

// keeper copies outputs into the vault, as the program does.
type keeper struct {
	dir   *outputs.Dir
	vault outputs.Vault
}

// Keep implements review.Keeper.
func (k keeper) Keep(ctx context.Context, workspace string, candidates []review.Candidate, limit int64) []review.Kept {
	kept := make([]review.Kept, len(candidates))
	views := make([]outputs.Viewable, len(candidates))
	for i, c := range candidates {
		views[i], kept[i].Err = outputs.ViewOutput(workspace, outputs.Entry{
			Path: c.Path, Level: pipeline.Level(c.Level), Size: c.Size, SHA256: c.SHA256,
		})
		if kept[i].Err != nil {
			return kept
		}
	}
	for i, r := range k.dir.KeepAll(ctx, k.vault, views, limit) {
		kept[i] = review.Kept{SHA256: r.SHA256, Size: r.Size, Err: r.Err}
	}
	return kept
}

// trusting keeps nothing: it says of each output that it has the bytes that
// the manifest names. It makes large requests for measuring what comes later.
type trusting struct{}

// Keep implements review.Keeper.
func (trusting) Keep(_ context.Context, _ string, candidates []review.Candidate, _ int64) []review.Kept {
	kept := make([]review.Kept, len(candidates))
	for i, c := range candidates {
		kept[i] = review.Kept{SHA256: c.SHA256, Size: c.Size}
	}
	return kept
}
