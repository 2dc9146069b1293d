package e2e

import (
	"context"
	_ "embed" // how things are found on a page
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

//go:embed look.js
var lookJS string

// Tab is a tab of somebody's browser. What people do in it is done by mouse and
// keyboard; what they see is waited for.
type Tab struct {
	Person *Person

	t    T
	ctx  context.Context
	seen seen
}

// fatal ends the test with what the tab shows.
func (tab *Tab) fatal(what string, err error) {
	tab.t.Helper()
	var shown string
	const all = "document.activeElement.outerHTML.slice(0, 200) + ' has the focus\\n' + document.body.innerText"
	if e := tab.try(chromedp.Evaluate(all, &shown)); e != nil {
		shown = e.Error()
	}
	tab.t.Fatalf("%s: %s: %v\nat %s:\n%.3000s", tab.Person.Name, what, err, tab.Address(), shown)
}

// errNotYet says that something is not there, or not yet.
var errNotYet = errors.New("it is not there")

// eval evaluates an expression in the page, with what look.js offers.
func (tab *Tab) eval(expression string, result any) error {
	return tab.try(chromedp.Evaluate("(() => {"+lookJS+"\nreturn "+expression+"})()", result))
}

// Eval evaluates an expression in the page, as soon as that is possible.
func (tab *Tab) Eval(expression string, result any) {
	tab.t.Helper()
	tab.until(expression, func() error { return tab.eval(expression, result) })
}

// until waits for something, and fails with what the tab shows.
func (tab *Tab) until(what string, try func() error) {
	tab.t.Helper()
	if err := await(tab.t.Context(), func(context.Context) error { return try() }); err != nil {
		tab.fatal(what, err)
	}
}

// isTrue waits until an expression is true.
func (tab *Tab) isTrue(what, expression string) {
	tab.t.Helper()
	tab.until(what, func() error {
		var yes bool
		if err := tab.eval(expression, &yes); err != nil {
			return err
		}
		if !yes {
			return errNotYet
		}
		return nil
	})
}

// quote makes a text a literal of the script.
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a text can always be written
	}
	return string(b)
}

// Go opens an address of the program.
func (tab *Tab) Go(path string) {
	tab.t.Helper()
	tab.do("go to "+path, chromedp.Navigate(tab.Person.program.URL+path))
}

// Back goes back to the page before.
func (tab *Tab) Back() {
	tab.t.Helper()
	// Not by the browser's own command, which waits for a page that it may
	// only have to show again.
	tab.leaves("go back", func() {
		var gone bool
		tab.Eval("(history.back(), true)", &gone)
	})
}

// Address is the address of the page.
func (tab *Tab) Address() string {
	var at string
	if err := tab.try(chromedp.Location(&at)); err != nil {
		return err.Error()
	}
	return at
}

// Path is the path of the page.
func (tab *Tab) Path() string {
	u, err := url.Parse(tab.Address())
	if err != nil {
		return err.Error()
	}
	return u.Path
}

// At waits until the page has this path, and all of it is there.
func (tab *Tab) At(path string) {
	tab.t.Helper()
	tab.isTrue("be at "+path, "location.pathname === "+quote(path)+" && arrived()")
}

// Sees waits until the page shows all these words.
func (tab *Tab) Sees(words ...string) {
	tab.t.Helper()
	tab.SeesIn("", words...)
}

// SeesIn waits until a part of the page, named by a selector, shows these words.
func (tab *Tab) SeesIn(within string, words ...string) {
	tab.t.Helper()
	for _, w := range words {
		tab.isTrue("see “"+w+"”", "says("+quote(within)+", "+quote(w)+")")
	}
}

// SeesNot fails if the page shows any of these words. The page must be there.
func (tab *Tab) SeesNot(words ...string) {
	tab.t.Helper()
	for _, w := range words {
		var yes bool
		tab.Eval("says('', "+quote(w)+")", &yes)
		if yes {
			tab.fatal("see no “"+w+"”", errors.New("it is there"))
		}
	}
}

// Text is the text of a part of the page.
func (tab *Tab) Text(within string) string {
	tab.t.Helper()
	var text string
	tab.Eval("text("+quote(within)+")", &text)
	return text
}

// Count is how many elements of the page match a selector.
func (tab *Tab) Count(selector string) int {
	tab.t.Helper()
	var n int
	tab.Eval("document.querySelectorAll("+quote(selector)+").length", &n)
	return n
}

// Value is what stands in a field.
func (tab *Tab) Value(label string) string {
	tab.t.Helper()
	var value string
	tab.Eval("field('', "+quote(label)+").value", &value)
	return value
}

// Press presses the button, link or summary with this name, which leads to
// another page or changes this one.
func (tab *Tab) Press(name string) {
	tab.t.Helper()
	tab.PressIn("", name)
}

// PressIn presses a button in a part of the page.
func (tab *Tab) PressIn(within, name string) {
	tab.t.Helper()
	tab.leaves("press “"+name+"”", func() { tab.ClickIn(within, name) })
}

// PressThe presses what a selector names.
func (tab *Tab) PressThe(selector string) {
	tab.t.Helper()
	tab.leaves("press "+selector, func() {
		tab.click("press "+selector, "document.querySelector("+quote(selector)+")", 1)
	})
}

// leaves does something and waits until another page has come, or the script
// has changed this one.
func (tab *Tab) leaves(what string, do func()) {
	tab.t.Helper()
	var marked bool
	tab.Eval("leave()", &marked)
	do()
	tab.isTrue("another page after: "+what, "arrived()")
}

