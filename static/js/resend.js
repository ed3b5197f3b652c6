// History: a key opens a draft from the exchange on the page, or from the row under the focus or
// the pointer. Two ticked rows can be compared.

import { onShortcut } from "./shortcuts.js";

function resendButton(target) {
  const row = target.closest?.("[data-exchange]") ?? document.querySelector("[data-exchange]:hover");
  return (row ?? document).querySelector("[data-again]");
}

onShortcut("resend", (event) => {
  const button = resendButton(event.target);
  if (!button) return false;
  button.click();
}, { overDialogs: false });

const ticked = () => [...document.querySelectorAll('[name="chosen"]:checked')];

function enableCompare() {
  const button = document.querySelector("[data-compare]");
  if (button) button.disabled = ticked().length !== 2;
}

document.addEventListener("change", enableCompare);
// Browsers restore ticks when one comes back to the page.
addEventListener("pageshow", enableCompare);
document.addEventListener("submit", (event) => {
  if (event.target.id !== "compare_chosen") return;
  event.preventDefault();
  // Rows are listed newest first; the older one is compared with the newer.
  const [newer, older] = ticked();
  location.assign(`${event.target.getAttribute("action")}?a=${older.value}&b=${newer.value}`);
});
