// Attachments: files dropped, pasted or chosen are uploaded once; the document refers to them.

import { on } from "../elements.js";
import { message, toast } from "../messages.js";
import { formElement } from "./form.js";
import { showCount } from "./grid_cells.js";
import { childRows, pointerOf } from "./pointers.js";
import { fetchText, postForm } from "./server.js";
import { offerUndo } from "./toolbar.js";

const boxOf = (element) => element?.closest?.("[data-section]")?.querySelector("[data-files]");
const rowsOf = (box) => box.querySelector("[data-rows]");

// The functions below call `{draft, form}` the `page`.
export function startAttachments(page) {
  const { draft } = page;
  on("click", "[data-attach]", (tool) => {
    const box = boxOf(tool);
    const row = tool.closest("[data-row]");
    if (tool.dataset.attach === "remove") return removeFile(page, box, row);
    const input = box.querySelector("[data-attach-input]");
    input.replacedRow = row;
    input.multiple = !row;
    input.click();
  });
  // The server stores a data URI that was typed into a row as a file.
  on("change", '.file input[data-at="/data"]', (field) => reload(page, boxOf(field)));
  on("change", "[data-attach-input]", (input) => {
    const files = [...input.files];
    input.value = ""; // otherwise choosing the same file again fires no change event
    attach(page, boxOf(input), files, input.replacedRow);
  });
  on("paste", "[data-files]", (box, event) => event.target.matches("input, textarea") || paste(page, box, event));
  document.addEventListener("dragover", (event) => {
    const hasFiles = event.dataTransfer?.types.includes("Files");
    // Without this the browser would open the file in place of the page.
    if (hasFiles) event.preventDefault();
    markTarget(hasFiles ? boxOf(event.target) : null);
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget === null && markTarget(null));
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    markTarget(null);
    if (event.target.closest?.("[data-file-entry], [data-file-list]")) return; // see file_fields.js
    const box = boxOf(event.target) ?? formElement().querySelector("[data-files]");
    if (box) attach(page, box, [...event.dataTransfer.files], event.target.closest?.("[data-files] [data-row]"));
  });
  document.addEventListener("redrawn", () => learnFiles(draft.preview));
  document.addEventListener("edited", () => showSize(draft.text.text));
  learnFiles(draft.preview);
  draft.preview.box.addEventListener("click", (event) => {
    const chip = event.target.closest(".attached");
    if (chip) expand(draft.preview, chip);
  });
}

function markTarget(box) {
  document.querySelectorAll(".files.dragged").forEach((each) => each !== box && each.classList.remove("dragged"));
  box?.classList.add("dragged");
}

// The preview shows the beginning of a file's data URI instead of the reference.
function learnFiles(preview) {
  const before = preview.files.size;
  for (const { dataset, value } of formElement().querySelectorAll("[data-file]")) {
    preview.files.set(dataset.file, { shown: dataset.shown, url: value });
  }
  if (preview.files.size !== before) preview.redraw();
}

// The size of the request's body follows each edit. Files count as the base64 text that is sent.
function showSize(text) {
  const box = document.getElementById("body_size");
  if (!box) return;
  let size = new TextEncoder().encode(text).length;
  for (const { dataset } of formElement().querySelectorAll("[data-file]")) {
    const reference = `{{file:${dataset.file}}}`;
    size += (text.split(reference).length - 1) * (Number(dataset.wire) - reference.length);
  }
  box.firstElementChild.textContent = message("bodySize", { size: formatSize(size), most: box.dataset.mostText });
  box.classList.toggle("over", size > Number(box.dataset.most));
  box.querySelector("progress").value = (100 * size) / Number(box.dataset.most);
}

// As the server formats sizes: 12 bytes, 3.4 kB, 7.0 MB.
function formatSize(size) {
  if (size < 1000) return size === 1 ? message("oneByte") : message("bytes", { size });
  const isSmall = size < 1e6;
  return `${(size / (isSmall ? 1000 : 1e6)).toFixed(1)} ${isSmall ? "kB" : "MB"}`;
}

async function expand(preview, chip) {
  const known = preview.files.get(chip.dataset.file);
  if (!known?.url) return;
  if (chip.dataset.expanded) {
    delete chip.dataset.expanded;
    chip.textContent = known.shown;
    return;
  }
  const uri = await fetchText(known.url);
  if (uri === null) return toast(message("fileGone"), "warning");
  chip.dataset.expanded = "true";
  chip.textContent = uri;
}

async function attach(page, box, files, row) {
  for (const file of files) {
    const stored = await upload(box, box.dataset, file);
    if (!stored) continue;
    const rows = rowsOf(box);
    const array = pointerOf(rows);
    const edit = row?.isConnected
      ? { kind: "all", pointer: array, parts: replacementOf(pointerOf(row), stored) }
      : insertionOf(box, stored.value);
    const answer = await page.draft.change({ ...edit, part: "section", at: array });
    if (!answer) return;
    box = redrawBox(page, box, answer.html);
    if (row) return;
  }
}

const insertionOf = (box, value) => ({
  kind: "insert", pointer: pointerOf(rowsOf(box)), index: childRows(rowsOf(box)).length, value, order: JSON.parse(box.dataset.order),
});

const replacementOf = (pointer, stored) => [
  { kind: "set", pointer: `${pointer}/name`, value: stored.name, order: ["name", "data"] },
  { kind: "set", pointer: `${pointer}/data`, value: stored.data, order: ["name", "data"] },
];

// Files on the clipboard are attached as dropped ones are, a data URI under a generic name.
async function paste(page, box, event) {
  const text = event.clipboardData.getData("text/plain").trim();
  const files = [...event.clipboardData.files];
  if (!files.length && !text.startsWith("data:")) return;
  event.preventDefault();
  if (files.length) return attach(page, box, files);
  await page.draft.change(insertionOf(box, JSON.stringify({ name: message("pastedFile"), data: text })));
  await reload(page, box);
}

async function reload(page, box) {
  await page.draft.queue.idle();
  const since = performance.now();
  const html = await page.draft.fetchPart({ part: "section", pointer: pointerOf(rowsOf(box)) });
  if (html !== null) redrawBox(page, box, html, since);
}

function redrawBox({ form }, box, html, since) {
  const fresh = form.replace(box.closest("[data-section]"), html, since).querySelector("[data-files]");
  const rows = rowsOf(fresh);
  showCount(pointerOf(rows), childRows(rows).length);
  return fresh;
}

// Returns the server's answer for a stored file: its `name`, its reference as `data`, and both
// as `value`, all JSON texts. The box is marked as busy during the upload.
export async function upload(box, { to, largest, largestText }, file) {
  if (file.size > Number(largest)) {
    toast(message("fileTooLarge", { name: file.name, size: largestText }), "error");
    return null;
  }
  const form = new FormData();
  form.append("file", file);
  box.setAttribute("aria-busy", "true");
  const response = await postForm(to, form);
  const answer = await response?.json().catch(() => null);
  box.removeAttribute("aria-busy");
  if (response?.ok && answer) return answer;
  toast(answer?.sentence ?? message("uploadFailed", { name: file.name }), "error");
  return null;
}

async function removeFile(page, box, row) {
  const array = pointerOf(rowsOf(box));
  const name = row.querySelector('[data-at="/name"]').value;
  const answer = await page.draft.change(() => ({ kind: "remove", pointer: pointerOf(row), part: "section", at: array }));
  if (!answer) return;
  redrawBox(page, box, answer.html).querySelector(".file-drop").focus();
  offerUndo(message("removed", { name }));
}
