// The files of a folder: all at once, how many are chosen, and what is in the
// folders below, without leaving the page.
const boxes = (form) => [...form.querySelectorAll("input[type=checkbox][name=path]")];

function count(form) {
  const all = boxes(form);
  const n = all.filter((b) => b.checked).length;
  for (const whole of form.querySelectorAll("[data-choose-all]")) {
    whole.disabled = all.length === 0;
    whole.checked = n > 0 && n === all.length;
    whole.indeterminate = n > 0 && n < all.length;
  }
  for (const el of form.querySelectorAll("[data-chosen-none]")) {
    const { chosenNone, chosenOne, chosenMore } = el.dataset;
    const text = n === 0 ? chosenNone : n === 1 ? chosenOne : chosenMore.replace("#", n.toLocaleString("en-GB"));
    if (el.textContent !== text) el.textContent = text;
  }
}

let last = null; // the box that was ticked last, for ranges

addEventListener("click", (event) => {
  const box = event.target;
  if (!box.matches?.("input[type=checkbox][name=path]")) return;
  const all = boxes(box.form);
  if (event.shiftKey && last?.form === box.form) {
    const [a, b] = [all.indexOf(last), all.indexOf(box)].sort((x, y) => x - y);
    for (const other of all.slice(a, b + 1)) other.checked = box.checked;
  }
  last = box;
});

addEventListener("change", (event) => {
  const form = event.target.form ?? event.target;
  if (!(form instanceof HTMLFormElement) || !form.querySelector("[data-choose-all]")) return;
  if (event.target.matches("[data-choose-all]")) for (const b of boxes(form)) b.checked = event.target.checked;
  count(form);
});

const all = () => document.querySelectorAll("form:has([data-choose-all])").forEach(count);
document.addEventListener("htmx:afterSettle", all);
all();

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
  all();
});
