// Sections of the form put in place: what was open stays open, what holds the focus stays.

const TYPING = "input:not([type=checkbox]), textarea, select";

// `order` are the ids of all sections; those that are not in it go.
export function placeSections(bench, sections, index, order) {
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
  document.querySelector("#index .index-list").replaceWith(index);
  document.dispatchEvent(new CustomEvent("redrawn"));
  bench.problems.place();
}

function nextOf(id, order) {
  const later = order.slice(order.indexOf(id) + 1);
  return later.map((each) => document.getElementById(each)).find(Boolean) ?? document.getElementById("section-more");
}

function keepOpen(old, fresh) {
  const before = [...old.querySelectorAll(".step > details")];
  [...fresh.querySelectorAll(".step > details")].forEach((step, i) => before[i] && (step.open = before[i].open));
}
