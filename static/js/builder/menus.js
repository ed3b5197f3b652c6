// Menus of fields, rows, cells and columns: one of each on the page, opened next to its subject.

import { on } from "../elements.js";
import { message, toast } from "../messages.js";
import { isShortcut } from "../shortcuts.js";
import { changeCard } from "./cards.js";
import { placeBeside } from "./choices.js";
import { ask } from "./dialogs.js";
import { fillField, saveField } from "./fields.js";
import { changeCell, changeColumn, changeRow } from "./grid_actions.js";
import { changePart } from "./parts.js";
import { pointerOf } from "./pointers.js";
import { offerUndo } from "./toolbar.js";

// `suggestVariables(field)` opens the list of variables at a field.
export function startMenus({ draft, form, problems, suggestVariables }) {
  const grid = { draft, form, problems };
  let subject = null;
  const open = (id, anchor, about) => {
    subject = about;
    const menu = document.getElementById(id);
    menu.showPopover({ source: anchor });
    placeBeside(menu, anchor);
    menu.querySelector("button:not([hidden])")?.focus();
  };

  on("click", '[data-act="menu"]', (button) => {
    const box = button.closest("[data-field]");
    hideUnfit(document.getElementById("field_menu"), box);
    open("field_menu", button, box);
  });
  on("click", "[data-row-menu]", (button) => open("row_menu", button, button.closest("[data-row]")));
  on("click", "[data-card-menu]", (button) => open("card_menu", button, button.closest("[data-row]")));
  on("click", "[data-column-menu]", (button) => open("column_menu", button, button.closest("[data-key]")));
  on("click", ".menu :is([data-do], [data-row-do], [data-column-do], [data-cell-do], [data-card-do])", (chosen) => {
    chosen.closest(".menu").hidePopover();
    const { do: action, rowDo, columnDo, cellDo, cardDo } = chosen.dataset;
    if (action) changeField({ draft, form, suggestVariables }, subject, action);
    if (rowDo) changeRow(grid, subject, rowDo);
    if (cardDo) changeCard(grid, subject, cardDo);
    if (cellDo) changeCell(grid, subject, cellDo);
    if (columnDo) changeColumn(grid, subject.closest(".grid"), subject.dataset.key, columnDo);
  });
  const openCellMenu = (cell, event) => {
    event.preventDefault();
    open("cell_menu", cell, cell);
  };
  on("contextmenu", ".cell", openCellMenu);
  on("keydown", ".cell", (cell, event) => isShortcut(event, "cell-menu") && openCellMenu(cell, event));
  on("keydown", '[role="menu"]', (menu, event) => (event.key === "ArrowDown" || event.key === "ArrowUp") && moveFocus(menu, event));
}

// Only what applies to a field: a number has no variables, a required field cannot be removed.
function hideUnfit(menu, box) {
  const { kind, default: initial } = box.querySelector("[data-at]").dataset;
  const unfit = {
    variable: kind !== "text",
    empty: kind !== "text" && kind !== "choice",
    reset: initial === undefined,
    remove: !box.querySelector('[data-act="switch"]'),
  };
  for (const [action, isUnfit] of Object.entries(unfit)) menu.querySelector(`[data-do="${action}"]`).hidden = isUnfit;
}

function moveFocus(menu, event) {
  event.preventDefault();
  const items = [...menu.querySelectorAll('[role="menuitem"]:not([hidden])')];
  const step = event.key === "ArrowDown" ? 1 : -1;
  items.at((items.indexOf(document.activeElement) + step) % items.length).focus();
}

async function changeField({ draft, form, suggestVariables }, box, action) {
  const field = box.querySelector("[data-at]");
  const send = (edit) => draft.change(() => ({ pointer: pointerOf(field), ...edit }));
  if (action === "copy-pointer") {
    await navigator.clipboard?.writeText(pointerOf(field));
    return toast(message("copied"), "success");
  }
  if (action === "note") return editNote(draft, box, field);
  if (action === "reset") {
    fillField(field, field.dataset.default);
    return saveField(draft, field);
  }
  if (action === "variable") return suggestVariables(field);
  if (action === "json") return editAsJson({ draft, form }, field);
  if (action === "remove") {
    const name = box.querySelector(".field-label").textContent.trim();
    if (!(await send({ kind: "remove" }))) return;
    await form.redraw();
    return offerUndo(message("removed", { name }));
  }
  const value = action === "null" ? "null" : '""';
  if (box.matches(".part") || field.type === "hidden") return changePart({ draft, form }, box, () => ({ kind: "set", pointer: pointerOf(field), value }));
  if (!(await send({ kind: "set", value }))) return;
  box.classList.remove("off");
  field.dataset.state = action === "null" ? "null" : "sent";
  field.value = "";
  field.placeholder = value;
  const toggle = box.querySelector('[data-act="switch"]');
  if (toggle) toggle.checked = true;
}

async function editNote(draft, box, field) {
  const place = box.querySelector("[data-note]");
  const note = await ask(message("note"), message("noteHelp"), place.textContent, 4);
  if (note === null) return;
  if (!(await draft.change(() => ({ kind: "note", pointer: pointerOf(field), value: note })))) return;
  place.textContent = note;
  place.hidden = note === "";
  box.querySelector('[data-act="menu"]').classList.toggle("used", note !== "");
}

// Any value can be written as JSON, such as a list where text is usual. The question is repeated
// until the server accepts the answer, with the rejected text in it.
export async function editAsJson({ draft, form }, field) {
  const pointer = pointerOf(field);
  const line = draft.text.lineOf(pointer);
  let value = line === undefined ? "" : draft.text.valueAt(line);
  for (;;) {
    value = await ask("JSON", pointer, value, 8);
    if (value === null || value.trim() === "") return;
    if (await draft.change({ kind: "set", pointer, value })) return form.redraw();
  }
}
