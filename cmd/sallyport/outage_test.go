package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"sallyport/review"
	"sallyport/web"
)

// smallDisk mounts a file system of its own; "" if this process may not: only
// root mounts. For others the tests of outputs and models show the same by
// other means.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size)
	if errors.Is(err, syscall.EPERM) {
		return ""
	}
	must(t, err)
	t.Cleanup(func() { must(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	return dir
}

// fill leaves no room on the file system of dir, and returns what makes room
// again.
func fill(t *testing.T, dir string) (room func()) {
	t.Helper()
	name := filepath.Join(dir, "ballast")
	f, err := os.Create(name)
	must(t, err)
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	if must(t, f.Close()); !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	return func() { must(t, os.Remove(name)) }
}

// startWith is startIdle with other settings, once the sample is there.
func startWith(t *testing.T, url string, change func(*checked)) *program {
	t.Helper()
	p := seeded(t, url, 0)
	must(t, p.app.close())
	s := p.app.settings
	change(&s)
	p.app = p.open(&console{ctx: t.Context(), out: io.Discard, err: testLog{t, p.logged}}, s)
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

// TestFullVault shows that a vault without room is said to be so, that
// nothing half is left of what did not fit, and that it works again with room.
func TestFullVault(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		disk := smallDisk(t, "1m")
		if disk == "" {
			return
		}
		p := startWith(t, url, func(s *checked) { s.vault = disk })
		id := p.draft("researcher1", firstDose)
		room := fill(t, disk)
		add := call{method: "POST", path: "/requests/" + id + "/files", key: "add", body: object{
			"group": "Group", "kind": "output", "paths": []string{ratesByAge, ratesBySex},
		}}
		before := p.entries()
		p.refused("researcher1", add, 503, "unavailable")
		p.ready(503, "vault")
		if n := len(outputsOf(p.request("researcher1", id))); n != 1 || p.entries() != before {
			t.Errorf("the request has %d files and the log %d entries, want 1 and %d", n, p.entries(), before)
		}
		if left, err := os.ReadDir(filepath.Join(disk, "tmp")); err != nil || len(left) > 0 {
			t.Errorf("the vault keeps unfinished copies: %v, %v", left, err)
		}
		f := outputsOf(p.request("researcher1", id))[0]
		p.want("researcher1", call{method: "GET", path: "/requests/" + id + "/files/" + string(f.ID) + "/content"}, 200)

		room()
		p.until("the program is ready", func() bool { return p.readyz().status == 200 })
		added := into[struct{ Files []review.Added }](t, p.want("researcher1", add, 200))
		if added.Files[0].ID == "" || added.Files[1].ID == "" {
			t.Errorf("with room again, adding = %+v", added)
		}
		p.replayEqual()
	})
}

// readyz asks whether the program is ready.
func (p *program) readyz() answered { return p.get("/readyz") }

// get asks for an address that needs no token.
func (p *program) get(path string) answered {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.url+path, nil)
	must(p.t, err)
	res, err := http.DefaultClient.Do(req)
	must(p.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(p.t, err)
	return answered{status: res.StatusCode, header: res.Header, body: b}
}

// ready waits until the program says that it is ready, or not, and names why.
// It asks itself once a second at most.
func (p *program) ready(status int, names string) {
	p.t.Helper()
	p.until(fmt.Sprintf("/readyz answers %d", status), func() bool { return p.readyz().status == status })
	if a := p.readyz(); a.status != status || !strings.Contains(string(a.body), names) {
		p.t.Errorf("/readyz = %d %s, want %d with %q", a.status, a.body, status, names)
	}
}

// TestFullDatabaseDisk does the same with the disk of a SQLite database. What
// cannot be recorded is not sent.
func TestFullDatabaseDisk(t *testing.T) {
	disk := smallDisk(t, "4m")
	if disk == "" {
		return
	}
	at := databaseURL(t, "sqlite")
	p := startWith(t, at, func(s *checked) {
		b, err := os.ReadFile(strings.TrimPrefix(at, "sqlite:"))
		must(t, err)
		s.database = "sqlite:" + filepath.Join(disk, "sallyport.db")
		must(t, os.WriteFile(filepath.Join(disk, "sallyport.db"), b, 0o600))
	})
	id := p.draft("researcher1", firstDose)
	room := fill(t, disk)
	kept := 0
	comment := func(n int) call {
		return call{method: "POST", path: "/requests/" + id + "/comments", key: fmt.Sprint(n), body: object{
			"group": "Group", "text": strings.Repeat("words ", 500),
		}}
	}
	for n := 0; ; n++ {
		a := p.do("researcher1", comment(n))
		if a.status == 201 && n < 1000 {
			kept++
			continue
		}
		if a.status != 503 || a.code() != "unavailable" || !strings.Contains(a.header.Get("Content-Type"), "problem+json") {
			t.Fatalf("comment %d on a full disk = %d %s, want 503 unavailable", n, a.status, a.body)
		}
		break
	}
	if n := len(p.request("researcher1", id).Groups[0].Comments); n != kept {
		t.Errorf("%d comments are there, %d were answered as made", n, kept)
	}
	a := p.content("researcher1", demoWorkspace, ratesByAge)
	if a.status != 503 || a.code() != "unavailable" {
		t.Errorf("opening what cannot be recorded = %d %.100s, want 503", a.status, a.body)
	}
	room()
	p.want("researcher1", comment(kept), 201)
	if a := p.content("researcher1", demoWorkspace, ratesByAge); a.status != 200 {
		t.Errorf("opening with room again = %d %s", a.status, a.body)
	}
	if n := len(p.request("researcher1", id).Groups[0].Comments); n != kept+1 {
		t.Errorf("%d comments are there, want %d", n, kept+1)
	}
	p.replayEqual()
}

// TestFullDestination shows that a destination without room keeps a release
// from being finished, and no more.
func TestFullDestination(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		disk := smallDisk(t, "1m")
		if disk == "" {
			return
		}
		p := startWith(t, url, func(s *checked) {
			var err error
			s.destinations, err = openDestinations([]destination{{Name: "small", Kind: "directory", Path: disk}})
			must(t, err)
		})
		paths := []string{firstDose, ratesByAge}
		id := p.draft("researcher1", paths...)
		p.act("researcher1", id, "submit", object{}, 200)
		p.review("checker1", id)
		p.review("checker2", id)
		p.approve("checker1", id)
		room := fill(t, disk)
		if err := p.app.deliverNow(t.Context(), review.RequestID(id)); err == nil {
			t.Error("delivering to a full disk = nil")
		}
		if v := p.request("researcher1", id); v.Status != review.Approved || len(v.Receipts) != 0 {
			t.Errorf("then the request is %s with %d receipts, want APPROVED with none", v.Status, len(v.Receipts))
		}
		for _, path := range paths {
			if _, err := os.Stat(filepath.Join(disk, demoWorkspace, id, path)); !os.IsNotExist(err) {
				t.Errorf("%s at the full destination: %v, want that it is not there", path, err)
			}
		}
		room()
		must(t, p.app.deliverNow(t.Context(), review.RequestID(id)))
		if v := p.request("researcher1", id); v.Status != review.Released || len(v.Receipts) != 2 {
			t.Errorf("with room again the request is %s with %d receipts", v.Status, len(v.Receipts))
		}
		p.replayEqual()
	})
}

