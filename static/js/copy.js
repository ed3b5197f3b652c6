// Buttons that copy: data-copy="text" or data-copy-from="#id". They confirm it in their own place.

import { make, on } from "./elements.js";
import { message } from "./messages.js";

const status = make("span", { class: "unseen", role: "status" });
document.body.append(status);

// Browsers offer no clipboard API over plain HTTP from another host: a hidden field is selected
// and copied there instead, inside an open dialog, as everything outside it is inert.
function copySelection(text) {
  const field = make("textarea", { class: "unseen", "aria-hidden": "true" });
  field.value = text;
  const active = document.activeElement;
  (active?.closest("dialog[open], [popover]") ?? document.body).append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  active?.focus({ preventScroll: true });
  if (!isCopied) throw new Error("no clipboard");
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copySelection(text);
  }
}

function textOf(button) {
  if (button.dataset.copy !== undefined) return button.dataset.copy;
  const source = document.querySelector(button.dataset.copyFrom);
  return source.value ?? source.textContent;
}

on("click", "[data-copy], [data-copy-from]", async (button, event) => {
  event.preventDefault();
  const outcome = await copy(textOf(button)).then(() => "copied", () => "notCopied");
  button.dataset.copied = status.textContent = message(outcome);
  setTimeout(() => {
    delete button.dataset.copied;
    status.textContent = "";
  }, 1600);
});
