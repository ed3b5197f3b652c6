// The document's text as lines, and which line holds which pointer.

import { escapeSegment } from "./pointers.js";

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g;
const ONE_VALUE = /^(\s*(?:"(?:[^"\\]|\\.)*"\s*:\s*)?)("(?:[^"\\]|\\.)*"|[^\s,{}[\]"][^,{}[\]"]*?)(\s*,?\s*)$/;

export class Text {
  constructor(text, revision) {
    this.reset(text, revision);
  }

  reset(text, revision) {
    this.lines = text.split("\n");
    this.revision = revision;
    this.places = null;
  }

  get text() {
    return this.lines.join("\n");
  }

  patch(start, removed, inserted) {
    const sameShape = removed === 1 && inserted.length === 1 && shape(this.lines[start]) === shape(inserted[0]);
    this.lines.splice(start, removed, ...inserted);
    if (!sameShape) this.places = null;
  }

  // What a line would read if its only value were another; null when it holds several.
  withValue(line, value) {
    const parts = ONE_VALUE.exec(this.lines[line] ?? "");
    return parts && parts[1] + value + parts[3];
  }

  lineOf(pointer) {
    return this.map().lineOf.get(pointer);
  }

  pointerOf(line) {
    return this.map().pointerOf[line] ?? "";
  }

  // The line that closes what a line opens; -1 when it opens nothing that goes on below.
  endOf(line) {
    const depth = this.map().depth;
    if (!/[{[]\s*$/.test(this.lines[line])) return -1;
    for (let i = line + 1; i < this.lines.length; i++) if (depth[i] <= depth[line]) return i;
    return -1;
  }

  map() {
    return (this.places ??= readPlaces(this.lines));
  }
}

const shape = (line) => {
  const parts = ONE_VALUE.exec(line);
  return parts ? parts[1] : null;
};

// One pass over all tokens. A stack entry is a container: its pointer, its next index or key.
function readPlaces(lines) {
  const lineOf = new Map([["", 0]]);
  const pointerOf = [];
  const depth = [];
  const stack = [];
  let key = null;
  const begin = (line) => {
    const top = stack[stack.length - 1];
    const pointer = !top ? "" : top.pointer + "/" + (top.array ? top.index : escapeSegment(key ?? ""));
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
        stack.push({ pointer, array: token === "[", index: 0, wantsKey: token === "{" });
      } else if (token === "}" || token === "]") {
        const closed = stack.pop();
        pointerOf[line] ??= closed?.pointer ?? "";
      } else if (token === ",") {
        if (top?.array) top.index += 1;
        else if (top) top.wantsKey = true;
      } else if (token !== ":") {
        if (top?.wantsKey) {
          key = unquote(token);
          top.wantsKey = false;
        } else begin(line);
      }
    }
  });
  return { lineOf, pointerOf, depth };
}

function unquote(token) {
  try {
    return JSON.parse(token);
  } catch {
    return token.slice(1, -1);
  }
}

// Show a button as long as some line passes a test. While it is hidden only lines that came can
// bring it; once it stands there, all of them have to be looked through to take it away.
export function offerWhere(bench, button, test) {
  const offer = (fresh) => (button.hidden = !(button.hidden ? fresh : bench.text.lines).some(test));
  document.addEventListener("edited", ({ detail }) => detail.lines && offer(detail.lines[2]));
  document.addEventListener("redrawn", () => offer(bench.text.lines));
  offer(bench.text.lines);
}
