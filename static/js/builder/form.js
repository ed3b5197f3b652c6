// The form, redrawn section by section. Open parts stay open, and unsaved typing stays, because
// whatever the server sent was drawn before it.

import { elementsOf } from "../elements.js";
import { message, toast } from "../messages.js";
import { countRows, gridOf, placeRow } from "./grid_layout.js";
import { elementExactlyAt, indexOf, pointerOf } from "./pointers.js";

const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select";

const DRAWN = 100; // rows of each grid that the server draws

export const formElement = () => document.getElementById("form");

export class Form {
  constructor(draft) {
    this.draft = draft;
    // Set by connection.js: the whole page depends on the connection.
    this.onReload = () => {};
    this.requested = 0;
    this.drawn = 0;
  }

  // The whole form, from `html` or as the server draws it now. A response that a newer one
  // overtook is dropped.
  async redraw(html) {
    const number = (this.requested += 1);
    const since = html ? Infinity : performance.now();
    const source = html ?? (await this.fetch());
    if (source === null || number < this.drawn) return;
    this.drawn = number;
    const [fresh, index] = elementsOf(source);
    const sections = [...fresh.querySelectorAll(".builder-section")];
    this.place(sections, index, sections.map((each) => each.id), since);
  }

  // The form as the server draws it now, or null. If rows moved meanwhile, it may lack a row of this
  // page or repeat one, so it is requested again.
  async fetch() {
    const { queue } = this.draft;
    for (;;) {
      await queue.idle();
      const before = queue.structuralCount;
      const html = await this.draft.fetchPart({ part: "form", ...rowInFocus() });
      if (html === null || queue.structuralCount === before) return html;
    }
  }

  // Follows a change made elsewhere, by the answer's `sections` that changed.
  async follow(answer) {
    if (answer?.reload) return this.onReload();
    if (!answer?.html) return;
    if (!answer.sections) return this.redraw(answer.html);
    const sections = elementsOf(answer.html);
    const index = sections.pop();
    const address = document.getElementById("section-address") ? ["section-address"] : [];
    this.place(sections, index, [...address, ...answer.sections.map((id) => `section-${id}`), "section-more"]);
  }

  // `order` has the ids of all sections; those missing in it are removed.
  place(sections, index, order, since = Infinity) {
    this.keepTyped(since, () => putInPlace(sections, order));
    document.querySelector("#index .index-list").replaceWith(index);
    document.dispatchEvent(new CustomEvent("redrawn"));
  }

  // Replaces one part by `html`, which was requested at `since`; returns the new element.
  replace(target, html, since = Infinity) {
    const [fresh] = elementsOf(html);
    if (target && fresh) this.keepTyped(since, () => target.replaceWith(fresh));
    document.dispatchEvent(new CustomEvent("redrawn"));
    return fresh;
  }

  // Fields with values newer than the new part move into it, and the caret stays in its field.
  keepTyped(since, redraw) {
    const typed = this.draft.queue.fieldsNewerThan(since).filter((field) => !field.closest("[data-blank]"));
    const newer = typed.map((field) => [field, pointerOf(field)]);
    const restoreCaret = rememberCaret(document.activeElement);
    const active = typedIn();
    const at = active && pointerOf(active);
    const restoreBlankRows = rememberBlankRows();
    redraw();
    restoreBlankRows();
    for (const [field, pointer] of newer) if (!field.isConnected) this.putBack(field, pointer);
    if (active && !active.isConnected) focusInstead(active, elementExactlyAt(formElement(), at));
    restoreCaret();
  }

  putBack(field, pointer) {
    const target = boxOf(elementExactlyAt(formElement(), pointer));
    const box = boxOf(field);
    if (target && box && target.className.split(" ")[0] === box.className.split(" ")[0]) return target.replaceWith(box);
    if (this.draft.queue.isUnsaved(field)) toast(message("fieldGone", { value: field.value || pointer }), "warning");
  }
}

