// Fields: what is typed is echoed in the same frame and travels alone.

import { escapeSegment, pointerOf, split } from "./pointers.js";

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
let visits = 0;

export function startFields(bench) {
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field.matches?.("[data-at]") && bench.form().contains(field)) change(bench, field);
  });
  document.addEventListener("change", (event) => {
    const toggle = event.target.closest?.('[data-act="switch"]');
    if (toggle) turn(bench, toggle);
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches?.("[data-at]")) visits += 1;
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-add-key]");
    if (!form) return;
    event.preventDefault();
    addKey(bench, form);
  });
}

// The JSON text of what stands in a field, or null where only the server can tell.
export function valueOf(field) {
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

export function change(bench, field) {
  if (field.dataset.path) return changePath(bench, field);
  const step = `${bench.edits.tab}-${visits}`;
  wake(field);
  echo(bench, field);
  bench.edits.field(field, () => {
    if (!field.isConnected) return null;
    const place = { pointer: pointerOf(field), step, digest: bench.digest };
    if (field.matches(".cell") && field.value === "") return { kind: "remove", ...place };
    return {
      kind: "set",
      ...place,
      typed: field.type === "checkbox" ? String(field.checked) : field.value,
      as: field.dataset.kind ?? "text",
      order: orderOf(field),
    };
  });
}

function changePath(bench, field) {
  bench.edits.field(field, () => ({
    kind: "path",
    pointer: field.dataset.path,
    value: field.value.trim(),
    digest: bench.digest,
  }));
}

// Keys in the order of the form, so that a new one takes its place among them.
function orderOf(field) {
  const row = field.closest("[data-column-keys], [data-row], .builder-form");
  if (field.matches(".cell")) return JSON.parse(field.closest("[data-column-keys]").dataset.columnKeys);
  const above = field.dataset.at.slice(0, field.dataset.at.lastIndexOf("/"));
  return [...row.querySelectorAll("[data-at]")]
    .map((each) => each.dataset.at)
    .filter((at) => at.startsWith(above + "/") && !at.slice(above.length + 1).includes("/"))
    .map((at) => split(at).at(-1));
}

// Typing in a field that was left out sends it again.
function wake(field) {
  field.dataset.state = "sent";
  if (field.matches(".cell")) {
    const absent = field.value === "";
    field.parentElement.classList.remove("null", "text", "number", "other");
    field.parentElement.classList.toggle("absent", absent);
    field.removeAttribute("placeholder");
    return;
  }
  const box = field.closest("[data-field]");
  box?.classList.remove("off");
  const toggle = box?.querySelector(':scope > .field-tools [data-act="switch"]');
  if (toggle) toggle.checked = true;
}

function echo(bench, field) {
  const value = field.matches(".cell") && field.value === "" ? null : valueOf(field);
  if (value === null) return;
  const line = bench.text.lineOf(pointerOf(field));
  const source = line === undefined ? null : bench.text.withValue(line, value);
  if (source !== null) bench.preview.echo(line, source);
}

// A confirmed older value must not flash over a newer one that still waits. Between an answer
// that moves rows and the rows themselves, no field knows its line.
export function echoWaiting(bench) {
  if (bench.edits.structural[0]?.flying) return;
  for (const [field, { isTyped }] of bench.edits.waiting) {
    if (isTyped && field.isConnected && !field.dataset.path) echo(bench, field);
  }
}

// The switch beside an optional field: off keeps the value aside.
async function turn(bench, toggle) {
  const box = toggle.closest("[data-field]");
  const field = box.querySelector("[data-at]");
  box.classList.toggle("off", !toggle.checked);
  field.dataset.state = toggle.checked ? "sent" : "off";
  await bench.change(() => ({
    kind: toggle.checked ? "on" : "off",
    pointer: pointerOf(field),
    value: startOf(field, toggle),
    order: orderOf(field),
  }));
}

// What switching on sends: what stands in the field, else what it begins with.
function startOf(field, toggle) {
  const shown = field.dataset.kind === "group" || field.value === "" ? null : valueOf(field);
  if (shown === null && field.type !== "checkbox") fill(field, toggle.dataset.start);
  return shown ?? toggle.dataset.start;
}

export function fill(field, json) {
  const value = safely(json);
  if (field.type === "checkbox") field.checked = value === true;
  else if (field.dataset.kind === "text") field.value = typeof value === "string" ? value : "";
  else if (field.dataset.kind !== "group") field.value = json;
}

function safely(json) {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

// A key of one's own, at the top level or among a step's parameters.
async function addKey(bench, form) {
  const name = form.querySelector("input");
  const key = name.value;
  if (key === "") return name.focus();
  const row = form.closest("[data-row]");
  const above = (row ? pointerOf(row) : "") + form.dataset.addKey;
  const pointer = `${above}/${escapeSegment(key)}`;
  if (bench.text.lineOf(pointer) !== undefined) return bench.toast(bench.words.taken.replace("%n", key), "warning");
  const at = row ? pointerOf(row) : pointer;
  const answer = await bench.change({
    kind: "set", pointer, value: form.querySelector("select").value, part: form.dataset.part, at,
  });
  if (!answer) return;
  name.value = "";
  name.blur(); // a section that is typed in is not drawn anew
  if (row) bench.swap(row, answer.html);
  else await bench.redraw();
  const added = [...bench.form().querySelectorAll("[data-at]")].find((each) => pointerOf(each) === pointer);
  added?.focus();
}
