// An open page whose folder or file is gone moves to the nearest that is there,
// unless somebody is typing: then it only says so.
const typing = () => document.activeElement?.matches("textarea, select, input:not([type=checkbox], [type=radio])") || document.querySelector("dialog[open]");

document.addEventListener("htmx:afterSettle", () => {
  const link = document.querySelector("#moved [data-go-on]:not([data-told])");
  if (!link) return;
  link.dataset.told = "";
  if (!typing()) location.assign(link.href);
});
