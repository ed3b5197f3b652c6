// Native dialogs: opened and closed by buttons, closed by a press outside, confirmed by typing a
// name. The `?` sheet is one of them.

import { on } from "./elements.js";
import { onShortcut, shortcutSheet } from "./shortcuts.js";

on("click", "[data-dialog-open]", (opener) => document.querySelector(opener.dataset.dialogOpen)?.showModal());
// A form that was rejected is shown again at once.
document.querySelector("dialog[data-show]:not([open])")?.showModal();
on("click", "[data-dialog-close]", (closer) => closer.closest("dialog").close());
document.addEventListener("pointerdown", (event) => {
  if (!event.target.matches?.("dialog[open]")) return;
  const box = event.target.getBoundingClientRect();
  const inside = event.clientX >= box.left && event.clientX <= box.right
    && event.clientY >= box.top && event.clientY <= box.bottom;
  // A click outside a form must not discard what was typed in it.
  if (!inside && !event.target.querySelector("form")) event.target.close();
});
on("input", "[data-confirm-word]", (field) => {
  const button = field.closest("dialog, form").querySelector("[data-confirm]");
  button.disabled = field.value.trim() !== field.dataset.confirmWord;
});

onShortcut("help", () => {
  const sheet = shortcutSheet();
  if (!sheet.open) sheet.showModal();
});
on("click", "[data-shortcuts-open]", () => shortcutSheet().showModal());
