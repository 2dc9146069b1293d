package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"sallyport/auth"
	"sallyport/models"
	"sallyport/release"
)

// demoHold is how long an approval waits in the demo.
const demoHold = 5 * time.Second

// demoCommand is everything embedded, on this machine alone.
type demoCommand struct {
	Listen   string `default:"127.0.0.1:8080" help:"Where to listen; a loopback address."`
	Data     string `placeholder:"DIR" help:"Keep everything in DIR, and go on from there the next time; a temporary directory if left out."`
	Tokens   string `placeholder:"FILE" help:"Write a token for each person to FILE, as JSON."`
	SeedOnly bool   `name:"seed-only" help:"Write the sample and exit."`
}

// Run seeds the sample and serves it until it is told to stop.
func (d *demoCommand) Run(c *console) (err error) {
	if err := loopback(d.Listen); err != nil {
		return err
	}
	dir := d.Data
	if dir == "" {
		if dir, err = os.MkdirTemp("", "sallyport-demo-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	listener, err := d.listen(c.ctx)
	if err != nil {
		return err
	}
	tokens, err := prepareDemo(c, dir)
	if err != nil {
		return err
	}
	if d.Tokens != "" {
		if err := writeTokens(d.Tokens, tokens); err != nil {
			return err
		}
	}
	if d.SeedOnly {
		_, err := fmt.Fprintf(c.out, "The sample is in %s.\n", dir)
		return err
	}
	a, err := openApp(c, demoSettings(dir))
	if err != nil {
		return err
	}
	if err := a.letSampleIn("http://" + listener.Addr().String()); err != nil {
		return errors.Join(err, a.close())
	}
	if err := d.greet(c.out, listener.Addr().String()); err != nil {
		return err
	}
	return errors.Join(a.serve(c.ctx, listener, nil), a.close())
}

// listen takes the address before the sample is made, so that a busy one is
// said at once.
func (d *demoCommand) listen(ctx context.Context) (net.Listener, error) {
	if d.SeedOnly {
		return nil, nil
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", d.Listen)
	if err != nil {
		return nil, fmt.Errorf("%w; choose another address with --listen", err)
	}
	return l, nil
}

// loopback refuses an address that others could reach: the demo's people have
// no secrets.
func loopback(listen string) error {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return usageError{fmt.Sprintf("--listen %s: %v", listen, err)}
	}
	if host == "localhost" {
		return nil
	}
	if ip, err := netip.ParseAddr(host); err != nil || !ip.IsLoopback() {
		return usageError{fmt.Sprintf("--listen %s: the demo listens on a loopback address only, such as 127.0.0.1:8080", listen)}
	}
	return nil
}

// prepareDemo lays out the data, unless it is there, and makes tokens for its
// people. The sample's approval is not held, so that it is released at once.
func prepareDemo(c *console, dir string) (map[string]string, error) {
	s := demoSettings(dir)
	s.policy, s.level = heldFor(0), slog.LevelWarn
	for _, d := range []string{s.workspaces, s.vault, filepath.Join(dir, "released")} {
		if err := os.MkdirAll(d, 0o750); err != nil {
			return nil, err
		}
	}
	if err := models.Migrate(c.ctx, s.database); err != nil {
		return nil, err
	}
	a, err := openApp(c, s)
	if err != nil {
		return nil, err
	}
	tokens, err := a.seedOnce(c, dir)
	return tokens, errors.Join(err, a.close())
}

// seedOnce seeds a new database; for one that was seeded it makes new tokens.
// A mark is written when the sample is complete: a demo that was stopped
// while it was made is refused, not shown by halves.
func (a *app) seedOnce(c *console, dir string) (map[string]string, error) {
	mark := filepath.Join(dir, "sample-complete")
	if _, err := os.Stat(mark); err == nil {
		return a.sampleTokens(c.ctx)
	}
	if people, _, err := a.store.Accounts(c.ctx, auth.PeopleFilter{Limit: 1}); err != nil || len(people) > 0 {
		return nil, errors.Join(err, fmt.Errorf("the sample in %s was not completed; remove the directory and start again", dir))
	}
	if _, err := writeMirror(filepath.Join(dir, "repos")); err != nil {
		return nil, err
	}
	if err := writeWorkspaces(a.settings.workspaces); err != nil {
		return nil, err
	}
	tokens, err := seed(c.ctx, a)
	if err != nil {
		return nil, fmt.Errorf("make the sample: %w", err)
	}
	return tokens, os.WriteFile(mark, nil, 0o600)
}

// sampleTokens makes a new token for each of the sample's people.
func (a *app) sampleTokens(ctx context.Context) (map[string]string, error) {
	tokens := map[string]string{}
	for _, p := range samplePeople {
		account, err := a.store.PersonByUsername(ctx, p.username)
		if err != nil {
			return nil, fmt.Errorf("find %s: %w", p.username, err)
		}
		if tokens[p.username], err = a.makeToken(ctx, operatorActor(), account, "demo", nil, time.Time{}); err != nil {
			return nil, err
		}
	}
	return tokens, nil
}

// writeTokens writes the tokens for the file's owner alone, also where there
// was a file that others may read.
func writeTokens(file string, tokens map[string]string) error {
	b, err := json.MarshalIndent(tokens, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) // #nosec G304 -- the operator names the file
	if err != nil {
		return err
	}
	st, err := f.Stat()
	if err == nil && st.Mode().IsRegular() {
		err = f.Chmod(0o600)
	}
	if err == nil {
		_, err = f.Write(append(b, '\n'))
	}
	return errors.Join(err, f.Close())
}

// demoDestinations is the directory where the demo's released files arrive.
func demoDestinations(dir string) []release.Destination {
	return []release.Destination{release.NewDirectory("released", filepath.Join(dir, "released"))}
}

// greet says where the demo is and how to drive it.
func (d *demoCommand) greet(w io.Writer, address string) error {
	written := d.Tokens
	if written == "" {
		written = "start with --tokens tokens.json"
	}
	_, err := fmt.Fprintf(w, `Sallyport's demo is at http://%s

  Pages    http://%[1]s/   (sign in as one of its people, one click each)
  API      http://%[1]s/api/v1   (document: http://%[1]s/api/v1/openapi.json)
  Health   http://%[1]s/readyz   Metrics: http://%[1]s/metrics
  People   researcher1 researcher2 observer1 checker1 checker2 checker3 checker4
           auditor1 admin1 admin2 outsider1
  Tokens   %s

Try:
  curl -H "Authorization: Bearer $(jq -r .checker1 tokens.json)" http://%[1]s/api/v1/requests?queue=your_turn

docs/api-tour.md goes from a workspace to a release. Stop with Ctrl-C.
`, address, written)
	return err
}
