// The findings that are chosen for one answer: how many, all of a rule or of a
// file at once, and the same ones when the list is sent again.
const form = () => document.querySelector("form[data-answering]");
const boxes = (within) => [...within.querySelectorAll("input[name=finding][type=checkbox]")];
const number = (n) => n.toLocaleString("en-GB");

function count() {
  const all = form();
  const said = all?.querySelector("[data-chosen]");
  if (!said) return;
  const kept = all.querySelectorAll("input[name=finding][type=hidden]").length;
  const n = boxes(all).filter((b) => b.checked).length + kept;
  const whole = [...all.querySelectorAll("[data-all]:checked")].map((a) => a.closest("label").firstChild.nextSibling?.textContent.trim());
  const words = n || !whole.length ? `${number(n)} chosen` : whole.join(", ");
  if (said.textContent !== words) said.textContent = words;
}

addEventListener("change", (event) => {
  const box = event.target;
  if (!form()?.contains(box) || box.type !== "checkbox") return;
  const section = box.closest("section");
  const whole = section?.querySelector("[data-all]");
  if (box === whole) {
    for (const b of boxes(section)) if (!b.closest("li").classList.contains("answered")) b.checked = box.checked;
  } else if (!box.checked && whole) {
    whole.checked = false;
  }
  count();
});

let chosen = null;
document.addEventListener("htmx:partialBeforeSwap", (event) => {
  const { target } = event.detail;
  if (target.id !== "groups") return;
  chosen = new Set([...target.querySelectorAll("input:checked")].map((b) => b.value));
});
document.addEventListener("htmx:afterSettle", () => {
  if (chosen) {
    for (const b of form()?.querySelectorAll("#groups input[type=checkbox]") ?? []) b.checked = b.checked || chosen.has(b.value);
    chosen = null;
  }
  count();
});
count();