// postgresAway takes a test's database away, and gives it back.
type postgresAway struct {
	t     *testing.T
	admin *sql.DB
	name  string
}

func away(t *testing.T, address string) *postgresAway {
	t.Helper()
	u, err := url.Parse(address)
	must(t, err)
	name := strings.TrimPrefix(u.Path, "/")
	u.Path = "/postgres"
	admin, err := sql.Open("pgx", u.String())
	must(t, err)
	t.Cleanup(func() { must(t, admin.Close()) })
	return &postgresAway{t, admin, name}
}

func (g *postgresAway) run(statement string) {
	g.t.Helper()
	if _, err := g.admin.ExecContext(context.Background(), statement); err != nil {
		g.t.Fatal(err)
	}
}

func (g *postgresAway) gone() {
	g.run("ALTER DATABASE " + g.name + " ALLOW_CONNECTIONS false")
	g.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + g.name + "'")
}

func (g *postgresAway) back() { g.run("ALTER DATABASE " + g.name + " ALLOW_CONNECTIONS true") }

// TestDatabaseGone takes PostgreSQL away while people act and a release is
// under way: they are told so, nothing is lost or done twice, and all goes on
// when it is back.
func TestDatabaseGone(t *testing.T) {
	at := databaseURL(t, "postgres")
	p := start(t, at, 0)
	g := away(t, at)
	id := p.submitted("researcher1", firstDose)
	releasing := p.held(demoWorkspace, []string{ratesByAge})

	g.gone()
	for _, test := range []struct {
		who string
		call
	}{
		{"researcher1", call{method: "GET", path: "/me"}},
		{"researcher1", call{method: "GET", path: "/requests/" + id}},
		{"researcher1", call{method: "GET", path: "/requests"}},
		{"researcher1", call{method: "POST", path: "/requests", body: object{"workspace": demoWorkspace}}},
		{"researcher1", call{method: "GET", path: "/workspaces/" + demoWorkspace + "/outputs"}},
		{"researcher1", call{method: "GET", path: "/workspaces/" + demoWorkspace + "/outputs/content?path=" + firstDose}},
		{"checker1", call{method: "POST", path: "/requests/" + id + "/review", body: object{}}},
		{"auditor1", call{method: "GET", path: "/ledger/entries"}},
		{"auditor1", call{method: "GET", path: "/ledger/entries?format=jsonl"}},
	} {
		a := p.do(test.who, test.call)
		if a.status != 503 || a.code() != "unavailable" || a.header.Get("Retry-After") == "" {
			t.Errorf("%s %s without a database = %d %s, want 503 unavailable", test.method, test.path, a.status, a.body)
		}
	}
	p.ready(503, "database")
	if a := p.get("/healthz"); a.status != 200 {
		t.Errorf("/healthz = %d %s, want 200", a.status, a.body)
	}
	g.back()
	p.ready(200, "ready")
	p.becomes("researcher1", releasing, review.Released)
	p.commentsThrough(g, id)
	p.replayEqual()
}

