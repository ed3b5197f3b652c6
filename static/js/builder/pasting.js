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
    const sent = { url: draft.urls.paste, text };
    if (action === "merge" && !(await confirmMerge({ draft, form }, sent))) return;
    const answer = await paste(draft, sent, { merge: action === "merge" });
    // A rejected text stays in the dialog for another try.
    if (!answer) return;
    field.value = "";
    await form.follow(answer);
    document.getElementById("pasted_body").replaceChildren(...elementsOf(answer.report));
    if ((await openDialog("pasted")) === "undo") document.querySelector('[data-history="undo"]').click();
  });
}

// Sends pasted text. If it has several requests, the person chooses one, which `sent` records.
async function paste(draft, sent, options) {
  const answer = await draft.change({ ...sent, ...options });
  if (!answer?.choices) return answer;
  const body = document.getElementById("requests_body");
  body.replaceChildren(...elementsOf(answer.choices));
  if ((await openDialog("requests")) !== "choose") return null;
  sent.request = Number(body.querySelector("input:checked").value);
  return draft.change({ ...sent, ...options });
}

// Shows what merging would change. The address of a job has no preview: its step was added.
async function confirmMerge({ draft, form }, sent) {
  const answer = await paste(draft, sent, { preview: true });
  if (!answer) return false;
  if (answer.revision !== undefined) {
    await form.follow(answer);
    return false;
  }
  document.getElementById("merging_body").replaceChildren(...elementsOf(answer.report));
  return (await openDialog("merging")) === "merge";
}
