// Long texts as lines: laid out piece by piece as they arrive, drawn when they come near.

import { Preview } from "./builder/preview.js";

const LONGEST = 4000;
const BARE = /[^\s{}[\],:"]+/y;
const INDENT = "  ";

// JSON that comes in pieces, cut anywhere: gives the lines that are complete. What is no JSON
// keeps all its tokens, so that a broken answer can be read too.
export class JsonLines {
  constructor() {
    Object.assign(this, { rest: "", line: "", depth: 0, opened: false, bare: false });
  }

  feed(piece, last) {
    const text = this.rest + piece;
    const lines = [];
    let at = 0;
    while (at < text.length) {
      if (/\s/.test(text[at])) {
        at += 1;
        continue;
      }
      const end = endOfToken(text, at);
      if (end < 0 || (end === text.length && !last && /[^{}[\],:"]/.test(text[at]))) {
        if (!last) break;
      }
      const token = text.slice(at, end < 0 ? text.length : end);
      this.put(token, lines);
      at += token.length;
    }
    this.rest = text.slice(at);
    if (last && this.line.trim()) lines.push(this.line);
    return lines;
  }

  put(token, lines) {
    if (token === "}" || token === "]") {
      this.depth = Math.max(0, this.depth - 1);
      if (!this.opened) this.wrap(lines);
      this.line += token;
      this.opened = this.bare = false;
      return;
    }
    if (this.opened) this.wrap(lines);
    this.opened = false;
    if (token === ",") {
      this.line += token;
      this.wrap(lines);
    } else if (token === ":") this.line += ": ";
    else if (token === "{" || token === "[") {
      this.line += token;
      this.depth += 1;
      this.opened = true;
    } else {
      this.line += (this.bare ? " " : "") + token;
      this.bare = true;
      return;
    }
    this.bare = false;
  }

  wrap(lines) {
    lines.push(this.line);
    this.line = INDENT.repeat(Math.min(this.depth, 100));
  }
}

// Behind the token at a place; -1 for a string that is not closed yet.
function endOfToken(text, at) {
  if (text[at] !== '"') {
    BARE.lastIndex = at;
    return at + (BARE.exec(text)?.[0].length ?? 1);
  }
  for (let end = text.indexOf('"', at + 1); end > 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === "\\") slashes += 1;
    if (slashes % 2 === 0) return end + 1;
  }
  return -1;
}

// Any other text: its own lines, very long ones cut into rows that carry one number together.
export class PlainLines {
  constructor() {
    this.rest = "";
  }

  feed(piece, last) {
    const lines = (this.rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.rest = last ? "" : lines.pop();
    while (!last && this.rest.length > LONGEST) {
      lines.push(this.rest.slice(0, LONGEST));
      this.rest = this.rest.slice(LONGEST);
    }
    return lines.flatMap(cut);
  }
}

export function cut(line) {
  if (line.length <= LONGEST) return [line];
  const rows = [];
  for (let at = 0; at < line.length; at += LONGEST) rows.push(line.slice(at, at + LONGEST));
  return rows;
}

// The lines and where a fold ends, read from their indentation.
class Laid {
  constructor() {
    this.lines = [];
  }

  endOf(line) {
    if (!/[{[]$/.test(this.lines[line])) return -1;
    const depth = depthOf(this.lines[line]);
    for (let at = line + 1; at < this.lines.length; at++) if (depthOf(this.lines[at]) <= depth) return at;
    return -1;
  }
}

const depthOf = (line) => line.search(/\S|$/);

export class LinesView extends Preview {
  constructor(box, isJson) {
    super(box, new Laid());
    this.isJson = isJson;
  }

  append(lines) {
    const first = this.text.lines.length;
    for (const line of lines) this.text.lines.push(line);
    if (this.folds.size) return this.redraw();
    for (let from = first; from < this.text.lines.length; from += 60) {
      const block = this.makeBlock(from, Math.min(60, this.text.lines.length - from), null);
      this.blocks.push(block);
      this.box.append(block.element);
      if (from === 0) this.draw(block.element);
      this.near.observe(block.element);
    }
  }

  drawLine(line) {
    if (this.isJson) return super.drawLine(line);
    const row = document.createElement("div");
    row.className = "line";
    const number = document.createElement("span");
    number.className = "no";
    number.textContent = line + 1;
    const code = document.createElement("code");
    code.textContent = this.text.lines[line];
    row.append(number, code);
    row.line = line;
    return row;
  }

  reveal(row) {
    row.scrollIntoView({ block: "center" });
  }

  find(words) {
    const wanted = words.toLowerCase();
    return this.text.lines.flatMap((line, number) => (line.toLowerCase().includes(wanted) ? [number] : []));
  }

  show(line) {
    this.box.querySelectorAll(".lit").forEach((row) => row.classList.remove("lit"));
    if (this.folds.size) {
      this.folds.clear();
      this.redraw();
    }
    this.light(line, true, true);
  }
}