// commentsThrough lets four people comment while the database comes and goes.
// Each tries an act under its key until it is done.
func (p *program) commentsThrough(g *postgresAway, id string) {
	p.t.Helper()
	const each = 25
	people := []string{"checker1", "checker2", "checker4", "checker1"}
	var refused, done atomic.Int64
	p.together(len(people)+1, func(i int) error {
		if i == len(people) {
			for done.Load() < each*int64(len(people)) && refused.Load() < 200 {
				g.gone()
				for before := refused.Load(); refused.Load() < before+5 && done.Load() < each*int64(len(people)); {
					if _, err := p.try("auditor1", call{method: "GET", path: "/me"}); err != nil {
						return err
					}
				}
				g.back()
				for before := done.Load(); done.Load() < before+10 && done.Load() < each*int64(len(people)); {
					if _, err := p.try("auditor1", call{method: "GET", path: "/me"}); err != nil {
						return err
					}
				}
			}
			g.back()
			return nil
		}
		for n := range each {
			c := call{method: "POST", path: "/requests/" + id + "/comments", key: fmt.Sprintf("%d-%d", i, n), body: object{
				"group": "Group", "text": fmt.Sprintf("Comment %d of %d", n, i),
			}}
			for {
				a, err := p.try(people[i], c)
				switch {
				case err != nil:
					return err
				case a.status == 201:
					done.Add(1)
				case a.status == 503 && a.code() == "unavailable":
					refused.Add(1)
					continue
				default:
					return fmt.Errorf("comment %s = %d %s", c.key, a.status, a.body)
				}
				break
			}
		}
		return nil
	})
	if refused.Load() == 0 {
		p.t.Error("nothing was refused: the database was never gone")
	}
	for _, who := range []string{"checker1", "checker2", "checker4"} {
		// Connections from before are found broken one by one.
		p.until(who+" is answered", func() bool { return p.do(who, call{method: "GET", path: "/requests/" + id}).status == 200 })
		want := each
		if who == "checker1" {
			want *= 2
		}
		mine := 0
		for _, c := range p.request(who, id).Groups[0].Comments {
			if c.Mine {
				mine++
			}
		}
		if mine != want {
			p.t.Errorf("%s has %d comments, want %d", who, mine, want)
		}
	}
}
