package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"sallyport/release"
	"sallyport/review"
)

// parties are who stands in the demo for the people of docs/rights.md, by the
// beginning of their heading.
var parties = map[string]string{
	"Author": "researcher1", "Co-researcher": "researcher2", "Checker": "checker1", "Another checker": "checker4",
	"Member-checker": "checker3", "Observer": "observer1", "Auditor": "auditor1", "Administrator": "admin1", "Outsider": "outsider1",
}

// rightsTable is docs/rights.md: what a person's act in a state comes to.
type rightsTable map[rightsCell]string

type rightsCell struct{ who, act, state string }

// readRights reads docs/rights.md.
func readRights(t *testing.T) rightsTable {
	t.Helper()
	b, err := os.ReadFile("../../docs/rights.md")
	must(t, err)
	table, who, states := rightsTable{}, "", []string(nil)
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		line := lines.Text()
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			name, _, _ := strings.Cut(heading, " (")
			if who, ok = parties[name]; !ok {
				t.Fatalf("docs/rights.md speaks of %q, for whom nobody stands", heading)
			}
		}
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		switch {
		case who == "" || len(cells) < 2:
		case cells[0] == "act":
			states = cells[1:]
		case len(cells) != len(states)+1:
			t.Fatalf("docs/rights.md: %d cells in %q, want %d", len(cells), line, len(states)+1)
		default:
			for i, cell := range cells[1:] {
				table[rightsCell{who, strings.Trim(cells[0], "*"), states[i]}] = strings.Trim(cell, "*")
			}
		}
	}
	return table
}

// statusesOfCodes reads docs/errors.md: with which statuses a code is sent.
func statusesOfCodes(t *testing.T) map[string][]int {
	t.Helper()
	b, err := os.ReadFile("../../docs/errors.md")
	must(t, err)
	statuses := map[string][]int{"yes": {200, 201}}
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		var status int
		var code string
		if n, _ := fmt.Sscanf(lines.Text(), "| %d | `%s", &status, &code); n == 2 {
			code, _, _ = strings.Cut(code, "`")
			statuses[code] = append(statuses[code], status)
		}
	}
	return statuses
}

// stages bring a draft into each state of docs/rights.md that can be reached.
var stages = map[string]func(p *program, id string){
	"PENDING":                    func(*program, string) {},
	"SUBMITTED":                  func(p *program, id string) { p.reach(id, "submit") },
	"PARTIALLY_REVIEWED":         func(p *program, id string) { p.reach(id, "submit", "checker1") },
	"REVIEWED":                   func(p *program, id string) { p.reach(id, "submit", "checker1", "checker2") },
	"RETURNED":                   func(p *program, id string) { p.reach(id, "submit", "checker1", "checker2", "return") },
	"APPROVED, held":             func(p *program, id string) { p.reach(id, "submit", "checker1", "checker2", "approve") },
	"APPROVED, delivery begun":   func(p *program, id string) { p.reach(id, "submit", "checker1", "checker2", "approve", "begin") },
	"RELEASED":                   func(p *program, id string) { p.reach(id, "submit", "checker1", "checker2", "approve", "deliver") },
	"REJECTED":                   func(p *program, id string) { p.reach(id, "submit", "checker1", "checker2", "reject") },
	"WITHDRAWN":                  func(p *program, id string) { p.reach(id, "submit", "checker1", "checker2", "return", "withdraw") },
	"WITHDRAWN, never submitted": func(p *program, id string) { p.reach(id, "withdraw") },
}

// reach takes steps with a request. Whoever may act is made ready to: the
// checker without a review has voted, the author has answered a return.
func (p *program) reach(id string, steps ...string) {
	p.t.Helper()
	reason := object{"reason": "a reason"}
	for _, step := range steps {
		switch step {
		case "submit":
			p.act("researcher1", id, step, object{}, 200)
			p.vote("checker4", id, "approve")
		case "checker1", "checker2":
			p.review(step, id)
		case "return":
			p.act("checker1", id, step, reason, 200)
			p.want("researcher1", call{method: "POST", path: "/requests/" + id + "/comments", body: object{"group": "Group", "text": "rounded"}}, 201)
		case "reject":
			p.act("checker1", id, step, reason, 200)
		case "withdraw":
			p.act("researcher1", id, step, object{}, 200)
		case "approve":
			p.approve("checker1", id)
		case "begin":
			open := p.app.worker.Copy
			p.app.worker.Copy = func(context.Context, string) (release.Blob, error) { return nil, errors.New("the vault is away") }
			if err := p.app.deliverNow(p.t.Context(), review.RequestID(id)); err == nil {
				p.t.Error("delivering without copies = nil")
			}
			p.app.worker.Copy = open
		case "deliver":
			must(p.t, p.app.deliverNow(p.t.Context(), review.RequestID(id)))
		}
	}
}

