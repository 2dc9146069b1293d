package web

import (
	"testing"

	"sallyport/review"
)

// TestLogs: a job's log is listed with its job and shown with its colours, to
// those who may open files and to nobody else; each look is recorded.
func TestLogs(t *testing.T) {
	s := newSite(t)
	s.logs = map[string]string{"metadata/act.log": "\x1b[31mfailed\x1b[0m <em>\n", "out/gone.csv.txt": "It has patients in it.\n", "metadata/<em>.log": "x"}
	const report = `{"identifier": "bswslyjxpwqix3qb", "workspace": "ws", "backend": "tpp", "jobs": [{"identifier": "job0000000000000", "action": "act", "status": "succeeded"}, {"identifier": "job0000000000001", "action": "other", "status": "failed"}]}`
	s.do("tpp", "PUT", "/job-requests/bswslyjxpwqix3qb", report).want(200)
	const link = `<a href="/workspaces/ws/metadata/act.log">Log, 21 bytes</a>`
	s.get("author", "/job-requests/bswslyjxpwqix3qb").want(200, link, "last job of its action").without("other.log", "<em>")
	s.get("admin", "/job-requests/bswslyjxpwqix3qb").want(200).without("act.log")

	s.get("author", "/workspaces/ws/metadata/act.log").want(200, `<span class="t-red">failed</span>`, "log of the last job", "1 line", "Back to the workspace").without("<em>")
	s.get("author", "/workspaces/ws/metadata/act.log?view=raw").want(200, "001B⟩")
	s.get("author", "/workspaces/ws/out/gone.csv.txt").want(200, "It has patients in it.", "excluded")
	if len(s.opened) != 3 || s.opened[0].Path != "metadata/act.log" || s.opened[0].Actor.Username != "author" {
		t.Errorf("openings %+v", s.opened)
	}
	s.get("author", "/workspaces/ws/metadata/none.log").want(404)
	s.get("author", "/workspaces/ws/metadata").want(404)
	s.get("author", "/workspaces/ws/metadata/..%2fact.log").want(404)
	s.get("outsider", "/workspaces/ws/metadata/act.log").want(404)
	s.get("admin", "/workspaces/ws/metadata/act.log").want(200).without("failed")
	if len(s.opened) != 3 {
		t.Errorf("openings %+v", s.opened)
	}
	s.unopened = review.ErrUnavailable
	s.get("author", "/workspaces/ws/metadata/act.log").want(503).without("failed")
}

func TestReleasedFilePage(t *testing.T) {
	s := newSite(t)
	v := s.release()
	at := "/releases/" + string(v.ID) + "/files/" + string(filesOf(v)[0].ID)
	s.get("author", "/releases/"+string(v.ID)).want(200, `href="`+at+`"`)
	before := len(s.opened)
	s.get("author", at).want(200, "out/a.csv", "1 row × 2 columns", "Delivered to store", "Download", at+"?view=raw")
	s.get("author", at+"?view=raw").want(200, "a,b")
	if len(s.opened) != before+2 {
		t.Errorf("%d openings, want 2", len(s.opened)-before)
	}
	s.get("auditor", "/releases/"+string(v.ID)).want(200).without(at)
	s.get("auditor", at).want(403).without("a,b")
	s.get("outsider", at).want(404)
	s.get("author", "/releases/"+string(v.ID)+"/files/UNKNOWN").want(404)
	s.get("author", "/releases/UNKNOWN/files/UNKNOWN").want(404)
}
