// look.js: how the tests find things on a page, by what people see of them. It
// stands at the head of each expression that is evaluated in a page.
const plain = s => (s || '').replace(/\s+/g, ' ').trim();
const shown = e => e.getClientRects().length > 0 && e.checkVisibility({visibilityProperty: true});
const area = within => within ? document.querySelector(within) : document.body;
const all = (within, selector) => area(within) ? [...area(within).querySelectorAll(selector)].filter(shown) : [];
const text = within => area(within) ? plain(area(within).innerText) : '';
const says = (within, words) => text(within).toLowerCase().includes(plain(words).toLowerCase());

// name is what something is called for those who hear the page: its words,
// without those that only decorate it.
const name = e => {
  const texts = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
  let words = '';
  for (let n = texts.nextNode(); n; n = texts.nextNode()) {
    if (!n.parentElement.closest('[aria-hidden=true]') && n.parentElement.checkVisibility()) words += n.data;
  }
  return plain(e.getAttribute('aria-label') || words);
};

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

// leave marks the document, so that arrived can tell that another has come, that
// the script has put something new into this one, or that one came back to it.
const leave = () => {
  const mark = window.leftBehind = {settled: false};
  document.addEventListener('htmx:afterSettle', () => { mark.settled = true; }, {once: true});
  addEventListener('pageshow', event => { mark.settled ||= event.persisted; });
  return true;
};
const arrived = () => document.readyState === 'complete' && (!window.leftBehind || window.leftBehind.settled);

// steady replaces what is new at each start: times, ids and the hashes of
// entries, which have times in them.
const steady = () => {
  const words = [
    [/\b[0-9A-HJKMNP-TV-Z]{26}\b/g, '01K6T8Z3Q4V5W6X7Y8Z9A0B1C2'],
    [/\b(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day \d+ \w+ \d{4} \d\d:\d\d UTC/g, 'Monday 5 October 2026 11:30 UTC'],
    [/\b(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day \d\d:\d\d/g, 'Monday 11:30'],
    [/\b[0-9a-f]{12}…/g, '7c3daebff7e4…'],
    [/HeadlessChrome\/\d+/g, 'Chrome/140'],
  ];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n = texts.nextNode(); n; n = texts.nextNode()) {
    if (n.parentElement.closest('.content')) continue;
    let text = n.parentElement.closest('time') ? '5 minutes ago' : n.data;
    for (const [what, by] of words) text = text.replace(what, by);
    if (text !== n.data) n.data = text;
  }
  document.activeElement.blur();
  return true;
};
