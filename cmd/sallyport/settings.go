package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"sallyport/release"
	"sallyport/review"
	"sallyport/web"
)

// settings are all that `serve` is told: flags over environment over a file
// over defaults (docs/settings.md). In the environment a name begins with
// SALLYPORT_; NAME_FILE names a file that holds the value.
type settings struct {
	DatabaseURL        string `name:"database-url" placeholder:"URL" help:"postgres://… or a SQLite file."`
	MigrateDatabaseURL string `name:"migrate-database-url" placeholder:"URL" help:"Bring the database up to date at start, with this role."`
	Listen             string `placeholder:"ADDRESS" help:"Where to listen (127.0.0.1:8080)."`
	MetricsListen      string `name:"metrics-listen" placeholder:"ADDRESS" help:"Where /metrics listens; with the pages if empty."`
	PublicURL          string `name:"public-url" placeholder:"URL" help:"How people reach the program."`
	TrustedProxies     string `name:"trusted-proxies" placeholder:"CIDR,…" help:"Proxies whose X-Forwarded-For is believed."`
	WorkspacesDir      string `name:"workspaces-dir" placeholder:"DIR" help:"The workspaces, one directory each."`
	ReposDir           string `name:"repos-dir" placeholder:"DIR" help:"Bare git mirrors, so that code is shown."`
	VaultURL           string `name:"vault-url" placeholder:"URL" help:"Where copies are kept: file:///… or a directory."`
	CacheDir           string `name:"cache-dir" placeholder:"DIR" help:"Where the places of rows in big files are remembered; a temporary directory if empty."`
	Destinations       string `placeholder:"FILE" help:"YAML: where approved bytes go."`
	Hold               string `placeholder:"DURATION" help:"How long an approval waits before delivery (10m)."`
	PolicyDir          string `name:"policy-dir" placeholder:"DIR" help:"Where default.yaml says what holds in the installation."`
	OIDCIssuer         string `name:"oidc-issuer" placeholder:"URL" help:"The sign-in provider; without one there are no pages, only the API."`
	OIDCClientID       string `name:"oidc-client-id" placeholder:"ID" help:"Our name at the provider."`
	OIDCClientSecret   string `name:"oidc-client-secret" placeholder:"SECRET" help:"Our secret there; better in a file, by SALLYPORT_OIDC_CLIENT_SECRET_FILE."`
	OIDCScopes         string `name:"oidc-scopes" placeholder:"SCOPES" help:"Scopes that are asked for beside openid, with spaces between (profile)."`
	OIDCRoleClaim      string `name:"oidc-role-claim" placeholder:"NAME" help:"The claim that holds roles."`
	RoleMapping        string `name:"role-mapping" placeholder:"FILE" help:"YAML: which roles the claim's values stand for."`
	RepoLinks          string `name:"repo-links" placeholder:"PATTERNS" help:"How links to repositories are made; none makes none (those of github.com)."`
	LogLevel           string `name:"log-level" placeholder:"LEVEL" help:"debug, info, warn or error (info)."`
	Config             string `placeholder:"FILE" help:"A YAML file of settings."`
}

// settingNames are the settings by their name in the environment and the file.
func (s *settings) byName() map[string]*string {
	return map[string]*string{
		"DATABASE_URL": &s.DatabaseURL, "MIGRATE_DATABASE_URL": &s.MigrateDatabaseURL,
		"LISTEN": &s.Listen, "METRICS_LISTEN": &s.MetricsListen, "PUBLIC_URL": &s.PublicURL,
		"TRUSTED_PROXIES": &s.TrustedProxies, "WORKSPACES_DIR": &s.WorkspacesDir,
		"REPOS_DIR": &s.ReposDir, "VAULT_URL": &s.VaultURL, "CACHE_DIR": &s.CacheDir, "DESTINATIONS": &s.Destinations, "HOLD": &s.Hold, "POLICY_DIR": &s.PolicyDir,
		"OIDC_ISSUER": &s.OIDCIssuer, "OIDC_CLIENT_ID": &s.OIDCClientID, "OIDC_CLIENT_SECRET": &s.OIDCClientSecret,
		"OIDC_SCOPES": &s.OIDCScopes, "OIDC_ROLE_CLAIM": &s.OIDCRoleClaim, "ROLE_MAPPING": &s.RoleMapping,
		"LOG_LEVEL": &s.LogLevel, "REPO_LINKS": &s.RepoLinks,
	}
}

// complete fills what the flags left open from the environment, then the file.
func (s *settings) complete(lookup func(string) (string, bool)) error {
	var problems []error
	byName := s.byName()
	for name, value := range byName {
		if *value != "" {
			continue
		}
		v, err := fromEnvironment(name, lookup)
		if err != nil {
			problems = append(problems, err)
		}
		*value = v
	}
	if s.Config == "" {
		s.Config, _ = lookup("SALLYPORT_CONFIG")
	}
	if s.Config != "" {
		problems = append(problems, s.fromFile(byName))
	}
	return errors.Join(problems...)
}

// fromEnvironment reads SALLYPORT_NAME, or the file that SALLYPORT_NAME_FILE
// names, without the line end that editors leave there.
func fromEnvironment(name string, lookup func(string) (string, bool)) (string, error) {
	key := "SALLYPORT_" + name
	v, ok := lookup(key)
	file, inFile := lookup(key + "_FILE")
	switch {
	case ok && inFile:
		return "", fmt.Errorf("%s and %s_FILE are both set; set one", key, key)
	case !inFile:
		return v, nil
	}
	b, err := readBounded(file, maxSettingsFile)
	if err != nil {
		return "", fmt.Errorf("%s_FILE: %w", key, err)
	}
	return strings.TrimSpace(string(b)), nil
}

