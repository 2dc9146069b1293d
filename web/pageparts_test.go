package web

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"sallyport/review"
	"sallyport/web/pages"
)

// quick is what htmx says of itself.
var quick = header{"HX-Request", "true"}

// TestRefusalsInPlace: what is refused is said on the page that stays, and a
// stranger is not led away from what they typed.
func TestRefusalsInPlace(t *testing.T) {
	s := newSite(t)
	v := s.draft("out/a.csv")
	overview := requestAt(v)
	form := with(s.get("author", overview).form(overview+"/comments", 0), "text", "Words")
	for _, p := range []shownPage{
		s.post("", overview+"/comments", form, quick).want(401),
		s.get("", overview, quick).want(401),
	} {
		p.want(401, `hx-target="#told"`, "signed out", `href="/login?next=%2Fsigned-in" target="_blank"`).without("<main", "<title", "<html")
		if p.header.Get("HX-Redirect") != "" || p.header.Get("Location") != "" {
			t.Errorf("%s leads away: %v", p.at, p.header)
		}
	}
	s.get("author", "/requests/ID999", quick).want(404, `hx-target="#told"`, "Page not found").without("<main", "<title")
	s.get("author", "/nowhere", quick).want(404, `hx-target="#told"`)
	s.post("author", overview+"/comments", form, quick, header{"Sec-Fetch-Site", "cross-site"}).want(403, `hx-target="#told"`, "another site")
	s.post("author", overview+"/comments", url.Values{"text": {strings.Repeat("x", formLimit)}}, quick).want(413, `hx-target="#told"`)
	s.broken = errors.New("secret of the database")
	p := s.get("author", overview, quick).want(500, `hx-target="#told"`, "Something went wrong").without("secret")
	if !strings.Contains(p.body, p.header.Get("X-Request-Id")) {
		t.Error("it does not name the request")
	}
	s.broken = review.ErrUnavailable
	s.get("author", overview, quick).want(503, `hx-target="#told"`)
}

// TestWholePagesInPlace: a page that knows of no parts sends all that is its
// own, and where a browser would be led on, the page is.
func TestWholePagesInPlace(t *testing.T) {
	s := newSite(t)
	s.get("author", "/workspaces", quick).want(200, `<hx-partial hx-target="#main" hx-swap="innerHTML`, "<title>Workspaces").without("<html", "<header class=\"top\"")
	p := s.post("author", "/logout", nil, quick).want(204)
	if p.header.Get("HX-Redirect") != "/signed-out" || p.header.Get("Location") != "" {
		t.Errorf("headers %v", p.header)
	}
}

// has fails unless the answer holds just these parts, each once.
func (p shownPage) has(ids ...string) shownPage {
	p.t.Helper()
	if got := strings.Count(p.body, "<hx-partial "); got != len(ids) {
		p.t.Errorf("%s has %d parts, want %v", p.at, got, ids)
	}
	for _, id := range ids {
		if strings.Count(p.body, `<hx-partial hx-target="#`+id+`" `) != 1 {
			p.t.Errorf("%s has no part #%s", p.at, id)
		}
	}
	return p.without("<html", "<script", `class="top"`)
}

// TestReviewInPlace: on the review screen only what changes is sent, and each
// form that comes back carries a new key.
func TestReviewInPlace(t *testing.T) {
	s := newSite(t)
	v := s.submitted("out/a.csv", "out/b.txt")
	overview, files := requestAt(v), filesOf(v)
	at, other := overview+"/files/"+string(files[0].ID), overview+"/files/"+string(files[1].ID)
	page := s.get("checker1", at).want(200, "file-name")
	version := s.seen("checker1", v).Version
	s.get("checker1", other, quick).has("head", "doc", "info", "said", "list").want(200, "<title>b.txt", "file 2 of 2")
	s.get("checker1", other, quick, header{versionHeader, version}).has("head", "doc", "info", "said")
	looked := len(s.opened)

	form := with(page.form(at+"/vote", 0), "vote", "approve")
	p := s.post("checker1", at+"/vote", form, quick).has("said", "head", "list", "decision", "vote").
		want(200, "Take my vote back", "Your vote: Approved", "1 of 2 voted", `aria-pressed="true"`)
	if again := p.form(at+"/vote", 1); again.Get("key") == page.form(at+"/vote", 1).Get("key") {
		t.Error("the form that came back has the old key")
	}
	s.post("checker1", at+"/vote", form, quick).has("said", "head", "list", "decision", "vote") // a double click
	changes := with(p.form(at+"/vote", 1), "vote", "request_changes")
	s.post("checker1", at+"/vote", changes, quick).want(200, " data-say", "Say in a comment on the group")

	empty := with(page.form(overview+"/comments", 0), "text", " ", "visibility", "private")
	s.post("checker1", overview+"/comments", empty, quick).has("comments").want(422, "The comment has no text")
	said := with(page.form(overview+"/comments", 0), "text", hostileWords, "visibility", "private", "key", "another")
	s.post("checker1", overview+"/comments", said, quick).has("said", "head", "list", "vote", "comments").want(200, hostileWords).without("<em>", " data-say")
	if len(s.opened) != looked {
		t.Error("an act opened the file again")
	}
	s.post("checker1", at+"/vote", with(changes, "key", "third")).to(at) // without scripts, still a page
}

