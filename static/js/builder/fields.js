// Fields: what is typed is echoed in the preview at once and travels alone.

import { on } from "../elements.js";
import { message, toast } from "../messages.js";
import { formElement } from "./form.js";
import { escapeSegment, parent, pointerOf, split } from "./pointers.js";
import { parseOr } from "./text.js";

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
// Typing in one field is one undo step until the focus moves.
let visits = 0;

export function startFields({ draft, form }) {
  on("input", "#form [data-at]", (field, { target }) => field === target && saveField(draft, field));
  on("input", ".group", summarize);
  on("change", '[data-act="switch"]', (toggle) => switchField(draft, toggle));
  // Other fields depend on a value of the address, such as the workflow.
  on("change", "[data-path][data-followed]", () => draft.queue.idle().then(() => form.redraw()));
  on("focusin", "[data-at]", () => (visits += 1));
  on("submit", "[data-add-key]", (adder, event) => {
    event.preventDefault();
    addKey({ draft, form }, adder);
  });
  const summarizeAll = () => document.querySelectorAll(".group").forEach(summarize);
  document.addEventListener("redrawn", summarizeAll);
  summarizeAll();
}

// The JSON text of a field's value, or null where only the server can tell.
function valueOf(field) {
  const typed = field.value;
  const kind = field.dataset.kind ?? "text";
  if (field.type === "checkbox") return String(field.checked);
  if (kind === "text") return JSON.stringify(typed);
  if (kind === "integer" || kind === "number") {
    const digits = typed.trim();
    if (digits === "") return null;
    return NUMBER.test(digits) ? digits : JSON.stringify(typed);
  }
  return kind === "choice" && typed ? typed : null;
}

export function saveField(draft, field) {
  if (field.dataset.path) return savePathValue(draft, field);
  const step = `${draft.queue.tab}-${visits}`;
  showAsSent(field);
  echo(draft, field);
  draft.queue.editField(field, () => {
    if (!field.isConnected || field.closest("[data-blank]")) return null;
    const edit = { pointer: pointerOf(field), step, digest: draft.digest };
    if (field.matches(".cell") && field.value === "") return { kind: "remove", ...edit };
    return {
      kind: "set",
      ...edit,
      typed: field.type === "checkbox" ? String(field.checked) : field.value,
      as: field.dataset.kind ?? "text",
      order: orderOf(field),
    };
  });
}

function savePathValue(draft, field) {
  draft.queue.editField(field, () => ({
    kind: "path",
    pointer: field.dataset.path,
    // Surrounding spaces are a mistake in a path, but may matter in other parameters.
    value: field.dataset.items ? readLines(field) : "parameter" in field.dataset ? field.value : field.value.trim(),
    digest: draft.digest,
  }));
}

// The JSON text of a list that is typed with one item per line; empty without items.
function readLines({ value, dataset }) {
  const items = value.split("\n").filter((line) => line !== "");
  const isNumber = (line) => dataset.items === "number" && NUMBER.test(line.trim());
  return items.length ? `[${items.map((line) => (isNumber(line) ? line.trim() : JSON.stringify(line))).join(", ")}]` : "";
}

// Keys in the order of the form, so that a new one takes its place among them.
export function orderOf(field) {
  const row = field.closest("[data-column-keys], [data-row], .builder-form");
  if (field.matches(".cell")) return JSON.parse(field.closest("[data-column-keys]").dataset.columnKeys);
  const prefix = parent(field.dataset.at) + "/";
  return [...row.querySelectorAll("[data-at]")]
    .filter((each) => each.closest("[data-row]") === field.closest("[data-row]"))
    .map((each) => each.dataset.at)
    .filter((at) => at.startsWith(prefix) && !at.slice(prefix.length).includes("/"))
    .map((at) => split(at).at(-1));
}

