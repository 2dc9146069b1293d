package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/alecthomas/kong"

	"sallyport/auth"
)

// shell runs commands as a person would, in an environment of its own.
type shell struct {
	t   *testing.T
	env map[string]string
}

// ran is what came of a command.
type ran struct {
	code     int
	out, err string
}

func (s shell) run(args ...string) ran {
	s.t.Helper()
	var out, errs bytes.Buffer
	lookup := func(name string) (string, bool) { v, ok := s.env[name]; return v, ok }
	code := run(s.t.Context(), args, lookup, &out, &errs)
	return ran{code, out.String(), errs.String()}
}

// want demands an exit code. Errors stand on stderr alone, and only errors do.
func (s shell) want(code int, args ...string) ran {
	s.t.Helper()
	r := s.run(args...)
	if r.code != code {
		s.t.Fatalf("sallyport %s = %d, want %d\n%s%s", strings.Join(args, " "), r.code, code, r.out, r.err)
	}
	if code == exitUsage && (r.out != "" || r.err == "") {
		s.t.Errorf("sallyport %s, used wrongly, prints %q, and on stderr %q", strings.Join(args, " "), r.out, r.err)
	}
	return r
}

// installation is a shell with all settings that commands need, and a database
// that is up to date.
func installation(t *testing.T, url string) shell {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"workspaces", "vault", "released"} {
		must(t, os.Mkdir(filepath.Join(dir, name), 0o750))
	}
	file := filepath.Join(dir, "destinations.yaml")
	must(t, os.WriteFile(file, fmt.Appendf(nil, "- name: released\n  kind: directory\n  path: %s\n", filepath.Join(dir, "released")), 0o600))
	return shell{t, map[string]string{
		"SALLYPORT_DATABASE_URL": url, "SALLYPORT_WORKSPACES_DIR": filepath.Join(dir, "workspaces"),
		"SALLYPORT_VAULT_URL": "file://" + filepath.Join(dir, "vault"), "SALLYPORT_DESTINATIONS": file, "SALLYPORT_LOG_LEVEL": "warn",
	}}
}

// commands are all commands of the program, as they are typed.
func commands(t *testing.T) [][]string {
	t.Helper()
	parser, err := kong.New(&cli{}, kong.Bind(&console{}))
	must(t, err)
	var list [][]string
	for _, leaf := range parser.Model.Leaves(true) {
		list = append(list, strings.Fields(strings.TrimPrefix(leaf.Path(), "sallyport ")))
	}
	return list
}

func TestHelp(t *testing.T) {
	s := shell{t: t}
	list := commands(t)
	if len(list) < 15 {
		t.Fatalf("%d commands: %v", len(list), list)
	}
	for _, command := range list {
		var words []string
		for _, w := range command {
			if !strings.HasPrefix(w, "<") && !strings.HasPrefix(w, "[") {
				words = append(words, w)
			}
		}
		r := s.want(exitDone, append(words, "--help")...)
		help := strings.Join(strings.Fields(r.out), " ")
		if !strings.Contains(help, "Example: sallyport "+strings.Join(words, " ")) || r.err != "" {
			t.Errorf("sallyport %s --help has no example:\n%s%s", strings.Join(words, " "), r.out, r.err)
		}
		if r := s.want(exitUsage, append(words, "--no-such-flag")...); !strings.Contains(r.err, "--no-such-flag") {
			t.Errorf("sallyport %v with a wrong flag: %s", words, r.err)
		}
	}
	if r := s.want(exitDone, "--help"); !strings.Contains(r.out, "demo") || !strings.Contains(r.out, "ledger") {
		t.Errorf("sallyport --help:\n%s", r.out)
	}
	if r := s.want(exitDone, "version"); r.out != "sallyport "+version+"\n" {
		t.Errorf("sallyport version: %q", r.out)
	}
	for _, wrong := range [][]string{
		{}, {"fly"}, {"ledger"}, {"ledger", "export"}, {"ledger", "export", "--format", "xml", "-o", "x"},
		{"ledger", "export", "--format", "csv", "--words", "-o", "x"}, {"ledger", "export", "--from", "yesterday", "-o", "x"},
		{"pipeline", "check"}, {"ingest", "job-request"}, {"user", "grant", "alice"}, {"token", "person", "alice", "--expires", "soon"},
		{"demo", "--listen", "0.0.0.0:0"}, {"demo", "--listen", "localhost"}, {"migrate"}, {"serve"}, {"user", "list"},
	} {
		s.want(exitUsage, wrong...)
	}
}

