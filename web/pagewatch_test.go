package web

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"sallyport/review"
	"sallyport/web/pages"
)

// TestOpenFolder: an open page is told what changed, once, by one query while
// nothing did, and only those who may see the workspace are told.
func TestOpenFolder(t *testing.T) {
	s := newSite(t)
	seen := func(version string) header { return header{versionHeader, version} }
	at := "/workspaces/ws/out?seen=0&page=" + url.QueryEscape("/workspaces/ws/out?sort=size")
	s.get("author", "/workspaces/ws/out?sort=size").want(200, `hx-get="/workspaces/ws/out?failed=1&amp;page=%2Fworkspaces%2Fws%2Fout%3Fsort%3Dsize&amp;seen=0"`, `"Sallyport-Version": "0"`)
	before := s.states
	if p := s.get("author", at, quick, seen("0")).want(204); p.body != "" || s.states != before+1 {
		t.Errorf("nothing changed: %q, %d states", p.body, s.states-before)
	}
	s.version = 3
	s.changed = []review.ChangedOutput{
		{Path: "out/a.csv", Change: review.ChangeBytes}, {Path: "out/new1.csv", Change: review.ChangeCame}, {Path: "out/new2.csv", Change: review.ChangeCame},
		{Path: "out/old.csv", Change: review.ChangeWent, Gone: true}, {Path: "out/deep/x.csv", Change: review.ChangeSame},
	}
	s.get("author", at, quick, seen("0")).has("said", "moved", "watch").
		want(200, "This folder changed: 2 files came, 1 went, 1 has other bytes. 1 file in the folders below changed.",
			`href="/workspaces/ws/out?sort=size"`, `"Sallyport-Version": "3"`)
	s.get("author", at, quick, seen("3")).want(204)
	s.get("outsider", at, quick, seen("0")).want(404)
	s.get("author", "/workspaces/ws/out?page="+url.QueryEscape("//evil.example")+"&seen=0", quick, seen("0")).want(200, `href="/workspaces/ws/out"`).without("evil.example\"")
	s.get("author", "/workspaces/ws?seen=x", quick, seen("0")).want(422)
}

// TestGoneFolder: what went leads to the nearest folder that is there, also at
// the next load; what never was is not there.
func TestGoneFolder(t *testing.T) {
	s := newSite(t)
	s.version = 2
	s.changed = []review.ChangedOutput{
		{Path: "out/gone/x.csv", Change: review.ChangeWent, Gone: true}, {Path: "out/went.csv", Change: review.ChangeWent, Gone: true},
	}
	s.get("author", "/workspaces/ws/out/gone/x.csv").to("/workspaces/ws/out?gone=out%2Fgone%2Fx.csv")
	s.get("author", "/workspaces/ws/out/gone").to("/workspaces/ws/out?gone=out%2Fgone")
	s.get("author", "/workspaces/ws/out/never").want(404)
	s.get("outsider", "/workspaces/ws/out/gone").want(404)
	s.get("author", "/workspaces/ws/out?gone=out%2Fgone").want(200, "is not in the workspace ws any more")
	s.get("author", "/workspaces/ws/out?gone="+url.QueryEscape("<em>")).want(200).without("<em>")
	s.get("author", "/workspaces/ws/out?gone="+url.QueryEscape("../x")).want(200).without("any more")
	s.get("author", "/workspaces/ws/out/went.csv?file=1&seen=0", quick, header{versionHeader, "0"}).
		want(200, "is gone from the workspace", `href="/workspaces/ws/out?gone=out%2Fwent.csv" data-go-on`)
	s.get("author", "/workspaces/ws/out?seen=0", quick, header{versionHeader, "0"}).want(200, "1 went").without("data-go-on")
	s.get("author", "/workspaces/ws/out/gone?seen=0", quick, header{versionHeader, "0"}).want(200, "data-go-on")
}

