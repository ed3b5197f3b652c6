// The grid of inputs: keys move between cells, blocks are pasted, rows and columns are added.

import { elementsOf, on } from "../elements.js";
import { message, toast } from "../messages.js";
import { isShortcut } from "../shortcuts.js";
import { ask } from "./dialogs.js";
import { gridAt } from "./form.js";
import { addColumn, blankRow, cellsOf, focusCell, isBlock, keysOf, neighbourOf, partOf, recount } from "./grid_cells.js";
import { countRows, gridOf, isBlank, numberRows, placeRow } from "./grid_layout.js";
import { indexOf, pointerOf, rowAt, split } from "./pointers.js";

// Text that the server couldn't read stays in the dialog for another try.
let rejectedText = "";

// What the functions of this module and of grid_actions.js call `page`: `{draft, form, problems}`.
export function startGrid(page) {
  on("keydown", ".cell", (cell, event) => moveByKey(page, event));
  // Before fields.js saves the cell: typing in a blank row adds it to the document.
  document.addEventListener("input", ({ target }) => target.matches(".cell") && fillRow(page, target.closest("[data-row]")), true);
  on("paste", ".cell", (cell, event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!isBlock(text)) return;
    event.preventDefault();
    pasteAt(page, cell, text);
  });
  // In the capturing phase: attachments.js would attach a file dropped anywhere.
  document.addEventListener("drop", (event) => {
    const grid = event.target.closest?.(".grid");
    const file = event.dataTransfer?.files[0];
    if (!grid || !file) return;
    event.preventDefault();
    event.stopPropagation();
    dropFile(page, grid, file);
  }, true);
  on("click", "[data-grid]", (tool) => useTool(page, tool.dataset.grid, (tool.closest("[data-field]") ?? tool.closest(".builder-section")).querySelector(".grid")));
}

// Left and right leave a cell only where the caret is at the end of its text.
function moveByKey(page, event) {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const cell = event.target;
  const isAtStart = cell.selectionStart === 0 && cell.selectionEnd === 0;
  const isAtEnd = cell.selectionStart === cell.value.length && cell.selectionEnd === cell.value.length;
  const moves = { ArrowDown: [1, 0], ArrowUp: [-1, 0] };
  if (isAtStart) moves.ArrowLeft = [0, -1];
  if (isAtEnd) moves.ArrowRight = [0, 1];
  const isBelow = isShortcut(event, "cell-below");
  const move = isBelow ? [1, 0] : isShortcut(event, "cell-above") ? [-1, 0] : moves[event.key];
  if (!move) return;
  event.preventDefault();
  go(page, cell, move, isBelow);
}

function go(page, cell, [down, right], mayAdd) {
  const grid = gridOf(cell);
  const row = cell.closest("[data-row]");
  const column = cellsOf(row).indexOf(cell) + right;
  if (right) return focusCell(cellsOf(row)[column]);
  const target = neighbourOf(row, down);
  if (!target && mayAdd) return isUntouched(row) || addRow(page, grid, countRows(grid), { column });
  // Not loaded yet: scrolling there loads it.
  if (target?.matches("[data-block]")) return target.scrollIntoView({ block: "nearest" });
  focusCell(cellsOf(target)[column]);
}

async function useTool(page, tool, grid) {
  if (tool === "add") return addRow(page, grid, countRows(grid));
  if (tool === "key") return askForColumn(page, grid);
  const text = await ask(message("pasteCells"), message("pasteCellsHelp"), rejectedText, 8);
  if (!text) return;
  rejectedText = text;
  const pointer = pointerOf(grid);
  if (await pasteRows(page, pointer, () => countRows(gridAt(pointer)), 0, { text })) rejectedText = "";
}

// Adds a row at an index: a blank one, or a copy of the one before it.
export async function addRow(page, grid, index, { column = 0, isCopy = false } = {}) {
  if (!isCopy) {
    const row = blankRow(grid);
    placeRow(grid, index, row);
    numberRows(grid);
    return focusCell(cellsOf(row)[column]);
  }
  const pointer = pointerOf(grid);
  const edit = { kind: "duplicate", index: index - 1, pointer, part: "rows", at: pointer, start: index, count: 1 };
  const answer = await page.draft.change(edit);
  if (!answer) return;
  const [row] = elementsOf(answer.html);
  placeRow(grid, index, row);
  recount(grid, page.problems);
  focusCell(cellsOf(row)[column]);
}

