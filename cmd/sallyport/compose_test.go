package main

import (
	"errors"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"sallyport/internal/dbtest"
	"sallyport/internal/dex"
	"sallyport/models"
	"sallyport/review"
)

// top is the top of the repository, seen from this package.
const top = "../../"

// composed is docker-compose.yml, as far as tests look at it.
type composed struct {
	Services map[string]service
	Volumes  map[string]any
	Secrets  map[string]struct{ File string }
}

type service struct {
	Image, User string
	Build       struct{ Context string }
	Command     []string
	Entrypoint  []string
	Environment map[string]string
	EnvFile     []string `yaml:"env_file"`
	ReadOnly    bool     `yaml:"read_only"`
	SecurityOpt []string `yaml:"security_opt"`
	Secrets     []string
	Volumes     []string
	Ports       []string
	DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
	Healthcheck struct{ Test []string }
}

func readYAML(t *testing.T, path string, into any) {
	t.Helper()
	b, err := os.ReadFile(top + path)
	must(t, err)
	must(t, yaml.Unmarshal(b, into))
}

// madeSecrets is a directory with what deploy/secrets.sh makes.
func madeSecrets(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "secrets")
	runsWell(t, nil, "sh", top+"deploy/secrets.sh", dir)
	return dir
}

// runsWell runs a program, with more in its environment, and returns what it
// wrote.
func runsWell(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	out, err := runs(t, env, name, args...)
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return out
}

func runs(t *testing.T, env []string, name string, args ...string) (string, error) {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	c.Env = append(os.Environ(), env...)
	out, err := c.CombinedOutput()
	return string(out), err
}

var pinned = regexp.MustCompile(`^[a-z0-9./-]+:v?[0-9]+\.[0-9]+[a-z0-9.-]*$`)

// TestCompose: what docker-compose.yml names is there, pinned, and closed to
// everybody but this machine.
func TestCompose(t *testing.T) {
	var c composed
	readYAML(t, "docker-compose.yml", &c)
	secrets := madeSecrets(t)
	for name, s := range c.Services {
		if s.Image != "sallyport:local" && !pinned.MatchString(s.Image) {
			t.Errorf("%s: the image %q is not pinned by its version", name, s.Image)
		}
		if !s.ReadOnly || !slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
			t.Errorf("%s may write to its own files or gain rights", name)
		}
		for _, p := range s.Ports {
			if !strings.HasPrefix(p, "127.0.0.1:") {
				t.Errorf("%s: the port %s can be reached from elsewhere", name, p)
			}
		}
		for _, v := range s.Volumes {
			from, _, _ := strings.Cut(v, ":")
			_, named := c.Volumes[from]
			_, err := os.Stat(filepath.Join(top, from))
			if !named && (err != nil || !strings.HasPrefix(from, "./deploy/") || !strings.HasSuffix(v, ":ro")) {
				t.Errorf("%s mounts %s: %v", name, v, err)
			}
		}
		for other := range s.DependsOn {
			if _, ok := c.Services[other]; !ok {
				t.Errorf("%s waits for %s, which there is not", name, other)
			}
		}
		for _, secret := range s.Secrets {
			if _, ok := c.Secrets[secret]; !ok {
				t.Errorf("%s has the secret %s, which there is not", name, secret)
			}
		}
		for _, file := range s.EnvFile {
			inSecrets(t, secrets, file)
		}
	}
	for _, s := range c.Secrets {
		inSecrets(t, secrets, s.File)
	}
	for _, name := range []string{"db", "dex", "sallyport"} {
		if len(c.Services[name].Healthcheck.Test) == 0 {
			t.Errorf("%s says nothing of its health", name)
		}
	}
}

// inSecrets fails unless deploy/secrets.sh makes the file.
func inSecrets(t *testing.T, made, file string) {
	t.Helper()
	if st, err := os.Stat(filepath.Join(made, filepath.Base(file))); err != nil || st.Size() < 2 || filepath.Dir(file) != "deploy/secrets" {
		t.Errorf("deploy/secrets.sh does not make %s: %v", file, err)
	}
}

