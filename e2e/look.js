// look.js: how the tests find things on a page, by what people see of them. It
// stands at the head of each expression that is evaluated in a page.
const plain = s => (s || '').replace(/\s+/g, ' ').trim();
const shown = e => e.getClientRects().length > 0 && e.checkVisibility({visibilityProperty: true});
const area = within => within ? document.querySelector(within) : document.body;
const all = (within, selector) => area(within) ? [...area(within).querySelectorAll(selector)].filter(shown) : [];
const text = within => area(within) ? plain(area(within).innerText) : '';
const says = (within, words) => text(within).toLowerCase().includes(plain(words).toLowerCase());
const name = e => plain(e.getAttribute('aria-label') || e.innerText);

// button is what can be pressed and has this name: a button, a link, a summary.
const button = (within, words) => all(within, 'button, a[href], summary').find(e => name(e) === words);

// field is the control whose label begins with these words.
const field = (within, words) => {
  const label = all(within, 'label').find(l => l.control && plain(l.innerText).startsWith(words));
  return label ? label.control : all(within, 'input, select, textarea').find(e => e.getAttribute('aria-label') === words);
};

// point is where to press an element: its middle, once nothing lies over it.
const point = e => {
  if (!e || e.disabled) return null;
  e.scrollIntoView({block: 'center', inline: 'nearest', behavior: 'instant'});
  const r = e.getClientRects()[0];
  if (!r) return null;
  const x = r.x + r.width / 2, y = r.y + r.height / 2;
  const top = document.elementFromPoint(x, y);
  return top && (e.contains(top) || top.contains(e)) ? {x, y} : null;
};

// leave marks the document, so that arrived can tell that another has come, or
// that the script has put something new into this one.
const leave = () => {
  const mark = window.leftBehind = {settled: false};
  document.addEventListener('htmx:afterSettle', () => { mark.settled = true; }, {once: true});
  return true;
};
const arrived = () => document.readyState === 'complete' && (!window.leftBehind || window.leftBehind.settled);
