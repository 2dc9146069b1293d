package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"sallyport/review"
)

// blind are those who see nothing of checker1's work in an open turn: the
// author's side, other checkers, one of whom is an auditor too, an observer, an
// administrator.
var blind = []string{"researcher1", "researcher2", "observer1", "checker2", "checker3", "checker4", "admin1"}

// TestBlindByAPI lets a checker vote, comment, change and take back, and shows
// that nothing that anybody else can ask for changes by it: not a byte of the
// request, its ETag, its history, lists, metrics, nor the log of an auditor who
// could be a checker. The submitted review changes the number of reviews.
func TestBlindByAPI(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		p := start(t, url, 0)
		p.grant("checker4", review.Auditor, review.ScopeAll)
		p.token("checker4", "checker4", time.Time{})
		id := p.submitted("researcher1", firstDose, ratesByAge)
		p.vote("checker2", id, "approve") // of their own they see everything
		before, counted := p.seenBlind(id), p.countedActs()
		made := p.actsInTheDark(id)
		if counted = p.countedActs() - counted; counted != made {
			t.Errorf("%d acts and looks are counted as %d", made, counted)
		}
		p.sameSight("after votes and comments", before, p.seenBlind(id))
		if v := p.request("auditor1", id); len(v.Groups[0].Comments) == 0 {
			t.Error("an auditor does not see what was done in the dark: nothing was")
		}

		p.want("checker1", call{method: "POST", path: "/requests/" + id + "/review", body: object{}}, 200)
		p.onlyTheNumber(before, p.seenBlind(id))
		p.replayEqual()
	})
}

// actsInTheDark does what a checker may before a review, and returns how many
// requests that took.
func (p *program) actsInTheDark(id string) int {
	p.t.Helper()
	made := 0
	do := func(c call, status int) answered {
		made++
		return p.want("checker1", c, status)
	}
	base := "/requests/" + id
	v := into[review.RequestView](p.t, do(call{method: "GET", path: base}, 200))
	for _, f := range outputsOf(v) {
		do(call{method: "GET", path: base + "/files/" + string(f.ID) + "/content"}, 200)
		for _, value := range []any{"approve", "request_changes", nil, "approve", "request_changes"} {
			do(call{method: "PUT", path: base + "/files/" + string(f.ID) + "/vote", body: object{"vote": value, "sha256": f.SHA256, "turn": v.Turn, "answer_to_findings": "Looked at."}}, 200)
		}
	}
	comment := call{method: "POST", path: base + "/comments", body: object{"group": "Group", "text": "in the dark"}}
	kept := into[object](p.t, do(comment, 201))["id"]
	deleted := into[object](p.t, do(comment, 201))["id"]
	do(call{method: "POST", path: base + "/comments/" + kept.(string) + "/publish"}, 200)
	do(call{method: "DELETE", path: base + "/comments/" + deleted.(string)}, 200)
	do(call{method: "POST", path: base + "/groups/Group/reset-votes"}, 200)
	do(call{method: "POST", path: base + "/groups/Group/request-changes"}, 200)
	return made
}

// seenBlind is all that the blind can ask for about a request.
func (p *program) seenBlind(id string) map[string]string {
	p.t.Helper()
	seen := map[string]string{}
	ask := func(who, path string) {
		a := p.do(who, call{method: "GET", path: path})
		if a.status != 200 {
			seen[who+" "+path] = fmt.Sprint(a.status, " ", a.code())
			return
		}
		seen[who+" "+path] = a.header.Get("ETag") + " " + string(a.body)
	}
	for _, who := range blind {
		for _, path := range []string{
			"/requests/" + id, "/requests/" + id + "/history", "/requests", "/requests?queue=your_turn", "/requests?queue=waiting",
			"/requests?queue=unclaimed", "/requests?queue=all", "/requests?status=SUBMITTED", "/releases", "/job-requests",
			"/workspaces/" + demoWorkspace + "/outputs?deep=true",
		} {
			ask(who, path)
		}
	}
	for _, filter := range []string{"request=" + id, "person=checker1", "act=vote_cast", "act=comment_made", "sha256=" + sumOf([]byte("none")), "limit=500"} {
		ask("checker4", "/ledger/entries?"+filter)
	}
	for _, filter := range []string{"request=" + id, "person=checker1"} {
		ask("checker4", "/ledger/entries?format=jsonl&"+filter)
		ask("checker4", "/ledger/entries?format=csv&"+filter)
	}
	seen["checker4 export"] = p.shownInExport("checker4")
	return seen
}

// shownInExport is what an export of everything shows: what is hidden is in it
// as a bare hash.
func (p *program) shownInExport(who string) string {
	p.t.Helper()
	var shown strings.Builder
	a := p.want(who, call{method: "GET", path: "/ledger/entries?format=jsonl"}, 200)
	for lines := bufio.NewScanner(bytes.NewReader(a.body)); lines.Scan(); {
		var line map[string]json.RawMessage
		must(p.t, json.Unmarshal(lines.Bytes(), &line))
		if _, ok := line["entry"]; ok {
			shown.Write(append(lines.Bytes(), '\n'))
		}
	}
	return shown.String()
}

// sameSight demands that two looks show the same.
func (p *program) sameSight(when string, before, after map[string]string) {
	p.t.Helper()
	for _, what := range slices.Sorted(maps.Keys(before)) {
		if before[what] != after[what] {
			p.t.Errorf("%s, %s shows\n%s\nbefore\n%s", when, what, after[what], before[what])
		}
	}
}

// onlyTheNumber demands that after a review was submitted the blind see no
// more than that there is one: the status and what follows from it.
func (p *program) onlyTheNumber(before, after map[string]string) {
	p.t.Helper()
	follows := []string{"status", "status_sentence", "reviews", "allowed", "version"}
	for _, who := range blind {
		for what, was := range before {
			if !strings.HasPrefix(what, who+" /requests/") || strings.HasSuffix(what, "/history") {
				continue
			}
			a, b := fieldsOf(p.t, was), fieldsOf(p.t, after[what])
			if reflect.DeepEqual(a["status"], b["status"]) {
				p.t.Errorf("%s does not see that a review is in", who)
			}
			for _, name := range follows {
				delete(a, name)
				delete(b, name)
			}
			if !reflect.DeepEqual(a, b) {
				p.t.Errorf("after a review %s sees more than its number:\n%v\nbefore\n%v", who, b, a)
			}
		}
	}
}

func fieldsOf(t *testing.T, seen string) map[string]any {
	t.Helper()
	var fields map[string]any
	_, body, _ := strings.Cut(seen, " ")
	must(t, json.Unmarshal([]byte(body), &fields))
	return fields
}

// countedActs is how many requests about requests the metrics count. Acts and
// looks are one number.
func (p *program) countedActs() int {
	p.t.Helper()
	total := 0
	for lines := bufio.NewScanner(bytes.NewReader(p.get("/metrics").body)); lines.Scan(); {
		line := lines.Text()
		if !strings.HasPrefix(line, "sallyport_http_requests_total{") || !strings.Contains(line, "/requests") {
			continue
		}
		if strings.Contains(line, "/job-requests") {
			continue
		}
		var n int
		if _, err := fmt.Sscanf(line, `sallyport_http_requests_total{method="*",route="/api/v1/requests/*",status="2xx"} %d`, &n); err == nil {
			total += n
		} else if !strings.Contains(line, `method="*",route="/api/v1/requests/*",status="4xx"`) {
			p.t.Errorf("the metrics tell acts from looks: %s", line)
		}
	}
	return total
}
