// Panes that are made wider and narrower: by dragging, by the arrow keys, and
// back by a double click. Widths are kept for this browser.
const root = document.documentElement;
const step = 16;

const pane = (bar) => document.getElementById(bar.getAttribute("aria-controls"));

function say(bar) {
  const width = Math.round(pane(bar).getBoundingClientRect().width);
  bar.setAttribute("aria-valuenow", String(Math.min(Math.max(width, Number(bar.ariaValueMin)), Number(bar.ariaValueMax))));
  bar.setAttribute("aria-valuetext", width + " pixels");
}

function set(bar, width) {
  const name = bar.dataset.pane;
  const most = Math.min(Number(bar.ariaValueMax), innerWidth * 0.4);
  const to = Math.round(Math.min(Math.max(width, Number(bar.ariaValueMin)), most));
  root.style.setProperty("--" + name, to + "px");
  say(bar);
  try {
    localStorage.setItem("pane-" + name, String(to));
  } catch {
    // It holds for this page.
  }
}

function reset(bar) {
  root.style.removeProperty("--" + bar.dataset.pane);
  say(bar);
  try {
    localStorage.removeItem("pane-" + bar.dataset.pane);
  } catch {
    // It was not kept.
  }
}

const bar = (event) => event.target.closest?.("[role=separator][data-pane]");

addEventListener("pointerdown", (event) => {
  const b = bar(event);
  if (!b || event.button !== 0) return;
  event.preventDefault();
  b.focus();
  b.setPointerCapture(event.pointerId);
  const from = event.clientX;
  const width = pane(b).getBoundingClientRect().width;
  const move = (e) => set(b, width + (e.clientX - from) * Number(b.dataset.grows));
  b.addEventListener("pointermove", move);
  b.addEventListener("lostpointercapture", () => b.removeEventListener("pointermove", move), { once: true });
});

addEventListener("dblclick", (event) => {
  const b = bar(event);
  if (b) reset(b);
});

addEventListener("keydown", (event) => {
  const b = bar(event);
  if (!b || event.ctrlKey || event.metaKey || event.altKey) return;
  const width = pane(b).getBoundingClientRect().width;
  const to = {
    ArrowLeft: width - step * Number(b.dataset.grows), ArrowRight: width + step * Number(b.dataset.grows),
    Home: Number(b.ariaValueMin), End: Number(b.ariaValueMax),
  }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  set(b, to);
});

const measure = () => document.querySelectorAll("[role=separator][data-pane]").forEach(say);
addEventListener("resize", measure);
document.addEventListener("htmx:afterSettle", measure);
measure();
