// An answer as lines: the first part is here, the rest is fetched when it is near or searched.

import { JsonLines, LinesView, PlainLines } from "./jsonview.js";
import { XmlLines } from "./xmlview.js";

// Fewer lines are all in sight: nothing to find there that is not seen.
const SHORT = 25;
const readers = new WeakMap();

const LAYOUTS = { json: JsonLines, xml: XmlLines, plain: PlainLines };

// A text of which the first part is here; `element` says where the rest is to be had.
class Source {
  constructor(element, head) {
    this.element = element;
    this.next = element.dataset.next;
    this.pieces = [head];
  }

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
    document.getElementById("main").dataset.icons ??= box.dataset.icons;
    this.lines = new LAYOUTS[box.dataset.lines]();
    this.view = new LinesView(box, box.dataset.lines === "json");
    this.view.append(this.lines.feed(head, !this.next));
    if (this.next) box.addEventListener("scroll", () => this.look(), { passive: true });
    this.look();
    box.addEventListener("click", (event) => {
      const fold = event.target.closest(".fold");
      if (fold) this.view.fold(fold.closest(".line").line);
    });
  }

  // Two windows ahead of what is seen.
  look() {
    const { scrollTop, clientHeight, scrollHeight } = this.box;
    if (this.next && scrollTop + 3 * clientHeight > scrollHeight) this.read().then(() => this.next && requestAnimationFrame(() => this.look()));
  }

  async fetch() {
    const piece = await super.fetch();
    this.view.append(this.lines.feed(piece, !this.next));
    if (!this.next) this.box.parentElement.querySelector(".reply-cut")?.remove();
  }

  // As it is drawn, but for the breaks that very long lines are drawn with.
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
  const hidden = root.querySelector?.("#reply_text[data-more]");
  if (hidden?.dataset.next) startCopy(document.getElementById("copy_reply"), new Source(hidden, hidden.textContent));
}

function startFinder(finder, reader) {
  const input = finder.querySelector("input");
  const output = finder.querySelector("output");
  const words = output.dataset;
  let asked = "";
  let hits = [];
  let at = -1;
  finder.hidden = !reader.next && reader.view.text.lines.length < SHORT;
  input.addEventListener("keydown", async (event) => {
    if (event.key !== "Enter" || !input.value) return;
    event.preventDefault();
    const back = event.shiftKey;
    if (input.value !== asked) {
      asked = input.value;
      if (reader.next) output.textContent = words.loading;
      await reader.readAll();
      hits = reader.view.find(asked);
      at = back ? 0 : -1;
    }
    if (!hits.length) return (output.textContent = words.none);
    at = (at + (back ? -1 : 1) + hits.length) % hits.length;
    output.textContent = words.of.replace("%n", at + 1).replace("%m", hits.length);
    reader.view.show(hits[at]);
  });
}

// An answer is copied whole, not only the part that is here.
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

document.addEventListener("htmx:afterSwap", () => start(document));
start(document);
