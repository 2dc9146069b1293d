package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sallyport/release"
	"sallyport/review"
	"sallyport/work"
)

// childEnv makes the test binary run as a child that may be killed.
const childEnv = "SALLYPORT_TEST_CHILD"

// childTask is what a child is told to do: deliver one request.
type childTask struct {
	URL, Dir, Request string
}

// child delivers a request. Before each step it says so on stdout and waits for
// leave, so that the parent can kill it anywhere: it never gets further than
// the few files that are under way.
func child(task string) int {
	var c childTask
	if err := json.Unmarshal([]byte(task), &c); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitUsage
	}
	s := demoSettings(c.Dir)
	s.database, s.policy = c.URL, heldFor(0)
	a, err := openApp(&console{ctx: context.Background(), out: io.Discard, err: os.Stderr}, s)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitRefused
	}
	a.worker.Copy = func(ctx context.Context, sha string) (release.Blob, error) {
		fmt.Println("open", sha)
		if _, err := os.Stdin.Read(make([]byte, 1)); err != nil { // the parent's leave to go on
			return nil, err
		}
		return a.copyOf(ctx, sha)
	}
	if err := a.worker.Deliver(context.Background(), work.Item{Kind: review.WorkDeliver, Subject: c.Request}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitRefused
	}
	fmt.Println("delivered")
	return exitDone
}

// TestKilledDelivery kills a delivery at fifty random places on each database.
// After each death nothing is half there, only approved bytes have arrived,
// and the database is what the log amounts to; in the end all has arrived.
func TestKilledDelivery(t *testing.T) {
	const kills, requests, files = 50, 4, 100
	eachEngine(t, func(t *testing.T, url string) {
		p := startIdle(t, url)
		paths := p.bulk("bulk-main", requests*files)
		var ids []string
		for part := range slices.Chunk(paths, files) {
			ids = append(ids, p.held("bulk-main", part))
		}
		killed := 0
		for n := 0; killed < kills; n++ {
			if n == 20*kills {
				t.Fatalf("killed %d times in %d deliveries, want %d", killed, n, kills)
			}
			// A file that has arrived is not taken from the vault again, so that
			// few steps at a time leave enough for every death; receipts are
			// recorded fifty at a time, in some of the deliveries.
			if p.deliverInChild(url, ids[n%len(ids)], rand.IntN(4)) {
				killed++
			}
			p.onlyApproved(ids)
			if n%10 == 0 {
				p.replayEqual()
			}
		}
		for _, id := range ids {
			must(t, p.app.deliverNow(t.Context(), review.RequestID(id)))
			if v := p.request("researcher1", id); v.Status != review.Released || len(v.Receipts) != files {
				t.Errorf("after the killing, request %s is %s with %d receipts", id, v.Status, len(v.Receipts))
			}
		}
		p.onlyApproved(ids)
		p.replayEqual()
	})
}

// held makes a request of outputs that is approved and whose delivery no
// worker of the program has begun.
func (p *program) held(workspace string, paths []string) string {
	p.t.Helper()
	id := p.draftIn(workspace, "researcher1", paths...)
	p.act("researcher1", id, "submit", object{}, 200)
	for _, checker := range []string{"checker1", "checker2"} {
		p.review(checker, id)
	}
	p.approve("checker1", id)
	return id
}

// deliverInChild delivers in a process of its own and kills it after so many
// steps; it reports whether the process died of it.
func (p *program) deliverInChild(url, id string, steps int) bool {
	p.t.Helper()
	task, err := json.Marshal(childTask{URL: url, Dir: p.dir, Request: id})
	must(p.t, err)
	cmd := exec.CommandContext(p.t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(task))
	stdin, err := cmd.StdinPipe()
	must(p.t, err)
	stdout, err := cmd.StdoutPipe()
	must(p.t, err)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	must(p.t, cmd.Start())
	lines := bufio.NewScanner(stdout)
	for n := 0; lines.Scan(); n++ {
		if lines.Text() == "delivered" {
			break
		}
		if n == steps {
			must(p.t, cmd.Process.Kill())
			break
		}
		_, err := stdin.Write([]byte{'\n'})
		must(p.t, err)
	}
	err = cmd.Wait()
	if err == nil {
		return false
	}
	if !strings.Contains(err.Error(), "killed") {
		p.t.Fatalf("delivery in a child = %v: %s", err, stderr.String())
	}
	return true
}

// onlyApproved demands that whatever stands at the destination under the path
// of a request's file is, whole, the bytes approved for that path, and that
// nothing else is there but temporary files and the list of what arrived.
func (p *program) onlyApproved(ids []string) {
	p.t.Helper()
	for _, id := range ids {
		approved := map[string]string{}
		v := p.request("checker1", id)
		for _, f := range outputsOf(v) {
			approved[f.Path] = f.SHA256
		}
		root := filepath.Join(p.dir, "released", v.Workspace, id)
		err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			rel, err := filepath.Rel(root, name)
			if err != nil {
				return err
			}
			want, ok := approved[rel]
			if !ok {
				if strings.HasPrefix(path.Base(rel), ".") || rel == "manifest.json" {
					return nil
				}
				p.t.Fatalf("%s was not approved and is at the destination", rel)
			}
			b, err := os.ReadFile(name)
			if sum := sha256.Sum256(b); err == nil && hex.EncodeToString(sum[:]) != want {
				p.t.Fatalf("%s arrived with other bytes than were approved", rel)
			}
			return err
		})
		if err != nil && !os.IsNotExist(err) {
			p.t.Fatal(err)
		}
	}
}
