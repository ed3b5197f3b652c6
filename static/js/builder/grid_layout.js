// The rows, columns and cells of a grid as elements: counted, numbered, made, placed.

import { icon, make, makeButton } from "../elements.js";
import { message } from "../messages.js";
import { countOf, escapeSegment, pointerOf, rowAt } from "./pointers.js";

export const gridOf = (element) => element.closest(".grid");
export const cellsOf = (row) => [...(row?.querySelectorAll(".cell") ?? [])];
export const countRows = (grid) => [...grid.querySelectorAll("[data-block]")].reduce((sum, block) => sum + countOf(block), 0);

export function focusCell(cell) {
  cell?.focus();
  cell?.select();
}

// CSS counts the rows within a block; the block's first row sets where the count starts. The
// blocks are skipped while they are off screen, which breaks one count over all of them.
export function numberRows(grid) {
  let start = 0;
  for (const block of grid.querySelectorAll("[data-block]")) {
    [...block.children].forEach((row, index) => (row.style.counterSet = index ? "" : `row ${start + 1}`));
    start += countOf(block);
  }
}

// After rows were added, moved or removed: their numbers, their count, problems at their cells.
export function recount(grid, problems) {
  const total = countRows(grid);
  showCount(pointerOf(grid), total);
  grid.setAttribute("aria-rowcount", total + 1);
  numberRows(grid);
  problems.place();
}

// The count beside the title of a section and in the index.
export const showCount = (pointer, count) =>
  document.querySelectorAll(`[data-count-of="${CSS.escape(pointer)}"]`).forEach((each) => (each.textContent = count));

export function placeRow(grid, index, row) {
  const before = rowAt(grid, index);
  const last = rowAt(grid, index - 1);
  if (before && "row" in before.dataset) before.before(row);
  else if (last && "row" in last.dataset) last.after(row);
  else newBlock(grid).append(row);
}

function newBlock(grid) {
  const block = make("div", { class: "grid-rows", role: "rowgroup", "data-block": "" });
  grid.append(block);
  return block;
}

export function blankRow(grid) {
  const handle = grid.querySelector("[data-row] > .grid-handle").cloneNode(true);
  const more = make("div", { class: "grid-more", role: "gridcell" });
  return make("div", { class: "grid-row", role: "row", "data-row": "" }, handle, ...keysOf(grid).map(emptyCell), more);
}

function emptyCell(key) {
  const cell = make("input", { class: "cell", autocomplete: "off", "data-at": "/" + escapeSegment(key), "aria-label": key });
  if (key === "meta") cell.dataset.kind = "json";
  return make("div", { class: "grid-cell absent", role: "gridcell" }, cell);
}

export const keysOf = (grid) => JSON.parse(grid.dataset.columnKeys);

function setKeys(grid, keys) {
  grid.dataset.columnKeys = JSON.stringify(keys);
  grid.dataset.columns = keys.length;
  fitColumns(grid);
}

// The style sheet knows up to twelve columns, for the first paint; a script may set any number.
export const fitColumns = (grid) => grid.style.setProperty("--columns", grid.dataset.columns);

// A new column exists on this page only, marked as fresh, until one of its cells has a value.
export function addColumn(grid, key) {
  setKeys(grid, [...keysOf(grid), key]);
  const head = make("div", { role: "columnheader", "data-key": key, "data-fresh": "" }, make("code", {}, key), columnMenuButton(key));
  [...grid.querySelectorAll(".grid-head > *")].at(-1).before(head);
  for (const row of grid.querySelectorAll("[data-row]")) row.lastElementChild.before(emptyCell(key));
}

export function dropColumn(grid, key) {
  const keys = keysOf(grid);
  const at = keys.indexOf(key);
  setKeys(grid, keys.filter((each) => each !== key));
  grid.querySelector(`.grid-head [data-key="${CSS.escape(key)}"]`).remove();
  for (const row of grid.querySelectorAll("[data-row]")) row.querySelectorAll(".grid-cell")[at]?.remove();
}

function columnMenuButton(key) {
  const label = message("columnMenu", { key });
  const attributes = { class: "button quiet square small", "data-column-menu": "", "aria-haspopup": "menu", "aria-label": label };
  return makeButton(attributes, icon("more"));
}