// TestComposeSettings: the settings of docker-compose.yml are settings, and
// right. Only where files lie is another place here.
func TestComposeSettings(t *testing.T) {
	var c composed
	readYAML(t, "docker-compose.yml", &c)
	secrets := madeSecrets(t)
	here := strings.NewReplacer("/etc/sallyport/", top+"deploy/sallyport/", "/run/secrets/", secrets+"/", "/var/lib/sallyport/mirrors", t.TempDir())
	known := (&settings{}).byName()
	for name, s := range c.Services {
		for key := range s.Environment {
			setting, ours := strings.CutPrefix(key, "SALLYPORT_")
			if _, ok := known[strings.TrimSuffix(setting, "_FILE")]; ours && !ok {
				t.Errorf("%s sets %s, which is no setting", name, key)
			}
		}
	}
	env := c.Services["sallyport"].Environment
	ch, err := (&settings{}).read(func(name string) (string, bool) {
		v, ok := env[name]
		return here.Replace(v), ok
	})
	must(t, err)
	if ch.migrate != "" || !strings.HasPrefix(ch.database, "postgres://sallyport:") || ch.oidc == nil || ch.oidc.config.ClientSecret == "" {
		t.Errorf("settings of docker-compose.yml: %+v", ch)
	}
	var groups []string
	var provider struct {
		Issuer          string
		StaticPasswords []struct{ Groups []string } `yaml:"staticPasswords"`
	}
	readYAML(t, "deploy/dex/config.yaml", &provider)
	for _, p := range provider.StaticPasswords {
		groups = append(groups, p.Groups...)
	}
	if provider.Issuer != ch.oidc.config.Issuer {
		t.Errorf("Dex is %s, and %s is asked", provider.Issuer, ch.oidc.config.Issuer)
	}
	for _, g := range groups {
		if len(ch.oidc.mapping.Roles([]string{g})) == 0 {
			t.Errorf("the group %q stands for no role", g)
		}
	}
	for _, at := range []string{ch.workspaces, ch.vault, env["SALLYPORT_REPOS_DIR"], env["SALLYPORT_CACHE_DIR"]} {
		if !slices.ContainsFunc(c.Services["sallyport"].Volumes, func(v string) bool { return at != "" && strings.Contains(v, ":"+at) }) {
			t.Errorf("%s is kept in no volume", at)
		}
	}
}

// TestComposeDex: Dex takes the configuration, and lets its people in.
func TestComposeDex(t *testing.T) {
	var config map[string]any
	readYAML(t, "deploy/dex/config.yaml", &config)
	t.Setenv("DEX_CLIENT_SECRET", "a secret")
	redirect := "http://localhost:8080/auth/callback"
	p := dex.StartWith(t, func(issuer, address string) any {
		moved := maps.Clone(config)
		moved["issuer"], moved["web"], moved["telemetry"] = issuer, map[string]any{"http": address}, map[string]any{"http": ""}
		return moved
	})
	query := url.Values{
		"client_id": {"sallyport"}, "redirect_uri": {redirect}, "response_type": {"code"}, "scope": {"openid profile groups"}, "state": {"s"},
	}
	for _, who := range []string{"checker1", "admin2"} {
		back := p.SignIn(t, p.Issuer+"/auth?"+query.Encode(), who, dex.Password)
		if back.Query().Get("code") == "" || !strings.HasPrefix(back.String(), redirect) {
			t.Errorf("%s comes back to %s", who, back)
		}
	}
}

// TestComposeDatabase: the roles are made on a real server; the program's
// cannot change the schema nor the log, and can do its work.
func TestComposeDatabase(t *testing.T) {
	server := dbtest.PostgresURL(t, migrate)
	secrets := madeSecrets(t)
	sql := func(at, statement string) (string, error) {
		return runs(t, nil, "psql", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement, at)
	}
	t.Cleanup(func() {
		for _, s := range []string{"DROP DATABASE IF EXISTS sallyport WITH (FORCE)", "DROP ROLE IF EXISTS sallyport", "DROP ROLE IF EXISTS sallyport_owner"} {
			if out, err := exec.Command("psql", "-q", "-c", s, server).CombinedOutput(); err != nil { //nolint:noctx // the test's context is over
				t.Errorf("%s: %v\n%s", s, err, out)
			}
		}
	})
	runsWell(t, []string{"SECRETS=" + secrets, "POSTGRES_DB=" + server, "POSTGRES_USER="}, "sh", top+"deploy/postgres/10-roles.sh")
	as := func(role, secret string) string {
		u, err := url.Parse(server)
		must(t, err)
		password, err := os.ReadFile(filepath.Join(secrets, secret))
		must(t, err)
		u.User, u.Path = url.UserPassword(role, strings.TrimSpace(string(password))), "/sallyport"
		return u.String()
	}
	owner, app := as("sallyport_owner", "owner_password"), as("sallyport", "app_password")
	must(t, models.Migrate(t.Context(), owner))
	runsWell(t, nil, "psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", top+"deploy/postgres/restrict.sql", owner)
	for _, statement := range []string{
		"CREATE TABLE mine (a int)", "DROP TABLE requests", "ALTER TABLE entries DISABLE TRIGGER ALL", "DELETE FROM entries", "UPDATE entries SET act = 'x'",
		"TRUNCATE entries", "DELETE FROM words", "DELETE FROM goose_db_version",
	} {
		if out, err := sql(app, statement); err == nil || !strings.Contains(out, "permission denied") && !strings.Contains(out, "must be owner") {
			t.Errorf("the program's role may %s: %v %s", statement, err, out)
		}
	}
	store, err := models.Open(t.Context(), models.Config{URL: app, Now: now, NewID: newID, NewSalt: salt, Policy: review.DefaultPolicy(), Program: version})
	must(t, err)
	defer func() { must(t, store.Close()) }()
	_, err = store.AddPerson(t.Context(), byOperator(), "first", "")
	must(t, err)
	must(t, store.Ready(t.Context()))
}

