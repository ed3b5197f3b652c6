// Steps, parameters and inputs of a workflow's definition: added from a blank, removed.

import { on } from "./elements.js";

// Names of added fields are numbered on from here, beyond those the server has drawn.
let number = 1000;
const PLACEHOLDERS = { step: "__S__", parameter: "__P__", input: "__I__" };

on("click", "[data-add-entry]", addEntry);
on("click", "[data-remove-entry]", (button) => removeEntry(button.closest("[data-entry]")));

// A job's URL names its step in `?step=`: a pasted URL is reduced to that UID.
on("change", "[data-step-uid]", (field) => {
  const found = /[?&#]step=([^&#\s]+)/.exec(field.value);
  if (!found) return;
  try {
    field.value = decodeURIComponent(found[1]);
  } catch {
    // Not percent-encoded properly: the server reads the unchanged URL.
  }
});

// The focus moves to the neighbour, as it would otherwise fall back to the top of the page.
function removeEntry(entry) {
  const neighbour = entry.nextElementSibling ?? entry.previousElementSibling;
  entry.remove();
  (neighbour?.querySelector("[data-remove-entry]") ?? document.querySelector("[data-add-entry=step]")).focus();
}

function addEntry(button) {
  const kind = button.dataset.addEntry;
  const step = button.closest("fieldset");
  const stepNumber = step?.querySelector("[data-step-uid]").name.split("-")[1];
  const fresh = document.getElementById(`blank_${kind}`).content.querySelector("[data-entry]").cloneNode(true);
  number += 1;
  for (const field of fresh.querySelectorAll("[name]")) {
    field.name = field.name.replace("__S__", stepNumber ?? number).replace(/__[PI]__/, number);
  }
  (step ?? document).querySelector(`[data-mark="${PLACEHOLDERS[kind]}"]`).append(fresh);
  fresh.querySelector("input").focus();
}
