package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/internal/dbtest"
	"sallyport/models"
	"sallyport/pipeline"
	"sallyport/review"
	"sallyport/web"
)

// mainEnv makes the test binary the program itself, for tests that need a
// process.
const mainEnv = "SALLYPORT_TEST_MAIN"

func TestMain(m *testing.M) {
	if helper, ok := os.LookupEnv(childEnv); ok {
		os.Exit(child(helper))
	}
	if _, ok := os.LookupEnv(mainEnv); ok {
		main()
	}
	dbtest.Main(m)
}

// engines are the databases that every test of the whole program runs on.
var engines = []string{"sqlite", "postgres"}

// eachEngine runs a test on both databases.
func eachEngine(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	for _, engine := range engines {
		t.Run(engine, func(t *testing.T) { test(t, databaseURL(t, engine)) })
	}
}

// migrate brings a test's database up to date.
func migrate(url string) error { return models.Migrate(context.Background(), url) }

func databaseURL(t *testing.T, engine string) string {
	t.Helper()
	if engine == "postgres" {
		return dbtest.PostgresURL(t, migrate)
	}
	url := "sqlite:" + dbtest.SQLitePath(t)
	if err := migrate(url); err != nil {
		t.Fatalf("migrate: %v", err)
	}
	return url
}

// program is the whole program, serving the demo's sample.
type program struct {
	t      *testing.T
	app    *app
	url    string
	dir    string
	tokens map[string]string
	logged *kept
	stop   func()
}

// start seeds the sample into a database and serves it with a hold.
func start(t *testing.T, url string, hold time.Duration) *program {
	t.Helper()
	p := seeded(t, url, hold)
	p.serve()
	return p
}

// startIdle is start without the workers: what they would do is left to the
// test.
func startIdle(t *testing.T, url string) *program {
	t.Helper()
	p := seeded(t, url, 0)
	handler, err := web.NewHandler(p.app.webConfig(nil, false))
	must(t, err)
	server := httptest.NewServer(handler)
	p.url = server.URL
	t.Cleanup(func() {
		server.Close()
		must(t, p.app.close())
	})
	return p
}

// seeded seeds the sample into a database and opens it with a hold.
func seeded(t *testing.T, url string, hold time.Duration) *program {
	t.Helper()
	p := &program{t: t, dir: t.TempDir(), logged: &kept{}}
	s := demoSettings(p.dir)
	s.database = url
	for _, d := range []string{s.workspaces, s.vault, filepath.Join(p.dir, "released")} {
		must(t, os.MkdirAll(d, 0o750))
	}
	must(t, writeWorkspaces(s.workspaces))
	c := &console{ctx: t.Context(), out: io.Discard, err: testLog{t, p.logged}}
	s.policy = heldFor(0)
	seeding := p.open(c, s)
	var err error
	p.tokens, err = seed(t.Context(), seeding)
	must(t, err)
	must(t, seeding.close())
	s.policy = heldFor(hold)
	p.app = p.open(c, s)
	return p
}

func (p *program) open(c *console, s checked) *app {
	p.t.Helper()
	a, err := openApp(c, s)
	must(p.t, err)
	return a
}

// serve answers on a free port until the test ends or stop is called.
func (p *program) serve() {
	p.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	l, err := (&demoCommand{Listen: "127.0.0.1:0"}).listen(ctx)
	must(p.t, err)
	p.url = "http://" + l.Addr().String()
	must(p.t, p.app.letSampleIn(p.url))
	done := make(chan error, 1)
	go func() { done <- p.app.serve(ctx, l, nil) }()
	stopped := false
	p.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			p.t.Errorf("serve = %v", err)
		}
		must(p.t, p.app.close())
	}
	p.t.Cleanup(p.stop)
}

// testLog keeps the program's log, and shows what matters of it with the
// test's.
type testLog struct {
	t *testing.T
	*kept
}

// kept is what was written, by anybody.
type kept struct {
	mu sync.Mutex
	b  strings.Builder
}

func (k *kept) String() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.b.String()
}

