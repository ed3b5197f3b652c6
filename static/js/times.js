// Writes every <time datetime> as people say it ("2 min. ago"), with the exact time on hover.

const REFRESH = 15_000; // milliseconds
const language = document.documentElement.lang || "en";
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "narrow" });
const day = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
const exact = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long" });
// Each with how many of it make one of the next; older than a week reads better as a date.
const UNITS = [["second", 60], ["minute", 60], ["hour", 24], ["day", 7]];

function describe(seconds) {
  let amount = seconds;
  for (const [unit, size] of UNITS) {
    if (Math.abs(amount) < size) return relative.format(Math.round(amount), unit);
    amount = Math.trunc(amount / size);
  }
  return null;
}

function show(element) {
  const moment = new Date(element.dateTime);
  if (Number.isNaN(moment.getTime())) return;
  const text = describe((moment - Date.now()) / 1000) ?? day.format(moment);
  if (element.textContent !== text) element.textContent = text;
  if (!element.title) element.title = exact.format(moment);
}

const showAll = () => document.querySelectorAll("time[datetime]:not([data-exact])").forEach(show);
showAll();
setInterval(showAll, REFRESH);
document.addEventListener("htmx:load", showAll);
document.addEventListener("htmx:oobAfterSwap", showAll);
