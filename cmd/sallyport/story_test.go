package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"sallyport/review"
)

// TestStory is the main job: a researcher asks, two checkers decide
// independently, the request is returned, changed, approved, released, and an
// auditor exports the log.
func TestStory(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		p := start(t, url, 0)
		id := p.submitted("researcher1", firstDose, ratesByAge)

		p.vote("checker1", id, "request_changes")
		p.refused("checker1", call{method: "POST", path: "/requests/" + id + "/review", body: object{}}, 422, "comment_missing")
		p.want("checker1", call{method: "POST", path: "/requests/" + id + "/comments", body: object{
			"group": "Group", "text": "Please round the rates.", "visibility": "public",
		}}, 201)
		p.want("checker1", call{method: "POST", path: "/requests/" + id + "/review", body: object{}}, 200)
		if v := p.request("checker2", id); v.Reviews.Submitted != 1 || len(v.Groups[0].Comments) != 0 || len(outputsOf(v)[0].Votes) != 0 {
			t.Fatalf("checker2 sees of checker1's blind review more than that there is one: %+v", v)
		}
		p.review("checker2", id)
		if v := p.request("checker2", id); v.Status != review.Reviewed || outputsOf(v)[0].Decision != review.Conflicted {
			t.Fatalf("after two reviews: %s, %s; want REVIEWED, CONFLICTED", v.Status, outputsOf(v)[0].Decision)
		}
		if v := p.request("researcher1", id); outputsOf(v)[0].Decision != review.Incomplete || len(v.Groups[0].Comments) != 0 {
			t.Fatalf("the author sees of an open turn %+v", v)
		}
		p.act("checker2", id, "return", object{}, 200)
		if v := p.request("researcher1", id); outputsOf(v)[0].Decision != review.ChangesRequested || len(v.Groups[0].Comments) != 1 {
			t.Fatalf("the author sees of the returned request %+v", v)
		}

		v := p.request("researcher1", id)
		for _, f := range outputsOf(v) {
			if f.Path == ratesByAge {
				p.want("researcher1", call{method: "DELETE", path: "/requests/" + id + "/files/" + string(f.ID)}, 200)
			}
		}
		p.refused("researcher1", call{method: "POST", path: "/requests/" + id + "/submit", body: object{}, version: p.request("researcher1", id).Version}, 422, "comment_missing")
		p.want("researcher1", call{method: "POST", path: "/requests/" + id + "/comments", body: object{
			"group": "Group", "text": "I took the rates out.",
		}}, 201)
		p.act("researcher1", id, "submit", object{}, 200)
		p.review("checker1", id)
		p.review("checker4", id)
		p.approve("checker4", id)
		p.becomes("researcher1", id, review.Released)

		want, err := os.ReadFile(filepath.Join(p.dir, "workspaces", demoWorkspace, firstDose))
		must(t, err)
		got, err := os.ReadFile(filepath.Join(p.dir, "released", demoWorkspace, id, firstDose))
		must(t, err)
		if !bytes.Equal(got, want) {
			t.Errorf("released %d bytes that are not the approved ones", len(got))
		}
		if _, err := os.Stat(filepath.Join(p.dir, "released", demoWorkspace, id, ratesByAge)); !os.IsNotExist(err) {
			t.Errorf("the withdrawn file at the destination: %v, want that it is not there", err)
		}
		p.exportHolds(id)
		p.replayEqual()
	})
}

// exportHolds reads the auditor's export of a request and checks every hash.
func (p *program) exportHolds(id string) {
	p.t.Helper()
	a := p.want("auditor1", call{method: "GET", path: "/ledger/entries?format=jsonl&request=" + id}, 200)
	acts := map[string]int{}
	lines := bufio.NewScanner(bytes.NewReader(a.body))
	for lines.Scan() {
		var line struct {
			Hash  string          `json:"hash"`
			Entry json.RawMessage `json:"entry"`
		}
		must(p.t, json.Unmarshal(lines.Bytes(), &line))
		sum := sha256.Sum256(line.Entry)
		if hex.EncodeToString(sum[:]) != line.Hash {
			p.t.Fatalf("an entry of the export has another hash than it says: %s", lines.Text())
		}
		var entry struct {
			Act string `json:"act"`
		}
		must(p.t, json.Unmarshal(line.Entry, &entry))
		acts[entry.Act]++
	}
	for _, act := range []string{"request_created", "file_added", "request_submitted", "vote_cast", "review_submitted",
		"request_returned", "file_withdrawn", "request_approved", "delivery_begun", "file_delivered", "request_released"} {
		if acts[act] == 0 {
			p.t.Errorf("the export has no entry %s; it has %v", act, acts)
		}
	}
}

// TestReleasedMeanwhile adds a file, releases the same bytes from another
// workspace of the project, and demands that they cannot be asked for twice.
func TestReleasedMeanwhile(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		p := start(t, url, 0)
		here, there := p.bulk("bulk-here", 1), p.bulk("bulk-there", 1)
		id := p.draftIn("bulk-here", "researcher1", here...)

		other := p.draftIn("bulk-there", "researcher2", there...)
		p.act("researcher2", other, "submit", object{}, 200)
		p.review("checker1", other)
		p.review("checker2", other)
		p.approve("checker1", other)
		p.becomes("researcher1", other, review.Released)

		v := p.request("researcher1", id)
		p.refused("researcher1", call{
			method: "POST", path: "/requests/" + id + "/submit", body: object{}, version: v.Version,
		}, 409, "released")
		for _, a := range v.Allowed {
			if a.Act == review.ActSubmit && a.Code != "released" {
				t.Errorf("submit is allowed: %v (%s), want that it is refused with released", a.Allowed, a.Code)
			}
		}
	})
}
