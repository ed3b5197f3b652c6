// The preview: lines drawn when they come near, patched one by one, folded, lit and copied.

import { icon } from "./icons.js";

const BLOCK = 60;
const LONGEST = 4000;
const GLOWS = 800; // milliseconds after the last change
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*)|\b(true|false)\b|\b(null)\b|([{}[\],:])/g;
const REFERENCE = /(\\?)\{\{\s*((?:secret:|file:)?[\p{L}_][\p{L}\p{N}_.:+-]*)\s*\}\}/gu;

export class Preview {
  constructor(box, text) {
    this.box = box;
    this.text = text;
    this.folds = new Set();
    this.marks = new Map();
    this.files = new Map();
    this.near = new IntersectionObserver((seen) => seen.forEach((each) => each.isIntersecting && this.draw(each.target)), {
      root: box,
      rootMargin: "400px",
    });
    box.addEventListener("animationend", (event) => event.target.classList.remove("fading"));
    this.redraw();
  }

  // All blocks anew: once at the start, and when folds change.
  redraw() {
    this.near.disconnect();
    const hidden = this.hiddenLines();
    const blocks = [];
    for (let first = 0; first < this.text.lines.length; first += BLOCK) {
      blocks.push(this.makeBlock(first, Math.min(BLOCK, this.text.lines.length - first), hidden));
    }
    this.box.replaceChildren(...blocks.map((block) => block.element));
    this.blocks = blocks;
    blocks.slice(0, 2).forEach((block) => this.draw(block.element));
    blocks.forEach((block) => this.near.observe(block.element));
  }

  makeBlock(first, count, hidden) {
    const element = document.createElement("div");
    element.className = "preview-block";
    const block = { element, first, count, drawn: false, hidden };
    element.block = block;
    const shown = this.linesOf(block);
    element.textContent = shown.map((line) => this.text.lines[line].slice(0, LONGEST)).join("\n");
    element.hidden = shown.length === 0;
    return block;
  }

  linesOf({ first, count, hidden }) {
    const lines = [];
    for (let line = first; line < first + count; line++) if (!hidden?.has(line)) lines.push(line);
    return lines;
  }

  draw(element) {
    const block = element.block;
    if (block.drawn) return;
    block.drawn = true;
    element.replaceChildren(...this.linesOf(block).map((line) => this.drawLine(line)));
  }

