// Text as numbered, coloured lines: drawn as they come near, patched one by one, folded.

import { icon, make, makeButton } from "../elements.js";
import { withVisible } from "../hidden_characters.js";
import { message } from "../messages.js";

const BLOCK = 60; // lines drawn at a time
const LONGEST = 4000; // characters of a line that are shown
const FEW = 4; // lines that are redrawn where they are
const GLOWING = 200; // lines of a larger change that glow
const GLOW_TIME = 800; // milliseconds after the last change
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*)|\b(true|false)\b|\b(null)\b|([{}[\],:])/g;
const REFERENCE = /(\\?)\{\{(row\.[^{}]+|(?:secret:|file:)?[\p{L}_][\p{L}\p{N}_.:+-]*)\}\}/gu;

export class Preview {
  // `text` has `lines` and `endOf(line)`; `files` says how attachments are shown, by file id.
  constructor(box, text) {
    this.box = box;
    this.text = text;
    this.folds = new Set();
    this.problems = new Map();
    this.files = new Map();
    this.near = new IntersectionObserver((seen) => seen.forEach((each) => each.isIntersecting && this.draw(each.target)), {
      root: box,
      rootMargin: "400px",
    });
    box.addEventListener("animationend", (event) => event.target.classList.remove("fading"));
    this.redraw();
  }

  // Rebuilds all blocks: at the start, and when folds change.
  redraw() {
    this.near.disconnect();
    this.blocks = this.makeBlocks(0, this.text.lines.length, this.hiddenLines());
    this.box.replaceChildren(...this.blocks.map((block) => block.element));
    this.blocks.slice(0, 2).forEach((block) => this.draw(block.element));
    this.blocks.forEach((block) => this.near.observe(block.element));
  }

  makeBlocks(first, count, hidden) {
    const blocks = [];
    for (let from = first; from < first + count; from += BLOCK) {
      blocks.push(this.makeBlock(from, Math.min(BLOCK, first + count - from), hidden));
    }
    return blocks;
  }

  // Until it is drawn a block is plain text, so that the browser's search finds all lines.
  makeBlock(first, count, hidden) {
    const block = { element: make("div", { class: "preview-block" }), first, count, isDrawn: false, hidden };
    block.element.block = block;
    const shown = this.linesOf(block);
    block.element.textContent = shown.map((line) => this.text.lines[line].slice(0, LONGEST)).join("\n");
    block.element.hidden = shown.length === 0;
    return block;
  }

  linesOf({ first, count, hidden }) {
    const lines = [];
    for (let line = first; line < first + count; line++) if (!hidden?.has(line)) lines.push(line);
    return lines;
  }

  blockOf(line) {
    return this.blocks.find((each) => line >= each.first && line < each.first + each.count);
  }

  draw(element) {
    const block = element.block;
    if (block.isDrawn) return;
    block.isDrawn = true;
    element.replaceChildren(...this.linesOf(block).map((line) => this.drawLine(line)));
  }

