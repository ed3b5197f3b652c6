// Characters that nobody sees show their code, and none turns the text around it: U+202E in a name
// would reverse the rest of its line. They stay in the text, so that what is copied is unchanged.

import { make } from "./elements.js";

// Controls, and what sets directions or has no width. U+200C and U+200D are part of words and emoji,
// and our own messages isolate names by U+2068 and U+2069.
const HIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066\u2067\u206a-\u206f\ufeff\ufff9-\ufffb]/;
const EACH = new RegExp(`(${HIDDEN.source})`);
// What people edit isn't rewritten, nor what other scripts draw.
const LEFT_ALONE = "script, style, template, textarea, select, title, .preview, .hidden-character, .ace_editor";

const codeOf = (character) => "U+" + character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");

// A text as nodes for `append`: the text itself where nothing in it is hidden.
export function withVisible(text) {
  if (!HIDDEN.test(text)) return [text];
  // Split by a group, every second part is one of the characters.
  return text.split(EACH).map((part, at) => (at % 2 ? make("span", { class: "hidden-character", "data-code": codeOf(part) }, part) : part));
}

function showIn(root) {
  // Most pages have none; looking is one test then.
  if (!HIDDEN.test(root.textContent)) return;
  const found = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { data, parentElement } = walker.currentNode;
    if (HIDDEN.test(data) && !parentElement.closest(LEFT_ALONE)) found.push(walker.currentNode);
  }
  for (const node of found) node.replaceWith(...withVisible(node.data));
}

showIn(document.body);
document.addEventListener("htmx:load", ({ detail }) => showIn(detail.elt));
