// The review screen: from file to file, and votes, without a reload. The list,
// the place in it and the focus stay; the address follows.
import { say } from "./parts.js";

const screen = () => document.getElementById("review");
const within = (elt) => screen()?.contains(elt);
const current = () => document.querySelector('#side a[aria-current="page"]');

let busy = null; // what is on its way: the screen for a way to another file, or a form
let going = null; // the way to another file that is on its way
let waits = null; // where to go when that is done

function go(href, push) {
  if (!screen()) return;
  if (busy) {
    waits = going?.href === href ? null : { href, push };
    return;
  }
  going = { href, push };
  left = document.activeElement ? named(document.activeElement) : "";
  const list = document.getElementById("list");
  htmx.ajax("GET", href, { source: screen(), headers: { "Sallyport-Version": list.dataset.version } });
}

addEventListener("click", (event) => {
  const a = event.target.closest?.("#review a:is([data-file], [data-look])");
  if (!a || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(a.href, true);
});

// What a form asks to look at is an address, too.
addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("#review form[data-look]")) return;
  event.preventDefault();
  go(form.action + "?" + new URLSearchParams(new FormData(form)), true);
});

const here = () => location.pathname + location.search;

addEventListener("popstate", () => {
  if (screen() && here() !== screen().dataset.at) go(location.href, false);
});

// One at a time: a vote on a file that is leaving the screen is not cast.
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt } = event.detail;
  if (!within(elt)) return;
  if (busy) event.preventDefault();
  else busy = elt;
});

// choose marks the file in the list and keeps it in sight; where the focus was
// in the list, it follows.
function choose(path) {
  const focused = document.activeElement?.closest("#side a");
  for (const a of document.querySelectorAll("#side a")) {
    if (a.pathname === path) a.setAttribute("aria-current", "page");
    else a.removeAttribute("aria-current");
  }
  const file = current();
  file?.scrollIntoView({ block: "nearest" });
  if (focused) file?.focus({ preventScroll: true });
}

function arrived({ href, push }) {
  const to = new URL(href);
  if (push && to.pathname + to.search !== here()) history.pushState(null, "", href);
  if (screen()) screen().dataset.at = to.pathname + to.search;
  choose(to.pathname);
  const place = to.hash ? document.getElementById(to.hash.slice(1)) : null;
  place?.scrollIntoView({ block: "center" });
  if (document.activeElement !== document.body) return;
  const again = left ? [...document.querySelectorAll("#doc a, #doc summary, #doc button")].find((el) => named(el) === left) : null;
  (place?.querySelector("a") || again || document.getElementById("file-name"))?.focus({ preventScroll: true });
}

// What had the focus in what is replaced gets it again, if it is still there: a
// column by which one sorts, say.
const named = (el) => (el.closest("#doc") ? el.closest("[id]:not(#doc)")?.id + " " + (el.closest("th")?.cellIndex ?? el.textContent) : "");
let left = "";

function voted(form) {
  const bar = document.getElementById("vote");
  const said = document.querySelector("#comments textarea");
  if (form.dataset.voted === "request_changes" && bar?.dataset.say !== undefined && said) {
    said.closest("details")?.setAttribute("open", "");
    said.focus();
  } else if (form.dataset.voted && advances()) {
    const next = document.getElementById("not-voted");
    if (next) go(next.href, true);
  }
}

function advances() {
  try {
    return localStorage.getItem("advance") === "on";
  } catch {
    return false;
  }
}

document.addEventListener("htmx:afterRequest", (event) => {
  const { requestConfig: { elt }, successful } = event.detail;
  if (elt !== busy) return;
  const way = going;
  busy = going = null;
  if (way && successful) arrived(way);
  else if (way && !way.push) history.pushState(null, "", screen()?.dataset.at ?? location.href); // one stays here
  else if (!way) choose(location.pathname);
  if (!way && successful) voted(elt);
  const next = waits;
  waits = null;
  if (next && !busy) go(next.href, next.push);
});

// In the list the arrow keys go from link to link; at its ends that is said.
addEventListener("keydown", (event) => {
  const a = event.target.closest?.("#side a");
  if (!a || !["ArrowDown", "ArrowUp"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  const links = [...document.querySelectorAll("#side a")];
  const to = links[links.indexOf(a) + (event.key === "ArrowDown" ? 1 : -1)];
  event.preventDefault();
  if (to) to.focus();
  else say("There are no more files this way.");
});

if (screen()) {
  screen().dataset.at = here();
  current()?.scrollIntoView({ block: "nearest" });
}