// maxSettingsFile bounds what is read of a file of settings or destinations.
const maxSettingsFile = 1 << 20

func (s *settings) fromFile(byName map[string]*string) error {
	f, err := os.Open(s.Config)
	if err != nil {
		return fmt.Errorf("--config: %w", err)
	}
	defer f.Close()
	values := map[string]string{}
	err = yaml.NewDecoder(io.LimitReader(f, maxSettingsFile)).Decode(&values)
	if err != nil && !errors.Is(err, io.EOF) { // an empty file sets nothing
		return fmt.Errorf("--config %s: %w", s.Config, err)
	}
	var problems []error
	for name, v := range values {
		into, ok := byName[strings.ToUpper(name)]
		if !ok {
			problems = append(problems, fmt.Errorf("--config %s: there is no setting %q", s.Config, name))
		} else if *into == "" {
			*into = v
		}
	}
	return errors.Join(problems...)
}

// checked are settings that can be used.
type checked struct {
	database     string
	migrate      string
	listen       string
	metrics      string
	publicURL    *url.URL
	proxies      []string
	workspaces   string
	repos        string // "": there are no mirrors
	vault        string
	cache        string // "": a temporary directory
	destinations []release.Destination
	policy       review.Policy // of the installation
	level        slog.Level
	repoLinks    web.RepoLinks
	oidc         *signInSettings // nil: nobody signs in, there are no pages
}

// read completes and checks the settings, and says everything that is wrong
// with them at once.
func (s *settings) read(lookup func(string) (string, bool)) (checked, error) {
	incomplete := s.complete(lookup)
	ch, wrong := s.check()
	if err := errors.Join(incomplete, wrong); err != nil {
		return checked{}, usageError{"these settings need attention:\n" + err.Error()}
	}
	return ch, nil
}

// check says everything that is wrong with the settings as they are.
func (s *settings) check() (checked, error) {
	var problems []error
	need := func(name, v string) {
		if v == "" {
			problems = append(problems, fmt.Errorf("SALLYPORT_%s is not set", name))
		}
	}
	note := func(name string, err error) {
		if err != nil {
			problems = append(problems, fmt.Errorf("SALLYPORT_%s: %w", name, err))
		}
	}
	need("DATABASE_URL", s.DatabaseURL)
	need("WORKSPACES_DIR", s.WorkspacesDir)
	need("VAULT_URL", s.VaultURL)
	need("DESTINATIONS", s.Destinations)
	c := checked{
		database: s.DatabaseURL, migrate: s.MigrateDatabaseURL, metrics: s.MetricsListen,
		listen: orElse(s.Listen, "127.0.0.1:8080"), repoLinks: web.GitHubLinks(), workspaces: s.WorkspacesDir, cache: s.CacheDir,
	}
	var err error
	c.publicURL, err = publicURL(s.PublicURL)
	note("PUBLIC_URL", err)
	c.proxies, err = proxies(s.TrustedProxies)
	note("TRUSTED_PROXIES", err)
	c.repos = s.ReposDir
	note("REPOS_DIR", isDirectory(s.ReposDir))
	c.vault, err = vaultDir(s.VaultURL)
	note("VAULT_URL", err)
	hold, err := time.ParseDuration(orElse(s.Hold, "10m"))
	note("HOLD", err)
	if err == nil && (hold < 0 || hold%time.Second != 0) {
		note("HOLD", errors.New("whole seconds, not less than none"))
	}
	c.policy, err = installationPolicy(s.PolicyDir, hold)
	note("POLICY_DIR", err)
	if s.RepoLinks != "" {
		c.repoLinks, err = web.ReadRepoLinks(s.RepoLinks)
		note("REPO_LINKS", err)
	}
	note("LOG_LEVEL", c.level.UnmarshalText([]byte(orElse(s.LogLevel, "info"))))
	c.oidc, err = s.signIn(c.publicURL)
	if err != nil {
		problems = append(problems, err)
	}
	if s.Destinations != "" {
		c.destinations, err = destinations(s.Destinations)
		note("DESTINATIONS", err)
	}
	return c, errors.Join(problems...)
}

// isDirectory refuses what is no directory, unless nothing is named.
func isDirectory(dir string) error {
	if dir == "" {
		return nil
	}
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is no directory", dir)
	}
	return err
}

func orElse(v, other string) string {
	if v == "" {
		return other
	}
	return v
}

func publicURL(v string) (*url.URL, error) {
	if v == "" {
		return nil, nil
	}
	u, err := url.Parse(v)
	if err != nil {
		return nil, err
	}
	if (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
		return nil, errors.New("not an http or https address")
	}
	return u, nil
}

func proxies(v string) ([]string, error) {
	var list []string
	for p := range strings.SplitSeq(v, ",") {
		p = strings.TrimSpace(p)
		if p == "" {
			continue
		}
		if _, err := netip.ParsePrefix(p); err != nil {
			if _, err := netip.ParseAddr(p); err != nil {
				return nil, fmt.Errorf("%q is no address and no network", p)
			}
		}
		list = append(list, p)
	}
	return list, nil
}

// vaultDir is the directory of a vault's address. Other kinds of vault are
// named by their scheme.
func vaultDir(v string) (string, error) {
	if !strings.Contains(v, "://") {
		return v, nil
	}
	u, err := url.Parse(v)
	if err != nil {
		return "", err
	}
	if u.Scheme != "file" || u.Host != "" || !filepath.IsAbs(u.Path) {
		return "", errors.New("a vault is a directory, file:///…")
	}
	return u.Path, nil
}
