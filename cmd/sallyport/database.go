package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sallyport/auth"
	"sallyport/models"
	"sallyport/review"
	"sallyport/web"
)

// database is embedded by commands that work on the configured database, or on
// a demo's.
type database struct {
	Data     string   `placeholder:"DIR" help:"The data of a demo (sallyport demo --data DIR), instead of the configured database."`
	Settings settings `embed:"" prefix:""`
}

// open assembles what the command works on. It takes no part in serving.
func (d *database) open(c *console) (*app, error) {
	if d.Data != "" {
		s := demoSettings(d.Data)
		s.workspaces = orElse(d.Settings.WorkspacesDir, s.workspaces)
		return openApp(c, s)
	}
	ch, err := d.Settings.read(c.lookup)
	if err != nil {
		return nil, err
	}
	return openApp(c, ch)
}

// use opens the database, does the work and closes it again.
func (d *database) use(c *console, do func(*app) error) error {
	a, err := d.open(c)
	if err != nil {
		return err
	}
	return errors.Join(do(a), a.close())
}

// databaseThere refuses a SQLite file that is not there: nothing but `migrate`
// and `demo` makes one.
func databaseThere(url string) error {
	if strings.Contains(url, "://") {
		return nil
	}
	file := strings.TrimPrefix(url, "sqlite:")
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no database at %s; `sallyport migrate` makes it, `sallyport demo --data DIR` one for the demo", file)
	}
	return nil
}

// demoSettings are those of a demo whose data is in dir.
func demoSettings(dir string) checked {
	repos := filepath.Join(dir, "repos")
	if isDirectory(repos) != nil {
		repos = "" // it was made before there were mirrors
	}
	return checked{
		repos:        repos,
		database:     "sqlite:" + filepath.Join(dir, "sallyport.db"),
		workspaces:   filepath.Join(dir, "workspaces"),
		vault:        filepath.Join(dir, "vault"),
		cache:        filepath.Join(dir, "cache"),
		policy:       heldFor(demoHold),
		destinations: demoDestinations(dir),
		repoLinks:    web.GitHubLinks(),
	}
}

type migrateCommand struct {
	DatabaseURL string `arg:"" optional:"" placeholder:"URL" help:"The database; SALLYPORT_MIGRATE_DATABASE_URL or SALLYPORT_DATABASE_URL if left out."`
}

// Run brings the database up to date.
func (m migrateCommand) Run(c *console) error {
	for _, name := range []string{"MIGRATE_DATABASE_URL", "DATABASE_URL"} {
		if m.DatabaseURL == "" {
			v, err := fromEnvironment(name, c.lookup)
			if err != nil {
				return usageError{err.Error()}
			}
			m.DatabaseURL = v
		}
	}
	if m.DatabaseURL == "" {
		return usageError{"SALLYPORT_DATABASE_URL is not set"}
	}
	if err := models.Migrate(c.ctx, m.DatabaseURL); err != nil {
		return err
	}
	_, err := fmt.Fprintln(c.err, "The database is up to date.")
	return err
}

// account finds somebody by username, for a command.
func (a *app) account(c *console, username string) (auth.Account, error) {
	acc, err := a.store.PersonByUsername(c.ctx, username)
	if errors.Is(err, review.ErrNotFound) {
		return acc, fmt.Errorf("there is nobody with the username %q", username)
	}
	return acc, err
}
