package e2e

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// mark is what a person could write anywhere, to see whether it becomes a part
// of the page: if it does, there is an element that says it.
const mark = `"><em>was it escaped?</em>'`

// isMarkup is true if some of what was written became a part of the page.
const isMarkup = `[...document.querySelectorAll('em')].some(e => e.textContent.includes('was it escaped'))`

// TestPages walks through the pages of every role as far as links lead, with
// hostile words in every field that a person controls: each kind of page is
// looked at in a wide and in a narrow window, light and dark.
func TestPages(t *testing.T) {
	p := StartDemo(t)
	b := StartBrowser(t)
	hostileWords(t, p, b)
	checked := newShapes()
	t.Run("each role", func(t *testing.T) {
		for _, who := range []string{"researcher1", "checker1", "checker3", "observer1", "auditor1", "admin1", "outsider1"} {
			t.Run(who, func(t *testing.T) {
				t.Parallel()
				walk := &walk{t: t, tab: b.with(t).SignsIn(p, who, How{}), checked: checked, kinds: map[string]bool{}}
				if n := walk.links("/"); n < 6 {
					t.Errorf("%s found %d kinds of pages", who, n)
				}
				walk.look("/no-such-page", 404)
				walk.refusals()
			})
		}
	})
}

// TestFirstScreen: the first page after signing in, with an empty cache, is at
// most 150 KB over the wire, all its parts together.
func TestFirstScreen(t *testing.T) {
	p := StartDemo(t)
	b := StartBrowser(t)
	for _, who := range []string{"researcher1", "checker1", "auditor1", "admin1"} {
		tab := b.Comes(p, How{})
		tab.Go("/")
		tab.Weighed()
		tab.SignIn(who)
		tab.At("/")
		var bytes int64
		for _, n := range tab.Weighed() {
			bytes += n
		}
		if bytes < 5_000 || bytes > 150_000 {
			t.Errorf("the first screen of %s is %d bytes", who, bytes)
		}
		t.Logf("the first screen of %s is %d bytes", who, bytes)
	}
}

// walk is somebody who follows links.
type walk struct {
	t       *testing.T
	tab     *Tab
	checked *shapes
	kinds   map[string]bool
}

// links follows links from an address, one of each kind, and returns how many
// kinds there are.
func (w *walk) links(from string) int {
	w.t.Helper()
	todo := []string{from}
	for len(todo) > 0 {
		at := todo[0]
		todo = todo[1:]
		kind := kindOf(at)
		if kind == "" || w.kinds[kind] {
			continue
		}
		w.kinds[kind] = true
		w.look(at, 200)
		todo = append(todo, w.tab.Links()...)
	}
	return len(w.kinds)
}

// refusals looks at pages that say no.
func (w *walk) refusals() {
	w.t.Helper()
	ledger := int64(403)
	if w.tab.Person.Name == "auditor1" {
		ledger = 422
	}
	w.look("/ledger?from=yesterday", ledger)
	w.look("/requests?status=nonsense", 422)
	w.tab.PressIn("header", "Sign out")
	w.look(w.tab.Path(), 200)
	w.tab.Go("/login")
	w.tab.Press("Do not sign in")
	w.look(w.tab.Path()+"?error=access_denied", 422)
}

var (
	anID     = regexp.MustCompile(`\b[0-9A-HJKMNP-TV-Z]{26}\b`)
	aNumber  = regexp.MustCompile(`\b[0-9]+\b`)
	notPages = regexp.MustCompile(`^/(content|static|login|ledger/export|api)\b`)
)

// kindOf is what the pages at some addresses have in common. Files differ by
// what they are, and by whether their name is hostile.
func kindOf(at string) string {
	u, err := url.Parse(at)
	if err != nil {
		return at
	}
	if notPages.MatchString(u.Path) {
		return "" // seen as a part of a page, or not at all
	}
	keys := []string{}
	for key, values := range u.Query() {
		if key == "queue" || key == "status" || key == "deep" {
			key += "=" + values[0]
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	kind := aNumber.ReplaceAllString(anID.ReplaceAllString(u.Path, "ID"), "N")
	if place, ok := strings.CutPrefix(kind, "/workspaces/"); ok {
		workspace, below, _ := strings.Cut(place, "/")
		kind = fmt.Sprintf("/workspaces/%s deep %d %s %t", workspace, strings.Count(below, "/"), path.Ext(below), strings.ContainsAny(below, "<\u202e#"))
	}
	return kind + "?" + strings.Join(keys, "&")
}

// look looks at one page, in each window and colour scheme.
func (w *walk) look(at string, status int64) {
	w.t.Helper()
	tab := w.tab
	tab.Go(at)
	if got := tab.Status(); got != status {
		w.t.Errorf("%s = %d, want %d", at, got, status)
	}
	var is bool
	if tab.Eval(isMarkup, &is); is {
		w.t.Errorf("%s: what somebody wrote became a part of the page", at)
	}
	if w.checked.add(tab) {
		tab.LooksRight()
	}
	tab.Fits()
	for _, wrong := range tab.Wrong() {
		w.t.Errorf("%s: %s", at, wrong)
	}
}
