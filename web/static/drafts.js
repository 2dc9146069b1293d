// Keeps what is typed in a form over a reload or a way to another page: in this
// tab alone, for this person alone, until it is sent or they sign out.
const person = encodeURIComponent(document.body.dataset.person || "");
const longest = 200 * 1000;
const begins = "draft ";
const nameOf = (form) => [begins.trim(), person, form.getAttribute("action"), form.id].join(" ");

const ours = (form) => person && form instanceof HTMLFormElement && form.method === "post" && form.id;
// What is chosen in a workspace is kept by choose.js, over all its folders.
const fields = (form) => [...form.elements].filter((f) => f.name && !(form.dataset.chooser && f.name === "path") && !["hidden", "submit", "button", "password", "fieldset"].includes(f.type));

function changed(f) {
  if (f.type === "checkbox" || f.type === "radio") return f.checked !== f.defaultChecked;
  if (f.options) return [...f.options].some((o) => o.selected !== o.defaultSelected) && f.value !== f.options[0]?.value;
  return f.value !== f.defaultValue;
}

const typed = (f) => f.matches("textarea, input[type=text], input[type=search], input:not([type])");
const lost = new Set(); // forms with words that could not be kept

function keep(form) {
  const different = fields(form).filter(changed);
  const name = nameOf(form);
  lost.delete(form);
  try {
    if (!different.length) return sessionStorage.removeItem(name);
    const kept = JSON.stringify(different.map((f) => [f.name, f.value, f.checked === true]));
    if (kept.length > longest) throw new RangeError("too long to be kept");
    sessionStorage.setItem(name, kept);
  } catch {
    if (different.some(typed)) lost.add(form);
  }
}

function put(form, kept) {
  for (const [name, value, checked] of kept) {
    const f = fields(form).find((x) => x.name === name && (!["checkbox", "radio"].includes(x.type) || x.value === value));
    if (!f || changed(f)) continue;
    if (f.type === "checkbox" || f.type === "radio") f.checked = checked;
    else f.value = value;
    if (typed(f)) for (let d = f.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
  }
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

function restore() {
  if (!person) return;
  for (const form of document.querySelectorAll("form[method=post][id]")) {
    if (form.dataset.kept !== undefined) continue;
    form.dataset.kept = "";
    if (form.querySelector(".wrong")) continue; // the server put there what was typed
    try {
      const kept = sessionStorage.getItem(nameOf(form));
      if (kept) put(form, JSON.parse(kept));
    } catch {
      // What was kept cannot be read: the form stays as it came.
    }
  }
}

// forget drops what was kept: of others always, of this person if which says.
function forget(which) {
  try {
    for (const name of Object.keys(sessionStorage)) {
      if (name.startsWith(begins) && which(name)) sessionStorage.removeItem(name);
    }
  } catch {
    // Nothing was kept.
  }
}

for (const type of ["input", "change"]) {
  addEventListener(type, (event) => {
    if (ours(event.target.form)) keep(event.target.form);
  });
}

// A form that is sent: with its answer what was kept goes. A form that is sent
// by the browser is marked, and forgotten on the page that answers it.
const mark = "sent drafts";
addEventListener("submit", (event) => {
  const form = event.target;
  lost.delete(form);
  if (form.getAttribute("action") === "/logout") forget(() => true);
  if (!ours(form) || event.defaultPrevented) return;
  try {
    if (sessionStorage.getItem(nameOf(form))) sessionStorage.setItem(mark, nameOf(form));
  } catch {
    // Nothing was kept.
  }
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const form = event.detail.requestConfig.elt;
  if (ours(form) && event.detail.xhr.status < 400) forget((name) => name === nameOf(form));
});

addEventListener("beforeunload", (event) => {
  for (const form of lost) if (form.isConnected) event.preventDefault();
});

if (person) forget((name) => name.split(" ")[1] !== person);
else if (location.pathname === "/signed-out") forget(() => true);
try {
  const sent = sessionStorage.getItem(mark);
  if (sent && performance.getEntriesByType("navigation")[0]?.type === "navigate") {
    sessionStorage.removeItem(sent);
    sessionStorage.removeItem(mark);
  }
} catch {
  // Nothing was kept.
}
document.addEventListener("htmx:afterSettle", restore);
restore();
