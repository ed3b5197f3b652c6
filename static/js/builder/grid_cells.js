// The cells and columns of a grid as elements: find, make, add, remove.

import { icon, make, makeButton } from "../elements.js";
import { message } from "../messages.js";
import { countRows, fitColumns, numberRows } from "./grid_layout.js";
import { countOf, escapeSegment, pointerOf } from "./pointers.js";

export const cellsOf = (row) => [...(row?.querySelectorAll(".cell") ?? [])];

// Whether pasted text has more than one value; a single one is pasted by the browser.
export const isBlock = (text) => /[\t\n]/.test(text.trimEnd());

export function focusCell(cell) {
  cell?.focus();
  cell?.select();
}

// After rows were added, moved or removed: update numbers, count and problems at cells.
export function recount(grid, problems) {
  const total = countRows(grid);
  showCount(pointerOf(grid), total);
  grid.setAttribute("aria-rowcount", total + 1);
  numberRows(grid);
  problems.place();
}

// The count next to a section's title and in the index.
export const showCount = (pointer, count) =>
  document.querySelectorAll(`[data-count-of="${CSS.escape(pointer)}"]`).forEach((each) => (each.textContent = count));

// A new row. It is added to the document when a value is typed in it: blank rows are neither sent
// nor counted.
export function blankRow(grid) {
  const label = grid.querySelector(".grid-head .grid-handle").textContent;
  const menu = makeButton({ "data-row-menu": "", "aria-haspopup": "menu", "aria-label": label });
  const handle = make("div", { class: "grid-handle", role: "rowheader" }, menu);
  const more = make("div", { class: "grid-more", role: "gridcell" });
  const attributes = { class: "grid-row", role: "row", "data-row": "", "data-blank": "" };
  return make("div", attributes, handle, ...keysOf(grid).map((key) => emptyCell(key, kindsOf(grid)[key])), more);
}

// The row above or below on the page, which may be blank, or a block that isn't drawn yet.
export function neighbourOf(row, down) {
  const next = down > 0 ? "nextElementSibling" : "previousElementSibling";
  if (row[next]) return row[next];
  const block = row.parentElement[next];
  if (!block?.matches("[data-block]")) return null;
  return block.dataset.count ? block : down > 0 ? block.firstElementChild : block.lastElementChild;
}

// The element that is redrawn with a grid, and its name on the server.
export function partOf(grid) {
  const field = grid.closest("[data-field]");
  if (!field) return { part: "section", box: grid.closest(".builder-section") };
  return { part: field.matches(".item-card") ? "card" : "field", box: field };
}

export const kindsOf = (grid) => JSON.parse(grid.dataset.columnKinds ?? "{}");

function emptyCell(key, kind) {
  const cell = make("input", { class: "cell", autocomplete: "off", "data-at": "/" + escapeSegment(key), "aria-label": key });
  if (kind) cell.dataset.kind = kind;
  else if (key === "meta") cell.dataset.kind = "json";
  return make("div", { class: "grid-cell absent", role: "gridcell" }, cell);
}

export const keysOf = (grid) => JSON.parse(grid.dataset.columnKeys);

function setKeys(grid, keys) {
  grid.dataset.columnKeys = JSON.stringify(keys);
  grid.dataset.columns = keys.length;
  fitColumns(grid);
}

// A new column exists only on this page, marked as fresh, until one of its cells has a value.
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
