// Lists of values that the schema names: a checkbox for each. All other items stay in place.

import { on } from "../elements.js";
import { showAsSent } from "./fields.js";
import { pointerOf } from "./pointers.js";

export function startChoiceLists(draft) {
  on("change", "[data-include]", (box) => check(draft, box));
  on("input", "[data-choices-search]", (search) => filter(search));
}

async function check(draft, box) {
  const field = box.closest("[data-choices-of]").querySelector("[data-at]");
  showAsSent(field);
  const kind = box.checked ? "include" : "exclude";
  await draft.change(() => ({ kind, pointer: pointerOf(field), value: box.dataset.include }));
}

function filter(search) {
  const wanted = search.value.trim().toLowerCase();
  for (const label of search.parentElement.querySelectorAll("label")) label.hidden = !label.textContent.toLowerCase().includes(wanted);
}
