// Buttons that show only an icon get their accessible name as a tooltip, with their shortcut.

import { on } from "./elements.js";

// Before the pointer rests: a title that is set then still shows. Nothing is written for the
// hundreds of buttons of a long page that nobody points at.
on("pointerover", ":is(.button.square, .copy, .star)[aria-label]:not([title])", (button) => {
  const keys = button.getAttribute("aria-keyshortcuts")?.split(" ")[0].replace("Control", "Ctrl");
  button.title = button.getAttribute("aria-label") + (keys ? ` (${keys})` : "");
});
