// The grid of inputs: keys move between cells, blocks are pasted, far rows come when near.

import { countOf, indexOf, pointerOf, rowAt } from "./pointers.js";
import { addColumn, emptyCell, fitColumns, keysOf } from "./columns.js";
import { elementsOf } from "./fragments.js";

export function startGrid(bench) {
  document.addEventListener("keydown", (event) => {
    if (event.target.matches?.(".cell")) moveByKey(bench, event);
  });
  document.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!event.target.matches?.(".cell") || !/[\t\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    pasteBlock(bench, event.target, text);
  });
  document.addEventListener("click", (event) => {
    const tool = event.target.closest("[data-grid]");
    if (tool) useTool(bench, tool, tool.closest(".builder-section").querySelector(".grid"));
  });
  const look = () => {
    for (const grid of document.querySelectorAll(".grid")) {
      numberRows(grid);
      fitColumns(grid);
    }
    watchFar(bench);
  };
  look();
  document.addEventListener("redrawn", look);
}

// Rows count by CSS within their block; each block is told where it begins.
function numberRows(grid) {
  let start = 0;
  for (const block of grid.querySelectorAll("[data-block]")) {
    const rows = [...block.children];
    rows.forEach((row, index) => (row.style.counterSet = index ? "" : `row ${start + 1}`));
    start += countOf(block);
  }
}

export const gridOf = (element) => element.closest(".grid");
export const count = (grid) => [...grid.querySelectorAll("[data-block]")].reduce((sum, block) => sum + countOf(block), 0);

// Blocks below the first hundred rows are fetched when they come near the window.
function watchFar(bench) {
  bench.farWatch?.disconnect();
  for (const box of document.querySelectorAll(".grid-box")) {
    bench.farWatch = new IntersectionObserver((seen) => {
      for (const each of seen) if (each.isIntersecting) fetchBlock(bench, each.target);
    }, { root: box, rootMargin: "1200px" });
    box.querySelectorAll("[data-block][data-count]").forEach((block) => bench.farWatch.observe(block));
  }
}

async function fetchBlock(bench, block) {
  if (block.dataset.fetching) return;
  block.dataset.fetching = "yes";
  await bench.edits.idle();
  const grid = gridOf(block);
  let start = 0;
  for (const each of grid.querySelectorAll("[data-block]")) {
    if (each === block) break;
    start += countOf(each);
  }
  const query = new URLSearchParams({ part: "rows", pointer: pointerOf(grid), start, count: block.dataset.count });
  const response = await fetch(`${bench.main.dataset.part}?${query}`).catch(() => null);
  delete block.dataset.fetching;
  if (!response?.ok) return;
  block.replaceChildren(...elementsOf(await response.text()));
  delete block.dataset.count;
  block.classList.remove("far");
  document.dispatchEvent(new CustomEvent("redrawn"));
  bench.problems.place();
}

function moveByKey(bench, event) {
  const cell = event.target;
  const { key } = event;
  const atStart = cell.selectionStart === 0 && cell.selectionEnd === 0;
  const atEnd = cell.selectionStart === cell.value.length && cell.selectionEnd === cell.value.length;
  const whole = cell.selectionStart === 0 && atEnd;
  if (event.isComposing) return;
  if (key === "ContextMenu" || (event.shiftKey && key === "F10")) return;
  const steps = { ArrowDown: [1, 0], ArrowUp: [-1, 0] };
  if (key === "Enter") steps.Enter = event.shiftKey ? [-1, 0] : [1, 0];
  if ((key === "ArrowLeft" && (atStart || (whole && cell.value))) || key === "Home" && event.ctrlKey) steps.ArrowLeft = [0, -1];
  if (key === "ArrowRight" && atEnd) steps.ArrowRight = [0, 1];
  if (event.ctrlKey || event.metaKey || event.altKey || !(key in steps)) return;
  event.preventDefault();
  go(bench, cell, ...steps[key], key === "Enter");
}

function go(bench, cell, down, right, grow) {
  const grid = gridOf(cell);
  const row = cell.closest("[data-row]");
  const cells = [...row.querySelectorAll(".cell")];
  const column = cells.indexOf(cell) + right;
  const index = indexOf(row, grid) + down;
  if (right) return focus(cells[column]);
  if (index >= count(grid) && grow) return addRow(bench, grid, count(grid), column);
  const target = rowAt(grid, index);
  if (target?.matches("[data-block]")) return target.scrollIntoView({ block: "nearest" });
  focus(target?.querySelectorAll(".cell")[column]);
}

export function focus(cell) {
  cell?.focus();
  cell?.select();
}

async function useTool(bench, tool, grid) {
  if (tool.dataset.grid === "add") return addRow(bench, grid, count(grid), 0);
  if (tool.dataset.grid === "key") return addKey(bench, grid);
  const block = await bench.ask(bench.words.paste, bench.words.pasteHelp, "", 8);
  if (block) pasteRows(bench, grid, count(grid), 0, block);
}

