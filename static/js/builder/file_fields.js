// Fields whose value is a file: choose or drop, replace, remove. The document contains a reference
// to it. A list of files accepts several at once.

import { on } from "../elements.js";
import { message } from "../messages.js";
import { upload } from "./attachments.js";
import { changeCard, countCards } from "./cards.js";
import { orderOf } from "./fields.js";
import { showCount } from "./grid_cells.js";
import { boxOf, changePart, pointerOfBox } from "./parts.js";
import { pointerOf } from "./pointers.js";
import { offerUndo } from "./toolbar.js";

const PLACES = "[data-file-entry], [data-file-list]";
const TOOLS = "[data-file-choose], [data-files-add], input[data-at]:not([type=hidden])";

// In the functions below, `page` is `{draft, form, problems}`.
export function startFileFields(page) {
  on("click", "[data-file-choose], [data-files-add]", (button) => button.closest(PLACES).querySelector(":scope > [data-file-input]").click());
  on("click", "[data-file-remove]", (button) => removeFile(page, button));
  on("change", "[data-file-input]", (input) => {
    const files = [...input.files];
    input.value = ""; // otherwise choosing the same file again wouldn't fire a change event
    take(page, input.closest(PLACES), files);
  });
  on("paste", PLACES, (place, event) => {
    const files = [...event.clipboardData.files];
    if (!files.length) return;
    event.preventDefault();
    take(page, place, files);
  });
  document.addEventListener("dragover", (event) => markTarget(event.dataTransfer?.types.includes("Files") ? placeOf(event.target) : null));
  document.addEventListener("dragleave", (event) => event.relatedTarget === null && markTarget(null));
  document.addEventListener("drop", (event) => {
    const place = placeOf(event.target);
    markTarget(null);
    if (place && event.dataTransfer?.files.length) take(page, place, [...event.dataTransfer.files]);
  });
}

const placeOf = (target) => target.closest?.(PLACES) ?? null;

function markTarget(place) {
  document.querySelectorAll(".dragged:is([data-file-entry], [data-file-list])").forEach((each) => each !== place && each.classList.remove("dragged"));
  place?.classList.add("dragged");
}

const take = (page, place, files) => (place.matches("[data-file-list]") ? addFiles(page, place, files) : setFile(page, place, files[0]));

async function store({ draft: { urls } }, place, file) {
  return upload(place, { to: urls.upload, largest: urls.largestFile, largestText: urls.largestFileText }, file);
}

async function setFile(page, entry, file) {
  const stored = file && (await store(page, entry, file));
  if (!stored || !entry.isConnected) return;
  const box = boxOf(entry);
  const order = orderOf(entry.querySelector("[data-at]"));
  const fresh = await changePart(page, box, () => ({ kind: "set", pointer: pointerOfBox(box), value: stored.data, order }));
  fresh?.querySelector("[data-file-choose]")?.focus({ preventScroll: true });
}

// One after the other, to keep the order in which they were chosen.
async function addFiles(page, list, files) {
  for (const file of files) {
    const stored = await store(page, list, file);
    if (!stored) continue;
    const box = boxOf(list);
    const pointer = pointerOf(list.querySelector("[data-rows]"));
    const fresh = await changePart(page, box, () => ({ kind: "add-item", pointer, value: stored.data }));
    list = [...(fresh?.querySelectorAll("[data-file-list]") ?? [])].find((each) => pointerOf(each.querySelector("[data-rows]")) === pointer);
    if (!list) return;
    showCount(pointer, countCards(list.querySelector("[data-rows]")));
  }
  list.querySelector("[data-files-add]").focus({ preventScroll: true });
}

async function removeFile(page, button) {
  const box = boxOf(button);
  // A list item without its file is removed.
  if (box.matches(".item-card")) return changeCard(page, box, "remove");
  const { name } = button.dataset;
  const fresh = await changePart(page, box, () => ({ kind: "set", pointer: pointerOfBox(box), value: '""' }));
  if (!fresh) return;
  fresh.querySelector(TOOLS)?.focus({ preventScroll: true });
  offerUndo(message("removed", { name }));
}