// TestDockerfile: what the Dockerfile runs is there, and what
// docker-compose.yml runs in its image are commands.
func TestDockerfile(t *testing.T) {
	dockerfile, err := os.ReadFile(top + "Dockerfile")
	must(t, err)
	makefile, err := os.ReadFile(top + "Makefile")
	must(t, err)
	targets := regexp.MustCompile(`\bmake ([a-z]+)`).FindAllSubmatch(dockerfile, -1)
	if len(targets) == 0 {
		t.Error("the Dockerfile makes nothing")
	}
	for _, m := range targets {
		if !strings.Contains(string(makefile), "\n"+string(m[1])+":") {
			t.Errorf("the Dockerfile makes %s, which the Makefile does not know", m[1])
		}
	}
	var c composed
	readYAML(t, "docker-compose.yml", &c)
	for name, s := range c.Services {
		if s.Image != "sallyport:local" {
			continue
		}
		var help strings.Builder
		if code := run(t.Context(), append(slices.Clone(s.Command), "--help"), os.LookupEnv, &help, &help); code != exitDone {
			t.Errorf("%s runs %q: %s", name, s.Command, help.String())
		}
	}
	for _, dir := range []string{"workspaces", "mirrors", "cache", "vault", "released"} {
		if !strings.Contains(string(dockerfile), "/empty/data/"+dir) {
			t.Errorf("the image has no directory %s, whose owner a volume takes over", dir)
		}
	}
	if _, err := os.Stat(top + "deploy/secrets"); !errors.Is(err, fs.ErrNotExist) {
		ignored, err := os.ReadFile(top + ".gitignore")
		if err != nil || !strings.Contains(string(ignored), "\n/deploy/secrets/\n") {
			t.Error("git takes deploy/secrets")
		}
	}
}

// TestHealth: a program that is ready is done, any other is refused.
func TestHealth(t *testing.T) {
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		w.WriteHeader(status)
	}))
	defer server.Close()
	listen := strings.TrimPrefix(server.URL, "http://")
	ask := func(env map[string]string, args ...string) int {
		var out, err strings.Builder
		return run(t.Context(), append([]string{"health"}, args...), func(n string) (string, bool) { v, ok := env[n]; return v, ok }, &out, &err)
	}
	if got := ask(map[string]string{"SALLYPORT_LISTEN": listen}); got != exitDone {
		t.Errorf("a program that is ready: %d", got)
	}
	status = http.StatusServiceUnavailable
	if got := ask(nil, server.URL+"/readyz"); got != exitRefused {
		t.Errorf("one that is not: %d", got)
	}
	if got := ask(map[string]string{"SALLYPORT_LISTEN": "nowhere"}); got != exitUsage {
		t.Errorf("an address that is none: %d", got)
	}
	for listen, want := range map[string]string{
		"0.0.0.0:80": "http://127.0.0.1:80/readyz", ":81": "http://127.0.0.1:81/readyz", "[::]:82": "http://127.0.0.1:82/readyz",
		"10.0.0.1:83": "http://10.0.0.1:83/readyz",
	} {
		if got, err := readyAt(listen); err != nil || got != want {
			t.Errorf("readyAt(%s) = %s, %v, want %s", listen, got, err, want)
		}
	}
}
