// What the menus of rows, cells and columns do. `page` is `{draft, form, problems}`.

import { message, toast } from "../messages.js";
import { ask } from "./dialogs.js";
import { saveField } from "./fields.js";
import { gridAt } from "./form.js";
import { addRow, fillRow } from "./grid.js";
import { addColumn, dropColumn, focusCell, keysOf, kindsOf, neighbourOf, partOf, recount } from "./grid_cells.js";
import { countRows, gridOf, isBlank } from "./grid_layout.js";
import { escapeSegment, indexOf, pointerOf, rowAt, split } from "./pointers.js";
import { offerUndo } from "./toolbar.js";

// Indices are read when an edit leaves, as the rows before it may have changed by then.
export async function changeRow(page, row, action) {
  const { draft, problems } = page;
  const grid = gridOf(row);
  const index = () => indexOf(row, grid);
  const pointer = pointerOf(grid);
  if (action === "meta") return addMeta(grid, row);
  if (isBlank(row)) return changeBlankRow(page, grid, row, action);
  if (action === "insert") return addRow(page, grid, index() + 1);
  if (action === "duplicate") return addRow(page, grid, index() + 1, { isCopy: true });
  if (action === "remove") {
    const neighbour = rowAt(grid, index() + 1) ?? rowAt(grid, index() - 1);
    if (!(await draft.change(() => ({ kind: "remove", pointer: `${pointer}/${index()}` })))) return;
    const number = index() + 1;
    row.remove();
    offerUndo(message("removedRow", { number }));
    recount(grid, problems);
    return focusCell(neighbour?.querySelector(".cell"));
  }
  const to = index() + (action === "up" ? -1 : 1);
  if (to < 0 || to >= countRows(grid)) return;
  if (!(await draft.change(() => ({ kind: "move", pointer, index: index(), to })))) return;
  const other = rowAt(grid, to);
  if (action === "up") other.before(row);
  else if ("row" in other.dataset) other.after(row);
  recount(grid, problems);
  row.querySelector("[data-row-menu]")?.focus();
}

// A row that isn't in the document: it can be removed, or another one added.
function changeBlankRow(page, grid, row, action) {
  if (action === "insert" || action === "duplicate") return addRow(page, grid, indexOf(row, grid));
  if (action !== "remove") return;
  const neighbour = neighbourOf(row, -1) ?? neighbourOf(row, 1);
  row.remove();
  focusCell(neighbour?.querySelector(".cell"));
}

function addMeta(grid, row) {
  if (!keysOf(grid).includes("meta")) addColumn(grid, "meta");
  const cell = row.querySelector('[data-at="/meta"]');
  grid.querySelectorAll('[data-at="/meta"]').forEach((each) => (each.dataset.kind = "json"));
  if (cell.value === "") cell.value = "{}";
  cell.dispatchEvent(new Event("input", { bubbles: true }));
  focusCell(cell);
}

export function changeCell(page, cell, action) {
  const { draft } = page;
  const row = cell.closest("[data-row]");
  if (isBlank(row) && action === "absent") return;
  fillRow(page, row);
  const box = cell.parentElement;
  if (action === "json") {
    cell.dataset.kind = "json";
    box.className = "grid-cell other";
    return saveField(draft, cell);
  }
  box.className = "grid-cell " + { absent: "absent", null: "null", empty: "text" }[action];
  cell.value = "";
  cell.dataset.kind = kindsOf(gridOf(cell))[split(cell.dataset.at)[0]] ?? "text";
  const value = action === "null" ? "null" : '""';
  if (action === "absent") cell.removeAttribute("placeholder");
  else cell.placeholder = value;
  draft.queue.editField(cell, () => isBlank(row) ? null : ({
    kind: action === "absent" ? "remove" : "set", pointer: pointerOf(cell), value, order: keysOf(gridOf(cell)), digest: draft.digest,
  }));
}

// All rows at once, as one edit that undo takes back as a whole.
export async function changeColumn(page, subject, key, action) {
  const { draft, form } = page;
  const pointer = pointerOf(subject);
  // The menu stays open while the section is drawn anew.
  const grid = gridAt(pointer);
  if (!grid || !keysOf(grid).includes(key)) return;
  if (action === "fill" && firstContent(grid, key)) await Promise.all([...grid.querySelectorAll("[data-blank]")].map((row) => fillRow(page, row)));
  const pointers = [...Array(countRows(grid)).keys()].map((i) => `${pointer}/${i}/${escapeSegment(key)}`);
  const list = { fill: listFilled, remove: listRemoved, rename: listRenamed }[action];
  const parts = await list(draft, grid, key, pointers);
  const { part } = partOf(grid);
  const answer = parts && (await draft.change({ kind: "all", parts, pointer, part, at: pointer }));
  if (!answer) return;
  form.replace(partOf(gridAt(pointer)).box, answer.html);
  if (action === "remove") offerUndo(message("removed", { name: key }));
}

function listFilled(draft, grid, key, pointers) {
  const value = firstContent(grid, key);
  if (!value) return toast(message("nothingToFill"), "warning");
  return pointers.slice(1).map((pointer) => ({ kind: "set", pointer, ...value, order: keysOf(grid) }));
}

function firstContent(grid, key) {
  const first = grid.querySelector(`[data-row]:not([data-blank]) [data-at="${CSS.escape("/" + escapeSegment(key))}"]`);
  return first && contentOf(first);
}

function listRemoved(draft, grid, key, pointers) {
  if (!isOnlyHere(draft, grid, key, pointers)) return pointers.map((pointer) => ({ kind: "remove", pointer }));
  return dropColumn(grid, key);
}

async function listRenamed(draft, grid, key, pointers) {
  const name = await ask(message("renameColumn"), message("columnKeyHelp"), key);
  if (!name || name === key) return null;
  const present = pointers.filter((pointer) => draft.text.lineOf(pointer) !== undefined);
  if (!isOnlyHere(draft, grid, key, present)) return present.map((pointer) => ({ kind: "rename", pointer, value: name }));
  if (keysOf(grid).includes(name)) return toast(message("keyExists", { key: name }), "warning");
  dropColumn(grid, key);
  return addColumn(grid, name);
}

// Whether a column was added on this page and has no value in the draft yet: there is nothing to
// send for it.
function isOnlyHere(draft, grid, key, pointers) {
  const head = grid.querySelector(`.grid-head [data-key="${CSS.escape(key)}"]`);
  return "fresh" in head.dataset && draft.queue.isIdle() && !pointers.some((pointer) => draft.text.lineOf(pointer) !== undefined);
}

// A cell's content for an edit; null for an absent one. An empty field may be null or "".
function contentOf(cell) {
  if (cell.value !== "") return { typed: cell.value, as: cell.dataset.kind ?? "text" };
  const look = cell.parentElement.classList;
  return look.contains("null") ? { value: "null" } : look.contains("text") ? { value: '""' } : null;
}
