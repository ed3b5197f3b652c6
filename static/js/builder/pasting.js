// Paste anything into the open draft; what became of it is told, undo takes it back.

import { elementsOf } from "./fragments.js";

export function startPasting(bench) {
  document.getElementById("paste_document").addEventListener("click", async () => {
    const text = await bench.ask(bench.words.pasteAnything, bench.words.pasteAnythingHelp, "", 12);
    if (!text?.trim()) return;
    await bench.flushEditor();
    const answer = await bench.change({ url: bench.main.dataset.paste, text });
    if (!answer) return;
    await bench.follow(answer);
    tell(bench, answer.told);
  });
}

function tell(bench, told) {
  const dialog = document.getElementById("pasted");
  document.getElementById("pasted_body").replaceChildren(...elementsOf(told));
  dialog.returnValue = "";
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "undo") document.querySelector('[data-turn="undo"]').click();
  }, { once: true });
  dialog.showModal();
}
