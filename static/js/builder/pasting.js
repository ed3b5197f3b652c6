// Paste anything into the open draft: it replaces the payload or is merged into it. What became
// of it is told, undo takes it back.

import { elementsOf } from "./fragments.js";

export function startPasting(bench) {
  const field = document.getElementById("paste_here_text");
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.ctrlKey) return;
    event.preventDefault();
    event.stopPropagation();
    field.closest("dialog").close("replace");
  });
  document.getElementById("paste_document").addEventListener("click", async () => {
    const how = await choose("paste_here");
    const text = field.value;
    if (!how) field.value = "";
    if (!how || !text.trim()) return;
    await bench.flushEditor();
    if (how === "merge" && !(await look(bench, text))) return;
    const answer = await bench.change({ url: bench.main.dataset.paste, text, merge: how === "merge" });
    // What was refused stands there again for another try.
    if (!answer) return;
    field.value = "";
    await bench.follow(answer);
    document.getElementById("pasted_body").replaceChildren(...elementsOf(answer.report));
    if ((await choose("pasted")) === "undo") document.querySelector('[data-turn="undo"]').click();
  });
}

// Which button closed the dialog; empty for none.
function choose(id) {
  const dialog = document.getElementById(id);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue), { once: true }));
}

// What merging would change, and whether it shall. The address of a job has nothing to look at.
async function look(bench, text) {
  const answer = await bench.change({ url: bench.main.dataset.paste, text, preview: true });
  if (!answer) return false;
  if (answer.revision !== undefined) {
    await bench.follow(answer);
    return false;
  }
  document.getElementById("merging_body").replaceChildren(...elementsOf(answer.report));
  return (await choose("merging")) === "merge";
}
