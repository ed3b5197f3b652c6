// A batch before it is sent: a file dropped anywhere on the page is sent at once, and rows that
// were checked with other columns can't be sent.

import { on } from "./elements.js";
import { sendDroppedFile } from "./file_drop.js";

const form = document.getElementById("batch_file");
const mapping = document.getElementById("mapping");

if (form) sendDroppedFile(document.getElementById("file"), form);

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
