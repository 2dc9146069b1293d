package web

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"sallyport/review"
)

// hostileWords are what people write to be taken for markup.
const hostileWords = `<em>"'</em> & more`

// requestAt is a request's address, and what is below it.
func requestAt(v review.RequestView, below ...string) string {
	return strings.Join(append([]string{"/requests/" + string(v.ID)}, below...), "/")
}

// seen is a request as somebody sees it.
func (s *site) seen(who string, v review.RequestView) review.RequestView {
	s.t.Helper()
	return s.do(who, "GET", at(v), nil).want(200).request()
}

// filesOf are the files of a request.
func filesOf(v review.RequestView) []review.FileView {
	var files []review.FileView
	for _, g := range v.Groups {
		files = append(files, g.Files...)
	}
	return files
}

// TestMainJobByForms goes from a workspace to an approved release, and back
// once, by nothing but what the pages hold.
func TestMainJobByForms(t *testing.T) {
	s := newSite(t)
	folder := s.get("author", "/workspaces/ws/out").want(200, "out/a.csv", "highly_sensitive: nobody can open or release it", "a new request")
	form := with(folder.form("/workspaces/ws", 0), "path", "out/a.csv", "request", "new", "title", hostileWords, "group", "tables", "kind", "output")
	form.Add("path", "out/b.txt")
	made := s.post("author", "/workspaces/ws", form)
	overview := made.want(303).header.Get("Location")
	again := s.post("author", "/workspaces/ws", form).to(overview) // a double click
	if again.status != made.status || len(s.streams) != 1 {
		t.Fatalf("%d requests after a double click", len(s.streams))
	}
	v := s.seen("author", review.RequestView{ID: review.RequestID(strings.TrimPrefix(overview, "/requests/"))})
	if len(filesOf(v)) != 2 || v.Title != hostileWords {
		t.Fatalf("the request: %+v", v)
	}

	page := s.get("author", overview).want(200, "Draft", hostileWords, "not written yet", "needs its context and its controls").without("<em>")
	group := with(page.form(overview+"/groups", 0), "context", "What "+hostileWords, "code", "rounded-5", "controls", "Words "+hostileWords)
	s.post("author", overview+"/groups", group).to(overview)
	page = s.get("author", overview).want(200, "What "+hostileWords, "Rounded to the nearest 5").without("<em>")
	s.post("author", overview+"/title", with(page.form(overview+"/title", 0), "title", "Second")).to(overview)
	page = s.get("author", overview).want(200, "Second")
	s.post("author", overview+"/submit", page.form(overview+"/submit", 0)).to(overview)

	for _, who := range []string{"checker1", "checker2"} {
		s.get(who, overview).want(200, "Vote on every output file before you submit your review: two left.", "Review the files")
		for _, f := range filesOf(v) {
			at := overview + "/files/" + string(f.ID)
			file := s.get(who, at).want(200, f.Path, f.SHA256)
			s.post(who, at+"/vote", with(file.form(at+"/vote", 0), "vote", "approve")).to(at)
		}
		s.post(who, overview+"/review", s.get(who, overview).form(overview+"/review", 0)).to(overview)
	}
	s.get("checker2", overview).want(200, "the reviews are in and a checker decides", "checker1: approved")

	ask := s.get("checker1", overview+"/approve").want(200, "Approve 2 files for release", "out/a.csv", "asked for by author")
	s.post("checker1", overview+"/approve", ask.form(overview+"/approve", 0)).to(overview)
	if got := s.seen("checker1", v); got.Status != review.Approved {
		t.Fatalf("status %s after approving", got.Status)
	}
	stop := s.get("author", overview+"/stop").want(200, "Stop this release?").form(overview+"/stop", 0)
	s.post("author", overview+"/stop", with(stop, "reason", "")).want(422, "Say why", "There is a problem")
	s.post("author", overview+"/stop", with(s.get("author", overview+"/stop").form(overview+"/stop", 0), "reason", "Wrong table")).to(overview)
	if got := s.seen("author", v); got.Status != review.Reviewed {
		t.Errorf("status %s after stopping", got.Status)
	}
	s.get("author", overview+"/activity").want(200, "began the request", "submitted the request", "with the output checkers").without("<em>")
}

