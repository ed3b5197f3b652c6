// The import page: a file dropped anywhere on it is imported at once.

import { sendDroppedFile } from "./file_drop.js";

const form = document.getElementById("api_import");
const file = document.getElementById("api_file");
const status = document.getElementById("import_status");
const button = form.querySelector("button");
// Most imports finish sooner; a message would only flicker.
const SOON = 150;

sendDroppedFile(file, form.querySelector("[data-drop]"));
// On the document, since page.js first confirms the session and then resubmits the form.
document.addEventListener("submit", (event) => {
  if (event.target !== form || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "true";
  button.setAttribute("aria-disabled", "true");
  const isHere = file.files.length || document.getElementById("api_text").value.trim();
  const step = isHere ? status.dataset.text : status.dataset.fetching;
  setTimeout(() => (status.textContent = step), SOON);
});
// When people go back, the page is restored in its busy state.
addEventListener("pageshow", () => {
  delete form.dataset.sent;
  button.removeAttribute("aria-disabled");
  status.textContent = "";
});
