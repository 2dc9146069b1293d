package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"sallyport/review"
)

// freeAddress is a loopback address where nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	must(t, l.Close())
	return l.Addr().String()
}

// tryGet asks for an address where perhaps nobody listens.
func (p *program) tryGet(path string) (answered, error) {
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+path, nil)
	if err != nil {
		return answered{}, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return answered{}, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return answered{status: res.StatusCode, header: res.Header, body: b}, err
}

// demoOf is a demo that runs in a process of its own.
type demoOf struct {
	*program
	process *exec.Cmd
	out     *bytes.Buffer
	temp    string // where it makes temporary directories
	tokens  string
}

// startDemo starts `sallyport demo` and waits until it is ready.
func startDemo(t *testing.T, args ...string) *demoOf {
	t.Helper()
	d := &demoOf{out: &bytes.Buffer{}, temp: t.TempDir(), tokens: filepath.Join(t.TempDir(), "tokens.json")}
	address := freeAddress(t)
	d.program = &program{t: t, url: "http://" + address}
	d.process = exec.CommandContext(t.Context(), os.Args[0], append([]string{"demo", "--listen", address, "--tokens", d.tokens}, args...)...)
	d.process.Env = append(os.Environ(), mainEnv+"=1", "TMPDIR="+d.temp)
	d.process.Stdout, d.process.Stderr = d.out, d.out
	must(t, d.process.Start())
	d.until("the demo is ready", func() bool { a, err := d.tryGet("/readyz"); return err == nil && a.status == 200 })
	// What is ready is complete: nothing is waited for from here on.
	b, err := os.ReadFile(d.tokens)
	must(t, err)
	must(t, json.Unmarshal(b, &d.program.tokens))
	return d
}

// end stops the demo as a service manager does.
func (d *demoOf) end() {
	d.t.Helper()
	must(d.t, d.process.Process.Signal(syscall.SIGTERM))
	if err := d.process.Wait(); err != nil {
		d.t.Errorf("the demo, stopped by SIGTERM, = %v\n%s", err, d.out)
	}
	left, err := filepath.Glob(filepath.Join(d.temp, "sallyport-demo-*"))
	if err != nil || len(left) > 0 {
		d.t.Errorf("the demo left %v, %v", left, err)
	}
}

// TestDemo starts the demo as people do, with nothing but an address, and
// looks at what docs/demo.md promises.
func TestDemo(t *testing.T) {
	d := startDemo(t)
	if running, err := filepath.Glob(filepath.Join(d.temp, "sallyport-demo-*")); err != nil || len(running) != 1 {
		t.Errorf("the demo keeps its data in %v, %v; want a temporary directory", running, err)
	}
	if st, err := os.Stat(d.tokens); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the file of tokens: %v, %v; want it for its owner alone", st, err)
	}
	d.samplePeople()
	d.sampleFiles()
	d.sampleRequests()
	d.end()
	for _, said := range append(slices.Collect(maps.Keys(d.program.tokens)), d.url, "/api/v1/openapi.json", d.tokens) {
		if !strings.Contains(d.out.String(), said) {
			t.Errorf("the demo does not say %q:\n%s", said, d.out)
		}
	}
}

func (d *demoOf) samplePeople() {
	d.t.Helper()
	projects := []string{"project:demo-study", "project:digital-access-to-primary-care", "project:vaccine-counts"}
	of := func(role string, scopes ...string) []string {
		var list []string
		for _, s := range scopes {
			list = append(list, role+" "+s)
		}
		return list
	}
	want := map[string][]string{
		"researcher1": of("researcher", projects...), "researcher2": of("researcher", projects...), "observer1": of("observer", projects...),
		"checker1": of("output_checker", "all"), "checker2": of("output_checker", "all"), "checker4": of("output_checker", "all"),
		"checker3": append(of("output_checker", "all"), of("researcher", "project:demo-study")...), "auditor1": of("auditor", "all"),
		"admin1": of("administrator", "all"), "admin2": of("administrator", "all"), "outsider1": of("researcher", "project:other-study"),
	}
	if got := slices.Sorted(maps.Keys(d.program.tokens)); !slices.Equal(got, slices.Sorted(maps.Keys(want))) {
		d.t.Errorf("tokens of %v, want of each person", got)
	}
	for who, roles := range want {
		var me struct {
			Username, Name string
			Roles          []printedRole
		}
		must(d.t, json.Unmarshal(d.want(who, call{method: "GET", path: "/me"}, 200).body, &me))
		var got []string
		for _, r := range me.Roles {
			got = append(got, string(r.Role)+" "+string(r.Scope))
		}
		if slices.Sort(got); me.Username != who || me.Name != "" || !slices.Equal(got, roles) {
			d.t.Errorf("%s is %+v, want %v", who, me, roles)
		}
	}
}

