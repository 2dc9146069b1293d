package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// TestKeyboard is a checker's part by keyboard alone: from the queue to the
// release of a request, by Tab, Enter and Space, and by the single keys that
// make it quick. No mouse is moved.
func TestKeyboard(t *testing.T) {
	p := StartDemo(t)
	b := StartBrowser(t)
	var k *typist
	for _, c := range []struct {
		who  string
		keys bool
	}{{"checker1", true}, {"checker2", false}} {
		k = &typist{b.SignsIn(p, c.who, How{}), t, ""}
		k.opens("Queue", "/queue")
		if strings.Contains(k.Text("main"), sampleWaiting) { // nobody has begun it yet
			k.opens(sampleWaiting, "")
		} else {
			k.Go("/queue?queue=all")
			k.opens(sampleWaiting, "")
		}
		k.at = k.Path()
		k.opens("output/describe/table1.csv", "")
		if c.keys {
			k.reviewsByKeys()
		} else {
			k.reviewsByTab()
		}
	}
	k.opens("Approve the release…", k.at+"/approve")
	k.opens("Approve 3 files for release", k.at)
	k.Sees("Approved")
}

const sampleWaiting = "Table 1 and vaccination after declining"

// typist is somebody without a mouse.
type typist struct {
	*Tab
	t  *testing.T
	at string // the request
}

// focused is what has the focus.
func (k *typist) focused() string {
	k.t.Helper()
	var name string
	k.Eval(`document.activeElement === document.body ? '' : name(document.activeElement)`, &name)
	return name
}

// reaches presses Tab until something with this name has the focus, which must
// be seen to have it.
func (k *typist) reaches(name string) {
	k.t.Helper()
	for range 150 {
		if k.focused() == name {
			var ring bool
			k.Eval(`(s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2)(getComputedStyle(document.activeElement))`, &ring)
			if !ring {
				k.t.Errorf("%s: the focus on “%s” cannot be seen", k.Path(), name)
			}
			return
		}
		k.Keys(kb.Tab)
	}
	k.fatal("reach “"+name+"” by Tab", errNotYet)
}

// opens goes to a link or button by Tab, and presses Enter.
func (k *typist) opens(name, path string) {
	k.t.Helper()
	k.reaches(name)
	k.leaves("press Enter on “"+name+"”", func() { k.Keys(kb.Enter) })
	if path != "" {
		k.At(path)
	}
}

// pressed waits until the vote is cast.
func (k *typist) pressed(name string) {
	k.t.Helper()
	k.isTrue("have voted", "button('', "+quote(name)+").getAttribute('aria-pressed') === 'true'")
}

// reviewsByTab votes on each file by Tab, Space and Enter.
func (k *typist) reviewsByTab() {
	k.t.Helper()
	for _, path := range []string{"output/describe/table1.csv", "output/report/table1.html", "output/figures/declined_then_accepted.png"} {
		k.Go(k.at)
		k.opens(path, "")
		k.SeesIn("main h2.mono", path)
		k.reaches("Approve")
		k.leaves("press Space on Approve", func() { k.Keys(" ") })
		k.pressed("Approve")
	}
	k.reaches("Submit my review")
	k.leaves("submit", func() { k.Keys(kb.Enter) })
	k.Go(k.at)
	k.Sees("My review is in")
}

// reviewsByKeys votes on each file by the single keys.
func (k *typist) reviewsByKeys() {
	k.t.Helper()
	files := []string{"output/describe/table1.csv", "output/report/table1.html", "output/figures/declined_then_accepted.png"}
	k.Keys("?")
	k.isTrue("the keys are shown", "document.querySelector('dialog[open]') !== null")
	k.Keys(kb.Escape)
	k.isTrue("the keys are gone", "document.querySelector('dialog[open]') === null")
	first := k.Text("#file-name")
	k.Keys("j")
	k.isTrue("be at the next file", "text('#file-name') !== "+quote(first))
	k.Keys("k")
	k.isTrue("be back", "text('#file-name') === "+quote(first))
	k.Keys("c")
	k.pressed("Request changes")
	k.isTrue("be asked why", "document.activeElement.matches('textarea')")
	k.Keys("abc a c n") // words, not keys
	k.pressed("Request changes")
	k.Keys(kb.Escape)
	k.Eval("(document.activeElement.blur(), true)", new(bool))
	k.Keys("a")
	k.pressed("Approve")
	for range files[1:] {
		before := k.Text("#file-name")
		k.Keys("n")
		k.isTrue("be at the next file without a vote", "text('#file-name') !== "+quote(before))
		k.Keys("a")
		k.pressed("Approve")
	}
	k.Keys("s")
	if got := k.focused(); got != "Submit my review" {
		k.t.Errorf("the key s leads to %q, want to the button for the review", got)
	}
	k.leaves("submit", func() { k.Keys(kb.Enter) })
	k.Go(k.at)
	k.Sees("My review is in")
}
