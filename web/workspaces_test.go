package web

import (
	"encoding/json"
	"slices"
	"testing"

	"sallyport/review"
)

func TestWorkspaces(t *testing.T) {
	w := newWorld(t)
	for who, n := range map[string]int{"author": 1, "checker1": 1, "observer": 1, "admin": 1, "outsider": 0, "auditor": 0, "tpp": 0} {
		if got := decoded[list[workspace]](w.do(who, "GET", "/workspaces", nil).want(200)); len(got.Items) != n {
			t.Errorf("%s sees %d workspaces, want %d", who, len(got.Items), n)
		}
	}
	got := decoded[workspace](w.do("author", "GET", "/workspaces/ws", nil).want(200))
	if got.Name != "ws" || *got.Project != "one" || got.ReadError == nil || !got.Ongoing {
		t.Errorf("workspace %+v", got)
	}
	found := decoded[foundWorkspace](w.do("author", "GET", "/workspaces/ws", nil).want(200))
	if len(found.Problems) != 500 || found.MoreProblems != 8 || found.Problems[0].WhyNot != "`../x` leads out of its workspace." {
		t.Errorf("%d problems and %d more, the first %+v; want 500, 8", len(found.Problems), found.MoreProblems, found.Problems[0])
	}
	for _, who := range []string{"outsider", "auditor", "tpp"} {
		w.do(who, "GET", "/workspaces/ws", nil).want(404, "not_found")
		w.do(who, "GET", "/workspaces/ws/outputs", nil).want(404, "not_found")
	}
	w.do("author", "GET", "/workspaces/other", nil).want(404, "not_found")
	w.do("author", "GET", "/workspaces/..%2f..", nil).want(404, "not_found")
}

func TestPlaceWorkspace(t *testing.T) {
	w := newWorld(t)
	const patch = `{"project": "two", "ongoing": false}`
	w.do("author", "PATCH", "/workspaces/ws", patch).want(403, "role")
	w.do("outsider", "PATCH", "/workspaces/ws", patch).want(404, "not_found")
	w.do("admin", "PATCH", "/workspaces/other", patch).want(404, "not_found")
	for _, wrong := range []string{`{}`, `{"project": ""}`, `{"project": null}`, `{"project": "a\nb"}`, `{"name": "x"}`, `{"ongoing": "yes"}`} {
		w.do("admin", "PATCH", "/workspaces/ws", wrong).want(422, "invalid")
	}
	got := decoded[workspace](w.do("admin", "PATCH", "/workspaces/ws", patch, key("p")).want(200))
	if *got.Project != "two" || got.Ongoing || got.Archived {
		t.Errorf("placed %+v", got)
	}
	w.do("admin", "PATCH", "/workspaces/ws", patch, key("p")).want(200)
	w.do("admin", "PATCH", "/workspaces/ws", `{"project": "one"}`, key("p")).want(422, "key_reused")
	w.do("author", "GET", "/workspaces/ws", nil).want(404, "not_found")
}

// outputsOf lists outputs by what they are called.
func outputsOf(r reply) map[string]map[string]any {
	r.t.Helper()
	items := map[string]map[string]any{}
	for _, o := range decoded[list[map[string]any]](r).Items {
		items[o["path"].(string)] = o
	}
	return items
}

func TestOutputs(t *testing.T) {
	w := newWorld(t)
	top := outputsOf(w.do("author", "GET", "/workspaces/ws/outputs", nil).want(200))
	if len(top) != 2 || top["out"]["type"] != "dir" || top["top.csv"]["type"] != "file" {
		t.Fatalf("the top folder has %v", top)
	}
	in := outputsOf(w.do("author", "GET", "/workspaces/ws/outputs?dir=out", nil).want(200))
	deep := outputsOf(w.do("author", "GET", "/workspaces/ws/outputs?deep=true", nil).want(200))
	if len(in) != 4 || len(deep) != 5 || deep["out"] != nil {
		t.Errorf("out has %d, everything %d", len(in), len(deep))
	}
	a, secret := in["out/a.csv"], in["out/secret.csv"]
	if a["requestable"] != true || a["why_not"] != nil || a["status"] != "unreleased" || a["sha256"] != hashed(w.files["out/a.csv"]) {
		t.Errorf("out/a.csv: %v", a)
	}
	if secret["requestable"] != false || secret["why_not"] == nil || secret["size"] != nil || secret["sha256"] != nil {
		t.Errorf("out/secret.csv: %v", secret)
	}

	draft := w.draft("out/a.csv")
	a = outputsOf(w.do("author", "GET", "/workspaces/ws/outputs?dir=out", nil))["out/a.csv"]
	if a["requestable"] != false || a["code"] != "duplicate" || a["status"] != "on_request" || !slices.Equal(a["requests"].([]any), []any{string(draft.ID)}) {
		t.Errorf("on a draft: %v", a)
	}
	// A draft is seen by no checker.
	a = outputsOf(w.do("checker1", "GET", "/workspaces/ws/outputs?dir=out", nil))["out/a.csv"]
	if a["status"] != "unreleased" || len(a["requests"].([]any)) != 0 {
		t.Errorf("a checker sees a draft: %v", a)
	}
	w.do("author", "POST", at(draft, "submit"), "{}", match(draft.Version)).want(200)
	if a = outputsOf(w.do("checker1", "GET", "/workspaces/ws/outputs?dir=out", nil))["out/a.csv"]; a["status"] != "on_request" {
		t.Errorf("a checker does not see what was submitted: %v", a)
	}

	page := decoded[list[json.RawMessage]](w.do("author", "GET", "/workspaces/ws/outputs?deep=true&limit=2", nil).want(200))
	if len(page.Items) != 2 || page.Next == nil {
		t.Errorf("a page has %d outputs, next %v", len(page.Items), page.Next)
	}
}

func TestReleasedOutput(t *testing.T) {
	w := newWorld(t)
	c := Candidate{Candidate: w.candidate("out/a.csv"), Released: &review.Release{Request: "R1", At: noon}}
	o := asking{w.people["author"], w.place, w.policy}.showOutput(c)
	if o.Status != "released" || o.Requestable || *o.Code != "released" || o.Released.Request != "R1" {
		t.Errorf("released before: %+v", o)
	}
}

func TestCovers(t *testing.T) {
	placed := review.Place{Workspace: "ws", Project: "one", Organisation: "org", Backend: "tpp"}
	unplaced := review.Place{Workspace: "ws", Backend: "tpp"}
	for _, tt := range []struct {
		name  string
		reach review.Reach
		place review.Place
		want  bool
	}{
		{"nothing", review.Reach{}, placed, false},
		{"everything", review.Reach{All: true}, unplaced, true},
		{"the project", review.Reach{Projects: []string{"one"}}, placed, true},
		{"another project", review.Reach{Projects: []string{"two"}}, placed, false},
		{"the backend", review.Reach{Backends: []string{"tpp"}}, placed, true},
		{"the backend, not placed", review.Reach{Backends: []string{"tpp"}}, unplaced, false},
		{"the organisation", review.Reach{Organisations: []string{"org"}}, placed, true},
		{"no project's name", review.Reach{Projects: []string{""}}, unplaced, false},
	} {
		if got := covers(tt.reach, tt.place); got != tt.want {
			t.Errorf("%s: covers(%+v, %+v) = %v", tt.name, tt.reach, tt.place, got)
		}
	}
}
