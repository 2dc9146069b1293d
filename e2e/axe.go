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