// TestReturnByForms: what the checkers say reaches the author, and is answered.
func TestReturnByForms(t *testing.T) {
	s := newSite(t)
	v := s.submitted("out/a.csv")
	overview, f := requestAt(v), filesOf(v)[0]
	at := overview + "/files/" + string(f.ID)
	for _, who := range []string{"checker1", "checker2"} {
		file := s.get(who, at)
		s.post(who, at+"/vote", with(file.form(at+"/vote", 1), "vote", "request_changes")).to(at)
		page := s.get(who, overview).want(200, "Say in a comment on the group")
		if strings.Contains(page.body, `action="`+overview+`/review"`) {
			t.Error("a review can be submitted without its comment")
		}
		comment := with(s.get(who, at).form(overview+"/comments", 0), "text", hostileWords, "visibility", "public")
		s.post(who, overview+"/comments", comment).to(at)
		s.get(who, at).want(200, hostileWords, "the author too, when this turn ends").without("<em>")
		s.post(who, overview+"/review", s.get(who, at).form(overview+"/review", 0)).to(at)
	}
	s.get("author", overview).want(200).without("&lt;em&gt;", "checker1", "checker2", "Changes requested")
	back := s.get("checker1", overview+"/return").want(200, "Return this request to its author?").form(overview+"/return", 0)
	s.post("checker1", overview+"/return", back).to(overview)
	page := s.get("author", overview).want(200, "Returned", hostileWords, "Changes requested", "what you did since it was returned").without("<em>")
	s.post("author", overview+"/comments", with(page.form(overview+"/comments", 0), "text", "Done")).to(overview)
	s.post("author", overview+"/submit", s.get("author", overview).form(overview+"/submit", 0)).to(overview)
	if got := s.seen("author", v); got.Status != review.Submitted || got.Turn != 3 {
		t.Errorf("status %s, turn %d", got.Status, got.Turn)
	}
}

// TestStalePage: what was decided on an older view is not done, and what was
// typed is kept.
func TestStalePage(t *testing.T) {
	s := newSite(t)
	v := s.draft("out/a.csv")
	overview := requestAt(v)
	form := with(s.get("author", overview+"/withdraw").form(overview+"/withdraw", 0), "reason", hostileWords)
	s.do("author", "PATCH", at(v), `{"title": "Another"}`).want(200)
	p := s.post("author", overview+"/withdraw", form).want(409, "This request changed while you were looking", hostileWords, "Withdraw this request?").without("<em>")
	if s.seen("author", v).Status != review.Pending {
		t.Fatal("a stale act was done")
	}
	s.post("author", overview+"/withdraw", p.form(overview+"/withdraw", 0)).to(overview) // with the new version
	if s.seen("author", v).Status != review.Withdrawn {
		t.Error("the act was not done with the version of the new page")
	}
}

// TestOneActTwice: a form that was sent twice is one act; the same form with
// other words is not taken for it.
func TestOneActTwice(t *testing.T) {
	s := newSite(t)
	v := s.draft("out/a.csv")
	overview := requestAt(v)
	form := with(s.get("author", overview).form(overview+"/comments", 0), "text", "Once")
	for range 3 {
		s.post("author", overview+"/comments", form).to(overview)
	}
	if n := len(s.seen("author", v).Groups[0].Comments); n != 1 {
		t.Errorf("%d comments after three clicks", n)
	}
	s.post("author", overview+"/comments", with(form, "text", "Twice")).want(422, "was sent before with other words", "Twice")
	s.post("author", overview+"/comments", with(form, "key", "a b")).want(422, "not one that a page gave")
}

