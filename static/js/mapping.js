// The columns of a batch and the fields that they fill: dragging one to the other connects them. The
// form sends the select of each column, which keyboards and touch screens use alone.

import { on } from "./elements.js";
import { message } from "./messages.js";

const list = document.getElementById("field_list");
const fields = [...(list?.querySelectorAll("[data-field]") ?? [])];
const ROW = ".column-rows tbody tr";
const rows = [...document.querySelectorAll(ROW)];
// Only then the list is next to the columns.
const wide = matchMedia("(min-width: 1180px)");
let dragged = null;
let over = null;

const controlOf = (row) => row.querySelector("[name^=pointer-]");
const titleOf = (row) => row.querySelector("[data-column]").textContent;

function pointerOf(row) {
  const { value } = controlOf(row);
  return value === "other" ? row.querySelector(".other-pointer").value.trim() : value;
}

function set(row, value) {
  const control = controlOf(row);
  control.value = value;
  control.dispatchEvent(new Event("change", { bubbles: true }));
}

function connect(row, field) {
  const pointer = field.dataset.field;
  // One column fills a field; the former one can be brought back.
  const others = rows.filter((each) => each !== row && pointerOf(each) === pointer);
  const before = [...others, row].map((each) => [each, controlOf(each).value]);
  for (const each of others) set(each, "");
  set(row, pointer);
  if (others.length === 0) return;
  const text = message("columnReplaced", { column: titleOf(others[0]), field: field.firstElementChild.textContent });
  const undo = () => before.forEach(([each, value]) => set(each, value));
  document.dispatchEvent(new CustomEvent("toast", { detail: { text, undo } }));
}

function showFilled() {
  const filled = new Map(rows.map((row) => [pointerOf(row), titleOf(row)]));
  for (const field of fields) {
    const title = filled.get(field.dataset.field) ?? "";
    field.lastElementChild.textContent = title;
    field.classList.toggle("filled", title !== "");
  }
}

function allowDragging() {
  for (const each of document.querySelectorAll("[data-column], [data-field]")) each.draggable = wide.matches;
}

function findTarget({ target }) {
  if (!dragged) return null;
  // In Firefox it may be a text.
  const element = target instanceof Element ? target : target.parentElement;
  return element?.closest("field" in dragged.dataset ? ROW : "[data-field]") ?? null;
}

function mark(target) {
  over?.classList.remove("over");
  over = target;
  over?.classList.add("over");
}

on("dragstart", "[data-column], [data-field]", (element, { dataTransfer }) => {
  dragged = element;
  dataTransfer.effectAllowed = "link";
  // Firefox drags nothing without data. As text, it could be dropped in any input.
  dataTransfer.setData("application/x-mapping", element.textContent);
  document.body.dataset.drags = "field" in element.dataset ? "field" : "column";
});
document.addEventListener("dragover", (event) => {
  const target = findTarget(event);
  mark(target);
  if (!target) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "link";
});
document.addEventListener("drop", (event) => {
  const target = findTarget(event);
  if (!target) return;
  event.preventDefault();
  if (target.matches(ROW)) connect(target, dragged);
  else connect(dragged.closest("tr"), target);
});
document.addEventListener("dragend", () => {
  mark(null);
  dragged = null;
  delete document.body.dataset.drags;
});

on("input", "#find_field", ({ value }) => {
  const words = value.toLowerCase().split(/\s+/);
  for (const field of fields) {
    const text = field.firstElementChild.textContent.toLowerCase();
    field.hidden = !words.every((word) => text.includes(word));
  }
});
on("input", "#mapping *", showFilled);
on("change", "#mapping *", showFilled);
addEventListener("pageshow", showFilled);

if (list) {
  list.hidden = false;
  wide.addEventListener("change", allowDragging);
  allowDragging();
}