func (l testLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	l.b.Write(b)
	l.mu.Unlock()
	if l.t.Context().Err() == nil && !bytes.Contains(b, []byte(`"level":"INFO"`)) {
		l.t.Log(strings.TrimSpace(string(b)))
	}
	return len(b), nil
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// answer is what the program answered.
type answered struct {
	status int
	header http.Header
	body   []byte
}

// code is the problem's code of a refusal.
func (a answered) code() string {
	var p struct {
		Code string `json:"code"`
	}
	if json.Unmarshal(a.body, &p) != nil {
		return ""
	}
	return p.Code
}

// call is one request to the API.
type call struct {
	method, path string
	body         any
	version      string // for If-Match
	key          string // for Idempotency-Key
}

// do asks as somebody; "" is a stranger.
func (p *program) do(who string, c call) answered {
	p.t.Helper()
	a, err := p.try(who, c)
	must(p.t, err)
	return a
}

func (p *program) try(who string, c call) (answered, error) {
	var body io.Reader
	if c.body != nil {
		if raw, ok := c.body.([]byte); ok {
			body = bytes.NewReader(raw)
		} else {
			b, err := json.Marshal(c.body)
			if err != nil {
				return answered{}, err
			}
			body = bytes.NewReader(b)
		}
	}
	req, err := http.NewRequestWithContext(context.Background(), c.method, p.url+"/api/v1"+c.path, body)
	if err != nil {
		return answered{}, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if who != "" {
		req.Header.Set("Authorization", "Bearer "+p.tokens[who])
	}
	if c.version != "" {
		req.Header.Set("If-Match", `"`+c.version+`"`)
	}
	if c.key != "" {
		req.Header.Set("Idempotency-Key", c.key)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return answered{}, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return answered{status: res.StatusCode, header: res.Header, body: b}, err
}

// want asks and demands a status.
func (p *program) want(who string, c call, status int) answered {
	p.t.Helper()
	a := p.do(who, c)
	if a.status != status {
		p.t.Fatalf("%s %s %s = %d %s, want %d", who, c.method, c.path, a.status, a.body, status)
	}
	return a
}

// refused asks and demands a refusal.
func (p *program) refused(who string, c call, status int, code string) {
	p.t.Helper()
	if a := p.want(who, c, status); a.code() != code {
		p.t.Fatalf("%s %s %s refused with %s, want %s", who, c.method, c.path, a.body, code)
	}
}

// into reads an answer's JSON.
func into[T any](t *testing.T, a answered) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatalf("answer %s: %v", a.body, err)
	}
	return v
}

// request is the request as somebody sees it now.
func (p *program) request(who, id string) review.RequestView {
	p.t.Helper()
	return into[review.RequestView](p.t, p.want(who, call{method: "GET", path: "/requests/" + id}, 200))
}

// act does an act on the whole request, on the version that the person sees.
func (p *program) act(who, id, act string, body any, status int) answered {
	p.t.Helper()
	v := p.request(who, id)
	return p.want(who, call{method: "POST", path: "/requests/" + id + "/" + act, body: body, version: v.Version}, status)
}

// outputsOf are the output files of a request.
func outputsOf(v review.RequestView) []review.FileView {
	var files []review.FileView
	for _, g := range v.Groups {
		for _, f := range g.Files {
			if f.Kind == review.Output {
				files = append(files, f)
			}
		}
	}
	return files
}

type object = map[string]any

// draft makes a request of the demo's workspace.
func (p *program) draft(who string, paths ...string) string {
	p.t.Helper()
	return p.draftIn(demoWorkspace, who, paths...)
}

// draftIn makes a request with outputs in one described group.
func (p *program) draftIn(workspace, who string, paths ...string) string {
	p.t.Helper()
	made := p.want(who, call{method: "POST", path: "/requests", body: object{"workspace": workspace}}, 201)
	id := string(into[review.RequestView](p.t, made).ID)
	added := p.want(who, call{method: "POST", path: "/requests/" + id + "/files", body: object{
		"group": "Group", "kind": "output", "paths": paths,
	}}, 200)
	for _, f := range into[struct{ Files []review.Added }](p.t, added).Files {
		if f.ID == "" {
			p.t.Fatalf("add %s: %s", f.Path, f.WhyNot)
		}
	}
	p.want(who, call{method: "PUT", path: "/requests/" + id + "/groups/Group", body: object{
		"context": "What this is.", "controls": object{"codes": []string{"rounded-5"}, "text": ""},
	}}, 200)
	p.until("its files are checked", func() bool {
		checks := p.request(who, id).Checks
		return checks.Done == checks.Of
	})
	p.answer(who, id)
	return id
}

// answer answers all findings of weight that are open, if there are any.
func (p *program) answer(who, id string) {
	p.t.Helper()
	var open []string
	for _, f := range outputsOf(p.request(who, id)) {
		for _, x := range f.Findings {
			if x.Weight.Weighty() && x.Answer == nil {
				open = append(open, x.ID)
			}
		}
	}
	if len(open) > 0 {
		p.want(who, call{method: "POST", path: "/requests/" + id + "/findings/answer", body: object{"findings": open, "text": "Looked at."}}, 200)
	}
}

// submitted makes a request and submits it.
func (p *program) submitted(who string, paths ...string) string {
	p.t.Helper()
	id := p.draft(who, paths...)
	p.act(who, id, "submit", object{}, 200)
	return id
}

// vote votes on every output file alike.
func (p *program) vote(who, id, vote string) {
	p.t.Helper()
	v := p.request(who, id)
	for _, f := range outputsOf(v) {
		p.want(who, call{method: "PUT", path: fmt.Sprintf("/requests/%s/files/%s/vote", id, f.ID), body: object{
			"vote": vote, "sha256": f.SHA256, "turn": v.Turn, "answer_to_findings": "Looked at.",
		}}, 200)
	}
}

// review approves every output file and submits the review.
func (p *program) review(who, id string) {
	p.t.Helper()
	p.vote(who, id, "approve")
	p.want(who, call{method: "POST", path: "/requests/" + id + "/review", body: object{}}, 200)
}

// approve approves exactly what the checker sees.
func (p *program) approve(who, id string) {
	p.t.Helper()
	v := p.request(who, id)
	var files []review.FileBytes
	for _, f := range outputsOf(v) {
		files = append(files, review.FileBytes{ID: f.ID, SHA256: f.SHA256})
	}
	p.want(who, call{method: "POST", path: "/requests/" + id + "/approve", body: object{"files": files}, version: v.Version}, 200)
}

// becomes waits until a request has a status.
func (p *program) becomes(who, id string, status review.Status) review.RequestView {
	p.t.Helper()
	deadline := time.After(time.Minute)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if v := p.request(who, id); v.Status == status {
			return v
		}
		select {
		case <-deadline:
			p.t.Fatalf("request %s is %s, want %s", id, p.request(who, id).Status, status)
		case <-tick.C:
		}
	}
}

