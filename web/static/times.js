// Keeps relative times true, in the words of the server (pages.At) and by its
// clock.
const minute = 60 * 1000, hour = 60 * minute, day = 24 * hour;
const ahead = Date.now() - (Date.parse(document.body.dataset.now) || Date.now());
const date = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

const plural = (n, word) => (n === 1 ? "1 " + word : n + " " + word + "s") + " ago";

function ago(at, now) {
  const d = now - at;
  if (d < -minute) return "";
  if (d < minute) return "just now";
  if (d < hour) return plural(Math.floor(d / minute), "minute");
  if (d < day) return plural(Math.floor(d / hour), "hour");
  if (d < 7 * day) return plural(Math.floor(d / day), "day");
  return date.format(at);
}

function keep() {
  if (document.hidden) return;
  for (const el of document.querySelectorAll("time[data-ago]")) {
    const text = ago(Date.parse(el.dateTime), Date.now() - ahead);
    if (text && el.textContent !== text) el.textContent = text;
  }
}
setInterval(keep, 20 * 1000);
document.addEventListener("visibilitychange", keep);
