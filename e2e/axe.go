package e2e

import (
	_ "embed" // axe-core

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axeJS is axe-core; testdata/axe/ORIGIN.md says which.
//
//go:embed testdata/axe/axe.min.js
var axeJS string

// Axe runs the rules of axe-core over the page, all of them or those about
// colours, and returns what it finds.
func (tab *Tab) Axe(coloursOnly bool) []string {
	tab.t.Helper()
	options := `{iframes: false, resultTypes: ['violations']}`
	if coloursOnly {
		options = `{iframes: false, resultTypes: ['violations'], runOnly: {type: 'rule', values: ['color-contrast', 'link-in-text-block']}}`
	}
	var there bool
	tab.Eval("Boolean(window.axe)", &there)
	if !there {
		tab.do("bring axe", chromedp.Evaluate(axeJS+";true", nil))
	}
	run := `axe.run(document, ` + options + `).then(r => r.violations.map(v =>
		v.id + ' (' + v.help + '): ' + v.nodes.slice(0, 3).map(n => n.target + ' ' + n.html.slice(0, 160)).join(' | ')))`
	var found []string
	tab.do("run axe", chromedp.Evaluate(run, &found, func(p *runtime.EvaluateParams) *runtime.EvaluateParams {
		return p.WithAwaitPromise(true)
	}))
	return found
}

// LooksRight fails if axe finds something on the page, in a wide and in a
// narrow window, light and dark.
func (tab *Tab) LooksRight() {
	tab.t.Helper()
	for _, size := range []How{{Width: 390, Height: 844}, {Width: 1440, Height: 900}} {
		tab.Window(size.Width, size.Height)
		for _, dark := range []bool{true, false} {
			tab.Scheme(dark)
			for _, found := range tab.Axe(dark) {
				tab.t.Errorf("%s at %d×%d, dark %t: %s", tab.Path(), size.Width, size.Height, dark, found)
			}
		}
	}
}

// NothingWrong fails if the page does not look right, is wider than a telephone,
// or something went wrong on the way to it.
func (tab *Tab) NothingWrong() {
	tab.t.Helper()
	tab.LooksRight()
	tab.Fits()
	for _, wrong := range tab.Wrong() {
		tab.t.Errorf("%s: %s", tab.Path(), wrong)
	}
}

// Fits fails if the page is wider than a telephone.
func (tab *Tab) Fits() {
	tab.t.Helper()
	tab.Window(390, 844)
	if wider := tab.Wider(); wider != "" {
		tab.t.Errorf("%s is wider than 390 pixels:\n%s", tab.Path(), wider)
	}
	tab.Window(1440, 900)
}