// Adds a blank row to the document, with whatever was typed in it when the edit is sent. It stays
// blank until the server has it: until then the pointers of other edits don't count it.
export async function fillRow({ draft, problems }, row) {
  if (!isBlank(row) || row.dataset.filling) return;
  row.dataset.filling = "yes";
  const grid = gridOf(row);
  const pointer = pointerOf(grid);
  const make = () => ({ kind: "insert", index: indexOf(row, gridOf(row)), value: rowAsJson(row), order: [pointer.slice(1)], pointer, digest: draft.digest });
  let rejected = null;
  await draft.queue.editStructure(make).catch((answer) => (rejected = answer ?? {}));
  delete row.dataset.filling;
  // Also if only the response to the first try was lost.
  if (!rejected || rejected.data?.done) delete row.dataset.blank;
  else if (rejected.reason) toast(rejected.reason, "error");
  if (row.isConnected) recount(gridOf(row), problems);
  if (rejected) await draft.onStale();
}

const isUntouched = (row) => isBlank(row) && cellsOf(row).every((cell) => cell.value === "");
const rowAsJson = (row) => JSON.stringify(Object.fromEntries(cellsOf(row).filter(isText).map((cell) => [split(cell.dataset.at)[0], cell.value])), null, 2);
const isText = (cell) => cell.value !== "" && (cell.dataset.kind ?? "text") === "text";

async function askForColumn(page, grid) {
  const key = await ask(message("newColumn"), message("columnKeyHelp"));
  if (!key) return;
  if (keysOf(grid).includes(key)) return toast(message("keyExists", { key }), "warning");
  addColumn(grid, key);
  if (!countRows(grid)) await addRow(page, grid, 0, { column: keysOf(grid).length - 1 });
  else focusCell(cellsOf(grid.querySelector("[data-row]"))[keysOf(grid).indexOf(key)]);
}

async function pasteAt(page, cell, text) {
  const grid = gridOf(cell);
  const row = cell.closest("[data-row]");
  // Cells pasted into a blank row must not replace those of the row below.
  if (isBlank(row) && indexOf(row, grid) < countRows(grid)) await fillRow(page, row);
  const start = indexOf(row, grid);
  const index = () => (row.isConnected ? indexOf(row, grid) : start);
  return pasteRows(page, pointerOf(grid), index, cellsOf(row).indexOf(cell), { text }, row);
}

// The rows of a file, such as a workbook, come after those that are there.
async function dropFile(page, grid, file) {
  const reader = new FileReader();
  const read = new Promise((resolve) => reader.addEventListener("loadend", resolve));
  reader.readAsDataURL(file);
  await read;
  // A folder can be dropped, but not read.
  if (reader.error) return toast(message("uploadFailed", { name: file.name }), "error");
  const pointer = pointerOf(grid);
  const content = { file: reader.result.split(",")[1] ?? "", name: file.name };
  return pasteRows(page, pointer, () => countRows(gridAt(pointer)), 0, content);
}

// The server reads the text or file and fills the cells; see playground/importers/rows.py. `index`
// is a function, because rows may have moved when the edit is sent. `target` is the row pasted
// into. Returns whether the cells were pasted.
async function pasteRows({ draft, form, problems }, pointer, index, column, content, target = null) {
  let first = 0;
  const answer = await draft.change(() => {
    first = index();
    const grid = gridAt(pointer);
    return { url: draft.urls.rows, ...content, pointer, index: first, column, keys: keysOf(grid), part: partOf(grid).part };
  });
  if (!answer) return false;
  // The cells replace the rows of this page that nobody has typed in.
  for (const row of gridAt(pointer).querySelectorAll("[data-blank]")) if (row === target || isUntouched(row)) row.remove();
  form.replace(partOf(gridAt(pointer)).box, answer.html);
  const fresh = gridAt(pointer);
  recount(fresh, problems);
  focusCell(cellsOf(rowAt(fresh, first))[column]);
  toast(answer.said.join(" "), answer.said.length > 1 ? "warning" : "success");
  return true;
}
