// Keyboard shortcuts by name. Which keys they have is written once, in the table that the `?`
// sheet and the hints on buttons are drawn from: pages/templatetags/shortcuts.py. The sheet is
// part of every page, in a template until it is opened, so handlers read the keys from it.

const table = document.getElementById("shortcut_table");
const KEYS = new Map([...table.content.querySelectorAll("[data-shortcut]")].map(({ dataset }) => [dataset.shortcut, dataset.keys.split(" ")]));
const MODIFIERS = ["Control", "Alt", "Shift"];

// The dialog that lists them.
export function shortcutSheet() {
  if (table.isConnected) table.replaceWith(table.content);
  return document.getElementById("shortcuts");
}

// Whether a key event is the shortcut of this name.
export const isShortcut = (event, name) => KEYS.get(name)?.some((keys) => matches(event, keys)) ?? false;

// Runs for the shortcut wherever the focus is. While someone types in a field the browser's own
// meaning of the keys comes first, unless `whileTyping` is set.
export function onShortcut(name, run, { whileTyping = false, overDialogs = true } = {}) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented || !isShortcut(event, name)) return;
    if (!whileTyping && isTyping(event.target)) return;
    if (!overDialogs && document.querySelector("dialog[open]")) return;
    if (run(event) !== false) event.preventDefault();
  });
}

const isTyping = (target) =>
  target.isContentEditable || target.matches?.("input:not([type=checkbox], [type=radio]), textarea, select");

// Command counts as Control, for macOS. Where a key is a character such as `?`, layouts differ
// in whether Shift is part of it.
function matches(event, keys) {
  const parts = keys.split("+");
  const key = parts.pop();
  const held = { Control: event.ctrlKey || event.metaKey, Alt: event.altKey, Shift: event.shiftKey };
  const counted = /^[^\w]$/.test(key) ? ["Control", "Alt"] : MODIFIERS;
  return event.key.toLowerCase() === key.toLowerCase() && counted.every((each) => held[each] === parts.includes(each));
}
