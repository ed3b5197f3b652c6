// The tabs next to the form: the document, its request as code, what changed, the JSON editor.

import { elementsOf, on } from "../elements.js";
import { message, toast } from "../messages.js";
import { fetchText } from "./server.js";

const CHANGES_DELAY = 500; // milliseconds after an edit

// The JSON editor: its module is fetched when it is first opened, with all that only it needs.
export class LazyEditor {
  // `url` is the module's, `parts` what its class takes.
  constructor(url, parts) {
    Object.assign(this, { url, parts, opening: null, editor: null });
  }

  open() {
    return (this.opening ??= this.load());
  }

  async load() {
    try {
      const { Editor } = await import(this.url);
      this.editor = new Editor(this.parts);
      await this.editor.start();
      return this.editor;
    } catch (error) {
      // The next click tries again.
      this.editor = this.opening = null;
      throw error;
    }
  }

  async flush() {
    await this.editor?.flushAll();
  }

  // Whether the server has everything that was typed in it.
  isClean() {
    return this.editor?.isClean() ?? true;
  }

  follow() {
    this.editor?.follow();
  }

  freeze() {
    return this.editor.freeze();
  }

  reset() {
    this.editor?.reset();
  }
}

export class Tabs {
  constructor({ draft, editor }) {
    Object.assign(this, { draft, editor });
    on("click", '[role="tab"]', (tab) => this.show(tab));
    on("click", "[data-language]", (language) => this.showLanguage(language));
    on("click", "#copy_document", () => this.copyShown());
    const changes = document.getElementById("tab_changes");
    if (changes) this.startChanges(changes);
    if (draft.incomplete) this.showEditor();
  }

  async show(tab) {
    for (const each of tab.parentElement.children) {
      each.setAttribute("aria-selected", String(each === tab));
      document.getElementById(each.getAttribute("aria-controls")).hidden = each !== tab;
    }
    if (tab.id === "tab_editor") return void (await this.openEditor());
    if (!tab.dataset.code) return void (await this.editor.flush());
    await (this.coding = this.showCode(tab));
  }

  // Code that another language overtook is dropped.
  async showCode(tab) {
    const url = tab.dataset.code;
    await this.editor.flush();
    await this.draft.queue.idle();
    const text = await fetchText(url);
    if (tab.dataset.code === url) document.getElementById("code").textContent = text;
  }

  showJson() {
    return this.show(document.getElementById("tab_json"));
  }

  showEditor() {
    return this.show(document.getElementById("tab_editor"));
  }

  async showInEditor(row, column) {
    await this.showEditor();
    (await this.editor.open()).go(row, column);
  }

  async openEditor() {
    try {
      await this.editor.open();
    } catch (error) {
      toast(message("editorFailed"), "error");
      this.showJson();
      throw error;
    }
  }

  showLanguage(language) {
    language.closest("[popover]").hidePopover();
    const tab = document.getElementById("tab_code");
    tab.textContent = language.textContent;
    tab.dataset.code = language.dataset.language;
    this.show(tab);
  }

  // The code if it is in the chosen language, else the request if it is shown, else the document.
  async copyShown() {
    await this.draft.queue.idle();
    await this.coding;
    const shown = document.querySelector("#code:not([hidden]), #request_line:not([hidden])");
    await navigator.clipboard?.writeText(shown ? shown.textContent : this.draft.text.text);
    toast(message("copied"), "success");
  }

  // What differs from the exchange that this draft sends again. Warnings open the tab at once.
  async startChanges(tab) {
    const panel = document.getElementById("changed");
    let timer = 0;
    const look = async () => {
      const html = await fetchText(tab.dataset.changed);
      if (html === null) return null;
      const [list] = elementsOf(html);
      panel.replaceChildren(list);
      tab.querySelector(".count").textContent = list.dataset.count;
      return list;
    };
    document.addEventListener("edited", () => {
      clearTimeout(timer);
      timer = setTimeout(look, CHANGES_DELAY);
    });
    const list = await look();
    if (list?.querySelector(".message")) this.show(tab);
  }
}
