// Variables: names suggested after `{{`, the payload's own ones in a dialog, and a preview with
// their values.

import { elementsOf, makeButton, on } from "../elements.js";
import { Preview } from "./preview.js";
import { fetchText } from "./server.js";
import { DocumentText, showWhileAnyLine } from "./text.js";

const BEGUN = /\{\{([\w.+-]*)$/;
const FIELDS = "#form :is(input, textarea)[data-at]:not([type=checkbox])";
const SUGGESTED = 12;
const REDRAW_DELAY = 200; // milliseconds after an edit
const BLUR_DELAY = 150; // milliseconds: a press on a suggestion takes the focus first

// Suggestions at the field someone types in. Returns what opens them there by hand.
export function startSuggestions(draft) {
  const menu = document.getElementById("variables");
  const list = document.getElementById("variable_list");
  let field = null;
  let chosen = 0;

  const close = () => {
    field = null;
    if (menu.matches(":popover-open")) menu.hidePopover();
  };
  const mark = () => [...list.children].forEach((each, index) => each.setAttribute("aria-selected", String(index === chosen)));
  const suggest = (input) => {
    const begun = BEGUN.exec(input.value.slice(0, input.selectionStart ?? 0));
    const names = begun ? draft.variables.filter((name) => name.toLowerCase().includes(begun[1].toLowerCase())) : [];
    const isComplete = names.includes(begun?.[1]) && input.value.startsWith("}}", input.selectionStart);
    if (!names.length || isComplete) return close();
    field = input;
    chosen = 0;
    list.replaceChildren(...names.slice(0, SUGGESTED).map((name) => makeButton({ tabindex: -1, role: "option", class: "mono" }, name)));
    mark();
    if (!menu.matches(":popover-open")) menu.showPopover();
    placeBelow(menu, field);
  };
  const insert = (name) => {
    const input = field;
    const at = input.selectionStart;
    const start = input.value.slice(0, at).lastIndexOf("{{");
    const end = at + /^[\w.+-]*(\}\})?/.exec(input.value.slice(at))[0].length;
    close();
    input.setRangeText(`{{${name}}}`, start, end, "end");
    input.focus();
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };

  on("input", FIELDS, suggest);
  // There may be typing from before this module was loaded.
  if (document.activeElement.matches(FIELDS)) suggest(document.activeElement);
  document.addEventListener("focusout", (event) => event.target === field && setTimeout(close, BLUR_DELAY));
  list.addEventListener("pointerdown", (event) => {
    const option = event.target.closest("[role=option]");
    event.preventDefault();
    if (option) insert(option.textContent);
  });
  // On the way down, before the grid takes Enter and the arrow keys.
  document.addEventListener("keydown", (event) => {
    if (!field || event.target !== field) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) chosen = (chosen + steps[event.key] + list.children.length) % list.children.length;
    else if (event.key === "Enter" || event.key === "Tab") insert(list.children[chosen].textContent);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
    mark();
  }, true);

  return (input) => {
    input.focus();
    input.setRangeText("{{", input.selectionStart ?? input.value.length, input.selectionEnd ?? input.value.length, "end");
    suggest(input);
  };
}

function placeBelow(menu, anchor) {
  const box = anchor.getBoundingClientRect();
  menu.style.setProperty("position", "fixed");
  menu.style.setProperty("inset", "auto");
  menu.style.setProperty("left", `${Math.max(8, Math.min(box.left, innerWidth - 280))}px`);
  menu.style.setProperty("top", `${Math.min(box.bottom + 2, innerHeight - 200)}px`);
}

// The dialog of the payload's own variables; each change is an edit of its own.
export function startOwnVariables(draft) {
  const dialog = document.getElementById("own_variables");
  const body = dialog.querySelector(".dialog-body");
  const nameField = () => document.getElementById("new_variable");

  const draw = (html) => {
    body.replaceChildren(...elementsOf(html));
    draft.variables = JSON.parse(body.firstElementChild.dataset.names);
  };
  // An empty value removes the variable; an empty field means an empty text.
  const change = async (name, value) => {
    const answer = await draft.change({ kind: "variable", pointer: name, value, part: "variables" });
    if (answer?.html) draw(answer.html);
    return Boolean(answer);
  };
  const textOf = (field) => (field.value.trim() ? field.value : '""');
  const add = async () => {
    const name = nameField().value.trim();
    if (!name || (await change(name, textOf(document.getElementById("new_variable_value"))))) nameField().focus();
  };

  document.getElementById("open_variables").addEventListener("click", async () => {
    await draft.queue.idle();
    const html = await draft.fetchPart({ part: "variables" });
    if (html === null) return;
    draw(html);
    dialog.showModal();
    nameField().focus();
  });
  body.addEventListener("change", (event) => {
    const name = event.target.dataset.variable;
    if (name) change(name, textOf(event.target));
  });
  body.addEventListener("click", (event) => {
    const remove = event.target.closest("[data-variable-remove]");
    if (remove) change(remove.dataset.variableRemove, "");
    if (event.target.closest("#add_variable")) add();
  });
  body.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (event.target.id.startsWith("new_variable")) add();
    else event.target.blur();
  });
}

// The document with the values of its variables, next to the document itself. `{{now}}` and
// `{{uuid}}` keep their values while the page is open, or every edit would change these lines.
export function startResolved(draft, showJson) {
  const button = document.getElementById("show_values");
  const box = document.getElementById("resolved");
  const fixed = new URLSearchParams({ at: new Date().toISOString(), seed: crypto.randomUUID?.() ?? "" });
  let preview = null;
  let timer = 0;

  const draw = async () => {
    await draft.queue.idle();
    const resolved = await fetchText(`${draft.urls.resolved}?${fixed}`);
    if (resolved === null) return;
    const text = new DocumentText(resolved, 0);
    if (!preview) preview = new Preview(box, text);
    else {
      preview.text = text;
      preview.redraw();
    }
  };
  button.addEventListener("click", async () => {
    const isOn = button.getAttribute("aria-pressed") !== "true";
    await showJson();
    button.setAttribute("aria-pressed", String(isOn));
    box.hidden = !isOn;
    document.getElementById("preview").hidden = isOn;
    if (isOn) draw();
  });
  on("click", '[role="tab"], [data-language]', () => {
    box.hidden = true;
    button.setAttribute("aria-pressed", "false");
  });
  document.addEventListener("edited", () => {
    clearTimeout(timer);
    if (!box.hidden) timer = setTimeout(draw, REDRAW_DELAY);
  });
  showWhileAnyLine(draft.text, button, (line) => preview !== null || line.includes("{{"));
}
