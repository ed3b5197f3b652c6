// The page for pasting: a file dropped anywhere on it, or chosen, is sent at once.

import { isShortcut } from "./shortcuts.js";

const form = document.getElementById("paste_form");
const box = document.getElementById("paste_text");
const file = document.getElementById("paste_file");
const holdsFile = (event) => event.dataTransfer?.types.includes("Files");

document.addEventListener("dragover", (event) => {
  if (!holdsFile(event)) return;
  // Without this the browser would open the file in place of the page.
  event.preventDefault();
  box.classList.add("over");
});
document.addEventListener("dragleave", (event) => event.relatedTarget || box.classList.remove("over"));
document.addEventListener("drop", (event) => {
  if (!holdsFile(event)) return;
  event.preventDefault();
  file.files = event.dataTransfer.files;
  form.requestSubmit();
});
file.addEventListener("change", () => file.files.length && form.requestSubmit());
box.addEventListener("keydown", (event) => isShortcut(event, "send") && form.requestSubmit());
