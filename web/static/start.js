// Before the first paint: says that there are scripts, whether keys do
// something, and how wide the panes were, so that nothing moves afterwards.
"use strict";
{
  const root = document.documentElement;
  root.dataset.js = "";
  root.dataset.keys = "";
  try {
    if (localStorage.getItem("keys") === "off") delete root.dataset.keys;
    for (const pane of ["side", "info"]) {
      const width = Number(localStorage.getItem("pane-" + pane));
      if (width > 0) root.style.setProperty("--" + pane, width + "px");
    }
  } catch {
    // Nothing can be kept in this browser: everything is as it comes.
  }
}
