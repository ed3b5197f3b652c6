// A response as lines: the page brings its first part, the rest is fetched when one scrolls near
// it, searches or copies.

import { JsonLines, LinesView, PlainLines } from "./json_lines.js";
import { message } from "./messages.js";
import { XmlLines } from "./xml_lines.js";

// Shorter responses are in view as a whole and need no search.
const SHORT = 25; // lines
const LAYOUTS = { json: JsonLines, xml: XmlLines, plain: PlainLines };
const readers = new WeakMap();

// Text whose first part is on the page; `element` knows where the rest is.
class Source {
  constructor(element, head) {
    this.element = element;
    this.next = element.dataset.next;
    this.pieces = [head];
  }

  // Scrolling and searching may ask for the same piece: it is fetched once.
  read() {
    this.reading ??= this.fetch().finally(() => (this.reading = null));
    return this.reading;
  }

  async fetch() {
    const response = await fetch(`${this.element.dataset.more}&from=${this.next}`);
    if (!response.ok) throw new Error(response.status);
    this.next = response.headers.get("X-Next");
    const piece = await response.text();
    this.pieces.push(piece);
    return piece;
  }

  async readAll() {
    while (this.next) await this.read();
  }

  get whole() {
    return this.pieces.join("");
  }
}

class Reader extends Source {
  constructor(box) {
    const head = box.querySelector("#reply_text").textContent;
    super(box, head);
    this.box = box;
    this.lines = new LAYOUTS[box.dataset.lines]();
    this.view = new LinesView(box, box.dataset.lines === "json");
    this.view.append(this.lines.feed(head, !this.next));
    if (this.next) box.addEventListener("scroll", () => this.readAhead(), { passive: true });
    this.readAhead();
    box.addEventListener("click", (event) => {
      const fold = event.target.closest(".fold");
      if (fold) this.view.fold(fold.closest(".line").line);
    });
  }

  // Two window heights ahead of what is seen.
  readAhead() {
    // Before measuring, which makes the browser lay out the page.
    if (!this.next) return;
    const { scrollTop, clientHeight, scrollHeight } = this.box;
    if (scrollTop + 3 * clientHeight <= scrollHeight) return;
    this.read().then(() => this.next && requestAnimationFrame(() => this.readAhead()));
  }

  async fetch() {
    const piece = await super.fetch();
    this.view.append(this.lines.feed(piece, !this.next));
    if (!this.next) this.box.parentElement.querySelector(".reply-cut")?.remove();
  }

  // As laid out; plain text is copied as received, since very long lines are cut to be drawn.
  get whole() {
    return this.box.dataset.lines === "plain" ? super.whole : this.view.text.lines.join("\n");
  }
}

function start(root) {
  for (const box of root.querySelectorAll?.("[data-lines]") ?? []) {
    if (readers.has(box)) continue;
    const reader = new Reader(box);
    readers.set(box, reader);
    const finder = box.parentElement.querySelector("[data-finder]");
    if (finder) startFinder(finder, reader);
    const copy = document.getElementById("copy_reply");
    if (copy) startCopy(copy, reader);
  }
  // A table has its text in a hidden element, only to be copied.
  const hidden = root.querySelector?.("#reply_text[data-more]");
  if (hidden?.dataset.next) startCopy(document.getElementById("copy_reply"), new Source(hidden, hidden.textContent));
}

// Enter goes to the next match, Shift+Enter to the one before.
function startFinder(finder, reader) {
  const input = finder.querySelector("input");
  const output = finder.querySelector("output");
  let wanted = "";
  let hits = [];
  let at = -1;
  finder.hidden = !reader.next && reader.view.text.lines.length < SHORT;
  input.addEventListener("keydown", async (event) => {
    if (event.key !== "Enter" || !input.value) return;
    event.preventDefault();
    const isBack = event.shiftKey;
    if (input.value !== wanted) {
      wanted = input.value;
      if (reader.next) output.textContent = message("loadingRest");
      await reader.readAll();
      hits = reader.view.find(wanted);
      at = isBack ? 0 : -1;
    }
    if (!hits.length) return (output.textContent = message("noMatches"));
    at = (at + (isBack ? -1 : 1) + hits.length) % hits.length;
    output.textContent = message("matchOf", { number: at + 1, total: hits.length });
    reader.view.show(hits[at]);
  });
}

// The whole response is copied, not only the part that is here: the button waits for the rest,
// then is pressed again with the text in hand, and copy.js does its work.
function startCopy(button, reader) {
  if (button.dataset.copyFrom === undefined) return;
  delete button.dataset.copyFrom;
  button.addEventListener("click", async () => {
    if (button.dataset.copy !== undefined) return;
    await reader.readAll();
    button.dataset.copy = reader.whole;
    button.click();
    delete button.dataset.copy;
  });
}

// The first lines are readable as they are: a new reply's are shown before they are laid out,
// which takes as long as inserting the reply.
document.addEventListener("htmx:afterSwap", () => requestAnimationFrame(() => setTimeout(() => start(document))));
start(document);
