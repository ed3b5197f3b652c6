// Dialogs of the builder that return an answer: a question, a choice, a conflict of two tabs.

import { isShortcut } from "../shortcuts.js";
import { focusByName, formElement } from "./form.js";
import { elementExactlyAt } from "./pointers.js";

// Opens a dialog; resolves with the value of the button that closed it, empty for none.
export function openDialog(id) {
  const dialog = document.getElementById(id);
  dialog.returnValue = "";
  if (!dialog.open) dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
}

// Asks a question and returns the text typed, or null if it was cancelled.
export async function ask(title, label, value = "", rows = 1) {
  const field = document.getElementById("ask_text");
  document.getElementById("ask_title").textContent = title;
  document.getElementById("ask_label").textContent = label;
  field.value = value;
  field.rows = rows;
  field.onkeydown = (event) => {
    const confirms = rows > 1 ? isShortcut(event, "send") : event.key === "Enter";
    if (!confirms) return;
    event.preventDefault();
    event.stopPropagation();
    field.closest("dialog").close("yes");
  };
  const closed = openDialog("ask");
  field.select();
  return (await closed) === "yes" ? field.value : null;
}

// Two tabs changed the same value: shows both and lets the person choose. `editor` may be
// typed in as well; `resync` draws the page as the server has the draft.
export async function resolveConflict({ draft, form, editor, resync }, edit, conflict) {
  const typedInEditor = edit.kind === "splice" ? editor.freeze() : null;
  const focused = fieldInFocus();
  document.getElementById("conflict_pointer").textContent = conflict.pointer;
  document.getElementById("conflict_theirs").textContent = conflict.theirs || "–";
  document.getElementById("conflict_yours").textContent = (edit.typed ?? (conflict.yours || edit.value)) || "–";
  const answer = await openDialog("conflict");
  // A field being typed in is left out when the form is redrawn. This one is not, as its
  // value has been decided. Where the form was drawn behind the dialog, the field has gone.
  const active = fieldInFocus() ?? focused;
  active?.blur();
  await resync();
  const mine = typedInEditor === null ? edit : editForMine(conflict, typedInEditor);
  if (answer === "yours") {
    draft.queue.editField(`mine ${conflict.pointer}`, () => mine);
    await draft.queue.idle();
    await form.redraw();
  }
  if (active?.name) focusByName(active.name);
  else if (active) elementExactlyAt(formElement(), conflict.pointer)?.focus({ preventScroll: true });
}

const fieldInFocus = () => formElement().querySelector(":focus");

// The editor's value at the pointer in conflict; where that doesn't parse, its whole text.
function editForMine({ pointer, yours }, text) {
  try {
    if (pointer && JSON.parse(yours) !== undefined) return { kind: "set", pointer, value: yours };
  } catch {
    // Incomplete input: typing continues in the editor.
  }
  return { kind: "write", value: text };
}
