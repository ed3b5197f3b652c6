// Lines and fields know each other: hover and focus light both, a click goes across.

import { icon } from "./icons.js";
import { elementAt, pointerOf } from "./pointers.js";

export function startLines(bench) {
  const box = document.getElementById("preview");
  let lit = [];

  const light = (line, element, reveal) => {
    lit.forEach((each) => each.classList.remove("lit"));
    lit = [];
    if (line !== undefined && line !== null) {
      bench.preview.light(line, true, reveal);
      const row = bench.preview.element(line);
      if (row) lit.push(row);
    }
    const field = element?.closest("[data-field], .grid-cell, .step");
    if (field) {
      field.classList.add("lit");
      lit.push(field);
    }
  };

  const lineOfField = (element) => {
    for (let at = pointerOf(element); at; at = at.slice(0, at.lastIndexOf("/"))) {
      const line = bench.text.lineOf(at);
      if (line !== undefined) return line;
    }
    return undefined;
  };

  document.addEventListener("focusin", (event) => {
    const field = event.target.closest?.("#form [data-at]");
    if (field) light(lineOfField(field), field, true);
  });
  document.addEventListener("pointerover", (event) => {
    const field = event.target.closest?.("#form .field")?.querySelector("[data-at]");
    if (field && !bench.form().contains(document.activeElement)) light(lineOfField(field), field, false);
    const row = event.target.closest?.("#preview .line");
    if (row) showTools(bench, row);
  });

  box.addEventListener("click", (event) => {
    const row = event.target.closest(".line");
    if (!row) return;
    if (event.target.closest(".fold")) return bench.preview.fold(row.line);
    const tool = event.target.closest("[data-tool]");
    if (tool) return copyLine(bench, row, tool);
    if (String(getSelection())) return;
    light(row.line, null, false);
    bench.reveal(bench.text.pointerOf(row.line));
  });
  box.addEventListener("keydown", (event) => moveInPreview(bench, event));

  bench.valueText = (line) => valueText(bench, line);

  // Bring the element that edits a pointer into view and focus it, opening what hides it.
  bench.reveal = async (pointer) => {
    let element = elementAt(document.body, pointer);
    if (element?.matches("[data-block]")) {
      element.scrollIntoView({ block: "center" });
      await new Promise((done) => document.addEventListener("redrawn", done, { once: true }));
      element = elementAt(document.body, pointer);
    }
    const step = element?.closest(".step")?.querySelector("details");
    if (step && !step.open) {
      step.open = true;
      if (step.querySelector("[data-far]")) await new Promise((done) => document.addEventListener("redrawn", done, { once: true }));
      element = elementAt(document.body, pointer) ?? step;
    }
    element?.closest("details:not([open])")?.setAttribute("open", "");
    if (!element) return;
    const target = element.matches("input, textarea, select, button, summary") ? element : element.querySelector("input, textarea, select, button, summary") ?? element;
    target.scrollIntoView({ block: "nearest" });
    target.focus({ preventScroll: false });
  };
}

function showTools(bench, row) {
  const old = document.getElementById("line_tools");
  if (old?.parentElement === row) return;
  old?.remove();
  const tools = document.createElement("span");
  tools.className = "line-tools";
  tools.id = "line_tools";
  for (const [what, name, label] of [["value", "copy", "Copy value"], ["pointer", "link", "Copy pointer"]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.tabIndex = -1;
    button.dataset.tool = what;
    button.title = label;
    button.setAttribute("aria-label", label);
    button.append(icon(name));
    tools.append(button);
  }
  row.append(tools);
}

async function copyLine(bench, row, tool) {
  const pointer = bench.text.pointerOf(row.line);
  const copied = tool.dataset.tool === "pointer" ? pointer : valueText(bench, row.line);
  await navigator.clipboard?.writeText(copied);
  bench.toast(bench.words.copied);
}

// The value that begins on a line: the line's own, or all lines down to its closing bracket.
function valueText(bench, line) {
  const end = bench.text.endOf(line);
  if (end < 0) {
    const found = /^\s*(?:"(?:[^"\\]|\\.)*"\s*:\s*)?(.*?),?\s*$/.exec(bench.text.lines[line]);
    return found[1];
  }
  const lines = bench.text.lines.slice(line, end + 1);
  lines[0] = lines[0].slice(lines[0].search(/[{[]\s*$/));
  lines[lines.length - 1] = lines[lines.length - 1].replace(/,\s*$/, "");
  const indent = /^\s*/.exec(lines[lines.length - 1])[0].length;
  return lines.map((each, i) => (i ? each.slice(indent) : each)).join("\n");
}

// Arrow keys walk the lines, Enter goes to the field, left and right fold.
function moveInPreview(bench, event) {
  const box = bench.preview.box;
  const current = box.querySelector(".line.lit");
  const line = current?.line ?? 0;
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in steps) {
    event.preventDefault();
    const next = Math.max(0, Math.min(bench.text.lines.length - 1, line + steps[event.key]));
    current?.classList.remove("lit");
    bench.preview.light(next, true, true);
  } else if (event.key === "Enter" && current) bench.reveal(bench.text.pointerOf(line));
  else if ((event.key === "ArrowLeft" || event.key === "ArrowRight") && bench.text.endOf(line) > 0) bench.preview.fold(line);
}
