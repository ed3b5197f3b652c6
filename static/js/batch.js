// A batch before it is sent: a file dropped anywhere on the page is sent at once, and rows that
// were checked with other columns can't be sent.

import { on } from "./elements.js";

const form = document.getElementById("batch_file");
const file = document.getElementById("file");
const mapping = document.getElementById("mapping");
const holdsFile = (event) => event.dataTransfer?.types.includes("Files");

document.addEventListener("dragover", (event) => {
  if (!holdsFile(event) || !form) return;
  // Without this the browser would open the file in place of the page.
  event.preventDefault();
  form.classList.add("over");
});
document.addEventListener("dragleave", (event) => event.relatedTarget || form?.classList.remove("over"));
document.addEventListener("drop", (event) => {
  if (!holdsFile(event) || !form) return;
  event.preventDefault();
  form.classList.remove("over");
  file.files = event.dataTransfer.files;
  form.requestSubmit();
});

// Whether a field differs from what the server drew, which is what was checked: it may have been
// changed before this script ran.
function isChangedField(field) {
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
  if (field.matches("input")) return field.value !== field.defaultValue;
  const drawn = [...field.options].findLastIndex((each) => each.defaultSelected);
  return field.selectedIndex !== Math.max(drawn, 0);
}

function compare() {
  const fields = mapping?.querySelectorAll("input[name]:not([type=hidden]), select") ?? [];
  const isChanged = [...fields].some(isChangedField);
  document.body.toggleAttribute("data-dirty", isChanged);
  for (const button of document.querySelectorAll("[data-sends]")) button.disabled = isChanged;
}

on("input", "#mapping *", compare);
on("change", "#mapping *", compare);
document.addEventListener("htmx:oobAfterSwap", compare);
// Browsers restore what was chosen when one comes back to the page.
addEventListener("pageshow", compare);
