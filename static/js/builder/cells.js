// What the menus of rows, cells and columns do.

import { change } from "./fields.js";
import { addColumn, dropColumn, keysOf } from "./columns.js";
import { addRow, count, focus, gridOf, recount } from "./grid.js";
import { escapeSegment, indexOf, pointerOf, rowAt } from "./pointers.js";

export async function doToRow(bench, row, what) {
  const grid = gridOf(row);
  const find = () => indexOf(row, grid);
  const pointer = pointerOf(grid);
  if (what === "insert") return addRow(bench, grid, find() + 1);
  if (what === "duplicate") return addRow(bench, grid, find() + 1, 0, true);
  if (what === "meta") return addMeta(bench, grid, row);
  if (what === "remove") {
    const near = rowAt(grid, find() + 1) ?? rowAt(grid, find() - 1);
    if (!(await bench.change(() => ({ kind: "remove", pointer: `${pointer}/${find()}` })))) return;
    row.remove();
    recount(bench, grid);
    return focus(near?.querySelector?.(".cell"));
  }
  const to = find() + (what === "up" ? -1 : 1);
  if (to < 0 || to >= count(grid)) return;
  if (!(await bench.change(() => ({ kind: "move", pointer, index: find(), to })))) return;
  const other = rowAt(grid, to);
  if (what === "up") other.before(row);
  else if ("row" in other.dataset) other.after(row);
  recount(bench, grid);
  row.querySelector("[data-row-menu]")?.focus();
}

function addMeta(bench, grid, row) {
  if (!keysOf(grid).includes("meta")) addColumn(bench, grid, "meta");
  const cell = row.querySelector('[data-at="/meta"]');
  grid.querySelectorAll('[data-at="/meta"]').forEach((each) => (each.dataset.kind = "json"));
  if (cell.value === "") cell.value = "{}";
  cell.dispatchEvent(new Event("input", { bubbles: true }));
  focus(cell);
}

export function doToCell(bench, cell, what) {
  const box = cell.parentElement;
  if (what === "json") {
    cell.dataset.kind = "json";
    box.className = "grid-cell other";
    return change(bench, cell);
  }
  box.className = "grid-cell " + { absent: "absent", null: "null", empty: "text" }[what];
  cell.value = "";
  delete cell.dataset.kind;
  if (what === "absent") cell.removeAttribute("placeholder");
  else cell.placeholder = what === "null" ? "null" : '""';
  const value = what === "null" ? "null" : '""';
  bench.edits.field(cell, () => ({
    kind: what === "absent" ? "remove" : "set", pointer: pointerOf(cell), value, order: keysOf(gridOf(cell)), digest: bench.digest,
  }));
}

export async function doToColumn(bench, grid, key, what) {
  const pointer = pointerOf(grid);
  const places = [...Array(count(grid)).keys()].map((i) => `${pointer}/${i}/${escapeSegment(key)}`);
  const make = { fill: fillDown, remove: removeAll, rename: renameAll }[what];
  const parts = await make(bench, grid, key, places);
  const answer = parts && (await bench.change({ kind: "all", parts, pointer, part: "section", at: pointer }));
  if (answer) bench.swap(grid.closest(".builder-section"), answer.html);
}

function fillDown(bench, grid, key, places) {
  const first = grid.querySelector(`[data-row] [data-at="${CSS.escape("/" + escapeSegment(key))}"]`);
  const value = first && shownIn(first);
  if (!value) return bench.toast(bench.words.nothingToFill, "warning");
  return places.slice(1).map((pointer) => ({ kind: "set", pointer, ...value, order: keysOf(grid) }));
}

function removeAll(bench, grid, key, places) {
  if (!isOnlyHere(bench, grid, key, places)) return places.map((pointer) => ({ kind: "remove", pointer }));
  return dropColumn(grid, key);
}

async function renameAll(bench, grid, key, places) {
  const name = await bench.ask(bench.words.rename, bench.words.keyHelp, key);
  if (!name || name === key) return null;
  const held = places.filter((pointer) => bench.text.lineOf(pointer) !== undefined);
  if (!isOnlyHere(bench, grid, key, held)) return held.map((pointer) => ({ kind: "rename", pointer, value: name }));
  if (keysOf(grid).includes(name)) return bench.toast(bench.words.taken.replace("%n", name), "warning");
  dropColumn(grid, key);
  return addColumn(bench, grid, name);
}

// A column that was added on this page and in which no row has a value yet.
function isOnlyHere(bench, grid, key, places) {
  const head = grid.querySelector(`.grid-head [data-key="${CSS.escape(key)}"]`);
  return "fresh" in head.dataset && bench.edits.isIdle() && !places.some((pointer) => bench.text.lineOf(pointer) !== undefined);
}

// What stands in a cell, for an edit; null where nothing does. An empty one may hold null or "".
function shownIn(cell) {
  if (cell.value !== "") return { typed: cell.value, as: cell.dataset.kind ?? "text" };
  const look = cell.parentElement.classList;
  return look.contains("null") ? { value: "null" } : look.contains("text") ? { value: '""' } : null;
}