// TestOpenRequest: a request's page is told that its files changed in the
// workspace.
func TestOpenRequest(t *testing.T) {
	s := newSite(t)
	v := s.draft("out/a.csv")
	page := s.get("author", requestAt(v)).want(200, `data-poll hx-get="/workspaces/ws?request=`+string(v.ID))
	_, at, _ := strings.Cut(page.body, `data-poll hx-get="`)
	at, _, _ = strings.Cut(at, `"`)
	at = strings.ReplaceAll(at, "&amp;", "&")
	s.get("author", at, quick, header{versionHeader, "-"}).has("said", "moved", "watch").want(200, `"Sallyport-Version": "0"`).without("changed in the workspace")
	s.get("author", at, quick, header{versionHeader, "0"}).want(204)
	s.mu.Lock()
	s.files["out/a.csv"] = "other"
	s.mu.Unlock()
	s.version++
	s.get("author", at, quick, header{versionHeader, "0"}).want(200, "Files of this request changed in the workspace.", requestAt(v))
	s.get("checker1", at, quick, header{versionHeader, "0"}).want(404)
}

// TestChosenFiles: what is chosen goes along with the form, is named when it
// cannot be requested any more, and no more is chosen than is added at once.
func TestChosenFiles(t *testing.T) {
	s := newSite(t)
	form := s.get("author", "/workspaces/ws/out").want(200, `id="chosen"`).form("/workspaces/ws", 0)
	go1 := with(form, "path", "out/a.csv", "act", "go", "to", "/workspaces/ws/out/deep", "group", "kept words")
	s.files["out/deep/x.csv"] = "x"
	s.post("author", "/workspaces/ws", go1).
		want(200, "1 chosen in 1 folder, 8 bytes", `value="out/a.csv" data-listed`, `value="kept words"`, "x.csv").without("There is a problem")
	s.post("author", "/workspaces/ws", with(go1, "to", "https://evil.example/")).want(200, "1 chosen").without("evil")
	look := with(form, "path", "out/a.csv", "act", "look")
	look.Add("path", "out/secret.csv")
	look.Add("path", "out/<em>.csv")
	s.post("author", "/workspaces/ws", look, quick).has("chosen").
		want(200, "cannot be requested any more", "nobody can open or release it", "out/&lt;em&gt;.csv", "1 chosen in 1 folder").without("<em>", "<form")
	s.post("author", "/workspaces/ws", with(look, "act", "clear")).want(200).without("chosen in")
	s.post("author", "/workspaces/ws", with(look, "act", "odd"), quick).want(422)
	all := with(s.get("author", "/workspaces/ws").form("/workspaces/ws", 0), "act", "all")
	s.post("author", "/workspaces/ws", all, quick).has("chosen").want(200, "5 chosen in 3 folders", `value="out/deep/x.csv"`).without("secret.csv")
	s.get("author", "/workspaces/ws", quick, header{partHeader, "count"}).has("below").want(200, "Choose all 5 in this folder and below that may be requested")
	for n := range 1200 {
		s.files[fmt.Sprintf("out/many/%04d.csv", n)] = fmt.Sprint(n)
	}
	s.post("author", "/workspaces/ws", all, quick).want(200, "1,000 chosen", "At most 1,000 are added at once")
	if len(s.streams) != 0 {
		t.Error("choosing made a request")
	}
	s.post("checker1", "/workspaces/ws", with(look, "act", "look")).want(200, "Only researchers of the project").without("data-listed")
}

// TestSortedFolder: headers are links that sort, the other way if it is sorted
// so, and keep what it is narrowed to.
func TestSortedFolder(t *testing.T) {
	s := newSite(t)
	p := s.get("author", "/workspaces/ws/out?sort=-size&standing=requestable&level=moderately_sensitive&type=.csv&action=act").
		want(200, `aria-sort="descending"><a class="sort" href="/workspaces/ws/out?action=act&amp;level=moderately_sensitive&amp;sort=size&amp;standing=requestable&amp;type=.csv">Size`,
			`<option value="requestable" selected>`, "Filter: on", "May be requested</span>").without("secret.csv")
	if strings.Count(p.body, "aria-sort") != 1 {
		t.Error("it is sorted by one column")
	}
	want := review.OutputListing{
		Workspace: "ws", Dir: "out", Type: ".csv", Level: "moderately_sensitive", Action: "act", Standing: review.StandsOpen, Sort: review.BySize, Desc: true, Limit: 500,
	}
	if got := s.listed[0]; got != want {
		t.Errorf("asked for %+v, want %+v", got, want)
	}
	s.get("author", "/workspaces/ws/out?standing=released").want(200, "No file here is like that")
	s.get("author", "/workspaces/ws/none?standing=released").want(404)
	s.get("author", "/workspaces/ws?sort=odd").want(422)
	s.get("author", "/workspaces/ws?standing=odd").want(422)
}