func (d *demoOf) sampleFiles() {
	d.t.Helper()
	for _, identifier := range []string{"bswslyjxpwqix3qb", "6x32i65ivaqmprz7"} {
		j := into[shownJobRequest](d.t, d.want("researcher1", call{method: "GET", path: "/job-requests/" + identifier}, 200))
		if j.RequestableFiles != 0 || len(j.Outputs) == 0 {
			d.t.Errorf("job request %s has %d requestable files in %d patterns, want none", identifier, j.RequestableFiles, len(j.Outputs))
		}
		for _, o := range j.Outputs {
			if o.WhyNot == nil || !strings.HasSuffix(*o.WhyNot, ".") {
				d.t.Errorf("job request %s does not say why nothing of %s can be requested", identifier, o.Pattern)
			}
		}
	}
	requestable, types := 0, map[string]bool{}
	all := d.outputs("researcher1", demoWorkspace)
	for path, o := range all {
		types[filepath.Ext(path)] = true
		if o.Requestable {
			requestable++
		} else if !strings.HasSuffix(o.reason(), ".") {
			d.t.Errorf("the output %s does not say why it cannot be requested: %q", path, o.reason())
		}
	}
	if requestable < 8 || len(all) < 20 {
		d.t.Errorf("%d of %d outputs can be requested, want at least 8 of about 20", requestable, len(all))
	}
	for _, ext := range []string{".csv", ".txt", ".log", ".html", ".json", ".png", ".jpg", ".svg"} {
		if !types[ext] {
			d.t.Errorf("no output is a %s", ext)
		}
	}
	for _, path := range append([]string{sampleAgain}, sampleLate...) {
		if o := all[path]; !o.Requestable {
			d.t.Errorf("%s, which the view of changes shows, cannot be requested: %s", path, o.reason())
		}
	}
	if p := d.content("researcher1", demoWorkspace, "output/describe/patients.csv.txt"); p.status != 200 {
		d.t.Errorf("the note of an excluded output = %d %s", p.status, p.body)
	}
	if p := d.content("researcher1", demoWorkspace, "metadata/describe.log"); p.status != 200 {
		d.t.Errorf("the log of a job = %d %s", p.status, p.body)
	}
}

// listOfRequests is a list of requests, as far as tests look at it.
type listOfRequests struct {
	Items []struct {
		ID     review.RequestID `json:"id"`
		Status review.Status    `json:"status"`
	} `json:"items"`
}

// sampleRequests looks at the three requests, and holds what was released
// against what the workspace has.
func (d *demoOf) sampleRequests() {
	d.t.Helper()
	list := into[listOfRequests](d.t, d.want("researcher1", call{method: "GET", path: "/requests"}, 200)).Items
	byStatus := map[review.Status]review.RequestID{}
	for _, s := range list {
		byStatus[s.Status] = s.ID
	}
	if len(list) != 3 || len(byStatus) != 3 {
		d.t.Fatalf("the demo's requests are %+v, want three", list)
	}
	waiting := d.request("checker1", string(byStatus[review.Submitted]))
	if waiting.Reviews.Submitted != 0 || waiting.WaitingOn != "checkers" || len(outputsOf(waiting)) == 0 {
		d.t.Errorf("the request that waits for its first review is %+v", waiting)
	}
	queue := into[listOfRequests](d.t, d.want("checker1", call{method: "GET", path: "/requests?queue=your_turn"}, 200)).Items
	if len(queue) != 1 || queue[0].ID != waiting.ID {
		d.t.Errorf("the turn of checker1 is %+v, want %s", queue, waiting.ID)
	}
	returned := d.request("researcher1", string(byStatus[review.Returned]))
	comments := 0
	for _, g := range returned.Groups {
		comments += len(g.Comments)
	}
	if comments == 0 || returned.WaitingOn != "author" {
		d.t.Errorf("the returned request has %d comments and waits on %s", comments, returned.WaitingOn)
	}
	id := string(byStatus[review.Released])
	released := d.request("researcher1", id)
	data, err := filepath.Glob(filepath.Join(d.temp, "sallyport-demo-*"))
	must(d.t, err)
	if len(released.Receipts) == 0 || len(data) != 1 {
		d.t.Fatalf("the released request has %d receipts; the data are in %v", len(released.Receipts), data)
	}
	for _, f := range outputsOf(released) {
		want, err := os.ReadFile(filepath.Join(data[0], "workspaces", demoWorkspace, f.Path))
		must(d.t, err)
		got, err := os.ReadFile(filepath.Join(data[0], "released", demoWorkspace, id, f.Path))
		must(d.t, err)
		if !bytes.Equal(got, want) || sumOf(got) != f.SHA256 {
			d.t.Errorf("%s was released with other bytes", f.Path)
		}
	}
	for _, checker := range []string{"checker1", "checker2"} {
		d.review(checker, string(waiting.ID))
	}
	d.approve("checker1", string(waiting.ID))
	held := d.request("researcher1", string(waiting.ID))
	if held.HeldUntil == nil || held.HeldUntil.Sub(held.Since) < 4*time.Second || time.Until(*held.HeldUntil) > 5*time.Second {
		d.t.Errorf("the approval is held until %v, want for five seconds", held.HeldUntil)
	}
}

