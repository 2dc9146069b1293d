package e2e

import "sync"

// shapes are the pages that were checked already: pages of two people whose
// elements are the same, but for their words and for how many rows there are,
// need not be checked twice.
type shapes struct {
	mu   sync.Mutex
	seen map[string]bool
}

func newShapes() *shapes { return &shapes{seen: map[string]bool{}} }

// shapeOf is the elements of a part of the page, with what they mean, each run
// of equal ones once.
const shapeOf = `(e => {
	const names = ['class', 'role', 'type', 'aria-label', 'aria-current', 'aria-pressed', 'tabindex', 'disabled', 'open', 'scope', 'alt'];
	const shape = e => {
		const inner = [];
		for (const c of e.children) { const s = shape(c); if (s !== inner.at(-1)) inner.push(s); }
		return e.tagName + names.filter(n => e.hasAttribute(n)).map(n => ' ' + n + (n === 'aria-label' || n === 'alt' ? '' : '=' + e.getAttribute(n))).join('') +
			(inner.length ? '(' + inner.join() + ')' : '');
	};
	return e ? shape(e) : '';
})`

// add reports whether there is something on the tab's page that was not checked
// yet, and notes it.
func (s *shapes) add(tab *Tab) bool {
	tab.t.Helper()
	var parts []string
	tab.Eval(`['header', 'main', 'footer'].map(n => `+shapeOf+`(document.querySelector('body > ' + n)))`, &parts)
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh := false
	for _, p := range parts {
		fresh = fresh || !s.seen[p]
		s.seen[p] = true
	}
	return fresh
}