  drawLine(line) {
    const source = this.text.lines[line];
    const row = numberedLine(line, "");
    const code = row.querySelector("code");
    colour(code, source, this.files);
    if (/[{[]\s*$/.test(source)) code.before(this.foldButton(line));
    if (this.folds.has(line)) code.append(span("folded", ""));
    markRow(row, this.problems.get(line));
    return row;
  }

  foldButton(line) {
    const isFolded = this.folds.has(line);
    const label = message(isFolded ? "unfoldLine" : "foldLine", { line: line + 1 });
    const attributes = { class: "fold", tabindex: -1, "aria-expanded": !isFolded, "aria-label": label };
    return makeButton(attributes, icon("turn"));
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
    const block = this.blockOf(line);
    if (!block) return null;
    this.draw(block.element);
    const rows = block.element.children;
    const row = rows[line - block.first]; // unless lines above it are folded
    return row?.line === line ? row : ([...rows].find((each) => each.line === line) ?? null);
  }

  // A keystroke shows in the next frame, before the server has confirmed it.
  echo(line, source) {
    this.text.lines[line] = source;
    const row = this.element(line);
    if (!row) return;
    colour(row.querySelector("code"), source, this.files);
    row.classList.add("unconfirmed");
  }

  patch(start, removed, inserted) {
    const isEchoed = removed === 1 && inserted.length === 1 && this.text.lines[start] === inserted[0];
    this.text.patch(start, removed, inserted);
    if (isEchoed) return this.confirm(start);
    if (removed === inserted.length && removed <= FEW && !this.folds.size) {
      for (let line = start; line < start + removed; line++) this.refresh(line);
      return;
    }
    this.folds = new Set([...this.folds].filter((line) => line < start));
    this.splice(start, removed, inserted.length);
    for (let line = start; line < start + Math.min(inserted.length, GLOWING); line++) this.glow(this.element(line));
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
    clearTimeout(row.glowTimer);
    row.glowTimer = setTimeout(() => row.classList.replace("changed", "fading"), GLOW_TIME);
  }

  // Blocks before the change stay, those it touches are rebuilt, those after are renumbered.
  splice(start, removed, added) {
    const shift = added - removed;
    const touched = this.blocks.filter((block) => block.first < start + Math.max(removed, 1) && block.first + block.count > start);
    if (!touched.length || this.folds.size) return this.redraw();
    const at = this.blocks.indexOf(touched[0]);
    const count = touched.reduce((sum, block) => sum + block.count, 0) + shift;
    const fresh = this.makeBlocks(touched[0].first, count, null);
    touched[0].element.before(...fresh.map((block) => block.element));
    touched.forEach((block) => block.element.remove());
    this.blocks.splice(at, touched.length, ...fresh);
    for (const block of this.blocks.slice(at + fresh.length)) {
      block.first += shift;
      if (block.isDrawn && shift) for (const row of block.element.children) renumber(row, row.line + shift);
    }
    fresh.forEach((block) => {
      this.near.observe(block.element);
      if (fresh.length <= 2) this.draw(block.element);
    });
  }

  highlight(line, { reveal = false } = {}) {
    const row = line === undefined ? null : this.element(line);
    row?.classList.add("lit");
    if (row && reveal) this.reveal(row);
    return row;
  }

  reveal(row) {
    const top = row.offsetTop - this.box.offsetTop;
    const above = this.box.scrollTop;
    if (top < above || top > above + this.box.clientHeight - 40) this.box.scrollTop = top - this.box.clientHeight / 3;
  }

  // Of several problems on a line the first one shows.
  markProblems(problems) {
    const marks = new Map();
    for (const problem of problems) if (!marks.has(problem.line - 1)) marks.set(problem.line - 1, problem);
    const lines = new Set([...this.problems.keys(), ...marks.keys()]);
    this.problems = marks;
    for (const line of lines) {
      const row = this.blockOf(line)?.isDrawn ? this.element(line) : null;
      if (row) markRow(row, marks.get(line));
    }
  }
}

export function numberedLine(line, source) {
  const row = make("div", { class: "line" }, span("no", line + 1), make("code", {}, ...withVisible(source)));
  row.line = line;
  return row;
}

function renumber(row, line) {
  row.line = line;
  row.querySelector(".no").textContent = line + 1;
}

function markRow(row, problem) {
  row.classList.remove("problem-error", "problem-warning", "problem-note");
  row.removeAttribute("title");
  if (!problem) return;
  row.classList.add("problem-" + problem.severity);
  row.title = problem.message;
}

// Tokens as spans. What people typed is set as text, never as markup.
function colour(code, source, files) {
  code.replaceChildren();
  const cut = source.length > LONGEST ? source.slice(0, LONGEST) : source;
  let end = 0;
  for (const token of cut.matchAll(TOKEN)) {
    if (token.index > end) code.append(...withVisible(cut.slice(end, token.index)));
    end = token.index + token[0].length;
    if (token[1] !== undefined) {
      code.append(token[2] === undefined ? colourString(token[1], files) : span("k", token[1]));
      if (token[2] !== undefined) code.append(span("p", token[2]));
    } else code.append(span(token[3] ? "n" : token[4] ? "b" : token[5] ? "z" : "p", token[0]));
  }
  code.append(...withVisible(cut.slice(end)));
  if (cut !== source) code.append(span("more", message("characters", { count: source.length.toLocaleString() })));
}

// References in a string become chips. One after a backslash is escaped and stays text.
function colourString(token, files) {
  if (!token.includes("{{")) return span("s", token);
  const box = span("s", "");
  let end = 0;
  for (const found of token.matchAll(REFERENCE)) {
    if (found[1]) continue;
    box.append(...withVisible(token.slice(end, found.index)));
    const [, prefix, id] = /^(secret:|file:)?(.*)$/.exec(found[2]);
    if (prefix === "file:") box.append(fileChip(id, found[0], files));
    else box.append(span(prefix ? "secret" : "ref", found[0]));
    end = found.index + found[0].length;
  }
  box.append(...withVisible(token.slice(end)));
  return box;
}

// A file shows the beginning of its data URI; a click shows more of it (attachments.js).
const fileChip = (id, reference, files) =>
  make("span", { class: "attached", "data-file": id, title: reference }, files.get(id)?.shown ?? reference);

const span = (name, content) => make("span", { class: name }, ...withVisible(String(content)));