// Typing in a field that was switched off, or in an absent cell, sends it again.
export function showAsSent(field) {
  field.dataset.state = "sent";
  if (field.matches(".cell")) {
    const box = field.parentElement;
    box.classList.remove("null", "text", "number", "other");
    box.classList.toggle("absent", field.value === "");
    field.removeAttribute("placeholder");
    return;
  }
  const box = field.closest("[data-field]");
  box?.classList.remove("off");
  const toggle = box?.querySelector(':scope > .field-tools [data-act="switch"]');
  if (toggle) toggle.checked = true;
}

function echo(draft, field) {
  const isRemoved = field.matches(".cell") && (field.value === "" || field.closest("[data-blank]"));
  const value = isRemoved ? null : valueOf(field);
  if (value === null) return;
  const line = draft.text.lineOf(pointerOf(field));
  const source = line === undefined ? null : draft.text.withValue(line, value);
  if (source !== null) draft.preview.echo(line, source);
}

// An answer to an older value of a field must not flash over the newer one that still waits.
export function echoWaiting(draft) {
  if (draft.queue.isRearranging()) return;
  for (const [field, { isTyped }] of draft.queue.waiting) {
    if (isTyped && field.isConnected && !field.dataset.path) echo(draft, field);
  }
}

// The switch next to an optional field. The server keeps the value of a field that is off.
async function switchField(draft, toggle) {
  const box = toggle.closest("[data-field]");
  const field = box.querySelector("[data-at]");
  box.classList.toggle("off", !toggle.checked);
  field.dataset.state = toggle.checked ? "sent" : "off";
  await draft.change(() => ({
    kind: toggle.checked ? "on" : "off",
    pointer: pointerOf(field),
    value: startValue(field, toggle),
    order: orderOf(field),
  }));
}

// What switching on sends: the field's value, else its initial one, which the field then shows.
function startValue(field, toggle) {
  const shown = field.dataset.kind === "group" || field.value === "" ? null : valueOf(field);
  if (shown === null && field.type !== "checkbox") fillField(field, toggle.dataset.start);
  return shown ?? toggle.dataset.start;
}

export function fillField(field, json) {
  const value = parseOr(json, null);
  if (field.type === "checkbox") field.checked = value === true;
  else if (field.dataset.kind === "text") field.value = typeof value === "string" ? value : "";
  else if (field.dataset.kind !== "group") field.value = json;
}

// A custom key, at the top level or among a step's parameters.
async function addKey({ draft, form }, adder) {
  const name = adder.querySelector("input");
  const key = name.value;
  if (key === "") return name.focus();
  const row = adder.closest("[data-row]");
  const pointer = `${(row ? pointerOf(row) : "") + adder.dataset.addKey}/${escapeSegment(key)}`;
  if (draft.text.lineOf(pointer) !== undefined) return toast(message("keyExists", { key }), "warning");
  const at = row ? pointerOf(row) : pointer;
  const value = adder.querySelector("select").value;
  const answer = await draft.change({ kind: "set", pointer, value, part: adder.dataset.part, at });
  if (!answer) return;
  name.value = "";
  name.blur(); // a section with the focus would not be redrawn
  if (row) form.replace(row, answer.html);
  else await form.redraw();
  [...formElement().querySelectorAll("[data-at]")].find((each) => pointerOf(each) === pointer)?.focus();
}

// A group may have a sentence about its fields, such as "Every 3 hours": the template
// "Every {value} {type}" comes from the schema, the words from the fields.
function summarize(group) {
  const sentence = group.querySelector("[data-words]");
  if (!sentence) return;
  sentence.textContent = sentence.dataset.words.replace(/\{(\w+)\}/g, (_, key) => wordFor(group, key));
}

// The options of a select are plurals ("hours"), their values singulars ("hour").
function wordFor(group, key) {
  const field = group.querySelector(`[data-at$="/${key}"]`);
  if (!field?.matches("select")) return field?.value ?? "";
  const isOne = [...group.querySelectorAll("input[inputmode]")].some((each) => each.value.trim() === "1");
  return isOne ? field.value.replace(/"/g, "") : field.selectedOptions[0].textContent;
}
