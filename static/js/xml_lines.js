// XML that comes in pieces, cut anywhere: returns its lines, one element per line. Nothing is
// parsed into a tree, so malformed XML keeps all its characters and no entity is ever expanded.

import { cutLine } from "./json_lines.js";

const DEEPEST = 200; // levels that are indented
const CLOSED_BY = { "<!--": "-->", "<![CDATA[": "]]>" };
const SPECIAL = /[<>"']/g;

export class XmlLines {
  constructor() {
    Object.assign(this, { rest: "", depth: 0, tag: "", text: null });
  }

  feed(piece, last) {
    const source = this.rest + piece;
    const lines = [];
    let at = 0;
    while (at < source.length) {
      const end = endOfToken(source, at);
      // A token that touches the end of the piece, or isn't closed yet, may go on in the next one.
      if (!last && (end < 0 || end === source.length)) break;
      this.put(source.slice(at, end < 0 ? at + 1 : end).trim(), lines);
      at = end < 0 ? at + 1 : end;
    }
    this.rest = source.slice(at);
    if (last) this.flush(lines);
    return lines.flatMap(cutLine);
  }

  // `<a>text</a>` stays on one line: a start tag and its text wait for what follows.
  put(token, lines) {
    if (!token) return;
    if (!token.startsWith("<") && this.tag && this.text === null) return void (this.text = token);
    if (token.startsWith("</")) return this.close(token, lines);
    this.flush(lines);
    if (/^<[^/!?<]/.test(token) && !token.endsWith("/>")) this.tag = token;
    else this.write(token, lines);
  }

  close(token, lines) {
    if (this.tag && this.text !== null) this.write(this.tag + this.text + token, lines);
    else {
      this.flush(lines);
      this.depth = Math.max(0, this.depth - 1);
      this.write(token, lines);
    }
    Object.assign(this, { tag: "", text: null });
  }

  flush(lines) {
    if (!this.tag) return;
    this.write(this.tag, lines);
    this.depth += 1;
    if (this.text !== null) this.write(this.text, lines);
    Object.assign(this, { tag: "", text: null });
  }

  write(text, lines) {
    lines.push("  ".repeat(Math.min(this.depth, DEEPEST)) + text);
  }
}

// The offset behind the token that starts at `at`; -1 for a `<` that nothing closes.
function endOfToken(text, at) {
  if (text[at] !== "<") {
    const end = text.indexOf("<", at);
    return end < 0 ? text.length : end;
  }
  for (const [start, close] of Object.entries(CLOSED_BY)) {
    if (!text.startsWith(start, at)) continue;
    const end = text.indexOf(close, at + start.length);
    return end < 0 ? -1 : end + close.length;
  }
  SPECIAL.lastIndex = at + 1;
  for (let found = SPECIAL.exec(text); found; found = SPECIAL.exec(text)) {
    if (found[0] === ">") return found.index + 1;
    if (found[0] === "<") return -1;
    const end = text.indexOf(found[0], found.index + 1);
    if (end < 0) return -1;
    SPECIAL.lastIndex = end + 1;
  }
  return -1;
}
