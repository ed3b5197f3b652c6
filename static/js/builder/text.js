// The document's text as lines, which line holds which pointer, and splices of the text.

import { escapeSegment } from "./pointers.js";

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g;
const ONE_VALUE = /^(\s*(?:"(?:[^"\\]|\\.)*"\s*:\s*)?)("(?:[^"\\]|\\.)*"|[^\s,{}[\]"][^,{}[\]"]*?)(\s*,?\s*)$/;

// Two values on one line. In a long document the search is too slow to offer formatting.
const CROWDED = /[{[]\s*["\d{[tfn-].*[}\]]|,\s*"[^"]*"\s*:/;
const LONG = 5000; // lines

// Not named Text, as browsers have a global of that name.
export class DocumentText {
  constructor(text, revision) {
    this.reset(text, revision);
  }

  reset(text, revision) {
    this.lines = text.split("\n");
    this.revision = revision;
    this.pointers = null;
  }

  get text() {
    return this.lines.join("\n");
  }

  // Typing changes the value on one line and leaves all pointers where they are: the map of a
  // large document, which takes milliseconds to read, survives that.
  patch(start, removed, inserted) {
    const isSameShape = removed === 1 && inserted.length === 1 && shapeOf(this.lines[start]) === shapeOf(inserted[0]);
    this.lines.splice(start, removed, ...inserted);
    if (!isSameShape) this.pointers = null;
  }

  // What a line would read with another value; null when it holds several values.
  withValue(line, value) {
    const parts = ONE_VALUE.exec(this.lines[line] ?? "");
    return parts && parts[1] + value + parts[3];
  }

  // The JSON text of the value that begins on a line: the line's own, or all lines down to the
  // closing bracket, indented as if they were a document.
  valueAt(line) {
    const end = this.endOf(line);
    if (end < 0) return /^\s*(?:"(?:[^"\\]|\\.)*"\s*:\s*)?(.*?),?\s*$/.exec(this.lines[line])[1];
    const lines = this.lines.slice(line, end + 1);
    lines[0] = lines[0].slice(lines[0].search(/[{[]\s*$/));
    lines[lines.length - 1] = lines[lines.length - 1].replace(/,\s*$/, "");
    const indent = /^\s*/.exec(lines[lines.length - 1])[0].length;
    return lines.map((each, i) => (i ? each.slice(indent) : each)).join("\n");
  }

  lineOf(pointer) {
    return this.map().lineOf.get(pointer);
  }

  pointerOf(line) {
    return this.map().pointerOf[line] ?? "";
  }

  // The line that closes what a line opens; -1 when it opens nothing that continues below.
  endOf(line) {
    const depth = this.map().depth;
    if (!/[{[]\s*$/.test(this.lines[line])) return -1;
    for (let i = line + 1; i < this.lines.length; i++) if (depth[i] <= depth[line]) return i;
    return -1;
  }

  // Whether formatting would break a line.
  isCrowded(line) {
    return this.lines.length < LONG && CROWDED.test(line);
  }

  map() {
    return (this.pointers ??= mapPointers(this.lines));
  }
}

const shapeOf = (line) => {
  const parts = ONE_VALUE.exec(line);
  return parts ? parts[1] : null;
};

// One pass over all tokens. A stack entry is a container: its pointer, its next index or key.
function mapPointers(lines) {
  const lineOf = new Map([["", 0]]);
  const pointerOf = [];
  const depth = [];
  const stack = [];
  let key = null;
  const begin = (line) => {
    const top = stack[stack.length - 1];
    const pointer = !top ? "" : top.pointer + "/" + (top.isArray ? top.index : escapeSegment(key ?? ""));
    lineOf.set(pointer, line);
    pointerOf[line] ??= pointer;
    return pointer;
  };
  lines.forEach((source, line) => {
    depth[line] = stack.length - (/^\s*[}\]]/.test(source) ? 1 : 0);
    TOKEN.lastIndex = 0;
    for (let found; (found = TOKEN.exec(source)); ) {
      const token = found[0];
      const top = stack[stack.length - 1];
      if (token === "{" || token === "[") {
        const pointer = begin(line);
        stack.push({ pointer, isArray: token === "[", index: 0, expectsKey: token === "{" });
      } else if (token === "}" || token === "]") {
        const closed = stack.pop();
        pointerOf[line] ??= closed?.pointer ?? "";
      } else if (token === ",") {
        if (top?.isArray) top.index += 1;
        else if (top) top.expectsKey = true;
      } else if (token !== ":") {
        if (top?.expectsKey) {
          key = parseOr(token, token.slice(1, -1));
          top.expectsKey = false;
        } else begin(line);
      }
    }
  });
  return { lineOf, pointerOf, depth };
}

// The value of a JSON text, or `fallback` where it doesn't parse.
export function parseOr(text, fallback) {
  try {
    return JSON.parse(text);
  } catch {
    return fallback;
  }
}

// Show a button while some line passes a test. A hidden one can appear only by lines that came
// in; one that shows needs a look at all lines before it goes.
export function showWhileAnyLine(text, button, test) {
  const look = (lines) => (button.hidden = !(button.hidden ? lines : text.lines).some(test));
  document.addEventListener("edited", ({ detail }) => detail.lines && look(detail.lines[2]));
  document.addEventListener("redrawn", () => look(text.lines));
  look(text.lines);
}

// The smallest splice between two texts: `old.slice(start, end)` gives way to `inserted`.
export function difference(old, fresh) {
  const shorter = Math.min(old.length, fresh.length);
  let start = 0;
  while (start < shorter && old.charCodeAt(start) === fresh.charCodeAt(start)) start += 1;
  if (cutsPair(old, start) || cutsPair(fresh, start)) start -= 1;
  let tail = 0;
  while (tail < shorter - start && old.charCodeAt(old.length - 1 - tail) === fresh.charCodeAt(fresh.length - 1 - tail)) tail += 1;
  if (cutsPair(old, old.length - tail) || cutsPair(fresh, fresh.length - tail)) tail -= 1;
  return { start, end: old.length - tail, inserted: fresh.slice(start, fresh.length - tail) };
}

// Whether an offset lies between the two halves of a surrogate pair.
const cutsPair = (text, at) => at > 0 && (text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;

const PAIR = /[\ud800-\udbff][\udc00-\udfff]/g;

// JavaScript counts UTF-16 units, Python counts code points.
export const codePointsAt = (text, units) => units - (text.slice(0, units).match(PAIR)?.length ?? 0);

function unitsAt(text, codePoints) {
  if (!/[\ud800-\udbff]/.test(text)) return codePoints;
  let units = 0;
  for (let left = codePoints; left > 0 && units < text.length; left -= 1) units += text.codePointAt(units) > 0xffff ? 2 : 1;
  return units;
}

// The text as typed in the JSON editor while it isn't valid: the document with `incomplete`
// applied, `[offset, characters removed, text inserted]` in code points.
export function withIncomplete(text, incomplete) {
  if (!incomplete) return text;
  const [offset, removed, inserted] = incomplete;
  return text.slice(0, unitsAt(text, offset)) + inserted + text.slice(unitsAt(text, offset + removed));
}

// Editors know one kind of line break; the document keeps its own.
export const plainBreaks = (text) => (text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text);

// A splice of the text with plain breaks, as a splice of the text with its own.
export function withOwnBreaks(raw, { start, end, inserted }) {
  if (!raw.includes("\r")) return { start, end, inserted };
  const rawOffset = (wanted) => {
    let offset = 0;
    for (let seen = 0; seen < wanted; seen += 1) offset += raw[offset] === "\r" && raw[offset + 1] === "\n" ? 2 : 1;
    return offset;
  };
  return { start: rawOffset(start), end: rawOffset(end), inserted: raw.includes("\r\n") ? inserted.replace(/\n/g, "\r\n") : inserted };
}