// Click presses something that leads nowhere: a summary, a download.
func (tab *Tab) Click(name string) {
	tab.t.Helper()
	tab.ClickIn("", name)
}

// ClickIn clicks in a part of the page.
func (tab *Tab) ClickIn(within, name string) {
	tab.t.Helper()
	tab.click("press “"+name+"”", "button("+quote(within)+", "+quote(name)+")", 1)
}

// DoubleClick presses a button twice, as fast as can be.
func (tab *Tab) DoubleClick(name string) {
	tab.t.Helper()
	tab.leaves("press “"+name+"” twice", func() { tab.click("press “"+name+"” twice", "button('', "+quote(name)+")", 2) })
}

// click moves the mouse to an element and presses it, once or twice.
func (tab *Tab) click(what, element string, times int64) {
	tab.t.Helper()
	var at *struct{ X, Y float64 }
	tab.until(what, func() error {
		if err := tab.eval("point("+element+")", &at); err != nil {
			return err
		}
		if at == nil {
			return errNotYet
		}
		return nil
	})
	var actions []chromedp.Action
	for n := int64(1); n <= times; n++ {
		for _, kind := range []input.MouseType{input.MousePressed, input.MouseReleased} {
			actions = append(actions, input.DispatchMouseEvent(kind, at.X, at.Y).WithButton(input.Left).WithClickCount(n))
		}
	}
	tab.do(what, actions...)
}

// Choose ticks a box, or chooses one of several.
func (tab *Tab) Choose(label string) {
	tab.t.Helper()
	tab.click("choose “"+label+"”", "field('', "+quote(label)+")", 1)
	tab.isTrue("have chosen “"+label+"”", "field('', "+quote(label)+").checked")
}

// ChooseFile ticks the box of a file of a workspace, whose label names what
// hides in its name.
func (tab *Tab) ChooseFile(path string) {
	tab.t.Helper()
	box := "[...document.querySelectorAll('input[name=path]')].find(e => e.value === " + quote(path) + ")"
	tab.click("choose "+path, box, 1)
	tab.isTrue("have chosen "+path, box+".checked")
}

// Select chooses an entry of a list by its words.
func (tab *Tab) Select(label, words string) {
	tab.t.Helper()
	tab.isTrue("choose “"+words+"”", fmt.Sprintf(`(() => {
		const list = field('', %s), entry = list && [...list.options].find(o => plain(o.text).startsWith(%s));
		if (!entry) return false;
		list.value = entry.value;
		list.dispatchEvent(new Event('change', {bubbles: true}));
		return true;
	})()`, quote(label), quote(words)))
}

// Fill writes a text into a field, in place of what stands there.
func (tab *Tab) Fill(label, words string) {
	tab.t.Helper()
	tab.fill("fill in “"+label+"”", "field('', "+quote(label)+")", words)
}

// FillIn fills in a field of a part of the page.
func (tab *Tab) FillIn(within, label, words string) {
	tab.t.Helper()
	tab.fill("fill in “"+label+"”", "field("+quote(within)+", "+quote(label)+")", words)
}

// FillThe fills in the field that a selector names.
func (tab *Tab) FillThe(selector, words string) {
	tab.t.Helper()
	tab.fill("fill in "+selector, "document.querySelector("+quote(selector)+")", words)
}

func (tab *Tab) fill(what, element, words string) {
	tab.t.Helper()
	tab.isTrue(what, "(e => Boolean(e && shown(e)) && (e.focus(), e.select(), document.activeElement === e))("+element+")")
	if words == "" {
		tab.Keys(kb.Delete)
		return
	}
	tab.do(what, input.InsertText(words))
}

// Keys presses keys, one after the other.
func (tab *Tab) Keys(keys string) {
	tab.t.Helper()
	tab.do("press keys", chromedp.KeyEvent(keys))
}

// HTML is the page as it stands.
func (tab *Tab) HTML() string {
	tab.t.Helper()
	var html string
	tab.Eval("document.documentElement.outerHTML", &html)
	return html
}

// Links are the paths of the program that the page leads to.
func (tab *Tab) Links() []string {
	tab.t.Helper()
	var links []string
	tab.Eval(`[...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href')).filter(h => h.startsWith('/'))`, &links)
	return links
}

// Picture is what the window shows, as a PNG. Times and ids, which differ from
// day to day, are replaced.
func (tab *Tab) Picture() []byte {
	tab.t.Helper()
	var done bool
	tab.Eval("steady()", &done)
	var png []byte
	tab.do("take a picture", chromedp.ActionFunc(func(ctx context.Context) (err error) {
		png, err = page.CaptureScreenshot().WithFormat(page.CaptureScreenshotFormatPng).WithOptimizeForSpeed(false).Do(ctx)
		return err
	}))
	return png
}

// Wider is by how many pixels the page is wider than the window, and why.
func (tab *Tab) Wider() string {
	tab.t.Helper()
	var over []string
	tab.Eval(`(() => {
		const root = document.documentElement;
		if (root.scrollWidth <= root.clientWidth) return [];
		return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > root.clientWidth + 0.5)
			.slice(0, 5).map(e => e.outerHTML.slice(0, 120)).concat([root.scrollWidth + ' > ' + root.clientWidth]);
	})()`, &over)
	return strings.Join(over, "\n")
}