// TestLongComment: a comment of a megabyte is refused by the rule, and kept;
// more than a form may be is refused whole.
func TestLongComment(t *testing.T) {
	s := newSite(t)
	v := s.draft("out/a.csv")
	overview := requestAt(v)
	form := with(s.get("author", overview).form(overview+"/comments", 0), "text", strings.Repeat("x", 1<<20))
	p := s.post("author", overview+"/comments", form).want(422, "at most 20000 are taken")
	if !strings.Contains(p.body, strings.Repeat("x", 1<<20)) {
		t.Error("what was typed is gone")
	}
	s.post("author", overview+"/comments", with(form, "text", strings.Repeat("x", formLimit))).want(413, "That is too much at once")
	s.post("author", overview+"/comments", with(form, "text", "\xff")).want(422, "not text")
	if n := len(s.seen("author", v).Groups[0].Comments); n != 0 {
		t.Errorf("%d comments", n)
	}
}

// TestFormsOnly: a page takes nothing but a form.
func TestFormsOnly(t *testing.T) {
	s := newSite(t)
	v := s.draft("out/a.csv")
	req := s.post("author", requestAt(v, "title"), url.Values{"title": {"x"}}, header{"Content-Type", "application/json"})
	if req.status != 303 { // two types: the first counts
		t.Errorf("status %d", req.status)
	}
	p := s.ask("author", "POST", requestAt(v, "title"), nil)
	p.to(requestAt(v)) // nothing was sent: no title
}

// TestBackLeadsHome: after an act one is sent to a page of its request only.
func TestBackLeadsHome(t *testing.T) {
	s := newSite(t)
	v := s.draft("out/a.csv")
	overview := requestAt(v)
	for back, want := range map[string]string{
		"": overview, overview: overview, overview + "/files/x": overview + "/files/x", overview + "#group-1": overview + "#group-1",
		"https://elsewhere.test/": overview, "//elsewhere.test": overview, overview + "x": overview, "/requests/other": overview,
		overview + "/x\r\nSet-Cookie: a=b": overview, overview + `/\elsewhere`: overview, overview + "@elsewhere.test": overview,
	} {
		s.post("author", overview+"/title", url.Values{"title": {"Title for " + back[:min(len(back), 3)]}, "back": {back}}).to(want)
	}
}

// TestAuthorsForms: everything an author changes about files, by forms.
func TestAuthorsForms(t *testing.T) {
	s := newSite(t)
	v := s.draft("out/a.csv", "out/b.txt")
	overview := requestAt(v)
	f := filesOf(v)[0]
	at := overview + "/files/" + string(f.ID)
	page := s.get("author", at).want(200, "Move, update or withdraw it").without("Take my vote back", ">Approve<")
	s.post("author", at, with(page.form(at, 0), "group", `<em>"'& more`)).to(at)
	s.get("author", at).want(200, `<em>"'& more`).without("<em>")
	s.post("author", at, with(s.get("author", at).form(at, 1), "kind", "supporting")).to(at)
	if got := filesOf(s.seen("author", v)); !slices.ContainsFunc(got, func(f review.FileView) bool { return f.Kind == review.Supporting }) {
		t.Errorf("files %+v", got)
	}
	s.mu.Lock()
	s.files["out/a.csv"] = "a,b\n7,8\n"
	s.mu.Unlock()
	page = s.get("author", at).want(200, "The workspace has other bytes at this path now")
	s.post("author", at+"/update", page.form(at+"/update", 0)).to(at)
	s.get("author", at).want(200, "The workspace has the same bytes now.")
	s.post("author", at, with(s.get("author", at).form(at, 0), "group", "a/b")).want(422, "cannot have a", "There is a problem", `value="a/b"`)
	s.post("author", at+"/withdraw", s.get("author", at).form(at+"/withdraw", 0)).want(303)
	if n := len(filesOf(s.seen("author", v))); n != 1 {
		t.Errorf("%d files after one was withdrawn", n)
	}
	s.post("author", at+"/withdraw", url.Values{}).want(404)
}

