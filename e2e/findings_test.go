package e2e

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// answersFindings says one thing to all findings of a request that wait for an
// answer, and goes back to the request.
func (tab *Tab) answersFindings(at, words string) {
	tab.t.Helper()
	tab.Go(at + "/findings?show=open")
	for tab.Count("[data-all], #groups input[name=finding]") > 0 {
		box := "[...document.querySelectorAll('[data-all], #groups input[name=finding]')].find(e => !e.checked)"
		tab.click("choose findings", box, 1)
		tab.Fill("Why they can stay", words)
		tab.Press("Answer the chosen findings")
		tab.Go(at + "/findings?show=open")
	}
	tab.Sees("No finding waits for an answer")
	tab.Go(at)
}

// approves votes for a file that is shown, in words where it has high findings.
func (tab *Tab) approves() {
	tab.t.Helper()
	if tab.Count("#over-findings") > 0 {
		tab.FillThe("#over-findings", "Rounded, and published before.")
	}
	tab.Press("Approve")
	tab.isTrue("have voted", "button('', 'Approve').getAttribute('aria-pressed') === 'true'")
}

// TestFindings: the author is stopped by findings, sees them in their cells,
// answers several with one answer, and submits; the checker goes to them and
// approves in words.
func TestFindings(t *testing.T) {
	p := StartDemo(t)
	b := StartBrowser(t)
	for _, c := range []struct {
		name, path string
		how        How
	}{
		{"with scripts", ratesBySex, How{}},
		{"without scripts", ratesByAge, How{NoScripts: true, Width: 390, Height: 844}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := findings{b: b.with(t), p: p, how: c.how, path: c.path}
			f.isStopped()
			f.answers()
			f.isApproved()
		})
	}
}

// findings is how a request with findings goes.
type findings struct {
	b        *Browser
	p        *Program
	how      How
	path, at string
	author   *Tab
}

func (f *findings) isStopped() {
	a := f.b.SignsIn(f.p, "researcher1", f.how)
	f.author, f.at = a, asksFor(a, f.path)
	a.Sees("Answer", "findings of the disclosure checks")
	a.isTrue("not be able to submit, and read why", "document.querySelector('#acts .act button[disabled] + .why').textContent.includes('finding')")
	f.how.looks(a)
	a.Press(f.path)
	a.isTrue("see marked cells", "document.querySelectorAll('td.found.high .flag').length > 3")
	a.PressThe("td.found.high .flag")
	a.isTrue("see the finding", "document.querySelector('#found').textContent.includes('High')")
	a.isTrue("see its cell", "document.querySelector('td.found.now') !== null")
	f.how.looks(a)
}

func (f *findings) answers() {
	a := f.author
	a.Go(f.at + "/findings")
	f.how.looks(a)
	a.click("choose all of a rule", "document.querySelector('[data-all]')", 1)
	a.Press("Answer the chosen findings") // without words
	a.Sees("The answer has no words")
	a.isTrue("keep what was chosen", "document.querySelector('[data-all]').checked")
	a.answersFindings(f.at, "Published by the office of statistics in the same form.")
	a.Press("Submit for review")
	a.Sees("With the output checkers")
}

func (f *findings) isApproved() {
	k := f.b.SignsIn(f.p, "checker1", f.how)
	k.Go(f.at)
	k.Press(f.path)
	if f.how.NoScripts {
		k.PressThe("td.found.high .flag")
		k.Press("Approve") // without words
		k.Sees("why")
		k.isTrue("not have voted", "button('', 'Approve').getAttribute('aria-pressed') === 'false'")
		k.approves()
		return
	}
	k.leaves("press f", func() { k.Keys("f") })
	k.isTrue("see the answer", "document.querySelector('#found').textContent.includes('Published by the office')")
	k.Keys("a")
	k.isTrue("write why", "document.activeElement.id === 'over-findings'")
	k.Keys("Known from elsewhere" + kb.Tab)
	k.leaves("approve", func() { k.Keys(kb.Enter) })
	k.isTrue("have voted", "button('', 'Approve').getAttribute('aria-pressed') === 'true'")
	f.how.looks(k)
	k.PressThe("#findings .title")
	k.Press("All of this finding")
	k.Sees("Published by the office", "Where it is")
	f.how.looks(k)
}

// asksFor makes a request for a file of the sample, described.
func asksFor(a *Tab, path string) string {
	a.t.Helper()
	a.Go(sampleFolder)
	a.Choose("Choose " + path)
	a.Select("Put them on", "a new request")
	a.Fill("Title, if it is a new request", "Findings")
	a.Fill("Group", "Rates")
	a.PressThe("#add-chosen")
	at := a.Path()
	a.Fill("Context", "Rates of long COVID.")
	a.Choose("Rounded to the nearest 5")
	a.Press("Save")
	a.Sees("Rates of long COVID.")
	a.isTrue("see the checks done", "!document.body.innerText.includes('Being checked')")
	a.Go(at)
	return at
}

// looks has axe look at a page, which takes scripts.
func (h How) looks(tab *Tab) {
	tab.t.Helper()
	if !h.NoScripts {
		tab.LooksRight()
	}
}
