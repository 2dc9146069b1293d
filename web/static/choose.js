// The files of a workspace that are chosen: in this tab, for this person, over
// all folders and pages and over a look at a file, until they are added or
// nothing is chosen any more. And what is in the folders below, without
// leaving the page.
const person = encodeURIComponent(document.body.dataset.person || "");
const begins = "chosen ";
const most = 1000; // that one act adds
const chooser = () => document.querySelector("form[data-chooser]");
const nameOf = (form) => begins + person + " " + form.dataset.chooser;
const boxes = (form) => [...form.querySelectorAll("td.tick input[type=checkbox]")];
const listed = (form) => [...form.querySelectorAll("input[data-listed]")];

let chosen = new Map(); // paths, and their bytes

function load(form) {
  try {
    return new Map(JSON.parse(sessionStorage.getItem(nameOf(form))) ?? []);
  } catch {
    return new Map(); // what was kept cannot be read
  }
}

function keep(form) {
  try {
    if (chosen.size) sessionStorage.setItem(nameOf(form), JSON.stringify([...chosen]));
    else sessionStorage.removeItem(nameOf(form));
  } catch {
    // It lasts as long as the page.
  }
}

const number = (n) => n.toLocaleString("en-GB");

function size(bytes) {
  const short = (n) => n.toFixed(1).replace(/\.0$/, "");
  if (bytes >= 1 << 20) return short(bytes / (1 << 20)) + " MiB";
  if (bytes >= 1 << 10) return short(bytes / (1 << 10)) + " KiB";
  return bytes === 1 ? "1 byte" : bytes + " bytes";
}

function sentence() {
  if (!chosen.size) return "No file is chosen";
  const folders = new Set([...chosen.keys()].map((p) => p.slice(0, Math.max(p.lastIndexOf("/"), 0)))).size;
  const bytes = [...chosen.values()].reduce((a, b) => a + Math.max(b, 0), 0);
  const more = chosen.size > most ? ` – at most ${number(most)} are added at once` : "";
  return `${number(chosen.size)} chosen in ${number(folders)} ${folders === 1 ? "folder" : "folders"}, ${size(bytes)}${more}`;
}

function put(el, text) {
  if (el.textContent !== text) el.textContent = text;
}

// show makes the page say what is chosen.
function show(form) {
  const all = boxes(form);
  for (const b of [...all, ...listed(form)]) b.checked = chosen.has(b.value);
  const n = all.filter((b) => b.checked).length;
  for (const whole of form.querySelectorAll("[data-choose-all]")) {
    whole.disabled = all.length === 0;
    whole.checked = n > 0 && n === all.length;
    whole.indeterminate = n > 0 && n < all.length;
  }
  for (const el of form.querySelectorAll("[data-chosen-none]")) {
    const { chosenNone, chosenOne, chosenMore } = el.dataset;
    put(el, chosen.size === 0 ? chosenNone : chosen.size === 1 ? chosenOne : chosenMore.replace("#", number(chosen.size)));
  }
  for (const el of form.querySelectorAll("[data-chosen-sentence]")) put(el, sentence());
  form.querySelector("#chosen")?.toggleAttribute("data-none", chosen.size === 0);
}

function choose(box, yes) {
  if (yes) chosen.set(box.value, Number(box.dataset.bytes) || 0);
  else chosen.delete(box.value);
}

// look asks the server what of the chosen can still be requested, and lists it.
function look(form, act = "look") {
  if (act === "all") form.dataset.asked = act;
  const values = { act, form: "add", back: form.elements.back?.value ?? "", path: [...chosen.keys()] };
  return htmx.ajax("POST", form.getAttribute("action"), { source: form.querySelector("#chosen"), values });
}

let wait;
function lookSoon(form) {
  clearTimeout(wait);
  if (form.querySelector(".chosen-files")?.open) wait = setTimeout(() => look(form), 400);
}

// restore puts on the page what was chosen before; what the server answered
// with is newer.
function restore() {
  const form = chooser();
  if (!form || !person) return;
  if (form.dataset.answered !== undefined && form.dataset.restored === undefined) {
    chosen = new Map();
    for (const b of [...boxes(form), ...listed(form)]) if (b.checked) choose(b, true);
    keep(form);
  } else {
    chosen = load(form);
    if (chosen.size && form.dataset.restored === undefined) look(form);
  }
  form.dataset.restored = "";
  show(form);
}

let last = null; // the box that was ticked last, for ranges

addEventListener("click", (event) => {
  const box = event.target;
  if (!box.matches?.("td.tick input[type=checkbox]")) return;
  const all = boxes(box.form);
  if (event.shiftKey && last?.form === box.form) {
    const [a, b] = [all.indexOf(last), all.indexOf(box)].sort((x, y) => x - y);
    for (const other of all.slice(a, b + 1)) {
      if (!other.closest("tr").hidden) choose(other, box.checked);
    }
  }
  last = box;
});

addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form?.dataset.chooser) return;
  if (event.target.matches("[data-choose-all]")) for (const b of boxes(form)) choose(b, event.target.checked);
  else if (event.target.matches("td.tick input, input[data-listed]")) choose(event.target, event.target.checked);
  else return;
  keep(form);
  show(form);
  if (!event.target.matches("[data-listed]")) lookSoon(form);
  if (event.target.matches("[data-choose-all]")) count(form);
});

// count asks how many files there are in all, once somebody may want them.
function count(form) {
  const button = form.querySelector("[data-choose-below]:not([data-counted])");
  if (!button) return;
  button.dataset.counted = "";
  htmx.ajax("GET", button.dataset.chooseBelow, { source: button, headers: { "Sallyport-Part": "count" } });
}

for (const type of ["pointerover", "focusin"]) {
  addEventListener(type, (event) => {
    const button = event.target.closest?.("[data-choose-below]");
    if (button) count(button.form);
  });
}

addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-choose-below], [data-choose-none]");
  const form = button?.form;
  if (!form) return;
  event.preventDefault();
  if (button.matches("[data-choose-below]")) return void look(form, "all");
  chosen.clear();
  keep(form);
  show(form);
  look(form);
});

addEventListener("click", (event) => {
  const list = event.target.closest?.(".chosen-files > summary")?.parentElement;
  if (!list || list.open) return;
  list.open = true;
  event.preventDefault();
  look(list.closest("form"));
});

// What the server lists is what is chosen: what is gone is not.
document.addEventListener("htmx:afterSettle", () => {
  const form = chooser();
  const fresh = form?.querySelector("#chosen .chosen-files:not([data-fresh])");
  if (!fresh) return;
  fresh.dataset.fresh = "";
  for (const el of form.querySelectorAll("#chosen [data-gone]")) chosen.delete(el.dataset.gone);
  for (const b of listed(form)) if (form.dataset.asked === "all" || chosen.has(b.value)) choose(b, true);
  delete form.dataset.asked;
  keep(form);
  fresh.open = form.dataset.open !== undefined;
  if (form.dataset.focus !== undefined) fresh.querySelector("summary").focus({ preventScroll: true });
  show(form);
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const place = event.detail.requestConfig?.elt;
  const form = place?.closest?.("form[data-chooser]");
  if (place?.id !== "chosen" || !form) return;
  form.toggleAttribute("data-open", Boolean(form.querySelector(".chosen-files")?.open));
  form.toggleAttribute("data-focus", place.contains(document.activeElement));
});

// What is sent is what is chosen, wherever it stands.
addEventListener("formdata", (event) => {
  if (!event.target.dataset.chooser) return;
  event.formData.delete("path");
  for (const path of chosen.keys()) event.formData.append("path", path);
});

const mark = "sent chosen";
addEventListener("submit", (event) => {
  const form = event.target;
  if (form.getAttribute("action") === "/logout") forget(() => true);
  if (!form.dataset.chooser || event.defaultPrevented || event.submitter?.value) return;
  try {
    sessionStorage.setItem(mark, nameOf(form));
  } catch {
    // Nothing is kept.
  }
});

function forget(which) {
  try {
    for (const name of Object.keys(sessionStorage)) if (name.startsWith(begins) && which(name)) sessionStorage.removeItem(name);
  } catch {
    // Nothing was kept.
  }
}

// The page of a request answers what was added.
try {
  const sent = sessionStorage.getItem(mark);
  sessionStorage.removeItem(mark);
  if (sent && location.pathname.startsWith("/requests/")) sessionStorage.removeItem(sent);
} catch {
  // Nothing was kept.
}
if (person) forget((name) => !name.startsWith(begins + person + " "));
else if (location.pathname === "/signed-out") forget(() => true);

restore();
addEventListener("pageshow", (event) => {
  if (event.persisted) restore();
});

const below = (id) => [...document.querySelectorAll(`tr[data-under="${CSS.escape(id)}"]`)];

function fold(button, open) {
  const row = button.closest("tr");
  button.setAttribute("aria-expanded", String(open));
  for (const r of below(row.id)) {
    r.hidden = !open;
    const inner = r.querySelector("[data-unfold]");
    if (!open && inner) fold(inner, false);
  }
}

addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-unfold]");
  if (!button) return;
  const row = button.closest("tr");
  if (row.dataset.read !== undefined) {
    fold(button, button.getAttribute("aria-expanded") !== "true");
  } else if (button.getAttribute("aria-busy") !== "true") {
    button.setAttribute("aria-busy", "true");
    htmx.ajax("GET", button.dataset.unfold, { source: button, headers: { "Sallyport-Part": "rows" } });
  }
});

document.addEventListener("htmx:afterRequest", (event) => {
  const button = event.detail.requestConfig.elt;
  if (!button.matches("[data-unfold]")) return;
  button.removeAttribute("aria-busy");
  if (!event.detail.successful) return;
  const row = button.closest("tr");
  const depth = Number(row.dataset.depth || 0) + 1;
  row.dataset.read = "";
  for (const r of below(row.id)) r.dataset.depth = String(Math.min(depth, 6));
  fold(button, true);
  restore();
});