// TestAddingByForms: what cannot be added is said, and what was chosen is kept.
func TestAddingByForms(t *testing.T) {
	s := newSite(t)
	form := s.get("author", "/workspaces/ws?deep=1").form("/workspaces/ws", 0)
	s.post("author", "/workspaces/ws", with(form, "group", "g")).want(422, "No file is chosen")
	s.post("author", "/workspaces/ws", with(form, "path", "out/a.csv", "group", " ", "request", "new")).want(422, "The group needs a name")
	refused := with(form, "path", "out/secret.csv", "group", "g", "request", "new", "kind", "output", "title", "Typed")
	refused.Add("path", "out/none.csv")
	p := s.post("author", "/workspaces/ws", refused).want(422, "0 of 2 files added", "nobody can open or release it", "out/none.csv", `value="Typed"`)
	if !strings.Contains(p.body, `value="new" selected`) {
		t.Error("a new request is not chosen any more")
	}
	s.post("author", "/workspaces/ws", with(form, "path", "out/a.csv", "group", "a/b", "request", "new", "kind", "output")).want(422, "cannot have a")
	s.post("author", "/workspaces/ws", with(form, "path", "out/a.csv", "group", "g", "request", "new", "kind", "odd")).want(422, "as output or supporting")
	if len(s.streams) > 0 {
		t.Fatal("a draft was left behind")
	}
	form = with(form, "path", "out/secret.csv", "group", "g", "request", "new", "kind", "output")
	form.Add("path", "out/a.csv")
	p = s.post("author", "/workspaces/ws", form).want(422, "1 of 2 files added", "nobody can open or release it", `value="out/b.txt"`)
	if len(s.streams) != 1 {
		t.Fatalf("%d drafts", len(s.streams))
	}
	if strings.Contains(p.body, `value="new" selected`) {
		t.Error("the draft that was made is not chosen for the next try")
	}
	s.post("author", "/workspaces/ws", with(form, "request", "../x")).want(404, "There is a problem")
	s.post("checker1", "/workspaces/ws", with(form, "request", "new")).want(403, "Only a researcher of the project")
	s.post("outsider", "/workspaces/ws", form).want(404)
	s.get("checker1", "/workspaces/ws").want(200, "Only researchers of the project can ask for files").without("Add the chosen files")
	s.get("outsider", "/workspaces/ws").want(404)
}

// TestVotesByForms: a vote names bytes and turn, and can be taken back until
// the review is in.
func TestVotesByForms(t *testing.T) {
	s := newSite(t)
	v := s.submitted("out/a.csv", "out/b.txt")
	overview, f := requestAt(v), filesOf(v)[0]
	at := overview + "/files/" + string(f.ID)
	form := s.get("checker1", at).want(200, "Next not voted", "0 of 2 voted").form(at+"/vote", 0)
	s.post("checker1", at+"/vote", with(form, "vote", "approve", "sha256", strings.Repeat("0", 64))).want(409, "changed while you were looking")
	s.post("checker1", at+"/vote", with(form, "vote", "approve", "sha256", f.SHA256, "turn", "x")).want(422)
	s.post("checker1", at+"/vote", with(form, "vote", "approve", "turn", "1")).to(at)
	page := s.get("checker1", at).want(200, `aria-pressed="true"`, "1 of 2 voted", "Take my vote back")
	s.post("checker1", at+"/vote", with(page.form(at+"/vote", 2), "vote", "")).to(at)
	s.get("checker1", at).want(200, "0 of 2 voted").without("Take my vote back")
	group := s.get("checker1", overview).form(overview+"/groups/request-changes", 0)
	s.post("checker1", overview+"/groups/request-changes", group).to(overview)
	reset := s.get("checker1", overview).want(200, "You: Changes requested").form(overview+"/groups/reset-votes", 0)
	s.post("checker1", overview+"/groups/reset-votes", reset).to(overview)
	s.get("checker1", overview).want(200, "You: Not voted")
	s.post("author", at+"/vote", with(form, "vote", "approve")).want(403, "on the author's side of this request", "There is a problem")
	s.get("author", at).want(200).without("Request changes")
}