// replayEqual demands that the database is what the log amounts to.
func (p *program) replayEqual() {
	p.t.Helper()
	report, err := p.app.store.Replay(context.Background())
	must(p.t, err)
	if len(report.Differences) > 0 {
		p.t.Fatalf("replay differs: %v", report.Differences)
	}
}

// places of the sample that tests ask for.
const (
	firstDose  = "output/counts/first_dose.csv"
	ratesByAge = "output/describe/rates_by_age.csv"
	ratesBySex = "output/describe/rates_by_sex.csv"
)

// bulk makes a workspace of the project demo-study with n small outputs and
// returns their paths.
func (p *program) bulk(workspace string, n int) []string {
	p.t.Helper()
	return p.bulkOf(workspace, n, "bulk %d\n") // the same bytes in every bulk workspace
}

// bulkOf is bulk with a text, in which each output's number stands.
func (p *program) bulkOf(workspace string, n int, text string) []string {
	p.t.Helper()
	paths, err := writeBulk(p.app.settings.workspaces, workspace, n, text)
	must(p.t, err)
	ctx, operator := p.t.Context(), operatorActor()
	must(p.t, p.app.store.PlaceWorkspace(ctx, operator, workspace, review.Place{
		Project: "demo-study", Organisation: "Demo University", Backend: "tpp", Ongoing: true,
	}))
	report, err := pipeline.ReadReport([]byte(fmt.Sprintf(`{"identifier": %q, "workspace": %q, "backend": "tpp",
		"requested_actions": ["bulk"], "status": "succeeded", "jobs": [{"action": "bulk", "status": "succeeded"}],
		"project_yaml": %q}`, bulkJobRequest(workspace), workspace, bulkPipeline)))
	must(p.t, err)
	_, err = p.app.ingest(ctx, report)
	must(p.t, err)
	must(p.t, p.app.reader.Read(ctx, workspace))
	return paths
}

// bulkJobRequest is the identifier of a bulk workspace's only job request.
func bulkJobRequest(workspace string) string { return pipeline.DerivedJobID(workspace, "bulk") }

const bulkPipeline = "version: '4.0'\nactions:\n  bulk:\n    run: r:v2 bulk.R\n    outputs:\n      moderately_sensitive:\n        text: output/*/*.txt\n"

// writeBulk lays out a workspace of n small outputs, a hundred in a folder.
func writeBulk(dir, workspace string, n int, text string) ([]string, error) {
	if err := os.MkdirAll(filepath.Join(dir, workspace), 0o750); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(filepath.Join(dir, workspace))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	report := pipeline.JobRequest{Identifier: bulkJobRequest(workspace), FinishedAt: pipeline.Some(now())}
	entries, paths := map[string]manifestEntry{}, []string{}
	for i := range n {
		name := fmt.Sprintf("output/%03d/%05d.txt", i/100, i)
		b := fmt.Appendf(nil, text, i)
		entries[name], paths = entryFor(report, "bulk", b), append(paths, name)
		if err := writeSample(root, name, b); err != nil {
			return nil, err
		}
	}
	manifest, err := json.Marshal(object{"workspace": workspace, "repo": nil, "outputs": entries})
	if err != nil {
		return nil, err
	}
	return paths, writeSample(root, "metadata/manifest.json", manifest)
}
