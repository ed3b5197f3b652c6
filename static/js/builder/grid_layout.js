// The rows of a grid as elements: count, number, place.

import { make } from "../elements.js";
import { childRows, countOf, rowAt } from "./pointers.js";

export const gridOf = (element) => element.closest(".grid");
export const countRows = (grid) => [...grid.querySelectorAll("[data-block]")].reduce((sum, block) => sum + countOf(block), 0);

// CSS counts the rows within a block; the block's first row sets where the count starts. The
// blocks are skipped while they are off screen, which breaks one count over all of them.
export function numberRows(grid) {
  let start = 0;
  for (const block of grid.querySelectorAll("[data-block]")) {
    const [first] = childRows(block);
    for (const row of block.children) row.style.counterSet = row === first ? `row ${start + 1}` : "";
    start += countOf(block);
  }
}

export function placeRow(grid, index, row) {
  const before = rowAt(grid, index);
  const last = rowAt(grid, index - 1);
  if (before && "row" in before.dataset) before.before(row);
  else if (last && "row" in last.dataset) behindBlanks(last).after(row);
  else newBlock(grid).append(row);
}

function behindBlanks(row) {
  let last = row;
  while (last.nextElementSibling && isBlank(last.nextElementSibling)) last = last.nextElementSibling;
  return last;
}

function newBlock(grid) {
  const block = make("div", { class: "grid-rows", role: "rowgroup", "data-block": "" });
  grid.append(block);
  return block;
}

export const isBlank = (row) => "blank" in row.dataset;

// The style sheet knows up to twelve columns, for the first paint; a script may set any number.
export const fitColumns = (grid) => grid.style.setProperty("--columns", grid.dataset.columns);
