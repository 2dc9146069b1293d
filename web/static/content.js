// What is shown of a file: logs begin at their end, and keys work again when one
// leaves a frame. A frame without scripts keeps the keys that are pressed while
// it has the focus, and tells nobody: so that it has it is said, the way back is
// a button before it, and a pointer that leaves it takes the keys along.
const contents = () => document.querySelector(".content");
const frame = () => document.querySelector(".content iframe");

function toEnd() {
  const el = contents();
  if (el?.dataset.end === undefined || location.hash) return;
  el.scrollTop = el.scrollHeight;
  delete el.dataset.end;
}

let tabbed = -1000; // when Tab was pressed last
let clicked = false; // a pointer gave the frame its focus

function notice() {
  const back = document.getElementById("keys-back");
  const has = Boolean(frame()) && document.activeElement === frame();
  if (back) back.hidden = !has && document.activeElement !== back;
}

function takeBack() {
  contents()?.focus({ preventScroll: true });
  notice();
}

addEventListener("keydown", (event) => {
  if (event.key === "Tab") tabbed = performance.now();
}, true);
addEventListener("blur", () => {
  const byKey = performance.now() - tabbed < 200;
  setTimeout(() => {
    clicked = !byKey;
    notice();
  });
});
addEventListener("focus", () => setTimeout(notice));
document.addEventListener("focusin", notice);
// Over the frame itself the page hears nothing of the pointer.
document.addEventListener("mousemove", (event) => {
  if (clicked && frame() && document.activeElement === frame() && event.target !== frame()) takeBack();
});
document.addEventListener("click", (event) => {
  if (event.target.closest?.("#keys-back")) takeBack();
});
document.addEventListener("htmx:afterSettle", toEnd);
toEnd();
