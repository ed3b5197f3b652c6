// What the JSON is typed into: Ace when it could be loaded, else the plain textarea.

import { startOffers } from "./offers.js";

export async function openPad(box, onInput, onLeave, find) {
  const area = document.getElementById("editor_text");
  const text = area.value;
  const pad = plainPad(area, onInput, onLeave);
  try {
    const { ace, mode, theme, canComplete } = await loadAce(box.dataset);
    const fresh = acePad(ace, box, mode, theme, text, onInput, onLeave);
    if (canComplete) startOffers(ace.edit("editor_box"), find);
    if (area.value !== text) fresh.set(area.value);
    area.hidden = true;
    return fresh;
  } catch {
    return pad;
  }
}

function plainPad(area, onInput, onLeave) {
  area.addEventListener("input", onInput);
  area.addEventListener("blur", onLeave);
  return {
    value: () => area.value,
    set: (text) => (area.value = text),
    apply({ start, end, inserted }) {
      area.setRangeText(inserted, start, end, "preserve");
    },
    mark() {},
    go(row, column) {
      const at = area.value.split("\n").slice(0, row).reduce((sum, line) => sum + line.length + 1, 0) + column;
      area.focus();
      area.setSelectionRange(at, at);
    },
    focus: () => area.focus(),
    resize() {},
  };
}

function acePad(ace, box, mode, theme, text, onInput, onLeave) {
  const place = document.getElementById("editor_box");
  place.hidden = false;
  const editor = ace.edit(place, {
    mode, theme: theme(), value: text, useWorker: false, tabSize: 2, useSoftTabs: true, newLineMode: "unix",
    showPrintMargin: false, fontSize: 13, enableKeyboardAccessibility: true, scrollPastEnd: 0.3,
  });
  editor.textInput.getElement().setAttribute("aria-label", box.dataset.label);
  const { session } = editor;
  const { doc } = session;
  let ours = false;
  editor.on("change", () => ours || onInput());
  editor.on("blur", onLeave);
  const byOurselves = (work) => {
    ours = true;
    work();
    ours = false;
  };
  new MutationObserver(() => editor.setTheme(theme())).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  new ResizeObserver(() => editor.resize()).observe(place);
  return {
    value: () => doc.getValue(),
    set: (fresh) => byOurselves(() => doc.setValue(fresh)),
    apply({ start, end, inserted }) {
      const range = { start: doc.indexToPosition(start), end: doc.indexToPosition(end) };
      byOurselves(() => doc.replace(range, inserted));
    },
    mark: (marks) => session.setAnnotations(marks),
    go(row, column) {
      editor.focus();
      editor.gotoLine(row + 1, column, false);
    },
    focus: () => editor.focus(),
    resize: () => editor.resize(),
  };
}

async function loadAce(urls) {
  for (const href of urls.styles.split(" ")) addStyle(href);
  // Both are requested at once and run in this order. Ace appears only after its completions
  // have loaded: what was typed before that got none, since only a key press opens the list.
  const scripts = [addScript(urls.ace), addScript(urls.tools).then(() => true, () => false)];
  const [, canComplete] = await Promise.all(scripts);
  const { ace } = window;
  ace.config.set("useStrictCSP", true);
  ace.config.set("loadWorkerFromBlob", false);
  ace.config.set("basePath", urls.ace.slice(0, urls.ace.lastIndexOf("/")));
  const names = { light: "ace/theme/github_light_default", dark: "ace/theme/github_dark" };
  ace.config.setModuleUrl("ace/mode/json", urls.mode);
  ace.config.setModuleUrl(names.light, urls.light);
  ace.config.setModuleUrl(names.dark, urls.dark);
  ace.config.setModuleUrl("ace/ext/searchbox", urls.search);
  return { ace, canComplete, mode: "ace/mode/json", theme: () => names[document.documentElement.dataset.bsTheme === "dark" ? "dark" : "light"] };
}

function addScript(src) {
  return new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = src;
    script.async = false;
    script.onload = done;
    script.onerror = fail;
    document.head.append(script);
  });
}

function addStyle(href) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = href;
  document.head.append(link);
}
