// Loads the rest of the builder (its scripts, styles, menus and dialogs) when the page is first
// used. Events until then are held back and replayed.

import { message, toast } from "../messages.js";
import { isShortcut } from "../shortcuts.js";
import { isBlock } from "./grid_layout.js";

// Each of these precedes anything that needs the rest. Moving the pointer comes first.
const BEGINNINGS = ["pointermove", "pointerdown", "keydown", "focusin", "dragenter"];
const HELD = ["click", "contextmenu", "change", "focusout", "keydown", "paste", "dragover", "drop"];
// Elements a page may have from the start that need the rest, for example to be kept up to date.
const NEEDS_REST = "[data-follows], [data-outcome], [data-files], [data-changed], #template_link[data-unsaved]";

export class FirstUse {
  // `parts` is the argument of startRest, `url` the module's URL.
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
      // They come with the page: after signing out they could no longer be loaded.
      document.body.append(document.getElementById("late_menus").content);
      this.stopHolding();
      this.rest = startRest(this.parts);
    } catch (error) {
      // The next press retries. Earlier presses must not fire unexpectedly then.
      this.loading = null;
      this.held = [];
      toast(message("restFailed"), "error");
      throw error;
    }
    // Responses that arrived in the meantime.
    for (const detail of this.edits) document.dispatchEvent(new CustomEvent("edited", { detail }));
    for (const [target, event] of this.held) repeat(target, event);
    return this.rest;
  }

  hold(event) {
    const { target, type } = event;
    // A key after a click or another key may be meant for what that opens.
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

// Typing and switches are handled by what is loaded from the start, links by the browser.
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

// Shortcuts that the rest handles, except keys that also type something into the focused field.
function isHandledKey(event) {
  const { target, key } = event;
  const is = (name) => isShortcut(event, name);
  if (is("send") || is("find")) return true;
  if (target.matches?.(".cell")) return is("cell-below") || is("cell-above") || is("cell-menu") || key === "ArrowDown" || key === "ArrowUp";
  return (is("undo") || is("redo") || is("help")) && !target.matches?.("input, textarea, select");
}

// Pasted or dropped data can be read only while its event is being dispatched.
function copyOf(event) {
  const given = event.clipboardData ?? event.dataTransfer;
  if (!given) return new event.constructor(event.type, event);
  const data = new DataTransfer();
  data.setData("text/plain", given.getData("text/plain"));
  for (const file of given.files) data.items.add(file);
  return new event.constructor(event.type, { bubbles: true, cancelable: true, clipboardData: data, dataTransfer: data });
}

// Replays a held event. A key goes to the element that has the focus now. Browsers don't perform
// their default action for a synthetic event, so that is done here.
function repeat(target, event) {
  const isKey = event.type === "keydown";
  const place = isKey ? document.activeElement : target;
  if (!place.isConnected || !place.dispatchEvent(event) || !isKey) return;
  if (event.key === "Enter" && place.matches("input")) place.form?.requestSubmit();
  const isTyped = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (isTyped) document.execCommand("insertText", false, event.key);
}

// Scripts and styles in a template are inert; copies of them in the page run, in order. If htmx
// is added between DOMContentLoaded and `load`, it waits for the former forever.
async function loadFiles(template) {
  if (document.readyState !== "complete") await new Promise((resolve) => addEventListener("load", resolve, { once: true }));
  await Promise.all([...template.content.children].map((each) => new Promise((resolve, reject) => {
    const file = Object.assign(document.importNode(each), { async: false, onload: resolve, onerror: reject });
    document.head.append(file);
  })));
}
