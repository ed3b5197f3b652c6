// A JSON text on a page or in a dialog looks like the preview of the builder: numbered, coloured,
// with folds. `data-json` marks its element.

import { LinesView } from "./json_lines.js";

function show(root) {
  for (const box of root.querySelectorAll("[data-json]")) {
    delete box.dataset.json;
    const lines = box.textContent.split(/\r\n|\n|\r/);
    box.textContent = "";
    const view = new LinesView(box, true);
    view.append(lines);
    box.addEventListener("click", (event) => {
      const fold = event.target.closest(".fold");
      if (fold) view.fold(fold.closest(".line").line);
    });
  }
}

show(document);
document.addEventListener("htmx:afterSwap", () => show(document));
