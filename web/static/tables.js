// Big tables: which rows are in sight, and the arrow keys among their numbers.

// The words beside the table follow what is scrolled to: "Rows 57–98 of 1,000".
const grouped = new Intl.NumberFormat("en-GB");

function follow(box) {
  const bar = box.parentElement?.querySelector(".window[data-of]");
  const rows = [...box.querySelectorAll(".grid tbody > tr:not(.more)")];
  if (!bar || rows.length === 0) return;
  const top = box.querySelector(".grid thead th")?.getBoundingClientRect().bottom ?? 0;
  const bottom = Math.min(box.getBoundingClientRect().bottom, innerHeight);
  const first = between(rows, (r) => r.getBoundingClientRect().bottom > top + 1);
  const last = between(rows, (r) => r.getBoundingClientRect().top >= bottom - 1) - 1;
  const from = Number(bar.dataset.from);
  const words = bar.querySelector("span");
  if (first > last || !words) return;
  const rangeOf = first === last ? "Row " + grouped.format(from + first) : "Rows " + grouped.format(from + first) + "–" + grouped.format(from + last);
  words.textContent = rangeOf + " of " + bar.dataset.of;
}

// between is the first of the rows, which stand below each other, of which
// something is so.
function between(rows, so) {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (so(rows[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}

let waiting = false;
function soon(box) {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    follow(box);
  });
}

const table = () => document.querySelector(".content:has(> .grid)");
addEventListener("scroll", () => { if (table()) soon(table()); }, { passive: true, capture: true });
addEventListener("resize", () => { if (table()) soon(table()); });

// Of the numbers of rows one is reached by Tab; the arrow keys lead to the
// others.
const numbers = () => [...document.querySelectorAll(".grid tbody .ln a")];

function rove() {
  const all = numbers();
  const chosen = all.find((a) => a === document.activeElement) ?? all.find((a) => a.closest(".marked")) ?? all[0];
  for (const a of all) a.tabIndex = a === chosen ? 0 : -1;
}

addEventListener("keydown", (event) => {
  const a = event.target.closest?.(".grid tbody .ln a");
  const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20 }[event.key];
  if (!a || !step || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const all = numbers();
  const to = all[Math.max(0, Math.min(all.length - 1, all.indexOf(a) + step))];
  a.tabIndex = -1;
  to.tabIndex = 0;
  to.focus({ preventScroll: true });
  to.closest("tr").scrollIntoView({ block: "nearest" });
});

function arrange() {
  rove();
  if (table()) follow(table());
}
document.addEventListener("htmx:afterSettle", arrange);
arrange();