// TestComments: one's own can be published and deleted.
func TestCommentsByForms(t *testing.T) {
	s := newSite(t)
	v := s.submitted("out/a.csv")
	overview := requestAt(v)
	s.post("checker1", overview+"/comments", with(s.get("checker1", overview).form(overview+"/comments", 0), "text", "Look", "visibility", "private")).to(overview)
	id := string(s.seen("checker1", v).Groups[0].Comments[0].ID)
	page := s.get("checker1", overview).want(200, "Look", "checkers only", "Make public")
	s.get("checker2", overview).want(200).without("Look")
	s.post("checker2", overview+"/comments/"+id+"/delete", nil).want(404)
	s.post("checker1", overview+"/comments/"+id+"/publish", page.form(overview+"/comments/"+id+"/publish", 0)).to(overview)
	page = s.get("checker1", overview).want(200, "Look").without("Make public")
	s.post("checker1", overview+"/comments/"+id+"/delete", page.form(overview+"/comments/"+id+"/delete", 0)).to(overview)
	s.get("checker1", overview).want(200).without("Look")
	s.post("checker1", overview+"/comments", with(page.form(overview+"/comments", 0), "text", " ", "visibility", "public")).
		want(422, "The comment has no text", "There is a problem", "<title>Error: ")
}

// TestEarlyActs: recall, an early return and a rejection.
func TestEarlyActs(t *testing.T) {
	s := newSite(t)
	v := s.submitted("out/a.csv")
	overview := requestAt(v)
	s.post("author", overview+"/recall", s.get("author", overview).want(200, "Take it back").form(overview+"/recall", 0)).to(overview)
	s.post("author", overview+"/submit", s.get("author", overview).form(overview+"/submit", 0)).to(overview)
	form := s.get("checker1", overview+"/return").form(overview+"/return", 0)
	s.post("checker1", overview+"/return", with(form, "reason", "")).want(422, "Return this request to its author?")
	s.get("checker1", overview+"/reject").want(200, "This cannot be done now").without("<textarea")
	again := s.get("checker1", overview+"/return").form(overview+"/return", 0)
	s.post("checker1", overview+"/return", with(again, "reason", "Too early "+hostileWords)).to(overview)
	s.get("author", overview).want(200, "Returned before all reviews were in", hostileWords).without("<em>")
}

// TestWhatOthersSee: observers look, auditors read, administrators see that it
// is there, outsiders nothing.
func TestWhatOthersSee(t *testing.T) {
	s := newSite(t)
	v := s.submitted("out/a.csv")
	overview, file := requestAt(v), requestAt(v, "files", string(filesOf(v)[0].ID))
	s.get("observer", file).want(200, "<td class=\"num\">1</td>").without("<textarea", ">Approve<")
	s.get("auditor", file).want(200, "do not open files").without("<td class=\"num\">1</td>", "Download")
	s.get("auditor", overview).want(200).without(`href="/workspaces/ws"`)
	s.get("admin", overview).want(200, "You see of this request only").without("out/a.csv", "First", "/activity")
	s.get("admin", file).want(404)
	s.get("outsider", overview).want(404)
	s.get("outsider", file).want(404)
	for _, o := range s.opened {
		if o.Actor.Username == "auditor" || o.Actor.Username == "admin" || o.Actor.Username == "outsider" {
			t.Errorf("%s opened %s", o.Actor.Username, o.Path)
		}
	}
}

