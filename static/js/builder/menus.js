// Menus of fields, rows, cells and columns: one of each on the page, opened where it is asked for.

import { pointerOf } from "./pointers.js";
import { change, fill } from "./fields.js";
import { doToCell, doToColumn, doToRow } from "./cells.js";

export function startMenus(bench) {
  let subject = null;
  const open = (id, anchor, about) => {
    subject = about;
    const menu = document.getElementById(id);
    menu.showPopover({ source: anchor });
    place(menu, anchor);
    menu.querySelector("button:not([hidden])")?.focus();
  };

  document.addEventListener("click", (event) => {
    const tool = event.target.closest('[data-act="menu"]');
    if (tool) {
      const box = tool.closest("[data-field]");
      const field = box.querySelector("[data-at]");
      const optional = Boolean(box.querySelector('[data-act="switch"]'));
      const menu = document.getElementById("field_menu");
      menu.querySelector('[data-do="variable"]').hidden = field.dataset.kind !== "text";
      menu.querySelector('[data-do="empty"]').hidden = field.dataset.kind !== "text" && field.dataset.kind !== "choice";
      menu.querySelector('[data-do="reset"]').hidden = field.dataset.default === undefined;
      menu.querySelector('[data-do="remove"]').hidden = !optional;
      open("field_menu", tool, box);
    }
    const row = event.target.closest("[data-row-menu]");
    if (row) open("row_menu", row, row.closest("[data-row]"));
    const column = event.target.closest("[data-column-menu]");
    if (column) open("column_menu", column, column.closest("[data-key]"));
    const chosen = event.target.closest(".menu [data-do], .menu [data-row-do], .menu [data-column-do], .menu [data-cell-do]");
    if (!chosen) return;
    chosen.closest(".menu").hidePopover();
    const { do: what, rowDo, columnDo, cellDo } = chosen.dataset;
    if (what) doToField(bench, subject, what);
    if (rowDo) doToRow(bench, subject, rowDo);
    if (cellDo) doToCell(bench, subject, cellDo);
    if (columnDo) doToColumn(bench, subject.closest(".grid"), subject.dataset.key, columnDo);
  });
  document.addEventListener("contextmenu", (event) => {
    if (!event.target.matches?.(".cell")) return;
    event.preventDefault();
    open("cell_menu", event.target, event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.matches?.(".cell") && event.altKey && event.key === "ArrowDown") {
      event.preventDefault();
      open("cell_menu", event.target, event.target);
    }
    const menu = event.target.closest?.('[role="menu"]');
    if (menu && (event.key === "ArrowDown" || event.key === "ArrowUp")) walk(menu, event);
  });
}

// Browsers without anchors for popovers would put the menu into a corner.
function place(menu, anchor) {
  if (CSS.supports("position-area", "bottom")) return;
  const box = anchor.getBoundingClientRect();
  menu.style.setProperty("position", "fixed");
  menu.style.setProperty("left", `${Math.max(8, Math.min(box.left, innerWidth - 260))}px`);
  menu.style.setProperty("top", `${Math.min(box.bottom + 2, innerHeight - 240)}px`);
}

function walk(menu, event) {
  event.preventDefault();
  const items = [...menu.querySelectorAll('[role="menuitem"]:not([hidden])')];
  const step = event.key === "ArrowDown" ? 1 : -1;
  items.at((items.indexOf(document.activeElement) + step) % items.length).focus();
}

export async function doToField(bench, box, what) {
  const field = box.querySelector("[data-at]");
  const send = (edit) => bench.change(() => ({ pointer: pointerOf(field), ...edit }));
  if (what === "copy-pointer") {
    await navigator.clipboard?.writeText(pointerOf(field));
    return bench.toast(bench.words.copied);
  }
  if (what === "note") return writeNote(bench, box, field);
  if (what === "reset") {
    fill(field, field.dataset.default);
    return change(bench, field);
  }
  if (what === "variable") return bench.offerVariables(field);
  if (what === "json") return editAsJson(bench, field);
  if (what === "remove") {
    if (await send({ kind: "remove" })) await bench.redraw();
    return;
  }
  const value = what === "null" ? "null" : '""';
  if (!(await send({ kind: "set", value }))) return;
  box.classList.remove("off");
  field.dataset.state = what === "null" ? "null" : "sent";
  field.value = "";
  field.placeholder = what === "null" ? "null" : '""';
  const toggle = box.querySelector('[data-act="switch"]');
  if (toggle) toggle.checked = true;
}

async function writeNote(bench, box, field) {
  const place = box.querySelector("[data-note]");
  const note = await bench.ask(bench.words.note, bench.words.noteHelp, place.textContent, 4);
  if (note === null) return;
  if (!(await bench.change(() => ({ kind: "note", pointer: pointerOf(field), value: note })))) return;
  place.textContent = note;
  place.hidden = note === "";
  box.querySelector('[data-act="menu"]').classList.toggle("used", note !== "");
}

// Any value can be written as JSON, and is asked again until it is: a list, an object, a number where text is usual.
async function editAsJson(bench, field) {
  const pointer = pointerOf(field);
  const line = bench.text.lineOf(pointer);
  const current = line === undefined ? "" : bench.valueText(line, pointer);
  for (let value = current; ; ) {
    value = await bench.ask("JSON", pointer, value, 8);
    if (value === null || value.trim() === "") return;
    if (await bench.change({ kind: "set", pointer, value })) return bench.redraw();
  }
}