// TestDemoGoesOn starts a demo with a directory, again and again.
func TestDemoGoesOn(t *testing.T) {
	data, s := filepath.Join(t.TempDir(), "data"), shell{t: t}
	first := filepath.Join(t.TempDir(), "first.json")
	must(t, os.WriteFile(first, []byte("{}"), 0o644))
	r := s.want(exitDone, "demo", "--seed-only", "--data", data, "--tokens", first)
	if !strings.Contains(r.out, data) {
		t.Errorf("demo --seed-only says %q", r.out)
	}
	if st, err := os.Stat(first); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("tokens written over a file that others may read: %v, %v", st, err)
	}
	people := s.want(exitDone, "user", "list", "--data", data).out
	if n := strings.Count(people, "\n"); n != len(samplePeople) {
		t.Errorf("%d people in the data, want %d", n, len(samplePeople))
	}
	s.want(exitDone, "demo", "--seed-only", "--data", data)
	if again := s.want(exitDone, "user", "list", "--data", data).out; again != people {
		t.Errorf("seeded again, the people are\n%s\nwant\n%s", again, people)
	}

	d := startDemo(t, "--data", data)
	var old map[string]string
	b, err := os.ReadFile(first)
	must(t, err)
	must(t, json.Unmarshal(b, &old))
	d.program.tokens["before"] = old["researcher1"]
	id := d.draft("before", firstDose) // the token that was made first still works
	d.end()
	d = startDemo(t, "--data", data)
	if v := d.request("researcher1", id); v.Status != review.Pending || len(outputsOf(v)) != 1 {
		t.Errorf("after a restart the draft is %+v", v)
	}
	if list := into[listOfRequests](t, d.want("researcher1", call{method: "GET", path: "/requests"}, 200)).Items; len(list) != 4 {
		t.Errorf("after two restarts there are %d requests, want 4", len(list))
	}
	d.end()
	if _, err := os.Stat(filepath.Join(data, "sallyport.db")); err != nil {
		t.Errorf("the data: %v, want that they stay", err)
	}
	if r := s.want(exitDone, "ledger", "replay", "--data", data); !strings.Contains(r.out, "is what the log amounts to") {
		t.Errorf("replay of the demo: %s", r.out)
	}
}

// TestDemoRefuses shows what the demo does not do.
func TestDemoRefuses(t *testing.T) {
	s, dir := shell{t: t}, t.TempDir()
	data := filepath.Join(dir, "data")
	for _, address := range []string{"0.0.0.0:8080", ":8080", "[::]:8080", "192.0.2.1:8080", "example.org:80", "127.0.0.1", "localhost.example.org:80", "127.0.0.1.:80"} {
		if r := s.want(exitUsage, "demo", "--listen", address, "--data", data); !strings.Contains(r.err, "--listen") {
			t.Errorf("demo at %s: %s", address, r.err)
		}
	}
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	defer func() { must(t, l.Close()) }()
	if r := s.want(exitRefused, "demo", "--listen", l.Addr().String(), "--data", data); !strings.Contains(r.err, "--listen") {
		t.Errorf("demo at a busy address: %s", r.err)
	}
	if _, err := os.Stat(data); !os.IsNotExist(err) {
		t.Errorf("what was refused left %s: %v", data, err)
	}
	// A sample that was not completed is not shown by halves.
	s.want(exitDone, "demo", "--seed-only", "--data", data)
	must(t, os.Remove(filepath.Join(data, "sample-complete")))
	if r := s.want(exitRefused, "demo", "--seed-only", "--data", data); !strings.Contains(r.err, "not completed") {
		t.Errorf("demo with half a sample: %s", r.err)
	}
	s.want(exitRefused, "demo", "--seed-only", "--tokens", filepath.Join(dir, "none", "tokens.json"))
}

// TestSampleHasOrigin holds the sample's files against the page that says
// where they come from.
func TestSampleHasOrigin(t *testing.T) {
	origin, err := sampleFiles.ReadFile("sample/ORIGIN.md")
	must(t, err)
	files := 0
	must(t, fs.WalkDir(sampleFiles, "sample/"+demoWorkspace, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		path := strings.TrimPrefix(name, "sample/"+demoWorkspace+"/")
		if !bytes.Contains(origin, []byte("| "+path+" | opensafely/")) {
			t.Errorf("ORIGIN.md does not say where %s comes from", path)
		}
		return nil
	}))
	if files < 18 {
		t.Errorf("the sample has %d outputs, want about twenty", files)
	}
}
