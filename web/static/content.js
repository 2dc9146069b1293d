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

let over = false; // the pointer is over the frame
let clicked = false; // it gave the frame its focus

function notice() {
  const has = Boolean(frame()) && document.activeElement === frame();
  clicked = has && (clicked || over);
  const back = document.getElementById("keys-back");
  if (back) back.hidden = !has;
}

function takeBack() {
  contents()?.focus({ preventScroll: true });
  notice();
}

addEventListener("blur", () => setTimeout(notice));
addEventListener("focus", () => setTimeout(notice));
document.addEventListener("focusin", notice);
document.addEventListener("mouseover", (event) => { over = event.target === frame(); });
document.addEventListener("mouseout", (event) => {
  if (event.target !== frame()) return;
  over = false;
  if (clicked && document.activeElement === frame()) takeBack();
});
document.addEventListener("click", (event) => {
  if (event.target.closest?.("#keys-back")) takeBack();
});
document.addEventListener("htmx:afterSettle", toEnd);
toEnd();
