// Maps: user-defined keys, each with a value. Add, rename, remove.

import { elementsOf, on } from "../elements.js";
import { message, toast } from "../messages.js";
import { showCount } from "./grid_cells.js";
import { boxOf, changePart, focusAt, pointerOfBox } from "./parts.js";
import { escapeSegment, parent } from "./pointers.js";
import { offerUndo } from "./toolbar.js";

export function startMaps(page) {
  on("submit", "[data-entry-add]", (adder, event) => {
    event.preventDefault();
    addEntry(page, adder);
  });
  on("change", "[data-entry-key]", (input) => renameEntry(page, input));
  on("click", "[data-entry-remove]", (button) => removeEntry(page, boxOf(button)));
  on("click", "[data-entries-more]", (button) => showMore(page, button));
}

// The box of the map that contains an entry's box.
const mapOf = (entry) => boxOf(entry.parentElement);

async function addEntry(page, adder) {
  const input = adder.querySelector("input");
  const key = input.value;
  const box = boxOf(adder);
  if (key === "") return input.focus();
  const at = () => `${pointerOfBox(box)}/${escapeSegment(key)}`;
  const pointer = at();
  if (page.draft.text.lineOf(pointer) !== undefined) return toast(message("keyExists", { key }), "warning");
  input.value = "";
  const fresh = await changePart(page, box, () => ({ kind: "add-field", pointer: at() }));
  if (!fresh) return;
  countEntries(fresh);
  focusAt(pointer);
}

const countEntries = (box) => showCount(pointerOfBox(box), box.querySelector("[data-entries]").dataset.count);

async function renameEntry(page, input) {
  const entry = boxOf(input);
  const box = mapOf(entry);
  const old = input.defaultValue;
  const key = input.value;
  const pointer = `${parent(pointerOfBox(entry))}/${escapeSegment(key)}`;
  const isTaken = key !== old && page.draft.text.lineOf(pointer) !== undefined;
  if (isTaken) toast(message("keyExists", { key }), "warning");
  if (isTaken || key === old) return (input.value = old);
  const fresh = await changePart(page, box, () => ({ kind: "rename", pointer: pointerOfBox(entry), value: key }));
  // Tab may have moved the focus in the meantime.
  if (fresh && document.activeElement === document.body) focusAt(pointer);
}

async function removeEntry(page, entry) {
  const box = mapOf(entry);
  const name = entry.querySelector("[data-entry-key]").value;
  const fresh = await changePart(page, box, () => ({ kind: "remove", pointer: pointerOfBox(entry) }));
  if (!fresh) return;
  countEntries(fresh);
  offerUndo(message("removed", { name }));
  fresh.querySelector("[data-entry-add] input")?.focus({ preventScroll: true });
}

async function showMore({ draft }, button) {
  const start = Number(button.dataset.entriesMore);
  const entries = button.previousElementSibling;
  await draft.queue.idle();
  const html = await draft.fetchPart({ part: "entries", pointer: pointerOfBox(boxOf(button)), start });
  if (html === null) return;
  const fresh = elementsOf(html);
  entries.append(...fresh);
  fresh[0]?.querySelector("input")?.focus();
  const [left] = /\d[\d.,\s]*/.exec(button.textContent) ?? ["0"];
  const more = Number(left.replace(/\D/g, "")) - fresh.length;
  button.dataset.entriesMore = start + fresh.length;
  if (more > 0) button.lastChild.textContent = button.lastChild.textContent.replace(left.trim(), more);
  else button.remove();
  document.dispatchEvent(new CustomEvent("redrawn"));
}
