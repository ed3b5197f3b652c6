// Paste anything into the open draft: it replaces the payload or is merged into it. A dialog
// reports what was read and offers undo.

import { elementsOf } from "../elements.js";
import { isShortcut } from "../shortcuts.js";
import { openDialog } from "./dialogs.js";

export function startPasting({ draft, form, editor }) {
  const field = document.getElementById("paste_here_text");
  field.addEventListener("keydown", (event) => {
    if (!isShortcut(event, "send")) return;
    event.preventDefault();
    event.stopPropagation();
    field.closest("dialog").close("replace");
  });
  document.getElementById("paste_document").addEventListener("click", async () => {
    const action = await openDialog("paste_here");
    const text = field.value;
    if (!action) field.value = "";
    if (!action || !text.trim()) return;
    await editor.flush();
    if (action === "merge" && !(await confirmMerge({ draft, form }, text))) return;
    const answer = await draft.change({ url: draft.urls.paste, text, merge: action === "merge" });
    // A rejected text stays in the dialog for another try.
    if (!answer) return;
    field.value = "";
    await form.follow(answer);
    document.getElementById("pasted_body").replaceChildren(...elementsOf(answer.report));
    if ((await openDialog("pasted")) === "undo") document.querySelector('[data-history="undo"]').click();
  });
}

// Shows what merging would change. The address of a job has no preview: its step was added.
async function confirmMerge({ draft, form }, text) {
  const answer = await draft.change({ url: draft.urls.paste, text, preview: true });
  if (!answer) return false;
  if (answer.revision !== undefined) {
    await form.follow(answer);
    return false;
  }
  document.getElementById("merging_body").replaceChildren(...elementsOf(answer.report));
  return (await openDialog("merging")) === "merge";
}
