// What the JSON is typed into: Ace where it could be loaded, else the plain textarea.

import { startCompletions } from "./completions.js";

const AREA = "editor_text";
const ACE_BOX = "editor_box";
// Otherwise the text moves sideways with the tenth and hundredth line, and while scrolling.
const DIGITS = 4;
const GUTTER = {
  getWidth: (session, last, { characterWidth }) => Math.max(DIGITS, String(session.getLength()).length) * characterWidth,
  getText: (session, row) => row + 1,
};

// Resolves with the widget: `value()`, `set(text)`, `apply(splice)`, `annotate(list)`,
// `go(row, column)`, `resize()`. The textarea works until Ace has loaded and where it can't be.
export async function openWidget(box, { onInput, onLeave, findCompletions }) {
  const area = document.getElementById(AREA);
  const text = area.value;
  const fallback = wrapTextarea(area, onInput, onLeave);
  try {
    const { ace, mode, theme, canComplete } = await loadAce(box.dataset);
    const widget = wrapAce(ace, mode, theme, text, onInput, onLeave);
    if (canComplete) startCompletions(ace.edit(ACE_BOX), findCompletions);
    if (area.value !== text) widget.set(area.value);
    area.hidden = true;
    return widget;
  } catch {
    return fallback;
  }
}

function wrapTextarea(area, onInput, onLeave) {
  area.addEventListener("input", onInput);
  area.addEventListener("blur", onLeave);
  return {
    value: () => area.value,
    set: (text) => (area.value = text),
    apply({ start, end, inserted }) {
      area.setRangeText(inserted, start, end, "preserve");
    },
    annotate() {},
    go(row, column) {
      const at = area.value.split("\n").slice(0, row).reduce((sum, line) => sum + line.length + 1, 0) + column;
      area.focus();
      area.setSelectionRange(at, at);
    },
    resize() {},
  };
}

function wrapAce(ace, mode, theme, text, onInput, onLeave) {
  const place = document.getElementById(ACE_BOX);
  place.hidden = false;
  // Ace's worker would parse the JSON a second time; problems come from the server.
  const editor = ace.edit(place, {
    mode, theme: theme(), value: text, useWorker: false, tabSize: 2, useSoftTabs: true, newLineMode: "unix",
    showPrintMargin: false, fontSize: 13, enableKeyboardAccessibility: true, scrollPastEnd: 0.3,
  });
  editor.session.gutterRenderer = GUTTER;
  editor.textInput.getElement().setAttribute("aria-label", document.getElementById(AREA).getAttribute("aria-label"));
  const { session } = editor;
  const { doc } = session;
  // Ace reports changes by scripts just as it does typing.
  let isScripted = false;
  editor.on("change", () => isScripted || onInput());
  editor.on("blur", onLeave);
  const scripted = (work) => {
    isScripted = true;
    work();
    isScripted = false;
  };
  new MutationObserver(() => editor.setTheme(theme())).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  new ResizeObserver(() => editor.resize()).observe(place);
  return {
    value: () => doc.getValue(),
    set: (fresh) => scripted(() => doc.setValue(fresh)),
    apply({ start, end, inserted }) {
      const range = { start: doc.indexToPosition(start), end: doc.indexToPosition(end) };
      scripted(() => doc.replace(range, inserted));
    },
    annotate: (annotations) => session.setAnnotations(annotations),
    go(row, column) {
      editor.focus();
      editor.gotoLine(row + 1, column, false);
    },
    resize: () => editor.resize(),
  };
}

async function loadAce(urls) {
  const styles = urls.styles.split(" ").map(addStyle);
  // Both are requested at once and run in this order. Ace appears only after its completions
  // have loaded: what was typed before that got none, since only a key press opens the list.
  const scripts = [addScript(urls.ace), addScript(urls.tools).then(() => true, () => false)];
  const [, canComplete] = await Promise.all([...scripts, ...styles]);
  const { ace } = window;
  // Ace writes its styles into the page otherwise, and starts workers from blobs: the content
  // security policy allows neither.
  ace.config.set("useStrictCSP", true);
  ace.config.set("loadWorkerFromBlob", false);
  ace.config.set("basePath", urls.ace.slice(0, urls.ace.lastIndexOf("/")));
  // Collected static files have a hash in their names, which Ace cannot derive.
  const themes = { light: "ace/theme/github_light_default", dark: "ace/theme/github_dark" };
  ace.config.setModuleUrl("ace/mode/json", urls.mode);
  ace.config.setModuleUrl(themes.light, urls.light);
  ace.config.setModuleUrl(themes.dark, urls.dark);
  ace.config.setModuleUrl("ace/ext/searchbox", urls.search);
  const theme = () => themes[document.documentElement.dataset.bsTheme === "dark" ? "dark" : "light"];
  return { ace, canComplete, mode: "ace/mode/json", theme };
}

function addScript(src) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = src;
    script.async = false;
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
}

// Resolves in any case: unstyled text can be edited, too.
function addStyle(href) {
  return new Promise((resolve) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = href;
    link.onload = link.onerror = resolve;
    document.head.append(link);
  });
}