// Rows that exist only on this page, because they are blank: the server can't draw them.
function rememberBlankRows() {
  const rows = [...formElement().querySelectorAll("[data-blank]")].map((row) => [row, pointerOf(gridOf(row)), indexOf(row, gridOf(row))]);
  return () => {
    for (const [row, pointer, index] of rows) {
      const grid = row.isConnected ? null : gridAt(pointer);
      if (grid) placeRow(grid, Math.min(index, countRows(grid)), row);
    }
  };
}

// The grid as currently drawn: a rejected edit redraws the form, even behind a dialog.
export const gridAt = (pointer) => [...formElement().querySelectorAll(".grid")].find((grid) => pointerOf(grid) === pointer);

// The focused field if it edits a value of the document, or null.
function typedIn() {
  const active = document.activeElement;
  const isField = formElement().contains(active) && active.matches(TYPING) && active.dataset.at !== undefined;
  return isField && !active.closest("[data-blank]") ? active : null;
}

function focusInstead({ selectionStart: start, selectionEnd: end }, fresh) {
  fresh?.focus({ preventScroll: true });
  if (typeof start === "number" && typeof fresh?.selectionStart === "number") fresh.setSelectionRange(start, end);
}

// The index of the grid row in focus: the server draws it too, however far down it is.
function rowInFocus() {
  const row = document.activeElement?.closest?.(".grid [data-row]");
  const near = row ? indexOf(row, gridOf(row)) : 0;
  return near < DRAWN ? {} : { near };
}

const boxOf = (field) => field?.closest("[data-field], .grid-cell") ?? null;

// Returns what puts the focus back: on the same element, else on the one drawn in its place.
function rememberCaret(active) {
  const { selectionStart: start, selectionEnd: end } = active;
  const label = active.getAttribute("aria-label");
  const section = active.closest(".builder-section")?.id;
  return () => {
    if (document.activeElement === active || document.activeElement !== document.body) return;
    const selector = label && section && `#${CSS.escape(section)} ${active.localName}[aria-label="${CSS.escape(label)}"]`;
    const found = active.isConnected ? active : selector && document.querySelector(selector);
    found?.focus({ preventScroll: true });
    if (found === active && typeof start === "number") active.setSelectionRange(start, end);
  };
}

function putInPlace(sections, order) {
  const form = formElement();
  const active = document.activeElement;
  // Text in a field that doesn't edit a value, such as a new key's name, exists nowhere else yet.
  const isKept = form.contains(active) && active.matches(TYPING) && active.dataset.at === undefined;
  const kept = isKept ? active.closest(".builder-section")?.id : null;
  for (const section of sections) {
    const old = document.getElementById(section.id);
    if (section.id === kept) continue;
    if (old) {
      keepOpenSteps(old, section);
      const scrolled = old.querySelector(".grid-box")?.scrollTop;
      old.replaceWith(section);
      if (scrolled) section.querySelector(".grid-box")?.scrollTo(0, scrolled);
    } else successorOf(section.id, order).before(section);
  }
  const known = new Set(order);
  form.querySelectorAll(".builder-section").forEach((old) => known.has(old.id) || old.remove());
  if (!active.isConnected) focusByName(active.name);
}

// The field of a name as it is drawn now; of several radio buttons the checked one.
export function focusByName(name) {
  const fields = name ? [...document.getElementsByName(name)] : [];
  (fields.find((each) => each.type === "radio" && each.checked) ?? fields[0])?.focus({ preventScroll: true });
}

function successorOf(id, order) {
  const later = order.slice(order.indexOf(id) + 1);
  return later.map((each) => document.getElementById(each)).find(Boolean) ?? document.getElementById("section-more");
}

function keepOpenSteps(old, fresh) {
  const open = new Set([...old.querySelectorAll(".item-card > [open]")].map(pointerOf));
  for (const card of fresh.querySelectorAll(".item-card > details")) if (open.has(pointerOf(card))) card.open = true;
  const before = [...old.querySelectorAll(".step > details")];
  [...fresh.querySelectorAll(".step > details")].forEach((step, i) => before[i] && (step.open = before[i].open));
}
