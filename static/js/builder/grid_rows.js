// The rows of grids on the page: numbered, in columns; distant rows load as they come near.

import { elementsOf } from "../elements.js";
import { fitColumns, gridOf, numberRows } from "./grid_layout.js";
import { countOf, pointerOf } from "./pointers.js";

const NEAR = "1200px"; // rows this far from the visible ones are loaded

export function startRows(draft) {
  let watches = [];
  const look = () => {
    for (const grid of document.querySelectorAll(".grid")) {
      numberRows(grid);
      fitColumns(grid);
    }
    watches.forEach((watch) => watch.disconnect());
    watches = [...document.querySelectorAll(".grid-box")].map((box) => watchDistantRows(draft, box));
  };
  look();
  document.addEventListener("redrawn", look);
}

// The server draws the first hundred rows; later blocks are empty until they come near.
function watchDistantRows(draft, box) {
  const watch = new IntersectionObserver((seen) => {
    for (const each of seen) if (each.isIntersecting) loadBlock(draft, each.target);
  }, { root: box, rootMargin: NEAR });
  box.querySelectorAll("[data-block][data-count]").forEach((block) => watch.observe(block));
  return watch;
}

async function loadBlock(draft, block) {
  if (block.dataset.fetching) return;
  block.dataset.fetching = "yes";
  await draft.queue.idle();
  const grid = gridOf(block);
  const blocks = [...grid.querySelectorAll("[data-block]")];
  const start = blocks.slice(0, blocks.indexOf(block)).reduce((sum, each) => sum + countOf(each), 0);
  const html = await draft.fetchPart({ part: "rows", pointer: pointerOf(grid), start, count: block.dataset.count });
  delete block.dataset.fetching;
  if (html === null) return;
  block.replaceChildren(...elementsOf(html));
  delete block.dataset.count;
  block.classList.remove("far");
  document.dispatchEvent(new CustomEvent("redrawn"));
}
