// Choosing rows of a list to act on them: ranges, all rows of the page, the count, keys. Without
// it, the boxes and the buttons are an ordinary form.

import { on } from "./elements.js";
import { message } from "./messages.js";
import { onShortcut } from "./shortcuts.js";

const BOX = 'input[name="chosen"]';
const STEPS = { ArrowDown: 1, ArrowUp: -1 };
const boxes = () => [...document.querySelectorAll(BOX)];
const bar = () => document.querySelector(".selection-bar");
// What is chosen, as rows that are drawn again come without their ticks.
let chosen = new Set();
// The box that was pressed last: a range begins there.
let anchor = null;

function show() {
  const all = boxes();
  const ticked = all.filter((box) => box.checked);
  chosen = new Set(ticked.map((box) => box.value));
  const whole = document.querySelector("[data-choose-all]");
  if (whole) {
    whole.hidden = !all.length;
    whole.checked = all.length > 0 && ticked.length === all.length;
    whole.indeterminate = ticked.length > 0 && !whole.checked;
  }
  const form = bar();
  if (!form) return;
  form.toggleAttribute("data-active", ticked.length > 0);
  for (const button of form.querySelectorAll('[name="action"]')) {
    const exactly = Number(button.dataset.exactly);
    button.disabled = exactly ? ticked.length !== exactly : !ticked.length;
  }
  form.querySelector("[data-choose-none]").hidden = false;
  say(ticked.length ? message("chosen", { count: ticked.length, total: all.length }) : "");
}

// Written only when it changes: screen readers read it out then.
function say(text) {
  for (const place of document.querySelectorAll("[data-chosen-count], [data-chosen-status]")) {
    if (place.textContent !== text) place.textContent = text;
  }
}

function restore() {
  for (const box of boxes()) box.checked ||= chosen.has(box.value);
  show();
}

// All from one box to another take its state.
function setRange(from, to, checked) {
  const all = boxes();
  const [start, end] = [all.indexOf(from), all.indexOf(to)].sort((a, b) => a - b);
  for (const box of all.slice(start, end + 1)) box.checked = checked;
}

function setAll(checked) {
  for (const box of boxes()) box.checked = checked;
  show();
}

on("click", BOX, (box, event) => {
  if (event.shiftKey && anchor?.isConnected) setRange(anchor, box, box.checked);
  anchor = box;
  show();
});
on("change", "[data-choose-all]", (whole) => setAll(whole.checked));
on("click", "[data-choose-none]", () => {
  const first = boxes().find((box) => box.checked);
  setAll(false);
  // Its button is gone, and the focus with it.
  first?.focus();
});

on("keydown", BOX, (box, event) => {
  const { key, shiftKey } = event;
  if (key === "Escape") setAll(false);
  // The browser would press the form's first button.
  else if (key === "Enter") bar()?.querySelector('[name="action"]:enabled')?.focus();
  else if (key in STEPS) {
    const next = boxes()[boxes().indexOf(box) + STEPS[key]];
    if (next && shiftKey) next.checked = box.checked;
    next?.focus();
    anchor = next ?? box;
    show();
  } else return;
  event.preventDefault();
});
on("keydown", ".selection-bar", (form, event) => {
  if (event.key === "Escape") form.querySelector("[data-choose-none]").click();
});
onShortcut("choose", (event) => {
  const row = event.target.closest?.("tr") ?? document.querySelector("tr:hover");
  const box = row?.querySelector(BOX);
  if (!box) return false;
  box.click();
  if (!row.contains(event.target)) return;
  box.focus();
}, { overDialogs: false });

document.addEventListener("htmx:afterSwap", restore);
document.addEventListener("htmx:oobAfterSwap", restore);
// Browsers restore ticks when one comes back to the page.
addEventListener("pageshow", show);
show();