export async function addRow(bench, grid, index, column = 0, copy = false) {
  if (index === count(grid) && index && !copy) return growRow(bench, grid, column);
  const pointer = pointerOf(grid);
  const edit = copy ? { kind: "duplicate", index: index - 1 } : { kind: "insert", index, value: "{}", order: [pointer.slice(1)] };
  const answer = await bench.change({ ...edit, pointer, part: "rows", at: pointer, start: index, count: 1 });
  if (!answer) return;
  const [row] = elementsOf(answer.html);
  placeRow(grid, index, row);
  recount(bench, grid);
  focus(row.querySelectorAll(".cell")[column]);
}

// A row below the last one moves no other: it stands here before the server has answered, so
// that who types on after Enter types in it.
async function growRow(bench, grid, column) {
  const pointer = pointerOf(grid);
  const row = blankRow(grid);
  placeRow(grid, count(grid), row);
  recount(bench, grid);
  focus(row.querySelectorAll(".cell")[column]);
  await bench.change(() => ({ kind: "insert", index: indexOf(row, grid), value: "{}", order: [pointer.slice(1)], pointer }));
  // It may have been made though its answer was lost: the text, read anew then, has it.
  if (!row.isConnected || bench.text.lineOf(pointerOf(row)) !== undefined) return;
  row.remove();
  recount(bench, grid);
}

function placeRow(grid, index, row) {
  const before = rowAt(grid, index);
  const last = rowAt(grid, index - 1);
  if (before && "row" in before.dataset) before.before(row);
  else if (last && "row" in last.dataset) last.after(row);
  else newBlock(grid).append(row);
}

function blankRow(grid) {
  const row = document.createElement("div");
  row.className = "grid-row";
  row.setAttribute("role", "row");
  row.dataset.row = "";
  const handle = grid.querySelector("[data-row] > .grid-handle").cloneNode(true);
  const more = document.createElement("div");
  more.className = "grid-more";
  more.setAttribute("role", "gridcell");
  row.append(handle, ...keysOf(grid).map(emptyCell), more);
  return row;
}

function newBlock(grid) {
  const block = document.createElement("div");
  block.className = "grid-rows";
  block.setAttribute("role", "rowgroup");
  block.dataset.block = "";
  grid.append(block);
  return block;
}

export function recount(bench, grid) {
  const total = count(grid);
  document.querySelectorAll(`[data-count-of="${CSS.escape(pointerOf(grid))}"]`).forEach((each) => (each.textContent = total));
  grid.setAttribute("aria-rowcount", total + 1);
  numberRows(grid);
  bench.problems.place();
}

async function addKey(bench, grid) {
  const key = await bench.ask(bench.words.key, bench.words.keyHelp);
  if (!key) return;
  if (keysOf(grid).includes(key)) return bench.toast(bench.words.taken.replace("%n", key), "warning");
  addColumn(bench, grid, key);
  if (!count(grid)) await addRow(bench, grid, 0, keysOf(grid).length - 1);
  else focus(grid.querySelector("[data-row]").querySelectorAll(".cell")[keysOf(grid).indexOf(key)]);
}

function pasteBlock(bench, cell, text) {
  const grid = gridOf(cell);
  const row = cell.closest("[data-row]");
  const column = [...row.querySelectorAll(".cell")].indexOf(cell);
  // A column of "Paris, France" is no CSV; one that came from a spreadsheet has no tabs.
  pasteRows(bench, grid, indexOf(row, grid), column, text, /[,;] /.test(text) ? "\t" : undefined);
}

async function pasteRows(bench, grid, index, column, text, mark) {
  let cells = readBlock(text, mark);
  let keys = keysOf(grid).slice(column);
  const titled = cells.length > 1 && cells[0].every((each) => each !== "") && cells[0].some((each) => keysOf(grid).includes(each));
  if (titled) [keys, cells] = [cells[0], cells.slice(1)];
  const width = Math.max(...cells.map((row) => row.length));
  for (let i = keys.length; i < width; i++) keys.push(`column_${column + i + 1}`);
  const pointer = pointerOf(grid);
  const value = JSON.stringify({ keys: keys.slice(0, width), cells });
  const answer = await bench.change({ kind: "paste", pointer, index, value, order: [pointer.slice(1)], part: "section", at: pointer });
  if (!answer) return;
  bench.swap(grid.closest(".builder-section"), answer.html);
  const fresh = bench.form().querySelector(`.grid[data-at="${CSS.escape(pointer)}"]`);
  recount(bench, fresh);
  focus(rowAt(fresh, index)?.querySelectorAll?.(".cell")[column]);
}

// Cells of a spreadsheet: tabs between them (else commas or semicolons), quotes around line breaks.
export function readBlock(text, given) {
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const first = source.split("\n", 1)[0];
  const mark = given ?? (first.includes("\t") ? "\t" : first.includes(";") ? ";" : first.includes(",") ? "," : "\t");
  const rows = [[]];
  let cell = "";
  let quoted = false;
  for (let i = 0; i < source.length; i++) {
    const sign = source[i];
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (source[i + 1] === '"') cell += source[++i];
      else quoted = false;
    } else if (sign === '"' && cell === "") quoted = true;
    else if (sign === mark || sign === "\n") {
      rows.at(-1).push(cell);
      cell = "";
      if (sign === "\n") rows.push([]);
    } else cell += sign;
  }
  rows.at(-1).push(cell);
  return rows;
}
