// Long texts as lines: laid out piece by piece as they arrive, drawn when they come near.

import { Preview, numberedLine } from "./builder/preview.js";

const LONGEST = 4000; // characters in one row
const DEEPEST = 100; // levels that are indented
const BARE = /[^\s{}[\],:"]+/y;
const INDENT = "  ";

// JSON that comes in pieces, cut anywhere: returns the lines that are complete. Malformed JSON
// keeps all its tokens, so that a broken response can be read too.
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
      // A token that touches the end of the piece may go on in the next one.
      if ((end < 0 || (end === text.length && /[^{}[\],:"]/.test(text[at]))) && !last) break;
      const token = text.slice(at, end < 0 ? text.length : end);
      this.put(token, lines);
      at += token.length;
    }
    this.rest = text.slice(at);
    if (last && this.line.trim()) lines.push(this.line);
    return lines;
  }

  put(token, lines) {
    const isClosing = token === "}" || token === "]";
    if (isClosing) this.depth = Math.max(0, this.depth - 1);
    // `{}` and `[]` stay on one line.
    if (isClosing !== this.opened) this.wrap(lines);
    const wasBare = this.bare;
    this.opened = token === "{" || token === "[";
    this.bare = !isClosing && !this.opened && token !== "," && token !== ":";
    if (this.opened) this.depth += 1;
    this.line += (this.bare && wasBare ? " " : "") + (token === ":" ? ": " : token);
    if (token === ",") this.wrap(lines);
  }

  wrap(lines) {
    lines.push(this.line);
    this.line = INDENT.repeat(Math.min(this.depth, DEEPEST));
  }
}

// The offset behind the token that starts at `at`; -1 for a string that is not closed yet.
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

// Any other text: its own lines, very long ones cut into several rows.
export class PlainLines {
  constructor() {
    this.rest = "";
  }

  feed(piece, last) {
    // A lone CR at the end may be the first half of CRLF.
    const lines = (this.rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.rest = last ? "" : lines.pop();
    while (!last && this.rest.length > LONGEST) {
      lines.push(this.rest.slice(0, LONGEST));
      this.rest = this.rest.slice(LONGEST);
    }
    return lines.flatMap(cutLine);
  }
}

export function cutLine(line) {
  if (line.length <= LONGEST) return [line];
  const rows = [];
  for (let at = 0; at < line.length; at += LONGEST) rows.push(line.slice(at, at + LONGEST));
  return rows;
}

// Lines whose folds are read from their indentation, as a response has no map of pointers.
class IndentedLines {
  constructor() {
    this.lines = [];
  }

  patch(start, removed, inserted) {
    this.lines.splice(start, removed, ...inserted);
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
    super(box, new IndentedLines());
    this.isJson = isJson;
  }

  append(lines) {
    const first = this.text.lines.length;
    for (const line of lines) this.text.lines.push(line);
    if (this.folds.size) return this.redraw();
    for (const block of this.makeBlocks(first, this.text.lines.length - first, null)) {
      this.blocks.push(block);
      this.box.append(block.element);
      if (block.first === 0) this.draw(block.element);
      this.near.observe(block.element);
    }
  }

  drawLine(line) {
    return this.isJson ? super.drawLine(line) : numberedLine(line, this.text.lines[line]);
  }

  reveal(row) {
    row.scrollIntoView({ block: "center" });
  }

  find(text) {
    const wanted = text.toLowerCase();
    return this.text.lines.flatMap((line, number) => (line.toLowerCase().includes(wanted) ? [number] : []));
  }

  show(line) {
    this.box.querySelectorAll(".lit").forEach((row) => row.classList.remove("lit"));
    if (this.folds.size) {
      this.folds.clear();
      this.redraw();
    }
    this.highlight(line, { reveal: true });
  }
}
