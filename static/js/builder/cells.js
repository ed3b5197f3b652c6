// What the menus of rows, cells and columns do.

import { change } from "./fields.js";
import { addColumn, addRow, count, focus, gridOf, keysOf, recount } from "./grid.js";
import { indexOf, pointerOf, rowAt } from "./pointers.js";

export async function doToRow(bench, row, what) {
  const grid = gridOf(row);
  const find = () => indexOf(row, grid);
  const pointer = pointerOf(grid);
  if (what === "insert") return addRow(bench, grid, find() + 1);
  if (what === "duplicate") return addRow(bench, grid, find() + 1, 0, true);
  if (what === "meta") return addMeta(grid, row);
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

function addMeta(grid, row) {
  if (!keysOf(grid).includes("meta")) addColumn(grid, "meta");
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
  const at = "/" + key.replace(/~/g, "~0").replace(/\//g, "~1");
  const rows = [...Array(count(grid)).keys()];
  let parts;
  if (what === "remove") parts = rows.map((i) => ({ kind: "remove", pointer: `${pointer}/${i}${at}` }));
  else if (what === "fill") {
    const first = grid.querySelector(`[data-row] [data-at="${CSS.escape(at)}"]`);
    const value = first && shownIn(first);
    if (!value) return bench.toast(bench.words.nothingToFill, "warning");
    parts = rows.slice(1).map((i) => ({ kind: "set", pointer: `${pointer}/${i}${at}`, ...value, order: keysOf(grid) }));
  } else {
    const name = await bench.ask(bench.words.rename, bench.words.keyHelp, key);
    if (!name || name === key) return;
    parts = rows.filter((i) => bench.text.lineOf(`${pointer}/${i}${at}`) !== undefined).map((i) => ({ kind: "rename", pointer: `${pointer}/${i}${at}`, value: name }));
  }
  const answer = await bench.change({ kind: "all", parts, pointer, part: "section", at: pointer });
  if (answer) bench.swap(grid.closest(".builder-section"), answer.html);
}

// What stands in a cell, for an edit; null where nothing does. An empty one may hold null or "".
function shownIn(cell) {
  if (cell.value !== "") return { typed: cell.value, as: cell.dataset.kind ?? "text" };
  const look = cell.parentElement.classList;
  return look.contains("null") ? { value: "null" } : look.contains("text") ? { value: '""' } : null;
}
