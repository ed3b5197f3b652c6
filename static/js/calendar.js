// Keys in the calendar and the timeline: arrows move the focus between days or runs, Page Up and
// Page Down open the span before or after. Without it, days are links and runs are in a table.

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const days = [...document.querySelectorAll("[data-day]")];
const rows = [...document.querySelectorAll(".timeline-marks")].map((row) => [...row.querySelectorAll("[data-mark]")]).filter((marks) => marks.length);

// One day and one run are reached by Tab, the others by arrows.
const first = document.querySelector("[aria-current='date'] [data-day]") ?? days[0];
for (const day of days) day.tabIndex = day === first ? 0 : -1;
if (rows.length) rows[0][0].setAttribute("tabindex", "0");

function focus(next, all) {
  if (!next) return false;
  for (const each of all) each.setAttribute("tabindex", each === next ? "0" : "-1");
  next.focus();
  return true;
}

function moveDay(key) {
  const at = days.indexOf(document.activeElement);
  if (at < 0) return false;
  const week = at - (at % 7);
  const to = { Home: week, End: week + 6 }[key] ?? at + (STEPS[key] ?? NaN);
  if (focus(days[to], days)) return true;
  // Beyond the grid is the month before or after.
  return key in STEPS && turn(STEPS[key] < 0 ? "prev" : "next");
}

const placeOf = (mark) => Number(mark.dataset.mark);

function moveMark(key) {
  const row = rows.findIndex((marks) => marks.includes(document.activeElement));
  if (row < 0) return false;
  const all = rows.flat();
  const marks = rows[row];
  const at = marks.indexOf(document.activeElement);
  if (key === "ArrowLeft" || key === "ArrowRight") return focus(marks[at + STEPS[key]], all);
  if (key === "Home" || key === "End") return focus(marks.at(key === "Home" ? 0 : -1), all);
  const other = rows[row + Math.sign(STEPS[key] ?? NaN)];
  const place = placeOf(document.activeElement);
  const nearest = other?.reduce((best, each) => (Math.abs(placeOf(each) - place) < Math.abs(placeOf(best) - place) ? each : best));
  return focus(nearest, all);
}

function turn(relation) {
  const link = document.querySelector(`.page-head [rel="${relation}"]`);
  link?.click();
  return Boolean(link);
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (!event.target.closest("#calendar, #timeline")) return;
  const { key } = event;
  const done = key === "PageUp" ? turn("prev") : key === "PageDown" ? turn("next") : moveDay(key) || moveMark(key);
  if (done) event.preventDefault();
});
