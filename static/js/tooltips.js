// Buttons and links that show only an icon get their accessible name as a tooltip, with their
// shortcut.

import { on } from "./elements.js";

// Before the pointer rests: a title that is set then still shows. Nothing is written for the
// hundreds of buttons of a long page that nobody points at.
on("pointerover", ":is(button, a)[aria-label]:not([title])", (button) => {
  // In a narrow window some texts are hidden.
  if (button.innerText.trim()) return;
  const keys = button.getAttribute("aria-keyshortcuts")?.split(" ")[0].replace("Control", "Ctrl");
  button.title = button.getAttribute("aria-label") + (keys ? ` (${keys})` : "");
});
