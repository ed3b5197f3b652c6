// History: a key opens a draft from the exchange on the page, or from the row under the focus or
// the pointer.

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
