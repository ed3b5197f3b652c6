// The bars above and below the form: undo and redo, the change log, the template.

import { elementsOf, on } from "../elements.js";
import { message, toast } from "../messages.js";
import { onShortcut } from "../shortcuts.js";
import { formElement } from "./form.js";
import { parent, pointerOf } from "./pointers.js";
import { fetchText } from "./server.js";
import { showWhileAnyLine } from "./text.js";

const QUOTED = 60; // characters

export function startToolbar({ draft, form, editor }) {
  const buttons = Object.fromEntries([...document.querySelectorAll("[data-history]")].map((each) => [each.dataset.history, each]));
  const undoOrRedo = async (direction) => {
    await editor.flush();
    const answer = await draft.change({ url: draft.urls[direction] });
    if (!answer) return;
    if (answer.nothing) return toast(answer.sentence);
    await form.follow(answer);
    toast(describeUndo(direction, answer), "success");
    buttons[direction === "undo" ? "redo" : "undo"].disabled = false;
  };

  onShortcut("undo", () => void undoOrRedo("undo"));
  onShortcut("redo", () => void undoOrRedo("redo"));
  on("click", "[data-history]", (button) => undoOrRedo(button.dataset.history));
  on("click", "#format", () => draft.change({ kind: "format" }));
  document.addEventListener("edited", ({ detail }) => {
    if (detail.lines || "half" in detail) buttons.undo.disabled = false;
  });
  // Closed before a dialog opens, so that the focus returns to the button that opened the menu.
  on("click", "#more [hx-get]", (button) => button.closest("[popover]").hidePopover());
  document.addEventListener("beforetoggle", loadChangeLog, true);
  showWhileAnyLine(draft.text, document.getElementById("format"), (line) => draft.text.isCrowded(line));
  startTemplateLink();
}

// Offers to undo the removal that was just made, until another edit follows: undo would take back
// that one instead.
export function offerUndo(text) {
  const undo = () => document.querySelector('[data-history="undo"]').click();
  document.dispatchEvent(new CustomEvent("toast", { detail: { text, kind: "success", undo } }));
  document.addEventListener("edited", () => document.dispatchEvent(new CustomEvent("toast-withdrawn", { detail: text })), { once: true });
}

async function loadChangeLog({ target, newState }) {
  if (target.id !== "change_log" || newState !== "open") return;
  const html = await fetchText(target.dataset.changes);
  if (html !== null) target.replaceChildren(...elementsOf(html));
}

// With the first changed lines as they were and as they are: "Undone. Line 3: 1 → 2".
function describeUndo(direction, { replaced, lines }) {
  const done = message(direction === "undo" ? "undone" : "redone");
  if (!replaced || !lines) return done;
  const quote = (changed) => changed.map((line) => line.trim()).join(" ").slice(0, QUOTED) || "–";
  return message("undoneLine", { done, line: lines[0] + 1, before: quote(replaced), after: quote(lines[2]) });
}

// The template a draft is saved in: whether there are unsaved changes, and which values are the
// variant's own. The server says it with the page and with each answer to an edit.
function startTemplateLink() {
  const link = () => document.getElementById("template_link");
  const read = () => {
    const { unsaved, own } = link()?.dataset ?? {};
    if (unsaved === undefined) return;
    const mark = document.querySelector("[data-unsaved-mark]");
    if (mark) mark.hidden = unsaved !== "true";
    markOwn(new Set(JSON.parse(own)));
  };
  document.addEventListener("edited", ({ detail }) => {
    if (detail.unsaved === undefined || !link()) return;
    Object.assign(link().dataset, { unsaved: detail.unsaved, own: JSON.stringify(detail.own) });
    read();
    // Undo may restore another variant: redraw its name and its mark in the menu.
    if (detail.variant !== link().dataset.variant) htmx.ajax("GET", "template/", "#template_place");
  });
  document.addEventListener("redrawn", read);
  document.addEventListener("htmx:afterSwap", ({ detail }) => detail.target.id === "template_place" && read());
  read();
}

function markOwn(pointers) {
  const isWithin = (pointer) => {
    for (let at = pointer; at; at = parent(at)) if (pointers.has(at)) return true;
    return false;
  };
  for (const element of formElement().querySelectorAll("[data-at]")) {
    const box = element.closest(".field, .grid-cell, .builder-section");
    box?.classList.toggle("own", pointers.size > 0 && isWithin(pointerOf(element)));
  }
}
