// The columns of a grid: their keys, their heads, the cells that nobody has filled yet.

import { icon } from "./icons.js";
import { escapeSegment } from "./pointers.js";

export const keysOf = (grid) => JSON.parse(grid.dataset.columnKeys);

function setKeys(grid, keys) {
  grid.dataset.columnKeys = JSON.stringify(keys);
  grid.dataset.columns = keys.length;
  fitColumns(grid);
}

// The style sheet knows a dozen columns before any script has run; here there may be more.
export const fitColumns = (grid) => grid.style.setProperty("--columns", grid.dataset.columns);

// A column nobody has filled yet stands on this page only; its first value makes it real.
export function addColumn(bench, grid, key) {
  setKeys(grid, [...keysOf(grid), key]);
  const box = document.createElement("div");
  box.setAttribute("role", "columnheader");
  box.dataset.key = key;
  box.dataset.fresh = "";
  const code = document.createElement("code");
  code.textContent = key;
  box.append(code, columnMenu(bench, key));
  [...grid.querySelectorAll(".grid-head > *")].at(-1).before(box);
  for (const row of grid.querySelectorAll("[data-row]")) row.lastElementChild.before(emptyCell(key));
}

export function dropColumn(grid, key) {
  const keys = keysOf(grid);
  const at = keys.indexOf(key);
  setKeys(grid, keys.filter((each) => each !== key));
  grid.querySelector(`.grid-head [data-key="${CSS.escape(key)}"]`).remove();
  for (const row of grid.querySelectorAll("[data-row]")) row.querySelectorAll(".grid-cell")[at]?.remove();
}

function columnMenu(bench, key) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet square small";
  button.dataset.columnMenu = "";
  button.setAttribute("aria-haspopup", "menu");
  button.setAttribute("aria-label", bench.words.column.replace("%n", key));
  button.append(icon("more"));
  return button;
}

export function emptyCell(key) {
  const box = document.createElement("div");
  box.className = "grid-cell absent";
  box.setAttribute("role", "gridcell");
  const cell = document.createElement("input");
  cell.className = "cell";
  cell.autocomplete = "off";
  cell.dataset.at = "/" + escapeSegment(key);
  if (key === "meta") cell.dataset.kind = "json";
  cell.setAttribute("aria-label", key);
  box.append(cell);
  return box;
}
