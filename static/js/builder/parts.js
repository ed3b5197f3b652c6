// Parts of the form for any schema, redrawn by the server on changes: add a field to an object,
// switch the alternative of a union, choose a value from a long list.

import { elementsOf, on } from "../elements.js";
import { message, toast } from "../messages.js";
import { findNamed, placeBeside } from "./choices.js";
import { saveField } from "./fields.js";
import { formElement } from "./form.js";
import { elementExactlyAt, escapeSegment, pointerOf } from "./pointers.js";

const FOCUSABLE = "input:not([type=hidden]), textarea, select, button";
const OPTION = "[data-option]:not([hidden])";

export const boxOf = (element) => element.closest("[data-field]");
// The pointer of the value that a box edits; without a box, that of the whole document.
export const pointerOfBox = (box) => (box ? pointerOf(box.matches(".item-card") ? box : box.querySelector("[data-at]")) : "");

export function startParts(page) {
  const { draft } = page;
  let choose = null; // called with the option chosen in the open list
  let loaded = null; // resolves when the list is loaded
  let narrow = null; // makes the server search a list of values

  on("change", "[data-alternative]", (radio) => chooseAlternative(page, boxOf(radio), radio.value));
  on("click", "[data-alternatives]", (button) => {
    const box = boxOf(button);
    choose = (title) => chooseAlternative(page, box, title);
    loaded = openOptions(draft, button, { part: "alternatives", pointer: pointerOfBox(box) });
  });
  on("click", "[data-field-add]", (button) => {
    const box = boxOf(button);
    choose = (key, value) => addField(page, box, key, value);
    loaded = openOptions(draft, button, { part: "addable", pointer: pointerOfBox(box) });
  });
  document.addEventListener("add-missing", ({ target, detail }) => addField(page, boxOf(target), detail));
  on("click", "[data-pick]", (button) => {
    const field = button.parentElement.querySelector("[data-at]");
    choose = (value, _, label) => pick(draft, field, button, value, label);
    const query = { part: "options", pointer: pointerOf(field) };
    narrow = (search) => refine(draft, query, search);
    loaded = openOptions(draft, button, query);
  });
  on("input", "#part_menu input[type=search]", (search) => {
    if (menuElement().dataset.part === "options") loaded = Promise.all([loaded, narrow(search)]);
  });
  on("click", "[data-part-start]", async (button) => {
    const box = boxOf(button);
    const fresh = await changePart(page, box, () => ({ kind: "add-field", pointer: pointerOfBox(box) }));
    fresh?.querySelector(`:is(.group-fields, .item-body) :is(${FOCUSABLE})`)?.focus();
  });
  on("click", "[data-part-open]", (button) => openPart(page, boxOf(button)));
  on("click", "#part_menu [data-option]", (option) => close(() => choose(option.dataset.option, undefined, option.firstChild.textContent)));
  on("submit", "#part_menu [data-custom-add]", (adder, event) => {
    event.preventDefault();
    const key = adder.querySelector("input").value;
    if (key !== "") close(() => choose(key, adder.querySelector("select").value));
  });
  // Enter chooses the first match, or the typed text if there is none.
  on("submit", "#part_menu .search", async (search, event) => {
    event.preventDefault();
    // People may type before the list has loaded.
    await loaded;
    if (!menuElement().matches(":popover-open")) return;
    const typed = search.querySelector("input").value.trim();
    const names = ({ dataset, firstChild }) => [dataset.option, firstChild.textContent];
    const first = findNamed(menuElement().querySelectorAll(OPTION), typed, names);
    if (first && typed !== "") return first.click();
    if (typed === "" || first) return;
    const custom = menuElement().querySelector("[data-custom-add] select");
    if (custom) return close(() => choose(typed, custom.value));
    if (menuElement().dataset.part === "options") close(() => choose(JSON.stringify(typed), undefined, typed));
  });
  on("keydown", "#part_menu", (menu, event) => (event.key === "ArrowDown" || event.key === "ArrowUp") && moveFocus(menu, event));
}