  drawLine(line) {
    const row = document.createElement("div");
    row.className = "line";
    const number = document.createElement("span");
    number.className = "no";
    number.textContent = line + 1;
    const code = document.createElement("code");
    colour(code, this.text.lines[line], this.files);
    row.append(number, code);
    if (/[{[]\s*$/.test(this.text.lines[line])) number.after(this.foldButton(line));
    if (this.folds.has(line)) code.append(span("folded", ""));
    const mark = this.marks.get(line);
    if (mark) {
      row.classList.add("problem-" + mark.severity);
      row.title = mark.message;
    }
    row.line = line;
    return row;
  }

  foldButton(line) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "fold";
    button.tabIndex = -1;
    const folded = this.folds.has(line);
    button.setAttribute("aria-expanded", String(!folded));
    button.setAttribute("aria-label", `${folded ? "Unfold" : "Fold"} line ${line + 1}`);
    button.append(icon("turn"));
    return button;
  }

  hiddenLines() {
    if (!this.folds.size) return null;
    const hidden = new Set();
    for (const start of this.folds) {
      const end = this.text.endOf(start);
      for (let line = start + 1; line < end; line++) hidden.add(line);
    }
    return hidden;
  }

  fold(line) {
    if (!this.folds.delete(line)) this.folds.add(line);
    const top = this.box.scrollTop;
    this.redraw();
    this.box.scrollTop = top;
  }

  element(line) {
    const block = this.blocks.find((each) => line >= each.first && line < each.first + each.count);
    if (!block) return null;
    this.draw(block.element);
    const rows = block.element.children;
    const row = rows[line - block.first]; // unless lines above it are folded
    return row?.line === line ? row : ([...rows].find((each) => each.line === line) ?? null);
  }

  // The same frame's answer to a keystroke, before the server has spoken.
  echo(line, source) {
    this.text.lines[line] = source;
    const row = this.element(line);
    if (!row) return;
    colour(row.querySelector("code"), source, this.files);
    row.classList.add("unconfirmed");
  }

  patch(start, removed, inserted) {
    // What the echo wrote already stands: the server's word only takes the doubt away.
    const isEchoed = removed === 1 && inserted.length === 1 && this.text.lines[start] === inserted[0];
    this.text.patch(start, removed, inserted);
    if (isEchoed) return this.confirm(start);
    if (removed === inserted.length && removed <= 4 && !this.folds.size) {
      for (let line = start; line < start + removed; line++) this.refresh(line);
      return;
    }
    this.folds = new Set([...this.folds].filter((line) => line < start));
    this.splice(start, removed, inserted.length);
    for (let line = start; line < start + Math.min(inserted.length, 200); line++) this.glow(this.element(line));
  }

  confirm(line) {
    const row = this.element(line);
    row?.classList.remove("unconfirmed");
    this.glow(row);
  }

  refresh(line) {
    const row = this.element(line);
    if (!row) return;
    const fresh = this.drawLine(line);
    if (row.classList.contains("lit")) fresh.classList.add("lit");
    row.replaceWith(fresh);
    this.glow(fresh);
  }

  glow(row) {
    if (!row) return;
    row.classList.remove("fading");
    row.classList.add("changed");
    clearTimeout(row.glowing);
    row.glowing = setTimeout(() => row.classList.replace("changed", "fading"), GLOWS);
  }

  // Blocks before the change stay; the ones touched are made anew, the ones after renumbered.
  splice(start, removed, added) {
    const shift = added - removed;
    const isTouched = (block) => block.first < start + Math.max(removed, 1) && block.first + block.count > start;
    let touched = this.blocks.filter(isTouched);
    if (!touched.length || this.folds.size) return this.redraw();
    const at = this.blocks.indexOf(touched[0]);
    const first = touched[0].first;
    const count = touched.reduce((sum, block) => sum + block.count, 0) + shift;
    const fresh = [];
    for (let from = first; from < first + count; from += BLOCK) {
      fresh.push(this.makeBlock(from, Math.min(BLOCK, first + count - from), null));
    }
    touched[0].element.before(...fresh.map((block) => block.element));
    touched.forEach((block) => block.element.remove());
    this.blocks.splice(at, touched.length, ...fresh);
    for (const block of this.blocks.slice(at + fresh.length)) {
      block.first += shift;
      if (block.drawn && shift) for (const row of block.element.children) this.renumber(row, row.line + shift);
    }
    fresh.forEach((block) => {
      this.near.observe(block.element);
      if (fresh.length <= 2) this.draw(block.element);
    });
  }

  renumber(row, line) {
    row.line = line;
    row.querySelector(".no").textContent = line + 1;
  }

  light(line, on, reveal) {
    const row = line === undefined ? null : this.element(line);
    row?.classList.toggle("lit", on);
    if (row && on && reveal) this.reveal(row);
  }

  reveal(row) {
    const top = row.offsetTop - this.box.offsetTop;
    const above = this.box.scrollTop;
    if (top < above || top > above + this.box.clientHeight - 40) this.box.scrollTop = top - this.box.clientHeight / 3;
  }

  mark(problems) {
    const marks = new Map();
    for (const problem of problems) if (!marks.has(problem.line - 1)) marks.set(problem.line - 1, problem);
    const lines = new Set([...this.marks.keys(), ...marks.keys()]);
    this.marks = marks;
    for (const line of lines) {
      const block = this.blocks.find((each) => line >= each.first && line < each.first + each.count);
      if (!block?.drawn) continue;
      const row = this.element(line);
      if (!row) continue;
      row.classList.remove("problem-error", "problem-warning", "problem-note");
      row.removeAttribute("title");
      const problem = marks.get(line);
      if (problem) {
        row.classList.add("problem-" + problem.severity);
        row.title = problem.message;
      }
    }
  }
}

// Tokens as spans; what a person typed is only ever text.
export function colour(code, source, files) {
  code.replaceChildren();
  const cut = source.length > LONGEST ? source.slice(0, LONGEST) : source;
  let end = 0;
  for (const token of cut.matchAll(TOKEN)) {
    if (token.index > end) code.append(cut.slice(end, token.index));
    end = token.index + token[0].length;
    if (token[1] !== undefined) {
      code.append(token[2] === undefined ? string(token[1], files) : span("k", token[1]));
      if (token[2] !== undefined) code.append(span("p", token[2]));
    } else code.append(span(token[3] ? "n" : token[4] ? "b" : token[5] ? "z" : "p", token[0]));
  }
  code.append(cut.slice(end));
  if (cut !== source) code.append(span("more", `… ${source.length.toLocaleString()} characters`));
}

function string(token, files) {
  if (!token.includes("{{")) return span("s", token);
  const box = span("s", "");
  let end = 0;
  for (const found of token.matchAll(REFERENCE)) {
    if (found[1]) continue;
    box.append(token.slice(end, found.index));
    const kind = found[2].startsWith("secret:") ? "secret" : found[2].startsWith("file:") ? "attached" : "ref";
    box.append(kind === "attached" ? attached(found[2].slice(5), found[0], files) : span(kind, found[0]));
    end = found.index + found[0].length;
  }
  box.append(token.slice(end));
  return box;
}

// A file shows the beginning of its data URI; a click shows more of it.
function attached(id, reference, files) {
  const chip = span("attached", files?.get(id)?.shown ?? reference);
  chip.dataset.file = id;
  chip.title = reference;
  return chip;
}

function span(name, content) {
  const element = document.createElement("span");
  element.className = name;
  element.textContent = content;
  return element;
}
