// Completions of the JSON editor: keys, values and UIDs for the pointer at the caret, and
// variables after `{{`.

import { message } from "../messages.js";
import { escapeSegment } from "./pointers.js";
import { parseOr } from "./text.js";

const VARIABLE = /\{\{([\w.+-]*)$/;
const AFTER_VARIABLE = /^[\w.+-]*(?:\}\})?/;
const WORD = /[\w.+{-]/;
const NEAR = 120; // characters before and after the caret that a variable may take
const FIRST_SCORE = 1000; // Ace sorts by score; the server's order is kept
const CACHED = 200;

// `find(text, offset)` resolves with completions for Ace.
export function startCompletions(editor, find) {
  const completer = {
    identifierRegexps: [WORD],
    triggerCharacters: ['"', "{"],
    async getCompletions(_editor, session, position, _prefix, done) {
      const { doc } = session;
      try {
        const found = await find(doc.getValue(), doc.positionToIndex(position));
        done(null, found.map((each) => ({ ...each, completer })));
      } catch {
        done(null, []);
      }
    },
    insertMatch(_editor, chosen) {
      const { doc } = editor.session;
      const at = doc.positionToIndex(editor.getCursorPosition());
      const { start, end, inserted } = replacementFor(doc.getValue(), at, chosen);
      doc.replace({ start: doc.indexToPosition(start), end: doc.indexToPosition(end) }, inserted);
      editor.clearSelection();
      editor.moveCursorToPosition(doc.indexToPosition(start + inserted.length));
    },
  };
  editor.setOptions({ enableBasicAutocompletion: [completer], enableLiveAutocompletion: true });
  editor.completers = [completer];
}

// The completions at an offset of a text. `what` is "keys", "values" or "variable", `token` the
// JSON text to insert, `begin` the value that a key starts with.
export async function findCompletions(draft, text, at) {
  const place = placeAt(text, at);
  if (VARIABLE.test(text.slice(Math.max(place.start, at - NEAR), at)) && place.isInString) return listVariables(draft);
  if (place.isInString && text[at - 1] === "{") return []; // perhaps a variable begins
  const found = await fetchCompletions(draft, place);
  return found.map((each, index) => ({
    caption: plain(each.text), value: plain(each.text), meta: each.note, score: FIRST_SCORE - index,
    what: place.kind, token: each.text, begin: each.value,
  }));
}

// Requests in progress or done, by revision and place: Ace asks again at every key.
const cache = new Map();

function fetchCompletions(draft, { pointer, kind }) {
  const key = `${draft.text.revision} ${kind} ${pointer}`;
  if (cache.size > CACHED) cache.clear();
  if (!cache.has(key)) cache.set(key, request(draft.urls.completions, { pointer, kind }));
  return cache.get(key);
}

async function request(url, query) {
  const response = await fetch(`${url}?${new URLSearchParams(query)}`);
  return response.ok && !response.redirected ? (await response.json()).offers : [];
}

function listVariables(draft) {
  return draft.variables.map((name, index) => ({
    caption: `{{${name}}}`, value: `{{${name}}}`, meta: message("variable"), score: FIRST_SCORE - index, what: "variable",
  }));
}

// A value's JSON text as one would type it: a text without its quotes.
function plain(token) {
  const value = parseOr(token, null);
  return typeof value === "string" ? value : token;
}

// The splice that puts a chosen completion into the text.
function replacementFor(text, at, chosen) {
  const place = placeAt(text, at);
  if (chosen.what === "variable") {
    const start = at - VARIABLE.exec(text.slice(Math.max(0, at - NEAR), at))[0].length;
    return { start, end: at + AFTER_VARIABLE.exec(text.slice(at, at + NEAR))[0].length, inserted: chosen.value };
  }
  const rest = text.slice(at, at + 1000);
  const end = at + (place.isInString ? /^[^"\\\n]*"|^/ : /^[\w.+-]*/).exec(rest)[0].length;
  if (chosen.what === "values") return { start: place.start, end, inserted: chosen.token };
  const colon = /^\s*:/.test(text.slice(end, end + 200)) ? "" : `: ${indented(chosen.begin, text, place.start)}`;
  return { start: place.start, end, inserted: JSON.stringify(chosen.value) + colon };
}

// A value of several lines, indented like the line it is inserted in.
function indented(value, text, at) {
  const line = text.lastIndexOf("\n", at - 1) + 1;
  const margin = /^[ \t]*/.exec(text.slice(line, at))[0];
  return value.replaceAll("\n", `\n${margin}`);
}

// Where an offset lies in text that may be incomplete: the pointer of the value there, or of the
// object whose key is typed there; where its token begins; whether inside a string.
function placeAt(text, at) {
  const open = [];
  let token = -1;
  for (let i = 0; i < at; i++) {
    const char = text[i];
    const top = open[open.length - 1];
    if (char === '"') {
      const end = stringEnd(text, i, at);
      if (end < 0) return describePlace(open, i, true);
      if (top?.kind === "{" && top.due === "key") top.key = parseOr(text.slice(i, end), text.slice(i + 1, end));
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
  return describePlace(open, token < 0 ? at : token, false);
}

function describePlace(open, start, isInString) {
  const top = open[open.length - 1];
  const above = open.slice(0, -1).map(segmentOf).join("");
  const isKey = top?.kind === "{" && top.due === "key";
  return { pointer: isKey || !top ? above : above + segmentOf(top), kind: isKey ? "keys" : "values", start, isInString };
}

const segmentOf = (level) => "/" + (level.kind === "[" ? level.index : escapeSegment(level.key));

// The offset behind a string's closing quote; -1 when it is still open at the limit. A string that
// isn't closed ends with its line, or everything below would count as part of it.
function stringEnd(text, start, limit) {
  for (let i = start + 1; i < limit; i++) {
    if (text[i] === "\\") i += 1;
    else if (text[i] === '"') return i + 1;
    else if (text[i] === "\n") return i;
  }
  return -1;
}