// TestRightsByAPI compares every cell of docs/rights.md that can be reached
// with what the API answers: status and code, on a request that was brought
// into its state by the API. What is refused changes nothing.
func TestRightsByAPI(t *testing.T) {
	table, statuses := readRights(t), statusesOfCodes(t)
	p := startIdle(t, databaseURL(t, "sqlite"))
	paths := p.bulkOf("bulk-main", 200, "sex,n\nF,31\nM,4%d\n") // a finding in each
	fresh := func(state string) string {
		id := p.draftIn("bulk-main", "researcher1", paths[0])
		paths = paths[1:]
		stages[state](p, id)
		return id
	}
	asked := 0
	for _, state := range slices.Sorted(maps.Keys(stages)) {
		id := fresh(state)
		before := p.seenBy(id)
		var done []rightsCell
		for cell, want := range table {
			if cell.state != state {
				continue
			}
			asked++
			if want == "yes" && cell.act != "open" && cell.act != "download" {
				done = append(done, cell)
				continue
			}
			p.checkCell(id, cell, want, statuses)
		}
		if after := p.seenBy(id); !slices.Equal(after, before) {
			t.Errorf("%s: what was refused changed the request", state)
		}
		for _, cell := range done {
			p.checkCell(fresh(state), cell, "yes", statuses)
		}
	}
	if want := len(stages) * len(parties) * (len(review.Acts) + 3); asked != want {
		t.Errorf("%d cells were looked at, want %d", asked, want)
	}
	p.replayEqual()
}

// seenBy is a request as everybody sees it.
func (p *program) seenBy(id string) []string {
	p.t.Helper()
	var views []string
	for _, who := range slices.Sorted(maps.Values(parties)) {
		a := p.do(who, call{method: "GET", path: "/requests/" + id})
		if a.status == 404 {
			a.body = nil // with an id of its own
		}
		views = append(views, string(a.body))
	}
	return views
}

// checkCell does what a cell is about and compares.
func (p *program) checkCell(id string, cell rightsCell, want string, statuses map[string][]int) {
	p.t.Helper()
	if cell.act == "see" {
		p.checkSight(id, cell, want)
		return
	}
	a := p.do(cell.who, p.callOf(id, cell))
	got := a.code()
	if a.status < 300 {
		got = "yes"
	}
	if got != want || !slices.Contains(statuses[want], a.status) {
		p.t.Errorf("%s: %s by %s = %d %.200s, want %s %v", cell.state, cell.act, cell.who, a.status, a.body, want, statuses[want])
	}
}

// checkSight compares how much of a request somebody is shown.
func (p *program) checkSight(id string, cell rightsCell, want string) {
	p.t.Helper()
	a := p.do(cell.who, call{method: "GET", path: "/requests/" + id})
	if want == "–" {
		if a.status != 404 || a.code() != "not_found" {
			p.t.Errorf("%s: %s sees %d %.200s, want 404", cell.state, cell.who, a.status, a.body)
		}
		return
	}
	if a.status != 200 {
		p.t.Errorf("%s: %s sees %d %.200s, want 200", cell.state, cell.who, a.status, a.body)
		return
	}
	if shown := len(into[review.RequestView](p.t, a).Groups) > 0; shown != (want != "summary") {
		p.t.Errorf("%s: %s is shown groups: %v, want %s", cell.state, cell.who, shown, want)
	}
}

// callOf is the call of a cell, with all that the act needs: on the version
// that the person sees, with the file's bytes, a reason, an acknowledgement.
func (p *program) callOf(id string, cell rightsCell) call {
	p.t.Helper()
	base := "/requests/" + id
	author := p.request("researcher1", id)
	f := author.Groups[0].Files[0]
	file := base + "/files/" + string(f.ID)
	c := call{method: "POST", path: base + "/" + cell.act, body: object{}, version: "none"}
	if a := p.do(cell.who, call{method: "GET", path: base}); a.status == 200 {
		c.version = into[review.RequestView](p.t, a).Version
	}
	switch cell.act {
	case "open":
		return call{method: "GET", path: file + "/content"}
	case "download":
		return call{method: "GET", path: file + "/content?download=1"}
	case "title":
		return call{method: "PATCH", path: base, body: object{"title": "A title that nobody gave"}}
	case "files":
		return call{method: "PATCH", path: file, body: object{"group": "Another"}}
	case "groups":
		return call{method: "PUT", path: base + "/groups/Group", body: object{
			"context": "Other words.", "controls": object{"codes": []string{}, "text": "Other words."},
		}}
	case "answer":
		findings := []string{}
		for _, x := range f.Findings {
			if x.Weight.Weighty() {
				findings = append(findings, x.ID)
			}
		}
		return call{method: "POST", path: base + "/findings/answer", body: object{"findings": findings, "text": "said otherwise"}}
	case "comments":
		return call{method: "POST", path: c.path, body: object{"group": "Group", "text": "said"}}
	case "vote":
		return call{method: "PUT", path: file + "/vote", body: object{"vote": "approve", "sha256": f.SHA256, "turn": author.Turn, "answer_to_findings": "said"}}
	case "review":
		c.version = ""
	case "withdraw", "return", "reject", "stop":
		c.body = object{"reason": "a reason"}
	case "approve":
		c.body = object{"files": []review.FileBytes{{ID: f.ID, SHA256: f.SHA256}}, "acknowledge": "all the same"}
	}
	return c
}
