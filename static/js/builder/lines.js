// Lines and fields point at each other: hover and focus highlight both, a click goes across.

import { icon, make, makeButton, on } from "../elements.js";
import { message, toast } from "../messages.js";
import { formElement } from "./form.js";
import { elementAt, parent, pointerOf } from "./pointers.js";

const FOCUSABLE = "input, textarea, select, button, summary";
const DEEPEST = 20; // cards within cards
const TOOLS = [["value", "copy", "copyValue"], ["pointer", "link", "copyPointer"]];

export function startLines(preview) {
  const { box, text } = preview;
  let lit = [];

  const highlight = (line, element, options) => {
    lit.forEach((each) => each.classList.remove("lit"));
    const row = line === undefined ? null : preview.highlight(line, options);
    const field = element?.closest("[data-field], .grid-cell, .step");
    field?.classList.add("lit");
    lit = [row, field].filter(Boolean);
  };
  const lineOfField = (element) => {
    if (element.closest("[data-blank]")) return undefined;
    for (let at = pointerOf(element); at; at = parent(at)) {
      const line = text.lineOf(at);
      if (line !== undefined) return line;
    }
    return undefined;
  };

  on("focusin", "#form [data-at]", (field) => highlight(lineOfField(field), field, { reveal: true }));
  on("pointerover", "#form .field", (box) => {
    const field = box.querySelector("[data-at]");
    if (field && !formElement().contains(document.activeElement)) highlight(lineOfField(field), field);
  });
  on("pointerover", "#preview .line", showTools);
  box.addEventListener("click", (event) => {
    const row = event.target.closest(".line");
    if (!row) return;
    if (event.target.closest(".fold")) return preview.fold(row.line);
    const tool = event.target.closest("[data-tool]");
    if (tool) return copyFrom(text, row.line, tool.dataset.tool);
    // Dragging over text selects it and ends in a click.
    if (String(getSelection())) return;
    highlight(row.line);
    reveal(text.pointerOf(row.line));
  });
  box.addEventListener("keydown", (event) => moveByKey(preview, event));
}

const redrawn = () => new Promise((resolve) => document.addEventListener("redrawn", resolve, { once: true }));

// Brings the element that edits a pointer into view and focuses it. What hides it is opened, and
// what isn't drawn yet is awaited.
export async function reveal(pointer) {
  let element = elementAt(document.body, pointer);
  if (element?.matches("[data-block]")) {
    element.scrollIntoView({ block: "center" });
    await redrawn();
    element = elementAt(document.body, pointer);
  }
  // A step or card may be inside another one, whose fields aren't drawn yet.
  for (let left = DEEPEST; left > 0; left -= 1) {
    const step = element?.closest(".step, .item-card")?.querySelector("details");
    if (!step || step.open) break;
    step.open = true;
    if (step.querySelector("[data-lazy]")) await redrawn();
    element = elementAt(document.body, pointer) ?? step;
  }
  element?.closest("details:not([open])")?.setAttribute("open", "");
  if (!element) return;
  if (element.type === "hidden") element = element.closest("[data-field]");
  const target = element.matches(FOCUSABLE) ? element : element.querySelector(FOCUSABLE) ?? element;
  target.scrollIntoView({ block: "nearest" });
  target.focus({ preventScroll: false });
}

// One set of tools moves to the line under the pointer, as a set on each line would cost
// thousands of elements.
function showTools(row) {
  const old = document.getElementById("line_tools");
  if (old?.parentElement === row) return;
  old?.remove();
  row.append(make("span", { class: "line-tools", id: "line_tools" }, ...TOOLS.map(([tool, symbol, name]) => {
    const label = message(name);
    return makeButton({ tabindex: -1, "data-tool": tool, title: label, "aria-label": label }, icon(symbol));
  })));
}

async function copyFrom(text, line, tool) {
  await navigator.clipboard?.writeText(tool === "pointer" ? text.pointerOf(line) : text.valueAt(line));
  toast(message("copied"), "success");
}

// Up and down move between lines, Enter goes to the field, left and right fold.
function moveByKey(preview, event) {
  const { box, text } = preview;
  const current = box.querySelector(".line.lit");
  const line = current?.line ?? 0;
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in steps) {
    event.preventDefault();
    current?.classList.remove("lit");
    preview.highlight(Math.max(0, Math.min(text.lines.length - 1, line + steps[event.key])), { reveal: true });
  } else if (event.key === "Enter" && current) reveal(text.pointerOf(line));
  else if ((event.key === "ArrowLeft" || event.key === "ArrowRight") && text.endOf(line) > 0) preview.fold(line);
}
