// Single keys. What a key does is the control that names it in data-key: the
// key presses it, or goes to it if it is a field or says data-focus. "g q" is
// g, then q. Keys can be turned off (WCAG 2.1.4), here or in the dialog.
import { say } from "./parts.js";

const root = document.documentElement;
const on = () => "keys" in root.dataset;

const typing = (el) => el.closest("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]");

function control(key) {
  if (key === "/") return document.querySelector("input[name=q]");
  return [...document.querySelectorAll("[data-key]")].find((el) => el.dataset.key === key && el.checkVisibility());
}

function press(el) {
  const why = el.getAttribute("aria-describedby");
  if (el.disabled) {
    say(why ? document.getElementById(why)?.textContent : "This cannot be done now.");
  } else if (el.matches("input, textarea, select, [data-focus]")) {
    el.focus();
    if (el.select && !el.value.includes("\n")) el.select();
  } else {
    el.click();
  }
}

let first = ""; // of a key of two
let forget = 0;

addEventListener("keydown", (event) => {
  if (!on() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key.length !== 1 || typing(event.target) || document.querySelector("dialog[open]")) return;
  const key = first + event.key;
  clearTimeout(forget);
  first = "";
  const el = control(key);
  if (el) {
    event.preventDefault();
    const again = event.repeat && !el.matches("a");
    if (!again) press(el);
  } else if (document.querySelector(`[data-key^="${CSS.escape(event.key)} "]`)) {
    first = event.key + " ";
    forget = setTimeout(() => { first = ""; }, 1500);
  }
});

// Assistive technology learns of a key only while it does something.
function name() {
  for (const el of document.querySelectorAll("[data-key]")) {
    if (on() && el.dataset.key.length === 1) el.setAttribute("aria-keyshortcuts", el.dataset.key);
    else el.removeAttribute("aria-keyshortcuts");
  }
}
document.addEventListener("htmx:afterSettle", name);
name();

// The dialog, and what it switches.
const dialog = document.getElementById("keys");
document.getElementById("keys-open")?.addEventListener("click", () => dialog?.showModal());
dialog?.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close(); // outside of it
});

function remember(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // It holds for this page.
  }
}

for (const box of document.querySelectorAll("[data-switch]")) {
  const what = box.dataset.switch;
  if (what === "keys") {
    box.checked = on();
  } else {
    try {
      box.checked = localStorage.getItem(what) === "on";
    } catch {
      box.checked = false;
    }
  }
  box.addEventListener("change", () => {
    remember(what, box.checked ? "on" : "off");
    if (what === "keys") {
      if (box.checked) root.dataset.keys = "";
      else delete root.dataset.keys;
      name();
    }
  });
}
