// Loads the rest of the builder (its scripts, styles, menus and dialogs) when somebody begins to use the
// page. What they press until it is there is held back and happens then.

import { message, toast } from "../messages.js";
import { isShortcut } from "../shortcuts.js";
import { isBlock } from "./grid_layout.js";

// Each comes before anything that needs the rest. Moving the pointer is the earliest.
const BEGINNINGS = ["pointermove", "pointerdown", "keydown", "focusin", "dragenter"];
const HELD = ["click", "contextmenu", "change", "focusout", "keydown", "paste", "dragover", "drop"];
// What a page may show from the start that only the rest brings up to date or is needed for.
const NEEDS_REST = "[data-follows], [data-outcome], [data-files], [data-changed], #template_link[data-unsaved]";

export class FirstUse {
  // `parts` is what startRest takes, `url` the module's address.
  constructor(url, parts) {
    Object.assign(this, { url, parts, rest: null, loading: null, held: [], edits: [] });
    this.hold = this.hold.bind(this);
    this.begin = () => {
      for (const type of BEGINNINGS) removeEventListener(type, this.begin, true);
      this.load();
    };
    this.keepEdit = ({ detail }) => this.edits.push(detail);
    for (const type of HELD) addEventListener(type, this.hold, true);
    for (const type of BEGINNINGS) addEventListener(type, this.begin, { capture: true, passive: true });
    document.addEventListener("edited", this.keepEdit);
    const { incomplete, text } = parts.draft;
    const hasTools = (line) => line.includes("{{") || text.isCrowded(line);
    if (incomplete || document.querySelector(NEEDS_REST) || text.lines.some(hasTools)) this.begin();
  }

  // Resolves with what startRest returned, rejects when it could not be loaded.
  load() {
    return (this.loading ??= this.start());
  }

  async start() {
    try {
      const [{ startRest }] = await Promise.all([import(this.url), loadFiles(document.getElementById("late_files"))]);
      // They are part of the page: whoever was signed out meanwhile could not load them.
      document.body.append(document.getElementById("late_menus").content);
      this.stopHolding();
      this.rest = startRest(this.parts);
    } catch (error) {
      // The next press tries again. What was pressed before must not happen by surprise then.
      this.loading = null;
      this.held = [];
      toast(message("restFailed"), "error");
      throw error;
    }
    // Answers that came meanwhile.
    for (const detail of this.edits) document.dispatchEvent(new CustomEvent("edited", { detail }));
    for (const [target, event] of this.held) repeat(target, event);
    return this.rest;
  }

  hold(event) {
    const { target, type } = event;
    // Keys behind a click or another key may be meant for what that opens.
    const isBehind = type === "keydown" && this.held.some(([, each]) => ["click", "contextmenu", "keydown"].includes(each.type));
    if (!isBehind && !isForRest(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.held.push([target, copyOf(event)]);
    this.load();
  }

  stopHolding() {
    for (const type of HELD) removeEventListener(type, this.hold, true);
    document.removeEventListener("edited", this.keepEdit);
  }
}

// Typing and switches are handled by what is there from the start, links by the browser.
function isForRest(event) {
  const { target, type } = event;
  const isAt = (selector) => Boolean(target.closest?.(selector));
  if (type === "click") return !isAt("a[href]:not([data-step-index]), input, select, textarea, label");
  if (type === "change") return !isAt('[data-act="switch"], [data-path]');
  if (type === "focusout") return isAt("[data-secret], [data-tag-entry]");
  if (type === "keydown") return isHandledKey(event);
  if (type === "dragover" || type === "drop") return Boolean(event.dataTransfer?.types.includes("Files"));
  if (type === "paste" && isAt(".cell")) return isBlock(event.clipboardData?.getData("text/plain") ?? "");
  if (type === "paste") return isAt("[data-files]") && !isAt("input, textarea");
  return true;
}

// Keys that the rest handles, though not those that also type something where the focus is.
function isHandledKey(event) {
  const { target, key } = event;
  const is = (name) => isShortcut(event, name);
  if (is("send") || is("find")) return true;
  if (target.matches?.(".cell")) return is("cell-below") || is("cell-above") || is("cell-menu") || key === "ArrowDown" || key === "ArrowUp";
  return (is("undo") || is("redo") || is("help")) && !target.matches?.("input, textarea, select");
}

// What is pasted or dropped can be read only while its event is under way.
function copyOf(event) {
  const given = event.clipboardData ?? event.dataTransfer;
  if (!given) return new event.constructor(event.type, event);
  const data = new DataTransfer();
  data.setData("text/plain", given.getData("text/plain"));
  for (const file of given.files) data.items.add(file);
  return new event.constructor(event.type, { bubbles: true, cancelable: true, clipboardData: data, dataTransfer: data });
}

// Makes happen what was held back. A key goes to where the focus is by now; what browsers do with
// it, they don't do for a copy of it.
function repeat(target, event) {
  const isKey = event.type === "keydown";
  const place = isKey ? document.activeElement : target;
  if (!place.isConnected || !place.dispatchEvent(event) || !isKey) return;
  if (event.key === "Enter" && place.matches("input")) place.form?.requestSubmit();
  const isTyped = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (isTyped) document.execCommand("insertText", false, event.key);
}

// Scripts and styles in a template do nothing; copies of them in the page do, in their order. htmx
// that comes between DOMContentLoaded and `load` would wait for the former for ever.
async function loadFiles(template) {
  if (document.readyState !== "complete") await new Promise((resolve) => addEventListener("load", resolve, { once: true }));
  await Promise.all([...template.content.children].map((each) => new Promise((resolve, reject) => {
    const file = Object.assign(document.importNode(each), { async: false, onload: resolve, onerror: reject });
    document.head.append(file);
  })));
}