// TestStaleInPlace: what was decided on an older view is not done; the page
// comes as it is now, with what was typed.
func TestStaleInPlace(t *testing.T) {
	s := newSite(t)
	v := s.draft("out/a.csv")
	overview := requestAt(v)
	form := with(s.get("author", overview+"/withdraw").form(overview+"/withdraw", 0), "reason", hostileWords)
	s.do("author", "PATCH", at(v), `{"title": "Another"}`).want(200)
	s.post("author", overview+"/withdraw", form, quick).has("main").want(409, "This request changed while you were looking", hostileWords).without("<em>")
	form = with(s.get("author", overview).form(overview+"/submit", 0), "version", "old")
	s.post("author", overview+"/submit", form, quick).has("main").want(409)
}

// TestOverviewInPlace: an act from a group's card changes the card, and what
// can be done.
func TestOverviewInPlace(t *testing.T) {
	s := newSite(t)
	v := s.draft("out/a.csv")
	overview := requestAt(v)
	page := s.get("author", overview)
	card := "group-" + string(s.seen("author", v).Groups[0].ID)
	here := header{"HX-Target", card}
	form := with(page.form(overview+"/comments", 0), "text", "Words")
	s.post("author", overview+"/comments", form, quick, here).has("said", "head", "steps", "checks", "acts", card).want(200, "Words")
	s.post("author", overview+"/comments", with(form, "text", " ", "key", "k2"), quick, here).has(card).want(422, "no text")
	s.post("author", overview+"/comments", with(form, "text", "More", "key", "k3"), quick, header{"HX-Target", "group-<em>"}).has("main").want(200).without("<em>")
	s.post("author", overview+"/title", with(page.form(overview+"/title", 0), "title", "Second"), quick).has("main").want(200, "The title is saved.", "<title>Second")
}

// TestPolls: a page asks again only while its state changes by itself, and gets
// nothing while it is the same.
func TestPolls(t *testing.T) {
	s := newSite(t)
	v := s.submitted("out/a.csv")
	overview := requestAt(v)
	s.get("author", overview).want(200).without(`id="poll"`)
	v = s.reviewedBy(v, "checker1", "checker2")
	v = s.do("checker1", "POST", at(v, "approve"), approval(v), match(s.seen("checker1", v).Version)).want(200).request()
	version := s.seen("author", v).Version
	s.get("author", overview).want(200, `data-poll hx-get="`+overview+`" hx-trigger="every 5s"`, version)
	if p := s.get("author", overview, quick, header{versionHeader, version}).want(204); p.body != "" {
		t.Errorf("nothing changed: %s", p.body)
	}
	s.get("author", overview, quick, header{versionHeader, "old"}).has("said", "main").want(200, "data-poll")
}

// TestFoldersInPlace: a folder is unfolded on the page of the folder above, and
// files that were chosen there survive a refusal.
func TestFoldersInPlace(t *testing.T) {
	s := newSite(t)
	folder := s.get("author", "/workspaces/ws").want(200, `data-unfold="/workspaces/ws/out"`, "data-choose-all")
	row := pages.RowOf("out")
	s.get("author", "/workspaces/ws/out", quick, header{partHeader, "rows"}).has(row).
		want(200, `data-under="`+row+`"`, `value="out/a.csv"`).without("<table", "<form")
	form := with(folder.form("/workspaces/ws", 0), "path", "out/a.csv", "request", newRequest, "group", " ", "kind", "output")
	s.post("author", "/workspaces/ws", form).want(422, "1 chosen in 1 folder, 8 bytes", `name="path" value="out/a.csv" data-listed data-bytes="8" checked`)
}

// TestWhereFilesGo: files are put on the draft that one works on; a request that
// came back is not taken for it.
func TestWhereFilesGo(t *testing.T) {
	s := newSite(t)
	chosen := func(request string) string { return `<option value="` + request + `" selected>` }
	s.get("author", "/workspaces/ws/out").want(200, chosen(newRequest))
	v := s.draft()
	s.get("author", "/workspaces/ws/out").want(200, chosen(string(v.ID)), "First (draft, "+string(v.ID)+")")
	v = s.do("author", "POST", at(v, "submit"), "{}", match(v.Version)).want(200).request()
	seen := s.do("checker1", "GET", at(v), nil).want(200).request()
	s.do("checker1", "POST", at(v, "return"), `{"reason": "Too early."}`, match(seen.Version)).want(200)
	s.get("author", "/workspaces/ws/out").want(200, chosen(newRequest), "First (returned, "+string(v.ID)+")")
}
