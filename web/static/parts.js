// Parts of pages that the server sends: one act at a time, what to say if no
// answer comes, and which polls are worth asking for.

const idle = 10 * 60 * 1000; // after so long without a person, nothing is polled
let touched = Date.now();
for (const type of ["pointerdown", "keydown", "wheel", "pointermove"]) {
  addEventListener(type, () => { touched = Date.now(); }, { passive: true, capture: true });
}

// say tells readers of the screen what happened, without interrupting them.
export function say(words) {
  const said = document.getElementById("said");
  if (said) said.textContent = words;
}

// tell shows one of the page's own messages, until it is closed or something
// works again.
export function tell(id) {
  const told = document.getElementById("told");
  const words = document.getElementById(id);
  if (told && words) told.replaceChildren(words.content.cloneNode(true));
}

const quiet = () => document.getElementById("told")?.replaceChildren();

// A form that is on its way is not sent again: its buttons stay where they are,
// with the focus, and say that something is under way.
const patience = 30 * 1000;

function begin(form, button) {
  form.setAttribute("aria-busy", "true");
  button?.setAttribute("data-busy", "");
  form.dataset.since = String(Date.now());
}

function end(form) {
  form.removeAttribute("aria-busy");
  delete form.dataset.since;
  for (const b of form.querySelectorAll("[data-busy]")) b.removeAttribute("data-busy");
}

const underway = (form) => Date.now() - Number(form.dataset.since || 0) < patience;

addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "post" && underway(form)) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, true);

addEventListener("submit", (event) => {
  if (event.target.method === "post" && !event.defaultPrevented) begin(event.target, event.submitter);
});

addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[aria-busy]")) end(form);
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, requestConfig } = event.detail;
  const poll = elt.matches("[data-poll]");
  if (poll && (document.hidden || Date.now() - touched > idle)) {
    event.preventDefault();
  } else if (elt.matches("form")) {
    begin(elt, requestConfig.triggeringEvent?.submitter);
  }
});

// What does not come from us, such as a proxy's page, is shown nowhere.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (!xhr.getResponseHeader("X-Request-Id")) {
    event.detail.shouldSwap = false;
    if (!requestConfig.elt.matches("[data-poll]")) tell("away");
  } else if (xhr.status < 400) {
    quiet();
  }
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { elt } = event.detail.requestConfig;
  if (elt.matches("form")) end(elt);
});

for (const type of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(type, (event) => {
    if (!event.detail.requestConfig.elt.matches("[data-poll]")) tell("away");
  });
}

// Where the focus was in what is replaced, it stays at the same form or, if that
// is gone, in the same section.
let place = "";
document.addEventListener("htmx:beforeRequest", (event) => {
  place = event.detail.elt.closest("section[id], aside[id], .head[id]")?.id ?? "";
});
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt } = event.detail.requestConfig;
  if (elt.isConnected || document.activeElement !== document.body || !elt.matches("form")) return;
  const button = elt.id && document.getElementById(elt.id)?.querySelector("button");
  const section = document.getElementById(place);
  if (button) button.focus({ preventScroll: true });
  if (section && document.activeElement === document.body) {
    if (!section.hasAttribute("tabindex")) section.tabIndex = -1;
    section.focus({ preventScroll: true });
  }
});

// A list that was unfolded stays so.
document.addEventListener("htmx:partialBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  const words = (d) => d.querySelector("summary")?.textContent;
  for (const open of target.querySelectorAll("details[open]:not(:has(form))")) {
    for (const d of fragment.querySelectorAll("details")) if (words(d) === words(open)) d.open = true;
  }
});

// What is replaced while one reads stays scrolled as it was, and a link in it
// that had the focus has it again.
let read = [];
document.addEventListener("htmx:partialBeforeSwap", (event) => {
  const { target } = event.detail;
  const active = document.activeElement;
  read.push({
    id: target.id,
    scrolled: [...target.querySelectorAll(".scroll")].map((s) => [s.scrollLeft, s.scrollTop]),
    href: target.contains(active) && active.matches("a[href]") ? active.getAttribute("href") : null,
  });
});
document.addEventListener("htmx:afterRequest", () => {
  for (const { id, scrolled, href } of read) {
    const part = document.getElementById(id);
    part?.querySelectorAll(".scroll").forEach((s, i) => scrolled[i] && s.scrollTo({ left: scrolled[i][0], top: scrolled[i][1], behavior: "instant" }));
    if (!href || document.activeElement !== document.body) continue;
    [...(part?.querySelectorAll("a[href]") ?? [])].find((a) => a.getAttribute("href") === href)?.focus({ preventScroll: true });
  }
  read = [];
});

// A refusal that is shown where it happened takes the focus there.
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.xhr.status < 400) return;
  const field = document.querySelector("main .wrong")?.closest("form")?.querySelector("textarea, input:not([type=hidden]), button");
  const problem = document.querySelector("main .problem");
  if (problem) {
    problem.tabIndex = -1;
    problem.focus();
  } else {
    field?.focus();
  }
});

addEventListener("click", (event) => {
  if (event.target.closest("[data-close-told]")) quiet();
});
