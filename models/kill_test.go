package models

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"sallyport/auth"
	"sallyport/review"
)

// childURL names the variable that makes the test binary a child: a process
// that changes requests until it is killed.
const childURL = "SALLYPORT_TEST_CHILD_URL"

// eventsPerChange is how many entries a child's command writes.
const eventsPerChange = 4

// TestKillChild is the child.
func TestKillChild(t *testing.T) {
	url := os.Getenv(childURL)
	if url == "" {
		return // run by TestKilledAtAnyMoment
	}
	db := openForTest(t, url)
	author := review.Actor{Person: must[auth.Account](t)(db.PersonByUsername(t.Context(), "researcher1")).Person, Kind: review.IsPerson}
	id := review.RequestID(os.Getenv(childURL + "_REQUEST"))
	for n := 1; ; n++ {
		change := review.Change{
			Command: review.Command{Key: fmt.Sprintf("%s %d", id, n), Actor: author, On: id}, Holds: true,
		}
		if n == 1 {
			change.Workspace = "ws"
		}
		_, err := db.Change(t.Context(), change, func(in review.In) (review.Decision, error) {
			fmt.Printf("deciding %d\n", n)
			d := review.Decision{As: review.Researcher, Events: childEvents(id, n),
				Work: []review.Work{{Kind: "test", Subject: string(id), Due: in.Now}}}
			return d, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("done %d\n", n)
	}
}

// childEvents are those of a child's n-th command: one makes a draft, then
// every other adds files and the next withdraws them.
func childEvents(id review.RequestID, n int) []review.Event {
	file := func(i int) review.FileID { return review.FileID(fmt.Sprintf("F%d-%d", n/2, i)) }
	bytes := func(i int) string { return sha(n/2*10 + i) }
	name := func(i int) string { return fmt.Sprintf("%s/%d.csv", id, n/2*10+i) }
	var out []review.Event
	if n == 1 {
		salt := newSalt()
		title := review.Words{Hash: wordsHash(salt, "title"), Salt: salt, Text: "title"}
		out = append(out, &review.RequestCreated{Workspace: "ws", Title: title}, &review.GroupCreated{Group: "G"},
			&review.GroupCreated{Group: "H"}, &review.GroupCreated{Group: "I"})
	}
	for i := range eventsPerChange - len(out) {
		if n%2 == 0 {
			out = append(out, &review.FileAdded{File: file(i), Group: "G", Kind: review.Supporting,
				Source: review.Source{Path: name(i), SHA256: bytes(i)}})
		} else {
			out = append(out, &review.FileWithdrawn{File: file(i), Path: name(i), SHA256: bytes(i), Removed: true})
		}
	}
	return out
}

const kills = 50

// A process is killed at random moments inside and between commands. Nothing
// is half done, nothing that was said to be done is lost, and the tables are
// what the entries amount to.
func TestKilledAtAnyMoment(t *testing.T) {
	eachURL(t, func(t *testing.T, url string) {
		db := openForTest(t, url)
		db.workspace(t, "ws")
		db.person(t, "researcher1", "researcher", "project:demo")
		for n := range kills {
			id := review.RequestID(fmt.Sprintf("KILL%022d", n))
			done := killOnce(t, url, id)
			db.nothingHalf(t, id, done)
		}
		db.replays(t)
	})
}

// killOnce starts a child, kills it after a random line of its progress, and
// returns the last command that it said was done.
func killOnce(t *testing.T, url string, id review.RequestID) int {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestKillChild$", "-test.v")
	child.Env = append(os.Environ(), childURL+"="+url, childURL+"_REQUEST="+string(id))
	out := must[io.ReadCloser](t)(child.StdoutPipe())
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines, done, killed := 1+rand.IntN(24), 0, false
	scan := bufio.NewScanner(out)
	for scan.Scan() {
		var n int
		line := scan.Text()
		if _, err := fmt.Sscanf(line, "done %d", &n); err == nil {
			done = n
		}
		if !strings.HasPrefix(line, "done ") && !strings.HasPrefix(line, "deciding ") {
			continue
		}
		if lines--; lines == 0 {
			killed = true
			if err := child.Process.Signal(syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil || !killed {
		t.Fatalf("the child ended by itself: %v", err)
	}
	return done
}

// nothingHalf compares what stands of a request with what a child said.
func (db testDB) nothingHalf(t *testing.T, id review.RequestID, done int) {
	t.Helper()
	count := func(query string) int {
		var n int
		if err := on[entryRow](db.reader).Raw(query, "%"+string(id)+"%").Row(t.Context()).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	entries := count("SELECT count(*) FROM entries WHERE stream LIKE ?")
	keys := count("SELECT count(*) FROM commands WHERE key LIKE ?")
	work := count("SELECT count(*) FROM work WHERE subject LIKE ?")
	if keys < done || keys > done+1 || entries != keys*eventsPerChange || work != keys {
		t.Errorf("after a kill: %d entries, %d keys and %d work of %s, which said that %d commands were done", entries, keys, work, id, done)
	}
}
