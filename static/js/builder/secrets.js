// Credentials are stored as secrets and the document holds references to them: those typed into
// the document when their field is left, those of masked fields without ever being part of it.

import { icon, make, makeButton, on } from "../elements.js";
import { message, toast } from "../messages.js";
import { ask } from "./dialogs.js";
import { showAsSent } from "./fields.js";
import { pointerOf } from "./pointers.js";

// Moves credentials from the document to the secrets.
export async function storeSecrets({ draft, form }) {
  const answer = await draft.change({ url: draft.urls.secrets });
  if (!answer?.taken?.length) return;
  await form.follow(answer);
  toast(answer.sentence, "success");
}

export function startSecrets({ draft, form }) {
  on("focusout", "#form [data-secret]", ({ value }) => {
    if (value && !value.includes("{{secret:")) storeSecrets({ draft, form });
  });
  on("change", "[data-secret-entry]", (field) => storeEntry({ draft, form }, field));
  on("keydown", "[data-secret-entry]", (field, event) => event.key === "Enter" && storeEntry({ draft, form }, field));
  on("click", "[data-secret-replace]", (button) => showEntry(button.parentElement));
  on("click", "[data-paste-cookies]", (button) => pasteCookies({ draft, form }, button.closest("[data-field]").querySelector("[data-at]")));
}

// The masked field is emptied before the request is made; a chip names the secret afterwards.
async function storeEntry({ draft, form }, field) {
  const value = field.value;
  if (value === "") return;
  const box = field.parentElement;
  field.value = "";
  const pointer = pointerOf(box);
  const answer = await draft.change({ url: draft.urls.secrets, entered: { [pointer]: value } });
  if (!answer?.taken?.length) return;
  showReference(box, answer.references[pointer]);
  await form.follow(answer);
  toast(answer.sentence, "success");
}

const removeChip = (box) => box.querySelectorAll("[data-secret-chip], [data-secret-replace]").forEach((each) => each.remove());

function showReference(box, reference) {
  const name = /secret:([^{}]+)/.exec(reference)?.[1] ?? "";
  removeChip(box);
  const chip = make("span", { class: "chip", "data-secret-chip": "" }, icon("secret"), make("span", {}, name));
  box.prepend(chip, makeButton({ class: "button quiet small", "data-secret-replace": "" }, message("replace")));
  box.querySelector("[data-secret-entry]").hidden = true;
  showAsSent(box);
}

function showEntry(box) {
  removeChip(box);
  const field = box.querySelector("[data-secret-entry]");
  field.hidden = false;
  field.focus();
}

async function pasteCookies({ draft, form }, group) {
  const text = await ask(message("pasteCookies"), message("pasteCookiesHelp"), "", 6);
  // The dialog is used for other questions too: no credential may linger in its field.
  document.getElementById("ask_text").value = "";
  if (!text) return;
  const answer = await draft.change({ url: draft.urls.secrets, pointer: pointerOf(group), cookies: text });
  if (!answer?.taken?.length) return;
  await form.redraw();
  toast(answer.sentence, "success");
}
