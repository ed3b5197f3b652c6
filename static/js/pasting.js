// The page for pasting: a file dropped anywhere on it, or chosen, is sent at once.

import { sendDroppedFile } from "./file_drop.js";
import { isShortcut } from "./shortcuts.js";

const form = document.getElementById("paste_form");
const box = document.getElementById("paste_text");
const file = document.getElementById("paste_file");

sendDroppedFile(file, box);
file.addEventListener("change", () => file.files.length && form.requestSubmit());
box.addEventListener("keydown", (event) => isShortcut(event, "send") && form.requestSubmit());
