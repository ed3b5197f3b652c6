// The finder: Ctrl+K or its button opens it empty, arrow keys choose, Enter goes.

import { on } from "./elements.js";
import { onShortcut } from "./shortcuts.js";

const dialog = document.getElementById("find");
if (dialog) start();

function start() {
  const field = dialog.querySelector("input");
  const links = () => [...dialog.querySelectorAll("#found a")];
  let goesOnAnswer = false;
  let focused = -1;

  const open = () => {
    if (dialog.open) return;
    field.value = "";
    dialog.showModal();
    htmx.trigger(field, "show");
  };
  // Enter goes to the first result. Typing fast, one may press it before the results for what
  // was typed have arrived: then it goes as soon as they do.
  const go = () => {
    goesOnAnswer = document.getElementById("found").dataset.find !== field.value.trim();
    if (!goesOnAnswer) links()[0]?.click();
  };

  onShortcut("find", open, { whileTyping: true });
  on("click", "[data-find-open]", open);
  dialog.addEventListener("keydown", (event) => {
    const list = links();
    const at = list.indexOf(document.activeElement);
    if (event.key === "ArrowDown") list[Math.min(at + 1, list.length - 1)]?.focus();
    else if (event.key === "ArrowUp") (list[at - 1] ?? field).focus();
    else if (event.key === "Enter" && at < 0) go();
    else return;
    event.preventDefault();
  });
  // Whoever has moved on to the results stays there when later ones replace them.
  dialog.addEventListener("htmx:beforeSwap", () => (focused = links().indexOf(document.activeElement)));
  dialog.addEventListener("htmx:afterSwap", () => {
    if (focused >= 0) (links()[focused] ?? links().at(-1) ?? field).focus();
    if (goesOnAnswer) go();
  });
  field.addEventListener("input", () => (goesOnAnswer = false));
}
