// Package dex starts Dex, an OpenID provider that others use in production, so
// that tests sign in through a real one. It is built once, from the module
// tools/dex, and kept in bin. It needs a Unix.
package dex

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The client that is registered with every Dex started here.
const (
	ClientID     = "sallyport"
	ClientSecret = "a secret for tests: 7bf39f24"
)

// Password is everybody's.
const Password = "password"

// passwordHash is bcrypt of Password, at the least cost that Dex takes.
const passwordHash = "$2a$10$rwloUmUw3ZblB4QsWoOdfOvMWWoDIJ1Ns7J24cYwSO6H8v42e/v5q" //nolint:gosec // it opens nothing but a test\'s Dex

// Person is somebody who can sign in, by the e-mail address
// USERNAME@example.org. Groups are the values of the claim "groups".
type Person struct {
	Username string
	Groups   []string
}

// People are those of the demo, with groups from which their roles there can be
// mapped.
var People = []Person{
	{"researcher1", []string{"demo-study", "vaccine-counts", "digital-access-to-primary-care"}},
	{"researcher2", []string{"demo-study", "vaccine-counts", "digital-access-to-primary-care"}},
	{"observer1", []string{"observers"}},
	{"checker1", []string{"output-checkers"}},
	{"checker2", []string{"output-checkers"}},
	{"checker3", []string{"output-checkers", "demo-study"}},
	{"checker4", []string{"output-checkers"}},
	{"auditor1", []string{"auditors"}},
	{"admin1", []string{"administrators"}},
	{"admin2", []string{"administrators"}},
	{"outsider1", []string{"other-study"}},
}

// Provider is a Dex that belongs to one test.
type Provider struct {
	Issuer string

	binary, config, log string
	owner               *exec.Cmd
	alive               io.Closer // its end ends the server
}

// Start starts a Dex on a free port of this machine, which sends codes to
// these addresses, and returns when it answers. It ends with the test, and with
// the process, however that dies.
func Start(t testing.TB, redirectURLs ...string) *Provider {
	t.Helper()
	return StartWith(t, func(issuer, address string) any { return configuration(issuer, address, redirectURLs) })
}

// StartWith is Start with another configuration, made for an issuer that
// answers at an address.
func StartWith(t testing.TB, configure func(issuer, address string) any) *Provider {
	t.Helper()
	binary, err := build(t.Context())
	if err != nil {
		t.Fatalf("build Dex: %v", err)
	}
	address, err := freeAddress(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	p := &Provider{
		Issuer: "http://" + address + "/dex", binary: binary,
		config: filepath.Join(dir, "dex.json"), log: filepath.Join(dir, "dex.log"),
	}
	config, err := json.Marshal(configure(p.Issuer, address))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.config, config, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Stop(t) })
	p.Restart(t)
	return p
}

func freeAddress(ctx context.Context) (string, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// configuration is Dex's, as JSON, which is YAML.
func configuration(issuer, address string, redirectURLs []string) any {
	type object map[string]any
	var people []object
	for _, p := range People {
		people = append(people, object{
			"email": p.Username + "@example.org", "hash": passwordHash, "username": p.Username, "userID": "id-of-" + p.Username,
			"preferredUsername": p.Username, "name": "Name of " + p.Username, "emailVerified": true, "groups": p.Groups,
		})
	}
	return object{
		"issuer": issuer, "storage": object{"type": "memory"}, "web": object{"http": address},
		"telemetry": object{"http": ""}, "logger": object{"level": "warn"},
		"oauth2":           object{"skipApprovalScreen": true},
		"enablePasswordDB": true, "staticPasswords": people,
		"staticClients": []object{{
			"id": ClientID, "secret": ClientSecret, "name": "Sallyport", "redirectURIs": redirectURLs,
		}},
	}
}

// script owns the server: $1 serve $2, with its log in $3. It waits for the end
// of its input, which the test holds, and ignores signals until then.
const script = `
trap '' HUP INT TERM PIPE
"$1" serve "$2" >>"$3" 2>&1 &
server=$!
read -r _
kill -9 $server
wait
`

// Restart starts the server where it was before, with everything as it was at
// first but its keys, which are new: nothing is kept.
func (p *Provider) Restart(t testing.TB) {
	t.Helper()
	//nolint:gosec,noctx // our own script, which must outlive every context of the test
	owner := exec.Command("/bin/sh", "-c", script, "dex", p.binary, p.config, p.log)
	alive, err := owner.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	p.owner, p.alive = owner, alive
	if err := p.wait(t.Context()); err != nil {
		log, _ := os.ReadFile(p.log)
		t.Fatalf("start Dex: %v\n%s", err, log)
	}
}

// Stop kills the server, if it runs: it answers nobody when Stop returns.
func (p *Provider) Stop(t testing.TB) {
	t.Helper()
	if p.owner == nil {
		return
	}
	err := errors.Join(p.alive.Close(), p.owner.Wait())
	p.owner, p.alive = nil, nil
	if err != nil {
		t.Errorf("stop Dex: %v", err)
	}
}

// wait returns when the server answers.
func (p *Provider) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		err := p.answers(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return err
		}
	}
}

func (p *Provider) answers(ctx context.Context) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Issuer+"/.well-known/openid-configuration", nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && !strings.Contains(string(body), `"`+p.Issuer+`"`) {
		err = fmt.Errorf("%s: not Dex", answer.Status)
	}
	return err
}