// checkedFile is a line of pipeline check --json, with no field left out.
type checkedFile struct {
	File     string           `json:"file"`
	Readable bool             `json:"readable"`
	Version  string           `json:"version"`
	Actions  int              `json:"actions"`
	Outputs  map[string]int   `json:"outputs"`
	Problems []checkedProblem `json:"problems"`
}

type checkedProblem struct {
	Severity string `json:"severity"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Action   string `json:"action"`
	Message  string `json:"message"`
	Code     string `json:"code"`
}

func TestPipelineCheck(t *testing.T) {
	s, dir := shell{t: t}, t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	const sample = "sample/job-requests/20394.project.yaml"
	broken := file("broken.yaml", "version: '4.0'\nactions:\n  a:\n    run: r:v2 a.R\n    needs: [none]\n    outputs:\n      moderately_sensitive:\n        x: ../a.csv\n")
	unreadable := file("unreadable.yaml", "\tversion: 4\n")
	r := s.want(exitRefused, "pipeline", "check", "--json", sample, broken, unreadable)
	var lines []checkedFile
	d := json.NewDecoder(strings.NewReader(r.out))
	d.DisallowUnknownFields()
	for d.More() {
		var line checkedFile
		must(t, d.Decode(&line))
		lines = append(lines, line)
	}
	if len(lines) != 3 || r.err != "" {
		t.Fatalf("%d lines of JSON for 3 files:\n%s%s", len(lines), r.out, r.err)
	}
	levels := map[string]int{"highly_sensitive": 5, "moderately_sensitive": 3, "minimally_sensitive": 0}
	if l := lines[0]; l.File != sample || !l.Readable || l.Version != "3.0" || l.Actions != 7 || !maps.Equal(l.Outputs, levels) || l.Problems == nil {
		t.Errorf("the sample is %+v, want 7 actions and %v", l, levels)
	}
	if l := lines[1]; !l.Readable || l.Actions != 1 || !slices.ContainsFunc(l.Problems, func(p checkedProblem) bool {
		return p.Severity == "error" && p.Line == 8 && p.Column > 0 && p.Action == "a" && p.Code != "" && strings.Contains(p.Message, "../a.csv")
	}) {
		t.Errorf("the broken file is %+v, want an error in line 8", l)
	}
	if l := lines[2]; l.Readable || len(l.Problems) == 0 || l.Problems[0].Line != 1 || len(l.Outputs) != 3 {
		t.Errorf("the unreadable file is %+v, want an error in line 1", l)
	}
	for _, key := range []string{"file", "readable", "version", "actions", "outputs", "problems"} {
		if n := strings.Count(r.out, `"`+key+`":`); n != 3 {
			t.Errorf("the field %s is there %d times, want in each line", key, n)
		}
	}
	s.want(exitDone, "pipeline", "check", "--json", sample)
	if r := s.want(exitDone, "pipeline", "check", sample); !strings.HasPrefix(r.out, sample+": can be read, 7 actions, outputs: 5 highly_sensitive, 3 moderately_sensitive\n") {
		t.Errorf("pipeline check: %s", r.out)
	}
	if r := s.want(exitRefused, "pipeline", "check", unreadable); !strings.HasPrefix(r.out, unreadable+": cannot be read\n"+unreadable+":1:1: error: ") {
		t.Errorf("pipeline check of an unreadable file: %s", r.out)
	}
	if r := s.want(exitRefused, "pipeline", "check", dir); r.out != "" || !strings.Contains(r.err, "is a directory") {
		t.Errorf("pipeline check of a directory: %q, %q", r.out, r.err)
	}
	pipe := filepath.Join(dir, "pipe")
	must(t, syscall.Mkfifo(pipe, 0o600))
	if r := s.want(exitRefused, "pipeline", "check", pipe); !strings.Contains(r.out, "The file is empty") {
		t.Errorf("pipeline check of a pipe that nobody writes to: %q, %q", r.out, r.err)
	}
	if r := s.want(exitRefused, "pipeline", "check", broken); !strings.Contains(r.out, ":8:") {
		t.Errorf("pipeline check of a broken file: %s", r.out)
	}
	// A file that is not there does not keep the others from being read.
	if r := s.want(exitRefused, "pipeline", "check", filepath.Join(dir, "none.yaml"), sample); !strings.Contains(r.err, "none.yaml") || !strings.Contains(r.out, "7 actions") {
		t.Errorf("pipeline check of a missing file: %q, %q", r.out, r.err)
	}
}

// TestIngest records the example job requests by hand, and reads a workspace.
func TestIngest(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		s := installation(t, url)
		for _, name := range []string{"20394", "21492"} {
			file := "sample/job-requests/" + name + ".json"
			if r := s.want(exitDone, "ingest", "job-request", file); !strings.Contains(r.out, "is recorded") {
				t.Errorf("ingest %s: %s", name, r.out)
			}
			if r := s.want(exitDone, "ingest", "job-request", file); !strings.Contains(r.out, "was known") {
				t.Errorf("ingest %s again: %s", name, r.out)
			}
		}
		dir := t.TempDir()
		b, err := os.ReadFile("sample/job-requests/20394.json")
		must(t, err)
		other := filepath.Join(dir, "other.json")
		must(t, os.WriteFile(other, bytes.Replace(b, []byte("26ea0eb"), []byte("0000000"), 1), 0o600))
		if r := s.want(exitRefused, "ingest", "job-request", other); !strings.Contains(r.err, "20394.project.yaml") || r.out != "" {
			t.Errorf("ingest without its project.yaml: %q, %q", r.out, r.err)
		}
		text, err := os.ReadFile("sample/job-requests/20394.project.yaml")
		must(t, err)
		must(t, os.WriteFile(filepath.Join(dir, "20394.project.yaml"), text, 0o600))
		if r := s.want(exitRefused, "ingest", "job-request", other); !strings.Contains(r.err, "commit") || r.out != "" {
			t.Errorf("ingest of a contradiction: %q, %q", r.out, r.err)
		}
		escape := filepath.Join(dir, "escape.json")
		must(t, os.WriteFile(escape, bytes.Replace(b, []byte("20394.project.yaml"), []byte("../20394.project.yaml"), 1), 0o600))
		s.want(exitRefused, "ingest", "job-request", escape)
		for _, wrong := range []string{"{", `{"identifier": "x"}`, "[]", ""} {
			file := filepath.Join(dir, "wrong.json")
			must(t, os.WriteFile(file, []byte(wrong), 0o600))
			if r := s.want(exitRefused, "ingest", "job-request", file); !strings.Contains(r.err, "wrong.json") {
				t.Errorf("ingest of %q: %s", wrong, r.err)
			}
		}
		s.want(exitRefused, "ingest", "job-request", filepath.Join(dir, "none.json"))

		must(t, writeWorkspaces(s.env["SALLYPORT_WORKSPACES_DIR"]))
		s.want(exitDone, "ingest", "workspace", demoWorkspace)
		elsewhere := filepath.Join(dir, "elsewhere")
		must(t, os.Mkdir(elsewhere, 0o750))
		must(t, writeWorkspaces(elsewhere))
		for _, at := range []string{elsewhere, filepath.Join(elsewhere, demoWorkspace)} {
			s.want(exitDone, "ingest", "job-request", "sample/job-requests/demo-study.json", "--workspace-dir", at)
		}
		s.want(exitRefused, "ingest", "job-request", "sample/job-requests/demo-study.json", "--workspace-dir", filepath.Join(dir, "none"))
		s.want(exitRefused, "ingest", "workspace", "../etc")
		must(t, os.WriteFile(filepath.Join(s.env["SALLYPORT_WORKSPACES_DIR"], demoWorkspace, "metadata/manifest.json"), []byte("{"), 0o600))
		if r := s.want(exitRefused, "ingest", "workspace", demoWorkspace); !strings.Contains(r.err, "manifest.json") || r.out != "" {
			t.Errorf("ingest of a torn manifest: %q, %q", r.out, r.err)
		}
		s.want(exitDone, "ledger", "replay")
	})
}

// TestPeopleByHand makes accounts, roles and tokens, and takes them away.
func TestPeopleByHand(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		s := installation(t, url)
		s.want(exitDone, "workspace", "place", "study-main", "--project", "study", "--organisation", "Demo University", "--backend", "tpp")
		s.want(exitDone, "user", "add", "alice", "--name", "Alice")
		s.want(exitRefused, "user", "add", "alice")
		s.want(exitRefused, "user", "add", "")
		s.want(exitDone, "user", "grant", "alice", "researcher", "project:study")
		s.want(exitDone, "user", "grant", "alice", "auditor", "all")
		for _, wrong := range [][]string{{"bob", "researcher", "project:study"}, {"alice", "king", "all"}, {"alice", "researcher", "everywhere"}} {
			if r := s.want(exitRefused, append([]string{"user", "grant"}, wrong...)...); r.out != "" || r.err == "" {
				t.Errorf("user grant %v: %q, %q", wrong, r.out, r.err)
			}
		}
		r := s.want(exitDone, "user", "list", "--json")
		var alice struct {
			ID, Username, Name string
			Roles              []printedRole
		}
		must(t, json.Unmarshal([]byte(r.out), &alice))
		if alice.Username != "alice" || alice.Name != "Alice" || len(alice.Roles) != 2 {
			t.Errorf("user list --json: %s", r.out)
		}
		s.want(exitDone, "user", "end", "alice", "auditor", "all")
		s.want(exitRefused, "user", "end", "alice", "auditor", "all")
		if r := s.want(exitDone, "user", "list"); r.out != "alice  researcher (project:study)\n" {
			t.Errorf("user list: %q", r.out)
		}
		s.unlinkByHand(url)
		s.tokensByHand()
		s.want(exitDone, "ledger", "replay")
	})
}

// unlinkByHand frees alice's account of its identity: another one gets it, and
// who was signed in is out.
func (s shell) unlinkByHand(url string) {
	s.t.Helper()
	if r := s.want(exitRefused, "user", "unlink", "alice"); !strings.Contains(r.err, "nobody has signed in") {
		s.t.Errorf("user unlink before anybody signed in: %q", r.err)
	}
	if r := s.want(exitRefused, "user", "unlink", "bob"); !strings.Contains(r.err, "nobody with the username") {
		s.t.Errorf("user unlink of nobody: %q", r.err)
	}
	sessions := auth.Sessions{Store: openStore(s.t, url), Now: now, Random: rand.Reader}
	signIn := func(issuer string) (string, error) {
		who := auth.Identity{Issuer: issuer, Subject: "1", Username: "alice"}
		_, cookie, err := sessions.Begin(s.t.Context(), who, nil, "", "")
		return cookie, err
	}
	cookie, err := signIn("https://old.example.org")
	must(s.t, err)
	if _, err := signIn("https://new.example.org"); err == nil {
		s.t.Error("two identities have one account")
	}
	s.want(exitDone, "user", "unlink", "alice")
	if _, _, err := sessions.Authenticate(s.t.Context(), cookie); !errors.Is(err, auth.ErrUnauthenticated) {
		s.t.Errorf("the session of the identity before = %v, want ErrUnauthenticated", err)
	}
	if _, err := signIn("https://new.example.org"); err != nil {
		s.t.Errorf("signing in by the new provider = %v", err)
	}
}

func (s shell) tokensByHand() {
	s.t.Helper()
	all := strings.TrimSpace(s.want(exitDone, "token", "person", "alice").out)
	narrow := strings.TrimSpace(s.want(exitDone, "token", "person", "alice", "--scope", "read", "--expires", "1h").out)
	service := strings.TrimSpace(s.want(exitDone, "token", "backend", "tpp").out)
	s.want(exitRefused, "token", "person", "bob")
	s.want(exitRefused, "token", "person", "alice", "--scope", "check")
	s.want(exitRefused, "token", "person", "alice", "--scope", "everything")
	s.want(exitRefused, "token", "end", "none")

	var st settings
	ch, err := st.read(func(name string) (string, bool) { v, ok := s.env[name]; return v, ok })
	must(s.t, err)
	a, err := openApp(&console{ctx: s.t.Context(), out: io.Discard, err: testLog{s.t, &kept{}}}, ch)
	must(s.t, err)
	defer func() { must(s.t, a.close()) }()
	tokens := auth.Tokens{Store: a.store, Now: now}
	works := func(token string) bool {
		_, err := tokens.Authenticate(s.t.Context(), "Bearer "+token)
		return err == nil
	}
	for _, token := range []string{all, narrow, service} {
		if !works(token) {
			s.t.Errorf("the token %q does not work", token)
		}
	}
	s.want(exitDone, "token", "end", strings.Split(narrow, "_")[1])
	if works(narrow) || !works(all) {
		s.t.Error("the ended token works, or the other does not")
	}
}

// TestLedgerCommands exports the log and finds what was changed behind its
// back.
func TestLedgerCommands(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		p := startIdle(t, url)
		id := p.submitted("researcher1", firstDose)
		s := installation(t, url)
		dir := t.TempDir()
		jsonl, csv := filepath.Join(dir, "log.jsonl"), filepath.Join(dir, "log.csv")
		s.want(exitDone, "ledger", "export", "-o", jsonl)
		lines := linesOf(t, jsonl)
		if int64(len(lines)) != p.entries() {
			t.Errorf("the export has %d lines, want %d", len(lines), p.entries())
		}
		if r := s.want(exitRefused, "ledger", "export", "-o", jsonl); !strings.Contains(r.err, "exists") || len(linesOf(t, jsonl)) != len(lines) {
			t.Errorf("an export over a file that is there: %s", r.err)
		}
		s.want(exitDone, "ledger", "export", "--format", "csv", "-o", csv)
		if n := len(linesOf(t, csv)); n != len(lines)+1 {
			t.Errorf("the export as CSV has %d lines, want a head and %d", n, len(lines))
		}
		one := s.want(exitDone, "ledger", "export", "--request", id, "-o", "-")
		if n := strings.Count(one.out, "\n"); n == 0 || n >= len(lines) || strings.Contains(one.out, "What this is.") {
			t.Errorf("the export of a request has %d lines, or words", n)
		}
		if r := s.want(exitDone, "ledger", "export", "--request", id, "--words", "-o", "-"); !strings.Contains(r.out, "What this is.") {
			t.Error("the export with words has none")
		}
		today := now().Format("2006-01-02")
		if r := s.want(exitDone, "ledger", "export", "--from", today, "--to", today, "-o", "-"); strings.Count(r.out, "\n") != len(lines) {
			t.Errorf("the export of today has %d lines, want %d", strings.Count(r.out, "\n"), len(lines))
		}
		if r := s.want(exitDone, "ledger", "export", "--to", "2001-01-01", "-o", "-"); r.out != "" {
			t.Errorf("the export of long ago has %q", r.out)
		}
		if r := s.want(exitDone, "ledger", "replay"); !strings.Contains(r.out, "is what the log amounts to") {
			t.Errorf("replay: %s", r.out)
		}
		plant(t, url, "UPDATE requests SET status = 'RELEASED' WHERE id = '"+id+"'")
		if r := s.want(exitRefused, "ledger", "replay"); !strings.Contains(r.out, id) || !strings.Contains(r.out, "differs from the log") || r.err != "" {
			t.Errorf("replay after a change behind its back: %q, %q", r.out, r.err)
		}
		var report struct{ Differences []any }
		r := s.want(exitRefused, "ledger", "replay", "--json")
		if err := json.Unmarshal([]byte(r.out), &report); err != nil || len(report.Differences) != 1 {
			t.Errorf("replay --json: %v, %s", err, r.out)
		}
	})
}

func linesOf(t *testing.T, file string) []string {
	t.Helper()
	b, err := os.ReadFile(file)
	must(t, err)
	return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
}

// plant changes the database behind the program's back.
func plant(t *testing.T, url, statement string) {
	t.Helper()
	driver := "pgx"
	if file, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, url = "sqlite3", "file:"+file+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, url)
	must(t, err)
	res, err := db.ExecContext(t.Context(), statement)
	must(t, err)
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		t.Fatalf("%s changed %d rows, %v", statement, n, err)
	}
	must(t, db.Close())
}

// TestNoDatabase shows that commands do not make what is not there.
func TestNoDatabase(t *testing.T) {
	dir := t.TempDir()
	none := filepath.Join(dir, "none")
	s := installation(t, "sqlite:"+filepath.Join(dir, "new.db"))
	s.want(exitRefused, "ledger", "replay", "--data", none)
	if r := s.want(exitRefused, "user", "list"); !strings.Contains(r.err, "sallyport migrate") {
		t.Errorf("a database that is not up to date: %s", r.err)
	}
	for _, name := range []string{none, filepath.Join(dir, "new.db")} {
		if _, err := os.Stat(name); !os.IsNotExist(err) {
			t.Errorf("%s: %v, want that it is not there", name, err)
		}
	}
	s.want(exitDone, "migrate")
	s.want(exitDone, "migrate", "sqlite:"+filepath.Join(dir, "other.db"))
	s.want(exitDone, "user", "list")
}

// TestServeSaysAllProblems gives serve nothing that is right.
func TestServeSaysAllProblems(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "config.yaml")
	must(t, os.WriteFile(config, []byte("COLOUR: red\n"), 0o600))
	s := shell{t, map[string]string{
		"SALLYPORT_PUBLIC_URL": "ftp://x", "SALLYPORT_TRUSTED_PROXIES": "everybody", "SALLYPORT_REPOS_DIR": "settings.go", "SALLYPORT_VAULT_URL": "s3://bucket",
		"SALLYPORT_HOLD": "soon", "SALLYPORT_REPO_LINKS": "github.com", "SALLYPORT_LOG_LEVEL": "loud", "SALLYPORT_DESTINATIONS": filepath.Join(dir, "none.yaml"),
		"SALLYPORT_DATABASE_URL": "postgres://x", "SALLYPORT_DATABASE_URL_FILE": config, "SALLYPORT_LISTEN_FILE": filepath.Join(dir, "none"),
	}}
	r := s.want(exitUsage, "serve", "--config", config)
	for _, name := range []string{"PUBLIC_URL", "TRUSTED_PROXIES", "REPOS_DIR", "VAULT_URL", "HOLD", "REPO_LINKS", "LOG_LEVEL", "DESTINATIONS", "DATABASE_URL_FILE", "LISTEN_FILE", "WORKSPACES_DIR", "COLOUR"} {
		if !strings.Contains(r.err, name) {
			t.Errorf("serve does not say what is wrong with %s:\n%s", name, r.err)
		}
	}
	if strings.Contains(r.err, "postgres://x") {
		t.Errorf("serve shows the database's address, which has a password in it:\n%s", r.err)
	}
	if r := (shell{t: t}).want(exitUsage, "serve"); strings.Count(r.err, "is not set") != 4 {
		t.Errorf("serve without settings says\n%s", r.err)
	}
	for text, want := range map[string]string{
		"":                                    "no destination is named",
		"[]":                                  "no destination is named",
		"- name: a\n  kind: s3\n  path: /x\n": "there is no kind",
		"- name: a\n  kind: directory\n":      "path must be absolute",
		"- kind: directory\n  path: /x\n":     "needs a name",
		"- name: a\n  colour: red\n":          "colour",
		"name: a\n":                           "destinations.yaml",
		"- {name: a, kind: directory, path: /x}\n- {name: a, kind: directory, path: /y}\n": "needs a name of its own",
	} {
		file := filepath.Join(dir, "destinations.yaml")
		must(t, os.WriteFile(file, []byte(text), 0o600))
		if r := s.want(exitUsage, "serve", "--destinations", file); !strings.Contains(r.err, want) {
			t.Errorf("destinations %q: %s, want %q", text, r.err, want)
		}
	}
}

// TestSettings shows which of several values counts: flags over environment
// over a file over defaults.
func TestSettings(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, "released"), 0o750))
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	destinations := write("destinations.yaml", "- {name: released, kind: directory, path: "+filepath.Join(dir, "released")+"}\n")
	config := write("config.yaml", fmt.Sprintf("database_url: from-file\nWORKSPACES_DIR: from-file\nVAULT_URL: from-file\nDESTINATIONS: %s\nHOLD: 30s\nLISTEN: from-file\n", destinations))
	env := map[string]string{
		"SALLYPORT_WORKSPACES_DIR": "from-environment", "SALLYPORT_VAULT_URL": "from-environment",
		"SALLYPORT_LISTEN_FILE": write("listen", "from-file-of-environment\n"), "SALLYPORT_CONFIG": config,
	}
	lookup := func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	st := settings{VaultURL: "from-flag"}
	got, err := st.read(lookup)
	must(t, err)
	for what, pair := range map[string][2]any{
		"a flag":              {got.vault, "from-flag"},
		"the environment":     {got.workspaces, "from-environment"},
		"a file of one value": {got.listen, "from-file-of-environment"},
		"the file":            {got.database, "from-file"},
		"the file's hold":     {got.policy.Hold().String(), "30s"},
		"the default":         {got.level.String(), "INFO"},
		"the destination":     {len(got.destinations), 1},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			t.Errorf("%s: %v, want %v", what, pair[0], pair[1])
		}
	}
	env["SALLYPORT_CONFIG"] = write("empty.yaml", "")
	env["SALLYPORT_DATABASE_URL"], env["SALLYPORT_DESTINATIONS"] = "x", destinations
	if got, err = (&settings{}).read(lookup); err != nil || got.policy.Hold().String() != "10m0s" {
		t.Errorf("with an empty file: %v, %v, want the defaults", got.policy, err)
	}
	env["SALLYPORT_CONFIG"] = write("comment.yaml", "# nothing\n---\n")
	if _, err = (&settings{}).read(lookup); err != nil {
		t.Errorf("with a file of comments: %v", err)
	}
	for _, wrong := range []string{"- a\n", "HOLD: [1]\n", "HOLD: 1s\nHOLD: 2s\n", ":", "\t"} {
		env["SALLYPORT_CONFIG"] = write("wrong.yaml", wrong)
		if _, err := (&settings{}).read(lookup); err == nil || !strings.Contains(err.Error(), "wrong.yaml") {
			t.Errorf("with the file %q: %v, want an error that names it", wrong, err)
		}
	}
}

// TestSettingsPage holds docs/settings.md against the program: each setting
// stands in it, and its file of settings is one.
func TestSettingsPage(t *testing.T) {
	b, err := os.ReadFile("../../docs/settings.md")
	must(t, err)
	page := string(b)
	for name := range (&settings{}).byName() {
		if !strings.Contains(page, "\n| `"+name+"` |") {
			t.Errorf("docs/settings.md says nothing of %s", name)
		}
	}
	_, example, _ := strings.Cut(page, "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	file := filepath.Join(t.TempDir(), "sallyport.yaml")
	must(t, os.WriteFile(file, []byte(example), 0o600))
	st := settings{Config: file}
	if err := st.complete(func(string) (string, bool) { return "", false }); err != nil || st.Hold != "10m" {
		t.Errorf("the example of docs/settings.md: %v, %+v", err, st)
	}
}

// TestThreatsPage demands that each test which docs/threats.md names is there.
func TestThreatsPage(t *testing.T) {
	b, err := os.ReadFile("../../docs/threats.md")
	must(t, err)
	there := map[string]bool{}
	for _, pattern := range []string{"../../*/*_test.go", "../../web/*/*_test.go", "../../checks/*/*_test.go", "*_test.go"} {
		files, err := filepath.Glob(pattern)
		must(t, err)
		for _, file := range files {
			code, err := os.ReadFile(file)
			must(t, err)
			for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)`).FindAllSubmatch(code, -1) {
				there[string(m[1])] = true
			}
		}
	}
	named := regexp.MustCompile(`Test[A-Z]\w+`).FindAllString(string(b), -1)
	for _, name := range named {
		if !there[name] {
			t.Errorf("docs/threats.md names %s, which is not there", name)
		}
	}
	if len(named) < 30 {
		t.Errorf("docs/threats.md names %d tests", len(named))
	}
}