// TestSessionEndsInAForm: what was typed is sent again after signing in.
func TestSessionEndsInAForm(t *testing.T) {
	s := newSite(t)
	v := s.draft("out/a.csv")
	overview := requestAt(v)
	form := with(s.get("author", overview).form(overview+"/comments", 0), "text", hostileWords)
	s.ended = append(s.ended, "author")
	p := s.post("author", overview+"/comments", form).want(401, "nothing was done", "/login?next=%2Fsigned-in").without("<em>")
	kept := with(p.form(overview+"/comments", 0), "text", hostileWords, "group", "tables")
	s.ended = nil
	s.get("author", "/signed-in").want(200, "You are signed in as author")
	s.post("author", overview+"/comments", kept).to(overview)
	s.get("author", overview).want(200, hostileWords).without("<em>")
}

// TestNotices: what was done is said once.
func TestNotices(t *testing.T) {
	s := newSite(t)
	v := s.draft("out/a.csv")
	overview := requestAt(v)
	done := s.post("author", overview+"/title", url.Values{"title": {"x"}}).to(overview).cookies[noticeCookie]
	if done == nil || !done.HttpOnly || !done.Secure || done.MaxAge <= 0 {
		t.Fatalf("the notice: %+v", done)
	}
	p := s.get("author", overview, header{"Cookie", done.Name + "=" + done.Value}).want(200, "The title is saved.")
	if gone := p.cookies[noticeCookie]; gone == nil || gone.MaxAge >= 0 {
		t.Errorf("the notice stays: %+v", gone)
	}
	s.get("author", overview, header{"Cookie", done.Name + "=made-up"}).want(200).without(`class="notice"`, "made-up")
}

// TestReleasePages: what was released is found and downloaded.
func TestReleasePages(t *testing.T) {
	s := newSite(t)
	v := s.release()
	s.get("author", "/releases").want(200, string(v.ID), "Released")
	s.get("author", "/releases?author=author").want(200, string(v.ID), `value="author"`)
	s.get("author", "/releases?author=other").want(200, "No release that you may see is like that").without(string(v.ID))
	p := s.get("author", "/releases/"+string(v.ID)).want(200, "out/a.csv", "store", "Download")
	at := "/content/releases/" + string(v.ID) + "/" + string(filesOf(v)[0].ID) + "?download=1"
	if !strings.Contains(p.body, at) {
		t.Fatalf("no link to %s", at)
	}
	got := s.get("author", at).want(200, s.files["out/a.csv"])
	if got.header.Get("Content-Disposition") == "" || !strings.Contains(got.header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("headers %v", got.header)
	}
	p.without("/ledger")
	s.get("auditor", "/releases/"+string(v.ID)).want(200, "out/a.csv", "/ledger?act=file_downloaded&amp;request="+string(v.ID)).without("Download</a>")
	s.get("auditor", at).want(403)
	s.get("outsider", "/releases/"+string(v.ID)).want(404)
	s.get("outsider", "/releases").want(200, "Nothing that you may see")
}

// release makes a request whose delivery is done.
func (s *site) release() review.RequestView {
	s.t.Helper()
	v := s.reviewedBy(s.submitted("out/a.csv"), "checker1", "checker2")
	fresh := s.seen("checker1", v)
	v = s.do("checker1", "POST", at(v, "approve"), approval(v), match(fresh.Version)).want(200).request()
	s.now = s.now.Add(time.Hour)
	ctx := s.t.Context()
	if err := s.service.BeginDelivery(ctx, v.ID); err != nil {
		s.t.Fatal(err)
	}
	goods, err := s.service.Consignment(ctx, v.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	var arrived []review.Delivered
	for i, f := range goods.Files {
		arrived = append(arrived, review.Delivered{File: goods.IDs[i], SHA256: f.SHA256, Destination: "store", Location: f.Path})
	}
	if err := s.service.RecordDeliveries(ctx, v.ID, arrived); err != nil {
		s.t.Fatal(err)
	}
	return v
}
