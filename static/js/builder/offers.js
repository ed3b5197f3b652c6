// What the JSON editor offers while one types: keys, values and UIDs that belong at the place of
// the cursor, and variables after `{{`.

const VARIABLE = /\{\{([\w.+-]*)$/;
const AFTER_VARIABLE = /^[\w.+-]*(?:\}\})?/;
const WORD = /[\w.+{-]/;

export function startOffers(editor, find) {
  const offers = {
    identifierRegexps: [WORD],
    triggerCharacters: ['"', "{"],
    async getCompletions(_editor, session, position, _prefix, done) {
      const { doc } = session;
      try {
        const found = await find(doc.getValue(), doc.positionToIndex(position));
        done(null, found.map((each) => ({ ...each, completer: offers })));
      } catch {
        done(null, []);
      }
    },
    insertMatch(_editor, chosen) {
      const { doc } = editor.session;
      const at = doc.positionToIndex(editor.getCursorPosition());
      const { start, end, inserted } = replacement(doc.getValue(), at, chosen);
      doc.replace({ start: doc.indexToPosition(start), end: doc.indexToPosition(end) }, inserted);
      editor.clearSelection();
      editor.moveCursorToPosition(doc.indexToPosition(start + inserted.length));
    },
  };
  editor.setOptions({ enableBasicAutocompletion: [offers], enableLiveAutocompletion: true });
  editor.completers = [offers];
}

// The offers at an offset of the text: `{caption, value, meta, score, what}`.
export async function findOffers(bench, text, at) {
  const place = placeAt(text, at);
  if (VARIABLE.test(text.slice(Math.max(place.start, at - 120), at)) && place.inString) return variables(bench);
  if (place.inString && text[at - 1] === "{") return []; // perhaps a variable begins
  const offers = await ask(bench, place);
  const { kind } = place;
  return offers.map((each, index) => ({
    caption: plain(each.text), value: plain(each.text), meta: each.note, score: 1000 - index,
    what: kind, token: each.text, begin: each.value,
  }));
}

// The server's offers for a place; asked once for each state of the draft.
const asked = new Map();

function ask(bench, { pointer, kind }) {
  const key = `${bench.text.revision} ${kind} ${pointer}`;
  if (asked.size > 200) asked.clear();
  if (!asked.has(key)) asked.set(key, get(bench, new URLSearchParams({ pointer, kind })));
  return asked.get(key);
}

async function get(bench, wanted) {
  const response = await fetch(`${bench.main.dataset.offers}?${wanted}`);
  return response.ok ? (await response.json()).offers : [];
}

function variables(bench) {
  return JSON.parse(bench.main.dataset.variables || "[]").map((name, index) => ({
    caption: `{{${name}}}`, value: `{{${name}}}`, meta: bench.words.variable, score: 1000 - index, what: "variable",
  }));
}

// A value's JSON text as one would type it; a text without its quotes.
function plain(token) {
  try {
    const value = JSON.parse(token);
    return typeof value === "string" ? value : token;
  } catch {
    return token;
  }
}

// What a chosen offer takes the place of, and what comes there.
export function replacement(text, at, chosen) {
  const place = placeAt(text, at);
  if (chosen.what === "variable") {
    const start = at - VARIABLE.exec(text.slice(Math.max(0, at - 120), at))[0].length;
    return { start, end: at + AFTER_VARIABLE.exec(text.slice(at, at + 120))[0].length, inserted: chosen.value };
  }
  const rest = text.slice(at, at + 1000);
  const end = at + (place.inString ? /^[^"\\\n]*"|^/ : /^[\w.+-]*/).exec(rest)[0].length;
  if (chosen.what === "values") return { start: place.start, end, inserted: chosen.token };
  const colon = /^\s*:/.test(text.slice(end, end + 200)) ? "" : `: ${indented(chosen.begin, text, place.start)}`;
  return { start: place.start, end, inserted: JSON.stringify(chosen.value) + colon };
}

// A value of several lines, moved to the line it comes into.
function indented(value, text, at) {
  const line = text.lastIndexOf("\n", at - 1) + 1;
  const margin = /^[ \t]*/.exec(text.slice(line, at))[0];
  return value.replaceAll("\n", `\n${margin}`);
}

// Where an offset stands in text that may be half-typed: the pointer of the object whose key is
// typed there, or of the value; where its token begins; whether inside a string.
export function placeAt(text, at) {
  const open = [];
  let token = -1;
  for (let i = 0; i < at; i++) {
    const char = text[i];
    const top = open[open.length - 1];
    if (char === '"') {
      const end = stringEnd(text, i, at);
      if (end < 0) return describe(open, i, true);
      if (top?.kind === "{" && top.due === "key") top.key = read(text.slice(i, end));
      token = -1;
      i = end - 1;
    } else if (char === "{" || char === "[") {
      open.push({ kind: char, due: char === "{" ? "key" : "value", key: "", index: 0 });
      token = -1;
    } else if (char === "}" || char === "]") {
      open.pop();
      token = -1;
    } else if (char === ":" || char === ",") {
      if (top && char === ":") top.due = "value";
      else if (top?.kind === "{") top.due = "key";
      else if (top) top.index += 1;
      token = -1;
    } else if (/\s/.test(char)) token = -1;
    else if (token < 0) token = i;
  }
  return describe(open, token < 0 ? at : token, false);
}

function describe(open, start, inString) {
  const top = open[open.length - 1];
  const above = open.slice(0, -1).map(segment).join("");
  const isKey = top?.kind === "{" && top.due === "key";
  return { pointer: isKey || !top ? above : above + segment(top), kind: isKey ? "keys" : "values", start, inString };
}

function segment(level) {
  if (level.kind === "[") return `/${level.index}`;
  return `/${level.key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

// The offset after a string's closing quote; -1 when it is still open at the limit.
function stringEnd(text, start, limit) {
  for (let i = start + 1; i < limit; i++) {
    if (text[i] === "\\") i += 1;
    else if (text[i] === '"') return i + 1;
    else if (text[i] === "\n") return i;
  }
  return -1;
}

function read(token) {
  try {
    return JSON.parse(token);
  } catch {
    return token.slice(1);
  }
}
