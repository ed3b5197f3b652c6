// What is typed while a part of the form is drawn anew stays: what the server sent was made
// before it. Its field goes over into the new part as it stands, with the caret.

import { exactly, pointerOf } from "./pointers.js";

// `replace` draws anew; `since` is when what it draws was asked for, in milliseconds of the page.
export function keepTyped(bench, since, replace) {
  const newer = bench.edits.fieldsNewerThan(since).map((field) => [field, pointerOf(field)]);
  const caret = caretOf(document.activeElement);
  replace();
  for (const [field, pointer] of newer) if (!field.isConnected) putBack(bench, field, pointer);
  caret();
}

function putBack(bench, field, pointer) {
  const place = boxOf(exactly(bench.form(), pointer));
  const box = boxOf(field);
  if (place && box && place.className.split(" ")[0] === box.className.split(" ")[0]) return place.replaceWith(box);
  if (bench.edits.isUnsaved(field)) bench.toast(bench.words.placeGone.replace("%n", field.value || pointer), "warning");
}

const boxOf = (field) => field?.closest("[data-field], .grid-cell") ?? null;

// Puts the focus where it was: on the same element, else on the one drawn in its place.
function caretOf(active) {
  const { selectionStart: start, selectionEnd: end } = active;
  const label = active.getAttribute("aria-label");
  const part = active.closest(".builder-section")?.id;
  return () => {
    if (document.activeElement === active || document.activeElement !== document.body) return;
    const like = label && part && `#${CSS.escape(part)} ${active.localName}[aria-label="${CSS.escape(label)}"]`;
    const found = active.isConnected ? active : like && document.querySelector(like);
    found?.focus({ preventScroll: true });
    if (found === active && typeof start === "number") active.setSelectionRange(start, end);
  };
}
