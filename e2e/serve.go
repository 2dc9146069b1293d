package e2e

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
)

// PostgresEnv names the environment variable with the address of a PostgreSQL
// server for tests, as `make test` sets it.
const PostgresEnv = "SALLYPORT_TEST_POSTGRES"

// databases counts the databases that this process made.
var databases atomic.Int64

// newDatabase makes a PostgreSQL database, which goes with the test, and
// returns its address.
func newDatabase(t T) string {
	t.Helper()
	server, err := url.Parse(os.Getenv(PostgresEnv))
	if err != nil || server.Scheme == "" {
		t.Fatalf("%s is not the address of a PostgreSQL server; run this by `make browser`, or in bin/withpostgres (docs/develop.md)", PostgresEnv)
	}
	name := fmt.Sprintf("e2e_%d_%d", os.Getpid(), databases.Add(1))
	psql := func(statement string) error {
		//nolint:gosec,noctx // it drops the database when the test's context has ended
		out, err := exec.Command("psql", "-qX", "-v", "ON_ERROR_STOP=1", "-c", statement, server.String()).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", statement, err, out)
		}
		return nil
	}
	if err := psql("CREATE DATABASE " + name); err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() {
		if err := psql("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("%v", err)
		}
	})
	at := *server
	at.Path = "/" + name
	return at.String()
}

// roles are those of the demo's people, as an operator gives them.
var roles = map[string][]string{
	"researcher1": {"researcher project:demo-study"},
	"checker1":    {"output_checker all"},
	"checker2":    {"output_checker all"},
	"auditor1":    {"auditor all"},
}

// StartServe starts the program as in production: on PostgreSQL, with Dex to
// sign in at, and with people, workspace and job request that were brought by
// commands.
func StartServe(t T) *Program {
	t.Helper()
	p := newProgram(t)
	dir, address := p.dir, freeAddress(t)
	sample := filepath.Join(dir, "sample") // for its workspace
	(&Program{t: t, binary: p.binary}).Run("demo", "--seed-only", "--data", sample)
	p.URL, p.Workspaces, p.Released = "http://"+address, filepath.Join(sample, "workspaces"), filepath.Join(dir, "released")
	for _, d := range []string{p.Released, filepath.Join(dir, "vault")} {
		if err := os.Mkdir(d, 0o750); err != nil {
			t.Fatalf("%v", err)
		}
	}
	destinations := filepath.Join(dir, "destinations.yaml")
	text := fmt.Sprintf("- {name: archive, kind: directory, path: %q}\n", p.Released)
	if err := os.WriteFile(destinations, []byte(text), 0o600); err != nil {
		t.Fatalf("%v", err)
	}
	p.issuer = startDex(t, p.URL+"/auth/callback")
	for name, value := range map[string]string{
		"DATABASE_URL": newDatabase(t), "LISTEN": address, "PUBLIC_URL": p.URL, "WORKSPACES_DIR": p.Workspaces,
		"VAULT_URL": filepath.Join(dir, "vault"), "DESTINATIONS": destinations, "HOLD": "1s", "LOG_LEVEL": "warn",
		"OIDC_ISSUER": p.issuer, "OIDC_CLIENT_ID": dexClient, "OIDC_CLIENT_SECRET": dexSecret,
	} {
		p.environment = append(p.environment, "SALLYPORT_"+name+"="+value)
	}
	p.bringSample(t)
	p.process = startProcess(t, os.Stderr, p.environment, p.binary, "serve")
	p.ready()
	return p
}

// bringSample records people, workspace and job request of the sample.
func (p *Program) bringSample(t T) {
	t.Helper()
	dir, err := top()
	if err != nil {
		t.Fatalf("%v", err)
	}
	p.Run("migrate")
	for person, has := range roles {
		p.Run("user", "add", person)
		for _, r := range has {
			role, scope, _ := strings.Cut(r, " ")
			p.Run("user", "grant", person, role, scope)
		}
	}
	p.Run("workspace", "place", SampleWorkspace, "--project", "demo-study", "--organisation", "Demo University", "--backend", "tpp")
	p.Run("ingest", "job-request", filepath.Join(dir, "cmd/sallyport/sample/job-requests/demo-study.json"))
	p.Run("ingest", "workspace", SampleWorkspace)
}
