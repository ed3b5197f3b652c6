// The template a draft is kept in: the mark for unsaved changes, and the variant's own values.

import { pointerOf } from "./pointers.js";

export function startKept(bench) {
  const mark = (unsaved, own) => {
    const sign = document.querySelector("[data-unsaved-mark]");
    if (sign) sign.hidden = !unsaved;
    const places = new Set(own);
    const within = (at) => {
      for (let place = at; place; place = place.slice(0, place.lastIndexOf("/"))) if (places.has(place)) return true;
      return false;
    };
    for (const element of bench.form().querySelectorAll("[data-at]")) {
      const box = element.closest(".field, .grid-cell, .builder-section");
      box?.classList.toggle("own", places.size > 0 && within(pointerOf(element)));
    }
  };
  const read = () => {
    const { unsaved, own } = document.getElementById("kept")?.dataset ?? {};
    if (unsaved !== undefined) mark(unsaved === "true", JSON.parse(own));
  };
  document.addEventListener("edited", ({ detail }) => {
    const kept = document.getElementById("kept");
    if (detail.unsaved === undefined || !kept) return;
    kept.dataset.unsaved = String(detail.unsaved);
    kept.dataset.own = JSON.stringify(detail.own);
    read();
    // Undo brought another variant back: its name, and the menu that marks it, come anew.
    if (detail.variant !== kept.dataset.variant) htmx.ajax("GET", "template/", "#kept_place");
  });
  document.addEventListener("redrawn", read);
  document.addEventListener("htmx:afterSwap", ({ detail }) => detail.target.id === "kept_place" && read());
  read();
}