// TestServe starts the program as in production and stops it.
func TestServe(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		s := installation(t, url)
		s.env["SALLYPORT_MIGRATE_DATABASE_URL"] = url
		s.want(exitDone, "user", "add", "alice")
		token := strings.TrimSpace(s.want(exitDone, "token", "person", "alice").out)
		address, metrics := freeAddress(t), freeAddress(t)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan ran, 1)
		go func() {
			var out, errs bytes.Buffer
			lookup := func(name string) (string, bool) { v, ok := s.env[name]; return v, ok }
			code := run(ctx, []string{"serve", "--listen", address, "--metrics-listen", metrics}, lookup, &out, &errs)
			done <- ran{code, out.String(), errs.String()}
		}()
		p := &program{t: t, url: "http://" + address, tokens: map[string]string{"alice": token}}
		p.until("serve is ready", func() bool { a, err := p.tryGet("/readyz"); return err == nil && a.status == 200 })
		p.want("alice", call{method: "GET", path: "/me"}, 200)
		if a := p.get("/metrics"); a.status != 404 {
			t.Errorf("/metrics with an address of its own = %d at the other, want 404", a.status)
		}
		m := &program{t: t, url: "http://" + metrics}
		if a := m.get("/metrics"); a.status != 200 || !bytes.Contains(a.body, []byte("sallyport_http_requests_total")) {
			t.Errorf("/metrics = %d", a.status)
		}
		stop()
		if r := <-done; r.code != exitDone {
			t.Errorf("serve, stopped, = %d\n%s", r.code, r.err)
		}
	})
}
