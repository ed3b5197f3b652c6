// Loads the rest of the builder (its scripts, styles, menus and dialogs) once the page is painted.

import { message, toast } from "../messages.js";

// What the rest answers when it is clicked; links, fields and switches work without it.
const FOR_REST = "button, summary, [data-step-index]";
// What it answers when it changes.
const CHANGES_FOR_REST = "[data-choose]:checked, [data-type], [data-secret-entry]";

export class Rest {
  // `url` is the address of rest.js, `parts` is what its startRest takes.
  constructor(url, parts) {
    Object.assign(this, { url, parts, started: null, loading: null, clicked: null, edits: [], changed: new Set() });
    this.hold = this.hold.bind(this);
    this.keepEdit = ({ detail }) => this.edits.push(detail);
    this.keepChange = ({ target }) => this.changed.add(target);
    addEventListener("click", this.hold, true);
    addEventListener("change", this.keepChange);
    document.addEventListener("edited", this.keepEdit);
    // A frame's callbacks run before it is painted, tasks after it.
    requestAnimationFrame(() => setTimeout(() => this.load()));
  }

  // Resolves with what startRest returned, rejects when it could not be loaded.
  load() {
    return (this.loading ??= this.start());
  }

  async start() {
    try {
      const [{ startRest }] = await Promise.all([import(this.url), loadFiles(document.getElementById("late_files"))]);
      // They are part of the page: after signing out they could no longer be loaded.
      document.body.append(document.getElementById("late_menus").content);
      this.started = startRest(this.parts);
    } catch (error) {
      // The next click tries again. What was clicked before must not happen by surprise then.
      this.loading = this.clicked = null;
      toast(message("restFailed"), "error");
      throw error;
    }
    removeEventListener("click", this.hold, true);
    removeEventListener("change", this.keepChange);
    document.removeEventListener("edited", this.keepEdit);
    // Answers and choices that came meanwhile.
    for (const detail of this.edits) document.dispatchEvent(new CustomEvent("edited", { detail }));
    for (const field of this.changed) if (field.matches(CHANGES_FOR_REST)) field.dispatchEvent(new Event("change", { bubbles: true }));
    document.getElementById("main").dataset.ready = "all";
    this.clicked?.click();
    return this.started;
  }

  // On a slow network people click before the rest is there: the last click happens then.
  hold(event) {
    const target = event.target.closest(FOR_REST);
    if (!target) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.clicked = target;
    this.load();
  }
}

// Scripts and styles in a template do nothing; copies of them in the page do, in their order. htmx
// that comes between DOMContentLoaded and `load` would wait for the former for ever.
async function loadFiles(template) {
  if (document.readyState !== "complete") await new Promise((resolve) => addEventListener("load", resolve, { once: true }));
  await Promise.all([...template.content.children].map((each) => new Promise((resolve, reject) => {
    const file = Object.assign(document.importNode(each), { async: false, onload: resolve, onerror: reject });
    // Once only: another try loads what is left.
    file.addEventListener("load", () => each.remove());
    document.head.append(file);
  })));
}