const menuElement = () => document.getElementById("part_menu");

function close(then) {
  menuElement().hidePopover();
  then();
}

async function openOptions(draft, anchor, query) {
  const menu = menuElement();
  menu.dataset.part = query.part;
  menu.querySelector("[data-options]").replaceChildren();
  menu.showPopover({ source: anchor });
  placeBeside(menu, anchor);
  const search = menu.querySelector(".search input");
  search.value = "";
  search.setAttribute("aria-label", anchor.getAttribute("aria-label") ?? anchor.textContent);
  search.focus();
  await draft.queue.idle();
  await showOptions(draft, query, "");
  search.dispatchEvent(new Event("input", { bubbles: true }));
}

async function showOptions(draft, query, find) {
  const menu = menuElement();
  menu.dataset.find = find;
  const html = await draft.fetchPart(find ? { ...query, find } : query);
  // A list that was requested later may have arrived first.
  if (menu.dataset.find !== find) return;
  if (html === null) return toast(message("listFailed"), "warning");
  menu.querySelector("[data-options]").replaceWith(...elementsOf(html));
}

// The server searches lists that are too long to be drawn completely.
async function refine(draft, query, search) {
  const menu = menuElement();
  const isOther = () => menu.querySelector("[data-longer]") && search.value.trim() !== menu.dataset.find;
  while (isOther()) await showOptions(draft, query, search.value.trim());
}

function moveFocus(menu, event) {
  if (event.target.matches("select")) return;
  event.preventDefault();
  const places = [menu.querySelector(".search input"), ...menu.querySelectorAll(OPTION)];
  const step = event.key === "ArrowDown" ? 1 : -1;
  places.at((places.indexOf(document.activeElement) + step) % places.length).focus();
}

// Sends an edit and redraws the box, or the whole form without one. Returns the new element, or
// null if the edit failed.
export async function changePart({ draft, form }, box, makeEdit) {
  const part = box ? (box.matches(".item-card") ? "card" : "field") : "form";
  const answer = await draft.change(() => ({ ...makeEdit(), part, at: pointerOfBox(box) }));
  if (!answer) return null;
  if (box) return form.replace(box, answer.html);
  await form.redraw(answer.html);
  return formElement();
}

async function chooseAlternative(page, box, value) {
  const fresh = await changePart(page, box, () => ({ kind: "alternative", pointer: pointerOfBox(box), value }));
  fresh?.querySelector("[data-alternative]:checked, [data-alternatives]")?.focus({ preventScroll: true });
}

async function addField(page, box, key, value) {
  const at = () => `${pointerOfBox(box)}/${escapeSegment(key)}`;
  if (page.draft.text.lineOf(at()) !== undefined) return toast(message("keyExists", { key }), "warning");
  const pointer = at();
  if (await changePart(page, box, () => ({ kind: "add-field", pointer: at(), value }))) focusAt(pointer);
}

// Focuses the input of a value, or the first focusable element in its box.
export function focusAt(pointer) {
  const element = elementExactlyAt(formElement(), pointer);
  const target = element?.matches(FOCUSABLE) ? element : boxOf(element ?? formElement())?.querySelector(`.field-control :is(${FOCUSABLE}), .group-fields :is(${FOCUSABLE}), .item-body :is(${FOCUSABLE})`);
  target?.focus();
}

async function openPart({ draft, form }, box) {
  await draft.queue.idle();
  const html = await draft.fetchPart({ part: box.matches(".item-card") ? "card" : "field", pointer: pointerOfBox(box) });
  if (html !== null) form.replace(box, html)?.querySelector(".group-fields, .item-body")?.querySelector(FOCUSABLE)?.focus({ preventScroll: true });
}

function pick(draft, field, button, value, label) {
  field.value = value;
  button.textContent = label;
  saveField(draft, field);
  button.focus();
}
