package e2e

import (
	"strings"
	"testing"
)

// TestBadInput is what people do that nobody meant them to, with scripts and
// without: it is done once or not at all, and what was typed is kept.
func TestBadInput(t *testing.T) {
	p := StartDemo(t)
	b := StartBrowser(t)
	for name, how := range map[string]How{"with scripts": {}, "without scripts": {NoScripts: true}} {
		t.Run(name, func(t *testing.T) {
			w := &wrongdoer{t: t, p: p, b: b.with(t), how: how}
			w.author = w.b.SignsIn(p, "researcher1", how)
			w.draft("Sent twice: " + name)
			w.sendsTwice()
			w.goesBack()
			w.isStale()
			w.isSignedOut()
			w.saysTooMuch()
		})
	}
}

// wrongdoer is somebody with a request of their own.
type wrongdoer struct {
	t      *testing.T
	p      *Program
	b      *Browser
	how    How
	author *Tab
	at     string // the request
}

// draft makes a request that can be submitted.
func (w *wrongdoer) draft(title string) {
	w.t.Helper()
	file := map[bool]string{false: "output/model/plr_summary.txt", true: "output/model/performance.json"}[w.how.NoScripts]
	a := w.author
	a.Go("/workspaces/" + SampleWorkspace + "?deep=1")
	a.Choose("Choose " + file)
	a.Select("Put them on", "a new request")
	a.Fill("Title, if it is a new request", title)
	a.Fill("Group", "Only one")
	a.PressThe("#add-chosen") // it says how many there are
	a.Sees("not written yet")
	w.at = a.Path()
	a.Fill("Context", "Why it should go out.")
	a.Choose("Rounded to the nearest 5")
	a.Press("Save")
	a.Sees("Why it should go out.")
}

// acts is how many acts of a kind the log has on the request.
func (w *wrongdoer) acts(act string) int {
	w.t.Helper()
	log := w.p.Run("ledger", "export", "--request", strings.TrimPrefix(w.at, "/requests/"), "-o", "-")
	return strings.Count(log, `"act":"`+act+`"`)
}

// times fails unless the log has an act on the request n times.
func (w *wrongdoer) times(n int, act string) {
	w.t.Helper()
	if got := w.acts(act); got != n {
		w.t.Errorf("%s is on record %d times, want %d", act, got, n)
	}
}

// accessible fails if axe, which is a script, finds something on the page, light
// or dark.
func (w *wrongdoer) accessible(tab *Tab) {
	w.t.Helper()
	if !w.how.NoScripts {
		tab.LooksRight()
	}
}

// sendsTwice: a double click is one act.
func (w *wrongdoer) sendsTwice() {
	w.t.Helper()
	w.author.DoubleClick("Submit for review")
	w.author.Sees("With the output checkers")
	w.times(1, "request_submitted")
	c := w.b.SignsIn(w.p, "checker1", w.how)
	c.Go(w.at)
	c.PressThe("main tbody th a")
	c.DoubleClick("Approve")
	c.isTrue("have voted", "button('', 'Approve').getAttribute('aria-pressed') === 'true'")
	w.times(1, "vote_cast")
}

// goesBack: the page before, after an act, is as it is now, and says why the
// act cannot be done again.
func (w *wrongdoer) goesBack() {
	w.t.Helper()
	c := w.b.SignsIn(w.p, "checker2", w.how)
	c.Go(w.at)
	c.Go(w.at + "/return")
	c.Fill("Reason", "Once, and not again.")
	c.Press("Return to the author")
	c.Sees("Returned")
	c.Back()
	c.At(w.at + "/return")
	c.Sees("This cannot be done now")
	w.times(1, "request_returned")
}

// isStale: a page that was overtaken does nothing, and keeps what was typed.
func (w *wrongdoer) isStale() {
	w.t.Helper()
	a := w.author
	a.Go(w.at)
	a.Press("Submit for review")
	a.Sees("With the output checkers")
	c := w.b.SignsIn(w.p, "checker4", w.how)
	c.Go(w.at + "/return")
	other := c.Person.Tab()
	other.Go(w.at)
	other.Click("Comment")
	other.Fill("Comment on", "This came meanwhile.")
	other.Press("Add comment")
	other.Sees("This came meanwhile.")
	c.Fill("Reason", "Decided on what I saw before.")
	c.Press("Return to the author")
	c.Sees("There is a problem")
	w.accessible(c)
	if got := c.Value("Reason"); got != "Decided on what I saw before." {
		w.t.Errorf("what was typed became %q", got)
	}
	w.times(1, "request_returned")
	c.Press("Return to the author")
	c.Sees("Returned")
	w.times(2, "request_returned")
}

// isSignedOut: who was signed out meanwhile signs in and sends again.
func (w *wrongdoer) isSignedOut() {
	w.t.Helper()
	const words = "Typed before the session ended: “ü” & <b>."
	a, before := w.author, w.acts("comment_made")
	a.Go(w.at)
	a.Click("Comment")
	a.Fill("Comment on", words)
	other := a.Person.Tab()
	other.Go("/account")
	other.PressIn("header", "Sign out")
	other.Sees("You are signed out")
	a.Press("Add comment")
	a.Sees("signed out", "nothing was done", "in another tab")
	w.accessible(a)
	w.times(before, "comment_made")
	other.Go("/login?next=%2Fsigned-in")
	other.SignIn("researcher1")
	other.Sees("You are signed in as researcher1")
	if w.how.NoScripts {
		a.Press("Send it again")
	} else {
		a.Press("Add comment")
	}
	a.Sees(words)
	w.times(before+1, "comment_made")
	w.asksWhenSignedOut(other)
}

// asksWhenSignedOut: a form that is sent as a page of its own comes back as one,
// to be sent again.
func (w *wrongdoer) asksWhenSignedOut(other *Tab) {
	w.t.Helper()
	a := w.author
	a.Go(w.at + "/withdraw")
	other.Go("/account")
	other.PressIn("header", "Sign out")
	other.Sees("You are signed out")
	a.Press("Withdraw the request")
	a.Sees("You are signed out, and nothing was done")
	w.accessible(a)
	w.times(0, "request_withdrawn")
	other.Go("/login?next=%2Fsigned-in")
	other.SignIn("researcher1")
	other.Sees("You are signed in as researcher1")
}

// saysTooMuch: a comment of 1 MB is refused, and kept.
func (w *wrongdoer) saysTooMuch() {
	w.t.Helper()
	before := w.acts("comment_made")
	long := strings.Repeat("All of it is important. ", 1<<20/24)
	a := w.author
	a.Go(w.at)
	a.Click("Comment")
	a.Fill("Comment on", long)
	a.Press("Add comment")
	a.Sees("at most 20000 are taken")
	w.accessible(a)
	if got := a.Value("Comment on"); got != long {
		w.t.Errorf("of %d bytes that were typed %d are left", len(long), len(got))
	}
	w.times(before, "comment_made")
	a.Fill("Comment on", "In short: yes.")
	a.Press("Add comment")
	a.Sees("In short: yes.")
}