// TestChangesPage: what a job request changed, or why that is not known.
func TestChangesPage(t *testing.T) {
	s := newSite(t)
	s.get("author", "/workspaces/ws?view=changes").want(200, "No job request of this workspace was reported")
	s.do("tpp", "PUT", "/job-requests/bbbbbbbbbbbbbbbb", `{"identifier": "bbbbbbbbbbbbbbbb", "workspace": "ws", "backend": "tpp", "created_at": "2026-05-04T12:30:00Z"}`).want(200)
	s.get("author", "/workspaces/ws?view=changes").want(200, "What the last job request changed", "has changed nothing")
	s.changed = []review.ChangedOutput{
		{Path: "out/<em>.csv", Change: review.ChangeCame, JobRequest: "bbbbbbbbbbbbbbbb", Level: "moderately_sensitive", Action: "act", At: noon},
		{Path: "out/gone.csv", Change: review.ChangeBytes, JobRequest: "bbbbbbbbbbbbbbbb", Gone: true, At: noon},
		{Path: "out/late.csv", Change: review.ChangeWent, Gone: true, At: noon},
	}
	s.get("author", "/workspaces/ws?view=changes").
		want(200, "2 outputs: 1 new, 1 with other bytes.", "out/&lt;em&gt;.csv", "It is gone since.").without("<em>", "late.csv", `href="/workspaces/ws/out/gone.csv"`)
	s.get("author", "/workspaces/ws?view=changes&job_request=bbbbbbbbbbbbbbbb&since=1").want(200, "late.csv", "Gone")
	s.get("outsider", "/workspaces/ws?view=changes").want(404)
	// One that began before changes are kept is not said to have changed nothing, nor nothing else.
	const notKnown = "What was there before this job request is not known: changes of this workspace are kept since"
	s.do("tpp", "PUT", "/job-requests/cccccccccccccccc", `{"identifier": "cccccccccccccccc", "workspace": "ws", "backend": "tpp", "created_at": "2020-05-04T12:30:00Z"}`).want(200)
	s.get("author", "/workspaces/ws?view=changes&job_request=cccccccccccccccc").want(200, notKnown).without("changed nothing")
	s.get("author", "/workspaces/ws?view=changes&job_request=dddddddddddddddd").want(200, notKnown).without("changed nothing")
	s.get("author", "/workspaces/ws?view=changes&job_request=bbbbbbbbbbbbbbbb").want(200).without(notKnown)
	s.changed[0].JobRequest = "cccccccccccccccc"
	s.get("author", "/workspaces/ws?view=changes&job_request=cccccccccccccccc").want(200, notKnown, "What is listed was noticed after that.", "&lt;em&gt;.csv")
	s.get("author", "/job-requests/bbbbbbbbbbbbbbbb").want(200, "view=changes")
}

// TestReadingOf: what cannot be read is said with its error, the age of what is
// shown and what to do, on every page of the workspace.
func TestReadingOf(t *testing.T) {
	s := newSite(t)
	for _, at := range []string{"/workspaces/ws", "/workspaces/ws/out", "/workspaces/ws/out/a.csv", "/workspaces/ws?view=changes"} {
		s.get("author", at).want(200, "This workspace cannot be read", "it is torn", "last good reading", "whoever looks after the backend <code>tpp</code>")
	}
	srv := &server{Config: Config{Now: s.time}}
	w := Workspace{Place: s.place, ReadError: "it is torn", FailedAt: noon}
	if r := srv.readingOf(w); r.At.ISO != "" || r.Since.ISO == "" || strings.Contains(r.Advice, "that reading") {
		t.Errorf("never read: %+v", r)
	}
	if got := readFailed(w); got != "It cannot be read: it is torn." {
		t.Errorf("in a list: %q", got)
	}
	if got := warnings(Workspace{Place: s.place}); len(got) != 1 || !strings.Contains(got[0], "never read") {
		t.Errorf("of a workspace that was never read: %q", got)
	}
}

// TestChosenSentence counts files, folders and bytes.
func TestChosenSentence(t *testing.T) {
	files := []pages.ChosenFile{{Path: "a/x.csv", Bytes: 1 << 20}, {Path: "a/y.csv", Bytes: 1 << 20}, {Path: "top.csv", Bytes: -1}}
	if got, want := pages.ChosenSentence(files), "3 chosen in 2 folders, 2 MiB"; got != want {
		t.Errorf("ChosenSentence = %q, want %q", got, want)
	}
}
