// Sections of the form put in place: what was open stays open, what holds the focus stays.

import { keepTyped } from "./typed.js";

const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select";

// `order` are the ids of all sections; those that are not in it go.
export function placeSections(bench, sections, index, order, since = Infinity) {
  keepTyped(bench, since, () => putInPlace(bench, sections, order));
  document.querySelector("#index .index-list").replaceWith(index);
  document.dispatchEvent(new CustomEvent("redrawn"));
  bench.problems.place();
}

function putInPlace(bench, sections, order) {
  const form = bench.form();
  const active = document.activeElement;
  const kept = form.contains(active) && active.matches(TYPING) ? active.closest(".builder-section")?.id : null;
  for (const section of sections) {
    const old = document.getElementById(section.id);
    if (section.id === kept) continue;
    if (old) {
      keepOpen(old, section);
      const scrolled = old.querySelector(".grid-box")?.scrollTop;
      old.replaceWith(section);
      if (scrolled) section.querySelector(".grid-box")?.scrollTo(0, scrolled);
    } else nextOf(section.id, order).before(section);
  }
  const known = new Set(order);
  form.querySelectorAll(".builder-section").forEach((old) => known.has(old.id) || old.remove());
  if (!active.isConnected) focusOn(active.name);
}

// The field of that name as it is drawn now; of several ways, the one that is chosen.
export function focusOn(name) {
  const fields = name ? [...document.getElementsByName(name)] : [];
  (fields.find((each) => each.type === "radio" && each.checked) ?? fields[0])?.focus({ preventScroll: true });
}

function nextOf(id, order) {
  const later = order.slice(order.indexOf(id) + 1);
  return later.map((each) => document.getElementById(each)).find(Boolean) ?? document.getElementById("section-more");
}

function keepOpen(old, fresh) {
  const before = [...old.querySelectorAll(".step > details")];
  [...fresh.querySelectorAll(".step > details")].forEach((step, i) => before[i] && (step.open = before[i].open));
}
